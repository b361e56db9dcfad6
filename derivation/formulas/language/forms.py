"""Equations as a person would put them before working them: what is written as several operations and is one, and
products of matrices in the cheapest order."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache

from derivation.formulas.language.shapes import Shapes, choose
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


def in_cheapest_order(term: Term, shapes: Shapes) -> Term:
    """A product of several matrices bracketed so that it takes the fewest multiplications; from left to right where that
    takes no more, and as it is where brackets were written.

    >>> from derivation.formulas.terms import name
    >>> shapes = Shapes({"A": (9, 9), "X": (9, 4), "w": (4, 1)})
    >>> product = name("A") @ name("X") @ name("w")
    >>> in_cheapest_order(product, shapes) == name("A") @ (name("X") @ name("w"))
    True
    """
    factors = _factors(term)
    if len(factors) < 3:
        return term
    sizes = [shapes.of(factor) for factor in factors]
    cost, order = _cheapest((*(rows for rows, _ in sizes), sizes[-1][1]))
    from_left = sum(sizes[0][0] * rows * columns for rows, columns in sizes[1:])
    return _bracketed(factors, order, shapes) if cost < from_left else term


def _factors(term: Term) -> list[Term]:
    """The factors of a product that is read from the left."""
    return [*_factors(term.args[0]), term.args[1]] if term.head == heads.MATMUL else [term]


Order = int | tuple["Order", "Order"]


@cache
def _cheapest(sizes: tuple[int, ...], first: int = 0) -> tuple[int, Order]:
    """The number of multiplications that a product of matrices takes at least, and how it is bracketed; `sizes` are the
    rows of each and the columns of the last, `first` is the place of the first.

    Source: Cormen, Leiserson, Rivest, Stein, "Introduction to Algorithms", section on matrix-chain multiplication.
    """
    if len(sizes) == 2:
        return 0, first
    found = []
    for cut in range(len(sizes) - 2, 0, -1):
        (left, a), (right, b) = _cheapest(sizes[: cut + 1], first), _cheapest(sizes[cut:], first + cut)
        found.append((left + right + sizes[0] * sizes[cut] * sizes[-1], (a, b)))
    return min(found, key=lambda pair: pair[0])


def _bracketed(factors: Sequence[Term], order: Order, shapes: Shapes) -> Term:
    if isinstance(order, int):
        return factors[order]
    a, b = (_bracketed(factors, part, shapes) for part in order)
    return Term(choose("@", [shapes.of(a), shapes.of(b)]).name, (a, b))
