"""What the templates of learning platforms see: a question with its blanks, its numbers, its answers and its worked
solution."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import TypeVar

from jinja2 import Template

from derivation.exercises.exercise.exercise import Exercise, Variant
from derivation.exercises.exports.answers import Answers, BlankAnswers
from derivation.exercises.exports.chains import Filled
from derivation.exercises.exports.setting import Setting
from derivation.exercises.exports.solution import Solution, Worked
from derivation.exercises.sheets.view import sheet_view
from derivation.formulas.numbers import Uncertain, certified
from derivation.pages.words import POINT

Result = TypeVar("Result")
CREDIT = 50
"""Per cent of a blank's points for an answer that one mistake leads to."""


@dataclass(frozen=True, slots=True)
class QuestionTask:
    """A quantity to be worked: its symbol, its formula, what each entry is worth (nothing where all are worth the
    same), and row by row the places of its blanks."""

    symbol: str
    formula: str
    worth: str
    rows: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class QuestionStep:
    """The tasks of one step of the walkthrough; `opening` is the title of the phase where one begins."""

    phase: str
    opening: str
    number: int
    title: str
    tasks: tuple[QuestionTask, ...]


class Question:
    """A question but for its numbers, in a platform's setting; `chain` is the template that lays a chain of the
    solution out."""

    def __init__(self, exercise: Exercise, setting: Setting, chain: Template) -> None:
        sheet = sheet_view(exercise)
        self.exercise = exercise
        self.title = title(exercise)
        self.structure, self.contract = tuple(map(setting.formula, sheet.structure)), sheet.contract
        self.solution, self.answers = (
            Solution(exercise, setting, lambda filled: chain.render(chain=filled)),
            Answers(exercise),
        )
        self.words = self.solution.words.words["exports"]
        self.points, self.credit = exercise.points, CREDIT
        self.worth = self._worth(self.points[0]) if len(set(self.points)) == 1 else ""
        self.stages = tuple(self._stages())

    @property
    def looks(self) -> list[str]:
        """For each blank the step of the solution to look at."""
        phases = self.solution.words.words["phases"]
        return [
            self.words["look"].format(number=blank.number, phase=phases[blank.phase]) for blank in self.exercise.blanks
        ]

    @cached_property
    def mistakes(self) -> dict[str, str]:
        """The sentence of each mistake."""
        return {
            mistaken.row.name: self.solution.words.text("mistake_feedback", mistaken.row.name)
            for mistaken in self.exercise.mistakes
        }

    def told(self, mistakes: Iterable[str]) -> str:
        """What a student is told whose answer one of these mistakes leads to."""
        return self.words["or"].join(self.mistakes[name] for name in mistakes)

    def numeral(self, text: str) -> str:
        """A number as it stands in a sentence or a table: with the decimal mark of the spec."""
        return text.replace(POINT, self.exercise.network.page.decimal)

    def of(self, variant: Variant) -> Posed:
        """The question of one variant."""
        return Posed(self, variant)

    def _stages(self) -> Iterator[QuestionStep]:
        groups = {(group.phase, group.number): group for group in self.solution.groups}
        before = ""
        places = range(len(self.exercise.blanks))
        for key, members in groupby(
            places, lambda place: (self.exercise.blanks[place].phase, self.exercise.blanks[place].number)
        ):
            group = groups[key]
            opening = self.solution.words.text("phases", group.phase) if group.phase != before else ""
            tasks = tuple(
                self._task(list(found))
                for _, found in groupby(members, lambda place: self.exercise.blanks[place].quantity)
            )
            yield QuestionStep(group.phase, opening, group.number, group.title, tasks)
            before = group.phase

    def _task(self, places: list[int]) -> QuestionTask:
        quantity = self.exercise.blanks[places[0]].quantity
        chains = [chain for group in self.solution.groups for chain in group.chains if chain.term == quantity]
        formula = next(
            (formula for chain in chains for formula in chain.formulas if quantity in self.exercise.formulas), ""
        )
        offsets = iter(places)
        rows = tuple(tuple(next(offsets) for _ in row) for row in self.exercise.nodes[quantity].rows)
        return QuestionTask(
            chains[0].quantity, formula, "" if self.worth else self._worth(self.points[places[0]]), rows
        )

    def _worth(self, points: int) -> str:
        return self.words["worth"].format(points=points)


@dataclass(frozen=True)
class Posed:
    """A question with a variant's numbers."""

    question: Question
    variant: Variant

    @property
    def id(self) -> str:
        return self.variant.id

    @property
    def worked(self) -> Worked:
        return self.question.solution.of(self.variant)

    @property
    def given(self) -> list[Filled]:
        return self.worked.given

    @property
    def entries(self) -> list[BlankAnswers]:
        return self.question.answers.of(self.variant)


def title(exercise: Exercise) -> str:
    """The title without what no XML may hold."""
    return "".join(letter for letter in exercise.network.title if letter.isprintable())


def certain(work: Callable[[Variant], Result], variant: Variant) -> Result:
    """What `work` makes of a variant, whose values are worked again with more bits where a digit asks for them."""
    try:
        return work(variant)
    except Uncertain:
        return certified(lambda: work(replace(variant, values=tuple(variant.exercise.program.run(variant.inputs)))))
