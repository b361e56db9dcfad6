"""The words and commands that are functions of the operations table."""

from __future__ import annotations

from derivation.checking.reading.symbols import Vocabulary
from derivation.formulas.operations import SPELLINGS, TABLE

SPOKEN = {
    row.notation.symbol: spelling
    for row in TABLE.values()
    if row.notation.kind == "function"
    for spelling in row.spellings[:1]
    if not row.derivative_of
} | {r"\log": "log", r"\exp": "exp", r"\Phi": "normal_cdf", r"\min": "min", r"\mean": "mean"}
"""Commands that are functions."""
CALLED = {
    spelling.replace("_", ""): spelling
    for spelling in SPELLINGS
    if spelling.isidentifier() and spelling not in ("dot", "outer", "sum", "mean", "sign")
} | {
    "logistic": "sigmoid",
    "crossentropy": "cross_entropy",
    "ce": "cross_entropy",
    "lrelu": "leaky_relu",
    "sum": "sum",
    "mean": "mean",
    "sgn": "sign",
    "sign": "sign",
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
