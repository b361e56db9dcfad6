r"""Formulas in Markdown, written so that every reader of Markdown shows them.

Some (GitHub, many site builders) read the whole text as Markdown first and set what is left of a formula; others
(Jupyter, pandoc, VS Code) take formulas out before. So nothing may stand in a formula that Markdown takes for its own:
not a backslash before a mark, which it drops, nor a pair of marks that it makes italic. And GitHub refuses some
commands.

Source: the rules of CommonMark; GitHub's "Writing mathematical expressions"; for what GitHub refuses and drops, issues
1547, 1577, 1688 and 1746 of github/markup.
"""

from __future__ import annotations

import re

FORMULA = re.compile(r"(?<!\\)\$\$(?P<displayed>.+?)(?<!\\)\$\$|(?<!\\)\$(?P<inline>[^$\n]+?)(?<!\\)\$", re.DOTALL)
TOKEN = re.compile(r"\\\\\s*|\\[A-Za-z]+\*?|\\.|.", re.DOTALL)
WRITTEN = {
    r"\operatorname": r"\mathrm",
    r"\operatorname*": r"\mathrm",
    r"\mbox": r"\text",
    r"\hbox": r"\text",
    r"\,": r"\thinspace",
    r"\:": r"\medspace",
    r"\;": r"\enspace",
    r"\!": r"\negthinspace",
    r"\ ": r"\enspace",
    r"\{": r"\lbrace",
    r"\}": r"\rbrace",
    r"\|": r"\Vert",
    "|": r"\vert",
    "<": r"\lt",
    ">": r"\gt",
    "*": r"\ast",
}
"""What is written for what GitHub refuses, or Markdown takes for its own."""
ROW, ROW_IN_A_LINE = "\\\\\n", r"\cr "
"""How the row of a matrix ends in a display, and in a sentence."""


def safe(text: str) -> str:
    r"""Finished Markdown with its formulas rewritten, a blank line around each that is displayed, and never two blank
    lines.

    >>> safe(r"Then $\operatorname{ReLU}(W_{1} x)\,|y|$.")
    'Then $\\mathrm{ReLU}(W_1 x)\\thinspace\\vert y\\vert$.'
    """
    return re.sub(r"\n{3,}", "\n\n", FORMULA.sub(_formula, text))


def _formula(found: re.Match[str]) -> str:
    if found["inline"] is not None:
        return f"${rewritten(found['inline'], ROW_IN_A_LINE)}$"
    return f"\n\n$$\n{rewritten(found['displayed'].strip(), ROW)}\n$$\n\n"


def rewritten(latex: str, row: str = ROW) -> str:
    r"""A formula that Markdown leaves as it is; `row` ends the rows of its matrices.

    A row that ends with its line is kept by all. Of underscores, those that could end italics get a space before them:
    then none can.

    >>> print(rewritten(r"\hat{y}_{ij} = \begin{pmatrix} 1 \\ 2 \end{pmatrix}"))
    \hat{y} _{ij} = \begin{pmatrix} 1 \\
    2 \end{pmatrix}
    """
    tokens = TOKEN.findall(latex)
    named = "".join(_written(token, following, row) for token, following in zip(tokens, [*tokens[1:], ""], strict=True))
    short = re.sub(r"_\{(\w)\}(?!\d)", r"_\1", named)
    apart = re.sub(r"(?<=\S)_(?=[^\w\s])", " _", short)
    return re.sub(r"\](?=[\[(])", "] ", apart)


def _written(token: str, following: str, row: str) -> str:
    if token.startswith("\\\\"):
        return row
    command = WRITTEN.get(token, token)
    return command + " " if command != token and following.isalpha() else command
