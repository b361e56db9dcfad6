"""The pen: from strokes as data to the outlines of ink. Points are complex numbers, in hundredths of the size of the
font.

A stroke is written as the points it passes through, `x,y` apart by spaces; `!` marks a corner, `/` lifts the pen. One
point alone is a dot.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from random import Random

Run = tuple[complex, ...]
"""Points that the pen passes through without a corner."""
Curve = tuple[complex, complex, complex]
"""Two control points and the end of a cubic."""
Contour = tuple[complex, tuple[Curve, ...]]
ARC = 0.5523
LEAST_DOT = 6.4
"""The radius of a dot at least: a point between digits must be seen."""
STEP = 12.0
"""About how far apart the ink's width is taken anew."""


@dataclass(frozen=True, slots=True)
class Hand:
    """A way of writing: its proportions, its pen, how far it strays, and the letters that it forms in its own way."""

    name: str
    slant: float
    """How far the top leans to the right for each unit of height."""
    width: float
    height: float
    nib: float
    """The width of the ink."""
    contrast: float
    """How much more ink a stroke down has than one across."""
    taper: float
    """How thin a stroke ends, as a share of the nib."""
    tremor: float
    """How far points stray."""
    bounce: float
    """How far a letter stands off the line."""
    sway: float
    """How much the slant changes from letter to letter."""
    gap: float
    """The room between letters."""
    ink: str
    """Its colour on paper, and that of the gradients, as RGB in hexadecimal."""
    gradient: str
    forms: dict[str, str] = field(default_factory=dict, hash=False)


@cache
def runs(strokes: str) -> tuple[Run, ...]:
    """The runs of a glyph: its strokes cut at corners.

    >>> runs("0,0 1,2! 3,4 / 5,6")
    ((0j, (1+2j)), ((1+2j), (3+4j)), ((5+6j),))
    """
    found: list[Run] = []
    for stroke in strokes.split("/"):
        run: list[complex] = []
        for word in stroke.split():
            x, _, y = word.rstrip("!").partition(",")
            run.append(complex(float(x), float(y)))
            if word.endswith("!"):
                found.append(tuple(run))
                run = run[-1:]
        found.append(tuple(run))
    return tuple(found)


def written(strokes: str, hand: Hand, chance: Random) -> tuple[Run, ...]:
    """One writing of a glyph: leaning, turned, moved a little as a whole, and every point astray a little."""
    slant = hand.slant + chance.gauss(0, hand.sway)
    turn = complex(1, max(-0.05, min(0.05, chance.gauss(0, hand.sway * 0.35))))
    wide, high = (size * (1 + max(-0.09, min(0.09, chance.gauss(0, 0.028)))) for size in (hand.width, hand.height))
    lift = 1j * max(-2.2 * hand.bounce, min(2.2 * hand.bounce, chance.gauss(0, hand.bounce)))
    made, last = [], None
    for run in runs(strokes):
        points = []
        for place, point in enumerate(run):
            if place == 0 and last is not None and last[0] == point:
                points.append(last[1])
                continue
            free = hand.tremor * (1.5 if place in (0, len(run) - 1) else 1.0)
            astray = complex(chance.gauss(0, free), chance.gauss(0, free))
            points.append((complex(wide * (point.real + slant * point.imag), high * point.imag) + astray) * turn + lift)
        last = run[-1], points[-1]
        made.append(tuple(points))
    return tuple(made)


def centre(run: Run, apart: float = STEP) -> list[tuple[complex, complex]]:
    """Points along the smooth line through a run, with the direction at each (of length 1)."""
    if len(run) == 1:
        run = (run[0] - (0.6 + 0.5j), run[0] + (0.6 - 0.5j))
    tangents = _tangents(run)
    found = []
    for start, end, (leave, _), (_, arrive) in zip(run, run[1:], tangents, tangents[1:], strict=False):
        chord = end - start
        pieces = max(1, round(abs(chord) / apart))
        for piece in range(pieces):
            t = piece / pieces
            rest = 1 - t
            point = (
                start * rest * rest * (1 + 2 * t)
                + end * t * t * (3 - 2 * t)
                + leave * t * rest * rest
                - arrive * t * t * rest
            )
            way = 6 * t * rest * chord + leave * rest * (1 - 3 * t) + arrive * t * (3 * t - 2)
            found.append((point, way / (abs(way) or 1)))
    way = tangents[-1][1]
    found.append((run[-1], way / (abs(way) or 1)))
    return found


def smooth(run: Run) -> Iterator[Curve]:
    """The smooth line through a run of two points or more, as cubics."""
    tangents = _tangents(run)
    for (start, end), (leave, _), (_, arrive) in zip(pairwise(run), tangents, tangents[1:], strict=False):
        yield start + leave / 3, end - arrive / 3, end


def _tangents(run: Run) -> list[tuple[complex, complex]]:
    """For each point the derivative on arriving and on leaving are one direction in two lengths: (leaving,
    arriving)."""
    steps = [abs(b - a) ** 0.5 or 0.1 for a, b in pairwise(run)]
    inner = []
    for k in range(1, len(run) - 1):
        before, after = steps[k - 1], steps[k]
        a, b, c = run[k - 1 : k + 2]
        slope = (b - a) / before - (c - a) / (before + after) + (c - b) / after
        inner.append((slope * after, slope * before))
    first, last = run[1] - run[0], run[-1] - run[-2]
    start = (3 * first - inner[0][1]) / 2 if inner else first
    end = (3 * last - inner[-1][0]) / 2 if inner else last
    return [(start, start), *inner, (end, end)]


def ink(
    written_runs: tuple[Run, ...], hand: Hand, weight: float, chance: Random, apart: float = STEP
) -> Iterator[Contour]:
    """The outline of each run, its width going with pressure: more where the pen goes down, less where it lifts."""
    pressure = 1 + chance.gauss(0, 0.05)
    for place, run in enumerate(written_runs):
        dot = len(run) == 1
        line = centre(run, apart)
        starts = place == 0 or written_runs[place - 1][-1] != run[0]
        ends = place == len(written_runs) - 1 or written_runs[place + 1][0] != run[-1]
        half, drift, widths = hand.nib * weight * pressure / 2, 0.0, []
        for _, way in line:
            drift = 0.7 * drift + chance.gauss(0, 0.05)
            widths.append(
                max(half * 1.75, LEAST_DOT) * (1 + drift)
                if dot
                else half * (1 - hand.contrast * (0.35 + way.imag * 0.65) + drift)
            )
        if len(line) > 3:
            widths[0] *= 0.85 if starts else 1
            widths[-1] *= hand.taper if ends else 1
            widths[-2] *= (1 + hand.taper) / 2 if ends else 1
        yield _outline(line, widths)


def _outline(line: list[tuple[complex, complex]], widths: list[float]) -> Contour:
    left = [(point + 1j * way * half, way) for (point, way), half in zip(line, widths, strict=True)]
    right = [(point - 1j * way * half, -way) for (point, way), half in zip(line, widths, strict=True)]
    right.reverse()
    curves = [*_side(left), *_cap(*line[-1], widths[-1]), *_side(right), *_cap(line[0][0], -line[0][1], widths[0])]
    return left[0][0], tuple(curves)


def _side(points: list[tuple[complex, complex]]) -> Iterator[Curve]:
    for (start, leaving), (end, arriving) in pairwise(points):
        third = abs(end - start) / 3
        yield start + leaving * third, end - arriving * third, end


def _cap(point: complex, way: complex, half: float) -> Iterator[Curve]:
    """Round the end: from the left of the pen's way to its right."""
    side, ahead = 1j * way * half, way * half
    yield point + side + ahead * ARC, point + ahead + side * ARC, point + ahead
    yield point + ahead - side * ARC, point - side + ahead * ARC, point - side
