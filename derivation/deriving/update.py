"""The update: the optimizer's equations at each parameter."""

from __future__ import annotations

from collections.abc import Iterator

from flint import fmpq

from derivation.deriving.forward import sample, stated
from derivation.deriving.workbook import Workbook
from derivation.formulas.arrays import Array
from derivation.formulas.decimals import taken
from derivation.formulas.terms import Term, name, updated, walk
from derivation.networks.network import Network
from derivation.networks.update import PREFIX, STEP, Equation, at, generic, objectives, shared, state
from derivation.networks.walkthrough import Phase, Reason, Step

Carried = dict[Term, Array]
"""What one training step hands to the next beside the parameters: the number of the step, and the optimizer's
states."""


def start(network: Network) -> Carried:
    """The first step's number, and every state at 0."""
    if network.update is None:
        return {}
    kept = {state(word, key): network.shapes[key] for key in network.moved for word in network.update.states}
    zeros = {term: Array(shape, (fmpq(0),) * (shape[0] * shape[1] if shape else 1)) for term, shape in kept.items()}
    return {STEP: Array.scalar(fmpq(1)), **zeros}


def carried(workbook: Workbook) -> Carried:
    """What the next training step goes on with."""
    return {
        term: array.map(lambda t: t + 1) if term == STEP else workbook.known[updated(term)].map(taken)
        for term, array in workbook.carried.items()
    }


def resumed(workbook: Workbook, forward: Phase) -> Phase:
    """The forward pass of a later training step, with its data, where they are others, and the parameters as they are
    now in front."""
    now = stated(workbook, Reason("resumed"), workbook.network.moved, 0)
    return Phase(forward.key, (*sample(workbook, -1), *now, *forward.steps))


def update(workbook: Workbook, backward: Phase) -> Phase:
    """Every parameter moved, in the order in which the gradients were found; the rule itself stands in the first
    training step only."""
    steps = [] if _is_later(workbook) else list(_rule(workbook))
    steps += _this_step(workbook)
    gradients = [
        step
        for step in backward.steps
        if step.title.key in ("gradients", "gradient") and step.quantity.head == "partial"
    ]
    for number, step in enumerate(gradients, 1):
        parameter = step.quantity.args[1]
        equations = at(workbook.network, parameter.args[0])
        # One equation each: parameters stand together as their gradients did. Several: each parameter has a title of
        # its own.
        title, place = (
            (step.title.about, step.number) if len(equations) == 1 else ({"quantities": (parameter,)}, number)
        )
        for equation in equations:
            steps += [
                _worked(workbook, equation, Reason("update", title), place),
                *workbook.measured(equation.quantity, Reason("update", title), place),
            ]
    return Phase("update", _renumbered(steps))


def move(workbook: Workbook) -> None:
    """Every parameter's new value learnt, and no chain written."""
    for equation in (
        *shared(workbook.network),
        *(equation for key in workbook.network.moved for equation in at(workbook.network, key)),
    ):
        workbook.assign(equation.quantity, equation.formula(workbook.shapes))


def _is_later(workbook: Workbook) -> bool:
    return bool(workbook.known[STEP].entries[0] != 1)


def _rule(workbook: Workbook) -> Iterator[Step]:
    """The equations for any parameter, each row with its sentence, and the constants."""
    update = workbook.network.update
    assert update is not None
    title = Reason("rule", {"operation": update.rule})
    told: set[str] = set()
    for equation in (*objectives(workbook.network), *generic(workbook.network)):
        constants = {key: name(PREFIX + key) for key in equation.row.constants}
        reason = None if equation.row.name in told else Reason(equation.row.name, constants)
        told.add(equation.row.name)
        yield Step(
            equation.quantity,
            title,
            workbook.statement(equation.quantity, equation.formula(workbook.shapes)),
            0,
            reason,
        )
    for key in update.constants:
        yield Step(name(PREFIX + key), title, workbook.recall(name(PREFIX + key)), 0)


def _this_step(workbook: Workbook) -> Iterator[Step]:
    """What the step begins with: its number, the states, the rate, the norm of the gradients."""
    title = Reason("this_step")
    update = workbook.network.update
    assert update is not None
    for term in workbook.carried:
        if term != STEP or update.counts:
            yield Step(term, title, workbook.recall(term), -1)
    for equation in shared(workbook.network):
        yield _worked(workbook, equation, title, -1)


def _worked(workbook: Workbook, equation: Equation, title: Reason, number: int) -> Step:
    formula = equation.formula(workbook.shapes)
    workbook.assign(equation.quantity, formula)
    reason = Reason(equation.row.name) if equation.shared and not _is_later(workbook) else None
    return Step(equation.quantity, title, workbook.chain(equation.quantity, [formula]), number, reason)


def of_the_optimizer(workbook: Workbook) -> dict[Term, Array]:
    """All that is known of the optimizer's own quantities."""
    return {
        term: array
        for term, array in workbook.known.items()
        if any(node.head == "name" and node.args[0].startswith(PREFIX) for node in walk(term))
    }


def _renumbered(steps: list[Step]) -> tuple[Step, ...]:
    order = {number: place for place, number in enumerate(dict.fromkeys(step.number for step in steps), 1)}
    return tuple(
        Step(step.quantity, step.title, step.lines, order[step.number], step.reason, step.notes) for step in steps
    )
