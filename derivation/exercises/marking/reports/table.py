"""Marks as CSV: a row each student, a row each answer, a row each step of the class."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from derivation.exercises.marking.report import ClassReport
from derivation.exercises.marking.sheet import VERDICTS
from derivation.exercises.spreadsheet import table
from derivation.pages.words import in_its_language
from derivation.words.files import load


def files(report: ClassReport) -> Iterator[tuple[str, bytes]]:
    """Three tables."""
    words = _mistakes(report)
    yield (
        "students.csv",
        table(
            [
                ("student", "id", "points", "of", "first_deviating_step", "mistakes", *VERDICTS),
                *_students(report, words),
            ]
        ),
    )
    yield (
        "answers.csv",
        table(
            chain(
                [("student", "id", "blank", "written", "expected", "verdict", "points", "of", "mistakes")],
                _answers(report, words),
            )
        ),
    )
    yield (
        "class.csv",
        table([("step", "phase", "number", "fails", "fails_first", "answered", "mistakes"), *_steps(report, words)]),
    )


@in_its_language
def _mistakes(report: ClassReport) -> dict[str, str]:
    """What each mistake is called."""
    return load()["mistakes"]


def _students(report: ClassReport, words: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    for sheet in report.sheets:
        first = sheet.first.name if sheet.first else ""
        counts = (sheet.count(verdict) for verdict in VERDICTS)
        yield (
            sheet.student,
            sheet.id,
            sheet.points,
            sheet.of,
            first,
            "; ".join(words[name] for name in sheet.mistakes),
            *counts,
        )
    for row in report.unmarked:
        yield row.student, row.id, *[""] * (4 + len(VERDICTS))


def _answers(report: ClassReport, words: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    for sheet in report.sheets:
        for step in sheet.steps:
            mistakes = " / ".join(words[name] for name in step.mistakes)
            for answer in step.answers:
                named = mistakes if answer.verdict == "wrong" else ""
                yield (
                    sheet.student,
                    sheet.id,
                    answer.key,
                    answer.written,
                    answer.expected,
                    answer.verdict,
                    answer.points,
                    answer.of,
                    named,
                )


def _steps(report: ClassReport, words: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    for step in report.steps:
        named = "; ".join(f"{words[name]} ({count})" for name, count in step.mistakes)
        yield step.name, step.phase, step.number, step.fails, step.first, step.answered, named
