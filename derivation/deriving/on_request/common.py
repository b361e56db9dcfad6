"""What views on request share: what they need of a network, and its entries as terms."""

from __future__ import annotations

from collections.abc import Iterator

from derivation.deriving.partials import entry
from derivation.deriving.reach import Entry
from derivation.deriving.workbook import Workbook
from derivation.formulas.arrays import Array
from derivation.formulas.terms import Term, name, partial
from derivation.networks.network import Network
from derivation.words.telling import tell


class NoView(ValueError):
    """A view was asked for that this network does not have; the text says why, and what to ask for instead."""


def loss_of(workbook: Workbook, view: str) -> Term:
    """The loss; `NoView` where the network has none, or none that depends on a parameter."""
    if workbook.network.loss is None:
        raise NoView(tell("views.needs_loss", view=view))
    if not workbook.network.moved:
        raise NoView(tell("views.needs_parameters", view=view, loss=workbook.network.loss))
    return name(workbook.network.loss)


def unrounded(network: Network, view: str) -> None:
    """`NoView` where results are carried rounded: what holds of a function and its derivatives holds of no rounding."""
    if network.carry is not None:
        raise NoView(tell("views.carried", view=view))


def parameter_entries(workbook: Workbook) -> list[Entry]:
    """Every entry of every parameter that the loss depends on."""
    return [(key, place) for key in workbook.network.moved for place in workbook.network.parameters[key].places]


def learnt(workbook: Workbook, loss: Term, entries: list[Entry]) -> Iterator[tuple[Term, Term]]:
    """Each entry and the loss's derivative by it as terms, their values known to the workbook."""
    for key, place in entries:
        of, by = entry(key, place), partial(loss, entry(key, place))
        workbook.known[of] = Array.scalar(workbook.known[name(key)][place or (0,)])
        workbook.known[by] = Array.scalar(workbook.known[partial(loss, name(key))][place or (0,)])
        yield of, by
