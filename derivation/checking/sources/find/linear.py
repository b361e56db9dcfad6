r"""Formulas that are written in a line, as Typst and AsciiMath have them, put into TeX: `a/b` becomes `\frac{a}{b}`,
`x_(i j)` becomes `x_{i j}`.

A formula is a row of operands; a stroke makes a fraction of the two beside it, whose brackets go. What it is made of,
each dialect says: its signs, and what an operand may begin with. Each piece of the TeX knows the place that it stands
for; what has no TeX becomes a command that the reader does not know, so that it is named and nothing is misread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

Pieces = list[tuple[str, int]]
"""TeX, stretch by stretch, each with the place in the file that it stands for."""
MAXIMAL_DEPTH = 60
MARKS = re.compile(r"[{}$#%\\]")
CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of a formula: of what kind it is, how it is typed, where, and whether a space stands before it."""

    kind: str
    text: str
    at: int
    spaced: bool = False


@dataclass(frozen=True, slots=True)
class Operand:
    """A part of a formula as TeX; `inner` is what stands in its brackets, where it is nothing but these."""

    pieces: Pieces
    inner: Pieces | None = None

    @property
    def bare(self) -> Pieces:
        return self.pieces if self.inner is None else self.inner


class TooDeep(Exception):
    """A formula nested more deeply than is read."""


END = Sign("end", "", -1)


def scanned(pattern: re.Pattern[str], text: str, begin: int, end: int) -> Iterator[Sign]:
    """The signs of a formula; a `space` is noted at the sign behind it."""
    spaced = False
    for match in pattern.finditer(text, begin, end):
        if match.lastgroup == "space":
            spaced = True
            continue
        yield Sign(match.lastgroup or "", match[0], match.start(), spaced)
        spaced = False


class Linear:
    """Reads the signs of one formula; a dialect says what an operand may be (`atom`), and what stands for a sign."""

    signs: Mapping[str, str] = {}
    differentials: frozenset[str] = frozenset()
    """Signs of a derivative, which belong to what stands behind them wherever a stroke follows."""

    def __init__(self, found: Sequence[Sign]) -> None:
        self.found, self.place, self.depth = found, 0, 0

    @property
    def next(self) -> Sign:
        return self.found[self.place] if self.place < len(self.found) else END

    def take(self) -> Sign:
        sign = self.next
        self.place += 1
        return sign

    def row(self, stops: Callable[[Sign], bool] = lambda sign: False) -> Pieces:
        """What stands up to a stop, or to the end."""
        self.depth += 1
        if self.depth > MAXIMAL_DEPTH:
            raise TooDeep
        made: Pieces = []
        while self.next.kind != "end" and not stops(self.next):
            if self.next.spaced and made and not made[-1][0].endswith(" "):
                made.append((" ", self.next.at))
            made += self.fraction()
        self.depth -= 1
        return made

    def fraction(self) -> Pieces:
        """An operand, or a fraction of operands."""
        before = self.place
        at, left = self.next.at, self.operand()
        if self.place == before:  # nothing that could begin an operand
            sign = self.take()
            return [(self.tex(sign), sign.at)]
        while self.next.text == "/" and self.next.kind == "stroke":
            self.take()
            below = self.operand()
            left = Operand([(r"\frac{", at), *left.bare, ("}{", at), *below.bare, ("}", at)])
        return left.pieces

    def operand(self) -> Operand:
        """A part with its scripts; a derivative's sign with what it stands before, where a stroke makes it one."""
        first, start = self.next, self.place
        found = self.scripted()
        if first.text in self.differentials and self.next.kind not in ("end", "stroke", "script"):
            behind = self.place
            following = self.scripted()
            above = self.found[start - 1].kind == "stroke" if start else False
            if above or self.next.kind == "stroke":
                return Operand([*found.pieces, *following.pieces])
            self.place = behind
        return found

    def scripted(self) -> Operand:
        """A part with what stands below and above it."""
        found = self.atom()
        pieces = list(found.pieces)
        while self.next.kind == "script":
            script = self.take()
            below = self.script()
            pieces += [(f"{script.text}{{", script.at), *below, ("}", script.at)]
            found = Operand(pieces)
        return found

    def script(self) -> Pieces:
        """What stands below or above, without its brackets; a minus takes what it stands before along."""
        if self.next.text in ("-", "+"):
            sign = self.take()
            return (
                [(sign.text, sign.at), *self.atom().bare]
                if self.next.kind in ("number", "word")
                else [(sign.text, sign.at)]
            )
        return self.atom().bare

    def atom(self) -> Operand:
        """The smallest part; each dialect has its own."""
        raise NotImplementedError

    def bracketed(self) -> Operand:
        """What stands between brackets, with them; an opening one alone where nothing closes it."""
        opening = self.take()
        inner = self.row(lambda sign: sign.kind == "close")
        if self.next.kind != "close":
            return Operand([(self.tex(opening), opening.at), *inner])
        closing = self.take()
        pieces = [(self.tex(opening), opening.at), *inner, (self.tex(closing), closing.at)]
        is_plain = CLOSING.get(opening.text) == closing.text
        return Operand(pieces, inner if is_plain else None)

    def tex(self, sign: Sign) -> str:
        """What stands for a sign by itself."""
        return spaced(self.signs.get(sign.text, sign.text))


def spaced(tex: str) -> str:
    """TeX that no letter behind it can be taken into."""
    return f"{tex} " if re.search(r"\\[A-Za-z]+\Z", tex) else tex


def unknown(name: str) -> str:
    """A command for what has no TeX, called as its author does, as far as a command can be."""
    return f"\\{re.sub('[^A-Za-z]', '', name) or 'unknown'} "


def quoted(text: str) -> str:
    """Words in the middle of a formula."""
    return f"\\text{{{MARKS.sub('', text)}}}"
