"""The words of an equation: numbers, names, symbols and texts in quotes, each with its place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from derivation.formulas.language.letters import NAME, letters, plain
from derivation.words.telling import tell

TOKEN = re.compile(
    r"\s*(?:(?P<symbol>\*\*|//|\.\.\.|\.\.|\.T\b|\.(?=[^\W\d])|>=|<=|==|!=|[-+*/%^@()\[\],<>:=])"
    r"|(?P<number>\d+(?:\.(?!\.)\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)"
    rf"|(?P<name>{NAME})|(?P<text>\"[^\"]*\"|'[^']*')|(?P<end>\Z)|(?P<bad>.))"
)
LOOKALIKES = {
    **dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d", "-"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2018\u2019\u201a\u2032", "'"),
    **dict.fromkeys("\u00a0\u2007\u2009\u202f\u3000", " "),
    **dict.fromkeys("\u00d7\u22c5\u2217\u00b7", "*"),
    "\uff1d": "=",
    "\uff0c": ",",
    "\ufeff": "",
}
"""Characters that editors and word processors put for those of a spec."""
SIGNS = {
    "|": "abs(...) or norm(...), or max(a, b) where one of two comparisons has to hold",
    "{": "( and )",
    "}": "( and )",
    ";": "a line for each equation",
    "&": "*, as in (x > 0) * (y > 0)",
    "~": "1 - (...)",
    "\u00b7": "*",
    "\u221a": "sqrt(...)",
    "\u2211": "sum(...)",
}
"""Signs of other notations, with what stands for them here."""
MAXIMAL_NAME = 100
MAXIMAL_DIGITS = 60


class SyntaxProblem(ValueError):
    """Where (an offset into the text) an expression cannot be read, and what was expected there."""

    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at, self.message = at, message


class UnknownName(SyntaxProblem):
    """A name that nothing has."""

    def __init__(self, at: int, message: str, name: str) -> None:
        super().__init__(at, message)
        self.name = name


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    at: int


def tokens(text: str) -> Iterator[Token]:
    """The words of an expression, each with its place; a character that belongs to none is an error."""
    at = 0
    while True:
        match = TOKEN.match(text, at)
        assert match is not None and match.lastgroup is not None
        kind, start = match.lastgroup, match.start(match.lastgroup)
        if kind == "bad":
            sign = match.group(kind)
            raise SyntaxProblem(start, tell("syntax.character", sign=sign, meant=meant(sign)))
        if kind == "name" and match.end() - start > MAXIMAL_NAME:
            raise SyntaxProblem(start, tell("syntax.long_name", most=MAXIMAL_NAME))
        yield Token(kind, plain_name(match.group(kind), start) if kind == "name" else match.group(kind), start)
        if kind == "end":
            return
        at = match.end()


def plain_name(name: str, at: int = 0) -> str:
    """A name in plain letters; `SyntaxProblem` where it has a letter that stands for none."""
    if found := plain(name):
        return found
    sign = next(letter for letter in letters(name) if not plain(letter))
    power = unicodedata.normalize("NFKC", sign)
    hint = tell("syntax.meant", named=unicodedata.name(sign[0]).lower(), meant=f"^{power}") if power.isdecimal() else ""
    raise SyntaxProblem(at, tell("syntax.character", sign=unicodedata.normalize("NFC", sign), meant=hint))


def meant(sign: str) -> str:
    """What an editor put in the place of something else, to append to an error message."""
    if sign in SIGNS:
        return tell("syntax.sign", meant=SIGNS[sign])
    if sign not in LOOKALIKES:
        return ""
    return tell("syntax.meant", named=unicodedata.name(sign).lower(), meant=LOOKALIKES[sign])


def plain_number(word: Token) -> str:
    """A numeral in the form that a `number` term holds: digits, at most one point, at most one power of ten."""
    text = word.text.lower().replace("e+", "e")
    if len(text) > MAXIMAL_DIGITS or abs(int(text.partition("e")[2] or 0)) > 300:
        raise SyntaxProblem(word.at, tell("syntax.long_number", most=MAXIMAL_DIGITS))
    whole, _, fraction = text.partition("e")[0].partition(".")
    power = text.partition("e")[2]
    return (whole or "0") + (f".{fraction}" if fraction else "") + (f"e{int(power)}" if power else "")
