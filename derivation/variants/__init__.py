"""Exercises with other numbers: each with its worksheet, worked key and marking data, all from one derivation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .exercise import Exercise, load_exercise

__all__ = ["Exercise", "load_exercise"]


def __getattr__(key: str) -> Any:
    """Imports a public name when it is first used, since the spec reader needs a part of this package (`table`) that needs no other."""
    if key not in __all__:
        raise AttributeError(f"module 'derivation.variants' has no attribute {key!r}")
    from . import exercise

    return getattr(exercise, key)
