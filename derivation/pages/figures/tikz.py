"""A chart as TikZ. What kinds, styles and tones look like stands in the preamble of the look (`box parameter`, `edge
backward`, `text soft`)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from pylatex import NoEscape, TikZ, TikZOptions

from derivation.pages.figures.geometry import ROUND, Block, Chart, Curve, Edge, Node

PAGE = 215.0
"""Millimetres: a higher chart is parted at its cuts."""


def tikz(chart: Chart) -> str:
    """The picture, or several one below the other where it is higher than a page.

    >>> print(tikz(Chart(10, 10)))
    \\begin{tikzpicture}[chart]%
    \\useasboundingbox (0,0) rectangle (10.00,10.00);%
    \\end{tikzpicture}
    """
    bands = [0.0, *(chart.cuts if chart.height > PAGE else ()), chart.height]
    return "\\par\n".join(_picture(chart, top, bottom) for top, bottom in pairwise(bands))


def _picture(chart: Chart, top: float, bottom: float) -> str:
    picture = TikZ(options=TikZOptions(NoEscape("chart")))
    picture.append(
        NoEscape(
            rf"\useasboundingbox (0,{top:.2f}) rectangle ({chart.width:.2f},{bottom:.2f});".replace("(0,0.00)", "(0,0)")
        )
    )
    for line in _lines(chart, top, bottom):
        picture.append(NoEscape(line))
    text: str = picture.dumps()
    return text


def _lines(chart: Chart, top: float, bottom: float) -> Iterator[str]:
    for line in chart.lines:
        if top <= line.points[0][1] <= bottom:
            yield rf"\draw[line {line.style}] " + " -- ".join(map(_point, line.points)) + ";"
    for edge in chart.edges:
        if top <= edge.strokes[0][0][1] <= bottom:
            yield from _edge(edge)
    for node in chart.nodes:
        if top <= node.y <= bottom:
            yield from _node(node)
    for label in chart.labels:
        if top <= label.y <= bottom:
            yield from _block(label.block, label.x, label.y)


def _node(node: Node) -> Iterator[str]:
    left, top, right, bottom = node.frame
    marked = ",box marked" if node.marked else f",tint {node.tint}={abs(node.shade) * 100:.1f}" if node.tint else ""
    outline = f"{_point((left, top))} rectangle {_point((right, bottom))}"
    if node.kind in ROUND:
        outline = f"{_point((node.x, node.y))} circle[radius={node.width / 2:.2f}]"
    yield rf"\path[box {node.kind}{marked}] {outline};"
    yield from _block(node.block, node.x, node.y)


def _edge(edge: Edge) -> Iterator[str]:
    thickness = f",line width={edge.thickness:.2f}mm" if edge.thickness else ""
    strokes = list(edge.curves)
    for count, curves in enumerate(strokes):
        head = "" if count == len(strokes) - 1 else ",-"
        yield rf"\draw[edge {edge.style}{head}{thickness}] {_point(curves[0][0])}" + "".join(map(_curve, curves)) + ";"
    if edge.label:
        yield from _block(edge.label.block, edge.label.x, edge.label.y)


def _curve(curve: Curve) -> str:
    start, first, second, end = curve
    if start == first or start[1] == end[1]:
        return f" -- {_point(end)}"
    return f" .. controls {_point(first)} and {_point(second)} .. {_point(end)}"


def _block(block: Block, x: float, y: float) -> Iterator[str]:
    for text in block.texts:
        yield (
            rf"\node[text {text.tone}] at {_point((x + text.x, y + text.y))} "
            rf"{{\measured{{{text.width:.2f}}}{{{text.height:.2f}}}{{${text.latex}$}}}};"
        )


def _point(point: tuple[float, float]) -> str:
    x, y = (round(side, 2) + 0.0 for side in point)  # no minus before a 0
    return f"({x:.2f},{y:.2f})"
