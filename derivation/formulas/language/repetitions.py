"""`for t in 1..3` and `for t in range(len(x))`: what a repetition is counted by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from derivation.formulas.arrays import Array
from derivation.formulas.language.lexing import SyntaxProblem, Token
from derivation.formulas.language.steps import counted, whole
from derivation.formulas.language.syntax import Syntax
from derivation.words.telling import tell

MAXIMAL_STEPS = 200
RANGES = ("range", "arange")
LENGTHS = ("len",)
"""Functions that a bound may be made of."""


class Reader(Protocol):
    """What reads the words of an expression (`expressions.parse`)."""

    given: Mapping[str, Array]

    @property
    def next(self) -> Token: ...

    def take(self, *texts: str) -> Token | None: ...

    def word(self, *texts: str) -> Token | None: ...

    def expect(self, text: str) -> None: ...

    def found(self) -> str: ...

    def calls(self) -> bool: ...

    def name(self) -> Token | None: ...

    def sum(self) -> Syntax: ...


def repeated(reader: Reader, body: Syntax) -> Syntax:
    """The body, or its repetition where `for t in 1..3` stands behind it."""
    start = reader.word("for")
    if not start:
        return body
    variable = reader.name()
    if not variable or variable.text == "in":
        raise SyntaxProblem((variable or reader.next).at, tell("syntax.expected_repetition"))
    if not reader.word("in"):
        raise SyntaxProblem(reader.next.at, tell("syntax.expected_in", variable=variable.text, found=reader.found()))
    first, last = _of_range(reader) if reader.word(*RANGES) else _from_to(reader)
    if not 0 <= last - first < MAXIMAL_STEPS:
        raise SyntaxProblem(start.at, tell("syntax.steps", most=MAXIMAL_STEPS))
    return Syntax("for", (body, variable.text, first, last), start.at)


def _of_range(reader: Reader) -> tuple[int, int]:
    """What stands behind `range`: the end, or the first step and the end."""
    if not reader.take("("):
        raise SyntaxProblem(reader.next.at, tell("syntax.range_brackets", found=reader.found()))
    bounds = [_bound(reader)]
    bounds += [_bound(reader)] if reader.take(",") else []
    if reader.next.text == ",":
        raise SyntaxProblem(reader.next.at, tell("syntax.range_by_one"))
    reader.expect(")")
    first, end = bounds if len(bounds) > 1 else [0, *bounds]
    return first, end - 1


def _from_to(reader: Reader) -> tuple[int, int]:
    """`1..3`, both ends among the steps."""
    if reader.calls() and reader.next.text not in LENGTHS:
        raise SyntaxProblem(reader.next.at, tell("syntax.expected_steps", found=reader.found()))
    first = _bound(reader)
    if not reader.take(".."):
        raise SyntaxProblem(reader.next.at, tell("syntax.expected_last", found=reader.found()))
    return first, _bound(reader)


def _bound(reader: Reader) -> int:
    """A bound: a whole number, one that is given, or a length of what is given."""
    at, found = reader.next.at, reader.found()
    bound = counted(reader.sum(), reader.given)
    try:
        return whole(bound)
    except SyntaxProblem:
        raise SyntaxProblem(at, tell("syntax.expected_steps", found=found)) from None
