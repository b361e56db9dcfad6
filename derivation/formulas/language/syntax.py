"""An expression as it is written, before anything is known of shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Syntax:
    """A node as written: the symbol or function name, its parts, and where it stands in the text."""

    symbol: str
    args: tuple[Any, ...]
    at: int
    keywords: tuple[tuple[str, Syntax], ...] = ()
