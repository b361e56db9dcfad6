"""What is known of an article's quantities at each place of it: their formulas, values and shapes.

A snapshot: what the article says, and what the verdicts before some pair of sides have taught. Questions change
nothing; what they remember is their own answers.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import Any, TypeVar

from flint import fmpq

from derivation.checking.facts.analogy import Analogies
from derivation.checking.facts.failures import FAILURES, Mismatch, Unknown
from derivation.checking.facts.indices import instance, letters
from derivation.checking.facts.knowledge import Statement
from derivation.checking.facts.lessons import Lesson, Lessons, PutIn, Redefined, Restated, RulesDropped
from derivation.checking.facts.meaning import Meaning
from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import OUT, THETA, Key, hidden, key_of
from derivation.checking.facts.sets import is_explicit, shape_of_set
from derivation.checking.facts.stated import Rule, Stated
from derivation.checking.facts.supposed import NOTHING, Supposed
from derivation.checking.facts.values import MAXIMAL_DEPTH, UPSTREAM, Truth
from derivation.checking.facts.vectors import assembled
from derivation.checking.reading.symbols import Symbol
from derivation.checking.reading.tokens import Unreadable
from derivation.checking.reading.trees import Tree
from derivation.formulas.arrays import Shape
from derivation.formulas.calculus.reverse import gradients
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.terms import Term, name, number, substitute, walk

MAXIMAL_VALUES = 100
"""Values of one quantity that are looked at."""
MAXIMAL_FORMULAS = 24
"""Formulas of one quantity that are tried."""
position_of = attrgetter("position")
Result = TypeVar("Result")


class Facts:
    """Shapes, formulas and values of quantities, asked for at a place (a `Position`) of the article."""

    def __init__(
        self,
        stated: Stated,
        lessons: Lessons | None = None,
        parameters: frozenset[str] = frozenset(),
        supposed: Supposed = NOTHING,
    ) -> None:
        self.stated, self.knowledge, self.meter, self.numerals = stated, stated.knowledge, stated.meter, stated.numerals
        self.lessons = lessons or Lessons()
        self.parameters = parameters
        """Names that stand for any number in the equality that is judged: the z of `g'(z) = ...`."""
        self.supposed = supposed
        self.sections, self.analogies = stated.knowledge.sections, Analogies(self)
        self.rules = () if self.lessons.has_any(RulesDropped) else stated.rules
        self.redefined, self.restated = self.lessons.all(Redefined), self.lessons.all(Restated)
        self._shapes: dict[tuple[Key, Position], Shape | None] = {}
        self._terms: dict[tuple[Statement, Position], tuple[Term, Shape]] = {}
        self._visiting: set[Any] = set()

    def after(self, lessons: Sequence[Lesson]) -> Facts:
        """The facts once these lessons are known."""
        return Facts(self.stated, self.lessons.after(lessons), self.parameters, self.supposed)

    def supposing(self, supposed: Supposed) -> Facts:
        """The facts with what an equality between symbols is tried with."""
        return Facts(self.stated, self.lessons, self.parameters, supposed)

    def epoch(self, position: Position) -> Position:
        """The first place of the article from which on nothing is renewed until this one."""
        renewals, (lessons, known) = self.stated.renewals, self.redefined
        place = bisect_left(renewals, position)
        start = renewals[place - 1].next if place else Position.START
        begun = bisect_right(lessons, position, 0, known, key=position_of) if known else 0
        return max(start, min(lessons[begun - 1].position.next, position)) if begun else start

    def symbol(self, key: Key) -> Symbol | None:
        """The symbol of a quantity that stands in the article, or that a formula makes."""
        return self.knowledge.symbols.get(key) or self.stated.made.get(key)

    def may_assume(self, symbol: Symbol) -> bool:
        """Whether a name of which nothing is known may be taken for a scalar: in an article without any arrays."""
        general = (
            any(letters(part) for part in (*symbol.sub, *symbol.label))
            and symbol.key not in self.knowledge.vocabulary.quantities
        )
        return self.knowledge.scalar and not general and symbol.key in self.knowledge.symbols

    def is_drawn(self, key: Key) -> bool:
        """Whether a name without a shape stands for any number: as it must, or since nothing else is known of it."""
        symbol = self.symbol(key)
        return key in self.parameters or (symbol is not None and self.may_assume(symbol))

    def assumed(self, terms: Iterable[Term], position: Position) -> list[tuple[Key, frozenset[Key]]]:
        """The names on which terms depend, through all formulas, of which it is only assumed that they are scalars,
        each with the quantities through whose formulas it is reached first."""
        found, seen = list[tuple[Key, frozenset[Key]]](), set[Key]()
        waiting = [(term, frozenset[Key]()) for term in terms]
        while waiting:
            term, through = waiting.pop()
            for node in walk(term):
                key = key_of(node) if node.head in ("name", "partial", "updated") else ""
                if key and key not in seen and key not in self.parameters:
                    self.meter.tick()
                    seen.add(key)
                    waiting += [(formula, through | {key}) for formula in self.formulas(node, key, position)]
                    if node.head == "name" and self.is_drawn(key) and self.shape(key, position) is None:
                        found.append((key, through))
        return found

    def formulas(self, leaf: Term, key: Key, position: Position) -> list[Term]:
        """All formulas of a quantity as terms."""
        alias, rule = self.alias_term(key), self.rule(leaf, position) if leaf.head == "updated" else None
        places = range(max(len(self.definitions(key, position)), 1))
        found = [alias] if alias else [self.definition(key, position, place) for place in places]
        return [meant[0] for meant in found if meant] + ([rule] if rule else [])

    # Formulas

    def definitions(self, key: Key, position: Position) -> Sequence[Statement]:
        """The formulas that hold for a quantity here, the first first; none where it has only values."""
        statements = self.knowledge.formulas.get(key, ())
        starts, known = self.lessons.all(Redefined, key) if self.redefined[1] else ((), 0)
        begun = bisect_right(starts, position, 0, known, key=position_of)
        first = bisect_left(statements, starts[begun - 1].position, key=position_of) if begun else 0
        last = bisect_left(statements, starts[0].position, key=position_of) if known and not begun else len(statements)
        return statements[first : min(last, first + MAXIMAL_FORMULAS)]

    def definition(self, key: Key, position: Position, place: int = 0) -> tuple[Term, Shape] | None:
        """A quantity's formula as a term; of several, the one at `place`."""
        statements = self.definitions(key, position)[place:]
        found = next((meant for statement in statements if (meant := self.meant(statement, position))), None)
        if found or place:
            return found
        symbol = self.symbol(key)
        return (
            symbol and (self.general(symbol, position) or assembled(self, symbol, position))
        ) or self.analogies.analogous(key, position)

    def meant(self, statement: Statement, position: Position) -> tuple[Term, Shape] | None:
        """One formula of the article as a term; None where it has no meaning here."""
        cached = (statement, self.epoch(position))
        if cached not in self._terms:
            try:
                self._terms[cached] = self.guarded(
                    ("formula", statement), partial(Meaning(self, position).of, statement.tree)
                )
            except (Unreadable, Mismatch):
                return None
        return self._terms[cached]

    def with_numbers(self, symbol: Symbol, position: Position) -> Symbol:
        """The symbol with letters in its scripts replaced by the numbers that the article gives them: `a^L` where L =
        3."""
        bound = {}
        for part in {*symbol.sub, *symbol.label}:
            statement = self.value_statement(part, position) if letters(part) else None
            if statement and statement.tree.head == "number" and statement.tree.args[0].isdecimal():
                bound[part] = statement.tree.args[0]
        return instance(symbol, bound)

    def general(self, symbol: Symbol, position: Position) -> tuple[Term, Shape] | None:
        """The formula of a quantity that is a case of a general one."""
        found = self.knowledge.indexed(symbol)
        if not found:
            return None
        key, bound = found
        for statement in self.definitions(key, position):
            try:
                return self.guarded(
                    ("general", symbol.key), partial(Meaning(self, position, None, dict(bound)).of, statement.tree)
                )
            except (Unreadable, Mismatch):
                continue
        return None

    def is_gathered(self, key: Key, position: Position) -> bool:
        """Whether a quantity is known only as a vector of entries that have names of their own."""
        symbol = self.symbol(key)
        return (
            symbol is not None and not self.general(symbol, position) and assembled(self, symbol, position) is not None
        )

    def guarded(self, key: Any, chain: Callable[[], Result]) -> Result:
        """What `work` gives, unless it asks for itself."""
        depth = len(self._visiting)
        if depth > self.meter.deepest:
            self.meter.deepest = depth
        if key in self._visiting or depth > MAXIMAL_DEPTH:
            raise Unknown(0, "lacking.circle")
        self._visiting.add(key)
        try:
            return chain()
        finally:
            self._visiting.discard(key)

    def is_sought(self, key: Any) -> bool:
        """Whether something is being found already."""
        return key in self._visiting

    def function(self, key: str, position: Position, count: int) -> tuple[tuple[Symbol, ...], Tree]:
        """The article's own function of so many arguments: its parameters and its body, as last defined."""
        found = [row for row in self.knowledge.functions.get(key, ()) if len(row[1]) == count]
        if not found:
            raise Unknown(0, "lacking.function", quantity=key)
        before = [row for row in found if row[0] <= position] or found[:1]
        return before[-1][1], before[-1][2]

    def rule(self, leaf: Term, position: Position) -> Term | None:
        r"""The article's general update rule for one parameter: `\theta_{new} = \theta_{old} - \alpha \nabla_\theta L`
        with it put in."""
        parameter = leaf.args[0]
        stated = self.rule_before(position)
        if parameter.head != "name" or stated is None:
            return None
        shape = self.shape(parameter.args[0], position)
        if shape is None:
            return None
        bound = {stated.theta.key: (parameter, shape), THETA: (parameter, shape)}
        try:
            return Meaning(self, position, bound).of(stated.statement.tree)[0]
        except (Unreadable, Mismatch):
            return None

    def rule_before(self, position: Position) -> Rule | None:
        """The general update rule that was stated last, or else first."""
        place = bisect_right(self.rules, position, key=position_of)
        return self.rules[max(place, 1) - 1] if self.rules else None

    def lacks_formula(self, key: Key) -> bool:
        """Whether a quantity seems computed, though the article gives only its value: `out_{o2}`, where `out_{o1}` has
        a formula."""
        symbol = self.symbol(key)
        if symbol is None or self.knowledge.formulas.get(key) or self.general(symbol, Position.END):
            return False
        return (
            any(True for _ in self.analogies.twins(key, self.knowledge.families_of_formulas))
            and self.analogies.analogous(key, Position.END) is None
        )

    def alias(self, term: Term, shape: Shape) -> Term:
        """A name for an expression, so that it can be differentiated."""
        key = self.stated.aliases.setdefault((term, shape), hidden(str(len(self.stated.aliases))))
        self.stated.aliased[key] = (term, shape)
        return name(key)

    def alias_term(self, key: Key) -> tuple[Term, Shape] | None:
        """The expression for which a name stands."""
        return self.stated.aliased.get(key)

    # Shapes

    def shape(self, key: Key, position: Position, symbol: Symbol | None = None) -> Shape | None:
        """The shape of a quantity, from its value, its formula or its set; None where nothing is said."""
        alias = self.alias_term(key)
        if alias:
            return alias[1]
        if key in self.supposed.scalars:
            return ()
        if symbol is not None and key not in self.knowledge.symbols:
            self.stated.made.setdefault(key, symbol)
        cached = (key, self.epoch(position))
        if cached not in self._shapes:
            if ("shape", key) in self._visiting:
                return None
            try:
                self._shapes[cached] = self.guarded(("shape", key), lambda: self._shape(key, position))
            except Unknown:
                return None
        return self._shapes[cached]

    def _shape(self, key: Key, position: Position) -> Shape | None:
        statement = self.given(key, position)
        if statement:
            try:
                return Meaning(self, statement.position).of(statement.tree)[1]
            except (Unreadable, Mismatch):
                pass
        seen = self.put_in(key)
        if seen:
            return Meaning(self, position).of(seen)[1]
        declared = self.declared(key)
        if declared is not None:
            return declared
        defined = self.definition(key, position)
        return defined[1] if defined else self.supposed.shape(self.symbol(key))

    def declared(self, key: Key) -> Shape | None:
        """The shape that a declaration gives, letters standing for small sizes."""
        shapes = (shape_of_set(declaration, self.whole_number) for _, declaration in self.knowledge.sets.get(key, ()))
        return next((shape for shape in shapes if shape is not None), None)

    def declared_in_digits(self, key: Key) -> Shape | None:
        """The first shape that is declared by numbers, not letters."""
        for _, declaration in self.knowledge.sets.get(key, ()):
            if is_explicit(declaration, self.whole_number):
                return shape_of_set(declaration, self.whole_number)
        return None

    def whole_number(self, key: str) -> int | None:
        """The whole number that the article gives a letter."""
        statement = self.value_statement(key, Position.END)
        text = statement.tree.args[0] if statement and statement.tree.head == "number" else ""
        otherwise = None if self.supposed is NOTHING else self.supposed.size
        return int(text) if text.isdecimal() else otherwise

    def is_reused(self, key: Key, position: Position) -> bool:
        """Whether a quantity gets values in several sections, none of them this one: what is declared here may be
        another one."""
        statements = [statement for statement in self.values(key) if not statement.assigned]
        sections = {self.sections[statement.position] for statement in statements}
        declared = {self.sections[where] for where, _ in self.knowledge.sets.get(key, ())}
        return (
            len(sections) > 1
            and len({statement.read.side.latex for statement in statements}) > 1
            and not (sections & declared and self.sections[position] in declared)
        )

    # Values

    def put_in(self, key: Key) -> Tree | None:
        """The value that was last seen put in for a quantity of which no formula states one."""
        lesson = self.seen(key)
        return lesson.tree if lesson else None

    def seen(self, key: Key) -> PutIn | None:
        """Where that was."""
        lessons, known = self.lessons.all(PutIn, key)
        return lessons[known - 1] if known else None

    def values(self, key: Key) -> Sequence[Statement]:
        """The values of a quantity, in the order of the text: those that it is given, and those put in for it."""
        given = self.knowledge.values.get(key, ())
        lessons, known = self.lessons.all(Restated, key) if self.restated[1] else ((), 0)
        if not known:
            return given[:MAXIMAL_VALUES]
        others = (lesson.statement for lesson in islice(lessons, known))
        return list(islice(merge(given, others, key=position_of), MAXIMAL_VALUES))

    def given(self, key: Key, position: Position) -> Statement | None:
        """Where the article last gave a quantity its true value before this place, or at it, or next after it. One that
        was put in for another becomes true only where the article goes on with something anew."""
        return self._last(key, position, self.epoch(position))

    def value_statement(self, key: Key, position: Position) -> Statement | None:
        """The same as printed: what was put in for another one counts at once."""
        return self._last(key, position, position)

    def _last(self, key: Key, position: Position, known_by: Position) -> Statement | None:
        given = self.knowledge.values.get(key, ())
        place = bisect_left(given, position, key=position_of)
        found = given[place - 1] if place else None
        if self.restated[1]:
            lessons, known = self.lessons.all(Restated, key)
            begun = bisect_left(lessons, known_by, 0, known, key=position_of)
            last = lessons[begun - 1].statement if begun else None
            if last and (found is None or last.position >= found.position):
                return last
        ahead = self.values(key) if known_by == position else given
        return found or next((one for one in ahead[:MAXIMAL_FORMULAS] if not one.assigned), None)

    def integer(self, term: Term, position: Position) -> int | None:
        """A whole number that a term surely is."""
        try:
            value = Truth(self).value(term, position).entries
        except FAILURES:
            return None
        return int(value[0]) if len(value) == 1 and isinstance(value[0], fmpq) and value[0].q == 1 else None

    def slope_of(self, term: Term, key: str, shape: Shape, upstream: Term) -> Term:
        """The derivative of a term by one name, entry by entry."""
        shapes = Shapes({**self.shapes_in(term, Position.START), key: shape})
        found = gradients(term, name(OUT), upstream, {key}, Shapes({**shapes.names, OUT: shape}))
        return substitute(found.get(key, number(0) * upstream), {OUT: term})

    def rules_of(
        self, key: str, term: Term, shape: Shape, targets: frozenset[str], position: Position
    ) -> Mapping[str, Term]:
        """The gradient by one quantity carried through its formula, as terms over `UPSTREAM`."""
        shapes = {**self.shapes_in(term, position), key: shape, UPSTREAM: shape}
        cached = (key, term, targets, tuple(shapes.items()))
        if cached not in self.stated.pulled:
            self.stated.pulled[cached] = gradients(term, name(key), name(UPSTREAM), targets, Shapes(shapes))
        return self.stated.pulled[cached]

    def shapes_in(self, term: Term, position: Position) -> dict[str, Shape]:
        """The shapes of all names in a term, those of a derivative among them."""
        return {node.args[0]: self.shape(node.args[0], position) or () for node in walk(term) if node.head == "name"}
