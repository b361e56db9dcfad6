"""Pairs of delimiters in a text, found in one pass: an opening one is matched with the next closing one, and a kind whose closing one
does not come any more is not looked for again, so that no text takes longer than its length."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MAXIMAL_LENGTH = 200_000
"""Letters of one formula."""
DOLLAR = re.compile(r"\\.|\$|\n[ \t]*\n", re.DOTALL)


@dataclass
class Closers:
    """Where things end in one text."""

    text: str
    missing: set[str] = field(default_factory=set)

    def find(self, closing: str, at: int) -> int:
        """Where a closing delimiter begins, at or behind a place; -1 where there is none."""
        if closing in self.missing:
            return -1
        found = self.text.find(closing, at)
        if found < 0:
            self.missing.add(closing)
        return found if found - at <= MAXIMAL_LENGTH else -1

    def line(self, closing: str, at: int) -> int:
        """Where a line begins that holds a closing fence; the end of the text where there is none."""
        found = at - 1 if self.text.startswith(closing, at) else self.find(f"\n{closing}", at - 1)
        return found + 1 if found >= 0 else len(self.text)

    def dollar(self, at: int) -> int:
        """Where the dollar stands that ends inline mathematics: the next one, on this side of a blank line; -1 where there is none."""
        for match in DOLLAR.finditer(self.text, at, at + MAXIMAL_LENGTH):
            if match[0] == "$":
                return match.start()
            if match[0][0] == "\n":
                return -1
        return -1
