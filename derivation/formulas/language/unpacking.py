"""Several arrays of one: `a, b = X.chunk(2, dim=1)`, `np.split(x, 3)[0]`, `n, c = X.shape`. Each is a part of the array,
at places that follow from its lengths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from derivation.formulas.language.arranging import integers
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.places import Resolver, lengths, one
from derivation.formulas.language.syntax import Syntax
from derivation.words.telling import tell

AXIS = "axis"
FULL = Syntax("slice_of", (None, None, None), 0)
Bounds = Sequence[int]
"""Where each part begins, and where the last one ends."""


class Cut(NamedTuple):
    """What says where an array of this length is cut: a whole number, or a list of them."""

    length: int
    places: Sequence[int]
    is_list: bool


def numeral(value: int, at: int) -> Syntax:
    return Syntax("number", (str(value),), at)


def _chunks(cut: Cut) -> Bounds:
    """PyTorch's `chunk`: so many parts at most, all but the last equally long."""
    return _sizes(cut._replace(places=[-(-cut.length // cut.places[0])]))


def _sizes(cut: Cut) -> Bounds:
    """PyTorch's `split`: parts of this length, or of these."""
    if cut.is_list:
        return [*accumulate(cut.places, initial=0)]
    return [*range(0, cut.length, cut.places[0]), cut.length]


def _sections(cut: Cut) -> Bounds:
    """NumPy's `array_split`: so many parts, the first ones longer by one where it does not come out even, or parts that
    end at these places."""
    if cut.is_list:
        return [0, *cut.places, cut.length]
    count = cut.places[0]
    shorter, longer = divmod(cut.length, count)
    return [*accumulate([shorter + 1] * longer + [shorter] * (count - longer), initial=0)]


def _even(cut: Cut) -> Bounds:
    """NumPy's `split`, which has to come out even."""
    return _sections(cut) if cut.is_list or cut.length % cut.places[0] == 0 else []


def _single(cut: Cut) -> Bounds:
    return range(cut.length + 1)


PARTS: dict[str, Callable[[Cut], Bounds]] = {
    "chunk": _chunks,
    "torch.split": _sizes,
    "split": _even,
    "array_split": _sections,
    "hsplit": _even,
    "vsplit": _even,
    "unbind": _single,
}
"""Functions that make several arrays of one, and where each cuts."""
COUNTS = frozenset({"chunks", "split_size_or_sections", "split_size", "indices_or_sections", "sections", "indices"})
"""What NumPy and PyTorch call what the places follow from."""


def part_of(resolver: Resolver, call: Syntax, place: int, count: int | None = None) -> Syntax:
    """One of the arrays that a function of `PARTS` makes, as an index of the whole; `SyntaxProblem` where there is no
    such place, or where there are not so many as names."""
    axes, axis = lengths(resolver, call.args[0]), _axis(resolver, call)
    if not -len(axes) <= axis < len(axes):
        raise SyntaxProblem(call.at, tell("unpacking.axis", function=_called(call), axis=axis))
    axis %= len(axes)
    bounds = _bounds(resolver, call, axes[axis])
    pairs = [*pairwise(bounds)]
    if len(pairs) < 1 or bounds[0] != 0 or bounds[-1] != axes[axis] or any(a >= b for a, b in pairs):
        raise SyntaxProblem(call.at, tell("unpacking.uneven", function=_called(call), length=axes[axis]))
    refuse_other_count(call, len(pairs), count)
    if not -len(pairs) <= place < len(pairs):
        raise SyntaxProblem(call.at, tell("indexing.no_place", index=place))
    first, last = (numeral(bound, call.at) for bound in pairs[place])
    taken = first if call.symbol == "unbind" else Syntax("slice_of", (first, last, None), call.at)
    return Syntax("index", (call.args[0], *[FULL] * axis, taken), call.at)


def refuse_other_count(syntax: Syntax, found: int, count: int | None) -> None:
    """Several names take as many values as they are."""
    if count is not None and found != count:
        raise SyntaxProblem(syntax.at, tell("unpacking.count", names=count, found=found))


def _called(call: Syntax) -> str:
    return call.symbol.removeprefix("torch.")


def _bounds(resolver: Resolver, call: Syntax, length: int) -> Bounds:
    given = [*_by_position(call)[:1], *(value for key, value in call.keywords if key in COUNTS)]
    if call.symbol == "unbind":
        return PARTS[call.symbol](Cut(length, (), False))
    if len(given) != 1:
        raise SyntaxProblem(call.at, tell("unpacking.takes", function=_called(call)))
    places = integers(resolver, given)
    if not places or min(places) < 1:
        return []
    return PARTS[call.symbol](Cut(length, places, given[0].symbol == "list"))


def _by_position(call: Syntax) -> Sequence[Syntax]:
    """What stands behind the array, the axis left out."""
    return call.args[2:] if call.symbol == "unbind" else call.args[1:]


def _axis(resolver: Resolver, call: Syntax) -> int:
    """The axis that is cut: what is asked for, 0 where nothing is; `hsplit` cuts columns, and a list."""
    if call.symbol == "hsplit":
        return min(len(lengths(resolver, call.args[0])) - 1, 1)
    behind = call.args[1:] if call.symbol == "unbind" else call.args[2:]
    asked = [*behind, *(value for key, value in call.keywords if key == AXIS)]
    return integers(resolver, asked[:1])[0] if asked else 0


def indexed(resolver: Resolver, syntax: Syntax) -> Syntax:
    """One of the arrays, which stands at the first place of an index; the other places are its own."""
    call, place, *others = syntax.args
    found = part_of(resolver, call, one(resolver, place))
    return Syntax("index", (found, *others), syntax.at) if others else found


def unpacked(resolver: Resolver, syntax: Syntax) -> Syntax:
    """What one of several names on the left stands for: `syntax` has the right side, the place and how many there are."""
    of, place, count = syntax.args[0], *(int(part.args[0]) for part in syntax.args[1:])
    if of.symbol in PARTS:
        return part_of(resolver, of, place, count)
    axes = lengths(resolver, of.args[0] if of.symbol == "shape" else of)
    if not axes:
        raise SyntaxProblem(of.at, tell("unpacking.count", names=count, found=1))
    refuse_other_count(of, len(axes) if of.symbol == "shape" else axes[0], count)
    return Syntax("index", (of, syntax.args[1]), syntax.at)
