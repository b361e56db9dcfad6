"""From an untyped tree to a Term: which operation each symbol stands for is decided by the shapes of its operands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count
from typing import Any

from derivation.formulas.arrays import Array, Shape, collapse, describe
from derivation.formulas.language import arguments, arranging, indexing, literals, products, rewriting, unpacking
from derivation.formulas.language.axes import AXES, along, of_one_axis, whole_matrix
from derivation.formulas.language.constants import constants
from derivation.formulas.language.einsum import einsum
from derivation.formulas.language.expressions import parse
from derivation.formulas.language.fitting import BROADCASTING, fitted
from derivation.formulas.language.layers import layer
from derivation.formulas.language.lexing import SyntaxProblem, UnknownName
from derivation.formulas.language.places import one
from derivation.formulas.language.readings import Reading, Resolved, TwoReadings, natural, read
from derivation.formulas.language.shapes import choose
from derivation.formulas.language.stacks.entries import Part, axes_of
from derivation.formulas.language.stacks.making import deep, too_many_axes
from derivation.formulas.language.stacks.stack import Stack
from derivation.formulas.language.steps import at_known_steps
from derivation.formulas.language.suggestions import nearest
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.language.unfolding import array_problem
from derivation.formulas.operations import SPELLINGS, TABLE, Operation, ShapeMismatch, heads
from derivation.formulas.operations.layers import ALONG, LAYERS
from derivation.formulas.terms import Term, number
from derivation.formulas.terms import name as name_term
from derivation.words.files import load
from derivation.words.telling import message_of, tell


class Resolver:
    """Builds Terms over names of known shapes, and knows the shape of each as it builds it.

    `readings` says what NumPy has for each name; with it, what NumPy gives another value is refused. The rows' own
    texts have none. `labels` are the data, of which an index may be one; `indices` are those that were.
    `constants` are what pi and e are called, where they are data already. `arrays` are data that stand in the equation
    itself. `stacks` are the arrays of more than two axes by name. `added` holds the equations that a layer
    (`operations.layers`) brings with it; they are named after `result`, the equation at hand, and differ from all names
    in `taken`; `titles` says what the layer calls them.
    """

    def __init__(
        self,
        names: Mapping[str, Shape],
        result: str = "",
        taken: Collection[str] = (),
        readings: Mapping[str, Reading] | None = None,
        labels: Mapping[str, Array] | None = None,
        constants: Mapping[str, str] | None = None,
        stacks: Mapping[str, Stack] | None = None,
    ) -> None:
        self.names = dict(names)
        self.labels, self.indices = labels or {}, set[str]()
        self.constants, self.stacks = dict(constants or {}), dict(stacks or {})
        self.flat = False
        self.readings = None if readings is None else dict(readings)
        self.result, self.taken = result, {*names, *taken}
        self.added: dict[str, Term] = {}
        self.arrays: dict[str, Array] = {}
        self.titles: dict[str, str] = {}

    def resolve(self, syntax: Syntax) -> Resolved:
        """The Term and its shape; `SyntaxProblem` at the place of the operation whose operands do not fit."""
        found = self.array(syntax)
        if isinstance(found, Stack):
            raise SyntaxProblem(syntax.at, too_many_axes(found))
        return found

    def array(self, syntax: Syntax) -> Part:
        """An expression that may have more than two axes; no part of one that has not is asked again."""
        if not self.flat and deep(self, syntax):
            from derivation.formulas.language.stacks.rules import array

            return array(self, syntax)
        flat, self.flat = self.flat, True
        try:
            return self.plain(syntax)
        finally:
            self.flat = flat

    def plain(self, syntax: Syntax) -> Resolved:
        """An expression of scalars, vectors and matrices."""
        special = SPECIAL.get(syntax.symbol)
        if special:
            refuse_keywords(syntax)
            return special(self, syntax)  # type: ignore[no-any-return]
        if syntax.symbol in LAYERS:
            return layer(self, syntax)
        count = max((len(row.operands) for row in SPELLINGS[syntax.symbol] if row.options), default=len(syntax.args))
        parts = [self.resolve(arg) for arg in syntax.args[:count]]
        named = {key: value for key, value in syntax.keywords if key not in AXES}
        syntax, axis = of_one_axis(self, syntax, parts)
        if axis is not None and syntax.symbol + ALONG in LAYERS:
            return layer(self, replace(syntax, symbol=syntax.symbol + ALONG))
        if axis is not None:
            return along(self, syntax, parts, axis)
        return self.operation(
            syntax,
            syntax.symbol,
            parts,
            arranging.integers(self, syntax.args[count:]),
            {key: one(self, value) for key, value in named.items()},
        )

    def equation(self, syntax: Syntax, as_data: bool) -> Part:
        """The right side of an equation; with `as_data`, an array that is all of it is data called as the equation."""
        found = self.array(syntax)
        if isinstance(found, Stack):
            return found
        called = found.term.args[0] if found.term.head == "name" else ""
        if not as_data or called not in self.arrays or called in self.constants.values():
            return found
        self.arrays[self.result] = self.arrays.pop(called)
        for known in (self.names, self.readings or {}):
            known.pop(called, None)
        return found._replace(term=name_term(self.result))

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
            fits = fitted(self, syntax, symbol, parts)
            if not fits:
                raise SyntaxProblem(syntax.at, _misfit(syntax, symbol, shapes, mismatch)) from None
            laid, full = fits
            found = self.operation(syntax, symbol, full)
            reading = self.reading(syntax, symbol, TABLE[found.term.head], laid, found.shape)
            return upright(found._replace(reading=reading))
        missing = len(row.operands) - len(parts)
        parts = [*parts, *(self.resolve(parse(text)) for text in row.defaults[len(row.defaults) - missing :])]
        places = row.filled(given, named)
        shape = row.shape([part.shape for part in parts], *places)
        if problem := array_problem(shape):
            raise SyntaxProblem(syntax.at, problem)
        reading = self.reading(syntax, symbol, row, parts, shape)
        return upright(Resolved(Term(row.name, (*(part.term for part in parts), *places)), shape, reading))

    def reading(self, syntax: Syntax, symbol: str, row: Operation, parts: Sequence[Resolved], shape: Shape) -> Reading:
        """What NumPy has for an operation; refused where that has another value."""
        if self.readings is None:
            return natural(shape)
        if row.heat == "entries" or row.name == heads.LOG_SOFTMAX:
            whole_matrix(syntax, parts[0])
        try:
            return read(TABLE[heads.MATMUL] if symbol == "@" else row, parts, shape)
        except TwoReadings as problem:
            raise SyntaxProblem(syntax.at, message_of(problem)) from None

    def inside(self, operands: Mapping[str, Resolved]) -> Resolver:
        """What makes terms of a layer's equations: it knows the operands alone."""
        readings = None if self.readings is None else {key: part.reading for key, part in operands.items()}
        return Resolver({key: part.shape for key, part in operands.items()}, readings=readings)

    def know(self, key: str, found: Resolved) -> None:
        """A quantity that may be used from here on."""
        self.names[key] = found.shape
        if self.readings is not None:
            self.readings[key] = found.reading

    def add(self, local: str, found: Resolved, *wished: str) -> Term:
        """A new equation, called as wished, or after its letter in the layer and the equation that asked for it."""
        key = self.free(local, *wished)
        self.added[key] = found.term
        self.know(key, found)
        return name_term(key)

    def given(self, array: Array, reading: Reading) -> Term:
        """An array that stands in the equation, as data with a name."""
        known = (
            key for key, other in self.arrays.items() if (other.shape, other.entries) == (array.shape, array.entries)
        )
        key = next(known, None) or self.free("c")
        self.arrays[key] = array
        self.know(key, Resolved(name_term(key), array.shape, reading))
        return name_term(key)

    def free(self, local: str, *wished: str, endings: Sequence[str] = ("",)) -> str:
        """A name that nothing has, with none of the endings: one that is wished, or the letter and the number of the
        equation."""
        tail = self.result.lstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        stem = f"{local}_{local}" if local in self.taken else local  # u_1 may be a matrix of u
        numbered = (f"{stem}_{k}" for k in count(1))
        key = next(
            name
            for name in chain((*wished, f"{local}{tail}", f"{local}_{self.result}"), numbered)
            if self.taken.isdisjoint(name + ending for ending in endings)
        )
        self.taken |= {key + ending for ending in endings}
        return key

    def named(self, found: Resolved) -> Term:
        """The name of an expression, which gets an equation of its own unless it is a name."""
        if found.term.head == "name":
            return found.term
        known = next((key for key, term in self.added.items() if term == found.term), None)
        return self.add("u", found) if known is None else name_term(known)

    def at_steps(self, syntax: Syntax) -> Syntax:
        """`h[3]` as the quantity that it is."""
        if not self.stacks:
            return at_known_steps(syntax, self.names)
        slices = {name for stack in self.stacks.values() for name in stack.names}
        return at_known_steps(syntax, (self.names.keys() - slices) | self.stacks.keys())

    def step(self, syntax: Syntax) -> Resolved:
        return self.resolve(self.at_steps(syntax))

    def lengths(self, syntax: Syntax) -> Shape:
        """The lengths of NumPy's axes."""
        return axes_of(self.array(syntax))

    def already(self, syntax: Syntax) -> Resolved:
        """What was resolved before, as a part of an expression."""
        return syntax.args[0]  # type: ignore[no-any-return]

    def length(self, syntax: Syntax) -> Resolved:
        return Resolved(number(one(self, syntax)), (), Reading(()))

    def constant(self, syntax: Syntax) -> Resolved:
        """A number that has a name everywhere becomes data of the network."""
        key = syntax.args[0]
        called = self.constants.get(key) or (key if self.readings is None else "")
        if not called:
            called = self.constants[key] = self.free(key, key)
            self.arrays[called] = constants()[key].value
            self.know(called, Resolved(name_term(called), (), Reading(())))
        return Resolved(name_term(called), (), Reading(()))

    def power(self, syntax: Syntax) -> Resolved:
        """`e^x` is exp(x), where e is nothing else."""
        if len(syntax.args) != 2:
            return self.operation(syntax, syntax.symbol, [self.resolve(arg) for arg in syntax.args])
        base, exponent = syntax.args
        if base.args[:1] == ("e",) and (
            base.symbol == "constant" or "e" not in self.taken - {*self.constants.values()}
        ):
            return self.resolve(Syntax(heads.EXP, (exponent,), syntax.at))
        return self.operation(syntax, syntax.symbol, [self.resolve(base), self.resolve(exponent)])

    def name(self, syntax: Syntax) -> Resolved:
        text = syntax.args[0]
        if text in constants() and text not in self.taken:
            return self.constant(syntax)
        if text not in self.names and text.endswith(GRADIENT):
            told = tell("operands.gradient", owner=text.removesuffix(GRADIENT))
            raise UnknownName(syntax.at, told, text)
        if text not in self.names:
            raise UnknownName(syntax.at, tell("operands.unknown", key=text, near=nearest(text, self.names)), text)
        shape = self.names[text]
        return Resolved(name_term(text), shape, natural(shape) if self.readings is None else self.readings[text])

    def number(self, syntax: Syntax) -> Resolved:
        return Resolved(number(syntax.args[0]), (), Reading(()))

    def ones(self, syntax: Syntax) -> Resolved:
        if syntax.args[0].symbol in ("list", "number"):
            shape = collapse((*arranging.integers(self, syntax.args), 1)[:2])
            return Resolved(Term("ones", shape) if shape else number(1), shape, Reading(shape))
        of = self.resolve(syntax.args[0])
        return of._replace(term=Term("ones", of.shape) if of.shape else number(1))

    def unpacked(self, syntax: Syntax) -> Resolved:
        return self.resolve(unpacking.unpacked(self, syntax))

    def of_last_axis(self, syntax: Syntax) -> Resolved:
        return self.resolve(arguments.of_last_axis(self, syntax))

    def parts(self, syntax: Syntax) -> Resolved:
        raise SyntaxProblem(syntax.at, tell("unpacking.several", function=syntax.symbol.removeprefix("torch.")))

    def misplaced(self, syntax: Syntax) -> Resolved:
        raise SyntaxProblem(syntax.at, tell("operands.list"))

    def quoted(self, syntax: Syntax) -> Resolved:
        is_number = syntax.args[0].lstrip("+-").lower() in ("inf", "infinity")
        raise SyntaxProblem(syntax.at, tell("operands.infinite" if is_number else "operands.quoted"))

    def repetition(self, syntax: Syntax) -> Resolved:
        raise SyntaxProblem(syntax.at, tell("operands.repetition"))


GRADIENT = "_grad"
"""What PyTorch's `w.grad` ends with here."""
KEYWORDS = {
    **dict.fromkeys(("squeeze", "expand_dims"), AXES),
    **dict.fromkeys(arranging.JOINS, ("axis", "dims")),
    "repeat": ("axis", "repeats"),
    **dict.fromkeys(unpacking.PARTS, (unpacking.AXIS, *unpacking.COUNTS)),
    "linspace": literals.COUNTS,
    heads.CLIP: arguments.BOUNDS,
}
"""The keywords of functions that are no rows of the table."""
SPECIAL: dict[str, Any] = {
    "name": Resolver.name,
    "resolved": Resolver.already,
    "number": Resolver.number,
    "index": indexing.indexed,
    "squeeze": indexing.squeezed,
    "expand_dims": indexing.expanded,
    heads.DIAG: arranging.diagonal,
    ".T": arranging.transposed,
    "step": Resolver.step,
    "constant": Resolver.constant,
    "^": Resolver.power,
    **dict.fromkeys(products.PRODUCTS, products.product),
    "array": literals.array,
    "full": literals.full,
    **dict.fromkeys(literals.ENTRIES, literals.filled),
    **dict.fromkeys(literals.LIKE, literals.like),
    "astype": literals.as_type,
    "truncated": literals.truncated,
    "truth": literals.truth,
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
    **dict.fromkeys(("size", "len", "ndim"), Resolver.length),
    "unpacked": Resolver.unpacked,
    rewriting.LAST_AXIS: Resolver.of_last_axis,
    **dict.fromkeys(unpacking.PARTS, Resolver.parts),
    "range": literals.ranged,
    "linspace": literals.spaced,
    **dict.fromkeys(("shape", "dots"), Resolver.misplaced),
    "list": Resolver.misplaced,
    "none": Resolver.misplaced,
    "slice_of": Resolver.misplaced,
    "for": Resolver.repetition,
}


PASSED_OVER = frozenset({"device", "requires_grad"})
"""Keywords of PyTorch's that say nothing of values."""
FLOATS = ("('float", "('double")


def refuse_keywords(syntax: Syntax) -> None:
    """A keyword that a function of arrays would pass over; a kind of float is what all numbers are."""
    for key, value in syntax.keywords:
        passed = key in PASSED_OVER or (key == "dtype" and str(value.args[:1]).startswith(FLOATS))
        if not passed and key not in KEYWORDS.get(syntax.symbol, ()):
            raise SyntaxProblem(syntax.at, tell("operands.no_keyword", function=syntax.symbol, key=key))


def upright(found: Resolved) -> Resolved:
    """A list that NumPy has as a row or a column of a matrix, laid as it is there."""
    axes = found.reading.axes
    if len(axes) < 2 or not found.shape or found.shape == axes or found.shape[::-1] != axes:
        return found
    return found._replace(term=found.term.T, shape=axes)


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
