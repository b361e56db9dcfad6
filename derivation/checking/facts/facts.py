"""The values of the article's quantities: as printed, in truth (from formulas and inputs), or at random points.

Truth is what follows exactly from the formulas and the inputs; derivatives are taken by the table's reverse rules,
never from the article.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from hashlib import blake2b
from operator import attrgetter
from typing import Any, TypeVar

from flint import fmpq

from derivation.checking.facts.analogy import Analogies
from derivation.checking.facts.knowledge import Knowledge, Statement, instance, letters
from derivation.checking.facts.meaning import FAILURES, Meaning, Mismatch, Unknown
from derivation.checking.facts.meter import Meter
from derivation.checking.facts.values import MAXIMAL_DEPTH, UPSTREAM, Truth
from derivation.checking.reading.chains import Declaration, Side
from derivation.checking.reading.symbols import Symbol
from derivation.checking.reading.tokens import Unreadable
from derivation.checking.reading.trees import Tree, nodes
from derivation.formulas.arrays import Shape
from derivation.formulas.calculus.reverse import gradients
from derivation.formulas.language.resolve import Shapes, substitute
from derivation.formulas.terms import Term, matrix, name, number, walk

MAXIMAL_ENTRIES = 64
MAXIMAL_VALUES = 100
"""Values of one quantity that are looked at."""
MAXIMAL_FORMULAS = 24
"""Formulas of one quantity that are tried."""
order_of = attrgetter("order")
SHORT = 3
"""Decimal places from which on a numeral may well be a rounded one."""
RECOGNIZED = 4
"""Digits from which on two numerals that differ only in the last are taken for the same number, miscopied."""
Result = TypeVar("Result")
LETTERED = {
    "n": 2,
    "m": 3,
    "d": 4,
    "k": 5,
    "p": 4,
    "h": 3,
    "c": 2,
    "K": 3,
    "D": 4,
    "N": 2,
    "M": 3,
    "H": 5,
    "C": 2,
    "q": 3,
    "r": 2,
}
"""Sizes that stand for the letters of a declaration `W \\in R^{m x n}` when an identity is tried at random points."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A general update rule: the symbol that stands for any parameter, and the formula of its new value."""

    theta: Symbol
    statement: Statement

    @property
    def order(self) -> int:
        return self.statement.order


class Facts:
    """Shapes and values of quantities, asked for at a place (`order`) of the article."""

    def __init__(self, knowledge: Knowledge, scalar: bool, sections: Sequence[int], meter: Meter) -> None:
        self.knowledge, self.scalar, self.sections, self.meter = knowledge, scalar, sections, meter
        self.analogies = Analogies(self)
        self.assumed: set[str] = set()
        self.gathered: set[str] = set()
        """Vectors put together from their entries."""
        self.parameters: set[str] = set()
        """Names that stand for any number in the equality that is judged: the z of `g'(z) = ...`."""
        self.rounded: set[str] = set()
        """Numerals, as printed, that are known to be rounded."""
        self.learnt: dict[str, Tree] = {}
        """Values that no formula states, but that were seen put in for a name."""
        self.redefined: dict[str, list[int]] = {}
        self.rules: list[Rule] = []
        self._shapes: dict[tuple[str, int], Shape | None] = {}
        self._terms: dict[tuple[int, int], tuple[Term, Shape]] = {}
        self._aliases: dict[str, tuple[Term, Shape]] = {}
        self._pulled: dict[Any, dict[str, Term]] = {}
        self._visiting: set[Any] = set()
        self.boundaries = sorted(
            statement.order
            for key, statements in knowledge.values.items()
            if not knowledge.formulas.get(key)
            for statement in statements[1:]
        )

    def epoch(self, order: int) -> int:
        """How many inputs have got a new value before this place."""
        return bisect_left(self.boundaries, order)

    def redefine(self, key: str, order: int) -> None:
        """From this place on the quantity has another formula."""
        insort(self.redefined.setdefault(key, []), order)
        insort(self.boundaries, order)
        self._terms.clear()
        self._shapes.clear()

    def assume(self, symbol: Symbol) -> bool:
        """Whether a name of which nothing is known may be taken for a scalar: in an article without any arrays."""
        general = (
            any(letters(part) for part in (*symbol.sub, *symbol.label))
            and symbol.key not in self.knowledge.vocabulary.quantities
        )
        may = self.scalar and not general and symbol.key in self.knowledge.written
        if may:
            self.assumed.add(symbol.key)
        return may

    # Formulas

    def definitions(self, key: str, order: int) -> Sequence[Statement]:
        """The formulas that hold for a quantity here, the first first; none where it has only values."""
        statements, starts = self.knowledge.formulas.get(key, ()), self.redefined.get(key, ())
        begun = bisect_right(starts, order)
        first = bisect_left(statements, starts[begun - 1], key=order_of) if begun else 0
        last = bisect_left(statements, starts[0], key=order_of) if starts and not begun else len(statements)
        return statements[first : min(last, first + MAXIMAL_FORMULAS)]

    def definition(self, key: str, order: int, place: int = 0) -> tuple[Term, Shape] | None:
        """A quantity's formula as a term; of several, the one at `place`."""
        symbol = self.knowledge.symbols.get(key)
        for statement in self.definitions(key, order)[place:]:
            cached = (id(statement), self.epoch(order))
            if cached not in self._terms:
                try:
                    self._terms[cached] = self.guarded(
                        ("formula", id(statement)), partial(Meaning(self, order).of, statement.tree)
                    )
                except (Unreadable, Mismatch):
                    continue
            return self._terms[cached]
        if place:
            return None
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
        self.gathered.add(symbol.key)
        return matrix(tuple((entry,) for entry in entries)), (len(entries), 1)

    def guarded(self, key: Any, chain: Callable[[], Result]) -> Result:
        """What `work` gives, unless it asks for itself."""
        if key in self._visiting or len(self._visiting) > MAXIMAL_DEPTH:
            raise Unknown(0, "formulas that refer to each other in a circle, or too deeply")
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
            raise Unknown(0, f"the article does not say what the function {key} is")
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
        symbol = self.knowledge.symbols.get(key)
        if symbol is None or self.knowledge.formulas.get(key) or self.general(symbol, 1 << 60):
            return False
        return (
            any(True for _ in self.analogies.twins(key, self.knowledge.formulas))
            and self.analogies.analogous(key, 1 << 60) is None
        )

    def alias(self, term: Term, shape: Shape) -> Term:
        """A name for an expression, so that it can be differentiated."""
        key = (
            f"\0{len(self._aliases)}"
            if term not in (known := {t: k for k, (t, _) in self._aliases.items()})
            else known[term]
        )
        self._aliases[key] = (term, shape)
        return name(key)

    # Shapes

    def shape(self, key: str, order: int, symbol: Symbol | None = None) -> Shape | None:
        """The shape of a quantity, from its value, its formula or its set; None where nothing is said."""
        if key in self._aliases:
            return self._aliases[key][1]
        if symbol is not None:
            self.knowledge.symbols.setdefault(key, symbol)
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
        statement = self.value_statement(key, order)
        if statement:
            try:
                return Meaning(self, statement.order).of(statement.tree)[1]
            except (Unreadable, Mismatch):
                pass
        if key in self.learnt:
            return Meaning(self, order).of(self.learnt[key])[1]
        declared = self.declared(key)
        if declared is not None:
            return declared
        defined = self.definition(key, order)
        return defined[1] if defined else None

    def declared(self, key: str) -> Shape | None:
        """The shape that a declaration gives, letters standing for small sizes."""
        for _, declaration in self.knowledge.sets.get(key, ()):
            shape = self.shape_of_set(declaration)
            if shape is not None:
                return shape
        return None

    def declared_in_digits(self, key: str) -> Shape | None:
        """The first shape that is declared by numbers, not letters."""
        for _, declaration in self.knowledge.sets.get(key, ()):
            if self.is_explicit(declaration):
                return self.shape_of_set(declaration)
        return None

    def is_reused(self, key: str, order: int) -> bool:
        """Whether a quantity gets values in several sections, none of them this one: what is declared here may be
        another one."""
        statements = [
            statement for statement in self.knowledge.values.get(key, [])[:MAXIMAL_VALUES] if not statement.assigned
        ]
        sections = {self.sections[statement.order] for statement in statements}
        declared = {self.sections[where] for where, _ in self.knowledge.sets.get(key, ())}
        return (
            len(sections) > 1
            and len({statement.read.side.latex for statement in statements}) > 1
            and not (sections & declared and self.sections[order] in declared)
        )

    def is_explicit(self, declaration: Declaration) -> bool:
        """Whether a set gives its sizes by numbers, or is that of scalars."""
        return any(word.text.isdecimal() for word in declaration.set.words) or self.shape_of_set(declaration) == ()

    def shape_of_set(self, declaration: Declaration) -> Shape | None:
        sizes = dimensions(declaration.set)
        values = [self.letter(size) for size in sizes or ()]
        if sizes is None or None in values:
            return None
        rows, columns = (*values, 1)[:2] if values else (1, 1)
        return () if rows == columns == 1 else (rows, columns)  # type: ignore[return-value]

    def letter(self, size: str) -> int | None:
        if size.isdecimal():
            return int(size) if 0 < int(size) <= 512 else None
        statement = self.value_statement(size, 1 << 60)
        if statement and statement.tree.head == "number" and statement.tree.args[0].isdecimal():
            return int(statement.tree.args[0])
        known = LETTERED.get(size[0])
        if known and len(size) > 1:
            return known + int(blake2b(size.encode(), digest_size=1).hexdigest(), 16) % 3
        return known

    # Values

    @cached_property
    def usual_places(self) -> int:
        """The decimal places to which the article rounds, if it does: those of most of its long numerals."""
        texts = (
            node.args[0]
            for statements in self.knowledge.values.values()
            for statement in statements
            for node in nodes(statement.tree)
            if node.head == "number"
        )
        counted = Counter(len(text.partition(".")[2]) for text in texts)
        return max((places for places in counted if places >= SHORT), key=counted.__getitem__, default=0)

    @cached_property
    def stated(self) -> dict[str, set[str]]:
        """The numerals with digits enough to be recognized in the values that the article gives, by all their digits
        but the last."""
        found: dict[str, set[str]] = defaultdict(set)
        for statements in self.knowledge.values.values():
            for text in (
                node.args[0] for statement in statements for node in nodes(statement.tree) if node.head == "number"
            ):
                if "." in text and len(text.replace(".", "").lstrip("0")) >= RECOGNIZED:
                    found[text[:-1]].add(text)
        return found

    def miscopied(self, text: str) -> str | None:
        """The one numeral of the article's values from which another differs by a unit of the last digit; None for a
        numeral that stands there itself."""
        alike = self.stated.get(text[:-1], ())
        if text in alike:
            return None
        return next((other for other in alike if abs(int(other[-1]) - int(text[-1])) == 1), None)

    def value_statement(self, key: str, order: int) -> Statement | None:
        """Where the article last gave a quantity a value before this place, or at it, or next after it."""
        statements = self.knowledge.values.get(key, ())
        place = bisect_left(statements, order, key=order_of)
        if place:
            return statements[place - 1]
        return next((statement for statement in statements[:MAXIMAL_FORMULAS] if not statement.assigned), None)

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

    def rules_of(self, key: str, term: Term, shape: Shape, targets: frozenset[str], order: int) -> dict[str, Term]:
        """The gradient by one quantity carried through its formula, as terms over `UPSTREAM`."""
        shapes = {**self.shapes_in(term, order), key: shape, UPSTREAM: shape}
        cached = (key, term, targets, tuple(shapes.items()))
        if cached not in self._pulled:
            self._pulled[cached] = gradients(term, name(key), name(UPSTREAM), targets, Shapes(shapes))
        return self._pulled[cached]

    def shapes_in(self, term: Term, order: int) -> dict[str, Shape]:
        """The shapes of all names in a term, those of a derivative among them."""
        return {node.args[0]: self.shape(node.args[0], order) or () for node in walk(term) if node.head == "name"}

    def alias_term(self, key: str) -> tuple[Term, Shape] | None:
        return self._aliases.get(key)


def dimensions(side: Side) -> list[str] | None:
    r"""The sizes in `\mathbb{R}^{m \times n}`: [] for scalars; None where the set is another."""
    texts = [word.text for word in side.words]
    while texts and texts[-1] in (",", ".", ")", r"\quad"):
        texts.pop()
    if texts[:1] == [r"\R"]:
        rest = texts[1:]
    elif texts[:4] in ([r"\mathbb", "{", "R", "}"], [r"\mathbf", "{", "R", "}"]) or texts[:1] == [r"\mathbb{R}"]:
        rest = texts[4:] if texts[0] != r"\mathbb{R}" else texts[1:]
    elif texts[:2] == [r"\mathbb", "R"]:
        rest = texts[2:]
    elif texts[:1] == ["R"]:
        rest = texts[1:]
    else:
        return None
    if not rest:
        return []
    if rest[0] != "^":
        return None
    inner = [text for text in rest[1:] if text not in ("{", "}", "(", ")", "[", "]")]
    sizes, current = [], ""
    for text in inner:
        if text in (r"\times", "x", "*", ","):
            sizes.append(current)
            current = ""
        else:
            current += text
    sizes.append(current)
    return sizes if all(sizes) and len(sizes) <= 2 else None
