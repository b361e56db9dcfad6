"""Convolutions and pooling: one equation for each sample and channel, each a matrix or a vector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy

from derivation.models.graph import NoRow
from derivation.models.quantities import Cells, Value
from derivation.models.writer import Call, Row
from derivation.words.telling import tell


def convolution(call: Call) -> Value:
    """`conv2d(X, K) + b` for each filter, summed over the channels."""
    x, kernel, bias = call.value("input"), call.value("weight", "K"), call.perhaps("bias", "b")
    rank = len(kernel.axes) - 2
    stride, padding = one(call, "stride", 1), one(call, "padding", 0)
    groups = call.option("groups", 1)
    if one(call, "dilation", 1) != 1:
        raise NoRow(tell("models.dilation"))
    images = x.cells if x.cells.ndim == rank + 2 else x.cells[None]
    sizes = [(size + 2 * padding - k) // stride + 1 for size, k in zip(images.shape[2:], kernel.axes[2:], strict=True)]
    if not padding:  # what the last window does not reach
        ends = (slice((size - 1) * stride + k) for size, k in zip(sizes, kernel.axes[2:], strict=True))
        images = images[(slice(None), slice(None), *ends)]
    options = "".join(
        f", {key}={value}" for key, value, usual in (("stride", stride, 1), ("padding", padding, 0)) if value != usual
    )
    cells: Cells = numpy.empty((images.shape[0], kernel.axes[0], *sizes), numpy.int64)
    write = call.quantities
    for sample, image in enumerate(images):
        for filtered in range(kernel.axes[0]):
            first = filtered * groups // kernel.axes[0] * kernel.axes[1]
            parts = [
                f"conv{rank}d({picture(call, channel)}, {picture(call, weights)}{options})"
                for channel, weights in zip(image[first:], kernel.cells[filtered], strict=False)
            ]
            added = [write.entry(bias.cells[filtered])] if bias else []
            place = [k for k, size in ((sample, images.shape[0]), (filtered, kernel.axes[0])) if size > 1]
            shape = (sizes[0], sizes[1] if rank == 2 else 1)
            cells[sample, filtered] = call.put("c", " + ".join([*parts, *added]), shape, place).reshape(sizes)
    return Value(cells if x.cells.ndim == rank + 2 else cells[0])


def picture(call: Call, cells: Cells) -> str:
    """A channel: a matrix, or the column of a signal."""
    return call.quantities.matrix(cells) if cells.ndim == 2 else call.quantities.column(cells)


def one(call: Call, key: str, usual: int) -> Any:
    """An option that has one number for both axes."""
    found = call.option(key, usual)
    numbers = [found] if isinstance(found, int) else list(found)
    if isinstance(found, str) or len(set(numbers)) > 1:
        raise NoRow(tell("models.two_numbers", key=key))
    return numbers[0] if numbers else usual


def pooled(function: str, letter: str, rank: int) -> Row:
    """The largest, or the mean, of windows that lie side by side."""

    def row(call: Call) -> Value:
        x = call.value("self")
        size = one(call, "kernel_size", 2)
        if one(call, "stride", size) != size or one(call, "padding", 0) or one(call, "dilation", 1) != 1:
            raise NoRow(tell("models.windows"))
        if call.option("divisor_override") is not None:
            raise NoRow(tell("models.option", key="divisor_override", value=None))
        if call.option("ceil_mode", False):
            raise NoRow(tell("models.ceil"))
        lead, sizes = x.axes[:-rank], [length // size for length in x.axes[-rank:]]
        cells: Cells = numpy.empty((*lead, *sizes), numpy.int64)
        for place in numpy.ndindex(*lead):
            part = x.cells[place][tuple(slice(count * size) for count in sizes)]
            if rank == 1:
                reduce = function.removesuffix("pool").replace("avg", "mean")
                text = f"{reduce}({call.quantities.matrix(part.reshape(-1, size))}, axis=1)"
            else:
                text = f"{function}({call.quantities.matrix(part)}, {size})"
            ending = [k for k, length in zip(place, lead, strict=True) if length > 1]
            cells[place] = call.put(letter, text, (sizes[0], sizes[1] if rank == 2 else 1), ending).reshape(sizes)
        return Value(cells)

    return row


def averaged(call: Call) -> Value:
    """A mean over each whole channel."""
    x, sizes = call.value("self"), call.option("output_size")
    if any(size != 1 for size in ([sizes] if isinstance(sizes, int) else sizes)):
        raise NoRow(tell("models.adaptive"))
    rank = 1 if isinstance(sizes, int) else len(sizes)
    cells: Cells = numpy.empty((*x.axes[:-rank], *(1,) * rank), numpy.int64)
    for place in numpy.ndindex(*x.axes[:-rank]):
        ending = [k for k, length in zip(place, x.axes, strict=False) if length > 1]
        cells[place] = call.put("m", f"mean({picture(call, x.cells[place])})", (1, 1), ending).flat[0]
    return Value(cells)


ROWS: Mapping[str, Row] = {
    **dict.fromkeys(("conv1d", "conv2d"), convolution),
    "max_pool1d": pooled("maxpool", "m", 1),
    "max_pool2d": pooled("maxpool", "m", 2),
    "avg_pool1d": pooled("avgpool", "m", 1),
    "avg_pool2d": pooled("avgpool", "m", 2),
    "adaptive_avg_pool1d": averaged,
    "adaptive_avg_pool2d": averaged,
}
