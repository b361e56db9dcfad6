"""The hand that writes `--theme handwritten`: strokes as data, ink along them, fonts made of both, and the words that
TeX is given.

Nothing here knows a network: `writing` says which hand, paper and seed; `fonts` makes what TeX needs beside a document,
`setting` what it is told, `screen` a page in the hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from derivation.system.registry import Registry, Row

HERE = "derivation.handwriting"
HAND: Registry[Callable[..., Any]] = Registry(
    Row("settings", "the tables for the preamble", f"{HERE}.setting:settings"),
    Row("words", "a sentence with formulas in it", f"{HERE}.setting:words"),
    Row("spelled", "LaTeX with letters beyond ASCII", f"{HERE}.setting:spelled"),
    Row("text", "a user's text", f"{HERE}.setting:text"),
    Row("files", "the fonts that a document needs beside it", f"{HERE}.fonts.fonts:files"),
)
"""What TeX documents ask of the hand: its strokes are imported where it writes."""
