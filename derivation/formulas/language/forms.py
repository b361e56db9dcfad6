"""What is written as several operations and is one: `norm(v)^2` is the sum of the squares, which needs no root."""

from __future__ import annotations

from fractions import Fraction

from derivation.formulas.operations import heads
from derivation.formulas.terms import Term, fold, with_parts


def in_one(term: Term) -> Term:
    """The term with a norm that is squared, or taken times itself, as the one operation that it is.

    >>> from derivation.formulas.terms import name, number
    >>> in_one(Term("norm", (name("v"),)) ** number("2")) == Term("squared_norm", (name("v"),))
    True
    """
    return fold(term, lambda node: None, lambda node, parts: _squared(with_parts(node, parts)))


def _squared(term: Term) -> Term:
    parts = term.children
    norm = bool(parts) and parts[0].head == heads.NORM
    if norm and ((term.head == heads.POW and _is_two(parts[1])) or (term.head == heads.TIMES and parts[0] == parts[1])):
        return Term(heads.SQUARED_NORM, parts[0].args)
    return term


def _is_two(term: Term) -> bool:
    return term.head == "number" and Fraction(term.args[0]) == 2
