"""The path of two parameters over the loss, between its contour lines."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from flint import fmpq
from pylatex import NoEscape, TikZ, TikZOptions

from ..arrays import Array
from ..evaluate import Undefined, evaluate
from ..network import Network
from ..numbers import Number, Uncertain, UndefinedValue, middle
from ..terms import Term, name
from ..tex.write import write
from ..walkthrough import Derivation
from .training import decimals, entries, ticks

WIDTH, HEIGHT = 72, 48
"""The picture in millimetres."""
COLUMNS, ROWS = 42, 30
"""Cells of the grid on which the loss is computed."""
LEVELS = 9
FARTHEST = 10**9
"""Beyond this, training has run away and there is no path to draw."""
Point = tuple[float, float]


def surface(derivation: Derivation) -> str:
    """The picture; nothing unless training has several steps and two numbers to move, so that the loss is a surface over them."""
    network: Network = derivation.network
    moving = entries(network)
    if derivation.outcome is None or len(moving) != 2:
        return ""
    stations = [tuple(middle(now.values[_key(term)][place or (0,)]) for term, place in moving) for now in (*derivation.training_steps, derivation.outcome)]
    if any(abs(value) > FARTHEST for station in stations for value in station):
        return ""
    return _Picture(network, moving, stations).tikz()


def _key(term: Term) -> str:
    return str(term.args[0].args[0] if term.head == "index" else term.args[0])


class _Picture:
    def __init__(self, network: Network, moving: list[tuple[Term, tuple[int, ...]]], stations: list[tuple[fmpq, ...]]) -> None:
        self.network, self.moving, self.stations = network, moving, stations
        self.ticks = [_around([station[k] for station in stations]) for k in (0, 1)]

    def on_paper(self, x: float, y: float) -> Point:
        """A point in millimetres."""
        (left, right), (low, high) = ((float(marks[0]), float(marks[-1])) for marks in self.ticks)
        return (x - left) / (right - left) * WIDTH, (y - low) / (high - low) * HEIGHT

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

    def lines(self) -> Iterator[str]:
        grid = self.grid()
        for level in _levels([loss for row in grid for _, _, loss in row if math.isfinite(loss)]):
            segments = " ".join(f"({a[0]:.1f},{a[1]:.1f})--({b[0]:.1f},{b[1]:.1f})" for a, b in _contour(grid, level))
            yield rf"\draw[soft!45,very thin] {segments};" if segments else "%"
        yield rf"\draw[soft] (0,0) rectangle ({WIDTH},{HEIGHT});"
        names = self.network.names
        for x in self.ticks[0]:
            yield rf"\draw[soft] ({self.on_paper(float(x), 0)[0]:.2f},0) -- ++(0,-1.2) node[below,soft] {{${decimals(x, names)}$}};"
        for y in self.ticks[1]:
            yield rf"\draw[soft] (0,{self.on_paper(0, float(y))[1]:.2f}) -- ++(-1.2,0) node[left,soft] {{${decimals(y, names)}$}};"
        yield rf"\node[right] at ({WIDTH + 1},0) {{${write(self.moving[0][0], names)}$}};"
        yield rf"\node[above] at (0,{HEIGHT + 0.5}) {{${write(self.moving[1][0], names)}$}};"
        points = [f"({x:.2f},{y:.2f})" for x, y in (self.on_paper(float(a), float(b)) for a, b in self.stations)]
        yield rf"\draw[training,thick] {' -- '.join(points)};"
        yield from (rf"\fill[training] {point} circle[radius=.7];" for point in points)
        yield rf"\node[above right,training,inner sep=.8mm] at {points[0]} {{$\text{{start}}$}};"

    def tikz(self) -> str:
        picture = TikZ(options=TikZOptions(NoEscape(r"x=1mm,y=1mm,font=\footnotesize,baseline=(current bounding box.north)")))
        for line in self.lines():
            picture.append(NoEscape(line))
        text: str = picture.dumps()
        return text


def _around(values: list[fmpq]) -> list[fmpq]:
    """Ticks around the values and the origin of the plane, with some room."""
    low, high = min(values), max(values)
    room = (high - low) / 10 or max(abs(low), fmpq(1)) / 2
    return ticks(low - room, high + room)


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
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])
