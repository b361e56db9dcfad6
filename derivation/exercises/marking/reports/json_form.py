"""Marks as JSON: everything that is known of each answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from textwrap import indent
from typing import Any

from derivation.exercises.marking.report import ClassReport
from derivation.exercises.marking.sheet import Marked

SCHEMA = 1
STUDENTS = '\n "students": []'


def files(report: ClassReport) -> Iterator[tuple[str, bytes]]:
    """One file."""
    steps = [
        {
            "step": step.name,
            "phase": step.phase,
            "number": step.number,
            "fails": step.fails,
            "fails_first": step.first,
            "answered": step.answered,
        }
        | {"mistakes": dict(step.mistakes)}
        for step in report.steps
    ]
    form = {
        "schema": SCHEMA,
        "title": report.title,
        "answers": report.source,
        "seed": report.seed,
        "remarks": [{"line": remark.line, "column": remark.column, "text": remark.text} for remark in report.remarks],
        "students": [],
        "not_marked": [{"student": row.student, "id": row.id, "line": row.line} for row in report.unmarked],
        "class": {"mean": report.mean, "of": report.of, "mistakes": dict(report.mistakes), "steps": steps},
    }
    yield "marks.json", _written(form).replace(STUDENTS, _students(report), 1).encode() + b"\n"


def _students(report: ClassReport) -> str:
    """The list of students, written one by one, since that takes less memory than all at once."""
    sheets = ",".join("\n" + indent(_written(_sheet(sheet)), "  ") for sheet in report.sheets)
    return STUDENTS.replace("[]", f"[{sheets}\n ]") if sheets else STUDENTS


def _written(form: dict[str, Any]) -> str:
    return json.dumps(form, indent=1, ensure_ascii=False)


def _sheet(sheet: Marked) -> dict[str, Any]:
    steps = [
        {
            "step": step.name,
            "phase": step.phase,
            "number": step.number,
            "deviates": step.deviates,
            "mistakes": list(step.mistakes),
        }
        | {"answers": [asdict(answer) for answer in step.answers]}
        for step in sheet.steps
    ]
    about = {"student": sheet.student, "id": sheet.id, "line": sheet.line, "points": sheet.points, "of": sheet.of}
    return {
        **about,
        "first_deviating_step": sheet.first.name if sheet.first else None,
        "mistakes": list(sheet.mistakes),
        "steps": steps,
    }
