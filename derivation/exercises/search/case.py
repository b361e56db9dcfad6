"""An exercise in which every comparison has come out one way: its graph without branches, and what must hold for
them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from flint import fmpq

from derivation.exercises.exercise.exercise import Exercise
from derivation.exercises.exercise.program import Program, ScalarGraph, ScalarNode, Traced
from derivation.formulas.arrays import Array
from derivation.formulas.numbers import Number, Uncertain, Undefined, is_positive, same
from derivation.formulas.operations.algebras import Numbers
from derivation.formulas.terms import Term, name, updated

Sign = tuple[int, bool]
"""A node of the program that is compared with 0, and whether it is to be positive."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a wish says of nodes: `holds` judges their values. Where it says so, their values have at most `places`
    decimals, or lie from `low` to `high` (of two nodes: their difference)."""

    wish: str
    nodes: tuple[int, ...]
    holds: Callable[..., bool]
    places: int | None = None
    low: fmpq | None = None
    high: fmpq | None = None


class Case:
    """The graph of an exercise once it is known which of two numbers is greater wherever that is asked.

    `signs` decide comparisons with 0, the spec's own numbers all others (none where `follows` is false). `nodes` has
    the graph's node for each node of the program that the right tape works, `blanks` those of the blanks.
    """

    def __init__(self, exercise: Exercise, signs: Sequence[Sign], follows: bool = True) -> None:
        self.exercise, self.signs, self.follows = exercise, dict(signs), follows
        self.graph = ScalarGraph()
        self.found: dict[tuple[tuple[int, ...], bool], Condition] = {}
        self.nodes: list[ScalarNode] = []
        program = exercise.program
        variables = dict(zip(program.inputs, exercise.slots, strict=True))
        for place, (operation, operands) in enumerate(program.code[: program.required]):
            if operation is not None:
                self.nodes.append(self.worked(operation, operands))
            else:
                self.nodes.append(
                    self.graph.variable(variables[place])
                    if place in variables
                    else self.graph.constant(program.constants[place])
                )
        for place, is_on in signs:
            node, zero = self.nodes[place].place, self.zero
            self.found[(node,), is_on] = _ordered("relu", *((node, zero) if is_on else (zero, node)), {zero: fmpq(0)})
        self.size = len(self.graph.code)
        self.blanks = tuple(self.nodes[blank.node].place for blank in exercise.blanks)

    @property
    def branches(self) -> tuple[Condition, ...]:
        """That every comparison comes out as it was decided."""
        return tuple(self.found.values())

    @cached_property
    def reference(self) -> list[Number]:
        """The program's values at the spec's own numbers."""
        given = self.exercise.given
        return self.exercise.run(tuple(given[quantity].entries[offset] for quantity, offset in self.exercise.slots))

    def worked(self, operation: Callable[..., Number], operands: tuple[int, ...]) -> ScalarNode:
        """The node of an operation; what a comparison decides is put in its place."""
        nodes = [self.nodes[place] for place in operands]
        if operation is Numbers.cases and nodes[0].place in self.graph.constants:
            return nodes[1] if self.graph.constants[nodes[0].place] == 1 else nodes[2]
        outcome = OUTCOMES.get(operation)
        found = outcome(self, operands) if outcome else None
        if found is None:
            return self.graph.apply(operation, *nodes)
        return self.nodes[found[0]] if isinstance(found, tuple) else self.graph.constant(fmpq(found))

    def exceeds(self, a: int, b: int | None) -> bool | None:
        """Whether one node of the program is to be greater than another (0 where there is none); None where that is
        left open."""
        x, y = self.nodes[a], self.graph.constant(fmpq(0)) if b is None else self.nodes[b]
        constants = self.graph.constants
        if x.place in constants and y.place in constants:
            return bool(constants[x.place] > constants[y.place])
        decided = self.decided(a, b)
        if decided is not None:
            greater, smaller = (x.place, y.place) if decided else (y.place, x.place)
            found = _ordered("relu" if self.signed(a, b) is not None else "branches", greater, smaller, constants)
            self.found[found.nodes, decided] = found
        return decided

    def decided(self, a: int, b: int | None) -> bool | None:
        signed = self.signed(a, b)
        if signed is not None or not self.follows:
            return signed
        x, y = self.reference[a], fmpq(0) if b is None else self.reference[b]
        if is_positive(x - y) or is_positive(y - x):
            return is_positive(x - y)
        return a in self.exercise.program.constants  # a tie: what varies counts as smaller, so that ReLU is off

    def signed(self, a: int, b: int | None) -> bool | None:
        """What the signs say of a comparison."""
        constants = self.exercise.program.constants
        if a in self.signs and (b is None or constants.get(b) == 0):
            return self.signs[a]
        if b is not None and b in self.signs and constants.get(a) == 0:
            return not self.signs[b]
        return None

    def after_update(self, quantity: Term) -> tuple[int, int]:
        """The nodes of a quantity before the update and after it, the forward pass worked once more with the updated
        parameters."""
        exercise, network = self.exercise, self.exercise.network
        arrays = {
            key: array.map(self.nodes.__getitem__)
            for key, array in exercise.nodes.items()
            if all(k < len(self.nodes) for k in array.entries)
        }
        moved = {name(key): arrays[updated(name(key))] for key in network.moved}
        start: dict[Term, Array] = {**{key: arrays[key] for key in exercise.given}, **moved}
        again = Traced(
            self.graph, tuple(entry for entry in exercise.tape if entry.phase == "forward"), start, network.carry
        )
        found = again.get(quantity)
        assert found is not None
        return arrays[quantity].entries[0].place, found.entries[0].place

    @cached_property
    def probes(self) -> list[list[Number]]:
        """The graph's values at two points without meaning: what agrees at both agrees everywhere. Nothing where there
        are no values."""
        self.zero  # noqa: B018 (is a node too)
        program = Program.of(self.graph, len(self.graph.code))
        points = (
            [fmpq(7919 * (k + 3) ** power % 997 + 1, 1009) for k in range(len(program.inputs))] for power in (2, 3)
        )
        try:
            return [program.run(point) for point in points]
        except (Undefined, Uncertain):
            return []

    def agree(self, a: int, b: int) -> bool:
        """Whether two nodes have one value in every variant."""
        return a == b or (bool(self.probes) and all(same(values[a], values[b]) for values in self.probes))

    def vanishes(self, node: int) -> bool:
        """Whether a node is 0 in every variant."""
        return self.agree(node, self.zero)

    @cached_property
    def zero(self) -> int:
        """The node of 0."""
        return self.graph.constant(fmpq(0)).place

    def distinct(self) -> Iterator[int]:
        """A node for each blank, those that have one value in every variant once, and none where that is 0."""
        seen: list[int] = [self.zero]
        for node in dict.fromkeys(self.blanks):
            if not any(self.agree(node, other) for other in seen):
                seen.append(node)
                yield node


def _ordered(wish: str, greater: int, smaller: int, constants: Mapping[int, Number]) -> Condition:
    """That one node is greater than another; of a variable and a rational, a bound."""
    if isinstance(constants.get(smaller), fmpq):
        return Condition(wish, (greater,), lambda x: _greater(x, constants[smaller]), low=constants[smaller])
    if isinstance(constants.get(greater), fmpq):
        return Condition(wish, (smaller,), lambda x: _greater(constants[greater], x), high=constants[greater])
    return Condition(wish, (greater, smaller), _greater, low=fmpq(0))


def _greater(a: Number, b: Number) -> bool:
    if a > b or a < b:  # of balls: certainly
        return bool(a > b)
    return is_positive(a - b)


def _best(smallest: bool, case: Case, operands: tuple[int, ...]) -> tuple[int] | None:
    """The operand that is the largest (or smallest); a tie goes to the first."""
    best = operands[0]
    for other in operands[1:]:
        replaces = case.exceeds(*((best, other) if smallest else (other, best)))
        if replaces is None:
            return None
        best = other if replaces else best
    return (best,)


def _step(negated: bool, case: Case, operands: tuple[int, ...]) -> bool | None:
    a, b = operands[::-1] if negated else operands
    found = case.exceeds(a, b)
    return found if found is None or not negated else not found


def _sign(case: Case, operands: tuple[int, ...]) -> int | None:
    found = case.exceeds(operands[0], None)
    return None if found is None else 1 if found else -1


OUTCOMES: Mapping[Callable[..., Number], Callable[[Case, tuple[int, ...]], tuple[int] | int | None]] = {
    Numbers.max: partial(_best, False),
    Numbers.min: partial(_best, True),
    Numbers.largest: partial(_best, False),
    Numbers.smallest: partial(_best, True),
    Numbers.greater: partial(_step, False),
    Numbers.at_least: partial(_step, True),
    Numbers.sign: _sign,
}
"""What a comparison gives once it is decided: the operand in its place, or a number."""
