"""The derivation as JSON: schema 1, stable."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from derivation.formulas.arrays import Array, Shape
from derivation.formulas.language.stacks.stack import sliced_names
from derivation.formulas.numbers import json_text
from derivation.networks.keys import key_of
from derivation.networks.walkthrough import Derivation, Drift, Phase, Step
from derivation.pages.views.view import RELATIONS
from derivation.pages.words import Words, in_its_language
from derivation.tex.write import Writer


def write(derivation: Derivation, *look: object) -> bytes:
    """The stable JSON form in UTF-8."""
    return json_form(derivation).encode()


@in_its_language
def json_form(derivation: Derivation) -> str:
    """Numbers as strings: `"p/q"`, an integer, or 30 certain significant digits; matrices as lists of rows."""
    writer = Writer(derivation.network.names)
    words = Words(lambda term: f"${writer.write(term)[0]}$")
    loss, stacks = derivation.network.loss, derivation.network.stacks
    steps = [
        {
            "values": _numbers(numbers.values, stacks),
            "gradients": _numbers(numbers.gradients, stacks),
            "updated": _numbers(numbers.updated, stacks),
            **(
                {"optimizer": {key_of(term): _entries(array) for term, array in numbers.optimizer.items()}}
                if numbers.optimizer
                else {}
            ),
            **({"loss": _entries(numbers.values[loss])} if loss else {}),
            **(
                {"drift": {key_of(term): _drift(drift) for term, drift in numbers.drift.items()}}
                if numbers.drift
                else {}
            ),
        }
        for numbers in derivation.training_steps
    ]
    phases = [_phase(phase, writer, words) for phase in derivation.phases]
    form = {
        "schema": 1,
        "title": derivation.network.title,
        "training_steps": steps,
        **_outcome(derivation),
        "phases": phases,
    }
    return json.dumps(form, ensure_ascii=False, indent=1) + "\n"


def _outcome(derivation: Derivation) -> dict[str, Any]:
    """The values after the last of several training steps."""
    if derivation.outcome is None:
        return {}
    return {
        "after_training": {
            "values": _numbers(derivation.outcome.values, derivation.network.stacks),
            "loss": _entries(derivation.outcome.values[derivation.network.loss]),
        }
    }


def _numbers(arrays: Any, stacks: Mapping[str, Shape]) -> dict[str, Any]:
    """Arrays by name; those of three and four axes are nested lists beside their matrices."""
    found = {key: _entries(array) for key, array in arrays.items()}
    for key, axes in stacks.items():
        names = sliced_names(key, axes[:-2])
        if all(name in arrays for name in names):
            found[key] = _nested([json_text(entry) for name in names for entry in arrays[name].entries], axes)
    return found


def _nested(entries: list[str], axes: Shape) -> Any:
    """Entries in lists of lists, the last axis running fastest."""
    found: list[Any] = entries
    for size in axes[:0:-1]:
        found = [found[start : start + size] for start in range(0, len(found), size)]
    return found


def _drift(drift: Drift) -> dict[str, Any]:
    return {"exact": _entries(drift.exact), "difference": _entries(drift.difference)}


def _entries(array: Array) -> Any:
    return [[json_text(entry) for entry in row] for row in array.rows] if array.shape else json_text(array.entries[0])


def _phase(phase: Phase, writer: Writer, words: Words) -> dict[str, Any]:
    return {
        "name": phase.key,
        "training_step": phase.training_step,
        "steps": [_step(phase.key, step, writer, words) for step in phase.steps],
    }


def _step(phase: str, step: Step, writer: Writer, words: Words) -> dict[str, Any]:
    chain = [
        {
            "role": line.role,
            "latex": writer.write(line.term)[0],
            "relation": RELATIONS[line.relation],
            "reason": words.sentence("reasons", line.reason),
            "proof": line.proof,
            "basis": line.basis,
        }
        for line in step.lines
    ]
    section = {"section": words.section(phase, step.section)} if step.section else {}
    return {"quantity": key_of(step.quantity), "title": words.sentence("titles", step.title), **section, "chain": chain}
