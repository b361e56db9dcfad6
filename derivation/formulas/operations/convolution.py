r"""Rows for convolutional networks, on one channel: cross-correlation, pooling, and what their backward passes are made
of.

Source: Goodfellow, Bengio, Courville, Deep Learning (2016), section 9.1 (cross-correlation, called convolution) and
9.5; Dumoulin, Visin, A guide to convolution arithmetic for deep learning (2016). The gradient by the image is the full
correlation of the error signal with the kernel turned by half a turn, the gradient by the kernel the correlation of the
image with the error signal; a stride spreads the signal out.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from derivation.formulas.arrays import Array, Shape, collapse, total
from derivation.formulas.operations.structure import largest_place
from derivation.formulas.operations.table import HADAMARD, Notation, Operation, ShapeMismatch, Size

A, AB = ("a",), ("a", "b")


def slid(shapes: Sequence[Shape], stride: int, padding: int, across: int) -> Shape:
    """The places where a kernel fits into an image: (n + 2 padding - k) / stride + 1 along each axis, rounded down: rows
    that a stride leaves over are not looked at."""
    image, kernel = map(Size.of, shapes)
    rows = _places(image.rows, kernel.rows, stride, padding, "rows")
    columns = _places(image.columns, kernel.columns, stride, _across(image, kernel, across), "columns")
    return collapse((rows, columns))


def _across(image: Size, kernel: Size, across: int) -> int:
    """A vector is padded above and below only."""
    return 0 if image.columns == kernel.columns == 1 else across


def _places(size: int, kernel: int, stride: int, padding: int, axis: str) -> int:
    room = size + 2 * padding - kernel
    if stride < 1 or padding < 0:
        raise ShapeMismatch("shapes.stride")
    if room < 0:
        raise ShapeMismatch(f"shapes.kernel_{axis}", kernel=kernel, image=size + 2 * padding)
    if padding >= kernel:
        raise ShapeMismatch(f"shapes.padding_{axis}", padding=padding, count=kernel)
    return room // stride + 1


def _slide(algebra: Any, image: Array, kernel: Array, stride: int, padding: int, across: int) -> Array:
    across = _across(Size.of(image.shape), Size.of(kernel.shape), across)
    shape = Size.of(slid([image.shape, kernel.shape], stride, padding, across))
    rows, weights = image.rows, kernel.rows

    def entry(i: int, j: int) -> Any:
        top, left = i * stride - padding, j * stride - across
        products = [
            rows[top + k][left + n] * weight
            for k, line in enumerate(weights)
            for n, weight in enumerate(line)
            if 0 <= top + k < len(rows) and 0 <= left + n < len(rows[0])
        ]
        return total(products) if products else algebra.number("0")

    return Array.of_rows([[entry(i, j) for j in range(shape.columns)] for i in range(shape.rows)])


def spread(shapes: Sequence[Shape], stride: int) -> Shape:
    """The array with stride - 1 zeros between neighbours."""
    size = Size.of(_at_least_one(shapes[0], stride))
    return collapse(((size.rows - 1) * stride + 1, 1 if size.columns == 1 else (size.columns - 1) * stride + 1))


def _at_least_one(shape: Shape, *sizes: int) -> Shape:
    if min(sizes) < 1:
        raise ShapeMismatch("shapes.sizes")
    return shape


def _spread(algebra: Any, a: Array, stride: int) -> Array:
    shape = Size.of(spread([a.shape], stride))
    given, zero = a.rows, algebra.number("0")
    return Array.of_rows(
        [
            [given[i // stride][j // stride] if i % stride == j % stride == 0 else zero for j in range(shape.columns)]
            for i in range(shape.rows)
        ]
    )


def _gathered(algebra: Any, a: Array, stride: int) -> Array:
    return Array.of_rows([row[::stride] for row in a.rows[::stride]])


def gathered(shapes: Sequence[Shape], stride: int) -> Shape:
    """Every stride-th entry."""
    size = Size.of(_at_least_one(shapes[0], stride))
    return collapse(((size.rows - 1) // stride + 1, (size.columns - 1) // stride + 1))


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
    size = Size.of(_at_least_one(shapes[0], rows, columns))
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


def _full(a: Size, b: Size, stride: int, padding: int, across: int) -> dict[str, int | str]:
    """The padding that makes a correlation with the kernel full, and the upstream gradient spread out, with a zero for
    each row and column that the stride left over."""
    across = _across(a, b, across)
    full = {"full": b.rows - 1 - padding, "full_across": max(b.columns - 1 - across, 0)}
    return {**full, "spaced": _spaced(a, b, stride, padding, across)}


def _spaced(a: Size, b: Size, stride: int, padding: int, across: int) -> str:
    rooms = (a.rows + 2 * padding - b.rows, a.columns + 2 * across - b.columns)
    inner = [room // stride * stride + 1 for room in rooms]
    outer = [room + 1 for room in rooms]
    if inner == outer or stride == 1:
        return f"spread(G, {stride})"
    return f"pad(spread(G, {stride}), 1, {inner[0]}, 1, {inner[1]}, {outer[0]}, {outer[1]})"


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
        places = _places(count, width, stride if width > 1 or count > 1 else 1, around, axis)
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
    across = 0 if a.columns == 1 else padding
    spaced = _spaced(a, kernel, stride, padding, across)
    full, full_across = kernel.rows - 1 - padding, max(kernel.columns - 1 - across, 0)
    ones = f"ones(({kernel.rows}, {kernel.columns}))"
    return {"back": f"conv2d({spaced}, {ones}, 1, {full}, {full_across}) / {kernel.rows * kernel.columns}"}


def _operator(text: str, subscript: str = "", always: bool = False) -> Notation:
    return Notation("function", rf"\operatorname{{{text}}}", subscript=subscript, always=always)


STRIDED = r"{0},\,s={1},\,p={2}"
CONVOLUTION = (
    Operation(
        "conv2d",
        AB,
        Notation("infix", r"\star", HADAMARD, r"s={0},\,p={1} \times {2}"),
        slid,
        _slide,
        reverse=(
            "conv2d({spaced}, rotate180(b), 1, {full}, {full_across})",
            "conv2d(a, {spaced}, 1, {padding}, {across})",
        ),
        spellings=("conv2d", "conv1d", r"\star"),
        reason="convolution",
        nonlinear=False,
        options={"stride": 1, "padding": 0, "across": "padding"},
        sizes=_full,
        heat="window",
        numpy="conv2d({a}, {b}, {stride}, {padding}, {across})",
        example="conv2d(I, K)",
    ),
    Operation(
        "rotate180",
        A,
        Notation("function", r"\operatorname{rot}_{180}"),
        lambda shapes: shapes[0],
        lambda algebra, a: Array(a.shape, a.entries[::-1]),
        reverse=("rotate180(G)",),
        spellings=("rotate180", "flip"),
        reason="turned",
        nonlinear=False,
        coupled=True,
        numpy="{a}[::-1, ::-1]",
        internal=True,
        example="rotate180(K)",
    ),
    Operation(
        "spread",
        A,
        _operator("spread"),
        spread,
        _spread,
        reverse=("strided(G, {stride})",),
        spellings=("spread",),
        reason="spread",
        nonlinear=False,
        options={"stride": None},
        numpy="spread({a}, {stride})",
        internal=True,
        example="spread(K, 2)",
    ),
    Operation(
        "strided",
        A,
        _operator("strided"),
        gathered,
        _gathered,
        reverse=(None,),
        spellings=("strided",),
        reason="spread",
        nonlinear=False,
        options={"stride": None},
        numpy="{a}[::{stride}, ::{stride}]",
        internal=True,
        example="strided(I, 2)",
    ),
    Operation(
        "maxpool",
        A,
        _operator("maxpool", always=True),
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
        A,
        _operator("avgpool", always=True),
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
        A,
        _operator("maxpool", STRIDED),
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
        _operator("unpool", STRIDED),
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
        A,
        _operator("avgpool", STRIDED),
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
        A,
        _operator("maxmask"),
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
        A,
        _operator("upsample", r"{0} \times {1}"),
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
