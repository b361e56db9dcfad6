"""The words and commands that are functions of the operations table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derivation.checking.reading.symbols import Vocabulary
from derivation.checking.reading.tokens import Token
from derivation.formulas.operations import SPELLINGS, TABLE, Operation, heads

SPOKEN = {
    row.notation.symbol: spelling
    for row in TABLE.values()
    if row.notation.kind == "function"
    for spelling in row.spellings[:1]
    if not row.derivative_of
} | {r"\log": heads.LOG, r"\exp": heads.EXP, r"\mean": heads.MEAN}
"""Commands that are functions."""
CALLED = {
    spelling.replace("_", ""): spelling
    for spelling in SPELLINGS
    if spelling.isidentifier() and spelling not in (heads.DOT, heads.OUTER)
} | {
    "logistic": "sigmoid",
    "ce": heads.CROSS_ENTROPY,
    "lrelu": "leaky_relu",
    "sgn": heads.SIGN,
    "rect": "relu",
}
"""Words, in small letters and without `_`, that are functions of the table."""
NAMED = re.compile(r"\\operatorname\{([a-z]+)\}")
PRINTED = {
    written[1]: row.spellings[0]
    for row in TABLE.values()
    if (written := NAMED.fullmatch(row.notation.symbol)) and written[1] not in CALLED
}
"""Words that pages print for functions which a spec calls otherwise: `sg`, `rows`, `scatter`, `maxmask`. Before a
bracket only: elsewhere they are words."""


def spoken(base: str, vocabulary: Vocabulary) -> str | None:
    """The function of the table that a base stands for, unless the article uses it as a name of its own."""
    if base in vocabulary.functions or base in vocabulary.quantities:
        return None
    if base in SPOKEN:
        return SPOKEN[base]
    word = base[8:-1] if base.startswith(r"\mathrm{") else base
    if len(word) < 2 or word.startswith("\\"):
        return None
    return CALLED.get(word.lower().replace("-", "").replace(" ", "").replace("_", ""))


def printed(base: str, follows: str, vocabulary: Vocabulary) -> str | None:
    """The function that a word is in print, where its argument stands behind it, and it is no name of the article's
    own."""
    if not (follows in ("(", "[") or follows.startswith(r"\begin{")) or base in vocabulary.functions:
        return None
    return PRINTED.get(base.removeprefix(r"\mathrm{").removesuffix("}")) if base not in vocabulary.quantities else None


BELOW = re.compile(r"\d{1,6}(?:(?:,|:|,s=|,p=|\\times|\\subset)\d{1,6})*")
"""Whole numbers below a function: the size of a window with its stride and padding, rows and columns, places."""
SPACES = frozenset({"{", "}", r"\,", r"\thinspace", r"\;", r"\ "})


def needs_options(row: Operation) -> bool:
    """Whether an operation is not known without the whole numbers that are printed below it."""
    return row.notation.always or bool({None, "many"} & {*row.options.values()})


def options_of(function: str, sub: Sequence[Token]) -> tuple[int, ...]:
    r"""The whole numbers below a function that needs them: `\operatorname{maxpool}_{3}`,
    `\operatorname{reshape}_{2 \times 3}`; nothing elsewhere."""
    written = "".join(word.text for word in sub if word.text not in SPACES)
    if not any(map(needs_options, SPELLINGS.get(function, ()))) or not BELOW.fullmatch(written):
        return ()
    return tuple(map(int, re.findall(r"\d+", written)))
