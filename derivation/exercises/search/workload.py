"""How much arithmetic a variant asks for: the digits that are written and the operations that are worked, so that
variants are alike."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from flint import fmpq

from derivation.exercises.exercise.exercise import Exercise, Variant
from derivation.exercises.plan.wishes import argument
from derivation.formulas.numbers import Number, is_positive


@dataclass(frozen=True, slots=True)
class Workload:
    """`digits` that stand in the answers (no signs, no leading zeros), and `operations` on two numbers, or functions,
    behind them; a sum with 0 and a product with 0, 1 or -1 are none."""

    digits: int
    operations: int

    def is_near(self, usual: Workload, percent: int) -> bool:
        """Whether both differ from what is usual by at most so many per cent."""
        pairs = (self.digits, usual.digits), (self.operations, usual.operations)
        return all(100 * abs(own - other) <= percent * other for own, other in pairs)


class Measure:
    """Measures the variants of an exercise."""

    def __init__(self, exercise: Exercise) -> None:
        program = exercise.program
        needed = {blank.node for blank in exercise.blanks}
        for place in range(program.required - 1, -1, -1):
            if place in needed:
                needed.update(program.code[place][1])
        work = [(program.code[place][0], program.code[place][1]) for place in sorted(needed)]
        self.products = [operands for operation, operands in work if operation is operator.mul]
        self.sums = [operands for operation, operands in work if operation in (operator.add, operator.sub)]
        self.others = sum(1 for operation, operands in work if operation is not None and operation not in NOT_COUNTED)

    def __call__(self, values: Sequence[Number], shown: Iterable[str]) -> Workload:
        digits = sum(max(1, len(text.partition("e")[0].lstrip("-0.").replace(".", ""))) for text in shown)
        products = sum(1 for a, b in self.products if values[a] not in TRIVIAL and values[b] not in TRIVIAL)
        sums = sum(1 for a, b in self.sums if values[a] != 0 and values[b] != 0)
        return Workload(digits, products + sums + self.others)


def usual(found: Sequence[Workload]) -> Workload:
    """The median of both."""
    return Workload(
        int(median(workload.digits for workload in found)), int(median(workload.operations for workload in found))
    )


@dataclass(frozen=True, slots=True)
class Likeness:
    """A line of the table: the variant, which units are on (1) and off (0) by quantity, and its workload."""

    id: str
    stratum: str
    branches: str
    workload: Workload


def table(variants: Iterable[Variant]) -> Iterator[Likeness]:
    """What shows that variants are alike."""
    measure: Measure | None = None
    for variant in variants:
        measure = measure or Measure(variant.exercise)
        shown = map(variant.exercise.contract.shown, variant.answers)
        yield Likeness(variant.id, variant.stratum, branches(variant), measure(variant.values, shown))


def branches(variant: Variant) -> str:
    """Which units are on: `h 1 0`."""
    network = variant.exercise.network
    arguments = {key: argument(network, key) for key in network.equations}
    states = {key: variant.value(term).entries for key, term in arguments.items() if term is not None}
    return ", ".join(
        " ".join([key, *(str(int(is_positive(entry))) for entry in entries)]) for key, entries in states.items()
    )


TRIVIAL = (fmpq(0), fmpq(1), fmpq(-1))
NOT_COUNTED = frozenset({operator.mul, operator.add, operator.sub, operator.neg})
