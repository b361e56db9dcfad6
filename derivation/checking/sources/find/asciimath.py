r"""AsciiMath put into TeX (`linear.py`): `sum_(i=1)^n x_i/2`, `[[1,2],[3,4]]`, `sqrt x`, `"words"`."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from derivation.checking.sources.find.linear import Linear, Operand, Pieces, Sign, TooDeep, quoted, scanned, unknown
from derivation.checking.sources.find.signs import ASCIIMATH

UNARY = {
    "sqrt": r"\sqrt{",
    "hat": r"\hat{",
    "bar": r"\bar{",
    "overline": r"\bar{",
    "vec": r"\vec{",
    "tilde": r"\tilde{",
    "dot": r"\dot{",
    "ddot": r"\ddot{",
    "ul": "{",
    "underline": "{",
    "cancel": "{",
    "bb": r"\mathbf{",
    "mathbf": r"\mathbf{",
    "bbb": r"\mathbb{",
    "mathbb": r"\mathbb{",
    "cc": r"\mathcal{",
    "mathcal": r"\mathcal{",
    "sf": r"\mathsf{",
    "tt": r"\mathtt{",
    "fr": r"\mathfrak{",
    "rm": r"\mathrm{",
    "mathrm": r"\mathrm{",
    "abs": "|",
    "norm": r"\|",
    "floor": r"\lfloor ",
    "ceil": r"\lceil ",
    "ubrace": "{",
    "obrace": "{",
}
"""Commands before one part, and what they begin with in TeX."""
ENDS = {"abs": "|", "norm": r"\|", "floor": r"\rfloor ", "ceil": r"\rceil "}
BINARY = {"frac": r"\frac", "root": "root", "stackrel": r"\stackrel", "overset": r"\overset", "underset": r"\underset"}
CALLED = frozenset(
    "sin cos tan sec csc cot sinh cosh tanh arcsin arccos arctan exp ln log det dim tr max min lim gcd lcm f g".split()
)
"""Functions, which take what stands behind them into a fraction."""
BRACKETS = {"(": ")", "[": "]", "{": "}", "(:": ":)", "{:": ":}", "|": "|"}
MATRICES = {"()": "pmatrix", "[]": "bmatrix", "{}": "Bmatrix", "||": "vmatrix", "{:}": "cases"}


@lru_cache(maxsize=1)
def pattern() -> re.Pattern[str]:
    """How the signs are told apart: the longest comes first."""
    known = {*ASCIIMATH, *UNARY, *BINARY, "text", "mbox"} - {"{", "}", "(:", ":)", "{:", ":}"}
    names = "|".join(re.escape(name) for name in sorted(known, key=lambda name: (-len(name), name)))
    return re.compile(
        rf"""
        (?P<space>\s++)
      | (?P<string>"[^"]*+"|(?:text|mbox)\([^()]*+\))
      | (?P<number>\d++(?>(?:\.\d++)?))
      | (?P<open>\(:|\{{:|[(\[{{])
      | (?P<close>:\)|:\}}|[)\]}}])
      | (?P<known>{names})
      | (?P<script>[_^])
      | (?P<stroke>/)
      | (?P<escape>\\.)
      | (?P<word>[^\W\d_])
      | (?P<other>.)
""",
        re.VERBOSE | re.DOTALL,
    )


def translated(text: str, begin: int, end: int) -> Pieces:
    r"""A formula as TeX.

    >>> "".join(tex for tex, _ in translated("sum_(i=1)^n x_i/2 = [[1,2],[3,4]]", 0, 33))
    '\\sum _{i=1}^{n} \\frac{x_{i}}{2} = \\begin{bmatrix}1 & 2 \\\\ 3 & 4\\end{bmatrix}'
    """
    try:
        signs = [
            replace(sign, kind="close", text="]") if sign.text == "\\]" else sign
            for sign in scanned(pattern(), text, begin, end)
        ]
        return AsciiMath(signs).whole()
    except TooDeep:
        return [(unknown("nested"), begin)]


class AsciiMath(Linear):
    """AsciiMath's way of writing formulas."""

    signs = ASCIIMATH
    differentials = frozenset(["del", "partial"])

    def whole(self) -> Pieces:
        made: Pieces = []
        while self.next.kind != "end":
            made += self.row()
        return made

    def atom(self) -> Operand:
        sign = self.next
        if sign.kind == "open":
            return self.matrix() or self.bracketed()
        if sign.kind in ("end", "close", "script", "stroke"):
            return Operand([])
        self.take()
        if sign.kind == "string":
            return Operand(
                [(quoted(sign.text.partition("(")[2][:-1] if sign.text[0] != '"' else sign.text[1:-1]), sign.at)]
            )
        if sign.kind == "escape":
            return Operand([(ASCIIMATH.get(sign.text, sign.text[1]), sign.at)])
        if sign.text in UNARY:
            inner = self.argument()
            return Operand([(UNARY[sign.text], sign.at), *inner, (ENDS.get(sign.text, "}"), sign.at)])
        if sign.text in BINARY:
            return self.binary(sign)
        made: Pieces = [(self.tex(sign), sign.at)]
        if sign.text in CALLED and self.next.kind not in ("end", "close", "script", "stroke"):
            made += [*([(" ", self.next.at)] if not made[0][0].endswith(" ") else []), *self.scripted().pieces]
        return Operand(made)

    def argument(self) -> Pieces:
        """The part that a command stands before, without its brackets."""
        return self.atom().bare

    def binary(self, sign: Sign) -> Operand:
        first, second = self.argument(), self.argument()
        if sign.text == "root":
            return Operand([(r"\sqrt[", sign.at), *first, ("]{", sign.at), *second, ("}", sign.at)])
        return Operand([(f"{BINARY[sign.text]}{{", sign.at), *first, ("}{", sign.at), *second, ("}", sign.at)])

    def matrix(self) -> Operand | None:
        """Rows in brackets, between commas, in brackets; nothing where it is something else."""
        start, opening = self.place, self.take()
        inner = self.next.text
        rows: list[Pieces] = []
        while self.next.text == inner and inner in ("(", "["):
            rows.append(self.cells())
            if self.next.text != ",":
                break
            self.take()
        closing = self.next
        environment = MATRICES.get(
            opening.text + closing.text, MATRICES["{:}"] if (opening.text, closing.text) == ("{", ":}") else ""
        )
        is_one = len(rows) == 1 and not any(tex == " & " for tex, _ in rows[0])
        if not rows or closing.kind != "close" or not environment or (is_one and inner == "("):
            self.place = start
            return None
        self.take()
        made: Pieces = [(rf"\begin{{{environment}}}", opening.at)]
        for count, row in enumerate(rows):
            made += [*([(r" \\ ", opening.at)] if count else []), *row]
        return Operand([*made, (rf"\end{{{environment}}}", closing.at)])

    def cells(self) -> Pieces:
        """The entries of one row."""
        self.take()
        made: Pieces = []
        while self.next.kind not in ("end", "close"):
            made += self.row(lambda sign: sign.text == "," or sign.kind == "close")
            if self.next.text == ",":
                made.append((" & ", self.take().at))
        self.take()
        return made
