"""Numbers just as they are printed: a line shows as many digits as it takes to come to its result from them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import log10

import flint
from flint import arb

from derivation.deriving.arithmetic import printed
from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.decimals import Style
from derivation.formulas.numbers import Number, TooLarge, Uncertain, Undefined, is_negligible
from derivation.formulas.operations import TABLE, heads
from derivation.formulas.terms import Term, rebuild, walk

LOST = 200
"""Units of the last digit by which numerals may miss a line's result before more of their digits are printed: two
digits and a bit."""
WORST = 20
"""Where few digits are printed, a line misses its result by at most one part in so many."""
MOST_DIGITS = 24
"""Digits beyond which a line is left out instead."""
MANY = 24
"""Numerals beyond which all of a line get more digits together."""
NUMERIC = TABLE.keys() | {"number", "matrix", "row", "ones", "unit"}


def as_printed(term: Term) -> Array | None:
    """What numbers give with nothing behind them but what is printed; None where they give nothing, or where something
    else stands among them.

    >>> from derivation.formulas.terms import number
    >>> third = Term("number", ("0.333",), Array.scalar(1))
    >>> as_printed(third * number(3)).entries, as_printed(Term("log", (third - third,)))
    ((999/1000,), None)
    """
    return _worked(term, flint.ctx.prec)


@lru_cache(maxsize=64)
def _worked(term: Term, bits: int) -> Array | None:
    # A line is asked for as itself, as the line before and as the line after.
    if not is_numeric(term):
        return None
    try:
        return evaluate(_bare(term), {})
    except (Undefined, Uncertain):
        return None


def is_numeric(term: Term) -> bool:
    """Whether a term is made of numbers only, all of them printed."""
    return all(node.head in NUMERIC for node in walk(term))


def _bare(term: Term) -> Term:
    return Term(term.head, tuple(_bare(arg) if isinstance(arg, Term) else arg for arg in term.args))


def with_digits(term: Term, value: Array, digits: int) -> Term | None:
    """A line between numbers, with more digits where those that are printed come to something else than its value; None
    where no digits help.

    >>> from derivation.formulas.terms import number
    >>> from flint import fmpq
    >>> near = Term("number", ("1.00",), Array.scalar(fmpq(999876, 10**6)))
    >>> with_digits(number(1) - near, Array.scalar(fmpq(124, 10**6)), 3).args[1].args
    ('0.999876',)
    """
    if not term.rounded or not is_numeric(term) or _gives(term, value, _roughly(digits)):
        return term
    if not _holds(_reprinted(term, MOST_DIGITS), value, digits):
        return None
    enough = next(more for more in range(digits + 1, MOST_DIGITS + 1) if _holds(_reprinted(term, more), value, digits))
    return _sparing(term, value, digits, enough)


def _roughly(digits: int) -> float:
    return max(digits - log10(LOST), log10(WORST))


def _holds(term: Term, value: Array, digits: int) -> bool:
    """Whether numerals give a line's value to its digits, and the sums inside it roughly."""
    return _gives(term, value, digits) and all(
        _gives(node, evaluate(node, {}), _roughly(digits)) for node in walk(term) if node.head in heads.SIGNED
    )


def _gives(term: Term, value: Array, digits: float) -> bool:
    """Whether numbers as they are printed come to a value, but for its digits after so many."""
    found = as_printed(term)
    return found is not None and all(_is_near(x, y, digits) for x, y in zip(found.entries, value.entries, strict=True))


def _is_near(x: Number, y: Number, digits: float) -> bool:
    return y == 0 or is_negligible(y) or bool(abs(arb(x) - arb(y)) <= abs(arb(y)) * 10**-digits)


def _reprinted(term: Term, digits: int) -> Term:
    """The term with its rounded numerals printed to so many digits at least."""
    style = Style(digits, max(digits, Style().exact_digits))

    def change(node: Term) -> Term | None:
        if node.head != "number" or node.value is None:
            return None
        try:
            longer = printed(node.value.entries[0], style)
        except TooLarge:
            return None
        return longer if len(longer.args[0]) > len(node.args[0]) else None

    return rebuild(term, change)


def _sparing(term: Term, value: Array, digits: int, more: int) -> Term:
    """The line with so many digits only in the numerals that need them."""
    line, numerals = _reprinted(term, more), list(_rounded(term))
    for node in numerals if len(numerals) <= MANY else ():
        shorter = rebuild(line, {_reprinted(node, more): node}.get)
        line = shorter if _holds(shorter, value, digits) else line
    return line


def _rounded(term: Term) -> Iterator[Term]:
    yield from dict.fromkeys(node for node in walk(term) if node.head == "number" and node.value is not None)
