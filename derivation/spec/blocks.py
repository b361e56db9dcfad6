"""Lines of a spec and the repetitions that they stand in: an indented block under `for t in 1..3:`, or what stands behind
the colon."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from flint import fmpq

from derivation.formulas.arrays import Array
from derivation.formulas.language.expressions import parse
from derivation.formulas.language.letters import NAME, plain
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.steps import counted, whole
from derivation.words.telling import tell

Loop = tuple[str, int, int, int]
"""The index of a repetition, its first and its last step, and where that stands (`standing`)."""
LONGEST_LINE = 10**9
BLOCK = re.compile(r"(?P<indent>\s*)(?P<range>for\s[^:#]*):(?P<body>[^#]*)")
COUNT = re.compile(rf"\s*({NAME})\s*=\s*(\d+|len\(\w+\)|\w+\.shape\[\d\])\s*\Z")
"""An equation that a range may be counted by: `n = len(x)`."""
ZERO = "0 "
"""Stands for the body while the range is read."""


@dataclass(frozen=True)
class Statement:
    """A line that is no heading of a block: its text from `column` on, and the repetitions around it."""

    line: int
    column: int
    text: str
    loops: tuple[Loop, ...] = ()


Tell = Callable[[int, int, str], None]


def statements(
    lines: Sequence[tuple[int, int, str]], given: MutableMapping[str, Array], tell_of: Tell, heading: re.Pattern[str]
) -> Iterator[Statement]:
    """The lines of a spec; what is wrong with a range is told by `tell_of(line, column, sentence)`. Lengths that have a
    name, as in `n = len(x)`, are added to what is `given`."""
    around: list[tuple[int, tuple[Loop, ...]]] = []
    waiting: tuple[int, int] | None = None
    for line, column, text in lines:
        if heading.match(text):
            yield Statement(line, column, text, around[-1][1] if around else ())
            continue
        indent = len(text.expandtabs()) - len(text.expandtabs().lstrip())
        while around and indent <= around[-1][0]:
            around.pop()
        if waiting and not around:
            tell_of(*waiting, tell("spec.empty_block"))
        waiting, loops = None, around[-1][1] if around else ()
        block = BLOCK.match(text)
        if not block:
            for at, part in apart(text):
                _note(part, given)
                yield Statement(line, column + at, part, loops)
            continue
        loop = _range(block, line, column, given, tell_of)
        loops = (*loops, *loop)
        if block["body"].strip():
            for at, part in apart(block["body"]):
                yield Statement(line, column + block.start("body") + at, part, loops)
        else:
            around.append((indent, loops))
            waiting = (line, column + block.start("range"))
    if waiting:
        tell_of(*waiting, tell("spec.empty_block"))


def _note(text: str, given: MutableMapping[str, Array]) -> None:
    count = COUNT.match(text)
    if count and plain(count[1]) not in given:
        with suppress(SyntaxProblem):
            given[plain(count[1])] = Array.scalar(fmpq(whole(counted(parse(count[2]), given))))


def apart(text: str) -> Iterator[tuple[int, str]]:
    """What semicolons outside brackets keep apart, each with its place in the text.

    >>> list(apart("a = f(b; c); d = 2"))
    [(0, 'a = f(b; c)'), (12, ' d = 2')]
    """
    depth = begun = 0
    for at, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == ";" and depth == 0:
            yield begun, text[begun:at]
            begun = at + 1
    if text[begun:].strip():
        yield begun, text[begun:]


def standing(line: int, column: int) -> int:
    """A place as one number: what stands before it in the text has a smaller one."""
    return line * LONGEST_LINE + column


def _range(block: re.Match[str], line: int, column: int, given: Mapping[str, Array], tell_of: Tell) -> tuple[Loop, ...]:
    try:
        _, variable, first, last = parse(ZERO + block["range"].rstrip(), given).args
        return ((variable, first, last, standing(line, column)),)
    except SyntaxProblem as problem:
        tell_of(line, column + block.start("range") + max(problem.at - len(ZERO), 0), problem.message)
        return ()
