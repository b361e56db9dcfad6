"""Ways to work an exercise, the right one and the mistaken ones, told apart by the answers they give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from flint import fmpq

from derivation.exercises.exercise.exercise import Exercise
from derivation.exercises.plan.contract import Contract
from derivation.exercises.plan.domains import Domain
from derivation.formulas.numbers import Number, Uncertain, Undefined

Inputs = tuple[fmpq, ...]
Nodes = tuple[int, int]
"""Two nodes of the program: what one way and another give for the same blank."""
SELDOM = 0.5
"""Share of variants below which two ways are told apart so seldom that it is seen to while numbers are searched for."""
MAXIMAL_TARGETS = 4
"""Answers of which one is to tell those two apart."""
ENOUGH = 6
"""Drafts that are enough to see where two ways usually differ."""
FEW_VALUES, EVIDENCE = 8, 2
"""Values up to which it is asked of each whether it hides a mistake; variants with it in which it does, to ask."""


@dataclass(frozen=True)
class Draft:
    """Numbers that meet all conditions on nodes, and the program's values at them."""

    inputs: Inputs
    values: list[Number]


@dataclass(frozen=True, slots=True)
class Target:
    """A node whose value is to differ from what an operation makes of it."""

    node: int
    operation: Callable[..., Number]

    def shows(self, contract: Contract, x: Number) -> bool:
        """Whether it does, as answers are to be given."""
        return contract.tells_apart(x, self.operation(x))


class Discrimination:
    """What some drafts show: which ways can be told apart, where, and how often."""

    def __init__(self, exercise: Exercise, drafts: Sequence[Draft]) -> None:
        self.exercise, self.contract, self.drafts = exercise, exercise.contract, drafts
        self.right = tuple(blank.node for blank in exercise.blanks)
        unit = 10.0 ** (1 - self.contract.digits) if self.contract.places is None else 10.0**-self.contract.places
        self.margin = 4 * unit + 1e-12

    @cached_property
    def pairs(self) -> list[tuple[float, list[Nodes]]]:
        """For each two ways that are told apart in some draft: in which share of them, and the nodes at which they
        differ, those that tell most often first.

        What is told apart most seldom comes first, since that is where most numbers fail.
        """
        ways = [self.right, *(mistaken.nodes for mistaken in self.exercise.mistakes)]
        found = [
            (self.share(pair), pair) for pair in (self.telling_nodes(*both) for both in combinations(ways, 2)) if pair
        ]
        return sorted(found, key=lambda shared: shared[0])

    def telling_nodes(self, way: tuple[int, ...], other: tuple[int, ...]) -> list[Nodes]:
        """The nodes at which two ways differ; nothing where no draft tells them apart."""
        differing = [pair for pair in dict.fromkeys(zip(way, other, strict=True)) if pair[0] != pair[1]]
        for drafts in (self.drafts[:ENOUGH], self.drafts):
            told = {pair: sum(self.is_told(*pair, draft.values) for draft in drafts) for pair in differing}
            if any(told.values()):
                return sorted(differing, key=lambda pair: -told[pair])
        return []

    def share(self, pair: Sequence[Nodes]) -> float:
        """In which share of the drafts two ways are told apart."""
        return sum(self.tells(pair, draft.values) for draft in self.drafts) / len(self.drafts)

    def accepts(self, values: Sequence[Number]) -> bool:
        """Whether all ways that can be told apart are."""
        return all(self.tells(pair, values) for _, pair in self.pairs)

    def tells(self, pair: Sequence[Nodes], values: Sequence[Number]) -> bool:
        """Whether some answer tells two ways apart."""
        return any(self.is_told(a, b, values) for a, b in pair)

    def is_told(self, a: int, b: int, values: Sequence[Number]) -> bool:
        """Whether two nodes differ as answers are to be given; what has no value differs from what has one."""
        try:
            x, y = float(values[a]), float(values[b])
            if abs(x - y) > self.margin * max(1.0, abs(x), abs(y)):  # at a glance
                return True
            return self.contract.tells_apart(values[a], values[b])
        except Uncertain:  # too near each other to be sure
            return False
        except (Undefined, OverflowError):
            return True

    def narrowed(self, domains: Sequence[Domain]) -> tuple[Domain, ...]:
        """The domains without values that hide a mistake: a rate of 1 where it may be forgotten."""
        left = [list(domain) for domain in domains]
        for share, pair in self.pairs:
            for place, domain in enumerate(domains):
                if share < 1 and 1 < len(domain) <= FEW_VALUES:
                    hiding = [value for value in left[place] if self._hides(place, value, pair)]
                    left[place] = (
                        [value for value in left[place] if value not in hiding]
                        if len(hiding) < len(left[place])
                        else left[place]
                    )
        return tuple(map(tuple, left))

    def _hides(self, place: int, value: fmpq, pair: Sequence[Nodes]) -> bool:
        """Whether two ways are never told apart where an input has a value: not in drafts with it, nor in others once
        they are given it."""
        own = [draft for draft in self.drafts if draft.inputs[place] == value]
        if len(own) < EVIDENCE or any(self.tells(pair, draft.values) for draft in own):
            return False
        return not any(
            self._would_tell((*draft.inputs[:place], value, *draft.inputs[place + 1 :]), pair) for draft in self.drafts
        )

    def _would_tell(self, inputs: Inputs, pair: Sequence[Nodes]) -> bool:
        try:
            return self.tells(pair, self.exercise.run(inputs))
        except Undefined:
            return False

    def targets(self) -> tuple[Target, ...]:
        """Answers of which one should show what is told apart most seldom, where that is seldom and only a rounding (or
        another last operation) away."""
        if not self.pairs or self.pairs[0][0] >= SELDOM:
            return ()
        program = self.exercise.program
        found = []
        for right, wrong in self.pairs[0][1]:
            operation, operands = program.code[wrong]
            if (
                operation
                and len(operands) == 1
                and right < program.required
                and any(self.is_told(right, wrong, draft.values) for draft in self.drafts)
            ):
                found.append(Target(right, operation))
        return tuple(found[:MAXIMAL_TARGETS])

    @property
    def never_shown(self) -> tuple[str, ...]:
        """The mistakes that give the right answers, as far as can be seen."""
        return tuple(
            mistaken.row.name
            for mistaken in self.exercise.mistakes
            if not self.telling_nodes(self.right, mistaken.nodes)
        )

    @property
    def never_apart(self) -> tuple[tuple[str, str], ...]:
        """The mistakes that show, but give the same answers as each other, as far as can be seen."""
        never = self.never_shown
        shown = [mistaken for mistaken in self.exercise.mistakes if mistaken.row.name not in never]
        return tuple(
            (a.row.name, b.row.name) for a, b in combinations(shown, 2) if not self.telling_nodes(a.nodes, b.nodes)
        )
