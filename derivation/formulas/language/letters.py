"""Names in letters of any script that mathematics writes: `θ` is theta, `ŷ` is yhat, `W₁` is W1."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

GREEK = {
    letter: name
    for start, names in (
        ("α", "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi o pi rho"),
        ("σ", "sigma tau upsilon phi chi psi omega"),
        ("Α", "A B Gamma Delta E Z H Theta I K Lambda M N Xi O Pi P"),
        ("Σ", "Sigma T Upsilon Phi X Psi Omega"),
    )
    for letter, name in zip((chr(ord(start) + k) for k in range(24)), names.split(), strict=False)
} | {"ς": "sigma", "ϑ": "theta", "ϕ": "phi", "ϵ": "epsilon", "ϱ": "rho", "ϖ": "pi", "ℓ": "l", "µ": "mu"}
"""Letters by their names; those that look like Latin ones are these."""
ACCENTS = {"\u0302": "hat", "\u0304": "bar", "\u0305": "bar", "\u0303": "tilde"}
"""Marks above a letter, as endings of its name."""
MARKS = "\u0300-\u036f"
LETTER = re.compile(rf".[{MARKS}]*", re.DOTALL)
NAME = rf"[^\W\d][\w{MARKS}]*"
"""A name as it is written, before it is known whether it can be one."""


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """The name in plain letters, digits and underscores; nothing where it has none. A Greek letter stands by itself.

    >>> plain("θ"), plain("ŷ"), plain("W₁"), plain("Δw_t"), plain("größe")
    ('theta', 'yhat', 'W1', 'Delta_w_t', '')
    """
    if name.isascii():
        return name
    found, before = "", ""
    for letter in letters(name):
        text = _text(letter)
        if not text:
            return ""
        apart = found and text[0].isalpha() and max(len(text), len(before)) > 1 and found[-1] != "_"
        found, before = found + "_" * bool(apart) + text, text
    return found


def letters(name: str) -> list[str]:
    """The letters of a name, each with its marks."""
    return LETTER.findall(unicodedata.normalize("NFD", name))


def _text(letter: str) -> str:
    base, mark = letter[0], letter[1:]
    called = unicodedata.name(base, "")
    if mark:
        text = _text(base)
        return text + ACCENTS[mark] if text and mark in ACCENTS else ""
    if base.isascii():
        return base
    if called.startswith("LATIN SUBSCRIPT"):
        return "_" + plain(unicodedata.normalize("NFKC", base))
    if called.startswith(("SUBSCRIPT", "MATHEMATICAL")):
        plainer = unicodedata.normalize("NFKC", base)  # some that are called so have no other form
        return "" if plainer == base else plain(plainer)
    return GREEK.get(base, "")
