"""The forms of a class's marks: one module each, with a function `files` that makes (name, content) of each file from a
report."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from derivation.exercises.marking.report import ClassReport
from derivation.system.registry import Registry, Row

HERE = "derivation.exercises.marking.reports"
FORMATS: Registry[Callable[[ClassReport], Iterator[tuple[str, bytes]]]] = Registry(
    Row("text", "Points, verdicts and mistakes, for a terminal.", f"{HERE}.text:files"),
    Row(
        "csv",
        "Three tables: a row for each student, for each answer, for each step of the class.",
        f"{HERE}.table:files",
    ),
    Row("json", "All marks, in a stable form.", f"{HERE}.json_form:files"),
    Row(
        "pdf",
        "A section for each student to hand out, and the class with a chart of the steps that fail.",
        f"{HERE}.pdf:files",
    ),
)
