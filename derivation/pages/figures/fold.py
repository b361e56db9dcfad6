"""The graph of a network, and how it is folded into rows that fit the width of the page.

A quantity that a row uses and does not compute stands before its first use there. One that a later row goes on with is
named again at the end of its own row and at the beginning of the later one, as a line of text that is broken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from derivation.formulas.terms import names
from derivation.networks.network import Network
from derivation.pages.figures.geometry import Kind
from derivation.pages.figures.layered import NARROW

REACH = 2
"""Layers over which the uses of one parameter share a box; farther away it is named again."""


@dataclass(frozen=True)
class Graph:
    """What each equation uses, in the order of the spec, and what kind everything is."""

    uses: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, Kind]

    @cached_property
    def layers(self) -> dict[str, int]:
        """The depth of each equation: one more than that of the deepest equation it uses."""
        depth: dict[str, int] = {}
        for key, used in self.uses.items():
            depth[key] = 1 + max((depth[operand] for operand in used if operand in depth), default=0)
        return depth

    @cached_property
    def first_uses(self) -> dict[str, str]:
        """The equation that uses a quantity first, the shallowest of them."""
        found: dict[str, str] = {}
        for key in sorted(self.uses, key=self.layers.__getitem__):
            for operand in self.uses[key]:
                found.setdefault(operand, key)
        return found


def graph(network: Network, grouped: bool = False) -> Graph:
    """The graph of the equations; grouped, givens of a kind that are used by the same equations are one node."""
    used = {key: names(term) for key, term in network.equations.items()}
    kinds: dict[str, Kind] = dict.fromkeys(network.equations, "unit")
    if network.loss:
        kinds[network.loss] = "loss"
    for given, kind in ((network.parameters, "parameter"), (network.data, "datum")):
        for key in given:
            if network.consumers[key]:
                kinds[key] = kind  # type: ignore[assignment]
    if not grouped:
        return Graph(used, kinds)
    groups: dict[tuple[Kind, tuple[str, ...]], list[str]] = {}
    for key, kind in kinds.items():
        if key not in used:
            groups.setdefault((kind, network.consumers[key]), []).append(key)
    called = {key: " ".join(group) for group in groups.values() for key in group}
    merged = {
        key: tuple(dict.fromkeys(called.get(operand, operand) for operand in operands))
        for key, operands in used.items()
    }
    return Graph(merged, {called.get(key, key): kind for key, kind in kinds.items()})


@dataclass(frozen=True, slots=True)
class Station:
    """A node in a row: `again` where the quantity has its own node elsewhere."""

    quantity: str
    layer: int
    again: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """Stations and the edges between them, in the direction of the forward pass; `carried` are the equations of earlier
    rows it uses."""

    stations: tuple[Station, ...]
    edges: tuple[tuple[Station, Station], ...]
    carried: int


def row(graph: Graph, first: int, last: int) -> Row:
    """The equations of the layers from `first` to before `last`, with all that they need."""
    members = {
        key: Station(key, graph.layers[key], False)
        for key in sorted(graph.uses, key=graph.layers.__getitem__)
        if first <= graph.layers[key] < last
    }
    entering: dict[str, list[Station]] = {}
    edges: list[tuple[Station, Station]] = []
    for key, station in members.items():
        for operand in graph.uses[key]:
            if operand in members:
                edges.append((members[operand], station))
                continue
            placed = entering.setdefault(operand, [])
            reach = REACH if graph.kinds[operand] == "parameter" else last
            if not placed or station.layer - 1 > placed[-1].layer + reach:
                again = operand in graph.uses or bool(placed) or graph.first_uses[operand] != key
                placed.append(Station(operand, station.layer - 1, again, len(placed)))
            edges.append((placed[-1], station))
    later = {
        operand
        for key, used in graph.uses.items()
        if graph.layers[key] >= last
        for operand in used
        if operand in members
    }
    leaving = {key: Station(key, members[key].layer + 1, True, -1) for key in members if key in later}
    edges += [(members[key], station) for key, station in leaving.items()]
    stations = (*(station for group in entering.values() for station in group), *members.values(), *leaving.values())
    return Row(stations, tuple(edges), sum(key in graph.uses for key in entering))


def folded(graph: Graph, width: Callable[[Row], float], widest: float) -> list[Row]:
    """As few rows as fit, broken where the fewest quantities are carried on, of even length."""
    depth = max(graph.layers.values())
    best: dict[int, tuple[tuple[int, float], list[Row]]] = {1: ((0, 0.0), [])}
    for last in range(2, depth + 2):
        for first in range(last - 1, 0, -1):
            candidate = row(graph, first, last)
            wide = width(candidate)
            if wide > widest and last - first > 1:
                break
            (count, cost), rows = best[first]
            found = (count + 1, cost + candidate.carried + (wide / widest) ** 2)
            if last not in best or found < best[last][0]:
                best[last] = (found, [*rows, candidate])
    return best[depth + 1][1]


def width_of(row: Row, box: Callable[[Station], float], label: Callable[[Station, Station], float]) -> float:
    """The least width of a row: its columns, the columns of its labels, and the distances between them."""
    columns = _columns(row, box, label)
    return sum(map(max, columns)) + NARROW * (len(columns) - 1)


def height_of(row: Row, box: Callable[[Station], float], label: Callable[[Station, Station], float]) -> float:
    """A height that the row surely has: that of the boxes or labels of its highest column."""
    return max(map(sum, _columns(row, box, label)))


def _columns(
    row: Row, box: Callable[[Station], float], label: Callable[[Station, Station], float]
) -> list[list[float]]:
    """A size of everything in each column; a label of no size is none."""
    columns: dict[int, list[float]] = {}
    for station in row.stations:
        columns.setdefault(2 * station.layer, []).append(box(station))
    for source, target in row.edges:
        if size := label(source, target):
            columns.setdefault(2 * source.layer + 1, []).append(size)
    return list(columns.values())
