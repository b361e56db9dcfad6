"""The variants of one kind: all that are wished alike. Chooses among the numbers that are found, and says why where
there are none."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import Any

from flint import fmpq

from derivation.exercises.exercise.exercise import Exercise
from derivation.exercises.plan import wishes as table
from derivation.exercises.search.discrimination import Discrimination, Draft, Inputs
from derivation.exercises.search.finding import Finder, Source
from derivation.exercises.search.search import Chance, OutOfTrials
from derivation.exercises.search.workload import Measure, Workload, usual
from derivation.formulas.numbers import Number, certified
from derivation.words.files import load

SMALL = 4096
"""Ways to choose all numbers up to which every one is looked at, and chosen from afterwards."""
DRAFTS, FEWER_DRAFTS, PATIENCE = 32, 8, 30_000
"""Variants made first, which show what is usual and which mistakes can show; fewer where that many values have been
tried."""
ATTEMPTS, FEWER_ATTEMPTS = 40, 9
"""Attempts for one variant; for one that only shows whether wishes can be met without one of them."""
REJECTIONS = 200
"""Solutions for one variant that may be turned down: a mistake does not show, or the workload is unusual."""
COUNTED = 200_000
"""Values tried when it is counted how many variants there are."""
OFF = {"branches": "any"}
"""What a wish is when it is left out, where that is not nothing."""


class Unmeetable(ValueError):
    """Wishes that cannot be met together, or not so often; `wishes` are the keys of those that conflict."""

    def __init__(self, message: str, wishes: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.wishes = wishes


class StratumSampler:
    """`source` gives chance for a seed's parts. `explains` says whether conflicting wishes are looked for where none
    can be met."""

    def __init__(
        self, exercise: Exercise, wished: Mapping[str, Any], source: Source, name: str = "", explains: bool = True
    ) -> None:
        self.exercise, self.source, self.name, self.explains = exercise, source, name, explains
        self.attempts = ATTEMPTS if explains else FEWER_ATTEMPTS
        self.wishes = table.effective(wished)
        self.domains = tuple(exercise.plan.domains.values())
        self.everything = Finder(exercise, self.wishes, self.domains, source)
        self.is_small = math.prod(map(len, self.domains)) <= SMALL
        self.measure = Measure(exercise)
        self.texts: dict[tuple[int, int], str] = {}
        self.last: list[Number] = []
        self.last_inputs: Inputs | None = None

    @cached_property
    def listed(self) -> list[Inputs] | None:
        """All numbers that the conditions on nodes allow, where they are few enough to look at each."""
        return self.everything.all(COUNTED) if self.is_small else None

    @cached_property
    def first(self) -> Discrimination:
        """What variants show whose mistakes nobody has looked at; raises `Unmeetable` where there is none."""
        drafts = self._drafts(self.everything)
        if not drafts:
            raise self.unmeetable(self.listed is not None or self.everything.is_impossible)
        return Discrimination(self.exercise, drafts)

    @cached_property
    def seeing(self) -> Finder:
        """What finds numbers in which mistakes show, as far as that can be seen to beforehand."""
        if self.listed is not None or not self.wishes["mistakes"]:
            return self.everything
        domains, targets = self.first.narrowed(self.domains), self.first.targets()
        if domains == self.domains and not targets:
            return self.everything
        return Finder(self.exercise, self.wishes, domains, self.source, targets)

    @cached_property
    def later(self) -> list[Draft]:
        """Drafts as they are found once mistakes have been seen to; nothing where that is not needed, or finds none."""
        return [] if self.seeing is self.everything else self._drafts(self.seeing)

    @property
    def finder(self) -> Finder:
        """What finds the numbers of variants."""
        return self.seeing if self.later else self.everything

    @cached_property
    def discrimination(self) -> Discrimination:
        """What all drafts show."""
        return Discrimination(self.exercise, [*self.first.drafts, *self.later]) if self.later else self.first

    def _drafts(self, finder: Finder) -> list[Draft]:
        found: list[Draft] = []
        failed = 0
        for inputs in self.solved(finder, "draft"):
            if inputs is None:
                failed += 1
            else:
                found.append(Draft(inputs, self.worked(inputs)[0]))
            if len(found) >= (DRAFTS if finder.tried < PATIENCE else FEWER_DRAFTS) or failed >= self.attempts:
                break
        return found

    def solved(self, finder: Finder, *seed: object) -> Iterator[Inputs | None]:
        """Numbers that meet the conditions on nodes; None for an attempt that was given up."""
        return finder.attempts(*seed) if self.listed is None else _shuffled(self.listed, self.source(*seed))

    def stream(self, seed: int, number: int) -> Iterator[Inputs]:
        """The variants of a number, of which the first that is like none before it is taken; raises `Unmeetable` where
        there is none."""
        self.usual  # noqa: B018 (raises where nothing can be met)
        failed = rejected = 0
        succeeded = False
        for inputs in self.solved(self.finder, seed, number):
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
        """Whether mistakes show and the workload is usual; the values stay at hand in `last`."""
        self.last, shown = self.worked(inputs)
        self.last_inputs = inputs
        percent = self.wishes["effort"]
        if percent and not self.measure(self.last, shown).is_near(self.usual, percent):
            return False
        return not self.wishes["mistakes"] or self.discrimination.accepts(self.last)

    def worked(self, inputs: Inputs) -> tuple[list[Number], list[str]]:
        """The program's values, with as many bits as the answers need to be shown, and the answers as they are."""
        return certified(partial(self._worked, inputs))

    def _worked(self, inputs: Inputs) -> tuple[list[Number], list[str]]:
        values = self.exercise.program.run(inputs)
        return values, self.shown(values)

    @cached_property
    def usual(self) -> Workload:
        """The usual workload of variants in which mistakes show, where there are enough of them."""
        drafts = self.later or self.first.drafts
        shown = (
            [draft for draft in drafts if self.discrimination.accepts(draft.values)] if self.wishes["mistakes"] else []
        )
        return usual([self.workload(draft.values) for draft in (shown if len(shown) >= FEWER_DRAFTS else drafts)])

    def workload(self, values: list[Number]) -> Workload:
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

    def count(self) -> int | None:
        """How many variants with different answers there are; None where that would take too long."""
        try:
            found = self.listed if self.listed is not None else self.everything.all(COUNTED)
        except OutOfTrials:
            return None
        return len({self.key(tuple(self.last)) for inputs in found if self.accepts(inputs)}) if found else 0

    def too_many(self, known: int | None, asked: int) -> Unmeetable:
        """More variants are asked for than there are."""
        key = "few" if known is not None else "too_few"
        return Unmeetable(
            load()["variants"][key].format(known=known, asked=asked, stratum=self._where()), ("distinct",)
        )

    def unmeetable(self, proven: bool) -> Unmeetable:
        """No numbers meet the wishes; those that conflict are looked for by leaving one out at a time."""
        if not self.explains:
            return Unmeetable("", ())
        if not proven and StratumSampler(self.exercise, self.wishes, self.source, explains=False).is_meetable():
            return Unmeetable(load()["variants"]["unlucky"].format(attempts=self.attempts, stratum=self._where()))
        core = dict(self.wishes)
        for key in sorted(core, key=lambda key: core[key] != table.WISHES[key].default):
            fewer = {**core, key: OFF.get(key)}
            if (
                table.is_wished(core[key])
                and core[key] != OFF.get(key)
                and not StratumSampler(self.exercise, fewer, self.source, explains=False).is_meetable()
            ):
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
        texts = load()
        said = [texts["wishes"][key].format(value=table.WISHES[key].say(core[key])) for key in keys]
        sentence = texts["variants"]["none" if proven else "none_found"] if keys else texts["variants"]["undefined"]
        return sentence.format(wishes="; ".join(said), stratum=self._where())

    def _where(self) -> str:
        return load()["variants"]["in_stratum"].format(name=self.name) if self.name else ""


def _shuffled(listed: list[Inputs], chance: Chance) -> Iterator[Inputs]:
    """Every item once, by chance."""
    moved: dict[int, int] = {}
    for left in range(len(listed), 0, -1):
        place = int(chance() * left)
        yield listed[moved.get(place, place)]
        moved[place] = moved.get(left - 1, left - 1)
