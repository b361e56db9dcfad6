r"""Formulas in reStructuredText: the role `:math:` and the directive `.. math::`, each of whose paragraphs is a formula.

A text is read line by line: what is indented below a directive for code, a comment, or two colons at a paragraph's end
is none of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from derivation.checking.sources.source import Formula, Heading, Part, Source, Unread
from derivation.checking.sources.source import opened as opened

DIRECTIVE = re.compile(r"(?>(?:[-*+|][ ]++)*)\.\.[ ]++(?>(?:\|[^|\n]*+\|[ ]++)?)(?P<name>[A-Za-z][\w.+-]*+(?>(?::[\w.+-]++)*))::(?=\s|\Z)")
COMMENT = re.compile(r"\.\.(?=[ ]|\Z)(?![ ]++(?:_|\[))")
"""A comment, which is all that begins so and is no directive, target or footnote."""
OPTION = re.compile(r"[ \t]*+:[\w-]++:")
ADORNED = re.compile(r"([=\-`:.'\"~^_*+#<>])\1{2,}[ \t]*\Z")
"""The line below a heading."""
TEXTS = frozenset(
    "admonition attention caution danger error hint important note tip warning seealso topic sidebar rubric "
    "epigraph highlights pull-quote compound container class figure deprecated versionadded versionchanged only "
    "proof theorem lemma example exercise solution list-table table cssclass centered".split()
)
"""Directives that hold text; of any other what stands below is left out."""
INLINE = re.compile(
    r"""
    ``(?>[^`]++|`(?!`))*+``
  | :math:`(?P<role>[^`]*+)(?P<end>`?)
  | `(?P<before>[^`]++)`:math:
  | (?<![\w:`])`(?P<usual>[^`]++)`(?![_:`\w])
""",
    re.VERBOSE,
)
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
    ['x = 1', 'z = 2']
    """
    return _Finder(source).parts()


class _Finder:
    """One way through one text."""

    def __init__(self, source: Source) -> None:
        self.source = source
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
            end < len(self.lines) and self.lines[end].indent >= 0 and not self.lines[end].text.lstrip().startswith(".. ")
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
        if any(ADORNED.match(self.lines[line].text) for line in range(at, min(end, at + 3))):
            yield Heading(self.source, first.start)
        for match in INLINE.finditer(self.source.text, first.start, last.end):
            kind = match.lastgroup or ""
            if match["role"] is not None and not match["end"]:
                yield Unread(self.source, match.start(), ":math:`")
            elif match["role"] is not None:
                yield Formula(self.source, match.start("role"), match.end("role"))
            elif kind == "before" or (kind == "usual" and self.is_usual):
                yield Formula(self.source, match.start(kind), match.end(kind))


def _lines(text: str) -> Iterator[Line]:
    at = 0
    for line in text.split("\n"):
        yield Line(at, line)
        at += len(line) + 1
