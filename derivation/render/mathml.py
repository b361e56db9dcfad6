"""Formulas as MathML."""

from __future__ import annotations

import html
from functools import lru_cache

from latex2mathml import exceptions
from latex2mathml.converter import convert

CONVERTER_ERRORS: tuple[type[Exception], ...] = (
    *(error for error in vars(exceptions).values() if isinstance(error, type) and issubclass(error, Exception)),
    *(ValueError, LookupError, AttributeError, TypeError, RecursionError, StopIteration),
)
"""What the converter raises where it stumbles over a formula: its own errors have no class in common."""


@lru_cache(maxsize=4096)
def mathml(latex: str) -> str:
    """A formula as MathML; as code where it cannot be converted."""
    try:
        return str(convert(latex.replace("&", " ") if r"\begin" not in latex else latex))
    except CONVERTER_ERRORS:
        return f"<code>{html.escape(latex)}</code>"
