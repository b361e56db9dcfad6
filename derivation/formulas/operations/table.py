"""What a row of the operations table says, and the few shape rules that rows share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from derivation.formulas.arrays import Array, Shape, broadcast, collapse
from derivation.words.telling import tell

Kind = Literal[
    "infix",
    "juxtaposed",
    "prefix",
    "fraction",
    "power",
    "superscript",
    "exponential",
    "function",
    "fence",
    "norm",
    "root",
    "sum",
    "cases",
    "ones",
    "slice",
    "joined",
]

SUM, HADAMARD, PRODUCT, POWER, ATOM = range(1, 6)
"""How strongly a notation binds; an operand that binds less strongly is written in brackets."""


@dataclass(frozen=True, slots=True)
class Notation:
    """How an operation is written and read in LaTeX: one of a few kinds, its symbol, and how strongly it binds.

    `subscript` is how a row's options are written behind the symbol (`{0}` is the first, `{last}` the last, `{some}`
    all before it), by default with commas between them; `always` says that they are written where all have their
    defaults too, since nothing else on the page tells them.
    """

    kind: Kind
    symbol: str = ""
    precedence: int = ATOM
    subscript: str = ""
    always: bool = False


def operator_named(text: str, subscript: str = "", always: bool = False) -> Notation:
    """A function that is written as a word: softmax, pad."""
    return Notation("function", rf"\operatorname{{{text}}}", subscript=subscript, always=always)


class ShapeMismatch(ValueError):
    """The operands' shapes do not fit the operation; the text says what would. It is told when it is read, for mostly
    nobody reads it: another row of the table fits."""

    def __init__(self, code: str, /, **about: Any) -> None:
        super().__init__(code)
        self.code, self.about = code, about

    def __str__(self) -> str:
        return tell(self.code, **self.about)


ShapeRule = Callable[..., Shape]
Options = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Size:
    """An operand's rows and columns, for a row's texts that name them (`{a.rows}`)."""

    rows: int
    columns: int

    @classmethod
    def of(cls, shape: Shape) -> Size:
        return cls(*(shape or (1, 1)))


Meaning = Callable[..., Array]


@dataclass(frozen=True, slots=True)
class Fused:
    """A shorter rule for two operations together: the lines that lead to it, the last being the rule, and what must be
    exactly 1 for it to hold."""

    lines: tuple[str, ...]
    condition: str


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One row: everything the project knows about an operation.

    `operands` name the arguments in `definition` and `reverse`, which are written in the language of the spec.
    `meaning(algebra, *arrays)` computes over any algebra (numbers, SymPy, terms); an operation with a `definition` means
    that. `reverse` gives the gradient by each operand, with `G` for the upstream gradient and `out` for the result; a
    scalar operand that was broadcast gets the sum of it. `fused` gives, for another operation's result `p` as first
    operand (softmax, then cross-entropy), a shorter rule. `kink(arrays)` says whether the derivative is a convention at
    these values, and `jumps` that the value itself jumps there. `folds` says that `f(f(a, b), c)` is written `f(a, b, c)`. `coupled` says that entries depend on
    others than their own, `written_out` that a chain shows the definition in symbols before numbers are put in.
    `aliases` are what NumPy and PyTorch call the first spelling, where they have another name for it. `options` are
    whole numbers that a term holds behind its operands (a stride), each with its default (None: it has to
    be given; a name: that option's value); shape rule and meaning get them last. `heat` says that charts show operands
    and result as matrices of tinted cells: "window" wherever the row is used; "rows", "columns" or "entries", the
    numbers that add up to 1, where scores become the weights of an attention. `numpy` is the expression of a row that
    has no definition, over operands and options in braces. `internal` says that only other rows use
    it, so nobody who misspells a function means it. `example` uses the operation on quantities of `examples`. In `definition` and `reverse`, `{stride}`
    is an option, `{a.rows}` an operand's size, and other names in braces come from `sizes`.
    """

    name: str
    operands: tuple[str, ...]
    notation: Notation
    shape: ShapeRule
    meaning: Meaning | None = None
    definition: str | None = None
    reverse: tuple[str | None, ...] = ()
    spellings: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()
    reason: str = ""
    nonlinear: bool = True
    activation: bool = False
    fused: dict[str, Fused] = field(default_factory=dict)
    derivative_of: str | None = None
    kink: Callable[..., Array] | None = None
    jumps: bool = False
    coupled: bool = False
    written_out: bool = False
    folds: bool = False
    options: Mapping[str, int | str | None] = field(default_factory=dict)
    sizes: Callable[..., Mapping[str, int | str]] | None = None
    heat: Literal["", "window", "rows", "columns", "entries"] = ""
    numpy: str = ""
    internal: bool = False
    example: str = ""

    def filled(self, given: Sequence[int] = (), named: Mapping[str, int] | None = None) -> Options:
        """All options of a term of this row, from those given in order and by name."""
        if "many" in self.options.values():
            return tuple(given)
        named = {**dict(zip(self.options, given, strict=False)), **(named or {})}
        if len(given) > len(self.options) or named.keys() - self.options.keys():
            strange = ", ".join(map(repr, named.keys() - self.options.keys()))
            raise ShapeMismatch(
                "shapes.no_option",
                strange=strange or tell("shapes.further"),
                known=", ".join(self.options) or tell("shapes.axis"),
            )
        found: dict[str, int] = {}
        for key, default in self.options.items():
            value = named.get(key, found.get(default) if isinstance(default, str) else default)
            if value is None:
                raise ShapeMismatch("shapes.needs", key=key)
            found[key] = value
        return tuple(found.values())

    def at(self, text: str, shapes: Sequence[Shape], options: Options = ()) -> str:
        """A text of the row with sizes and options put in."""
        if "{" not in text:
            return text
        named = {operand: Size.of(shape) for operand, shape in zip(self.operands, shapes, strict=True)}
        extra = self.sizes(*named.values(), *options) if self.sizes else {}
        places = ", ".join(map(str, options))
        return text.format(**named, **dict(zip(self.options, options, strict=False)), **extra, options=places)


def of_one_operand(key: str, notation: Notation, shape: ShapeRule, meaning: Meaning, **more: Any) -> Operation:
    """A row of one operand, which needs no name of its own in a chain rule; the row's sentence is called as it is."""
    return Operation(key, ("a",), notation, shape, meaning, reason=key, nonlinear=False, **more)


class MissingPiece(TypeError):
    """The table says less of an operation than others ask of it.

    >>> raise MissingPiece("tanh", "example")
    Traceback (most recent call last):
    derivation.formulas.operations.table.MissingPiece: the operation 'tanh' has no example
    """

    def __init__(self, name: str, piece: str) -> None:
        super().__init__(f"the operation {name!r} has no {piece}")


PIECES: dict[str, Callable[[Operation], Any]] = {
    "operands": lambda row: row.operands,
    "meaning and no definition": lambda row: row.meaning or row.definition,
    "reverse rule for each operand": lambda row: len(row.reverse) == len(row.operands),
    "spelling": lambda row: row.spellings,
    "reason": lambda row: row.reason,
    "NumPy expression": lambda row: row.numpy or row.definition,
    "example": lambda row: row.example,
}
"""What a row has to say, and whether it does."""


def check(row: Operation) -> None:
    """Raises `MissingPiece` for a row that does not say all."""
    for piece, has in PIECES.items():
        if not has(row):
            raise MissingPiece(row.name, piece)


def entrywise(shapes: Sequence[Shape]) -> Shape:
    """Equal shapes, or scalars with anything."""
    shape: Shape = ()
    for other in shapes:
        fitted = broadcast(shape, other)
        if fitted is None:
            raise ShapeMismatch("shapes.equal_or_scalar")
        shape = fitted
    return shape


def arrays_entrywise(shapes: Sequence[Shape]) -> Shape:
    """Entry by entry, with at least two operands that are not scalars."""
    if () in shapes:
        raise ShapeMismatch("shapes.two_arrays")
    return entrywise(shapes)


def with_scalar(shapes: Sequence[Shape]) -> Shape:
    """A product or quotient in which one operand at least is a scalar."""
    if () not in shapes:
        raise ShapeMismatch("shapes.one_scalar")
    return entrywise(shapes)


def by_scalar(shapes: Sequence[Shape]) -> Shape:
    """Anything divided by, or raised to, a scalar."""
    if shapes[1] != ():
        raise ShapeMismatch("shapes.one_scalar")
    return shapes[0]


def scalar_by_scalar(shapes: Sequence[Shape]) -> Shape:
    """Two scalars."""
    if any(shapes):
        raise ShapeMismatch("shapes.both_scalars")
    return ()


def not_by_scalar(shapes: Sequence[Shape]) -> Shape:
    """A quotient entry by entry: the divisor is an array."""
    if shapes[1] == ():
        raise ShapeMismatch("shapes.divisor")
    return entrywise(shapes)


ENTRYWISE: tuple[ShapeRule, ...] = (
    entrywise,
    arrays_entrywise,
    with_scalar,
    by_scalar,
    scalar_by_scalar,
    not_by_scalar,
)
"""The shape rules of what works entry by entry between several operands."""


def same(shapes: Sequence[Shape]) -> Shape:
    """The shape of the first operand."""
    return shapes[0]


def equal(shapes: Sequence[Shape]) -> Shape:
    """Operands of one shape, which is the result's."""
    if len(set(shapes)) > 1:
        raise ShapeMismatch("shapes.equal")
    return shapes[0]


def matrix(shapes: Sequence[Shape]) -> Shape:
    """The shape of a matrix: more than one row and more than one column."""
    if min(shapes[0] or (1,)) == 1:
        raise ShapeMismatch("shapes.matrix")
    return shapes[0]


def equal_matrices(shapes: Sequence[Shape]) -> Shape:
    """Matrices of one shape."""
    return matrix([equal(shapes)])


def dropped(shapes: Sequence[Shape]) -> Shape:
    """An array, a mask of its shape, and a scalar."""
    if shapes[2] != ():
        raise ShapeMismatch("shapes.dropout")
    return equal(shapes[:2])


def scalar(shapes: Sequence[Shape]) -> Shape:
    """One number, from operands that fit entry by entry."""
    entrywise(shapes)
    return ()


def one_array(shapes: Sequence[Shape]) -> Shape:
    """One number from one operand."""
    return ()


def transposed(shapes: Sequence[Shape]) -> Shape:
    """Rows and columns exchanged."""
    return shapes[0][::-1]


def matrix_product(shapes: Sequence[Shape]) -> Shape:
    """(m, k) and (k, n) give (m, n)."""
    a, b = (shape or (1, 1) for shape in shapes)
    if a[1] != b[0]:
        raise ShapeMismatch("shapes.matrix_product", columns=a[1], rows=b[0])
    if () in shapes:
        raise ShapeMismatch("shapes.scalar_product")
    return collapse((a[0], b[1]))


def scaled_matrix(shapes: Sequence[Shape]) -> Shape:
    """Like a matrix product, with a scalar taken as a 1 x 1 matrix where the dimensions allow it."""
    a, b = (shape or (1, 1) for shape in shapes)
    if a[1] != b[0]:
        raise ShapeMismatch("shapes.matrix_product", columns=a[1], rows=b[0])
    return with_scalar(shapes)


def outer_product(shapes: Sequence[Shape]) -> Shape:
    """Two column vectors give a matrix."""
    a, b = (shape or (1, 1) for shape in shapes)
    if a[1] != 1 or b[1] != 1:
        raise ShapeMismatch("shapes.outer_product")
    return collapse((a[0], b[0]))


def equal_arrays(shapes: Sequence[Shape]) -> Shape:
    """A number from two arrays of one shape."""
    if shapes[0] != shapes[1] or shapes[0] == ():
        raise ShapeMismatch("shapes.dot_product")
    return ()


@dataclass(frozen=True, slots=True)
class Applied:
    """The meaning of an operation that is one function of the algebra, entry by entry."""

    function: str

    def __call__(self, algebra: Any, first: Array, *others: Array) -> Array:
        return first.zip(getattr(algebra, self.function), *others)
