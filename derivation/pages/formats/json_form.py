"""The derivation as JSON: schema 1, stable."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from derivation.formulas.arrays import Array, Shape
from derivation.formulas.decimals import json_text
from derivation.formulas.language.stacks.stack import sliced_names
from derivation.formulas.numbers import Number
from derivation.networks.keys import key_of
from derivation.networks.walkthrough import Derivation, Drift, Phase, Step
from derivation.pages.views.view import RELATIONS
from derivation.pages.words import Words, in_its_language
from derivation.tex.write import Writer


@dataclass(frozen=True)
class Row:
    """The next numbers of an array, made when they are written: of a million, one row stands in memory."""

    entries: Iterator[Number]
    length: int


class Encoder(json.JSONEncoder):
    """Numbers as strings: `"p/q"`, an integer, or 30 certain significant digits; matrices as lists of rows."""

    def default(self, part: Any) -> Any:
        if isinstance(part, Row):
            return [json_text(entry) for entry in islice(part.entries, part.length)]
        return [Row(part.each(), part.shape[1])] * part.shape[0] if part.shape else json_text(part.entries[0])


BLOCK = 4096
"""Pieces of the document that are joined at a time."""


@in_its_language
def write(derivation: Derivation, *look: object) -> bytes:
    """The stable JSON form in UTF-8."""
    pieces = Encoder(ensure_ascii=False, indent=1).iterencode(form(derivation))
    blocks = iter(lambda: "".join(islice(pieces, BLOCK)).encode(), b"")
    return b"".join([*blocks, b"\n"])


def json_form(derivation: Derivation) -> str:
    """The stable JSON form as a text."""
    return write(derivation).decode()


def form(derivation: Derivation) -> dict[str, Any]:
    """What the document holds, its numbers as arrays."""
    writer = Writer(derivation.network.names)
    words = Words(lambda term: f"${writer.write(term)[0]}$")
    loss, stacks = derivation.network.loss, derivation.network.stacks
    steps = [
        {
            "values": _numbers(numbers.values, stacks),
            "gradients": _numbers(numbers.gradients, stacks),
            "updated": _numbers(numbers.updated, stacks),
            **(
                {"optimizer": {key_of(term): array for term, array in numbers.optimizer.items()}}
                if numbers.optimizer
                else {}
            ),
            **({"loss": numbers.values[loss]} if loss else {}),
            **(
                {"drift": {key_of(term): _drift(drift) for term, drift in numbers.drift.items()}}
                if numbers.drift
                else {}
            ),
        }
        for numbers in derivation.training_steps
    ]
    phases = [_phase(phase, writer, words) for phase in derivation.phases]
    return {
        "schema": 1,
        "title": derivation.network.title,
        "training_steps": steps,
        **_outcome(derivation),
        "phases": phases,
    }


def _outcome(derivation: Derivation) -> dict[str, Any]:
    """The values after the last of several training steps."""
    if derivation.outcome is None:
        return {}
    return {
        "after_training": {
            "values": _numbers(derivation.outcome.values, derivation.network.stacks),
            "loss": derivation.outcome.values[derivation.network.loss],
        }
    }


def _numbers(arrays: Mapping[str, Array], stacks: Mapping[str, Shape]) -> dict[str, Any]:
    """Arrays by name; those of three and four axes are nested lists beside their matrices."""
    found: dict[str, Any] = dict(arrays)
    for key, axes in stacks.items():
        names = sliced_names(key, axes[:-2])
        if all(name in arrays for name in names):
            found[key] = _nested([json_text(entry) for name in names for entry in arrays[name].each()], axes)
    return found


def _nested(entries: list[str], axes: Shape) -> Any:
    """Entries in lists of lists, the last axis running fastest."""
    found: list[Any] = entries
    for size in axes[:0:-1]:
        found = [found[start : start + size] for start in range(0, len(found), size)]
    return found


def _drift(drift: Drift) -> dict[str, Any]:
    return {"exact": drift.exact, "difference": drift.difference}


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
