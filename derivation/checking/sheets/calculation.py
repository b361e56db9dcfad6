"""All formulas of a workbook, worked in the order in which they need each other, each on the values that the file keeps
of its inputs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from derivation.checking.sheets.blocks import blocks
from derivation.checking.sheets.cells import Area, Fault, Place, Value, Workbook
from derivation.checking.sheets.grammar import Node, NoFormula, read
from derivation.checking.sheets.grids import Grid, Worked, grid, single
from derivation.checking.sheets.working import Sheets, Sink, Working, entries, read_by

MAXIMAL_READ = 5_000_000
"""Cells that all formulas together may read."""


COARSE, FINE, LEAST = 7, 13, 5
"""Digits of the values of a file that rounds them: at least, and fewer than; and how many values have to have them."""


def significant(digits: str) -> str:
    """The digits of a number that count.

    >>> significant("-0.00250e-3"), significant("1200")
    ('25', '12')
    """
    return digits.lower().partition("e")[0].replace(".", "").strip("-+0")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a formula gives at the kept values of its inputs: the values of its area and the largest number met, or why
    there are none."""

    values: Grid | None = None
    magnitude: float = 0.0
    problem: NoFormula | None = None


class Calculation:
    """The formulas of a workbook as trees, by the cell they stand in; an array formula by the first cell of its
    area."""

    def __init__(self, workbook: Workbook) -> None:
        self.workbook = workbook
        self.trees: dict[Place, Node] = {}
        self.areas: dict[Place, Area] = {}
        self.owners: dict[Place, Place] = {}
        """The formula that a cell has its value from."""
        self.outcomes: dict[Place, Outcome] = {}
        self.worked: dict[Place, Value] = {}
        """Values that the file does not keep."""
        self._areas_read: dict[Place, list[Area]] = {}
        self._read_all()
        self.sheets = Sheets(self.value, self._used(), self.areas)
        self.reads = self._precedents()
        self.order, self.circular = self._ordered()
        self.rank = {place: rank for rank, place in enumerate(self.order)}
        self._work_all()

    def _read_all(self) -> None:
        sheets = {name.casefold(): number for number, name in enumerate(self.workbook.sheets)}
        for place, cell in self.workbook.cells.items():
            if cell.formula is None:
                continue
            area = cell.formula.area or Area(place.sheet, place.row, place.column, place.row, place.column)
            try:
                self.trees[place] = read(cell.formula, place, sheets, self.workbook.names)
            except NoFormula as problem:
                self.outcomes[place] = Outcome(problem=problem)
            except RecursionError:
                self.outcomes[place] = Outcome(problem=NoFormula("deep"))
            if area.shape[0] * area.shape[1] > MAXIMAL_READ:
                area = Area(place.sheet, place.row, place.column, place.row, place.column)
            self.areas[place] = area
            self.owners.update(dict.fromkeys(area.places(), place))

    def _used(self) -> Mapping[int, tuple[int, int]]:
        used: dict[int, tuple[int, int]] = {}
        for place in self.workbook.cells:
            bottom, right = used.get(place.sheet, (1, 1))
            used[place.sheet] = max(bottom, place.row), max(right, place.column)
        return used

    def _precedents(self) -> dict[Place, frozenset[Place]]:
        found, left = {}, MAXIMAL_READ
        for place in list(self.trees):
            try:
                areas = self.reads_of(place)
                left -= sum(area.shape[0] * area.shape[1] for area in areas)
                if left < 0:
                    raise NoFormula("long")
            except NoFormula as problem:
                del self.trees[place]
                self.outcomes[place] = Outcome(problem=problem)
                continue
            owners = {self.owners.get(cell) for area in areas for cell in area.places()}
            found[place] = frozenset(owner for owner in owners if owner in self.trees)
        return {place: frozenset(o for o in owners if o in self.trees) for place, owners in found.items()}

    def _ordered(self) -> tuple[list[Place], frozenset[Place]]:
        """The formulas, each behind those it needs; and those that need each other in a circle."""
        users: dict[Place, list[Place]] = defaultdict(list)
        waits = {place: len(reads) for place, reads in self.reads.items()}
        for place, reads in self.reads.items():
            for owner in reads:
                users[owner].append(place)
        order = [place for place, count in waits.items() if not count]
        for place in order:
            for user in users[place]:
                waits[user] -= 1
                if not waits[user]:
                    order.append(user)
        return order, frozenset(waits.keys() - set(order))

    def _work_all(self) -> None:
        for place in [*self.order, *sorted(self.circular)]:
            try:
                working = Working(self.trees[place], self.sheets)
                found = self._of_area(place, working.value())
                self.outcomes[place] = Outcome(found, working.magnitude)
            except NoFormula as problem:
                self.outcomes[place] = Outcome(problem=problem)
                continue
            for cell, value in zip(self.areas[place].places(), found.entries, strict=True):
                if cell not in self.workbook.cells or self.workbook.cells[cell].value is None:
                    self.worked[cell] = value

    def _of_area(self, place: Place, found: Worked) -> Grid:
        formula = self.workbook.cells[place].formula
        if formula and formula.area:
            return Grid(*self.areas[place].shape, entries(found, self.areas[place]))
        return grid(single(found))

    # What is asked of it.

    def value(self, place: Place) -> Value:
        """The value of a cell: what the file keeps, else what was worked; `NoFormula` where it has none."""
        cell = self.workbook.cells.get(place)
        if cell is not None and cell.value is not None:
            if isinstance(cell.value, Fault):
                raise NoFormula("error", error=cell.value)
            return cell.value
        if place in self.owners and place not in self.worked:
            raise NoFormula("input", cell=self.workbook.called(place))
        return self.worked.get(place)

    def number(self, place: Place) -> float | None:
        """The number in a cell, None where there stands none."""
        try:
            value = self.value(place)
        except NoFormula:
            return None
        return float(value) if isinstance(value, float | bool) and value is not None else None

    def is_number(self, place: Place) -> bool:
        """Whether a number stands in a cell, typed or worked."""
        cell = self.workbook.cells.get(place)
        if cell is not None and isinstance(cell.value, float):
            return True
        return isinstance(self.worked.get(place), float)

    def text(self, place: Place) -> str:
        """The text that is typed in a cell; nothing where there is none."""
        cell = self.workbook.cells.get(place)
        return cell.value if cell and isinstance(cell.value, str) and place not in self.owners else ""

    def cells(self) -> Iterator[Place]:
        """All cells that show something, sheet by sheet and row by row."""
        return iter(sorted({**self.workbook.cells, **self.worked}))

    def back(self, place: Place, upstream: Grid, sink: Sink) -> None:
        """Hands on what comes back through a formula."""
        working = Working(self.trees[place], self.sheets)
        working.value()
        working.back(upstream, sink)

    def reads_of(self, place: Place) -> list[Area]:
        """The areas that the formula of a cell reads, each once."""
        if place not in self._areas_read:
            tree = self.trees.get(place)
            self._areas_read[place] = list(dict.fromkeys(read_by(tree, self.sheets))) if tree else []
        return self._areas_read[place]

    @cached_property
    def coarse(self) -> float:
        """What the file rounds its values by, beside the size of each: some programs keep ten digits. A file in which
        no value has many digits rounds nothing."""
        kept = (self.workbook.cells[place].digits for place in self.owners if place in self.workbook.cells)
        lengths = Counter(len(significant(digits)) for digits in kept)
        longest = max(lengths, default=0)
        return 10.0 ** (1 - longest) if COARSE <= longest < FINE and lengths[longest] >= LEAST else 0.0

    @cached_property
    def blocks(self) -> Mapping[Place, Area]:
        """The rectangle that each cell was filled with."""
        return blocks(self.workbook.cells, self.owners)

    @cached_property
    def users(self) -> Mapping[Place, frozenset[Place]]:
        """The formulas that read what a formula gives."""
        found: dict[Place, set[Place]] = defaultdict(set)
        for place, reads in self.reads.items():
            for owner in reads:
                found[owner].add(place)
        return {place: frozenset(users) for place, users in found.items()}
