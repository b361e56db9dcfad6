"""What a format is: the kinds of parts it is made of, and its files from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from derivation.exercises.exercise.exercise import Exercise, Variant

Labelled = list[tuple[Variant, str]]
"""Variants, each with whom it is for."""
Files = Iterable[tuple[str, Iterable[bytes]]]
"""(path, content) of each file."""


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """`makers` make parts of some variants each, wherever there is room; `files` joins the parts of each kind, in
    order, without holding them all."""

    makers: tuple[Callable[[Exercise, Labelled], bytes], ...]
    files: Callable[..., Files]


class Unfit(ValueError):
    """A variant that a platform cannot hold; the text says which, why, and what to do instead."""
