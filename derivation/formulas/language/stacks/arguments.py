"""Functions that move entries, with their arguments as NumPy and PyTorch have them: places, axes, lengths, counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from math import prod

from derivation.formulas.language import arguments as flat
from derivation.formulas.language import unpacking
from derivation.formulas.language.arranging import integers
from derivation.formulas.language.indexing import along, asked_axis, part, single_place
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.readings import Resolved
from derivation.formulas.language.stacks import moving, totals
from derivation.formulas.language.stacks.entries import Part, Resolver, as_stack, axes_of, bound, slicewise
from derivation.formulas.language.stacks.making import has_new_axis, is_matrix_of_places, is_nested
from derivation.formulas.language.stacks.operands import keyword
from derivation.formulas.language.stacks.stack import Stack, settled
from derivation.formulas.language.steps import whole
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations import heads
from derivation.words.telling import tell


def of_last_axis(resolver: Resolver, syntax: Syntax) -> Part:
    return resolver.array(flat.of_last_axis(resolver, syntax))


def unpacked(resolver: Resolver, syntax: Syntax) -> Part:
    return resolver.array(unpacking.unpacked(resolver, syntax))


def index(resolver: Resolver, syntax: Syntax) -> Part | None:
    within, given = syntax.args[0], syntax.args[1:]
    if within.symbol == "shape":
        return None
    if within.symbol in unpacking.PARTS:
        return resolver.array(unpacking.indexed(resolver, syntax))
    if is_matrix_of_places(resolver, given[0]):
        return _by_labels(resolver, syntax, resolver.array(within), given)
    if within.symbol == "index" and not has_new_axis(within):
        of = resolver.array(within.args[0])
        if len(axes_of(of)) == 2 and single_place(resolver, within.args[1:]):
            return _taken(resolver, syntax, of, (*within.args[1:], *given))
        return _taken(resolver, syntax, _taken(resolver, within, of, within.args[1:]), given)
    return _taken(resolver, syntax, resolver.array(within), given)


def _taken(resolver: Resolver, syntax: Syntax, of: Part, given: Sequence[Syntax]) -> Part:
    if isinstance(of, Resolved) and _is_flat(resolver, syntax, of, given):
        return part(resolver, syntax, of, given)
    return moving.picked(resolver, syntax, of, given)


def _is_flat(resolver: Resolver, syntax: Syntax, of: Resolved, given: Sequence[Syntax]) -> bool:
    """Whether no more than two axes are left."""
    if sum(place.symbol not in ("none", "dots") for place in given) > len(of.reading.axes):
        return True
    taken = along(resolver, syntax, of, of.reading.axes, given)
    lists = sum(axis.kind == "list" for axis in taken)
    return sum(axis.kind != "one" for axis in taken) - max(lists - 1, 0) <= 2


def transposed(resolver: Resolver, syntax: Syntax, of: Stack) -> Part:
    return moving.transposed(resolver, syntax, of, syntax.args[1:] or keyword(syntax, "axis", "axes"))


def exchanged(resolver: Resolver, syntax: Syntax) -> Part:
    axes = integers(resolver, syntax.args[1:])
    if len(axes) != 2:
        raise SyntaxProblem(syntax.at, tell("stacks.two_axes", function=syntax.symbol))
    move = moving.exchanged if syntax.symbol == "swapaxes" else moving.carried
    return move(resolver, syntax, resolver.array(syntax.args[0]), axes)


def stretched(resolver: Resolver, syntax: Syntax) -> Part:
    """Repeated to these lengths; -1, in PyTorch's `expand`, keeps the one that is there."""
    of, sizes = resolver.array(syntax.args[0]), integers(resolver, syntax.args[1:])
    own = (1,) * (len(sizes) - len(axes_of(of))) + axes_of(of)
    full = [size if asked == -1 else asked for asked, size in zip(sizes, own, strict=False)]
    return moving.stretched(resolver, syntax, of, tuple(full))


def reshaped(resolver: Resolver, syntax: Syntax) -> Part:
    of, sizes = resolver.array(syntax.args[0]), integers(resolver, syntax.args[1:])
    if isinstance(of, Resolved) and len(sizes) < 3:
        return resolver.plain(replace(syntax, args=(bound(of, syntax.at), *syntax.args[1:])))
    return moving.reshaped(resolver, syntax, of, sizes)


def flattened(resolver: Resolver, syntax: Syntax, of: Stack) -> Part:
    return moving.flattened(resolver, syntax, of)


def squeezed(resolver: Resolver, syntax: Syntax, of: Stack) -> Part:
    return moving.squeezed(resolver, syntax, of, asked_axis(resolver, syntax))


def expanded(resolver: Resolver, syntax: Syntax) -> Part:
    of, axis = resolver.array(syntax.args[0]), asked_axis(resolver, syntax)
    if axis is None:
        raise SyntaxProblem(syntax.at, tell("indexing.expanded", function=syntax.symbol))
    if len(axes_of(of)) < 2 and isinstance(of, Resolved):
        return resolver.plain(replace(syntax, args=(bound(of, syntax.at), *syntax.args[1:])))
    return moving.expanded(resolver, syntax, of, axis)


def _items(resolver: Resolver, syntax: Syntax) -> tuple[list[Part], int, Syntax]:
    """What is joined, along which axis, and the expression with it."""
    if [arg.symbol for arg in syntax.args] == ["list", "number"]:
        syntax = replace(syntax, args=syntax.args[:1], keywords=(*syntax.keywords, ("axis", syntax.args[1])))
    given = syntax.args[0].args if len(syntax.args) == 1 and syntax.args[0].symbol == "list" else syntax.args
    parts = [resolver.array(arg) for arg in given]
    axis = next((whole(value) for key, value in syntax.keywords if key == "axis"), 0)
    return parts, axis, replace(syntax, args=tuple(bound(part, syntax.at) for part in parts))


def joined(resolver: Resolver, syntax: Syntax) -> Part | None:
    parts, axis, given = _items(resolver, syntax)
    if all(isinstance(part, Resolved) for part in parts):
        return resolver.plain(given)
    axis = ALONG_FIRST.get(syntax.symbol, axis)
    return moving.joined(resolver, syntax, parts, axis)


ALONG_FIRST = {"vstack": 0, "hstack": 1}


def stacked(resolver: Resolver, syntax: Syntax) -> Part | None:
    parts, axis, given = _items(resolver, syntax)
    if all(is_list(part) for part in parts):
        return resolver.plain(given)
    return moving.stacked(resolver, syntax, parts, axis)


def is_list(part: Part) -> bool:
    """Whether it goes for a list: a matrix of one column that nobody asked for is one."""
    return isinstance(part, Resolved) and (len(part.reading.axes) < 2 or (part.reading.soft and part.shape[1:] == (1,)))


def literal(resolver: Resolver, syntax: Syntax) -> Part | None:
    given = syntax.args[0]
    if given.symbol != "list":
        return resolver.array(given)
    if not is_nested(syntax):
        return None
    parts = [resolver.array(Syntax("array", (item,), item.at)) for item in given.args]
    if len(axes_of(parts[0])) < 2:
        return resolver.plain(replace(syntax, args=(replace(given, args=tuple(bound(p, given.at) for p in parts)),)))
    return moving.stacked(resolver, syntax, parts, 0)


def filled(resolver: Resolver, syntax: Syntax) -> Part | None:
    full = syntax.symbol == "full"
    axes = integers(resolver, syntax.args[:1] if full else syntax.args)
    if len(axes) < 3:
        return None
    inner = Syntax("list", tuple(Syntax("number", (str(size),), syntax.at) for size in axes[-2:]), syntax.at)
    of = resolver.plain(replace(syntax, args=(inner, *syntax.args[1:]) if full else (inner,)))
    return settled(resolver, syntax, as_stack(of).moved(lambda cells: cells.stretched(tuple(axes))))


def like(resolver: Resolver, syntax: Syntax, of: Stack) -> Part:
    sizes = tuple(Syntax("number", (str(size),), syntax.at) for size in of.axes)
    symbol = {"zeros_like": "zeros", "ones_like": "np.ones"}[syntax.symbol]
    return resolver.array(Syntax(symbol, (Syntax("list", sizes, syntax.at),), syntax.at))


def tiled(resolver: Resolver, syntax: Syntax) -> Part | None:
    of, times = resolver.array(syntax.args[0]), integers(resolver, syntax.args[1:])
    if isinstance(of, Resolved) and len(times) < 3:
        return resolver.plain(replace(syntax, args=(bound(of, syntax.at), *syntax.args[1:])))
    return moving.tiled(resolver, syntax, of, times)


def repeated(resolver: Resolver, syntax: Syntax, of: Stack) -> Part:
    given = dict(syntax.keywords)
    times = [*syntax.args[1:2], *keyword(syntax, "repeats")]
    axis = [*syntax.args[2:3], *keyword(syntax, "axis")]
    if len(times) != 1 or given.keys() - {"axis", "repeats"}:
        raise SyntaxProblem(syntax.at, tell("indexing.repeat"))
    if not axis:
        of = as_stack(of.moved(lambda cells: cells.reshaped((prod(of.axes),))))
    return moving.repeated(resolver, syntax, of, whole(times[0]), whole(axis[0]) if axis else 0)


def flipped(resolver: Resolver, syntax: Syntax, of: Stack) -> Part:
    return moving.flipped(resolver, syntax, of, totals.asked(resolver, syntax, of))


def rolled(resolver: Resolver, syntax: Syntax, of: Stack) -> Part:
    given = dict(syntax.keywords)
    shift = [*syntax.args[1:2], *keyword(syntax, "shift")]
    axis = [*syntax.args[2:3], *keyword(syntax, "axis")]
    if len(shift) != 1 or len(axis) != 1 or given.keys() - {"axis", "shift"}:
        raise SyntaxProblem(syntax.at, tell("stacks.rolled"))
    place = totals.single(resolver, replace(syntax, args=syntax.args[:1], keywords=(("axis", axis[0]),)), of)
    return moving.rolled(resolver, syntax, of, place, whole(shift[0]))


def padded(resolver: Resolver, syntax: Syntax, of: Stack) -> Part:
    """Zeros around each matrix."""
    width = syntax.args[1] if len(syntax.args) == 2 else None
    pairs = [integers(resolver, [pair]) for pair in width.args] if width and width.symbol == "list" else []
    if syntax.symbol == heads.PAD and (len(pairs) != len(of.axes) or any(chain(*pairs[:-2]))):
        raise SyntaxProblem(syntax.at, tell("stacks.padding", count=len(of.axes)))
    if width is not None and syntax.symbol == heads.PAD:
        syntax = replace(syntax, args=(syntax.args[0], replace(width, args=width.args[-2:])))
    return slicewise(resolver, syntax, of)


def embedding(resolver: Resolver, syntax: Syntax) -> Part | None:
    """Rows of a table; where their places are a matrix, tokens of several sequences."""
    of, *given = syntax.args
    if len(given) != 1 or not is_matrix_of_places(resolver, given[0]):
        return None
    return _by_labels(resolver, syntax, resolver.array(of), given)


def looked_up(resolver: Resolver, syntax: Syntax) -> Part:
    """PyTorch has the places before the table."""
    return resolver.array(replace(syntax, symbol="embedding", args=syntax.args[::-1]))


def _by_labels(resolver: Resolver, syntax: Syntax, of: Part, given: Sequence[Syntax]) -> Part:
    """What stands at a matrix of places: an axis becomes two."""
    key, rows = given[0].args[0], resolver.labels[given[0].args[0]]
    strange = next((entry for entry in rows.entries if entry.denominator != 1), None)
    if strange is not None:
        raise SyntaxProblem(syntax.at, tell("indexing.not_whole", key=key, number=strange))
    resolver.indices.add(key)
    places = tuple(Syntax("number", (str(int(entry)),), syntax.at) for entry in rows.entries)
    found = resolver.array(
        Syntax("index", (bound(of, syntax.at), Syntax("list", places, syntax.at), *given[1:]), syntax.at)
    )
    return moving.reshaped(resolver, syntax, found, (*resolver.lengths(given[0]), *axes_of(found)[1:]))
