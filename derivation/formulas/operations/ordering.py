"""Rows that put entries in another order, or look at their places: running sums, shifts, triangles, places of the
largest, labels."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

from flint import fmpq

from derivation.formulas.arrays import Array, Shape, collapse, total
from derivation.formulas.numbers import Number, Undefined
from derivation.formulas.operations.algebras import Numbers
from derivation.formulas.operations.along_axes import column_totals, each_column, each_row, row_totals
from derivation.formulas.operations.largest import largest_place, seen
from derivation.formulas.operations.structure import main_diagonal
from derivation.formulas.operations.table import (
    Notation,
    Operation,
    ShapeMismatch,
    Size,
    equal_arrays,
    matrix,
    of_one_operand,
    operator_named,
    same,
)
from derivation.words.telling import tell

A = ("a",)


def lists(shapes: Sequence[Shape]) -> Shape:
    """A number from two lists of one length."""
    listed(shapes)
    return equal_arrays(shapes)


def square(shapes: Sequence[Shape]) -> Shape:
    """A number from a square matrix."""
    main_diagonal(shapes)
    return ()


def one_for_each(shapes: Sequence[Shape], classes: int) -> Shape:
    """A row of so many entries for each label of a list; a column of them for a single label."""
    size = Size.of(shapes[0])
    if size.columns != 1 or classes < 1:
        raise ShapeMismatch("shapes.one_hot")
    return (size.rows, classes) if shapes[0] else collapse((classes, 1))


def running(shapes: Sequence[Shape]) -> Shape:
    """A list of numbers, each with those before it."""
    return listed(shapes)


def _running(algebra: Any, entries: Sequence[Any]) -> list[Any]:
    return list(accumulate(entries))


def _backwards(algebra: Any, entries: Sequence[Any]) -> list[Any]:
    return list(reversed(entries))


def _one_hot(algebra: Any, a: Array, classes: int) -> Array:
    places = [algebra.number(str(place)) for place in range(classes)]
    rows = [[algebra.equal_to(label, place) for place in places] for label in a.entries]
    if algebra is Numbers and not all(any(mark == 1 for mark in row) for row in rows):
        raise Undefined(tell("undefined.label", last=classes - 1))
    return Array.of_rows(rows) if a.shape else Array.of_rows(rows).T


FLIPPED = "flip(cumsum(flip(G{axis}){axis}){axis})"


def listed(shapes: Sequence[Shape]) -> Shape:
    """A list of numbers, which has one axis."""
    if not shapes[0] or 1 not in shapes[0]:
        raise ShapeMismatch("shapes.axis_wanted")
    return shapes[0]


def _of_entries(function: Callable[[Any, tuple[Any, ...]], list[Any]]) -> Callable[[Any, Array], Array]:
    """A meaning that works at the entries of a list."""
    return lambda algebra, a: Array(a.shape, tuple(function(algebra, a.entries)))


def _place(algebra: Any, entries: Sequence[Any]) -> list[Any]:
    """The place of the largest entry, from 0."""
    marks = largest_place(algebra, entries)
    if algebra.number("1") in marks:
        return [algebra.number(str(marks.index(algebra.number("1"))))]
    return [total([algebra.number(str(k)) * mark for k, mark in enumerate(marks)])]


def _least(algebra: Any, entries: Sequence[Any]) -> list[Any]:
    if values := seen(algebra, entries):
        return [algebra.number(str(largest_place(Numbers, [-value for value in values]).index(1)))]
    return _place(algebra, [-entry for entry in entries])


def _lead(algebra: Any, entries: Sequence[Number]) -> list[Number]:
    """By how much the largest entry is larger than any other: 0 where two are."""
    place = largest_place(Numbers, entries).index(1)
    others = [entries[place] - entry for k, entry in enumerate(entries) if k != place]
    return [Numbers.smallest(*others)] if others else [fmpq(1)]


def _lead_of_least(algebra: Any, entries: Sequence[Number]) -> list[Number]:
    return _lead(algebra, [-entry for entry in entries])


def _of_list(function: Callable[[Any, tuple[Any, ...]], list[Any]]) -> Callable[[Any, Array], Array]:
    """A meaning that makes one number of a list."""
    return lambda algebra, a: Array.scalar(function(algebra, a.entries)[0])


def _triangle(inside: Callable[[int, int], bool]) -> Callable[..., Array]:
    def meaning(algebra: Any, a: Array, k: int) -> Array:
        zero = algebra.number("0")
        return Array.of_rows(
            [[x if inside(j - i, k) else zero for j, x in enumerate(row)] for i, row in enumerate(a.rows)]
        )

    return meaning


def blocks(shapes: Sequence[Shape], rows: int, columns: int) -> Shape:
    """One entry for each block of so many rows and columns."""
    size = Size.of(shapes[0])
    if min(rows, columns) < 1 or size.rows % rows or size.columns % columns:
        raise ShapeMismatch("shapes.blocks", rows=rows, columns=columns)
    return collapse((size.rows // rows, size.columns // columns))


def _block_sums(algebra: Any, a: Array, rows: int, columns: int) -> Array:
    size = Size.of(a.shape)
    return Array.of_rows(
        [
            [
                total([x for row in a.rows[i : i + rows] for x in row[j : j + columns]])
                for j in range(0, size.columns, columns)
            ]
            for i in range(0, size.rows, rows)
        ]
    )


def _shifted(function: Callable[..., list[Any]], each: Callable[..., Callable[..., Array]]) -> Callable[..., Array]:
    """A meaning of rows, columns or a list that has an option."""
    return lambda algebra, a, shift: each(lambda inner, entries: function(entries, shift))(algebra, a)


def _rolled(entries: Sequence[Any], shift: int) -> list[Any]:
    by = -shift % len(entries)
    return [*entries[by:], *entries[:by]]


EACH = (
    ("", listed, _of_entries, "a", ""),
    (" axis=0", matrix, each_column, "M", "_columns"),
    (" axis=1", matrix, each_row, "M", "_rows"),
)
"""Along what: the spelling, the shape rule, how a meaning is made, an example, and what stands behind the name."""


def triangle(shapes: Sequence[Shape], k: int) -> Shape:
    """A matrix, of which what lies beyond a diagonal becomes 0."""
    return matrix(shapes)


def one_place(shapes: Sequence[Shape]) -> Shape:
    """A place in a list."""
    listed(shapes)
    return ()


def rolled(shapes: Sequence[Shape], shift: int) -> Shape:
    """A list of numbers, which has one axis."""
    return listed(shapes)


def rolled_matrix(shapes: Sequence[Shape], shift: int) -> Shape:
    """The shape of a matrix."""
    return matrix(shapes)


ROLLED = (rolled, rolled_matrix, rolled_matrix)


def _extreme(which: str) -> Callable[[Any, tuple[Any, ...]], list[Any]]:
    return lambda algebra, entries: [getattr(algebra, which)(*entries)]


LARGEST = (
    *(
        Operation(
            f"{extreme}_in_{word}s",
            A,
            Notation("function", rf"\{least}_{{\mathrm{{{word}s}}}}"),
            shape,
            each(_extreme(extreme)),
            reverse=(f"G * first_largest_in_{word}s({sign}a)",),
            spellings=(f"{least} axis={axis}",),
            reason=f"{extreme}_in_{word}s",
            numpy=f"np.{least}({{a}}, axis={axis}, keepdims=True)",
            example=f"{least}(M, axis={axis})",
        )
        for extreme, least, sign in (("largest", "max", ""), ("smallest", "min", "-"))
        for axis, word, shape, each in ((0, "column", column_totals, each_column), (1, "row", row_totals, each_row))
    ),
    *(
        Operation(
            f"first_largest_in_{word}s",
            A,
            Notation("function", rf"\operatorname{{argmax}}_{{\mathrm{{{word}s}}}}"),
            same,
            each(largest_place),
            reverse=("0 * G",),
            spellings=(f"first_largest_in_{word}s",),
            reason="indicator",
            coupled=True,
            numpy=f"first_largest_in_{word}s({{a}})",
            example=f"first_largest_in_{word}s(M)",
        )
        for word, each in (("column", each_column), ("row", each_row))
    ),
)
ORDERED = (
    *LARGEST,
    *(
        of_one_operand(
            f"cumsum{ending}",
            operator_named("cumsum")
            if not ending
            else Notation("function", rf"\operatorname{{cumsum}}_{{\mathrm{{{ending[1:]}}}}}"),
            shape if ending else running,
            each(_running),
            reverse=(FLIPPED.format(axis=spelling.replace(" ", ", ")),),
            spellings=(f"cumsum{spelling}",),
            coupled=True,
            numpy=f"np.cumsum({{a}}, axis={spelling[-1]})" if spelling else "np.reshape(np.cumsum({a}), np.shape({a}))",
            example=f"cumsum({example}{spelling.replace(' ', ', ')})",
        )
        for spelling, shape, each, example, ending in EACH
    ),
    *(
        of_one_operand(
            f"flip{ending}",
            operator_named("flip")
            if not ending
            else Notation("function", rf"\operatorname{{flip}}_{{\mathrm{{{ending[1:]}}}}}"),
            shape,
            each(_backwards),
            reverse=(f"flip(G{spelling.replace(' ', ', ')})",),
            spellings=(f"flip{spelling}",),
            coupled=True,
            numpy=f"np.flip({{a}}, axis={spelling[-1]})" if spelling else "np.flip({a})",
            example=f"flip({example}{spelling.replace(' ', ', ')})",
        )
        for spelling, shape, each, example, ending in EACH
    ),
    *(
        of_one_operand(
            f"roll{ending}",
            operator_named("roll") if not ending else Notation("function", rf"\operatorname{{roll{ending[1:]}}}"),
            rule,
            _shifted(_rolled, each),
            reverse=(f"roll(G, {{back}}{spelling.replace(' ', ', ')})",),
            spellings=(f"roll{spelling}",),
            coupled=True,
            options={"shift": None},
            sizes=lambda a, shift: {"back": -shift},
            numpy=f"np.roll({{a}}, {{shift}}, axis={spelling[-1]})"
            if spelling
            else "np.reshape(np.roll({a}, {shift}), np.shape({a}))",
            example=f"roll({example}, 1{spelling.replace(' ', ', ')})",
        )
        for (spelling, _, each, example, ending), rule in zip(EACH, ROLLED, strict=True)
    ),
    *(
        of_one_operand(
            name,
            operator_named(name),
            triangle,
            _triangle(inside),
            reverse=(f"{name}(G, {{k}})",),
            spellings=(name,),
            coupled=True,
            options={"k": 0},
            numpy=f"np.{name}({{a}}, {{k}})",
            example=f"{name}(M)",
        )
        for name, inside in (("tril", operator.le), ("triu", operator.ge))
    ),
    of_one_operand(
        "block_sums",
        operator_named("blocksums", r"{0} \times {1}"),
        blocks,
        _block_sums,
        reverse=("enlarge(G, {rows}, {columns})",),
        spellings=("block_sums",),
        options={"rows": None, "columns": None},
        coupled=True,
        numpy="block_sums({a}, {rows}, {columns})",
        example="block_sums(I, 2, 2)",
    ),
    *(
        of_one_operand(
            f"{name}{ending}",
            Notation("function", rf"\arg\{name[3:]}")
            if not ending
            else Notation("function", rf"\arg\{name[3:]}_{{\mathrm{{{ending[1:]}}}}}"),
            rule,
            each(function),
            reverse=(backwards,),
            spellings=(f"{name}{spelling}",),
            kink=each(lead),
            jumps=True,
            coupled=True,
            numpy=f"np.{name}({{a}}{axis})",
            example=f"{name}({example}{spelling.replace(' ', ', ')})",
        )
        for name, function, lead in (("argmax", _place, _lead), ("argmin", _least, _lead_of_least))
        for spelling, rule, each, backwards, axis, example, ending in (
            ("", one_place, _of_list, "0 * G * a", "", "a", ""),
            (" axis=0", column_totals, each_column, "0 * a", ", axis=0, keepdims=True", "M", "_columns"),
            (" axis=1", row_totals, each_row, "0 * a", ", axis=1, keepdims=True", "M", "_rows"),
        )
    ),
    of_one_operand(
        "one_hot",
        operator_named("onehot"),
        one_for_each,
        _one_hot,
        reverse=("0 * a",),
        spellings=("one_hot",),
        options={"classes": None},
        coupled=True,
        numpy="one_hot({a}, {classes})",
        example="one_hot(y, 2)",
    ),
)
