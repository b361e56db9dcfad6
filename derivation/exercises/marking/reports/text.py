"""Marks in a terminal: a line each student, which steps fail and how often, the mistakes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derivation.exercises.marking.report import ClassReport
from derivation.exercises.marking.sheet import Marked
from derivation.pages.words import Words, in_its_language

BAR = 30
"""Letters of the longest bar."""
COUNTED = ("follows", "trivial", "blank", "unreadable")


def files(report: ClassReport) -> Iterator[tuple[str, bytes]]:
    """One file."""
    yield "marks.txt", (summary(report) + "\n").encode()


@in_its_language
def summary(report: ClassReport) -> str:
    """All lines."""
    return "\n".join(lines(report))


def lines(report: ClassReport) -> Iterator[str]:
    """The whole summary."""
    words = Words(str)
    say = words.words["marking"]
    yield say["summary"].format(
        source=report.source,
        marked=len(report.sheets),
        all=len(report.sheets) + len(report.unmarked),
        mean=report.spoken_mean,
        of=report.of,
    )
    yield ""
    heads = (say["student"], say["variant"], say["points"], say["first"], "")
    sheets = (
        (
            sheet.student,
            sheet.id,
            f"{sheet.points}/{sheet.of}",
            sheet.first.name if sheet.first else "",
            _about(sheet, words),
        )
        for sheet in report.sheets
    )
    yield from _columns([heads, *sheets])
    failing = [step for step in report.steps if step.fails]
    if failing:
        longest = max(step.fails for step in failing)
        yield from ("", say["steps"])
        bars = ("█" * -(-step.first * BAR // longest) + "░" * (step.after * BAR // longest) for step in failing)
        yield from _columns(
            [
                ("  " + step.name, bar, f"{step.fails} / {step.answered}")
                for step, bar in zip(failing, bars, strict=True)
            ]
        )
        yield "  " + say["legend"]
    if report.mistakes:
        yield from ("", say["mistakes"])
        yield from _columns([(f"  {count:3}", words.words["mistakes"][name]) for name, count in report.mistakes])


def _about(sheet: Marked, words: Words) -> str:
    """What there is to say of a sheet in one line: each mistake with the steps at which it is named, what is wrong
    besides, and counts."""
    say, places = words.words["marking"], dict[tuple[str, ...], list[str]]()
    for step in sheet.steps:
        if step.deviates:
            places.setdefault(step.mistakes, []).append(step.name)
    parts = []
    for mistakes, steps in places.items():
        name = say["or"].join(words.words["mistakes"][mistake] for mistake in mistakes) or say["wrong"]
        parts.append(say["at"].format(name=name, steps=say["comma"].join(steps)))
    parts += [say[f"count_{verdict}"].format(count=count) for verdict in COUNTED if (count := sheet.count(verdict))]
    return "; ".join(parts)


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows with their cells below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
