"""Entries, rows, columns and parts of an expression, each as NumPy takes them.

What an index takes is worked out along NumPy's axes. Of the rows and columns of ours, those that follow each other are a
slice, others are picked one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from math import prod
from typing import NamedTuple

from derivation.formulas.arrays import Array, Shape, describe
from derivation.formulas.language import unpacking
from derivation.formulas.language.functions import FUNCTIONS
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.places import Resolver, constant, one
from derivation.formulas.language.readings import Reading, Resolved, called
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations import TABLE, heads
from derivation.formulas.terms import Term, number, options
from derivation.formulas.terms import index as entry
from derivation.words.telling import tell

VIEWS = frozenset({heads.TRANSPOSE, heads.SLICE, heads.PICK_ROWS, heads.RESHAPE, heads.FLATTEN})
"""Operations that only move entries: an entry of theirs is one of their operand's."""
MASK = frozenset({"True", "False"})
FULL, NEW, ZERO = Syntax("slice_of", (None, None, None), 0), Syntax("none", (), 0), Syntax("number", ("0",), 0)


class Taken(NamedTuple):
    """What an index takes along an axis: `kind` is "one" place (the axis is gone), "part" (a slice), "list", or "new"
    for the axis that None makes."""

    kind: str
    places: Sequence[int] = range(1)


def indexed(resolver: Resolver, syntax: Syntax) -> Resolved:
    """Entries, rows, columns and parts, counted from 0."""
    if syntax.args[0].symbol == "shape":
        return Resolved(number(one(resolver, syntax)), (), Reading(()))
    within, places = syntax.args[0], syntax.args[1:]
    if within.symbol in unpacking.PARTS:
        return resolver.resolve(unpacking.indexed(resolver, syntax))
    refuse_container(resolver, within, places[0])
    if within.symbol != "index":
        return part(resolver, syntax, resolver.resolve(within), places)
    of = resolver.resolve(within.args[0])
    if len(of.reading.axes) == 2 and single_place(resolver, within.args[1:]):
        return part(resolver, syntax, of, (*within.args[1:], *places))
    return part(resolver, syntax, part(resolver, within, of, within.args[1:]), places)


def refuse_container(resolver: Resolver, within: Syntax, place: Syntax) -> None:
    """A list or a dictionary of arrays, as in `params["W1"]`, which is nothing here."""
    if within.symbol != "name" or place.symbol not in ("text", "name"):
        return
    if within.args[0] not in resolver.names and within.args[0] not in FUNCTIONS:
        entry = place.args[0] if place.symbol == "text" else "W1"
        raise SyntaxProblem(within.at, tell("operands.container", key=within.args[0], entry=entry))


def single_place(resolver: Resolver, places: Sequence[Syntax]) -> bool:
    """Whether they are one place: `X[0][1]` is X[0, 1]."""
    return (
        len(places) == 1
        and places[0].symbol not in ("slice_of", "none", "dots", "list")
        and isinstance(constant(resolver, places[0]), int)
    )


def part(resolver: Resolver, syntax: Syntax, of: Resolved, places: Sequence[Syntax]) -> Resolved:
    """What stands at these places."""
    axes = _axes(resolver, syntax, of, places)
    taken = _in_order([*along(resolver, syntax, of, axes, places)])
    left = [along for along in taken if along.kind != "one"]
    lists = [along.places for along in taken if along.kind == "list"]
    if len(lists) == 2:
        left.remove(next(along for along in left[::-1] if along.kind == "list"))
        left = [Taken("list", range(max(map(len, lists)))) if along.kind == "list" else along for along in left]
    if not left:
        return entry_of(resolver, of, [along.places[0] for along in taken])
    kept = tuple(len(along.places) for along in left)
    if of.shape and prod(kept) == 1:
        lone = entry_of(resolver, of, [along.places[0] for along in taken if along.kind != "new"])
        return lone._replace(reading=Reading(kept))
    found = _pairs(resolver, syntax, of, *lists) if len(lists) == 2 else block(resolver, syntax, of, taken)
    if len(kept) == 2 and (found.shape or (1, 1)) != kept:
        found = transposed(resolver, syntax, found)
    return found._replace(
        reading=Reading(kept, of.reading.soft and [place.symbol for place in places] == [FULL.symbol])
    )


def _axes(resolver: Resolver, syntax: Syntax, of: Resolved, given: Sequence[Syntax]) -> Shape:
    """The axes that are indexed: NumPy's, or rows and columns where it has too few for so many places."""
    places = [place for place in given if place.symbol not in ("none", "dots")]
    axes = of.reading.axes
    if len(places) == 1 and len(axes) == 2 and of.shape[:1] == (1,) and of.term.head == "name":
        return _of_lone_row(resolver, syntax, of, places[0])
    if len(places) <= len(axes):
        return axes
    if not axes:
        raise SyntaxProblem(syntax.at, tell("indexing.scalar", called=called(of)))
    if len(places) > 2 or not of.shape or any(place.symbol == "none" for place in given):
        told = tell("indexing.too_many", called=called(of), shape=describe(of.shape), count=len(places))
        raise SyntaxProblem(syntax.at, told)
    return of.shape


def _of_lone_row(resolver: Resolver, syntax: Syntax, of: Resolved, place: Syntax) -> Shape:
    """In NumPy the one place of a matrix of one row chooses that row; on paper it chooses an entry."""
    if place.args == FULL.args:
        return of.reading.axes
    if place.symbol == "slice_of" or constant(resolver, place) in (0, -1):
        row = tell("shapes.a_matrix", rows=of.shape[0], columns=of.shape[1])
        told = tell("indexing.lone_row", called=called(of), matrix=row, short=of.term.args[0])
        raise SyntaxProblem(syntax.at, told)
    return of.shape[1:]


def along(resolver: Resolver, syntax: Syntax, of: Resolved, axes: Shape, places: Sequence[Syntax]) -> Sequence[Taken]:
    """What is taken along each axis and each new one; the dots, or the end, stand for what is not named."""
    named = sum(place.symbol not in ("none", "dots") for place in places)
    if [place.symbol for place in places].count("dots") > 1:
        raise SyntaxProblem(syntax.at, tell("indexing.two_dots"))
    dots = next((k for k, place in enumerate(places) if place.symbol == "dots"), len(places))
    places = [*places[:dots], *[FULL] * (len(axes) - named), *places[dots + 1 :]]
    sizes, found = iter(axes), list[Taken]()
    for place in places:
        found.append(Taken("new") if place.symbol == "none" else _taken(resolver, syntax, of, place, next(sizes)))
    return found


def _taken(resolver: Resolver, syntax: Syntax, of: Resolved, place: Syntax, size: int) -> Taken:
    if place.symbol == "slice_of":
        bounds = [None if bound is None else one(resolver, bound) for bound in place.args]
        if bounds[2] == 0:
            raise SyntaxProblem(syntax.at, tell("indexing.step_of_zero"))
        part = range(size)[slice(*bounds)]
        if not part:
            raise SyntaxProblem(syntax.at, tell("indexing.empty", called=called(of), shape=describe(of.shape)))
        return Taken("part", part)
    found = _mask(place, size) or constant(resolver, place)
    wanted = found if isinstance(found, tuple) else (found,)
    beyond = next((index for index in wanted if not -size <= index < size), None)
    if beyond is not None or not wanted:
        told = tell("indexing.beyond", index=beyond, called=called(of), shape=describe(of.shape))
        raise SyntaxProblem(syntax.at, told)
    return Taken("list" if isinstance(found, tuple) else "one", tuple(index % size for index in wanted))


def _mask(place: Syntax, size: int) -> tuple[int, ...]:
    """The places of `[True, False]`; nothing for a list of another kind or length."""
    words = [item.args[0] for item in place.args] if place.symbol == "list" else []
    return (
        tuple(k for k, word in enumerate(words) if word == "True") if set(words) <= MASK and len(words) == size else ()
    )


def _in_order(taken: list[Taken]) -> list[Taken]:
    """A list comes first where something stands between it and another place that is no slice, as in NumPy."""
    chosen = [k for k, along in enumerate(taken) if along.kind in ("one", "list")]
    lists = [k for k in chosen if taken[k].kind == "list"]
    if not lists or chosen[-1] - chosen[0] + 1 == len(chosen):
        return taken
    # What stands between is a new axis: there are only two others.
    return [taken[k] for k in chosen] + [along for along in taken if along.kind in ("new", "part")]


def entry_of(resolver: Resolver, of: Resolved, places: Sequence[int]) -> Resolved:
    """An entry of a quantity; what has no name gets one, unless it is a part of such."""
    term = of.term
    if of.shape:
        term, places = _origin(resolver, of, places) or (resolver.named(of), _short(of.shape, places))
        term = entry(term, *places)
    return Resolved(term, (), Reading(()))


def _short(shape: Shape, places: Sequence[int]) -> Sequence[int]:
    """One place in a vector, two in a matrix."""
    return places if min(shape) > 1 or len(places) == 1 else places[shape[0] == 1 :][:1]


def _origin(resolver: Resolver, of: Resolved, places: Sequence[int]) -> tuple[Term, Sequence[int]] | None:
    """The quantity that an entry is one of, and its place there."""
    chain_of, term = list[Term](), of.term
    while term.head in VIEWS:
        chain_of.append(term)
        term = term.args[0]
    shape = resolver.names[term.args[0]] if term.head == "name" else ()
    if not shape:
        return None
    array = Array(shape, tuple(range(_count(shape))))
    for view in reversed(chain_of):
        meaning = TABLE[view.head].meaning
        assert meaning is not None
        array = meaning(None, array, *options(view))
    place = array[tuple(_short(of.shape, places))]
    return term, (place,) if min(shape) == 1 else divmod(place, shape[1])


def _count(shape: Shape) -> int:
    rows, columns = shape
    return rows * columns


def block(resolver: Resolver, syntax: Syntax, of: Resolved, taken: Sequence[Taken]) -> Resolved:
    """Rows and columns of ours."""
    along = [part for part in taken if part.kind != "new"]
    height, width = of.shape or (1, 1)
    if len(along) == 1:
        along = [Taken("one"), *along] if height == 1 else [*along, Taken("one")]
    rows, columns = along or (Taken("one"), Taken("one"))
    spans = [_span(part) for part in (rows, columns)]
    cut = [span or range(size) for span, size in zip(spans, (height, width), strict=True)]
    if cut != [range(height), range(width)]:
        of = resolver.operation(syntax, heads.SLICE, [of], [*chain.from_iterable((c.start + 1, c.stop) for c in cut)])
    if not spans[0]:
        of = resolver.operation(syntax, heads.PICK_ROWS, [of], [row + 1 for row in rows.places])
    if not spans[1]:
        turned = transposed(resolver, syntax, of)
        picked = resolver.operation(syntax, heads.PICK_ROWS, [turned], [column + 1 for column in columns.places])
        of = transposed(resolver, syntax, picked)
    return of


def _span(part: Taken) -> range | None:
    """The places as one piece; None where they are no such, or were listed one by one."""
    piece = range(part.places[0], part.places[0] + len(part.places))
    return piece if part.kind != "list" and list(part.places) == list(piece) else None


def _pairs(resolver: Resolver, syntax: Syntax, of: Resolved, rows: Sequence[int], columns: Sequence[int]) -> Resolved:
    """An entry for each pair of places, as one picks the probability of each label."""
    count = max(len(rows), len(columns))
    if {len(rows), len(columns)} - {1, count}:
        raise SyntaxProblem(syntax.at, tell("indexing.pairs", first=len(rows), second=len(columns)))
    rows, columns = (tuple(places) * (count if len(places) == 1 else 1) for places in (rows, columns))
    if list(rows) == list(range(of.shape[0] if of.shape else 1)) and min(of.shape or (1,)) > 1:
        return resolver.operation(syntax, heads.PICK_IN_ROWS, [of], [column + 1 for column in columns])
    flat = resolver.operation(syntax, heads.FLATTEN, [of])
    width = (of.shape or (1, 1))[1]
    places = [row * width + column + 1 for row, column in zip(rows, columns, strict=True)]
    return resolver.operation(syntax, heads.PICK_ROWS, [flat], places)


def squeezed(resolver: Resolver, syntax: Syntax) -> Resolved:
    """Without the axes of one entry, or without the one that is named."""
    of, axis = resolver.resolve(syntax.args[0]), asked_axis(resolver, syntax)
    count = len(of.reading.axes)
    gone = {k for k, size in enumerate(of.reading.axes) if size == 1} if axis is None else {axis % max(count, 1)}
    if axis is not None and (not -count <= axis < count or of.reading.axes[axis] != 1):
        raise SyntaxProblem(syntax.at, tell("indexing.squeezed", axis=axis, called=called(of)))
    return part(resolver, syntax, of, [ZERO if k in gone else FULL for k in range(count)])


def expanded(resolver: Resolver, syntax: Syntax) -> Resolved:
    """With a new axis of one entry."""
    of, axis = resolver.resolve(syntax.args[0]), asked_axis(resolver, syntax)
    count = len(of.reading.axes) + 1
    if axis is None or not -count <= axis < count:
        raise SyntaxProblem(syntax.at, tell("indexing.expanded", function=syntax.symbol))
    places = [FULL] * (count - 1)
    places.insert(axis % count, NEW)
    return part(resolver, syntax, of, places)


def asked_axis(resolver: Resolver, syntax: Syntax) -> int | None:
    """The axis that is named or stands second; None where there is none."""
    given = [*syntax.args[1:2], *(value for key, value in syntax.keywords if key == "axis")]
    return one(resolver, given[0]) if given else None


def transposed(resolver: Resolver, syntax: Syntax, of: Resolved) -> Resolved:
    """The transpose; of a transpose, what it is one of."""
    if of.term.head == heads.TRANSPOSE:
        return Resolved(of.term.args[0], of.shape[::-1], Reading(of.reading.axes[::-1], of.reading.soft))
    return resolver.operation(syntax, ".T", [of]) if of.shape else of
