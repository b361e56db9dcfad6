"""What a page written by hand needs: its fonts, and the strokes that the pen passes over as it writes."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from . import Unwritable, Writing, signs
from .fonts import WRITINGS, large, placed, plain, source
from .glyphs import UNICODE, Glyph, table
from .hands import HANDS, PAPERS
from .opentype import ASCENT, BRACKET_FONTS, DESCENT, LARGE, UPRIGHT, WEB, Shapes, font
from .pen import Hand, Run
from .tfm import Box
from .turns import turned
from .waver import style, wavering

TAG = re.compile("<[^>]*>")

SAME = {"·": "⋅", "\N{DIGIT ONE}\N{COMBINING ENCLOSING CIRCLE}": "1", "𝟏": "𝟙", "−": "−", "~": "˜", "∣": "|"}
"""Characters that are written as another one."""
BLANK = " \N{NO-BREAK SPACE}"
SPACE = 30.0


def page(body: str, chart_style: str, writing: Writing) -> dict[str, Any]:
    """What the templates of a handwritten page are told, its body and the style of its charts among it. Raises `Unwritable`."""
    chance = source(writing.seed, HANDS[writing.hand], 0)("lines")
    characters = frozenset(html.unescape(TAG.sub("", body))) - {"\n"}
    return {"body": turned(wavering(body, chance)), "chart_style": style(chart_style), "hand": screen(characters, writing)}


def screen(characters: frozenset[str], writing: Writing) -> dict[str, Any]:
    """What the templates of the handwritten page are told. Raises `Unwritable` where the hand does not know a character."""
    hand = HANDS[writing.hand]
    fonts, strokes = _written(characters, hand, writing.seed)
    return {
        "fonts": fonts,
        "strokes": strokes,
        "large": {character: LARGE[character] for character in sorted(characters & {*LARGE} | {"√"})},
        "upright": UPRIGHT,
        "ascent": round(ASCENT / (ASCENT + DESCENT), 4),
        "nib": hand.nib / 100,
        "ink": hand.ink,
        "gradient": hand.gradient,
        "paper": PAPERS[writing.paper],
        "paper_name": writing.paper,
    }


@lru_cache(maxsize=16)
def _written(characters: frozenset[str], hand: Hand, seed: int) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The fonts, and the strokes of each character: of every shape of a letter, of the large form of a bracket."""
    glyphs = {character: _glyph(character) for character in sorted(characters) if character not in BLANK}
    used = frozenset(glyph.name for glyph in glyphs.values())
    dice = [source(seed, hand, shape) for shape in range(1, WRITINGS + 1)]
    letters = [plain(used, hand, chance, WEB) for chance in dice]
    for drawn in letters:
        drawn.add(0, "space", (), Box(SPACE / 100, 0, 0))
    tall = {character: glyph for character, glyph in glyphs.items() if character in LARGE}
    alone = frozenset(glyph.name for glyph in tall.values())
    known = {ord(character): glyph.title for character, glyph in glyphs.items()} | {ord(blank): "space" for blank in BLANK}
    brackets = {name for name in (*signs.BRACKETS, *signs.LARGE) if UNICODE[name] in characters}
    fonts = []
    for count in range(BRACKET_FONTS):
        forms = large(frozenset(brackets), hand, dice[count], WEB)
        some = letters if count == 0 else [plain(alone, hand, dice[count], WEB)]
        named = known if count == 0 else {ord(character): glyph.title for character, glyph in tall.items()}
        fonts.append(font(Shapes(some, forms, named, hand.nib), f"Hand{count}"))
    strokes = {character: [_points(placed(glyph, hand, chance(glyph.name))[0]) for chance in dice] for character, glyph in glyphs.items()}
    return tuple(fonts), strokes


def _glyph(character: str) -> Glyph:
    """The glyph of a character; a bold or slanted letter is the letter."""
    for form in (character, SAME.get(character, ""), unicodedata.normalize("NFKC", character)):
        if form in _characters():
            return _characters()[form]
    raise Unwritable(f"the hand cannot write the character {character} (U+{ord(character):04X}); use another one, or --theme typeset")


@lru_cache(maxsize=1)
def _characters() -> dict[str, Glyph]:
    return {glyph.character: glyph for glyph in table().values()}


def _points(strokes: Iterable[Run]) -> str:
    """Strokes as they are written down in `glyphs.py`."""
    found, end = "", None
    for run in strokes:
        points = [f"{round(point.real)},{round(point.imag)}" for point in run]
        found += ("! " if run[0] == end else " / " if found else "") + " ".join(points[1:] if run[0] == end else points)
        end = run[-1]
    return found
