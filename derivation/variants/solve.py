"""Numbers for variants: searched for by chance from a seed, the same on every machine.

All chance is `random.Random.random()`, seeded by a whole number: that its values stay the same from version to version is promised by
Python's documentation, which is not said of `shuffle`, `choice`, `sample` or the seeding by text.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from itertools import islice

from .exercise import Exercise, Variant
from .identity import Identity
from .kind import Kind, Unmeetable
from .plan import Stratum
from .telling import Inputs
from .wishes import effective

REPEATED = 400
"""Times in a row that a variant may be like one before it, before it is counted how many there are."""

__all__ = ["Unmeetable", "draw", "never_apart", "never_shown", "rebuild"]


def chance(*parts: object) -> Callable[[], float]:
    """Numbers by chance from 0 to 1, always the same for the same parts."""
    digest = hashlib.sha256(":".join(map(str, parts)).encode()).digest()
    return random.Random(int.from_bytes(digest, "big")).random


def draw(exercise: Exercise, seed: int, count: int) -> Iterator[Variant]:
    """The first variants of a seed, in order; the same on every machine.

    Raises `Unmeetable`, with a sentence that names wishes, where there are none or too few.
    """
    solver = _solver(exercise)
    solver.check(count)
    return solver.draw(seed, count)


def rebuild(exercise: Exercise, id: str) -> Variant:
    """The variant that an id on a sheet stands for; raises `identity.WrongId` where it is none of this exercise."""
    return _solver(exercise).rebuilt(*Identity(exercise).read(id))


def never_shown(exercise: Exercise) -> dict[str, tuple[str, ...]]:
    """For each stratum the mistakes that give the right answers there, whatever the numbers: with every ReLU on, forgetting its derivative."""
    solver = _solver(exercise)
    return {stratum.name: solver.kind(place).telling.never_shown for place, stratum in enumerate(solver.strata)}


def never_apart(exercise: Exercise) -> dict[str, tuple[tuple[str, str], ...]]:
    """For each stratum the mistakes that show, but give the same answers as another, whatever the numbers."""
    solver = _solver(exercise)
    return {stratum.name: solver.kind(place).telling.never_apart for place, stratum in enumerate(solver.strata)}


def _solver(exercise: Exercise) -> _Solver:
    """The exercise's solver, made once."""
    found: _Solver | None = exercise.__dict__.get("solver")
    if found is None:
        found = exercise.__dict__["solver"] = _Solver(exercise)
    return found


class _Solver:
    """Draws from the kinds of variants that an exercise has: one, or one for each stratum."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise, self.identity = exercise, Identity(exercise)
        plan = exercise.plan
        self.strata = plan.strata or (Stratum("", 0, effective(plan.wishes)),)
        self.total = sum(stratum.count for stratum in self.strata)
        self.kinds: dict[int, Kind] = {}

    def kind(self, place: int) -> Kind:
        """The variants of a stratum."""
        if place not in self.kinds:
            stratum = self.strata[place]
            self.kinds[place] = Kind(self.exercise, stratum.wishes, chance, stratum.name)
        return self.kinds[place]

    def place(self, number: int) -> int:
        """The stratum of a number: each has as many numbers in a row as it wants, and after the last the first begins again."""
        rest = (number - 1) % self.total if self.total else 0
        for place, stratum in enumerate(self.strata):
            if rest < stratum.count:
                return place
            rest -= stratum.count
        return 0

    def check(self, count: int) -> None:
        """Raises `Unmeetable` where so many variants cannot be had, as far as that is seen at once."""
        if self.total and count % self.total:
            parts = " + ".join(str(stratum.count) for stratum in self.strata)
            raise Unmeetable(f"the strata ask for {parts} = {self.total} variants, so their number must be {self.total} or a multiple of it, not {count}")
        for place, stratum in enumerate(self.strata):
            kind = self.kind(place)
            asked = count * stratum.count // self.total if self.total else count
            known = kind.count() if kind.is_small else None
            if known == 0:
                raise kind.unmeetable(True)
            if known is not None and known < asked and kind.wishes["distinct"]:
                raise kind.too_many(known, asked)

    def draw(self, seed: int, count: int) -> Iterator[Variant]:
        seen: set[bytes] = set()
        for number in range(1, count + 1):
            place = self.place(number)
            kind = self.kind(place)
            for turn, inputs in enumerate(kind.stream(seed, number)):
                variant = self.variant(seed, number, turn, place, inputs)
                key = kind.key(variant.values)
                if key not in seen or not kind.wishes["distinct"]:
                    seen.add(key)
                    yield variant
                    break
                if turn >= REPEATED:
                    raise kind.too_many(kind.count(), count)
            else:
                raise kind.too_many(kind.count(), count)

    def rebuilt(self, seed: int, number: int, turn: int) -> Variant:
        place = self.place(number)
        inputs = next(islice(self.kind(place).stream(seed, number), turn, None))
        return self.variant(seed, number, turn, place, inputs)

    def variant(self, seed: int, number: int, turn: int, place: int, inputs: Inputs) -> Variant:
        values = self.kind(place).last if self.kind(place).last_inputs is inputs else self.kind(place).worked(inputs)[0]
        return Variant(self.exercise, number, self.identity.made(seed, number, turn), inputs, tuple(values), self.strata[place].name)
