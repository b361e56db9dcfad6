"""What mistakes do to a value: what is written for a quantity, made of right values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from flint import fmpq

from derivation.formulas.arrays import Array
from derivation.formulas.terms import Term, name, partial

Outputs = Callable[[str], Iterable[str]]
"""The quantities that are one function of a quantity, as activations are."""


def itself(quantity: Term, outputs: Outputs) -> Iterator[tuple[Term, ...]]:
    """The quantity's own right value."""
    yield (quantity,)


@dataclass(frozen=True, slots=True)
class ValueChange:
    """`wrong` makes what is written of the right values of some quantities. `of` says of which: once for each way there
    is, never where the mistake cannot be made."""

    wrong: Callable[..., Array]
    of: Callable[[Term, Outputs], Iterable[tuple[Term, ...]]] = itself


def scaled(factor: fmpq) -> ValueChange:
    """A multiple of the right value.

    >>> scaled(fmpq(1, 2)).wrong(Array.scalar(fmpq(3))).entries
    (3/2,)
    """
    return ValueChange(lambda value: value.map(lambda x: x * factor))


def past_the_activation(quantity: Term, outputs: Outputs) -> Iterator[tuple[Term, ...]]:
    """For a derivative by what goes into an activation that by what comes out.

    >>> by = partial(name("L"), name("z"))
    >>> [[found == partial(name("L"), name("h")) for found in way] for way in past_the_activation(by, lambda key: ["h"])]
    [[True]]
    """
    if quantity.head == "partial" and all(part.head == "name" for part in quantity.args):
        of, by = quantity.args
        for output in outputs(by.args[0]):
            yield (partial(of, name(output)),)


def before_and_after(quantity: Term, outputs: Outputs) -> Iterator[tuple[Term, ...]]:
    """A parameter before its update, and after it."""
    if quantity.head == "updated":
        yield quantity.args[0], quantity


against_the_step = ValueChange(lambda before, after: before * Array.scalar(fmpq(2)) - after, before_and_after)
"""The step in the other direction."""
