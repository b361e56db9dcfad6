"""Where things stand: a file as text, places in it, and the formulas found in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from ..streams import spelled


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
    def _lines(self) -> list[int]:
        content = self.text if self.file is None else self.file
        return [0, *(k + 1 for k, letter in enumerate(content) if letter == "\n")]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, counted from 1, in the file.

        >>> Source("a.md", "one\\ntwo").place(5)
        (2, 2)
        """
        if self.blocks:
            block = self.blocks[max(bisect_right(self.blocks, (offset, 1 << 60)) - 1, 0)]
            offset = block[1] + offset - block[0]
        line = bisect_right(self._lines, offset) - 1
        return line + 1, offset - self._lines[line] + 1


@dataclass(frozen=True, slots=True)
class Formula:
    """A stretch of mathematics: `source.text[start:end]`, without its delimiters."""

    source: Source
    start: int
    end: int
    display: bool = False

    @property
    def text(self) -> str:
        """The formula as its author typed it."""
        return self.source.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Heading:
    """Where a section begins."""

    source: Source
    start: int


Part = Formula | Heading
Kind = Literal["markdown", "latex", "notebook"]


class UnreadableArticle(ValueError):
    """A file that is not an article we can read; the text says what was expected."""
