"""The update as a chart: for each parameter its value, the step, and the new value."""

from __future__ import annotations

import operator

from flint import fmpq

from derivation.formulas.arrays import Array
from derivation.formulas.decimals import rounded, unrounded
from derivation.formulas.numbers import certified, exact, middle
from derivation.formulas.terms import name, updated
from derivation.networks.network import Network
from derivation.networks.walkthrough import Derivation, TrainingStep
from derivation.pages.figures import measure
from derivation.pages.figures.flowchart import PADDING, TEXT_WIDTH
from derivation.pages.figures.geometry import Block, Chart, Edge, Label, Node, Text, beside, block
from derivation.pages.figures.layered import Box, Link, layered
from derivation.pages.figures.texts import STYLE, Texts, signed
from derivation.tex.write import write

HIGHEST, BETWEEN = 48.0, 10.0
"""Millimetres: the height up to which the parameters stand in one column, and the space between two columns."""
SHOWN, MOST_DIGITS = 20, 6
"""The new value is rounded by no more than this part of its step, in no more than so many digits."""


def update(derivation: Derivation) -> Chart:
    """The parameters that move, in as few columns as keep the chart low."""
    network: Network = derivation.network
    step = derivation.training_steps[0]
    moved = [key for key in network.parameters if key in step.updated]
    for count in range(1, len(moved) + 1):
        size = -(-len(moved) // count)
        chart = beside(
            [_column(network, step, moved[start : start + size]) for start in range(0, len(moved), size)], BETWEEN
        )
        if count > 1 and chart.width > TEXT_WIDTH[network.page.paper]:
            break
        fitting = chart
        if chart.height <= HIGHEST:
            break
    return fitting


def _column(network: Network, step: TrainingStep, keys: list[str]) -> Chart:
    """Parameters one below the other."""
    texts = Texts(network)
    boxes, links, nodes = [], [], []
    for key in keys:
        way = _way(step, key)
        before = block((texts.equation(key, step.values[key], "forward"),))
        after = block((_renewed(texts, key, step.updated[key], _digits(step.updated[key], way)),))
        moving = block((signed(texts.value(way, "update")),))
        for layer, inside in enumerate((before, after)):
            boxes.append(Box((key, layer), layer, inside.width + 2 * PADDING[0], inside.height + 2 * PADDING[1]))
            nodes.append(inside)
        links.append((Link((key, 0), (key, 1), (moving.width, moving.height), True), moving))
    layout = layered(boxes, [link for link, _ in links], 0.0)
    made = tuple(
        Node(box.key[0], "parameter", *layout.places[box.key], box.width, box.height, inside)  # type: ignore[index]
        for box, inside in zip(boxes, nodes, strict=True)
    )
    edges = tuple(
        _edge(key, moving, route.strokes, route.label)
        for key, (_, moving), route in zip(keys, links, layout.routes, strict=True)
    )
    return Chart(layout.width, layout.height, made, edges)


def _edge(
    key: str, moving: Block, strokes: tuple[tuple[tuple[float, float], ...], ...], place: tuple[float, float] | None
) -> Edge:
    assert place is not None
    return Edge(key, key, key, "update", strokes, Label(moving, *place, key))


def _renewed(texts: Texts, key: str, array: Array, digits: int) -> Text:
    """The new symbol and its value."""
    value = texts.value(array, "update", digits)
    symbol = write(updated(name(key)), texts.network.names)
    relation = "" if value.latex.startswith(r"\approx") else "="
    width, height = measure.size(symbol + relation)
    return Text(symbol + relation + value.latex, width + value.width, max(height, value.height), "update")


def _way(step: TrainingStep, key: str) -> Array:
    """What is added to the old value, before the sum is rounded where results are carried rounded."""
    old: Array = step.values[key]
    new: Array = step.updated[key].map(unrounded)
    way = certified(lambda: new.zip(operator.sub, old))
    # where the gradient vanishes the values agree to all their certain digits
    return way.map(lambda x: fmpq(0) if hasattr(x, "contains") and x.contains(0) else x)


def _digits(new: Array, way: Array) -> int:
    """The fewest digits in which the new value shows how far it has moved."""
    pairs = [(middle(x), abs(middle(y))) for x, y in zip(new.entries, way.entries, strict=True) if middle(y)]

    def shows(digits: int) -> bool:
        return all(abs(exact(rounded(x, digits)) - x) * SHOWN <= y for x, y in pairs)

    return next(filter(shows, range(STYLE.digits, MOST_DIGITS)), MOST_DIGITS)
