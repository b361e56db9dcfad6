"""Flowcharts of the equations: forward with values, backward with gradients; as much is shown as the page has room for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ..network import Network
from ..walkthrough import Derivation
from .fold import Graph, Row, Station, folded, graph, width_of
from .geometry import Block, Chart, Edge, Label, Node, Style, Text, block, stacked
from .layered import Box, Layout, Link, layered
from .shares import Shares, shares
from .texts import Texts

TEXT_WIDTH = {"a4": 172.0, "letter": 177.0}
"""Millimetres between the margins."""
ENOUGH = 125.0
"""The height up to which a chart shows values; a higher one shows symbols only."""
PADDING = (1.3, 0.9)
BETWEEN_ROWS = 6.0


@dataclass(frozen=True, slots=True)
class Look:
    """What stands in each node and on each edge, how an edge is drawn, and which nodes are marked."""

    graph: Graph
    node: Callable[[str], Block]
    again: Callable[[str], Block]
    label: Callable[[str, str], Block | None]
    style: Callable[[str, str], Style]
    marked: frozenset[str] = frozenset()


def drawn(look: Look, widest: float) -> Chart:
    """The chart of a look, folded into rows no wider than `widest`."""
    drawing = _Drawing(look)
    rows = folded(look.graph, drawing.width, widest)
    return stacked([drawing.chart(row, widest) for row in rows], BETWEEN_ROWS)


class _Drawing:
    def __init__(self, look: Look) -> None:
        self.look = look
        keys = look.graph.kinds
        self.blocks = {(key, again): write(key) for again, write in ((False, look.node), (True, look.again)) for key in keys}
        self.labels = {(key, operand): look.label(key, operand) for key, used in look.graph.uses.items() for operand in used}

    def block(self, station: Station) -> Block:
        return self.blocks[station.quantity, station.again]

    def label(self, source: Station, target: Station) -> Block | None:
        return self.labels.get((target.quantity, source.quantity))

    def size(self, station: Station) -> tuple[float, float]:
        inside = self.block(station)
        return inside.width + 2 * PADDING[0], inside.height + 2 * PADDING[1]

    def width(self, row: Row) -> float:
        return width_of(row, lambda station: self.size(station)[0], lambda source, target: getattr(self.label(source, target), "width", 0.0))

    def chart(self, row: Row, widest: float) -> Chart:
        """One row laid out."""
        boxes = [Box(station, station.layer, *self.size(station)) for station in row.stations]
        links = []
        for source, target in row.edges:
            label = self.label(source, target)
            links.append(Link(source, target, (label.width, label.height) if label else None, source.quantity in self.look.graph.uses))
        layout = layered(boxes, links, widest)
        nodes = tuple(self.node(station, layout) for station in row.stations)
        return Chart(layout.width, layout.height, nodes, tuple(self.edges(row, layout)))

    def node(self, station: Station, layout: Layout) -> Node:
        kind = "again" if station.again else self.look.graph.kinds[station.quantity]
        marked = not self.look.marked.isdisjoint(station.quantity.split())
        return Node(station.quantity, kind, *layout.places[station], *self.size(station), self.block(station), marked)

    def edges(self, row: Row, layout: Layout) -> Iterator[Edge]:
        for (source, target), route in zip(row.edges, layout.routes, strict=True):
            label = self.label(source, target)
            style = self.look.style(target.quantity, source.quantity)
            placed = Label(label, *route.label, source.quantity) if label and route.label else None
            edge = Edge(source.quantity, target.quantity, source.quantity, style, route.strokes, placed)
            yield backwards(edge) if style == "backward" else edge


def backwards(edge: Edge) -> Edge:
    """The same edge, run through from its target to its source."""
    strokes = tuple(tuple(reversed(stroke)) for stroke in reversed(edge.strokes))
    return replace(edge, source=edge.target, target=edge.source, strokes=strokes)


def forward(derivation: Derivation) -> Chart:
    """Values in the nodes."""
    network: Network = derivation.network
    values, texts = derivation.values, Texts(network)

    def valued(key: str) -> Block:
        if not network.shapes[key] and key not in network.equations:
            return block((texts.equation(key, values[key], "forward"),))
        return block(_titled(texts, key), (texts.value(values[key], "forward"),))

    return _fullest(network, [Look(graph(network), valued, _symbols(texts), _unlabelled, _carried), symbols(network)])


def backward(derivation: Derivation) -> Chart:
    """Gradients in the nodes; on the edges local derivatives, and each use's share where a quantity is used several times."""
    network: Network = derivation.network
    found, texts = derivation.gradients, Texts(network)
    parts = shares(network, derivation.training_steps[0])

    def valued(key: str) -> Block:
        if key not in found or key in network.data:
            return block(_titled(texts, key))
        return block((texts.gradient(network.loss or "", key),), (texts.value(found[key], "backward"),))

    def style(result: str, operand: str) -> Style:
        return "backward" if not set(operand.split()) - set(found) - set(network.data) and operand.split()[0] not in network.data else "faint"

    def look(label: Callable[[str, str], Block | None]) -> Look:
        return Look(graph(network), valued, _symbols(texts), label, style)

    on_edges = _OnEdges(network, parts, texts)
    return _fullest(network, [look(on_edges.full), look(on_edges.shares), replace(symbols(network), style=style)])


@dataclass(frozen=True, slots=True)
class _OnEdges:
    """What stands on the edges of the backward chart."""

    network: Network
    parts: Shares
    texts: Texts

    def share(self, result: str, operand: str) -> tuple[Text, ...]:
        """The contribution of one use, where there are several."""
        uses = [use for use in self.parts.gradients if use[1] == operand]
        if (result, operand) not in uses or len(uses) < 2 or operand in self.network.data:
            return ()
        return (self.texts.value(self.parts.gradients[result, operand], "backward"),)

    def shares(self, result: str, operand: str) -> Block | None:
        share = self.share(result, operand)
        return block(share) if share else None

    def full(self, result: str, operand: str) -> Block | None:
        if (result, operand) not in self.parts.gradients or operand in self.network.data:
            return None
        slope = self.parts.slopes.get((result, operand))
        local = self.texts.local(result, operand) if slope is None else self.texts.slope(slope)
        return block(*filter(None, [(local,), self.share(result, operand)]))


def symbols(network: Network, marked: frozenset[str] = frozenset()) -> Look:
    """Symbols and shapes only, with givens of the same use in one box."""
    texts = Texts(network)
    return Look(graph(network, grouped=True), lambda key: block(_titled(texts, key)), _symbols(texts), _unlabelled, _carried, marked)


def _fullest(network: Network, looks: list[Look]) -> Chart:
    """The first look that is not too high, else the last."""
    widest = TEXT_WIDTH[network.page.paper]
    for look in looks[:-1]:
        chart = drawn(look, widest)
        if chart.height <= ENOUGH:
            return chart
    return drawn(looks[-1], widest)


def _titled(texts: Texts, key: str) -> tuple[Text, ...]:
    """A symbol with its shape."""
    shape = texts.shape(key)
    return (texts.symbol(key), shape) if shape else (texts.symbol(key),)


def _symbols(texts: Texts) -> Callable[[str], Block]:
    return lambda key: block((texts.symbol(key),))


def _unlabelled(result: str, operand: str) -> None:
    return None


def _carried(result: str, operand: str) -> Style:
    return "forward"
