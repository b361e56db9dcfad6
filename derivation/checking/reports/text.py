"""The report in a terminal: the formula's line, a caret under the fault, what should stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import typer

from derivation.checking.judging.verdicts import VERDICTS, Equality, Report
from derivation.checking.reports.view import findings
from derivation.spec.text import shown
from derivation.words.telling import tell

COLOURS = {"wrong": "red", "undecided": "yellow", "rounded": "blue", "exact": "green", "stated": "bright_black"}
COLOUR = re.compile(r"\033\[[;?0-9]*[a-zA-Z]")
"""What tells a terminal of a colour, and nobody else."""
AROUND = 70
"""Letters shown on either side of a fault in a long line."""


def write(reports: Sequence[Report]) -> bytes:
    """All that is wrong, then what is undecided, then a summary; in colour, which `typer.echo` takes out where there is no
    terminal."""
    return "\n".join(line for report in reports for line in lines(report)).encode("utf-8", "replace") + b"\n"


def plain(report: Report) -> str:
    """The report of one article without colours, as `print` shows it."""
    return COLOUR.sub("", "\n".join(lines(report)))


def lines(report: Report) -> Iterator[str]:
    """The lines about one article."""
    for _, equality in findings(report):
        yield from about(equality)
    counts = ", ".join(
        typer.style(
            f"{report.summary[verdict]} {tell(f'verdicts.{verdict}')}",
            fg=COLOURS[verdict] if report.summary[verdict] else None,
        )
        for verdict in VERDICTS
    )
    yield tell(
        "report.summary",
        article=report.article,
        equalities=tell("report.equalities", count=sum(report.summary.values())),
        in_formulas=tell("report.in_formulas", count=report.formulas),
        verdicts=counts,
    )


def about(equality: Equality) -> Iterator[str]:
    """One fault, with its line and a caret."""
    source, colour = equality.source, COLOURS[equality.verdict]
    at = equality.right.start if equality.at is None or not 0 < equality.at <= len(source.text) else equality.at
    verdict = typer.style(tell(f"verdicts.{equality.verdict}"), fg=colour, bold=True)
    yield f"{source.shown}:{source.where(at)}: {verdict}: {shown(equality.why)}"
    text, place = around(*source.seen(at))
    length = max(
        1, min(equality.right.end - equality.right.start if at == equality.right.start else 1, len(text) - place)
    )
    number = str(source.place(at)[0])
    yield f"  {number} | {visible(text)}"
    yield f"  {' ' * len(number)} | {' ' * place}{typer.style('^' * length, fg=colour, bold=True)}"
    if equality.expected:
        yield f"  {' ' * len(number)} = {tell('report.expected', expected=shown(equality.expected))}"


def visible(text: str) -> str:
    r"""A line of an article, as wide as it is, with nothing in it that a terminal obeys.

    >>> visible("x\x1b[2J = 1") == "x\N{REPLACEMENT CHARACTER}[2J = 1"
    True
    """
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def around(text: str, place: int) -> tuple[str, int]:
    """The line of a place, cut where it is long, and where the place is in it.

    >>> around("a\\nb c\\nd", 4), around("x" * 300, 150)[1]
    (('b c', 2), 71)
    """
    first, last = max(place - AROUND, 0), min(place + AROUND, len(text))
    begin = text.rfind("\n", first, place) + 1 or first
    end = text.find("\n", place, last)
    before = "…" if begin == first and begin and text[begin - 1] != "\n" else ""
    after = "…" if end < 0 and last < len(text) and text[last] != "\n" else ""
    return (before + text[begin : end if end >= 0 else last] + after).replace("\t", " "), place - begin + len(before)
