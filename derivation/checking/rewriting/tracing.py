"""Ties every numeral of a side to what it comes from: a part of the side before it, a formula of the article, or a
number that the article has shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import key_of
from derivation.checking.judging.agreement import printed_entries
from derivation.checking.judging.spelling import flat, negated
from derivation.checking.rewriting.recognizing import Recognition
from derivation.checking.rewriting.worlds import Pair, Printed, Unaligned, Worlds, fits
from derivation.formulas.arrays import Array
from derivation.formulas.numbers import exact
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term, is_literal, walk

DEPTH = 3
"""How many formulas deep a quantity is followed."""


PRODUCTS = frozenset([heads.TIMES, heads.DIV])
"""What a sign may be taken into."""


class Tracing:
    """Ties the sides of one chain. A traced side has a leaf of `worlds` for each numeral whose number may change."""

    def __init__(self, worlds: Worlds, position: Position) -> None:
        self.worlds, self.position = worlds, position
        self.recognition = Recognition(worlds, position)

    def traced(self, a: Term, b: Term) -> Term:
        """The side b, which equals the traced side a, traced; `Unaligned` where a numeral's source is not certain."""
        if not has_numerals(b):
            return b
        if is_literal(b):
            return self.literal(b, a, is_result=True)
        for side in self.formulas(a, DEPTH):
            try:
                return self.tied(side, b)
            except Unaligned:
                continue
        return self.recognition.searched(self.worlds.values(a, self.position), b, a)

    def formulas(self, a: Term, depth: int) -> Iterator[Term]:
        """A side, and if it is a quantity what the article says it is."""
        yield a
        if a.head not in ("name", "partial", "updated") or self.worlds.pair_of(a) or not depth:
            return
        facts = self.worlds.facts
        for formula in facts.formulas(a, key_of(a), self.position):
            if formula != a:
                yield from self.formulas(formula, depth - 1)

    # Part by part

    def tied(self, a: Term, b: Term) -> Term:
        """A side or a part of one, tied part by part."""
        if not has_numerals(b):
            return b
        if b.head == "row":
            return self.alike(a, b)
        if is_literal(b):
            return self.literal(b, a)
        for way in (self.alike, self.shortened, self.spelled):
            try:
                return way(a, b)
            except Unaligned:
                continue
        if is_quantity(a) and (found := self.unfolded(a, b)) is not None:
            return found
        return self.recognition.searched(self.worlds.values(a, self.position), b, a)

    def unfolded(self, a: Term, b: Term) -> Term | None:
        """A part that is worked where it is put in: its formula stands there with numbers."""
        for side in islice(self.formulas(a, 1), 1, None):
            try:
                return self.alike(side, b)
            except Unaligned:
                continue
        return None

    def alike(self, a: Term, b: Term) -> Term:
        """Where both are built alike."""
        if a.head != b.head or len(a.children) != len(b.children) or not b.children or is_quantity(a):
            raise Unaligned
        parts = [self.tied(x, y) for x, y in zip(a.children, b.children, strict=True)]
        return Term(b.head, (*parts, *b.args[len(b.children) :]))

    def shortened(self, a: Term, b: Term) -> Term:
        """Where a vanishing summand was left out, or a factor of 1."""
        neutral = {heads.ADD: "0", heads.TIMES: "1"}.get(a.head)
        for kept, gone in ((0, 1), (1, 0)) if neutral else ():
            if self.is_always(a.args[gone], neutral or ""):
                return self.tied(a.args[kept], b)
        raise Unaligned

    def is_always(self, a: Term, text: str) -> bool:
        """Whether a part is this number in both worlds."""
        try:
            values = self.worlds.values(a, self.position)
        except Unaligned:
            return False
        return all(entry == exact(text) for value in values for entry in value.entries)

    def spelled(self, a: Term, b: Term) -> Term:
        """Entry by entry, summand by summand."""
        if b.head == "matrix":
            try:
                entries: Sequence[Term] = self.worlds.spelled(a, self.position).entries
            except Unaligned:
                entries = [self.worlds.leaf(pair) for pair in pairs(self.worlds.values(a, self.position))]
            parts = [entry for row in b.args for entry in row.args]
            if len(entries) != len(parts):
                raise Unaligned
            made = iter([self.tied(x, y) for x, y in zip(entries, parts, strict=True)])
            return Term("matrix", tuple(Term("row", tuple(next(made) for _ in row.args)) for row in b.args))
        whole = self.worlds.spelled(a, self.position)
        if len(whole.entries) != 1 or not (b.head in (heads.ADD, heads.SUB, heads.NEG) or whole.entries[0] != a):
            raise Unaligned
        return self.summands(whole.entries[0], b)

    def summands(self, a: Term, b: Term) -> Term:
        """One entry, summand by summand in their order; what is 0 in both worlds may be left out."""
        mine, yours = [self.pushed(part) for part in flat(a)], flat(b)
        if len(mine) != len(yours):
            mine = [part for part in mine if not self.is_always(part, "0")]
        if len(mine) != len(yours):
            raise Unaligned
        if len(yours) == 1:
            return self.alike(mine[0], b)
        return self.rebuilt(b, iter(mine))

    def rebuilt(self, b: Term, parts: Iterator[Term], minus: bool = False) -> Term:
        """A sum with each summand tied; behind a minus the summand is turned."""
        if b.head in (heads.ADD, heads.SUB):
            left = self.rebuilt(b.args[0], parts, minus)
            return Term(b.head, (left, self.rebuilt(b.args[1], parts, minus != (b.head == heads.SUB))))
        if b.head == heads.NEG:
            return Term(b.head, (self.rebuilt(b.args[0], parts, not minus),))
        part = next(parts)
        return self.tied(self.turned(part) if minus else part, b)

    def pushed(self, part: Term) -> Term:
        """A summand with its minus in the factor that begins it."""
        return self.turned(part.args[0]) if part.head == heads.NEG else part

    def turned(self, part: Term) -> Term:
        """A summand with the other sign."""
        pair = self.worlds.pair_of(part)
        if pair:
            return self.worlds.leaf(pair.negated())
        if part.head in PRODUCTS:
            return Term(part.head, (self.turned(part.args[0]), *part.args[1:]))
        return negated(part)

    # Numbers as printed

    def literal(self, b: Term, a: Term, is_result: bool = False) -> Term:
        """Numbers as printed, which are the values of a; a result is known to be, a part has to look so."""
        texts, shape = printed_entries(b)
        known = [numbers for numbers in self.known(a) if numbers.shape == shape]
        fitting = [numbers for numbers in known if fits(numbers, texts)]
        if not (fitting or (is_result and known)):
            raise Unaligned
        return self.worlds.put(b, Printed(tuple(texts), shape, (fitting or known)[0].pairs))

    def known(self, a: Term) -> Iterator[Printed]:
        """The numbers that a side is: in truth, and with its quantities as they were shown last, since an article may
        go on with them though they would be others by now."""
        for as_shown in (False, True):
            try:
                was, now = self.worlds.values(a, self.position, as_shown)
            except Unaligned:
                continue
            yield Printed((), was.shape, tuple(map(Pair, was.entries, now.entries)))


def has_numerals(term: Term) -> bool:
    """Whether there is a number in a side."""
    return any(node.head == "number" for node in walk(term))


def is_quantity(term: Term) -> bool:
    """Whether a term is a name, a derivative or an updated parameter."""
    return term.head in ("name", "partial", "updated")


def pairs(values: tuple[Array, Array]) -> list[Pair]:
    """The entries of both worlds."""
    return list(map(Pair, values[0].entries, values[1].entries))
