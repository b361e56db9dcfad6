"""How a document is to be written by hand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Writing:
    """How a handwritten document is written. Other looks take no notice of it."""

    hand: str = "steady"
    paper: str = "squared"
    seed: int = 1
    folder: str = ""
    """Where the fonts lie, seen from the document; ends in a slash."""


STANDARD = Writing()


def fonts_of(document: Path) -> str:
    """The folder of a LaTeX document's fonts, beside it.

    >>> fonts_of(Path("lessons/my net.tex"))
    'my-net-fonts/'
    """
    return re.sub(r"[^A-Za-z0-9.]", "-", document.stem) + "-fonts/"


class Unwritable(ValueError):
    """A character that the hand does not know."""
