"""The command `derivation check`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from derivation.checking import article as checker
from derivation.checking.article import Report, UnreadableArticle
from derivation.checking.reports import FORMATS
from derivation.cli.completing import one_of
from derivation.cli.exits import BAD_INPUT, DONE, SOME_WRONG, TEX_FAILED, deliver, ending, file_of, known, stop
from derivation.cli.language import Language
from derivation.cli.watching import watched
from derivation.pages.typesetting.failure import TexError
from derivation.system.streams import is_terminal, say
from derivation.words.telling import tell

ENDINGS = {"txt": "text"}
COLOUR = re.compile(rb"\033\[[;?0-9]*[a-zA-Z]")
"""What tells a terminal of a colour, and nobody else."""


def check(
    articles: Annotated[list[Path], typer.Argument()],
    output: Annotated[str, typer.Option("-o", "--output")] = "-",
    form: Annotated[
        str,
        typer.Option(
            "--format",
            autocompletion=one_of(FORMATS, FORMATS.descriptions),
        ),
    ] = "",
    watch: Annotated[bool, typer.Option("--watch")] = False,
    language: Language = "",
) -> None:
    """Say which equalities of an article are wrong. Exit code 0: none; 1: some; 2: a file could not be read."""
    form = known("format", form or ENDINGS.get(ending(output), ending(output)) or "text", FORMATS)
    target = file_of(output, Path())
    look = partial(looked, form=form, target=target)
    raise typer.Exit(watched(articles, look) if watch else look(articles)[1])


def looked(articles: Sequence[Path], form: str, target: Path | None) -> tuple[Sequence[Report], int]:
    """Delivers the report on some articles: the verdicts, and the exit code."""
    reports: list[Report] = []
    unread = False
    for article in articles:
        try:
            report = checker.check(str(article))
        except UnreadableArticle as error:
            unread = True
            say(error)
            continue
        if not report.formulas:
            say(tell("report.no_formulas", article=report.article))
        reports.append(report)
    try:
        document = FORMATS[form](reports) if reports else b""
    except TexError as error:
        stop(str(error), TEX_FAILED)
    if form == "text" and not (target is None and is_terminal()):
        document = COLOUR.sub(b"", document)
    if reports:
        deliver(document, target)
    return reports, BAD_INPUT if unread else SOME_WRONG if any(report.wrong for report in reports) else DONE
