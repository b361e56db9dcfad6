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
from derivation.checking.sources.find import is_text
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
    plain: Annotated[bool, typer.Option("--plain")] = False,
    watch: Annotated[bool, typer.Option("--watch")] = False,
    language: Language = "",
) -> None:
    """Say which equalities of an article are wrong. Exit code 0: none; 1: some; 2: a file could not be read."""
    form = known("format", form or ENDINGS.get(ending(output), ending(output)) or "text", FORMATS)
    target = file_of(output, Path())
    look = partial(looked, form=form, target=target, plain=plain)
    raise typer.Exit(watched(articles, look) if watch else look(articles)[1])


def looked(articles: Sequence[Path], form: str, target: Path | None, plain: bool) -> tuple[Sequence[Report], int]:
    """Delivers the report on some articles, with what stands plainly in their text if wanted: the verdicts, and the exit
    code."""
    reports: list[Report] = []
    unread = False
    for article in articles:
        try:
            report = checker.check(str(article), plain)
        except UnreadableArticle as error:
            unread = True
            say(error)
            continue
        for part in report.unread:
            say(tell(part.code, path=part.source.shown, line=part.place[0], what=part.what))
        if not report.formulas:
            lacking = "report.no_equalities" if is_text(report.source) else report.source.lacking
            say(tell(lacking, article=report.article))
        elif report.is_of_text and not plain:
            say(tell("report.of_text", article=report.article))
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
