"""An article with its verdicts as blocks of text and formulas, for the reports that show the whole article."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from derivation.checking.judging.verdicts import Equality, Report
from derivation.checking.reading.symbols import joined
from derivation.checking.reading.tokens import Token
from derivation.checking.sources.source import Formula, Source
from derivation.words.telling import tell

BEFORE = re.compile(r"(?:\$\$|\$`?|\\\\?\[|\\\\?\(|(?:```+|~~~+)[ ]*(?:math|latex-math|katex)[ ]*\n)\Z")
AFTER = re.compile(r"\A(?:`?\$\$?|\\\\?\]|\\\\?\)|[ ]*(?:```+|~~~+))")


@dataclass(frozen=True, slots=True)
class Row:
    """One equality to show: its sides as LaTeX (the left one only where a chain begins), the verdict, and what is said
    of it."""

    left: str
    relation: str
    right: str
    verdict: str
    why: str
    expected: str
    line: int
    sides: tuple[Sequence[Token], Sequence[Token]]
    """What stands on the left and on the right, as tokens; nothing on the left where it is not shown."""
    number: int = 0
    """Its place among the article's equalities."""
    mark: str = ""
    """What it is marked as: its verdict, or that it is carried on from a mistake."""
    to: int | None = None
    """The number of the mistake that it is carried on from."""


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of text, or a formula with the equalities in it."""

    text: str
    rows: tuple[Row, ...] = ()
    is_formula: bool = False
    display: bool = False
    typed: str = ""
    """A formula with its dollars or brackets."""
    words: Sequence[Token] = ()
    """A formula's tokens, where they could be told apart."""
    is_plain: bool = False
    """Whether a formula stands plainly in the text, and is shown so."""


def with_expected(equality: Equality, how: str) -> str:
    """What is said of an equality, with what should stand there where that is known, in one of the ways of `report`."""
    if not equality.expected:
        return equality.why
    return tell(f"report.{how}_expected", why=equality.why, expected=equality.expected)


RELATIONS = {"=": "=", "≈": r"\approx", "←": r"\leftarrow", ":=": ":=", "∈": r"\in", "≡": r"\equiv"}


CARRIED = "carried"
"""The mark of an equality that goes on from a mistake, or is right again behind one."""
GOING_ON = frozenset(["holds.goes_on", "holds.right_again", "holds.follows"])


def mark_of(equality: Equality) -> str:
    """What an equality is marked as in a report that shows the whole article."""
    return CARRIED if equality.code in GOING_ON else equality.verdict


def line_of_mistake(equality: Equality) -> int:
    """The line of the mistake that an equality is carried on from, which is told with it; 0 for any other."""
    told = re.search(r"\d+", equality.why) if mark_of(equality) == CARRIED else None
    return int(told[0]) if told else 0


MARKS = ("wrong", "undecided", CARRIED, "exact", "rounded", "stated")
"""The marks, in the order in which a reader looks for them."""


def counts(report: Report) -> list[tuple[str, int]]:
    """How many equalities bear each mark; all verdicts are named, and what is carried on where there is any."""
    found = [mark_of(equality) for equality in report.equalities]
    return [(one, found.count(one)) for one in MARKS if one in found or one != CARRIED]


def findings(report: Report) -> list[tuple[int, Equality]]:
    """What an author has to look at, the wrong before the undecided, each with its place among the equalities."""
    numbered = list(enumerate(report.equalities))
    return [one for verdict in ("wrong", "undecided") for one in numbered if one[1].verdict == verdict]


def blocks(report: Report) -> list[Block]:
    """The article from its beginning to its end, file by file."""
    found: list[Block] = []
    for source in dict.fromkeys([report.source, *(formula.source for formula in report.found)]):
        found += of_source(report, source)
    return found


def of_source(report: Report, source: Source) -> list[Block]:
    """The blocks of one file."""
    by_formula: dict[int, list[Equality]] = {}
    for equality in report.equalities:
        by_formula.setdefault(id(equality.right.formula), []).append(equality)
    numbers = {id(equality): number for number, equality in enumerate(report.equalities)}
    mistakes = {one.place[0]: number for number, one in reversed(findings(report)) if one.verdict == "wrong"}
    found, at = list[Block](), 0
    for formula in report.found:
        if formula.source is not source:
            continue
        before, after = delimiters(source.text, formula)
        found.append(Block(source.text[at:before]))
        found.append(
            Block(
                formula.text,
                tuple(
                    replace(row, number=numbers[id(one)], mark=mark_of(one), to=mistakes.get(line_of_mistake(one)))
                    for row, one in zip(
                        rows(by_formula.get(id(formula), ())), by_formula.get(id(formula), ()), strict=True
                    )
                ),
                True,
                formula.display,
                source.text[before:after],
                () if formula.words else report.words.get(formula, ()),
                bool(formula.words),
            )
        )
        at = after
    return [*found, Block(source.text[at:])]


def delimiters(text: str, formula: Formula) -> tuple[int, int]:
    """Where a formula begins and ends with its dollars or brackets."""
    opening = BEFORE.search(text, max(formula.start - 40, 0), formula.start)
    closing = AFTER.match(text[formula.end : formula.end + 10])
    return (opening.start() if opening else formula.start), formula.end + (closing.end() if closing else 0)


def rows(equalities: Sequence[Equality]) -> tuple[Row, ...]:
    """The equalities of a formula, each left side shown once."""
    shown, last = list[Row](), None
    for equality in equalities:
        left = "" if equality.left is last else joined([word.text for word in equality.left.words])
        last = equality.right
        right = joined([word.text for word in equality.right.words])
        sides = equality.left.words if left else (), equality.right.words
        shown.append(
            Row(
                left,
                RELATIONS[equality.relation],
                right,
                equality.verdict,
                equality.why,
                equality.expected or "",
                equality.place[0],
                sides,
            )
        )
    return tuple(shown)
