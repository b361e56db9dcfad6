"""The mistakes table: a row each, as an edit of the tape. It applies to any network and gives the wrong answers a student would really get."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ..network import Network
from ..operations import TABLE
from ..operations.table import ShapeMismatch
from ..resolve import Shapes
from ..terms import Term, rebuild
from .tape import Entry, Tape

Edit = Callable[[Entry, Network], Term | None]
"""A quantity's formula as somebody who makes the mistake works it; None where there is nothing to mistake."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One row: its key in the words file, and what it makes of a formula."""

    name: str
    edit: Edit

    def applied(self, tape: Tape, network: Network) -> Tape | None:
        """The tape with the mistake made wherever it can be; None where it can be made nowhere."""
        made = tuple(_edited(entry, self.edit(entry, network), Shapes(network.names.shapes)) for entry in tape)
        return made if made != tape else None


def _edited(entry: Entry, formula: Term | None, shapes: Shapes) -> Entry:
    """The entry with another formula, where that has the quantity's shape: nobody writes what does not fit."""
    try:
        return replace(entry, formula=formula) if formula is not None and shapes.of(formula) == entry.shape else entry
    except ShapeMismatch:
        return entry


def _is_slope(term: Term) -> bool:
    return term.head in TABLE and TABLE[term.head].derivative_of is not None


def _without_slope(entry: Entry, network: Network) -> Term | None:
    """G relu'(z) as G."""
    if entry.phase != "backward" or not entry.is_result:
        return None
    return _changed(entry.formula, lambda node: next(_others(node, _is_slope), None) if node.head in ("hadamard", "times") else None)


def _ascending(entry: Entry, network: Network) -> Term | None:
    """theta - rate g as theta + rate g."""
    if entry.quantity.head != "updated" or entry.formula.head != "sub":
        return None
    return Term("add", entry.formula.args)


def _others(node: Term, wanted: Callable[[Term], bool]) -> Iterator[Term]:
    """The factor beside the one that is wanted."""
    left, right = node.children
    yield from [left] if wanted(right) else [right] if wanted(left) else []


def _changed(formula: Term, change: Callable[[Term], Term | None]) -> Term | None:
    made = rebuild(formula, change)
    return made if made != formula else None


def _table(*rows: Mistake) -> dict[str, Mistake]:
    return {row.name: row for row in rows}


MISTAKES = _table(
    Mistake("forgot_slope", _without_slope),
    Mistake("added_gradient", _ascending),
)
