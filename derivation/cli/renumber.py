"""The command `derivation renumber`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from derivation.checking.article import UnreadableArticle
from derivation.checking.rewriting.renumber import BadChange
from derivation.checking.rewriting.renumber import renumber as renumbered
from derivation.cli.exits import SOME_WRONG, deliver, file_of, stop
from derivation.cli.language import Language
from derivation.system.streams import say
from derivation.words.telling import tell


def renumber(
    article: Annotated[Path, typer.Argument()],
    changes: Annotated[list[str] | None, typer.Option("--set")] = None,
    seed: Annotated[int | None, typer.Option()] = None,
    output: Annotated[str, typer.Option("-o", "--output")] = "-",
    language: Language = "",
) -> None:
    """Write the same article with other numbers: whatever follows from the changed ones is worked anew."""
    pairs = [change.partition("=") for change in changes or ()]
    if (seed is None and not pairs) or not all(middle and key.strip() for key, middle, _ in pairs):
        stop(tell("commands.no_change"))
    target = file_of(output, Path())
    try:
        result = renumbered(str(article), {key.strip(): value for key, _, value in pairs}, seed)
    except (UnreadableArticle, BadChange) as error:
        stop(str(error))
    if result.failures:
        say("\n  ".join([tell("commands.not_renumbered") + ":", *result.failures]))
        raise typer.Exit(SOME_WRONG)
    deliver(result.text.encode(), target)
    for heading, rows in (
        (tell("commands.untied"), result.unaligned),
        (tell("commands.claims"), result.claims),
    ):
        if rows:
            say("\n  ".join([f"{heading}:", *rows]))
