"""From a network to its walkthrough: setup, forward pass, backpropagation, update, and every partial derivative."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from derivation.deriving.backward import Backward, backward
from derivation.deriving.certain import ascertain
from derivation.deriving.drift import drifted
from derivation.deriving.forward import forward, setup
from derivation.deriving.partials import partials
from derivation.deriving.update import carried, move, of_the_optimizer, resumed, start, update
from derivation.deriving.workbook import Workbook, by_name
from derivation.formulas.decimals import taken
from derivation.formulas.numbers import Undefined, certified
from derivation.formulas.terms import Term, name, partial, updated
from derivation.networks.network import Network
from derivation.networks.walkthrough import Derivation, Phase, TrainingStep
from derivation.words.language import preferring
from derivation.words.telling import tell

View = Callable[[Workbook], Phase]
"""A phase that is made on request, from the workbook of the first training step (`deriving.views`)."""


def derive(network: Network, views: Sequence[View] = ()) -> Derivation:
    """The network worked out, every printed digit certain; `views` are phases that stand behind the others.

    Raises `Undefined` where a value does not exist (division by zero, say), naming the quantity.

    >>> from derivation.spec.reader import loads
    >>> text = '[model]\\nloss = "L"\\nequations = "L = (w * x - y)^2 / 2"\\n[parameters]\\nw = 0.5\\n[data]\\nx = 2\\ny = 3'
    >>> derive(loads(text)).gradients["w"].entries
    (-4,)
    """
    with preferring(network.page.language):
        if network.carry is None:
            return certified(lambda: _derive(network, views))
        return certified(lambda: drifted(_derive(network, views), lambda full: _derive(full, ())))


def numbers(network: Network) -> TrainingStep:
    """Values, gradients and updated parameters of one training step, certified, without the chains.

    >>> from derivation.spec.reader import loads
    >>> numbers(loads('[model]\\nloss = "L"\\nequations = "L = w^2"\\n[parameters]\\nw = 3')).gradients["w"].entries
    (6,)
    """
    with preferring(network.page.language):
        return certified(lambda: _numbers(calculated(Workbook(network, start(network)))))


def _derive(network: Network, views: Sequence[View]) -> Derivation:
    steps, worked = (network.update.steps, network.update.worked) if network.update else (1, 1)
    phases: list[Phase] = []
    wished: list[Phase] = []
    training: list[TrainingStep] = []
    kept, now = start(network), network
    for count in range(1, steps + 1):
        workbook = Workbook(now.at_step(count), kept)
        with _named(count):
            if count <= worked:
                phases += [Phase(phase.key, phase.steps, count) for phase in _worked(workbook, count == 1)]
            else:
                calculated(workbook)
            wished += [view(workbook) for view in views if count == 1]
            training.append(_numbers(workbook))
        kept = carried(workbook)
        now = now.with_parameters(
            {**now.parameters, **{key: array.map(taken) for key, array in training[-1].updated.items()}}
        )
    summary = [Phase("training", (), steps)] if steps > 1 else []
    with _named(steps + 1):
        outcome = _outcome(now.at_step(steps)) if steps > 1 else None
    return Derivation(network, (*phases, *summary, *wished), tuple(training), outcome)


@contextmanager
def _named(count: int) -> Iterator[None]:
    """Lets `Undefined` say after how many training steps a quantity has no value."""
    try:
        yield
    except Undefined as problem:
        if count == 1:
            raise
        told = tell("undefined.after", what=problem.message, count=count - 1)
        raise Undefined(told, problem.term, problem.place) from None


def _worked(workbook: Workbook, first: bool) -> list[Phase]:
    """The phases of one training step, with their chains."""
    phases = [setup(workbook), forward(workbook)] if first else [resumed(workbook, forward(workbook))]
    if workbook.network.loss:
        phases.append(backward(workbook))
    if workbook.network.update:
        phases.append(update(workbook, phases[-1]))
    if workbook.network.loss and first:
        phases.append(partials(workbook))
    return phases


def calculated(workbook: Workbook) -> Workbook:
    """The workbook with the numbers of one training step, and no chain written."""
    _pass_forward(workbook)
    if workbook.network.loss:
        Backward(workbook, workbook.network.loss).settle_all()
    if workbook.network.update:
        move(workbook)
    return workbook


def _pass_forward(workbook: Workbook) -> None:
    for key, term in workbook.network.equations.items():
        workbook.assign(name(key), term)


def _outcome(network: Network) -> TrainingStep:
    """The values once training is over."""
    workbook = Workbook(network)
    _pass_forward(workbook)
    return _numbers(workbook)


def _numbers(workbook: Workbook) -> TrainingStep:
    network = workbook.network
    loss = name(network.loss or "")
    every = {key: name(key) for key in network.shapes}
    gradients: dict[str, Term] = {key: partial(loss, term) for key, term in every.items()} if network.loss else {}
    moved = {key: updated(name(key)) for key in network.parameters}
    step = TrainingStep(
        by_name(workbook.known, every),
        by_name(workbook.known, gradients),
        by_name(workbook.known, moved),
        of_the_optimizer(workbook),
    )
    for arrays in (step.values, step.gradients, step.updated, step.optimizer):
        for array in arrays.values():
            ascertain(array)
    return step
