"""Where things stand: a file as text, places in it, and the formulas found in it."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from derivation.system.streams import spelled
from derivation.words.telling import tell

if TYPE_CHECKING:
    from derivation.checking.sources.arithmetic import Lexeme

MAXIMAL_SIZE = 20_000_000
"""Bytes of an article, and letters of all the files that it is made of."""


Span = Literal["inline", "display", "heading", "unclosed"]


@dataclass(frozen=True, eq=False)
class Source:
    """One file. `text` is what is read; `blocks` says where it stands in the file, if that is not the same text.

    A block is (start in `text`, start in the file, length); a notebook's cells are such blocks, character by character
    within a line of its source.
    """

    path: str
    text: str = field(repr=False)
    file: str | None = field(default=None, repr=False)
    blocks: Sequence[tuple[int, int]] = field(default=(), repr=False)

    @property
    def shown(self) -> str:
        """The file's name as a report can show it, which need not be UTF-8."""
        return spelled(self.path)

    @cached_property
    def _lines(self) -> Sequence[int]:
        return array(
            "L", [0, *(match.end() for match in re.finditer("\n", self.text if self.file is None else self.file))]
        )

    def passage(self, start: int, end: int) -> str:
        """The text between two places. Whoever judges reads it here, so that it is known what a verdict was read from."""
        return self.text[start:end]

    def offset(self, offset: int) -> int:
        """Where a letter of the text stands in the file."""
        if not self.blocks:
            return offset
        block = self.blocks[max(bisect_right(self.blocks, offset, key=itemgetter(0)) - 1, 0)]
        return block[1] + offset - block[0]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, counted from 1, in the file.

        >>> Source("a.md", "one\\ntwo").place(5)
        (2, 2)
        """
        offset = self.offset(offset)
        line = bisect_right(self._lines, offset) - 1
        return line + 1, offset - self._lines[line] + 1

    @property
    def lacking(self) -> str:
        """The code of what is said of a file in which no formula is found."""
        return "report.no_formulas"

    def where(self, offset: int) -> str:
        """The place in the file as a report names it.

        >>> Source("a.md", "one\\ntwo").where(5)
        '2:2'
        """
        line, column = self.place(offset)
        return f"{line}:{column}"

    def cell(self, offset: int) -> str:
        """The cell of a spreadsheet in which a place is; nothing in other files."""
        return ""

    def seen(self, offset: int) -> tuple[str, int]:
        """The text in which a reader is shown a place, and where that is in it: a notebook's cells, not its JSON."""
        return self.text, offset


@dataclass(frozen=True, eq=False)
class Translated(Source):
    """A file whose formulas were put into other words to be read: what a reader is shown is the file. `spans` says what
    was found while it was translated, in order: what it is, and where it begins and ends in `text`."""

    spans: Sequence[tuple[Span, int, int]] = field(default=(), repr=False)

    def seen(self, offset: int) -> tuple[str, int]:
        """The file, and the place in it."""
        return self.text if self.file is None else self.file, self.offset(offset)


QUOTED = re.compile(r"[ ]{0,3}+(?>(?:>[ ]?)+)")
LINE_END = re.compile("\n")
ITEM = re.compile(r"\s*+(?>(?:>\s?)*)(?:[-*+]|\d{1,3}[.)]|\\item\b)\s")


@dataclass(frozen=True, slots=True)
class Formula:
    """A stretch of mathematics: `source.text[start:end]`, without its delimiters."""

    source: Source
    start: int
    end: int
    display: bool = False
    words: tuple[Lexeme, ...] = field(default=(), compare=False, repr=False)
    """What it is made of where it stands plainly in a text, without mathematics around it."""

    @property
    def text(self) -> str:
        """The formula as its author typed it."""
        return self.source.passage(self.start, self.end)

    @property
    def line(self) -> str:
        """What stands before it in its line."""
        return self.source.text[self.source.text.rfind("\n", 0, self.start) + 1 : self.start]

    @property
    def quoted(self) -> frozenset[int]:
        """Where the marks of a block quote stand in it: `>` at the beginning of each of its lines."""
        if not QUOTED.match(self.line):
            return frozenset()
        marks = (
            QUOTED.match(self.source.text, end.end(), self.end)
            for end in LINE_END.finditer(self.source.text, self.start, self.end)
        )
        return frozenset(at for match in marks if match for at in range(match.start(), match.end()))

    @property
    def item(self) -> int | None:
        """Where the item of a list begins in whose first line it stands; None where it stands in none."""
        return self.start - len(self.line) if ITEM.match(self.line) else None


@dataclass(frozen=True, slots=True)
class Heading:
    """Where a section begins."""

    source: Source
    start: int


@dataclass(frozen=True, slots=True)
class Unread:
    """What is not read, and why: what opens a formula that never ends, or a file that is not there. `code` is that of
    the sentence about it."""

    source: Source
    start: int
    what: str
    code: str = "sources.unclosed"

    @property
    def place(self) -> tuple[int, int]:
        """Line and column in the file."""
        return self.source.place(self.start)


Part = Formula | Heading | Unread


def opened(path: str, text: str) -> Source:
    """A file whose formulas are read as they stand in it."""
    return Source(path, text)


class UnreadableArticle(ValueError):
    """A file that is not an article we can read; the text says what was expected."""


def read(file: Path, shown: str, errors: str = "strict") -> str:
    """The text of a file; `UnreadableArticle` where it cannot be read, is no text, or is too large."""
    try:
        text = file.read_text("utf-8", errors) if file.stat().st_size <= MAXIMAL_SIZE else None
    except UnicodeDecodeError:
        raise UnreadableArticle(tell("sources.not_utf8", path=shown)) from None
    except OSError as error:
        raise UnreadableArticle(tell("sources.refused", path=shown, why=error.strerror or error)) from None
    except ValueError:
        raise UnreadableArticle(tell("sources.no_name", path=shown)) from None
    if text is None:
        raise UnreadableArticle(tell("sources.too_large", path=shown, megabytes=MAXIMAL_SIZE // 1_000_000))
    return text


def whole(text: str) -> str:
    r"""The text with a mark for each half of a letter that stands alone, which no file in UTF-8 can hold.

    >>> whole("x\ud800y")
    'x\ufffdy'
    """
    return HALF.sub("\ufffd", text)


HALF = re.compile("[\ud800-\udfff]")
