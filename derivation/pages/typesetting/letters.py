"""Which characters can be set: those of LaTeX's own fonts, and with LuaLaTeX those of the fonts on this machine."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ORDINARY = re.compile(
    r"[\x00-\x7f\u00a0-\u0125\u0128-\u0137\u0139-\u013e\u0141-\u0148\u014a-\u0165\u0168-\u017e\u0192"
    r"\u01cd-\u01d4\u01e2\u01e3\u01e6-\u01eb\u01f0\u01f4\u01f5\u0218-\u021b\u0232\u0233\u0237\u02c7\u02d8\u02d9"
    r"\u02db\u02dd\u1e02\u1e03\u1e0d\u1e1e\u1e20\u1e21\u1e25\u1e30\u1e31\u1e37\u1e43\u1e45\u1e47\u1e5b\u1e63\u1e6d"
    r"\u1e8e-\u1e91\u1e9e\u1ef2\u1ef3\u2010-\u2016\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u2030\u2031"
    r"\u2039-\u203b\u2044\u20ac\u2103\u2116\u2117\u211e\u2120\u2122\u2126\u2127\u212e\u2190-\u2193\u25e6\u266a]"
)
"""What LaTeX's own fonts have: the encodings T1 and TS1."""
FONTS = (
    ("lmroman10-regular.otf", "lmroman10-bold.otf"),
    ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf"),
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
)
"""Pairs of files, the preferred first: a letter is taken from the first that has it."""
PLACES = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/usr/share/texmf/fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    "~/.local/share/fonts",
    "~/.fonts",
)
"""Where fonts lie, beside the folder that the environment variable OSFONTDIR names."""
LEFT_TO_RIGHT = ("L", "ON", "ET", "ES", "EN", "CS")
"""Classes of direction that can be set one letter after the other as they come."""


def rare(text: str) -> str:
    """The characters of a text that LaTeX's own fonts lack, each once.

    >>> rare("Łukasz, José, Иван")
    'Иван'
    """
    return "".join(dict.fromkeys(ORDINARY.sub("", text)))


def without_font(text: str) -> str:
    """The first character that no font here has or that cannot be set letter by letter; nothing without one."""
    return next((letter for letter in rare(text) if letter not in fonts()), "")


@cache
def fonts() -> Mapping[str, tuple[Path, Path]]:
    """The upright and bold file for each letter beyond the ordinary ones."""
    from fontTools.ttLib import TTFont

    found: dict[str, tuple[Path, Path]] = {}
    for pair in pairs():
        with TTFont(pair[0], lazy=True) as font:
            for letter in map(chr, font.getBestCmap()):
                if unicodedata.bidirectional(letter) in LEFT_TO_RIGHT and not ORDINARY.match(letter):
                    found.setdefault(letter, pair)
    return found


def pairs() -> Iterator[tuple[Path, Path]]:
    """The pairs of files that are on this machine."""
    places = [
        Path(place).expanduser() for place in (*os.environ.get("OSFONTDIR", "").split(os.pathsep), *PLACES) if place
    ]
    wanted = {name for pair in FONTS for name in pair}
    files = {
        path.name: path for place in reversed(places) for path in sorted(place.rglob("*.[ot]tf")) if path.name in wanted
    }
    return ((files[upright], files[bold]) for upright, bold in FONTS if upright in files and bold in files)


def beside(tex: str) -> dict[str, bytes]:
    """What LuaLaTeX needs beside a document: the fonts of its rare letters, and `rare.tex`, which says where."""
    taken = {letter: fonts()[letter] for letter in rare(tex)}
    said = "".join(
        rf"\rareletter{{{ord(letter):X}}}{{{upright.name}}}{{{bold.name}}}" + "\n"
        for letter, (upright, bold) in taken.items()
    )
    files = {path.name: path.read_bytes() for pair in taken.values() for path in pair}
    return {"rare.tex": said.encode(), **files}
