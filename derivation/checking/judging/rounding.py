"""Whether numerals are roundings of values: by the relation in front of them, by their digits, and by the article's way of
rounding."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Any

from flint import fmpq

from derivation.checking.facts.intervals import half_unit
from derivation.checking.facts.numerals import Numerals
from derivation.checking.judging.agreement import Agreement, is_exactly, lacks_digits
from derivation.checking.judging.verdicts import Allowance
from derivation.formulas.arrays import Array
from derivation.formulas.numbers import bounds, exact

NEGLIGIBLE = fmpq(1, 10**15)
"""How far, of itself, a machine's number may be away from what it stands for: 1 / 24 is 0.041666666666666664."""
DIGITS = 16
"""Digits from which on a numeral is a machine's."""
MEASURED = 3
"""Significant digits to which what has a unit may be rounded anywhere."""


def is_of_machine(x: Any, text: str) -> bool:
    """Whether a numeral is a value but for what a machine's numbers are short of, in its digits or in those that it was
    worked from: a small whole number, or one with all the digits that a machine has."""
    digits = text.lstrip("-0.").replace(".", "")
    if "e" in text or not (len(digits) >= DIGITS or (digits == text.lstrip("-") and len(digits) == 1)):
        return False
    low, high = bounds(x)
    target = exact(text)
    return bool(max(abs(low - target), abs(high - target)) < NEGLIGIBLE * abs(target))


class Rounding:
    """How one comparison takes the numerals behind its relation. Of what the article is `allowed`, `needed` is what made
    a difference; `is_rounded` says which numerals are known to be rounded, `measured` that the result has a unit. A numeral
    may be off by as many half `units` of its last digit: 1 where it is right."""

    def __init__(
        self,
        relation: str,
        allowed: Container[Allowance],
        is_rounded: Callable[[str], bool],
        numerals: Numerals,
        units: int = 1,
        measured: bool = False,
    ) -> None:
        self.relation, self.allowed, self.is_rounded, self.numerals = relation, allowed, is_rounded, numerals
        self.units, self.measured = units, measured
        self.needed: set[Allowance] = set()

    def agreement(self, value: Array, texts: Sequence[str], result: bool) -> Agreement:
        """Whether numerals are the entries of a value, or roundings of them; `result` where they stand as a result, not
        inside of a formula."""
        found: Agreement = "exact"
        for x, text in zip(value.entries, texts, strict=True):
            if is_exactly(x, text):
                continue
            if not self.rounds(x, text, result):
                return "no"
            found = "rounded"
        return found

    def rounds(self, x: Any, text: str, result: bool) -> bool:
        """Whether a numeral is a rounding of the value."""
        if is_of_machine(x, text):
            return True
        if self.relation != "≈" and "." not in text and "e" not in text and abs(exact(text)) < 10:
            return False
        low, high = bounds(x)
        target, half = exact(text), half_unit(self.bare(text)) * self.units
        if not (low <= target + half and high >= target - half):
            return False
        if isinstance(x, fmpq) and abs(x - target) == half and abs(target) < abs(x) and int(text.rstrip(".")[-1]) % 2:
            return False  # a tie goes up, or to the even digit
        if self.relation == "≈":
            return True
        if self.measured and result and len(text.lstrip("-0.").replace(".", "")) >= MEASURED:
            return True
        if lacks_digits(x, text) and (
            len(text.partition(".")[2]) < self.numerals.usual_places or not self.allows("cut")
        ):
            return False
        return result or self.is_rounded(text.lstrip("-")) or self.allows("inside")

    def bare(self, text: str) -> str:
        """The numeral that says how far a value is rounded: behind a sign of rounding, or before a unit, 59000 is given
        in thousands."""
        digits = text.rstrip("0")
        zeros = len(text) - len(digits)
        is_coarse = (self.relation == "≈" or self.measured) and text.lstrip("-").isdecimal()
        is_coarse = is_coarse and zeros > (len(digits.lstrip("-")) < 2)
        return f"{digits}e{zeros}" if is_coarse and digits.strip("-") else text

    def allows(self, allowance: Allowance) -> bool:
        """Whether the article is allowed something, which then was needed."""
        if allowance in self.allowed:
            self.needed.add(allowance)
        return allowance in self.allowed
