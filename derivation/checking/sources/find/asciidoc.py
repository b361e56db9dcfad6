r"""Formulas in AsciiDoc: `stem:[...]`, `latexmath:[...]`, `asciimath:[...]`, and blocks of these styles between lines of
`++++`. What `stem` means, the attribute `:stem:` says; without one it is AsciiMath, which is put into TeX.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from derivation.checking.sources.find.asciimath import translated
from derivation.checking.sources.find.walk import Walk
from derivation.checking.sources.source import Part, Source
from derivation.checking.sources.translation import parts

STEM = re.compile(r"^:stem:[ \t]*+(?P<meaning>[a-z]*+)[ \t\r]*+$", re.MULTILINE)
OPENING = re.compile(
    r"""
    ^(?P<block>-{4,60}+|\.{4,60}+|/{4,60}+|\+{4,60}+|```[^\n`]{0,100}+)[ \t\r]*+$
  | ^(?P<styled>\[[^\]\n]{0,200}+\])[ \t\r]*+$
  | ^(?P<line>//(?!/)[^\n]*+)
  | ^(?P<heading>={1,6}[ ])
  | (?P<escaped>\\(?:stem|latexmath|asciimath):)
  | (?<![\w])(?P<macro>(?:stem|latexmath|asciimath):[a-z,]{0,40}+\[)
  | (?P<pass>\+\+\+|pass:[a-z,]{0,40}+\[|`\+)
""",
    re.VERBOSE | re.MULTILINE,
)
STYLE = re.compile(r"\[(?P<style>stem|latexmath|asciimath)(?![A-Za-z])")
FENCE = re.compile(r"(?>(?:\.[^\n. ][^\n]*+\n|\[[^\]\n]*+\]\r?\n){0,5})(?P<fence>\+\+\+\++)[ \t\r]*+\n")
PASSES = {"+++": "+++", "`+": "+`"}
BREAK = re.compile(r"\\\n|\n(?=[ \t]{0,40}[^\s=+*/<>~,)-][^\n=]{0,1000}=)|\n(?=[ \t]{0,40}\n)")
"""Where one formula of a block ends and another begins: at a blank line, a backslash, a line that has a left side."""
TEX_MEANINGS = ("latexmath", "tex")


def opened(path: str, text: str) -> Source:
    r"""The file with its formulas as TeX.

    >>> opened("a.adoc", "Let stem:[x/2 = 3].").text
    'Let stem:[\\frac{x}{2} = 3].'
    """
    return _Document(path, text).source()


def find(source: Source) -> Iterator[Part]:
    """Every formula and heading, in order."""
    return parts(source)


class _Document(Walk):
    """One way through one file."""

    opening = OPENING

    def __init__(self, path: str, text: str) -> None:
        super().__init__(path, text)
        self.style = ""
        """The style of the block that comes next."""
        stem = STEM.search(text)
        self.stem = "latexmath" if stem and stem["meaning"] in TEX_MEANINGS else "asciimath"

    def passed(self, match: re.Match[str]) -> int:
        kind, at = match.lastgroup or "", match.end()
        if kind == "heading":
            self.write(match.start())
            self.made.found("heading", self.made.length)
        elif kind == "block":
            return self.block(match["block"][:3] if match["block"][0] == "`" else match["block"], at)
        elif kind == "styled":
            return self.styled(match)
        elif kind == "macro":
            return self.macro(match)
        elif kind == "pass":
            end = self.closers.find(PASSES.get(match["pass"], "]"), at)
            return end + 1 if end >= 0 else at
        return at

    def block(self, fence: str, at: int) -> int:
        """The place behind a block that holds no formulas."""
        end = self.closers.find(f"\n{fence}", at)
        return end + 1 + len(fence) if end >= 0 else at

    def styled(self, match: re.Match[str]) -> int:
        """The block of a style, if it holds a formula."""
        style = STYLE.match(match["styled"])
        fence = FENCE.match(self.text, match.end() + 1) if style else None
        if style is None or fence is None:
            return match.end()
        begin = fence.end()
        end = self.closers.find(f"\n{fence['fence']}", begin - 1)
        if end < 0:
            self.unclosed(match.start(), match.end())
            return begin
        if style["style"] == "asciimath" or (style["style"] == "stem" and self.stem == "asciimath"):
            at = begin
            for gap in BREAK.finditer(self.text, begin, max(end, begin)):
                self.ascii(at, gap.start(), True)
                at = gap.end()
            self.ascii(at, end, True)
        else:
            self.latex(begin, end, True)
        return end + 1 + len(fence["fence"])

    def macro(self, match: re.Match[str]) -> int:
        """A formula within a line, up to the first bracket that no backslash stands before."""
        at = match.end()
        end = self.closers.find("]", at)
        while end > 0 and self.text[end - 1] == "\\":
            end = self.closers.find("]", end + 1)
        if end < 0 or "\n\n" in self.text[at:end]:
            self.unclosed(match.start(), at)
            return at
        name = match["macro"].partition(":")[0]
        if name == "asciimath" or (name == "stem" and self.stem == "asciimath"):
            self.ascii(at, end, False)
        else:
            self.latex(at, end, False)
        return end + 1

    def unclosed(self, begin: int, end: int) -> None:
        self.write(begin)
        start = self.made.length
        self.write(end)
        self.made.found("unclosed", start)

    def ascii(self, begin: int, end: int, is_display: bool) -> None:
        """Writes a formula in AsciiMath as TeX."""
        self.write(begin)
        start = self.made.length
        for tex, place in translated(self.text, begin, end) if begin < end else ():
            self.made.put(tex, place)
        self.written = max(end, begin)
        if start < self.made.length:
            self.made.found("display" if is_display else "inline", start)

    def latex(self, begin: int, end: int, is_display: bool) -> None:
        r"""Writes a formula in TeX, in which `\]` stands for a bracket."""
        self.write(begin)
        start = self.made.length
        at = begin
        while not is_display and (escape := self.text.find("\\]", at, end)) >= 0:
            self.made.copy(at, escape)
            at = escape + 1
        self.made.copy(at, end)
        self.written = max(end, begin)
        if begin < end:
            self.made.found("display" if is_display else "inline", start)
