r"""Formulas in LaTeX: inline, display, every amsmath environment; `\input` and `\include` within the folder of the article."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ..source import Formula, Heading, Part, Source
from .delimiters import Closers
from .markdown import ENVIRONMENTS

OPENING = re.compile(
    rf"""
    (?P<comment>%[^\n]*)
  | (?P<escaped>\\[\\$%])(?![\[(])
  | \\begin\{{(?P<verbatim>verbatim\*?|lstlisting|minted|comment)\}}
  | (?P<verb>\\verb\*?[^A-Za-z\s])
  | (?P<skipped>\\(?:(?:re)?newcommand\*?|def(?![A-Za-z])|providecommand\*?|DeclareMathOperator\*?))
  | \\begin\{{(?P<environment>{ENVIRONMENTS}\*?)\}}
  | (?P<dollars>\$\$)
  | (?P<brackets>\\\[)
  | (?P<parentheses>\\\()
  | (?P<inline>\$)
  | \\(?:input|include)\s*\{{(?P<file>[^}}]+)\}}
  | (?P<heading>\\(?:part|chapter|(?:sub)*section|item)\b\*?|\\begin\{{(?:example|exercise|problem|question|solution)s?\}})
""",
    re.VERBOSE,
)
PAIRS = {"dollars": "$$", "brackets": r"\]", "parentheses": r"\)", "inline": "$"}
MAXIMAL_FILES = 50
MAXIMAL_MACRO = 5000


def find(source: Source, opened: set[Path] | None = None) -> Iterator[Part]:
    r"""Every formula and heading, in order, through the files that are put in.

    >>> [part.text for part in find(Source("a.tex", r"\section{A} Let $x = 1$. % $y$"))  if isinstance(part, Formula)]
    ['x = 1']
    """
    opened = set() if opened is None else opened
    text, closers = source.text, Closers(source.text)
    last = text.find(r"\end{document}")
    last = last if last >= 0 else len(text)
    at = max(text.find(r"\begin{document}"), 0)
    while match := OPENING.search(text, at, last):
        kind, start = match.lastgroup or "", match.end()
        at = start
        if kind == "heading":
            yield Heading(source, match.start())
        elif kind == "file":
            yield from _put_in(source, match["file"].strip(), opened)
        elif kind == "skipped":
            at = after_definition(text, start)
        elif kind == "verb":
            end = closers.find(match["verb"][-1], start)
            at = end + 1 if end >= 0 else start
        elif kind in PAIRS:
            end = closers.dollar(start) if kind == "inline" else closers.find(PAIRS[kind], start)
            if end > start:
                yield Formula(source, start, end, display=kind in ("dollars", "brackets"))
                at = end + len(PAIRS[kind])
        elif kind in ("environment", "verbatim"):
            closing = rf"\end{{{match[kind]}}}"
            end = closers.find(closing, start)
            if end >= 0:
                at = end + len(closing)
                if kind == "environment":
                    yield Formula(source, match.start(), at, display=True)


def after_definition(text: str, at: int) -> int:
    """Where a macro's definition that starts here ends: behind its last group."""
    depth = 0
    for place in range(at, min(len(text), at + MAXIMAL_MACRO)):
        depth += (text[place] == "{") - (text[place] == "}")
        if text[place] == "}" and depth <= 0 and not re.match(r"\s*[\[{]", text[place + 1 : place + 20]):
            return place + 1
        if text[place] == "\n" and depth == 0 and text[place - 1] == "\n":
            return place
    return at


def _put_in(source: Source, name: str, opened: set[Path]) -> Iterator[Part]:
    """The formulas of another file, if it lies within the article's folder and was not read yet."""
    folder = Path(source.path).resolve().parent
    for path in ((folder / name).resolve(), (folder / f"{name}.tex").resolve()):
        if path.is_file() and path.is_relative_to(folder) and path not in opened and len(opened) < MAXIMAL_FILES:
            opened.add(path)
            shown = Path(source.path).parent / path.relative_to(folder)
            yield from find(Source(str(shown), path.read_text("utf-8", errors="replace")), opened)
            return
