"""The report as GitHub annotations: an error for each wrong equality, a notice for each undecided one."""

from __future__ import annotations

from collections.abc import Sequence

from derivation.checking.judging.verdicts import Report
from derivation.checking.reports.view import with_expected
from derivation.words.telling import tell

LEVELS = {"wrong": "error", "undecided": "notice"}


def write(reports: Sequence[Report]) -> bytes:
    """One workflow command a line."""
    rows = []
    for report in reports:
        for equality in report.equalities:
            level = LEVELS.get(equality.verdict)
            if level:
                line, column = equality.place
                title, said = tell(f"report.{equality.verdict}_equality"), with_expected(equality, "also")
                cell = equality.source.cell(equality.right.start)
                said = f"{cell}: {said}" if cell else said
                place = f"file={escaped(equality.source.shown, ':,')},line={line},col={column}"
                rows.append(f"::{level} {place},title={title}::{escaped(said)}\n")
    return "".join(rows).encode("utf-8", "replace")


def escaped(text: str, more: str = "") -> str:
    """Text as a workflow command takes it.

    >>> escaped("50% off\\nnow")
    '50%25 off%0Anow'
    """
    for letter in "%\r\n" + more:
        text = text.replace(letter, f"%{ord(letter):02X}")
    return text
