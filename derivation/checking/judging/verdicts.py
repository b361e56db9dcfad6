"""What the checker says: a verdict for every equality, and the whole as a report. Frozen data; the words are in
`why`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from derivation.checking.reading.clauses import Side
from derivation.checking.reading.tokens import Token
from derivation.checking.sources.source import Formula, Source, Unread
from derivation.words.telling import code_of

Verdict = Literal["stated", "exact", "rounded", "wrong", "undecided"]
Kind = Literal["arithmetic", "gradient", "definition"]
Allowance = Literal["inside", "cut", "carried", "renamed", "operands"]
"""What an article may be allowed: numerals inside a side that are roundings though an equals sign precedes them;
results behind an equals sign that lack the last digit of a short decimal; results that neither the printed numbers nor
the exact ones give, but rounding in between may; names that a later section gives another meaning; results worked with
more digits than the numerals beside them show."""
ALL_ALLOWANCES: frozenset[Allowance] = frozenset(("inside", "cut", "carried", "renamed", "operands"))
VERDICTS: tuple[Verdict, ...] = ("stated", "exact", "rounded", "wrong", "undecided")
"""`stated` is what was read, but could be held against nothing: definitions, given values, formulas of which nothing is
known."""
HOLDING: frozenset[Verdict] = frozenset(("exact", "rounded"))
"""The verdicts of what was compared, and is right."""


@dataclass(frozen=True, slots=True)
class Equality:
    """Two sides that an article says are equal. `expected` is the LaTeX that should stand on the right; `at` is the
    offset of the fault."""

    left: Side
    right: Side
    relation: str
    verdict: Verdict
    kind: Kind
    why: str = ""
    expected: str | None = None
    at: int | None = None
    follows: int | None = None
    """The line of the mistake that this equality goes on with, if it does."""
    needed: frozenset[Allowance] = frozenset()
    """What the article's way of rounding had to be allowed."""

    @property
    def code(self) -> str:
        """The code of what is said, the same in every language; nothing where nothing is said."""
        return code_of(self.why)

    @property
    def place(self) -> tuple[int, int]:
        """Line and column of the right side in the file."""
        return self.right.place

    @property
    def source(self) -> Source:
        return self.right.formula.source


@dataclass(frozen=True, slots=True)
class Report:
    """An article's verdicts, in the order of the text; `declarations` are the sets `x \\in R^n` that hold."""

    source: Source
    equalities: Sequence[Equality]
    found: Sequence[Formula]
    declarations: int
    words: Mapping[Formula, Sequence[Token]] = field(default_factory=dict)
    """The tokens of each formula as they were read, macros expanded."""
    unread: Sequence[Unread] = ()
    """What begins a formula that never ends, and files that are put in and not there."""

    @property
    def article(self) -> str:
        """The path of the article."""
        return self.source.shown

    @property
    def formulas(self) -> int:
        """How many formulas the article has."""
        return len(self.found)

    @property
    def is_of_text(self) -> bool:
        """Whether all that was found stands plainly in the text."""
        return bool(self.found) and all(formula.words for formula in self.found)

    @property
    def summary(self) -> Mapping[str, int]:
        """How many equalities got each verdict."""
        counted = Counter(equality.verdict for equality in self.equalities)
        return {verdict: counted[verdict] for verdict in VERDICTS}

    @property
    def wrong(self) -> Sequence[Equality]:
        return [equality for equality in self.equalities if equality.verdict == "wrong"]
