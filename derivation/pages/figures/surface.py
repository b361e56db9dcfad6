"""The path of two parameters over the loss, between its contour lines."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

from flint import fmpq

from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.decimals import magnitude, rounded
from derivation.formulas.numbers import Number, Uncertain, Undefined, exact, middle
from derivation.formulas.terms import Term, name
from derivation.networks.network import Network
from derivation.networks.walkthrough import Derivation
from derivation.pages.figures.contours import contour, finer, finer_grid, outside, plainer
from derivation.pages.figures.geometry import Block, Chart, Frame, Label, Line, Point, Tone, block, frame, holds, meet
from derivation.pages.figures.plot import BOTTOM, LEFT, TICK, TOP, below, dots, left_of, right_of, said, tick, ticks
from derivation.pages.figures.texts import LOCAL, SHAPE, formula
from derivation.tex.names import Names
from derivation.tex.write import write
from derivation.words.files import load

WIDTH, HEIGHT = 72.0, 48.0
"""The picture in millimetres."""
COLUMNS, ROWS = 42, 30
"""Cells of the grid on which the loss is computed."""
RIGHT = 8.0
LEVELS = 9
GROUND = 0.5
"""Millimetres around a word or a level in which no contour line is drawn."""
FARTHEST = 10**9
"""Beyond this, training has run away and there is no path to draw."""
STILL = fmpq(1, 10**6)
"""A path shorter than this part of where it lies is a point."""
HIGHEST = 1e150
"""The largest loss, in its own unit, that is drawn: sums of such are numbers still."""
ORDINARY = 60
"""Powers of ten up to which losses are drawn as they are."""
NEWTON, REACH = 8, 3.0
"""Steps on the way to the minimum, and how far it may lie from the path, in lengths of the path, to be shown."""


def surface(derivation: Derivation) -> Chart | None:
    """The picture; nothing unless training has several steps and two numbers to move, so that the loss is a surface
    over them, and the same one at each step."""
    network: Network = derivation.network
    moving = network.few_entries
    if derivation.outcome is None or len(moving) != 2 or network.samples:
        return None
    stations = [
        tuple(middle(now.values[_key(term)][place or (0,)]) for term, place in moving)
        for now in (*derivation.training_steps, derivation.outcome)
    ]
    if any(abs(value) > FARTHEST for station in stations for value in station):
        return None
    return _Picture(network, moving, stations, _unit(max(map(abs, map(middle, derivation.losses))))).chart()


def _unit(loss: fmpq) -> fmpq:
    """A power of ten that losses are measured in, so that floats hold them; 1 where they do as they are."""
    size = magnitude(loss) if loss else 0
    return fmpq(10) ** size if abs(size) > ORDINARY else fmpq(1)


def _key(term: Term) -> str:
    return str(term.args[0].args[0] if term.head == "index" else term.args[0])


class _Picture:
    def __init__(
        self,
        network: Network,
        moving: tuple[tuple[Term, tuple[int, ...]], ...],
        stations: list[tuple[fmpq, ...]],
        unit: fmpq,
    ) -> None:
        self.network, self.moving, self.stations, self.unit = network, moving, stations, unit
        self.minimum = self.lowest()
        shown = [*stations, self.minimum] if self.minimum else stations
        self.ticks = [ticks(*_around([point[k] for point in shown])) for k in (0, 1)]

    def lowest(self) -> tuple[fmpq, ...] | None:
        """The minimum near the path, by Newton's method with difference quotients; None where the loss has none
        there."""
        extents = [
            max(station[k] for station in self.stations) - min(station[k] for station in self.stations) or fmpq(1)
            for k in (0, 1)
        ]
        h, k = (extent / 20 for extent in extents)
        x, y = self.stations[-1]
        for _ in range(NEWTON):
            around = {(i, j): self.loss(x + i * h, y + j * k) for i in (-1, 0, 1) for j in (-1, 0, 1)}
            step = _newton(around)
            if step is None:
                return None
            x, y = x + h * fmpq(round(step[0] * 2**20), 2**20), y + k * fmpq(round(step[1] * 2**20), 2**20)
            if any(
                abs(now - last) > REACH * float(extent)
                for now, last, extent in zip((float(x), float(y)), map(float, self.stations[-1]), extents, strict=True)
            ):
                return None
        return x, y

    def on_paper(self, x: fmpq, y: fmpq) -> Point:
        """A point in millimetres."""
        (left, right), (low, high) = ((marks[0], marks[-1]) for marks in self.ticks)
        return LEFT + float((x - left) / (right - left)) * WIDTH, TOP + HEIGHT - float(
            (y - low) / (high - low)
        ) * HEIGHT

    def loss(self, x: fmpq, y: fmpq) -> float:
        """The loss at a point, in its unit, near enough for a picture; not a number where it has no value."""
        known = {name(key): array for key, array in (*self.network.data.items(), *self.network.parameters.items())}
        for (term, place), value in zip(self.moving, (x, y), strict=True):
            known[name(_key(term))] = _with_entry(known[name(_key(term))], place, value)
        try:
            for key, term in self.network.equations.items():
                known[name(key)] = evaluate(term, known)
            loss = float(middle(known[name(self.network.loss or "")].entries[0]) / self.unit)
            return loss if abs(loss) < HIGHEST else math.nan
        except (Undefined, Uncertain, OverflowError):
            return math.nan

    def contours(self) -> list[tuple[fmpq, list[list[Point]]]]:
        """Each level with its lines on paper."""
        (left, right), (low, high) = ((marks[0], marks[-1]) for marks in self.ticks)
        xs = [left + (right - left) * fmpq(k, COLUMNS) for k in range(COLUMNS + 1)]
        ys = [low + (high - low) * fmpq(k, ROWS) for k in range(ROWS + 1)]
        losses = [[self.loss(x, y) for x in xs] for y in ys]
        across = finer([self.on_paper(x, fmpq(0))[0] for x in xs])
        down = finer([self.on_paper(fmpq(0), y)[1] for y in ys])
        heights = finer_grid(losses)
        return [
            (level * self.unit, contour(across, down, heights, float(level)))
            for level in _levels([loss for row in losses for loss in row if math.isfinite(loss)])
        ]

    def chart(self) -> Chart:
        left, top, right, bottom = picture = (LEFT, TOP, LEFT + WIDTH, TOP + HEIGHT)
        names = self.network.names
        columns = [(self.on_paper(x, fmpq(0))[0], bottom) for x in self.ticks[0]]
        rows = [(left, self.on_paper(fmpq(0), y)[1]) for y in self.ticks[1]]
        points = [self.on_paper(a, b) for a, b in self.stations]
        minimum = [self.on_paper(*self.minimum)] if self.minimum else []
        marks = [
            _marked("plot_start", "training", points[0], points, picture),
            *(_marked("plot_minimum", "soft", point, points, picture) for point in minimum),
        ]
        contours = self.contours()
        valued = _valued(
            contours,
            [*map(_ground, marks), *(node.frame for node in dots([*minimum, *points]))],
            points,
            picture,
            names,
        )
        grounds = [_ground(label) for label in (*marks, *valued)]
        lines = (
            *(
                Line("contour", tuple(plainer(run)))
                for _, found in contours
                for line in found
                for run in outside(line, grounds)
            ),
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
            *marks,
            *valued,
        )
        return Chart(right + RIGHT, bottom + BOTTOM, (*dots(minimum, "ring"), *dots(points)), (), labels, lines)


def _marked(word: str, tone: Tone, point: Point, path: list[Point], picture: Frame) -> Label:
    """A word at a point, where it meets the path least and stays in the frame."""
    inside = said(load()["document"][word], tone)
    across, up = inside.width / 2 + 1.4, inside.height / 2 + 1.2
    places = [
        (point[0] + x * across, point[1] + y * up)
        for x, y in ((1, -0.9), (-1, -0.9), (1, 0.9), (-1, 0.9), (0, -1.1), (0, 1.1))
    ]

    def met(place: Point) -> int:
        left, top, right, bottom = (
            place[0] - inside.width / 2,
            place[1] - inside.height / 2,
            place[0] + inside.width / 2,
            place[1] + inside.height / 2,
        )
        out = left < picture[0] or right > picture[2] or top < picture[1] or bottom > picture[3]
        steps = [
            (a[0] + (b[0] - a[0]) * k / 40, a[1] + (b[1] - a[1]) * k / 40) for a, b in pairwise(path) for k in range(41)
        ]
        return 1000 * out + sum(left < x < right and top < y < bottom for x, y in steps)

    return Label(inside, *min(places, key=met))


def _valued(
    contours: list[tuple[fmpq, list[list[Point]]]], taken: list[Frame], path: list[Point], picture: Frame, names: Names
) -> list[Label]:
    """The values of the levels, each on its line where it meets neither another line nor the path nor a mark; nothing
    where there is no such place."""
    taken, found = list(taken), list[Label]()
    trodden = [
        (a[0] + (b[0] - a[0]) * k / 40, a[1] + (b[1] - a[1]) * k / 40) for a, b in pairwise(path) for k in range(41)
    ]
    points = [[point for line in lines for point in line] for _, lines in contours]
    for (level, _), (before, own, after) in zip(
        contours, zip([[], *points], points, [*points[1:], []], strict=False), strict=True
    ):
        inside = _small(tick(level, names))
        others = [*trodden, *before, *after]  # what meets a level farther away meets these

        def is_free(around: Frame, others: list[Point] = others) -> bool:
            inside = all(holds(picture, point) for point in (around[:2], around[2:]))
            return (
                inside
                and not any(meet(around, other) for other in taken)
                and not any(holds(around, point) for point in others)
            )

        places = (
            Label(inside, *place) for place in sorted(own, key=lambda point: math.dist(point, (picture[2], picture[1])))
        )
        label = next((label for label in places if is_free(_ground(label))), None)
        if label:
            taken.append(_ground(label))
            found.append(label)
    return found


def _small(number: Block) -> Block:
    (text,) = number.texts
    # digits of a smaller size are cut wider
    return block((replace(text, width=text.width * LOCAL, height=text.height * SHAPE, tone="shape"),))


def _ground(label: Label) -> Frame:
    return frame(label.x, label.y, label.block.width + 2 * GROUND, label.block.height + 2 * GROUND)


def _around(values: list[fmpq]) -> tuple[fmpq, fmpq]:
    """The values with some room."""
    low, high = min(values), max(values)
    room = (high - low) / 10 if high - low > STILL * abs(low) else max(abs(low), fmpq(1)) / 2
    return low - room, high + room


def _newton(around: dict[tuple[int, int], float]) -> Point | None:
    """The step to the lowest point of the paraboloid through nine points, in their distances; None where it opens
    downwards.

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


def _levels(losses: list[float]) -> list[fmpq]:
    """Levels in two digits that lie closer where the loss is small, as contour lines of a bowl do at equal distances.

    >>> _levels([0.0, 324.0])[:3]
    [1, 9, 25]
    """
    low, high = min(losses, default=0.0), max(losses, default=0.0)
    wished = [low + (high - low) * ((k + 0.5) / LEVELS) ** 2 for k in range(LEVELS)]
    return list(dict.fromkeys(exact(rounded(fmpq(*level.as_integer_ratio()), 2)) for level in wished))
