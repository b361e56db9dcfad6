"""The language of a command: `--language`, else what its spec says, else English."""

from __future__ import annotations

from typing import Annotated

import click
import typer

from derivation.cli.exits import known
from derivation.words.files import languages
from derivation.words.telling import preferring, speaking


def _heard(context: typer.Context, language: str) -> str:
    if language:
        known("language", language, languages())
        context.find_root().with_resource(speaking(language))
    return language


Language = Annotated[
    str,
    typer.Option(
        "--language",
        callback=_heard,
        is_eager=True,
        help=f"In which language to write: {' or '.join(languages())}. Without it, as the spec says, else en.",
        show_default=False,
    ),
]
"""The option of every command that speaks; it is in force before any other is read."""


def prefer(language: str) -> None:
    """From here on the command speaks the language that its spec asks for, unless the command line asks for another."""
    if context := click.get_current_context(silent=True):
        context.find_root().with_resource(preferring(language))
