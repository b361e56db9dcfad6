"""Numbers of a model as a spec writes them."""

from __future__ import annotations

from math import isfinite

from derivation.models.graph import NoRow
from derivation.words.telling import tell


def numeral(number: float) -> str:
    """The decimal as Python prints it, in brackets where it is negative.

    >>> numeral(1e-05), numeral(2.0), numeral(-0.5)
    ('1e-05', '2', '(-0.5)')
    """
    if not isfinite(number):
        raise NoRow(tell("models.infinite", number=number))
    text = repr(int(number)) if float(number).is_integer() and abs(number) < 10**15 else repr(float(number))
    return f"({text})" if text.startswith("-") else text
