"""Steps of gradient descent: whether a parameter is moved against the derivative by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from derivation.checking.sheets.calculation import Calculation
from derivation.checking.sheets.cells import Place
from derivation.checking.sheets.claims import Claim, of_block
from derivation.checking.sheets.finding import Finding, shown
from derivation.checking.sheets.gradients import sweep
from derivation.checking.sheets.grammar import Node
from derivation.checking.sheets.labels import Labels, is_loss
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


MOST_LOSSES = 20
"""Losses by which steps are worked that stand in one formula."""


def whole_steps(calculation: Calculation, labels: Labels, claims: Sequence[Claim]) -> Iterator[Finding]:
    """A finding for each cell that is called a parameter's new value and has the derivative in its own formula: held
    against the step by the rate that the sheet names."""
    claimed = {claim.cell for claim in claims}
    steps: dict[Place, list[Claim]] = defaultdict(list)
    for block, labelled in enumerate(labels.all):
        for step in of_block(labels, labelled, block) if labelled.label.kind == "updated" else ():
            read = {place for area in calculation.reads_of(step.cell) for place in area.places()}
            if step.of and read and claimed.isdisjoint(read):
                steps[step.of].append(step)
    rates = [rate for place in sorted(labels.rates) if (rate := calculation.number(place))]
    for of, found in list(steps.items())[:MOST_LOSSES] if rates else ():
        slopes = sweep(calculation, {of: 1.0}).slopes
        judged = [(step, _led_to(calculation, step, slopes.get(step.by, 0.0), rates)) for step in found]
        is_met = any(code == "" for _, code in judged)
        yield from (
            finding for step, code in judged if (finding := _step(calculation, step, slopes, rates, code, is_met))
        )


def _led_to(calculation: Calculation, step: Claim, slope: float, rates: Sequence[float]) -> str | None:
    """The code of the mistake that leads to a new value; "" where it is right, None where it is not known."""
    before, after = calculation.number(step.by), calculation.number(step.cell)
    if before is None or after is None or not slope:
        return None
    for rate in rates:
        for code, move in (("", -rate), ("mistake_in_article.added_gradient", rate), ("sheets.no_rate", -1.0)):
            if abs(after - (before + move * slope)) <= 1e-6 * abs(move * slope) + 1e-12 * abs(before):
                return code
    return None


def _step(
    calculation: Calculation,
    step: Claim,
    slopes: Mapping[Place, float],
    rates: Sequence[float],
    code: str | None,
    is_met: bool,
) -> Finding | None:
    before, slope = calculation.number(step.by), slopes.get(step.by, 0.0)
    if code == "":
        return Finding(step.cell, "exact", "gradient", label=step.label.text)
    if before is None or not slope or len(rates) > 1 or (code is None and not is_met):
        return None
    right = shown(before - rates[0] * slope)
    said = tell(code or "sheets.step", at="", value=right, by=calculation.workbook.called(step.by))
    return Finding(step.cell, "wrong", "gradient", said, right, step.label.text)
