"""What goes row by row or column by column: meanings and shapes, and the rows of the table that add along an axis or
repeat a row or a column.

Sums along an axis and broadcasting are written with a vector of ones, as in matrix algebra: `X 1` are the row sums of
X, `1 b` is the row b, once for each sample.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from derivation.formulas.arrays import Array, Shape, total
from derivation.formulas.operations.table import PRODUCT, Notation, ShapeMismatch, matrix, of_one_operand


def each_row(function: Callable[[Any, tuple[Any, ...]], list[Any]]) -> Callable[[Any, Array], Array]:
    """A meaning that works at each row by itself."""
    return lambda algebra, a: Array.of_rows([function(algebra, row) for row in a.rows])


def each_column(function: Callable[[Any, tuple[Any, ...]], list[Any]]) -> Callable[[Any, Array], Array]:
    """A meaning that works at each column by itself."""
    return lambda algebra, a: each_row(function)(algebra, a.T).T


def row_totals(shapes: Sequence[Shape]) -> Shape:
    """One entry for each row of a matrix."""
    return (matrix(shapes)[0], 1)


def column_totals(shapes: Sequence[Shape]) -> Shape:
    """One entry for each column of a matrix."""
    return (1, matrix(shapes)[1])


TOTALS = frozenset({row_totals, column_totals})
"""Shape rules that leave one entry of each row or of each column."""


def repeated_row(shapes: Sequence[Shape], count: int) -> Shape:
    """A row, so many times."""
    if not shapes[0] or shapes[0][0] != 1:
        raise ShapeMismatch("shapes.row")
    return (count, shapes[0][1])


def repeated_column(shapes: Sequence[Shape], count: int) -> Shape:
    """A column, so many times."""
    return repeated_row([shapes[0][::-1]], count)[::-1]


def _ones(symbol: str) -> Notation:
    return Notation("ones", symbol, PRODUCT)


SUMS = (
    of_one_operand(
        "row_sums",
        _ones("right"),
        row_totals,
        each_row(lambda algebra, row: [total(row)]),
        reverse=("repeat_columns(G, {a.columns})",),
        spellings=("sum axis=1",),
        numpy="np.sum({a}, axis=1, keepdims=True)",
        example="sum(M, axis=1)",
    ),
    of_one_operand(
        "column_sums",
        _ones("left top"),
        column_totals,
        each_column(lambda algebra, column: [total(column)]),
        reverse=("repeat_rows(G, {a.rows})",),
        spellings=("sum axis=0",),
        numpy="np.sum({a}, axis=0, keepdims=True)",
        example="sum(M, axis=0)",
    ),
    of_one_operand(
        "repeat_rows",
        _ones("left"),
        repeated_row,
        lambda algebra, a, count: Array.of_rows(a.rows * count),
        reverse=("sum(G, axis=0)",),
        spellings=("repeat_rows",),
        options={"count": None},
        numpy="np.repeat({a}, {count}, axis=0)",
        internal=True,
        example="repeat_rows(r, 2)",
    ),
    of_one_operand(
        "repeat_columns",
        _ones("right top"),
        repeated_column,
        lambda algebra, a, count: Array.of_rows(a.T.rows * count).T,
        reverse=("sum(G, axis=1)",),
        spellings=("repeat_columns",),
        options={"count": None},
        numpy="np.repeat({a}, {count}, axis=1)",
        internal=True,
        example="repeat_columns(a, 2)",
    ),
)
