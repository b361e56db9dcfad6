"""A derivative at the numbers in full, along one direction: what is left where symbols for every entry would be too
many.

Source: Griewank, Walther, Evaluating Derivatives (2008), section 3.1. Forward and reverse mode meet: the gradient times
a direction is the signals times the change of the results along it. The forward rules (`deriving.jets`) know nothing of
the reverse rules that made the claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from flint import fmpq

from derivation.deriving.on_request.jets import Jet, Jets
from derivation.formulas.arrays import Array, total
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.numbers import Number, same
from derivation.formulas.terms import Term, names

Used = Iterable[tuple[Term, Array]]
"""The equations that use a quantity, each with the signal at its result."""


def direction(array: Array) -> Array:
    """A direction in which no entry is left out and neighbours differ, the same each time.

    >>> direction(Array((3, 1), (0, 0, 0))).entries
    (1/13, 8/13, 2/13)
    """
    return Array(array.shape, tuple(fmpq(1 + 7 * k % 13, 13) for k in range(len(array.entries))))


def agrees(gradient: Array, by: Term, used: Used, known: Mapping[Term, Array]) -> bool:
    """Whether a gradient by a quantity, or by one entry of it (a scalar then), is the change that the equations that
    use it answer with."""
    whole = by.args[0] if by.head == "index" else by
    along = direction(known[whole])
    if by.head == "index":
        chosen = known[whole].offset(by.args[1:])
        along = Array(along.shape, tuple(fmpq(k == chosen) for k in range(len(along.entries))))
        gradient = Array(
            along.shape, tuple(gradient.entries[0] if k == chosen else fmpq(0) for k in range(len(along.entries)))
        )
    changes = [_dot(signal, _change(equation, whole, along, known)) for equation, signal in used]
    return same(_dot(gradient, along), total(changes) if changes else fmpq(0))


def _change(equation: Term, by: Term, along: Array, known: Mapping[Term, Array]) -> Array:
    """How the result of an equation changes where one quantity moves along a direction; parts without it stand still."""
    jets = {by: known[by].zip(lambda value, slope: Jet(value, {0: slope}), along)}
    waiting = [equation]
    while waiting:
        node = waiting.pop()
        if by.args[0] not in names(node):
            jets[node] = evaluate(node, known).map(Jet)
        elif node != by:
            waiting += node.children
    return evaluate(equation, jets, cast(Any, Jets)).map(lambda jet: jet.slope(0))


def _dot(a: Array, b: Array) -> Number:
    return total([x * y for x, y in zip(a.entries, b.entries, strict=True)])
