"""Lines of a chart as a hand draws them: the same places, not quite straight, in paths of smooth curves."""

from __future__ import annotations

import cmath
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from math import ceil, pi
from random import Random

from derivation.handwriting.ink.pen import Run, smooth

CHART = re.compile(r'<svg class="chart".*?</svg>', re.DOTALL)
SHAPE = re.compile(r'<(?P<kind>path|polyline|rect|circle)(?P<said>(?: [\w-]+="[^"]*")*)/>')
ATTRIBUTE = re.compile(r' ([\w-]+)="([^"]*)"')
COMMAND = re.compile(r"([MLC])([^MLC]*)")
GEOMETRY = {"d", "points", "x", "y", "width", "height", "rx", "cx", "cy", "r"}
APART = 34.0
"""Pixels between two places where a straight line may stray."""
ASTRAY = 0.55
"""How far it strays there, about."""
SHORT = 10.0
"""Parts of a line that are shorter than this are parts of a curve."""
OVER = 2.4
"""How far a closed line goes on beyond its beginning."""


def wavering(page: str, chance: Random) -> str:
    """The HTML of a page with the lines of its charts drawn by hand; boxes and circles become paths of the class `box`.

    >>> wavering('<svg class="chart"><polyline class="line" points="0,0 10,0"/></svg>', Random(1))
    '<svg class="chart"><path class="line" d="M0.4,0.4C3.6,0.2 6.8,0 10,-0.2"/></svg>'
    """
    return CHART.sub(lambda chart: SHAPE.sub(lambda found: _drawn(found, chance), chart[0]), page)


def style(sheet: str) -> str:
    """The charts' style sheet, meant for the paths of `wavering`."""
    return re.sub(r"> (rect|circle)\b", "> .box", sheet)


def _drawn(found: re.Match[str], chance: Random) -> str:
    said = dict(ATTRIBUTE.findall(found["said"]))
    if "head" in said.get("class", ""):
        return found[0]
    kind = found["kind"]
    if kind in ("rect", "circle"):
        said["class"] = "box"
    path = path_of(DRAWN[kind](said, chance))
    rest = "".join(f' {name}="{value}"' for name, value in said.items() if name not in GEOMETRY)
    return f'<path{rest} d="{path}"/>'


def path_of(runs: Iterable[Run]) -> str:
    """Runs as a path of SVG; one that begins where another ended goes on."""
    found, last = [], None
    for run in runs:
        if run[0] != last:
            found.append(f"M{_point(run[0])}")
        found += [f"C{_point(one)} {_point(two)} {_point(end)}" for one, two, end in smooth(run)]
        last = run[-1]
    return "".join(found)


def _point(point: complex) -> str:
    return f"{round(point.real, 1) + 0.0:g},{round(point.imag, 1) + 0.0:g}"


def _astray(point: complex, chance: Random, free: float = ASTRAY) -> complex:
    return point + complex(chance.gauss(0, free), chance.gauss(0, free))


def _straight(start: complex, end: complex, chance: Random) -> list[complex]:
    """Places between two points, without the first."""
    pieces = max(1, ceil(abs(end - start) / APART))
    return [
        _astray(start + (end - start) * place / pieces, chance, ASTRAY if place < pieces else ASTRAY / 2)
        for place in range(1, pieces + 1)
    ]


def _numbers(text: str) -> list[complex]:
    found = list(map(float, re.findall(r"-?[\d.]+", text)))
    return [complex(x, y) for x, y in zip(found[::2], found[1::2], strict=True)]


def _path(said: dict[str, str], chance: Random) -> Iterator[Run]:
    points: list[complex] = []
    for command, numbers in COMMAND.findall(said["d"]):
        places = _numbers(numbers)
        if command == "M":
            if points:
                yield tuple(points)
            points = [places[0]]
        elif command == "L":
            if len(points) > 1:
                yield tuple(points)
                points = points[-1:]
            points += _straight(points[-1], places[0], chance)
            yield tuple(points)
            points = points[-1:]
        else:
            start, (one, two, end) = points[-1], places
            for t in (1 / 3, 2 / 3):
                points.append(
                    _astray(
                        start * (1 - t) ** 3 + 3 * one * t * (1 - t) ** 2 + 3 * two * t * t * (1 - t) + end * t**3,
                        chance,
                    )
                )
            points.append(end)
    if len(points) > 1:
        yield tuple(points)


def _polyline(said: dict[str, str], chance: Random) -> Iterator[Run]:
    """Long parts stay straight from corner to corner; short ones belong to a curve."""
    first, *rest = _numbers(said["points"])
    run = [_astray(first, chance, ASTRAY / 2)]
    for point in rest:
        part = _straight(run[-1], point, chance)
        if abs(point - run[-1]) < SHORT:
            run += part
            continue
        if len(run) > 1:
            yield tuple(run)
        yield (run[-1], *part)
        run = part[-1:]
    if len(run) > 1:
        yield tuple(run)


def _rectangle(said: dict[str, str], chance: Random) -> Iterator[Run]:
    x, y, width, height, corner = (float(said.get(name, 0)) for name in ("x", "y", "width", "height", "rx"))
    corners = [complex(x, y), complex(x, y + height), complex(x + width, y + height), complex(x + width, y)]
    if corner < 4:
        start = _astray(corners[0], chance)
        points = [start]
        for before, after in pairwise([*corners, corners[0]]):
            beyond = OVER * (after - before) / abs(after - before) if after == corners[0] else 0
            side = _straight(before, after + beyond, chance)
            yield (points[-1], *side)
            points = side
        return
    found: list[complex] = []
    for before, here, after in zip([corners[-1], *corners], corners, [*corners[1:], corners[0]], strict=False):
        leave, arrive = (here + corner * (other - here) / abs(other - here) for other in (before, after))
        found += [
            _astray(leave, chance, ASTRAY / 2),
            _astray(here * 0.7 + (leave + arrive) * 0.15, chance, ASTRAY / 2),
            _astray(arrive, chance, ASTRAY / 2),
        ]
    yield (*found, found[0] + complex(-1.2, -0.9))


def _circle(said: dict[str, str], chance: Random) -> Iterator[Run]:
    centre, radius = complex(float(said["cx"]), float(said["cy"])), float(said["r"])
    first = -pi / 2 + chance.gauss(0.3, 0.2)
    yield tuple(
        centre + radius * (1 + chance.gauss(0, 0.025)) * cmath.exp(1j * (first - turn * 2 * pi / 9))
        for turn in range(10)
    )


DRAWN: dict[str, Callable[[dict[str, str], Random], Iterator[Run]]] = {
    "path": _path,
    "polyline": _polyline,
    "rect": _rectangle,
    "circle": _circle,
}
