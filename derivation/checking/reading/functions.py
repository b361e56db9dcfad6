"""The words and commands that are functions of the operations table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derivation.checking.reading.symbols import Vocabulary
from derivation.checking.reading.tokens import Token
from derivation.formulas.operations import SPELLINGS, TABLE, heads

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


def spoken(base: str, vocabulary: Vocabulary) -> str | None:
    """The function of the table that a base stands for, unless the article uses it as a name of its own."""
    if base in vocabulary.functions or base in vocabulary.quantities:
        return None
    if base in SPOKEN:
        return SPOKEN[base]
    word = base[8:-1] if base.startswith(r"\mathrm{") else base
    return (
        CALLED.get(word.lower().replace("-", "").replace(" ", "").replace("_", ""))
        if len(word) > 1 and not word.startswith("\\")
        else None
    )


WINDOW = re.compile(r"(\d{1,6})(?:,s=(\d{1,6}),p=(\d{1,6}))?")
"""The size of a window, and its stride and padding."""
SPACES = frozenset({"{", "}", r"\,", r"\thinspace", r"\;", r"\ "})


def options_of(function: str, sub: Sequence[Token]) -> tuple[int, ...]:
    r"""What stands below a function that is worked in windows: `\operatorname{maxpool}_{3}`; nothing elsewhere."""
    written = WINDOW.fullmatch("".join(word.text for word in sub if word.text not in SPACES))
    if not written or not any(row.notation.always for row in SPELLINGS.get(function, ())):
        return ()
    return tuple(int(number) for number in written.groups() if number is not None)
