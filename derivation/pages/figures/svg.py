"""A chart as SVG: the same places as the PDF's, formulas as MathML.

Every node, edge and label is a group with an `id`, its kind or style as a class, and `data-quantity` with the names of
what it stands for; edges have `data-source` and `data-target` too. So a script can find all that belongs to a quantity
`h` by `[data-quantity~=h]`. Colours are CSS variables (`--forward` and the like), which a page may set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html import escape

from derivation.pages.figures.geometry import ROUND, Block, Chart, Curve, Edge, Label, Line, Node, Point
from derivation.pages.typesetting.mathml import mathml
from derivation.words.files import templates

SCALE = 96 / 25.4
"""CSS pixels in a millimetre."""
CORNER = {"parameter": 0.4, "datum": 0.4, "again": 0.4, "cell": 0.3, "tile": 0.0}
"""Millimetres; others are rounder."""
ROUNDER = 2.2
MARGIN = 0.4
"""Room for the pens of the outermost lines."""
HEADED = frozenset({"forward", "backward", "update", "quiet"})
"""Styles of edges with an arrow head."""

CLOSE = re.compile("<mo>([−+/×])</mo>")
"""In a chart none of these stands between two terms."""
BLANKS = str.maketrans({"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
NAMESPACE = re.compile(r' xmlns="[^"]*"')


def svg(chart: Chart, prefix: str = "chart", title: str = "") -> str:
    """The whole `<svg>` element; `prefix` begins its ids, so that several can stand on a page.

    >>> svg(Chart(10, 10), "a").splitlines()[0].partition(" role=")[0]
    '<svg xmlns="http://www.w3.org/2000/svg" class="chart" id="a"'
    """
    titled = [f"<title>{escape(title, quote=False)}</title>"] if title else []
    return "\n".join(
        [f"{_opening(chart, prefix)}>", *titled, f"<style>{style_sheet()}</style>", *_drawn(chart, prefix), "</svg>"]
    )


def inline(chart: Chart, prefix: str, label: str) -> str:
    """The element inside an HTML page, which has the style sheet once for all charts; `label` says what it shows.

    >>> inline(Chart(10, 10), "a", "x < y").splitlines()[0].partition(" aria-label=")[2]
    '"x &lt; y">'
    """
    return NAMESPACE.sub(
        "", "\n".join([f"{_opening(chart, prefix)} aria-label={quoted(label)}>", *_drawn(chart, prefix), "</svg>"])
    )


def quoted(text: str) -> str:
    """A text as the value of an attribute, in the marks that it does not have itself. (`xml.sax.saxutils.quoteattr`
    does the same, and imports sockets and HTTP with it.)

    >>> print(quoted('a < b'), quoted('a "b"'))
    "a &lt; b" 'a "b"'
    """
    inside = escape(text, quote=False).translate(BLANKS)
    if '"' not in inside:
        return f'"{inside}"'
    return f"'{inside}'" if "'" not in inside else '"{}"'.format(inside.replace('"', "&quot;"))


def _opening(chart: Chart, prefix: str) -> str:
    width, height = chart.width + 2 * MARGIN, chart.height + 2 * MARGIN
    size = (
        f'width="{width:.4g}mm" height="{height:.4g}mm" viewBox="{_px(-MARGIN)} {_px(-MARGIN)} {_px(width)} '
        f'{_px(height)}"'
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" id={quoted(prefix)} role="img" {size}'


def _drawn(chart: Chart, prefix: str) -> Iterator[str]:
    yield from _heads(chart, prefix)
    yield from map(_line, chart.lines)
    for count, edge in enumerate(chart.edges):
        yield _edge(edge, f"{prefix}-edge-{count}", prefix)
    for count, node in enumerate(chart.nodes):
        yield _node(node, f"{prefix}-node-{count}")
    for count, label in enumerate(chart.labels):
        yield _label(label, f"{prefix}-label-{count}")


@cache
def style_sheet() -> str:
    """What charts look like, as CSS."""
    return (templates() / "svg" / "chart.css").read_text("utf-8")


def _heads(chart: Chart, prefix: str) -> Iterator[str]:
    """An arrow head for each style in use."""
    for style in sorted({edge.style for edge in chart.edges} & HEADED):
        yield (
            f'<marker id="{prefix}-head-{style}" markerUnits="userSpaceOnUse" markerWidth="7" markerHeight="6" '
            f'refX="6.4" refY="2.65" orient="auto">'
            f'<path class="head {style}" d="M0 0L6.4 2.65L0 5.3L1.9 2.65z"/></marker>'
        )


def _node(node: Node, identity: str) -> str:
    marked = " marked" if node.marked else f" {node.tint}" if node.tint else ""
    left, top, _, _ = node.frame
    corner = min(CORNER.get(node.kind, ROUNDER), node.height / 2)
    shade = f' style="--shade:{abs(node.shade):.3f}"' if node.tint else ""
    outline = (
        f'<rect x="{_px(left)}" y="{_px(top)}" width="{_px(node.width)}" height="{_px(node.height)}" '
        f'rx="{_px(corner)}"{shade}/>'
    )
    if node.kind in ROUND:
        outline = f'<circle cx="{_px(node.x)}" cy="{_px(node.y)}" r="{_px(node.width / 2)}"/>'
    inside = outline + "".join(_texts(node.block, node.x, node.y))
    return f'<g id="{identity}" class="node {node.kind}{marked}" data-quantity={quoted(node.quantity)}>{inside}</g>'


def _edge(edge: Edge, identity: str, prefix: str) -> str:
    paths = ["".join(_curve(curve, count == 0) for count, curve in enumerate(curves)) for curves in edge.curves]
    thickness = f' style="stroke-width:{_px(edge.thickness)}px"' if edge.thickness else ""
    head = f' marker-end="url(#{prefix}-head-{edge.style})"' if edge.style in HEADED else ""
    drawn = "".join(f'<path d="{path}"{thickness}{head if path is paths[-1] else ""}/>' for path in paths)
    label = "".join(_texts(edge.label.block, edge.label.x, edge.label.y)) if edge.label else ""
    about = f"data-source={quoted(edge.source)} data-target={quoted(edge.target)} data-quantity={quoted(edge.quantity)}"
    return f'<g id="{identity}" class="edge {edge.style}" {about}>{drawn}{label}</g>'


def _label(label: Label, identity: str) -> str:
    return (
        f'<g id="{identity}" class="label" '
        f"data-quantity={quoted(label.quantity)}>{''.join(_texts(label.block, label.x, label.y))}</g>"
    )


def _line(line: Line) -> str:
    return f'<polyline class="line {line.style}" points="{" ".join(_point(point) for point in line.points)}"/>'


def _curve(curve: Curve, first: bool) -> str:
    start, one, two, end = curve
    begin = f"M{_point(start)}" if first else ""
    return begin + (
        f"L{_point(end)}" if start == one or start[1] == end[1] else f"C{_point(one)} {_point(two)} {_point(end)}"
    )


def _texts(block: Block, x: float, y: float) -> Iterator[str]:
    """Formulas in MathML, each centred where it belongs."""
    for text in block.texts:
        left, top = x + text.x - text.width / 2, y + text.y - text.height / 2
        place = f'x="{_px(left)}" y="{_px(top)}" width="{_px(text.width)}" height="{_px(text.height)}"'
        yield (
            f'<foreignObject {place}><div xmlns="http://www.w3.org/1999/xhtml" class="text '
            f'{text.tone}">{_mathml(text.latex)}</div></foreignObject>'
        )


def _mathml(latex: str) -> str:
    """A formula; a sign of a shape or a derivative stands close."""
    found = CLOSE.sub(r'<mo lspace="0" rspace="0">\1</mo>', mathml(latex))
    return found.replace("<math", '<math xmlns="http://www.w3.org/1998/Math/MathML"', 1)


def _point(point: Point) -> str:
    return f"{_px(point[0])},{_px(point[1])}"


def _px(millimetres: float) -> str:
    return f"{round(millimetres * SCALE, 2) + 0.0:.2f}"  # no minus before a 0
