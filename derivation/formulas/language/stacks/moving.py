"""What only moves entries: indices, transposes, other axes, joining. All of it happens on cells, as NumPy moves
entries."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod

from derivation.formulas.arrays import Shape
from derivation.formulas.language.arranging import integers
from derivation.formulas.language.indexing import Taken, along
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.places import one
from derivation.formulas.language.readings import called
from derivation.formulas.language.stacks.entries import Part, Resolver, as_stack, axes_of, in_message, shown
from derivation.formulas.language.stacks.grid import Grid
from derivation.formulas.language.stacks.stack import Stack, concatenated, settled
from derivation.formulas.language.syntax import Syntax
from derivation.words.telling import tell


def picked(resolver: Resolver, syntax: Syntax, part: Part, given: Sequence[Syntax]) -> Part:
    """What stands at these places, as NumPy takes them."""
    axes = axes_of(part)
    named = [place for place in given if place.symbol not in ("none", "dots")]
    if len(named) > len(axes):
        told = tell("stacks.too_many_places", called=called(in_message(part)), shape=shown(axes), count=len(named))
        raise SyntaxProblem(syntax.at, told)
    taken = along(resolver, syntax, in_message(part), axes, given)
    return settled(resolver, syntax, as_stack(part).moved(lambda cells: _crossed(syntax, cells, taken)))


def _crossed(syntax: Syntax, cells: Grid, taken: Sequence[Taken]) -> Grid:
    """The entries where the places cross; lists of places go together one by one, and come first where something stands
    between them."""
    lists = [len(axis.places) for axis in taken if axis.kind == "list"]
    if not lists:
        found = cells.at([axis.places for axis in taken if axis.kind != "new"])
        return found.reshaped(tuple(len(axis.places) for axis in taken if axis.kind != "one"))
    count = max(lists)
    if {*lists} - {1, count}:
        raise SyntaxProblem(syntax.at, tell("indexing.pairs", first=lists[0], second=lists[-1]))
    chosen = [k for k, axis in enumerate(taken) if axis.kind in ("one", "list")]
    together = chosen[-1] - chosen[0] + 1 == len(chosen)
    ahead = [k for k in range(chosen[0]) if k not in chosen] if together else []
    behind = [k for k in range(len(taken)) if k not in chosen and k not in ahead]
    axes = (*(len(taken[k].places) for k in ahead), count, *(len(taken[k].places) for k in behind))
    steps = iter(cells.strides)
    strides = [0 if axis.kind == "new" else next(steps) for axis in taken]
    entries = tuple(
        sum(strides[k] * at for k, at in zip((*ahead, *behind), (*before, *after), strict=True))
        + sum(strides[k] * taken[k].places[place % len(taken[k].places)] for k in chosen)
        for before in product(*(taken[k].places for k in ahead))
        for place in range(count)
        for after in product(*(taken[k].places for k in behind))
    )
    return cells.moved(Grid(axes, entries))


def turned(resolver: Resolver, syntax: Syntax, part: Part, order: Sequence[int]) -> Part:
    """The axes in another order."""
    return settled(resolver, syntax, as_stack(part).moved(lambda cells: cells.turned(order)))


def transposed(resolver: Resolver, syntax: Syntax, part: Part, given: Sequence[Syntax]) -> Part:
    """The axes backwards, or in the order that is named; two numbers exchange two axes, as in PyTorch."""
    count = len(axes_of(part))
    order = integers(resolver, given) if given else list(range(count))[::-1]
    if len(order) == 2 and count > 2:
        return exchanged(resolver, syntax, part, order)
    if sorted(_from_front(syntax, axis, count) for axis in order) != list(range(count)):
        raise SyntaxProblem(syntax.at, tell("stacks.order", count=count))
    return turned(resolver, syntax, part, [axis % count for axis in order])


def exchanged(resolver: Resolver, syntax: Syntax, part: Part, axes: Sequence[int]) -> Part:
    """Two axes exchanged."""
    count = len(axes_of(part))
    first, second = (_from_front(syntax, axis, count) for axis in axes)
    order = list(range(count))
    order[first], order[second] = second, first
    return turned(resolver, syntax, part, order)


def carried(resolver: Resolver, syntax: Syntax, part: Part, axes: Sequence[int]) -> Part:
    """An axis moved elsewhere, the others in their order: NumPy's moveaxis."""
    count = len(axes_of(part))
    source, target = (_from_front(syntax, axis, count) for axis in axes)
    order = [axis for axis in range(count) if axis != source]
    order.insert(target, source)
    return turned(resolver, syntax, part, order)


def _from_front(syntax: Syntax, axis: int, count: int) -> int:
    if not -count <= axis < count:
        raise SyntaxProblem(syntax.at, tell("stacks.no_such_axis", axis=axis, count=count))
    return axis % count


def reshaped(resolver: Resolver, syntax: Syntax, part: Part, sizes: Sequence[int]) -> Part:
    """Other axes; -1 stands for what is left."""
    axes = axes_of(part)
    known = prod(size for size in sizes if size != -1)
    full = tuple(prod(axes) // known if size == -1 and known else size for size in sizes)
    if prod(full) != prod(axes) or min(full, default=1) < 1 or list(sizes).count(-1) > 1:
        told = tell("stacks.reshaped", shape=shown(axes), sizes=shown(tuple(sizes)), count=prod(axes))
        raise SyntaxProblem(syntax.at, told)
    return settled(resolver, syntax, as_stack(part).moved(lambda cells: cells.reshaped(full)))


def flattened(resolver: Resolver, syntax: Syntax, part: Part) -> Part:
    """All entries in a list; from an axis on, in PyTorch."""
    axes = axes_of(part)
    given = dict(syntax.keywords)
    start = [*syntax.args[1:2], *(given[key] for key in ("start_dim",) if key in given)]
    first = _from_front(syntax, one(resolver, start[0]), len(axes)) if start else 0
    return reshaped(resolver, syntax, part, (*axes[:first], prod(axes[first:])))


def squeezed(resolver: Resolver, syntax: Syntax, part: Part, axis: int | None) -> Part:
    """Without the axes of one place, or without the one that is named."""
    axes = axes_of(part)
    gone = {k for k, size in enumerate(axes) if size == 1} if axis is None else {_from_front(syntax, axis, len(axes))}
    if any(axes[k] != 1 for k in gone):
        raise SyntaxProblem(syntax.at, tell("indexing.squeezed", axis=axis, called=called(in_message(part))))
    left = tuple(size for k, size in enumerate(axes) if k not in gone)
    return settled(resolver, syntax, as_stack(part).moved(lambda cells: cells.reshaped(left)))


def expanded(resolver: Resolver, syntax: Syntax, part: Part, axis: int) -> Part:
    """With a new axis of one place."""
    axes = axes_of(part)
    place = _from_front(syntax, axis, len(axes) + 1)
    return settled(
        resolver, syntax, as_stack(part).moved(lambda cells: cells.reshaped((*axes[:place], 1, *axes[place:])))
    )


def joined(resolver: Resolver, syntax: Syntax, parts: Sequence[Part], axis: int) -> Part:
    """One behind the other along an axis."""
    count = len(axes_of(parts[0]))
    place = _from_front(syntax, axis, count)
    others = {(*axes_of(part)[:place], 0, *axes_of(part)[place + 1 :]) for part in parts}
    if len(others) > 1 or any(len(axes_of(part)) != count for part in parts):
        told = tell("stacks.joined", shapes=", ".join(shown(axes_of(part)) for part in parts), axis=axis)
        raise SyntaxProblem(syntax.at, told)
    return settled(resolver, syntax, concatenated([as_stack(part) for part in parts], place))


def stacked(resolver: Resolver, syntax: Syntax, parts: Sequence[Part], axis: int) -> Part:
    """Side by side along a new axis."""
    axes = axes_of(parts[0])
    if any(axes_of(part) != axes for part in parts):
        told = tell("stacks.stacked", shapes=", ".join(shown(axes_of(part)) for part in parts))
        raise SyntaxProblem(syntax.at, told)
    place = _from_front(syntax, axis, len(axes) + 1)
    laid = [as_stack(part).moved(lambda cells: cells.reshaped((*axes[:place], 1, *axes[place:]))) for part in parts]
    return settled(resolver, syntax, concatenated(laid, place))


def flipped(resolver: Resolver, syntax: Syntax, part: Stack, along_axes: Shape) -> Part:
    """Backwards along axes."""
    places = [range(size)[:: -1 if k in along_axes else 1] for k, size in enumerate(part.axes)]
    return part.moved(lambda cells: cells.at(places))


def rolled(resolver: Resolver, syntax: Syntax, part: Stack, axis: int, shift: int) -> Part:
    """Each entry moved on along an axis, the last ones to the front."""
    size = part.axes[axis]
    return part.moved(lambda cells: cells.along(axis, [(place - shift) % size for place in range(size)]))


def repeated(resolver: Resolver, syntax: Syntax, part: Part, times: int, axis: int) -> Part:
    """Each place of an axis several times."""
    place = _from_front(syntax, axis, len(axes_of(part)))
    places = [k for k in range(axes_of(part)[place]) for _ in range(times)]
    return settled(resolver, syntax, as_stack(part).moved(lambda cells: cells.along(place, places)))


def tiled(resolver: Resolver, syntax: Syntax, part: Part, times: Sequence[int]) -> Part:
    """The whole again and again along each axis."""
    axes = axes_of(part)
    count = max(len(axes), len(times))
    full = (1,) * (count - len(axes)) + axes
    often = (1,) * (count - len(times)) + tuple(times)
    places = [list(range(size)) * repeats for size, repeats in zip(full, often, strict=True)]
    return settled(resolver, syntax, as_stack(part).moved(lambda cells: cells.reshaped(full).at(places)))


def stretched(resolver: Resolver, syntax: Syntax, part: Part, axes: Shape) -> Part:
    """Repeated to these axes: NumPy's broadcast_to."""
    own = axes_of(part)
    fits = len(own) <= len(axes) and all(a in (1, b) for a, b in zip(own[::-1], axes[::-1], strict=False))
    if not fits:
        raise SyntaxProblem(syntax.at, tell("stacks.stretched", shape=shown(own), axes=shown(axes)))
    return settled(resolver, syntax, as_stack(part).moved(lambda cells: cells.stretched(axes)))
