"""The door for an article's formulas: read token by token and written anew from what was read, or not at all."""

from __future__ import annotations

import re
from itertools import pairwise

from ...tex.names import COMMANDS
from ..forms import MATRICES
from ..functions import SPOKEN
from ..tokens import SAME

KNOWN = (
    COMMANDS
    | frozenset(SAME.values())
    | frozenset(command for command in SPOKEN if re.fullmatch(r"\\[a-z]+", command))
    | frozenset(
        r"\frac \sqrt \sum \top \cdot \times \odot \circ \otimes \partial \nabla \in \le \ge \ne \approx \leftarrow \max \min \ln \log \exp \tanh \sin \cos"
        r" \quad \ldots \mathbf \mathcal \mathrm \{ \} \| \, \; \\ \infty \pm \sim \to \mapsto \operatorname \displaystyle \lvert \rvert \% \& \#".split()
    )
) - {r"\text"}
"""Commands that are set as they stand."""
INSTEAD = {r"\mathbb": r"\mathbf", r"\left": "", r"\right": ""}
"""The TeX of the wheel has no blackboard letters, and a report's brackets do not grow."""
ENVIRONMENTS = MATRICES | {"cases", "aligned"}
TOKEN = re.compile(r"\\text *\{[^{}\\$#%&_^~]*\}|\\(?:begin|end)\{[A-Za-z]+\*?\}|\\[A-Za-z]+|\\.|[ -~\n\t]", re.DOTALL)
OPENS = re.compile(r"\\begin\{([A-Za-z]+\*?)\}|\{")


def anew(latex: str) -> str | None:
    r"""The formula as TeX can set it, or None where it holds anything that is not known here.

    >>> anew(r"W\left( x \right)^{2}"), anew(r"\frac{1}{2}x"), anew(r"a^^41"), anew(r"\\leftinput{x}"), anew(r"\input{x}"), anew("}{")
    ('W( x )^{2}', '\\frac{1}{2}x', None, '\\\\leftinput{x}', None, None)
    """
    tokens = TOKEN.findall(latex)
    if "".join(tokens) != latex or not all(map(known, tokens)) or not nests(tokens) or not scripts_fit(tokens):
        return None
    return "".join(INSTEAD.get(token, token) for token in tokens).strip()


def known(token: str) -> bool:
    """Whether TeX takes a token as what it looks like."""
    if token[0] != "\\":
        return token not in "$#%~"
    environment = re.match(r"\\(?:begin|end)\{(.*)\}", token)
    return environment[1] in ENVIRONMENTS if environment else token.startswith(r"\text") and token[-1] == "}" or token in KNOWN or token in INSTEAD


def nests(tokens: list[str]) -> bool:
    """Whether what is opened is closed in turn, and `&` stands in an environment alone."""
    opened: list[str] = []
    for token in tokens:
        if begins := OPENS.fullmatch(token):
            opened.append(rf"\end{{{begins[1]}}}" if begins[1] else "}")
        elif token == "}" or token.startswith(r"\end{"):
            if not opened or opened.pop() != token:
                return False
        elif token == "&" and (not opened or opened[-1] == "}"):
            return False
    return not opened


def scripts_fit(tokens: list[str]) -> bool:
    """Whether every script stands behind something and before something, one of a kind at a place."""
    shown = [token for token in tokens if not token.isspace()]
    for mark, behind in pairwise([*shown, "}"]):
        if mark in ("_", "^") and (behind in ("_", "^", "}", "&", "'", r"\\") or behind.startswith(r"\end") or behind in INSTEAD):
            return False
    return not re.search(r"\^(?:[^{\\]|\\[A-Za-z]+|\{[^{}]*\})['^]|'\^|_(?:[^{\\]|\{[^{}]*\})_", "".join(shown))
