"""Expressions that move entries: indices and slices, picked rows, joining, reshaping. All mean what they mean in NumPy,
or are refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from math import prod
from typing import Protocol

from derivation.formulas.arrays import describe
from derivation.formulas.language.expressions import whole
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.readings import Reading, Resolved, called, natural
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations import heads
from derivation.formulas.terms import index as entry
from derivation.words.telling import tell


class Resolver(Protocol):
    """What makes terms of expressions (`resolve.Resolver`)."""

    def resolve(self, syntax: Syntax) -> Resolved: ...

    def operation(
        self, syntax: Syntax, symbol: str, parts: Sequence[Resolved], given: Sequence[int] = ()
    ) -> Resolved: ...


def indexed(resolver: Resolver, syntax: Syntax) -> Resolved:
    """Entries, rows, columns and parts, counted from 0."""
    of, places = resolver.resolve(syntax.args[0]), syntax.args[1:]
    if not of.shape:
        raise SyntaxProblem(syntax.at, tell("indexing.scalar", called=called(of)))
    kinds = {place.symbol for place in places}
    arrange = next((arrange for symbol, arrange in ARRANGED.items() if symbol in kinds), _parts)
    return arrange(resolver, syntax, of, places)


def _widened(resolver: Resolver, syntax: Syntax, of: Resolved, places: Sequence[Syntax]) -> Resolved:
    """`x[None, :]` is a row, `x[:, None]` a column."""
    where = [place.symbol == "none" for place in places]
    whole_axis = all(place.symbol == "none" or place.args == (None, None) for place in places)
    if len(of.reading.axes) != 1:
        raise SyntaxProblem(syntax.at, tell("indexing.two_axes", called=called(of), matrix=_axes(of)))
    if not whole_axis or where not in ([True], [True, False], [False, True]):
        raise SyntaxProblem(syntax.at, tell("indexing.none_alone"))
    row = where[0]
    term, shape, _ = of if (of.shape[0] == 1) == row else resolver.operation(syntax, ".T", [of])
    return Resolved(term, shape, Reading(shape))


def _axes(of: Resolved) -> str:
    return tell("shapes.a_matrix", rows=of.shape[0], columns=of.shape[1])


def _rows(resolver: Resolver, syntax: Syntax, of: Resolved, places: Sequence[Syntax]) -> Resolved:
    """`X[[0, 2]]`: rows in any order, again and again; negative ones count from the end."""
    if places[0].symbol != "list" or any(
        place.args != (None, None) or place.symbol != "slice_of" for place in places[1:]
    ):
        raise SyntaxProblem(syntax.at, tell("indexing.list_of_rows"))
    return picked(resolver, syntax, of, [whole(place) for place in places[0].args])


def picked(resolver: Resolver, syntax: Syntax, of: Resolved, rows: Sequence[int]) -> Resolved:
    """Rows of an array, counted from 0, or from the end where they are negative."""
    count = of.shape[0] if of.shape else 1
    found = resolver.operation(syntax, heads.PICK_ROWS, [of], [row + 1 + count * (row < 0) for row in rows])
    return found._replace(reading=Reading((len(rows), *of.reading.axes[1:])))


def _parts(resolver: Resolver, syntax: Syntax, of: Resolved, places: Sequence[Syntax]) -> Resolved:
    """One place for a list, two for a matrix (one of a matrix is whole rows)."""
    shape = of.shape
    if len(places) == 1 and shape[0] == 1 and len(of.reading.axes) == 2:
        if places[0].args == (None, None):
            return of
        _refuse_lone_row(syntax, of, places[0])
    sizes = shape if len(places) == 2 else (max(shape),) if 1 in shape else shape[:1]
    spans = [_span(place, size, of, syntax.at) for place, size in zip(places, sizes, strict=True)]
    if all(place.symbol != "slice_of" for place in places) and (len(places) == 2 or 1 in shape):
        if of.term.head != "name":
            raise SyntaxProblem(syntax.at, tell("indexing.unnamed"))
        return Resolved(entry(of.term, *(first for first, _ in spans)), (), Reading(()))
    ours = spans if len(spans) == 2 else [(0, 1), spans[0]] if shape[0] == 1 else [spans[0], (0, shape[1])]
    part = resolver.operation(syntax, heads.SLICE, [of], [place for first, last in ours for place in (first + 1, last)])
    return part._replace(reading=_left(of.reading, places, spans))


def _refuse_lone_row(syntax: Syntax, of: Resolved, place: Syntax) -> None:
    """In NumPy the one place of a matrix of one row chooses that row; of a list it chooses entries."""
    if place.symbol == "slice_of" or whole(place) in (0, -1):
        short = of.term.args[0] if of.term.head == "name" else tell("indexing.it")
        raise SyntaxProblem(syntax.at, tell("indexing.lone_row", called=called(of), matrix=_axes(of), short=short))


def _left(reading: Reading, places: Sequence[Syntax], spans: Sequence[tuple[int, int]]) -> Reading:
    """The axes that are left: a slice keeps its own, an index none, and those without a place stay."""
    kept = [last - first for place, (first, last) in zip(places, spans, strict=True) if place.symbol == "slice_of"]
    return Reading((*kept, *reading.axes[len(places) :]), reading.soft and len(kept) < 2)


def _span(place: Syntax, size: int, of: Resolved, at: int) -> tuple[int, int]:
    """First place and the one behind the last, from 0, of an index or a slice; negative ones count from the end."""
    bounds = place.args if place.symbol == "slice_of" else (place, None)
    first, last = (None if bound is None else whole(bound) + size * (whole(bound) < 0) for bound in bounds)
    if place.symbol != "slice_of":
        assert first is not None
        if not 0 <= first < size:
            told = tell("indexing.beyond", index=whole(place), called=called(of), shape=describe(of.shape))
            raise SyntaxProblem(at, told)
        return first, first + 1
    first, last = max(first or 0, 0), size if last is None else min(last, size)
    if first >= last:
        raise SyntaxProblem(at, tell("indexing.empty", called=called(of), shape=describe(of.shape)))
    return first, last


ARRANGED: dict[str, Callable[[Resolver, Syntax, Resolved, Sequence[Syntax]], Resolved]] = {
    "none": _widened,
    "list": _rows,
}
"""What an index is where one of these stands in it."""


def joined(resolver: Resolver, syntax: Syntax) -> Resolved:
    """Several arrays one below the other or side by side, two by two from the left."""
    if [arg.symbol for arg in syntax.args] == ["list", "number"]:
        syntax = replace(syntax, args=syntax.args[:1], keywords=(*syntax.keywords, ("axis", syntax.args[1])))
    given = syntax.args[0].args if len(syntax.args) == 1 and syntax.args[0].symbol == "list" else syntax.args
    parts = [resolver.resolve(arg) for arg in given]
    axis = _axis(syntax)
    lists = all(len(part.reading.axes) < 2 for part in parts)
    oriented, over = JOINS[syntax.symbol](syntax, parts, axis, lists)
    turned = [_turned(resolver, syntax, part, oriented) for part in parts]
    found = reduce(lambda a, b: resolver.operation(syntax, f"concat axis={over}", [a, b]), turned)
    return found._replace(
        reading=natural(found.shape) if lists and oriented == "column" and not over else Reading(found.shape)
    )


def _axis(syntax: Syntax) -> int:
    """The axis that is asked for; 0 where none is."""
    strange = next(
        (key for key, _ in syntax.keywords if key != "axis" or syntax.symbol not in ("concat", "stack")), None
    )
    axis = next((whole(value) for key, value in syntax.keywords if key == "axis"), 0)
    if strange or axis not in (-1, 0, 1):
        strange = strange or f"axis={axis}"
        raise SyntaxProblem(syntax.at, tell("indexing.joined", function=syntax.symbol, strange=strange))
    return axis


def _turned(resolver: Resolver, syntax: Syntax, part: Resolved, oriented: str) -> Resolved:
    """A list as a row or a column; a matrix as it is."""
    is_list = len(part.reading.axes) == 1 or (syntax.symbol == "stack" and part.shape[1:] == (1,))
    if not oriented or not is_list or not part.shape or (part.shape[0] == 1) == (oriented == "row"):
        return part
    return resolver.operation(syntax, ".T", [part])


Join = tuple[str, int]
"""How a list stands among the parts ("" as it is), and the axis of ours along which they are joined."""


def _concat(syntax: Syntax, parts: Sequence[Resolved], axis: int, lists: bool) -> Join:
    """Lists end to end; NumPy has no second axis for them, so along that they stand as they are."""
    return ("column", 0) if lists and axis < 1 else ("", abs(axis))


def _stack(syntax: Syntax, parts: Sequence[Resolved], axis: int, lists: bool) -> Join:
    """Lists as rows, or as columns along axis 1."""
    if any(len(part.reading.axes) == 2 and part.shape[1:] != (1,) for part in parts):
        raise SyntaxProblem(syntax.at, tell("indexing.stack"))
    return ("column", 1) if axis else ("row", 0)


JOINS: dict[str, Callable[[Syntax, Sequence[Resolved], int, bool], Join]] = {
    "concat": _concat,
    "stack": _stack,
    "vstack": lambda syntax, parts, axis, lists: ("row", 0),
    "hstack": lambda syntax, parts, axis, lists: ("column", 0) if lists else ("", 1),
    "column_stack": lambda syntax, parts, axis, lists: ("column", 1),
}


def embedding(resolver: Resolver, syntax: Syntax) -> Resolved:
    """Rows of a table, picked by their places."""
    return picked(resolver, syntax, resolver.resolve(syntax.args[0]), integers(syntax.args[1:]))


def reshaped(resolver: Resolver, syntax: Syntax) -> Resolved:
    """Other rows and columns; -1 stands for what is left."""
    of = resolver.resolve(syntax.args[0])
    sizes = integers(syntax.args[1:])
    entries = prod(of.shape)
    full = [*sizes, 1] if len(sizes) == 1 else sizes
    known = prod(size for size in full if size != -1)
    found = resolver.operation(
        syntax, heads.RESHAPE, [of], [entries // known if size == -1 and known else size for size in full]
    )
    return found._replace(reading=natural(found.shape) if len(sizes) == 1 else Reading(found.shape))


def integers(raws: Sequence[Syntax]) -> list[int]:
    """Whole numbers, given one by one or as one list."""
    given = raws[0].args if len(raws) == 1 and raws[0].symbol == "list" else raws
    return [whole(syntax) for syntax in given]
