"""What is drawn, as data: boxes, edges and labels with their places and sizes in millimetres, y growing downwards.

Writers (`tikz`, `svg`) draw it as it is; they place nothing. What a kind, a style or a tone looks like, the look says.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

Point = tuple[float, float]
Curve = tuple[Point, Point, Point, Point]
"""A cubic Bezier curve: from, two control points, to."""
Frame = tuple[float, float, float, float]
"""Left, top, right, bottom."""
Kind = Literal["parameter", "datum", "unit", "loss", "again", "dot", "ring", "neuron", "cell", "tile"]
"""What a node stands for; `again` is a quantity that has its node elsewhere in the chart; dots and rings mark points of
a plot; a cell of a heat map has its number in it, a tile is too small for that."""
ROUND = frozenset({"dot", "ring", "neuron"})
Style = Literal["forward", "backward", "update", "quiet", "faint", "positive", "negative"]
Tone = Literal["ink", "soft", "shape", "local", "digit", "sign", "forward", "backward", "update", "training"]
LEADING = 0.6
"""Between two lines of a block."""
HEAD = 2.0
"""Millimetres that an arrow runs straight before its end: its head, and a little of its line."""


@dataclass(frozen=True, slots=True)
class Text:
    """A formula in LaTeX, its size on paper, and where its centre stands from the centre of its block."""

    latex: str
    width: float
    height: float
    tone: Tone = "ink"
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Block:
    """Texts that stand together."""

    texts: tuple[Text, ...]
    width: float
    height: float


def block(*lines: tuple[Text, ...]) -> Block:
    """Lines one below the other, each centred, the texts of a line side by side.

    >>> block((Text("a", 2, 3),), (Text("b", 4, 3),)).height
    6.6
    """
    height = sum(max(text.height for text in line) for line in lines) + LEADING * (len(lines) - 1)
    placed, top = [], -height / 2
    for line in lines:
        high = max(text.height for text in line)
        left = -sum(text.width for text in line) / 2
        for text in line:
            placed.append(replace(text, x=left + text.width / 2, y=top + high / 2))
            left += text.width
        top += high + LEADING
    return Block(tuple(placed), max(sum(text.width for text in line) for line in lines), height)


def piled(blocks: Sequence[Block]) -> Block:
    """Blocks one below the other.

    >>> round(piled([block((Text("a", 2, 3),)), block((Text("b", 4, 2),))]).height, 1)
    5.6
    """
    height = sum(one.height + LEADING for one in blocks) - LEADING
    placed, top = list[Text](), -height / 2
    for one in blocks:
        placed += [replace(text, y=text.y + top + one.height / 2) for text in one.texts]
        top += one.height + LEADING
    return Block(tuple(placed), max(one.width for one in blocks), height)


@dataclass(frozen=True, slots=True)
class Node:
    """A box with its block; `quantity` names what it stands for, several names with blanks between them.

    `shade` from -1 to 1 is how strongly it is tinted, in one colour below 0 and in another above.
    """

    quantity: str
    kind: Kind
    x: float
    y: float
    width: float
    height: float
    block: Block
    marked: bool = False
    shade: float = 0.0

    @property
    def frame(self) -> Frame:
        return frame(self.x, self.y, self.width, self.height)

    @property
    def tint(self) -> str:
        """The colour that it is tinted in, if in any."""
        return "positive" if self.shade > 0 else "negative" if self.shade else ""


@dataclass(frozen=True, slots=True)
class Label:
    """A block beside a node or on an edge; `quantity` is what it speaks of."""

    block: Block
    x: float
    y: float
    quantity: str = ""

    @property
    def frame(self) -> Frame:
        return frame(self.x, self.y, self.block.width, self.block.height)


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow on which `quantity` travels from `source` to `target`, in strokes that leave room for its label.

    A stroke runs through its points; where two of them differ in height it swings from one to the other, level at both,
    unless it is straight. The last one ends in a level piece that is long enough for a head. `thickness` is in
    millimetres; 0 leaves it to the look.
    """

    source: str
    target: str
    quantity: str
    style: Style
    strokes: tuple[tuple[Point, ...], ...]
    label: Label | None = None
    thickness: float = 0.0
    straight: bool = False

    @property
    def curves(self) -> Iterator[list[Curve]]:
        """The strokes as cubic curves."""
        last = self.strokes[-1] if self.straight else landing(self.strokes[-1])
        for stroke in (*self.strokes[:-1], last):
            yield [(a, a, b, b) if self.straight else swing(a, b) for a, b in pairwise(stroke)]


@dataclass(frozen=True, slots=True)
class Line:
    """A polyline of a plot."""

    style: Literal["axis", "grid", "contour", "path"]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing from (0, 0) to (width, height); `cuts` are heights at which it may be parted between two pages."""

    width: float
    height: float
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    labels: tuple[Label, ...] = ()
    lines: tuple[Line, ...] = ()
    cuts: tuple[float, ...] = ()

    def rewritten(self, change: Callable[[str], str]) -> Chart:
        """The same chart with every formula changed, each in its place."""

        def block(old: Block) -> Block:
            return replace(old, texts=tuple(replace(text, latex=change(text.latex)) for text in old.texts))

        def label(old: Label) -> Label:
            return replace(old, block=block(old.block))

        nodes = tuple(replace(node, block=block(node.block)) for node in self.nodes)
        edges = tuple(replace(edge, label=label(edge.label) if edge.label else None) for edge in self.edges)
        return replace(self, nodes=nodes, edges=edges, labels=tuple(map(label, self.labels)))


def frame(x: float, y: float, width: float, height: float) -> Frame:
    """The frame around a centre."""
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def meet(a: Frame, b: Frame) -> bool:
    """Whether two frames share more than their edges."""
    return min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])


def holds(frame: Frame, point: Point) -> bool:
    """Whether a point lies inside a frame."""
    return frame[0] < point[0] < frame[2] and frame[1] < point[1] < frame[3]


def swing(a: Point, b: Point) -> Curve:
    """From a to b, level at both ends; so it leaves neither the columns nor the rows between them.

    >>> swing((0, 0), (4, 2))
    ((0, 0), (2.0, 0), (2.0, 2), (4, 2))
    """
    middle = (a[0] + b[0]) / 2
    return (a, (middle, a[1]), (middle, b[1]), b)


def landing(stroke: tuple[Point, ...]) -> tuple[Point, ...]:
    """The stroke with a level piece at its end that is long enough for a head, where there is room.

    >>> landing(((0, 0), (4, 2), (4.5, 2)))
    ((0, 0), (2.5, 2), (4.5, 2))
    """
    *before, end = stroke
    if len(before) > 1 and before[-1][1] == end[1] and abs(end[0] - before[-1][0]) < HEAD:
        before.pop()
    way = end[0] - before[-1][0]
    if before[-1][1] == end[1] or abs(way) <= HEAD:
        return stroke
    return (*before, (end[0] - math.copysign(HEAD, way), end[1]), end)


def moved(chart: Chart, x: float, y: float) -> Chart:
    """The chart's parts elsewhere."""

    def shift(point: Point) -> Point:
        return point[0] + x, point[1] + y

    def label(one: Label) -> Label:
        return replace(one, x=one.x + x, y=one.y + y)

    nodes = tuple(replace(node, x=node.x + x, y=node.y + y) for node in chart.nodes)
    edges = tuple(
        replace(
            edge,
            strokes=tuple(tuple(map(shift, stroke)) for stroke in edge.strokes),
            label=edge.label and label(edge.label),
        )
        for edge in chart.edges
    )
    lines = tuple(replace(line, points=tuple(map(shift, line.points))) for line in chart.lines)
    return replace(chart, nodes=nodes, edges=edges, labels=tuple(map(label, chart.labels)), lines=lines)


def stacked(rows: list[Chart], gap: float) -> Chart:
    """Charts one below the other."""
    tops = [sum(row.height + gap for row in rows[:count]) for count in range(len(rows) + 1)]
    together = _together([moved(row, 0, y) for row, y in zip(rows, tops, strict=False)])
    return replace(
        together,
        width=max(row.width for row in rows),
        height=tops[-1] - gap,
        cuts=tuple(y - gap / 2 for y in tops[1:-1]),
    )


def beside(columns: list[Chart], gap: float) -> Chart:
    """Charts side by side, their tops in line."""
    lefts = [sum(column.width + gap for column in columns[:count]) for count in range(len(columns) + 1)]
    together = _together([moved(column, x, 0) for column, x in zip(columns, lefts, strict=False)])
    return replace(together, width=lefts[-1] - gap, height=max(column.height for column in columns))


def _together(charts: list[Chart]) -> Chart:
    return Chart(
        0,
        0,
        tuple(node for chart in charts for node in chart.nodes),
        tuple(edge for chart in charts for edge in chart.edges),
        tuple(label for chart in charts for label in chart.labels),
        tuple(line for chart in charts for line in chart.lines),
    )
