"""Which operation of the table a sign, or a function's name, stands for: the shapes of its operands decide."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derivation.checking.facts.failures import Mismatch
from derivation.checking.facts.lookup import Meant
from derivation.checking.reading.tokens import Unreadable
from derivation.checking.reading.trees import LISTS, Tree
from derivation.formulas.arrays import Shape, describe
from derivation.formulas.language.shapes import choose
from derivation.formulas.operations import SPELLINGS, TABLE, ShapeMismatch, heads
from derivation.formulas.terms import Term, number
from derivation.words.files import load
from derivation.words.telling import listed, tell

TEN = number(10)
PRODUCTS = {
    "": (heads.TIMES, heads.MATMUL),
    r"\cdot": (heads.TIMES, heads.MATMUL, heads.DOT),
    r"\times": (heads.TIMES, heads.MATMUL),
    "*": (heads.TIMES, heads.HADAMARD, heads.MATMUL),
    "@": (heads.MATMUL, heads.TIMES),
    r"\odot": (heads.HADAMARD, heads.TIMES),
    r"\circ": (heads.HADAMARD, heads.TIMES),
    r"\otimes": (heads.OUTER, heads.TIMES),
    r"\oslash": (heads.HADAMARD_DIV, heads.DIV),
    r"\star": (heads.CONV2D,),
}
"""The operations that a sign of a product may stand for, the likeliest first."""


def operation(symbol: str, parts: Sequence[Meant], start: int, options: Sequence[int] = ()) -> Meant:
    """The operation that a symbol stands for between these operands, with the whole numbers that stand below it, and
    its shape; `Mismatch` where no operation of that name has such operands."""
    shapes = [shape for _, shape in parts]
    try:
        row = choose(symbol, shapes, options)
    except ShapeMismatch as mismatch:
        if fitted := broadcast(symbol, parts, start):
            return operation(symbol, fitted, start)
        if all(len(parts) > len(row.operands) for row in SPELLINGS.get(symbol, ())):
            raise Unreadable(start, "meaning.arguments", function=symbol, count=len(parts)) from mismatch
        found = load()["joining"]["and"].join(map(describe, shapes))
        raise Mismatch(start, tell("wrong.operands", found=found)) from mismatch
    if row.options and not options:
        raise Unreadable(start, "meaning.options", function=symbol, options=listed(row.options))
    missing = len(row.operands) - len(parts)
    defaults = tuple(number(text) for text in row.defaults[len(row.defaults) - missing :]) if missing else ()
    places = row.filled(options)
    term = Term(row.name, (*(term for term, _ in parts), *defaults, *places))
    return term, row.shape([*shapes, *[()] * missing], *places)


def broadcast(symbol: str, parts: Sequence[Meant], start: int) -> Sequence[Meant] | None:
    """A matrix and a row or column that is added to each of its own, which is then repeated; None where the operands
    are none. `Unreadable` where a vector may be either."""
    if symbol not in ("+", "-") or len(parts) != 2 or not all(shape for _, shape in parts):
        return None
    (_, first), (_, second) = parts
    if symbol == "+" and 1 in first and 1 not in second:
        repeated = spread(parts[0], second, start)
        return repeated and [repeated, parts[1]]
    repeated = spread(parts[1], first, start) if 1 in second and 1 not in first else None
    return repeated and [parts[0], repeated]


def spread(vector: Meant, shape: Shape, start: int) -> Meant | None:
    """A row or column repeated to a matrix of this shape: a row for each of its rows; a column for each of its columns,
    or, as libraries have it, as the row that fits."""
    (term, (count, columns)), (rows, width) = vector, shape
    if columns == 1 and count == rows == width:
        raise Unreadable(start, "meaning.broadcast")
    if columns == 1 and count == rows:
        return Term(heads.REPEAT_COLUMNS, (term, width)), shape
    if width not in (count, columns):
        return None
    return Term(heads.REPEAT_ROWS, (term if columns == width else term.T, rows)), shape


def product(tree: Tree, left: Meant, right: Meant) -> Meant:
    """The product that the sign between two operands stands for, or the lack of one."""
    (a, first), (b, second) = left, right
    if tree.args[0].head in LISTS and first != second and first[:1] == second[:1]:
        a, first = a.T, first[::-1]  # (1, 2) in front of a matrix is a row
    if tree.head == r"\star" and not first and not second:
        raise Unreadable(tree.start, "meaning.own_sign")
    if (numeral := scientific(a, b)) is not None:
        return numeral, ()
    fitting = []
    for key in PRODUCTS[tree.head]:
        try:
            places = TABLE[key].filled()
            fitting.append((Term(key, (a, b, *places)), TABLE[key].shape([first, second], *places)))
        except ShapeMismatch:
            continue
        if tree.head != "*":
            break
    if len(fitting) > 1 and first and second:
        raise Unreadable(tree.start, "meaning.star")
    if not fitting:
        if tree.head == r"\times" and first == second == (3, 1):
            raise Unreadable(tree.start, "meaning.cross")
        raise Mismatch(tree.start, tell("wrong.product", left=describe(first), right=describe(second)))
    return fitting[0]


def scientific(a: Term, b: Term) -> Term | None:
    """`2 \\times 10^3` as one numeral; None for any other two factors."""
    is_one = (
        a.head == "number"
        and b.head == heads.POW
        and b.args[0] == TEN
        and "e" not in a.args[0]
        and re.fullmatch(r"-?\d{1,3}", str(b.args[1].args[0]))
    )
    return number(f"{a.args[0]}e{b.args[1].args[0]}") if is_one else None
