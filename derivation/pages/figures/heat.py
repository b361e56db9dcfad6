"""Heat maps of convolutions and attentions: matrices whose cells are tinted by sign and size, with the operations
between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from flint import fmpq

from derivation.deriving.arithmetic import conclusion
from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.decimals import Style
from derivation.formulas.numbers import certified, middle
from derivation.formulas.operations.table import Size
from derivation.formulas.terms import Term, name, names
from derivation.networks.network import Network
from derivation.networks.walkthrough import Derivation
from derivation.pages.figures import measure
from derivation.pages.figures.chains import Axes, Stage, chains
from derivation.pages.figures.flowchart import ENOUGH, TEXT_WIDTH
from derivation.pages.figures.geometry import (
    Block,
    Chart,
    Edge,
    Label,
    Line,
    Node,
    Text,
    Tone,
    beside,
    block,
    frame,
    moved,
    stacked,
)
from derivation.pages.figures.texts import STYLE, formula, printable
from derivation.tex.write import write
from derivation.words.files import load

MOST, MOST_NUMBERED = 32, 12
"""Rows or columns up to which a matrix is drawn, and up to which it is drawn with its numbers."""
CELL, HIGHEST, SMALL, TILES, APART = 7.2, 8.4, 5.6, (3.2, 2.0), 0.5
"""Millimetres: the least width of a cell and its largest height, both with small numbers, the sides of cells without,
and how far apart those with numbers are."""
INSIDE, LEAST_INSIDE, NEAR, ARROW = 2.2, 1.4, 1.0, 8.0
"""Around a number, and where room is scarce; around a word or symbol; and the least length of an arrow."""
BETWEEN, BETWEEN_CHAINS, BETWEEN_ROWS = 1.6, 13.0, 5.0
NOTE = 0.75
SIZES = {"digit": NOTE, "sign": 1.5}
"""The sizes of small numbers and of signs between matrices, as shares of a symbol's."""
PALE, AROUND = 0.1, 0.2
"""A tint that can hardly be seen, and how far from the tiles their frame is, in millimetres."""
EMPTY = Block((), 0.0, 0.0)
LEGEND = (-1.0, -0.5, 0.0, 0.5, 1.0)

Piece = tuple[Chart, float]
"""A part of a row, and the height in it that lies in the middle of the row."""


@dataclass(frozen=True, slots=True)
class Look:
    """How cells are drawn: how a number is written (None: it is not) and in which size, the least width and the
    greatest height, the space around a number, and whether the cells of a chain are alike."""

    style: Style | None
    width: float = CELL
    height: float = HIGHEST
    inside: float = INSIDE
    alike: bool = True
    tone: Tone = "ink"

    @property
    def apart(self) -> float:
        return APART if self.style else 0.0


def looks(style: Style) -> list[Look]:
    """From the fullest to the barest: numbers as the walkthrough has them, then those of charts, then small ones, then
    none."""
    wide, narrow = Look(style), Look(style, inside=LEAST_INSIDE, alike=False)
    small = replace(narrow, style=STYLE, width=SMALL, height=SMALL, tone="digit")
    return [
        wide,
        narrow,
        replace(wide, style=STYLE),
        replace(narrow, style=STYLE),
        small,
        *(Look(None, side, side) for side in TILES),
    ]


def heat(derivation: Derivation) -> Chart | None:
    """All chains of the network, each with its numbers where there is room for them; None where there is none that fits
    the page."""
    network: Network = derivation.network
    possible, found = looks(network.style), chains(network)
    known = {name(key): value for key, value in derivation.values.items()}
    shown = dict.fromkeys(term for chain in found for stage in chain for term in (*stage.operands, stage.result))
    arrays = certified(lambda: {term: evaluate(term, known) for term in shown})
    matrices = Matrices(network, arrays, _full(found, arrays))
    for least in range(len(possible)):
        drawn = [segments for chain in found if (segments := _fullest(matrices, chain, possible[least:]))]
        if not drawn:
            return None
        chart = _together([segment for segments in drawn for segment in segments], TEXT_WIDTH[network.page.paper])
        if chart.height <= ENOUGH:
            break
    return chart


@dataclass(frozen=True, slots=True)
class Matrices:
    """The values of all that is shown, and the number that is tinted in full."""

    network: Network
    arrays: Mapping[Term, Array]
    full: Mapping[Term, fmpq]


def _full(found: list[list[Stage]], arrays: Mapping[Term, Array]) -> dict[Term, fmpq]:
    """The largest size in a matrix and in those that are made of it alone, by an activation or by pooling, so that
    equal numbers look alike there; among weights the largest of them all, so that the heads of an attention can be
    compared."""
    alike: dict[Term, list[Term]] = {}
    weights: list[Term] = []
    for chain in found:
        for stage in chain:
            for operand in stage.operands:
                alike.setdefault(operand, [operand])
            alike[stage.result] = (
                weights if stage.axes else alike[stage.operands[0]] if len(stage.operands) == 1 else []
            )
            alike[stage.result].append(stage.result)
    return {
        term: max(abs(middle(x)) for one in group for x in arrays[one].entries) or fmpq(1)
        for term, group in alike.items()
    }


def _fullest(matrices: Matrices, chain: list[Stage], possible: list[Look]) -> list[Chart]:
    """A chain in the first look that is not too wide, in rows; nothing where there is none."""
    largest = max(
        side
        for stage in chain
        for term in (*stage.operands, stage.result)
        for side in matrices.arrays[term].shape or (1,)
    )
    for look in possible:
        if largest <= (MOST_NUMBERED if look.style else MOST) and (rows := _Drawing(matrices, chain, look).rows()):
            return rows
    return []


class _Drawing:
    """One chain in one look."""

    def __init__(self, matrices: Matrices, chain: list[Stage], look: Look) -> None:
        self.matrices, self.chain, self.look = matrices, chain, look
        self.network = matrices.network
        shown = dict.fromkeys(term for stage in chain for term in (*stage.operands, stage.result))
        self.numbers = {term: self.written(matrices.arrays[term]) for term in shown} if look.style else {}
        widths = {
            term: max(look.width, look.inside + max(text.width for text in numbers))
            for term, numbers in self.numbers.items()
        }
        widest = max(widths.values(), default=look.width)
        self.widths = {term: widest if look.alike else widths[term] for term in shown}
        self.height = min(widest, look.height)

    def written(self, array: Array) -> list[Text]:
        """The numbers as they stand at the end of a chain."""
        style = self.look.style or STYLE
        term = conclusion(array.map(lambda x: printable(x, style)), style, MOST)
        entries = [entry for row in term.args for entry in row.args] if array.shape else [term]
        return [_sized(write(entry, self.network.names), self.look.tone) for entry in entries]

    def rows(self) -> list[Chart]:
        """The chain in rows no wider than the page, each of which begins anew with what it goes on from; nothing where
        that cannot be."""
        widest = TEXT_WIDTH[self.network.page.paper]
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
        """Operands with signs between them, an arrow, the result; without the first operand where the row goes on from
        it."""
        made: list[Piece] = []
        for count, operand in enumerate(stage.operands):
            if count:
                made.append(_word(_sign(stage.signs[count - 1])))
            if count or not goes_on:
                made.append(self.matrix(operand, stage.axes, beside=not count))
        return [*made, self.arrow(stage), self.matrix(stage.result, stage.axes, beside=False)]

    def matrix(self, term: Term, axes: Axes, beside: bool) -> Piece:
        """Cells row by row, the symbol below them; what rows and columns stand for is said beside and above."""
        size, apart = Size.of(self.matrices.arrays[term].shape), self.look.apart
        width, height = size.columns * (self.widths[term] + apart) - apart, size.rows * (self.height + apart) - apart
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
        return Chart(
            right, top + height + NEAR + symbol.height, cells, labels=tuple(labels), lines=lines
        ), top + height / 2

    def cells(self, term: Term, size: Size, left: float, top: float) -> Iterator[Node]:
        numbers, width, apart = self.numbers.get(term), self.widths[term], self.look.apart
        for place, x in enumerate(self.matrices.arrays[term].entries):
            row, column = divmod(place, size.columns)
            centre = (left + column * (width + apart) + width / 2, top + row * (self.height + apart) + self.height / 2)
            shade = round(float(middle(x) / self.matrices.full[term]), 3)
            inside = block((numbers[place],)) if numbers else _below(shade)
            yield Node(_quantity(term), "cell" if numbers else "tile", *centre, width, self.height, inside, shade=shade)

    def arrow(self, stage: Stage) -> Piece:
        """An arrow, and above it what happens on the way."""
        text = formula(stage.label, "forward") if stage.label else None
        length = max(ARROW, text.width + 2 * NEAR if text else 0.0)
        height = text.height + NEAR if text else 0.0
        source, target = (" ".join(map(_quantity, stage.operands)), _quantity(stage.result))
        label = (Label(block((text,)), length / 2, text.height / 2, target),) if text else ()
        return Chart(
            length, height, (), (Edge(source, target, source, "forward", (((0.0, height), (length, height)),)),), label
        ), height


def _quantity(term: Term) -> str:
    return " ".join(names(term))


def _below(shade: float) -> Block:
    """What tells a tile below 0 from one above in print without colours."""
    return block((_sized("-", "digit"),)) if shade < -PALE else EMPTY


def _frame(left: float, top: float, width: float, height: float) -> Line:
    left, top, right, bottom = frame(left + width / 2, top + height / 2, width + 2 * AROUND, height + 2 * AROUND)
    return Line("axis", ((left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)))


def _sign(latex: str) -> Block:
    """A sign, large where it stands alone."""
    return block((_sized(latex, "ink" if "_" in latex else "sign"),))


def _sized(latex: str, tone: Tone) -> Text:
    text = formula(latex, tone)
    return replace(text, width=text.width * SIZES.get(tone, 1), height=text.height * SIZES.get(tone, 1))


def _said(key: str) -> Block:
    word = load()["document"][key]
    return block((Text(rf"\text{{{word}}}", measure.words(word) * NOTE, measure.LINE * NOTE, "shape"),))


def _level(pieces: list[Piece]) -> Chart:
    """Parts side by side, their middles in line."""
    low = max(middle for _, middle in pieces)
    return beside(
        [replace(moved(chart, 0, low - middle), height=chart.height + low - middle) for chart, middle in pieces],
        BETWEEN,
    )


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
        Node("", "cell", (side + APART) * k + side / 2, side / 2, side, side, EMPTY, shade=shade)
        for k, shade in enumerate(LEGEND)
    )
    scale = (Chart((side + APART) * len(LEGEND) - APART, side, cells), side / 2)
    words = [_word(_said(key)) for key in ("heat_below", "heat_above", "heat_scale")]
    return _level([words[0], scale, *words[1:]])


def _word(inside: Block) -> Piece:
    return Chart(
        inside.width, inside.height, labels=(Label(inside, inside.width / 2, inside.height / 2),)
    ), inside.height / 2


def _centred(rows: list[Chart]) -> Chart:
    width = max(row.width for row in rows)
    return stacked([replace(moved(row, (width - row.width) / 2, 0), width=width) for row in rows], BETWEEN_ROWS)
