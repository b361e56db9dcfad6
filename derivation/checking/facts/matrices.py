"""What the signs of matrix algebra mean: matrices of numbers and of arrays, transposes, powers and the inverse of a
square matrix, determinants, norms, and functions that work row by row."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from itertools import permutations
from typing import Protocol

from derivation.checking.facts.failures import Mismatch, Unknown
from derivation.checking.facts.lookup import Lookup, Meant
from derivation.checking.facts.operations import operation
from derivation.checking.reading.tokens import Unreadable
from derivation.checking.reading.trees import LISTS, Tree, mapped
from derivation.formulas.arrays import Shape, collapse
from derivation.formulas.operations import TABLE, heads
from derivation.formulas.terms import Term, index, matrix, number

BESIDE, BELOW = (TABLE[head].spellings[0] for head in (heads.BESIDE, heads.BELOW))
MAXIMAL_ONES = 1000
MAXIMAL_POWER, MAXIMAL_SIZE = 8, 4
"""Powers of a matrix that are spelled out; rows of a matrix whose determinant or inverse is."""
ALONG = frozenset([heads.SOFTMAX, heads.LOG_SOFTMAX])
"""Functions of a matrix that work in each row, or in each column: over all its entries they never do."""


class Meaner(Protocol):
    """What says the meaning of a tree at a place."""

    facts: Lookup
    beside: bool

    def of(self, tree: Tree) -> Meant: ...


def of_rows(meaning: Meaner, tree: Tree) -> Meant:
    return joined([[meaning.of(cell) for cell in row.args] for row in tree.args], tree.start)


def joined(rows: Sequence[Sequence[Meant]], start: int) -> Meant:
    """The matrix of these cells, which may be arrays that become one."""
    if any(shape for row in rows for _, shape in row):
        beside = [reduce(lambda a, b: operation(BESIDE, [a, b], start), row) for row in rows]
        return reduce(lambda a, b: operation(BELOW, [a, b], start), beside)
    shape = collapse((len(rows), len(rows[0])))
    return (matrix(tuple(tuple(term for term, _ in row) for row in rows)), shape) if shape else rows[0][0]


def listed(meaning: Meaner, tree: Tree) -> Meant:
    """Numbers in a list are a column, and so are columns, one below the other, unless a product needs them side by
    side: `W [h, x]`, `[h_1, h_2] W`; larger arrays with commas between stand side by side."""
    cells = [meaning.of(item) for item in tree.args]
    is_row = tree.head == "tuple" and (meaning.beside or not all(shape[1:] in ((), (1,)) for _, shape in cells))
    if is_row and any(shape for _, shape in cells):
        return joined([cells], tree.start)
    return joined([[cell] for cell in cells], tree.start)


def transposed(meaning: Meaner, tree: Tree) -> Meant:
    """The transpose; a list of numbers is the column that it is with the sign, too."""
    inner, shape = meaning.of(tree.args[0])
    if tree.args[0].head in LISTS and inner.head == "matrix":
        return inner, shape
    return operation(".T", [(inner, shape)], tree.start)


def elided(meaning: Meaner, tree: Tree) -> Meant:
    raise Unknown(tree.start, "lacking.elided")


def ones(meaning: Meaner, tree: Tree) -> Meant:
    rows, columns = map(int, tree.args)
    if rows * columns > MAXIMAL_ONES:
        raise Unreadable(tree.start, "meaning.ones", count=rows * columns)
    shape = collapse((rows, columns))
    return (Term("ones", (rows, columns)), shape) if shape else (number(1), ())


def unit(meaning: Meaner, tree: Tree) -> Meant:
    """An array with a 1 at one place and 0 elsewhere."""
    rows, columns, row, column = map(int, tree.args)
    if rows * columns > MAXIMAL_ONES or not (0 < row <= rows and 0 < column <= columns):
        raise Unreadable(tree.start, "meaning.index")
    return Term("unit", (rows, columns, row - 1, column - 1)), collapse((rows, columns))


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


def other_norm(meaning: Meaner, tree: Tree) -> Meant:
    r"""`\|x\|_3` of a vector."""
    term, shape = sizes(meaning, Tree(heads.NORM, tree.args[:1], tree.start))
    order, _ = meaning.of(tree.args[1])
    power_sum = Term(heads.SUM, (Term(heads.HADAMARD_POW, (term, order)),))
    return (Term(heads.POW, (power_sum, Term(heads.DIV, (number(1), order)))), ()) if shape else (term, ())


def in_all(meaning: Meaner, tree: Tree) -> Meant:
    r"""`\sum y \log p`, the sum of all entries: of products entry by entry, where no matrix product fits."""
    head, body = tree.args
    try:
        term, shape = meaning.of(body)
    except Mismatch:
        term, shape = meaning.of(mapped(body, lambda node: replace(node, head=SPREAD.get(node.head, node.head))))
    if not shape:
        raise Unreadable(tree.start, "reading.unclear_sum")
    return Term(head, (term,)), ()


SPREAD = dict.fromkeys(("", r"\cdot", r"\times", "*"), r"\odot")
"""Signs of products that stand for the one entry by entry where columns are multiplied."""


def mixed(meaning: Meaner, tree: Tree) -> Meant:
    """A whole number and a fraction behind it: their sum."""
    return operation("+", [meaning.of(child) for child in tree.children], tree.start)


def two_signs(_: Meaner, tree: Tree) -> Meant:
    r"""Nothing: a `\pm` is one value or the other, and which it is says only who reads the whole chain."""
    raise Unreadable(tree.start, "reading.two_signs")


OF_MATRICES: dict[str, Callable[..., Meant]] = {
    "matrix": of_rows,
    **dict.fromkeys(LISTS, listed),
    ".T": transposed,
    "elided": elided,
    "ones": ones,
    "unit": unit,
    "^": power,
    "^entrywise": entrywise,
    "det": determinant,
    heads.NORM: norm,
    "norm_p": other_norm,
    "in_all": in_all,
    "norm_1": sum_of_sizes,
    "norm_infinity": largest_size,
    "mixed": mixed,
    r"\pm": two_signs,
    r"\mp": two_signs,
}
