r"""Formulas in LaTeX: inline, display, every amsmath environment; `\input` and `\include` within the folder of the
article."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from derivation.checking.sources.find.delimiters import Closers, Groups
from derivation.checking.sources.find.markdown import ENVIRONMENTS
from derivation.checking.sources.source import MAXIMAL_SIZE, Formula, Heading, Part, Source, UnreadableArticle, read
from derivation.words.telling import tell

MAXIMAL_FILES, MAXIMAL_NAME = 50, 1000
MAXIMAL_VERB = 1000
"""Letters of a `\\verb`, which ends in the line where it begins."""
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
  | \\(?:input|include)\s{{0,20}}+\{{(?P<file>[^{{}}\n]{{1,{MAXIMAL_NAME}}}+)\}}
  | (?P<heading>\\(?:part|chapter|(?>(?:sub){{0,3}})section|item)\b\*?|\\begin\{{(?:n?example|exercise|problem|question|solution|exercice|exemple|exo|corrige|aufgabe|beispiel|ejercicio|ejemplo)(?:s|wrap)?\}})
""",
    re.VERBOSE,
)
PAIRS = {"dollars": "$$", "brackets": r"\]", "parentheses": r"\)", "inline": "$"}


@dataclass
class Included:
    """The files that one article has put in so far, and the letters that more of them may have."""

    room: int
    paths: set[Path] = field(default_factory=set)


def find(source: Source, included: Included | None = None) -> Iterator[Part]:
    r"""Every formula and heading, in order, through the files that are put in.

    >>> [part.text for part in find(Source("a.tex", r"\section{A} Let $x = 1$. % $y$"))  if isinstance(part, Formula)]
    ['x = 1']
    """
    return _Finder(source, Included(MAXIMAL_SIZE - len(source.text)) if included is None else included).parts()


class _Finder:
    """One way through one file."""

    def __init__(self, source: Source, included: Included) -> None:
        self.source, self.text, self.included = source, source.text, included
        self.closers = Closers(source.text)

    @cached_property
    def groups(self) -> Groups:
        return Groups(self.text)

    def parts(self) -> Iterator[Part]:
        last = self.text.find(r"\end{document}")
        last = last if last >= 0 else len(self.text)
        at = max(self.text.find(r"\begin{document}"), 0)
        while match := OPENING.search(self.text, at, last):
            kind, at = match.lastgroup or "", match.end()
            if kind == "heading":
                yield Heading(self.source, match.start())
            elif kind == "file":
                yield from self.put_in(match["file"].strip(), match.start())
            elif kind == "skipped":
                at = self.groups.after_definition(at)
            elif kind == "verb":
                at = self.after_verb(match["verb"][-1], at)
            elif kind in PAIRS:
                formula, at = self.between(kind, at)
                yield from formula
            elif kind in ("environment", "verbatim"):
                end = self.closers.find(rf"\end{{{match[kind]}}}", at)
                if end >= 0:
                    at = end + len(rf"\end{{{match[kind]}}}")
                    yield from [Formula(self.source, match.start(), at, display=True)] if kind == "environment" else []

    def after_verb(self, delimiter: str, at: int) -> int:
        line = self.text.find("\n", at, at + MAXIMAL_VERB)
        end = self.text.find(delimiter, at, line if line >= 0 else at + MAXIMAL_VERB)
        return end + 1 if end >= 0 else at

    def between(self, kind: str, at: int) -> tuple[list[Formula], int]:
        """The formula that begins here, if it ends, and the place behind it."""
        end = self.closers.dollar(at) if kind == "inline" else self.closers.find(PAIRS[kind], at)
        if end <= at:
            return [], at
        return [Formula(self.source, at, end, display=kind in ("dollars", "brackets"))], end + len(PAIRS[kind])

    def put_in(self, name: str, at: int) -> Iterator[Part]:
        """The formulas of another file, if it lies within the article's folder and was not read yet."""
        path = self.file_of(name)
        if path is None or path in self.included.paths or len(self.included.paths) >= MAXIMAL_FILES:
            return
        self.included.paths.add(path)
        shown = str(Path(self.source.path).parent / path.relative_to(Path(self.source.path).resolve().parent))
        text = read(path, shown, errors="replace")
        self.included.room -= len(text)
        if self.included.room < 0:
            line, _ = self.source.place(at)
            raise UnreadableArticle(
                tell(
                    "sources.parts_too_large",
                    path=self.source.path,
                    line=line,
                    part=shown,
                    megabytes=MAXIMAL_SIZE // 1_000_000,
                )
            )
        yield from find(Source(shown, text), self.included)

    def file_of(self, name: str) -> Path | None:
        """The file that a name means; None where it is no file of the article's folder."""
        try:
            folder = Path(self.source.path).resolve().parent
            paths = [(folder / name).resolve(), (folder / f"{name}.tex").resolve()]
            return next((path for path in paths if path.is_file() and path.is_relative_to(folder)), None)
        except (OSError, ValueError, RuntimeError):  # a name that the system cannot have, or links in a circle
            return None
