"""Phases that are a table rather than chains: their heads and rows as formulas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from derivation.formulas.terms import Term
from derivation.networks.walkthrough import Phase, Step
from derivation.pages.words import Words

BLOCK = 18
"""Rows of a table that stand together at most."""
Row = TypeVar("Row")
Latex = Callable[[Term], str]


@dataclass(frozen=True)
class TableView:
    """Formulas only: the heads of the columns, and the rows; `blocks` are the rows in portions that fit on a page."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str

    @property
    def blocks(self) -> list[Sequence[tuple[str, ...]]]:
        return in_blocks(self.rows)


def in_blocks(rows: Sequence[Row]) -> list[Sequence[Row]]:
    """Rows in portions of about equal length that fit on a page.

    >>> [len(block) for block in in_blocks(range(40))]
    [14, 14, 12]
    """
    size = -(-len(rows) // -(-len(rows) // BLOCK))
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def sensitivity(steps: list[Step], latex: Latex, words: Words) -> TableView:
    """A row for each group of steps: what it speaks of, the value of each chain, the rank."""
    key = steps[0].title.key
    heads = [
        words.text("table_heads", f"{key}_{column}")
        for column in ("quantity", "value", "derivative", "change", "relative", "rank")
    ]
    rows = []
    for _, group in groupby(steps, lambda step: step.number):
        row = list(group)
        quantity, rank = row[0].title.about["quantity"], row[0].title.about["rank"]
        assert isinstance(quantity, Term)
        rows.append((latex(quantity), *(latex(step.lines[-1].term) for step in row), str(rank)))
    kept = [head for place, head in enumerate(heads) if len(rows[0]) == len(heads) or place != len(heads) - 2]
    return TableView(tuple(rf"\text{{{head}}}" for head in kept), tuple(rows), words.text("table_notes", key))


def hessian(steps: list[Step], latex: Latex, words: Words) -> TableView:
    """The matrix of second derivatives, its rows and columns named; of equal ones only one has a step."""
    values = {step.quantity.args[1:]: latex(step.lines[-1].term) for step in steps}
    entries = [by for by, then in values if by == then]
    rows = tuple((latex(by), *(values.get((by, then)) or values[then, by] for then in entries)) for by in entries)
    notes = (words.sentence("notes", note) for note in steps[0].notes)
    head = rf"\nabla^2 {latex(steps[0].quantity.args[0])}"
    return TableView((head, *map(latex, entries)), rows, " ".join([words.text("table_notes", "hessian"), *notes]))


TABLES = {"hessian": hessian, "sensitivity": sensitivity, "sensitivity_norms": sensitivity}
"""How the steps under a title make a table, by the title's key."""


def table(phase: Phase, latex: Latex, words: Words) -> TableView | None:
    """The table of a phase's steps, where their titles ask for one."""
    steps = tabled(phase)
    return TABLES[steps[0].title.key](steps, latex, words) if steps else None


def tabled(phase: Phase) -> list[Step]:
    """The steps that stand in the phase's table."""
    return [step for step in phase.steps if step.title.key in TABLES]
