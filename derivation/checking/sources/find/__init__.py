"""Finding the formulas of an article, each with its place in the file. One module per kind of article."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any

from derivation.checking.sources.source import Formula, Part, Source, UnreadableArticle, read, whole
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


WORKBOOKS = (".xlsx", ".xlsm")
"""How files end that are no texts: the formulas are those of their cells (`sheets`)."""
TEXTS = frozenset(["markdown", "notebook"])
"""The kinds of articles that are texts, in which equalities may stand plainly."""
WORD = re.compile(r"[^\W\d_]{2}")


def module(path: str) -> Any:
    """The module that reads articles called so."""
    return import_module(f"{__name__}.{ENDINGS[Path(path).suffix.lower()]}")


def opened(path: str) -> Source:
    """The file as a source; `UnreadableArticle` where it is missing, no text, or of a kind that holds no formulas we
    know."""
    file = Path(path)
    if file.suffix.lower() in WORKBOOKS:
        raise UnreadableArticle(tell("sheets.only_checked", path=path))
    if file.suffix.lower() not in ENDINGS:
        raise UnreadableArticle(tell("sources.no_kind", path=path, endings=", ".join((*ENDINGS, *WORKBOOKS))))
    return source(path, read(file, path))


def source(path: str, text: str) -> Source:
    """A text as an article of the kind that its name's ending says."""
    found: Source = module(path).opened(path, text if path.lower().endswith(".ipynb") else whole(text))
    return found


def find(article: Source) -> Sequence[Part]:
    """All formulas and headings, and what is never closed, in order."""
    return list(module(article.path).find(article))


def is_text(article: Source) -> bool:
    """Whether equalities may stand plainly in an article."""
    return ENDINGS.get(Path(article.path).suffix.lower()) in TEXTS


def find_in_text(article: Source, always: bool = False) -> Sequence[Part]:
    """The same with the equalities that stand plainly in the text: in an article without formulas, or `always`."""
    parts = find(article)
    is_plain = is_text(article) and is_without_formulas(parts)
    if not is_plain and not (always and is_text(article)):
        return parts
    kept = [part for part in parts if not isinstance(part, Formula)] if is_plain else parts
    plain = import_module(f"{__name__}.plain")  # most articles have formulas
    found = plain.find(article, [part for part in kept if isinstance(part, Formula)])
    return sorted([*kept, *found], key=attrgetter("start"))


def is_without_formulas(parts: Sequence[Part]) -> bool:
    """Whether a document holds no formula; what is typed between two amounts of dollars is none."""
    formulas = (part for part in parts if isinstance(part, Formula))
    return all(not part.display and is_money(part.text) for part in formulas)


def is_money(text: str) -> bool:
    """Whether what stands between two dollars is said between two amounts of them, not a formula.

    >>> is_money("5 and not 6"), is_money("3x + 2")
    (True, False)
    """
    return text[:1].isdecimal() and not {*"\\^_{}"} & {*text} and bool(WORD.search(text))
