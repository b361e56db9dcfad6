r"""Formulas in Typst: what stands between dollars, put into TeX (`typst_formulas.py`).

Comments, raw text and strings of code hold no formulas. `#let` gives names to formulas, words and numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from derivation.checking.sources.find.linear import Sign, scanned
from derivation.checking.sources.find.typst_formulas import SIGN, translated
from derivation.checking.sources.find.walk import Walk
from derivation.checking.sources.source import Part, Source
from derivation.checking.sources.translation import parts

MAXIMAL_LENGTH, MAXIMAL_NAMES = 50_000, 2000
MARKUP = re.compile(
    r"""
    (?P<escaped>\\.)
  | (?P<link>https?://[^\s()\[\]{}"<>]*+)
  | (?P<line>(?<![:/])//[^\n]*+)
  | (?P<comment>/\*)
  | (?P<raw>`++)
  | (?P<let>\#let[ ]++(?P<name>[A-Za-z][\w-]*+)[ ]*+=[ ]*+(?:math\.)?(?=[$"\d.o-]))
  | (?P<heading>^[ ]{0,8}=++(?=[ ]))
  | (?P<dollar>\$)
""",
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
VALUE = re.compile(r'(?>(?:op\([ ]*+)?)(?P<text>"[^"\n]*+"|-?\d++(?>(?:\.\d++)?))')


def opened(path: str, text: str) -> Source:
    r"""The file with its formulas as TeX.

    >>> opened("a.typ", "Let $x = a/b dot bold(W)$.").text
    'Let $x = \\frac{a}{b} \\cdot \\mathbf{W}$.'
    """
    return _Document(path, text).source()


def find(source: Source) -> Iterator[Part]:
    """Every formula and heading, in order."""
    return parts(source)


class _Document(Walk):
    """One way through one file."""

    opening = MARKUP

    def __init__(self, path: str, text: str) -> None:
        super().__init__(path, text)
        self.names = dict[str, list[Sign]]()

    def passed(self, match: re.Match[str]) -> int:
        kind, at = match.lastgroup or "", match.end()
        if kind == "let":
            return self.named(match["name"], at)
        if kind in ("comment", "raw"):
            closing = "*/" if kind == "comment" else match["raw"]
            end = self.closers.find(closing, at) if match[0] != "``" else at
            return end + len(closing) if end >= at else at
        if kind == "heading":
            self.write(match.start())
            self.made.found("heading", self.made.length)
        return self.formula(match.start(), at) if kind == "dollar" else at

    def named(self, name: str, at: int) -> int:
        """Learns what `#let` gives a name to, where that is a formula, words or a number."""
        value = VALUE.match(self.text, at)
        if value:
            self.learn(name, list(scanned(SIGN, self.text, value.start("text"), value.end("text"))))
            return value.end()
        end = self.end(at + 1) if self.text[at] == "$" else -1
        if end < 0:
            return at
        self.learn(name, list(scanned(SIGN, self.text, at + 1, end)))
        return end + 1

    def learn(self, name: str, signs: list[Sign]) -> None:
        if len(self.names) < MAXIMAL_NAMES and len(signs) < MAXIMAL_NAMES:
            self.names[name] = [sign for sign in signs if name not in sign.text.lstrip("#").split(".")]

    def end(self, at: int) -> int:
        """Where the dollar stands that ends a formula; -1 where there is none."""
        for sign in scanned(SIGN, self.text, at, min(at + MAXIMAL_LENGTH, len(self.text))):
            if sign.text == "$":
                return sign.at
        return -1

    def formula(self, start: int, at: int) -> int:
        """Writes the formula that begins at a dollar; the place behind it."""
        end = self.end(at)
        self.write(at)
        if end < 0:
            self.made.spans.append(("unclosed", self.made.length - 1, self.made.length))
            return at
        begin = self.made.length
        for tex, place in translated(list(scanned(SIGN, self.text, at, end)), self.names):
            self.made.put(tex, place)
        self.written = end
        is_display = self.text[at].isspace() and self.text[end - 1].isspace()
        self.made.found("display" if is_display else "inline", begin)
        return end + 1
