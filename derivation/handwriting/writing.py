"""How a document is to be written by hand."""

from __future__ import annotations

from dataclasses import dataclass


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
