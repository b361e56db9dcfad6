"""Rectangles of cells that were filled alike: formulas of one form, or numbers that are typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from derivation.checking.sheets.cells import MOVED, Area, Cell, Place


def blocks(cells: Mapping[Place, Cell], owners: Mapping[Place, Place]) -> Mapping[Place, Area]:
    """The rectangle of each cell with a number or a formula.

    >>> rows = {Place(0, row, column): Cell(1.0) for row in (1, 2) for column in (1, 2)}
    >>> blocks(rows, {})[Place(0, 2, 2)]
    Area(sheet=0, top=1, left=1, bottom=2, right=2)
    """
    found: dict[Place, Area] = {}
    above: dict[tuple[int, int, int, str], Area] = {}
    for kind, first, last in _runs(cells, owners):
        key = first.sheet, first.column, last.column, kind
        before = above.get(key)
        top = before.top if before and before.bottom == first.row - 1 else first.row
        above[key] = area = Area(first.sheet, top, first.column, first.row, last.column)
        found[first] = area
    # Rows of one rectangle end at different bottoms so far; from below, each takes that of its last row.
    for first in sorted(found, reverse=True):
        area = found[first]
        below = found.get(Place(first.sheet, first.row + 1, first.column))
        whole = below if below and (below.top, below.right) == (area.top, area.right) else area
        found.update(
            dict.fromkeys((Place(first.sheet, first.row, column) for column in range(area.left, area.right + 1)), whole)
        )
    return found


def _runs(cells: Mapping[Place, Cell], owners: Mapping[Place, Place]) -> Iterator[tuple[str, Place, Place]]:
    """Neighbours of one kind in each row: the kind, the first and the last."""
    kinds = (
        (place, kind) for place in sorted({**cells, **owners}) if (kind := _kind(place, cells, owners)) is not None
    )
    row = list[tuple[Place, str]]()
    for place, kind in kinds:
        if row and (kind != row[-1][1] or place != row[-1][0]._replace(column=row[-1][0].column + 1)):
            yield row[0][1], row[0][0], row[-1][0]
            row = []
        row.append((place, kind))
    if row:
        yield row[0][1], row[0][0], row[-1][0]


def _kind(place: Place, cells: Mapping[Place, Cell], owners: Mapping[Place, Place]) -> str | None:
    """The form of a cell's formula, without the cells in it; nothing for a typed number, None for a text."""
    owner = owners.get(place)
    if owner is None:
        return "" if isinstance(cells[place].value, float) else None
    formula = cells[owner].formula
    assert formula is not None
    form = MOVED.sub(lambda found: "#" if found["letters"] else found[0], formula.text)
    return f"{owner}{form}" if formula.area and formula.area.shape != (1, 1) else form.replace(" ", "")
