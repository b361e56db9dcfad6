"""Lines of a spec and the repetitions that they stand in: an indented block under `for t in 1..3:`, or what stands behind
the colon."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, MutableMapping, Sequence
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
HEAD = re.compile(r"\s*(?P<range>for\b(?!\s*[=\[])[^:#]*)(?P<colon>:?)(?P<body>[^#]*)")
FOLLOWED = re.compile(r"(for\s+\w+\s+in\s+(?:range\([^()]*\)|\w+\s*\.\.\s*\w+))\s+(\w.*=.*)")
"""A range without its colon, and an equation behind it."""
STRANGE = re.compile(
    r"\s*(while|if|elif|else|def|class|foreach|For|FOR|end\w*|done|\})(?![\w.])(?!\s*(?:[-+*/@]?=|\[))"
)
"""How a line begins that is written in another language."""
CLOSING = ("}", "end", "endfor", "done")
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


@dataclass
class Block:
    """A repetition that is open: how far its heading is indented, the repetitions around its lines, how far these are
    indented once there is one, and whether its heading can be read."""

    indent: int
    loops: tuple[Loop, ...]
    place: tuple[int, int]
    inner: int | None = None
    is_read: bool = True


def statements(
    lines: Sequence[tuple[int, int, str]], given: MutableMapping[str, Array], tell_of: Tell, heading: re.Pattern[str]
) -> Iterator[Statement]:
    """The lines of a spec; what is wrong with a range is told by `tell_of(line, column, sentence)`, and the lines that
    it repeats are left out. Lengths that have a name, as in `n = len(x)`, are added to what is `given`."""
    blocks = _Blocks(given, tell_of)
    for line, column, text in lines:
        if heading.match(text):
            yield Statement(line, column, text, blocks.loops)
        else:
            yield from blocks.statements(line, column, text)
    blocks.leave(0, "")


class _Blocks:
    """Goes down the lines and knows which repetitions each stands in."""

    def __init__(self, given: MutableMapping[str, Array], tell_of: Tell) -> None:
        self.given, self.tell_of = given, tell_of
        self.around: list[Block] = []
        self.told = False

    @property
    def loops(self) -> tuple[Loop, ...]:
        return self.around[-1].loops if self.around else ()

    def tell(self, line: int, column: int, told: str) -> None:
        self.told = True
        self.tell_of(line, column, told)

    def statements(self, line: int, column: int, text: str) -> Iterator[Statement]:
        """The equations of one line."""
        indent = len(text.expandtabs()) - len(text.expandtabs().lstrip())
        loops = self.leave(indent, text) or self.loops
        is_read = self.is_aligned(indent, line, column) and (not self.around or self.around[-1].is_read)
        if head := HEAD.match(text):
            yield from self.block(head, indent, line, column, is_read)
        elif strange := STRANGE.match(text):
            if is_read and not (self.told and strange[1] in CLOSING):
                self.tell(line, column + strange.start(1), tell("spec.no_block_statement", word=strange[1]))
            self.around.append(Block(indent, loops, (line, column), indent, is_read=False))
        elif is_read:
            for at, part in apart(text):
                _note(part, self.given)
                yield Statement(line, column + at, part, loops)

    def leave(self, indent: int, text: str) -> tuple[Loop, ...]:
        """Closes the blocks that a line is outside of; one that has no line is told of, and the line that was meant to
        stand in it has its repetitions."""
        meant: tuple[Loop, ...] = ()
        while (self.around and indent <= self.around[-1].indent) or (self.around and not text):
            block = self.around.pop()
            if block.inner is None and block.is_read:
                self.tell(*block.place, tell("spec.empty_block"))
                steps = re.compile(rf"\[\s*{block.loops[-1][0]}\b") if block.loops else None
                meant = block.loops if steps and steps.search(text) else meant
        return meant

    def is_aligned(self, indent: int, line: int, column: int) -> bool:
        """Whether a line is indented as the others of its block; told where it is not."""
        block = self.around[-1] if self.around else Block(0, (), (line, column), indent)
        block.inner = indent if block.inner is None else block.inner
        if block.is_read and block.inner != indent:
            self.tell(line, column, tell("spec.indented", column=indent + 1, others=block.inner + 1))
        return block.inner == indent

    def block(self, head: re.Match[str], indent: int, line: int, column: int, is_read: bool) -> Iterator[Statement]:
        """What stands behind the colon of a repetition; the lines below it stand in it where nothing does."""
        loops, (range_of, body, at) = self.loops, _parted(head)
        if is_read:
            loop = self.range(head, range_of, line, column)
            is_read, loops = bool(loop), (*loops, *loop)
        if not (body.strip() and is_read):
            self.around.append(Block(indent, loops, (line, column + head.start("range")), is_read=is_read))
        else:
            for offset, part in apart(body):
                yield Statement(line, column + at + offset, part, loops)

    def range(self, head: re.Match[str], range_of: str, line: int, column: int) -> tuple[Loop, ...]:
        """The repetition that a heading asks for; nothing where it cannot be read, which is told. Where its colon is
        missing, that is told."""
        at = column + head.start("range")
        try:
            _, variable, first, last = parse(ZERO + range_of, self.given).args
        except SyntaxProblem as problem:
            self.tell(line, at + max(problem.at - len(ZERO), 0), problem.message)
            return ()
        if not head["colon"]:
            self.tell(line, at + len(range_of), tell("spec.no_colon", written=range_of))
        return ((variable, first, last, standing(line, column)),)


def _parted(head: re.Match[str]) -> tuple[str, str, int]:
    """The range of a heading, what stands behind it, and where that begins; where the colon is missing, an equation may
    follow the range."""
    if head["colon"]:
        return head["range"].rstrip(), head["body"], head.start("body")
    bare = re.sub(r"\s*(?:[{,;]|\bdo)?\s*\Z", "", head["range"])
    found = FOLLOWED.match(bare)
    return (found[1], found[2], head.start("range") + found.start(2)) if found else (bare, "", 0)


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
