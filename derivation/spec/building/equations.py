"""The equations of a spec as trees, line by line: what each line defines, repetitions and sections, and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import prod

from derivation.formulas.arrays import Array
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.steps import at_known_steps, is_given_so
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.language.unfolding import repetition_problem, unfolded
from derivation.spec import hints
from derivation.spec.blocks import Statement, standing, statements
from derivation.spec.building.findings import Findings
from derivation.spec.building.values import IDENTIFIER, STEM, Values
from derivation.spec.sections import HEADING, Equation, Heading, arranged, each, each_step, uses
from derivation.spec.sides import PASSED, left_sides, right_sides
from derivation.spec.text import title_fault
from derivation.spec.versions import versions
from derivation.words.telling import tell

MAXIMAL_LINES = 5000
ANY = ""
"""Stands among the names that could not be read where any name may be meant."""


@dataclass(frozen=True)
class Equations:
    """The equations by name, in the order in which they are worked."""

    by_name: dict[str, Equation]
    unread: frozenset[str]
    """The names that equations or values define that could not be read: what uses them is not judged."""
    all_read: bool
    """Whether every equation could be read."""
    unfolded: int
    """How many operators they have, repetitions spelled out."""
    counting: Mapping[str, Array]
    """What repetitions may be counted by: what is given, and lengths that have a name."""

    @property
    def all_named(self) -> bool:
        """Whether there is no line of which nobody knows what it would have defined."""
        return ANY not in self.unread

    def follows(self, key: str) -> bool:
        """Whether a name may be one that a line defines that could not be read: `h_3` where that of `h` could not."""
        return bool({key, re.sub(r"_-?\d+\Z", "", key)} & self.unread)


def equations_of(text: str, values: Values, findings: Findings) -> Equations:
    """The equations of the text of a spec; what is wrong with its lines is told."""
    return _Lines(values, findings).equations(text)


class _Lines:
    """Reads the lines of the equations one after the other."""

    def __init__(self, values: Values, findings: Findings) -> None:
        self.values, self.findings = values, findings
        self.unread = set(values.unread)
        self.counting = values.counting()
        self.unfolded = 0

    def equations(self, text: str) -> Equations:
        given = [*statements(self.lines(text), self.counting, self.add_unread, HEADING)]
        if len(given) > MAXIMAL_LINES:
            first = given[MAXIMAL_LINES]
            self.findings.add_at(first.line, first.column, tell("spec.too_many_lines", most=MAXIMAL_LINES))
            return Equations({}, frozenset(self.unread), True, 0, self.counting)
        read = self.read(given)
        all_read = all(read) and ANY not in self.unread
        lines = self.in_versions(self.at_steps(read))
        self.check_counting([line[0] for line in lines])
        written = {equation.key: equation for equation in arranged(lines)}
        if not written and not self.findings.problems:
            self.findings.add(("model", "equations"), tell("spec.no_equation"))
        return Equations(written, frozenset(self.unread), all_read, self.unfolded, self.counting)

    def lines(self, text: str) -> list[tuple[int, int, str]]:
        """(line, column, text) of each equation and each heading, comments and blank lines left out."""
        given = self.findings.places.lines_of(("model", "equations"), text)
        bare = [(line, column, text if HEADING.match(text) else text.split("#", 1)[0]) for line, column, text in given]
        return [whole for whole in bare if whole[2].strip()]

    def add_unread(self, line: int, column: int, message: str) -> None:
        """Tells of a line that nobody knows what it would have defined."""
        self.findings.add_at(line, column, message)
        self.unread.add(ANY)

    def read(self, given: Sequence[Statement]) -> list[list[Equation]]:
        """The equations of each line, each in the section that it stands in."""
        read: list[list[Equation]] = []
        heading: Heading | None = None
        for statement, after in pairwise([*given, Statement(0, 0, "")]):
            if title := HEADING.match(statement.text):
                empty = not after.text or HEADING.match(after.text) is not None
                heading = self.heading(title, statement.line, statement.column, empty)
            else:
                read += self.line(statement, heading)
        return read

    def at_steps(self, read: Sequence[Sequence[Equation]]) -> list[list[Equation]]:
        """The lines with `h[3]` as the quantity that it is, without what only says that a first step is given."""
        read = [[equation for equation in line if not is_given_so(equation.key, equation.syntax)] for line in read]
        stacks = self.findings.stacks
        known = {*(equation.key for line in read for equation in line), *self.values.parameters, *self.values.data}
        known = (known - stacks.whole.keys()) | stacks.by_name.keys()
        return [
            [replace(equation, syntax=at_known_steps(equation.syntax, known)) for equation in line]
            for line in read
            if line
        ]

    def in_versions(self, lines: list[list[Equation]]) -> list[list[Equation]]:
        """The lines with a name for each version of what is given several times."""
        return versions(
            lines,
            {*self.values.parameters, *self.values.data, *self.values.sliced},
            lambda equation, told: self.findings.add_at(equation.line, equation.named_at, told),
        )

    def heading(self, title: re.Match[str], line: int, column: int, empty: bool) -> Heading:
        column += title.start() + len(title.string) - len(title.string.lstrip())
        text = title["title"].strip()
        if not text:
            self.findings.add_at(line, column, tell("spec.no_title"))
        elif fault := title_fault(text):
            self.findings.add_at(line, column, fault)
        elif empty:
            self.findings.add_at(line, column, tell("spec.empty_section", title=text[:40]))
        return Heading(text, line, column)

    def check_counting(self, lines: Sequence[Equation]) -> None:
        """A title with an index in braces counts the steps of a repetition: there has to be one, and nothing else in
        the section."""
        counted = {(line.heading, line.index) for line in lines}
        for line in lines:
            heading = line.heading
            strange = heading.indices - {line.index} if heading else frozenset()
            if heading is None or not strange:
                continue
            if not any((heading, index) in counted for index in heading.indices):
                braces = ", ".join(f"{{{index}}}" for index in sorted(heading.indices))
                self.findings.add_at(heading.line, heading.column, tell("spec.no_repetition", braces=braces))
            else:
                told = tell("spec.not_repeated", title=heading.title[:40])
                self.findings.add_at(line.line, line.named_at, told)

    def line(self, statement: Statement, heading: Heading | None) -> Iterator[list[Equation]]:
        """The equations of each name on the left of a line; what is wrong with it is told."""
        line, column, text = statement.line, statement.column, statement.text
        names = left_sides(text)
        if not names:
            self.findings.add_at(line, column, tell("spec.expected_equation", found=text.strip()[:40]))
            self.unread |= {*STEM.findall(text.partition("=")[0])[:1], ANY}
            yield []
            return
        try:
            values = right_sides(text[names[0].end() :], names, self.counting)
        except SyntaxProblem as problem:
            self.findings.add_at(line, column + names[0].end() + problem.at, problem.message)
            self.unread |= {match[1] for match in names}
            yield []
            return
        for match, written in zip(names, values, strict=True):
            if match["name"] != PASSED:
                yield list(self.named(statement, heading, match, written))

    def named(
        self, statement: Statement, heading: Heading | None, match: re.Match[str], written: Syntax
    ) -> Iterator[Equation]:
        """The equations that a name and what it stands for make; what is wrong with them is told."""
        line, column = statement.line, statement.column
        try:
            if written.symbol == "list":
                written = Syntax("array", (written,), written.at)
            body, steps = each(written)
            steps *= prod(last - first + 1 for _, first, last, _ in statement.loops)
            if problem := repetition_problem(self.unfolded, body, steps):
                raise SyntaxProblem(written.at, problem)
            self.unfolded += unfolded(body, steps)
            for key, syntax, index, step, when in each_step(match, written, standing(line, column), statement.loops):
                changes = key in uses(syntax) and (self.values.is_data(key) or match["change"] is not None)
                self.check_name(key, changes, line, column + match.start(1))
                at, named_at = column + match.end(), column + match.start(1)
                yield Equation(key, syntax, line, at, heading, index, step, named_at=named_at, when=when)
        except SyntaxProblem as problem:
            self.findings.add_at(line, column + match.end() + problem.at, problem.message)
            self.unread.add(match[1])

    def check_name(self, key: str, changes: bool, line: int, column: int) -> None:
        """Tells of a name that has a value already and is not changed here (`x = x - max(x)`, `W -= 0.1 * D`)."""
        if self.values.has(key) and not changes:
            given_at = self.findings.line_of(self.values.table_of(key), key)
            self.add_unread(line, column, hints.twice(key, given_at))
        elif not IDENTIFIER.match(key):
            self.add_unread(line, column, tell("spec.no_quantity", key=key))
