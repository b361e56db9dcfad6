"""Numbers for variants: searched for by chance from a seed, the same on every machine.

All chance is `random.Random.random()`, seeded by a whole number: that its values stay the same from version to version
is promised by Python's documentation, which is not said of `shuffle`, `choice`, `sample` or the seeding by text.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from derivation.exercises.exercise.exercise import Exercise, Variant, in_edition
from derivation.exercises.exercise.identity import Identity, edition_of
from derivation.exercises.plan.plan import Stratum
from derivation.exercises.plan.wishes import argument, effective
from derivation.exercises.search.discrimination import Discrimination, Inputs
from derivation.exercises.search.sampler import StratumSampler, Unmeetable
from derivation.formulas.numbers import Number
from derivation.words.files import load
from derivation.words.telling import tell

REPEATED = 400
"""Times in a row that a variant may be like one before it, before it is counted how many there are."""

__all__ = ["Solver", "Unmeetable", "draw", "never_apart", "never_shown", "rebuild", "solver_of", "untold"]


def untold(exercise: Exercise) -> Iterator[str]:
    """A sentence on the mistakes of each stratum that nobody can tell by the answers, where there are any."""
    texts = load()
    names, says = texts["mistakes"], texts["variants"]
    for stratum, mistakes in never_shown(exercise).items():
        where = says["in_stratum"].format(name=stratum) if stratum else ""
        if mistakes:
            yield says["never_shown"].format(stratum=where, mistakes=", ".join(names[key] for key in mistakes))
        for pair in never_apart(exercise)[stratum]:
            yield says["never_apart"].format(stratum=where, mistakes=", ".join(names[key] for key in pair))


def one_pattern(exercise: Exercise) -> Iterator[str]:
    """A sentence on the units that are on and off alike in all variants, where nothing is wished of them."""
    network, plan = exercise.network, exercise.plan
    units = [key for key in network.equations if argument(network, key) is not None]
    wishes = [plan.wishes, *(stratum.wishes for stratum in plan.strata)]
    if units and not any(wished.get("relu") or wished.get("branches", "same") == "any" for wished in wishes):
        yield load()["variants"]["one_pattern"].format(units=", ".join(units))


@dataclass(frozen=True, slots=True)
class FoundNumbers:
    """Numbers that meet all wishes, as they travel: a variant without its values. `key` is the same for those that are
    alike."""

    number: int
    id: str
    inputs: Inputs
    stratum: str
    key: bytes


def chance(*parts: object) -> Callable[[], float]:
    """Numbers by chance from 0 to 1, always the same for the same parts."""
    digest = hashlib.sha256(":".join(map(str, parts)).encode()).digest()
    return random.Random(int.from_bytes(digest, "big")).random


def draw(exercise: Exercise, seed: int, count: int) -> Iterator[Variant]:
    """The first variants of a seed, in order; the same on every machine.

    Raises `Unmeetable`, with a sentence that names wishes, where there are none or too few.
    """
    solver = solver_of(exercise)
    found = solver.chosen(seed, count, solver.firsts(seed, range(1, count + 1)))
    return map(solver.variant, found)


def rebuild(exercise: Exercise, id: str) -> Variant:
    """The variant that an id on a sheet stands for, in the edition that the id names; raises `identity.WrongId` where it
    is none of this exercise."""
    return solver_of(in_edition(exercise, edition_of(id))).rebuilt(id)


def never_shown(exercise: Exercise) -> dict[str, tuple[str, ...]]:
    """For each stratum the mistakes that give the right answers there, whatever the numbers: with every ReLU on,
    forgetting its derivative."""
    return {name: found.never_shown for name, found in solver_of(exercise).discriminations()}


def never_apart(exercise: Exercise) -> dict[str, tuple[tuple[str, str], ...]]:
    """For each stratum the mistakes that show, but give the same answers as another, whatever the numbers."""
    return {name: found.never_apart for name, found in solver_of(exercise).discriminations()}


@lru_cache(maxsize=4)
def solver_of(exercise: Exercise) -> Solver:
    """The exercise's solver, which finds out once what all its variants need."""
    return Solver(exercise)


class Solver:
    """Draws from the kinds of variants that an exercise has: one, or one for each stratum."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise, self.identity = exercise, Identity(exercise)
        plan = exercise.plan
        self.strata = plan.strata or (Stratum("", 0, effective(plan.wishes)),)
        self.total = sum(stratum.count for stratum in self.strata)
        self.samplers: dict[int, StratumSampler] = {}

    def discriminations(self) -> Iterator[tuple[str, Discrimination]]:
        """The name of each stratum, and what its drafts show."""
        return ((stratum.name, self.sampler(place).discrimination) for place, stratum in enumerate(self.strata))

    def sampler(self, place: int) -> StratumSampler:
        """The variants of a stratum."""
        if place not in self.samplers:
            stratum = self.strata[place]
            self.samplers[place] = StratumSampler(self.exercise, stratum.wishes, chance, stratum.name)
        return self.samplers[place]

    def place(self, number: int) -> int:
        """The stratum of a number: each has as many numbers in a row as it wants, and after the last the first begins
        again."""
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
            raise Unmeetable(tell("plan.strata", parts=parts, total=self.total, count=count))
        for place, stratum in enumerate(self.strata):
            sampler = self.sampler(place)
            asked = count * stratum.count // self.total if self.total else count
            known = sampler.count() if sampler.is_small else None
            if known == 0:
                raise sampler.unmeetable(True)
            if known is not None and known < asked and sampler.wishes["distinct"]:
                raise sampler.too_many(known, asked)

    def found(self, seed: int, number: int) -> Iterator[FoundNumbers]:
        """What may stand for a number, of which the first that is like none before it is taken."""
        place = self.place(number)
        sampler = self.sampler(place)
        for turn, inputs in enumerate(sampler.stream(seed, number)):
            yield FoundNumbers(
                number,
                self.identity.made(seed, number, turn),
                inputs,
                self.strata[place].name,
                sampler.key(self.values(place, inputs)),
            )

    def firsts(self, seed: int, numbers: Iterable[int]) -> Iterator[FoundNumbers]:
        """The first that is found for each number, whatever stands for others; so numbers can be shared out among
        processes."""
        return (next(self.found(seed, number)) for number in numbers)

    def chosen(self, seed: int, count: int, firsts: Iterable[FoundNumbers]) -> Iterator[FoundNumbers]:
        """What stands for the numbers from 1 to `count`: of each the first, or where it is like one before it, and none
        is to be, the next. Raises `Unmeetable` where there are none or too few."""
        self.check(count)
        return self._chosen(seed, count, firsts)

    def _chosen(self, seed: int, count: int, firsts: Iterable[FoundNumbers]) -> Iterator[FoundNumbers]:
        seen: set[bytes] = set()
        for first in firsts:
            sampler = self.sampler(self.place(first.number))
            found = first
            if first.key in seen and sampler.wishes["distinct"]:
                others = (
                    other for other in islice(self.found(seed, first.number), 1, REPEATED + 1) if other.key not in seen
                )
                found = next(others, first)
                if found is first:
                    raise sampler.too_many(sampler.count(), count)
            seen.add(found.key)
            yield found

    def rebuilt(self, text: str) -> Variant:
        """The variant of an id of this exercise's edition, under the id as it was printed. Raises `WrongId`."""
        id = self.identity.read(text)
        found = next(islice(self.found(id.seed, id.number), id.turn, None))
        return self.variant(replace(found, id=str(id)))

    def values(self, place: int, inputs: Inputs) -> tuple[Number, ...]:
        sampler = self.sampler(place)
        return tuple(sampler.last if sampler.last_inputs is inputs else sampler.worked(inputs)[0])

    def variant(self, found: FoundNumbers) -> Variant:
        return Variant(
            self.exercise,
            found.number,
            found.id,
            found.inputs,
            self.values(self.place(found.number), found.inputs),
            found.stratum,
        )
