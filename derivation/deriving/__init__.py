"""From a network to its walkthrough: setup, forward pass, backpropagation, update, and every partial derivative."""

from __future__ import annotations

from typing import Any

from ..network import Network
from ..numbers import Uncertain, certified
from ..terms import Term, name, partial, updated
from ..walkthrough import Derivation, Phase, TrainingStep
from .backward import Backward, backward
from .desk import Desk, by_name
from .forward import forward, setup
from .partials import partials
from .update import move, update

CERTAIN_BITS = 105
"""Relative accuracy, in bits, that 30 certain digits ask for."""


def derive(network: Network) -> Derivation:
    """The network worked out, every printed digit certain.

    Raises `evaluate.Undefined` where a value does not exist (division by zero, say), naming the quantity.

    >>> from derivation.spec import loads
    >>> text = '[model]\\nloss = "L"\\nequations = "L = (w * x - y)^2 / 2"\\n[parameters]\\nw = 0.5\\n[data]\\nx = 2\\ny = 3'
    >>> derive(loads(text)).gradients["w"].entries
    (-4,)
    """
    return certified(lambda: _derive(network))


def numbers(network: Network) -> TrainingStep:
    """Values, gradients and updated parameters of one training step, certified, without the chains.

    >>> from derivation.spec import loads
    >>> numbers(loads('[model]\\nloss = "L"\\nequations = "L = w^2"\\n[parameters]\\nw = 3')).gradients["w"].entries
    (6,)
    """

    def work() -> TrainingStep:
        desk = Desk(network)
        for key, term in network.equations.items():
            desk.learn(name(key), term)
        if network.loss:
            Backward(desk, network.loss).settle_all()
        if network.update:
            move(desk)
        return _numbers(desk)

    return certified(work)


def _derive(network: Network) -> Derivation:
    phases: list[Phase] = []
    training: list[TrainingStep] = []
    for count in range(1, (network.update.steps if network.update else 1) + 1):
        desk = Desk(network)
        phases += [Phase(phase.key, phase.steps, count) for phase in _worked(desk, count == 1)]
        training.append(_numbers(desk))
        network = network.with_parameters({**network.parameters, **training[-1].updated})
    return Derivation(desk.network if count == 1 else desk.network.with_parameters(network.parameters), tuple(phases), tuple(training))


def _worked(desk: Desk, first: bool) -> list[Phase]:
    phases = [setup(desk)] if first else []
    phases.append(forward(desk))
    if desk.network.loss:
        phases.append(backward(desk))
    if desk.network.update:
        phases.append(update(desk, phases[-1]))
    if desk.network.loss and first:
        phases.append(partials(desk))
    return phases


def _numbers(desk: Desk) -> TrainingStep:
    network = desk.network
    loss = name(network.loss or "")
    every = {key: name(key) for key in network.shapes}
    gradients: dict[str, Term] = {key: partial(loss, term) for key, term in every.items()} if network.loss else {}
    moved = {key: updated(name(key)) for key in network.parameters}
    step = TrainingStep(by_name(desk.known, every), by_name(desk.known, gradients), by_name(desk.known, moved))
    for arrays in (step.values, step.gradients, step.updated):
        for array in arrays.values():
            for entry in array.entries:
                if hasattr(entry, "rel_accuracy_bits") and entry.rel_accuracy_bits() < CERTAIN_BITS and not _negligible(entry):
                    raise Uncertain("a digit of the numbers")
    return step


def _negligible(entry: Any) -> bool:
    return bool(entry.contains(0) and entry.rad() < 1e-110)
