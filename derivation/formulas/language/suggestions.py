"""Which known name may be meant by one that nothing has."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from derivation.formulas.language.lexing import MAXIMAL_NAME
from derivation.words.telling import tell

NEAR, NEAR_SHORT = 0.65, 0.5
"""How alike two names have to be for one to be suggested for the other, from 0 to 1; of two letters one may differ."""


def near_name(word: str, known: Iterable[str]) -> str:
    """The known name that a word is nearest to, "" where none is near; capital letters make no difference.

    >>> near_name("sigmod", ["relu", "sigmoid"]), near_name("Adam", ["adam"]), near_name("q", ["x", "y"])
    ('sigmoid', 'adam', '')
    """
    if len(word) > MAXIMAL_NAME:
        return ""
    forms = {key.lower(): key for key in known}
    matches = get_close_matches(word.lower(), forms, n=1, cutoff=NEAR if len(word) > 2 else NEAR_SHORT)
    return forms[matches[0]] if matches else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """A suggestion to append to an error message, or nothing.

    >>> nearest("sigmod", ["relu", "sigmoid"])
    "; did you mean 'sigmoid'?"
    """
    near = near_name(word, known)
    return tell("syntax.near", near=near) if near else ""
