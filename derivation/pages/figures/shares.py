"""What each use of a quantity contributes to its gradient: one share for each edge of the backward chart."""

from __future__ import annotations

from dataclasses import dataclass

from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.calculus.reverse import gradients
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.numbers import certified
from derivation.formulas.terms import Term, name, names, number, partial
from derivation.networks.network import Network
from derivation.networks.walkthrough import TrainingStep

Use = tuple[str, str]
"""An equation's result and one of the quantities that it uses."""


@dataclass(frozen=True, slots=True)
class Shares:
    """For each use on the way to the loss: its share of the gradient, and, between scalars, the local derivative."""

    gradients: dict[Use, Array]
    slopes: dict[Use, Array]


def shares(network: Network, numbers: TrainingStep) -> Shares:
    """The reverse rule of each equation by each quantity, at the values and gradients of a training step.

    >>> from derivation.deriving import derive
    >>> from derivation.spec.reader import loads
    >>> text = '[model]\\nloss = "L"\\nequations = "u = w * w\\nL = u + w"\\n[parameters]\\nw = 3'
    >>> worked = derive(loads(text.replace('"u', '\"\"\"u').replace('w"', 'w\"\"\"')))
    >>> found = shares(worked.network, worked.training_steps[0])
    >>> {use: array.entries for use, array in found.gradients.items()}
    {('u', 'w'): (6,), ('L', 'u'): (1,), ('L', 'w'): (1,)}
    """
    return certified(lambda: _shares(network, numbers))


def _shares(network: Network, numbers: TrainingStep) -> Shares:
    loss = name(network.loss or "")
    shapes = Shapes(network.shapes)
    known: dict[Term, Array] = {name(key): array for key, array in numbers.values.items()}
    known |= {partial(loss, name(key)): array for key, array in numbers.gradients.items()}
    found = Shares({}, {})
    for result, term in network.equations.items():
        signal = number(1) if name(result) == loss else partial(loss, name(result))
        if result not in network.active or (signal != number(1) and signal not in known):
            continue
        for operand in names(term):
            if partial(loss, name(operand)) not in known:  # it has no derivative here, or one too large to be written
                continue
            use, target = (result, operand), {operand}
            found.gradients[use] = evaluate(gradients(term, name(result), signal, target, shapes)[operand], known)
            if network.shapes[result] == network.shapes[operand] == ():
                found.slopes[use] = evaluate(gradients(term, name(result), number(1), target, shapes)[operand], known)
    return found
