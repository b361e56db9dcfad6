"""Shapes taking turns on a page: no two neighbouring occurrences of a character have the same shape, and the text stays
text.

The font lets shapes take turns inside a run of letters; a class says with which shape a run begins (none for the
first).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from derivation.handwriting.fonts.fonts import WRITINGS
from derivation.handwriting.fonts.opentype import BRACKET_FONTS, LARGE, SHAPES

PIECE = re.compile(
    r"<(?P<token>m[ino]|mtext)(?P<said>[^>]*)>(?P<held>[^<]*)</(?P=token)>|(?P<tag><[^>]*>)|(?P<text>[^<]+)"
)


def turned(page: str) -> str:
    """A page's HTML with classes that say where each run of shapes begins.

    >>> turned("<math><mn>11</mn><mi>x</mi></math> 1 is 1")
    '<math><mn>11</mn><mi class="b">x</mi></math> <i class="c">1</i> <i class="d">is</i> <i class="e">1</i>'
    """
    turns = Turns()
    return PIECE.sub(lambda found: _piece(found, turns), page)


class Turns:
    """Who had which shape last."""

    def __init__(self) -> None:
        self.last: dict[str, int] = {}
        self.next = 0

    def runs(self, text: str) -> Iterator[tuple[str, int]]:
        """A text cut into runs, as few as can be, and the shape with which each begins."""
        while text:
            start, last = max(
                ((start, self._reached(text, start)) for start in self._starts()), key=lambda found: found[1][0]
            )
            count, self.last = last
            yield text[:count], start
            text, self.next = text[count:], start + 1

    def _starts(self) -> list[int]:
        return [(self.next + offset) % WRITINGS for offset in range(WRITINGS)]

    def _reached(self, text: str, start: int) -> tuple[int, dict[str, int]]:
        """How many characters from here on can take their turns, and who has had which shape then. Behind a space the
        turns begin anew."""
        last, turn = dict(self.last), start
        for place, character in enumerate(text):
            if character.isspace():
                turn = start
                continue
            shape = turn % (BRACKET_FONTS if character in LARGE else WRITINGS)
            if last.get(character) == shape:
                return place, last
            last[character], turn = shape, turn + 1
        return len(text), last


def _piece(found: re.Match[str], turns: Turns) -> str:
    if found["tag"]:
        return found["tag"]
    if found["text"]:
        return re.sub(
            r"\S+",
            lambda word: "".join(_run(run, start) for run, start in turns.runs(html.unescape(word[0]))),
            found["text"],
        )
    runs = list(turns.runs(html.unescape(found["held"])))
    tokens = [
        _token(found["token"], _side(found["said"], place > 0, place < len(runs) - 1), run, start)
        for place, (run, start) in enumerate(runs)
    ]
    return tokens[0] if len(tokens) == 1 else f"<mrow>{''.join(tokens)}</mrow>"


def _token(tag: str, said: str, run: str, start: int) -> str:
    turn = f' class="{_letter(start)}"' if start else ""
    return f"<{tag}{said}{turn}>{html.escape(run, quote=False)}</{tag}>"


def _side(said: str, before: bool, after: bool) -> str:
    """What a token says of itself, without space to where a part of it stands."""
    for name, beside in (("lspace", before), ("rspace", after)):
        said = re.sub(rf' {name}="[^"]*"', f' {name}="0"', said) if beside else said
    return said


def _run(run: str, start: int) -> str:
    escaped = html.escape(run, quote=False)
    return f'<i class="{_letter(start)}">{escaped}</i>' if start else escaped


def _letter(start: int) -> str:
    return SHAPES[start][1:] or "a"
