"""Heat maps of convolutions and attentions: matrices whose cells are tinted by sign and size, with the operations between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..arrays import Array
from ..deriving.worked import conclusion
from ..evaluate import evaluate
from ..network import Network
from ..numbers import Style, middle
from ..operations.table import Size
from ..render.words import load
from ..terms import Term, name, names
from ..tex.write import write
from ..walkthrough import Derivation
from . import measure
from .chains import Axes, Stage, chains
from .flowchart import ENOUGH, TEXT_WIDTH
from .geometry import Block, Chart, Edge, Label, Line, Node, Text, beside, block, moved, stacked
from .texts import STYLE, formula, printable

MOST, MOST_NUMBERED = 32, 12
"""Rows or columns up to which a matrix is drawn, and up to which it is drawn with its numbers."""
CELL, HIGHEST, TILES, APART = 7.2, 8.4, (3.2, 2.0), 0.5
"""Millimetres: the least width of a cell, its largest height, the sides of cells without numbers, and how far apart cells with numbers are."""
INSIDE, NEAR, ARROW = 1.8, 1.0, 8.0
"""Around a number, around a word or symbol, and the least length of an arrow."""
BETWEEN, BETWEEN_CHAINS, BETWEEN_ROWS = 1.6, 13.0, 6.0
NOTE = 0.75
"""The size of a word, as a share of a symbol's."""
EMPTY = Block((), 0.0, 0.0)
LEGEND = (-1.0, -0.5, 0.0, 0.5, 1.0)

Piece = tuple[Chart, float]
"""A part of a row, and the height in it that lies in the middle of the row."""


@dataclass(frozen=True, slots=True)
class Look:
    """How cells are drawn: how a number is written (None: it is not), and how wide and high they are at least."""

    style: Style | None
    side: float = CELL

    @property
    def apart(self) -> float:
        return APART if self.style else 0.0


LOOKS = (None, Look(STYLE), *(Look(None, side) for side in TILES))
"""From the fullest to the barest; the first one writes numbers as the walkthrough does."""


def heat(derivation: Derivation) -> Chart | None:
    """All chains of the network, each with its numbers where there is room for them; None where there is none that fits the page."""
    network: Network = derivation.network
    looks = [look or Look(network.style) for look in LOOKS]
    found = chains(network)
    for least in range(len(looks)):
        drawn = [drawing for chain in found if (drawing := _fullest(derivation, chain, looks[least:]))]
        if not drawn:
            return None
        chart = _together([segment for segments in drawn for segment in segments], TEXT_WIDTH[network.page.paper])
        if chart.height <= ENOUGH:
            break
    return chart


def _fullest(derivation: Derivation, chain: list[Stage], looks: list[Look]) -> list[Chart]:
    """A chain in the first look that is not too wide; nothing where there is none."""
    for look in looks:
        drawing = _Drawing(derivation, chain, look)
        if drawing.largest <= (MOST_NUMBERED if look.style else MOST) and (segments := drawing.segments(TEXT_WIDTH[derivation.network.page.paper])):
            return segments
    return []


class _Drawing:
    """One chain in one look."""

    def __init__(self, derivation: Derivation, chain: list[Stage], look: Look) -> None:
        self.network: Network = derivation.network
        self.chain, self.look = chain, look
        known = {name(key): value for key, value in derivation.values.items()}
        shown = dict.fromkeys(term for stage in chain for term in (*stage.operands, stage.result))
        self.arrays: dict[Term, Array] = {term: evaluate(term, known) for term in shown}
        self.largest = max(side for array in self.arrays.values() for side in array.shape or (1,))
        self.numbers = {term: self.written(array) for term, array in self.arrays.items()} if look.style and self.largest <= MOST_NUMBERED else {}
        widest = max((text.width for numbers in self.numbers.values() for text in numbers), default=-INSIDE)
        self.width = max(look.side, widest + INSIDE)
        self.height = min(self.width, HIGHEST)

    def written(self, array: Array) -> list[Text]:
        """The numbers as they stand at the end of a chain."""
        style = self.look.style or STYLE
        term = conclusion(array.map(lambda x: printable(x, style)), style, MOST)
        entries = [entry for row in term.args for entry in row.args] if array.shape else [term]
        return [formula(write(entry, self.network.names), "ink") for entry in entries]

    def segments(self, widest: float) -> list[Chart]:
        """The chain in rows no wider than that, each of which begins anew with what it goes on from; nothing where that cannot be."""
        found: list[list[Piece]] = []
        for stage in self.chain:
            longer = [*found[-1], *self.pieces(stage, goes_on=True)] if found else []
            if longer and _level(longer).width <= widest:
                found[-1] = longer
            else:
                found.append(self.pieces(stage, goes_on=False))
        rows = [_level(pieces) for pieces in found]
        return rows if max(row.width for row in rows) <= widest else []

    def pieces(self, stage: Stage, goes_on: bool) -> list[Piece]:
        """Operands with signs between them, an arrow, the result; without the first operand where the row goes on from it."""
        made: list[Piece] = []
        for count, operand in enumerate(stage.operands):
            if count:
                made.append(_word(block((formula(stage.signs[count - 1], "ink"),))))
            if count or not goes_on:
                made.append(self.matrix(operand, stage.axes, beside=not count))
        return [*made, self.arrow(stage), self.matrix(stage.result, stage.axes, beside=False)]

    def matrix(self, term: Term, axes: Axes, beside: bool) -> Piece:
        """Cells row by row, the symbol below them; what rows and columns stand for is said beside and above."""
        size = Size.of(self.arrays[term].shape)
        apart = self.look.apart
        width, height = size.columns * (self.width + apart) - apart, size.rows * (self.height + apart) - apart
        symbol = block((formula(write(term, self.network.names), "ink"),))
        across, down = (_said(axes[1]), _said(axes[0])) if axes else (EMPTY, EMPTY)
        left = max(width, symbol.width, across.width) / 2 - width / 2 + (down.width + NEAR if axes and beside else 0.0)
        top = across.height + NEAR if axes else 0.0
        middle = left + width / 2
        labels = [Label(symbol, middle, top + height + NEAR + symbol.height / 2, _quantity(term))]
        labels += [Label(across, middle, across.height / 2)] if axes else []
        labels += [Label(down, left - NEAR - down.width / 2, top + height / 2)] if axes and beside else []
        right = middle + max(width, symbol.width, across.width) / 2
        cells = tuple(self.cells(term, size, left, top))
        lines = () if self.look.style else (_frame(left, top, width, height),)
        return Chart(right, top + height + NEAR + symbol.height, cells, labels=tuple(labels), lines=lines), top + height / 2

    def cells(self, term: Term, size: Size, left: float, top: float) -> Iterator[Node]:
        numbers = self.numbers.get(term)
        largest = max(abs(middle(x)) for x in self.arrays[term].entries) or 1
        for place, x in enumerate(self.arrays[term].entries):
            row, column = divmod(place, size.columns)
            centre = (left + column * (self.width + self.look.apart) + self.width / 2, top + row * (self.height + self.look.apart) + self.height / 2)
            shade = round(float(middle(x) / largest), 3)
            inside = block((numbers[place],)) if numbers else _below(shade)
            yield Node(_quantity(term), "cell" if numbers else "tile", *centre, self.width, self.height, inside, shade=shade)

    def arrow(self, stage: Stage) -> Piece:
        """An arrow, and above it what happens on the way."""
        text = formula(stage.label, "forward") if stage.label else None
        length = max(ARROW, text.width + 2 * NEAR if text else 0.0)
        height = text.height + NEAR if text else 0.0
        source, target = (" ".join(map(_quantity, stage.operands)), _quantity(stage.result))
        label = (Label(block((text,)), length / 2, text.height / 2, target),) if text else ()
        return Chart(length, height, (), (Edge(source, target, source, "forward", (((0.0, height), (length, height)),)),), label), height


def _quantity(term: Term) -> str:
    return " ".join(names(term))


def _below(shade: float) -> Block:
    """What tells a cell below 0 from one above where there is neither a number nor a colour."""
    return block((replace(formula("-", "shape"), width=measure.SIGN * measure.EM * NOTE),)) if shade < 0 else EMPTY


def _frame(left: float, top: float, width: float, height: float) -> Line:
    right, bottom = left + width, top + height
    return Line("axis", ((left, top), (right, top), (right, bottom), (left, bottom), (left, top)))


def _said(key: str) -> Block:
    word = load()["document"][key]
    return block((Text(rf"\text{{{word}}}", measure.words(word) * NOTE, measure.LINE * NOTE, "shape"),))


def _level(pieces: list[Piece]) -> Chart:
    """Parts side by side, their middles in line."""
    low = max(middle for _, middle in pieces)
    return beside([replace(moved(chart, 0, low - middle), height=chart.height + low - middle) for chart, middle in pieces], BETWEEN)


def _together(segments: list[Chart], widest: float) -> Chart:
    """Rows below one another, as many side by side as fit, and the legend."""
    rows: list[list[Chart]] = []
    for segment in segments:
        if rows and beside([*rows[-1], segment], BETWEEN_CHAINS).width <= widest:
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return _centred([*(beside(row, BETWEEN_CHAINS) for row in rows), _legend()])


def _legend() -> Chart:
    """The tints from below to above 0, and what the strongest is."""
    side = TILES[0]
    cells = tuple(
        Node("", "cell", (side + APART) * k + side / 2, side / 2, side, side, EMPTY, shade=shade) for k, shade in enumerate(LEGEND)
    )
    scale = (Chart((side + APART) * len(LEGEND) - APART, side, cells), side / 2)
    words = [_word(_said(key)) for key in ("heat_below", "heat_above", "heat_scale")]
    return _level([words[0], scale, *words[1:]])


def _word(inside: Block) -> Piece:
    return Chart(inside.width, inside.height, labels=(Label(inside, inside.width / 2, inside.height / 2),)), inside.height / 2


def _centred(rows: list[Chart]) -> Chart:
    width = max(row.width for row in rows)
    return stacked([replace(moved(row, (width - row.width) / 2, 0), width=width) for row in rows], BETWEEN_ROWS)
