"""Ties numerals to numbers that an article has shown, where no formula says what they are: by search, and by what they
can only be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import Any

from flint import fmpq

from derivation.checking.facts.failures import FAILURES
from derivation.checking.facts.position import Position
from derivation.checking.judging.agreement import equal, is_exactly, printed_entries
from derivation.checking.rewriting.worlds import TELLING, Pair, Printed, Unaligned, Worlds, fits, is_print
from derivation.formulas.arrays import Array
from derivation.formulas.decimals import nearest
from derivation.formulas.numbers import exact, middle
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term, is_literal

MOST_TRIED = 600
"""Ways of tying the numerals of one side that are tried."""
MOST_SOURCES = 5
"""Sources that are tried for one numeral."""
STEPS = 4000
"""Evaluations that the search for sources may take in one chain."""


class Recognition:
    """Ties the numerals of one chain to what was shown."""

    def __init__(self, worlds: Worlds, position: Position) -> None:
        self.worlds, self.position, self.steps = worlds, position, 0

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
        tiers: tuple[dict[Any, Printed], ...] = ({}, {}, {})
        for printed in (*own, *reversed(self.worlds.shown)):
            for source in turned(printed, shape):
                pairs = signed_like(source, texts)
                if not pairs:
                    continue
                kept = tiers[nearness(source, pairs, texts)]
                if all(pair.stays for pair in pairs):
                    kept.setdefault((), constant)
                kept.setdefault(tuple(known_by(pair) for pair in pairs), Printed(tuple(texts), shape, pairs))
        nearest_ones = next((kept for kept in tiers if kept), {})
        found = [one for one in nearest_ones.values() if one is constant or not stays(one)][:MOST_SOURCES]
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
        for target in self.candidates(result) if result and is_telling(result) else ():
            if stays(target):
                continue
            values = tuple(
                Array(target.shape, tuple(entries)) for entries in zip(*map(both, target.pairs), strict=True)
            )
            try:
                return self.searched((values[0], values[1]), b)
            except Unaligned:
                continue
        choice = certain(self.in_series(units, found), factors(b))
        made = self.placed(b, choice)
        if result is not None and not is_literal(b) and not self.gives(made, result):
            raise Unaligned
        for printed in choice:
            self.worlds.show(printed)
        return made

    def in_series(self, units: Sequence[Term], found: Sequence[Sequence[Printed]]) -> Sequence[Sequence[Printed]]:
        """The sources of numerals, with those of `x_1, x_2, x_3` for three that stand there in a row."""
        texts = [printed_entries(unit)[0] for unit in units]
        rows = [
            (at, series)
            for series in self.worlds.series()
            for at in range(len(texts) - len(series) + 1)
            if texts[at : at + len(series)] == [list(one.texts) for one in series]
        ]
        if len(rows) != 1:
            return found
        (at, series), made = rows[0], list(found)
        made[at : at + len(series)] = [[Printed((*one.texts, SERIES), (), one.pairs)] for one in series]
        return made

    def gives(self, side: Term, result: Term) -> bool:
        """Whether a traced side had this result."""
        texts, shape = printed_entries(result)
        was, now = self.worlds.values(side, self.position)
        return was.shape == shape and fits(Printed((), shape, tuple(map(Pair, was.entries, now.entries))), texts)

    def gathered(self, b: Term) -> Term:
        """A matrix whose entries the article has shown one by one."""
        entries = [entry for row in b.args for entry in row.args] if b.head == "matrix" else []
        choice = iter(certain([self.candidates(entry) for entry in entries], [False] * len(entries)))
        pairs = tuple(next(choice).pairs[0] for _ in entries)
        texts, shape = printed_entries(b)
        return self.worlds.put(b, Printed(tuple(texts), shape, pairs))

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
            return self.worlds.put(b, printed)
        finally:
            self.worlds.shown = shown

    def has(self, side: Term, values: tuple[Array, Array]) -> bool:
        """Whether a traced side has these values before and after."""
        try:
            return all(equal(self.worlds.value(side, self.position, now), values[now]) for now in (True, False))
        except FAILURES:
            return False


def literals(term: Term) -> Iterator[Term]:
    """The numerals of a side, and its matrices of numerals as one each, in order."""
    if is_literal(term):
        yield term
    else:
        for child in term.children:
            yield from literals(child)


def turned(printed: Printed, shape: tuple[int, ...]) -> Iterator[Printed]:
    """What was shown in a shape: itself, transposed, or each entry by itself."""
    if printed.shape == shape:
        yield printed
    if printed.shape and printed.shape[::-1] == shape and 1 not in (printed.shape == shape, 0):
        yield printed.transposed
    if not shape and printed.shape:
        for place, pair in enumerate(printed.pairs):
            yield Printed(printed.texts[place : place + 1], (), (pair,))


def nearness(source: Printed, pairs: Sequence[Pair], texts: Sequence[str]) -> int:
    """How near texts are to a source: 0 where they are what was shown or the number itself, 1 a rounding, 2 else."""
    bare = [text.lstrip("-") for text in texts]
    if [text.lstrip("-") for text in source.texts] == bare or all(
        is_exactly(pair.was, text) for pair, text in zip(pairs, texts, strict=True)
    ):
        return 0
    return 1 if all(is_rounding(pair.was, text) for pair, text in zip(pairs, texts, strict=True)) else 2


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


def certain(found: Sequence[Sequence[Printed]], is_factor: Sequence[bool]) -> list[Printed]:
    """The one source that each numeral can have: the only number that it is the print of, or none. Few digits tell
    little, so together they have to be `EVIDENCE`; a small whole number stands for itself but where it is a factor.
    `Unaligned` where that leaves a choice, or all as it is."""
    choice, digits = list[Printed](), 0
    for sources, factor in zip(found, is_factor, strict=True):
        if SERIES in sources[0].texts:
            choice.append(sources[0])
            digits += 1
            continue
        changing = {shown_as(one): one for one in reversed(sources) if not stays(one)}
        small = is_small(sources[0])
        if changing and (factor if small else len(changing) > 1):
            raise Unaligned
        if changing and not small:
            digits += digits_of(sources[0])
            choice.append(*changing.values())
        else:
            choice.append(next(one for one in sources if stays(one)))
    if digits < EVIDENCE:
        raise Unaligned
    return choice


SERIES = "series"
"""The mark of a source that is told by its neighbours."""
EVIDENCE = 3
"""Digits of numerals that were shown before, from which on it is certain that they are meant."""


def shown_as(printed: Printed) -> tuple[int, ...]:
    """What a source would be printed as, to a place more: sources of which that is the same are one."""
    places = (len(text.partition(".")[2]) + 1 for text in printed.texts)
    return tuple(nearest(middle(pair.now), place) for pair, place in zip(printed.pairs, places, strict=True))


def factors(term: Term, factor: bool = False) -> list[bool]:
    """Whether each literal of a side, in order, is a factor of a product."""
    if is_literal(term):
        return [factor]
    return [one for child in term.children for one in factors(child, term.head == heads.TIMES)]


def is_telling(result: Term) -> bool:
    """Whether a result has digits enough to be known again."""
    texts, shape = printed_entries(result)
    return digits_of(Printed(tuple(texts), shape, ())) >= TELLING


def is_small(printed: Printed) -> bool:
    """Whether it is a small number, which stands for itself."""
    return all(text.lstrip("-") in SMALL for text in printed.texts)


def digits_of(printed: Printed) -> int:
    """The digits by which a source is told; those of a matrix are many."""
    return sum(len(text.lstrip("-0.").replace(".", "")) for text in printed.texts)


SMALL = frozenset(["0", "1", "2", "3", "0.5"])
"""Numbers that stand in formulas for themselves."""


def signed_like(printed: Printed, texts: Sequence[str]) -> tuple[Pair, ...]:
    """The numbers if these texts print them, or print them with the other sign; none where they do not."""
    for these in (printed.pairs, tuple(pair.negated() for pair in printed.pairs)):
        if all(is_print(pair.was, text) for pair, text in zip(these, texts, strict=True)):
            return these
    return ()
