"""New numbers in the precision of the old ones, and in the places where these stand in the text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from flint import fmpq

from derivation.checking.facts.operations import PRODUCTS
from derivation.checking.judging.agreement import is_exactly
from derivation.checking.reading.clauses import Side
from derivation.checking.reading.trees import Tree
from derivation.checking.sources.source import Source
from derivation.formulas.decimals import magnitude, nearest, point, terminating
from derivation.formulas.numbers import exact, middle

DIGITS = 10
"""Digits up to which a value that ends is printed in full."""
ROUNDED_PLACES = 4
"""Places of a number that has no end where the old one was printed in full."""
BEFORE = 60
"""Letters in front of a numeral that may show whether a sign would stand by itself there."""
OPENS = re.compile(r"(?:[(\[{&=,}]|\\approx|\\\\|\\enspace|\\quad|\\left[(\[])\s*\Z")
"""What in front of a numeral lets a minus stand by itself."""
AT_END = re.compile(r"\\end\{\w+\}\Z|\d\}\Z|\)\}?\Z")
BY_ITSELF = re.compile(r"(?:[=+\-*&(\[{,/]|\\(?:cdot|times|odot|approx|\\|quad|enspace|left[(\[]))\s*\Z")
"""What in front of a bracket shows that it only holds a sign."""
BARE_ARGUMENT = re.compile(r"(?:\\[dtc]?frac(?>\s*)(?:(?:\d|\{[^{}]*\})(?>\s*)|)|[\^_](?>\s*))\Z")
"""What takes one digit as its argument without braces."""
FIXED = fmpq(4, 5)
"""The share of rounded numerals that have as many places, from which on an article rounds to places, not to digits."""


@dataclass(frozen=True, slots=True)
class Precision:
    """How an article rounds: to so many places; or, with none, to so many digits."""

    is_fixed: bool

    @staticmethod
    def of(texts: Iterable[str]) -> Precision:
        """The way in which most of the rounded numerals are printed.

        >>> Precision.of(["0.333", "12.667", "0.125"]).is_fixed, Precision.of(["0.333", "12.7"]).is_fixed
        (True, False)
        """
        counted = Counter(len(text.partition(".")[2]) for text in texts)
        most = max(counted.values(), default=0)
        return Precision(most >= FIXED * sum(counted.values()))

    def like(self, text: str, was: Any, now: Any) -> str:
        """A new value as the old one was printed: in full where that was so and can be, else to as many places or
        digits.

        >>> Precision(True).like("0.30", fmpq(3, 10), fmpq(1, 2)), Precision(True).like("0.33", fmpq(1, 3), fmpq(2, 3))
        ('0.50', '0.67')
        >>> Precision(False).like("0.333", fmpq(1, 3), fmpq(1, 30)), Precision(True).like("3", fmpq(3), fmpq(1, 8))
        ('0.0333', '0.125')
        """
        if "e" in text:
            return scientific_like(text, now)
        places = len(text.partition(".")[2])
        full = terminating(now) if isinstance(now, fmpq) else None
        is_full = is_exactly(was, text)
        if is_full and full is not None and len(full.lstrip("-").replace(".", "")) <= DIGITS:
            return padded(full, places) if text.endswith("0") and places else full
        value = middle(now)
        kept = max(places, ROUNDED_PLACES if is_full else 0)
        if not self.is_fixed and value:
            kept = max(kept, len(text.lstrip("-0.").replace(".", "")) - 1 - magnitude(value))
        units = nearest(value, kept)
        return point(units, kept) if units or not kept else padded("0", kept)


def scientific_like(text: str, now: Any) -> str:
    """A number in scientific form with as many digits; in full where it is not small any more.

    >>> scientific_like("8.485e-5", fmpq(-123456, 10**10)), scientific_like("8.485e-5", fmpq(1, 8))
    ('-1.235e-5', '0.1250')
    """
    value, digits = middle(now), len(text.partition("e")[0].lstrip("-").replace(".", ""))
    size = magnitude(value) if value else 0
    if size >= LARGEST_SMALL:
        places = max(digits - 1 - size, 0)
        return point(nearest(value, places), places) if value else "0"
    return f"{point(nearest(value, digits - 1 - size), digits - 1)}e{size}"


LARGEST_SMALL = -4
"""The power of ten from which up no number needs one."""


def padded(text: str, places: int) -> str:
    """A decimal with at least so many places.

    >>> padded("0.5", 2), padded("3", 1), padded("0.125", 2)
    ('0.50', '3.0', '0.125')
    """
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.ljust(places, '0')}" if places else text


class NotToldApart(Exception):
    """Numerals of a side that cannot be told apart where they stand."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a numeral stands: its own sign, if it has one, and its digits."""

    sign: int
    start: int
    end: int
    text: str
    per_cent: bool


class Typed:
    """Where the numerals of a side end in its source."""

    def __init__(self, side: Side) -> None:
        self.text, self.ends = side.formula.source.text, {word.start: word.end for word in side.words}

    def end(self, numeral: Tree) -> int | None:
        r"""The end of a numeral; the 1 of `\frac12` ends where the 2 begins. None for one that stands in no side."""
        text, start = numeral.args[0], numeral.start
        if self.text.startswith(text, start) and text.isdecimal() and len(text) == 1:
            return start + 1
        return self.ends.get(start)


@dataclass
class Edits:
    """What is put in the place of what, by where it begins."""

    source: Source
    decimal_comma: bool
    made: dict[int, tuple[int, str]] = field(default_factory=dict)
    braced: set[int] = field(default_factory=set)
    """Single digits that need braces beside what was put in: the 2 of `\\frac12`."""

    def put(self, side: Side, tree: Tree, olds: Sequence[str], news: Sequence[str]) -> None:
        """The new numerals of a side, those that are other ones; `NotToldApart` where it is not clear where they
        stand."""
        spots = list(self.with_powers(spots_of(tree, Typed(side))))
        for spot, old, new in told_apart(spots, olds, news):
            if old != new:
                self.replace(spot, negated(new) if old.startswith("-") and spot.sign == spot.start else new)

    def with_powers(self, spots: Iterable[Spot | None]) -> Iterator[Spot | None]:
        """The places with a numeral and its power of ten as one."""
        end = -1
        for spot in spots:
            if spot and spot.start < end:
                continue
            found = TEN.match(self.source.text, spot.start) if spot else None
            if spot and found:
                end = found.end()
                spot = Spot(spot.sign, spot.start, end, f"{spot.text.partition('e')[0]}e{found[3]}", False)
            yield spot

    def replace(self, spot: Spot, new: str) -> None:
        """One numeral; a sign that would not stand by itself gets brackets, and those of a sign that goes, go."""
        text, start, end = self.source.text, spot.sign, spot.end
        if not self.is_typed(start, end):
            raise NotToldApart
        if spot.start in self.made or start in self.made:
            return
        shown = self.shown(new.lstrip("-"), text[spot.start : end], spot.per_cent)
        if new.startswith("-"):
            if start < spot.start:
                self.made[spot.start] = end, shown
                return
            before = text[max(start - BEFORE, 0) : start].rstrip()
            is_power = text[end : end + 2].lstrip().startswith("^")
            opens = OPENS.search(before) and not AT_END.search(before) and not is_power
            shown = f"-{shown}" if opens else f"(-{shown})"
        elif start < spot.start and self.is_bracketed(start, end):
            start, end = start - 1, end + 1
        if BARE_ARGUMENT.search(text, max(start - BEFORE, 0), start):
            shown = f"{{{shown}}}"
            if text[end : end + 1].isdecimal():
                self.braced.add(end)
        self.made[start] = end, shown

    def is_typed(self, start: int, end: int) -> bool:
        """Whether a stretch of the text stands in the file as it was read."""
        file, at = self.source.file, self.source.offset(start)
        return file is None or file[at : self.source.offset(end - 1) + 1] == self.source.text[start:end]

    def is_bracketed(self, start: int, end: int) -> bool:
        """Whether brackets stand around a numeral only for its sign."""
        text = self.source.text
        is_in_brackets = text[start - 1 : start] == "(" and text[end : end + 1] == ")"
        return is_in_brackets and BY_ITSELF.search(text, max(start - BEFORE, 0), start - 1) is not None

    def shown(self, new: str, old: str, per_cent: bool) -> str:
        """A numeral with the author's comma and per cent."""
        if per_cent:
            new = terminating(exact(new) * 100) or new
        if "e" in new or TEN.fullmatch(old):
            return self.ten(new, old)
        comma = "," if re.fullmatch(r"\d+,\d+", old) else "{,}"
        return new.replace(".", comma) if self.decimal_comma else new

    def ten(self, new: str, old: str) -> str:
        """A numeral with its power of ten as the old one has it, or without."""
        found, (digits, _, size) = TEN.fullmatch(old), new.partition("e")
        digits = digits.replace(".", "{,}") if self.decimal_comma else digits
        return digits if not size else f"{digits}{found[2]}{size}{found[4]}" if found else f"{digits}e{size}"

    @property
    def text(self) -> str:
        """The file with what was put in."""
        file = self.source.text if self.source.file is None else self.source.file
        braces = {at: (at + 1, f"{{{self.source.text[at]}}}") for at in self.braced}
        places = sorted(
            (self.source.offset(start), self.source.offset(end - 1) + 1, new)
            for start, (end, new) in {**braces, **self.made}.items()
        )
        parts, at = list[str](), 0
        for start, end, new in places:
            parts += [file[at:start], new]
            at = end
        return "".join([*parts, file[at:]])


def told_apart(spots: Sequence[Spot | None], olds: Sequence[str], news: Sequence[str]) -> list[tuple[Spot, str, str]]:
    """The places of numerals with the old and the new one. What a term holds several times, or besides, since it writes
    a function of the article out, is told by the numerals themselves; `NotToldApart` where that leaves a choice."""
    found = list(zip(spots, olds, news, strict=False))
    if len(spots) == len(olds) and all(is_size(spot.text, old) if spot else old == new for spot, old, new in found):
        return [(spot, old, new) for spot, old, new in found if spot]
    sizes: dict[str, set[str]] = {}
    for old, new in zip(olds, news, strict=True):
        sizes.setdefault(old.lstrip("-"), set()).add(negated(new) if old.startswith("-") else new)
    placed = []
    for spot in spots:
        choice = (
            sizes.pop(spot.text, set()) if spot and sum(spot.text == one.text for one in spots if one) == 1 else set()
        )
        if spot and len(choice) == 1:
            new = choice.pop()
            own = spot.sign < spot.start
            placed.append((spot, f"-{spot.text}" if own else spot.text, negated(new) if own else new))
        elif choice:
            raise NotToldApart
    if any(size not in news_of for size, news_of in sizes.items()):
        raise NotToldApart
    return placed


def is_size(one: str, other: str) -> bool:
    """Whether two numerals are the same but for their signs."""
    return bool(abs(exact(one)) == abs(exact(other)))


TEN = re.compile(r"([\d.,{}]+)(\s*\\(?:times|cdot)\s*10\^\{?)(-?\d+)(\}?)")
"""A numeral with its power of ten."""


def negated(text: str) -> str:
    """A numeral with the other sign."""
    return text[1:] if text.startswith("-") else f"-{text}"


def spots_of(tree: Tree, typed: Typed) -> Iterator[Spot | None]:
    """Where the numerals of a tree stand, in order; None for one that the author did not type so."""
    if tree.head == "u-" and (first := leading(tree.args[0])):
        yield spot_of(first, typed, tree.start)
        yield from islice(spots_of(tree.args[0], typed), 1, None)
    elif tree.head == "number":
        yield spot_of(tree, typed, tree.start)
    else:
        for arg in tree.args:
            for part in arg if isinstance(arg, tuple) else (arg,):
                if isinstance(part, Tree):
                    yield from spots_of(part, typed)


def spot_of(tree: Tree, typed: Typed, sign: int) -> Spot | None:
    """Where one numeral stands."""
    end = typed.end(tree)
    return None if end is None else Spot(sign, tree.start, end, tree.args[0], len(tree.args) > 1)


def leading(tree: Tree) -> Tree | None:
    """The numeral with which a product begins."""
    while tree.head in PRODUCTS:
        tree = tree.args[0]
    return tree if tree.head == "number" else None
