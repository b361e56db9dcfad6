"""Numerals that stand for an interval: those that are known to be rounded."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Any

from flint import arb, fmpq

from derivation.formulas.arrays import Array
from derivation.formulas.numbers import exact
from derivation.formulas.operations.algebras import Numbers
from derivation.formulas.terms import Term


class Balls(Numbers):
    """Numbers in which a numeral that is known to be rounded stands for all numbers that it may be the rounding of."""

    def __init__(self, rounded: Container[str]) -> None:
        self.rounded = rounded

    def literal(self, term: Term) -> Any:
        text = term.args[0]
        value = exact(text)
        return arb(value, arb(half_unit(text))) if text.lstrip("-") in self.rounded else value


class Known(Container[str]):
    """Numerals that are rounded: those known before, and some more."""

    def __init__(self, before: Callable[[str], bool], *more: Container[str]) -> None:
        self.before, self.more = before, more

    def __contains__(self, text: object) -> bool:
        return any(text in texts for texts in self.more) or self.before(str(text))


def half_unit(text: str) -> fmpq:
    """Half a unit of the last printed digit.

    >>> half_unit("0.25")
    1/200
    """
    digits, _, power = text.partition("e")
    places = len(digits.partition(".")[2]) - int(power or 0)
    return fmpq(1, 2 * 10**places) if places >= 0 else fmpq(10**-places, 2)


def is_rounded_to(worked: Array, printed: Array, texts: Sequence[str]) -> bool:
    """Whether an array was rounded, or cut, to the numerals in which it is printed."""
    if worked.shape != printed.shape or len(texts) != len(printed.entries):
        return False
    entries = zip(worked.entries, printed.entries, texts, strict=True)
    return all(abs(arb(x) - arb(y)) < arb(2 * half_unit(text)) for x, y, text in entries)
