"""Equalities that stand in a text without any sign of mathematics around them: in sentences, lists, tables and spans of
code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from derivation.checking.sources.arithmetic import (
    Lexeme,
    has_decimal_commas,
    lexemes,
    names,
    with_units,
    without_emphasis,
)
from derivation.checking.sources.claims import chains
from derivation.checking.sources.find.delimiters import FENCE, Closers
from derivation.checking.sources.source import Formula, Source

HIDDEN = re.compile(
    rf"""
    (?P<fence>{FENCE.pattern})[ ]*+(?P<info>[^\n`]*+)(?:\n|\Z)
  | (?P<comment><!--)
  | (?P<worked><<[^<>\n]{{1,300}}+>>)
  | (?P<away>(?:https?://|www\.|mailto:)[^\s<>)\]]++
        |</?[A-Za-z][^<>\n]{{0,1000}}+>
        |(?<=\])\([^()\s]{{1,1000}}+\)
        |^[ ]{{0,3}}\#{{1,6}}[ ][^\n]*+
        |^[ ]{{0,3}}(?:=++|-++)[ ]*+$
        |&[a-z]{{2,8}};)
  | (?P<bullet>^[ \t>]*+(?:[-*+•]|\d{{1,3}}[.)](?!\d)|\(?[a-z\d]{{1,3}}\)|\#++)[ \t]++(?:\[[ xX]\][ ])?)
""",
    re.VERBOSE | re.MULTILINE,
)
WORKED = re.compile(r"<<(?P<inner>[^<>\n]{1,300}+)>>")
"""What a data set of word problems has beside its results."""
TEXTS = ("text", "txt", "plain", "plaintext")
"""What a fence is said to hold where it holds text."""
CANDIDATE = re.compile(r"[=≈≃≅]|\bequals?\b|\bergibt\b|\bgleich\b|\bégale?\b|\bigual\b")
"""Without one of these a line equates nothing."""
PARAGRAPH = re.compile(r"\n[ \t>]*+(?=\n)|\n(?=[ \t]*+\|)|\x00+")


def find(source: Source, formulas: Sequence[Formula]) -> Iterator[Formula]:
    """The equalities of a text in order, outside its formulas.

    >>> [part.text for part in find(Source("a.md", "He pays $4 * 3 = $12 for 3 books."), [])]
    ['$4 * 3 = $12']
    """
    if not CANDIDATE.search(source.text):
        return
    text = masked(source.text, formulas)
    rows = [row for row in paragraphs(text) if CANDIDATE.search(text, *row)]
    comma = has_decimal_commas(text[start:end] for start, end in rows)
    found = [list(lexemes(text, *row, comma)) for row in rows]
    found += [list(lexemes(source.text, *match.span("inner"), comma)) for match in WORKED.finditer(source.text)]
    split = [line for words in found for line in lines(words, text)]
    letters = frozenset(name for line in split for name in names(line))
    for line in split:
        words = without_emphasis(with_units(line, letters))
        for first, last in chains(words):
            yield Formula(source, words[first].start, words[last - 1].end, words=tuple(words[first:last]))


def masked(text: str, formulas: Sequence[Formula]) -> str:
    """The text with what is no prose taken out, letter for letter: code, comments, addresses, headings, formulas."""
    parts, at = list[str](), 0
    for start, end in sorted([*hidden(text), *((part.start, part.end) for part in formulas)]):
        if start > at:
            parts.append(text[at:start])
        parts.append((" " if text.startswith("<<", start) else "\x00") * (end - max(start, at)))
        at = max(at, end)
    return "".join((*parts, text[at:]))


def hidden(text: str) -> Iterator[tuple[int, int]]:
    """Where a text holds something that is no prose."""
    closers, at = Closers(text), 0
    while match := HIDDEN.search(text, at):
        at = match.end()
        if match["fence"]:
            end = closers.line(match["fence"], at)
            if match["info"].strip().lower() not in TEXTS:
                yield match.start(), end + len(match["fence"])
                at = end + len(match["fence"])
            else:
                yield match.start(), match.end()
        elif match["comment"]:
            end = closers.find("-->", at)
            at = end + 3 if end >= 0 else at
            yield match.start(), at
        else:
            yield match.start(), match.end()


def paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """The stretches between blank lines, rows of tables, and what is hidden."""
    at = 0
    for match in PARAGRAPH.finditer(text):
        if match.start() > at:
            yield at, match.start()
        at = match.end()
    if at < len(text):
        yield at, len(text)


def lines(words: Sequence[Lexeme], text: str) -> Iterator[Sequence[Lexeme]]:
    """The lexemes of a paragraph line by line; a line goes on where a relation or a sign stands at its end, or a relation
    at the next one's beginning."""
    line: list[Lexeme] = []
    for word in words:
        if line and "\n" in text[line[-1].end : word.start] and not goes_on(line[-1], word):
            yield line
            line = []
        line.append(word)
    if line:
        yield line


def goes_on(last: Lexeme, first: Lexeme) -> bool:
    """Whether a line goes on with the next one."""
    return first.kind == "relation" or last.kind in ("relation", "plus", "times", "over")
