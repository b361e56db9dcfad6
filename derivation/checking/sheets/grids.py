"""What a formula's parts have for values: numbers, truth values, texts, nothing, and grids of those."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from derivation.checking.sheets.cells import Value
from derivation.checking.sheets.grammar import NoFormula


@dataclass(frozen=True, slots=True)
class Grid:
    """A rectangle of values, row by row."""

    rows: int
    columns: int
    entries: Sequence[Value]

    def at(self, row: int, column: int) -> Value:
        """An entry, counted from 0; a single row or column stands beside every other, as spreadsheets repeat it.

        >>> Grid(1, 2, (3.0, 4.0)).at(5, 1)
        4.0
        """
        row, column = (0 if self.rows == 1 else row), (0 if self.columns == 1 else column)
        if row >= self.rows or column >= self.columns:
            raise NoFormula("shapes")
        return self.entries[row * self.columns + column]


Worked = Value | Grid
NUMERAL = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*", re.ASCII)


def number(value: Value) -> float:
    """A value where a number is needed: an empty cell is 0, a truth value 1 or 0, a number that is typed as text that
    number.

    >>> number(None), number(True), number(0.5), number("2.5")
    (0.0, 1.0, 0.5, 2.5)
    """
    if value.__class__ is float:
        return value
    if value is None:
        return 0.0
    if isinstance(value, str):
        if NUMERAL.fullmatch(value):
            return float(value)
        raise NoFormula("text", text=value[:40])
    return float(value)


def grid(value: Worked) -> Grid:
    """A value as a grid."""
    return value if isinstance(value, Grid) else Grid(1, 1, (value,))


def single(value: Worked) -> Value:
    """A value where one is needed."""
    if isinstance(value, Grid):
        if len(value.entries) != 1:
            raise NoFormula("spill")
        return value.entries[0]
    return value


def common(grids: Iterable[Grid]) -> tuple[int, int]:
    """The rows and columns of what is worked entry by entry from these."""
    shapes = [(one.rows, one.columns) for one in grids]
    return max(rows for rows, _ in shapes), max(columns for _, columns in shapes)


def each(work: Callable[..., Value], *arguments: Worked) -> Worked:
    """A function of single values, entry by entry.

    >>> each(lambda a, b: a + b, Grid(1, 2, (1.0, 2.0)), 10.0).entries
    (11.0, 12.0)
    """
    if not any(isinstance(argument, Grid) for argument in arguments):
        return work(*arguments)
    grids = [grid(argument) for argument in arguments]
    rows, columns = common(grids)
    return Grid(rows, columns, tuple(work(*(one.at(*at) for one in grids)) for at in places(rows, columns)))


def places(rows: int, columns: int) -> Iterator[tuple[int, int]]:
    """All places of a grid, row by row."""
    return ((row, column) for row in range(rows) for column in range(columns))


def gathered(shape: Grid, parts: Iterable[tuple[int, int, float]]) -> Grid:
    """What comes back to each entry of a grid from the places where it was repeated, added."""
    sums = [0.0] * (shape.rows * shape.columns)
    for row, column, part in parts:
        row, column = (0 if shape.rows == 1 else row), (0 if shape.columns == 1 else column)
        sums[row * shape.columns + column] += part
    return Grid(shape.rows, shape.columns, sums)


def matrix(value: Worked) -> list[list[float]]:
    """The rows of a grid, where every entry has to be a number."""
    one = grid(value)
    for entry in one.entries:
        if entry is None or isinstance(entry, str | bool):
            raise NoFormula("no_matrix")
    numbers = [number(entry) for entry in one.entries]
    return [numbers[row * one.columns : (row + 1) * one.columns] for row in range(one.rows)]


def of_rows(rows: Sequence[Sequence[float]]) -> Grid:
    """A grid of rows."""
    return Grid(len(rows), len(rows[0]), tuple(entry for row in rows for entry in row))


def product(a: Sequence[Sequence[float]], b: Sequence[Sequence[float]]) -> list[list[float]]:
    """The matrix product.

    >>> product([[1.0, 2.0]], [[3.0], [4.0]])
    [[11.0]]
    """
    if len(a[0]) != len(b):
        raise NoFormula("shapes")
    columns = list(zip(*b, strict=True))
    return [[sum(x * y for x, y in zip(row, column, strict=True)) for column in columns] for row in a]


def transposed(a: Sequence[Sequence[float]]) -> list[list[float]]:
    """Rows for columns."""
    return [list(row) for row in zip(*a, strict=True)]
