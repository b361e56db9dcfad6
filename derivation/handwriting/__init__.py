"""The hand that writes `--theme handwritten`: strokes as data, a pen, fonts made of both, and the words that TeX is given.

Nothing here knows a network. `Writing` says which hand, paper and seed; `files` makes what TeX needs beside a document, `macros` what its preamble says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Writing:
    """How a handwritten document is written. Other looks take no notice of it."""

    hand: str = "steady"
    paper: str = "squared"
    seed: int = 1
    folder: str = ""
    """Where the fonts lie, seen from the document; ends in a slash."""


STANDARD = Writing()


class Unwritable(ValueError):
    """A character that the hand does not know."""


def files(tex: str, writing: Writing) -> dict[str, bytes]:
    """The fonts that a handwritten document needs beside it, by name."""
    from derivation.handwriting.fonts.fonts import fonts
    from derivation.handwriting.strokes.glyphs import used
    from derivation.handwriting.strokes.hands import HANDS

    return fonts(used(tex), HANDS[writing.hand], writing.seed)


def page(body: str, chart_style: str, writing: Writing) -> dict[str, Any]:
    """The body of a page in the hand, the style of its charts, and what else its templates are told. Raises `Unwritable`."""
    from derivation.handwriting.screen import page as written

    return written(body, chart_style, writing)


def text(plain: str) -> str:
    """A user's text as TeX is to write it. Raises `Unwritable` where the hand does not know a character."""
    from derivation.handwriting.setting import text as apart

    return apart(plain)


def words(latex: str) -> str:
    """A sentence as TeX is to write it."""
    from derivation.handwriting.setting import words as apart

    return apart(latex)


def macros(writing: Writing) -> dict[str, Any]:
    """What the templates of the handwritten look are told."""
    from derivation.handwriting.setting import settings

    return settings(writing)
