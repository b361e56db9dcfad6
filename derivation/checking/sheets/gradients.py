"""What comes back through the cells' own formulas: the derivative of what is seeded by every cell it depends on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush

from derivation.checking.sheets.calculation import Calculation
from derivation.checking.sheets.cells import Area, Place
from derivation.checking.sheets.grammar import NoFormula
from derivation.checking.sheets.grids import Grid


@dataclass(frozen=True, slots=True)
class Swept:
    """The derivatives by cells, and what could not be gone through: the cell of a formula without a derivative that is
    known, with why."""

    slopes: Mapping[Place, float]
    blocked: Mapping[Place, NoFormula] = field(default_factory=dict)
    steps: int = 0
    """Formulas that were gone through."""


def sweep(
    calculation: Calculation,
    seeds: Mapping[Place, float],
    stop: int = 0,
    taken: Mapping[Place, float] | None = None,
    passed: Collection[Place] = (),
    closed: Collection[Place] = (),
) -> Swept:
    """The derivatives by all cells that the seeds depend on, down to the formulas of rank `stop`.

    A formula is gone through once all its users were. Where `taken` has a value for a cell, that is carried on instead
    of what came to it; the formulas that are `passed` let everything through, as if they were the identity,
    and those that are `closed` nothing.
    """
    slopes: dict[Place, float] = defaultdict(float)
    blocked: dict[Place, NoFormula] = {}
    waiting: list[int] = []
    known: set[Place] = set()

    def meet(cell: Place) -> None:
        owner = calculation.owners.get(cell)
        rank = calculation.rank.get(owner, -1) if owner else -1
        if owner and owner not in known and rank >= stop and owner not in closed:
            known.add(owner)
            heappush(waiting, -rank)

    def sink(cell: Place, part: float) -> None:
        slopes[cell] += part
        meet(cell)

    carried = dict(taken or {})
    for cell in carried:
        meet(cell)
    for cell, part in seeds.items():
        sink(cell, part)
    while waiting:
        place = calculation.order[-heappop(waiting)]
        area = calculation.areas[place]
        upstream = [carried.get(cell, slopes.get(cell, 0.0)) for cell in area.places()]
        for read in calculation.reads_of(place):
            for cell in read.places():
                sink(cell, 0.0)
        inside = activated(calculation, place) if place in passed else None
        try:
            if inside:
                for cell, part in zip(inside.places(), upstream, strict=True):
                    sink(cell, part)
            else:
                calculation.back(place, Grid(*area.shape, upstream), sink)
        except NoFormula as problem:
            blocked[place] = problem
    return Swept(slopes, blocked, len(known))


BENT = frozenset(("EXP", "TANH", "IF", "MAX", "ERF", "ATAN", "SIN", "ABS", "IFERROR"))
KINKED = frozenset(("IF", "MAX", "ABS"))


def activated(calculation: Calculation, place: Place) -> Area | None:
    """What goes into a formula that is an activation of one area, entry by entry; None where it is none."""
    tree = calculation.trees.get(place)
    if tree is None or not any(node.head in BENT for node in tree.walk()):
        return None
    shape = calculation.areas[place].shape
    inside = [
        area
        for area in calculation.reads_of(place)
        if area.shape != (1, 1) or (shape == (1, 1) and not is_given(calculation, area))
    ]
    return inside[0] if len(inside) == 1 and inside[0].shape == shape else None


def is_given(calculation: Calculation, area: Area) -> bool:
    """Whether a single cell holds a number that is typed, such as a slope or a rate."""
    return Place(*area[:3]) not in calculation.owners


def is_kinked(calculation: Calculation, place: Place) -> bool:
    """Whether an activation is a ReLU or bends at a point like it."""
    return any(node.head in KINKED for node in calculation.trees[place].walk())
