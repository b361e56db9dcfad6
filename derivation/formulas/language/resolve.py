"""From an untyped tree to a Term: which operation each symbol stands for is decided by the shapes of its operands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain, count
from math import prod
from typing import Any

from derivation.formulas.arrays import Shape, collapse
from derivation.formulas.arrays import describe as describe
from derivation.formulas.language import arguments, arranging
from derivation.formulas.language.einsum import einsum
from derivation.formulas.language.expressions import nearest, parse, whole
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.readings import Reading, Resolved, TwoReadings, called, natural, read
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.language.unfolding import array_problem
from derivation.formulas.operations import SPELLINGS, TABLE, Operation, ShapeMismatch, heads
from derivation.formulas.operations.layers import ALONG, LAYERS, Layer, shares
from derivation.formulas.operations.structure import TOTALS
from derivation.formulas.operations.table import Size, scaled_matrix
from derivation.formulas.terms import Term, fold, number, options, rebuild
from derivation.formulas.terms import name as name_term
from derivation.words.files import load
from derivation.words.telling import message_of, tell


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
    if symbol == "@" and () in shapes:
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


class Resolver:
    """Builds Terms over names of known shapes, and knows the shape of each as it builds it.

    `readings` says what NumPy has for each name; with it, what NumPy gives another value is refused. The rows' own
    texts have none. `added` holds the equations that a layer (`operations.layers`) brings with it; they are named after
    `result`, the equation at hand, and differ from all names in `taken`; `titles` says what the layer calls them.
    """

    def __init__(
        self,
        names: Mapping[str, Shape],
        result: str = "",
        taken: Collection[str] = (),
        readings: Mapping[str, Reading] | None = None,
    ) -> None:
        self.names = dict(names)
        self.readings = None if readings is None else dict(readings)
        self.result, self.taken = result, {*names, *taken}
        self.added: dict[str, Term] = {}
        self.titles: dict[str, str] = {}

    def resolve(self, syntax: Syntax) -> Resolved:
        """The Term and its shape; `SyntaxProblem` at the place of the operation whose operands do not fit."""
        special = SPECIAL.get(syntax.symbol)
        if special:
            return special(self, syntax)  # type: ignore[no-any-return]
        if syntax.symbol in LAYERS:
            return self.layer(syntax)
        count = max((len(row.operands) for row in SPELLINGS[syntax.symbol] if row.options), default=len(syntax.args))
        parts = [self.resolve(arg) for arg in syntax.args[:count]]
        named = {key: value for key, value in syntax.keywords if key not in AXES}
        axis = next((value for key, value in syntax.keywords if key == "axis"), None)
        if axis is not None and syntax.symbol + ALONG in LAYERS:
            return self.layer(replace(syntax, symbol=syntax.symbol + ALONG))
        if axis is not None:
            return self.along(syntax, parts, whole(axis))
        return self.operation(
            syntax,
            syntax.symbol,
            parts,
            arranging.integers(syntax.args[count:]),
            {key: whole(value) for key, value in named.items()},
        )

    def operation(
        self,
        syntax: Syntax,
        symbol: str,
        parts: Sequence[Resolved],
        given: Sequence[int] = (),
        named: Mapping[str, int] | None = None,
    ) -> Resolved:
        """The operation that a symbol stands for between these parts; rows and columns are repeated where that makes
        them fit."""
        shapes = [part.shape for part in parts]
        try:
            row = choose(symbol, shapes, given, named)
        except ShapeMismatch as mismatch:
            if symbol in heads.FLATTENING and mismatch.code == "shapes.axis_wanted" and parts[0].shape:
                return self.operation(syntax, symbol, [self.operation(syntax, heads.FLATTEN, parts)])
            fitted = repeated(parts) if symbol in BROADCASTING else None
            if not fitted:
                raise SyntaxProblem(syntax.at, _misfit(syntax, symbol, shapes, mismatch)) from None
            found = self.operation(syntax, symbol, fitted)
            return found._replace(reading=self.reading(syntax, TABLE[found.term.head], parts, found.shape))
        missing = len(row.operands) - len(parts)
        parts = [*parts, *(self.resolve(parse(text)) for text in row.defaults[len(row.defaults) - missing :])]
        places = row.filled(given, named)
        shape = row.shape([part.shape for part in parts], *places)
        if problem := array_problem(shape):
            raise SyntaxProblem(syntax.at, problem)
        return Resolved(
            Term(row.name, (*(part.term for part in parts), *places)), shape, self.reading(syntax, row, parts, shape)
        )

    def reading(self, syntax: Syntax, row: Operation, parts: Sequence[Resolved], shape: Shape) -> Reading:
        """What NumPy has for an operation; refused where that has another value."""
        if self.readings is None:
            return natural(shape)
        if row.heat == "entries" or row.name == heads.LOG_SOFTMAX:
            whole_matrix(syntax, parts[0])
        try:
            return read(TABLE[heads.MATMUL] if syntax.symbol == "@" else row, parts, shape)
        except TwoReadings as problem:
            raise SyntaxProblem(syntax.at, message_of(problem)) from None

    def along(self, syntax: Syntax, parts: list[Resolved], axis: int) -> Resolved:
        """A function along one axis: 0 works down each column, 1 (or -1) along each row. A list has one axis, 0 or
        -1."""
        of = parts[0]
        if axis not in (-1, 0, 1) or (syntax.symbol not in AVERAGED and f"{syntax.symbol} axis=0" not in SPELLINGS):
            raise SyntaxProblem(syntax.at, tell("operands.axis", function=syntax.symbol, axis=axis))
        is_list = self.readings is not None and len(of.reading.axes) == 1 and axis < 1
        over = (0 if of.shape[1:] == (1,) else 1) if is_list else abs(axis)
        found = self.over(syntax, parts, over)
        return (
            found._replace(reading=reduced(syntax, of.reading, axis, found.shape))
            if syntax.symbol in REDUCING
            else found
        )

    def over(self, syntax: Syntax, parts: list[Resolved], axis: int) -> Resolved:
        """A function along an axis of ours: 0 down each column, 1 along each row."""
        shape = parts[0].shape or (1, 1)
        if syntax.symbol == "mean":
            total, size = (
                self.over(Syntax("sum", syntax.args, syntax.at), parts, axis),
                Resolved(number(shape[axis]), (), Reading(())),
            )
            return total if shape[axis] == 1 else self.operation(syntax, "/", [total, size])
        if shape[axis] == 1 and syntax.symbol in BARE:
            return parts[0]
        symbol = syntax.symbol if shape[1 - axis] == 1 else f"{syntax.symbol} axis={axis}"
        given = arranging.integers(syntax.args[len(parts) :])
        named = {key: whole(value) for key, value in syntax.keywords if key not in AXES}
        return self.operation(syntax, symbol, parts, given, named)

    def layer(self, syntax: Syntax) -> Resolved:
        """A layer's equations, each but the last a quantity with a name of its own."""
        layer, parts = LAYERS[syntax.symbol], self.operands(syntax)
        shapes = {key: part.shape for key, part in parts.items()}
        text = {key: Size.of(shape) for key, shape in shapes.items()} | along_axis(
            syntax, layer, parts[layer.operands[0]]
        )
        axis = next((whole(value) for key, value in syntax.keywords if key == "axis"), layer.axis)
        text |= shares(layer, shapes, axis)
        readings = None if self.readings is None else {key: part.reading for key, part in parts.items()}
        inner = Resolver(shapes, readings=readings)
        known = {key: part.term for key, part in parts.items()}
        for local, formula in layer.equations:
            found = inner.within(syntax, formula.format(**text))
            found = found._replace(term=substitute(found.term, known))
            if local == layer.equations[-1][0]:
                return found
            known[local] = self.add(local, found)
            inner.know(local, found)
            if local in layer.titles:
                self.titles[known[local].args[0]] = layer.titles[local]
        raise AssertionError("a layer has equations")

    def operands(self, syntax: Syntax) -> dict[str, Resolved]:
        """A layer's operands by name, those by position first."""
        layer, given = LAYERS[syntax.symbol], dict(syntax.keywords)
        count = len(layer.operands)
        strange = given.keys() - {*layer.operands[len(syntax.args) :], *(AXES if layer.along else ())}
        if strange or not count - len(layer.defaults) <= len(syntax.args) + len(given.keys() - AXES) <= count:
            told = tell(
                "operands.takes",
                layer=syntax.symbol.removesuffix(ALONG),
                operands=", ".join(layer.operands),
                axis=tell("operands.and_axis") if layer.along else "",
                strange=tell("operands.and_no", key=min(strange)) if strange else "",
            )
            raise SyntaxProblem(syntax.at, told)
        missing = [key for key in layer.operands[len(syntax.args) :] if key not in given and key not in layer.defaults]
        if missing:
            raise SyntaxProblem(
                syntax.at, tell("operands.needs", layer=syntax.symbol.removesuffix(ALONG), key=missing[0])
            )
        written = [
            *syntax.args,
            *(given.get(key) or parse(layer.defaults[key]) for key in layer.operands[len(syntax.args) :]),
        ]
        return {key: self.resolve(arg) for key, arg in zip(layer.operands, written, strict=True)}

    def within(self, syntax: Syntax, text: str) -> Resolved:
        """An equation of a layer; what does not fit in it is told at the layer."""
        try:
            return self.resolve(parse(text))
        except SyntaxProblem as problem:
            told = tell("operands.within", layer=syntax.symbol.removesuffix(ALONG), problem=problem.message)
            raise SyntaxProblem(syntax.at, told) from None

    def know(self, key: str, found: Resolved) -> None:
        """A quantity that may be used from here on."""
        self.names[key] = found.shape
        if self.readings is not None:
            self.readings[key] = found.reading

    def add(self, local: str, found: Resolved) -> Term:
        """A new equation, called after its letter in the layer and the equation that asked for it."""
        tail = self.result.lstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        key = next(
            name
            for name in chain((f"{local}{tail}", f"{local}_{self.result}"), (f"{local}_{k}" for k in count(1)))
            if name not in self.taken
        )
        self.taken.add(key)
        self.added[key] = found.term
        self.know(key, found)
        return name_term(key)

    def name(self, syntax: Syntax) -> Resolved:
        text = syntax.args[0]
        if text not in self.names:
            raise SyntaxProblem(syntax.at, tell("operands.unknown", key=text, near=nearest(text, self.names)))
        shape = self.names[text]
        return Resolved(name_term(text), shape, natural(shape) if self.readings is None else self.readings[text])

    def number(self, syntax: Syntax) -> Resolved:
        return Resolved(number(syntax.args[0]), (), Reading(()))

    def ones(self, syntax: Syntax) -> Resolved:
        if syntax.args[0].symbol in ("list", "number"):
            return self.made_of_ones(syntax)
        of = self.resolve(syntax.args[0])
        return of._replace(term=Term("ones", of.shape) if of.shape else number(1))

    def made_of_ones(self, syntax: Syntax) -> Resolved:
        """`np.ones((2, 3))`: the sizes are given."""
        sizes = arranging.integers(syntax.args)
        if len(sizes) > 2 or min(sizes) < 1:
            raise SyntaxProblem(syntax.at, tell("indexing.ones"))
        shape = collapse((*sizes, 1)[:2])
        if problem := array_problem(shape):
            raise SyntaxProblem(syntax.at, problem)
        return Resolved(Term("ones", shape) if shape else number(1), shape, Reading(tuple(sizes)))

    def size(self, syntax: Syntax) -> Resolved:
        return Resolved(number(prod(self.resolve(syntax.args[0]).shape)), (), Reading(()))

    def misplaced(self, syntax: Syntax) -> Resolved:
        raise SyntaxProblem(syntax.at, tell("operands.list"))

    def quoted(self, syntax: Syntax) -> Resolved:
        raise SyntaxProblem(syntax.at, tell("operands.quoted"))

    def repetition(self, syntax: Syntax) -> Resolved:
        raise SyntaxProblem(syntax.at, tell("operands.repetition"))


AXES = frozenset({"axis", "keepdims"})
AVERAGED = frozenset({"mean"})
REDUCING = AVERAGED | {
    spelling.partition(" ")[0] for row in TABLE.values() if row.shape in TOTALS for spelling in row.spellings
}
BARE = frozenset({"sum", "max", "min"})
"""What a single number is itself."""
BROADCASTING = frozenset({"+", "-", "*", "/", "^", "max", "min", ">", ">=", "==", heads.CASES, heads.CLIP})
SPECIAL: dict[str, Any] = {
    "name": Resolver.name,
    "number": Resolver.number,
    "index": arranging.indexed,
    **dict.fromkeys(arranging.JOINS, arranging.joined),
    "embedding": arranging.embedding,
    heads.RESHAPE: arranging.reshaped,
    heads.PAD: arguments.padded,
    heads.CLIP: arguments.clipped,
    "torch.pad": arguments.padded_in_torch,
    "tile": arguments.tiled,
    "repeat": arguments.repeated,
    "einsum": einsum,
    "text": Resolver.quoted,
    "ones": Resolver.ones,
    "size": Resolver.size,
    "list": Resolver.misplaced,
    "none": Resolver.misplaced,
    "slice_of": Resolver.misplaced,
    "for": Resolver.repetition,
}


def along_axis(syntax: Syntax, layer: Layer, of: Resolved) -> dict[str, str]:
    """What stands for `{along}` and `{asked}` in a layer's equations."""
    given = dict(syntax.keywords)
    axis = whole(given["axis"]) if "axis" in given else layer.axis
    if axis not in (None, -1, 0, 1):
        raise SyntaxProblem(syntax.at, tell("operands.axis", function=syntax.symbol, axis=axis))
    if "axis" in given and len(of.reading.axes) == 2 and of.reading.axes[axis or 0] == 1:
        raise SyntaxProblem(syntax.at, tell("operands.single_entry", called=called(of), axis=axis))
    if axis is None or min(of.shape or (1,)) == 1:
        return {"along": "", "asked": ""}
    return {"along": f", axis={axis}, keepdims=1", "asked": f", axis={axis}" + ", keepdims=1" * keeps(syntax)}


def keeps(syntax: Syntax) -> bool:
    """Whether `keepdims` was asked for."""
    return any(key == "keepdims" and value.args[0] not in ("False", "0") for key, value in syntax.keywords)


def reduced(syntax: Syntax, reading: Reading, axis: int, shape: Shape) -> Reading:
    """What NumPy has for a sum along an axis; an axis that a list does not have leaves NumPy without a value."""
    kept = keeps(syntax)
    axes = list(reading.axes)
    if not -len(axes) <= axis < len(axes):
        return natural(shape)
    axes[axis : axis + 1 or None] = [1] * kept
    return Reading(tuple(axes))


def whole_matrix(syntax: Syntax, of: Resolved) -> None:
    """A softmax of a matrix is that of each row or of each column; which, has to be said."""
    if min(of.shape or (1,)) > 1:
        rows, columns = of.shape
        told = tell(
            "operands.which_axis",
            called=called(of),
            rows=rows,
            columns=columns,
            function=syntax.symbol,
            short=of.term.args[0] if of.term.head == "name" else "...",
        )
        raise SyntaxProblem(syntax.at, told)


def _misfit(syntax: Syntax, symbol: str, shapes: Sequence[Shape], mismatch: ShapeMismatch) -> str:
    return tell(
        "operands.misfit",
        sign=syntax.symbol.replace("u-", "-"),
        mismatch=mismatch,
        found=load()["joining"]["and"].join(map(describe, shapes)),
        hint=tell("operands.row") if symbol in BROADCASTING and row_wanted(shapes) else "",
    )


def row_wanted(shapes: Sequence[Shape]) -> bool:
    """Whether a column would fit as a row: as one writes a bias in NumPy."""
    return any(a[1:] == (1,) and b[1:] == a[:1] for a in shapes for b in shapes)


def repeated(parts: Sequence[Resolved]) -> list[Resolved] | None:
    """Rows and columns repeated to the shape of the largest operand, as NumPy broadcasts; None where that does not make
    them fit."""
    shapes = [part.shape for part in parts if part.shape]
    rows, columns = (max((shape[axis] for shape in shapes), default=1) for axis in (0, 1))
    if (rows, columns) not in shapes or all(shape == (rows, columns) for shape in shapes):
        return None
    full, found = Reading((rows, columns)), list[Resolved]()
    for part in parts:
        if part.shape in ((), (rows, columns)):
            found.append(part)
        elif part.shape == (1, columns):
            found.append(Resolved(Term(heads.REPEAT_ROWS, (part.term, rows)), (rows, columns), full))
        elif part.shape == (rows, 1):
            found.append(Resolved(Term(heads.REPEAT_COLUMNS, (part.term, columns)), (rows, columns), full))
        else:
            return None
    return found


@cache
def definition(row: Operation, shapes: tuple[Shape, ...], given: tuple[int, ...] = ()) -> Term:
    """A row's definition as a Term over its operands' names, at these shapes."""
    assert row.definition is not None
    return (
        Resolver(dict(zip(row.operands, shapes, strict=True)))
        .resolve(parse(row.at(row.definition, shapes, given)))
        .term
    )


@cache
def rule(text: str, names: tuple[tuple[str, Shape], ...]) -> tuple[Term, Shape]:
    """A rule of the table as a Term over names of these shapes, with its shape."""
    found = Resolver(dict(names)).resolve(parse(text))
    return found.term, found.shape


def substitute(term: Term, parts: Mapping[str, Term]) -> Term:
    """The term with each name in `parts` replaced."""
    return rebuild(term, lambda node: parts.get(node.args[0]) if node.head == "name" else None)
