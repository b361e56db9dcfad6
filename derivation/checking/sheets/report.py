"""A workbook's report: its cells as an article of formulas, each with its verdict."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter

from derivation.checking.judging.verdicts import Equality, Report
from derivation.checking.reading.clauses import Side
from derivation.checking.reading.tokens import Token
from derivation.checking.sheets.arithmetic import compared
from derivation.checking.sheets.calculation import Calculation
from derivation.checking.sheets.cells import Place, Workbook, address
from derivation.checking.sheets.claims import claims
from derivation.checking.sheets.derivatives import Derivatives, together
from derivation.checking.sheets.finding import Finding, shown
from derivation.checking.sheets.labels import Labels
from derivation.checking.sheets.package import opened
from derivation.checking.sheets.unlabelled import unlabelled
from derivation.checking.sheets.updates import updates
from derivation.checking.sources.source import Formula, Source


@dataclass(frozen=True, eq=False)
class Listing(Source):
    """The cells of a workbook one below the other. `starts` says where the line of each cell begins, and how it is
    called."""

    starts: Sequence[tuple[int, Place, str]] = field(default=(), repr=False)

    def _at(self, offset: int) -> tuple[int, Place, str]:
        return self.starts[max(bisect_right(self.starts, offset, key=itemgetter(0)) - 1, 0)]

    def place(self, offset: int) -> tuple[int, int]:
        """Row and column of the cell."""
        return self._at(offset)[1][1:] if self.starts else (1, 1)

    def where(self, offset: int) -> str:
        """The cell."""
        return self.cell(offset)

    def cell(self, offset: int) -> str:
        """The cell as people call it."""
        return self._at(offset)[2] if self.starts else ""

    @property
    def lacking(self) -> str:
        return "sheets.no_formulas"


def checked(path: str) -> Report:
    """The verdicts for the workbook in a file; `UnreadableArticle` where there is none to read."""
    calculation = Calculation(opened(path))
    return listed(calculation, judged(calculation))


def judged(calculation: Calculation) -> Mapping[Place, Finding]:
    """What is found of each cell that has a formula, or claims to be a derivative."""
    labels = Labels(calculation)
    names = labels.called()
    found = {finding.place: replace(finding, label=names.get(finding.place, "")) for finding in compared(calculation)}
    derivatives = list(claims(calculation, labels))
    judged = [*Derivatives(calculation, derivatives, names).judged()]
    judged += together(calculation, list(updates(calculation, derivatives, names)))
    for sheet in range(len(calculation.workbook.sheets)):
        if not any(claim.cell.sheet == sheet for claim in derivatives):
            judged += unlabelled(calculation, sheet)
    for finding in judged:
        before = found.get(finding.place)
        if before is None or before.verdict != "wrong":
            found[finding.place] = finding
    return found


@dataclass(frozen=True, slots=True)
class _Line:
    """A cell's line: where it begins, and where both sides of its equality stand in the whole."""

    finding: Finding
    left: tuple[int, int]
    right: tuple[int, int]


def listed(calculation: Calculation, findings: Mapping[Place, Finding]) -> Report:
    """The report of findings: a line for each cell, sheet by sheet."""
    workbook = calculation.workbook
    pieces, starts, lines, length = list[str](), list[tuple[int, Place, str]](), list[_Line](), 0
    sheet = -1
    for place in sorted(findings):
        if place.sheet != sheet:
            sheet = place.sheet
            heading = f"## {workbook.sheets[sheet]}\n\n"
            pieces.append(heading)
            length += len(heading)
        finding = findings[place]
        before, left, right = written(calculation, finding)
        begin = length + len(before)
        middle = begin + len(left)
        line = f"{before}{left} = {right}\n\n"
        starts.append((length, place, workbook.called(place)))
        lines.append(_Line(finding, (begin, middle), (middle + 3, middle + 3 + len(right))))
        pieces.append(line)
        length += len(line)
    source = Listing(workbook.path, "".join(pieces), starts=starts)
    return _report(source, lines)


def written(calculation: Calculation, finding: Finding) -> tuple[str, str, str]:
    """A cell's line in three parts: its address and label, its formula (its label again where it has none), its
    value."""
    workbook, place = calculation.workbook, finding.place
    owner = calculation.owners.get(place)
    label = " ".join(finding.label.split())[:60]
    before = f"{address(place)} {label}: " if label and owner else f"{address(place)}: "
    return before, formula_of(workbook, owner) or label or address(place), shown(_value(calculation, place))


def _value(calculation: Calculation, place: Place) -> object:
    cell = calculation.workbook.cells.get(place)
    return calculation.worked.get(place) if cell is None or cell.value is None else cell.value


def formula_of(workbook: Workbook, owner: Place | None) -> str:
    """A formula as it is typed, one that was filled in with the cells that it has there."""
    formula = workbook.cells[owner].formula if owner else None
    if formula is None:
        return ""
    text = " ".join(formula.filled.split())
    return f"{{={text}}}" if formula.area else f"={text}"


def _report(source: Listing, lines: Iterable[_Line]) -> Report:
    equalities, found, words = list[Equality](), list[Formula](), dict[Formula, Sequence[Token]]()
    for line in lines:
        formula = Formula(source, line.left[0], line.right[1], display=True)
        left, right = (Side(formula, (_token(source, *ends),)) for ends in (line.left, line.right))
        finding = line.finding
        follows = finding.follows.row if finding.follows else None
        found.append(formula)
        words[formula] = (*left.words, Token("=", line.left[1] + 1, line.left[1] + 2), *right.words)
        equalities.append(
            Equality(left, right, "=", finding.verdict, finding.kind, finding.why, finding.expected, follows=follows)
        )
    return Report(source, equalities, found, 0, words)


UNSET = str.maketrans("", "", "{}$\\")
"""Signs that are left out where a formula is set."""


def _token(source: Source, start: int, end: int) -> Token:
    """A side as one word, set upright."""
    return Token(rf"\text{{{source.text[start:end].translate(UNSET)}}}", start, end)
