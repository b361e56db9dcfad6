r"""Rows for convolutional networks, on one channel: cross-correlation, and what its backward pass is made of.

Source: Goodfellow, Bengio, Courville, Deep Learning (2016), section 9.1 (cross-correlation, called convolution) and
9.5; Dumoulin, Visin, A guide to convolution arithmetic for deep learning (2016). The gradient by the image is the full
correlation of the error signal with the kernel turned by half a turn, the gradient by the kernel the correlation of the
image with the error signal; a stride spreads the signal out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from derivation.formulas.arrays import Array, Shape, collapse, total
from derivation.formulas.operations.table import HADAMARD, Notation, Operation, ShapeMismatch, Size, operator_named

A, AB = ("a",), ("a", "b")


def slid(shapes: Sequence[Shape], stride: int, padding: int, across: int) -> Shape:
    """The places where a kernel fits into an image: (n + 2 padding - k) / stride + 1 along each axis, rounded down: rows
    that a stride leaves over are not looked at."""
    image, kernel = map(Size.of, shapes)
    rows = kernel_places(image.rows, kernel.rows, stride, padding, "rows")
    columns = kernel_places(image.columns, kernel.columns, stride, _across(image, kernel, across), "columns")
    return collapse((rows, columns))


def _across(image: Size, kernel: Size, across: int) -> int:
    """A vector is padded above and below only."""
    return 0 if image.columns == kernel.columns == 1 else across


def kernel_places(size: int, kernel: int, stride: int, padding: int, axis: str) -> int:
    """At how many places along an axis a kernel fits; `ShapeMismatch` where at none, or where it could lie in the padding
    alone."""
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
    size = Size.of(at_least_one(shapes[0], stride))
    return collapse(((size.rows - 1) * stride + 1, 1 if size.columns == 1 else (size.columns - 1) * stride + 1))


def at_least_one(shape: Shape, *sizes: int) -> Shape:
    """The shape; `ShapeMismatch` where one of the sizes is below 1."""
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
    size = Size.of(at_least_one(shapes[0], stride))
    return collapse(((size.rows - 1) // stride + 1, (size.columns - 1) // stride + 1))


def full_correlation(a: Size, b: Size, stride: int, padding: int, across: int) -> dict[str, int | str]:
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
        sizes=full_correlation,
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
        operator_named("spread"),
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
        operator_named("strided"),
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
)
