"""Formulas in Markdown: one pass over the text, in which code comes before mathematics.

A Markdown library is of no use here: the formulas' columns are wanted, and authors glue text to a closing `$$`, put
`$$` in the middle of a paragraph, or leave the blank line before it out; a page shows these formulas all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from derivation.checking.sources.find.delimiters import FENCE, MAXIMAL_TICKS, Closers
from derivation.checking.sources.source import Formula, Heading, Part, Source

ENVIRONMENTS = r"(?:align(?:ed|at)?|gather(?:ed)?|multline|equation|eqnarray|displaymath|math|flalign|split|dmath)"
EXERCISES = "Exercise|Exercice|Exemple|Example|Problem|Aufgabe|Beispiel|Ejercicio|Ejemplo"
"""Words that begin something of its own where they stand alone in a line with a number."""
OPENING = re.compile(
    rf"""
    (?P<fence>{FENCE.pattern})[ ]*+(?P<info>[^\n`]*+)(?:\n|\Z)
  | (?P<comment><!--)
  | (?P<escaped>\\[\\$`](?![\[(]))
  | (?P<ticked>\$`)
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
MATHEMATICS = ("math", "latex-math", "katex")
PAIRS = {"ticked": "`$", "dollars": "$$", "brackets": r"\]", "parentheses": r"\)"}
DISPLAYED = ("dollars", "brackets")


def find(source: Source) -> Iterator[Part]:
    r"""Every formula and heading, in order.

    >>> [part.text for part in find(Source("a.md", "Let $x = 1$ and `$y$`: $$z = 2$$so it is."))]
    ['x = 1', 'z = 2']
    """
    text, closers, at = source.text, Closers(source.text), 0
    while match := OPENING.search(text, at):
        kind, start = match.lastgroup or "", match.end()
        kind = "fence" if match["fence"] else kind
        at = start
        if kind == "heading":
            yield Heading(source, match.start())
        elif kind == "fence":
            at = closers.line(match["fence"], start)
            if match["info"].strip().lower() in MATHEMATICS:
                yield Formula(source, start, at, display=True)
            at += len(match["fence"])
        elif kind == "comment" or (kind == "ticks" and len(match[kind]) <= MAXIMAL_TICKS):
            end = closers.find("-->" if kind == "comment" else match[kind], start)
            at = end + len(match[kind]) if end >= 0 else start
        elif kind == "inline":
            end = closers.dollar(start)
            if (
                start < end
                and not text[start].isspace()
                and not text[end - 1].isspace()
                and not text[end + 1 : end + 2].isdecimal()
            ):
                yield Formula(source, start, end)
                at = end + 1
        elif kind in PAIRS:
            end = closers.find(PAIRS[kind], start)
            if end > start:
                yield Formula(source, start, end - (text[end - 1] == "\\"), display=kind in DISPLAYED)
                at = end + 2
        elif kind == "environment":
            closing = rf"\end{{{match[kind]}}}"
            end = closers.find(closing, start)
            if end >= 0:
                at = end + len(closing)
                yield Formula(source, match.start(), at, display=True)
