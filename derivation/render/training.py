"""What several training steps come to: the loss after each as a table and as a picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flint import fmpq
from pylatex import NoEscape, TikZ, TikZOptions

from ..network import Network
from ..numbers import Number, Style, decimal, magnitude, middle, scientific
from ..recipe import rate
from ..terms import Term, index, name, number
from ..tex.names import Names
from ..tex.write import write
from ..walkthrough import Derivation
from .tables import TableView
from .words import Words

FEW = 4
"""Entries of all parameters together up to which the table has a column for each."""
WIDTH, HEIGHT = 120, 46
"""The picture's axes in millimetres."""
LARGE = 1_000_000
"""From here up ticks are written with a power of ten."""
LABELS = Style(digits=6, exact_digits=6)


def losses(derivation: Derivation) -> list[Number]:
    """The loss before training and after each step."""
    assert derivation.outcome is not None
    return [numbers.values[derivation.network.loss].entries[0] for numbers in (*derivation.training_steps, derivation.outcome)]


def table(derivation: Derivation, words: Words) -> TableView | None:
    """Step, loss, the rate of the step where it changes, and the parameters where they are few; None after a single step."""
    network: Network = derivation.network
    if derivation.outcome is None or network.update is None:
        return None
    style = Style(network.style.digits, network.style.digits)
    columns = entries(network)
    scheduled = rate(network) if rate(network) != name("update.rate") else None
    heads = [
        rf"\text{{{words.text('document', 'table_step')}}}",
        network.names.latex(network.loss or ""),
        *([network.names.latex(scheduled.args[0])] if scheduled else []),
    ]
    rows = []
    for count, (loss, now) in enumerate(zip(losses(derivation), (*derivation.training_steps, derivation.outcome), strict=True)):
        cells = [loss]
        if scheduled:
            cells.append(derivation.training_steps[count - 1].optimizer[scheduled].entries[0] if count else None)
        cells += [now.values[term.args[0].args[0] if term.head == "index" else term.args[0]][place or (0,)] for term, place in columns]
        rows.append((str(count), *("" if cell is None else write(number(decimal(cell, style).text), network.names) for cell in cells)))
    note = words.text("document", "table_note", digits=style.digits)
    return TableView((*heads, *(write(term, network.names) for term, _ in columns)), tuple(rows), note)


def entries(network: Network) -> list[tuple[Term, tuple[int, ...]]]:
    """Each entry of each parameter as a term with its place, where there are few."""
    found = [
        (index(name(key), *place) if place else name(key), place) for key, array in network.parameters.items() for place in array.places if key in network.moved
    ]
    return found if len(found) <= FEW else []


def ticks(low: fmpq, high: fmpq, most: int = 6) -> list[fmpq]:
    """Round numbers from at or below `low` to at or above `high`, one, two or five units of a power of ten apart.

    >>> ticks(fmpq(0), fmpq(17, 10))
    [0, 1/2, 1, 3/2, 2]
    """
    span = high - low or abs(high) or fmpq(1)
    unit = fmpq(10) ** (magnitude(span) - 1)
    step = next(unit * factor for factor in (1, 2, 5, 10, 20, 50, 100) if span <= unit * factor * (most - 1))
    first, last = (low / step).p // (low / step).q, -((-high / step).p // (-high / step).q)
    return [step * fmpq(int(k)) for k in range(int(first), max(int(last), int(first) + 1) + 1)]


def decimals(x: fmpq, names: Names) -> str:
    """A tick's number."""
    return write(number(scientific(x) if abs(x) >= LARGE else decimal(x, LABELS).text), names)


def plot(derivation: Derivation) -> str:
    """The loss over the steps: axes, ticks, and a line with marks."""
    values = [middle(loss) for loss in losses(derivation)]
    low, high = min(values), max(values)
    vertical = ticks(min(low, fmpq(0)) if low * 2 < high else low, high)
    horizontal = [x for x in ticks(fmpq(0), fmpq(len(values) - 1), 14) if x.q == 1]
    names = derivation.network.names

    def place(x: Any, y: Any) -> str:
        return f"({float(x / (len(values) - 1)) * WIDTH:.2f},{float((y - vertical[0]) / (vertical[-1] - vertical[0])) * HEIGHT:.2f})"

    def lines() -> Iterator[str]:
        for y in vertical:
            yield rf"\draw[soft!25] {place(fmpq(0), y)} node[left=1.2mm,soft] {{${decimals(y, names)}$}} -- {place(fmpq(len(values) - 1), y)};"
        for x in horizontal:
            if x <= len(values) - 1:
                yield rf"\draw[soft] {place(x, vertical[0])} -- ++(0,-1.2) node[below,soft] {{${decimals(x, names)}$}};"
        yield rf"\draw[soft] (0,{HEIGHT + 3}) -- (0,0) -- ({WIDTH + 3},0) node[right] {{$\text{{step}}$}};"
        yield rf"\node[above right] at (0,{HEIGHT + 1}) {{${names.latex(derivation.network.loss)}$}};"
        points = [place(fmpq(count), value) for count, value in enumerate(values)]
        yield rf"\draw[training,thick] {' -- '.join(points)};"
        yield from (rf"\fill[training] {point} circle[radius=.8];" for point in points)

    tikz = TikZ(options=TikZOptions(NoEscape(r"x=1mm,y=1mm,font=\footnotesize")))
    for line in lines():
        tikz.append(NoEscape(line))
    text: str = tikz.dumps()
    return text
