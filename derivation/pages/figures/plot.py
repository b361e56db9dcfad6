"""The loss over the training steps as a chart, and what plots are made of: ticks, marks, words."""

from __future__ import annotations

from collections.abc import Iterator

from flint import fmpq

from derivation.formulas.decimals import Style, decimal, magnitude, scientific
from derivation.formulas.numbers import middle
from derivation.formulas.terms import number
from derivation.networks.walkthrough import Derivation
from derivation.pages.figures import measure
from derivation.pages.figures.geometry import Block, Chart, Kind, Label, Line, Node, Point, Text, Tone, block
from derivation.pages.figures.texts import formula
from derivation.tex.names import Names
from derivation.tex.write import write
from derivation.words.files import load

WIDTH, HEIGHT = 120.0, 46.0
"""The axes in millimetres."""
LARGE = 1_000_000
"""From here up ticks are written with a power of ten."""
LABELS = Style(digits=6, exact_digits=10)
TICK, AWAY = 1.2, 1.0
"""The length of a tick, and how far its number stands from it."""
DOT = 1.6
TOP, LEFT, RIGHT, BOTTOM = 7.0, 16.0, 14.0, 7.0
"""What the axes leave free around them."""


def plot(derivation: Derivation) -> Chart:
    """The loss over the steps: axes, ticks, and a line with marks."""
    values = [middle(loss) for loss in derivation.losses]
    low, high = min(values), max(values)
    vertical = ticks(min(low, fmpq(0)) if low * 2 < high else low, high)
    horizontal = [x for x in ticks(fmpq(0), fmpq(len(values) - 1), 14) if x.q == 1 and x <= len(values) - 1]
    names, words = derivation.network.names, load()["document"]

    def place(x: fmpq, y: fmpq) -> Point:
        return LEFT + float(x / (len(values) - 1)) * WIDTH, TOP + HEIGHT - float(
            (y - vertical[0]) / (vertical[-1] - vertical[0])
        ) * HEIGHT

    points = [place(fmpq(count), value) for count, value in enumerate(values)]
    rows = [place(fmpq(0), y) for y in vertical]
    columns = [place(x, vertical[0]) for x in horizontal]
    floor = TOP + HEIGHT
    lines = (
        *(Line("grid", ((LEFT, y), (LEFT + WIDTH, y))) for _, y in rows),
        *(Line("axis", ((x, floor), (x, floor + TICK))) for x, _ in columns),
        Line("axis", ((LEFT, TOP - 3), (LEFT, floor), (LEFT + WIDTH + 3, floor))),
        Line("path", tuple(points)),
    )
    labels = (
        *(left_of(tick(y, names), point) for y, point in zip(vertical, rows, strict=True)),
        *(below(tick(x, names), point) for x, point in zip(horizontal, columns, strict=True)),
        right_of(said(words["table_step"], "ink"), (LEFT + WIDTH + 3, floor)),
        right_of(block((formula(names.latex(derivation.network.loss or ""), "ink"),)), (LEFT, TOP - 3)),
    )
    return Chart(LEFT + WIDTH + RIGHT, floor + BOTTOM, tuple(dots(points)), (), labels, lines)


def dots(points: list[Point], kind: Kind = "dot") -> Iterator[Node]:
    """A mark at each point."""
    return (Node("", kind, x, y, DOT, DOT, Block((), 0.0, 0.0)) for x, y in points)


def tick(x: fmpq, names: Names) -> Block:
    """A tick's number."""
    text = (scientific(x) if abs(x) >= LARGE else None) or decimal(x, LABELS).text
    return block((formula(write(number(text), names), "soft"),))


def said(word: str, tone: Tone) -> Block:
    """A word at a plot."""
    return block((Text(rf"\text{{{word}}}", measure.words(word), measure.LINE, tone),))


def left_of(block: Block, point: Point) -> Label:
    return Label(block, point[0] - AWAY - block.width / 2, point[1])


def right_of(block: Block, point: Point) -> Label:
    return Label(block, point[0] + AWAY + block.width / 2, point[1])


def below(block: Block, point: Point) -> Label:
    return Label(block, point[0], point[1] + TICK + AWAY + block.height / 2)


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
