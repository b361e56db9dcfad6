"""What stands in the cells of a workbook: values, formulas, and the places they are at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

Value = float | bool | str | None


class Fault(str):
    """What a cell shows whose formula has no value, such as `#DIV/0!`."""


class Place(NamedTuple):
    """A cell: the sheet's number from 0, its row and its column from 1."""

    sheet: int
    row: int
    column: int


class Area(NamedTuple):
    """A rectangle of cells, its last row and column in it."""

    sheet: int
    top: int
    left: int
    bottom: int
    right: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.bottom - self.top + 1, self.right - self.left + 1

    def places(self) -> Iterator[Place]:
        """All cells, row by row."""
        for row in range(self.top, self.bottom + 1):
            for column in range(self.left, self.right + 1):
                yield Place(self.sheet, row, column)


@dataclass(frozen=True, slots=True)
class Formula:
    """What is typed behind the equals sign; a formula that was filled in from another cell stands `shift` rows and
    columns from it. An array formula fills its `area`."""

    text: str
    shift: tuple[int, int] = (0, 0)
    area: Area | None = None

    @property
    def filled(self) -> str:
        """The formula as its cell shows it.

        >>> Formula("A1*$B$1+LOG10(C$2)", (3, 1)).filled
        'B4*$B$1+LOG10(D$2)'
        """
        return MOVED.sub(self._moved, self.text) if any(self.shift) else self.text

    def relative(self, place: Place) -> str:
        """The formula by where its cells are from the cell it stands in: the same wherever it is filled in.

        >>> Formula("A1*$B$1", (3, 0)).relative(Place(0, 4, 3)) == Formula("A1*$B$1").relative(Place(0, 1, 3))
        True
        """

        def told(found: re.Match[str]) -> str:
            if found["letters"] is None:
                return found[0]
            column, row = column_of(found["letters"]), int(found["digits"])
            right = f"{column}" if found["fixed"] else f"[{column - place.column}]"
            return f"R{row if found['held'] else [row - place.row]}C{right}"

        return MOVED.sub(told, self.filled)

    def _moved(self, found: re.Match[str]) -> str:
        if found["letters"] is None:
            return found[0]
        column = column_of(found["letters"]) + (0 if found["fixed"] else self.shift[1])
        row = int(found["digits"]) + (0 if found["held"] else self.shift[0])
        return f"{found['fixed']}{letters_of(column)}{found['held']}{row}"


MOVED = re.compile(
    r"""("[^"]*"|'[^']*')|(?<![\w.$])(?P<fixed>\$?)(?P<letters>[A-Z]{1,3})(?P<held>\$?)(?P<digits>\d{1,7})(?![\w(.!])"""
)
"""The cells in a formula, and the texts in which none are looked for."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows, and the formula by which it was worked; None for a value that is not kept in the file.
    `digits` is a number as it stands in the file."""

    value: Value
    formula: Formula | None = None
    digits: str = ""


@dataclass(frozen=True)
class Workbook:
    """The sheets by name, in order, and what stands in their cells. `names` are formulas that a name stands for."""

    path: str
    sheets: tuple[str, ...]
    cells: Mapping[Place, Cell] = field(repr=False)
    names: Mapping[tuple[int, str], str] = field(default_factory=dict)
    """By the sheet they are of, -1 where they are of all."""

    def called(self, place: Place) -> str:
        """A cell as people call it.

        >>> Workbook("n.xlsx", ("Sheet1", "my data"), {}).called(Place(1, 7, 28))
        "'my data'!AB7"
        """
        name = self.sheets[place.sheet]
        plain = re.fullmatch(r"[^\W\d]\w*", name)
        return f"{name if plain else repr_of(name)}!{address(place)}"


def repr_of(name: str) -> str:
    """A sheet's name between quotes."""
    return "'" + name.replace("'", "''") + "'"


def address(place: Place) -> str:
    """A cell without its sheet.

    >>> address(Place(0, 7, 28))
    'AB7'
    """
    return f"{letters_of(place.column)}{place.row}"


def letters_of(column: int) -> str:
    """What a column is called."""
    letters = ""
    while column > 0:
        column, last = divmod(column - 1, 26)
        letters = chr(65 + last) + letters
    return letters


def column_of(letters: str) -> int:
    """The number of a column.

    >>> column_of("A"), column_of("AB")
    (1, 28)
    """
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number
