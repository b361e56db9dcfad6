"""The update: the optimizer's equations at each parameter."""

from __future__ import annotations

from collections.abc import Iterator

from flint import fmpq

from derivation.deriving.desk import Desk
from derivation.formulas.arrays import Array
from derivation.formulas.numbers import taken
from derivation.formulas.terms import Term, name, updated, walk
from derivation.networks.network import Network
from derivation.networks.recipe import PREFIX, STEP, Equation, at, generic, objectives, shared, state
from derivation.networks.walkthrough import Phase, Reason, Step

Carried = dict[Term, Array]
"""What one training step hands to the next beside the parameters: the number of the step, and the optimizer's states."""


def start(network: Network) -> Carried:
    """The first step's number, and every state at 0."""
    if network.update is None:
        return {}
    kept = {state(word, key): network.shapes[key] for key in network.moved for word in network.update.states}
    zeros = {term: Array(shape, (fmpq(0),) * (shape[0] * shape[1] if shape else 1)) for term, shape in kept.items()}
    return {STEP: Array.scalar(fmpq(1)), **zeros}


def carried(desk: Desk) -> Carried:
    """What the next training step goes on with."""
    return {term: array.map(lambda t: t + 1) if term == STEP else desk.known[updated(term)].map(taken) for term, array in desk.carried.items()}


def resumed(desk: Desk, forward: Phase) -> Phase:
    """The forward pass of a later training step, with the parameters as they are now in front."""
    title, now = Reason("resumed"), list[Step]()
    for parameter in map(name, desk.network.moved):
        now += [Step(parameter, title, desk.recall(parameter), 0), *desk.measured(parameter, title, 0)]
    return Phase(forward.key, (*now, *forward.steps))


def update(desk: Desk, backward: Phase) -> Phase:
    """Every parameter moved, in the order in which the gradients were found; the rule itself stands in the first training step only."""
    steps = [] if _is_later(desk) else list(_rule(desk))
    steps += _this_step(desk)
    gradients = [step for step in backward.steps if step.title.key in ("gradients", "gradient") and step.quantity.head == "partial"]
    for number, step in enumerate(gradients, 1):
        parameter = step.quantity.args[1]
        equations = at(desk.network, parameter.args[0])
        # One equation each: parameters stand together as their gradients did. Several: each parameter has a title of its own.
        title, place = (step.title.about, step.number) if len(equations) == 1 else ({"quantities": (parameter,)}, number)
        for equation in equations:
            steps += [_worked(desk, equation, Reason("update", title), place), *desk.measured(equation.quantity, Reason("update", title), place)]
    return Phase("update", _renumbered(steps))


def move(desk: Desk) -> None:
    """Every parameter's new value learnt, and no chain written."""
    for equation in (*shared(desk.network), *(equation for key in desk.network.moved for equation in at(desk.network, key))):
        desk.learn(equation.quantity, equation.formula(desk.shapes))


def _is_later(desk: Desk) -> bool:
    return bool(desk.known[STEP].entries[0] != 1)


def _rule(desk: Desk) -> Iterator[Step]:
    """The equations for any parameter, each row with its sentence, and the constants."""
    update = desk.network.update
    assert update is not None
    title = Reason("rule", {"operation": update.rule})
    told: set[str] = set()
    for equation in (*objectives(desk.network), *generic(desk.network)):
        constants = {key: name(PREFIX + key) for key in equation.row.constants}
        reason = None if equation.row.name in told else Reason(equation.row.name, constants)
        told.add(equation.row.name)
        yield Step(equation.quantity, title, desk.statement(equation.quantity, equation.formula(desk.shapes)), 0, reason)
    for key in update.constants:
        yield Step(name(PREFIX + key), title, desk.recall(name(PREFIX + key)), 0)


def _this_step(desk: Desk) -> Iterator[Step]:
    """What the step begins with: its number, the states, the rate, the norm of the gradients."""
    title = Reason("this_step")
    update = desk.network.update
    assert update is not None
    for term in desk.carried:
        if term != STEP or update.counts:
            yield Step(term, title, desk.recall(term), -1)
    for equation in shared(desk.network):
        yield _worked(desk, equation, title, -1)


def _worked(desk: Desk, equation: Equation, title: Reason, number: int) -> Step:
    formula = equation.formula(desk.shapes)
    desk.learn(equation.quantity, formula)
    reason = Reason(equation.row.name) if equation.shared and not _is_later(desk) else None
    return Step(equation.quantity, title, desk.chain(equation.quantity, [formula]), number, reason)


def of_the_optimizer(desk: Desk) -> dict[Term, Array]:
    """All that is known of the optimizer's own quantities."""
    return {term: array for term, array in desk.known.items() if any(node.head == "name" and node.args[0].startswith(PREFIX) for node in walk(term))}


def _renumbered(steps: list[Step]) -> tuple[Step, ...]:
    order = {number: place for place, number in enumerate(dict.fromkeys(step.number for step in steps), 1)}
    return tuple(Step(step.quantity, step.title, step.lines, order[step.number], step.reason, step.notes) for step in steps)
