r"""Formulas in HTML, as MathJax and KaTeX read or leave them: between `\(` and `\)`, `\[` and `\]`, dollars; in
`<script type="math/tex">`, `<span class="math">`, and in the annotations of MathML.

Code, scripts, styles and comments are passed over. A formula is read as a browser reads it, its entities decoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from derivation.checking.sources.find.markdown import ENVIRONMENTS
from derivation.checking.sources.find.walk import Walk
from derivation.checking.sources.source import Part, Source, Span
from derivation.checking.sources.translation import parts

OPENING = re.compile(
    r"""
    (?P<comment><!--)
  | <(?P<code>script|style|pre|code|textarea|annotation|svg|samp|kbd|title)(?=[\s>/])(?P<attributes>[^<>]{0,5000}+)>
  | <(?:span|div|p)\s++(?P<classed>[^<>]{0,5000}+)>
  | <math(?=[\s>])(?P<math>[^<>]{0,5000}+)>
  | <h[1-6](?=[\s>])(?P<heading>)
  | (?P<escaped>\\\$)
  | (?P<brackets>\\\[)
  | (?P<parentheses>\\\()
  | (?P<dollars>\$\$)
  | \\begin\{(?P<environment>ENVIRONMENTS\*?)\}
  | (?P<inline>\$)
""".replace("ENVIRONMENTS", ENVIRONMENTS),
    re.VERBOSE | re.IGNORECASE,
)
CLOSING = {"brackets": r"\]", "parentheses": r"\)", "dollars": "$$"}
TAG = re.compile(r"<[a-zA-Z/!][^<>]*+>")
BREAK = re.compile(r"<(?:w?br\s*+/?+|!--[^<>]*+--)>", re.IGNORECASE)
ENTITY = re.compile(r"&(?:\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{0,40}+);?")
CLASS = re.compile(r"""\bclass\s*+=\s*+["']?(?P<names>[^"'<>]{0,500}+)""", re.IGNORECASE)
DELIMITED = re.compile(r"\s*+(?:\\[(\[]|\$|\\begin\{)")
INLINE = re.compile(r"""["']\$["']""")
"""How a page says that single dollars hold formulas, too."""
TEX = re.compile(r"""\btype\s*+=\s*+["']?math/tex(?P<mode>[^"'<>]{0,200}+)""", re.IGNORECASE)
TEX_ANNOTATION = re.compile(r"""\bencoding\s*+=\s*+["']?application/(?:x-)?tex["']?""", re.IGNORECASE)
DISPLAY = re.compile(r"\bdisplay\b|\bblock\b", re.IGNORECASE)


def opened(path: str, text: str) -> Source:
    r"""The file with its formulas as a browser reads them.

    >>> opened("a.html", r"<p>\(x &lt; 2\)</p>").text
    '<p>\\(x < 2\\)</p>'
    """
    return _Page(path, text).source()


def find(source: Source) -> Iterator[Part]:
    """Every formula and heading, in order."""
    return parts(source)


class _Page(Walk):
    """One way through one page."""

    opening = OPENING

    def __init__(self, path: str, text: str) -> None:
        super().__init__(path, text)
        self.is_dollar = INLINE.search(text) is not None
        self.is_display = False
        """Whether the last `<math>` is displayed."""

    def passed(self, match: re.Match[str]) -> int:
        """Writes what stands here, if it is a formula or a heading; the place behind it."""
        kind, at = match.lastgroup or "", match.end()
        if kind == "heading":
            self.note("heading", match.start(), match.start())
        elif kind == "math":
            self.is_display = DISPLAY.search(match["math"]) is not None
        elif kind == "comment":
            return self.behind("-->", at)
        elif kind == "attributes":
            return self.element(match)
        elif kind == "classed":
            return self.classed(match)
        elif kind in CLOSING or kind == "environment" or (kind == "inline" and self.is_dollar):
            return self.delimited(kind, match)
        return at

    def behind(self, closing: str, at: int) -> int:
        end = self.closers.find(closing, at)
        return end + len(closing) if end >= 0 else len(self.text)

    def element(self, match: re.Match[str]) -> int:
        """An element whose text is no prose: TeX, or code."""
        name, begin = match["code"].lower(), match.end()
        end = re.compile(rf"</{name}\s*+>", re.IGNORECASE).search(self.text, begin)
        last = end.start() if end else len(self.text)
        script = TEX.search(match["attributes"]) if name == "script" else None
        if script or (name == "annotation" and TEX_ANNOTATION.search(match["attributes"])):
            is_display = DISPLAY.search(script["mode"]) is not None if script else self.is_display
            self.formula(begin, last, is_display, is_decoded=not script)
        return end.end() if end else last

    def classed(self, match: re.Match[str]) -> int:
        """An element of the class `math` with nothing but a formula in it; one with delimiters is read by these."""
        begin, classes = match.end(), CLASS.search(match["classed"])
        if classes is None or "math" not in classes["names"].lower().split():
            return begin
        end = self.closers.find("<", begin)
        if end <= begin or not self.text.startswith("</", end) or DELIMITED.match(self.text, begin):
            return begin
        self.formula(begin, end, DISPLAY.search(match["classed"]) is not None)
        return end

    def delimited(self, kind: str, match: re.Match[str]) -> int:
        begin, at = match.end(), match.end()
        closing = CLOSING.get(kind, "$") if kind != "environment" else rf"\end{{{match[kind]}}}"
        end = self.closers.find(closing, at)
        has_tag = end >= 0 and any(not BREAK.match(tag[0]) for tag in TAG.finditer(self.text, begin, end))
        if end < 0 or has_tag or (kind == "inline" and "\n\n" in self.text[begin:end]):
            if kind not in ("inline", "parentheses"):
                self.note("unclosed", match.start(), at)
            return at
        if kind == "environment":
            self.formula(match.start(), end + len(closing), True)
        elif begin < end:
            self.formula(begin, end, kind != "parentheses" and kind != "inline")
        return end + len(closing)

    def note(self, kind: Span, begin: int, end: int) -> None:
        """Notes a stretch that is written as it stands."""
        self.made.copy(self.written, begin)
        start = self.made.length
        self.made.copy(begin, end)
        self.made.found(kind, start)
        self.written = end

    def formula(self, begin: int, end: int, is_display: bool, is_decoded: bool = True) -> None:
        """Writes a formula, its entities decoded, its breaks as spaces."""
        self.made.copy(self.written, begin)
        start = self.made.length
        at = begin
        marks = sorted(
            [*ENTITY.finditer(self.text, begin, end), *BREAK.finditer(self.text, begin, end)], key=re.Match.start
        )
        for mark in marks if is_decoded else ():
            self.made.copy(at, mark.start())
            self.made.put(" " if mark[0].startswith("<") else unescape(mark[0]), mark.start())
            at = mark.end()
        self.made.copy(at, end)
        self.made.found("display" if is_display else "inline", start)
        self.written = end
