"""Whether numbers agree: arrays by value, numerals with the values that they print."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from flint import arb, fmpq

from derivation.formulas.arrays import Array
from derivation.formulas.decimals import rounded, terminating
from derivation.formulas.numbers import bounds, exact, middle
from derivation.formulas.terms import Term, matrix, number

Agreement = Literal["exact", "rounded", "no"]
BADNESS = {"exact": 0, "rounded": 1, "no": 2}
TINY = fmpq(1, 10**40)
DIGITS = 50
"""More than are compared."""


def better(one: Agreement, other: Agreement) -> Agreement:
    """The better of two agreements."""
    return min(one, other, key=BADNESS.__getitem__)


def worst(found: Iterable[Agreement]) -> Agreement:
    """The worst of several agreements; what stands behind a `no` is not looked at."""
    so_far: Agreement = "exact"
    for agreement in found:
        if agreement == "no":
            return "no"
        so_far = max(so_far, agreement, key=BADNESS.__getitem__)
    return so_far


def distance(a: Array, b: Array) -> Any:
    """How far two arrays are apart: the largest difference of two entries, by the middles of what is known of them."""
    return max(abs(middle(x) - middle(y)) for x, y in zip(a.entries, b.entries, strict=True))


def equal(a: Array, b: Array) -> bool:
    """Equal entries, exactly or to 40 digits; a column equals a row only where both are the same numbers of one
    vector."""
    return a.shape == b.shape and all(map(same, a.entries, b.entries))


def same(x: Any, y: Any) -> bool:
    if isinstance(x, fmpq) and isinstance(y, fmpq):
        return bool(x == y)
    return bool(arb(x).overlaps(arb(y))) and is_narrow(x) and is_narrow(y)


def is_narrow(x: Any) -> bool:
    low, high = bounds(x)
    return bool(high - low <= TINY * (1 + abs(low)))


def is_exactly(x: Any, text: str) -> bool:
    return bool(x == exact(text)) if isinstance(x, fmpq) else same(x, exact(text))


def significant(text: str) -> bool:
    """Whether a numeral has digits enough to be recognized where it is used again; a last 0 behind the point is a digit.

    >>> significant("0.30"), significant("0.3"), significant("30")
    (True, False, False)
    """
    digits = text.partition("e")[0]
    return len(digits.replace(".", "").lstrip("0") if "." in digits else digits.strip("0")) > 1


def lacks_digits(x: Any, text: str) -> bool:
    """Whether a number has an end that was not printed, though it is only a digit longer."""
    full = terminating(x) if isinstance(x, fmpq) else None
    return full is not None and len(full.partition(".")[2]) <= len(text.partition(".")[2]) + 1


def literal(array: Array) -> Term:
    """An array as numerals of so many digits that no comparison tells them from it."""
    texts = [number(rounded(entry, DIGITS)) for entry in array.entries]
    if not array.shape:
        return texts[0]
    columns = array.shape[1]
    return matrix(tuple(tuple(texts[at : at + columns]) for at in range(0, len(texts), columns)))


def printed_entries(literal: Term) -> tuple[list[str], tuple[int, ...]]:
    """The numerals of a literal, row by row, and its shape."""
    if literal.head == "number":
        return [literal.args[0]], ()
    rows, columns = len(literal.args), len(literal.args[0].args)
    return [entry.args[0] for row in literal.args for entry in row.args], () if rows == columns == 1 else (
        rows,
        columns,
    )
