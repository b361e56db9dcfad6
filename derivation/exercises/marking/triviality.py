"""How much there is to calculate: operations counted, but for those that 0 and 1 spare.

A carried wrong value may make a later step trivial: a signal of 0 makes every gradient 0. Such a step shows nothing
that a student can do.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from derivation.exercises.marking.marking_key import StudentValues
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.numbers import Number, exact
from derivation.formulas.operations.algebras import COMPARISONS, Numbers
from derivation.formulas.terms import Term


@dataclass(frozen=True, slots=True)
class Counted:
    """A number, and the operations that it took."""

    value: Number
    cost: int = 0

    def __add__(self, other: Counted) -> Counted:
        return other if self.value == 0 else self if other.value == 0 else self.by(operator.add, other)

    def __sub__(self, other: Counted) -> Counted:
        if self.value == other.value:
            return Counted(self.value - other.value)
        return -other if self.value == 0 else self if other.value == 0 else self.by(operator.sub, other)

    def __mul__(self, other: Counted) -> Counted:
        for one, rest in ((self, other), (other, self)):
            if one.value == 0:
                return Counted(one.value)
            if one.value == 1:
                return rest
        return self.by(operator.mul, other)

    def __truediv__(self, other: Counted) -> Counted:
        is_spared = self.value == 0 or other.value == 1
        return Counted(Numbers.div(self.value, other.value), self.cost if is_spared else self.cost + other.cost + 1)

    def __neg__(self) -> Counted:
        return Counted(-self.value, self.cost)

    def by(self, operation: Callable[..., Number], *others: Counted) -> Counted:
        """The operation, counted."""
        return Counted(
            operation(self.value, *(other.value for other in others)),
            self.cost + sum(other.cost for other in others) + 1,
        )


class Counting:
    """The algebra of counted numbers."""

    def number(self, text: str) -> Counted:
        return Counted(exact(text))

    def literal(self, term: Term) -> Counted:
        return Counted(Numbers.literal(term))

    def div(self, a: Counted, b: Counted) -> Counted:
        return a / b

    def pow(self, a: Counted, b: Counted) -> Counted:
        is_spared = a.value in (0, 1) or b.value in (0, 1)
        return Counted(Numbers.pow(a.value, b.value), 0 if is_spared else a.cost + b.cost + 1)

    def __getattr__(self, function: str) -> Callable[..., Counted]:
        def apply(first: Counted, *others: Counted) -> Counted:
            made = first.by(getattr(Numbers, function), *others)
            return Counted(made.value, made.cost - 1) if function in COMPARISONS else made

        return apply


class _Free:
    """Values of a sheet, at no cost."""

    def __init__(self, worked: StudentValues) -> None:
        self.worked = worked

    def get(self, quantity: Term) -> Any:
        array = self.worked.get(quantity)
        return array if array is None else array.map(Counted)


def operations(formula: Term, worked: StudentValues) -> tuple[int, ...]:
    """The operations that each entry of a formula takes, given the values of a sheet."""
    return tuple(entry.cost for entry in evaluate(formula, _Free(worked), Counting()).entries)  # type: ignore[arg-type]
