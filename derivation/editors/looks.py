"""A look at a document: its article, the verdicts, and what an editor shows of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

from derivation.checking.article import PRECISION, Article
from derivation.checking.facts.facts import Facts
from derivation.checking.judging.verdicts import Equality, Report
from derivation.checking.reading.clauses import Side
from derivation.checking.sources.source import Source
from derivation.editors.documents import Document, Span
from derivation.editors.places import Lines
from derivation.editors.rechecking import World, checked, traced
from derivation.formulas.precision import working_precision
from derivation.words.telling import tell

DECIMAL = re.compile(r"(?<=\d)\.(?=\d)")
Level = Literal["error", "information", "hint"]


class Remark(NamedTuple):
    """What is said of an equality, where it stands, and what can be put in there instead."""

    span: Span
    level: Level
    said: str
    code: str
    expected: str = ""


@dataclass(frozen=True)
class Look:
    """A document as it was when it was looked at. Nothing in it changes."""

    document: Document
    world: World
    report: Report

    @property
    def article(self) -> Article:
        """The article as the checker understands it."""
        return self.world.article

    @cached_property
    def facts(self) -> Facts:
        """What the article says, before any verdict."""
        return self.article.facts()

    @cached_property
    def remarks(self) -> Sequence[Remark]:
        """What is said of its equalities, in the order of the text, those of files put in among them."""
        found = ((equality, level_of(equality)) for equality in self.report.equalities)
        return [self.remark(equality, level) for equality, level in found if level]

    def remark(self, equality: Equality, level: Level) -> Remark:
        expected = self.typed(equality.expected or "")
        said = tell("editors.expected", why=equality.why, expected=expected) if expected else equality.why
        fits = self.document.is_typed and not equality.right.formula.words
        return Remark(self.span(equality.right), level, said, equality.code, expected if fits else "")

    def typed(self, latex: str) -> str:
        """LaTeX of ours with the author's decimal mark."""
        return DECIMAL.sub("{,}", latex) if self.article.decimal_comma else latex

    def span(self, side: Side) -> Span:
        """Where a side stands: in the document, or in a file that it puts in."""
        where = side.formula.source
        if where is self.document.source:
            return self.document.span(side.start, side.end)
        lines = self.others[where]
        return Span(Path(where.path).absolute().as_uri(), lines.place(side.start), lines.place(side.end))

    @cached_property
    def others(self) -> Mapping[Source, Lines]:
        """The files that are put in."""
        sources = {formula.source for formula in self.article.formulas} - {self.document.source}
        return {where: Lines(where.text, self.document.encoding) for where in sources}

    @cached_property
    def by_page(self) -> Mapping[str, Sequence[Remark]]:
        """The remarks by URI: of each page of the document, and of files that are put in."""
        found: dict[str, list[Remark]] = defaultdict(list, {page.uri: [] for page in self.document.pages})
        for remark in self.remarks:
            found[remark.span.uri].append(remark)
        return found

    @property
    def is_renumbered(self) -> bool:
        """Whether its numbers can be drawn anew: it is one text in which every formula stands as the editor shows it."""
        return self.document.is_typed and not self.document.is_json and not self.document.is_cells

    def where(self, side: Side) -> str:
        """In which line a side stands, in words."""
        if side.formula.source is self.document.source and self.document.is_cells:
            cell, line = self.document.cell(side.start)
            return tell("editors.in_cell", cell=cell, line=line)
        return tell("editors.in_line", line=side.place[0])


def looked(document: Document, before: Look | None = None) -> Look:
    """A look at a document; only what an edit touched since the look before is judged anew.

    >>> from derivation.editors.documents import document
    >>> [remark.said for remark in looked(document("file:///a.md", "/a.md", "$2 + 2 = 5$")).remarks]
    ['4, not 5; expected: 4']
    """
    with working_precision(PRECISION):
        world, report = checked(document.source, before.world if before else None)
        return Look(replace(document, source=world.article.source), world, report)


def retraced(look: Look, is_over: Callable[[], bool]) -> Look:
    """The same look, from which the next one can go on: the first check of a text finds out no more than its verdicts."""
    with working_precision(PRECISION):
        return replace(look, world=traced(look.world, is_over))


def level_of(equality: Equality) -> Level | None:
    """How loudly an editor says what is thought of an equality: what is wrong, what the author is asked, and what could
    not be decided. Of what holds nothing is said, though it go on from a mistake."""
    if equality.verdict == "wrong":
        return "error"
    if equality.verdict == "undecided":
        return "information" if equality.why.endswith("?") else "hint"
    return None
