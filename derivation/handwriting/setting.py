"""What TeX is told: words one by one, and the tables of signs for the preamble."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from derivation.handwriting.fonts.fonts import FIRST, LARGE_FIRST, WRITINGS
from derivation.handwriting.ink.hands import HANDS, PAPERS
from derivation.handwriting.strokes import signs
from derivation.handwriting.strokes.glyphs import DELIMITERS, commands, table
from derivation.handwriting.writing import Unwritable, Writing
from derivation.words.telling import tell

SCALE = 1.3
"""The size of the hand over that of print: a written letter is larger than a printed one."""
SIZES = tuple(
    (size, f"{size * 0.74:.2f}", f"{size * 0.62:.2f}")
    for size in (5.6, 6.4, 7.2, 8, 9, 10, 10.95, 12, 14.4, 17.28, 20.74)
)
MARKS = {"\N{COMBINING CIRCUMFLEX ACCENT}": "hat", "\N{COMBINING CARON}": "check", "\N{COMBINING TILDE}": "tilde", "\N{COMBINING MACRON}": "bar", "\N{COMBINING DOT ABOVE}": "dot",
         "\N{COMBINING DIAERESIS}": "ddot", "\N{COMBINING ACUTE ACCENT}": "acute", "\N{COMBINING GRAVE ACCENT}": "grave", "\N{COMBINING BREVE}": "breve", "\N{COMBINING RING ABOVE}": "mathring"}  # fmt: skip
SPECIAL = "\\{}$&#%_^~\"'`|"


def settings(writing: Writing) -> dict[str, Any]:
    """The tables for the preamble."""
    hand, glyphs = HANDS[writing.hand], table()
    return {
        "seed": writing.seed % 2**28,
        "folder": writing.folder,
        "writings": range(1, WRITINGS + 1),
        "scale": SCALE,
        "sizes": SIZES,
        "nib": f"{hand.nib * SCALE * 0.105:.2f}",
        "ink": hand.ink,
        "gradient": hand.gradient,
        "paper": PAPERS[writing.paper],
        "characters": [
            (glyph.slot, glyph.kind)
            for glyph in glyphs.values()
            if glyph.slot < 128 and glyph.name not in SPECIAL + "-"
        ]
        + [(124, 0)],
        "commands": [
            (command, glyph.kind, glyph.slot)
            for command, glyph in commands().items()
            if glyph.name not in signs.ACCENTS
        ],
        "accents": [(f"\\{name}", glyphs[name].slot) for name in signs.ACCENTS],
        "large": LARGE_FIRST,
        "brackets": [
            (mark, FIRST[name], ord(mark) if mark in "()[]|" else SMALL.get(name, 0))
            for mark, name in DELIMITERS.items()
        ],
    }


SMALL = {"lparen": 40, "rparen": 41, "lbrack": 91, "rbrack": 93, "lbrace": 123, "rbrace": 125, "vert": 124}


def words(latex: str) -> str:
    r"""A sentence with formulas in it, each word apart.

    >>> words("Each row of $W x$, then")
    '\\w{Each} \\w{row} \\w{of} $W x$\\w{,} \\w{then}'
    """
    parts = re.split(r"(\$[^$]*\$)", latex)
    return "".join(
        part if part.startswith("$") else re.sub(r"[^\s]+", lambda word: rf"\w{{{spelled(word[0])}}}", part)
        for part in parts
    )


def spelled(latex: str) -> str:
    r"""LaTeX with its letters beyond ASCII as signs, or as letters with accents.

    >>> spelled("für")
    'f\\ddot{u}r'
    """
    return latex if latex.isascii() else "".join(sign if sign.isascii() else _character(sign) for sign in latex)


def text(plain: str) -> str:
    r"""A user's text, each word apart and every special character a sign.

    >>> text("50% more")
    '\\w{50\\sign{37}} \\w{more}'
    """
    return " ".join(rf"\w{{{''.join(map(_character, unicodedata.normalize('NFC', word)))}}}" for word in plain.split())


def _character(letter: str) -> str:
    glyph = table().get(letter)
    if glyph is not None:
        return letter if letter not in SPECIAL and letter.isascii() else rf"\sign{{{glyph.slot}}}"
    named = next((glyph for glyph in table().values() if glyph.character == letter), None)
    if named is not None:
        return rf"\sign{{{named.slot}}}"
    base, *marks = tuple(unicodedata.normalize("NFD", letter))
    if marks and all(mark in MARKS for mark in marks):
        written = _character(base)
        for mark in marks:
            written = rf"\{MARKS[mark]}{{{written}}}"
        return written
    if not letter.isprintable():
        return ""
    raise Unwritable(tell("hand.no_character", letter=letter, code=f"{ord(letter):04X}"))
