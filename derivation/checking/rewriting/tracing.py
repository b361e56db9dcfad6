"""Ties every numeral of a side to what it comes from: a part of the side before it, a formula of the article, or a
number that the article has shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import Any

from flint import fmpq

from derivation.checking.facts.failures import FAILURES
from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import key_of
from derivation.checking.judging.agreement import equal, printed_entries
from derivation.checking.judging.spelling import flat, negated
from derivation.checking.rewriting.worlds import TELLING, Pair, Printed, Unaligned, Worlds, is_print
from derivation.formulas.arrays import Array
from derivation.formulas.numbers import exact, middle
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term, is_literal, walk

MOST_TRIED = 600
"""Ways of tying the numerals of one side that are tried."""
MOST_SOURCES = 5
"""Sources that are tried for one numeral."""
STEPS = 4000
"""Evaluations that the search for sources may take in one chain."""
DEPTH = 3
"""How many formulas deep a quantity is followed."""


PRODUCTS = frozenset([heads.TIMES, heads.DIV])
"""What a sign may be taken into."""


class Tracing:
    """Ties the sides of one chain. A traced side has a leaf of `worlds` for each numeral whose number may change."""

    def __init__(self, worlds: Worlds, position: Position) -> None:
        self.worlds, self.position, self.steps = worlds, position, 0

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
        return self.searched(self.worlds.values(a, self.position), b, a)

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
        return self.searched(self.worlds.values(a, self.position), b, a)

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
        return self.put(b, Printed(tuple(texts), shape, (fitting or known)[0].pairs))

    def known(self, a: Term) -> Iterator[Printed]:
        """The numbers that a side is: in truth, and with its quantities as they were shown last, since an article may
        go on with them though they would be others by now."""
        for as_shown in (False, True):
            try:
                was, now = self.worlds.values(a, self.position, as_shown)
            except Unaligned:
                continue
            yield Printed((), was.shape, tuple(map(Pair, was.entries, now.entries)))

    def put(self, b: Term, printed: Printed) -> Term:
        """Leaves for the numbers of a literal that change; they are remembered."""
        self.worlds.show(printed)
        if b.head == "number":
            return b if printed.pairs[0].stays else self.worlds.leaf(printed.pairs[0])
        made = iter(printed.pairs)
        rows = [[(entry, next(made)) for entry in row.args] for row in b.args]
        return Term(
            "matrix",
            tuple(
                Term("row", tuple(entry if pair.stays else self.worlds.leaf(pair) for entry, pair in row))
                for row in rows
            ),
        )

    # By search

    def searched(self, values: tuple[Array, Array], b: Term, a: Term | None = None) -> Term:
        """Sources for the numerals of b with which it has these values before and after."""
        own = list(self.worlds.sources(a, self.position)) if a is not None else []
        found = [self.candidates(unit, own) for unit in literals(b)]
        for choice in islice(product(*found), MOST_TRIED):
            self.steps += 1
            if self.steps > STEPS:
                raise Unaligned
            made = self.placed(b, choice)
            if self.has(made, values):
                for printed in choice:
                    self.worlds.show(printed)
                return made
        raise Unaligned

    def candidates(self, unit: Term, own: Sequence[Printed] = ()) -> list[Printed]:
        """What a numeral, or a matrix of them, may come from, the likeliest first; that it is a constant, last."""
        texts, shape = printed_entries(unit)
        constant = Printed(tuple(texts), shape, tuple(Pair(exact(text), exact(text)) for text in texts))
        rounded, strayed = dict[Any, Printed](), dict[Any, Printed]()
        for printed in (*own, *reversed(self.worlds.shown)):
            for source in turned(printed, shape):
                pairs = signed_like(source, texts)
                if not pairs:
                    continue
                is_rounded = all(map(is_rounding, (pair.was for pair in pairs), texts))
                kept = rounded if is_rounded else strayed
                if all(pair.stays for pair in pairs):
                    kept.setdefault((), constant)
                kept.setdefault(tuple(known_by(pair) for pair in pairs), Printed(tuple(texts), shape, pairs))
        found = [one for one in (rounded or strayed).values() if one is constant or not stays(one)][:MOST_SOURCES]
        if not found and unit.head == "number" and 0 < exact(texts[0]) < 1:
            found = self.complements(texts[0])
        return found if constant in found else [*found, constant]

    def recognized(self, b: Term, result: Term | None) -> Term:
        """Numbers that no formula stands before, tied to numbers that the article has shown: so that they come to
        another number that it has shown, or each where there is but one that it can be. `Unaligned` where that is not
        certain."""
        units = list(literals(b))
        found = [self.candidates(unit) for unit in units]
        if all(len(sources) == 1 for sources in found):
            return b
        for target in self.candidates(result) if result else ():
            if stays(target):
                continue
            values = tuple(
                Array(target.shape, tuple(entries)) for entries in zip(*map(both, target.pairs), strict=True)
            )
            try:
                return self.searched((values[0], values[1]), b)
            except Unaligned:
                continue
        choice = certain(found)
        made = self.placed(b, choice)
        if result is not None and not is_literal(b):
            self.literal(result, made)
        for printed in choice:
            self.worlds.show(printed)
        return made

    def complements(self, text: str) -> list[Printed]:
        """Numbers whose difference from 1 a numeral prints, as in the slope of a logistic function."""
        pairs = (pair for printed in reversed(self.worlds.shown) for pair in printed.pairs)
        found = islice((pair for pair in pairs if is_rounding(1 - pair.was, text) and not pair.stays), 1)
        return [Printed((text,), (), (Pair(1 - pair.was, 1 - pair.now),)) for pair in found]

    def placed(self, b: Term, choice: Sequence[Printed]) -> Term:
        """The side with a source for each of its literals."""
        made = iter(choice)

        def put(node: Term) -> Term:
            if is_literal(node):
                return self.leaves(node, next(made))
            return Term(node.head, tuple(put(arg) if isinstance(arg, Term) else arg for arg in node.args))

        return put(b)

    def leaves(self, b: Term, printed: Printed) -> Term:
        shown, self.worlds.shown = self.worlds.shown, []
        try:
            return self.put(b, printed)
        finally:
            self.worlds.shown = shown

    def has(self, side: Term, values: tuple[Array, Array]) -> bool:
        """Whether a traced side has these values before and after."""
        try:
            return all(equal(self.worlds.value(side, self.position, now), values[now]) for now in (True, False))
        except FAILURES:
            return False


def fits(numbers: Printed, texts: Sequence[str]) -> bool:
    """Whether texts may be the print of these numbers."""
    return all(is_print(pair.was, text) for pair, text in zip(numbers.pairs, texts, strict=True))


def has_numerals(term: Term) -> bool:
    """Whether there is a number in a side."""
    return any(node.head == "number" for node in walk(term))


def is_quantity(term: Term) -> bool:
    """Whether a term is a name, a derivative or an updated parameter."""
    return term.head in ("name", "partial", "updated")


def literals(term: Term) -> Iterator[Term]:
    """The numerals of a side, and its matrices of numerals as one each, in order."""
    if is_literal(term):
        yield term
    else:
        for child in term.children:
            yield from literals(child)


def pairs(values: tuple[Array, Array]) -> list[Pair]:
    """The entries of both worlds."""
    return list(map(Pair, values[0].entries, values[1].entries))


def turned(printed: Printed, shape: tuple[int, ...]) -> Iterator[Printed]:
    """What was shown in a shape: itself, transposed, or each entry by itself."""
    if printed.shape == shape:
        yield printed
    if printed.shape and printed.shape[::-1] == shape and 1 not in (printed.shape == shape, 0):
        yield printed.transposed
    if not shape and printed.shape:
        for pair in printed.pairs:
            yield Printed((), (), (pair,))


def stays(printed: Printed) -> bool:
    """Whether none of its numbers becomes another one."""
    return all(pair.stays for pair in printed.pairs)


def is_rounding(x: Any, text: str) -> bool:
    """Whether a numeral is a number rounded, or the number itself."""
    gap, places = abs(middle(x) - exact(text)), len(text.partition(".")[2])
    return gap == 0 or bool(places and gap <= fmpq(51, 100) / fmpq(10) ** places)


def known_by(pair: Pair) -> tuple[str, str]:
    """What tells a source from another one."""
    return tuple(middle(x).str() if isinstance(x, fmpq) else x.str(30) for x in (pair.was, pair.now))


def both(pair: Pair) -> tuple[Any, Any]:
    """The number before and after."""
    return pair.was, pair.now


def certain(found: Sequence[Sequence[Printed]]) -> list[Printed]:
    """The one source that each numeral can have: the only number that it is the print of, or none. One with few digits
    is taken for a print only beside others that surely are; `Unaligned` where that leaves a choice, or all as it is."""
    changing = [[one for one in sources if not stays(one) and not is_small(one)] for sources in found]
    tied = sorted((digits_of(sources[0]) for sources in changing if sources), reverse=True)
    has_choice = any(len(sources) > 1 for sources in changing)
    if not tied or tied[0] < TELLING or has_choice or 1 in tied[:SURE]:
        raise Unaligned
    constants = (next(one for one in sources if stays(one)) for sources in found)
    return [sources[0] if sources else constant for sources, constant in zip(changing, constants, strict=True)]


SURE = 2
"""Numerals that are surely tied, beside which one of a single digit is."""


def is_small(printed: Printed) -> bool:
    """Whether it is a small whole number, which stands for itself."""
    return all(text.lstrip("-") in SMALL for text in printed.texts)


def digits_of(printed: Printed) -> int:
    """The digits by which a source is told; those of a matrix are many."""
    return sum(len(text.lstrip("-0.").replace(".", "")) for text in printed.texts)


SMALL = frozenset("0123")
"""Whole numbers that stand in formulas for themselves."""


def signed_like(printed: Printed, texts: Sequence[str]) -> tuple[Pair, ...]:
    """The numbers if these texts print them, or print them with the other sign; none where they do not."""
    for these in (printed.pairs, tuple(pair.negated() for pair in printed.pairs)):
        if all(is_print(pair.was, text) for pair, text in zip(these, texts, strict=True)):
            return these
    return ()
