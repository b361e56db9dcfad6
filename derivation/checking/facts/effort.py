"""What it takes to work a side with large arrays, in steps of the meter: an operation with a few numbers is one, one
with thousands of them many."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from flint import fmpq

from derivation.formulas.arrays import Array, Shape
from derivation.formulas.operations import TABLE, ShapeMismatch, heads
from derivation.formulas.terms import Term, fold, options

LARGE = 4096
"""Entries from which on an array is large."""
PLAIN = frozenset([heads.ADD, heads.SUB, heads.NEG, heads.TIMES, heads.HADAMARD, heads.TRANSPOSE])
PLAIN_ENTRIES, FUNCTION_ENTRIES = 64, 8
"""Entries in the time of a step: of a sum or product entry by entry, of a function."""
EXACT_PRODUCTS, BALL_PRODUCTS = 16_000, 1700
"""Products of two numbers in the time of a step, where matrices are multiplied: of fractions, of balls."""
Effort = tuple[Shape, int, bool]
"""A part's shape, the steps it takes, and whether its numbers are exact."""


def effort(term: Term, known: Mapping[Term, Array]) -> int:
    """The steps that it takes to work a term with these arrays, beside one for each operation.

    >>> from derivation.formulas.terms import name
    >>> effort(Term("tanh", (name("x"),)), {name("x"): Array((100, 100), (fmpq(1),) * 10_000)})
    1250
    """
    if max((prod(array.shape) for array in known.values()), default=1) < LARGE:
        return 0
    try:
        return fold(
            term, lambda node: (known[node].shape, 0, known[node].kind is fmpq) if node in known else None, joined
        )[1]
    except ShapeMismatch:
        return 0


def joined(node: Term, parts: list[Effort]) -> Effort:
    """What an operation takes with its parts."""
    if node.head not in TABLE:
        return ((), 0, True) if node.head != "matrix" else ((len(node.args), len(node.args[0].args)), 0, True)
    shapes, steps = [shape for shape, _, _ in parts], sum(taken for _, taken, _ in parts)
    is_exact = all(exact for _, _, exact in parts)
    shape = TABLE[node.head].shape(shapes, *options(node))
    if node.head == heads.MATMUL:
        products = prod(shape) * shapes[0][-1]
        return shape, steps + products // (EXACT_PRODUCTS if is_exact else BALL_PRODUCTS), is_exact
    entries = max(map(prod, (shape, *shapes)))
    return (
        shape,
        steps + entries // (PLAIN_ENTRIES if node.head in PLAIN else FUNCTION_ENTRIES),
        is_exact and node.head in PLAIN,
    )
