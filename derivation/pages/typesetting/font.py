"""The math font of a page: STIX Two Math (`templates/fonts`, SIL Open Font License), cut down to the characters that are
used."""

from __future__ import annotations

import base64
import io
import re
import unicodedata
from functools import cache, lru_cache
from html import unescape

from derivation.words.files import templates

FILE = "fonts/STIXTwoMath-Regular.ttf"
FEATURES = ["ssty", "dtls", "kern"]
"""Letters drawn for scripts, letters without dots under accents, and pairs of letters in words."""
LICENCE = [0, 13, 14]
"""The font's own statements of copyright and licence, which stay in it."""
LETTER = re.compile(r"<mi>([^<]|&[^;]+;)</mi>")
DRAWN = "√"
"""What elements draw of their own accord, with no such character in the text. With a character come its larger forms
and their pieces."""
TAG = re.compile(r"<(style|script)\b.*?</\1>|<[^>]*>", re.DOTALL)


def font(page: str) -> str:
    """A data address of the font with the characters of a page's HTML, and those that its elements draw, as WOFF."""
    return _subset(frozenset(unescape(TAG.sub("", page))) | slanted(page) | frozenset(DRAWN))


def slanted(page: str) -> frozenset[str]:
    """The letters that a browser shows for the variables of a page's formulas."""
    return frozenset(italics()[letter] for letter in LETTER.findall(page) if letter in italics())


@cache
def italics() -> dict[str, str]:
    """The letter that a browser shows for a variable of one letter.

    >>> italics()["x"], italics()["α"], italics()["h"]
    ('𝑥', '𝛼', 'ℎ')
    """
    slanted = [
        chr(code) for code in (*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C)) if unicodedata.name(chr(code), "")
    ]
    return {unicodedata.normalize("NFKC", letter): letter for letter in slanted} | {"h": "ℎ"}


@lru_cache(maxsize=64)
def _subset(characters: frozenset[str]) -> str:
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(
        hinting=False, layout_features=FEATURES, name_IDs=LICENCE, notdef_outline=True, glyph_names=False
    )
    options.drop_tables += ["BASE", "DSIG", "GDEF"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=sorted(map(ord, characters)))
    with TTFont(templates() / FILE, lazy=True, recalcTimestamp=False) as whole:
        cutter.subset(whole)
        whole.flavor = "woff"
        made = io.BytesIO()
        whole.save(made)
    return "data:font/woff;base64," + base64.b64encode(made.getvalue()).decode()
