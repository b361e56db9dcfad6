"""The closing tables of a derivation whose results were carried rounded: what that has done to the loss, the gradients
and the parameters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from derivation.formulas.arrays import Array
from derivation.formulas.decimals import Style, at_a_tie, decimal
from derivation.formulas.numbers import Number, middle
from derivation.formulas.terms import Term, index, number, partial
from derivation.networks.network import Network
from derivation.networks.walkthrough import Derivation, Drift, TrainingStep
from derivation.pages.views.tables import TableView
from derivation.pages.words import Words, latex_of

MOST = 12
"""Entries up to which a quantity has a row for each; of a larger one the entry that has drifted farthest is shown."""
DIFFERENCE = Style(digits=2, exact_digits=2)


@dataclass(frozen=True)
class DriftView:
    """The table of one training step; the title is empty where there is only one."""

    title: str
    table: TableView


def drifts(derivation: Derivation, words: Words) -> tuple[DriftView, ...]:
    """A table for each training step worked on the page, and for the last; none where nothing is carried rounded."""
    network: Network = derivation.network
    last = len(derivation.training_steps)
    shown = sorted({*(phase.training_step for phase in derivation.phases if phase.steps), last})
    if network.carry is None or network.loss is None:
        return ()
    # Two digits more than the guarded arithmetic shows, so that the first digits that differ can be seen.
    style = Style(network.style.digits + 2, network.style.digits + 2)
    heads = (
        "",
        *(rf"\text{{{words.text('document', f'drift_{column}')}}}" for column in ("carried", "exact", "difference")),
    )
    note = words.text("document", "drift_note", digits=style.digits, most=MOST)
    titles = [words.text("document", "training_step", number=count) if last > 1 else "" for count in shown]
    tables = [
        TableView(heads, tuple(_rows(network, derivation.training_steps[count - 1], style)), note) for count in shown
    ]
    return tuple(map(DriftView, titles, tables))


def _rows(network: Network, step: TrainingStep, style: Style) -> Iterator[tuple[str, ...]]:
    for quantity, drift in step.drift.items():
        if quantity.head == "partial" and quantity.args[1].args[0] in network.data:
            continue
        carried = _carried(step, quantity)
        for place in _places(drift):
            cells = [
                _text(array[place or (0,)], look, network)
                for array, look in ((carried, style), (drift.exact, style), (drift.difference, DIFFERENCE))
            ]
            yield (_entry(quantity, place, network), *cells)


def _text(x: Number, style: Style, network: Network) -> str:
    return latex_of(network)(number(at_a_tie(x, lambda near: decimal(near, style)).text))


def _carried(step: TrainingStep, quantity: Term) -> Array:
    """The carried value of a quantity."""
    arrays = {"name": step.values, "partial": step.gradients, "updated": step.updated}[quantity.head]
    found: Array = arrays[quantity.args[-1].args[0] if quantity.head != "name" else quantity.args[0]]
    return found


def _places(drift: Drift) -> list[tuple[int, ...]]:
    """The entries that are shown."""
    places = list(drift.difference.places)
    return places if len(places) <= MOST else [max(places, key=lambda place: abs(middle(drift.difference[place])))]


def _entry(quantity: Term, place: tuple[int, ...], network: Network) -> str:
    latex = latex_of(network)
    if not place:
        return latex(quantity)
    if quantity.head == "partial":
        return latex(partial(quantity.args[0], index(quantity.args[1], *place)))
    return rf"\bigl({latex(quantity)}\bigr)_{{{','.join(str(k + 1) for k in place)}}}"
