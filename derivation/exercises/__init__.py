"""Exercises with other numbers: each with its worksheet, worked key and marking data, all from one derivation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derivation.exercises.exercise.exercise import Exercise, load_exercise
    from derivation.exercises.search import solve

_HOMES = {"Exercise": "exercise", "load_exercise": "exercise", "solve": ""}
__all__ = ["Exercise", "load_exercise", "solve"]


def __getattr__(key: str) -> Any:
    """Imports a public name when it is first used, since the spec reader needs a part of this package (`table`) that needs no other."""
    if key not in _HOMES:
        raise AttributeError(f"module 'derivation.exercises' has no attribute {key!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOMES[key]}", __name__), key) if _HOMES[key] else import_module(f".{key}", __name__)
