"""Formulas in Markdown: one pass over the text, in which code comes before mathematics.

A Markdown library is of no use here: the formulas' columns are wanted, and authors glue text to a closing `$$`, put
`$$` in the middle of a paragraph, or leave the blank line before it out; a page shows these formulas all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from derivation.checking.sources.find.delimiters import FENCE, MAXIMAL_TICKS, Closers
from derivation.checking.sources.source import Formula, Heading, Part, Source, Unread
from derivation.checking.sources.source import opened as opened

ENVIRONMENTS = r"(?:align(?:ed|at)?|gather(?:ed)?|multline|equation|eqnarray|displaymath|math|flalign|split|dmath)"
EXERCISES = "Exercise|Exercice|Exemple|Example|Problem|Aufgabe|Beispiel|Ejercicio|Ejemplo"
"""Words that begin something of its own where they stand alone in a line with a number."""
OPENING = re.compile(
    rf"""
    (?P<fence>{FENCE.pattern})[ ]*+(?P<info>[^\n`]*+)(?:\n|\Z)
  | ^(?P<colons>[ ]{{0,14}}+:{{3,{MAXIMAL_TICKS}}}+)[ ]*+\{{math\}}[^\n]*+(?:\n|\Z)
  | (?P<comment><!--)
  | (?P<escaped>\\[\\$`](?![\[(]))
  | (?P<ticked>\$`)
  | (?P<role>\{{math\}}`++)
  | (?P<dollars>\$\$)
  | (?P<brackets>\\\\?\[)
  | (?P<parentheses>\\\\?\()
  | \\begin\{{(?P<environment>{ENVIRONMENTS}\*?)\}}
  | (?P<ticks>`++)
  | (?P<inline>\$)
  | (?P<heading>^[ ]{{0,3}}\#{{1,6}}[ ]|^(?:\*\*)?(?:{EXERCISES})[ ][\w.)\#*]{{1,12}}+[ ]{{0,3}}+$|^:::(?::{{0,9}}+)\{{(?:admonition\}}[ ][A-Z]|(?:prf:)?(?:exercise|example|problem)\b))
""",
    re.VERBOSE | re.MULTILINE,
)
MATHEMATICS = ("math", "latex-math", "katex", "{math}", "{.math}")
"""What stands behind a fence that holds a formula; the one in braces is MyST's."""
CODE = re.compile(
    r"\{(?:code\b|literalinclude|parsed-literal|eval-rst|python|r\b|julia|bash|sql|ojs|raw|mermaid|dot\b|prf:|csv-table)"
)
"""Directives, and chunks of Quarto and R Markdown, that hold no text."""
OPTIONS = re.compile(r"(?>(?:[ >]*+:[A-Za-z-]++:[^\n]*+\n)*)")
FRONT = re.compile(r"\ufeff?+---[ \t\r]*+\n(?=[\w\"'-]++[ ]*+:|\#)")
"""How the settings begin that stand before the text."""
END_OF_FRONT = re.compile(r"^(?:---|\.\.\.)[ \t\r]*+$", re.MULTILINE)
MAXIMAL_FRONT = 50_000
PAIRS = {"ticked": "`$", "dollars": "$$", "brackets": r"\]", "parentheses": r"\)"}
DISPLAYED = ("dollars", "brackets")

Found = tuple[Part | None, int]
"""What stands in a place, if it counts, and the place behind it."""


def find(source: Source) -> Iterator[Part]:
    r"""Every formula and heading, in order.

    >>> [part.text for part in find(Source("a.md", "Let $x = 1$ and `$y$`: $$z = 2$$so it is."))]
    ['x = 1', 'z = 2']
    """
    finder, at = _Finder(source), front(source.text)
    while match := OPENING.search(source.text, at):
        part, at = finder.found(match)
        if part:
            yield part


def front(text: str) -> int:
    """Where the text begins, behind the settings in front of it.

    >>> front("---\\ntitle: A\\n---\\n$x$"), front("---\\n$x$")
    (16, 0)
    """
    begin = FRONT.match(text)
    end = END_OF_FRONT.search(text, begin.end(), begin.end() + MAXIMAL_FRONT) if begin else None
    return end.end() if end else 0


class _Finder:
    """One way through one text."""

    def __init__(self, source: Source) -> None:
        self.source, self.text, self.closers = source, source.text, Closers(source.text)
        self.around = list[str]()
        """The fences of the directives around that hold text."""

    def found(self, match: re.Match[str]) -> Found:
        kind, start = match.lastgroup or "", match.end()
        if match["fence"]:
            return self.fenced(match)
        if kind == "heading":
            return Heading(self.source, match.start()), start
        if kind == "inline":
            return self.inline(start)
        if kind == "environment":
            return self.closed(match, rf"\end{{{match[kind]}}}", match.start())
        if kind == "role":
            return self.closed(match, match[kind].removeprefix("{math}"), start, 0)
        if kind == "colons":
            return self.directive(match)
        if kind in PAIRS:
            return self.closed(match, PAIRS[kind], start, 0)
        return None, self.behind_code(kind, match)

    def behind_code(self, kind: str, match: re.Match[str]) -> int:
        if kind != "comment" and not (kind == "ticks" and len(match[kind]) <= MAXIMAL_TICKS):
            return match.end()
        closing = "-->" if kind == "comment" else match[kind]
        end = self.closers.find(closing, match.end())
        return end + len(closing) if end >= 0 else match.end()

    def closed(self, match: re.Match[str], closing: str, begin: int, kept: int | None = None) -> Found:
        """The formula up to a closing delimiter, which belongs to it where nothing else is said."""
        end = self.closers.find(closing, match.end())
        if end < 0 and match.lastgroup in ("dollars", "environment"):
            return Unread(self.source, match.start(), match[0]), match.end()
        if end <= begin or end < 0:
            return None, match.end()
        last = end + len(closing) if kept is None else end - (self.text[end - 1] == "\\")
        is_display = kept is None or match.lastgroup in DISPLAYED
        return Formula(self.source, begin, last, is_display), end + len(closing)

    def inline(self, start: int) -> Found:
        text, end = self.text, self.closers.dollar(start)
        if (
            start < end
            and not text[start].isspace()
            and not text[end - 1].isspace()
            and not text[end + 1 : end + 2].isdecimal()
        ):
            return Formula(self.source, start, end), end + 1
        return None, start

    def fenced(self, match: re.Match[str]) -> Found:
        """A formula, text, or code, by what stands behind the fence."""
        fence, info, start = match["fence"], match["info"].strip().lower(), match.end()
        if not info and self.around and fence.strip() == self.around[-1]:
            self.around.pop()
            return None, start
        if info.startswith("{") and not info.startswith(MATHEMATICS) and not CODE.match(info) and "}" in info:
            self.around.append(fence.strip())
            return None, start
        end = self.closers.line(fence, start)
        if not info.startswith("{math}") and info not in MATHEMATICS:
            return None, end + len(fence)
        options = OPTIONS.match(self.text, start, end)
        begin = options.end() if options else start
        if end == len(self.text):
            return Unread(self.source, match.start(), f"{fence.strip()}{info}"), start
        return Formula(self.source, begin, end, display=True), end + len(fence)

    def directive(self, match: re.Match[str]) -> Found:
        """A formula between colons."""
        closing = f"\n{match['colons']}"
        end = self.closers.find(closing, match.end() - 1)
        if end < 0:
            return Unread(self.source, match.start("colons"), match["colons"].strip()), match.end()
        options = OPTIONS.match(self.text, match.end(), end + 1)
        begin = options.end() if options else match.end()
        return (Formula(self.source, begin, end, display=True) if begin < end else None), end + len(closing)
