"""Cells worked once more with some values put right: what goes on with a mistake is right then."""

from __future__ import annotations

from collections.abc import Container, Mapping

from derivation.checking.sheets.calculation import Calculation
from derivation.checking.sheets.cells import Place, Value
from derivation.checking.sheets.grammar import NoFormula
from derivation.checking.sheets.grids import Grid, grid, single
from derivation.checking.sheets.working import Sheets, Working

MAXIMAL_WORKED = 400
"""Formulas that are worked once more for one cell."""


class Mended:
    """The values of a workbook where some cells have other values. Cells that are `held` keep theirs; `met` are those
    of the others that were asked for."""

    def __init__(self, calculation: Calculation, right: Mapping[Place, float], held: Container[Place]) -> None:
        self.calculation, self.right, self.held = calculation, right, held
        self.met: dict[Place, None] = {}
        self.known: dict[Place, Grid] = {}
        self.begun: set[Place] = set()
        sheets = calculation.sheets
        self.sheets = Sheets(self.value, sheets.used, sheets.filled)

    def number(self, place: Place) -> float | None:
        """The number that a cell would show; None where it has no formula that can be worked."""
        owner = self.calculation.owners.get(place)
        if not self.right or owner not in self.calculation.trees:
            return None
        try:
            value = single(self._worked(owner, place))
        except (NoFormula, RecursionError):
            return None
        return float(value) if isinstance(value, float) else None

    def value(self, place: Place) -> Value:
        """The value of a cell that a formula reads."""
        if place in self.right:
            self.met[place] = None
            return self.right[place]
        owner = self.calculation.owners.get(place)
        is_open = owner in self.begun and owner not in self.known  # a circle
        if place in self.held or owner is None or owner not in self.calculation.trees or is_open:
            return self.calculation.value(place)
        return self._worked(owner, place)

    def _worked(self, owner: Place, place: Place) -> Value:
        if owner not in self.known:
            self.begun.add(owner)
            if len(self.begun) > MAXIMAL_WORKED:
                raise NoFormula("long")
            self.known[owner] = grid(Working(self.calculation.trees[owner], self.sheets).value())
        area = self.calculation.areas[owner]
        return self.known[owner].at(place.row - area.top, place.column - area.left)
