"""The language of a command: `--language`, else what its spec says, else English."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Annotated, Any

import typer

from derivation.cli.exits import known
from derivation.words.files import languages
from derivation.words.language import preferring, speaking

_RUNNING: ContextVar[ExitStack | None] = ContextVar("running", default=None)
"""What ends with the command that runs. Typer brings a Click of its own, so `click.get_current_context` knows none."""


@contextmanager
def _running() -> Iterator[None]:
    with ExitStack() as until_its_end:
        before = _RUNNING.set(until_its_end)
        try:
            yield
        finally:
            _RUNNING.reset(before)


def _heard(context: typer.Context, language: str) -> str:
    root = context.find_root()
    if language:
        known("language", language, languages())
        root.with_resource(speaking(language))
    root.with_resource(_running())  # last, so that what is entered on the way is left first
    return language


def _offered(incomplete: str) -> list[tuple[str, str]]:
    return [(language, "") for language in languages() if language.startswith(incomplete)]


_OPTION: dict[str, Any] = {"callback": _heard, "is_eager": True, "show_default": False, "autocompletion": _offered}
Language = Annotated[str, typer.Option("--language", **_OPTION)]
"""The option of every command that speaks; it is in force before any other is read."""
SpokenByAll = Annotated[str, typer.Option("--language", **_OPTION, hidden=True)]
"""The same before the command, for the help of the program itself."""


def prefer(language: str) -> None:
    """From here on the command speaks the language that its spec asks for, unless the command line asks for another."""
    if until_its_end := _RUNNING.get():
        until_its_end.enter_context(preferring(language))
