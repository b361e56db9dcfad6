"""The report as JSON, schema 1: one object for one article, a list of them for several."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from derivation.checking.judging.verdicts import Report


def write(reports: Sequence[Report]) -> bytes:
    """The JSON text."""
    objects = [form(report) for report in reports]
    return (
        json.dumps(objects[0] if len(objects) == 1 else objects, indent=1, ensure_ascii=False).encode(
            "utf-8", "replace"
        )
        + b"\n"
    )


def form(report: Report) -> dict[str, Any]:
    """One article's report in the design's keys."""
    return {
        "schema": 1,
        "article": report.article,
        "summary": dict(report.summary),
        "equalities": [
            {
                **({"cell": cell} if (cell := equality.source.cell(equality.right.start)) else {}),
                "line": equality.place[0],
                "column": equality.place[1],
                "left": equality.left.latex,
                "right": equality.right.latex,
                "verdict": equality.verdict,
                "expected": equality.expected,
                "why": equality.why,
                "code": equality.code,
                "kind": equality.kind,
            }
            for equality in report.equalities
        ],
    }
