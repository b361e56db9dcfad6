"""Numbers that leave the derivation have 30 certain digits."""

from __future__ import annotations

from flint import arb

from derivation.formulas.arrays import Array
from derivation.formulas.numbers import Uncertain, is_negligible
from derivation.words.telling import tell

CERTAIN_BITS = 150
"""Relative accuracy, in bits, that is asked for: 30 digits are 100 bits, and with 50 more no ball lies across the
middle between two roundings by chance (with 5 more, one in thirty does)."""


def ascertain(array: Array) -> None:
    """Raises `Uncertain` unless every entry is exact, has 30 certain digits, or is as good as 0."""
    if array.accuracy >= CERTAIN_BITS:
        return
    for entry in array.entries:
        if type(entry) is arb and entry.rel_accuracy_bits() < CERTAIN_BITS and not is_negligible(entry):
            raise Uncertain(tell("uncertain.digits"))
