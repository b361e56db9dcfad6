"""A multilayer perceptron as neurons and weights: circles in layers, lines as thick as the weights are large."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from derivation.formulas.arrays import Array
from derivation.formulas.numbers import Number, middle
from derivation.formulas.operations import TABLE, heads
from derivation.formulas.terms import Term, name, names
from derivation.networks.network import Network
from derivation.pages.figures import measure
from derivation.pages.figures.geometry import Block, Chart, Edge, Frame, Label, Node, Point, Text, block, frame, meet
from derivation.pages.figures.texts import Texts, formula
from derivation.words.files import load

MOST_NEURONS, MOST_WEIGHTS = 8, 40
"""In a layer, and altogether, up to which the picture can be read."""
NEURON, PITCH, DISTANCE = 7.4, 12.0, 31.0
"""Millimetres: a circle, and from centre to centre within a layer and between two."""
THIN, THICK = 0.12, 0.9
"""The lines of the smallest and of the largest weight."""
STOPS = (0.3, 0.42, 0.58, 0.7, 0.5, 0.24, 0.76, 0.36, 0.64)
"""Where on its line a weight's number may stand, the preferred places first."""
CAPTION = 2.0


@dataclass(frozen=True, slots=True)
class Layer:
    """The symbols of a layer's neurons, and the weights into each from every neuron of the layer before (none for the
    inputs)."""

    quantity: str
    symbols: tuple[str, ...]
    parameter: str = ""
    weights: tuple[tuple[Number, ...], ...] = ()


def neurons(network: Network) -> Chart | None:
    """The picture, where every equation but the loss is a layer `W x + b` (or `x W + b`) or an activation, and there
    are two layers or more."""
    layers = layers_of(network)
    if len(layers) < 3 or max(len(layer.symbols) for layer in layers) > MOST_NEURONS:
        return None
    if sum(len(layer.weights) * len(before.symbols) for before, layer in pairwise(layers)) > MOST_WEIGHTS:
        return None
    places = _places(layers)
    edges = tuple(_edges(layers, places))
    nodes = tuple(
        Node(layer.quantity, "neuron", *place, NEURON, NEURON, block((formula(symbol, "ink"),)))
        for layer, column in zip(layers, places, strict=True)
        for symbol, place in zip(layer.symbols, column, strict=True)
    )
    labelled = _labelled(
        edges, [weight for layer in layers for row in layer.weights for weight in row], Texts(network), nodes
    )
    width, height = places[-1][0][0] + NEURON / 2, max(node.frame[3] for node in nodes)
    caption = _caption(edges)
    if caption is None:
        return Chart(width, height, nodes, labelled or edges)
    across = max(width, caption.width)
    label = Label(caption, across / 2, height + CAPTION + caption.height / 2)
    return Chart(across, height + CAPTION + caption.height, nodes, labelled or edges, (label,))


def layers_of(network: Network) -> list[Layer]:
    """The layers from the inputs to the outputs; empty where the network is no multilayer perceptron.

    >>> from derivation.spec.reader import loads
    >>> text = '[model]\\nequations = "h = tanh(W @ x)"\\n[parameters]\\nW = [[1, 2], [3, 4]]\\n[data]\\nx = [1, 2]'
    >>> [(layer.quantity, len(layer.symbols)) for layer in layers_of(loads(text))]
    [('x', 2), ('h', 2)]
    """
    layers: list[Layer] = []
    for key, term in network.equations.items():
        if key == network.loss:
            continue
        linear, before = _linear(network, term), layers[-1] if layers else None
        if linear:
            weights, entering, by_rows = linear
            if before is None and entering in network.data:
                before = _layer(network, entering, by_rows)
                layers.append(before)
            if before is None or before.quantity != entering:
                return []
            rows = network.parameters[weights].rows if by_rows else network.parameters[weights].T.rows
            layers.append(replace(_layer(network, key, by_rows), parameter=weights, weights=tuple(rows)))
        elif (
            before
            and before.weights
            and term.head in TABLE
            and TABLE[term.head].activation
            and term.children == (name(before.quantity),)
        ):
            by_rows = len(before.symbols) == _count(network, key, True)
            layers[-1] = replace(before, quantity=key, symbols=_layer(network, key, by_rows).symbols)
        else:
            return []
    return layers


def _linear(network: Network, term: Term) -> tuple[str, str, bool] | None:
    """(weights, what comes in, whether a row of the weights leads to each neuron) of a product with a parameter, a bias
    added or not."""
    product, *bias = term.args if term.head == heads.ADD else (term,)
    if product.head != heads.MATMUL or any(key not in network.parameters for one in bias for key in names(one)):
        return None
    if any(child.head != "name" for child in product.children):
        return None
    a, b = (child.args[0] for child in product.children)
    if a in network.parameters and b not in network.parameters:
        return a, b, True
    return (b, a, False) if b in network.parameters and a not in network.parameters else None


def _count(network: Network, key: str, by_rows: bool) -> int:
    shape = network.shapes[key]
    return (shape[0] if by_rows else shape[1]) if shape else 1


def _layer(network: Network, key: str, by_rows: bool) -> Layer:
    """Its neurons: the rows of a column vector (or of examples side by side), the columns of examples one below the
    other."""
    count = _count(network, key, by_rows)
    symbols = tuple(network.names.entry(key, (k,)) for k in range(count)) if count > 1 else (network.names.latex(key),)
    return Layer(key, symbols)


def _places(layers: list[Layer]) -> list[list[Point]]:
    """The centres of the neurons, layer by layer, each layer in the middle of the height."""
    highest = max(len(layer.symbols) for layer in layers)
    tops = [(highest - len(layer.symbols)) * PITCH / 2 + NEURON / 2 for layer in layers]
    return [
        [(NEURON / 2 + DISTANCE * column, top + PITCH * k) for k in range(len(layer.symbols))]
        for column, (layer, top) in enumerate(zip(layers, tops, strict=True))
    ]


def _edges(layers: list[Layer], places: list[list[Point]]) -> Iterator[Edge]:
    """A straight line for each weight, from circle to circle."""
    largest = max(abs(middle(weight)) for layer in layers for row in layer.weights for weight in row) or 1
    for (before, layer), (left, right) in zip(pairwise(layers), pairwise(places), strict=True):
        for row, end in zip(layer.weights, right, strict=True):
            for weight, start in zip(row, left, strict=True):
                length = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
                out = tuple((b - a) * NEURON / 2 / length for a, b in zip(start, end, strict=True))
                line = ((start[0] + out[0], start[1] + out[1]), (end[0] - out[0], end[1] - out[1]))
                size = float(abs(middle(weight)) / largest)
                style = "negative" if middle(weight) < 0 else "positive" if size else "faint"
                yield Edge(
                    before.quantity,
                    layer.quantity,
                    layer.parameter,
                    style,  # type: ignore[arg-type]
                    (line,),
                    None,
                    THIN + (THICK - THIN) * size,
                    straight=True,
                )


def _labelled(
    edges: tuple[Edge, ...], weights: list[Number], texts: Texts, nodes: tuple[Node, ...]
) -> tuple[Edge, ...]:
    """The lines with their weights' numbers on them; nothing where one of them has no place clear of the others."""
    taken: list[Frame] = [node.frame for node in nodes]
    found: list[Edge] = []
    for edge, weight in zip(edges, weights, strict=True):
        inside = block((texts.value(Array.scalar(weight), "soft"),))
        (start, end) = edge.strokes[0]
        others = [other.strokes[0] for other in edges if other is not edge]
        for stop in STOPS:
            place = (start[0] + (end[0] - start[0]) * stop, start[1] + (end[1] - start[1]) * stop)
            around = frame(*place, inside.width + 0.6, inside.height + 0.6)
            if not any(meet(around, other) for other in taken) and not any(
                _crosses(around, *other) for other in others
            ):
                taken.append(around)
                found.append(_parted(edge, inside, place))
                break
        else:
            return ()
    return tuple(found)


def _crosses(around: Frame, start: Point, end: Point) -> bool:
    """Whether a line passes through a frame (Liang, Barsky 1984)."""
    low, high = 0.0, 1.0
    for side in (0, 1):
        way = end[side] - start[side]
        if way == 0:
            if not around[side] < start[side] < around[side + 2]:
                return False
            continue
        bounds = sorted(((around[side] - start[side]) / way, (around[side + 2] - start[side]) / way))
        low, high = max(low, bounds[0]), min(high, bounds[1])
    return low < high


def _parted(edge: Edge, inside: Block, place: Point) -> Edge:
    """The line with a gap where its label stands."""
    (start, end) = edge.strokes[0]
    across, up = end[0] - start[0], end[1] - start[1]
    share = min((inside.width / 2 + 0.2) / abs(across), (inside.height / 2 + 0.2) / abs(up) if up else 1.0)
    before, after = ((place[0] + sign * share * across, place[1] + sign * share * up) for sign in (-1, 1))
    return replace(edge, strokes=((start, before), (after, end)), label=Label(inside, *place, edge.quantity))


def _caption(edges: tuple[Edge, ...]) -> Block | None:
    """What the lines say, as far as they differ."""
    words = load()["document"]
    different = {
        "weights_thickness": len({edge.thickness for edge in edges}) > 1,
        "weights_dashed": any(edge.style == "negative" for edge in edges),
    }
    lines = [words[key] for key, is_seen in different.items() if is_seen]
    texts = [(Text(rf"\text{{{line}}}", measure.words(line) * 0.75, measure.LINE * 0.75, "shape"),) for line in lines]
    return block(*texts) if texts else None
