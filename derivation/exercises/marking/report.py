"""A class's marks: every sheet, and what they come to step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from flint import fmpq

from derivation.exercises.key import Key
from derivation.exercises.marking.answers import Remark, StudentAnswers, Table
from derivation.exercises.marking.marking_key import marking_key
from derivation.exercises.marking.marks import better_fit, marked
from derivation.exercises.marking.sheet import Marked, StepMark
from derivation.formulas.decimals import rounded_to_places
from derivation.formulas.terms import Term
from derivation.networks.network import Network
from derivation.pages.words import POINT
from derivation.system.streams import spelled
from derivation.words.language import preferring
from derivation.words.telling import tell


@dataclass(frozen=True, slots=True)
class ClassStep:
    """How a class did at one step: the sheets on which it fails, on which it fails first, and on which it is answered;
    the mistakes named, with counts."""

    quantity: Term
    name: str
    phase: str
    number: int
    fails: int
    first: int
    answered: int
    mistakes: tuple[tuple[str, int], ...]

    @property
    def after(self) -> int:
        """The sheets on which it fails, but not first."""
        return self.fails - self.first


@dataclass(frozen=True)
class ClassReport:
    """Everything there is to tell. `sheets` are those that were marked, `unmarked` the rows whose variant is not in the
    key."""

    title: str
    source: str
    seed: int
    network: Network
    sheets: tuple[Marked, ...]
    unmarked: tuple[StudentAnswers, ...]
    remarks: tuple[Remark, ...]

    @property
    def told(self) -> tuple[str, ...]:
        """The remarks as lines of text."""
        return tuple(remark.told(self.source) for remark in self.remarks)

    @property
    def of(self) -> int:
        """The points that a sheet can get."""
        return max((sheet.of for sheet in self.sheets), default=0)

    @property
    def mean(self) -> str:
        """The mean of all points, to one decimal."""
        return rounded_to_places(fmpq(sum(sheet.points for sheet in self.sheets), max(len(self.sheets), 1)), 1)

    @property
    def spoken_mean(self) -> str:
        """The same as it stands in a sentence: with the decimal mark of the spec."""
        return self.mean.replace(POINT, self.network.page.decimal)

    @property
    def mistakes(self) -> tuple[tuple[str, int], ...]:
        """Each mistake with the number of sheets on which it is named, the commonest first."""
        return tuple(Counter(mistake for sheet in self.sheets for mistake in sheet.mistakes).most_common())

    @property
    def steps(self) -> tuple[ClassStep, ...]:
        """The steps in the order of the walkthrough."""
        found: dict[Term, list[tuple[Marked, StepMark]]] = {}
        for sheet in self.sheets:
            for step in sheet.steps:
                found.setdefault(step.quantity, []).append((sheet, step))
        return tuple(_class_step(marks) for marks in found.values())


def _class_step(marks: list[tuple[Marked, StepMark]]) -> ClassStep:
    fails = [(sheet, step) for sheet, step in marks if step.deviates]
    first = sum(sheet.first is step for sheet, step in fails)
    answered = sum(any(answer.verdict not in ("blank", "unreadable") for answer in step.answers) for _, step in marks)
    mistakes = Counter(mistake for _, step in fails for mistake in step.mistakes)
    shown = marks[0][1]
    return ClassStep(
        shown.quantity,
        shown.name,
        shown.phase,
        shown.number,
        len(fails),
        first,
        answered,
        tuple(mistakes.most_common()),
    )


def report(key: Key, table: Table) -> ClassReport:
    """A table of answers marked by its key. Raises what `marking_key` raises."""
    with preferring(key.page.language):
        made = marking_key(key)
    rows = [row for row in table.rows if row.id in key.variants]
    sheets = [marked(made, key.variants[row.id], row) for row in rows]
    with preferring(key.page.language):
        others = tuple(_others(key, sheets, rows))
    unmarked = tuple(row for row in table.rows if row.id not in key.variants)
    remarks = tuple(sorted((*table.remarks, *others), key=lambda remark: (remark.line, remark.column)))
    return ClassReport(key.title, spelled(table.source), key.seed, made.network, tuple(sheets), unmarked, remarks)


def _others(key: Key, sheets: list[Marked], rows: list[StudentAnswers]) -> Iterator[Remark]:
    """A remark for each sheet that fits another variant better."""
    for sheet, row in zip(sheets, rows, strict=True):
        other = better_fit(key.variants, sheet, row)
        if other:
            told = tell("answers.other_id", student=row.student, id=row.id, other=other)
            yield Remark(row.line, "id", told, loses=False)
