"""Variants as files for learning platforms, tables and plain text: a format each, named in EXPORTS.

The JSON key is a format as well, but holds the spec's text and the seed: `keys.json_key` makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from derivation.exercises.exercise.exercise import Exercise, Variant
from derivation.exercises.exports.canvas import CANVAS
from derivation.exercises.exports.formats import ExportFormat, Files, Labelled
from derivation.exercises.exports.markdown import MARKDOWN
from derivation.exercises.exports.moodle import MOODLE
from derivation.exercises.exports.prairielearn import PRAIRIELEARN
from derivation.exercises.exports.qti21 import QTI21
from derivation.exercises.exports.tables import CSV
from derivation.pages.words import in_its_language

PORTION = 250
"""Variants in a part."""
EXPORTS: dict[str, ExportFormat] = {
    "moodle": MOODLE,
    "qti21": QTI21,
    "canvas": CANVAS,
    "prairielearn": PRAIRIELEARN,
    "csv": CSV,
    "md": MARKDOWN,
}


def export(
    form: ExportFormat, exercise: Exercise, variants: Callable[[], Iterable[Variant]], portion: int = PORTION
) -> Files:
    """The files of a format, made piece by piece: memory is bounded by a part, however many variants there are.

    `variants` gives them from the first one on each time it is called: once for each kind of part. A file's pieces have
    to be taken before the next file is asked for.
    """
    return form.files(exercise, *(_parts(maker, exercise, variants(), portion) for maker in form.makers))


def _parts(
    maker: Callable[[Exercise, Labelled], bytes], exercise: Exercise, variants: Iterable[Variant], portion: int
) -> Iterator[bytes]:
    waiting = iter(variants)
    while members := list(islice(waiting, portion)):
        yield in_its_language(maker)(exercise, [(variant, "") for variant in members])
