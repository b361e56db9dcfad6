"""Which cells claim to be derivatives: of which cell, by which cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from derivation.checking.sheets.calculation import Calculation
from derivation.checking.sheets.cells import Area, Place
from derivation.checking.sheets.labels import Label, Labelled, Labels, is_loss

Alignment = Callable[[Place], Place]
SIGNALLED = ("z", "net", "in", "h", "o", "a", "")
"""What stands before the number or name of an error signal in the name of what it is the derivative by."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A cell that is to hold the derivative of a cell (None: of a loss that stands in no cell) by another. `block` is
    the number of the label it stands under; `certain` says that its label leaves nothing open."""

    cell: Place
    of: Place | None
    by: Place
    label: Label
    block: int
    certain: bool


def claims(calculation: Calculation, labels: Labels) -> Iterator[Claim]:
    """All claims, each cell once."""
    met: set[Place] = set()
    for block, labelled in enumerate(labels.all):
        if labelled.label.kind not in ("derivative", "gradient", "signal"):
            continue
        for claim in _of_block(labels, labelled, block):
            is_free = claim.cell not in met and calculation.is_number(claim.cell) and claim.by != claim.cell
            if is_free and not _is_quotient(calculation, claim) and not _is_step(calculation, labels, claim):
                met.add(claim.cell)
                yield claim


def _is_quotient(calculation: Calculation, claim: Claim) -> bool:
    """Whether a cell holds a quotient of differences: it reads several values of what is differentiated."""
    column = calculation.blocks.get(claim.of) if claim.of else None
    if column is None or claim.of == claim.cell:
        return False
    read = {place for area in calculation.reads_of(claim.cell) for place in area.places()}
    return len(read.intersection(column.places())) > 1


def _is_step(calculation: Calculation, labels: Labels, claim: Claim) -> bool:
    """Whether what is called `dw` is what `w` is moved by: a learning rate stands in it."""
    if claim.label.kind == "derivative":
        return False
    read = {place for area in calculation.reads_of(claim.cell) for place in area.places()}
    return not labels.rates.isdisjoint(read)


def _of_block(labels: Labels, labelled: Labelled, block: int) -> Iterator[Claim]:
    label, area = labelled.label, labelled.area
    targets, is_only = _target(labels, labelled)
    if targets is None:
        return
    tops, is_told = _top(labels, labelled)
    if tops is None and not is_told:
        return
    certain = label.kind == "derivative" and is_only and tops is not None
    for cell in area.places():
        yield Claim(cell, tops(cell) if tops else None, targets(cell), label, block, certain)


def named(labels: Labels, name: str) -> Sequence[Labelled]:
    """The cells of a name, letters in either case where no other has it so."""
    if name in labels.names:
        return labels.names[name]
    alike = [key for key in labels.names if key.casefold() == name.casefold()]
    return labels.names[alike[0]] if len(alike) == 1 else ()


def _target(labels: Labels, labelled: Labelled) -> tuple[Alignment | None, bool]:
    """What each cell is the derivative by, and whether nothing else could be meant."""
    label, area = labelled.label, labelled.area
    names = [prefix + label.name for prefix in SIGNALLED] if label.kind == "signal" else [label.name]
    for name in names:
        rows = [row for row in named(labels, name) if row.area != area]
        found = [(rank, _far(row.area, area), row.area) for row in rows if (rank := _rank(row, labelled)) is not None]
        if found:
            rank, _, best = min(found, key=lambda row: row[:2])
            return _aligned(rank, best, area), len({row.at for row in rows if row.area.sheet == area.sheet}) == 1
    return None, False


def _far(other: Area, area: Area) -> tuple[bool, int]:
    return other.sheet != area.sheet, abs(other.top - area.top) * 100 + abs(other.left - area.left)


TOGETHER, SAME, TURNED, SINGLE = range(4)
"""How cells of two blocks belong together: in the same rows, at the same place, at the same place of the transpose; or
all to one."""


def _rank(row: Labelled, labelled: Labelled) -> int | None:
    other, area = row.area, labelled.area
    if covers(other, area) and other.shape[1] == area.shape[1] and area.shape[0] > 1:
        return TOGETHER
    if other.shape == area.shape and not (labelled.label.turned and area.shape[0] == area.shape[1] > 1):
        return SAME
    if other.shape == area.shape[::-1]:
        return TURNED
    return SINGLE if other.shape == (1, 1) else None


def covers(other: Area, area: Area) -> bool:
    """Whether an area has all the rows of another, of the same sheet."""
    return other.sheet == area.sheet and other.top <= area.top and other.bottom >= area.bottom


def _aligned(rank: int, other: Area, area: Area) -> Alignment:
    def of(cell: Place) -> Place:
        down, right = cell.row - area.top, cell.column - area.left
        if rank == TOGETHER:
            return Place(other.sheet, cell.row, other.left + right)
        if rank == TURNED:
            down, right = right, down
        return Place(other.sheet, other.top + down, other.left + right)

    return of if rank != SINGLE else lambda cell: Place(*other[:3])


def _top(labels: Labels, labelled: Labelled) -> tuple[Alignment | None, bool]:
    """What each cell is the derivative of; None where it stands in no cell, and whether a loss is meant then."""
    label, area = labelled.label, labelled.area
    losses = [name for name in labels.names if is_loss(name)]
    if label.of:
        alike = [name for name in losses if name.startswith(label.of) or label.of.startswith(name)]
        is_told = is_loss(label.of)
        rows = named(labels, label.of) or [row for name in alike * is_told for row in labels.names[name]]
    else:
        is_told, rows = True, [row for name in losses for row in labels.names[name]]
    found = [
        (rank, _far(row.area, area), row.area) for row in rows if (rank := _rank_of_top(row.area, area)) is not None
    ]
    if not found:
        return None, is_told and not rows
    rank, _, best = min(found, key=lambda row: row[:2])
    if rank == TOGETHER:
        return (lambda cell: Place(best.sheet, cell.row, best.left)), is_told
    if rank == TURNED:
        return (lambda cell: Place(best.sheet, best.top, cell.column)), is_told
    return (lambda cell: Place(*best[:3])), is_told


def _rank_of_top(other: Area, area: Area) -> int | None:
    if covers(other, area) and other.shape[1] == 1 and other.shape[0] > 1:
        return TOGETHER
    if (
        other.sheet == area.sheet
        and other.shape[0] == 1 < other.shape[1]
        and other.left <= area.left
        and other.right >= area.right
    ):
        return TURNED
    return SINGLE if other.shape == (1, 1) else None
