"""Variants as files for learning platforms, tables and plain text: a module for each format, its row in EXPORTS.

The JSON key is a format as well, but holds the spec's text and the seed: `keys.json_key` makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from derivation.exercises.exercise.exercise import Exercise, Variant
from derivation.exercises.exports.formats import ExportFormat, Files, Labelled
from derivation.system.registry import Registry, Row

HERE = "derivation.exercises.exports"
PORTION = 250
"""Variants in a part."""
EXPORTS: Registry[ExportFormat] = Registry(
    Row("moodle", "moodle.xml: a Cloze question for each variant, gaps laid out as the matrix.", f"{HERE}.moodle:MOODLE"),
    Row("gift", "gift.txt, for Moodle: in a category for each variant what is given, and a numerical question for each number.", f"{HERE}.gift:GIFT"),
    Row("qti21", "qti21.zip: an item for each variant, formulas in MathML, and a test that draws one of them.", f"{HERE}.qti21:QTI21"),
    Row("canvas", "canvas.zip (QTI 1.2): a quiz for each variant, a numerical question for each number.", f"{HERE}.canvas:CANVAS"),
    Row("prairielearn", "A question folder: server.py takes the variant that the seed says from variants.jsonl.", f"{HERE}.prairielearn:PRAIRIELEARN"),
    Row("csv", "key.csv, an empty answers.csv, and variants.csv, which says how alike the variants are.", f"{HERE}.tables:CSV"),
    Row("md", "worksheets.md and keys.md.", f"{HERE}.markdown:MARKDOWN"),
)  # fmt: skip


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
        yield maker(exercise, [(variant, "") for variant in members])
