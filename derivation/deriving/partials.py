"""Each partial derivative by the chain rule, entry by entry: the table at the end of a handout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, reduce
from typing import Any

from ..arrays import Array, Shape
from ..evaluate import evaluate
from ..operations import TABLE
from ..operations.algebras import Terms
from ..operations.table import same
from ..resolve import Shapes
from ..reverse import gradients
from ..terms import Term, index, name, number, partial, rebuild, walk
from ..tidy import tidy
from ..walkthrough import Phase, Reason, Step
from .desk import Desk
from .worked import shown

Entry = tuple[str, tuple[int, ...]]
LONGEST_SUM = 4
MOST_SUMMANDS = 9
"""As many as a 3 x 3 kernel has places."""
LONGEST_FORMULA = 60
"""Nodes up to which the local derivatives are written in symbols before their numbers."""
LONGEST_LINE = 30
"""Nodes up to which numbers are put into these symbols too."""
MOST_ROWS = 150


class Reach(frozenset[Entry]):
    """The entries that an entry depends on; every operation joins those of its operands."""

    def _join(self, other: Reach) -> Reach:
        return Reach(self | other)

    __add__ = __mul__ = __truediv__ = _join
    __sub__ = _join  # type: ignore[assignment]

    def __neg__(self) -> Reach:
        return self


class Reaches:
    """The algebra of dependence: every function of entries joins what they depend on."""

    literal = staticmethod(lambda term: Reach())
    number = staticmethod(lambda text: Reach())

    def __getattr__(self, function: str) -> Callable[..., Reach]:
        return lambda *parts: Reach(frozenset().union(*parts))


def partials(desk: Desk) -> Phase:
    """A chain for each entry of each parameter that the loss depends on; long matrices show their corners."""
    return Phase("partials", tuple(_Table(desk).steps()))


class _Table:
    def __init__(self, desk: Desk) -> None:
        self.desk, self.network = desk, desk.network
        self.slopes: dict[tuple[str, tuple[int, ...], str], tuple[Term, Array]] = {}
        self.locals: dict[Term, tuple[Term, tuple[int, ...]]] = {}
        """The local derivatives that have been named: the rule that gives them, and the entry of its result."""
        self.spelled: dict[Term, Array] = {}

    def steps(self) -> Iterator[Step]:
        numbered = 0
        for key, array in self.network.parameters.items():
            if key not in self.network.active:
                continue
            numbered += 1
            for place in self.places(array):
                if len(array.entries) > MOST_ROWS and place not in list(array.places)[:2]:
                    continue
                yield self.step(key, place, numbered)

    def places(self, array: Array) -> list[tuple[int, ...]]:
        kept = [set(shown(size, self.network.page.elide)) for size in (array.shape or (1, 1))]
        columns = array.shape[1] if array.shape else 1
        return [place for k, place in enumerate(array.places) if k // columns in kept[0] and k % columns in kept[1]]

    def step(self, key: str, place: tuple[int, ...], number: int) -> Step:
        desk = self.desk
        loss = name(self.network.loss or "")
        quantity = partial(loss, entry(key, place))
        desk.known[quantity] = Array.scalar(desk.known[partial(loss, name(key))][place or (0,)])
        ways = self.uses.get((key, place), [])
        if not ways or (len(ways) > 1 and any(way[0] == self.network.loss for way in ways)):
            # The loss's own slope by this entry would be written like its whole derivative, which it is not.
            return Step(quantity, Reason("partial", {"quantity": name(key)}), desk.recall(quantity), number)
        formulas, numbers = self.formulas(ways, (key, place))
        first = [formula for formula in formulas[-1:] if size(formula) <= LONGEST_LINE and any(map(self.is_compound, walk(numbers)))]
        lines = desk.chain(quantity, formulas, numbers=numbers, first=first) if formulas else desk.recall(quantity)
        return Step(quantity, Reason("partial", {"quantity": name(key)}), lines, number)

    def formulas(self, ways: list[Entry], source: Entry) -> tuple[list[Term], Term]:
        """The chain rule and the same with the factors' formulas, and what numbers are put into: from the loss down where that is short
        enough, else from the next error signals, which the backward pass has worked. Of many summands only the formulas are written, of more nothing."""
        if len(ways) <= LONGEST_SUM:
            whole, in_symbols = self.added(self.product, ways, source)
            if size(in_symbols) <= LONGEST_FORMULA:
                return [whole, in_symbols], whole
        whole, in_symbols = self.added(self.contribution, ways, source)
        return [whole, in_symbols][len(ways) > LONGEST_SUM :] if len(ways) <= MOST_SUMMANDS else [], whole

    def added(self, through: Callable[[Entry, Entry], Term], ways: list[Entry], source: Entry) -> tuple[Term, Term]:
        """What comes through each way, added, and the same with the factors' formulas."""
        whole = reduce(lambda a, b: a + b, [through(way, source) for way in ways])
        return whole, rebuild(whole, self.in_symbols)

    def product(self, way: Entry, source: Entry) -> Term:
        """The factors from the loss to the source through `way`, as far as there is one way only; from the next error signal where
        that is carried rounded."""
        if way[0] == self.network.loss or len(self.uses[way]) > 1 or self.network.carry is not None:
            return self.contribution(way, source)
        return self.product(self.uses[way][0], way) * self.slope(way, source)

    def contribution(self, way: Entry, source: Entry) -> Term:
        """The error signal at `way` times the slope from there to the source."""
        slope = self.slope(way, source)
        if way[0] == self.network.loss:
            return slope
        loss = name(self.network.loss or "")
        signal = partial(loss, entry(*way))
        self.desk.known[signal] = Array.scalar(self.desk.known[partial(loss, name(way[0]))][way[1] or (0,)])
        return signal * slope

    def slope(self, of: Entry, by: Entry) -> Term:
        """The local derivative of one entry by another, its value learnt from the reverse rules at a unit upstream gradient."""
        term = partial(entry(*of), entry(*by))
        rule, values = self.local(of, by[0])
        self.locals[term] = (rule, by[1] or (0,))
        # What the loss itself uses has been learnt as a gradient, perhaps rounded: that stands.
        self.desk.known.setdefault(term, Array.scalar(values[by[1] or (0,)]))
        return term

    def local(self, of: Entry, by: str) -> tuple[Term, Array]:
        """The derivative of one entry by a quantity as the reverse rules give it, and its value."""
        found = self.slopes.get((*of, by))
        if found is None:
            shape = self.desk.shapes.of(name(of[0]))
            unit = Term("unit", (*shape, *of[1])) if shape else number(1)
            rule = gradients(self.network.equations[of[0]], name(of[0]), unit, {by}, self.desk.shapes)[by]
            found = self.slopes[(*of, by)] = rule, evaluate(rule, self.desk.known)
        return found

    def in_symbols(self, node: Term) -> Term | None:
        """The formula of a local derivative that a product names: `h_1 (1 - h_1)`; one that is carried rounded keeps its name."""
        if node not in self.locals or self.desk.is_rounded(node):
            return None
        rule, place = self.locals[node]
        if rule not in self.spelled:
            self.spelled[rule] = evaluate(rule, _Entries(rule, self.desk.shapes), Terms)
        return tidy(self.spelled[rule][place], self.desk.shapes)

    def is_compound(self, node: Term) -> bool:
        """Whether a local derivative's formula takes more than a product and a difference: then numbers are put into it before its value stands in
        the product."""
        formula = self.in_symbols(node)
        return formula is not None and sum(part.head in TABLE for part in walk(formula)) > 2

    @cached_property
    def uses(self) -> dict[Entry, list[Entry]]:
        """For each entry of each quantity, the entries of later quantities that depend on it directly and that the loss depends on."""
        shapes = self.desk.shapes
        found: dict[Entry, list[Entry]] = {}
        algebra: Any = Reaches()
        tags: dict[Term, Array] = {}
        for key in self.network.shapes:
            blank = Array(shapes.names[key], (None,) * _size(shapes.names[key]))
            tags[name(key)] = Array(blank.shape, tuple(Reach({(key, place)}) for place in blank.places))
        for key in reversed([key for key in self.network.equations if key in self.network.active]):
            reached = evaluate(self.network.equations[key], tags, algebra)
            for place, sources in zip(reached.places, reached.entries, strict=True):
                if key == self.network.loss or (key, place) in found:
                    for source in sources:
                        found.setdefault(source, []).append((key, place))
        order = {key: number for number, key in enumerate(self.network.equations)}
        return {source: sorted(users, key=lambda user: order[user[0]]) for source, users in found.items()}


class _Entries(dict[Term, Array]):
    """What the names in a rule, and functions that go entry by entry, are as arrays of entries with names of their own."""

    def __init__(self, rule: Term, shapes: Shapes) -> None:
        for node in walk(rule):
            row = TABLE.get(node.head)
            if node.head == "name":
                self[node] = _named(shapes.of(node), node)
            elif row and len(node.children) == 1 == len(node.args) and row.shape is same and not row.coupled and node.args[0].head == "name":
                self[node] = _named(shapes.of(node), node.args[0]).map(_function(node.head))


def _named(shape: Shape, of: Term) -> Array:
    blank = Array(shape, (None,) * _size(shape))
    return Array(shape, tuple(index(of, *place) if shape else of for place in blank.places))


def _function(head: str) -> Callable[[Term], Term]:
    return lambda part: Term(head, (part,))


def _size(shape: tuple[int, ...]) -> int:
    return shape[0] * shape[1] if shape else 1


def size(term: Term) -> int:
    """The number of nodes."""
    return sum(1 for _ in walk(term))


def entry(key: str, place: tuple[int, ...]) -> Term:
    """An entry of a quantity as a term; a scalar is its own entry."""
    return index(name(key), *place) if place else name(key)
