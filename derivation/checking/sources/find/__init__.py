"""Finding the formulas of an article, each with its place in the file. One module per kind of article."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from derivation.checking.sources.find import latex, markdown, notebook
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
}


def opened(path: str) -> Source:
    """The file as a source; `UnreadableArticle` where it is missing, no text, or of a kind that holds no formulas we
    know."""
    file = Path(path)
    if file.suffix.lower() not in ENDINGS:
        raise UnreadableArticle(tell("sources.no_kind", path=path, endings=", ".join(ENDINGS)))
    return source(path, read(file, path))


def source(path: str, text: str) -> Source:
    """A text as an article of the kind that its name's ending says."""
    kind = ENDINGS[Path(path).suffix.lower()]
    if kind == "notebook":
        return notebook.opened(path, text)
    return latex.opened(path, whole(text)) if kind == "latex" else Source(path, whole(text))


def find(article: Source) -> Sequence[Part]:
    """All formulas and headings, in order."""
    kind = ENDINGS[Path(article.path).suffix.lower()]
    return list({"markdown": markdown.find, "latex": latex.find, "notebook": notebook.find}[kind](article))
