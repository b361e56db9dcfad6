r"""LaTeX to terms: the inverse of `tex.write`, over the names of one network.

The reader never guesses: what it does not know is an `Unreadable` with the place. It reads what the writer writes, and
the usual freedoms in it: `bmatrix`, `\left \right` or not, `\cdot` or nothing, any spacing.
"""

from __future__ import annotations

import re

from derivation.formulas.terms import Term
from derivation.tex.forms import FORMS
from derivation.tex.names import Names, tokens
from derivation.tex.reader import Reader

IGNORED = frozenset({r"\left", r"\right", r"\,", r"\!", r"\;", r"\displaystyle", r"\big", r"\Big", r"\quad"})


def read(latex: str, names: Names) -> Term:
    r"""The term that the LaTeX stands for.

    >>> read(r"W x + \begin{bmatrix} 1 \\ 0.5 \end{bmatrix}", Names({"W": (2, 2), "x": (2, 1)})).head
    'add'
    """
    words = tokens(re.sub(r"\\left\s*\|", r"\\lvert ", re.sub(r"\\right\s*\|", r"\\rvert ", latex)))
    reader = Reader([word for word in words if word not in IGNORED], names, FORMS)
    term = reader.comparison()
    if reader.next:
        raise reader.problem("an operator or the end")
    return term
