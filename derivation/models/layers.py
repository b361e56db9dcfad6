"""Layers with parameters, matrix products, normalisations and attention."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy

from derivation.models.graph import NoRow
from derivation.models.numerals import numeral
from derivation.models.quantities import Cells, Value
from derivation.models.writer import Call, Row
from derivation.words.telling import tell


def times(left: str, right: str, scalar: bool) -> str:
    return f"{left} {'*' if scalar else '@'} {right}"


def linear(call: Call) -> Value:
    """`W @ x + b` of a vector; of a batch, samples in rows, `X @ W.T + b.T`."""
    x = call.value("input")
    return affine(call, x, call.value("weight", "W"), call.perhaps("bias", "b"), "z")


def affine(call: Call, x: Value, weight: Value, bias: Value | None, letter: str) -> Value:
    write, (outer, inner) = call.quantities, weight.axes
    lead = x.axes[:-1]
    cells: Cells = numpy.empty((*lead, outer), numpy.int64)
    long = [axis for axis, size in enumerate(lead) if size > 1]
    rows = call.whole(x.cells, long, 1, ending=1) if long else []
    outside = [axis for axis in long if axis not in rows]
    for place in numpy.ndindex(*(lead[axis] for axis in outside)):
        at = dict(zip(outside, place, strict=True))
        pick = tuple(at.get(axis, slice(None)) for axis in range(len(lead)))
        part = x.cells[pick].reshape(-1, inner)
        if long:
            text = times(write.matrix(part), write.matrix(weight.cells.T), scalar=1 in (part.size, weight.cells.size))
            added = write.row(bias.cells) if bias else ""
            shape = (part.shape[0], outer)
        else:
            text = times(write.matrix(weight.cells), write.column(part), scalar=1 in (part.size, weight.cells.size))
            added = write.column(bias.cells) if bias else ""
            shape = (outer, 1)
        made = call.put(letter, f"{text} + {added}" if bias else text, shape, place)
        cells[pick] = made.reshape(cells[pick].shape)
    return Value(cells)


def product(call: Call) -> Value:
    """A matrix product as `torch.matmul` has it, over leading axes."""
    return _product(call, call.value("self"), call.value("other" if "other" in call.node.arguments else "mat2"))


def matrix_vector(call: Call) -> Value:
    return _product(call, call.value("self"), call.value("vec"))


def dot(call: Call) -> Value:
    return _product(call, call.value("self"), call.value("tensor"))


def _product(call: Call, left: Value, right: Value, letter: str = "t", text: str = "{}") -> Value:
    a = left.cells[None, :] if len(left.axes) == 1 else left.cells
    b = right.cells[:, None] if len(right.axes) == 1 else right.cells
    lead = numpy.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = numpy.broadcast_to(a, lead + a.shape[-2:]), numpy.broadcast_to(b, lead + b.shape[-2:])
    cells: Cells = numpy.empty((*lead, a.shape[-2], b.shape[-1]), numpy.int64)
    for place in numpy.ndindex(*lead):
        ending = [k for k, size in zip(place, lead, strict=True) if size > 1]
        cells[place] = one_product(call, a[place], b[place], letter, text, ending)
    cells = cells[..., 0, :] if len(left.axes) == 1 else cells
    return Value(cells[..., 0] if len(right.axes) == 1 else cells)


def one_product(call: Call, a: Cells, b: Cells, letter: str, text: str, place: Any = ()) -> Cells:
    write = call.quantities
    both = times(write.matrix(a), write.matrix(b), scalar=1 in (a.size, b.size))
    return call.put(letter, text.format(both), (a.shape[0], b.shape[1]), place)


def added_product(call: Call) -> Value:
    """`addmm`: a matrix product, and what is added."""
    if call.option("alpha", 1) != 1 or call.option("beta", 1) != 1:
        raise NoRow(tell("models.factors"))
    added = call.value("self")
    made = _product(call, call.value("mat1"), call.value("mat2"))
    return call.each("z", made.axes, [made, added], lambda a, b: f"{a} + {b}")


def embedding(call: Call) -> Value:
    """Rows of a table, by places that are known."""
    table = call.value("weight", "E")
    places = call.number("indices")
    if call.option("scale_grad_by_freq", False) or call.option("padding_idx", -1) in places:
        raise NoRow(tell("models.padding_index"))
    rows = [int(place) for place in places.ravel()]
    width = table.axes[1]
    write = call.quantities
    name = write.matrix(table.cells)
    if len(rows) == 1:
        text, shape = (f"{name}[{rows[0]}].T" if width > 1 else f"{name}[{rows[0]}]"), (width, 1)
    else:
        text, shape = f"{name}[[{', '.join(map(str, rows))}]]", (len(rows), width)
    return Value(call.put("e", text, shape).reshape(*places.shape, width))


def layer_norm(call: Call) -> Value:
    x = call.value("input")
    gamma, beta = call.perhaps("weight", "gamma"), call.perhaps("bias", "beta")
    count = len(call.option("normalized_shape"))
    lead, size = x.axes[: len(x.axes) - count], prod(call.option("normalized_shape"))
    epsilon = numeral(call.option("eps", 1e-05))
    rows = x.cells.reshape(*lead, size)
    long = [axis for axis, length in enumerate(lead) if length > 1]
    cells: Cells = numpy.empty(rows.shape, numpy.int64)
    for place in numpy.ndindex(*(lead[axis] for axis in long[:-1])):
        at = dict(zip(long[:-1], place, strict=True))
        pick = tuple(at.get(axis, slice(None)) for axis in range(len(lead)))
        part = rows[pick].reshape(-1, size) if long else rows.reshape(size, 1)
        lay = call.quantities.row if long else call.quantities.column
        scale, shift = (lay(value.cells) if value else usual for value, usual in ((gamma, "1"), (beta, "0")))
        text = f"layer_norm({call.quantities.matrix(part)}, {scale}, {shift}, epsilon={epsilon})"
        cells[pick] = call.put("n", text, part.shape, place).reshape(cells[pick].shape)
    return Value(cells.reshape(x.axes))


def batch_norm(call: Call) -> Value:
    """With the statistics that were kept (`eval`), or with those of the batch."""
    x = call.value("input")
    gamma, beta = call.perhaps("weight", "gamma"), call.perhaps("bias", "beta")
    epsilon = numeral(call.option("eps", 1e-05))
    mean, variance = call.perhaps("running_mean", "mu"), call.perhaps("running_var", "v")
    if call.option("training", False) or mean is None or variance is None:
        return _of_the_batch(call, x, gamma, beta, epsilon)
    shape = (-1,) + (1,) * (len(x.axes) - 2)
    given = [value.moved(lambda cells: cells.reshape(shape)) for value in (mean, variance, gamma, beta) if value]

    def write(inside: str, mu: str, v: str, *learned: str) -> str:
        text = f"({inside} - {mu}) / sqrt({v} + {epsilon})"
        return f"{learned[0]} * {text} + {learned[1]}" if learned else text

    return call.each("n", x.axes, [x, *given], write)


def _of_the_batch(call: Call, x: Value, gamma: Value | None, beta: Value | None, epsilon: str) -> Value:
    if len(x.axes) != 2 or x.axes[0] == 1:
        raise NoRow(tell("models.batch_statistics"))
    lay = call.quantities.row
    scale, shift = (lay(value.cells) if value else usual for value, usual in ((gamma, "1"), (beta, "0")))
    text = f"batch_norm({call.quantities.matrix(x.cells)}, {scale}, {shift}, epsilon={epsilon})"
    return Value(call.put("n", text, x.axes))


def attention(call: Call) -> Value:
    """Scaled dot-product attention, for each head by itself."""
    query, key, value = (call.value(name) for name in ("query", "key", "value"))
    if call.option("attn_mask") is not None or call.option("dropout_p", 0.0) or call.option("enable_gqa", False):
        raise NoRow(tell("models.attention_mask"))
    if call.option("scale") is not None:
        raise NoRow(tell("models.attention_scale"))
    lead, (rows, _) = query.axes[:-2], query.axes[-2:]
    cells: Cells = numpy.empty((*lead, rows, value.axes[-1]), numpy.int64)
    function, mask = "attention", ""
    if call.option("is_causal", False):
        lower = numpy.tril(numpy.ones((rows, key.axes[-2])))
        function = "masked_attention"
        mask = f", {call.quantities.matrix(call.quantities.given('M', lower, 'data').cells)}"
    for place in numpy.ndindex(*lead):
        ending = [k for k, size in zip(place, lead, strict=True) if size > 1]
        parts = [call.quantities.matrix(part.cells[place]) for part in (query, key, value)]
        cells[place] = call.put("o", f"{function}({', '.join(parts)}{mask})", cells[place].shape, ending)
    return Value(cells)


ROWS: Mapping[str, Row] = {
    "linear": linear,
    "matmul": product,
    "mm": product,
    "bmm": product,
    "mv": matrix_vector,
    "dot": dot,
    "addmm": added_product,
    "embedding": embedding,
    "layer_norm": layer_norm,
    "batch_norm": batch_norm,
    "scaled_dot_product_attention": attention,
}
