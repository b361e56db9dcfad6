"""Signs that a reader may not know: each is explained once, under the first step whose lines it stands in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from derivation.formulas.operations import heads
from derivation.formulas.terms import walk
from derivation.networks.walkthrough import Phase, Reason, Step

SIGNS = {
    heads.GREATER: "sign_condition",
    heads.AT_LEAST: "sign_condition",
    "unit": "sign_unit",
    heads.PAD: "sign_pad",
    heads.SLICE: "sign_slice",
    heads.UNIT_DIRECTION: "sign_direction",
}
"""What is explained, by the operation or leaf that is written with it."""
SAID = {"sign_pad": "back_slice", "sign_slice": "back_slice", "sign_direction": "back_norm"}
"""Reasons that explain a sign themselves, by how they begin."""


def explained(phases: Sequence[Phase]) -> list[Phase]:
    """The phases, each sign explained where it first stands."""
    known: set[str] = set()
    return [replace(phase, steps=tuple(_explained(step, known) for step in phase.steps)) for phase in phases]


def _explained(step: Step, known: set[str]) -> Step:
    met = {SIGNS[node.head]: None for line in step.lines for node in walk(line.term) if node.head in SIGNS}
    new = [sign for sign in met if sign not in known]
    if not new:
        return step
    known.update(new)
    said = [key for reason in (step.reason, *step.notes) for key in _keys(reason)]
    notes = [Reason(sign) for sign in new if not any(key.startswith(SAID.get(sign, sign)) for key in said)]
    return replace(step, notes=(*step.notes, *notes))


def _keys(reason: Reason | None) -> Iterator[str]:
    while reason:
        yield reason.key
        reason = reason.then
