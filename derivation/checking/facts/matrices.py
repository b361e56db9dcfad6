"""What the signs of matrix algebra mean: powers and the inverse of a square matrix, determinants, norms, and functions
that work row by row."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import reduce
from itertools import permutations
from typing import Protocol

from derivation.checking.facts.lookup import Lookup, Meant
from derivation.checking.facts.operations import operation
from derivation.checking.reading.tokens import Unreadable
from derivation.checking.reading.trees import Tree
from derivation.formulas.arrays import Shape
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term, index, matrix, number

MAXIMAL_POWER, MAXIMAL_SIZE = 8, 4
"""Powers of a matrix that are spelled out; rows of a matrix whose determinant or inverse is."""
BY_ROWS = {heads.SOFTMAX: f"{heads.SOFTMAX} axis=1", heads.LOG_SOFTMAX: f"{heads.LOG_SOFTMAX} axis=1"}
"""Functions of a matrix that work in each row: over all its entries they never do."""


class Meaner(Protocol):
    """What says the meaning of a tree at a place."""

    facts: Lookup

    def of(self, tree: Tree) -> Meant: ...


def is_square(shape: Shape) -> bool:
    return bool(shape) and shape[0] == shape[1] > 1


def power(meaning: Meaner, tree: Tree) -> Meant:
    """A power: of a square matrix the matrix power, or its inverse; of any other array entry by entry."""
    (term, shape), (exponent, other) = (meaning.of(child) for child in tree.children)
    whole = exponent.head == "number" and re.fullmatch(r"-?[1-9]", exponent.args[0])
    if not is_square(shape) or not whole:
        return operation("^", [(term, shape), (exponent, other)], tree.start)
    count = int(exponent.args[0])
    if abs(count) > MAXIMAL_POWER:
        raise Unreadable(tree.start, "meaning.power")
    factor = inverse(meaning, tree.start, term, shape) if count < 0 else term
    return reduce(lambda product, _: Term(heads.MATMUL, (product, factor)), range(abs(count) - 1), factor), shape


def entrywise(meaning: Meaner, tree: Tree) -> Meant:
    """A power entry by entry, of any array."""
    return operation("^", [meaning.of(child) for child in tree.children], tree.start)


def entries(meaning: Meaner, start: int, term: Term, shape: Shape) -> list[list[Term]]:
    """The entries of a small square matrix, row by row."""
    if not is_square(shape) or shape[0] > MAXIMAL_SIZE:
        raise Unreadable(start, "reading.determinant")
    if term.head == "matrix":
        return [list(row.args) for row in term.args]
    whole = term if term.head == "name" else meaning.facts.alias(term, shape)
    return [[index(whole, i, k) for k in range(shape[1])] for i in range(shape[0])]


def expanded(rows: list[list[Term]]) -> Term:
    """The determinant by Leibniz' formula."""
    total: Term | None = None
    for order in permutations(range(len(rows))):
        product = reduce(lambda a, b: Term(heads.TIMES, (a, b)), (rows[i][k] for i, k in enumerate(order)))
        odd = sum(order[i] > order[k] for k in range(len(order)) for i in range(k)) % 2
        total = product if total is None else total - product if odd else total + product
    assert total is not None
    return total


def determinant(meaning: Meaner, tree: Tree) -> Meant:
    term, shape = meaning.of(tree.args[0])
    return (term, ()) if not shape else (expanded(entries(meaning, tree.start, term, shape)), ())


def inverse(meaning: Meaner, start: int, term: Term, shape: Shape) -> Term:
    """The inverse by Cramer's rule."""
    rows = entries(meaning, start, term, shape)
    size, whole = len(rows), expanded(rows)

    def cofactor(i: int, k: int) -> Term:
        rest = [[entry for m, entry in enumerate(row) if m != k] for n, row in enumerate(rows) if n != i]
        minor = expanded(rest)
        return -minor if (i + k) % 2 else minor

    return matrix(tuple(tuple(Term(heads.DIV, (cofactor(i, k), whole)) for i in range(size)) for k in range(size)))


def norm(meaning: Meaner, tree: Tree) -> Meant:
    term, shape = meaning.of(tree.args[0])
    if not shape:
        return operation(heads.ABS, [(term, shape)], tree.start)
    square = Term(heads.HADAMARD_POW, (term, number(2)))
    return Term(heads.SQRT, (Term(heads.SUM, (square,)),)), ()


def sum_of_sizes(meaning: Meaner, tree: Tree) -> Meant:
    r"""`\|x\|_1` of a vector."""
    term, shape = sizes(meaning, tree)
    return (Term(heads.SUM, (term,)), ()) if shape else (term, ())


def largest_size(meaning: Meaner, tree: Tree) -> Meant:
    r"""`\|x\|_\infty` of a vector."""
    term, shape = sizes(meaning, tree)
    return operation("max", [(term, shape)], tree.start) if shape else (term, ())


def sizes(meaning: Meaner, tree: Tree) -> Meant:
    term, shape = meaning.of(tree.args[0])
    if shape and 1 not in shape:
        raise Unreadable(tree.start, "reading.other_norm")
    return operation(heads.ABS, [(term, shape)], tree.start)


def mixed(meaning: Meaner, tree: Tree) -> Meant:
    """A whole number and a fraction behind it: their sum."""
    return operation("+", [meaning.of(child) for child in tree.children], tree.start)


def two_signs(_: Meaner, tree: Tree) -> Meant:
    r"""Nothing: a `\pm` is one value or the other, and which it is says only who reads the whole chain."""
    raise Unreadable(tree.start, "reading.two_signs")


OF_MATRICES: dict[str, Callable[..., Meant]] = {
    "^": power,
    "^entrywise": entrywise,
    "det": determinant,
    heads.NORM: norm,
    "norm_1": sum_of_sizes,
    "norm_infinity": largest_size,
    "mixed": mixed,
    r"\pm": two_signs,
    r"\mp": two_signs,
}
