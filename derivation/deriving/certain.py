"""Numbers that leave the derivation have 30 certain digits."""

from __future__ import annotations

import flint
from flint import arb

from derivation.formulas.arrays import Array
from derivation.formulas.numbers import Uncertain, is_negligible
from derivation.words.telling import tell

CERTAIN_BITS = 150
"""Relative accuracy, in bits, that is asked for: 30 digits are 100 bits, and with 50 more no ball lies across the
middle between two roundings by chance (with 5 more, one in thirty does)."""


DUST_BITS = 4096
"""Working precision from which on what is as good as 0 is taken for 0: e^-1000 is none, and is told from 0 by 1,500
bits."""


def ascertain(array: Array) -> None:
    """Raises `Uncertain` unless every entry is exact, has 30 certain digits, or is as good as 0 in many of them."""
    if array.accuracy >= CERTAIN_BITS:
        return
    for entry in array.entries:
        if type(entry) is arb and entry.rel_accuracy_bits() < CERTAIN_BITS:
            dust = is_negligible(entry)
            if not dust or flint.ctx.prec < DUST_BITS:
                raise Uncertain(tell("uncertain.digits"), DUST_BITS if dust else 0)
