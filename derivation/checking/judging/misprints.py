"""Numerals that were copied wrongly."""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb

from derivation.checking.facts.intervals import half_unit
from derivation.checking.judging.context import near
from derivation.formulas.arrays import Array, Shape
from derivation.formulas.numbers import exact


def miscopied(truth: Array, given: Sequence[str], shape: Shape, used: Sequence[str], other: Shape) -> bool:
    """Whether numerals were copied with as many digits, but other last ones, than they were given, and neither rounded
    nor cut from the truth."""
    if shape != other or truth.shape != shape:
        return False
    return any(
        was != now
        and places(was) == places(now)
        and near(exact(was), exact(now))
        and not abs(arb(x) - arb(exact(now))) < arb(2 * half_unit(now))
        for x, was, now in zip(truth.entries, given, used, strict=True)
    )


def places(numeral: str) -> int:
    return len(numeral.partition(".")[2])
