"""Functions along an axis: sums of rows, the largest of each column. Axes are NumPy's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derivation.formulas.arrays import Shape
from derivation.formulas.language.arranging import integers
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.places import Resolver
from derivation.formulas.language.readings import Reading, Resolved, called, natural
from derivation.formulas.language.steps import whole
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations import SPELLINGS, TABLE
from derivation.formulas.operations.along_axes import TOTALS
from derivation.formulas.operations.layers import Layer
from derivation.formulas.terms import number
from derivation.words.telling import tell

AXES = frozenset({"axis", "keepdims"})
AVERAGED = frozenset({"mean"})
REDUCING = AVERAGED | {
    spelling.partition(" ")[0] for row in TABLE.values() if row.shape in TOTALS for spelling in row.spellings
}
BARE = frozenset({"sum", "max", "min"})
"""What a single number is itself."""


def of_one_axis(resolver: Resolver, syntax: Syntax, parts: Sequence[Resolved]) -> tuple[Syntax, int | None]:
    """The axis that a function works along, None where it works along none; all axes of an array are none."""
    axis = next((value for key, value in syntax.keywords if key == "axis"), None)
    if axis is None:
        return syntax, None
    if axis.symbol != "list":
        place = whole(axis)
        return syntax, place + 2 if place == -2 and len(parts[0].reading.axes) == 2 else place
    named, count = integers(resolver, [axis]), len(parts[0].reading.axes)
    if {place % max(count, 1) for place in named} == set(range(count)) and len(named) == count and not keeps(syntax):
        return replace(syntax, keywords=tuple(pair for pair in syntax.keywords if pair[0] not in AXES)), None
    if len(named) == 1:
        return syntax, named[0]
    raise SyntaxProblem(axis.at, tell("operands.axes", function=syntax.symbol, axes=tuple(named)))


def along(resolver: Resolver, syntax: Syntax, parts: list[Resolved], axis: int) -> Resolved:
    """A function along one axis: 0 works down each column, 1 (or -1) along each row. A list has one axis, 0 or
    -1."""
    of = parts[0]
    if axis not in (-1, 0, 1) or (syntax.symbol not in AVERAGED and f"{syntax.symbol} axis=0" not in SPELLINGS):
        over_all = axis in (-1, 0, 1) and syntax.symbol in SPELLINGS
        told = tell("operands.over_all" if over_all else "operands.axis", function=syntax.symbol, axis=axis)
        raise SyntaxProblem(syntax.at, told)
    is_list = resolver.readings is not None and len(of.reading.axes) == 1 and axis < 1
    own = (0 if of.shape[1:] == (1,) else 1) if is_list else abs(axis)
    found = over(resolver, syntax, parts, own)
    return (
        found._replace(reading=reduced(syntax, of.reading, axis, found.shape)) if syntax.symbol in REDUCING else found
    )


def over(resolver: Resolver, syntax: Syntax, parts: list[Resolved], axis: int) -> Resolved:
    """A function along an axis of ours: 0 down each column, 1 along each row."""
    shape = parts[0].shape or (1, 1)
    if syntax.symbol == "mean":
        total, size = (
            over(resolver, Syntax("sum", syntax.args, syntax.at), parts, axis),
            Resolved(number(shape[axis]), (), Reading(())),
        )
        return total if shape[axis] == 1 else resolver.operation(syntax, "/", [total, size])
    if shape[axis] == 1 and syntax.symbol in BARE:
        return parts[0]
    symbol = syntax.symbol if shape[1 - axis] == 1 else f"{syntax.symbol} axis={axis}"
    named = {key: whole(value) for key, value in syntax.keywords if key not in AXES}
    return resolver.operation(syntax, symbol, parts, integers(resolver, syntax.args[len(parts) :]), named)


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
