"""Finding the formulas of an article, each with its place in the file. One module per kind of article."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..source import Part, Source, UnreadableArticle
from . import latex, markdown, notebook

ENDINGS = {".md": "markdown", ".markdown": "markdown", ".qmd": "markdown", ".rmd": "markdown", ".txt": "markdown", ".tex": "latex", ".ipynb": "notebook"}
MAXIMAL_SIZE = 20_000_000


def opened(path: str) -> Source:
    """The file as a source; `UnreadableArticle` where it is missing, no text, or of a kind that holds no formulas we know."""
    file = Path(path)
    if file.suffix.lower() not in ENDINGS:
        raise UnreadableArticle(f"{path}: expected a Markdown, LaTeX or notebook file ({', '.join(ENDINGS)})")
    try:
        if file.stat().st_size > MAXIMAL_SIZE:
            raise UnreadableArticle(f"{path}: larger than {MAXIMAL_SIZE // 1_000_000} MB; split the article")
        text = file.read_text("utf-8")
    except UnicodeDecodeError:
        raise UnreadableArticle(f"{path}: not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise UnreadableArticle(f"{path}: {error.strerror or error}") from None
    return source(path, text)


def source(path: str, text: str) -> Source:
    """A text as an article of the kind that its name's ending says."""
    if Path(path).suffix.lower() != ".ipynb":
        return Source(path, text)
    try:
        return notebook.opened(path, text)
    except UnreadableArticle as error:
        raise UnreadableArticle(f"{path}: {error}") from None


def find(article: Source) -> Sequence[Part]:
    """All formulas and headings, in order."""
    kind = ENDINGS[Path(article.path).suffix.lower()]
    return list({"markdown": markdown.find, "latex": latex.find, "notebook": notebook.find}[kind](article))
