"""Variants as files for learning platforms, tables and plain text: a format each, named in EXPORTS."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from ..exercise import Exercise, Variant
from .canvas import CANVAS
from .formats import Files, Format
from .markdown import MARKDOWN
from .moodle import MOODLE
from .prairielearn import PRAIRIELEARN
from .qti21 import QTI21
from .tables import CSV

PORTION = 100
"""Variants in a part."""
EXPORTS: dict[str, Format] = {"moodle": MOODLE, "qti21": QTI21, "canvas": CANVAS, "prairielearn": PRAIRIELEARN, "csv": CSV, "md": MARKDOWN}


def export(form: str, exercise: Exercise, variants: Callable[[], Iterable[Variant]]) -> Files:
    """The files of a format, made piece by piece: memory is bounded by a part, however many variants there are.

    `variants` gives them from the first one on each time it is called: once for each kind of part. A file's pieces have to be taken before
    the next file is asked for.
    """
    made = EXPORTS[form]
    return made.files(exercise, *(_parts(maker, exercise, variants()) for maker in made.makers))


def _parts(maker: Callable[[Exercise, list[tuple[Variant, str]]], bytes], exercise: Exercise, variants: Iterable[Variant]) -> Iterator[bytes]:
    waiting = iter(variants)
    while portion := list(islice(waiting, PORTION)):
        yield maker(exercise, [(variant, "") for variant in portion])
