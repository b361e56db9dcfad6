r"""Rows for pooling: windows of an array and their largest entries or means, and what their backward passes are made of.

Source: Goodfellow, Bengio, Courville, Deep Learning (2016), section 9.3 (pooling); Dumoulin, Visin, A guide to
convolution arithmetic for deep learning (2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from derivation.formulas.arrays import Array, Shape, collapse, total
from derivation.formulas.operations.convolution import at_least_one, full_correlation, kernel_places
from derivation.formulas.operations.largest import largest_place
from derivation.formulas.operations.table import Operation, ShapeMismatch, Size, operator_named


def windows(shapes: Sequence[Shape], size: int) -> Shape:
    """One entry for each window of size x size (of a vector: of size)."""
    image = Size.of(shapes[0])
    width = 1 if image.columns == 1 else size
    if size < 1 or image.rows % size or image.columns % width:
        raise ShapeMismatch("shapes.windows", size=size, rows=image.rows, columns=image.columns)
    return collapse((image.rows // size, image.columns // width))


def filled(shapes: Sequence[Shape], size: int) -> Shape:
    """Windows that all divide the array; the shape stays."""
    windows(shapes, size)
    return shapes[0]


def enlarged(shapes: Sequence[Shape], rows: int, columns: int) -> Shape:
    """Every entry as a block."""
    size = Size.of(at_least_one(shapes[0], rows, columns))
    return collapse((size.rows * rows, size.columns * columns))


def _window(a: Array, i: int, j: int, size: int, width: int) -> list[Any]:
    return [entry for row in a.rows[i * size : (i + 1) * size] for entry in row[j * width : (j + 1) * width]]


def _width(a: Array, size: int) -> int:
    return 1 if Size.of(a.shape).columns == 1 else size


def _pooled(a: Array, size: int, function: Any) -> Array:
    shape, width = Size.of(windows([a.shape], size)), _width(a, size)
    return Array.of_rows(
        [[function(_window(a, i, j, size, width)) for j in range(shape.columns)] for i in range(shape.rows)]
    )


def _largest_in_windows(algebra: Any, a: Array, size: int) -> Array:
    width = _width(a, size)
    marks = _pooled(a, size, lambda entries: largest_place(algebra, entries))
    shape = Size.of(a.shape)
    per_row = Size.of(marks.shape).columns
    return Array.of_rows(
        [
            [
                marks.entries[i // size * per_row + j // width][i % size * width + j % width]
                for j in range(shape.columns)
            ]
            for i in range(shape.rows)
        ]
    )


def _enlarged(algebra: Any, a: Array, rows: int, columns: int) -> Array:
    return Array.of_rows([[entry for entry in row for _ in range(columns)] for row in a.rows for _ in range(rows)])


def _block(a: Size, size: int) -> dict[str, int]:
    width = 1 if a.columns == 1 else size
    return {"height": size, "width": width, "count": size * width}


def strided_windows(shapes: Sequence[Shape], size: int, stride: int, padding: int) -> Shape:
    """One entry for each window of size x size (of a vector: of size) that fits, a stride apart; what is left over is
    not looked at."""
    image = Size.of(shapes[0])
    if size < 1 or stride < 1 or not 0 <= 2 * padding <= size:
        raise ShapeMismatch("shapes.pooling")
    if size > image.rows + 2 * padding or (image.columns > 1 and size > image.columns + 2 * padding):
        raise ShapeMismatch("shapes.windows", size=size, rows=image.rows, columns=image.columns)
    return collapse(tuple(len(spans) for spans in _spans(image, size, stride, padding)))


def unpooled(shapes: Sequence[Shape], *options: int) -> Shape:
    """An array with an entry for each window of another, whose shape the result has."""
    if strided_windows(shapes[1:], *options) != shapes[0]:
        raise ShapeMismatch("shapes.equal")
    return shapes[1]


def _spans(image: Size, size: int, stride: int, padding: int) -> tuple[list[range], list[range]]:
    """The rows and the columns of each window, without what lies in the padding."""
    along = [(image.rows, "rows", size, padding)]
    along.append((image.columns, "columns", *((1, 0) if image.columns == 1 else (size, padding))))
    found = []
    for count, axis, width, around in along:
        places = kernel_places(count, width, stride if width > 1 or count > 1 else 1, around, axis)
        starts = [place * stride - around for place in range(places)]
        found.append([range(max(start, 0), min(start + width, count)) for start in starts])
    return found[0], found[1]


def _strided(a: Array, options: Sequence[int], function: Any) -> Array:
    rows, columns = _spans(Size.of(a.shape), *options)
    return Array.of_rows(
        [[function([a.rows[i][j] for i in down for j in across]) for across in columns] for down in rows]
    )


def _unpooled(algebra: Any, upstream: Array, a: Array, *options: int) -> Array:
    """Each entry at the places of the windows' largest entries."""
    size = Size.of(a.shape)
    rows, columns = _spans(size, *options)
    shares: list[list[Any]] = [[] for _ in a.entries]
    for entry, (down, across) in zip(upstream.entries, product(rows, columns), strict=True):
        places = [i * size.columns + j for i in down for j in across]
        for place, mark in zip(places, largest_place(algebra, [a.entries[place] for place in places]), strict=True):
            shares[place].append(entry * mark)
    return Array(a.shape, tuple(total(some) if some else algebra.number("0") for some in shares))


def _averaged(a: Size, size: int, stride: int, padding: int) -> dict[str, int | str]:
    kernel = Size(size, 1 if a.columns == 1 else size)
    given = full_correlation(a, kernel, stride, padding, padding)
    ones = f"ones(({kernel.rows}, {kernel.columns}))"
    back = f"conv2d({given['spaced']}, {ones}, 1, {given['full']}, {given['full_across']})"
    return {"back": f"{back} / {kernel.rows * kernel.columns}"}


STRIDED = r"{0},\,s={1},\,p={2}"
POOLING = (
    Operation(
        "maxpool",
        ("a",),
        operator_named("maxpool", always=True),
        windows,
        lambda algebra, a, size: _pooled(a, size, lambda entries: algebra.largest(*entries)),
        reverse=("enlarge(G, {height}, {width}) * largest_in_windows(a, {size})",),
        spellings=("maxpool", "max_pool"),
        aliases=("max_pool2d",),
        reason="maxpool",
        options={"size": 2},
        sizes=_block,
        heat="window",
        numpy="windows({a}, {size}).max(axis=2)",
        example="maxpool(I, 2)",
    ),
    Operation(
        "avgpool",
        ("a",),
        operator_named("avgpool", always=True),
        windows,
        lambda algebra, a, size: _pooled(
            a, size, lambda entries: algebra.div(total(entries), algebra.number(str(len(entries))))
        ),
        reverse=("enlarge(G, {height}, {width}) / {count}",),
        spellings=("avgpool", "avg_pool"),
        aliases=("avg_pool2d",),
        reason="avgpool",
        nonlinear=False,
        options={"size": 2},
        sizes=_block,
        heat="window",
        numpy="windows({a}, {size}).mean(axis=2)",
        example="avgpool(I, 2)",
    ),
    Operation(
        "maxpool_strided",
        ("a",),
        operator_named("maxpool", STRIDED),
        strided_windows,
        lambda algebra, a, *options: _strided(a, options, lambda entries: algebra.largest(*entries)),
        reverse=("unpool(G, a, {options})",),
        spellings=("maxpool", "max_pool"),
        reason="maxpool_strided",
        options={"size": None, "stride": "size", "padding": 0},
        heat="window",
        numpy="maxpool_strided({a}, {size}, {stride}, {padding})",
        example="maxpool(I, 3, 2, 1)",
    ),
    Operation(
        "unpool",
        ("a", "b"),
        operator_named("unpool", STRIDED),
        unpooled,
        _unpooled,
        reverse=(None, None),
        spellings=("unpool",),
        reason="unpool",
        nonlinear=False,
        options={"size": None, "stride": None, "padding": None},
        numpy="unpool({a}, {b}, {size}, {stride}, {padding})",
        internal=True,
        example="unpool(K, I, 2, 2, 0)",
    ),
    # What lies in the padding counts as 0, as in PyTorch.
    Operation(
        "avgpool_strided",
        ("a",),
        operator_named("avgpool", STRIDED),
        strided_windows,
        lambda algebra, a, size, stride, padding: _strided(
            a,
            (size, stride, padding),
            lambda entries: algebra.div(total(entries), algebra.number(str(size * _width(a, size)))),
        ),
        reverse=("{back}",),
        spellings=("avgpool", "avg_pool"),
        reason="avgpool_strided",
        nonlinear=False,
        options={"size": None, "stride": "size", "padding": 0},
        sizes=_averaged,
        heat="window",
        numpy="avgpool_strided({a}, {size}, {stride}, {padding})",
        example="avgpool(I, 3, 1, 1)",
    ),
    Operation(
        "largest_in_windows",
        ("a",),
        operator_named("maxmask"),
        filled,
        _largest_in_windows,
        reverse=("0 * G",),
        spellings=("largest_in_windows",),
        reason="indicator",
        derivative_of="maxpool",
        options={"size": None},
        coupled=True,
        numpy="largest_in_windows({a}, {size})",
        internal=True,
        example="largest_in_windows(I, 2)",
    ),
    Operation(
        "enlarge",
        ("a",),
        operator_named("upsample", r"{0} \times {1}"),
        enlarged,
        _enlarged,
        reverse=("block_sums(G, {rows}, {columns})",),
        spellings=("enlarge",),
        reason="enlarge",
        nonlinear=False,
        options={"rows": None, "columns": None},
        numpy="enlarge({a}, {rows}, {columns})",
        internal=True,
        example="enlarge(K, 2, 2)",
    ),
)
