"""What is known of an article's quantities at each place of it: their formulas, values and shapes.

A snapshot: what the article says, and what the verdicts before some pair of sides have taught. Questions change
nothing; what they remember is their own answers.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import Any, TypeVar

from flint import fmpq

from derivation.checking.facts.analogy import Analogies
from derivation.checking.facts.knowledge import Knowledge, Statement, instance, letters
from derivation.checking.facts.lessons import Lesson, Lessons, PutIn, Redefined, Restated, RulesDropped
from derivation.checking.facts.meaning import FAILURES, Meaning, Mismatch, Unknown
from derivation.checking.facts.meter import Meter
from derivation.checking.facts.numerals import Numerals
from derivation.checking.facts.sets import has_digits, shape_of_set
from derivation.checking.facts.values import MAXIMAL_DEPTH, UPSTREAM, Truth, key_of
from derivation.checking.reading.chains import Declaration
from derivation.checking.reading.symbols import Symbol
from derivation.checking.reading.tokens import Unreadable
from derivation.checking.reading.trees import Tree
from derivation.formulas.arrays import Shape
from derivation.formulas.calculus.reverse import gradients
from derivation.formulas.language.resolve import Shapes, substitute
from derivation.formulas.terms import Term, matrix, name, number, walk
from derivation.words.telling import tell

MAXIMAL_ENTRIES = 64
MAXIMAL_VALUES = 100
"""Values of one quantity that are looked at."""
MAXIMAL_FORMULAS = 24
"""Formulas of one quantity that are tried."""
order_of = attrgetter("order")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Rule:
    """A general update rule: the symbol that stands for any parameter, and the formula of its new value."""

    theta: Symbol
    statement: Statement

    @property
    def order(self) -> int:
        return self.statement.order


@dataclass(frozen=True)
class Stated:
    """What an article states, whole, as every snapshot of its facts has it."""

    knowledge: Knowledge
    numerals: Numerals
    meter: Meter
    rules: Sequence[Rule] = ()
    made: dict[str, Symbol] = field(default_factory=dict)
    """Symbols that formulas make, `a^{1}` out of `a^{l-1}`, by their keys."""
    aliases: dict[tuple[Term, Shape], str] = field(default_factory=dict)
    """Names for expressions that have none."""
    aliased: dict[str, tuple[Term, Shape]] = field(default_factory=dict)
    pulled: dict[Any, Mapping[str, Term]] = field(default_factory=dict)
    """Reverse rules of formulas, which no value changes."""

    @cached_property
    def renewals(self) -> Sequence[int]:
        """The places at which a quantity that has no formula gets another value."""
        known = self.knowledge
        return sorted(
            statement.order
            for key, statements in known.values.items()
            if not known.formulas.get(key)
            for statement in statements[1:]
        )


class Facts:
    """Shapes, formulas and values of quantities, asked for at a place (`order`) of the article."""

    def __init__(
        self, stated: Stated, lessons: Lessons | None = None, parameters: frozenset[str] = frozenset()
    ) -> None:
        self.stated, self.knowledge, self.meter, self.numerals = stated, stated.knowledge, stated.meter, stated.numerals
        self.lessons = lessons or Lessons()
        self.parameters = parameters
        """Names that stand for any number in the equality that is judged: the z of `g'(z) = ...`."""
        self.sections, self.analogies = stated.knowledge.sections, Analogies(self)
        self.rules = () if self.lessons.has_any(RulesDropped) else stated.rules
        self.redefined, self.restated = self.lessons.all(Redefined), self.lessons.all(Restated)
        self._shapes: dict[tuple[str, int], Shape | None] = {}
        self._terms: dict[tuple[Statement, int], tuple[Term, Shape]] = {}
        self._visiting: set[Any] = set()

    def after(self, lessons: Sequence[Lesson]) -> Facts:
        """The facts once these lessons are known."""
        return Facts(self.stated, self.lessons.after(lessons), self.parameters)

    def epoch(self, order: int) -> int:
        """The first place of the article from which on nothing is renewed until this one."""
        renewals, (lessons, known) = self.stated.renewals, self.redefined
        place = bisect_left(renewals, order)
        start = renewals[place - 1] + 1 if place else 0
        begun = bisect_right(lessons, order, 0, known, key=order_of) if known else 0
        return max(start, min(lessons[begun - 1].order + 1, order)) if begun else start

    def symbol(self, key: str) -> Symbol | None:
        """The symbol of a quantity that stands in the article, or that a formula makes."""
        return self.knowledge.symbols.get(key) or self.stated.made.get(key)

    def may_assume(self, symbol: Symbol) -> bool:
        """Whether a name of which nothing is known may be taken for a scalar: in an article without any arrays."""
        general = (
            any(letters(part) for part in (*symbol.sub, *symbol.label))
            and symbol.key not in self.knowledge.vocabulary.quantities
        )
        return self.knowledge.scalar and not general and symbol.key in self.knowledge.symbols

    def is_drawn(self, key: str) -> bool:
        """Whether a name without a shape stands for any number: as it must, or since nothing else is known of it."""
        symbol = self.symbol(key)
        return key in self.parameters or (symbol is not None and self.may_assume(symbol))

    def assumed(self, terms: Iterable[Term], order: int) -> list[tuple[str, frozenset[str]]]:
        """The names on which terms depend, through all formulas, of which it is only assumed that they are scalars,
        each with the quantities through whose formulas it is reached first."""
        found, seen = list[tuple[str, frozenset[str]]](), set[str]()
        waiting = [(term, frozenset[str]()) for term in terms]
        while waiting:
            term, through = waiting.pop()
            for node in walk(term):
                key = key_of(node) if node.head in ("name", "partial", "updated") else ""
                if key and key not in seen and key not in self.parameters:
                    self.meter.tick()
                    seen.add(key)
                    waiting += [(formula, through | {key}) for formula in self.formulas(node, key, order)]
                    if node.head == "name" and self.is_drawn(key) and self.shape(key, order) is None:
                        found.append((key, through))
        return found

    def formulas(self, leaf: Term, key: str, order: int) -> list[Term]:
        """All formulas of a quantity as terms."""
        alias, rule = self.alias_term(key), self.rule(leaf, order) if leaf.head == "updated" else None
        places = range(max(len(self.definitions(key, order)), 1))
        found = [alias] if alias else [self.definition(key, order, place) for place in places]
        return [meant[0] for meant in found if meant] + ([rule] if rule else [])

    # Formulas

    def definitions(self, key: str, order: int) -> Sequence[Statement]:
        """The formulas that hold for a quantity here, the first first; none where it has only values."""
        statements = self.knowledge.formulas.get(key, ())
        starts, known = self.lessons.all(Redefined, key) if self.redefined[1] else ((), 0)
        begun = bisect_right(starts, order, 0, known, key=order_of)
        first = bisect_left(statements, starts[begun - 1].order, key=order_of) if begun else 0
        last = bisect_left(statements, starts[0].order, key=order_of) if known and not begun else len(statements)
        return statements[first : min(last, first + MAXIMAL_FORMULAS)]

    def definition(self, key: str, order: int, place: int = 0) -> tuple[Term, Shape] | None:
        """A quantity's formula as a term; of several, the one at `place`."""
        for statement in self.definitions(key, order)[place:]:
            cached = (statement, self.epoch(order))
            if cached not in self._terms:
                try:
                    self._terms[cached] = self.guarded(
                        ("formula", statement), partial(Meaning(self, order).of, statement.tree)
                    )
                except (Unreadable, Mismatch):
                    continue
            return self._terms[cached]
        if place:
            return None
        symbol = self.symbol(key)
        return (symbol and (self.general(symbol, order) or self.assembled(symbol, order))) or self.analogies.analogous(
            key, order
        )

    def with_numbers(self, symbol: Symbol, order: int) -> Symbol:
        """The symbol with letters in its scripts replaced by the numbers that the article gives them: `a^L` where L =
        3."""
        bound = {}
        for part in {*symbol.sub, *symbol.label}:
            statement = self.value_statement(part, order) if letters(part) else None
            if statement and statement.tree.head == "number" and statement.tree.args[0].isdecimal():
                bound[part] = statement.tree.args[0]
        return instance(symbol, bound)

    def general(self, symbol: Symbol, order: int) -> tuple[Term, Shape] | None:
        """The formula of a quantity that is a case of a general one."""
        found = self.knowledge.indexed(symbol)
        if not found:
            return None
        key, bound = found
        for statement in self.definitions(key, order):
            try:
                return self.guarded(
                    ("general", symbol.key), partial(Meaning(self, order, None, dict(bound)).of, statement.tree)
                )
            except (Unreadable, Mismatch):
                continue
        return None

    def assembled(self, symbol: Symbol, order: int) -> tuple[Term, Shape] | None:
        """A vector of which the article knows only the entries: p, where p_1, p_2 and p_3 have values or formulas."""
        if (
            symbol.sub
            or symbol.base[-1:].isupper()
            or self.knowledge.sets.get(symbol.key)
            or self.knowledge.values.get(symbol.key)
            or self.knowledge.formulas.get(symbol.key)
        ):
            return None
        entries: list[Term] = []
        while len(entries) < MAXIMAL_ENTRIES:
            key = replace(symbol, sub=(str(len(entries) + 1),)).key
            if key not in self.knowledge.values and key not in self.knowledge.formulas:
                break
            entries.append(name(key))
        if len(entries) < 2 or any(self.shape(entry.args[0], order) != () for entry in entries):
            return None
        return matrix(tuple((entry,) for entry in entries)), (len(entries), 1)

    def is_gathered(self, key: str, order: int) -> bool:
        """Whether a quantity is known only as a vector of entries that have names of their own."""
        symbol = self.symbol(key)
        return symbol is not None and not self.general(symbol, order) and self.assembled(symbol, order) is not None

    def guarded(self, key: Any, chain: Callable[[], Result]) -> Result:
        """What `work` gives, unless it asks for itself."""
        if key in self._visiting or len(self._visiting) > MAXIMAL_DEPTH:
            raise Unknown(0, tell("lacking.circle"))
        self._visiting.add(key)
        try:
            return chain()
        finally:
            self._visiting.discard(key)

    def is_sought(self, key: Any) -> bool:
        """Whether something is being found already."""
        return key in self._visiting

    def function(self, key: str, order: int, count: int) -> tuple[tuple[Symbol, ...], Tree]:
        """The article's own function of so many arguments: its parameters and its body, as last defined."""
        found = [row for row in self.knowledge.functions.get(key, ()) if len(row[1]) == count]
        if not found:
            raise Unknown(0, tell("lacking.function", quantity=key))
        before = [row for row in found if row[0] <= order] or found[:1]
        return before[-1][1], before[-1][2]

    def rule(self, leaf: Term, order: int) -> Term | None:
        r"""The article's general update rule for one parameter: `\theta_{new} = \theta_{old} - \alpha \nabla_\theta L`
        with it put in."""
        parameter = leaf.args[0]
        if parameter.head != "name" or not self.rules:
            return None
        before = [rule for rule in self.rules if rule.order <= order] or self.rules[:1]
        shape = self.shape(parameter.args[0], order)
        if shape is None:
            return None
        try:
            return Meaning(self, order, {before[-1].theta.key: (parameter, shape), "\0theta": (parameter, shape)}).of(
                before[-1].statement.tree
            )[0]
        except (Unreadable, Mismatch):
            return None

    def lacks_formula(self, key: str) -> bool:
        """Whether a quantity seems computed, though the article gives only its value: `out_{o2}`, where `out_{o1}` has
        a formula."""
        symbol = self.symbol(key)
        if symbol is None or self.knowledge.formulas.get(key) or self.general(symbol, 1 << 60):
            return False
        return (
            any(True for _ in self.analogies.twins(key, self.knowledge.families_of_formulas))
            and self.analogies.analogous(key, 1 << 60) is None
        )

    def alias(self, term: Term, shape: Shape) -> Term:
        """A name for an expression, so that it can be differentiated."""
        key = self.stated.aliases.setdefault((term, shape), f"\0{len(self.stated.aliases)}")
        self.stated.aliased[key] = (term, shape)
        return name(key)

    def alias_term(self, key: str) -> tuple[Term, Shape] | None:
        """The expression for which a name stands."""
        return self.stated.aliased.get(key)

    # Shapes

    def shape(self, key: str, order: int, symbol: Symbol | None = None) -> Shape | None:
        """The shape of a quantity, from its value, its formula or its set; None where nothing is said."""
        alias = self.alias_term(key)
        if alias:
            return alias[1]
        if symbol is not None and key not in self.knowledge.symbols:
            self.stated.made.setdefault(key, symbol)
        cached = (key, self.epoch(order))
        if cached not in self._shapes:
            if ("shape", key) in self._visiting:
                return None
            try:
                self._shapes[cached] = self.guarded(("shape", key), lambda: self._shape(key, order))
            except Unknown:
                return None
        return self._shapes[cached]

    def _shape(self, key: str, order: int) -> Shape | None:
        statement = self.given(key, order)
        if statement:
            try:
                return Meaning(self, statement.order).of(statement.tree)[1]
            except (Unreadable, Mismatch):
                pass
        seen = self.put_in(key)
        if seen:
            return Meaning(self, order).of(seen)[1]
        declared = self.declared(key)
        if declared is not None:
            return declared
        defined = self.definition(key, order)
        return defined[1] if defined else None

    def declared(self, key: str) -> Shape | None:
        """The shape that a declaration gives, letters standing for small sizes."""
        shapes = (self.shape_of_set(declaration) for _, declaration in self.knowledge.sets.get(key, ()))
        return next((shape for shape in shapes if shape is not None), None)

    def declared_in_digits(self, key: str) -> Shape | None:
        """The first shape that is declared by numbers, not letters."""
        for _, declaration in self.knowledge.sets.get(key, ()):
            if self.is_explicit(declaration):
                return self.shape_of_set(declaration)
        return None

    def shape_of_set(self, declaration: Declaration) -> Shape | None:
        return shape_of_set(declaration, self.whole_number)

    def whole_number(self, key: str) -> int | None:
        """The whole number that the article gives a letter."""
        statement = self.value_statement(key, 1 << 60)
        text = statement.tree.args[0] if statement and statement.tree.head == "number" else ""
        return int(text) if text.isdecimal() else None

    def is_explicit(self, declaration: Declaration) -> bool:
        """Whether a set gives its sizes by numbers, or is that of scalars."""
        return has_digits(declaration) or self.shape_of_set(declaration) == ()

    def is_reused(self, key: str, order: int) -> bool:
        """Whether a quantity gets values in several sections, none of them this one: what is declared here may be
        another one."""
        statements = [statement for statement in self.values(key) if not statement.assigned]
        sections = {self.sections[statement.order] for statement in statements}
        declared = {self.sections[where] for where, _ in self.knowledge.sets.get(key, ())}
        return (
            len(sections) > 1
            and len({statement.read.side.latex for statement in statements}) > 1
            and not (sections & declared and self.sections[order] in declared)
        )

    # Values

    def put_in(self, key: str) -> Tree | None:
        """The value that was seen put in for a quantity of which no formula states one."""
        lesson = self.lessons.first(PutIn, key)
        return lesson.tree if lesson else None

    def values(self, key: str) -> Sequence[Statement]:
        """The values of a quantity, in the order of the text: those that it is given, and those put in for it."""
        given = self.knowledge.values.get(key, ())
        lessons, known = self.lessons.all(Restated, key) if self.restated[1] else ((), 0)
        if not known:
            return given[:MAXIMAL_VALUES]
        others = (lesson.statement for lesson in islice(lessons, known))
        return list(islice(merge(given, others, key=order_of), MAXIMAL_VALUES))

    def given(self, key: str, order: int) -> Statement | None:
        """Where the article last gave a quantity its true value before this place, or at it, or next after it. One that
        was put in for another becomes true only where the article goes on with something anew."""
        return self._last(key, order, self.epoch(order))

    def value_statement(self, key: str, order: int) -> Statement | None:
        """The same as printed: what was put in for another one counts at once."""
        return self._last(key, order, order)

    def _last(self, key: str, order: int, known_by: int) -> Statement | None:
        given = self.knowledge.values.get(key, ())
        place = bisect_left(given, order, key=order_of)
        found = given[place - 1] if place else None
        if self.restated[1]:
            lessons, known = self.lessons.all(Restated, key)
            begun = bisect_left(lessons, known_by, 0, known, key=order_of)
            last = lessons[begun - 1].statement if begun else None
            if last and (found is None or last.order >= found.order):
                return last
        ahead = self.values(key) if known_by == order else given
        return found or next((one for one in ahead[:MAXIMAL_FORMULAS] if not one.assigned), None)

    def integer(self, term: Term, order: int) -> int | None:
        """A whole number that a term surely is."""
        try:
            value = Truth(self).value(term, order).entries
        except FAILURES:
            return None
        return int(value[0]) if len(value) == 1 and isinstance(value[0], fmpq) and value[0].q == 1 else None

    def slope_of(self, term: Term, key: str, shape: Shape, upstream: Term) -> Term:
        """The derivative of a term by one name, entry by entry."""
        shapes = Shapes({**self.shapes_in(term, 0), key: shape})
        found = gradients(term, name("\0out"), upstream, {key}, Shapes({**shapes.names, "\0out": shape}))
        return substitute(found.get(key, number(0) * upstream), {"\0out": term})

    def rules_of(self, key: str, term: Term, shape: Shape, targets: frozenset[str], order: int) -> Mapping[str, Term]:
        """The gradient by one quantity carried through its formula, as terms over `UPSTREAM`."""
        shapes = {**self.shapes_in(term, order), key: shape, UPSTREAM: shape}
        cached = (key, term, targets, tuple(shapes.items()))
        if cached not in self.stated.pulled:
            self.stated.pulled[cached] = gradients(term, name(key), name(UPSTREAM), targets, Shapes(shapes))
        return self.stated.pulled[cached]

    def shapes_in(self, term: Term, order: int) -> dict[str, Shape]:
        """The shapes of all names in a term, those of a derivative among them."""
        return {node.args[0]: self.shape(node.args[0], order) or () for node in walk(term) if node.head == "name"}
