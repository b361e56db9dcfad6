"""A small dense array over any kind of entry: exact numbers, certified balls, SymPy expressions, terms, sets of places.

One meaning per operation then serves them all: an operation's row says what it does to arrays, and the entries' own
arithmetic does the rest. A scalar has shape (); everything else has two dimensions, a column vector n rows of one
entry.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import chain
from math import inf, prod
from typing import Any

import flint
from flint import arb, arb_mat, fmpq, fmpq_mat

from derivation.formulas.precision import working_precision
from derivation.words.telling import tell

Shape = tuple[int, ...]

LARGE = 64
"""Products of numbers beyond which a matrix product is taken in one piece, by python-flint."""
MULTIPLIED_BITS = 128
"""Bits that an outer product is multiplied out with: numbers leave with 30 digits, which are 100 bits, and up to two
words python-flint keeps a number without asking for memory. Whoever needs more takes entries, or one of them."""
WORD = 64
"""Bits of a denominator up to which numerators alone are multiplied by balls."""


def broadcast(a: Shape, b: Shape) -> Shape | None:
    """The shape of an entry-by-entry operation: equal shapes, or a scalar with anything; None where they do not fit.

    >>> broadcast((), (2, 1)), broadcast((2, 1), (3, 1))
    ((2, 1), None)
    """
    if a == b or b == ():
        return a
    return b if a == () else None


@dataclass(frozen=True, slots=True, eq=False)
class Array:
    """`shape` is () or (rows, columns); `entries` are given row by row.

    The numbers of a large product are held as a matrix of python-flint's. Each form is made of the other when it is
    first asked for: `kind` is `fmpq` where every entry is exact, `arb` where every one is a ball, else None; `matrix`
    the `fmpq_mat` or `arb_mat`, or None; `whole` an exact one as whole numbers over one denominator of a word, or None,
    and `numerators` these as balls; every ball has at least `accuracy` bits right, relative to itself. Until its numbers
    are asked for, a large transpose is the array that it is `flipped` from, a large product of a column and a row its
    `factors` and the bits to work with. The `matrix` of such a product has `MULTIPLIED_BITS` at most; what is worked
    with it takes its factors.

    >>> a = Array((1, 2), (1, 2))
    >>> (a + a).entries, (a @ a.T).entries, a.T.shape
    ((2, 4), (5,), (2, 1))
    """

    shape: Shape
    entries: tuple[Any, ...]
    kind: Any = field(init=False, repr=False)
    matrix: Any = field(init=False, repr=False)
    whole: Any = field(init=False, repr=False)
    numerators: Any = field(init=False, repr=False)
    accuracy: float = field(init=False, repr=False)
    flipped: Any = field(init=False, repr=False)
    factors: Any = field(init=False, repr=False)

    def __getattr__(self, form: str) -> Any:
        """A form of the array that is asked for for the first time."""
        if form not in FORMS:
            raise AttributeError(form)
        found = FORMS[form](self)
        object.__setattr__(self, form, found)
        return found

    @classmethod
    def held(cls, **forms: Any) -> Array:
        """An array by other forms than its entries: its shape, its kind, and what the others can be made of."""
        array = cls.__new__(cls)
        for form, found in forms.items():
            object.__setattr__(array, form, found)
        return array

    @classmethod
    def scalar(cls, entry: Any) -> Array:
        """One entry, shape ()."""
        return cls((), (entry,))

    @classmethod
    def of_rows(cls, rows: Sequence[Sequence[Any]]) -> Array:
        """Rows of equal length; one row of one entry is a scalar."""
        entries = tuple(entry for row in rows for entry in row)
        return cls(collapse((len(rows), len(rows[0]))), entries)

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """The entries row by row; a scalar is one row of one entry."""
        columns = self.shape[1] if self.shape else 1
        return [self.entries[k : k + columns] for k in range(0, len(self.entries), columns)]

    def __getitem__(self, place: tuple[int, ...]) -> Any:
        offset = self.offset(place)
        if not self.is_held:
            return self.entries[offset]
        if not self.is_outer:
            return self.matrix[divmod(offset, self.matrix.ncols())]
        row, column = divmod(offset, self.shape[1])
        if self.flipped:
            return self.flipped[column, row]
        a, b, bits = self.factors
        with working_precision(bits):
            return a.entries[row] * b.entries[column]

    @property
    def is_held(self) -> bool:
        """Whether nobody has asked for all entries yet of an array that is held in another form."""
        try:
            object.__getattribute__(self, "entries")
        except AttributeError:
            return True
        return False

    @property
    def is_outer(self) -> bool:
        """Whether this is held as a column times a row, or as the transpose of that."""
        return bool(self.factors or (self.flipped and self.flipped.factors))

    @property
    def sides(self) -> tuple[Array, Array]:
        """The column and the row that this is the product of."""
        if self.flipped:
            column, row = self.flipped.sides
            return row.T, column.T
        column, row, _ = self.factors
        return column, row

    def each(self) -> Iterator[Any]:
        """The entries one by one; those of an array that is held in another form are not kept."""
        if not self.is_held:
            yield from self.entries
        elif self.factors:
            a, b, bits = self.factors
            for x in a.entries:
                with working_precision(bits):
                    row = [x * y for y in b.entries]
                yield from row
        else:
            matrix = _in_full(self)
            yield from (matrix[i, j] for i in range(matrix.nrows()) for j in range(matrix.ncols()))

    def is_product_of_the_same(self, other: Array) -> bool:
        """Whether both are a column times a row, and the same ones."""
        return bool(
            self.factors
            and other.factors
            and all(
                one is another or (one.flipped is not None and one.flipped is another.flipped)
                for one, another in zip(self.sides, other.sides, strict=True)
            )
        )

    def offset(self, place: tuple[int, ...]) -> int:
        """Where an entry stands in `entries`; one place indexes a vector (a column, or a single row).

        >>> Array((2, 3), tuple("abcdef")).offset((1, 2))
        5
        """
        return place[0] if len(place) == 1 else place[0] * self.shape[1] + place[1]

    @property
    def places(self) -> Iterator[tuple[int, ...]]:
        """The index of every entry, in the order of `entries`: () for a scalar, (i,) in a vector, (i, j) in a
        matrix."""
        if not self.shape:
            yield ()
        elif 1 in self.shape:
            yield from ((k,) for k in range(len(self.entries)))
        else:
            yield from ((i, j) for i in range(self.shape[0]) for j in range(self.shape[1]))

    def map(self, function: Callable[[Any], Any]) -> Array:
        """The function at each entry."""
        return Array(self.shape, tuple(map(function, self.entries)))

    def zip(self, function: Callable[..., Any], *others: Array) -> Array:
        """The function entry by entry over several arrays; scalars broadcast."""
        shape = reduce(lambda a, b: broadcast(a, b) or (), (other.shape for other in others), self.shape)
        size = max(len(array.entries) for array in (self, *others))
        columns = [array.entries * (size if len(array.entries) == 1 else 1) for array in (self, *others)]
        return Array(shape, tuple(map(function, *columns)))

    def __add__(self, other: Array) -> Array:
        return self.zip(operator.add, other)

    def __sub__(self, other: Array) -> Array:
        return self.zip(operator.sub, other)

    def __mul__(self, other: Array) -> Array:
        if other is self and self.factors:
            column, row = self.sides
            return (column * column) @ (row * row)
        return self.zip(operator.mul, other)

    def __truediv__(self, other: Array) -> Array:
        return self.zip(operator.truediv, other)

    def __neg__(self) -> Array:
        return self.map(operator.neg)

    def __matmul__(self, other: Array) -> Array:
        (height, inside), width = self.shape or (1, 1), (other.shape or (1, 1))[1]
        shape = collapse((height, width))
        if self.is_outer or other.is_outer:
            return _onwards(self, other)
        if height * inside * width > LARGE and self.kind and other.kind:
            return (_outer if inside == 1 and arb in (self.kind, other.kind) else _inner)(self, other, shape)
        if inside == 1:
            return Array(shape, tuple(x * y for x in self.entries for y in other.entries))
        rows, columns = self.rows, other.T.rows
        return Array(shape, tuple(total(list(map(operator.mul, row, column))) for row in rows for column in columns))

    @property
    def T(self) -> Array:
        """The transpose."""
        if len(self.shape) == 2 and self.shape[0] * self.shape[1] > LARGE and self.kind:
            return self.flipped or Array.held(shape=self.shape[::-1], kind=self.kind, flipped=self)
        return Array(self.shape[::-1], tuple(chain.from_iterable(zip(*self.rows, strict=True))))

    def sum(self) -> Array:
        """All entries added up, as a scalar."""
        if self.factors:
            column, row = self.sides
            return column.sum() * row.sum()
        return Array.scalar(total(self.entries))


def _inner(a: Array, b: Array, shape: Shape) -> Array:
    return Array.held(shape=shape, kind=fmpq if a.kind is b.kind is fmpq else arb, matrix=_product(a, b))


def _outer(a: Array, b: Array, shape: Shape) -> Array:
    """A column times a row, one of balls. The accuracy follows from that of the factors: relative errors add up, that
    of rounding among them, and 3 bits are more than a sum of five can cost."""
    bits = flint.ctx.prec
    return Array.held(shape=shape, kind=arb, factors=(a, b, bits), accuracy=min(bits, a.accuracy, b.accuracy) - 3)


def _onwards(a: Array, b: Array) -> Array:
    """A product with one of a column and a row, factor by factor: `(u v) B` is `u (v B)`."""
    if a.is_outer:
        column, row = a.sides
        return column @ (row @ b)
    column, row = b.sides
    return (a @ column) @ row


def _product(a: Array, b: Array) -> Any:
    """The product of two matrices of python-flint's. Whole numbers are multiplied where an exact one has them over one
    denominator: python-flint would reduce each summand, or divide each entry to multiply it by a ball."""
    if a.kind is not b.kind:
        return _mixed(a, b)
    if a.kind is arb or not (a.whole and b.whole):
        return a.matrix * b.matrix
    (left, over_left), (right, over_right) = a.whole, b.whole
    return fmpq_mat(left * right) / (over_left * over_right)


def _mixed(a: Array, b: Array) -> Any:
    """The product of an exact matrix and balls: its numerators times the balls divided by its denominator."""
    exact, other = (a, b) if a.kind is fmpq else (b, a)
    if exact.flipped and (a.shape or (1, 1))[0] * (b.shape or (1, 1))[1] < prod(exact.shape):
        return _mixed(b.T, a.T).transpose()  # there is less of the product to be transposed
    if not exact.whole:
        return a.matrix * b.matrix
    balls = other.matrix / exact.whole[1]
    return exact.numerators * balls if exact is a else balls * exact.numerators


def _kind(array: Array) -> Any:
    kinds = set(map(type, array.entries))
    return kinds.pop() if kinds in ({fmpq}, {arb}) else None


def _matrix(array: Array) -> Any:
    if array.flipped:
        return array.flipped.matrix.transpose()
    if array.factors:
        return _multiplied(array, MULTIPLIED_BITS)
    make = {fmpq: fmpq_mat, arb: arb_mat}.get(array.kind)
    return make(*(array.shape or (1, 1)), array.entries) if make else None


def _multiplied(array: Array, most: int) -> Any:
    """A column times a row with no more than `most` bits."""
    a, b, bits = array.factors
    with working_precision(min(bits, most)):
        return _product(a, b)


def _in_full(array: Array) -> Any:
    """The matrix with all bits, of a column times a row too."""
    if not array.is_outer:
        return array.matrix
    if array.flipped:
        return _in_full(array.flipped).transpose()
    return _multiplied(array, array.factors[2])


def _whole(array: Array) -> Any:
    if array.flipped:
        return array.flipped.whole and (array.flipped.whole[0].transpose(), array.flipped.whole[1])
    numerators, denominator = array.matrix.numer_denom()
    return (numerators, denominator) if denominator.bit_length() <= WORD else None


def _accuracy(array: Array) -> float:
    if array.kind is fmpq:
        return inf
    if array.flipped:
        return float(array.flipped.accuracy)
    balls = array.entries if array.kind is arb else [x for x in array.entries if isinstance(x, arb)]
    return min(map(arb.rel_accuracy_bits, balls), default=inf)


FORMS: dict[str, Callable[[Array], Any]] = {
    "entries": lambda array: tuple(_in_full(array).entries()),
    "kind": _kind,
    "matrix": _matrix,
    "whole": _whole,
    "numerators": lambda array: arb_mat(array.whole[0]),
    "accuracy": _accuracy,
    "flipped": lambda array: None,
    "factors": lambda array: None,
}


def collapse(shape: Shape) -> Shape:
    """One row of one entry is a scalar: so `W2 @ h` of a 1 x 2 matrix and a vector is a number, as on paper."""
    return () if shape == (1, 1) else shape


def describe(shape: Shape) -> str:
    """A shape in words.

    >>> describe(()), describe((2, 1)), describe((2, 3))
    ('a scalar', 'a vector of 2', 'a 2 x 3 matrix')
    """
    if not shape:
        return tell("shapes.a_scalar")
    if len(shape) > 2:
        return tell("shapes.an_array", shape=" x ".join(map(str, shape)))
    rows, columns = shape
    return tell("shapes.a_vector", length=rows) if columns == 1 else tell("shapes.a_matrix", rows=rows, columns=columns)


SUMS: dict[type, Callable[..., Any]] = {}
"""Kinds of entries with a sum of any number of summands, which is less work than one after the other."""


def total(entries: Sequence[Any]) -> Any:
    """The entries added from left to right (there is at least one)."""
    for kind, add in SUMS.items() if len(entries) > 2 else ():
        if isinstance(entries[0], kind):
            return add(*entries)
    return reduce(operator.add, entries)
