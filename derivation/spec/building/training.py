"""The training that a spec asks for: its update, and data that change from step to step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from derivation.formulas.arrays import Array
from derivation.formulas.terms import Term
from derivation.networks.network import Sample
from derivation.networks.update import Update
from derivation.spec.building.findings import Findings
from derivation.spec.building.values import Values
from derivation.spec.given import Stepped, as_written
from derivation.spec.update import MAXIMAL_STEPS, UpdateTable, chosen
from derivation.words.telling import tell


def update_of(
    table: UpdateTable | None, values: Values, findings: Findings, note: Callable[[str], None]
) -> Update | None:
    """The update that [update] asks for, if there is such a table; `note` is told what is read as something else."""
    table = _with_steps(table, values, findings)

    def add(key: str, message: str, at: int = 0) -> None:
        findings.add(("update", key) if key else ("update",), message, at)

    return chosen(table, add, note) if table else None


def _with_steps(table: UpdateTable | None, values: Values, findings: Findings) -> UpdateTable | None:
    """The table [update], with as many training steps as there are samples where it does not say how many."""
    for key, array in values.parameters.items():
        if isinstance(array, Stepped):
            findings.add(("parameters", key), tell("spec.steps_of_parameter", key=key))
    changing = {key: len(array.samples) for key, array in values.data.items() if isinstance(array, Stepped)}
    if not changing:
        return table
    first, count = next(iter(changing.items()))
    if table is None:
        findings.add(("data", first), tell("spec.steps_without_update", key=first))
        return None
    asked = table.steps if "steps" in table.model_fields_set else None
    for key, samples in changing.items():
        if asked not in (None, samples):
            findings.add(("data", key), tell("spec.steps_count", key=key, count=samples, steps=asked))
        elif samples != count:
            findings.add(("data", key), tell("spec.steps_differ", key=key, count=samples, other=first, others=count))
        elif samples > MAXIMAL_STEPS:
            findings.add(("data", key), tell("spec.steps_many", key=key, count=samples, most=MAXIMAL_STEPS))
    return table.model_copy(update={"steps": count})


def samples_of(data: Mapping[str, Any]) -> tuple[Sample, ...]:
    """The data of each training step, where they change."""
    changing = {key: array.samples for key, array in data.items() if isinstance(array, Stepped)}
    steps = [dict(zip(changing, arrays, strict=True)) for arrays in zip(*changing.values(), strict=True)]
    return tuple(Sample(given, expressions(given)) for given in steps)


def expressions(given: Mapping[str, Array]) -> dict[str, Term]:
    """What is given as an expression, by its key."""
    return {key: written for key, array in given.items() if (written := as_written(array)) is not None}
