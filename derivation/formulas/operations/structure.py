"""Rows that move entries: slices, stacking, reshaping, diagonals, picking rows.

Options of these rows are places as printed, from 1, the last included.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from derivation.formulas.arrays import Array, Shape, collapse, total
from derivation.formulas.operations.table import (
    Notation,
    Operation,
    ShapeMismatch,
    Size,
    matrix,
    of_one_operand,
    operator_named,
)


def part(shapes: Sequence[Shape], *place: int) -> Shape:
    """The rows and columns from place to place."""
    first, last, left, right = place
    size = Size.of(shapes[0])
    if not shapes[0]:
        raise ShapeMismatch("shapes.no_parts")
    if not (1 <= first <= last <= size.rows and 1 <= left <= right <= size.columns):
        around = {"rows": size.rows, "columns": size.columns}
        raise ShapeMismatch("shapes.part", first=first, last=last, left=left, right=right, **around)
    return collapse((last - first + 1, right - left + 1))


def padded(shapes: Sequence[Shape], *place: int) -> Shape:
    """The array within a larger one."""
    *inner, rows, columns = place
    if (rows, columns) == (1, 1) or part([(rows, columns)], *inner) != shapes[0]:
        raise ShapeMismatch("shapes.padded")
    return collapse((rows, columns))


def below(shapes: Sequence[Shape]) -> Shape:
    """Two arrays with equally many columns, one below the other."""
    a, b = map(Size.of, shapes)
    if a.columns != b.columns:
        raise ShapeMismatch("shapes.below", first=a.columns, second=b.columns)
    return (a.rows + b.rows, a.columns)


def beside(shapes: Sequence[Shape]) -> Shape:
    """Two arrays with equally many rows, one beside the other."""
    a, b = map(Size.of, shapes)
    if a.rows != b.rows:
        raise ShapeMismatch("shapes.beside", first=a.rows, second=b.rows)
    return (a.rows, a.columns + b.columns)


def reshaped(shapes: Sequence[Shape], rows: int, columns: int) -> Shape:
    """The same entries, row by row, in other rows and columns."""
    size = Size.of(shapes[0])
    if rows < 1 or columns < 1 or rows * columns != size.rows * size.columns:
        given = {"rows": size.rows, "columns": size.columns}
        raise ShapeMismatch("shapes.reshaped", **given, new_rows=rows, new_columns=columns)
    return collapse((rows, columns))


def flat(shapes: Sequence[Shape]) -> Shape:
    """All entries in one column."""
    size = Size.of(shapes[0])
    return reshaped(shapes, size.rows * size.columns, 1)


def diagonal_matrix(shapes: Sequence[Shape]) -> Shape:
    """A column's entries along the diagonal of a square matrix."""
    size = Size.of(shapes[0])
    if size.columns != 1 or size.rows == 1:
        raise ShapeMismatch("shapes.diagonal_matrix")
    return (size.rows, size.rows)


def main_diagonal(shapes: Sequence[Shape]) -> Shape:
    """The diagonal of a square matrix as a column."""
    rows, columns = matrix(shapes)
    if rows != columns:
        raise ShapeMismatch("shapes.main_diagonal")
    return (rows, 1)


def picked(shapes: Sequence[Shape], *rows: int) -> Shape:
    """Some rows, in any order, again and again."""
    size = Size.of(shapes[0])
    if not rows or not all(1 <= row <= size.rows for row in rows):
        raise ShapeMismatch("shapes.picked", count=size.rows)
    return collapse((len(rows), size.columns))


def gathered(shapes: Sequence[Shape], *places: int) -> Shape:
    """Rows added at the places they were picked from; the last option is how many rows there are."""
    *rows, count = places
    size = Size.of(shapes[0])
    if len(rows) != size.rows or not all(1 <= row <= count for row in rows):
        raise ShapeMismatch("shapes.gathered")
    return collapse((count, size.columns))


def one_of_each_row(shapes: Sequence[Shape], *columns: int) -> Shape:
    """An entry of each row, by its column."""
    size = Size.of(shapes[0])
    if len(columns) != size.rows or not all(1 <= column <= size.columns for column in columns):
        raise ShapeMismatch("shapes.one_of_each_row", rows=size.rows, columns=size.columns)
    return (size.rows, 1)


def placed_in_rows(shapes: Sequence[Shape], *places: int) -> Shape:
    """Each entry of a column in a row of its own, at its column; the last option is how many columns there are."""
    *columns, count = places
    size = Size.of(shapes[0])
    one_of_each_row([(size.rows, count)], *columns)
    if size.columns != 1:
        raise ShapeMismatch("shapes.diagonal_matrix")
    return collapse((size.rows, count))


def _place_in_rows(algebra: Any, a: Array, *places: int) -> Array:
    *columns, count = places
    zero = algebra.number("0")
    placed = zip(columns, a.entries, strict=True)
    return Array.of_rows([[x if j == column else zero for j in range(1, count + 1)] for column, x in placed])


def _pad(algebra: Any, a: Array, first: int, last: int, left: int, right: int, rows: int, columns: int) -> Array:
    given, zero = a.rows, algebra.number("0")
    inside = [
        [
            given[i - first][j - left] if first <= i <= last and left <= j <= right else zero
            for j in range(1, columns + 1)
        ]
        for i in range(1, rows + 1)
    ]
    return Array.of_rows(inside)


def _diag(algebra: Any, a: Array) -> Array:
    zero = algebra.number("0")
    return Array.of_rows([[x if i == j else zero for j in range(len(a.entries))] for i, x in enumerate(a.entries)])


def _gather(algebra: Any, a: Array, *places: int) -> Array:
    *rows, count = places
    found, nothing = [], [algebra.number("0")] * len(a.rows[0])
    for row in range(1, count + 1):
        summands = [given for place, given in zip(rows, a.rows, strict=True) if place == row]
        found.append([total(entries) for entries in zip(*summands, strict=True)] if summands else nothing)
    return Array.of_rows(found)


def _reshape(algebra: Any, a: Array, rows: int, columns: int) -> Array:
    return Array(collapse((rows, columns)), a.entries)


STRUCTURE = (
    of_one_operand(
        "slice",
        Notation("slice"),
        part,
        lambda algebra, a, first, last, left, right: Array.of_rows(
            [row[left - 1 : right] for row in a.rows[first - 1 : last]]
        ),
        reverse=("pad(G, {options}, {a.rows}, {a.columns})",),
        spellings=("slice",),
        options=dict.fromkeys(("first", "last", "left", "right")),
        numpy="{a}[{first} - 1:{last}, {left} - 1:{right}]",
        internal=True,
        example="slice(M, 1, 2, 2, 3)",
    ),
    of_one_operand(
        "pad",
        operator_named("pad", r"{0}:{1},\,{2}:{3} \subset {4} \times {5}"),
        padded,
        _pad,
        reverse=("slice(G, {first}, {last}, {left}, {right})",),
        spellings=("pad",),
        options=dict.fromkeys(("first", "last", "left", "right", "rows", "columns")),
        numpy="pad({a}, {first}, {last}, {left}, {right}, {rows}, {columns})",
        example="pad(M, 1, 2, 2, 4, 3, 4)",
    ),
    Operation(
        "below",
        ("a", "b"),
        Notation("joined", ";"),
        below,
        lambda algebra, a, b: Array.of_rows(a.rows + b.rows),
        reverse=("slice(G, 1, {a.rows}, 1, {a.columns})", "slice(G, {first}, {last}, 1, {a.columns})"),
        spellings=("concat axis=0",),
        reason="joined",
        nonlinear=False,
        folds=True,
        sizes=lambda a, b: {"first": a.rows + 1, "last": a.rows + b.rows},
        numpy="np.vstack([{a}, {b}])",
        example="concat(M, N, axis=0)",
    ),
    Operation(
        "beside",
        ("a", "b"),
        Notation("joined", ","),
        beside,
        lambda algebra, a, b: Array.of_rows([(*left, *right) for left, right in zip(a.rows, b.rows, strict=True)]),
        reverse=("slice(G, 1, {a.rows}, 1, {a.columns})", "slice(G, 1, {a.rows}, {first}, {last})"),
        spellings=("concat axis=1",),
        reason="joined",
        nonlinear=False,
        folds=True,
        sizes=lambda a, b: {"first": a.columns + 1, "last": a.columns + b.columns},
        numpy="np.hstack([{a}, {b}])",
        example="concat(M, N, axis=1)",
    ),
    of_one_operand(
        "reshape",
        operator_named("reshape", r"{0} \times {1}"),
        reshaped,
        _reshape,
        reverse=("reshape(G, {a.rows}, {a.columns})",),
        spellings=("reshape",),
        options={"rows": None, "columns": None},
        numpy="np.reshape({a}, ({rows}, {columns}))",
        example="reshape(M, 3, 2)",
    ),
    of_one_operand(
        "flatten",
        operator_named("flatten"),
        flat,
        lambda algebra, a: Array(collapse((len(a.entries), 1)), a.entries),
        reverse=("reshape(G, {a.rows}, {a.columns})",),
        spellings=("flatten", "ravel"),
        coupled=True,
        numpy="np.reshape({a}, (-1, 1))",
        example="flatten(M)",
    ),
    of_one_operand(
        "diag",
        operator_named("diag"),
        diagonal_matrix,
        _diag,
        reverse=("diagonal(G)",),
        spellings=("diag",),
        coupled=True,
        numpy="diagonal_matrix({a})",
        example="diag(a)",
    ),
    of_one_operand(
        "diagonal",
        operator_named("diagonal"),
        main_diagonal,
        lambda algebra, a: Array.of_rows([[a.rows[k][k]] for k in range(a.shape[0])]),
        reverse=("diag(G)",),
        spellings=("diagonal",),
        coupled=True,
        numpy="np.diag({a})[:, None]",
        example="diagonal(I)",
    ),
    of_one_operand(
        "pick_rows",
        operator_named("rows"),
        picked,
        lambda algebra, a, *rows: Array.of_rows([a.rows[row - 1] for row in rows]),
        reverse=("gather_rows(G, {options}, {a.rows})",),
        spellings=("pick_rows",),
        options={"places": "many"},
        numpy="{a}[np.array([{places}]) - 1]",
        internal=True,
        example="pick_rows(M, 2, 1, 2)",
    ),
    of_one_operand(
        "gather_rows",
        operator_named("scatter", r"{some} \subset {last}"),
        gathered,
        _gather,
        reverse=("pick_rows(G, {picked})",),
        spellings=("gather_rows",),
        options={"places": "many"},
        sizes=lambda a, *places: {"picked": ", ".join(map(str, places[:-1]))},
        numpy="gather_rows({a}, [{places[:-1]}], {places[-1]})",
        internal=True,
        example="gather_rows(M, 3, 1, 3)",
    ),
    of_one_operand(
        "pick_in_rows",
        operator_named("entries"),
        one_of_each_row,
        lambda algebra, a, *columns: Array.of_rows(
            [[row[column - 1]] for column, row in zip(columns, a.rows, strict=True)]
        ),
        reverse=("place_in_rows(G, {options}, {a.columns})",),
        spellings=("pick_in_rows",),
        options={"places": "many"},
        numpy="np.take_along_axis({a}, np.array([{places}])[:, None] - 1, axis=1)",
        internal=True,
        example="pick_in_rows(M, 2, 3)",
    ),
    of_one_operand(
        "place_in_rows",
        operator_named("place", r"{some} \subset {last}"),
        placed_in_rows,
        _place_in_rows,
        reverse=("pick_in_rows(G, {picked})",),
        spellings=("place_in_rows",),
        options={"places": "many"},
        sizes=lambda a, *places: {"picked": ", ".join(map(str, places[:-1]))},
        numpy="place_in_rows({a}, [{places[:-1]}], {places[-1]})",
        internal=True,
        example="place_in_rows(a, 2, 1, 2, 4)",
    ),
)
