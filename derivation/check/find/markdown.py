"""Formulas in Markdown: one pass over the text, in which code comes before mathematics.

A Markdown library is of no use here: the formulas' columns are wanted, and authors glue text to a closing `$$`, put `$$` in the
middle of a paragraph, or leave the blank line before it out; a page shows these formulas all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..source import Formula, Heading, Part, Source

ENVIRONMENTS = r"(?:align(?:ed|at)?|gather(?:ed)?|multline|equation|eqnarray|displaymath|math|flalign|split|dmath)"
MATHEMATICS = rf"""
    \$`(?P<ticked>[^`\n]+)`\$
  | (?<!\\)\$\$(?P<dollars>(?:[^$\\]|\\.|\$(?!\$))+?)\$\$
  | \\\\?\[(?P<brackets>.+?)\\\\?\]
  | \\\\?\((?P<parentheses>.+?)\\\\?\)
  | (?P<environment>\\begin\{{(?P<kind>{ENVIRONMENTS}\*?)\}}.+?\\end\{{(?P=kind)\}})
"""
PATTERN = re.compile(
    rf"""
    ^(?P<indent>[ ]{{0,3}}(?:[>\-*+][ ])?[ ]{{0,6}})(?P<fence>```+|~~~+)[ ]*(?P<info>[^\n`]*)\n(?P<fenced>.*?)(?:^(?P=indent)?[ ]*(?P=fence)[`~]*[ ]*$|\Z)
  | (?P<comment><!--.*?-->)
  | {MATHEMATICS}
  | (?P<ticks>`+)(?!`)[^\n]*?(?:\n[^\n]+?)*?(?<!`)(?P=ticks)(?!`)
  | (?P<escaped>\\[\\$`])
  | (?<!\\)\$(?P<inline>(?![\s$])(?:[^$\\\n]|\\.|\n(?!\s*\n))*?(?<![\s\\]))\$(?!\d)
  | (?P<heading>^[ ]{{0,3}}\#{{1,6}}[ ])
""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
DISPLAYED = ("dollars", "brackets", "environment")


def find(source: Source) -> Iterator[Part]:
    r"""Every formula and heading, in order.

    >>> [part.text for part in find(Source("a.md", "Let $x = 1$ and `$y$`: $$z = 2$$so it is."))]
    ['x = 1', 'z = 2']
    """
    for match in PATTERN.finditer(source.text):
        if match["heading"]:
            yield Heading(source, match.start())
        if match["fence"] and match["info"].strip().lower() in ("math", "latex-math", "katex"):
            yield Formula(source, *match.span("fenced"), display=True)
        for kind in ("ticked", "dollars", "brackets", "parentheses", "environment", "inline"):
            if match[kind] is not None:
                yield Formula(source, *match.span(kind), display=kind in DISPLAYED)
