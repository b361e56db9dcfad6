"""Marks as PDF: a section for each student to hand out, and the class with a chart of the steps that fail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from pylatex import Document, NoEscape, Package

from derivation.exercises.marking.report import ClassReport, ClassStep
from derivation.exercises.marking.sheet import Marked, StepMark
from derivation.formulas.terms import Term
from derivation.pages.typesetting.engine import compile_pdf, printable
from derivation.pages.typesetting.templating import environment, latex_text
from derivation.pages.words import POINT, in_its_language, latex_of
from derivation.words.files import load
from derivation.words.language import spoken

PACKAGES = ("amsmath", "xcolor", "graphicx", "microtype", "fancyhdr", "hyperref")
WIDTH = 55
"""Millimetres of the longest bar."""
TIME_LIMIT = 300
ALIKE = {"right": "written", "blank": "expected"}
"""The verdicts that answers beside each other share a line for, and what of them stands there."""
MOST_ALIKE = 4
"""Answers that a line has room for."""


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One line of a student's table; `entry` is the entry's place, `[1,2]`, `written` and `expected` are LaTeX. Where
    the line is of several answers, `alike` has them all."""

    entry: str
    written: str
    expected: str
    verdict: str
    points: int
    alike: str = ""


@dataclass(frozen=True, slots=True)
class StepView:
    """The lines for one quantity, and what to tell of them."""

    symbol: str
    answers: tuple[AnswerView, ...]
    hints: tuple[str, ...]
    several: bool
    first: bool


@dataclass(frozen=True, slots=True)
class MarksView:
    """A student's section, and the line in the class's list."""

    student: str
    id: str
    points: int
    of: int
    steps: tuple[StepView, ...]
    perfect: bool
    first_symbol: str
    named: str


@dataclass(frozen=True, slots=True)
class BarView:
    """A step in the chart; lengths in millimetres."""

    symbol: str
    count: str
    first: str
    after: str
    named: str


def files(report: ClassReport) -> Iterator[tuple[str, bytes]]:
    """Two files."""
    for name, tex in documents(report):
        yield f"{name}.pdf", compile_pdf(tex, time_limit=TIME_LIMIT)


@in_its_language
def documents(report: ClassReport) -> list[tuple[str, str]]:
    """The LaTeX of each, with the name of its file."""
    return list(_documents(report))


def _documents(report: ClassReport) -> Iterator[tuple[str, str]]:
    view = _Views(report)
    title, words = printable(report.title), load()["marking"]
    sheets = [view.sheet(sheet) for sheet in report.sheets]
    if sheets:
        yield (
            "students",
            _document("students", title or words["student_title"], sheets=sheets, title=title, words=words),
        )
    bars = view.bars([step for step in report.steps if step.fails])
    counts = {
        "marked": len(sheets),
        "all": len(sheets) + len(report.unmarked),
        "mean": report.spoken_mean,
        "of": report.of,
    }
    shown = {
        "sheets": sheets,
        "bars": bars,
        "unmarked": report.unmarked,
        "mistakes": [(view.names[name], count) for name, count in report.mistakes],
    }
    yield (
        "class",
        _document(
            "class",
            title or words["class_title"],
            title=title,
            words=words,
            summary=words["class_summary"].format(**counts),
            **shown,
        ),
    )


class _Views:
    def __init__(self, report: ClassReport) -> None:
        self.latex, self.mark = latex_of(report.network), report.network.page.decimal
        self.words = load()["marking"]
        self.names, self.feedback = load()["mistakes"], load()["mistake_feedback"]

    def symbol(self, quantity: Term) -> str:
        return self.latex(quantity)

    def sheet(self, sheet: Marked) -> MarksView:
        first = sheet.first
        told = set[str]()
        steps = tuple(self.step(step, step is first, told) for step in sheet.steps)
        groups = dict.fromkeys(step.mistakes for step in sheet.steps if step.mistakes)
        named = self.words["comma"].join(
            self.words["or"].join(self.names[name] for name in mistakes) for mistakes in groups
        )
        perfect = sheet.points == sheet.of
        return MarksView(
            printable(sheet.student),
            printable(sheet.id),
            sheet.points,
            sheet.of,
            steps,
            perfect,
            self.symbol(first.quantity) if first else "",
            named,
        )

    def step(self, step: StepMark, is_first: bool, told: set[str]) -> StepView:
        """A step's lines; what a mistake is about is told once, then only its name."""
        answers = [
            AnswerView(
                answer.key.removeprefix(step.name),
                _numeral(answer.written),
                _numeral(answer.expected.replace(POINT, self.mark)),
                answer.verdict,
                answer.points,
            )
            for answer in step.answers
        ]
        hints = tuple(
            latex_text(self.words["again"].format(name=self.names[name]) if name in told else self.feedback[name])
            for name in step.mistakes
        )
        told |= set(step.mistakes)
        return StepView(self.symbol(step.quantity), tuple(_lines(answers)), hints, len(hints) > 1, is_first)

    def bars(self, steps: list[ClassStep]) -> list[BarView]:
        longest = max((step.fails for step in steps), default=1)
        return [
            BarView(
                self.symbol(step.quantity),
                f"{step.fails} / {step.answered}",
                f"{step.first * WIDTH / longest:.2f}",
                f"{step.after * WIDTH / longest:.2f}",
                self.words["comma"].join(f"{self.names[name]} ({count})" for name, count in step.mistakes[:2]),
            )
            for step in steps
        ]


def _lines(answers: list[AnswerView]) -> Iterator[AnswerView]:
    """The lines of a step: right answers beside each other, and blank ones, share a line."""
    for verdict, found in groupby(answers, key=lambda answer: answer.verdict):
        run = list(found)
        most = MOST_ALIKE if verdict in ALIKE else 1
        yield from (_line(run[place : place + most]) for place in range(0, len(run), most))


def _line(alike: list[AnswerView]) -> AnswerView:
    first, last = alike[0], alike[-1]
    if first is last:
        return first
    shown = r",\enspace ".join(getattr(answer, ALIKE[first.verdict]) for answer in alike)
    points = sum(answer.points for answer in alike)
    return replace(first, entry=f"{first.entry}–{last.entry}", points=points, alike=shown)


def _numeral(text: str) -> str:
    """A number with a true minus; any other text as it is."""
    if re.fullmatch(r"[-−]?[0-9.,/]+(?:e-?[0-9]+)?", text):
        return "$" + text.replace("−", "-").replace(",", "{,}").replace("e", r"\mathrm{e}") + "$"
    return latex_text(printable(text))


def _document(template: str, heading: str, **shown: Any) -> str:
    made = environment("marks")
    options = {"left": "19mm", "right": "19mm", "top": "15mm", "bottom": "17mm"}
    page = Document(
        documentclass="article",
        document_options=["11pt", "a4paper"],
        page_numbers=False,
        lmodern=True,
        textcomp=True,
        indent=True,
        geometry_options=options,
    )
    for name in PACKAGES:
        page.packages.append(Package(name))
    about = {"title": heading, "view": {"language": spoken(), "hyphenation": load()["language"]["hyphenation"]}}
    page.preamble.append(NoEscape(made.get_template("marks/preamble.tex.j2").render(**{**shown, **about})))
    page.append(NoEscape(made.get_template(f"marks/{template}.tex.j2").render(**shown)))
    return str(page.dumps()) + "\n"
