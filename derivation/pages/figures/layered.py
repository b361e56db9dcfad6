"""A layered drawing of any acyclic graph: layers in columns, few crossings, and a lane of its own for every edge that
skips layers.

An edge is a chain of vertices, one in each column on its way; its label is a vertex of the chain that has a size, in a
column of its own. Inside a column every chain runs level and keeps its distance, and between two columns there is
nothing but curves. So no edge meets a box or a label, whatever the graph.

Source: Sugiyama, Tagawa, Toda, "Methods for visual understanding of hierarchical system structures" (1981); the places
in a column are the least-squares ones that keep the order (pool adjacent violators).
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from derivation.pages.figures.geometry import Point

LANE, SPACE, CLEAR = 1.2, 2.6, 0.9
"""Millimetres: the height of a lane, the space between two boxes, and beside a lane or a label."""
PORT = 2.4
"""Between two edges that meet the same side of a box, where it is high enough."""
NARROW, WIDE, STEEP = 4.6, 14.0, 0.3
"""The least and the greatest distance of two columns, and its share of the height that an edge climbs there."""
FINE = 6
"""Decimal places of a millimetre to which the points of a route are rounded."""
ROUNDS, PATIENCE, SETTLING = 8, 3, 80
PLAIN, MAIN, STRAIGHT = 1.0, 12.0, 30.0
"""How much an edge, a main edge, and a lane want to be straight."""


@dataclass(frozen=True, slots=True)
class Box:
    """Something to place: its column, counted from 0, and its size."""

    key: Hashable
    layer: int
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Link:
    """An edge from a box to one in a later column, with the size of its label if it has one; a main one is kept
    straight."""

    source: Hashable
    target: Hashable
    label: tuple[float, float] | None = None
    main: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """The strokes of a link from left to right, and the centre of its label."""

    strokes: tuple[tuple[Point, ...], ...]
    label: Point | None


@dataclass(frozen=True, slots=True)
class Layout:
    """Centres of the boxes, and routes in the order of the links."""

    places: dict[Hashable, Point]
    routes: tuple[Route, ...]
    width: float
    height: float


@dataclass(eq=False, slots=True)
class _Vertex:
    """A box, a label, or a bend of an edge, in one column."""

    rank: int
    width: float = 0.0
    height: float = LANE
    is_box: bool = False
    y: float = 0.0
    before: list[_Joint] = field(default_factory=list)
    after: list[_Joint] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class _Joint:
    """What ties two vertices of neighbouring columns; ports are measured from the vertices' centres."""

    left: _Vertex
    right: _Vertex
    weight: float
    exit: float = 0.0
    entry: float = 0.0


STARTS: tuple[Callable[[list[_Vertex]], list[_Vertex]], ...] = (
    list,
    lambda column: column[::-1],
    lambda column: column[::2] + column[1::2],
    lambda column: column[len(column) // 2 :] + column[: len(column) // 2],
)
"""First orders of a column that are tried: as it is, reversed, dealt out, cut."""


def layered(boxes: Sequence[Box], links: Sequence[Link], widest: float) -> Layout:
    """Places and routes for boxes and links; no wider than `widest` where the columns fit there at their least
    distance.

    >>> layered([Box("a", 0, 4, 4), Box("b", 1, 4, 4)], [Link("a", "b")], 100).places
    {'a': (2.0, 2.0), 'b': (10.6, 2.0)}
    """
    drawing = _Drawing(boxes, links)
    drawing.order()
    drawing.join()
    drawing.settle()
    return drawing.layout(widest)


class _Drawing:
    def __init__(self, boxes: Sequence[Box], links: Sequence[Link]) -> None:
        layer = {box.key: box.layer for box in boxes}
        labelled = {2 * layer[link.source] + 1 for link in links if link.label}
        ranks = {rank: count for count, rank in enumerate(sorted({2 * box.layer for box in boxes} | labelled))}
        self.boxes = {box.key: _Vertex(ranks[2 * box.layer], box.width, box.height, True) for box in boxes}
        self.chains = [self.chain(link, ranks.get(2 * layer[link.source] + 1)) for link in links]
        self.columns: list[list[_Vertex]] = [[] for _ in ranks]
        for vertex in self.first_order():
            self.columns[vertex.rank].append(vertex)

    def chain(self, link: Link, label_rank: int | None) -> list[_Vertex]:
        """The vertices of a link, tied together."""
        start, end = self.boxes[link.source], self.boxes[link.target]
        between = [
            _Vertex(rank, *(link.label or (0.0, LANE))) if rank == label_rank and link.label else _Vertex(rank)
            for rank in range(start.rank + 1, end.rank)
        ]
        chain = [start, *between, end]
        for a, b in pairwise(chain):
            weight = STRAIGHT if not a.is_box and not b.is_box else MAIN if link.main else PLAIN
            joint = _Joint(a, b, weight)
            a.after.append(joint)
            b.before.append(joint)
        return chain

    def first_order(self) -> Iterator[_Vertex]:
        """Every vertex, those behind a box in the order in which its links were given."""
        seen: set[int] = set()
        for end in sorted(self.boxes.values(), key=lambda vertex: -vertex.rank):
            waiting = [end]
            while waiting:
                vertex = waiting.pop()
                if id(vertex) not in seen:
                    seen.add(id(vertex))
                    yield vertex
                    waiting.extend(joint.left for joint in reversed(vertex.before))

    def order(self) -> None:
        """Barycentre sweeps and sifting from several first orders; the order with the fewest crossings stays."""
        first = [list(column) for column in self.columns]
        best, kept = self.crossings(), first
        for start in STARTS:
            self.columns = [start(column) for column in first]
            idle, lately = 0, self.crossings()
            for count in range(ROUNDS):
                if not best or idle == PATIENCE:
                    break
                self.sweep(forward=bool(count % 2), turned=bool(count // 2 % 2))
                crossings = self.crossings()
                idle, lately = (0, crossings) if crossings < lately else (idle + 1, lately)
                if crossings < best:
                    best, kept = crossings, [list(column) for column in self.columns]
        self.columns = kept

    def sweep(self, forward: bool, turned: bool) -> None:
        """All columns sorted one after the other, then sifted."""
        for rank in range(1, len(self.columns)) if forward else range(len(self.columns) - 2, -1, -1):
            self.sort(rank, forward, turned)
        for rank in range(len(self.columns)):
            self.sift(rank)

    def sort(self, rank: int, forward: bool, turned: bool) -> None:
        """The column in the order of the middles of what stands before or behind; what has nothing there keeps its
        share of the way.

        `turned` lets those with the same middle change their order.
        """
        places = self.places(rank - 1 if forward else rank + 1)
        column = self.columns[rank][::-1] if turned else self.columns[rank]

        def centre(item: tuple[int, _Vertex]) -> float:
            ends = [
                places[id(joint.left if forward else joint.right)]
                for joint in (item[1].before if forward else item[1].after)
            ]
            return sum(ends) / len(ends) if ends else item[0] * max(len(places) - 1, 0) / max(len(column) - 1, 1)

        self.columns[rank] = [vertex for _, vertex in sorted(enumerate(column), key=centre)]

    def sift(self, rank: int) -> None:
        """Each vertex in turn to the place in its column where the fewest joints cross."""
        sides = self.places(rank - 1), self.places(rank + 1)
        ends = {
            id(vertex): (
                [sides[0][id(joint.left)] for joint in vertex.before],
                [sides[1][id(joint.right)] for joint in vertex.after],
            )
            for vertex in self.columns[rank]
        }

        def crossed(upper: _Vertex, lower: _Vertex) -> int:
            return sum(
                a > b for one, two in zip(ends[id(upper)], ends[id(lower)], strict=True) for a in one for b in two
            )

        for vertex in list(self.columns[rank]):
            others = [other for other in self.columns[rank] if other is not vertex]
            counts = [sum(crossed(vertex, other) for other in others)]
            for other in others:
                counts.append(counts[-1] + crossed(other, vertex) - crossed(vertex, other))
            now = self.columns[rank].index(vertex)
            least = min(range(len(counts)), key=lambda place: (counts[place], abs(place - now)))
            self.columns[rank] = [*others[:least], vertex, *others[least:]]

    def places(self, rank: int) -> dict[int, int]:
        return {id(vertex): k for k, vertex in enumerate(self.columns[rank])} if 0 <= rank < len(self.columns) else {}

    def crossings(self) -> int:
        """Pairs of joints that cross."""
        total = 0
        for rank, column in enumerate(self.columns[:-1]):
            places, passed = self.places(rank + 1), list[int]()
            for vertex in column:
                ends = sorted(places[id(joint.right)] for joint in vertex.after)
                total += sum(len(passed) - bisect_right(passed, end) for end in ends)
                for end in ends:
                    insort(passed, end)
        return total

    def join(self) -> None:
        """Ports along the sides of the boxes, in the order of what lies beyond."""
        for rank, column in enumerate(self.columns):
            left, right = self.places(rank - 1), self.places(rank + 1)
            for vertex in column:
                if vertex.is_box:
                    for k, joint in enumerate(sorted(vertex.before, key=lambda joint: left[id(joint.left)])):
                        joint.entry = _port(vertex, k, len(vertex.before))
                    for k, joint in enumerate(sorted(vertex.after, key=lambda joint: right[id(joint.right)])):
                        joint.exit = _port(vertex, k, len(vertex.after))

    def settle(self) -> None:
        """Heights: each column in turn as near to what it is tied to as its order and distances let it."""
        for column in self.columns:
            _place(column, [0.0] * len(column), [1.0] * len(column))
        for count in range(SETTLING):
            for column in self.columns if count % 2 else reversed(self.columns):
                wishes = [
                    [(joint.left.y + joint.exit - joint.entry, joint.weight) for joint in vertex.before]
                    + [(joint.right.y + joint.entry - joint.exit, joint.weight) for joint in vertex.after]
                    for vertex in column
                ]
                weights = [sum(weight for _, weight in wish) or 0.01 for wish in wishes]
                targets = [
                    sum(y * weight for y, weight in wish) / weight_of if wish else vertex.y
                    for vertex, wish, weight_of in zip(column, wishes, weights, strict=True)
                ]
                _place(column, targets, weights)

    def layout(self, widest: float) -> Layout:
        top = min(vertex.y - vertex.height / 2 for column in self.columns for vertex in column)
        for column in self.columns:
            for vertex in column:
                vertex.y -= top
        edges = self.across(widest)
        places = {key: (sum(edges[vertex.rank]) / 2, vertex.y) for key, vertex in self.boxes.items()}
        bottom = max(vertex.y + vertex.height / 2 for column in self.columns for vertex in column)
        return Layout(places, tuple(_route(chain, edges) for chain in self.chains), edges[-1][1], bottom)

    def across(self, widest: float) -> list[tuple[float, float]]:
        """Left and right of each column; where edges climb far, columns stand farther apart."""
        widths = [max(vertex.width for vertex in column) for column in self.columns]
        climbs = [
            max(
                (
                    abs(joint.left.y + joint.exit - joint.right.y - joint.entry)
                    for vertex in column
                    for joint in vertex.after
                ),
                default=0.0,
            )
            for column in self.columns[:-1]
        ]
        wished = [min(max(NARROW, STEEP * climb), WIDE) - NARROW for climb in climbs]
        room = max(widest - sum(widths) - NARROW * len(climbs), 0.0)
        share = min(1.0, room / sum(wished)) if sum(wished) else 0.0
        edges, x = [], 0.0
        for width, more in zip(widths, [*wished, 0.0], strict=True):
            edges.append((x, x + width))
            x += width + NARROW + more * share
        return edges


def _port(vertex: _Vertex, k: int, count: int) -> float:
    return (k - (count - 1) / 2) * min(PORT, (vertex.height - 1.6) / count)


def _distance(a: _Vertex, b: _Vertex) -> float:
    return (a.height + b.height) / 2 + (SPACE if a.is_box and b.is_box else CLEAR)


def _place(column: list[_Vertex], targets: list[float], weights: list[float]) -> None:
    """The heights nearest to the targets, by weighted squares, among those that keep order and distances."""
    offsets = [0.0]
    for a, b in pairwise(column):
        offsets.append(offsets[-1] + _distance(a, b))
    pools: list[tuple[float, float, int]] = []
    for target, offset, weight in zip(targets, offsets, weights, strict=True):
        pools.append((target - offset, weight, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (one, first, many), (two, second, more) = pools[-2:]
            pools[-2:] = [((one * first + two * second) / (first + second), first + second, many + more)]
    heights = [height for height, _, many in pools for _ in range(many)]
    for vertex, height, offset in zip(column, heights, offsets, strict=True):
        vertex.y = height + offset


def _route(chain: list[_Vertex], edges: list[tuple[float, float]]) -> Route:
    """Level through the columns, curved between them, parted at the label."""
    start, end = chain[0], chain[-1]
    ties = [next(joint for joint in a.after if joint.right is b) for a, b in pairwise(chain)]
    strokes: list[list[Point]] = [
        [
            (sum(edges[start.rank]) / 2 + start.width / 2, start.y + ties[0].exit),
            (edges[start.rank][1], start.y + ties[0].exit),
        ]
    ]
    label = None
    for vertex in chain[1:-1]:
        left, right = edges[vertex.rank]
        strokes[-1].append((left, vertex.y))
        if vertex.width:
            middle = (left + right) / 2
            label = (middle, vertex.y)
            strokes[-1].append((middle - vertex.width / 2, vertex.y))
            strokes.append([(middle + vertex.width / 2, vertex.y)])
        strokes[-1].append((right, vertex.y))
    height = end.y + ties[-1].entry
    strokes[-1] += [(edges[end.rank][0], height), (sum(edges[end.rank]) / 2 - end.width / 2, height)]
    return Route(tuple(tuple(_tidied(stroke)) for stroke in strokes), label)


def _tidied(stroke: list[Point]) -> list[Point]:
    """Without points in the middle of a level run; rounded, so that what is level is exactly so and no two points are
    all but one."""
    points = list(dict.fromkeys((round(x, FINE), round(y, FINE)) for x, y in stroke))
    return [
        point
        for k, point in enumerate(points)
        if not 0 < k < len(points) - 1 or not points[k - 1][1] == point[1] == points[k + 1][1]
    ]
