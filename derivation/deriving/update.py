"""The update: the optimizer's equation at each parameter."""

from __future__ import annotations

from ..optimizers import OPTIMIZERS
from ..resolve import rule, substitute
from ..terms import Term, name, partial, updated
from ..walkthrough import Phase, Reason, Step
from .desk import Desk


def update(desk: Desk, backward: Phase) -> Phase:
    """Every parameter moved, in the order in which the gradients were found."""
    network = desk.network
    assert network.update is not None and network.loss is not None
    constants = {key: name(f"update.{key}") for key in network.update.constants}
    steps = [*_rule(desk, constants)]
    reason: Reason | None = Reason(network.update.rule)
    for step in backward.steps:
        if step.title.key not in ("gradients", "gradient"):
            continue
        parameter: Term = step.quantity.args[1]
        formula = _equation(desk, {"theta": parameter, "gradient": partial(name(network.loss), parameter), **constants})
        desk.learn(updated(parameter), formula)
        steps.append(Step(updated(parameter), Reason("update", step.title.about), desk.chain(updated(parameter), [formula]), step.number, reason))
        reason = None
    return Phase("update", _renumbered(steps))


def move(desk: Desk) -> None:
    """Every parameter's new value learnt, and no chain written."""
    network = desk.network
    assert network.update is not None and network.loss is not None
    constants = {key: name(f"update.{key}") for key in network.update.constants}
    for key in network.parameters:
        if key in network.active:
            parameter = name(key)
            desk.learn(updated(parameter), _equation(desk, {"theta": parameter, "gradient": partial(name(network.loss), parameter), **constants}))


def _rule(desk: Desk, constants: dict[str, Term]) -> list[Step]:
    """The rule for any parameter, and its constants."""
    generic = _equation(desk, {"theta": name("update.theta"), "gradient": name("update.gradient"), **constants})
    update = desk.network.update
    assert update is not None
    title = Reason("rule", {"operation": update.rule})
    return [
        Step(name("update.new"), title, desk.statement(name("update.new"), generic), 0),
        *(Step(constant, title, desk.recall(constant), 0) for constant in constants.values()),
    ]


def _equation(desk: Desk, parts: dict[str, Term]) -> Term:
    assert desk.network.update is not None
    names = tuple((key, desk.shapes.of(term)) for key, term in parts.items())
    return substitute(rule(OPTIMIZERS[desk.network.update.rule].equation, names)[0], parts)


def _renumbered(steps: list[Step]) -> tuple[Step, ...]:
    order = {number: place for place, number in enumerate(dict.fromkeys(step.number for step in steps), 1)}
    return tuple(Step(step.quantity, step.title, step.lines, order[step.number], step.reason, step.notes) for step in steps)
