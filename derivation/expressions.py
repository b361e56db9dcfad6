"""The language of equations: text to an untyped tree. A safe parser of our own; nothing in the text is ever executed.

sum     := product (('+' | '-') product)*          comparison := sum (('>' | '<' | '>=' | '<=') sum)?
product := signed (('*' | '/' | '@') signed)*      signed := '-' signed | power
power   := postfix (('^' | '**') signed)?          postfix := atom ('.T' | '[' integer (',' integer)? ']')*
atom    := number | name | name '(' sum (',' sum)* ')' | '(' sum ')'
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from .operations import SPELLINGS

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d]\w*)|(?P<symbol>\*\*|\.T\b|>=|<=|[-+*/^@()\[\],<>])|(?P<end>\Z)|(?P<bad>.))"
)
MAXIMAL_DEPTH = 60
MAXIMAL_OPERATORS = 100
MAXIMAL_DIGITS = 60
FUNCTIONS = frozenset(s for s in SPELLINGS if s.isidentifier())
TEMPLATE_FUNCTIONS = frozenset({"ones", "size"})
"""Only rows of the table use these: an array of ones of an operand's shape, and its number of entries."""


class SyntaxProblem(ValueError):
    """Where (an offset into the text) an expression cannot be read, and what was expected there."""

    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at, self.message = at, message


@dataclass(frozen=True, slots=True)
class Raw:
    """A node as written: the symbol or function name, its parts, and where it stands in the text."""

    symbol: str
    args: tuple[Any, ...]
    at: int


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
            raise SyntaxProblem(start, f"the character {match.group(kind)!r} does not belong in an equation")
        yield Token(kind, match.group(kind), start)
        if kind == "end":
            return
        at = match.end()


def parse(text: str) -> Raw:
    """The tree of an expression, as written.

    >>> parse("W @ x + b").symbol
    '+'
    >>> parse("2 *")
    Traceback (most recent call last):
    derivation.expressions.SyntaxProblem: expected a number, a name or a bracket, found the end of the line
    """
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self.words = list(tokens(text))
        self.place = self.depth = self.operators = 0

    @property
    def next(self) -> Token:
        return self.words[self.place]

    def take(self, *texts: str) -> Token | None:
        """The next word, consumed, if it is one of these."""
        word = self.next
        if word.kind == "symbol" and word.text in texts:
            self.place += 1
            return word
        return None

    def counted(self, *texts: str) -> Token | None:
        """An operator, of which an expression may have so many."""
        word = self.take(*texts)
        self.operators += word is not None
        if word and self.operators > MAXIMAL_OPERATORS:
            raise SyntaxProblem(
                word.at, f"this is the {MAXIMAL_OPERATORS + 1}st operator of one equation; use vectors and sum(), or name the parts as equations of their own"
            )
        return word

    def expect(self, text: str) -> None:
        if not self.take(text):
            raise SyntaxProblem(self.next.at, f"expected {text!r}, found {self.found()}")

    def found(self) -> str:
        return "the end of the line" if self.next.kind == "end" else repr(self.next.text)

    def whole(self) -> Raw:
        raw = self.comparison()
        if self.next.kind != "end":
            raise SyntaxProblem(self.next.at, f"expected an operator, found {self.found()}")
        return raw

    def comparison(self) -> Raw:
        self.depth += 1
        if self.depth > MAXIMAL_DEPTH:
            raise SyntaxProblem(self.next.at, f"brackets and functions are nested more than {MAXIMAL_DEPTH} deep; name the parts as equations of their own")
        left = self.sum()
        if word := self.take(">", ">="):
            left = Raw(word.text, (left, self.sum()), word.at)
        elif word := self.take("<", "<="):
            left = Raw(word.text.replace("<", ">"), (self.sum(), left), word.at)
        self.depth -= 1
        return left

    def sum(self) -> Raw:
        left = self.product()
        while word := self.counted("+", "-"):
            left = Raw(word.text, (left, self.product()), word.at)
        return left

    def product(self) -> Raw:
        minus = self.next if self.next.text == "-" and not self.literal_follows() else None
        if minus:
            self.place += 1
            return Raw("u-", (self.nested(self.product),), minus.at)
        left = self.signed()
        while word := self.counted("*", "/", "@"):
            left = Raw(word.text, (left, self.signed()), word.at)
        return left

    def literal_follows(self) -> bool:
        """Whether a minus and the number behind it are one literal: `-2 x` is (-2) x, but `-2^2` is -(2^2)."""
        after = self.words[self.place + 1 : self.place + 3]
        return len(after) == 2 and after[0].kind == "number" and after[1].text not in ("^", "**")

    def signed(self) -> Raw:
        literal = self.literal_follows()
        minus = self.take("-")
        if not minus:
            return self.power()
        if literal:
            digits = self.power()
            return Raw("number", (f"-{digits.args[0]}",), minus.at) if digits.symbol == "number" else Raw("u-", (digits,), minus.at)
        return Raw("u-", (self.nested(self.signed),), minus.at)

    def nested(self, part: Any) -> Any:
        self.depth += 1
        if self.depth > MAXIMAL_DEPTH:
            raise SyntaxProblem(self.next.at, f"signs and exponents are nested more than {MAXIMAL_DEPTH} deep")
        raw = part()
        self.depth -= 1
        return raw

    def power(self) -> Raw:
        base = self.postfix()
        if word := self.take("^", "**"):
            return Raw("^", (base, self.nested(self.signed)), word.at)
        return base

    def postfix(self) -> Raw:
        raw = self.atom()
        while word := self.take(".T", "["):
            if word.text == ".T":
                raw = Raw(".T", (raw,), word.at)
            else:
                places = self.places()
                raw = Raw("index", (raw, *places), word.at)
        return raw

    def places(self) -> list[int]:
        places = []
        while True:
            word = self.next
            if word.kind != "number" or not word.text.isdecimal():
                raise SyntaxProblem(word.at, f"expected an index such as 0, found {self.found()}")
            self.place += 1
            places.append(int(word.text))
            if not self.take(","):
                self.expect("]")
                return places

    def atom(self) -> Raw:
        word = self.next
        if word.kind == "number":
            self.place += 1
            return Raw("number", (plain_number(word),), word.at)
        if word.kind == "name":
            self.place += 1
            return self.call(word) if self.take("(") else Raw("name", (word.text,), word.at)
        if self.take("("):
            raw = self.comparison()
            self.expect(")")
            return raw
        raise SyntaxProblem(word.at, f"expected a number, a name or a bracket, found {self.found()}")

    def call(self, word: Token) -> Raw:
        args = [self.comparison()]
        while self.take(","):
            args.append(self.comparison())
        self.expect(")")
        if word.text not in FUNCTIONS | TEMPLATE_FUNCTIONS:
            raise SyntaxProblem(word.at, f"there is no function called {word.text!r}{nearest(word.text, FUNCTIONS)}")
        return Raw(word.text, tuple(args), word.at)


def plain_number(word: Token) -> str:
    """A numeral in the form that a `number` term holds: digits, at most one point, at most one power of ten."""
    text = word.text.lower().replace("e+", "e")
    if len(text) > MAXIMAL_DIGITS or abs(int(text.partition("e")[2] or 0)) > 300:
        raise SyntaxProblem(word.at, f"this number is longer than {MAXIMAL_DIGITS} digits, or its power of ten is beyond 300")
    whole, _, fraction = text.partition("e")[0].partition(".")
    power = text.partition("e")[2]
    return (whole or "0") + (f".{fraction}" if fraction else "") + (f"e{int(power)}" if power else "")


def nearest(word: str, known: Any) -> str:
    """A suggestion to append to an error message, or nothing.

    >>> nearest("sigmod", ["relu", "sigmoid"])
    "; did you mean 'sigmoid'?"
    """
    matches = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {matches[0]!r}?" if matches else ""
