"""Steps of gradient descent: whether a parameter is moved against the derivative by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from derivation.checking.sheets.calculation import Calculation
from derivation.checking.sheets.cells import Place
from derivation.checking.sheets.claims import Claim
from derivation.checking.sheets.finding import Finding, shown
from derivation.checking.sheets.grammar import Node
from derivation.checking.sheets.labels import is_loss
from derivation.words.telling import Sentence, tell


def updates(calculation: Calculation, claims: Sequence[Claim], names: Mapping[Place, str]) -> Iterator[Finding]:
    """A finding for each cell that moves a parameter in the wrong direction, or by the derivative by another."""
    by_cell = {claim.cell: claim for claim in claims if claim.label.kind != "signal"}
    moved = {claim.by for claim in claims}
    for place in calculation.order:
        tree = calculation.trees[place]
        if tree.head not in ("+", "-"):
            continue
        before = _cell(tree.children[0])
        claim = _derivative(calculation, tree.children[1], by_cell)
        value = calculation.number(place)
        if before is None or claim is None or value is None or before not in moved:
            continue
        if said := _said(calculation, tree, before, claim, names):
            yield Finding(
                place, "wrong", "gradient", said, _expected(calculation, tree, before, value), names.get(place, "")
            )


def _said(
    calculation: Calculation, tree: Node, before: Place, claim: Claim, names: Mapping[Place, str]
) -> Sentence | None:
    if claim.by != before:
        quantity, by = (
            f"{names.get(place, '')} ({calculation.workbook.called(place)})" for place in (before, claim.by)
        )
        return tell("wrong.other_parameter", quantity=quantity.strip(), by=by.strip())
    if tree.head == "+" and (not claim.label.of or is_loss(claim.label.of)):
        return tell("mistake_in_article.added_gradient", at="")
    return None


def _expected(calculation: Calculation, tree: Node, before: Place, value: float) -> str | None:
    """What the step in the other direction gives."""
    start = calculation.number(before)
    return shown(2 * start - value) if tree.head == "+" and start is not None else None


def _cell(node: Node) -> Place | None:
    """The cell, or the first one of the area, that a part of a formula stands for."""
    return Place(*node.area[:3]) if node.area else None


def _derivative(calculation: Calculation, step: Node, by_cell: Mapping[Place, Claim]) -> Claim | None:
    """The derivative that a step is a typed multiple of."""
    parts = list(step.children) if step.head in ("*", "/") else [step]
    cells = [cell for part in parts if (cell := _cell(part))]
    found, others = (
        [by_cell[cell] for cell in cells if cell in by_cell],
        [cell for cell in cells if cell not in by_cell],
    )
    return found[0] if len(found) == 1 and not any(cell in calculation.owners for cell in others) else None
