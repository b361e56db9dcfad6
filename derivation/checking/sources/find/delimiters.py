"""Pairs of delimiters in a text. Every question is asked farther on in the text than the one before it, so each kind of
closing delimiter is looked for once along the text, however many opening ones stand in front of it."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

MAXIMAL_LENGTH = 200_000
"""Letters of one formula."""
MAXIMAL_TICKS = 16
"""Backticks or tildes in a row that may begin code: more are an ornament."""
MAXIMAL_GROUPS, MAXIMAL_GAP = 12, 300
"""Groups of a macro's definition, and letters that may stand between two of them."""
DOLLAR = re.compile(r"\\.|\$|\n[ \t]*+\n", re.DOTALL)
FENCE = re.compile(
    rf"^(?P<before>[ ]{{0,14}}+(?>(?:[>\-*+][ ]{{1,7}}+)?))"
    rf"(?P<signs>`{{3,{MAXIMAL_TICKS}}}+(?!`)|~{{3,{MAXIMAL_TICKS}}}+(?!~))",
    re.MULTILINE,
)
BRACE = re.compile(r"[{}]")
BREAK = re.compile(r"[{}]|\n(?=\n)")
FOLLOWED = re.compile(r"\s{0,40}+[\[{]")


class Closers:
    """Where things end in one text. The places asked for may only grow."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.known: dict[str, int] = {}
        """Where each delimiter stands next, as far as was looked; the length of the text where it does not come any
        more."""
        self.marks = DOLLAR.finditer(text)
        self.mark = next(self.marks, None)

    def find(self, closing: str, at: int) -> int:
        """Where a closing delimiter begins, at or behind a place; -1 where there is none near enough."""
        if self.known.get(closing, -1) < at:
            found = self.text.find(closing, at)
            self.known[closing] = found if found >= 0 else len(self.text)
        found = self.known[closing]
        return found if found < len(self.text) and found - at <= MAXIMAL_LENGTH else -1

    def dollar(self, at: int) -> int:
        """Where the dollar stands that ends inline mathematics: the next one, on this side of a blank line; -1 where
        there is none."""
        while self.mark and (self.mark.start() < at or self.mark[0][0] == "\\"):
            self.mark = next(self.marks, None)
        is_near = self.mark and self.mark[0] == "$" and self.mark.start() - at <= MAXIMAL_LENGTH
        return self.mark.start() if self.mark and is_near else -1

    @cached_property
    def fences(self) -> dict[str, list[int]]:
        """Where lines begin with each fence that there is in the text; a longer one closes a shorter one, too."""
        found: dict[str, list[int]] = defaultdict(list)
        for match in FENCE.finditer(self.text):
            for count in range(3, len(match["signs"]) + 1):
                found[match["before"] + match["signs"][:count]].append(match.start())
        return found

    def line(self, closing: str, at: int) -> int:
        """Where a line begins that holds a closing fence; the end of the text where there is none."""
        places = self.fences.get(closing, [])
        place = bisect_left(places, at)
        return places[place] if place < len(places) else len(self.text)


class Groups:
    r"""Where the groups in braces end in one text, found in one pass.

    >>> groups = Groups(r"\def\two{2} {{}")
    >>> groups.ends[8], groups.ends[12]
    (11, 0)
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.ends = array("L", bytes(array("L").itemsize * (len(text) + 1)))
        """Behind the brace that closes the one which opens at each place; 0 where there is none."""
        opened = array("L")
        for match in BRACE.finditer(text):
            if match[0] == "{":
                opened.append(match.start())
            elif opened:
                self.ends[opened.pop()] = match.end()

    def after_definition(self, at: int) -> int:
        """Where a macro's definition ends whose command stands before this place: behind its last group; the place
        itself where it has none."""
        end = at
        for match in self._breaks(at):
            if match[0] == "\n":
                return match.start() + 1
            end = (self.ends[match.start()] or at) if match[0] == "{" else match.end()
            if end == at or not FOLLOWED.match(self.text, end):
                return end
        return at

    def _breaks(self, at: int) -> Iterator[re.Match[str]]:
        """The groups and the blank line behind a place, group by group."""
        for _ in range(MAXIMAL_GROUPS):
            match = BREAK.search(self.text, at, at + MAXIMAL_GAP)
            if match is None:
                return
            yield match
            at = self.ends[match.start()] or match.end()
