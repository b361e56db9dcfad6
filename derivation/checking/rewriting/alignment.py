"""Ties the numerals of a side to the parts of the side before it, and works them anew."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flint import fmpq

from derivation.checking.facts.facts import Facts
from derivation.checking.facts.failures import FAILURES
from derivation.checking.facts.knowledge import ChainRead
from derivation.checking.facts.meaning import Meaning
from derivation.checking.facts.quantity import key_of
from derivation.checking.facts.values import Truth
from derivation.checking.judging.agreement import is_exactly, printed_entries
from derivation.checking.judging.compare import Comparison
from derivation.checking.judging.context import Context
from derivation.checking.judging.spelling import flat, negated, spelled
from derivation.formulas.arrays import Array
from derivation.formulas.decimals import nearest, point, terminating
from derivation.formulas.numbers import bounds
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term, is_literal, number, walk

DIGITS = 10
"""Digits up to which a value that ends is printed in full."""


class Unaligned(Exception):
    """A side whose numerals cannot be tied to the side before it."""


@dataclass(frozen=True, slots=True)
class Change:
    """The article's facts with the old numbers and the new ones, and what follows from either."""

    before: Context
    new: Facts
    after: Truth


class Alignment:
    """Ties the numerals of a side to the parts of the side before it, and works them anew."""

    def __init__(self, change: Change, chain: ChainRead) -> None:
        self.change, self.position = change, chain.position
        self.comparison = Comparison(change.before, chain.position, "≈")

    def renewed(self, old: Term, new: Term, b: Term, result: bool = False) -> Term:
        """The side b, which equals `old`, as it must stand where `old` has become `new`; `Untied` where b is built in
        another way."""
        if not any(node.head == "number" for node in walk(b)):
            return b
        if is_literal(b):
            return self.literal(old, new, b, result)
        if (
            old.head == b.head
            and len(old.children) == len(b.children)
            and b.children
            and len(old.children) == len(new.children)
        ):
            try:
                parts = [self.renewed(x, y, z) for x, y, z in zip(old.children, new.children, b.children, strict=True)]
                return Term(b.head, (*parts, *b.args[len(b.children) :]))
            except Unaligned:
                pass
        if (
            old.head == heads.ADD and new.head == heads.ADD and b.head != heads.ADD
        ):  # a vanishing summand may have been left out
            for kept, gone in ((0, 1), (1, 0)):
                if self.comparison.is_zero(old.args[gone]):
                    return self.renewed(old.args[kept], new.args[kept], b)
        return self.spelled(old, new, b)

    def literal(self, old: Term, new: Term, b: Term, result: bool) -> Term:
        try:
            values = self.comparison.values(old)
            if self.comparison.literal(values, b, old, result) == "no":
                raise Unaligned
            value, before = self.change.after.value(new, self.position), values[-1]
        except FAILURES:
            raise Unaligned from None
        texts, shape = printed_entries(b)
        if value.shape != shape:
            raise Unaligned
        shown = [like(text, was, now) for text, was, now in zip(texts, before.entries, value.entries, strict=True)]
        return shaped(b, shown)

    def spelled(self, old: Term, new: Term, b: Term) -> Term:
        """Entry by entry, summand by summand."""
        first, second = self.comparison.spell(old), spelled(new, self.literal_of)
        entries = [entry for row in b.args for entry in row.args] if b.head == "matrix" else [b]
        if first is None or second is None or not len(first.entries) == len(second.entries) == len(entries):
            raise Unaligned
        made = [self.summands(x, y, z) for x, y, z in zip(first.entries, second.entries, entries, strict=True)]
        if b.head != "matrix":
            return made[0]
        count = iter(made)
        return Term("matrix", tuple(Term("row", tuple(next(count) for _ in row.args)) for row in b.args))

    def literal_of(self, part: Term) -> Array | None:
        """The new value of a quantity, printed in full or to the digits that the article printed for the old one."""
        statement = self.change.before.facts.value_statement(key_of(part), self.position)
        old = Meaning(self.change.before.facts, self.position).of(statement.tree)[0] if statement else None
        if old is None or not is_literal(old):
            return None
        texts, shape = printed_entries(old)
        values = (mode.value(part, self.position).entries for mode in (self.change.before.truth, self.change.after))
        return Array(shape, tuple(number(like(text, was, now)) for text, was, now in zip(texts, *values, strict=True)))

    def summands(self, old: Term, new: Term, b: Term) -> Term:
        pairs = [(x, y) for x, y in zip(flat(old), flat(new), strict=False) if not self.comparison.is_zero(x)]
        wanted = len(flat(b))
        if len(pairs) != wanted or wanted < 2:
            if wanted == 1 and (is_literal(b) or (old.head == b.head and len(old.children) == len(b.children))):
                return self.literal(old, new, b, False) if is_literal(b) else self.parts(old, new, b)
            raise Unaligned
        return self.rebuilt(b, iter(pairs))

    def parts(self, old: Term, new: Term, b: Term) -> Term:
        return Term(
            b.head, tuple(self.renewed(x, y, z) for x, y, z in zip(old.children, new.children, b.children, strict=True))
        )

    def rebuilt(self, b: Term, pairs: Iterator[tuple[Term, Term]], minus: bool = False) -> Term:
        """A sum with each summand made anew; behind a minus the summand is turned."""
        if b.head in (heads.ADD, heads.SUB):
            left = self.rebuilt(b.args[0], pairs, minus)
            return Term(b.head, (left, self.rebuilt(b.args[1], pairs, minus != (b.head == heads.SUB))))
        old, new = next(pairs)
        if minus:
            old, new = negated(old), negated(new)
        if old.head == new.head and not is_literal(b) and len(old.children) == len(b.children) and old.head == b.head:
            return self.parts(old, new, b)
        return self.literal(old, new, b, False) if is_literal(b) else self.renewed(old, new, b)


def shaped(like_: Term, texts: Sequence[str]) -> Term:
    """Numerals in the shape of a literal."""
    if like_.head == "number":
        return number(texts[0])
    shown = iter(texts)
    return Term("matrix", tuple(Term("row", tuple(number(next(shown)) for _ in row.args)) for row in like_.args))


def like(text: str, was: Any, now: Any) -> str:
    """A new value in the precision in which the old one was printed: in full where that was so and can be, else to as
    many places."""
    places = len(text.partition(".")[2])
    full = terminating(now) if isinstance(now, fmpq) else None
    if is_exactly(was, text) and full is not None and len(full.lstrip("-").replace(".", "")) <= DIGITS:
        have = len(full.partition(".")[2])
        return full + ".0" if not have and re.fullmatch(r"-?\d+\.0", text) else full
    low, high = bounds(now)
    kept = max(places, 4 if is_exactly(was, text) else 0)
    return point(nearest((low + high) / 2, kept), kept)
