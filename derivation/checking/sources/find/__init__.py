"""Finding the formulas of an article, each with its place in the file. One module per kind of article."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from derivation.checking.sources.source import Part, Source, UnreadableArticle, read, whole
from derivation.words.telling import tell

ENDINGS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".qmd": "markdown",
    ".rmd": "markdown",
    ".txt": "markdown",
    ".tex": "latex",
    ".ipynb": "notebook",
    ".rst": "restructured",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".adoc": "asciidoc",
    ".asciidoc": "asciidoc",
    ".typ": "typst",
}
"""The module of each kind of article, which has `opened`, a source of the file's text, and `find`, what is in it; none
is loaded before an article asks for it."""


def module(path: str) -> Any:
    """The module that reads articles called so."""
    return import_module(f"{__name__}.{ENDINGS[Path(path).suffix.lower()]}")


def opened(path: str) -> Source:
    """The file as a source; `UnreadableArticle` where it is missing, no text, or of a kind that holds no formulas we
    know."""
    file = Path(path)
    if file.suffix.lower() not in ENDINGS:
        raise UnreadableArticle(tell("sources.no_kind", path=path, endings=", ".join(ENDINGS)))
    return source(path, read(file, path))


def source(path: str, text: str) -> Source:
    """A text as an article of the kind that its name's ending says."""
    found: Source = module(path).opened(path, text if path.lower().endswith(".ipynb") else whole(text))
    return found


def find(article: Source) -> Sequence[Part]:
    """All formulas and headings, and what is never closed, in order."""
    return list(module(article.path).find(article))
