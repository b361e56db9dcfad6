"""Operators that move entries about and write nothing: views, transposes, slices, joins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy

from derivation.formulas.language.functions import FUNCTIONS
from derivation.models.graph import NoRow
from derivation.models.quantities import Value
from derivation.models.writer import Call, Row
from derivation.words.telling import tell


def same(call: Call) -> Value:
    """What changes nothing that stands on paper."""
    return call.value("self" if "self" in call.node.arguments else "input")


def cast(call: Call) -> Value:
    """To another type of floats: numbers on paper have none. Whole numbers would be others."""
    value, kind = same(call), call.option("dtype")
    if kind not in FLOATS and (value.known is None or value.known.dtype.kind not in "iu"):
        raise NoRow(tell("models.cast"))
    return value


FLOATS = frozenset({None, *(f"torch.{kind}" for kind in ("float64", "float32", "float16", "bfloat16")), 6, 7, 8, 13})
"""The types of floats, by their names, and by their places in the schema of exported programs."""


def detached(call: Call) -> Value:
    """What is given has no gradient to lose; of what is worked, the gradient would be another one."""
    value = same(call)
    if not call.writer.graph.loss or all(held.table == "data" for held in call.quantities.behind(value.cells)):
        return value
    if "stop_gradient" not in FUNCTIONS:
        raise NoRow(tell("models.detached"))
    return call.each("d", value.axes, [value], lambda inside: f"stop_gradient({inside})")


def moved(move: Callable[[Call, Any], Any]) -> Row:
    """A move of the entries of one array."""
    return lambda call: same(call).moved(lambda cells: move(call, cells))


def _sizes(call: Call) -> list[int]:
    sizes = call.option("size", call.option("shape", []))
    if not all(isinstance(size, int) for size in sizes):
        raise NoRow(tell("models.dynamic"))
    return list(sizes)


def _flatten(call: Call, cells: Any) -> Any:
    first, last = call.option("start_dim", 0) % max(cells.ndim, 1), call.option("end_dim", -1) % max(cells.ndim, 1)
    return cells.reshape(*cells.shape[:first], -1, *cells.shape[last + 1 :])


def _unflatten(call: Call, cells: Any) -> Any:
    dim = call.option("dim") % cells.ndim
    return cells.reshape(*cells.shape[:dim], *call.option("sizes"), *cells.shape[dim + 1 :])


def _squeeze(call: Call, cells: Any) -> Any:
    asked = call.option("dim")
    chosen = range(cells.ndim) if asked is None else [asked] if isinstance(asked, int) else asked
    return numpy.squeeze(cells, tuple({axis % cells.ndim for axis in chosen if cells.shape[axis] == 1}))


def _slice(call: Call, cells: Any) -> Any:
    dim, size = call.option("dim", 0) % cells.ndim, cells.shape[call.option("dim", 0)]
    end = call.option("end", size)
    return cells[(slice(None),) * dim + (slice(call.option("start", 0), end, call.option("step", 1)),)]


def _expand(call: Call, cells: Any) -> Any:
    sizes = _sizes(call)
    own = (1,) * (len(sizes) - cells.ndim) + cells.shape
    return numpy.broadcast_to(cells, [own[k] if size == -1 else size for k, size in enumerate(sizes)])


def _transpose(call: Call, cells: Any) -> Any:
    return numpy.swapaxes(cells, call.option("dim0"), call.option("dim1"))


def _pieces(call: Call, ends: list[int]) -> tuple[Value, ...]:
    x, dim = same(call), call.option("dim", 0)
    parts = range(len(ends) + 1)
    return tuple(x.moved(lambda cells, part=part: numpy.split(cells, ends, dim)[part]) for part in parts)  # type: ignore[misc]


def split(call: Call) -> tuple[Value, ...]:
    size, length = call.option("split_size", call.option("split_sizes")), same(call).axes[call.option("dim", 0)]
    sizes = [size] * (-(-length // size)) if isinstance(size, int) else size
    return _pieces(call, [int(end) for end in numpy.cumsum(sizes)[:-1]])


def chunk(call: Call) -> tuple[Value, ...]:
    length = same(call).axes[call.option("dim", 0)]
    size = -(-length // call.option("chunks"))
    return _pieces(call, list(range(size, length, size)))


def unbind(call: Call) -> tuple[Value, ...]:
    x, dim = same(call), call.option("dim", 0)
    return tuple(x.moved(lambda cells, k=k: numpy.take(cells, k, dim)) for k in range(x.axes[dim]))  # type: ignore[misc]


def broadcast(call: Call) -> tuple[Value, ...]:
    values = call.values("tensors")
    axes = numpy.broadcast_shapes(*(value.axes for value in values))
    return tuple(value.moved(lambda cells: numpy.broadcast_to(cells, axes)) for value in values)


def joined(join: Callable[..., Any]) -> Row:
    """Several arrays along an axis."""

    def row(call: Call) -> Value:
        values, dim = [value for value in call.values("tensors") if value.axes != (0,)], call.option("dim", 0)
        known = [value.known for value in values]
        numbers = None if any(part is None for part in known) else join(known, axis=dim)
        return Value(join([value.cells for value in values], axis=dim), numbers)

    return row


MOVING: Mapping[str, Row] = {
    **dict.fromkeys(("clone", "contiguous", "alias", "identity", "lift_fresh_copy"), same),
    **dict.fromkeys(("to", "_to_copy"), cast),
    **dict.fromkeys(("detach", "detach_"), detached),
    **dict.fromkeys(("view", "reshape", "_unsafe_view"), moved(lambda call, cells: cells.reshape(_sizes(call)))),
    "flatten": moved(_flatten),
    "unflatten": moved(_unflatten),
    "squeeze": moved(_squeeze),
    "unsqueeze": moved(lambda call, cells: numpy.expand_dims(cells, call.option("dim"))),
    "transpose": moved(_transpose),
    **dict.fromkeys(("t", "numpy_T", "mT"), moved(lambda call, cells: cells.T)),
    "permute": moved(lambda call, cells: numpy.transpose(cells, call.option("dims"))),
    "select": moved(lambda call, cells: numpy.take(cells, call.option("index"), call.option("dim", 0))),
    "slice": moved(_slice),
    "narrow": moved(
        lambda call, cells: numpy.take(
            cells, range(call.option("start"), call.option("start") + call.option("length")), call.option("dim")
        )
    ),
    "flip": moved(lambda call, cells: numpy.flip(cells, call.option("dims"))),
    "expand": moved(_expand),
    "split": split,
    "split_with_sizes": split,
    "chunk": chunk,
    "unbind": unbind,
    "broadcast_tensors": broadcast,
    "cat": joined(numpy.concatenate),
    "concat": joined(numpy.concatenate),
    "stack": joined(numpy.stack),
}
