"""Rows that make one number of an array, or look for one in it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import mul
from typing import Any

from derivation.formulas.arrays import Array, total
from derivation.formulas.numbers import is_negligible
from derivation.formulas.operations.algebras import Numbers
from derivation.formulas.operations.largest import largest_place
from derivation.formulas.operations.ordering import lists, square
from derivation.formulas.operations.table import HADAMARD, POWER, Notation, Operation, one_array, same
from derivation.formulas.terms import number

A, AB = ("a",), ("a", "b")


ZERO = number(0)


def directed(algebra: Any, a: Array) -> Array:
    """An array divided by its norm; 0 where that is 0."""
    if all(entry == 0 or entry == ZERO or (algebra is Numbers and is_negligible(entry)) for entry in a.entries):
        return a
    norm = algebra.sqrt((a * a).sum().entries[0])
    return a.map(lambda entry: algebra.div(entry, norm))


def _multiplied(algebra: Any, entries: Sequence[Any]) -> Any:
    return reduce(mul, entries) if entries else algebra.number("1")


REDUCTIONS = (
    Operation(
        "sum",
        A,
        Notation("sum", r"\sum", HADAMARD),
        one_array,
        lambda algebra, a: a.sum(),
        reverse=("G * ones(a)",),
        spellings=("sum",),
        reason="total",
        nonlinear=False,
        numpy="np.sum({a})",
        example="sum(a)",
    ),
    Operation(
        "prod",
        A,
        Notation("sum", r"\prod", HADAMARD),
        one_array,
        lambda algebra, a: Array.scalar(_multiplied(algebra, a.entries)),
        reverse=("G * others(a)",),
        spellings=("prod",),
        reason="prod",
        numpy="np.prod({a})",
        example="prod(a)",
    ),
    Operation(
        "others",
        A,
        Notation("function", r"\operatorname{others}"),
        same,
        lambda algebra, a: Array(
            a.shape,
            tuple(_multiplied(algebra, a.entries[:k] + a.entries[k + 1 :]) for k in range(len(a.entries))),
        ),
        reverse=(None,),
        spellings=("others",),
        reason="others",
        derivative_of="prod",
        coupled=True,
        numpy="others({a})",
        internal=True,
        example="others(a)",
    ),
    Operation(
        "trace",
        A,
        Notation("function", r"\operatorname{tr}"),
        square,
        lambda algebra, a: Array.scalar(total([a.rows[k][k] for k in range(a.shape[0])])),
        reverse=("G * diag(ones(diagonal(a)))",),
        spellings=("trace",),
        reason="trace",
        nonlinear=False,
        numpy="np.trace({a})",
        example="trace(I)",
    ),
    # Euclid's for a vector, Frobenius' for a matrix.
    Operation(
        "norm",
        A,
        Notation("norm", r"\lVert \rVert"),
        one_array,
        definition="sqrt(sum(a * a))",
        reverse=("G * unit_direction(a)",),
        spellings=("norm",),
        reason="norm",
        written_out=True,
        kink=lambda algebra, a: (a * a).sum(),
        example="norm(a)",
    ),
    Operation(
        "unit_direction",
        A,
        Notation("function", r"\operatorname{dir}"),
        same,
        directed,
        reverse=("(G - out * sum(G * out)) / norm(a)",),
        spellings=("unit_direction",),
        reason="unit_direction",
        coupled=True,
        numpy="{a} / np.where(np.any({a} != 0), np.sqrt(np.sum({a} ** 2)), 1.0)",
        internal=True,
        example="unit_direction(a)",
    ),
    Operation(
        "squared_norm",
        A,
        Notation("norm", r"\lVert \rVert ^{2}", POWER),
        one_array,
        definition="sum(a^2)",
        reverse=("G * (2 * a)",),
        spellings=("squared_norm",),
        reason="squared_norm",
        written_out=True,
        example="norm(a)^2",
    ),
    Operation(
        "cosine_similarity",
        AB,
        Notation("function", r"\operatorname{cossim}"),
        lists,
        definition="dot(a, b) / (norm(a) * norm(b))",
        reverse=(
            "G * (b / (norm(a) * norm(b)) - out * a / norm(a)^2)",
            "G * (a / (norm(a) * norm(b)) - out * b / norm(b)^2)",
        ),
        spellings=("cosine_similarity",),
        reason="cosine_similarity",
        written_out=True,
        example="cosine_similarity(a, p)",
    ),
    Operation(
        "mean",
        A,
        Notation("function", r"\operatorname{mean}"),
        one_array,
        definition="sum(a) / size(a)",
        reverse=("G / size(a) * ones(a)",),
        spellings=("mean",),
        reason="mean",
        written_out=True,
        nonlinear=False,
        example="mean(a)",
    ),
    Operation(
        "largest",
        A,
        Notation("function", r"\operatorname{largest}"),
        one_array,
        lambda algebra, a: Array.scalar(algebra.largest(*a.entries)),
        reverse=("G * first_largest(a)",),
        spellings=("max",),
        aliases=("amax",),
        reason="maximum",
        numpy="np.max({a})",
        example="max(a)",
    ),
    Operation(
        "smallest",
        A,
        Notation("function", r"\operatorname{smallest}"),
        one_array,
        lambda algebra, a: Array.scalar(algebra.smallest(*a.entries)),
        reverse=("G * first_largest(-a)",),
        spellings=("min",),
        aliases=("amin",),
        reason="minimum",
        numpy="np.min({a})",
        example="min(a)",
    ),
    Operation(
        "first_largest",
        A,
        Notation("function", r"\operatorname{argmax}"),
        same,
        lambda algebra, a: Array(a.shape, tuple(largest_place(algebra, a.entries))),
        reverse=("0 * G",),
        spellings=("first_largest",),
        reason="indicator",
        coupled=True,
        numpy="first_largest({a})",
        internal=True,
        example="first_largest(a)",
    ),
)
