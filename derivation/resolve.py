"""From an untyped tree to a Term: which operation each symbol stands for is decided by the shapes of its operands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache, reduce
from itertools import chain, count
from math import prod
from typing import Any

from .arrays import Shape, collapse
from .expressions import Raw, SyntaxProblem, nearest, parse, whole
from .operations import SPELLINGS, TABLE, Operation, ShapeMismatch
from .operations.layers import LAYERS
from .operations.table import Size, scaled_matrix
from .terms import Term, fold, index, number, options, rebuild
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
        return fold(term, self.of_leaf, lambda node, shapes: TABLE[node.head].shape(shapes, *options(node)))

    def of_leaf(self, term: Term) -> Shape | None:
        """The shape of what is no operation; None for one."""
        known = LEAF_SHAPES.get(term.head)
        shape: Shape | None = known(self, term) if known else None
        return shape


def _literal_shape(shapes: Shapes, term: Term) -> Shape:
    return term.value.shape if term.value is not None else collapse((len(term.args), len(term.args[0].args)))


def _jacobian_shape(of: Shape, by: Shape) -> Shape:
    """A number's derivative has the shape of what it is taken by; that of a column by a row has a row for each entry of the column."""
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


def describe(shape: Shape) -> str:
    """A shape in words.

    >>> describe(()), describe((2, 1)), describe((2, 3))
    ('a scalar', 'a vector of 2', 'a 2 x 3 matrix')
    """
    if not shape:
        return "a scalar"
    return f"a vector of {shape[0]}" if shape[1] == 1 else f"a {shape[0]} x {shape[1]} matrix"


def choose(symbol: str, shapes: list[Shape], given: Sequence[int] = (), named: Mapping[str, int] | None = None) -> Operation:
    """The operation that a symbol stands for between operands of these shapes, with these options; `ShapeMismatch` where there is none."""
    problem: ShapeMismatch | None = None
    if symbol == "@" and () in shapes:
        scaled_matrix(shapes)
    for row in SPELLINGS[symbol]:
        required = len(row.operands) - len(row.defaults)
        if not required <= len(shapes) <= len(row.operands):
            problem = problem or ShapeMismatch(f"takes {required} operand{'s' * (required > 1)}, not {len(shapes)}")
            continue
        try:
            row.shape([*shapes, *[()] * (len(row.operands) - len(shapes))], *row.filled(given, named))
            return row
        except ShapeMismatch as mismatch:
            problem = mismatch
    assert problem is not None
    raise problem


class Resolver:
    """Builds Terms over names of known shapes, and knows the shape of each as it builds it.

    `added` holds the equations that a layer (`operations.layers`) brings with it; they are named after `result`, the equation at hand,
    and differ from all names in `taken`; `titles` says what the layer calls them.
    """

    def __init__(self, names: Mapping[str, Shape], result: str = "", taken: Collection[str] = ()) -> None:
        self.names = dict(names)
        self.result, self.taken = result, {*names, *taken}
        self.added: dict[str, Term] = {}
        self.titles: dict[str, str] = {}

    def resolve(self, raw: Raw) -> Resolved:
        """The Term and its shape; `SyntaxProblem` at the place of the operation whose operands do not fit."""
        special = SPECIAL.get(raw.symbol)
        if special:
            return special(self, raw)  # type: ignore[no-any-return]
        if raw.symbol in LAYERS:
            return self.layer(raw)
        count = max((len(row.operands) for row in SPELLINGS[raw.symbol] if row.options), default=len(raw.args))
        parts = [self.resolve(arg) for arg in raw.args[:count]]
        named = {key: value for key, value in raw.keywords if key not in AXES}
        axis = next((value for key, value in raw.keywords if key == "axis"), None)
        if axis is not None:
            return self.along(raw, parts, whole(axis))
        return self.operation(raw, raw.symbol, parts, integers(raw.args[count:]), {key: whole(value) for key, value in named.items()})

    def operation(self, raw: Raw, symbol: str, parts: list[Resolved], given: Sequence[int] = (), named: Mapping[str, int] | None = None) -> Resolved:
        """The operation that a symbol stands for between these parts; rows and columns are repeated where that makes them fit."""
        try:
            row = choose(symbol, [shape for _, shape in parts], given, named)
        except ShapeMismatch as mismatch:
            fitted = repeated(parts) if symbol in BROADCASTING else None
            if fitted:
                return self.operation(raw, symbol, fitted)
            shapes = [shape for _, shape in parts]
            found = " and ".join(map(describe, shapes))
            hint = "; a list is a column, write a row as [[1, 2]]" if symbol in BROADCASTING and row_wanted(shapes) else ""
            raise SyntaxProblem(raw.at, f"the shapes do not fit at {raw.symbol.replace('u-', '-')!r}: {mismatch}; found {found}{hint}") from None
        missing = len(row.operands) - len(parts)
        parts = [*parts, *(self.resolve(parse(text)) for text in row.defaults[len(row.defaults) - missing :])]
        places = row.filled(given, named)
        return Term(row.name, (*(term for term, _ in parts), *places)), row.shape([shape for _, shape in parts], *places)

    def along(self, raw: Raw, parts: list[Resolved], axis: int) -> Resolved:
        """A function along one axis: 0 works down each column, 1 (or -1) along each row."""
        shape = parts[0][1] or (1, 1)
        if axis not in (-1, 0, 1) or (raw.symbol not in AVERAGED and f"{raw.symbol} axis=0" not in SPELLINGS):
            raise SyntaxProblem(raw.at, f"{raw.symbol!r} with axis={axis} is not known; axis=0 is down each column, axis=1 along each row")
        axis = abs(axis)
        if raw.symbol == "mean":
            total, size = self.along(Raw("sum", raw.args, raw.at), parts, axis), number(shape[axis])
            return (total[0], total[1]) if shape[axis] == 1 else self.operation(raw, "/", [total, (size, ())])
        if shape[axis] == 1 and raw.symbol in ("sum", "max"):
            return parts[0]
        return self.operation(raw, raw.symbol if shape[1 - axis] == 1 else f"{raw.symbol} axis={axis}", parts)

    def layer(self, raw: Raw) -> Resolved:
        """A layer's equations, each but the last a quantity with a name of its own."""
        layer = LAYERS[raw.symbol]
        count, given = len(layer.operands), dict(raw.keywords)
        if not count - len(layer.defaults) <= len(raw.args) <= count:
            raise SyntaxProblem(raw.at, f"{raw.symbol!r} takes {', '.join(layer.operands)}")
        written = [*raw.args, *(given.get(key, parse(layer.defaults[key])) for key in layer.operands[len(raw.args) :])]
        parts = {key: self.resolve(arg) for key, arg in zip(layer.operands, written, strict=True)}
        axis = whole(given["axis"]) if "axis" in given else layer.axis
        matrix = min(parts[layer.operands[0]][1] or (1,)) > 1
        text = {key: Size.of(shape) for key, (_, shape) in parts.items()} | {"along": f", axis={axis}" if matrix and axis is not None else ""}
        inner = Resolver({key: shape for key, (_, shape) in parts.items()})
        known = {key: term for key, (term, _) in parts.items()}
        for local, formula in layer.equations:
            term, shape = inner.resolve(parse(formula.format(**text)))
            term = substitute(term, known)
            if local == layer.equations[-1][0]:
                return term, shape
            known[local], inner.names[local] = self.add(local, term, shape), shape
            if local in layer.titles:
                self.titles[known[local].args[0]] = layer.titles[local]
        raise AssertionError("a layer has equations")

    def add(self, local: str, term: Term, shape: Shape) -> Term:
        """A new equation, called after its letter in the layer and the equation that asked for it."""
        tail = self.result.lstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        key = next(name for name in chain((f"{local}{tail}", f"{local}_{self.result}"), (f"{local}_{k}" for k in count(1))) if name not in self.taken)
        self.taken.add(key)
        self.names[key], self.added[key] = shape, term
        return name_term(key)

    def name(self, raw: Raw) -> Resolved:
        text = raw.args[0]
        if text not in self.names:
            raise SyntaxProblem(
                raw.at, f"nothing is called {text!r}{nearest(text, self.names)}; give it a value under [parameters] or [data], or an equation above this one"
            )
        return name_term(text), self.names[text]

    def number(self, raw: Raw) -> Resolved:
        return number(raw.args[0]), ()

    def index(self, raw: Raw) -> Resolved:
        """Entries, rows, columns and parts, counted from 0 as in NumPy."""
        term, shape = self.resolve(raw.args[0])
        places = [place for place in raw.args[1:] if place.symbol != "none"]
        if len(places) < len(raw.args) - 1:
            return self.operation(raw, ".T", [(term, shape)]) if raw.args[1].symbol == "none" else (term, shape)
        if places[0].symbol == "list":
            return self.operation(raw, "pick_rows", [(term, shape)], [place + 1 for place in integers(places[0].args)])
        sizes = shape if len(places) == 2 else (max(shape),) if 1 in shape else shape[:1]
        if len(sizes) != len(places) or not shape:
            raise SyntaxProblem(raw.at, f"{self.called(term)} is {describe(shape)}: write one index for a vector, two for a matrix")
        spans = [span(place, size, self.called(term), shape, raw.at) for place, size in zip(places, sizes, strict=True)]
        if all(place.symbol != "slice_of" for place in places) and (len(places) == 2 or 1 in shape):
            if term.head != "name":
                raise SyntaxProblem(raw.at, "only a named quantity can be indexed; give this expression a name")
            return index(term, *(first for first, _ in spans)), ()
        if len(spans) == 1:
            spans = [(0, 1), spans[0]] if shape[0] == 1 else [spans[0], (0, shape[1])]
        return self.operation(raw, "slice", [(term, shape)], [place for first, last in spans for place in (first + 1, last)])

    def called(self, term: Term) -> str:
        return repr(term.args[0]) if term.head == "name" else "this"

    def joined(self, raw: Raw) -> Resolved:
        """`concat` and `stack` of several arrays, two by two from the left."""
        axis = next((abs(whole(value)) for key, value in raw.keywords if key == "axis"), 0)
        given = raw.args[0].args if len(raw.args) == 1 and raw.args[0].symbol == "list" else raw.args
        parts = [self.resolve(arg) for arg in given]
        if raw.symbol == "stack" and axis == 0:
            parts = [self.operation(raw, ".T", [part]) if part[1] else part for part in parts]
        return reduce(lambda a, b: self.operation(raw, f"concat axis={axis}", [a, b]), parts)

    def embedding(self, raw: Raw) -> Resolved:
        """Rows of a table, picked by their places from 0."""
        return self.operation(raw, "pick_rows", [self.resolve(raw.args[0])], [place + 1 for place in integers(raw.args[1:])])

    def reshape(self, raw: Raw) -> Resolved:
        """Other rows and columns; -1 stands for what is left."""
        term, shape = self.resolve(raw.args[0])
        sizes = integers(raw.args[1:])
        entries = shape[0] * shape[1] if shape else 1
        sizes = [*sizes, 1] if len(sizes) == 1 else sizes
        known = prod(size for size in sizes if size != -1)
        return self.operation(raw, "reshape", [(term, shape)], [entries // known if size == -1 and known else size for size in sizes])

    def ones(self, raw: Raw) -> Resolved:
        _, shape = self.resolve(raw.args[0])
        return (Term("ones", shape), shape) if shape else (number(1), ())

    def size(self, raw: Raw) -> Resolved:
        _, shape = self.resolve(raw.args[0])
        return number(shape[0] * shape[1] if shape else 1), ()

    def misplaced(self, raw: Raw) -> Resolved:
        raise SyntaxProblem(raw.at, "a list stands only inside concat(...), embedding(...) or an index; give an array of numbers a name under [data]")

    def repetition(self, raw: Raw) -> Resolved:
        raise SyntaxProblem(raw.at, "'for ... in ...' stands at the end of an equation or inside sum(...)")


Resolved = tuple[Term, Shape]
AXES = frozenset({"axis", "keepdims"})
AVERAGED = frozenset({"mean"})
BROADCASTING = frozenset({"+", "-", "*", "/", "^", "max", "min", ">", ">="})
SPECIAL: dict[str, Any] = {
    "name": Resolver.name,
    "number": Resolver.number,
    "index": Resolver.index,
    "concat": Resolver.joined,
    "stack": Resolver.joined,
    "embedding": Resolver.embedding,
    "reshape": Resolver.reshape,
    "ones": Resolver.ones,
    "size": Resolver.size,
    "list": Resolver.misplaced,
    "none": Resolver.misplaced,
    "slice_of": Resolver.misplaced,
    "for": Resolver.repetition,
}


def integers(raws: Sequence[Raw]) -> list[int]:
    """Whole numbers, given one by one or as lists."""
    return [number for raw in raws for number in (integers(raw.args) if raw.symbol == "list" else [whole(raw)])]


def span(place: Raw, size: int, called: str, shape: Shape, at: int) -> tuple[int, int]:
    """First place and the one behind the last, from 0, of an index or a slice; negative ones count from the end."""
    bounds = place.args if place.symbol == "slice_of" else (place, None)
    first, last = (None if bound is None else whole(bound) + size * (whole(bound) < 0) for bound in bounds)
    if place.symbol != "slice_of":
        assert first is not None
        if not 0 <= first < size:
            raise SyntaxProblem(at, f"index {whole(place)} is beyond {called}, which is {describe(shape)} (indices start at 0)")
        return first, first + 1
    first, last = max(first or 0, 0), size if last is None else min(last, size)
    if first >= last:
        raise SyntaxProblem(at, f"this part of {called} is empty; it is {describe(shape)} (indices start at 0)")
    return first, last


def row_wanted(shapes: list[Shape]) -> bool:
    """Whether a column would fit as a row: as one writes a bias in NumPy."""
    return any(a[1:] == (1,) and b[1:] == a[:1] for a in shapes for b in shapes)


def repeated(parts: list[Resolved]) -> list[Resolved] | None:
    """Rows and columns repeated to the shape of the largest operand, as NumPy broadcasts; None where that does not make them fit."""
    shapes = [shape for _, shape in parts if shape]
    rows, columns = (max((shape[axis] for shape in shapes), default=1) for axis in (0, 1))
    if (rows, columns) not in shapes or all(shape == (rows, columns) for shape in shapes):
        return None
    found = list[Resolved]()
    for term, shape in parts:
        if shape in ((), (rows, columns)):
            found.append((term, shape))
        elif shape == (1, columns):
            found.append((Term("repeat_rows", (term, rows)), (rows, columns)))
        elif shape == (rows, 1):
            found.append((Term("repeat_columns", (term, columns)), (rows, columns)))
        else:
            return None
    return found


@cache
def definition(row: Operation, shapes: tuple[Shape, ...], given: tuple[int, ...] = ()) -> Term:
    """A row's definition as a Term over its operands' names, at these shapes."""
    assert row.definition is not None
    return Resolver(dict(zip(row.operands, shapes, strict=True))).resolve(parse(row.at(row.definition, shapes, given)))[0]


@cache
def rule(text: str, names: tuple[tuple[str, Shape], ...]) -> tuple[Term, Shape]:
    """A rule of the table as a Term over names of these shapes, with its shape."""
    return Resolver(dict(names)).resolve(parse(text))


def substitute(term: Term, parts: Mapping[str, Term]) -> Term:
    """The term with each name in `parts` replaced."""
    return rebuild(term, lambda node: parts.get(node.args[0]) if node.head == "name" else None)
