"""Sums, means, the largest, softmax: functions along axes, of which some are axes of the matrices and others count
them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from math import prod

from derivation.formulas.arrays import Shape
from derivation.formulas.language.arranging import integers
from derivation.formulas.language.axes import keeps
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.readings import Reading, Resolved, called
from derivation.formulas.language.stacks.entries import (
    Part,
    Resolver,
    applied,
    bound,
    each,
    entry_by_entry,
    in_message,
    shown,
    slicewise,
)
from derivation.formulas.language.stacks.stack import Stack, settled, slices
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations import heads
from derivation.formulas.terms import number
from derivation.words.telling import tell

FOLDS = {heads.SUM: "+", "max": "max", "min": "min", heads.PROD: "*"}
"""What joins the totals of several matrices."""


def asked(resolver: Resolver, syntax: Syntax, part: Stack) -> Shape:
    """The axes that a function works along, counted from the front, in order; all of them where none is named."""
    given = [*syntax.args[1:2], *(value for key, value in syntax.keywords if key == "axis")]
    count = len(part.axes)
    if not given or (given[0].symbol, given[0].args) == ("name", ("None",)):
        return tuple(range(count))
    named = integers(resolver, given[:1])
    if any(not -count <= axis < count for axis in named) or len({axis % count for axis in named}) < len(named):
        raise SyntaxProblem(syntax.at, tell("stacks.no_axis", axis=named, shape=shown(part.axes)))
    return tuple(sorted(axis % count for axis in named))


def total(resolver: Resolver, syntax: Syntax, part: Stack) -> Part:
    """Sum, product, the largest or the smallest along some axes."""
    along = asked(resolver, syntax, part)
    return _kept(resolver, syntax, part, along, _total(resolver, syntax, part, along))


def mean(resolver: Resolver, syntax: Syntax, part: Stack) -> Part:
    """The sum along some axes, divided by how many entries it has."""
    along = asked(resolver, syntax, part)
    sums = _total(resolver, replace(syntax, symbol=heads.SUM), part, along)
    count = Resolved(number(prod(part.axes[axis] for axis in along)), (), Reading(()))
    return _kept(
        resolver,
        syntax,
        part,
        along,
        [resolver.operation(syntax, "/", [found, count])._replace(reading=found.reading) for found in sums],
    )


def _kept(resolver: Resolver, syntax: Syntax, part: Stack, along: Shape, found: Sequence[Resolved]) -> Part:
    """The totals in the axes that are left."""
    full = tuple(1 if axis in along else size for axis, size in enumerate(part.axes))
    left = full if keeps(syntax) else tuple(size for axis, size in enumerate(part.axes) if axis not in along)
    if not left:
        return found[0]._replace(reading=Reading(()))
    stack = Stack.of_slices(full[:-2], found)
    return settled(resolver, syntax, stack.moved(lambda cells: cells.reshaped(left)))


def _total(resolver: Resolver, syntax: Syntax, part: Stack, along: Shape) -> list[Resolved]:
    """The total at each place that is left of the leading axes, with two axes each."""
    count = len(part.axes)
    ahead = [axis for axis in along if axis < count - 2]
    order = [axis for axis in range(count - 2) if axis not in ahead] + ahead
    turned = part.moved(lambda cells: cells.turned((*order, count - 2, count - 1)))
    inner = [axis - (count - 2) for axis in along if axis >= count - 2]
    found = [_of_matrix(resolver, syntax, of, inner) for of in slices(resolver, syntax, turned)]
    size = prod(part.axes[axis] for axis in ahead)
    runs = [found[start : start + size] for start in range(0, len(found), size)]
    fold = FOLDS[syntax.symbol]
    return [reduce(lambda a, b: _joined(resolver, syntax, fold, a, b), run) for run in runs]


def _joined(resolver: Resolver, syntax: Syntax, fold: str, a: Resolved, b: Resolved) -> Resolved:
    return resolver.operation(syntax, fold, [a, b])._replace(reading=a.reading)


def _of_matrix(resolver: Resolver, syntax: Syntax, of: Resolved, inner: Sequence[int]) -> Resolved:
    """The total of a matrix along one of its axes, along both, or along none."""
    if not inner or not of.shape:
        return of
    axes = tuple(1 if axis in inner else size for axis, size in enumerate(of.reading.axes))
    if axes == of.reading.axes:
        return of
    if len(inner) == 2 or axes == (1, 1):
        return resolver.operation(syntax, syntax.symbol, [of])._replace(reading=Reading((1, 1)))
    keywords = (("axis", _numeral(inner[0], syntax.at)), ("keepdims", _numeral(1, syntax.at)))
    found = resolver.resolve(Syntax(syntax.symbol, (bound(of, syntax.at),), syntax.at, keywords))
    return found._replace(reading=Reading(axes))


def _numeral(value: int, at: int) -> Syntax:
    return Syntax("number", (str(value),), at)


def single(resolver: Resolver, syntax: Syntax, part: Stack) -> int:
    """The one axis that a function works along."""
    along = asked(resolver, syntax, part)
    if len(along) != 1:
        told = tell(
            "stacks.which_axis", function=syntax.symbol, called=called(in_message(part)), shape=shown(part.axes)
        )
        raise SyntaxProblem(syntax.at, told)
    return along[0]


def within(resolver: Resolver, syntax: Syntax, part: Stack) -> Part:
    """A function along an axis of the matrices, each worked by itself; of an axis that counts them, its definition."""
    axis = single(resolver, syntax, part) - len(part.lead)
    if axis < 0:
        if syntax.symbol not in ACROSS:
            told = tell("stacks.along_last", function=syntax.symbol, shape=shown(part.axes))
            raise SyntaxProblem(syntax.at, told)
        return ACROSS[syntax.symbol](resolver, syntax, part, axis + len(part.lead))
    return slicewise(resolver, _along(syntax, axis), part)


def _along(syntax: Syntax, axis: int) -> Syntax:
    """The same function of a matrix, along one of its axes."""
    others = tuple((key, value) for key, value in syntax.keywords if key != "axis")
    named = any(key == "axis" for key, _ in syntax.keywords)
    args = syntax.args if named else (syntax.args[0], *syntax.args[2:])
    return replace(syntax, args=args, keywords=(("axis", _numeral(axis, syntax.at)), *others))


def _sum_over(resolver: Resolver, syntax: Syntax, of: Part, axis: int) -> Part:
    keywords = (("axis", _numeral(axis, syntax.at)), ("keepdims", _numeral(1, syntax.at)))
    return resolver.array(Syntax(heads.SUM, (bound(of, syntax.at),), syntax.at, keywords))


def _softmax(resolver: Resolver, syntax: Syntax, part: Stack, axis: int) -> Part:
    powers = entry_by_entry(resolver, Syntax(heads.EXP, syntax.args[:1], syntax.at), [part])
    powers = Stack.of_slices(part.lead, [_held(resolver, of) for of in slices(resolver, syntax, powers)])
    return applied(resolver, syntax, "/", powers, _sum_over(resolver, syntax, powers, axis))


def _held(resolver: Resolver, of: Resolved) -> Resolved:
    return of._replace(term=resolver.named(of))


def _log_softmax(resolver: Resolver, syntax: Syntax, part: Stack, axis: int) -> Part:
    powers = entry_by_entry(resolver, Syntax(heads.EXP, syntax.args[:1], syntax.at), [part])
    logs = applied(resolver, syntax, heads.LOG, _sum_over(resolver, syntax, powers, axis))
    return applied(resolver, syntax, "-", part, logs)


def _running(resolver: Resolver, syntax: Syntax, part: Stack, axis: int) -> Part:
    """Running sums from matrix to matrix."""
    ahead = [k for k in range(len(part.lead)) if k != axis]
    order = [*ahead, axis, len(part.lead), len(part.lead) + 1]
    turned = part.moved(lambda cells: cells.turned(order))
    found = list[Resolved]()
    for place, of in enumerate(each(resolver, syntax, turned, turned.lead)):
        first = place % part.axes[axis] == 0
        made = of if first else _joined(resolver, syntax, "+", found[-1], of)
        found.append(_held(resolver, made))
    back = [order.index(k) for k in range(len(order))]
    return Stack.of_slices(turned.lead, found).moved(lambda cells: cells.turned(back))


ACROSS = {heads.SOFTMAX: _softmax, heads.LOG_SOFTMAX: _log_softmax, heads.CUMSUM: _running}
"""Functions along an axis that counts matrices."""


def loss(resolver: Resolver, syntax: Syntax, parts: Sequence[Part]) -> Resolved:
    """A loss that is a sum over all entries, or their mean, as the sum over the matrices, or its mean."""
    stack = entry_by_entry_of_loss(resolver, syntax, parts)
    whole = reduce(lambda a, b: resolver.operation(syntax, "+", [a, b]), stack)
    if syntax.symbol in AVERAGED and len(stack) > 1:
        whole = resolver.operation(syntax, "/", [whole, Resolved(number(len(stack)), (), Reading(()))])
    return whole._replace(reading=Reading(()))


AVERAGED = frozenset({heads.MSE})
"""Losses that are means over all entries; the others are sums."""


def entry_by_entry_of_loss(resolver: Resolver, syntax: Syntax, parts: Sequence[Part]) -> list[Resolved]:
    """The loss of each matrix."""
    axes = max((part.axes for part in parts if isinstance(part, Stack)), key=len)
    columns = [each(resolver, syntax, part, axes[:-2]) for part in parts]
    return [
        resolver.resolve(replace(syntax, args=tuple(bound(part, syntax.at) for part in row)))
        for row in zip(*columns, strict=True)
    ]
