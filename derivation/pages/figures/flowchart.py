"""Flowcharts of the equations: forward with values, backward with gradients; as much is shown as the page has room
for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from derivation.networks.network import Network
from derivation.networks.walkthrough import Derivation
from derivation.pages.figures.fold import Graph, Row, Station, folded, graph, height_of, width_of
from derivation.pages.figures.geometry import Block, Chart, Edge, Label, Node, Style, Text, block, piled, stacked
from derivation.pages.figures.layered import Box, Layout, Link, layered
from derivation.pages.figures.shares import Shares, shares
from derivation.pages.figures.texts import Texts

TEXT_WIDTH = {"a4": 172.0, "letter": 177.0}
"""Millimetres between the margins."""
ENOUGH = 135.0
"""Millimetres: a look that makes a chart higher than this gives way to the next barer one."""
PADDING = (1.1, 0.9)
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
    return _Drawing(look, widest).chart()


class _Drawing:
    def __init__(self, look: Look, widest: float) -> None:
        self.look, self.widest = look, widest
        keys = look.graph.kinds
        self.blocks = {
            (key, again): write(key) for again, write in ((False, look.node), (True, look.again)) for key in keys
        }
        self.labels = {
            (key, operand): look.label(key, operand) for key, used in look.graph.uses.items() for operand in used
        }
        self.rows = folded(look.graph, self.width, widest)

    def chart(self) -> Chart:
        return stacked([self.row(row) for row in self.rows], BETWEEN_ROWS)

    @property
    def least_height(self) -> float:
        """A height below which the chart surely is not."""
        return sum(map(self.height, self.rows)) + BETWEEN_ROWS * (len(self.rows) - 1)

    def block(self, station: Station) -> Block:
        return self.blocks[station.quantity, station.again]

    def label(self, source: Station, target: Station) -> Block | None:
        return self.labels.get((target.quantity, source.quantity))

    def size(self, station: Station) -> tuple[float, float]:
        inside = self.block(station)
        return inside.width + 2 * PADDING[0], inside.height + 2 * PADDING[1]

    def width(self, row: Row) -> float:
        return width_of(
            row,
            lambda station: self.size(station)[0],
            lambda source, target: getattr(self.label(source, target), "width", 0.0),
        )

    def height(self, row: Row) -> float:
        return height_of(
            row,
            lambda station: self.size(station)[1],
            lambda source, target: getattr(self.label(source, target), "height", 0.0),
        )

    def row(self, row: Row) -> Chart:
        """One row laid out."""
        boxes = [Box(station, station.layer, *self.size(station)) for station in row.stations]
        links = []
        for source, target in row.edges:
            label = self.label(source, target)
            links.append(
                Link(
                    source,
                    target,
                    (label.width, label.height) if label else None,
                    source.quantity in self.look.graph.uses,
                )
            )
        layout = layered(boxes, links, self.widest)
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
    """Values in the nodes, else symbols."""
    return fullest(derivation.network, forward_looks(derivation))


def backward(derivation: Derivation) -> Chart:
    """Gradients in the nodes; on the edges local derivatives, and each use's share where a quantity is used several
    times."""
    return fullest(derivation.network, backward_looks(derivation))


def forward_looks(derivation: Derivation) -> list[Look]:
    """From the fullest to the barest: every value, those of what is computed and of the data, symbols."""
    network: Network = derivation.network
    values, texts = derivation.values, Texts(network)

    def valued(key: str) -> Block:
        if not network.shapes[key] and key not in network.equations:
            return block((texts.equation(key, values[key], "forward"),))
        return block(_titled(texts, key), (texts.value(values[key], "forward"),))

    def computed(key: str) -> Block:
        return bare.node(key) if key.split()[0] in network.parameters else piled([valued(one) for one in key.split()])

    bare = symbols(network)
    return [Look(graph(network), valued, _symbols(texts), _unlabelled, _carried), replace(bare, node=computed), bare]


def backward_looks(derivation: Derivation) -> list[Look]:
    """From the fullest to the barest: every gradient, those of what is computed, those to which several uses
    contribute, their names."""
    network: Network = derivation.network
    found, texts = derivation.gradients, Texts(network)
    on_edges = _OnEdges(network, shares(network, derivation.training_steps[0]), texts)

    def flows(*keys: str) -> bool:
        return all(key in found and key not in network.data for key in keys)

    def named(key: str) -> Block:
        return block((texts.gradient(network.loss or "", key),) if flows(*key.split()) else _titled(texts, key))

    def valued(key: str) -> Block:
        return (
            block(*[(text,) for text in named(key).texts], (texts.value(found[key], "backward"),))
            if flows(key)
            else named(key)
        )

    def style(result: str, operand: str) -> Style:
        return "backward" if flows(result, *operand.split()) else "faint"

    def computed(key: str) -> Block:
        return valued(key) if key in network.equations else named(key)

    def shared(key: str) -> Block:
        return valued(key) if on_edges.is_shared(key) else named(key)

    full = Look(graph(network), valued, named, on_edges.full, style)
    some = replace(full, graph=graph(network, grouped=True), node=computed)
    bare = replace(some, node=named, label=_unlabelled)
    return [
        full,
        some,
        replace(full, label=on_edges.shares),
        replace(some, label=on_edges.local),
        replace(some, label=on_edges.shares),
        replace(some, node=shared),
        replace(bare, label=on_edges.local),
        bare,
    ]


@dataclass(frozen=True, slots=True)
class _OnEdges:
    """What stands on the edges of the backward chart."""

    network: Network
    parts: Shares
    texts: Texts

    def is_shared(self, key: str) -> bool:
        """Whether several uses contribute to a gradient."""
        return key not in self.network.data and sum(operand == key for _, operand in self.parts.gradients) > 1

    def share(self, result: str, operand: str) -> tuple[Text, ...]:
        """The contribution of one use, where there are several."""
        if (result, operand) not in self.parts.gradients or not self.is_shared(operand):
            return ()
        return (self.texts.value(self.parts.gradients[result, operand], "backward"),)

    def shares(self, result: str, operand: str) -> Block | None:
        share = self.share(result, operand)
        return block(share) if share else None

    def local(self, result: str, operand: str) -> Block | None:
        """The derivative of an equation by what it uses: a factor between scalars, else its symbol."""
        if (result, operand) not in self.parts.gradients or operand in self.network.data:
            return None
        slope = self.parts.slopes.get((result, operand))
        return block((self.texts.local(result, operand) if slope is None else self.texts.slope(slope),))

    def full(self, result: str, operand: str) -> Block | None:
        """The local derivative, and the share below it."""
        local, share = self.local(result, operand), self.share(result, operand)
        return block(local.texts, share) if local and share else local


def symbols(network: Network, marked: frozenset[str] = frozenset()) -> Look:
    """Symbols and shapes only, with givens of the same use in one box."""
    texts = Texts(network)
    return Look(
        graph(network, grouped=True),
        lambda key: block(_titled(texts, key)),
        _symbols(texts),
        _unlabelled,
        _carried,
        marked,
    )


def fullest(network: Network, looks: list[Look]) -> Chart:
    """The first look that is not too high, else the last."""
    widest = TEXT_WIDTH[network.page.paper]
    for look in looks[:-1]:
        drawing = _Drawing(look, widest)
        if drawing.least_height <= ENOUGH and (chart := drawing.chart()).height <= ENOUGH:
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
