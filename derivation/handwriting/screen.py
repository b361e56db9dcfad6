"""What a page written by hand needs: its fonts, and the strokes that the pen passes over as it writes."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from derivation.handwriting.fonts.fonts import WRITINGS, Chance, Font, large, placed, plain, source, stretched
from derivation.handwriting.fonts.opentype import (
    ASCENT,
    BRACKET_FONTS,
    LARGE,
    SPACE,
    STARTS,
    SURD,
    UPRIGHT,
    WEB,
    Shapes,
    font,
)
from derivation.handwriting.fonts.tfm import Box
from derivation.handwriting.ink.hands import HANDS, PAPERS
from derivation.handwriting.ink.pen import Hand, Run, ink, runs
from derivation.handwriting.ink.waver import style, wavering
from derivation.handwriting.setting import MARKS
from derivation.handwriting.strokes import signs
from derivation.handwriting.strokes.glyphs import SIZES, UNICODE, Glyph, table, title
from derivation.handwriting.turns import turned
from derivation.handwriting.writing import Unwritable, Writing
from derivation.words.telling import tell

TAG = re.compile("<[^>]*>")
POINT = re.compile(r"(-?[\d.]+),(-?[\d.]+)")
DOTTED = frozenset("ij")
"""Letters whose last stroke is a dot, in whose place accents stand."""
ROOM_ABOVE = 7.0
"""Between a letter and its accent."""


def _reshaped(strokes: str, width: float, low: float, high: float) -> str:
    """Strokes in per cent of a size at the size of letters."""

    return POINT.sub(
        lambda found: f"{float(found[1]) * width / 100:.0f},{low + float(found[2]) * (high - low) / 100:.0f}", strokes
    )


SAME = {"·": "⋅", "𝟏": "𝟙", "~": "˜"}
"""Characters that are written as another one."""
BREADTH = 0.3
"""Of the space between words."""
ALWAYS = "()"
"""What every font has: browsers turn down one without glyphs, or with nothing that grows."""
BLANK = " \N{NO-BREAK SPACE}"
ROOT, ROOTS = "√", 8
"""The root's character, and how many sizes it has."""
FIRST_BESIDE = 400
BESIDE = {
    **{
        UNICODE[name]: Glyph(name, _reshaped(strokes, 26, -18, 81), UNICODE[name], 0)
        for name, strokes in signs.BRACKETS.items()
    },
    **{
        UNICODE[name]: Glyph(name, _reshaped(strokes, 62, -10, 82), UNICODE[name], 0)
        for name, strokes in signs.LARGE.items()
    },
    ROOT: Glyph("surd", _reshaped(SURD, 56, -8, 84), ROOT, 0),
}
"""Signs at the size of letters, which the fonts for TeX have in larger forms only."""


def page(body: str, chart_style: str, writing: Writing) -> dict[str, Any]:
    """What the templates of a handwritten page are told, its body and the style of its charts among it. Raises
    `Unwritable`."""
    chance = source(writing.seed, HANDS[writing.hand], 0)("lines")
    characters = frozenset(
        html.unescape(TAG.sub("", body)) + ALWAYS + ROOT * ("<msqrt" in body or "<mroot" in body)
    ) - {"\n"}
    return {
        "body": turned(wavering(body, chance)),
        "chart_style": style(chart_style),
        "hand": screen(characters, writing),
    }


def screen(characters: frozenset[str], writing: Writing) -> dict[str, Any]:
    """What the templates of the handwritten page are told. Raises `Unwritable` where the hand does not know a
    character."""
    hand = HANDS[writing.hand]
    fonts, strokes = _written(characters, hand, writing.seed)
    return {
        "fonts": fonts,
        "strokes": strokes,
        "turns": STARTS,
        "large": {character: LARGE[character] for character in sorted(characters & {*LARGE} | {"√"})},
        "upright": UPRIGHT,
        "shapes": WRITINGS,
        "forms": BRACKET_FONTS,
        "ascent": ASCENT / 100,
        "nib": hand.nib / 100,
        "ink": hand.ink,
        "gradient": hand.gradient,
        "paper": PAPERS[writing.paper],
    }


@lru_cache(maxsize=16)
def _written(characters: frozenset[str], hand: Hand, seed: int) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The fonts, and the strokes of each character in all its shapes."""
    glyphs = {character: _glyph(character, hand) for character in sorted(characters) if character not in BLANK}
    tall = {character: glyph for character, glyph in glyphs.items() if character in LARGE}
    dice = [source(seed, hand, shape) for shape in range(1, WRITINGS + 1)]
    letters = [_letters(glyphs.values(), hand, chance) for chance in dice]
    for drawn in letters:
        drawn.add(0, SPACE, (), Box(BREADTH, 0, 0))
    known = {ord(character): glyph.title for character, glyph in glyphs.items()} | {
        ord(blank): SPACE for blank in BLANK
    }
    fonts = [font(Shapes(letters, _forms(tall, hand, dice[0]), known, hand.nib), "Hand0")]
    for count in range(1, BRACKET_FONTS):
        named = {ord(character): glyph.title for character, glyph in tall.items()}
        fonts.append(
            font(
                Shapes([_letters(tall.values(), hand, dice[count])], _forms(tall, hand, dice[count]), named, hand.nib),
                f"Hand{count}",
            )
        )
    strokes = {
        character: [_points(placed(glyph, hand, chance(glyph.name))[0]) for chance in dice]
        for character, glyph in glyphs.items()
    }
    return tuple(fonts), strokes


def _letters(glyphs: Iterable[Glyph], hand: Hand, chance: Chance) -> Font:
    """One writing of some glyphs, with those that no font for TeX has."""
    made = plain(frozenset(glyph.name for glyph in glyphs), hand, chance, WEB)
    others = {glyph.name: glyph for glyph in glyphs if glyph.name not in table()}
    for slot, glyph in enumerate(others.values(), FIRST_BESIDE):
        strokes, box = placed(glyph, hand, chance(glyph.name))
        made.add(slot, glyph.title, ink(strokes, hand, 1.0, chance(glyph.name, "ink"), WEB.apart), box)
    return made


def _forms(characters: Iterable[str], hand: Hand, chance: Chance) -> Font:
    """One writing of the larger forms of brackets, sums and roots."""
    made = large(
        frozenset(name for name in (*signs.BRACKETS, *signs.LARGE) if UNICODE[name] in characters), hand, chance, WEB
    )
    if ROOT in characters:
        for place, height in enumerate(SIZES[:ROOTS]):
            strokes = stretched(SURD, hand, chance(ROOT, place), 60.0, height)
            made.add(
                FIRST_BESIDE + place,
                f"{title(ROOT)}.{place}",
                ink(strokes, hand, 1.0, chance(ROOT, place, "ink"), WEB.apart),
                Box(0.6 + hand.gap / 100, height / 100, 0),
            )
    return made


def _glyph(character: str, hand: Hand) -> Glyph:
    """The glyph of a character; a bold or slanted letter is the letter, one with accents is put together."""
    for form in (character, SAME.get(character, ""), unicodedata.normalize("NFKC", character)):
        if found := _characters().get(form) or BESIDE.get(form):
            return found
    base, *marks = tuple(unicodedata.normalize("NFD", character))
    if marks and base in _characters() and all(mark in MARKS for mark in marks):
        strokes = hand.forms.get(base, _characters()[base].strokes)
        strokes = strokes.rpartition(" / ")[0] if base in DOTTED else strokes
        return Glyph(
            character,
            " / ".join([strokes, *(_above(strokes, table()[MARKS[mark]].strokes) for mark in marks)]),
            character,
            0,
        )
    raise Unwritable(tell("hand.no_character", letter=character, code=f"{ord(character):04X}"))


def _above(base: str, accent: str) -> str:
    """The strokes of an accent in the middle above those of a letter."""
    body, mark = ([point for run in runs(strokes) for point in run] for strokes in (base, accent))
    middle, over = (sum(side(point.real for point in points) for side in (min, max)) / 2 for points in (body, mark))
    lift = max(0.0, max(point.imag for point in body) + ROOM_ABOVE - min(point.imag for point in mark))
    return POINT.sub(lambda found: f"{float(found[1]) + middle - over:.0f},{float(found[2]) + lift:.0f}", accent)


@lru_cache(maxsize=1)
def _characters() -> dict[str, Glyph]:
    return {glyph.character: glyph for glyph in table().values()}


def _points(strokes: Iterable[Run]) -> str:
    """Strokes as they are written down in `latin.py`.

    >>> _points([(0j, 1 + 2j), (1 + 2j, 3j), (5 + 5j,)])
    '0,0 1,2! 0,3 / 5,5'
    """
    found, end = "", None
    for run in strokes:
        points = [f"{round(point.real)},{round(point.imag)}" for point in run]
        found += ("! " if run[0] == end else " / " if found else "") + " ".join(points[1:] if run[0] == end else points)
        end = run[-1]
    return found
