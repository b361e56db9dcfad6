"""The command `derivation lsp`."""

from __future__ import annotations

from derivation.cli.exits import stop
from derivation.cli.language import Language
from derivation.words.telling import tell


def lsp(language: Language = "") -> None:
    """Serve editors: verdicts as one types, over the Language Server Protocol on standard input and output."""
    try:
        from derivation.editors.server import serve
    except ModuleNotFoundError:
        stop(tell("editors.no_pygls"))
    serve()
