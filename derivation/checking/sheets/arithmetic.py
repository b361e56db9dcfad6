"""Whether each cell holds what its formula gives at the values of the cells in it."""

from __future__ import annotations

from collections.abc import Iterator

from derivation.checking.sheets.calculation import Calculation, Outcome
from derivation.checking.sheets.cells import Fault, Place, Value
from derivation.checking.sheets.finding import Finding, shown
from derivation.checking.sheets.working import agree
from derivation.words.telling import Sentence, tell

DRAWN = frozenset(("RAND", "RANDBETWEEN", "RANDARRAY", "NOW", "TODAY"))
"""Functions that have another value each time."""


def compared(calculation: Calculation) -> Iterator[Finding]:
    """A finding for each cell that a formula fills."""
    for place, outcome in calculation.outcomes.items():
        for count, cell in enumerate(calculation.areas[place].places()):
            yield _of_cell(calculation, cell, place, outcome, count)


def _of_cell(calculation: Calculation, cell: Place, place: Place, outcome: Outcome, count: int) -> Finding:
    kept = calculation.workbook.cells.get(cell)
    if outcome.problem is not None and outcome.problem.about.get("name") in DRAWN:
        return Finding(cell, "stated", why=tell("sheets.drawn", name=outcome.problem.about["name"]))
    if outcome.values is None:
        return Finding(cell, "undecided", why=why_not(outcome))
    worked = outcome.values.entries[count]
    if kept is None or kept.value is None:
        why = "sheets.circle" if place in calculation.circular else "sheets.no_value_kept"
        return Finding(cell, "stated", why=tell(why, value=shown(worked)))
    if agree(kept.value, worked, outcome.magnitude, calculation.coarse):
        return Finding(cell, "exact")
    return Finding(cell, "wrong", why=differing(kept.value, worked), expected=shown(worked))


def differing(kept: Value, worked: Value) -> Sentence:
    """What is said of a kept value that the formula does not give."""
    code = "sheets.no_fault" if isinstance(kept, Fault) else "sheets.kept"
    return tell(code, kept=kept if isinstance(kept, Fault) else shown(kept), value=shown(worked))


def why_not(outcome: Outcome) -> Sentence:
    """Why a formula could not be worked."""
    assert outcome.problem is not None
    return tell(f"sheet_formulas.{outcome.problem.code}", **outcome.problem.about)
