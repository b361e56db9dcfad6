r"""Formulas in LaTeX: inline, display, every amsmath environment; `\input` and `\include` within the folder of the article."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ..source import Formula, Heading, Part, Source
from .markdown import ENVIRONMENTS

PATTERN = re.compile(
    rf"""
    (?P<comment>(?<!\\)(?:\\\\)*%[^\n]*)
  | (?P<verbatim>\\begin\{{(?P<code>verbatim\*?|lstlisting|minted|comment)\}}.*?\\end\{{(?P=code)\}}|\\verb\*?(?P<bar>[^A-Za-z\s]).*?(?P=bar))
  | (?P<skipped>\\(?:re)?newcommand\*?|\\def\b|\\providecommand\*?)
  | (?P<environment>\\begin\{{(?P<kind>{ENVIRONMENTS}\*?)\}}.*?\\end\{{(?P=kind)\}})
  | (?<!\\)\$\$(?P<dollars>.+?)(?<!\\)\$\$
  | (?<!\\)\\\[(?P<brackets>.+?)\\\]
  | (?<!\\)\\\((?P<parentheses>.+?)\\\)
  | (?<!\\)\$(?P<inline>[^$]+?)(?<!\\)\$
  | \\(?:input|include)\s*\{{(?P<file>[^}}]+)\}}
  | (?P<heading>\\(?:part|chapter|(?:sub)*section)\b\*?)
""",
    re.VERBOSE | re.DOTALL,
)
DISPLAYED = ("environment", "dollars", "brackets")
MAXIMAL_FILES = 50


def find(source: Source, opened: set[Path] | None = None) -> Iterator[Part]:
    r"""Every formula and heading, in order, through the files that are put in.

    >>> [part.text for part in find(Source("a.tex", r"\section{A} Let $x = 1$. % $y$"))  if isinstance(part, Formula)]
    ['x = 1']
    """
    opened = set() if opened is None else opened
    end = source.text.find(r"\end{document}")
    at = max(source.text.find(r"\begin{document}"), 0)
    while match := PATTERN.search(source.text, at, end if end >= 0 else len(source.text)):
        at = match.end()
        if match["skipped"]:
            at = after_definition(source.text, at)
        if match["heading"]:
            yield Heading(source, match.start())
        for kind in ("environment", "dollars", "brackets", "parentheses", "inline"):
            if match[kind] is not None:
                yield Formula(source, *match.span(kind), display=kind in DISPLAYED)
        if match["file"]:
            yield from _put_in(source, match["file"].strip(), opened)


def after_definition(text: str, at: int) -> int:
    """Where a macro's definition that starts here ends: behind its last group."""
    depth = 0
    for place in range(at, min(len(text), at + 5000)):
        if text[place] == "\\" and depth:
            continue
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
