"""Numbers as they are given in a spec: exact decimals, as a scalar, a vector or a matrix."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from flint import fmpq

from derivation.formulas.arrays import Array, Shape, collapse
from derivation.formulas.numbers import exact
from derivation.spec.text import shown

MAXIMAL_ENTRIES = 1_000_000
MAXIMAL_SIZE = 100_000
MAXIMAL_BITS = 400
"""Bits of a whole number, before its digits are counted."""
TOO_LONG = "this number has more than 100 digits, or a power of ten beyond 300"


class Given(Array):
    """An array as it was given. `axes` are the lengths that NumPy has: two for a list of lists, one for a list, none
    for a number."""

    __slots__ = ("axes",)
    axes: Shape

    @classmethod
    def of(cls, axes: Shape, entries: Iterable[fmpq]) -> Given:
        """The array of these axes; a list is a column.

        >>> Given.of((2,), (1, 2)).shape, Given.of((1, 1), (1,)).shape
        ((2, 1), ())
        """
        array = cls(collapse(sized(axes[0], axes[1] if axes[1:] else 1)), tuple(entries))
        object.__setattr__(array, "axes", axes)
        return array


def value(given: Any) -> Array:
    """A number, a list (a column vector) or a list of equal lists (a matrix) as an exact array.

    >>> value([1, Decimal("0.1")]).entries
    (1, 1/10)
    """
    if not isinstance(given, list):
        return Array.scalar(_number(given))
    if not given:
        raise ValueError("an empty list has no shape; give at least one number")
    rows = [row if isinstance(row, list) else [row] for row in given]
    if any(isinstance(row, list) for row in given) and not all(isinstance(row, list) for row in given):
        raise ValueError("numbers and lists are mixed; a matrix is a list of rows such as [[1, 2], [3, 4]]")
    lengths = [len(row) for row in rows]
    if len(set(lengths)) > 1 or not lengths[0]:
        raise ValueError(f"rows of a matrix need one length; these have {', '.join(map(str, lengths[:8]))} entries")
    axes = (len(rows), lengths[0]) if isinstance(given[0], list) else (len(rows),)
    return Given.of(axes, (_number(entry) for row in rows for entry in row))


def sized(rows: int, columns: int) -> tuple[int, int]:
    """The two lengths, if they are within the limits; else `ValueError`."""
    if not rows * columns:
        raise ValueError(f"{rows} x {columns} has no entries; give at least one number")
    if rows * columns > MAXIMAL_ENTRIES or max(rows, columns) > MAXIMAL_SIZE:
        raise ValueError(
            f"{rows} x {columns} is larger than the limit of {MAXIMAL_SIZE} rows or columns and {MAXIMAL_ENTRIES} "
            f"entries"
        )
    return rows, columns


def _number(given: Any) -> fmpq:
    if isinstance(given, bool) or not isinstance(given, int | Decimal):
        raise ValueError(_no_number(given))
    if isinstance(given, Decimal) and not given.is_finite():
        raise ValueError(f"{given} is not a number one can compute with")
    if isinstance(given, int) and given.bit_length() > MAXIMAL_BITS:
        raise ValueError(TOO_LONG)
    return decimal(str(given))


def _no_number(given: Any) -> str:
    if isinstance(given, list):
        return "lists are nested too deep; a matrix is a list of rows"
    if isinstance(given, dict):
        return 'a table stands among numbers; a file gives a whole array, as in W = { file = "W.npy" }'
    kind = next((kind for type_, kind in KINDS.items() if isinstance(given, type_)), "")
    return f"expected a number, found {f'{kind} {given}' if kind else shown(repr(given)[:60])}"


KINDS: dict[Any, str] = {datetime: "the date", date: "the date", time: "the time"}


def decimal(written: str) -> fmpq:
    """A decimal in digits as an exact number; `ValueError` beyond 100 digits or a power of ten of 300.

    >>> decimal("2.5E+1")
    25
    """
    text = written.lower().replace("e+", "e")
    if len(text) > 100 or abs(int(text.partition("e")[2] or 0)) > 300:
        raise ValueError(TOO_LONG)
    return exact(text)
