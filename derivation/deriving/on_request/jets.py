"""Values with their first and second derivatives, carried through the table's own meanings.

Source: Griewank, Walther, Evaluating Derivatives (2008), section 13.2 (Taylor arithmetic), here of order two in several
variables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial, reduce
from typing import Any

from flint import fmpq

from derivation.formulas import numbers
from derivation.formulas.arrays import SUMS, total
from derivation.formulas.numbers import Number
from derivation.formulas.operations import heads
from derivation.formulas.operations.algebras import Numbers, complete
from derivation.formulas.operations.elementary import power, quotient
from derivation.formulas.operations.smooth import SMOOTH, Smooth
from derivation.formulas.terms import Term

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Jet:
    """A value, its derivatives by the variables it depends on, and the second ones by pairs (i <= j); what is left out
    is 0.

    >>> x, y = Jet.variable(fmpq(3), 0), Jet.variable(fmpq(5), 1)
    >>> product = x * x * y
    >>> product.value, product.slope(0), product.bend(0, 0), product.bend(1, 0)
    (45, 30, 10, 6)
    """

    value: Number
    first: dict[int, Number] = field(default_factory=dict)
    second: dict[Pair, Number] = field(default_factory=dict)

    @classmethod
    def variable(cls, value: Number, place: int) -> Jet:
        """The variable of that number at a value."""
        return cls(value, {place: fmpq(1)})

    def slope(self, i: int) -> Number:
        """The derivative by variable i."""
        return self.first.get(i, fmpq(0))

    def bend(self, i: int, j: int) -> Number:
        """The second derivative by variables i and j."""
        return self.second.get((min(i, j), max(i, j)), fmpq(0))

    def __add__(self, other: Jet) -> Jet:
        return _sum(self, other)

    def __neg__(self) -> Jet:
        return self.through(-self.value, fmpq(-1), fmpq(0))

    def __sub__(self, other: Jet) -> Jet:
        return self + -other

    def __mul__(self, other: Jet) -> Jet:
        for still, moving in ((self, other), (other, self)):
            if not (still.first or still.second):
                return moving.through(self.value * other.value, still.value, fmpq(0))
        a, b = self.through(self.value * other.value, other.value, fmpq(0)), other.through(fmpq(0), self.value, fmpq(0))
        crossed: dict[Pair, Number] = {}
        for i, x in self.first.items():
            for j, y in other.first.items():
                pair = (min(i, j), max(i, j))
                crossed[pair] = crossed.get(pair, fmpq(0)) + x * y * (2 if i == j else 1)
        return Jet(a.value, _added([a.first, b.first]), _added([a.second, b.second, crossed]))

    def through(self, value: Number, slope: Number, bend: Number) -> Jet:
        """A function of this jet, from its value and its first two derivatives there (chain rule)."""
        second = {pair: slope * x for pair, x in self.second.items()}
        if bend != 0:
            places = sorted(self.first)
            curved = {(i, j): bend * self.first[i] * self.first[j] for i in places for j in places if i <= j}
            second = _added([second, curved])
        return Jet(value, {i: slope * x for i, x in self.first.items()}, second)


def _added(parts: Sequence[dict[Any, Number]]) -> dict[Any, Number]:
    found = dict(parts[0])
    for part in parts[1:]:
        for key, x in part.items():
            found[key] = found[key] + x if key in found else x
    return found


def _sum(*jets: Jet) -> Jet:
    value = total([jet.value for jet in jets])
    return Jet(value, _added([jet.first for jet in jets]), _added([jet.second for jet in jets]))


SUMS[Jet] = _sum


class Jets:
    """The algebra of jets: every function with its first two derivatives; at a kink the side that the values take, flat
    at 0."""

    @staticmethod
    def number(text: str) -> Jet:
        return Jet(numbers.exact(text))

    @staticmethod
    def literal(term: Term) -> Jet:
        return Jet(numbers.exact(term.args[0]))

    @staticmethod
    def div(a: Jet, b: Jet) -> Jet:
        one = quotient(fmpq(1), b.value)
        return a * b.through(one, -one * one, 2 * one * one * one)

    @staticmethod
    def pow(a: Jet, b: Jet) -> Jet:
        if b.first:
            return _smooth(SMOOTH[heads.EXP], b * _smooth(SMOOTH[heads.LOG], a))
        n, x = b.value, a.value
        slope = n * power(x, n - 1) if a.first and n != 0 else fmpq(0)
        bend = n * (n - 1) * power(x, n - 2) if a.first and n != 0 and n != 1 else fmpq(0)
        return a.through(power(x, n), slope, bend)

    @staticmethod
    def max(a: Jet, b: Jet) -> Jet:
        return b if numbers.is_positive(b.value - a.value) else a

    @staticmethod
    def min(a: Jet, b: Jet) -> Jet:
        return b if numbers.is_positive(a.value - b.value) else a

    @staticmethod
    def largest(*entries: Jet) -> Jet:
        return reduce(Jets.max, entries)

    @staticmethod
    def smallest(*entries: Jet) -> Jet:
        return reduce(Jets.min, entries)

    @staticmethod
    def cases(condition: Jet, a: Jet, b: Jet) -> Jet:
        return a if condition.value == 1 else b

    @staticmethod
    def greater(a: Jet, b: Jet) -> Jet:
        return Jet(Numbers.greater(a.value, b.value))

    @staticmethod
    def at_least(a: Jet, b: Jet) -> Jet:
        return Jet(Numbers.at_least(a.value, b.value))

    @staticmethod
    def equal_to(a: Jet, b: Jet) -> Jet:
        return Jet(Numbers.equal_to(a.value, b.value))

    @staticmethod
    def sign(a: Jet) -> Jet:
        return Jet(Numbers.sign(a.value))

    @staticmethod
    def stop_gradient(a: Jet) -> Jet:
        return Jet(a.value)

    @staticmethod
    def relative_entropy(p: Jet, q: Jet) -> Jet:
        return p if p.value == 0 and not p.first else p * _smooth(SMOOTH[heads.LOG], Jets.div(p, q))

    @staticmethod
    def floor(a: Jet) -> Jet:
        return Jet(Numbers.floor(a.value))

    @staticmethod
    def ceil(a: Jet) -> Jet:
        return Jet(Numbers.ceil(a.value))

    @staticmethod
    def round(a: Jet) -> Jet:
        return Jet(Numbers.round(a.value))

    @staticmethod
    def trunc(a: Jet) -> Jet:
        return Jet(Numbers.trunc(a.value))


def _smooth(row: Smooth, a: Jet) -> Jet:
    value = row.number(a.value)
    return a.through(value, *row.slopes(a.value, value))


for _row in SMOOTH.values():
    setattr(Jets, _row.name, staticmethod(partial(_smooth, _row)))
complete(vars(Jets), "first two derivatives")
