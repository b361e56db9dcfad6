"""Each partial derivative by the chain rule, entry by entry: the table at the end of a handout."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from functools import reduce
from itertools import islice
from typing import Any, cast

from derivation.deriving.arithmetic import shown
from derivation.deriving.reach import Entry, Users
from derivation.deriving.workbook import Workbook
from derivation.formulas.arrays import Array, Shape
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.calculus.reverse import gradients
from derivation.formulas.calculus.simplify import simplify
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.numbers import Undefined, within_reach
from derivation.formulas.operations import TABLE
from derivation.formulas.operations.algebras import Terms
from derivation.formulas.operations.table import ENTRYWISE, ShapeRule, one_array, same
from derivation.formulas.terms import Term, index, name, number, partial, rebuild, walk
from derivation.networks.walkthrough import Line, Phase, Reason, Step

LONGEST_SUM = 4
MOST_SUMMANDS = 9
"""As many as a 3 x 3 kernel has places."""
LONGEST_FORMULA = 60
"""Nodes up to which the local derivatives are written in symbols before their numbers."""
LONGEST_SPELLED = 48
"""Nodes up to which a local derivative is spelled out: sixteen entries of a matrix, added."""
MOST_SPELLED = 4000
"""Nodes up to which one is looked at, before what a person would drop is dropped."""
LONGEST_LINE = 30
"""Nodes up to which numbers are put into these symbols too."""
MOST_ROWS = 150
EVERY_ENTRY = (*ENTRYWISE, same)
"""Shape rules of what leaves no entry of its operands out."""


def partials(workbook: Workbook) -> Phase:
    """A chain for each entry of each parameter that the loss depends on; long matrices show their corners."""
    return Phase("partials", tuple(_Table(workbook).steps()))


class _Table:
    def __init__(self, workbook: Workbook) -> None:
        self.workbook, self.network = workbook, workbook.network
        self.slopes: dict[tuple[str, tuple[int, ...], str], tuple[Term, Array]] = {}
        self.locals: dict[Term, tuple[Term, tuple[int, ...]]] = {}
        """The local derivatives that have been named: the rule that gives them, and the entry of its result."""
        self.spelled: dict[Term, Array] = {}
        self.users = Users(workbook.network, workbook.shapes)

    def steps(self) -> Iterator[Step]:
        numbered = 0
        for key, array in self.network.parameters.items():
            if key not in self.network.active:
                continue
            numbered += 1
            places = self.places(array)
            for place, ways in zip(places, self.users.of(key, *places), strict=True):
                yield self.step(key, place, ways, numbered)

    def places(self, array: Array) -> list[tuple[int, ...]]:
        """The entries that have a chain: of an array as large as that the first two, else those that are printed."""
        if len(array.entries) > MOST_ROWS:
            return list(islice(array.places, 2))
        kept = [set(shown(size, self.network.page.elide)) for size in (array.shape or (1, 1))]
        columns = array.shape[1] if array.shape else 1
        return [place for k, place in enumerate(array.places) if k // columns in kept[0] and k % columns in kept[1]]

    def step(self, key: str, place: tuple[int, ...], ways: list[Entry], number: int) -> Step:
        workbook = self.workbook
        loss = name(self.network.loss or "")
        quantity = partial(loss, entry(key, place))
        workbook.known[quantity] = Array.scalar(workbook.known[partial(loss, name(key))][place or (0,)])
        if not ways or (len(ways) > 1 and any(way[0] == self.network.loss for way in ways)):
            # The loss's own slope by this entry would be written like its whole derivative, which it is not.
            lines = workbook.recall(quantity)
        else:
            try:
                lines = self.chain(quantity, ways, (key, place))
            except Undefined:  # on the way that a short one of the backward pass goes past, or where a norm is 0
                lines = workbook.recall(quantity)
        return Step(quantity, Reason("partial", {"quantity": name(key)}), lines, number)

    def chain(self, quantity: Term, ways: list[Entry], source: Entry) -> tuple[Line, ...]:
        workbook = self.workbook
        formulas, numbers = self.formulas(ways, source)
        formulas = [formula for formula in formulas if formula != quantity]
        first = [
            formula
            for formula in formulas[-1:]
            if size(formula) <= LONGEST_LINE and any(map(self.is_compound, walk(numbers)))
        ]
        if not formulas:
            return workbook.recall(quantity)
        return workbook.chain(quantity, formulas, numbers=numbers, first=first)

    def formulas(self, ways: list[Entry], source: Entry) -> tuple[list[Term], Term]:
        """The chain rule and the same with the factors' formulas, and what numbers are put into: from the loss down
        where that is short enough, else from the next error signals, which the backward pass has worked. Of many
        summands only the formulas are written, of more nothing."""
        if len(ways) > MOST_SUMMANDS:
            return [], number(0)
        if len(ways) <= LONGEST_SUM:
            whole, in_symbols = self.added(self.product, ways, source)
            if size(in_symbols) <= LONGEST_FORMULA:
                return [whole, in_symbols], whole
        whole, in_symbols = self.added(self.contribution, ways, source)
        return [whole, in_symbols][len(ways) > LONGEST_SUM :], whole

    def added(self, through: Callable[[Entry, Entry], Term], ways: list[Entry], source: Entry) -> tuple[Term, Term]:
        """What comes through each way, added, and the same with the factors' formulas."""
        whole = reduce(operator.add, [through(way, source) for way in ways])
        return whole, rebuild(whole, self.in_symbols)

    def product(self, way: Entry, source: Entry) -> Term:
        """The factors from the loss to the source through `way`, as far as there is one way only, and not farther than
        a formula reaches; from the next error signal where that is carried rounded."""
        slopes: list[Term] = []
        while way[0] != self.network.loss and self.network.carry is None and len(slopes) < LONGEST_FORMULA // 2:
            [onward] = self.users.of(*way)
            if len(onward) > 1:
                break
            slopes.append(self.slope(way, source))
            way, source = onward[0], way
        return reduce(operator.mul, reversed(slopes), self.contribution(way, source))

    def contribution(self, way: Entry, source: Entry) -> Term:
        """The error signal at `way` times the slope from there to the source."""
        slope = self.slope(way, source)
        if way[0] == self.network.loss:
            return slope
        loss = name(self.network.loss or "")
        signal = partial(loss, entry(*way))
        self.workbook.known[signal] = Array.scalar(self.workbook.known[partial(loss, name(way[0]))][way[1] or (0,)])
        return signal * slope

    def slope(self, of: Entry, by: Entry) -> Term:
        """The local derivative of one entry by another, its value learnt from the reverse rules at a unit upstream
        gradient; `TooLarge` where that is too large to be written."""
        term = partial(entry(*of), entry(*by))
        rule, values = self.local(of, by[0])
        self.locals[term] = (rule, by[1] or (0,))
        # What the loss itself uses has been learnt as a gradient, perhaps rounded: that stands.
        self.workbook.known.setdefault(term, Array.scalar(within_reach(values[by[1] or (0,)])))
        return term

    def local(self, of: Entry, by: str) -> tuple[Term, Array]:
        """The derivative of one entry by a quantity as the reverse rules give it, and its value."""
        found = self.slopes.get((*of, by))
        if found is None:
            shape = self.workbook.shapes.of(name(of[0]))
            unit = Term("unit", (*shape, *of[1])) if shape else number(1)
            rule = gradients(self.network.equations[of[0]], name(of[0]), unit, {by}, self.workbook.shapes)[by]
            found = self.slopes[(*of, by)] = rule, evaluate(rule, self.workbook.known)
        return found

    def in_symbols(self, node: Term) -> Term | None:
        """The formula of a local derivative that a product names: `h_1 (1 - h_1)`; one that is carried rounded keeps
        its name."""
        if node not in self.locals or self.workbook.is_rounded(node):
            return None
        rule, place = self.locals[node]
        if self.is_long(rule):
            return None if self.workbook.shapes.of(rule) else rule
        if rule not in self.spelled:
            self.spelled[rule] = evaluate(rule, _Entries(rule, self.workbook.shapes), SPARSE)
        spelled: Term = self.spelled[rule][place].term
        if size(spelled, MOST_SPELLED) <= MOST_SPELLED:
            spelled = simplify(spelled, self.workbook.shapes)
        if size(spelled, LONGEST_SPELLED) <= LONGEST_SPELLED:
            return spelled
        return None if self.workbook.shapes.of(rule) else rule

    def is_long(self, rule: Term) -> bool:
        """Whether a rule takes all of more entries than are looked at: spelled out, it would be given up."""
        return any(
            shape_rule(part) is one_array
            and _size(self.workbook.shapes.of(part.args[0])) > MOST_SPELLED
            and all(shape_rule(below) in EVERY_ENTRY or below.head == "name" for below in walk(part.args[0]))
            for part in walk(rule)
        )

    def is_compound(self, node: Term) -> bool:
        """Whether a local derivative's formula takes more than a product and a difference: then numbers are put into it
        before its value stands in the product."""
        formula = self.in_symbols(node)
        return formula is not None and sum(part.head in TABLE for part in walk(formula)) > 2


class Sparse:
    """A scalar term as an entry, where what is times 0, or added to 0, is left out at once."""

    __slots__ = ("term",)

    def __init__(self, term: Term) -> None:
        self.term = term

    def __add__(self, other: Sparse) -> Sparse:
        return self if other.term == ZERO else other if self.term == ZERO else Sparse(self.term + other.term)

    def __sub__(self, other: Sparse) -> Sparse:
        return self if other.term == ZERO else Sparse(self.term - other.term)

    def __mul__(self, other: Sparse) -> Sparse:
        return self if self.term == ZERO else other if other.term == ZERO else Sparse(self.term * other.term)

    def __neg__(self) -> Sparse:
        return self if self.term == ZERO else Sparse(-self.term)


class Sparsely:
    """The algebra of scalar terms (`Terms`) over such entries."""

    def __getattr__(self, function: str) -> Callable[..., Sparse]:
        make = getattr(Terms, function)
        return lambda *parts: Sparse(make(*(part.term if isinstance(part, Sparse) else part for part in parts)))


SPARSE = cast(Any, Sparsely())
ZERO = number(0)


class _Entries(dict[Term, Array]):
    """What the names in a rule, and functions that go entry by entry, are as arrays of entries with names of their
    own."""

    def __init__(self, rule: Term, shapes: Shapes) -> None:
        for node in walk(rule):
            row = TABLE.get(node.head)
            if node.head == "name":
                self[node] = _named(shapes.of(node), node).map(Sparse)
            elif (
                row
                and len(node.children) == 1 == len(node.args)
                and row.shape is same
                and not row.coupled
                and node.args[0].head == "name"
            ):
                self[node] = _named(shapes.of(node), node.args[0]).map(_function(node.head))


def shape_rule(term: Term) -> ShapeRule | None:
    row = TABLE.get(term.head)
    return row.shape if row else None


def _named(shape: Shape, of: Term) -> Array:
    blank = Array(shape, (None,) * _size(shape))
    return Array(shape, tuple(index(of, *place) if shape else of for place in blank.places))


def _function(head: str) -> Callable[[Term], Sparse]:
    return lambda part: Sparse(Term(head, (part,)))


def _size(shape: tuple[int, ...]) -> int:
    return shape[0] * shape[1] if shape else 1


def size(term: Term, most: int | None = None) -> int:
    """The number of nodes, counted up to one more than `most`."""
    return sum(1 for _ in islice(walk(term), None if most is None else most + 1))


def entry(key: str, place: tuple[int, ...]) -> Term:
    """An entry of a quantity as a term; a scalar is its own entry."""
    return index(name(key), *place) if place else name(key)
