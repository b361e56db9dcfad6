"""Whether numbers, and sides that hold numbers, agree: exactly, or to the digits printed.

A numeral printed as a result may be any rounding of the value; a numeral that is known to be rounded stands for an
interval wherever it is used again. So a chain of rounded intermediates is accepted, and a wrong last digit is not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flint import arb, fmpq

from derivation.checking.facts.failures import FAILURES, Mismatch, Unknown, told
from derivation.checking.facts.intervals import Balls, Known
from derivation.checking.facts.meaning import Meaning
from derivation.checking.facts.numerals import numerals
from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import Key, key_of
from derivation.checking.facts.values import Printed, quantities
from derivation.checking.judging.agreement import (
    Agreement,
    better,
    distance,
    equal,
    is_exactly,
    printed_entries,
    significant,
    worst,
)
from derivation.checking.judging.context import Context
from derivation.checking.judging.rounding import Rounding
from derivation.checking.judging.spelling import flat, signed, spelled
from derivation.checking.judging.verdicts import Allowance
from derivation.checking.reading.tokens import Unreadable
from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.numbers import Undefined
from derivation.formulas.operations import heads
from derivation.formulas.operations.algebras import Terms
from derivation.formulas.terms import Term, is_literal, number, rebuild, walk
from derivation.words.telling import message_of, tell

MAXIMAL_WORK = 400
"""Entries of a side that is spelled out term by term to compare its parts."""


class NoValue(ArithmeticError):
    """A side has no value here; the text says why."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two sides part: the place in a matrix (from 1), what is printed and what it should be."""

    place: tuple[int, ...]
    found: str
    value: Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """How two sides agree; what of the article's way of rounding that needed, and which numerals it showed to be
    rounded; where they part."""

    agreement: Agreement
    needed: frozenset[Allowance] = frozenset()
    rounded: tuple[str, ...] = ()
    difference: Difference | None = None


class Comparison:
    """One comparison of terms at one place of the article, for as long as it is made: what it comes upon stays in it
    and is returned with its outcome. `subject` gives the true value of the chain's quantity, `origin` that or
    the value of its first side of numbers, if it has one. Beside what the article is allowed, more may
    be `granted`; numerals may be off by so many half `units` of their last
    digit."""

    def __init__(
        self,
        context: Context,
        position: Position,
        relation: str,
        subject: Callable[[], Array | None] = lambda: None,
        origin: Callable[[], Array | None] = lambda: None,
        granted: frozenset[Allowance] = frozenset(),
        units: int = 1,
        measured: bool = False,
    ) -> None:
        self.facts, self.truth, self.printed = context.facts, context.truth, context.printed
        self.position, self.subject, self.origin = position, subject, origin
        self.is_rounded, self.any_rounded = context.is_rounded, context.any_rounded
        self.rounding = Rounding(
            relation, context.allowed | granted, context.is_rounded, context.facts.numerals, units, measured
        )
        self.is_shortened, self.mistaken = context.is_shortened, context.mistaken
        self._rounded: list[str] = []
        self._difference: Difference | None = None
        self._aligned: dict[tuple[Term, Term], Agreement] = {}

    def outcome(self, a: Term, b: Term, known: Sequence[Array] | None = None) -> Outcome:
        """How the right side b agrees with the left side a."""
        return self._outcome(self.agree(a, b, known))

    def outcome_of(self, value: Array, b: Term) -> Outcome:
        """How the right side agrees with a value."""
        return self._outcome(self.sides([value], None, b))

    def _outcome(self, agreement: Agreement) -> Outcome:
        return Outcome(agreement, frozenset(self.rounding.needed), tuple(self._rounded), self._difference)

    def values(self, term: Term) -> list[Array]:
        """The values that a side may have: with names as printed, and with names as they truly are."""
        found: list[Array] = []
        problem: Exception | None = None
        for mode in (self.printed, self.truth):
            try:
                found.append(mode.value(term, self.position))
            except (Unreadable, Mismatch) as error:
                problem = error
            except Undefined as error:
                problem = NoValue(error.message)
            except FAILURES as error:
                problem = NoValue(told(error) or tell("undecided.nothing"))
        if not found:
            assert problem is not None
            if isinstance(problem, NoValue | Mismatch | Unknown):
                raise problem
            raise NoValue(message_of(problem))
        return found

    def ball(self, term: Term) -> Array | None:
        """The value with rounded numerals as intervals."""
        try:
            texts = Known(self.is_rounded, set(filter(significant, self._rounded)), self.unproved(term))
            return Printed(self.facts, Balls(texts)).value(term, self.position)
        except FAILURES:
            return None

    def unproved(self, term: Term) -> set[str]:
        """The numerals of quantities in a term that have a formula which cannot be worked here: they may be rounded."""
        found: set[str] = set()
        for leaf in quantities(term):
            key = key_of(leaf)
            statement = self.facts.value_statement(key, self.position)
            if statement and self.facts.knowledge.formulas.get(key) and self.without_truth(key):
                found.update(text for text in numerals(statement.tree) if "." in text)
        return found

    def without_truth(self, key: Key) -> bool:
        try:
            return self.truth.by_formula(key, self.position) is None
        except FAILURES:
            return True

    def agree(self, a: Term, b: Term, known: Sequence[Array] | None = None) -> Agreement:
        """How the right side b agrees with the left side a. For a quantity on the left, `known` are its values that do
        not come from this very chain; the article's formulas for it then stand in for it."""
        sources = list(self.sources(a, known))
        best: Agreement = "no"
        for values, side in sources:
            best = better(best, self.sides(values, side, b))
            if best == "exact":
                break
        if best != "no" or is_literal(b):
            return best
        found = self.overlap(sources, b)
        if found == "rounded" and self.rounding.relation == "≈":  # worked from more digits than are printed
            numbers = (node.args[0].lstrip("-") for node in walk(b) if node.head == "number")
            self._rounded += [text for text in numbers if "." in text and significant(text)]
        return found

    def sources(self, a: Term, known: Sequence[Array] | None) -> Iterator[tuple[Sequence[Array], Term | None]]:
        """What b is held against: values, and the term they come from if its parts may be compared."""
        if known is None:
            yield self.values(a), a
            return
        yield known, None
        for formula in self.formulas(a):
            try:
                yield self.values(formula), formula
            except (NoValue, Unreadable, Mismatch):
                continue

    def sides(self, values: Sequence[Array], a: Term | None, b: Term) -> Agreement:
        """How b agrees with a side of these values; with its parts, if the side is given."""
        if is_literal(b):
            return self.literal(values, b, a, result=True)
        if any(equal(x, y) for x in values for y in self.values(b)):
            return "exact"
        return self.align(a, b) if a is not None else "no"

    def formulas(self, a: Term) -> Iterator[Term]:
        """The article's own formulas for a quantity."""
        key = key_of(a)
        for statement in self.facts.definitions(key, self.position):
            meant = self.facts.meant(statement, self.position) if statement.position != self.position else None
            if meant:
                yield meant[0]
        if not self.facts.definitions(key, self.position) and a.head == "name":
            general = self.facts.definition(key, self.position)
            if general and any(self.mistaken(key_of(leaf)) is not None for leaf in quantities(general[0])):
                yield general[0]  # it may go on from a mistake

    # Literals

    def literal(self, values: Sequence[Array], b: Term, a: Term | None, result: bool) -> Agreement:
        """Whether numbers as printed are the value, or its rounding."""
        texts, shape = printed_entries(b)
        fitting = [value for value in values if value.shape == shape]
        best: Agreement = "no"
        for value in fitting:
            best = better(best, self.rounding.agreement(value, texts, result))
        ball = self.ball(a) if a is not None and (best == "no" or self.any_rounded) else None
        if ball is not None and ball.shape == shape:
            if best == "no":
                best = self.within(ball, texts, shape, result)
            elif best == "exact":  # exact as printed, but worked from rounded numbers
                inexact = [
                    text.lstrip("-") for x, text in zip(ball.entries, texts, strict=True) if not isinstance(x, fmpq)
                ]
                self._rounded += inexact
        if best == "no" and result and a is not None and self.hidden_digits(a, texts, shape):
            best = "rounded"
        if best == "rounded":
            self._rounded += [text.lstrip("-") for text in texts]
        if best == "no" and fitting:
            self.locate(fitting[-1], texts)
        return best

    def hidden_digits(self, a: Term, texts: Sequence[str], shape: tuple[int, ...]) -> bool:
        """Whether the numerals of a result fit if those of the side before it have more digits than are shown: those
        that the article rounded where it worked them. That is so if the value that the chain began with, carried in
        full, gives the result; else if the article does so as a rule."""
        numerals = {node.args[0].lstrip("-") for node in walk(a) if node.head == "number"}
        decimals = {text for text in numerals if "." in text and self.is_shortened(text)}
        try:
            ball = Printed(self.facts, Balls(decimals)).value(a, self.position) if decimals else None
        except FAILURES:
            return False
        if ball is None or ball.shape != shape or self.rounding.agreement(ball, texts, True) == "no":
            return False
        return self.is_in_full(ball, texts) or self.rounding.allows("operands")

    def is_in_full(self, ball: Array, texts: Sequence[str]) -> bool:
        """Whether numerals are those of the value that the chain began with, which lies in the side before them."""
        truth = self.origin()
        if truth is None or truth.shape != ball.shape or self.rounding.agreement(truth, texts, True) == "no":
            return False
        return all(arb(x).overlaps(arb(y)) for x, y in zip(truth.entries, ball.entries, strict=True))

    def within(self, ball: Array, texts: Sequence[str], shape: tuple[int, ...], result: bool) -> Agreement:
        """Whether rounding on the way explains the numerals: they lie in the interval, and are the true value's or the
        article's habit allows others."""
        found = self.rounding.agreement(ball, texts, result)
        if found == "no":
            return found
        if not result:
            miscopied = any(self.facts.numerals.miscopied(text.lstrip("-")) for text in texts)
            return found if not miscopied and self.rounding.allows("carried") else "no"
        truth = self.subject()
        if truth is None or truth.shape != shape or self.rounding.agreement(truth, texts, result) != "no":
            return found
        return found if self.rounding.allows("carried") else "no"

    def locate(self, value: Array, texts: Sequence[str]) -> None:
        """Notes the first entry that is wrong."""
        if self._difference or len(value.entries) != len(texts):
            return
        for place, x, text in zip(value.places, value.entries, texts, strict=True):
            if not is_exactly(x, text) and not self.rounding.rounds(x, text, True):
                self._difference = Difference(tuple(k + 1 for k in place), text, x)
                return

    # Sides part by part

    def align(self, a: Term, b: Term) -> Agreement:
        """Whether the sides agree part by part: what stands for a part of the left is its value or its rounding."""
        if (a, b) not in self._aligned:
            self._aligned[a, b] = self._align(a, b)
        return self._aligned[a, b]

    def _align(self, a: Term, b: Term) -> Agreement:
        self.facts.meter.tick()
        if b.head == heads.NEG and a.head != heads.NEG:
            b = signed(b)
        if is_literal(b):
            try:
                return self.literal(self.values(a), b, a, result=False)
            except (NoValue, Unreadable, Mismatch):
                return "no"
        if (
            a.head == b.head
            and len(a.children) == len(b.children)
            and a.head not in ("name", "partial", "updated")
            and a.args[len(a.children) :] == b.args[len(b.children) :]
        ):
            found = worst(self.align(x, y) for x, y in zip(a.children, b.children, strict=True))
            if found != "no":
                return found
        if "row" in (a.head, b.head):
            return "no"
        try:
            if any(equal(x, y) for x in self.values(a) for y in self.values(b)):
                return "exact"
        except (NoValue, Unreadable, Mismatch):
            return "no"
        return self.spelled(a, b)

    def spelled(self, a: Term, b: Term) -> Agreement:
        """Both sides entry by entry, summand by summand."""
        left, right = self.spell(a), self.spell(b)
        if left is None or right is None or left.shape != right.shape or len(left.entries) > MAXIMAL_WORK:
            return "no"
        return worst(self.summands(x, y) for x, y in zip(left.entries, right.entries, strict=True))

    def summands(self, a: Term, b: Term) -> Agreement:
        first, second = (
            [part for part in flat(a) if not self.is_zero(part)],
            [part for part in flat(b) if not self.is_zero(part)],
        )
        if len(first) != len(second) or len(first) < 2:
            return self.factors(a, b) if len(first) == len(second) else "no"
        return worst(self.align(x, y) for x, y in zip(first, second, strict=True))

    def factors(self, a: Term, b: Term) -> Agreement:
        """One summand: its parts, where it is built alike."""
        if is_literal(b):
            return self.literal(self.values(a), b, a, result=False)
        if a.head != b.head or len(a.children) != len(b.children) or not a.children:
            return "no"
        return worst(self.align(x, y) for x, y in zip(a.children, b.children, strict=True))

    def is_zero(self, term: Term) -> bool:
        try:
            return all(entry == 0 for entry in self.printed.value(term, self.position).entries)
        except FAILURES:
            return False

    def spell(self, term: Term) -> Array | None:
        """The side as an array of scalar terms, names replaced by what the article prints for them."""
        return spelled(term, self.literal_of)

    def literal_of(self, leaf: Term) -> Array | None:
        statement = self.facts.value_statement(key_of(leaf), self.position)
        try:
            term = Meaning(self.facts, self.position).of(statement.tree)[0] if statement else None
        except (Unreadable, Mismatch):
            return None
        return evaluate(term, {}, Terms) if term is not None and is_literal(term) else None

    def overlap(self, sources: Sequence[tuple[Sequence[Array], Term | None]], b: Term) -> Agreement:
        """Whether b can have one of the values when rounded numerals stand for intervals, and no numeral of it is
        another one miscopied."""
        right = self.near(b) or self.ball(b)
        for values, side in sources if right else ():
            assert right
            lefts = values if side is None else [ball] if (ball := self.ball(side)) else []
            for left in lefts:
                if left.shape == right.shape and all(
                    arb(x).overlaps(arb(y)) for x, y in zip(left.entries, right.entries, strict=True)
                ):
                    return "no" if self.is_miscopied(left, b) or not self.is_put_in(b) else "rounded"
        return "no"

    def is_put_in(self, b: Term) -> bool:
        """Whether the decimals of a side were printed as values, or may have been worked with rounding in between."""
        texts = {node.args[0].lstrip("-") for node in walk(b) if node.head == "number" and "." in node.args[0]}
        return all(map(self.facts.numerals.is_worked, texts)) or self.rounding.allows("carried")

    def near(self, b: Term) -> Array | None:
        """The value of numbers behind a sign of rounding, of which one is pi rounded; None where b is nothing such."""
        found = [node.args[0] for node in walk(b) if node.head == "number"]
        rounded = {text for text in found if "." in text and text == f"{math.pi:.{len(text.partition('.')[2])}f}"}
        if self.rounding.relation != "≈" or not rounded or any(node.head == "name" for node in walk(b)):
            return None
        try:
            return Printed(self.facts, Balls(rounded)).value(b, self.position)
        except FAILURES:
            return None

    def is_miscopied(self, left: Array, b: Term) -> bool:
        """Whether b comes nearer to the left side with the numeral that one of its own is but for the last digit."""
        error = distance(left, self.printed.value(b, self.position))
        for node in walk(b):
            right = self.facts.numerals.miscopied(node.args[0].lstrip("-")) if node.head == "number" else None
            if right is not None:
                sign = "-" * node.args[0].startswith("-")
                mended = rebuild(b, {node: number(sign + right)}.get)
                if distance(left, self.printed.value(mended, self.position)) < error:
                    return True
        return False
