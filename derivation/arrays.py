"""A small dense array over any kind of entry: exact numbers, certified balls, SymPy expressions, terms, sets of places.

One meaning per operation then serves them all: an operation's row says what it does to arrays, and the entries' own
arithmetic does the rest. A scalar has shape (); everything else has two dimensions, a column vector n rows of one entry.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from flint import fmpq, fmpq_mat

Shape = tuple[int, ...]


def broadcast(a: Shape, b: Shape) -> Shape | None:
    """The shape of an entry-by-entry operation: equal shapes, or a scalar with anything; None where they do not fit.

    >>> broadcast((), (2, 1)), broadcast((2, 1), (3, 1))
    ((2, 1), None)
    """
    if a == b or b == ():
        return a
    return b if a == () else None


@dataclass(frozen=True, slots=True, eq=False)
class Array:
    """`shape` is () or (rows, columns); `entries` are given row by row.

    >>> a = Array((1, 2), (1, 2))
    >>> (a + a).entries, (a @ a.T).entries, a.T.shape
    ((2, 4), (5,), (2, 1))
    """

    shape: Shape
    entries: tuple[Any, ...]

    @classmethod
    def scalar(cls, entry: Any) -> Array:
        """One entry, shape ()."""
        return cls((), (entry,))

    @classmethod
    def of_rows(cls, rows: Sequence[Sequence[Any]]) -> Array:
        """Rows of equal length; one row of one entry is a scalar."""
        entries = tuple(entry for row in rows for entry in row)
        return cls(collapse((len(rows), len(rows[0]))), entries)

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """The entries row by row; a scalar is one row of one entry."""
        columns = self.shape[1] if self.shape else 1
        return [self.entries[k : k + columns] for k in range(0, len(self.entries), columns)]

    def __getitem__(self, place: tuple[int, ...]) -> Any:
        return self.entries[self.offset(place)]

    def offset(self, place: tuple[int, ...]) -> int:
        """Where an entry stands in `entries`; one place indexes a vector (a column, or a single row).

        >>> Array((2, 3), tuple("abcdef")).offset((1, 2))
        5
        """
        return place[0] if len(place) == 1 else place[0] * self.shape[1] + place[1]

    @property
    def places(self) -> Iterator[tuple[int, ...]]:
        """The index of every entry, in the order of `entries`: () for a scalar, (i,) in a vector, (i, j) in a matrix."""
        if not self.shape:
            yield ()
        elif 1 in self.shape:
            yield from ((k,) for k in range(len(self.entries)))
        else:
            yield from ((i, j) for i in range(self.shape[0]) for j in range(self.shape[1]))

    def map(self, function: Callable[[Any], Any]) -> Array:
        """The function at each entry."""
        return Array(self.shape, tuple(map(function, self.entries)))

    def zip(self, function: Callable[..., Any], *others: Array) -> Array:
        """The function entry by entry over several arrays; scalars broadcast."""
        shape = reduce(lambda a, b: broadcast(a, b) or (), (other.shape for other in others), self.shape)
        size = max(len(array.entries) for array in (self, *others))
        columns = [array.entries * (size if len(array.entries) == 1 else 1) for array in (self, *others)]
        return Array(shape, tuple(map(function, *columns)))

    def __add__(self, other: Array) -> Array:
        return self.zip(operator.add, other)

    def __sub__(self, other: Array) -> Array:
        return self.zip(operator.sub, other)

    def __mul__(self, other: Array) -> Array:
        return self.zip(operator.mul, other)

    def __truediv__(self, other: Array) -> Array:
        return self.zip(operator.truediv, other)

    def __neg__(self) -> Array:
        return self.map(operator.neg)

    def __matmul__(self, other: Array) -> Array:
        a, b = self.rows, other.T.rows
        shape = collapse((len(a), len(b)))
        if len(a) * len(b) * len(a[0]) > 64 and all(isinstance(entry, fmpq) for entry in self.entries + other.entries):
            product = fmpq_mat(a) * fmpq_mat(other.rows)
            return Array(shape, tuple(product.entries()))
        if len(b[0]) == 1:
            return Array(shape, tuple(x * y for (x,) in a for (y,) in b))
        return Array(shape, tuple(total(list(map(operator.mul, row, column))) for row in a for column in b))

    @property
    def T(self) -> Array:
        """The transpose."""
        return Array(self.shape[::-1], tuple(entry for column in zip(*self.rows, strict=True) for entry in column))

    def sum(self) -> Array:
        """All entries added up, as a scalar."""
        return Array.scalar(total(self.entries))


def collapse(shape: Shape) -> Shape:
    """One row of one entry is a scalar: so `W2 @ h` of a 1 x 2 matrix and a vector is a number, as on paper."""
    return () if shape == (1, 1) else shape


def total(entries: Sequence[Any]) -> Any:
    """The entries added from left to right (there is at least one)."""
    return reduce(operator.add, entries)
