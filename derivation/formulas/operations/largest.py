"""Which of some entries is the largest, in any algebra."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from derivation.formulas.numbers import Number
from derivation.formulas.operations.algebras import Numbers, Terms


def seen(algebra: Any, entries: Sequence[Any]) -> list[Number]:
    """The values of numbers as printed, of which it is seen at a glance which is the largest; nothing for others."""
    if algebra is not Terms or any(entry.head != "number" for entry in entries):
        return []
    return [Numbers.literal(entry) if entry.value is None else entry.value.entries[0] for entry in entries]


def largest_place(algebra: Any, entries: Sequence[Any]) -> list[Any]:
    """1 for the largest of some entries, 0 for the others; of equal ones the first counts. Numbers are gone through
    once, and an algebra may have `marks` of its own."""
    if values := seen(algebra, entries):
        return [algebra.number(str(mark)) for mark in largest_place(Numbers, values)]
    if algebra is Numbers:
        largest = reduce(lambda a, b: b if Numbers.greater(entries[b], entries[a]) == 1 else a, range(len(entries)))
        return [algebra.number("1") if place == largest else algebra.number("0") for place in range(len(entries))]
    own = vars(algebra).get("marks")  # some algebras answer to any name
    if own:
        return list(own(*entries))
    ahead = (
        [algebra.at_least(a, b) if k > place else algebra.greater(a, b) for k, b in enumerate(entries) if k != place]
        for place, a in enumerate(entries)
    )
    return [reduce(lambda a, b: a * b, marks, algebra.number("1")) for marks in ahead]
