"""Numbers as they are given in a spec: exact decimals, as a scalar, a vector or a matrix."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from flint import fmpq

from derivation.formulas.arrays import Array, Shape, collapse
from derivation.formulas.numbers import exact
from derivation.spec.text import shown
from derivation.words.telling import tell

MAXIMAL_ENTRIES = 1_000_000
MAXIMAL_SIZE = 100_000
MAXIMAL_BITS = 400
"""Bits of a whole number, before its digits are counted."""


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


@dataclass(frozen=True)
class Unread:
    """What a program gives instead of a text: `read` makes of it what a spec's text holds, or an array."""

    given: Any
    read: Callable[[Any], Any]


def value(given: Any) -> Array:
    """A number, a list (a column vector) or a list of equal lists (a matrix) as an exact array.

    >>> value([1, Decimal("0.1")]).entries
    (1, 1/10)
    """
    if isinstance(given, Unread):
        found = given.read(given.given)
        return found if isinstance(found, Array) else value(found)
    if not isinstance(given, list):
        return Array.scalar(_number(given))
    if not given:
        raise ValueError(tell("spec.empty_list"))
    rows = [row if isinstance(row, list) else [row] for row in given]
    if any(isinstance(row, list) for row in given) and not all(isinstance(row, list) for row in given):
        raise ValueError(tell("spec.mixed"))
    lengths = [len(row) for row in rows]
    if len(set(lengths)) > 1 or not lengths[0]:
        raise ValueError(tell("spec.ragged", lengths=", ".join(map(str, lengths[:8]))))
    axes = (len(rows), lengths[0]) if isinstance(given[0], list) else (len(rows),)
    return Given.of(axes, (_number(entry) for row in rows for entry in row))


def sized(rows: int, columns: int) -> tuple[int, int]:
    """The two lengths, if they are within the limits; else `ValueError`."""
    if not rows * columns:
        raise ValueError(tell("spec.no_entries", rows=rows, columns=columns))
    if rows * columns > MAXIMAL_ENTRIES or max(rows, columns) > MAXIMAL_SIZE:
        raise ValueError(
            tell("spec.too_large_array", rows=rows, columns=columns, most_rows=MAXIMAL_SIZE, most=MAXIMAL_ENTRIES)
        )
    return rows, columns


def _number(given: Any) -> fmpq:
    if isinstance(given, fmpq):
        return given
    if isinstance(given, bool) or not isinstance(given, int | Decimal):
        raise ValueError(_no_number(given))
    if isinstance(given, Decimal) and not given.is_finite():
        raise ValueError(tell("spec.no_number_at_all", given=given))
    if isinstance(given, int) and given.bit_length() > MAXIMAL_BITS:
        raise ValueError(tell("spec.long_number"))
    return decimal(str(given))


def _no_number(given: Any) -> str:
    if isinstance(given, list):
        return tell("spec.nested_lists")
    if isinstance(given, dict):
        return tell("spec.table_among_numbers")
    kind = next((kind for type_, kind in KINDS.items() if isinstance(given, type_)), "")
    return tell("spec.expected_number", found=tell(kind, given=given) if kind else shown(repr(given)[:60]))


KINDS: dict[Any, str] = {datetime: "spec.date", date: "spec.date", time: "spec.time"}


def decimal(written: str) -> fmpq:
    """A decimal in digits as an exact number; `ValueError` beyond 100 digits or a power of ten of 300.

    >>> decimal("2.5E+1")
    25
    """
    text = written.lower().replace("e+", "e")
    if len(text) > 100 or abs(int(text.partition("e")[2] or 0)) > 300:
        raise ValueError(tell("spec.long_number"))
    return exact(text)
