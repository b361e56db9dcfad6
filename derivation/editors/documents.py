"""Documents as an editor holds them, read as articles: a text, a notebook cell by cell, or a notebook's own JSON."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from derivation.checking.sources.find import ENDINGS, source
from derivation.checking.sources.source import Source, Translated, whole
from derivation.editors.places import UTF16, Lines, Place

LANGUAGES: Mapping[str, str] = {"markdown": ".md", "quarto": ".qmd", "rmd": ".rmd", "latex": ".tex", "tex": ".tex"}
"""The ending of an article by what editors call its language, for documents whose names have none that we know."""
BETWEEN_CELLS = "\n\n"


class Span(NamedTuple):
    """A stretch of one of the editor's documents."""

    uri: str
    start: Place
    end: Place


@dataclass(frozen=True)
class Page:
    """One document of the editor, by its URI."""

    uri: str
    lines: Lines


@dataclass(frozen=True)
class Document:
    """An article, and where its text stands in what the editor shows. A block is (start in the article's text, which
    page, start in that page); blocks follow each other on both sides."""

    source: Source
    pages: Sequence[Page]
    blocks: Sequence[tuple[int, int, int]]
    encoding: str = UTF16

    @property
    def is_json(self) -> bool:
        """Whether the editor shows a notebook's file, in which every backslash stands twice."""
        return self.source.path.endswith(".ipynb") and bool(self.source.blocks)

    @property
    def is_typed(self) -> bool:
        """Whether the author types LaTeX, so that LaTeX can be put in."""
        return not isinstance(self.source, Translated)

    @property
    def is_cells(self) -> bool:
        """Whether the editor shows a notebook's cells, each a document of its own."""
        return self.source.path.endswith(".ipynb") and not self.is_json

    def span(self, start: int, end: int) -> Span:
        """Where a stretch of the article's text is shown, which lies within one page."""
        page, first = self._shown(start)
        last = self._shown(max(end - 1, start))[1]
        text = page.lines.text
        escaped = self.is_json and text[last : last + 1] == "\\"
        last += (6 if text[last + 1 : last + 2] == "u" else 2) if escaped else min(end - start, 1)
        return Span(page.uri, page.lines.place(first), page.lines.place(last))

    def offset(self, uri: str, place: Place) -> int | None:
        """The character of the article's text that is shown at a place; None where none is."""
        number = next((count for count, page in enumerate(self.pages) if page.uri == uri), None)
        if number is None:
            return None
        shown = self.pages[number].lines.offset(place)
        at = bisect_right(self.blocks, (number, shown), key=itemgetter(1, 2)) - 1
        if at < 0 or self.blocks[at][1] != number:
            return None
        start, _, began = self.blocks[at]
        after = self.blocks[at + 1][0] if at + 1 < len(self.blocks) else len(self.source.text)
        return min(start + shown - began, after)

    def cell(self, offset: int) -> tuple[int, int]:
        """In which page of the editor a character stands, and in which line of it, both counted from 1."""
        page, first = self._shown(offset)
        return self.pages.index(page) + 1, page.lines.place(first)[0] + 1

    def written(self, text: str) -> str:
        """A text as it has to be typed here."""
        return json.dumps(text, ensure_ascii=False)[1:-1] if self.is_json else text

    def _shown(self, offset: int) -> tuple[Page, int]:
        start, page, began = self.blocks[max(bisect_right(self.blocks, offset, key=itemgetter(0)) - 1, 0)]
        return self.pages[page], began + offset - start


def is_article(path: str, language: str = "") -> bool:
    """Whether a document of this name, or of this language, is one that the checker reads.

    >>> is_article("notes.md"), is_article("notes", "latex"), is_article("notes.py", "python")
    (True, True, False)
    """
    return Path(path).suffix.lower() in ENDINGS or language in LANGUAGES


def document(uri: str, path: str, text: str, language: str = "", encoding: str = UTF16) -> Document:
    """A text that the editor shows; `UnreadableArticle` where a notebook's JSON is none, as while it is typed.

    >>> made = document("file:///a.md", "/a.md", "So $x = 2$.")
    >>> made.span(4, 9)
    Span(uri='file:///a.md', start=(0, 4), end=(0, 9))
    """
    name = path if Path(path).suffix.lower() in ENDINGS else path + LANGUAGES.get(language, ".md")
    made = source(name, text)
    page = Page(uri, Lines(text, encoding))
    return Document(made, (page,), [(start, 0, began) for start, began in made.blocks] or [(0, 0, 0)], encoding)


def notebook(path: str, cells: Sequence[tuple[str, str]], encoding: str = UTF16) -> Document:
    """A notebook whose cells of text the editor shows, as (URI, text) of each.

    >>> made = notebook("/a.ipynb", [("cell:1", "$x = 2$"), ("cell:2", "so $x = 3$")])
    >>> made.span(16, 17), made.offset("cell:2", (0, 8))
    (Span(uri='cell:2', start=(0, 7), end=(0, 8)), 17)
    """
    blocks, texts, length = [], list[str](), 0
    for number, (_, text) in enumerate(cells):
        blocks.append((length, number, 0))
        texts += [whole(text), BETWEEN_CELLS]
        length += len(text) + len(BETWEEN_CELLS)
    pages = [Page(uri, Lines(text, encoding)) for uri, text in cells]
    return Document(Source(path, "".join(texts)), pages, blocks or [(0, 0, 0)], encoding)
