"""What a formula says: sides tied by relations, and names declared to be of a set."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from derivation.checking.reading.tokens import Token
from derivation.checking.sources.source import Formula

SIZED, LONGEST_SIZE = re.compile(r"\\(?:left|[bB]igg?l?)\s*+\Z"), 12
"""What gives the bracket behind it its size, and letters in front of a bracket among which it may stand."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an equality, as tokens."""

    formula: Formula
    words: tuple[Token, ...]

    @property
    def start(self) -> int:
        return self.words[0].start

    @property
    def end(self) -> int:
        return max(word.end for word in self.words)

    @property
    def latex(self) -> str:
        """The side as its author typed it, with the `\\left` of a bracket that it begins with."""
        begin = max(self.formula.start, self.start - LONGEST_SIZE)
        text = self.formula.source.passage(begin, self.end)
        sized = SIZED.search(text, 0, self.start - begin)
        shown = text[sized.start() if sized else self.start - begin :]
        if "&" in shown:  # those between cells are read, those that lay rows out are not
            cells = {word.start for word in self.words if word.text == "&"}
            parts, at = list[str](), self.end - len(shown)
            for part in shown.split("&"):
                at += len(part) + 1
                parts += [part, "&" if at - 1 in cells else " "]
            shown = "".join(parts[:-1])
        if "\n" in shown and self.formula.quoted:
            shown = re.sub(r"\n[ ]{0,3}+(?>(?:>[ ]?)+)", "\n", shown)
        return " ".join(shown.split())

    @property
    def place(self) -> tuple[int, int]:
        return self.formula.source.place(self.start)


@dataclass(slots=True)
class Chain:
    """Sides tied by relations (one fewer); later rows and displays may go on with it."""

    sides: list[Side]
    relations: list[str] = field(default_factory=list)
    modulus: int = 0
    """What its formula reckons modulo; 0 where it names nothing of the kind."""


@dataclass(frozen=True, slots=True)
class Declaration:
    r"""`names \in set`."""

    names: Side
    set: Side

    @property
    def parts(self) -> list[tuple[Token, ...]]:
        """The names of a list `W, b`."""
        found: list[list[Token]] = [[]]
        for word in self.names.words:
            if word.text == ",":
                found.append([])
            else:
                found[-1].append(word)
        return [tuple(part) for part in found if part]


Clause = Chain | Declaration
