"""The shapes of terms, and which operation a symbol stands for between operands of some shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from derivation.formulas.arrays import Shape, collapse
from derivation.formulas.operations import SPELLINGS, TABLE, Operation, ShapeMismatch
from derivation.formulas.operations.table import scaled_matrix
from derivation.formulas.terms import Term, fold, options


class Shapes:
    """The shapes of terms, from the shapes of names.

    >>> from derivation.formulas.terms import name
    >>> Shapes({"W": (2, 3), "x": (3, 1)}).of(name("W") @ name("x"))
    (2, 1)
    """

    def __init__(self, names: Mapping[str, Shape]) -> None:
        self.names = names

    def of(self, term: Term) -> Shape:
        """The shape of a term; `ShapeMismatch` where its operands do not fit."""
        return fold(term, self.of_leaf, lambda node, shapes: TABLE[node.head].shape(shapes, *options(node)))

    def of_leaf(self, term: Term) -> Shape | None:
        """The shape of what is no operation; None for one."""
        known = LEAF_SHAPES.get(term.head)
        shape: Shape | None = known(self, term) if known else None
        return shape

    def longest(self, term: Term) -> int:
        """The largest number of rows or columns of the term or of any part of it."""
        sizes = [1]

        def noted(shape: Shape) -> Shape:
            sizes.append(max(shape, default=1))
            return shape

        def leaf(node: Term) -> Shape | None:
            shape = self.of_leaf(node)
            return None if shape is None else noted(shape)

        fold(term, leaf, lambda node, shapes: noted(TABLE[node.head].shape(shapes, *options(node))))
        return max(sizes)


def _literal_shape(shapes: Shapes, term: Term) -> Shape:
    return term.value.shape if term.value is not None else collapse((len(term.args), len(term.args[0].args)))


def _jacobian_shape(of: Shape, by: Shape) -> Shape:
    """A number's derivative has the shape of what it is taken by; that of a column by a row has a row for each entry of
    the column."""
    return collapse((of[0], by[1] if by else 1)) if of and (not by or by[0] == 1) else by


LEAF_SHAPES: dict[str, Any] = {
    "name": lambda shapes, term: shapes.names[term.args[0]],
    "number": lambda shapes, term: (),
    "matrix": _literal_shape,
    "ones": lambda shapes, term: collapse(term.args[:2]),
    "unit": lambda shapes, term: collapse(term.args[:2]),
    "index": lambda shapes, term: (),
    "partial": lambda shapes, term: _jacobian_shape(*map(shapes.of, term.args)),
    "updated": lambda shapes, term: shapes.of(term.args[0]),
    "entry": lambda shapes, term: (),
    "second": lambda shapes, term: (),
    "shifted": lambda shapes, term: (),
}


def choose(
    symbol: str, shapes: list[Shape], given: Sequence[int] = (), named: Mapping[str, int] | None = None
) -> Operation:
    """The operation that a symbol stands for between operands of these shapes, with these options; `ShapeMismatch`
    where there is none."""
    problem: ShapeMismatch | None = None
    if symbol == "@" and () in shapes and len(shapes) == 2:
        scaled_matrix(shapes)
    for row in SPELLINGS[symbol]:
        required = len(row.operands) - len(row.defaults)
        if not required <= len(shapes) <= len(row.operands):
            problem = problem or ShapeMismatch("shapes.takes", count=required, given=len(shapes))
            continue
        try:
            row.shape([*shapes, *[()] * (len(row.operands) - len(shapes))], *row.filled(given, named))
            return row
        except ShapeMismatch as mismatch:
            problem = mismatch
    assert problem is not None
    raise problem
