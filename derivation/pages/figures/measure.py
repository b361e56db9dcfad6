r"""The size of a formula on paper, in millimetres, without a TeX run: from the widths of Latin Modern's letters at 8
pt.

Read is what `tex.write` and `tex.names` write for symbols, numbers, derivatives and matrices of numbers. A test
compares with TeX.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from derivation.tex.names import STYLES, tokens

Size = tuple[float, float]
EM = 2.83
"""8 pt, the size in which charts are set."""
SMALL = 0.87
"""Scripts at this size, as a share of the line's."""
DIGIT, POINT, LETTER, UPRIGHT, CAPITAL, SIGN = 0.535, 0.30, 0.60, 0.58, 0.82, 0.83
WIDTHS = {"i": 0.38, "j": 0.45, "l": 0.36, "t": 0.42, "r": 0.52, "f": 0.58, "m": 1.0, "w": 0.8, "M": 1.08, "W": 1.08, "I": 0.52, "H": 0.92, "K": 0.9, "X": 0.88} | {
    "-": SIGN, "+": SIGN, ",": 0.46, "(": 0.42, ")": 0.42, "=": 1.36, r"\,": 0.17, r"\times": 0.83, r"\approx": 1.36, r"\partial": 0.62, "'": 0.3, r"\star": 0.5,
    r"\vdots": 0.28, r"\cdots": 1.35, r"\ddots": 1.3,
}  # fmt: skip
"""In em."""
BINARY, UNARY = 0.45, {"(", ",", "=", "/", r"\,", r"\approx", r"\times"}
"""The space around a sign between two terms; what a sign stands behind that begins a term."""
LINE, RAISED, LOWERED, FRACTION = 2.3, 0.75, 0.75, 6.4
"""Heights: a line, what scripts add above and below, a fraction of two lines."""
TALL = {"(": 2.85, ")": 2.85, "/": 2.85}
"""The heights of what is higher than a line."""
BRACKETS = {1: (3.25, 4.25), 2: (4.2, 6.45), 3: (5.6, 10.55)}
"""A matrix by its rows: the width of both brackets together, and the height."""
ROW, WIDEST_BRACKETS, GAP = 3.25, 6.2, 1.35
"""Of a higher matrix: the height of a row, the width of both brackets; the space between two columns of any."""
DOTS = 3.1
"""How much higher than others a row with dots one below the other is."""


def size(latex: str) -> Size:
    r"""Width and height.

    >>> [round(side, 2) for side in size("0.5")], size("w")[0] < size("W^{(1)}")[0]
    ([3.88, 2.3], True)
    """
    return _Reader(tokens(latex)).run()


def matrix(columns: list[list[str]]) -> Size:
    """The size of a bracketed matrix, given column by column."""
    count = len(columns[0])
    brackets, height = BRACKETS.get(count, (WIDEST_BRACKETS, count * ROW))
    height += DOTS * any(entry in (r"\vdots", r"\ddots") for column in columns for entry in column)
    return sum(max(size(entry)[0] for entry in column) for column in columns) + GAP * (
        len(columns) - 1
    ) + brackets, height


def words(text: str) -> float:
    """The width of upright text."""
    return sum(WIDTHS.get(letter, CAPITAL if letter.isupper() else UPRIGHT) for letter in text) * EM


class _Reader:
    def __init__(self, read: list[str]) -> None:
        self.tokens = read
        self.place = 0

    def run(self) -> Size:
        width, above, below, tall = 0.0, 0.0, 0.0, LINE
        while self.place < len(self.tokens):
            scripts = dict(self.scripts())
            if scripts:
                width += max(scripts.values()) * SMALL + 0.15
                above, below = max(above, RAISED * ("^" in scripts)), max(below, LOWERED * ("_" in scripts))
                continue
            spaced = (
                self.tokens[self.place] in ("+", "-", r"\star")
                and self.place
                and self.tokens[self.place - 1] not in UNARY
            )
            one, high = self.atom()
            one += BINARY * EM if spaced else 0.0
            width, tall = width + one, max(tall, high)
        return width, tall + above + below

    def scripts(self) -> Iterator[tuple[str, float]]:
        """Neighbouring sub- and superscripts, which stand one above the other."""
        while self.place < len(self.tokens) and self.tokens[self.place] in ("^", "_"):
            mark = self.tokens[self.place]
            self.place += 1
            yield mark, self.atom()[0]

    def atom(self) -> Size:
        token = self.tokens[self.place]
        self.place += 1
        if token == "{":
            return self.group()
        if token == r"\dfrac":
            (above, high), (below, low) = self.atom(), self.atom()
            return max(above, below) + 1.5, FRACTION + high + low - 2 * LINE
        if token in STYLES or token == r"\operatorname":
            width, height = self.atom()
            return width, height + 0.5
        if re.fullmatch(r"\d+(\.\d+)?", token):
            return (DIGIT * len(token.replace(".", "")) + POINT * ("." in token)) * EM, LINE
        return WIDTHS.get(token, CAPITAL if token.lstrip("\\")[:1].isupper() else LETTER) * EM, TALL.get(token, LINE)

    def group(self) -> Size:
        start, depth = self.place, 1
        while depth:
            depth += {"{": 1, "}": -1}.get(self.tokens[self.place], 0)
            self.place += 1
        return _Reader(self.tokens[start : self.place - 1]).run()
