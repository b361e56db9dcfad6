"""The [update] table of a spec: which rows of the optimizers table it asks for, and with what constants."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from derivation.formulas.arrays import Array
from derivation.formulas.language.suggestions import near_name, nearest
from derivation.formulas.numbers import exact
from derivation.networks.optimizers import OPTIMIZERS, RANGES, SCHEDULES, WISHES, UpdateRule
from derivation.networks.update import Update
from derivation.spec.given import Misplaced, flat
from derivation.words.telling import listed, message_of, tell

MAXIMAL_STEPS = 50
SYNONYMS = {"lr": "rate", "learning_rate": "rate"}
"""What is understood, and said."""
MEANT = {
    **dict.fromkeys(("optimizer", "optimiser", "method", "algorithm", "name", "type", "kind"), "rule"),
    **dict.fromkeys(("epochs", "iterations", "iters", "n_steps", "num_steps", "max_iter"), "steps"),
    **dict.fromkeys(("eta", "alpha", "step_size", "stepsize", "learningrate"), "rate"),
    **dict.fromkeys(("l2", "lambda", "wd"), "weight_decay"),
    **dict.fromkeys(("gradient_clip", "grad_clip", "max_norm"), "clip_norm"),
    "betas": "beta1",
    "eps": "epsilon",
}
"""What other libraries call our keys: a suggestion."""
WORKED_IN_FULL = 3
"""Training steps up to which all are worked on the page where the spec does not say how many."""
Add = Callable[..., None]
"""Told of a problem: the key ("" for the whole table), a sentence, and where in the value it is."""


class UpdateTable(BaseModel):
    """The rows of the optimizers table say which constants there are; each is a number.

    `steps` training steps are made, of which the first `worked` are worked on the page (all of up to three, else the
    first). A rate alone is gradient descent.
    """

    model_config = ConfigDict(extra="allow")
    rule: str = "sgd"
    schedule: str = "constant"
    steps: Annotated[int, Field(ge=1, le=MAXIMAL_STEPS, strict=True)] = 1
    worked: Annotated[int, Field(ge=1, le=MAXIMAL_STEPS, strict=True)] | None = None


def chosen(given: UpdateTable, add: Add, note: Callable[[str], None]) -> Update | None:
    """The update that the table asks for; None, and `add` called, where it cannot be had. `note` is told what is read
    as something else."""
    rule = _row("rule", given.rule, OPTIMIZERS, add)
    schedule = _row("schedule", given.schedule, SCHEDULES, add)
    if rule is None or schedule is None:
        return None
    spelled = _spelled(given.model_extra or {}, add, note)
    extra = {ours: (given.model_extra or {})[key] for ours, key in spelled.items()}
    wishes = [wish for key, wish in WISHES.items() if key in extra and key not in rule.constants]
    constants = {
        key: _constant(row, key, default, extra, lambda *told: add(spelled.get(told[0], told[0]), *told[1:]))
        for row in (rule, schedule, *wishes)
        for key, default in row.constants.items()
    }
    strange = sorted(extra.keys() - constants.keys())
    for row in (rule, schedule, *wishes):
        for key, default in row.constants.items():
            if key not in extra and not default and key not in {_meant(other, list(constants)) for other in strange}:
                add("schedule" if row is schedule else "", tell("spec.needs", rule=row.name, key=key))
    for key in strange:
        add(
            key,
            tell(
                "spec.takes_no",
                rule=given.rule,
                key=key,
                instead=_instead(key, [*constants, *WISHES, *UpdateTable.model_fields]),
            ),
        )
    if given.worked and given.worked > given.steps:
        add("worked", tell("spec.worked_beyond", worked=given.worked, steps=given.steps))
    worked = given.worked or (given.steps if given.steps <= WORKED_IN_FULL else 1)
    return Update(
        (schedule, *wishes, rule), {key: array for key, array in constants.items() if array}, given.steps, worked
    )


def _spelled(given: Iterable[str], add: Add, note: Callable[[str], None]) -> dict[str, str]:
    """How the table spells each constant, by the name that it has here."""
    found: dict[str, str] = {}
    for key in given:
        ours = SYNONYMS.get(key, key)
        if ours in found:
            add(key, tell("spec.both_names", one=found[ours], other=key, ours=ours))
            continue
        found[ours] = key
        if ours != key:
            note(tell("spec.understood", key=key, ours=ours))
    return found


def _meant(key: str, known: Collection[str]) -> str:
    """The key of ours that may be meant; "" where none is near, or it is another rule's or schedule's own."""
    if any(key in row.constants for row in (*OPTIMIZERS.values(), *SCHEDULES.values())):
        return ""
    return MEANT[key] if MEANT.get(key) in known else near_name(key, known)


def _instead(key: str, known: list[str]) -> str:
    """What to write instead of a key that does not belong."""
    schedule = next((row.name for row in SCHEDULES.values() if key in row.constants), "")
    if schedule:
        return tell("spec.of_schedule", schedule=schedule)
    if meant := _meant(key, known):
        return tell("syntax.near", near=meant)
    rules = [row.name for row in OPTIMIZERS.values() if key in row.constants]
    if rules:
        return tell("spec.of_rule", rules=listed((f'"{rule}"' for rule in rules), "or"))
    return tell("spec.it_takes", known=", ".join(dict.fromkeys(known)))


def _row(key: str, wanted: str, table: Mapping[str, UpdateRule], add: Add) -> UpdateRule | None:
    found = table.get(wanted)
    if found is None:
        add(key, tell(f"spec.no_{key}", wanted=wanted, near=nearest(wanted, table), known=", ".join(table)))
    return found


def _constant(row: UpdateRule, key: str, default: str, given: Mapping[str, Any], add: Add) -> Array | None:
    """A constant of a row as the spec gives it, or its default; None after a problem."""
    if key not in given:
        return Array.scalar(exact(default)) if default else None
    try:
        array = flat(given[key])
    except ValueError as error:
        add(key, message_of(error), error.at if isinstance(error, Misplaced) else 0)
        return None
    if array.shape:
        add(key, tell("spec.must_be_scalar", key=key))
    elif not RANGES[key].holds(array.entries[0]):
        add(key, tell("spec.must_be", key=key, range=RANGES[key].sentence))
    return array
