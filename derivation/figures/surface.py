"""The path of two parameters over the loss, between its contour lines."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from flint import fmpq

from ..arrays import Array
from ..evaluate import Undefined, evaluate
from ..network import Network
from ..numbers import Number, Uncertain, UndefinedValue, middle
from ..render.training import entries
from ..render.words import load
from ..terms import Term, name
from ..tex.write import write
from ..walkthrough import Derivation
from .geometry import Chart, Frame, Label, Line, Point, Tone, block
from .plot import BOTTOM, LEFT, TICK, TOP, below, dots, left_of, right_of, said, tick, ticks
from .texts import formula

WIDTH, HEIGHT = 72.0, 48.0
"""The picture in millimetres."""
COLUMNS, ROWS = 42, 30
"""Cells of the grid on which the loss is computed."""
RIGHT = 8.0
LEVELS = 9
FARTHEST = 10**9
"""Beyond this, training has run away and there is no path to draw."""
NEWTON, REACH = 8, 3.0
"""Steps on the way to the minimum, and how far it may lie from the path, in lengths of the path, to be shown."""


def surface(derivation: Derivation) -> Chart | None:
    """The picture; nothing unless training has several steps and two numbers to move, so that the loss is a surface over them."""
    network: Network = derivation.network
    moving = entries(network)
    if derivation.outcome is None or len(moving) != 2:
        return None
    stations = [tuple(middle(now.values[_key(term)][place or (0,)]) for term, place in moving) for now in (*derivation.training_steps, derivation.outcome)]
    if any(abs(value) > FARTHEST for station in stations for value in station):
        return None
    return _Picture(network, moving, stations).chart()


def _key(term: Term) -> str:
    return str(term.args[0].args[0] if term.head == "index" else term.args[0])


class _Picture:
    def __init__(self, network: Network, moving: list[tuple[Term, tuple[int, ...]]], stations: list[tuple[fmpq, ...]]) -> None:
        self.network, self.moving, self.stations = network, moving, stations
        self.minimum = self.lowest()
        shown = [*stations, self.minimum] if self.minimum else stations
        self.ticks = [ticks(*_around([point[k] for point in shown])) for k in (0, 1)]

    def lowest(self) -> tuple[fmpq, ...] | None:
        """The minimum near the path, by Newton's method with difference quotients; None where the loss has none there."""
        extents = [max(station[k] for station in self.stations) - min(station[k] for station in self.stations) or fmpq(1) for k in (0, 1)]
        h, k = (extent / 20 for extent in extents)
        x, y = self.stations[-1]
        for _ in range(NEWTON):
            around = {(i, j): self.loss(x + i * h, y + j * k) for i in (-1, 0, 1) for j in (-1, 0, 1)}
            step = _newton(around)
            if step is None:
                return None
            x, y = x + h * fmpq(round(step[0] * 2**20), 2**20), y + k * fmpq(round(step[1] * 2**20), 2**20)
            if any(
                abs(now - last) > REACH * float(extent) for now, last, extent in zip((float(x), float(y)), map(float, self.stations[-1]), extents, strict=True)
            ):
                return None
        return x, y

    def on_paper(self, x: float, y: float) -> Point:
        """A point in millimetres."""
        (left, right), (low, high) = ((float(marks[0]), float(marks[-1])) for marks in self.ticks)
        return LEFT + (x - left) / (right - left) * WIDTH, TOP + HEIGHT - (y - low) / (high - low) * HEIGHT

    def loss(self, x: fmpq, y: fmpq) -> float:
        """The loss at a point, near enough for a picture; not a number where it has no value."""
        known = {name(key): array for key, array in (*self.network.data.items(), *self.network.parameters.items())}
        for (term, place), value in zip(self.moving, (x, y), strict=True):
            known[name(_key(term))] = _with_entry(known[name(_key(term))], place, value)
        try:
            for key, term in self.network.equations.items():
                known[name(key)] = evaluate(term, known)
            return float(middle(known[name(self.network.loss or "")].entries[0]))
        except (Undefined, UndefinedValue, Uncertain, OverflowError):
            return math.nan

    def grid(self) -> list[list[tuple[float, float, float]]]:
        """(x, y, loss) on paper, row by row."""
        (left, right), (low, high) = ((marks[0], marks[-1]) for marks in self.ticks)
        xs = [left + (right - left) * fmpq(k, COLUMNS) for k in range(COLUMNS + 1)]
        ys = [low + (high - low) * fmpq(k, ROWS) for k in range(ROWS + 1)]
        return [[(*self.on_paper(float(x), float(y)), self.loss(x, y)) for x in xs] for y in ys]

    def contours(self) -> Iterator[Line]:
        grid = self.grid()
        for level in _levels([loss for row in grid for _, _, loss in row if math.isfinite(loss)]):
            for points in _joined(list(_contour(grid, level))):
                yield Line("contour", tuple(points))

    def chart(self) -> Chart:
        left, top, right, bottom = frame = (LEFT, TOP, LEFT + WIDTH, TOP + HEIGHT)
        names = self.network.names
        columns = [(self.on_paper(float(x), 0)[0], bottom) for x in self.ticks[0]]
        rows = [(left, self.on_paper(0, float(y))[1]) for y in self.ticks[1]]
        points = [self.on_paper(float(a), float(b)) for a, b in self.stations]
        minimum = [self.on_paper(*map(float, self.minimum))] if self.minimum else []
        lines = (
            *self.contours(),
            Line("axis", ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))),
            *(Line("axis", ((x, y), (x, y + TICK))) for x, y in columns),
            *(Line("axis", ((x, y), (x - TICK, y))) for x, y in rows),
            Line("path", tuple(points)),
        )
        across, up = (block((formula(write(term, names), "ink"),)) for term, _ in self.moving)
        labels = (
            *(below(tick(x, names), point) for x, point in zip(self.ticks[0], columns, strict=True)),
            *(left_of(tick(value, names), (x - TICK, y)) for value, (x, y) in zip(self.ticks[1], rows, strict=True)),
            right_of(across, (right, bottom)),
            Label(up, left, top - 1 - up.height / 2),
            _marked("plot_start", "training", points[0], points, frame),
            *(_marked("plot_minimum", "soft", point, points, frame) for point in minimum),
        )
        return Chart(right + RIGHT, bottom + BOTTOM, (*dots(minimum, "ring"), *dots(points)), (), labels, lines)


def _marked(word: str, tone: Tone, point: Point, path: list[Point], frame: Frame) -> Label:
    """A word at a point, where it meets the path least and stays in the frame."""
    inside = said(load()["document"][word], tone)
    across, up = inside.width / 2 + 1.4, inside.height / 2 + 1.2
    places = [(point[0] + x * across, point[1] + y * up) for x, y in ((1, -0.9), (-1, -0.9), (1, 0.9), (-1, 0.9), (0, -1.1), (0, 1.1))]

    def met(place: Point) -> int:
        left, top, right, bottom = (place[0] - inside.width / 2, place[1] - inside.height / 2, place[0] + inside.width / 2, place[1] + inside.height / 2)
        out = left < frame[0] or right > frame[2] or top < frame[1] or bottom > frame[3]
        steps = [(a[0] + (b[0] - a[0]) * k / 40, a[1] + (b[1] - a[1]) * k / 40) for a, b in pairwise(path) for k in range(41)]
        return 1000 * out + sum(left < x < right and top < y < bottom for x, y in steps)

    return Label(inside, *min(places, key=met))


def _around(values: list[fmpq]) -> tuple[fmpq, fmpq]:
    """The values with some room."""
    low, high = min(values), max(values)
    room = (high - low) / 10 or max(abs(low), fmpq(1)) / 2
    return low - room, high + room


def _newton(around: dict[tuple[int, int], float]) -> Point | None:
    """The step to the lowest point of the paraboloid through nine points, in their distances; None where it opens downwards.

    >>> bowl = {(i, j): (i - 2.0) ** 2 + 3 * (j + 1.0) ** 2 for i in (-1, 0, 1) for j in (-1, 0, 1)}
    >>> _newton(bowl)
    (2.0, -1.0)
    """
    middle = around[0, 0]
    slope = [(around[1, 0] - around[-1, 0]) / 2, (around[0, 1] - around[0, -1]) / 2]
    xx, yy = around[1, 0] + around[-1, 0] - 2 * middle, around[0, 1] + around[0, -1] - 2 * middle
    xy = (around[1, 1] + around[-1, -1] - around[1, -1] - around[-1, 1]) / 4
    determinant = xx * yy - xy * xy
    if not (xx > 0 and determinant > 1e-9 * xx * yy):
        return None
    return (xy * slope[1] - yy * slope[0]) / determinant, (xy * slope[0] - xx * slope[1]) / determinant


def _with_entry(array: Array, place: tuple[int, ...], value: Number) -> Array:
    changed = list(array.entries)
    changed[array.offset(place) if place else 0] = value
    return Array(array.shape, tuple(changed))


def _levels(losses: list[float]) -> list[float]:
    """Levels that lie closer where the loss is small, as contour lines of a bowl do at equal distances."""
    low, high = min(losses, default=0.0), max(losses, default=0.0)
    return [low + (high - low) * ((k + 0.5) / LEVELS) ** 2 for k in range(LEVELS)]


def _contour(grid: list[list[tuple[float, float, float]]], level: float) -> Iterator[tuple[Point, Point]]:
    """The pieces of a contour line: marching squares (Lorensen, Cline 1987, in the plane)."""
    for lower, upper in pairwise(grid):
        for (a, b), (d, c) in zip(pairwise(lower), pairwise(upper), strict=True):
            found = [crossing for start, end in ((a, b), (b, c), (c, d), (d, a)) if (crossing := _crossing(start, end, level))]
            yield from zip(found[0::2], found[1::2], strict=False)


def _crossing(a: tuple[float, float, float], b: tuple[float, float, float], level: float) -> Point | None:
    """Where the loss passes the level between two neighbours, on a straight line."""
    if (a[2] < level) == (b[2] < level) or not math.isfinite(a[2] + b[2]):
        return None
    share = (level - a[2]) / (b[2] - a[2])
    return round(a[0] + share * (b[0] - a[0]), 2), round(a[1] + share * (b[1] - a[1]), 2)


def _joined(pieces: list[tuple[Point, Point]]) -> Iterator[list[Point]]:
    """Pieces that meet, as lines."""
    ends: dict[Point, list[int]] = {}
    for k, piece in enumerate(pieces):
        for point in piece:
            ends.setdefault(point, []).append(k)
    left = set(range(len(pieces)))
    # a line begins where only one piece ends; what is then left are rings
    for start in sorted(range(len(pieces)), key=lambda k: min(len(ends[point]) for point in pieces[k])):
        if start not in left:
            continue
        left.remove(start)
        line = list(pieces[start] if len(ends[pieces[start][0]]) <= len(ends[pieces[start][1]]) else reversed(pieces[start]))
        while following := next((k for k in ends[line[-1]] if k in left), None):
            left.remove(following)
            a, b = pieces[following]
            line.append(b if a == line[-1] else a)
        yield line
