"""What several training steps come to: the loss after each as a table."""

from __future__ import annotations

from derivation.formulas.decimals import Style, at_a_tie, decimal
from derivation.formulas.terms import name, number
from derivation.networks.network import Network
from derivation.networks.update import rate
from derivation.networks.walkthrough import Derivation
from derivation.pages.views.tables import TableView
from derivation.pages.words import Words, latex_of


def table(derivation: Derivation, words: Words) -> TableView | None:
    """Step, loss, the rate of the step where it changes, and the parameters where they are few; None after a single
    step."""
    network: Network = derivation.network
    if derivation.outcome is None or network.update is None:
        return None
    style = Style(network.style.digits, network.style.digits)
    columns, latex = network.few_entries, latex_of(network)
    scheduled = rate(network) if rate(network) != name("update.rate") else None
    heads = [
        rf"\text{{{words.text('document', 'table_step')}}}",
        network.names.latex(network.loss or ""),
        *([network.names.latex(scheduled.args[0])] if scheduled else []),
    ]
    rows = []
    for count, (loss, now) in enumerate(
        zip(derivation.losses, (*derivation.training_steps, derivation.outcome), strict=True)
    ):
        cells = [loss]
        if scheduled:
            cells.append(derivation.training_steps[count - 1].optimizer[scheduled].entries[0] if count else None)
        cells += [
            now.values[term.args[0].args[0] if term.head == "index" else term.args[0]][place or (0,)]
            for term, place in columns
        ]
        rows.append(
            (
                str(count),
                *(
                    "" if cell is None else latex(number(at_a_tie(cell, lambda near: decimal(near, style)).text))
                    for cell in cells
                ),
            )
        )
    notes = [words.text("document", "table_note", digits=style.digits)]
    notes += [words.text("document", "sampled")] if network.samples else []
    return TableView((*heads, *(latex(term) for term, _ in columns)), tuple(rows), " ".join(notes))
