"""Tapes traced down to single numbers: what is derived once is only run for each variant.

The operations table means the same over any algebra; here it is asked what it does to nodes of a graph. Equal work is
one node, so the right tape and all mistaken ones share what they have in common, and two tapes that always give the
same answers are seen to.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flint import arb, fmpq

from derivation.deriving.tape import Tape
from derivation.deriving.workbook import SMALL
from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.decimals import Carry
from derivation.formulas.numbers import Number, Uncertain, Undefined, exact, sharpened
from derivation.formulas.operations.algebras import Numbers
from derivation.formulas.terms import Term

Operation = Callable[..., Number]
UNDEFINED = arb("nan")
"""What has no value; whatever is worked from it has none either."""
COMMUTATIVE = frozenset({operator.add, operator.mul, Numbers.max, Numbers.min})


class ScalarGraph:
    """Nodes by number: inputs, constants, and operations on nodes before them."""

    def __init__(self) -> None:
        self.code: list[tuple[Operation | None, tuple[int, ...]]] = []
        self.constants: dict[int, Number] = {}
        self.quantities: set[int] = set()
        self.found: dict[Any, ScalarNode] = {}
        self.algebra = Algebra(self)

    def variable(self, key: Hashable) -> ScalarNode:
        """The number that a variant gives under a key."""
        if ("variable", key) not in self.found:
            self.code.append((None, ()))
            self.found["variable", key] = ScalarNode(self, len(self.code) - 1)
        return self.found["variable", key]

    def constant(self, value: Number) -> ScalarNode:
        """A number that is the same in every variant."""
        key = (None, str(value))
        if key not in self.found:
            self.code.append((None, ()))
            node = self.found[key] = ScalarNode(self, len(self.code) - 1)
            self.constants[node.place] = value
        return self.found[key]

    def lift(self, value: Any) -> ScalarNode:
        """A node as it is; a number as a constant."""
        return (
            value if value.__class__ is ScalarNode else self.constant(fmpq(value) if isinstance(value, int) else value)
        )

    def apply(self, operation: Operation, *operands: Any) -> ScalarNode:
        """The node of an operation: worked at once on constants, and made only once."""
        nodes = tuple(map(self.lift, operands))
        if all(node.place in self.constants for node in nodes):
            try:
                value = operation(*(self.constants[node.place] for node in nodes))
                if isinstance(value, fmpq):
                    return self.constant(value)  # a ball is left to the run, which knows how many bits are wanted
            except (Undefined, Uncertain):
                pass  # left to the run, which says where
        short = self.shortened(operation, nodes)
        if short is not None:
            return short
        places = (
            tuple(sorted(node.place for node in nodes))
            if operation in COMMUTATIVE
            else tuple(node.place for node in nodes)
        )
        if (operation, places) not in self.found:
            self.code.append((operation, places))
            self.found[operation, places] = ScalarNode(self, len(self.code) - 1)
        return self.found[operation, places]

    def shortened(self, operation: Operation, nodes: tuple[ScalarNode, ...]) -> ScalarNode | None:
        """x + 0, x - 0, 1 x and 0 x without any work."""
        for node, other in (
            zip(nodes, reversed(nodes), strict=True) if operation in (operator.add, operator.mul, operator.sub) else ()
        ):
            value = self.constants.get(other.place)
            if value is None or (operation is operator.sub and other is not nodes[1]):
                continue
            if value == (1 if operation is operator.mul else 0):
                return node
            if operation is operator.mul and value == 0:
                return other
        return None


@dataclass(frozen=True, slots=True, eq=False)
class ScalarNode:
    """An entry whose value is not known yet."""

    graph: ScalarGraph
    place: int

    def __add__(self, other: Any) -> ScalarNode:
        return self.graph.apply(operator.add, self, other)

    def __sub__(self, other: Any) -> ScalarNode:
        return self.graph.apply(operator.sub, self, other)

    def __mul__(self, other: Any) -> ScalarNode:
        return self.graph.apply(operator.mul, self, other)

    def __truediv__(self, other: Any) -> ScalarNode:
        return self.graph.apply(Numbers.div, self, other)

    def __neg__(self) -> ScalarNode:
        return self.graph.apply(operator.neg, self)

    def __radd__(self, other: Any) -> ScalarNode:
        return self.graph.apply(operator.add, other, self)

    def __rsub__(self, other: Any) -> ScalarNode:
        return self.graph.apply(operator.sub, other, self)

    def __rmul__(self, other: Any) -> ScalarNode:
        return self.graph.apply(operator.mul, other, self)

    def __pow__(self, other: Any) -> ScalarNode:
        return self.graph.apply(Numbers.pow, self, other)


class Algebra:
    """The functions that the table's meanings call, as nodes."""

    def __init__(self, graph: ScalarGraph) -> None:
        self.graph = graph

    def number(self, text: str) -> ScalarNode:
        return self.graph.constant(exact(text))

    def literal(self, term: Term) -> ScalarNode:
        return self.graph.constant(exact(term.args[0]) if term.value is None else term.value.entries[0])

    def __getattr__(self, function: str) -> Callable[..., ScalarNode]:
        return partial(self.graph.apply, getattr(Numbers, function))


class Traced:
    """The quantities of a tape as arrays of nodes, worked when they are first asked for: an edit may use what a person
    works later.

    Raises `Circular` where a quantity would be needed for itself.
    """

    def __init__(self, graph: ScalarGraph, tape: Tape, given: Mapping[Term, Array], carry: Carry | None) -> None:
        self.graph, self.carry = graph, carry
        self.entries = {entry.quantity: entry for entry in tape}
        self.arrays: dict[Term, Array] = dict(given)
        self.open: set[Term] = set()

    def get(self, quantity: Term) -> Array | None:
        """The array of a quantity that the tape or its givens know."""
        found = self.arrays.get(quantity)
        entry = self.entries.get(quantity)
        if found is not None or entry is None:
            return found
        if quantity in self.open:
            if entry.formula == quantity:
                return None  # a local derivative: its formula is the operation itself
            raise Circular(quantity)
        self.open.add(quantity)
        array = evaluate(entry.formula, self, self.graph.algebra)  # type: ignore[arg-type]
        if len(array.entries) <= SMALL:
            self.graph.quantities.update(node.place for node in array.entries)
        rounding = entry.rounding or self.carry
        if rounding and entry.is_result:
            array = array.map(lambda node: self.graph.apply(rounding, node))
        self.arrays[quantity] = array
        return array


class Circular(ValueError):
    """A tape in which a quantity is needed for itself."""


@dataclass(frozen=True)
class Program:
    """A graph that is complete: `code` is run from the first node to the last.

    `inputs` are the nodes whose values a variant gives; `supports` has for each node those it depends on. Nodes below
    `required` have to have a value; others, which only mistakes need, may be `UNDEFINED`. Those in `quantities` are
    entries that the walkthrough names: there a ball without a radius becomes the rational that it is, as the
    walkthrough has it.
    """

    code: tuple[tuple[Operation | None, tuple[int, ...]], ...]
    constants: Mapping[int, Number]
    inputs: tuple[int, ...]
    supports: tuple[frozenset[int], ...] = field(repr=False)
    required: int
    quantities: frozenset[int] = field(default=frozenset(), repr=False)

    @classmethod
    def of(cls, graph: ScalarGraph, required: int) -> Program:
        """The graph as it stands."""
        inputs = tuple(
            place
            for place, (operation, _) in enumerate(graph.code)
            if operation is None and place not in graph.constants
        )
        supports: list[frozenset[int]] = []
        for place, (_, operands) in enumerate(graph.code):
            supports.append(
                frozenset({place}) if place in inputs else frozenset().union(*(supports[k] for k in operands))
            )
        return cls(
            tuple(graph.code), dict(graph.constants), inputs, tuple(supports), required, frozenset(graph.quantities)
        )

    def run(self, inputs: Sequence[Number]) -> list[Number]:
        """Every node's value. Raises `Undefined` where there is none, and `Uncertain` where a comparison needs more
        bits.

        >>> graph = ScalarGraph()
        >>> x = graph.variable("x")
        >>> (x * x + 1).place, Program.of(graph, 4).run([fmpq(1, 2)])[-1]
        (3, 5/4)
        """
        values: list[Any] = [None] * len(self.code)
        for place, value in self.constants.items():
            values[place] = value
        for place, value in zip(self.inputs, inputs, strict=True):
            values[place] = value
        self.step(values, range(self.required))
        rest = range(self.required, len(self.code))
        try:
            self.step(values, rest)
        except Undefined:
            for place in rest:  # one by one, to see which
                try:
                    self.step(values, (place,))
                except Undefined:
                    values[place] = UNDEFINED
        return values

    def step(self, values: list[Any], places: Iterable[int]) -> None:
        """Works the named nodes, in order, from those that have values already."""
        for place in places:
            operation, operands = self.code[place]
            if operation is not None:
                value = operation(*[values[k] for k in operands])
                values[place] = sharpened(value) if place in self.quantities else value
