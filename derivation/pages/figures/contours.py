"""Contour lines of a surface that is known on a grid."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from derivation.pages.figures.geometry import Frame, Point, holds

PARTS = 4
"""Into how many each side of a cell of the grid is parted before lines are drawn through it."""
NEAR = 0.015
"""Millimetres by which a line may leave its true course."""

Height = tuple[float, float, float]
"""A point of the surface: x, y and its height."""


def contour(
    xs: Sequence[float], ys: Sequence[float], heights: Sequence[Sequence[float]], level: float
) -> list[list[Point]]:
    """The lines on which the surface has a height, given row by row; `finer` makes a coarse grid fit for it.

    >>> contour([0, 1], [0, 1], [[0, 2], [0, 2]], 1)
    [[(0.5, 0.0), (0.5, 1.0)]]
    """
    pieces: list[tuple[Point, Point]] = []
    for (y, lower), (end, upper) in pairwise(zip(ys, heights, strict=True)):
        for k, corners in enumerate(zip(pairwise(lower), pairwise(upper), strict=True)):
            (a, b), (d, c) = corners
            if min(a, b, c, d) < level <= max(a, b, c, d):
                pieces += _pieces(((xs[k], y, a), (xs[k + 1], y, b), (xs[k + 1], end, c), (xs[k], end, d)), level)
    return list(_joined(pieces))


def finer(values: Sequence[float]) -> list[float]:
    """Values between values, on the cubics of Catmull and Rom (1974); those of a parabola are the parabola's.

    >>> finer([0, 1, 4, 9])[:6]
    [0.0, 0.0625, 0.25, 0.5625, 1.0, 1.5625]
    """
    (first, second, third), (last, before, earlier) = values[:3], values[:-4:-1]
    padded = [3 * (first - second) + third, *values, 3 * (last - before) + earlier]
    between = [
        b + t / 2 * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
        for t in (k / PARTS for k in range(PARTS))
    ]
    return [*between, float(last)]


def finer_grid(heights: Sequence[Sequence[float]]) -> list[tuple[float, ...]]:
    """A grid of heights made finer in both directions."""
    rows = [finer(row) for row in heights]
    return list(zip(*map(finer, zip(*rows, strict=True)), strict=True))


def outside(line: list[Point], frames: Sequence[Frame]) -> Iterator[list[Point]]:
    """What of a line lies outside all frames."""
    for is_hidden, points in groupby(line, lambda point: any(holds(frame, point) for frame in frames)):
        run = [] if is_hidden else list(points)
        if len(run) > 1:
            yield run


def plainer(line: list[Point]) -> list[Point]:
    """The line with as few of its points as keep it near its course (Douglas, Peucker 1973).

    >>> plainer([(0, 0), (1, 0.001), (2, 0), (2, 2)])
    [(0, 0), (2, 0), (2, 2)]
    """
    if len(line) < 3:
        return line
    (x, y), (end, height) = line[0], line[-1]
    length = math.dist(line[0], line[-1])

    def away(point: Point) -> float:
        across = (end - x) * (point[1] - y) - (height - y) * (point[0] - x)
        return abs(across) / length if length else math.dist(point, line[0])

    farthest = max(range(1, len(line) - 1), key=lambda k: away(line[k]))
    if away(line[farthest]) <= NEAR:
        return [line[0], line[-1]]
    return [*plainer(line[: farthest + 1])[:-1], *plainer(line[farthest:])]


def _pieces(corners: Sequence[Height], level: float) -> Iterator[tuple[Point, Point]]:
    """A contour line inside a cell: marching squares (Lorensen, Cline 1987, in the plane)."""
    found = [point for a, b in pairwise((*corners, corners[0])) if (point := _crossing(min(a, b), max(a, b), level))]
    yield from ((a, b) for a, b in zip(found[0::2], found[1::2], strict=False) if a != b)


def _crossing(a: Height, b: Height, level: float) -> Point | None:
    """Where the surface passes the level between two neighbours, on a straight line."""
    if (a[2] < level) == (b[2] < level) or not math.isfinite(a[2] + b[2]):
        return None
    share = (level - a[2]) / (b[2] - a[2])
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


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
        line = list(
            pieces[start] if len(ends[pieces[start][0]]) <= len(ends[pieces[start][1]]) else reversed(pieces[start])
        )
        while (following := next((k for k in ends[line[-1]] if k in left), None)) is not None:
            left.remove(following)
            a, b = pieces[following]
            line.append(b if a == line[-1] else a)
        yield line
