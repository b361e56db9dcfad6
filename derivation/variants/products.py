"""What a batch can make of its variants: kinds of parts, and products from them, a row each."""

from __future__ import annotations

from collections.abc import Iterator

from ..render.engine import compile_pdf
from .batch import Part, Product
from .exercise import Exercise
from .exports import EXPORTS, PORTION
from .exports.formats import Files, Format, Labelled
from .exports.keys import json_key

TIME_LIMIT = 300
"""Seconds for one run of TeX."""


def _sheets(exercise: Exercise, variants: Labelled) -> bytes:
    from .sheets.document import worksheets

    return compile_pdf(worksheets(exercise, variants), time_limit=TIME_LIMIT)


def _keys(exercise: Exercise, variants: Labelled) -> bytes:
    from .sheets.document import keys

    return compile_pdf(keys(exercise, variants), time_limit=TIME_LIMIT)


def _two_files(exercise: Exercise, sheets: Iterator[bytes], keys: Iterator[bytes]) -> Files:
    from .sheets.binding import bound

    yield "sheets.pdf", [bound(sheets)]
    yield "keys.pdf", [bound(keys)]


def _one_file(exercise: Exercise, sheets: Iterator[bytes], keys: Iterator[bytes]) -> Files:
    from .sheets.binding import bound

    yield "booklet.pdf", [bound([*sheets, *keys])]


def _one_a_variant(exercise: Exercise, sheets: Iterator[bytes], keys: Iterator[bytes]) -> Files:
    from .sheets.binding import separated

    for folder, parts in (("sheets", sheets), ("keys", keys)):
        for part in parts:
            for key, pdf in separated(part):
                yield f"{folder}/{key}.pdf", [pdf]


def platforms(spec: str, seed: int) -> dict[str, Product]:
    """The other formats. The key in JSON holds the spec's text and the seed."""
    return {key: Product(tuple(_parts(key, form)), form.files) for key, form in {**EXPORTS, "json": json_key(spec, seed)}.items()}


def _parts(key: str, form: Format) -> dict[str, Part]:
    """The kinds of parts of a format, under names of their own."""
    return {f"{key}-{place}": Part(PORTION, maker) for place, maker in enumerate(form.makers)}


PARTS = {
    "sheets": Part(500, _sheets),
    "keys": Part(20, _keys),
    **{name: part for key, form in {**EXPORTS, "json": json_key("", 0)}.items() for name, part in _parts(key, form).items()},
}
BINDINGS = {
    "two": Product(("sheets", "keys"), _two_files),
    "booklet": Product(("sheets", "keys"), _one_file),
    "each": Product(("sheets", "keys"), _one_a_variant),
}
"""How PDFs are bound: sheets and keys apart, one booklet with the keys at the end, a file for each."""
FORMATS = ("pdf", "moodle", "qti21", "canvas", "prairielearn", "csv", "json", "md")
