"""The fonts of a hand: six writings of every glyph, each in a font of its own, and as many of brackets and large
signs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from derivation.handwriting.fonts.tfm import Box, tfm
from derivation.handwriting.fonts.type1 import charstring, pfb
from derivation.handwriting.ink.hands import HANDS
from derivation.handwriting.ink.pen import STEP, Contour, Hand, Run, ink, runs, written
from derivation.handwriting.strokes import signs
from derivation.handwriting.strokes.glyphs import SIZES, UNICODE, Glyph, table, title
from derivation.handwriting.strokes.glyphs import used as glyphs_in
from derivation.handwriting.writing import Writing

Chance = Callable[..., Random]


@dataclass(frozen=True)
class Kind:
    """A kind of font: how a glyph's outlines and width become its program, and how far apart the ink's width is taken
    anew, in letters and in what is larger."""

    encode: Callable[[Iterable[Contour], float], bytes] = charstring
    apart: float = STEP
    coarse: float = STEP


TYPE1 = Kind()
WRITINGS = 6
"""Shapes of each glyph."""
BRACKET = 1.05
"""The weight of the pen in brackets and large signs."""
X_HEIGHT, AXIS = 44.0, 29.0
BODY = -9.0, X_HEIGHT + 4
"""Where what stands beside a letter meets it: from a foot that strays below the line to a little above the small
letters."""
ROOM = {".": 6.2, ",": 3.0, ":": 2.0, "cdot": 2.0, "i": 1.0, "l": 1.0, "1": 2.4, "(": 0.6, ")": 0.6}
"""More room beside what is narrow: a point between digits must be seen."""
STEEP, LEANING = 0.1, {".": 45.0, ",": 20.0}
"""And still more where a hand leans more than that: a slanted digit stands over the point before it."""
TEXT_PARAMETERS = (
    0,
    0.3,
    0.14,
    0.09,
    X_HEIGHT / 100,
    1,
    0,
    0.68,
    0.4,
    0.45,
    0.69,
    0.35,
    0.43,
    0.38,
    0.3,
    0.16,
    0.25,
    0.39,
    0.05,
    2.4,
    1.0,
    AXIS / 100,
)
"""TeX's dimensions of a font of symbols: the space between words, where scripts stand, how high the axis is."""
LARGE_PARAMETERS = (0, 0, 0, 0, X_HEIGHT / 100, 1, 0, 0.05, 0.1, 0.16, 0.2, 0.5, 0.1)


@dataclass(frozen=True)
class Font:
    """A font in the making: programs and boxes by slot, and the names of the slots."""

    programs: dict[str, bytes]
    slots: dict[int, str]
    boxes: dict[int, Box]
    kind: Kind = TYPE1

    def add(self, slot: int, name: str, contours: Iterable[Contour], box: Box) -> None:
        """Put a glyph into its slot."""
        self.programs[name] = self.kind.encode(contours, box.width * 100)
        self.slots[slot], self.boxes[slot] = name, box

    def files(self, name: str, parameters: tuple[float, ...]) -> dict[str, bytes]:
        """The font and its metrics."""
        return {
            f"{name}.pfb": pfb(name, self.programs, self.slots, (-200, -400, 1200, 2000)),
            f"{name}.tfm": tfm(self.boxes, parameters),
        }


def files(tex: str, writing: Writing) -> dict[str, bytes]:
    """The fonts that a handwritten document needs beside it, by name."""
    return fonts(glyphs_in(tex), HANDS[writing.hand], writing.seed)


def fonts(used: frozenset[str], hand: Hand, seed: int) -> dict[str, bytes]:
    """Every file that TeX needs to write the glyphs in this hand. The same seed gives the same bytes."""
    found: dict[str, bytes] = {}
    for writing in range(1, WRITINGS + 1):
        chance = source(seed, hand, writing)
        found |= plain(used, hand, chance).files(f"hand{writing}", TEXT_PARAMETERS)
        found |= large(used, hand, chance).files(f"handx{writing}", LARGE_PARAMETERS)
    return found


def plain(used: frozenset[str], hand: Hand, chance: Chance, kind: Kind = TYPE1) -> Font:
    """The font of one writing's letters, digits and signs."""
    font = Font({}, {}, {}, kind)
    for glyph in table().values():
        if glyph.name in used:
            strokes, box = placed(glyph, hand, chance(glyph.name))
            font.add(glyph.slot, glyph.title, ink(strokes, hand, 1.0, chance(glyph.name, "ink"), font.kind.apart), box)
    return font


def source(seed: int, hand: Hand, writing: int) -> Chance:
    """The dice of one writing: new ones for each glyph, so that one more glyph changes no other."""
    return lambda *parts: Random("/".join(map(str, (seed, hand.name, writing, *parts))))


def placed(glyph: Glyph, hand: Hand, chance: Random) -> tuple[tuple[Run, ...], Box]:
    """The strokes with the room that the eye wants beside them, and their box."""
    strokes = written(hand.forms.get(glyph.name, glyph.strokes), hand, chance)
    points = [point for run in strokes for point in run]
    body = [point.real for point in points if BODY[0] <= point.imag <= BODY[1]] or [point.real for point in points]
    left = 0.3 * min(point.real for point in points) + 0.7 * min(body)
    right = 0.3 * max(point.real for point in points) + 0.7 * max(body)
    gap = (
        hand.gap
        + hand.nib / 2
        + ROOM.get(glyph.name, 0.0)
        + LEANING.get(glyph.name, 0.0) * max(hand.slant - STEEP, 0.0)
    )
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
BREADTH = {"lparen": 1.3, "rparen": 1.3, "lbrace": 1.5, "rbrace": 1.5, "Vert": 1.6, "vert": 0.6}
ENDS = {
    "lparen": (100, 100),
    "rparen": (0, 0),
    "lbrack": (100, 100),
    "rbrack": (0, 0),
    "lfloor": (6, 100),
    "rfloor": (94, 0),
    "lceil": (100, 6),
    "rceil": (0, 94),
    "vert": (50, 50),
    "Vert": (50, 50),
}
"""Where the upper and the lower end of a bracket point to that is put together from pieces, in per cent of its
breadth."""
UPRIGHT = {"rparen": 94, "rbrack": 94, "rfloor": 94, "rceil": 94, "vert": 50, "Vert": 50}
"""Where its upright part stands, if not at 6."""


def large(used: frozenset[str], hand: Hand, chance: Chance, kind: Kind = TYPE1) -> Font:
    """The font of one writing's brackets and large signs."""
    font = Font({}, {}, {}, kind)
    for name, strokes in signs.BRACKETS.items():
        if name not in used:
            continue
        for place, height in enumerate(SIZES):
            width = BREADTH.get(name, 0.9) * height**0.5
            last = place == len(SIZES) - 1
            box = Box(
                (width + 2 * hand.gap) / 100,
                height / 100,
                0,
                0,
                FIRST[name] + place + 1 if not last or name in ENDS else None,
            )
            drawn = stretched(strokes, hand, chance(name, place), width, height)
            font.add(
                FIRST[name] + place,
                f"{title(UNICODE[name])}.{place}",
                ink(drawn, hand, BRACKET, chance(name, place, "ink"), font.kind.coarse),
                box,
            )
        if name in ENDS:
            _pieces(font, name, hand, chance)
    for name, strokes in signs.LARGE.items():
        if name not in used:
            continue
        for place, height in enumerate((100.0, 145.0)):
            drawn = stretched(strokes, hand, chance(name, place), height * 0.85, height)
            width = max(point.real for run in drawn for point in run)
            box = Box(
                (width + hand.gap + 3) / 100, height / 100, 0.05, 0, LARGE_FIRST[name] + 1 if place == 0 else None
            )
            font.add(
                LARGE_FIRST[name] + place,
                f"{title(UNICODE[name])}.{place}",
                ink(drawn, hand, BRACKET, chance(name, place, "ink"), font.kind.coarse),
                box,
            )
    return font


def stretched(strokes: str, hand: Hand, chance: Random, width: float, height: float) -> tuple[Run, ...]:
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


def _pieces(font: Font, name: str, hand: Hand, chance: Chance) -> None:
    """The pieces of a bracket higher than all: an end above, an end below, and an upright piece between them as often
    as needed."""
    width, piece = BREADTH.get(name, 0.9) * SIZES[-1] ** 0.5, SIZES[-1] * 0.3
    upright, (over, under) = UPRIGHT.get(name, 6), ENDS[name]
    start = FIRST[name] + len(SIZES)

    def drawn(*points: tuple[float, float]) -> Run:
        return tuple(complex(x * width / 100 + hand.gap, y * piece) for x, y in points)

    stem, half = drawn((upright, 1.03), (upright, -0.03)), drawn((upright, 0.53), (upright, -0.03))
    ends: list[tuple[Run, ...]]
    if name.endswith("paren"):
        ends = [(drawn((over, 1), (upright * 0.55 + over * 0.45, 0.62), (upright, 0.1), (upright, -0.03)),)]
        ends.append((drawn((upright, 1.03), (upright, 0.9), (upright * 0.55 + under * 0.45, 0.38), (under, 0)),))
    else:
        ends = [(drawn((over, 1), (upright, 1)), stem), (stem, drawn((upright, 0), (under, 0)))]
    for offset, strokes in enumerate((*ends, (half,)), 1):
        box = Box((width + 2 * hand.gap) / 100, piece / (200 if offset == 3 else 100), 0)
        font.add(
            start + offset,
            f"{title(UNICODE[name])}.piece{offset}",
            ink(strokes, hand, BRACKET, chance(name, "piece"), font.kind.coarse),
            box,
        )
    font.boxes[start] = Box((width + 2 * hand.gap) / 100, piece / 100, 0, 0, None, (start + 1, 0, start + 2, start + 3))
