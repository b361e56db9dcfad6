"""Values in three ways: as they truly are, as the article prints them, or at a random point; and derivatives by reverse
accumulation."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from hashlib import blake2b
from typing import Any

from flint import arb, fmpq

from derivation.checking.facts.effort import effort
from derivation.checking.facts.knowledge import NEW, SLOPE, Statement, shown
from derivation.checking.facts.lookup import Lookup
from derivation.checking.facts.meaning import Meaning, Unknown
from derivation.formulas.arrays import Array, Shape
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.calculus.reverse import NoDerivative
from derivation.formulas.numbers import exact, settle
from derivation.formulas.operations.algebras import Numbers
from derivation.formulas.terms import Term, name
from derivation.words.telling import tell

MAXIMAL_DEPTH = 80
LONG = 100
"""Nodes of a term whose value is kept."""
NODES_AT_ONCE = 1000
"""Nodes of a term that are gone through before they are counted."""
DRAWN_A_STEP = 32
"""Entries of an array that are drawn in the time of a step."""
UPSTREAM = "\0G"


def quantities(term: Term) -> Iterator[Term]:
    """The names, derivatives and updated parameters of a term, outermost first, not those inside a derivative."""
    waiting = [term]
    while waiting:
        node = waiting.pop()
        if node.head in ("name", "partial", "updated"):
            yield node
        else:
            waiting.extend(node.children)


class Balls(Numbers):
    """Numbers in which a numeral that is known to be rounded stands for all numbers that it may be the rounding of."""

    def __init__(self, rounded: Container[str]) -> None:
        self.rounded = rounded

    def literal(self, term: Term) -> Any:
        text = term.args[0]
        value = exact(text)
        return arb(value, arb(half_unit(text))) if text.lstrip("-") in self.rounded else value


def half_unit(text: str) -> fmpq:
    """Half a unit of the last printed digit.

    >>> half_unit("0.25")
    1/200
    """
    digits, _, power = text.partition("e")
    places = len(digits.partition(".")[2]) - int(power or 0)
    return fmpq(1, 2 * 10**places) if places >= 0 else fmpq(10**-places, 2)


class Truth:
    """Values as they follow from formulas and inputs; a value as printed only where no formula leads to it.

    With `direct`, the derivative by a quantity that stands in a formula itself keeps all else in that formula still:
    the immediate partial derivatives of Pascanu, Mikolov, Bengio, On the difficulty of training recurrent neural
    networks (2013), equation 5.
    """

    direct = False

    def __init__(self, facts: Lookup, algebra: Any = Numbers) -> None:
        self.facts, self.algebra = facts, algebra
        self.cache: dict[tuple[Term, int], Array] = {}
        self.long: dict[tuple[Term, int], Array] = {}
        """The values of long terms, such as sums spelled out, which stand on both sides of the links of a chain."""

    def value(self, term: Term, order: int) -> Array:
        """The value of a term at a place of the article; `Unknown` where a quantity in it has none."""
        key = (term, self.moment(order))
        if key in self.long:
            return self.long[key]
        leaves, size = self.leaves(term)
        known = {leaf: self.quantity(leaf, order) for leaf in leaves}
        self.facts.meter.tick(effort(term, known))
        try:
            found = settle(evaluate(term, known, self.algebra))
        except IndexError:
            raise Unknown(0, tell("lacking.entry")) from None
        if size >= LONG:
            self.long[key] = found
        return found

    def leaves(self, term: Term) -> tuple[Iterable[Term], int]:
        """The quantities of a term, each once, and how many nodes it has, which are steps."""
        found, waiting, count = dict[Term, None](), [term], 0
        while waiting:
            node = waiting.pop()
            count += 1
            if node.head in ("name", "partial", "updated"):
                found[node] = None
            else:
                waiting.extend(node.children)
            if count % NODES_AT_ONCE == 0:
                self.facts.meter.tick(NODES_AT_ONCE)
        self.facts.meter.tick(count % NODES_AT_ONCE)
        return found, count

    def moment(self, order: int) -> int:
        """What tells one place of the article from another as far as values go."""
        return self.facts.epoch(order)

    def quantity(self, leaf: Term, order: int) -> Array:
        key = (leaf, self.moment(order))
        if key not in self.cache:
            self.facts.meter.tick()
            self.cache[key] = self.facts.guarded((type(self), leaf), lambda: self.find(leaf, order))
        return self.cache[key]

    def find(self, leaf: Term, order: int) -> Array:
        if leaf.head == "partial":
            return self.derivative(leaf, order)
        if leaf.head == "updated":
            return self.updated(leaf, order)
        found = self.by_formula(leaf.args[0], order)
        return self.given(leaf.args[0], order) if found is None else found

    def by_formula(self, key: str, order: int) -> Array | None:
        alias = self.facts.alias_term(key)
        if alias:
            return self.value(alias[0], order)
        for place in range(max(len(self.facts.definitions(key, order)), 1)):
            defined = self.facts.definition(key, order, place)
            if defined is None:
                continue
            try:
                found = self.value(defined[0], order)
            except Unknown:
                continue
            if found.shape != defined[1]:
                raise Unknown(0, tell("lacking.number_or_array", quantity=shown(key)))
            return found
        return None

    def given(self, key: str, order: int) -> Array:
        """The value that the article gives."""
        statement = self.statement(key, order)
        if statement is None:
            seen = self.facts.put_in(key)
            if seen:
                return self.value(Meaning(self.facts, order).of(seen)[0], order)
            raise Unknown(0, tell("lacking.value", quantity=shown(key)))
        return self.value(Meaning(self.facts, statement.order).of(statement.tree)[0], statement.order)

    def statement(self, key: str, order: int) -> Statement | None:
        """Where the value comes from that a quantity has by itself."""
        return self.facts.given(key, order)

    def updated(self, leaf: Term, order: int) -> Array:
        rule = self.facts.rule(leaf, order)
        if rule is not None:
            return self.value(rule, order)
        key = leaf.args[0].args[0] + NEW
        found = self.by_formula(key, order)
        return self.given(key, order) if found is None else found

    # Derivatives

    def derivative(self, leaf: Term, order: int) -> Array:
        """One quantity's derivative by another, through the article's formulas; its own value or formula where these do
        not connect them."""
        try:
            return self.differentiated(leaf, order)
        except (Unknown, NoDerivative):
            of, by = (
                (inner.args[0] for inner in leaf.args if inner.head == "name")
                if all(part.head == "name" for part in leaf.args)
                else ("", "")
            )
            key = f"{SLOPE}{of}{SLOPE}{by}"
            found = self.by_formula(key, order) if of else None
            return self.given(key, order) if found is None else found

    def differentiated(self, leaf: Term, order: int) -> Array:
        """The derivative through the formulas; a vector's derivatives are the rows of its Jacobian."""
        of, by = leaf.args
        target, places = (by, ()) if by.head == "name" else (by.args[0], by.args[1:])
        top, row = (of, ()) if of.head == "name" else (of.args[0], of.args[1:])
        value = self.quantity(top, order)
        rows = []
        for place in [row] if row else list(value.places):
            seed = Array(
                value.shape, tuple(fmpq(k == (value.offset(place) if place else 0)) for k in range(len(value.entries)))
            )
            path = Slope(self, order, top.args[0], target.args[0])
            if path.lacking:
                raise Unknown(0, tell("lacking.formula", quantity=path.lacking))
            slope = path.of(seed)
            if len(places) > len([size for size in slope.shape if size > 1]):
                raise Unknown(0, tell("lacking.entry_of", quantity=target.args[0]))
            rows.append((slope[places],) if places else slope.entries)
        shape = slope.shape if len(rows) == 1 else (len(rows), len(rows[0]))
        entries = tuple(entry for entries in rows for entry in entries)
        return Array(() if len(entries) == 1 else shape, entries)


class Slope:
    """Reverse accumulation from one quantity back to another through the article's formulas."""

    def __init__(self, mode: Truth, order: int, of: str, by: str) -> None:
        self.mode, self.facts, self.order, self.by = mode, mode.facts, order, by
        self.equations: dict[str, tuple[Term, Shape]] = {}
        self.reaches: dict[str, bool] = {**dict.fromkeys(self.independent(of), False), by: True}
        self.sequence: list[str] = []
        if not self.visit(of, 0):
            raise Unknown(0, tell("lacking.path", by=shown(by), of=shown(of)))

    def independent(self, of: str) -> list[str]:
        """The other arguments, where a function is differentiated by one of its own: they do not depend on it."""
        arguments = [
            [symbol.key for symbol in parameters] for _, parameters, _ in self.facts.knowledge.functions.get(of, ())
        ]
        return next((keys for keys in arguments if self.by in keys), [])

    def visit(self, key: str, depth: int) -> bool:
        """Whether a quantity depends on the other; on the way, its formula is chosen: the first that does."""
        if key in self.reaches:
            return self.reaches[key]
        if depth > MAXIMAL_DEPTH:
            raise Unknown(0, tell("lacking.deep"))
        self.reaches[key] = False
        alias = self.facts.alias_term(key)
        count = len(self.facts.definitions(key, self.order))
        candidates = (
            [alias] if alias else [self.facts.definition(key, self.order, place) for place in range(max(count, 1))]
        )
        for candidate in candidates:
            visited = self.visits(candidate[0], depth) if candidate else []
            if candidate and any(visited):
                self.equations[key] = candidate
                self.reaches[key] = True
                self.sequence.append(key)
                return True
        return False

    def visits(self, term: Term, depth: int) -> list[bool]:
        parts = self.parts(term)
        if self.mode.direct and depth == 0 and self.by in parts:
            self.reaches |= {part: part == self.by for part in parts}
        return [self.visit(part, depth + 1) for part in parts]

    @staticmethod
    def parts(term: Term) -> list[str]:
        return [node.args[0] for node in quantities(term) if node.head == "name"]

    def of(self, seed: Array) -> Array:
        """The derivative, for an upstream gradient."""
        if not self.sequence:
            return seed
        adjoint = {self.sequence[-1]: seed}
        for key in reversed(self.sequence):
            if key in adjoint and key != self.by:
                self.pull(key, adjoint)
        if self.by not in adjoint:
            raise Unknown(0, tell("lacking.any_path"))
        return adjoint[self.by]

    @property
    def lacking(self) -> str | None:
        """A quantity on the way that seems computed, but of which no formula is given: paths through it are not
        seen."""
        return next(
            (key for key, reached in self.reaches.items() if not reached and self.facts.lacks_formula(key)), None
        )

    def pull(self, key: str, adjoint: dict[str, Array]) -> None:
        """Carries the gradient by one quantity on to those in its formula."""
        term, shape = self.equations[key]
        targets = {part for part in self.parts(term) if self.reaches.get(part)}
        for part, rule in self.facts.rules_of(key, term, shape, frozenset(targets), self.order).items():
            known = {
                leaf: self.mode.quantity(leaf, self.order) for leaf in quantities(rule) if leaf.args[0] != UPSTREAM
            }
            found = evaluate(rule, {**known, name(UPSTREAM): adjoint[key]}, self.mode.algebra)
            adjoint[part] = adjoint[part] + found if part in adjoint else found


class Printed(Truth):
    """Values as the article prints them; what it does not print follows from its formulas."""

    def find(self, leaf: Term, order: int) -> Array:
        try:
            return self.given(key_of(leaf), order)
        except Unknown:
            return super().find(leaf, order)

    def statement(self, key: str, order: int) -> Statement | None:
        return self.facts.value_statement(key, order)

    def moment(self, order: int) -> int:
        return order


class Random(Truth):
    """Values at a random point: inputs are drawn by their names, everything else follows."""

    def __init__(
        self,
        facts: Lookup,
        trial: int,
        fixed: frozenset[str] = frozenset(),
        printed: Truth | None = None,
        surface: bool = False,
        direct: bool = False,
    ) -> None:
        super().__init__(facts)
        self.direct = direct
        self.trial, self.fixed, self.printed, self.surface = trial, fixed, printed, surface

    def find(self, leaf: Term, order: int) -> Array:
        if self.printed and key_of(leaf) in self.fixed:
            return self.printed.quantity(leaf, order)
        if self.surface and leaf.head == "name" and self.facts.alias_term(leaf.args[0]) is None:
            return self.drawn(leaf.args[0], order)
        if self.surface and leaf.head != "name":
            shape = self.facts.shape(leaf.args[-1].args[0] if leaf.args[-1].head == "name" else "", order)
            return self.array(key_of(leaf), shape or ())
        return super().find(leaf, order)

    def given(self, key: str, order: int) -> Array:
        return self.drawn(key, order)

    def drawn(self, key: str, order: int) -> Array:
        shape = self.facts.shape(key, order)
        if shape is None and not self.facts.is_drawn(key):
            raise Unknown(0, tell("lacking.shape", quantity=key))
        array = self.array(key, shape or ())
        return normalized(array, self.distributions(key, order))

    def array(self, key: str, shape: Shape) -> Array:
        size = shape[0] * shape[1] if shape else 1
        self.facts.meter.tick(size // DRAWN_A_STEP)
        return Array(shape, tuple(rational(f"{key}/{place}/{self.trial}") for place in range(size)))

    def distributions(self, key: str, order: int) -> list[range]:
        """The places that add up to 1 where an input is a target, or has one in each row or each column: in a random
        one they do so too."""
        statement = self.facts.given(key, order)
        if statement is None or statement.tree.head not in ("matrix", "tuple"):
            return []
        array = self.given_by_value(key, order)
        entries, columns = array.entries, array.shape[1] if array.shape else 1
        whole = range(len(entries))
        rows, down = [whole[k : k + columns] for k in whole[::columns]], [whole[k::columns] for k in range(columns)]
        add_up = (
            parts
            for parts in ([whole], rows, down)
            if all(len(part) > 1 and sum((entries[k] for k in part), fmpq(0)) == 1 for part in parts)
        )
        return next(add_up, []) if all(isinstance(x, fmpq) and x >= 0 for x in entries) else []

    def given_by_value(self, key: str, order: int) -> Array:
        return Truth(self.facts).given(key, order)


def normalized(array: Array, parts: list[range]) -> Array:
    """The array with the entries of each part positive and adding up to 1."""
    entries = list(array.entries)
    for part in parts:
        positive = [abs(entries[place]) + fmpq(1, 7) for place in part]
        total = sum(positive, fmpq(0))
        for place, entry in zip(part, positive, strict=True):
            entries[place] = entry / total
    return Array(array.shape, tuple(entries))


def rational(seed: str) -> fmpq:
    """A fraction between -3 and 3, not 0, that depends on the text alone."""
    drawn = int.from_bytes(blake2b(seed.encode(), digest_size=4).digest(), "big")
    value = fmpq(drawn % 191 + 1, 64)
    return -value if drawn >> 31 else value


def key_of(leaf: Term) -> str:
    """The key of a quantity in the knowledge of the article."""
    if leaf.head == "updated":
        return f"{leaf.args[0].args[0]}{NEW}"
    if leaf.head == "partial":
        of, by = (
            f"{part.args[0]}" if part.head == "name" else f"{part.args[0].args[0]}_{part.args[1:]}"
            for part in leaf.args
        )
        return f"{SLOPE}{of}{SLOPE}{by}"
    return str(leaf.args[0])
