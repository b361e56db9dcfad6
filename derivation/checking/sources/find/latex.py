r"""Formulas in LaTeX: inline, display, every amsmath environment; `\input` and `\include` within the folder of the
article."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from derivation.checking.sources.find.definitions import definitions
from derivation.checking.sources.find.delimiters import Closers, Groups
from derivation.checking.sources.find.expanded import Expander, Template, templates
from derivation.checking.sources.find.markdown import ENVIRONMENTS
from derivation.checking.sources.source import (
    MAXIMAL_SIZE,
    Formula,
    Heading,
    Part,
    Source,
    Unread,
    UnreadableArticle,
    read,
)
from derivation.words.telling import tell

MAXIMAL_FILES, MAXIMAL_NAME, MAXIMAL_NESTED = 50, 1000, 20
MAXIMAL_VERB = 1000
"""Letters of a `\\verb`, which ends in the line where it begins."""
OPENING = re.compile(
    rf"""
    (?P<comment>%[^\n]*)
  | (?P<escaped>\\[\\$%])(?![\[(])
  | \\begin\{{(?P<verbatim>verbatim\*?|lstlisting|minted|comment)\}}
  | (?P<verb>\\(?:verb\*?|lstinline(?>(?:\[[^\[\]\n]{{0,200}}+\])?)|mintinline(?>(?:\[[^\[\]\n]{{0,200}}+\])?)\{{[a-z]{{1,20}}\}})[^A-Za-z\s])
  | (?P<skipped>\\(?:(?:(?:re)?new|provide)(?:robustcmd|command|environment)\*?|[gex]?def(?![A-Za-z])
      |(?:New|Renew|Provide|Declare)(?:Expandable)?DocumentCommand|Declare(?:MathOperator|RobustCommand|PairedDelimiter)\*?))
  | \\begin\{{(?P<environment>{ENVIRONMENTS}\*?)\}}
  | (?P<dollars>\$\$)
  | (?P<brackets>\\\[)
  | (?P<parentheses>\\\()
  | (?P<inline>\$)
  | \\(?:input|include)\s{{0,20}}+\{{(?P<file>[^{{}}\n]{{1,{MAXIMAL_NAME}}}+)\}}
  | (?P<heading>\\(?:part|chapter|(?>(?:sub){{0,3}})section|item|bookmark)\b\*?|\\begin\{{(?:n?example|exercise|problem|question|solution|exercice|exemple|exo|corrige|aufgabe|beispiel|ejercicio|ejemplo)(?:s|wrap)?\}})
""",
    re.VERBOSE,
)
PAIRS = {"dollars": "$$", "brackets": r"\]", "parentheses": r"\)", "inline": "$"}


@dataclass
class Included:
    """The files that one article has put in so far, and the letters that more of them may have."""

    room: int
    paths: set[Path] = field(default_factory=set)
    known: dict[str, Template] = field(default_factory=dict)


def opened(path: str, text: str, known: Mapping[str, Template] | None = None) -> Source:
    """A file with the commands put in that it, or the one that it is put into, defines around its formulas."""
    source = Source(path, text)
    found = {**(known or {}), **templates(definitions(text))}
    return _Expansion(source, found).source() if found else source


def find(source: Source, included: Included | None = None) -> Iterator[Part]:
    r"""Every formula and heading, in order, through the files that are put in.

    >>> [part.text for part in find(Source("a.tex", r"\section{A} Let $x = 1$. % $y$"))  if isinstance(part, Formula)]
    ['x = 1']
    """
    if included is None:
        file = source.text if source.file is None else source.file
        included = Included(MAXIMAL_SIZE - len(source.text), known=templates(definitions(file)))
    return _Finder(source, included).parts()


class _Expansion:
    """One file, written anew with its commands put in."""

    def __init__(self, source: Source, known: Mapping[str, Template]) -> None:
        self.text = source.text
        self.walk = _Walk(source.text, known)
        self.expander = Expander(source, known, self.walk.groups)
        self.walked = self.depth = 0

    def source(self) -> Source:
        """The file written anew; the very same where no command is used."""
        first, last = self.walk.span
        self.expander.made.copy(0, first)
        self.write(first, last)
        self.expander.made.copy(last, len(self.text))
        return self.expander.made.source() if self.expander.is_used else Source(self.expander.made.path, self.text)

    def write(self, begin: int, end: int) -> None:
        """Writes a stretch of the file. What was passed already, or lies very deep, is written as it stands."""
        at = begin
        if begin >= self.walked and self.depth < MAXIMAL_NESTED:
            self.depth += 1
            at = self.put_in(begin, end)
            self.depth -= 1
        self.expander.made.copy(at, end)
        self.walked = max(self.walked, end)

    def put_in(self, at: int, last: int) -> int:
        """Writes up to the last command of a stretch; the place behind it."""
        written = at
        while found := self.walk.next(at, last):
            kind, match, at = found
            if kind == "used" and self.expander.has_room:
                self.expander.made.copy(written, match.start())
                written = at = self.expander.put_in(match[0], match.start(), at, self.write)
        return written


class _Walk:
    """One way through one file: what stands in it, in order."""

    def __init__(self, text: str, used: Iterable[str] = ()) -> None:
        self.text = text
        self.closers = Closers(text)
        names = "|".join(rf"{re.escape(name)}{'(?![A-Za-z])' if name[-1].isalpha() else ''}" for name in sorted(used))
        self.opening = re.compile(rf"{OPENING.pattern}|(?P<used>{names})", re.VERBOSE) if names else OPENING

    @cached_property
    def groups(self) -> Groups:
        return Groups(self.text)

    def next(self, at: int, last: int) -> tuple[str, re.Match[str], int] | None:
        """What comes next between two places: its kind, how it opens, and the place behind it; where it is never
        closed, behind what opens it."""
        match = self.opening.search(self.text, at, last)
        if match is None:
            return None
        kind, end = match.lastgroup or "", match.end()
        if kind == "skipped":
            return kind, match, max(self.groups.after_definition(end), end)
        if kind == "verb":
            sign = match["verb"][-1]
            return kind, match, self.after_verb("}" if sign == "{" else sign, end)
        if kind in ("environment", "verbatim"):
            return kind, match, self.behind(rf"\end{{{match[kind]}}}", end)
        if kind == "inline":
            close = self.closers.dollar(end)
            return kind, match, close + 1 if close >= end else end
        return kind, match, self.behind(PAIRS[kind], end) if kind in PAIRS else end

    def behind(self, closing: str, at: int) -> int:
        """The place behind a closing delimiter; the one given where there is none."""
        end = self.closers.find(closing, at)
        return end + len(closing) if end >= 0 else at

    def after_verb(self, delimiter: str, at: int) -> int:
        line = self.text.find("\n", at, at + MAXIMAL_VERB)
        end = self.text.find(delimiter, at, line if line >= 0 else at + MAXIMAL_VERB)
        return end + 1 if end >= 0 else at

    @property
    def span(self) -> tuple[int, int]:
        """Where the document stands in the file."""
        last = self.text.find(r"\end{document}")
        return max(self.text.find(r"\begin{document}"), 0), last if last >= 0 else len(self.text)


class _Finder:
    """The formulas of one file."""

    def __init__(self, source: Source, included: Included) -> None:
        self.source, self.text, self.included = source, source.text, included

    def parts(self) -> Iterator[Part]:
        walk = _Walk(self.text)
        at, last = walk.span
        while found := walk.next(at, last):
            kind, match, end = found
            at = end
            if kind == "heading":
                yield Heading(self.source, match.start())
            elif kind == "file":
                yield from self.put_in(match["file"].strip(), match.start())
            elif kind in (*PAIRS, "environment") and end == match.end():
                yield Unread(self.source, match.start(), match[0])
            elif kind in PAIRS and end - match.end() > len(PAIRS[kind]):
                display = kind in ("dollars", "brackets")
                yield Formula(self.source, match.end(), end - len(PAIRS[kind]), display)
            elif kind == "environment":
                yield Formula(self.source, match.start(), end, display=True)

    def put_in(self, name: str, at: int) -> Iterator[Part]:
        """The formulas of another file, if it lies within the article's folder and was not read yet."""
        path = self.file_of(name)
        if path is None:
            yield Unread(self.source, at, name, "sources.not_put_in")
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
        yield from find(opened(shown, text, self.included.known), self.included)

    def file_of(self, name: str) -> Path | None:
        """The file that a name means; None where it is no file of the article's folder."""
        try:
            folder = Path(self.source.path).resolve().parent
            paths = [(folder / name).resolve(), (folder / f"{name}.tex").resolve()]
            return next((path for path in paths if path.is_file() and path.is_relative_to(folder)), None)
        except (OSError, ValueError, RuntimeError):  # a name that the system cannot have, or links in a circle
            return None
