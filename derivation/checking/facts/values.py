"""Values in three ways: as they truly are, as the article prints them, or at a random point; and derivatives by reverse
accumulation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flint import fmpq

from derivation.checking.facts.effort import effort
from derivation.checking.facts.failures import FAILURES, Unknown
from derivation.checking.facts.intervals import is_rounded_to
from derivation.checking.facts.knowledge import Statement
from derivation.checking.facts.lookup import Lookup
from derivation.checking.facts.meaning import Meaning
from derivation.checking.facts.numerals import numerals
from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import Key, hidden, key_of
from derivation.checking.reading.trees import Tree
from derivation.formulas.arrays import Array, Shape
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.calculus.reverse import NoDerivative
from derivation.formulas.numbers import settle
from derivation.formulas.operations.algebras import Numbers
from derivation.formulas.terms import Term, name, partial

MAXIMAL_DEPTH = 80
LONG = 100
"""Nodes of a term whose value is kept."""
NODES_AT_ONCE = 1000
"""Nodes of a term that are gone through before they are counted."""
UPSTREAM = hidden("G")


def quantities(term: Term) -> Iterator[Term]:
    """The names, derivatives and updated parameters of a term, outermost first, not those inside a derivative."""
    waiting = [term]
    while waiting:
        node = waiting.pop()
        if node.head in ("name", "partial", "updated"):
            yield node
        else:
            waiting.extend(node.children)


class Truth:
    """Values as they follow from formulas and inputs; a value as printed only where no formula leads to it.

    With `direct`, the derivative by a quantity that stands in a formula itself keeps all else in that formula still:
    the immediate partial derivatives of Pascanu, Mikolov, Bengio, On the difficulty of training recurrent neural
    networks (2013), equation 5.
    """

    direct = False

    def __init__(self, facts: Lookup, algebra: Any = Numbers) -> None:
        self.facts, self.algebra = facts, algebra
        self.cache: dict[tuple[Term, Position], Array] = {}
        self.long: dict[tuple[Term, Position], Array] = {}
        """The values of long terms, such as sums spelled out, which stand on both sides of the links of a chain."""

    def value(self, term: Term, position: Position) -> Array:
        """The value of a term at a place of the article; `Unknown` where a quantity in it has none."""
        key = (term, self.moment(position))
        if key in self.long:
            return self.long[key]
        leaves, size = self.leaves(term)
        known = {leaf: self.quantity(leaf, position) for leaf in leaves}
        self.facts.meter.tick(effort(term, known))
        try:
            found = settle(evaluate(term, known, self.algebra))
        except IndexError:
            raise Unknown(0, "lacking.entry") from None
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

    def moment(self, position: Position) -> Position:
        """What tells one place of the article from another as far as values go."""
        return self.facts.epoch(position)

    def quantity(self, leaf: Term, position: Position) -> Array:
        key = (leaf, self.moment(position))
        if key not in self.cache:
            self.facts.meter.tick()
            self.cache[key] = self.facts.guarded((type(self), leaf), lambda: self.find(leaf, position))
        return self.cache[key]

    def find(self, leaf: Term, position: Position) -> Array:
        if leaf.head == "partial":
            return self.derivative(leaf, position)
        if leaf.head == "updated":
            return self.updated(leaf, position)
        found = self.by_formula(leaf.args[0], position)
        return self.given(leaf.args[0], position) if found is None else found

    def by_formula(self, key: Key, position: Position) -> Array | None:
        alias = self.facts.alias_term(key)
        if alias:
            return self.value(alias[0], position)
        for place in range(max(len(self.facts.definitions(key, position)), 1)):
            defined = self.facts.definition(key, position, place)
            if defined is None:
                continue
            try:
                found = self.value(defined[0], position)
            except Unknown:
                continue
            if found.shape != defined[1]:
                raise Unknown(0, "lacking.number_or_array", quantity=key)
            return found
        return None

    def source(self, key: Key, position: Position) -> Statement | None:
        """The formula of the article that a quantity's value is worked from; None where there is none."""
        for statement in self.facts.definitions(key, position):
            meant = self.facts.meant(statement, position)
            try:
                if meant and self.value(meant[0], position):
                    return statement
            except Unknown:
                continue
            except FAILURES:  # a logarithm of this random number, say
                return statement
        return None

    def given(self, key: Key, position: Position) -> Array:
        """The value that the article gives."""
        statement = self.statement(key, position)
        if statement is None:
            seen = self.facts.put_in(key)
            if seen:
                return self.value(Meaning(self.facts, position).of(seen)[0], position)
            raise Unknown(0, "lacking.value", quantity=key)
        return self.stated(statement)

    def stated(self, statement: Statement) -> Array:
        """The value that a statement gives, in truth: as it was before it was rounded for print, if it was."""
        printed = self.meant(statement, statement.tree)
        if statement.worked is None or statement.worked is statement.tree:
            return printed
        try:
            worked = self.meant(statement, statement.worked)
        except FAILURES:
            return printed
        return worked if is_rounded_to(worked, printed, numerals(statement.tree)) else printed

    def meant(self, statement: Statement, tree: Tree) -> Array:
        return self.value(Meaning(self.facts, statement.position).of(tree)[0], statement.position)

    def statement(self, key: Key, position: Position) -> Statement | None:
        """Where the value comes from that a quantity has by itself."""
        return self.facts.given(key, position)

    def updated(self, leaf: Term, position: Position) -> Array:
        rule = self.facts.rule(leaf, position)
        if rule is not None:
            return self.value(rule, position)
        key = key_of(leaf)
        found = self.by_formula(key, position)
        return self.given(key, position) if found is None else found

    # Derivatives

    def derivative(self, leaf: Term, position: Position) -> Array:
        """One quantity's derivative by another, through the article's formulas; its own value or formula where these do
        not connect them."""
        try:
            return self.differentiated(leaf, position)
        except (Unknown, NoDerivative):
            key, (of, by) = key_of(leaf), leaf.args
            found = self.by_formula(key, position) if of.head == by.head == "name" else None
            if found is not None:
                return found
            try:
                return self.given(key, position)
            except Unknown:
                if of.head != "name" or by.head != "index":
                    raise
            return self.entry_of(self.quantity(partial(of, by.args[0]), position), by.args[1:])

    @staticmethod
    def entry_of(whole: Array, places: Sequence[int]) -> Array:
        """The derivative by an entry as that entry of the derivative by the whole."""
        if len(places) > len([size for size in whole.shape if size > 1]):
            raise Unknown(0, "lacking.entry")
        return Array.scalar(whole[tuple(places)])

    def differentiated(self, leaf: Term, position: Position) -> Array:
        """The derivative through the formulas; a vector's derivatives are the rows of its Jacobian."""
        of, by = leaf.args
        target, places = (by, ()) if by.head == "name" else (by.args[0], by.args[1:])
        top, row = (of, ()) if of.head == "name" else (of.args[0], of.args[1:])
        value = self.quantity(top, position)
        rows = []
        for place in [row] if row else list(value.places):
            seed = Array(
                value.shape, tuple(fmpq(k == (value.offset(place) if place else 0)) for k in range(len(value.entries)))
            )
            path = Slope(self, position, top.args[0], target.args[0])
            if path.lacking:
                raise Unknown(0, "lacking.formula", quantity=path.lacking)
            slope = path.of(seed)
            if len(places) > len([size for size in slope.shape if size > 1]):
                raise Unknown(0, "lacking.entry_of", quantity=target.args[0])
            rows.append((slope[places],) if places else slope.entries)
        shape = slope.shape if len(rows) == 1 else (len(rows), len(rows[0]))
        entries = tuple(entry for entries in rows for entry in entries)
        return Array(() if len(entries) == 1 else shape, entries)


class Slope:
    """Reverse accumulation from one quantity back to another through the article's formulas."""

    def __init__(self, mode: Truth, position: Position, of: str, by: str) -> None:
        self.mode, self.facts, self.position, self.by = mode, mode.facts, position, by
        self.equations: dict[str, tuple[Term, Shape]] = {}
        self.reaches: dict[str, bool] = {**dict.fromkeys(self.independent(of), False), by: True}
        self.sequence: list[str] = []
        if not self.visit(of, 0):
            raise Unknown(0, "lacking.path", by=by, of=of)

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
            raise Unknown(0, "lacking.deep")
        self.reaches[key] = False
        alias = self.facts.alias_term(key)
        count = len(self.facts.definitions(key, self.position))
        candidates = (
            [alias] if alias else [self.facts.definition(key, self.position, place) for place in range(max(count, 1))]
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
            raise Unknown(0, "lacking.any_path")
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
        for part, rule in self.facts.rules_of(key, term, shape, frozenset(targets), self.position).items():
            known = {
                leaf: self.mode.quantity(leaf, self.position) for leaf in quantities(rule) if leaf.args[0] != UPSTREAM
            }
            found = evaluate(rule, {**known, name(UPSTREAM): adjoint[key]}, self.mode.algebra)
            adjoint[part] = adjoint[part] + found if part in adjoint else found


class Printed(Truth):
    """Values as the article prints them; what it does not print follows from its formulas."""

    def find(self, leaf: Term, position: Position) -> Array:
        try:
            return self.given(key_of(leaf), position)
        except Unknown:
            return super().find(leaf, position)

    def statement(self, key: Key, position: Position) -> Statement | None:
        return self.facts.value_statement(key, position)

    def stated(self, statement: Statement) -> Array:
        return self.meant(statement, statement.tree)

    def moment(self, position: Position) -> Position:
        return position
