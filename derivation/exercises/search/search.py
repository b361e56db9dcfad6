"""Backtracking search for numbers that meet conditions: variable by variable, from conflict to conflict.

Variables are not always the inputs: where an input is only added to something (a bias, a target), the sum may be chosen
first and the input follows from it, so that a condition on the sum's square or product is met before anything else is
known (`coordinates`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flint import fmpq

from derivation.exercises.exercise.program import Operation
from derivation.exercises.search.case import Condition
from derivation.exercises.search.coordinates import Coordinates, Variable, supported
from derivation.exercises.search.windows import Window, windows
from derivation.formulas.numbers import Number, Undefined

Chance = Callable[[], float]
"""A number from 0 to 1 by chance, 1 excluded."""
Check = tuple[Callable[..., bool], tuple[int, ...], int]
"""What judges, the nodes whose values it judges, and the levels that it depends on (a bit each)."""
Step = tuple[int, Operation | None, tuple[int, ...], int, list[Check]]
"""A node that is worked at a level (a variable has no operation), the levels that it depends on, and what is judged
then."""
MAXIMAL_KEYS = 512
"""Ways in which the variables before it can bear on a level's short list, up to which such lists are kept."""


SUMS_FIRST = 2.5
"""How much sooner sums are chosen than inputs with as many values: what follows from them is easily met afterwards."""


class OutOfTrials(Exception):
    """The search was given up before its end."""


@dataclass
class Level:
    """One variable: its node and candidates with their weights, the work to be done once it has a value, and the part
    of it that only depends on few other levels (`near`): what that leaves of the candidates is kept by the values
    there."""

    node: int
    candidates: tuple[fmpq, ...]
    weights: tuple[int, ...]
    steps: list[Step] = field(default_factory=list)
    near: list[Step] = field(default_factory=list)
    key: tuple[int, ...] = ()
    windows: list[tuple[Window, int]] = field(default_factory=list)
    kept: dict[tuple[int, ...], tuple[list[int], int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.floats = [float(candidate) for candidate in self.candidates]

    def pool(self, values: list[Number], chosen: list[int]) -> tuple[list[int], int]:
        """The candidates (by place) that nothing near speaks against, and the levels that took others away."""
        key = tuple([chosen[level] for level in self.key])
        found = self.kept.get(key)
        if found is None:
            conflict, left = 0, []
            for place, candidate in enumerate(self.candidates):
                values[self.node] = candidate
                failed = failure(values, self.near)
                if failed is None:
                    left.append(place)
                else:
                    conflict |= failed
            found = self.kept[key] = left, conflict
        left, conflict = found
        for window, reach in self.windows:
            inside = window.left(left, self.floats, values)
            if len(inside) < len(left):
                left, conflict = inside, conflict | reach
        return left, conflict


def failure(values: list[Number], steps: Iterable[Step]) -> int | None:
    """Works what a level works; the levels that the first condition which fails depends on, None where all hold."""
    for node, operation, operands, bits, checks in steps:
        if operation is not None:
            try:
                values[node] = operation(*[values[k] for k in operands])
            except Undefined:
                return bits
        for judge, nodes, reach in checks:
            if not judge(*[values[k] for k in nodes]):
                return reach
    return None


class Search:
    """The search through one set of coordinates."""

    def __init__(self, coordinates: Coordinates, conditions: Sequence[Condition]) -> None:
        self.inputs, self.tried = coordinates.inputs, 0
        self.start: list[Number] = [None] * (max(coordinates.code, default=-1) + 1)
        for node, value in coordinates.constants.items():
            if node in coordinates.code:
                self.start[node] = value
        supports = supported(coordinates)
        self.is_contradictory = not self._fixed(coordinates, supports)
        reaches = [frozenset().union(*(supports[node] for node in condition.nodes)) for condition in conditions]
        variables = {node: self._left(coordinates, node, conditions, reaches) for node in coordinates.variables}
        conditions = [condition for condition, reach in zip(conditions, reaches, strict=True) if len(reach) != 1]
        order = _ordered(variables, coordinates.sums, [reach for reach in reaches if len(reach) > 1])
        self.levels = [Level(node, *variables[node]) for node in order]
        depth = {node: place for place, node in enumerate(order)}
        bits = {node: sum(1 << depth[k] for k in support) for node, support in supports.items()}
        checks = self._worked(coordinates, bits, _needed(coordinates, conditions))
        self._judged(coordinates, conditions, bits, checks)
        for place, window in windows(coordinates, conditions, bits, order):
            reach = 0
            for node in window.nodes:
                reach |= bits[node]
            self.levels[place].windows.append((window, reach))
        for place in range(len(self.levels)):
            self._divide(place)

    def _fixed(self, coordinates: Coordinates, supports: Mapping[int, frozenset[int]]) -> bool:
        """Works what depends on nothing; whether it has a value."""
        for node, (operation, operands) in coordinates.code.items():
            if operation is not None and not supports[node]:
                try:
                    self.start[node] = operation(*[self.start[k] for k in operands])
                except Undefined:
                    return False
        return True

    def _left(
        self, coordinates: Coordinates, node: int, conditions: Sequence[Condition], reaches: Sequence[frozenset[int]]
    ) -> Variable:
        """The candidates of a variable that the conditions on it alone leave."""
        alone = [condition for condition, reach in zip(conditions, reaches, strict=True) if reach == {node}]
        needed = _needed_for(
            (k for condition in alone for k in condition.nodes),
            [(k, *worked, 0, []) for k, worked in coordinates.code.items()],
        )
        steps = [step for step in needed if step[0] != node and self.start[step[0]] is None]
        values = list(self.start)
        left = []
        for candidate in coordinates.variables[node][0]:
            values[node] = candidate
            if failure(values, steps) is None and all(
                condition.holds(*[values[k] for k in condition.nodes]) for condition in alone
            ):
                left.append(candidate)
        weights = dict(zip(*coordinates.variables[node], strict=False))
        return tuple(left), tuple(weights[candidate] for candidate in left) if weights else ()

    def _worked(self, coordinates: Coordinates, bits: Mapping[int, int], needed: set[int]) -> dict[int, list[Check]]:
        """Every node that is needed, put at the level where it can be worked; the checks of each, of which there are
        none yet."""
        checks: dict[int, list[Check]] = {}
        for level in self.levels:
            checks[level.node] = []
            level.steps.append((level.node, None, (), bits[level.node], checks[level.node]))
        for node, (operation, operands) in coordinates.code.items():
            if operation is not None and node in needed and bits[node]:
                checks[node] = []
                self.levels[bits[node].bit_length() - 1].steps.append(
                    (node, operation, operands, bits[node], checks[node])
                )
        return checks

    def _judged(
        self,
        coordinates: Coordinates,
        conditions: Sequence[Condition],
        bits: Mapping[int, int],
        checks: Mapping[int, list[Check]],
    ) -> None:
        """Puts every condition where the last of its nodes is worked."""
        order = {node: place for place, node in enumerate(coordinates.code)}
        for condition in conditions:
            reach = 0
            for node in condition.nodes:
                reach |= bits[node]
            if reach:
                last = max(
                    (node for node in condition.nodes if bits[node].bit_length() == reach.bit_length()),
                    key=order.__getitem__,
                )
                checks[last].append((condition.holds, condition.nodes, reach))
            elif not condition.holds(*[self.start[k] for k in condition.nodes]):
                self.is_contradictory = True

    def _divide(self, place: int) -> None:
        """Takes the checks near at hand from a level's steps: those that depend on so few values of other levels that
        their outcome can be kept."""
        level, before = self.levels[place], self.levels[:place]
        bits = 0
        near: dict[int, list[Check]] = {}
        for node, check in sorted(
            ((step[0], check) for step in level.steps for check in step[4]), key=lambda pair: pair[1][2].bit_count()
        ):
            joined = bits | check[2]
            if math.prod(len(other.candidates) for k, other in enumerate(before) if joined >> k & 1) <= MAXIMAL_KEYS:
                bits = joined
                near.setdefault(node, []).append(check)
        level.key = tuple(k for k in range(place) if bits >> k & 1)
        wanted = {node for checks in near.values() for _, nodes, _ in checks for node in nodes}
        level.near = [(*step[:4], near.get(step[0], [])) for step in _needed_for(wanted, level.steps)]
        for step in level.steps:
            step[4][:] = [check for check in step[4] if check not in near.get(step[0], ())]

    def solutions(self, chance: Chance | None, trials: int) -> Iterator[tuple[fmpq, ...]]:
        """The inputs of every solution, by chance or in order; raises `OutOfTrials` where more values had to be tried
        than that."""
        if self.is_contradictory:
            return
        levels, size = self.levels, len(self.levels)
        values, chosen = list(self.start), [0] * size
        pools: list[list[int]] = [[]] * size
        conflicts = [0] * size
        depth = -1
        while True:
            depth += 1
            if depth == size:
                yield tuple([values[node] for node in self.inputs])
                depth -= 1
                if depth < 0:
                    return
                conflicts[depth] |= (1 << depth) - 1
            else:
                left, conflicts[depth] = levels[depth].pool(values, chosen)
                conflicts[depth] &= ~(1 << depth)
                pools[depth] = left[:] if chance else left[::-1]
            while depth >= 0:
                level, pool = levels[depth], pools[depth]
                failed: int | None = 0
                while pool and failed is not None:
                    trials -= 1
                    self.tried += 1
                    if trials < 0:
                        raise OutOfTrials
                    chosen[depth] = place = _drawn(pool, level.weights, chance) if chance else pool.pop()
                    values[level.node] = level.candidates[place]
                    failed = failure(values, level.steps)
                    conflicts[depth] |= (failed or 0) & ~(1 << depth)
                if failed is None:
                    break
                conflict = conflicts[depth]
                depth = conflict.bit_length() - 1
                if depth < 0:
                    return
                conflicts[depth] |= conflict & ~(1 << depth)


def _drawn(pool: list[int], weights: tuple[int, ...], chance: Chance) -> int:
    """A candidate taken from the pool by chance, in proportion to the weights where there are any."""
    if not weights:
        place = int(chance() * len(pool))
    else:
        rest = int(chance() * sum([weights[k] for k in pool]))
        place = 0
        while rest >= weights[pool[place]]:
            rest -= weights[pool[place]]
            place += 1
    found = pool[place]
    pool[place] = pool[-1]
    pool.pop()
    return found


def _needed_for(wanted: Iterable[int], steps: list[Step]) -> list[Step]:
    """The steps that some nodes need, in order."""
    needed = set(wanted)
    for node, _, operands, _, _ in reversed(steps):
        if node in needed:
            needed.update(operands)
    return [step for step in steps if step[0] in needed]


def _needed(coordinates: Coordinates, conditions: Sequence[Condition]) -> set[int]:
    """The nodes that conditions and inputs are worked from."""
    needed: set[int] = set()
    waiting = [*coordinates.inputs, *(node for condition in conditions for node in condition.nodes)]
    while waiting:
        node = waiting.pop()
        if node not in needed:
            needed.add(node)
            waiting += coordinates.code[node][1]
    return needed


def _ordered(variables: Mapping[int, Variable], sums: frozenset[int], reaches: Sequence[frozenset[int]]) -> list[int]:
    """An order in which conditions can be judged early: next come the variables of the condition that is nearest to
    being decided."""
    size = {
        node: math.log2(1 + len(candidates)) / (SUMS_FIRST if node in sums else 1)
        for node, (candidates, _) in variables.items()
    }
    order: dict[int, None] = {}
    waiting = list(reaches)
    while waiting := [reach for reach in waiting if not reach <= order.keys()]:
        open = [reach - order.keys() for reach in waiting]
        nearest = min(
            open,
            key=lambda reach: (
                sum(size[k] for k in sorted(reach)) / sum(other <= reach for other in open),
                len(reach),
                sorted(reach),
            ),
        )
        order |= dict.fromkeys(sorted((k for k in nearest if k not in order), key=lambda k: (size[k], k)))
    return [*order, *(node for node in variables if node not in order)]
