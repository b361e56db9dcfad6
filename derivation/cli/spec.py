"""The command `derivation spec`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from derivation.checking.article import UnreadableArticle
from derivation.checking.rewriting.rebuild import NoNetwork, NotInSpec, spec_of
from derivation.cli.exits import BAD_INPUT, SOME_WRONG, deliver, file_of, stop
from derivation.cli.language import Language


def spec(
    article: Annotated[Path, typer.Argument()],
    output: Annotated[str, typer.Option("-o", "--output")] = "-",
    language: Language = "",
) -> None:
    """Write the network that an article describes, as a spec that `derivation handout` takes."""
    target = file_of(output, Path())
    try:
        text = spec_of(str(article))
    except UnreadableArticle as error:
        stop(str(error))
    except NoNetwork as error:
        stop(f"{article}: {error}", SOME_WRONG if isinstance(error, NotInSpec) else BAD_INPUT)
    deliver(text.encode(), target)
