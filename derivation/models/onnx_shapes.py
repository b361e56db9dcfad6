"""ONNX's operators that move entries about, and the sizes and places that are worked beforehand for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from derivation.models.graph import NoRow, Ref
from derivation.models.onnx_calls import call_of, known, x
from derivation.models.quantities import Value
from derivation.models.rows import ROWS as ATEN
from derivation.models.writer import Call, One, Row
from derivation.words.telling import tell


def moved(move: Callable[[Call, Any], Any]) -> One:
    return lambda call: x(call).moved(lambda cells: move(call, cells))


def reshaped(call: Call, cells: Any) -> Any:
    sizes = [
        cells.shape[k] if size == 0 and not call.option("allowzero", 0) else int(size)
        for k, size in enumerate(known(call, 1).ravel())
    ]
    return cells.reshape(sizes)


def flattened(call: Call, cells: Any) -> Any:
    axis = call.option("axis", 1)
    return cells.reshape(int(numpy.prod(cells.shape[: axis % (cells.ndim + 1)])), -1)


def axes_of(call: Call, place: int) -> tuple[int, ...] | None:
    found = known(call, place, "axes")
    return None if found is None or not found.size else tuple(int(axis) for axis in found.ravel())


def unsqueezed(call: Call, cells: Any) -> Any:
    return numpy.expand_dims(cells, axes_of(call, 1) or ())


def sliced(call: Call, cells: Any) -> Any:
    starts, ends, axes, steps = (
        known(call, place, key) for place, key in enumerate(("starts", "ends", "axes", "steps"), 1)
    )
    chosen = [slice(None)] * cells.ndim
    for k, (start, end) in enumerate(zip(starts.ravel(), ends.ravel(), strict=True)):
        axis, step = k if axes is None else int(axes.ravel()[k]), 1 if steps is None else int(steps.ravel()[k])
        last = None if step < 0 and end < -cells.shape[axis] else int(end)
        chosen[axis % cells.ndim] = slice(int(start), last, step)
    return cells[tuple(chosen)]


def transposed(call: Call, cells: Any) -> Any:
    return numpy.transpose(cells, call.option("perm"))


def _gather(call: Call, cells: Any) -> Any:
    return numpy.take(cells, known(call, 1).astype("i8"), call.option("axis", 0))


def gather(call: Call) -> Value:
    """Rows of a table by known places; of parameters they are written down, so that they have a name."""
    table, places = x(call, 0, "E"), known(call, 1)
    if (
        call.node.arguments["inputs"][0].name in call.writer.graph.parameters
        and len(table.axes) == 2
        and not call.option("axis", 0)
    ):
        inside = Ref(call.node.arguments["inputs"][1].name)
        made = ATEN["embedding"](
            call_of(call, "embedding", {"weight": call.node.arguments["inputs"][0], "indices": inside})
        )
        assert isinstance(made, Value)
        return made
    assert places is not None
    return table.moved(lambda cells: _gather(call, cells))


def expand(call: Call) -> Value:
    value, sizes = x(call), tuple(int(size) for size in known(call, 1).ravel())
    return value.moved(lambda cells: numpy.broadcast_to(cells, numpy.broadcast_shapes(cells.shape, sizes)))


def concat(call: Call) -> Value:
    return ATEN["cat"](call_of(call, "cat", {"tensors": call.node.arguments["inputs"], "dim": call.option("axis", 0)}))  # type: ignore[return-value]


def split(call: Call) -> tuple[Value, ...]:
    value, axis = x(call), call.option("axis", 0)
    sizes, count = known(call, 1, "split"), len(call.node.results)
    ends = range(0, value.axes[axis], -(-value.axes[axis] // count))[1:] if sizes is None else numpy.cumsum(sizes)[:-1]
    cuts = [int(end) for end in ends]
    return tuple(value.moved(lambda cells, k=k: numpy.split(cells, cuts, axis)[k]) for k in range(len(cuts) + 1))  # type: ignore[misc]


def shape(call: Call) -> Value:
    return given(call, numpy.array(x(call).axes, "i8"))


def constant(call: Call) -> Value:
    kinds = ("value", "value_float", "value_int", "value_floats", "value_ints")
    found = next((call.option(key) for key in kinds if call.option(key) is not None), None)
    if found is None:
        raise NoRow(tell("models.no_row"))
    return given(call, numpy.asarray(found))


def filled(call: Call) -> Value:
    sizes = [int(size) for size in known(call, 0).ravel()]
    value = call.option("value")
    return given(call, numpy.broadcast_to(0.0 if value is None else value.ravel()[0], sizes))


def given(call: Call, numbers: Any) -> Value:
    if not numbers.size or numbers.size > 10**6:
        return Value(numpy.broadcast_to(numpy.int64(0), numbers.shape), numbers)
    return call.quantities.given("o", numbers.astype("f8") if numbers.dtype.kind == "b" else numbers, "data")


def folded(fold: Callable[[Any, Any], Any], row: Row) -> Row:
    """An operator that is worked beforehand where both its inputs are known whole numbers: sizes, places."""

    def folding(call: Call) -> Value | tuple[Value, ...]:
        refs = call.node.arguments["inputs"]
        numbers = [call.writer.known(ref) for ref in refs]
        if all(part is not None and part.dtype.kind in "iu" for part in numbers) and len(numbers) == 2:
            return given(call, numpy.asarray(fold(*numbers)))
        return row(call)

    return folding
