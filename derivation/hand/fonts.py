"""The fonts of a hand: six writings of every glyph, each in a font of its own, and as many of brackets and large signs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from random import Random

from . import signs
from .glyphs import SIZES, UNICODE, Glyph, table, title
from .pen import Contour, Hand, Run, centre, ink, runs, written
from .tfm import Box, tfm
from .type1 import SCALE, charstring, pfb

WRITINGS = 6
"""Shapes of each glyph."""
X_HEIGHT, AXIS = 44.0, 29.0
ROOM = {".": 4.6, ",": 2.0, ":": 2.0, "cdot": 2.0, "i": 1.0, "l": 1.0, "1": 1.2, "(": 0.6, ")": 0.6}
"""More room beside what is narrow: a point between digits must be seen."""
TEXT_PARAMETERS = (0, 0.3, 0.14, 0.09, X_HEIGHT / 100, 1, 0, 0.68, 0.4, 0.45, 0.69, 0.35, 0.43, 0.38, 0.3, 0.16, 0.25, 0.39, 0.05, 2.4, 1.0, AXIS / 100)
"""TeX's dimensions of a font of symbols: the space between words, where scripts stand, how high the axis is."""
LARGE_PARAMETERS = (0, 0, 0, 0, X_HEIGHT / 100, 1, 0, 0.05, 0.1, 0.16, 0.2, 0.5, 0.1)


@dataclass(frozen=True)
class Font:
    """A font in the making: programs and boxes by slot, and the names of the slots."""

    programs: dict[str, bytes]
    slots: dict[int, str]
    boxes: dict[int, Box]

    def add(self, slot: int, name: str, contours: Iterable[Contour], box: Box) -> None:
        """Put a glyph into its slot."""
        self.programs[name] = charstring(contours, round(box.width * 100 * SCALE))
        self.slots[slot], self.boxes[slot] = name, box

    def files(self, name: str, parameters: tuple[float, ...]) -> dict[str, bytes]:
        """The font and its metrics."""
        return {f"{name}.pfb": pfb(name, self.programs, self.slots, (-200, -400, 1200, 2000)), f"{name}.tfm": tfm(self.boxes, parameters)}


def fonts(used: frozenset[str], hand: Hand, seed: int) -> dict[str, bytes]:
    """Every file that TeX needs to write the glyphs in this hand. The same seed gives the same bytes."""
    found: dict[str, bytes] = {}
    glyphs = [glyph for key, glyph in table().items() if key in used]
    for writing in range(1, WRITINGS + 1):
        chance = partial(_chance, seed, hand.name, writing)
        font = Font({}, {}, {})
        for glyph in glyphs:
            placed, box = _placed(glyph, hand, chance(glyph.name))
            font.add(glyph.slot, glyph.title, ink(placed, hand, 1.0, chance(glyph.name, "ink")), box)
        found |= font.files(f"hand{writing}", TEXT_PARAMETERS)
        found |= large(used, hand, chance).files(f"handx{writing}", LARGE_PARAMETERS)
    return found


def _chance(*parts: object) -> Random:
    """A source of its own for each glyph, so that one more glyph changes no other."""
    return Random("/".join(map(str, parts)))


def _placed(glyph: Glyph, hand: Hand, chance: Random) -> tuple[tuple[Run, ...], Box]:
    """The strokes with the room that the eye wants beside them, and their box."""
    strokes = written(hand.forms.get(glyph.name, glyph.strokes), hand, chance)
    points = [point for run in strokes for point in run]
    body = [point.real for point in points if -4 <= point.imag <= X_HEIGHT + 4] or [point.real for point in points]
    left = 0.3 * min(point.real for point in points) + 0.7 * min(body)
    right = 0.3 * max(point.real for point in points) + 0.7 * max(body)
    gap = hand.gap + hand.nib / 2 + ROOM.get(glyph.name, 0.0)
    moved = tuple(tuple(point - left + gap for point in run) for run in strokes)
    top, bottom = max(point.imag for point in points) + hand.nib / 2, min(point.imag for point in points) - hand.nib / 2
    over = max((point.real for point in points if point.imag > X_HEIGHT), default=right) - right
    width = 0.0 if glyph.name in signs.ACCENTS else right - left + 2 * gap
    if glyph.name in signs.ACCENTS:
        moved = tuple(tuple(point - (right - left) / 2 - gap for point in run) for run in moved)
    return moved, Box(width / 100, max(top, 0) / 100, max(-bottom, 0) / 100, max(over * 0.6, 0) / 100)


FIRST = {name: 1 + place * (len(SIZES) + 5) for place, name in enumerate(signs.BRACKETS)}
"""The slot of the smallest bracket of each kind; the larger ones follow, then the pieces."""
LARGE_FIRST = {name: 245 + 2 * place for place, name in enumerate(signs.LARGE)}
BREADTH = {"lparen": 1.3, "rparen": 1.3, "lbrace": 1.5, "rbrace": 1.5, "Vert": 1.0, "vert": 0.6}
STRAIGHT = {"lparen": 6, "rparen": 95, "lbrack": 6, "rbrack": 93, "vert": 50, "Vert": 50, "lfloor": 6, "rfloor": 93, "lceil": 6, "rceil": 93}
"""Where the upright part of a bracket stands that is put together from pieces."""


def large(used: frozenset[str], hand: Hand, chance: partial[Random]) -> Font:
    """The font of one writing's brackets and large signs."""
    font = Font({}, {}, {})
    for name, strokes in signs.BRACKETS.items():
        if name not in used:
            continue
        for place, height in enumerate(SIZES):
            width = BREADTH.get(name, 0.9) * height**0.5
            last = place == len(SIZES) - 1
            box = Box((width + 2 * hand.gap) / 100, height / 100, 0, 0, FIRST[name] + place + 1 if not last or name in STRAIGHT else None)
            drawn = _stretched(strokes, hand, chance(name, place), width, height)
            font.add(FIRST[name] + place, f"{title(UNICODE[name])}.{place}", ink(drawn, hand, 1.05, chance(name, place, "ink")), box)
        if name in STRAIGHT:
            _pieces(font, name, hand, chance)
    for name, strokes in signs.LARGE.items():
        if name not in used:
            continue
        for place, height in enumerate((100.0, 145.0)):
            drawn = _stretched(strokes, hand, chance(name, place), height * 0.85, height)
            width = max(point.real for run in drawn for point in run)
            box = Box((width + hand.gap + 3) / 100, height / 100, 0.05, 0, LARGE_FIRST[name] + 1 if place == 0 else None)
            font.add(LARGE_FIRST[name] + place, f"{title(UNICODE[name])}.{place}", ink(drawn, hand, 1.1, chance(name, place, "ink")), box)
    return font


def _stretched(strokes: str, hand: Hand, chance: Random, width: float, height: float) -> tuple[Run, ...]:
    free = hand.tremor * (0.6 + height / 700)
    slant = hand.slant * 0.15 + chance.gauss(0, 0.008)

    def moved(point: complex) -> complex:
        x, y = point.real * width / 100, point.imag * height / 100
        return complex(x + slant * (y - height / 2) + hand.gap + chance.gauss(0, free), y + chance.gauss(0, free))

    made: list[Run] = []
    for run in runs(strokes):
        points = [moved(point) for point in run]
        if made and len(run) > 1 and _joins(strokes, len(made)):
            points[0] = made[-1][-1]
        made.append(tuple(points))
    return tuple(made)


def _joins(strokes: str, place: int) -> bool:
    found = runs(strokes)
    return found[place - 1][-1] == found[place][0]


def _pieces(font: Font, name: str, hand: Hand, chance: partial[Random]) -> None:
    """The pieces of a bracket higher than all: the ends of the largest one, and an upright piece between them."""
    height = SIZES[-1]
    width = BREADTH.get(name, 0.9) * height**0.5
    x = STRAIGHT[name] * width / 100
    start = FIRST[name] + len(SIZES)
    outer = {"lparen": width, "rparen": 0.0}.get(name)
    foot = {"lbrack": width, "lfloor": width, "rbrack": 0.0, "rfloor": 0.0}.get(name)
    head = {"lbrack": width, "lceil": width, "rbrack": 0.0, "rceil": 0.0}.get(name)
    piece = height * 0.3
    gap = hand.gap

    def line(*points: complex) -> tuple[Run, ...]:
        return (tuple(point + gap for point in points),)

    top = line(complex(outer, piece), complex(x + (outer - x) * 0.45, piece * 0.62), complex(x, piece * 0.1), complex(x, 0)) if outer is not None else (
        line(complex(head, piece), complex(x, piece)) + line(complex(x, piece), complex(x, 0)) if head is not None else line(complex(x, piece), complex(x, 0))
    )
    bottom = line(complex(x, piece), complex(x, piece * 0.9), complex(x + (outer - x) * 0.45, piece * 0.38), complex(outer, 0)) if outer is not None else (
        line(complex(x, piece), complex(x, 0)) + line(complex(x, 0), complex(foot, 0)) if foot is not None else line(complex(x, piece), complex(x, 0))
    )
    middle = line(complex(x, piece / 2), complex(x, 0))
    box = Box((width + 2 * gap) / 100, piece / 100, 0)
    for offset, drawn in enumerate((top, bottom, middle)):
        size = Box(box.width, piece / 200, 0) if offset == 2 else box
        font.add(start + 1 + offset, f"{title(UNICODE[name])}.piece{offset}", ink(drawn, hand, 1.05, chance(name, "piece")), size)
    font.boxes[start] = Box(box.width, box.height, 0, 0, None, (start + 1, 0, start + 2, start + 3))
