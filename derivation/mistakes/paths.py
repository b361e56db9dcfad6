"""What comes back to a quantity in the backward pass: a part through each equation that uses it."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from derivation.formulas.calculus.reverse import gradients
from derivation.formulas.calculus.simplify import simplify
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.terms import Term, name, names, number, partial

if TYPE_CHECKING:  # so that the checker of articles, which reads the table of mistakes, loads neither
    from derivation.deriving.tape import Entry
    from derivation.networks.network import Network


@dataclass(frozen=True)
class Path:
    """What comes back to the quantity `key` through one equation that uses it: `result = equation`."""

    network: Network
    key: str
    result: str

    @property
    def shapes(self) -> Shapes:
        return Shapes(self.network.names.shapes)

    @property
    def equation(self) -> Term:
        return self.network.equations[self.result]

    @property
    def upstream(self) -> Term:
        return number(1) if self.result == self.network.loss else _signal(self.network, self.result)

    @property
    def part(self) -> Term:
        """This path's part of the derivative."""
        return self.differentiated(self.equation, self.upstream)

    def differentiated(self, equation: Term, upstream: Term) -> Term:
        """The part, were the equation and the signal that comes to it these."""
        found = gradients(equation, name(self.result), upstream, {self.key}, self.shapes)
        return found.get(self.key, number(0))


def _signal(network: Network, key: str) -> Term:
    return partial(name(network.loss or ""), name(key))


def differentiated_by(entry: Entry) -> str | None:
    """The quantity that the entry is the derivative of the loss by; None where it is something else."""
    is_derivative = (
        entry.phase == "backward"
        and entry.is_result
        and entry.quantity.head == "partial"
        and entry.quantity.args[1].head == "name"
    )
    return str(entry.quantity.args[1].args[0]) if is_derivative else None


def paths_to(network: Network, key: str) -> list[Path]:
    """The ways back to a quantity, the last use first, as a person works them."""
    return [
        Path(network, key, result)
        for result in reversed(list(network.equations))
        if result in network.active and key in names(network.equations[result])
    ]


def added(parts: Iterable[Term], shapes: Shapes) -> Term:
    return simplify(reduce(operator.add, parts), shapes)
