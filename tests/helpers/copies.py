"""Long articles: copies of one, each in a section of its own, with names of its own."""

from __future__ import annotations

import re

MATH = re.compile(r"\$\$.*?\$\$|\$[^$]+\$", re.DOTALL)
GREEK = "alpha|beta|gamma|delta|eta|theta|lambda|mu|sigma|varepsilon"
NAME = re.compile(
    r"(?P<kept>\\(?:mathrm|text|operatorname|begin|end|mathbf|mathbb)\s*\{[^{}]*\}|\\(?!(?:" + GREEK + r")\b)[A-Za-z]+)"
    r"|(?P<name>\\[a-z]+|[A-Za-z])(?P<primes>'*)"
)
ACCENT = re.compile(r"(\\(?:hat|bar|tilde))\s*\{(\w)(\^\{\(\d+\)\})\}")
BOUND = "dij"
"""Letters of differentials and sums, which all copies share."""


def renamed(text: str, number: int) -> str:
    r"""The article with a label at every name of its formulas.

    >>> renamed(r"$\\hat{y}_1 = w_{12} x$", 7)
    '$\\\\hat{y}^{(7)}_1 = w^{(7)}_{12} x^{(7)}$'
    """

    def labelled(found: re.Match[str]) -> str:
        if found["kept"] or found["name"] in BOUND:
            return found[0]
        return f"{found[0]}^{{({number})}}"

    return MATH.sub(lambda found: ACCENT.sub(r"\1{\2}\3", NAME.sub(labelled, found[0])), text)


def copies(text: str, count: int) -> str:
    """So many copies, one after the other."""
    return "\n\n".join(f"# Part {number}\n\n{renamed(text, number)}" for number in range(1, count + 1))
