"""An article with its numbers as they were and as they become: every value twice, and where each numeral has its value
from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flint import fmpq

from derivation.checking.facts.facts import Facts
from derivation.checking.facts.failures import FAILURES
from derivation.checking.facts.knowledge import Family, Statement
from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import Key, hidden, key_of, stem
from derivation.checking.facts.values import Truth, quantities
from derivation.checking.judging.agreement import same
from derivation.checking.judging.spelling import spelled
from derivation.formulas.arrays import Array, Shape
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.decimals import terminating
from derivation.formulas.numbers import exact, middle, settle
from derivation.formulas.operations.algebras import Numbers
from derivation.formulas.terms import Term, name, number, walk

MOST_KEPT = 4000
"""Numerals that are remembered as possible sources of others."""
TELLING = 3
"""Digits from which on a numeral may be a result that was worked from rounded numbers, and `STRAYED` from it."""
STRAYED = fmpq(4, 1000)
CARRIED = fmpq(101, 100)
"""Units of the last place by which a result may be off that was worked from rounded numbers."""


class Unaligned(Exception):
    """A side whose numerals cannot be tied to what they come from."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A number as it was in truth, and as it becomes."""

    was: Any
    now: Any

    @property
    def stays(self) -> bool:
        """Whether it is no other number now."""
        return self.was is self.now or same(self.was, self.now)

    def negated(self) -> Pair:
        """The same with the other sign."""
        return Pair(-self.was, -self.now)


@dataclass(frozen=True, slots=True)
class Printed:
    """A numeral, or a matrix of numerals, that the article shows: its texts, its shape, and the numbers behind them."""

    texts: tuple[str, ...]
    shape: Shape
    pairs: tuple[Pair, ...]

    @property
    def transposed(self) -> Printed:
        """The same matrix with its columns for rows."""
        rows, columns = self.shape
        order = [row * columns + column for column in range(columns) for row in range(rows)]
        return Printed(tuple(self.texts[k] for k in order), (columns, rows), tuple(self.pairs[k] for k in order))


class Renewed(Facts):
    """An article's facts with its numbers as they become. A quantity that is worked like its twins has the formula that
    its printed value bore out as it was."""

    def __init__(self, before: Facts, values: Mapping[Key, Sequence[Statement]]) -> None:
        knowledge = replace(before.knowledge, values=values)
        super().__init__(replace(before.stated, knowledge=knowledge), before.lessons)
        self.before = before

    def definition(self, key: Key, position: Position, place: int = 0) -> tuple[Term, Shape] | None:
        """A quantity's formula as a term; of several, the one at `place`."""
        return super().definition(key, position, place) or (
            None if place else self.before.definition(key, position, place)
        )


class Worlds:
    """The values of terms before and after; a term may hold leaves that stand for numerals whose source is known."""

    def __init__(self, before: Facts, after: Facts) -> None:
        self.facts, self.before, self.after = before, Truth(before), Truth(after)
        self.pairs: dict[str, Pair] = {}
        self.shown: list[Printed] = []
        self.last: dict[Key, Printed] = {}
        """What was shown last for a quantity, which the article may go on with though it be another by now."""

    def renew(self, after: Facts) -> None:
        """Goes on with other facts for the numbers as they become."""
        self.after = Truth(after)

    def leaf(self, pair: Pair) -> Term:
        """A term that is this number in either world."""
        key = hidden(f"numeral{len(self.pairs)}")
        self.pairs[key] = pair
        return name(key)

    def pair_of(self, term: Term) -> Pair | None:
        """The numbers behind a leaf; None for any other term."""
        return self.pairs.get(term.args[0]) if term.head == "name" else None

    def numerals(self, term: Term) -> list[Term]:
        """The numerals of a side in order: numbers that stay, and leaves for those that may change."""
        return [node for node in walk(term) if node.head == "number" or self.pair_of(node)]

    def series(self) -> list[list[Printed]]:
        """The numbers of quantities that differ in the number of their subscript alone, `x_1, x_2, x_3`, in order."""
        known, found = self.facts.knowledge, defaultdict[Family, dict[str, Printed]](dict)
        for key, printed in self.last.items():
            symbol = known.symbols.get(stem(key))
            family = known.family(key, symbol)
            if family and symbol and not printed.shape:
                found[family][symbol.sub[-1]] = printed
        return [[members[one] for one in sorted(members)] for members in found.values() if len(members) > 1]

    def show(self, printed: Printed) -> None:
        """Remembers what the article shows, for the numerals behind it."""
        if len(self.shown) < MOST_KEPT:
            self.shown.append(printed)

    def put(self, b: Term, printed: Printed) -> Term:
        """Leaves for the numbers of a literal that change; they are remembered."""
        self.show(printed)
        if b.head == "number":
            return b if printed.pairs[0].stays else self.leaf(printed.pairs[0])
        made = iter(printed.pairs)
        rows = [[(entry, next(made)) for entry in row.args] for row in b.args]
        return Term(
            "matrix",
            tuple(Term("row", tuple(entry if pair.stays else self.leaf(pair) for entry, pair in row)) for row in rows),
        )

    def value(self, term: Term, position: Position, now: bool, as_shown: bool = False) -> Array:
        """The value of a term in one of the worlds; with its quantities as they follow there, or as shown last."""
        known = {leaf: self.quantity(leaf, position, now, as_shown) for leaf in quantities(term)}
        return settle(evaluate(term, known, Numbers))

    def quantity(self, leaf: Term, position: Position, now: bool, as_shown: bool) -> Array:
        """The value of a leaf of a term."""
        pair = self.pair_of(leaf)
        shown = Printed((), (), (pair,)) if pair else self.last.get(key_of(leaf)) if as_shown else None
        if shown is None:
            return (self.after if now else self.before).quantity(leaf, position)
        return Array(shown.shape, tuple(pair.now if now else pair.was for pair in shown.pairs))

    def values(self, term: Term, position: Position, as_shown: bool = False) -> tuple[Array, Array]:
        """The values of a term before and after; `Unaligned` where there are none, or of other shapes."""
        try:
            was, now = (self.value(term, position, now, as_shown) for now in (False, True))
        except FAILURES:
            raise Unaligned from None
        if was.shape != now.shape:
            raise Unaligned
        return was, now

    def spelled(self, term: Term, position: Position) -> Array:
        """A side as an array of scalar terms, with leaves for the entries of its quantities; `Unaligned` where it has
        no such form."""

        def entries(leaf: Term) -> Array | None:
            if self.pair_of(leaf):
                return Array.scalar(leaf)
            try:
                was, now = self.values(leaf, position)
            except Unaligned:
                return None
            pairs = map(Pair, was.entries, now.entries)
            return Array(was.shape, tuple(self.entry(pair) for pair in pairs))

        found = spelled(term, entries)
        if found is None:
            raise Unaligned
        return found

    def entry(self, pair: Pair) -> Term:
        """A scalar term for a number: a numeral where it stays and has an end, else a leaf."""
        full = terminating(pair.was) if pair.stays and isinstance(pair.was, fmpq) else None
        return self.leaf(pair) if full is None else number(full)

    def sources(self, term: Term, position: Position) -> Iterator[Printed]:
        """The values of a side's own parts, as sources of numerals behind it: its quantities, then what is made of
        them; not the side itself, of which nothing would be told."""
        parts = dict.fromkeys(part for part in walk(term) if part.head not in ("row", "number") and part != term)
        for part in sorted(parts, key=lambda part: sum(1 for _ in walk(part))):
            try:
                was, now = self.values(part, position)
            except Unaligned:
                continue
            yield Printed((), was.shape, tuple(map(Pair, was.entries, now.entries)))


def is_print(x: Any, text: str) -> bool:
    """Whether a numeral may be the print of a number, but for the rounding of what it was worked from."""
    wanted, value = exact(text), middle(x)
    gap, digits = abs(value - wanted), len(text.lstrip("-0.").replace(".", ""))
    unit = fmpq(1) / fmpq(10) ** len(text.partition(".")[2])
    if gap == 0 or ("." in text and (gap < unit or (gap <= unit * CARRIED and digits >= TELLING))):
        return True
    return digits >= TELLING and bool(gap <= STRAYED * abs(wanted))


def fits(numbers: Printed, texts: Sequence[str]) -> bool:
    """Whether texts may be the print of these numbers."""
    return all(is_print(pair.was, text) for pair, text in zip(numbers.pairs, texts, strict=True))
