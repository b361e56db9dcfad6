"""What sheets call the numbers in their cells: names, derivatives, updated parameters, beside a number or above it, over
one cell or a whole block."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from derivation.checking.sheets.calculation import Calculation
from derivation.checking.sheets.cells import Area, Place

Kind = Literal["name", "derivative", "gradient", "signal", "updated", "rate"]
NAME = r"[^\W\d_](?:[\w\[\]{}()^,*'. ]*[\w\]})*'])?"
DERIVATIVE = re.compile(rf"\(?[d∂δ]\s*\(?({NAME}?)\)?\s*/\s*\(?[d∂δ]\s*\(?({NAME})\)?")
SHORT = re.compile(rf"({NAME}?)\s*/?\s*∂\s*({NAME})")
"""A derivative whose upper ∂ is left out."""
GRADIENT = re.compile(
    rf"(?:grad(?:ient)?s?|∇|Gradient|Ableitung)(?:\s+(?:of|for|wrt|by|von|nach|des|der))?[\s_]*\(?({NAME})\)?|({NAME})[\s_.]+grad(?:ient)?s?"
    rf"|[d∂][\s_]?\(?({NAME})\)?",
    re.IGNORECASE,
)
SIGNAL = re.compile(r"(?:δ|Δ|delta)[\s_]*\(?([\w\[\]{}()^, ]+)\)?", re.IGNORECASE)
UPDATED = re.compile(
    rf"(?:new|updated|next|neu(?:es|er|e)?)[\s_]+({NAME})|({NAME}?)[\s_]*\(?(?:new|updated|next|neu)\)?|({NAME}?)\s*\+",
    re.IGNORECASE,
)
NUMERIC = re.compile(r"numeric|approx|finite|check|differ[ae]n|quotient|estimate|numerisch|näherung", re.IGNORECASE)
RATES = frozenset("η eta ɳ n lr alpha α rate learningrate stepsize lernrate schrittweite".split())
LOSSES = re.compile(
    r"(?:total)?(?:loss|cost|error|err|mse|bce|ce|sse|nll|crossentropy|verlust|kosten|fehler)\d*|(?:loss|cost|error|err|e|l|j|c|ℒ)(?:tot|total|sum|all|ges|gesamt)?",
    re.IGNORECASE,
)
END = re.compile(r"\s*(?:=|≈|:|→|\||\s\()")
LONGEST = 40
GAPS = frozenset(("", "=", ":", "→", "↓", "~", "〜"))
WIDEST = 8
"""Columns that the upper half of a quotient may stand over."""
MAXIMAL_EXTENT = 20_000
"""Cells under one label."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a text says: `name` is the normal form of what it is about, `of` that of what is differentiated."""

    kind: Kind
    text: str
    name: str
    of: str = ""
    turned: bool = False
    """Whether the transpose is meant."""
    whole: str = ""
    """The normal form of all of it: `d` may be the beginning of a name."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Cells with their label."""

    label: Label
    at: Place
    area: Area


def normal(name: str) -> str:
    """A name without what only lays it out.

    >>> normal("w_{11}^{(1)}"), normal("a_h1"), normal("E total"), normal("W₁")
    ('w111', 'ah1', 'Etotal', 'W1')
    """
    return re.sub(r"[\s_{}\[\]()^,.*]", "", unicodedata.normalize("NFKC", name))


def read(text: str) -> Label | None:
    """What a label says; None where it is no label of a number.

    >>> [(label.kind, label.of, label.name) for label in map(read, ("∂E_total/∂w5", "E∂w2", "dW1", "w1 =", "δ1", "new w1")) if label]
    [('derivative', 'Etotal', 'w5'), ('derivative', 'E', 'w2'), ('gradient', '', 'W1'), ('name', '', 'w1'), ('signal', '', '1'), ('updated', '', 'w1')]
    >>> read("The error of the network, summed over all its outputs"), read("numeric dL/dw")
    (None, None)
    """
    plain = unicodedata.normalize("NFKC", text.replace("ᵀ", "^T")).replace("−", "-").strip()
    end = END.search(plain)
    head = plain[: end.start()].strip() if end and end.start() else plain
    if UPDATED.fullmatch(plain):
        head = plain
    if not head or len(head) > LONGEST or NUMERIC.search(plain):
        return None
    turned = bool(re.search(r"(?:\^\(?T\)?|\.T)\)?\Z", head))
    head = re.sub(r"(?:\^\(?T\)?|\.T)(\)?)\Z", r"\1", head)
    found = _of(head, text.strip(), turned)
    return found and replace(found, whole=normal(head))


def _of(head: str, text: str, turned: bool) -> Label | None:
    if found := DERIVATIVE.fullmatch(head) or SHORT.fullmatch(head):
        return Label("derivative", text, normal(found[2]), normal(found[1]), turned)
    if normal(head).lower() in RATES or re.search(r"learning[\s_]*rate|lernrate|step[\s_]*size", head, re.IGNORECASE):
        return Label("rate", text, normal(head))
    if found := UPDATED.fullmatch(head):
        return Label("updated", text, normal(next(filter(None, found.groups()))))
    if found := SIGNAL.fullmatch(head):
        return Label("signal", text, normal(found[1]), turned=turned)
    if (found := GRADIENT.fullmatch(head)) and not LOSSES.fullmatch(normal(head)):
        return Label("gradient", text, normal(next(filter(None, found.groups()))), turned=turned)
    if re.fullmatch(NAME, head) and len(head.split()) <= 3:
        return Label("name", text, normal(head))
    return None


def is_loss(name: str) -> bool:
    """Whether a name is one that losses have.

    >>> is_loss("Etotal"), is_loss("L"), is_loss("MSE"), is_loss("w1")
    (True, True, True, False)
    """
    return bool(LOSSES.fullmatch(name))


class Labels:
    """All labels of a workbook, and the cells under each."""

    def __init__(self, calculation: Calculation) -> None:
        self.calculation = calculation
        self.all: list[Labelled] = []
        self.names: dict[str, list[Labelled]] = defaultdict(list)
        self.rates: set[Place] = set()
        """Cells that hold a learning rate."""
        for place, cell in calculation.workbook.cells.items():
            if (
                isinstance(cell.value, str)
                and place not in calculation.owners
                and (label := self._read(cell.value, place))
            ):
                self._add(label, place)

    def _read(self, text: str, at: Place) -> Label | None:
        """What a label says; the upper half of a quotient may stand in the row above, over several columns."""
        label = read(text)
        if label and label.kind in ("signal", "gradient"):
            row = (Place(at.sheet, at.row - 1, at.column - left) for left in range(min(WIDEST, at.column)))
            above = next(
                (self.calculation.text(place) for place in row if place in self.calculation.workbook.cells), ""
            )
            return read(above + text) or label if above.endswith("/") else label
        return label

    def _add(self, label: Label, at: Place) -> None:
        found = [Labelled(label, at, area) for area in self._extents(at)]
        self.names[label.whole].extend(found if label.kind in ("name", "rate", "gradient") else ())
        if label.kind == "rate":
            self.rates.update(Place(*row.area[:3]) for row in found)
        self.all += found[:1] if label.kind in ("derivative", "gradient", "signal", "updated") else ()

    def called(self) -> Mapping[Place, str]:
        """What each cell is called: its derivative's label, else its name."""
        found: dict[Place, str] = {}
        for rows in (self.all, *self.names.values()):
            for row in rows:
                for place in row.area.places():
                    found.setdefault(place, row.label.text)
        return found

    # The cells under a label.

    def _extents(self, at: Place) -> Iterator[Area]:
        """The numbers that a label may stand for: to its right, below it, or across from it."""
        right = self._skip(at, 0, 1)
        if right:
            yield self._grown(at, right, along=1)
        below = self._skip(at, 1, 0)
        if below:
            yield self._grown(at, below, along=0)
        across = Place(at.sheet, at.row + 1, at.column + 1)
        if not right and not below and self._is_number(across):
            yield self._grown(at, across, along=2)

    def _skip(self, at: Place, down: int, right: int) -> Place | None:
        """The first number in a direction, behind one sign or empty cell at most."""
        for step in (1, 2):
            place = Place(at.sheet, at.row + down * step, at.column + right * step)
            if self._is_number(place):
                return place
            if self.calculation.text(place) not in GAPS:
                return None
        return None

    def _is_number(self, place: Place) -> bool:
        return self.calculation.is_number(place)

    def _grown(self, at: Place, first: Place, along: int) -> Area:
        """The block that begins at a cell: as far as numbers go and no other label has a claim on them."""
        sheet, row, column = first
        bottom, right = row, column
        if along == 1:  # beside its label: rows belong to it that have none of their own
            while self._is_number(Place(sheet, row, right + 1)) and self._room(first, bottom, right):
                right += 1
            while self._is_free_row(at, bottom + 1, column, right) and self._room(first, bottom, right):
                bottom += 1
        else:
            while self._is_number(Place(sheet, bottom + 1, column)) and self._room(first, bottom, right):
                bottom += 1
            while self._is_free_column(at, first, right + 1, bottom) and self._room(first, bottom, right):
                right += 1
        return Area(sheet, row, column, bottom, right)

    @staticmethod
    def _room(first: Place, bottom: int, right: int) -> bool:
        return (bottom - first.row + 1) * (right - first.column + 1) < MAXIMAL_EXTENT

    def _is_free_row(self, at: Place, row: int, left: int, right: int) -> bool:
        """Whether a row of numbers goes on with the block above it: nothing stands before it."""
        before = [Place(at.sheet, row, column) for column in range(at.column, left)]
        return all(place not in self.calculation.workbook.cells for place in before) and all(
            self._is_number(Place(at.sheet, row, column)) for column in range(left, right + 1)
        )

    def _is_free_column(self, at: Place, first: Place, column: int, bottom: int) -> bool:
        """Whether a column of numbers goes on with the block to its left: nothing stands above it."""
        above = [Place(at.sheet, row, column) for row in range(at.row, first.row)]
        return all(place not in self.calculation.workbook.cells for place in above) and all(
            self._is_number(Place(at.sheet, row, column)) for row in range(first.row, bottom + 1)
        )
