"""Attempts to find numbers that meet wishes: by chance or one after another, for each way in which units can be on and
off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

from derivation.exercises.exercise.exercise import Exercise
from derivation.exercises.exercise.program import Program
from derivation.exercises.plan import wishes as table
from derivation.exercises.plan.domains import Domain
from derivation.exercises.search.case import Case, Condition
from derivation.exercises.search.conditions import conditions, signs
from derivation.exercises.search.coordinates import coordinates
from derivation.exercises.search.discrimination import Inputs, Target
from derivation.exercises.search.search import Chance, OutOfTrials, Search
from derivation.formulas.numbers import Number, Undefined, certified

Source = Callable[..., Chance]
"""A source of chance for a seed's parts."""
SAMPLES = 256
FIRST_TRIALS, DOUBLINGS = 500, 4
"""Values tried in one attempt; twice as many after every third attempt that fails, so many times."""


class Finder:
    """Finds numbers from some domains. Of `targets`, if there are any, one has to show."""

    def __init__(
        self,
        exercise: Exercise,
        wishes: Mapping[str, Any],
        domains: Sequence[Domain],
        source: Source,
        targets: Sequence[Target] = (),
    ) -> None:
        self.exercise, self.wishes, self.domains, self.source = exercise, wishes, domains, source
        self.ways = list(product(table.patterns(wishes["relu"]), targets or (None,)))
        self.searches: dict[int, Search] = {}
        self.is_impossible = False
        """Whether an attempt has shown that there are no such numbers."""

    @property
    def tried(self) -> int:
        """How many values have been tried."""
        return sum(search.tried for search in self.searches.values())

    def search(self, way: int) -> Search:
        """The search for one pattern of units on and off, and one target."""
        if way not in self.searches:
            self.searches[way] = self._search(*self.ways[way])
        return self.searches[way]

    def _search(self, pattern: table.Pattern, target: Target | None) -> Search:
        exercise, network = self.exercise, self.exercise.network
        decided = signs(pattern, lambda key: exercise.nodes[table.argument(network, key)].entries)  # type: ignore[index]
        case = Case(exercise, decided, self.wishes["branches"] == "same")
        wished = list(conditions(self.wishes, case))
        if target:
            wished.append(
                Condition("mistakes", (case.nodes[target.node].place,), partial(target.shows, exercise.contract))
            )
        graph = case.graph
        domains = {
            graph.variable(slot).place: domain for slot, domain in zip(exercise.slots, self.domains, strict=True)
        }
        short = self.wishes["decimals"] is not None
        return Search(
            *coordinates(dict(enumerate(graph.code)), graph.constants, domains, wished, self._samples(case), short)
        )

    def _samples(self, case: Case) -> list[list[Number]]:
        """The graph's values at numbers by chance."""
        chance = self.source("samples")
        program = Program.of(case.graph, len(case.graph.code))
        found = []
        for _ in range(SAMPLES):
            try:
                numbers = [domain[int(chance() * len(domain))] for domain in self.domains]
                found.append(certified(partial(program.run, numbers)))
            except Undefined:
                continue
        return found

    def all(self, trials: int) -> list[Inputs]:
        """All numbers that meet the conditions on nodes; raises `OutOfTrials` where they cannot all be found so
        quickly."""
        found: dict[tuple[str, ...], Inputs] = {}
        for way in range(len(self.ways)):
            for inputs in certified(partial(self._all, way, trials)):
                found.setdefault(tuple(map(str, inputs)), inputs)
        return list(found.values())

    def _all(self, way: int, trials: int) -> list[Inputs]:
        return list(self.search(way).solutions(None, trials))

    def attempts(self, *seed: object) -> Iterator[Inputs | None]:
        """Numbers that meet the conditions on nodes, one for each attempt, without end where there are any; None for an
        attempt that was given up."""
        possible = list(range(len(self.ways)))
        attempt = 0
        while possible:
            chance = self.source(*seed, attempt)
            way = possible[int(chance() * len(possible))]
            try:
                found = certified(partial(self._first, way, chance, FIRST_TRIALS << min(DOUBLINGS, attempt // 3)))
                if found is None:
                    possible.remove(way)
                else:
                    yield found
            except OutOfTrials:
                yield None
            attempt += 1
        self.is_impossible = True

    def _first(self, way: int, chance: Chance, trials: int) -> Inputs | None:
        return next(self.search(way).solutions(chance, trials), None)
