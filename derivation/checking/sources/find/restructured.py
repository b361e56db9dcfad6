r"""Formulas in reStructuredText: the role `:math:` and the directive `.. math::`, each of whose paragraphs is a formula.

A text is read line by line: what is indented below a directive for code, a comment, or two colons at a paragraph's end
is none of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from derivation.checking.sources.find.delimiters import Closers
from derivation.checking.sources.source import Formula, Heading, Part, Source, Unread
from derivation.checking.sources.source import opened as opened

DIRECTIVE = re.compile(
    r"(?>(?:[-*+|][ ]++)*)\.\.[ ]++(?>(?:\|[^|\n]*+\|[ ]++)?)(?P<name>[A-Za-z][\w.+-]*+(?>(?::[\w.+-]++)*))::(?=\s|\Z)"
)
COMMENT = re.compile(r"\.\.(?=[ ]|\Z)(?![ ]++(?:_|\[))")
"""A comment, which is all that begins so and is no directive, target or footnote."""
OPTION = re.compile(r"[ \t]*+:[\w-]++:")
ADORNING = frozenset("=-`:.'\"~^_*+#<>")
"""The signs of a line below a heading."""
TEXTS = frozenset(
    "admonition attention caution danger error hint important note tip warning seealso topic sidebar rubric "
    "epigraph highlights pull-quote compound container class figure deprecated versionadded versionchanged only "
    "proof theorem lemma example exercise solution list-table table cssclass centered".split()
)
"""Directives that hold text; of any other what stands below is left out."""
TICKS = re.compile(r"(?P<role>(?::math:)?)(?P<ticks>`++)")
USUAL = re.compile(r"^\.\. default-role:: math[ \t]*+$", re.MULTILINE)
"""What makes a text between single backticks a formula."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end: where it begins, and how far it is indented; -1 where it is blank."""

    start: int
    text: str

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip()) if self.text.strip() else -1

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def find(source: Source) -> Iterator[Part]:
    r"""Every formula and heading, in order.

    >>> text = "A\n===\nLet :math:`x = 1`, ``:math:`y```.\n\n.. math::\n   :label: a\n\n   z = 2\n"
    >>> [part.text for part in find(Source("a.rst", text)) if isinstance(part, Formula)]
    ['x = 1', '   z = 2\n']
    """
    return _Finder(source).parts()


class _Finder:
    """One way through one text."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.closers = Closers(source.text)
        self.lines = list(_lines(source.text))
        self.is_usual = USUAL.search(source.text) is not None

    def parts(self) -> Iterator[Part]:
        at = 0
        while at < len(self.lines):
            line = self.lines[at]
            match = DIRECTIVE.match(line.text.lstrip("\ufeff \t"))
            if line.indent < 0:
                at += 1
            elif match and match["name"] == "math":
                yield from self.formulas(at, line.text.index("math::") + len("math::"))
                at = self.below(at)
            elif match or COMMENT.match(line.text.lstrip("\ufeff \t")):
                is_text = match is not None and match["name"].rpartition(":")[2] in TEXTS
                at = at + 1 if is_text else self.below(at)
            else:
                end = self.paragraph(at)
                yield from self.text(at, end)
                is_literal = self.lines[end - 1].text.rstrip().endswith("::")
                at = self.below(end - 1, self.lines[at].indent) if is_literal else end

    def paragraph(self, at: int) -> int:
        """Where the paragraph ends that begins in a line."""
        end = at + 1
        while (
            end < len(self.lines)
            and self.lines[end].indent >= 0
            and not self.lines[end].text.lstrip().startswith(".. ")
        ):
            end += 1
        return end

    def below(self, at: int, indent: int | None = None) -> int:
        """Where the lines end that are indented farther than one."""
        indent = self.lines[at].indent if indent is None else indent
        at += 1
        while at < len(self.lines) and not 0 <= self.lines[at].indent <= indent:
            at += 1
        return at

    def formulas(self, at: int, column: int) -> Iterator[Part]:
        """The formulas of a directive: what stands in its line, and each paragraph below, but for the options."""
        begin, end = self.lines[at].start + column, self.below(at)
        is_whole = any(":nowrap:" in line.text for line in self.lines[at + 1 : end])
        rest = at + 1
        while rest < end and OPTION.match(self.lines[rest].text):
            rest += 1
        first = self.source.text[begin : self.lines[at].end].strip()
        pieces = [self.lines[at].end - len(self.lines[at].text[column:].lstrip())] if first else []
        for line in range(rest, end):
            is_new = self.lines[line].indent >= 0 and (line == rest or self.lines[line - 1].indent < 0)
            if is_new and (not is_whole or not pieces) and not (first and line == rest == at + 1):
                pieces.append(self.lines[line].start)
        last = self.lines[end - 1].end
        for place, start in enumerate(pieces):
            yield Formula(self.source, start, pieces[place + 1] if place + 1 < len(pieces) else last, display=True)
        if not pieces:
            yield Unread(self.source, self.lines[at].start, ".. math::", "sources.empty")

    def text(self, at: int, end: int) -> Iterator[Part]:
        """The formulas of a paragraph, and its heading."""
        first, last = self.lines[at], self.lines[end - 1]
        if any(is_adorning(self.lines[line].text) for line in range(at, min(end, at + 3))):
            yield Heading(self.source, first.start)
        at = first.start
        while match := TICKS.search(self.source.text, at, last.end):
            part, at = self.ticked(match, last.end)
            if part:
                yield part

    def ticked(self, match: re.Match[str], last: int) -> tuple[Part | None, int]:
        """What stands between backticks, if it is a formula, and the place behind it."""
        text, begin = self.source.text, match.end()
        end = self.closers.find(match["ticks"], begin)
        if len(match["ticks"]) > 2 or not begin < end < last:
            is_open = match["role"] and not begin < end < last
            return Unread(self.source, match.start(), ":math:`") if is_open else None, begin
        behind = end + len(match["ticks"])
        while text.startswith("`", behind) and len(match["ticks"]) == 2:
            behind += 1  # a backtick may be the last letter of code
        is_named = text.startswith((":", "_"), behind) or text[match.start() - 1 : match.start()] == ":"
        is_math = match["role"] or text.startswith(":math:", behind) or (self.is_usual and not is_named)
        return Formula(self.source, begin, end) if is_math and len(match["ticks"]) == 1 else None, behind


def is_adorning(line: str) -> bool:
    """Whether a line stands below a heading, or above it."""
    signs = line.strip()
    return len(signs) > 2 and signs[0] in ADORNING and signs == signs[0] * len(signs)


def _lines(text: str) -> Iterator[Line]:
    at = 0
    for line in text.split("\n"):
        yield Line(at, line)
        at += len(line) + 1
