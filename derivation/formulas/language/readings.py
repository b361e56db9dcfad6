"""What NumPy would make of an expression of a spec, so that nothing is worked that has another value there.

A list is a column here, as on paper, and has a single axis in NumPy. Mostly that is the same; where it is not, and
NumPy has a value as well, the expression can be read in two ways and is refused with both spellings. What NumPy has no
value for has one reading.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import NamedTuple

from derivation.formulas.arrays import Shape
from derivation.formulas.operations import Operation, ordering, structure, table
from derivation.formulas.terms import Term
from derivation.words.telling import tell


class Reading(NamedTuple):
    """The lengths of NumPy's axes. `soft` says that a single column was not asked for (as by `x[:, None]` or
    `keepdims=True`) but given, or came about by a product with one that was; it goes entry by entry with a list, of
    which NumPy would make a matrix."""

    axes: Shape
    soft: bool = False


class Resolved(NamedTuple):
    """A Term, its shape, and what NumPy has for it."""

    term: Term
    shape: Shape
    reading: Reading


class TwoReadings(ValueError):
    """NumPy gives the expression another value; the text says how to write what is meant."""


def natural(shape: Shape) -> Reading:
    """The reading of an array of which nothing else is known: a column is a list.

    >>> natural((3, 1)).axes, natural((1, 3)).axes
    ((3,), (1, 3))
    """
    return Reading(shape[:1] if shape[1:] == (1,) else shape)


def called(part: Resolved) -> str:
    """An operand in a message: its name, or what it is."""
    return repr(part.term.args[0]) if part.term.head == "name" else tell("operands.this")


def read(row: Operation, parts: Sequence[Resolved], shape: Shape) -> Reading:
    """NumPy's reading of an operation between operands, of which `shape` is the shape here; `TwoReadings` where it has
    another value."""
    return RULES.get(row.shape, _own)(parts, shape)


def _own(parts: Sequence[Resolved], shape: Shape) -> Reading:
    """What NumPy does not have: as many axes as the operands have at most."""
    return natural(shape) if all(len(part.reading.axes) < 2 for part in parts) else Reading(shape)


def _same(parts: Sequence[Resolved], shape: Shape) -> Reading:
    return parts[0].reading


def _number(parts: Sequence[Resolved], shape: Shape) -> Reading:
    return Reading(())


def _list(parts: Sequence[Resolved], shape: Shape) -> Reading:
    return natural(shape)


def _transposed(parts: Sequence[Resolved], shape: Shape) -> Reading:
    return parts[0].reading._replace(axes=parts[0].reading.axes[::-1])


def _entry_by_entry(parts: Sequence[Resolved], shape: Shape) -> Reading:
    axes = [_beside_lists(part.reading, parts) for part in parts]
    soft = all(part.reading.soft for part in parts if len(part.reading.axes) == 2)
    found = broadcast(axes)
    if found is None:
        return Reading(shape, soft)
    if _squeezed(found) != _squeezed(shape):
        raise TwoReadings(tell("readings.outer", shape=" x ".join(map(str, found))))
    for part, own in zip(parts, axes, strict=True):
        if min(shape or (1,)) > 1 and _along(part.shape) != _along(own):
            raise TwoReadings(_join_sentence(part, shape))
    return Reading(found, soft)


def _loss(parts: Sequence[Resolved], shape: Shape) -> Reading:
    _entry_by_entry(parts, table.entrywise([part.shape for part in parts]))
    return Reading(())


def _beside_lists(reading: Reading, parts: Sequence[Resolved]) -> Shape:
    """A column that nobody asked for is a list beside a list of its length."""
    is_column = reading.axes[1:] == (1,) and reading.axes[0] > 1 and reading.soft
    return (
        reading.axes[:1] if is_column and any(part.reading.axes == reading.axes[:1] for part in parts) else reading.axes
    )


def broadcast(shapes: Sequence[Shape]) -> Shape | None:
    """NumPy's shape of an entry-by-entry operation; None where it has none.

    >>> broadcast([(3, 1), (2,)]), broadcast([(3, 2), (3,)])
    ((3, 2), None)
    """
    rank = max(map(len, shapes))
    columns = list(zip(*((1,) * (rank - len(shape)) + shape for shape in shapes), strict=True))
    sizes = [set(column) - {1} for column in columns]
    return tuple(size.pop() if size else 1 for size in sizes) if all(len(size) < 2 for size in sizes) else None


def _squeezed(shape: Shape) -> Shape:
    return tuple(size for size in shape if size > 1)


def _along(axes: Shape) -> int | None:
    """The axis of a matrix along which an array stands in it: 0 for a column, 1 for a row, None for a number or a whole
    matrix."""
    if len(_squeezed(axes)) != 1:
        return None
    return 0 if axes[1:] == (1,) else 1


def _join_sentence(part: Resolved, shape: Shape) -> str:
    count = prod(part.shape)
    vector = (
        tell("readings.vector_named", key=part.term.args[0], count=count)
        if part.term.head == "name"
        else tell("readings.vector", count=count)
    )
    return tell("readings.beside", vector=vector, rows=shape[0], columns=shape[1], advice=_advice(part))


def _advice(part: Resolved) -> str:
    """Both spellings of a vector beside a matrix."""
    if part.term.head == "name":
        return tell("readings.advice_named", key=part.term.args[0])
    return tell("readings.advice")


def _product(parts: Sequence[Resolved], shape: Shape) -> Reading:
    left, right = (part.reading for part in parts)
    if () in (left.axes, right.axes) or left.axes[-1] != right.axes[-2:][0]:
        return Reading(shape, all(part.soft for part in (left, right) if part.axes))
    soft = all(part.soft for part, size in zip((left, right), shape or (1, 1), strict=True) if size == 1)
    found = left.axes[:-1] + (right.axes[:-2] + right.axes[-1:] if len(right.axes) > 1 else ())
    if _squeezed(found) != _squeezed(shape):
        raise TwoReadings(tell("readings.product"))
    return Reading(found, soft)


def _dot(parts: Sequence[Resolved], shape: Shape) -> Reading:
    left, right = (part.reading.axes for part in parts)
    if min(len(left), len(right)) == 2 and left[-1] == right[0] and prod(left) > left[-1]:
        raise TwoReadings(tell("readings.dot"))
    return Reading(())


def _outer(parts: Sequence[Resolved], shape: Shape) -> Reading:
    return Reading((prod(parts[0].shape), prod(parts[1].shape)))


def _diagonal(parts: Sequence[Resolved], shape: Shape) -> Reading:
    if len(parts[0].reading.axes) == 2 and not parts[0].reading.soft:
        raise TwoReadings(tell("readings.diag"))
    return Reading(shape)


RULES: dict[table.ShapeRule, Callable[[Sequence[Resolved], Shape], Reading]] = {
    **dict.fromkeys((*table.ENTRYWISE, table.equal, table.equal_matrices), _entry_by_entry),
    table.same: _same,
    table.matrix: _same,
    table.dropped: lambda parts, shape: _entry_by_entry(parts[:2], shape),
    table.scalar: _loss,
    table.one_array: _number,
    table.transposed: _transposed,
    table.matrix_product: _product,
    table.equal_arrays: _dot,
    table.outer_product: _outer,
    structure.flat: _list,
    ordering.listed: _same,
    ordering.running: lambda parts, shape: Reading((prod(shape),)),
    ordering.square: _number,
    ordering.rolled: _same,
    ordering.one_place: _number,
    ordering.triangle: _same,
    ordering.rolled_matrix: _same,
    ordering.lists: _number,
    structure.main_diagonal: _list,
    structure.diagonal_matrix: _diagonal,
}
"""How NumPy reads the operations that have a shape rule; the rest are not NumPy's."""
