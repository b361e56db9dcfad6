"""Formulas worked: the value at the values of the cells that stand in it, and what comes back to those cells.

Numbers are the doubles that spreadsheets reckon with, and `magnitude` is the largest that was met on the way: by that is
judged what rounding may have done.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from derivation.checking.sheets.cells import Area, Place, Value
from derivation.checking.sheets.functions import TABLE
from derivation.checking.sheets.grammar import Node, NoFormula
from derivation.checking.sheets.grids import Grid, Worked, each, grid, number, places, single

Lookup = Callable[[Place], Value]
Sink = Callable[[Place, float], None]
MAXIMAL_AREA = 250_000
"""Cells of one area."""


class Sheets:
    """What formulas look up: the value in a cell, the last cells in use of each sheet, and the areas that array
    formulas fill."""

    def __init__(self, value: Lookup, used: Mapping[int, tuple[int, int]], filled: Mapping[Place, Area]) -> None:
        self.value, self.used, self.filled = value, used, filled

    def within(self, area: Area) -> Area:
        """The part of an area that is in use, for whole rows and columns."""
        bottom, right = self.used.get(area.sheet, (1, 1))
        if area.bottom <= bottom and area.right <= right:
            return area
        bottom, right = max(min(area.bottom, bottom), area.top), max(min(area.right, right), area.left)
        return Area(area.sheet, area.top, area.left, bottom, right)

    def area_of(self, node: Node) -> Area:
        """The cells that a part of a formula stands for."""
        if node.area is not None and node.area.top == node.area.bottom and node.area.left == node.area.right:
            return node.area
        if node.head == "ANCHORARRAY" and node.children and node.children[0].area:
            anchor = node.children[0].area
            return self.filled.get(Place(anchor.sheet, anchor.top, anchor.left), anchor)
        assert node.area is not None
        found = self.within(node.area)
        if found.shape[0] * found.shape[1] > MAXIMAL_AREA:
            raise NoFormula("long")
        return found


class Working:
    """One formula at the values that its cells have."""

    def __init__(self, tree: Node, sheets: Sheets) -> None:
        self.tree, self.sheets = tree, sheets
        self.values: dict[Node, Worked] = {}
        self.chosen: dict[Node, Node] = {}
        self.magnitude = 0.0

    def value(self) -> Worked:
        """The value; `NoFormula` where there is none, or something in it is not known."""
        try:
            found = self._value(self.tree)
        except (ArithmeticError, ValueError, IndexError) as error:
            raise error if isinstance(error, NoFormula) else NoFormula("no_value") from None
        except RecursionError:
            raise NoFormula("deep") from None
        for entry in grid(found).entries:
            if isinstance(entry, float) and not math.isfinite(entry):
                raise NoFormula("no_value")
        return found

    def _value(self, node: Node) -> Worked:
        if node in self.values:
            return self.values[node]
        found = CHOICES[node.head](self, node) if node.head in CHOICES else self._worked(node)
        for entry in found.entries if isinstance(found, Grid) else (found,):
            if entry.__class__ is float and abs(entry) > self.magnitude:
                self.magnitude = abs(entry)
        self.values[node] = found
        return found

    def _worked(self, node: Node) -> Worked:
        function = TABLE.get(node.head)
        if function is None:
            raise NoFormula("function", name=node.head)
        least, most = function.takes
        if not least <= len(node.children) <= most:
            raise NoFormula("arguments", name=node.head, count=len(node.children))
        return function.value(*[self._value(child) for child in node.children])

    # Parts that are no functions of the values of all their arguments.

    def constant(self, node: Node) -> Worked:
        """A number, a text, or nothing."""
        return node.value

    def cells(self, node: Node) -> Worked:
        """What stands in a cell, or in an area."""
        area = self.sheets.area_of(node)
        if area is node.area and area.top == area.bottom and area.left == area.right:
            return self.sheets.value(Place(*area[:3]))
        return Grid(*area.shape, tuple(map(self.sheets.value, area.places())))

    def rows(self, node: Node) -> Worked:
        """An array of constants."""
        entries = [single(self._value(entry)) for row in node.children for entry in row.children]
        return Grid(len(node.children), len(node.children[0].children), entries)

    def choice(self, node: Node) -> Worked:
        """`IF`: of a single condition only the branch that it chooses is worked."""
        if not 2 <= len(node.children) <= 3:
            raise NoFormula("arguments", name="IF", count=len(node.children))
        condition = self._value(node.children[0])
        if isinstance(condition, Grid):
            branches = [self._value(child) for child in node.children[1:]]
            return each(lambda test, yes, no=False: yes if number(test) else no, condition, *branches)
        if number(condition) == 0 and len(node.children) == 2:
            return False
        self.chosen[node] = node.children[1 if number(condition) else 2]
        return self._value(self.chosen[node])

    def caught(self, node: Node) -> Worked:
        """`IFERROR`: the first, or the second where that has no value."""
        for child in node.children:
            try:
                self.chosen[node] = child
                return self._value(child)
            except (ArithmeticError, ValueError) as error:
                if isinstance(error, NoFormula) and error.code not in ("no_value", "error"):
                    raise
        raise NoFormula("no_value")

    def logarithm(self, node: Node) -> Worked:
        """`LOG`, to the base 10 where none is given."""
        ten = Node("value", value=10.0)
        x, base = (*node.children, ten)[:2]
        self.chosen[node] = Node("/", (Node("LN", (x,)), Node("LN", (base,))))
        return self._value(self.chosen[node])

    # What comes back.

    def back(self, upstream: Grid, sink: Sink) -> None:
        """Hands to `sink` what comes back to each cell of what comes back to the formula; `value` was worked before."""
        try:
            self._back(self.tree, upstream, sink)
        except (ArithmeticError, ValueError) as error:
            raise error if isinstance(error, NoFormula) else NoFormula("no_value") from None

    def _back(self, node: Node, upstream: Grid, sink: Sink) -> None:
        if node.head in ("cells", "ANCHORARRAY"):
            area = self.sheets.area_of(node)
            for place, entry in zip(area.places(), upstream.entries, strict=True):
                if entry:
                    sink(place, number(entry))
        elif node in self.chosen:
            self._back(self.chosen[node], upstream, sink)
        elif node.head == "IF":
            self._chosen_back(node, upstream, sink)
        elif node.head in TABLE:
            self._through(node, upstream, sink)
        elif node.head not in ("value", "rows"):
            raise NoFormula("slope", name=node.head)

    def _through(self, node: Node, upstream: Grid, sink: Sink) -> None:
        function = TABLE[node.head]
        if function.back is None:
            raise NoFormula("slope", name=node.head)
        arguments = [self.values[child] for child in node.children]
        for child, part in zip(node.children, function.back(arguments, self.values[node], upstream), strict=False):
            if part is not None:
                self._back(child, part, sink)

    def _chosen_back(self, node: Node, upstream: Grid, sink: Sink) -> None:
        if len(node.children) < 2 or node.children[0] not in self.values:
            return
        tests, branches = grid(self.values[node.children[0]]), node.children[1:]
        for child, wanted in zip(branches, (True, False), strict=False):
            if child not in self.values:
                continue
            shape = grid(self.values[child])
            sums = [0.0] * (shape.rows * shape.columns)
            for row, column in places(upstream.rows, upstream.columns):
                if bool(number(tests.at(row, column))) is wanted:
                    at = (0 if shape.rows == 1 else row) * shape.columns + (0 if shape.columns == 1 else column)
                    sums[at] += number(upstream.at(row, column))
            self._back(child, Grid(shape.rows, shape.columns, sums), sink)


CHOICES: Mapping[str, Callable[[Working, Node], Worked]] = {
    "value": Working.constant,
    "cells": Working.cells,
    "ANCHORARRAY": Working.cells,
    "rows": Working.rows,
    "IF": Working.choice,
    "IFERROR": Working.caught,
    "LOG": Working.logarithm,
}
"""What is worked otherwise than by a row of the table."""


def read_by(tree: Node, sheets: Sheets) -> Iterator[Area]:
    """The areas that a formula reads."""
    return (sheets.area_of(node) for node in tree.walk() if node.head in ("cells", "ANCHORARRAY") and is_read(node))


def is_read(node: Node) -> bool:
    """Whether a part stands for cells that are known."""
    return node.area is not None or bool(node.children and node.children[0].area)


RELATIVE, ABSOLUTE = 1e-9, 1e-12
"""What rounding may do: of the value itself, and of the largest number on the way to it."""


def agree(found: Value, expected: Value, magnitude: float, coarse: float = 0.0) -> bool:
    """Whether two values are the same up to what rounding does; `coarse` is what the file itself rounds values by, each
    beside its size.

    >>> agree(0.1 + 0.2, 0.3, 0.3), agree(0.5, 0.25, 1.0), agree(True, 1.0, 1.0), agree(0.5000001, 0.5, 0.5, 1e-6)
    (True, False, True, True)
    """
    if isinstance(found, str) or isinstance(expected, str):
        return (found or "") == (expected or "")
    a, b = number(found), number(expected)
    return abs(a - b) <= max(RELATIVE, coarse) * max(abs(a), abs(b)) + max(ABSOLUTE, coarse) * magnitude


def entries(found: Worked, area: Area) -> Sequence[Value]:
    """The values that a formula puts into the cells of an area."""
    whole = grid(found)
    return [whole.at(row, column) for row, column in places(*area.shape)]
