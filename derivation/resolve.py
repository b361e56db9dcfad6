"""From an untyped tree to a Term: which operation each symbol stands for is decided by the shapes of its operands."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from .arrays import Shape, collapse
from .expressions import Raw, SyntaxProblem, nearest, parse
from .operations import SPELLINGS, TABLE, Operation, ShapeMismatch
from .operations.table import scaled_matrix
from .terms import Term, index, number, rebuild
from .terms import name as name_term


class Shapes:
    """The shapes of terms, from the shapes of names.

    >>> from derivation.terms import name
    >>> Shapes({"W": (2, 3), "x": (3, 1)}).of(Term("matmul", (name("W"), name("x"))))
    (2, 1)
    """

    def __init__(self, names: Mapping[str, Shape]) -> None:
        self.names = names

    def of(self, term: Term) -> Shape:
        """The shape of a term; `ShapeMismatch` where its operands do not fit."""
        known = LEAF_SHAPES.get(term.head)
        if known:
            shape: Shape = known(self, term)
            return shape
        return TABLE[term.head].shape([self.of(child) for child in term.children])


def _literal_shape(shapes: Shapes, term: Term) -> Shape:
    return term.value.shape if term.value is not None else collapse((len(term.args), len(term.args[0].args)))


LEAF_SHAPES: dict[str, Any] = {
    "name": lambda shapes, term: shapes.names[term.args[0]],
    "number": lambda shapes, term: (),
    "matrix": _literal_shape,
    "ones": lambda shapes, term: collapse(term.args[:2]),
    "unit": lambda shapes, term: collapse(term.args[:2]),
    "index": lambda shapes, term: (),
    "partial": lambda shapes, term: shapes.of(term.args[1]),
    "updated": lambda shapes, term: shapes.of(term.args[0]),
    "entry": lambda shapes, term: (),
    "second": lambda shapes, term: (),
    "shifted": lambda shapes, term: (),
}


def describe(shape: Shape) -> str:
    """A shape in words.

    >>> describe(()), describe((2, 1)), describe((2, 3))
    ('a scalar', 'a vector of 2', 'a 2 x 3 matrix')
    """
    if not shape:
        return "a scalar"
    return f"a vector of {shape[0]}" if shape[1] == 1 else f"a {shape[0]} x {shape[1]} matrix"


def choose(symbol: str, shapes: list[Shape]) -> Operation:
    """The operation that a symbol stands for between operands of these shapes; `ShapeMismatch` where there is none."""
    problem: ShapeMismatch | None = None
    if symbol == "@" and () in shapes:
        scaled_matrix(shapes)
    for row in SPELLINGS[symbol]:
        required = len(row.operands) - len(row.defaults)
        if not required <= len(shapes) <= len(row.operands):
            problem = problem or ShapeMismatch(f"takes {required} operand{'s' * (required > 1)}, not {len(shapes)}")
            continue
        try:
            row.shape([*shapes, *[()] * (len(row.operands) - len(shapes))])
            return row
        except ShapeMismatch as mismatch:
            problem = mismatch
    assert problem is not None
    raise problem


class Resolver:
    """Builds Terms over names of known shapes, and knows the shape of each as it builds it."""

    def __init__(self, names: Mapping[str, Shape]) -> None:
        self.names = names

    def resolve(self, raw: Raw) -> tuple[Term, Shape]:
        """The Term and its shape; `SyntaxProblem` at the place of the operation whose operands do not fit."""
        special = getattr(self, f"_{raw.symbol}", None) if raw.symbol in SPECIAL else None
        if special:
            term, shape = special(raw)
            return term, shape
        parts = [self.resolve(arg) for arg in raw.args]
        try:
            row = choose(raw.symbol, [shape for _, shape in parts])
        except ShapeMismatch as mismatch:
            found = " and ".join(describe(shape) for _, shape in parts)
            raise SyntaxProblem(raw.at, f"the shapes do not fit at {raw.symbol.replace('u-', '-')!r}: {mismatch}; found {found}") from None
        missing = len(row.operands) - len(parts)
        parts += [self.resolve(parse(text)) for text in row.defaults[len(row.defaults) - missing :]]
        return Term(row.name, tuple(term for term, _ in parts)), row.shape([shape for _, shape in parts])

    def _name(self, raw: Raw) -> tuple[Term, Shape]:
        text = raw.args[0]
        if text not in self.names:
            raise SyntaxProblem(
                raw.at, f"nothing is called {text!r}{nearest(text, self.names)}; give it a value under [parameters] or [data], or an equation above this one"
            )
        return name_term(text), self.names[text]

    def _number(self, raw: Raw) -> tuple[Term, Shape]:
        return number(raw.args[0]), ()

    def _index(self, raw: Raw) -> tuple[Term, Shape]:
        term, shape = self.resolve(raw.args[0])
        places = raw.args[1:]
        if term.head != "name":
            raise SyntaxProblem(raw.at, "only a named quantity can be indexed; give this expression a name")
        sizes = shape if len(places) == 2 else (max(shape),) if 1 in shape else ()
        if len(sizes) != len(places):
            raise SyntaxProblem(raw.at, f"{term.args[0]!r} is {describe(shape)}: write one index for a vector, two for a matrix")
        for place, size in zip(places, sizes, strict=True):
            if place >= size:
                raise SyntaxProblem(raw.at, f"index {place} is beyond {term.args[0]!r}, which is {describe(shape)} (indices start at 0)")
        return index(term, *places), ()

    def _ones(self, raw: Raw) -> tuple[Term, Shape]:
        _, shape = self.resolve(raw.args[0])
        return (Term("ones", shape), shape) if shape else (number(1), ())

    def _size(self, raw: Raw) -> tuple[Term, Shape]:
        _, shape = self.resolve(raw.args[0])
        return number(shape[0] * shape[1] if shape else 1), ()


SPECIAL = frozenset({"name", "number", "index", "ones", "size"})


@cache
def definition(row: Operation, shapes: tuple[Shape, ...]) -> Term:
    """A row's definition as a Term over its operands' names, at these shapes."""
    assert row.definition is not None
    return Resolver(dict(zip(row.operands, shapes, strict=True))).resolve(parse(row.definition))[0]


@cache
def rule(text: str, names: tuple[tuple[str, Shape], ...]) -> tuple[Term, Shape]:
    """A rule of the table as a Term over names of these shapes, with its shape."""
    return Resolver(dict(names)).resolve(parse(text))


def substitute(term: Term, parts: Mapping[str, Term]) -> Term:
    """The term with each name in `parts` replaced."""
    return rebuild(term, lambda node: parts.get(node.args[0]) if node.head == "name" else None)
