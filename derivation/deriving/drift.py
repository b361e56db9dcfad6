"""How far numbers that are carried rounded drift from the exact ones: the same network worked a second time, with
nothing rounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from flint import fmpq

from derivation.deriving.certain import ascertain
from derivation.formulas.arrays import Array
from derivation.formulas.numbers import is_negligible
from derivation.formulas.terms import Term, name, partial, updated
from derivation.networks.network import Network
from derivation.networks.walkthrough import Derivation, Drift, Phase, TrainingStep


def drifted(carried: Derivation, derive: Callable[[Network], Derivation]) -> Derivation:
    """The derivation with the drift of each training step, and a closing phase for it; forward only, there is nothing
    to compare."""
    network: Network = carried.network
    if network.loss is None:
        return carried
    update = replace(network.update, worked=0) if network.update else None
    exact = derive(replace(network, carry=None, update=update))
    steps = tuple(
        replace(step, drift=_drift(network, step, true))
        for step, true in zip(carried.training_steps, exact.training_steps, strict=True)
    )
    return replace(carried, training_steps=steps, phases=(*carried.phases, Phase("drift", (), len(steps))))


def _drift(network: Network, carried: TrainingStep, exact: TrainingStep) -> dict[Term, Drift]:
    found = {}
    for (quantity, rounded), (_, true) in zip(_compared(network, carried), _compared(network, exact), strict=True):
        difference = (rounded - true).map(lambda x: fmpq(0) if is_negligible(x) else x)
        ascertain(difference)
        found[quantity] = Drift(true, difference)
    return found


def _compared(network: Network, step: TrainingStep) -> Iterator[tuple[Term, Array]]:
    """The loss, each gradient, each updated parameter."""
    loss = name(network.loss or "")
    yield loss, step.values[network.loss or ""]
    yield from ((partial(loss, name(key)), array) for key, array in step.gradients.items() if name(key) != loss)
    yield from ((updated(name(key)), array) for key, array in step.updated.items())
