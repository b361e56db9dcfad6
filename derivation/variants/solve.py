"""Numbers for variants, drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

from .exercise import Exercise, Variant


def draw(exercise: Exercise, seed: int, count: int) -> Iterator[Variant]:
    """The first variants of a seed, in order; the same on every machine."""
    for number in range(1, count + 1):
        source = random.Random(f"{seed}:{number}")
        inputs = tuple(source.choice(exercise.plan.domains[slot]) for slot in exercise.slots)
        yield Variant(exercise, number, f"{seed}-{number}", inputs, tuple(exercise.run(inputs)))
