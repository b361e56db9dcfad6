"""Functions that work entry by entry, matrix by matrix; what has fewer axes goes with each matrix, as in NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Protocol

from derivation.formulas.arrays import Shape, collapse
from derivation.formulas.language import layers
from derivation.formulas.language.indexing import transposed
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.readings import Reading, Resolved, broadcast, called
from derivation.formulas.language.stacks.stack import Stack, slices
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.terms import Term, name
from derivation.words.files import load
from derivation.words.telling import tell

Part = Resolved | Stack


class Resolver(layers.Resolver, Protocol):
    """What makes terms, and arrays of more axes, of expressions (`resolve.Resolver`)."""

    stacks: dict[str, Stack]

    def array(self, syntax: Syntax) -> Part: ...

    def plain(self, syntax: Syntax) -> Resolved: ...

    def at_steps(self, syntax: Syntax) -> Syntax: ...


def bound(found: Part, at: int) -> Syntax:
    """What was resolved already, as a part of an expression."""
    return Syntax("resolved", (found,), at)


def axes_of(part: Part) -> Shape:
    """The lengths of NumPy's axes."""
    return part.axes if isinstance(part, Stack) else part.reading.axes


def as_stack(part: Part) -> Stack:
    return part if isinstance(part, Stack) else Stack.of(part)


def shown(shape: Shape) -> str:
    """Lengths of axes in a message."""
    return " x ".join(map(str, shape))


def in_message(part: Part) -> Resolved:
    """What a message calls an array."""
    if isinstance(part, Resolved):
        return part
    return Resolved(name(part.key) if part.key else Term("stack", ()), part.axes, Reading(part.axes))


def applied(resolver: Resolver, syntax: Syntax, symbol: str, *parts: Part) -> Part:
    """A function of what was resolved already."""
    return resolver.array(Syntax(symbol, tuple(bound(part, syntax.at) for part in parts), syntax.at))


def entry_by_entry(resolver: Resolver, syntax: Syntax, parts: Sequence[Part]) -> Stack:
    """A function of all parts at once, in each matrix."""
    laid = beside(syntax, resolver, parts)
    axes = broadcast([axes_of(part) for part in laid])
    if axes is None:
        told = tell("stacks.misfit", sign=syntax.symbol, shapes=", ".join(shown(axes_of(part)) for part in parts))
        raise SyntaxProblem(syntax.at, told)
    lead = axes[:-2]
    columns = [each(resolver, syntax, part, lead) for part in laid]
    found = [
        _of_axes(resolver, syntax, resolver.resolve(_with(syntax, row)), axes[-2:])
        for row in zip(*columns, strict=True)
    ]
    return Stack.of_slices(lead, found)


def _with(syntax: Syntax, row: Sequence[Resolved]) -> Syntax:
    """The expression with its first operands replaced."""
    args = (*(bound(part, syntax.at) for part in row), *syntax.args[len(row) :])
    return Syntax(syntax.symbol, args, syntax.at, syntax.keywords)


def each(resolver: Resolver, syntax: Syntax, part: Part, lead: Shape) -> list[Resolved]:
    """What stands at each place of these leading axes: a matrix, or the same array everywhere."""
    if isinstance(part, Resolved):
        return [part] * prod(lead)
    return slices(resolver, syntax, part.moved(lambda cells: cells.stretched(lead + part.axes[-2:])))


def _of_axes(resolver: Resolver, syntax: Syntax, found: Resolved, axes: Shape) -> Resolved:
    """A result laid along the two axes that NumPy has for it."""
    shape = collapse(axes)
    if found.shape != shape and found.shape[::-1] == shape:
        found = transposed(resolver, syntax, found)
    if found.shape != shape:
        raise SyntaxProblem(syntax.at, tell("readings.outer", shape=shown(axes)))
    return found._replace(reading=Reading(axes))


def beside(syntax: Syntax, resolver: Resolver, parts: Sequence[Part]) -> list[Part]:
    """Lists laid along the one axis of the others that has their length, as on paper; where several have, the line can
    be read in two ways."""
    axes = max((axes_of(part) for part in parts), key=len)
    return [
        _along(syntax, resolver, part, axes) if len(axes_of(part)) == 1 and axes_of(part) != (1,) else part
        for part in parts
    ]


def _along(syntax: Syntax, resolver: Resolver, part: Part, axes: Shape) -> Part:
    (count,) = axes_of(part)
    fitting = [k for k, size in enumerate(axes) if size == count or (size == 1 and k == len(axes) - 1)]
    if len(fitting) > 1:
        spelled = load()["joining"]["or"].join(index_of(k, len(axes)) for k in fitting)
        told = tell("stacks.beside", called=called(in_message(part)), count=count, shape=shown(axes), spelled=spelled)
        raise SyntaxProblem(syntax.at, told)
    if not fitting:
        return part
    laid = [count if k == fitting[0] else 1 for k in range(len(axes))]
    return as_stack(part).moved(lambda cells: cells.reshaped(tuple(laid)))


def index_of(axis: int, count: int) -> str:
    """How a list is written that lies along one of so many axes.

    >>> index_of(0, 3), index_of(2, 3)
    ('[:, None, None]', '[None, None, :]')
    """
    return f"[{', '.join(':' if k == axis else 'None' for k in range(count))}]"


def slicewise(resolver: Resolver, syntax: Syntax, part: Stack) -> Stack:
    """A function of each matrix that gives a matrix of the same axes each time."""
    found = [resolver.resolve(_with(syntax, [of])) for of in slices(resolver, syntax, part)]
    axes = {of.reading.axes if len(of.reading.axes) == 2 else (of.shape or (1, 1)) for of in found}
    assert len(axes) == 1
    inner = axes.pop()
    return Stack.of_slices(part.lead, [of._replace(reading=Reading(inner)) for of in found])
