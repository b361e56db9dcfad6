"""The variants of one kind: all that are wished alike. Finds their numbers, and says why where there are none."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from itertools import combinations
from typing import Any

from flint import fmpq

from ..numbers import Number, UndefinedValue, certified
from ..render import words
from . import wishes as table
from .case import Case
from .coordinates import coordinates
from .effort import Effort, Measure, usual
from .exercise import Exercise
from .program import Program
from .search import Chance, OutOfTrials, Search

Inputs = tuple[fmpq, ...]
SMALL = 4096
"""Ways to choose all numbers up to which every one is looked at, and chosen from afterwards."""
PILOTS, FEWER_PILOTS, PATIENCE = 32, 8, 30_000
"""Variants made first, which show what is usual and which mistakes can show; fewer where that many values have been tried."""
SAMPLES = 256
FIRST_TRIALS, DOUBLINGS = 500, 4
"""Values tried in one attempt; twice as many after every third attempt that fails, so many times."""
ATTEMPTS, FEWER_ATTEMPTS = 40, 9
"""Attempts for one variant; for one that only shows whether wishes can be met without one of them."""
REJECTIONS = 200
"""Solutions for one variant that may be turned down: a mistake does not show, or the effort is unusual."""
COUNTED = 200_000
"""Values tried when it is counted how many variants there are."""


class Unmeetable(ValueError):
    """Wishes that cannot be met together, or not so often; `wishes` are the keys of those that conflict."""

    def __init__(self, message: str, wishes: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.wishes = wishes


class Kind:
    """`chance` gives a source for a seed's parts. `explains` says whether conflicting wishes are looked for where none can be met."""

    def __init__(self, exercise: Exercise, wished: Mapping[str, Any], chance: Callable[..., Chance], name: str = "", explains: bool = True) -> None:
        self.exercise, self.chance, self.name, self.explains = exercise, chance, name, explains
        self.attempts = ATTEMPTS if explains else FEWER_ATTEMPTS
        self.wishes = table.effective(wished)
        self.patterns = table.patterns(self.wishes["relu"])
        self.searches: dict[int, Search | None] = {}
        self.measure = Measure(exercise)
        self.texts: dict[tuple[int, int], str] = {}
        self.last: list[Number] = []
        self.last_inputs: Inputs | None = None
        sizes = [len(domain) for domain in exercise.plan.domains.values()]
        self.is_small = math.prod(sizes) <= SMALL

    def search(self, place: int) -> Search:
        """The search for one pattern of units on and off."""
        found = self.searches.get(place)
        if found is None:
            found = self.searches[place] = self._search(self.patterns[place])
        return found

    def _search(self, pattern: table.Pattern) -> Search:
        exercise, network = self.exercise, self.exercise.network
        signs = table.signs(pattern, lambda key: exercise.nodes[table.argument(network, key)].entries)  # type: ignore[index]
        case = Case(exercise, signs, self.wishes["branches"] == "same")
        conditions = list(table.conditions(self.wishes, case))
        graph, domains = case.graph, {}
        for slot, domain in exercise.plan.domains.items():
            domains[graph.variable(slot).place] = domain
        return Search(*coordinates(dict(enumerate(graph.code)), graph.constants, domains, conditions, self._samples(case), self.wishes["decimals"] is not None))

    def _samples(self, case: Case) -> list[list[Number]]:
        """The graph's values at numbers by chance."""
        chance = self.chance("samples")
        program = Program.of(case.graph, len(case.graph.code))
        domains = tuple(self.exercise.plan.domains.values())
        found = []
        for _ in range(SAMPLES):
            try:
                numbers = [domain[int(chance() * len(domain))] for domain in domains]
                found.append(certified(partial(program.run, numbers)))
            except UndefinedValue:
                continue
        return found

    @cached_property
    def listed(self) -> list[Inputs] | None:
        """All numbers that the conditions on nodes allow, where they are few enough to look at each."""
        return self.enumerated(COUNTED) if self.is_small else None

    def enumerated(self, trials: int) -> list[Inputs]:
        """All numbers that the conditions on nodes allow; raises `OutOfTrials` where they cannot all be found so quickly."""
        found: dict[tuple[str, ...], Inputs] = {}
        for place in range(len(self.patterns)):
            for inputs in certified(partial(self._all, place, trials)):
                found.setdefault(tuple(map(str, inputs)), inputs)
        return list(found.values())

    def _all(self, place: int, trials: int) -> list[Inputs]:
        return list(self.search(place).solutions(None, trials))

    def solved(self, *seed: object) -> Iterator[Inputs | None]:
        """Numbers that meet the conditions on nodes, one for each attempt, without end where there are any; None for an attempt that was given up."""
        if self.listed is not None:
            yield from self._shuffled(self.listed, self.chance(*seed)) if self.listed else ()
            return
        possible = list(range(len(self.patterns)))
        for attempt in range(10**9):
            chance = self.chance(*seed, attempt)
            place = possible[int(chance() * len(possible))]
            trials = FIRST_TRIALS << min(DOUBLINGS, attempt // 3)
            try:
                found = certified(partial(self._first, place, chance, trials))
            except OutOfTrials:
                yield None
                continue
            if found is None:
                possible.remove(place)
                if not possible:
                    return
                continue
            yield found

    def _first(self, place: int, chance: Chance, trials: int) -> Inputs | None:
        return next(self.search(place).solutions(chance, trials), None)

    @staticmethod
    def _shuffled(listed: list[Inputs], chance: Chance) -> Iterator[Inputs]:
        """Every item once, by chance."""
        moved: dict[int, int] = {}
        for left in range(len(listed), 0, -1):
            place = int(chance() * left)
            yield listed[moved.get(place, place)]
            moved[place] = moved.get(left - 1, left - 1)

    def stream(self, seed: int, number: int) -> Iterator[Inputs]:
        """The variants of a number, of which the first that is like none before it is taken; raises `Unmeetable` where there is none."""
        self.usual  # noqa: B018 (raises where nothing can be met)
        failed = rejected = 0
        succeeded = False
        for inputs in self.solved(seed, number):
            if inputs is None:
                failed += 1
            elif self.accepts(inputs):
                failed, rejected, succeeded = 0, 0, True
                yield inputs
            else:
                rejected += 1
            if failed >= self.attempts or rejected >= REJECTIONS:
                break
        if not succeeded:
            raise self.unmeetable(False)

    def accepts(self, inputs: Inputs) -> bool:
        """Whether mistakes show and the effort is usual."""
        self.last, self.last_inputs = self.exercise.run(inputs), inputs
        percent = self.wishes["effort"]
        if percent and not self.effort(self.last).is_near(self.usual, percent):
            return False
        return all(any(self._is_told(a, b, self.last) for a, b in pair) for pair in self.pairs)

    @cached_property
    def pilots(self) -> list[list[Number]]:
        """The values of some solutions; raises `Unmeetable` where there is none."""
        found, failed = [], 0
        for inputs in self.solved("pilot"):
            if inputs is not None:
                found.append(self.exercise.run(inputs))
            failed += inputs is None
            tried = sum(search.tried for search in self.searches.values() if search)
            if len(found) >= (PILOTS if tried < PATIENCE else FEWER_PILOTS) or failed >= self.attempts:
                break
        if not found:
            raise self.unmeetable(failed == 0)
        return found

    @cached_property
    def usual(self) -> Effort:
        """The usual effort."""
        return usual([self.effort(values) for values in self.pilots])

    def effort(self, values: list[Number]) -> Effort:
        return self.measure(values, self.shown(values))

    def shown(self, values: list[Number] | tuple[Number, ...]) -> list[str]:
        """The answers as the key prints them."""
        return [self._text(values[blank.node]) for blank in self.exercise.blanks]

    def _text(self, x: Number) -> str:
        if type(x) is not fmpq:
            return self.exercise.contract.shown(x)
        key = int(x.p), int(x.q)
        found = self.texts.get(key)
        if found is None:
            found = self.exercise.contract.shown(x)
            if len(self.texts) < SMALL:
                self.texts[key] = found
        return found

    def key(self, values: tuple[Number, ...]) -> bytes:
        """What tells variants apart: the answers as they are shown."""
        return hashlib.blake2b(" ".join(self.shown(values)).encode(), digest_size=16).digest()

    @cached_property
    def pairs(self) -> list[list[tuple[int, int]]]:
        """For each two ways to work that can be told apart in variants of this kind: the nodes at which they differ, those that tell most often first."""
        if not self.wishes["mistakes"]:
            return []
        ways = [tuple(blank.node for blank in self.exercise.blanks), *(mistaken.nodes for mistaken in self.exercise.mistakes)]
        return [pair for pair in (self._telling(*both) for both in combinations(ways, 2)) if pair]

    def _telling(self, way: tuple[int, ...], other: tuple[int, ...]) -> list[tuple[int, int]]:
        """The nodes at which two ways to work differ; nothing where they agree in all pilots as far as answers show."""
        differing = [pair for pair in dict.fromkeys(zip(way, other, strict=True)) if pair[0] != pair[1]]
        told = {pair: sum(self._is_told(*pair, values) for values in self.pilots) for pair in differing}
        return sorted(differing, key=lambda pair: -told[pair]) if any(told.values()) else []

    def _is_told(self, a: int, b: int, values: list[Number]) -> bool:
        """Whether two nodes differ as answers are to be given; what has no value differs from what has one."""
        try:
            return self.exercise.contract.tells_apart(values[a], values[b])
        except UndefinedValue:
            return True

    @property
    def never_shown(self) -> tuple[str, ...]:
        """The mistakes that give the right answers, as far as can be seen."""
        right = tuple(blank.node for blank in self.exercise.blanks)
        return tuple(mistaken.row.name for mistaken in self.exercise.mistakes if not self._telling(right, mistaken.nodes))

    @property
    def never_apart(self) -> tuple[tuple[str, str], ...]:
        """The mistakes that give the same answers as each other, as far as can be seen."""
        shown = [mistaken for mistaken in self.exercise.mistakes if mistaken.row.name not in self.never_shown]
        return tuple((a.row.name, b.row.name) for a, b in combinations(shown, 2) if not self._telling(a.nodes, b.nodes))

    def count(self) -> int | None:
        """How many variants with different answers there are; None where that would take too long."""
        try:
            found = self.listed if self.listed is not None else self.enumerated(COUNTED)
        except OutOfTrials:
            return None
        return len({self.key(tuple(self.last)) for inputs in found if self.accepts(inputs)}) if found else 0

    def too_many(self, known: int | None, asked: int) -> Unmeetable:
        """More variants are asked for than there are."""
        key = "few" if known is not None else "too_few"
        return Unmeetable(words.load()["variants"][key].format(known=known, asked=asked, stratum=self._where()), ("distinct",))

    def unmeetable(self, proven: bool) -> Unmeetable:
        """No numbers meet the wishes; those that conflict are looked for by leaving one out at a time."""
        if not self.explains:
            return Unmeetable("", ())
        if not proven and Kind(self.exercise, self.wishes, self.chance, explains=False).is_meetable():
            return Unmeetable(words.load()["variants"]["unlucky"].format(attempts=self.attempts, stratum=self._where()))
        core = dict(self.wishes)
        for key in sorted(core, key=lambda key: core[key] != table.WISHES[key].default):
            fewer = {**core, key: OFF.get(key)}
            if table.is_wished(core[key]) and core[key] != OFF.get(key) and not Kind(self.exercise, fewer, self.chance, explains=False).is_meetable():
                core = fewer
        keys = tuple(key for key, wished in core.items() if table.is_wished(wished) and wished != OFF.get(key))
        return Unmeetable(self._told(keys, core, proven), keys)

    def is_meetable(self) -> bool:
        """Whether numbers were found."""
        try:
            return next(self.stream(0, 1), None) is not None
        except Unmeetable:
            return False

    def _told(self, keys: tuple[str, ...], core: Mapping[str, Any], proven: bool) -> str:
        texts = words.load()
        said = [texts["wishes"][key].format(value=table.WISHES[key].say(core[key])) for key in keys]
        sentence = texts["variants"]["none" if proven else "none_found"] if keys else texts["variants"]["undefined"]
        return sentence.format(wishes="; ".join(said), stratum=self._where())

    def _where(self) -> str:
        return words.load()["variants"]["in_stratum"].format(name=self.name) if self.name else ""


OFF = {"branches": "any"}
"""What a wish is when it is left out, where that is not nothing."""
