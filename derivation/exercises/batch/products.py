"""What a batch can make of its variants: kinds of parts, and products from them, a row each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from unicodedata import normalize

from derivation.exercises.batch.parts import Part, Product
from derivation.exercises.exercise.exercise import Exercise
from derivation.exercises.exports import EXPORTS, PORTION
from derivation.exercises.exports.formats import ExportFormat, Files, Labelled
from derivation.exercises.exports.keys import json_key
from derivation.pages.typesetting.engine import compile_pdf
from derivation.pages.typesetting.letters import rare
from derivation.system.registry import Registry, Row

TIME_LIMIT = 300
"""Seconds for one run of TeX."""


def _sheets(exercise: Exercise, variants: Labelled) -> bytes:
    from derivation.exercises.sheets.document import worksheets

    return _set(exercise, variants, worksheets)


def _keys(exercise: Exercise, variants: Labelled) -> bytes:
    from derivation.exercises.sheets.document import keys

    return _set(exercise, variants, keys)


def _set(exercise: Exercise, variants: Labelled, write: Callable[[Exercise, Labelled], str]) -> bytes:
    """The PDF of some sheets. Names that ask for another TeX are set in a run of their own, so that they change nothing
    about the others."""
    from derivation.exercises.sheets.binding import woven

    apart = [
        [(variant, name) for variant, name in variants if bool(rare(normalize("NFC", name))) == is_rare]
        for is_rare in (False, True)
    ]
    parts = [compile_pdf(write(exercise, some), time_limit=TIME_LIMIT) for some in apart if some]
    return parts[0] if len(parts) == 1 else woven(parts, [variant.id for variant, _ in variants])


def _two_files(exercise: Exercise, sheets: Iterator[bytes], keys: Iterator[bytes]) -> Files:
    from derivation.exercises.sheets.binding import bound

    yield "sheets.pdf", [bound(sheets)]
    yield "keys.pdf", [bound(keys)]


def _one_file(exercise: Exercise, sheets: Iterator[bytes], keys: Iterator[bytes]) -> Files:
    from derivation.exercises.sheets.binding import bound

    yield "booklet.pdf", [bound([*sheets, *keys])]


def _one_a_variant(exercise: Exercise, sheets: Iterator[bytes], keys: Iterator[bytes]) -> Files:
    from derivation.exercises.sheets.binding import separated

    for folder, parts in (("sheets", sheets), ("keys", keys)):
        for part in parts:
            for key, pdf in separated(part):
                yield f"{folder}/{key}.pdf", [pdf]


def platforms(spec: str, seed: int) -> dict[str, Product]:
    """The other formats. The key in JSON holds the spec's text and the seed."""
    return {
        key: Product(tuple(_parts(key, form)), form.files)
        for key, form in {**EXPORTS, "json": json_key(spec, seed)}.items()
    }


def _parts(key: str, form: ExportFormat) -> dict[str, Part]:
    """The kinds of parts of a format, under names of their own."""
    return {f"{key}-{place}": Part(PORTION, maker) for place, maker in enumerate(form.makers)}


PARTS = {
    "sheets": Part(500, _sheets),
    "keys": Part(20, _keys),
    **{
        name: part
        for key, form in {**EXPORTS, "json": json_key("", 0)}.items()
        for name, part in _parts(key, form).items()
    },
}
BINDINGS = {
    "two": Product(("sheets", "keys"), _two_files),
    "booklet": Product(("sheets", "keys"), _one_file),
    "each": Product(("sheets", "keys"), _one_a_variant),
}
"""How PDFs are bound: sheets and keys apart, one booklet with the keys at the end, a file for each."""
FORMATS: Registry[object] = Registry(
    Row("pdf", "Worksheets and keys; --bind says in how many files.", f"{__name__}:BINDINGS"),
    *EXPORTS.rows.values(),
    Row("json", "key.json, for derivation mark.", "derivation.exercises.exports.keys:json_key"),
)
