"""The report as SARIF 2.1.0, which code hosts and editors show beside the text."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from derivation.checking.judging.verdicts import Equality, Report
from derivation.checking.reports.view import with_expected
from derivation.version import VERSION
from derivation.words.telling import tell

LEVELS = {"wrong": "error", "undecided": "note"}


def write(reports: Sequence[Report]) -> bytes:
    """One run for all articles."""
    results = [result(equality) for report in reports for equality in report.equalities if equality.verdict in LEVELS]
    driver = {
        "name": "derivation",
        "version": VERSION,
        "rules": [{"id": key, "shortDescription": {"text": tell(f"report.rule_{key}")}} for key in LEVELS],
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }
    return json.dumps(log, indent=1, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def uri(path: str) -> str:
    """A file's name as a relative URI.

    >>> uri("my notes/a.md")
    'my%20notes/a.md'
    """
    return quote(os.fsencode(path.replace(os.sep, "/")), safe="/:-._~!$&'()*+,;=@")


def result(equality: Equality) -> dict[str, Any]:
    """One fault."""
    line, column = equality.place
    last_line, last_column = equality.source.place(equality.right.end)
    region = {"startLine": line, "startColumn": column, "endLine": last_line, "endColumn": last_column}
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": uri(equality.source.path)}, "region": region}
    }
    if cell := equality.source.cell(equality.right.start):
        location["logicalLocations"] = [{"fullyQualifiedName": cell}]
    return {
        "ruleId": equality.verdict,
        "level": LEVELS[equality.verdict],
        "message": {"text": with_expected(equality, "then")},
        "locations": [location],
    }
