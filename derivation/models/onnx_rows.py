"""ONNX's operators, one row each: which of ATen's each is, and what its inputs and attributes are called there.

Source: docs/Operators.md of the ONNX repository.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy

from derivation.models import recurrent
from derivation.models.graph import NoRow
from derivation.models.layers import affine
from derivation.models.numerals import numeral
from derivation.models.onnx_calls import aten, call_of, known, perhaps, x
from derivation.models.onnx_shapes import (
    axes_of,
    concat,
    constant,
    expand,
    filled,
    flattened,
    folded,
    gather,
    moved,
    reshaped,
    shape,
    sliced,
    split,
    transposed,
    unsqueezed,
)
from derivation.models.quantities import Value
from derivation.models.rows import ROWS as ATEN
from derivation.models.writer import Call, One, Row
from derivation.words.telling import tell


def between(letter: str, text: str) -> One:
    """An operator between two arrays, or more from the left."""

    def row(call: Call) -> Value:
        first, *others = (x(call, place) for place in range(len(call.node.arguments["inputs"])))
        for other in others:
            axes = numpy.broadcast_shapes(first.axes, other.axes)
            parts = [_stated(part) for part in (first, other)]
            first = call.each(
                letter,
                axes,
                [part for part, number in zip((first, other), parts, strict=True) if not number],
                _filled(text, parts),
            )
        return first

    return row


def unknown(call: Call) -> Value:
    raise NoRow(tell("models.no_row"))


def _stated(value: Value) -> str:
    """A number that the model has in itself, as it is written; nothing for arrays."""
    return numeral(float(value.known.ravel()[0])) if value.known is not None and value.known.size == 1 else ""


def _filled(text: str, parts: list[str]) -> Callable[..., str]:
    def write(*texts: str) -> str:
        waiting = iter(texts)
        a, b = (part or next(waiting) for part in parts)
        return text.format(a=a, b=b)

    return write


def power(call: Call) -> Value:
    exponent = known(call, 1)
    if exponent is None or exponent.size != 1:
        raise NoRow(tell("models.power"))
    text = numeral(float(exponent.ravel()[0]))
    return call.each("t", x(call).axes, [x(call)], lambda inside: f"{inside}^{text}")


def clip(call: Call) -> Value:
    least, most = known(call, 1, "min"), known(call, 2, "max")
    text = "{x}" if least is None else f"max({{x}}, {numeral(float(least))})"
    text = text if most is None else f"min({text}, {numeral(float(most))})"
    return call.each("h", x(call).axes, [x(call)], lambda inside: text.format(x=inside))


def cast(call: Call) -> Value:
    """To another type of floats, or of whole numbers that are known."""
    value = x(call)
    if call.option("to") not in FLOATS and (value.known is None or value.known.dtype.kind not in "iu"):
        raise NoRow(tell("models.cast"))
    return value


def hard_sigmoid(call: Call) -> Value:
    alpha, beta = (numeral(call.option(key, usual)) for key, usual in (("alpha", 0.2), ("beta", 0.5)))
    return call.each("h", x(call).axes, [x(call)], lambda inside: f"max(0, min(1, {alpha} * {inside} + {beta}))")


def selu(call: Call) -> Value:
    """Its two numbers are float32 in ONNX."""
    usual = (("gamma", 1.05070102214813232421875), ("alpha", 1.67326319217681884765625))
    gamma, alpha = (numeral(call.option(key, value)) for key, value in usual)
    return call.each("h", x(call).axes, [x(call)], lambda inside: f"{gamma} * elu({inside}, {alpha})")


def parametric(call: Call) -> Value:
    value, slope = x(call), x(call, 1, "a")
    axes = numpy.broadcast_shapes(value.axes, slope.axes)
    return call.each("h", axes, [value, slope], lambda part, a: f"max(0, {part}) + {a} * min({part}, 0)")


def softsign(call: Call) -> Value:
    return call.each("h", x(call).axes, [x(call)], lambda inside: f"softsign({inside})")


def gemm(call: Call) -> Value:
    """`W @ x + b`, with transposes as they are asked for."""
    if call.option("alpha", 1.0) != 1 or call.option("beta", 1.0) != 1:
        raise NoRow(tell("models.factors"))
    left, weight, bias = x(call), x(call, 1, "W"), perhaps(call, 2, "b")
    left = left.moved(lambda cells: cells.T) if call.option("transA", 0) else left
    weight = weight if call.option("transB", 0) else weight.moved(lambda cells: cells.T)
    return affine(call, left, weight, bias, "z")


def product(call: Call) -> Value:
    refs = call.node.arguments["inputs"]
    if refs[1].name in call.writer.graph.parameters and len(x(call, 1, "W").axes) == 2 and len(x(call).axes) > 1:
        return affine(call, x(call), x(call, 1).moved(lambda cells: cells.T), None, "z")
    made = ATEN["matmul"](call_of(call, "matmul", dict(zip(("self", "other"), refs, strict=True))))
    assert isinstance(made, Value)
    return made


def reduced(name: str) -> Row:
    def row(call: Call) -> Value | tuple[Value, ...]:
        axes = axes_of(call, 1)
        if axes is None and call.option("noop_with_empty_axes", 0):
            return x(call)
        arguments = {
            "self": call.node.arguments["inputs"][0],
            "dim": list(axes or []),
            "keepdim": bool(call.option("keepdims", 1)),
        }
        return ATEN[name](call_of(call, name, arguments))

    return row


def padding(call: Call) -> int:
    """The zeros around, which have to be as many on each side."""
    pads = set(call.option("pads", [0]))
    if call.option("auto_pad", "NOTSET") not in ("NOTSET", "VALID") or len(pads) > 1:
        raise NoRow(tell("models.two_numbers", key="pads"))
    return int(pads.pop())


def convolution(call: Call) -> Value | tuple[Value, ...]:
    refs = dict(zip(("input", "weight", "bias"), call.node.arguments["inputs"], strict=False))
    name = f"conv{len(x(call, 1, 'K').axes) - 2}d"
    if name not in ATEN:
        raise NoRow(tell("models.no_row"))
    options = {
        "stride": call.option("strides", [1]),
        "padding": padding(call),
        "dilation": call.option("dilations", [1]),
        "groups": call.option("group", 1),
    }
    return ATEN[name](call_of(call, name, {**refs, **options}))


def pooled(name: str) -> Row:
    def row(call: Call) -> Value | tuple[Value, ...]:
        kernel = call.option("kernel_shape")
        options = {
            "kernel_size": kernel,
            "stride": call.option("strides", [1] * len(kernel)),
            "padding": padding(call),
            "ceil_mode": bool(call.option("ceil_mode", 0)),
            "dilation": call.option("dilations", [1]),
        }
        key = f"{name}{len(kernel)}d"
        if key not in ATEN:
            raise NoRow(tell("models.no_row"))
        return ATEN[key](call_of(call, key, {"self": call.node.arguments["inputs"][0], **options}))

    return row


def global_average(call: Call) -> Value | tuple[Value, ...]:
    key, rank = "adaptive_avg_pool2d", len(x(call).axes) - 2
    return ATEN[key](call_of(call, key, {"self": call.node.arguments["inputs"][0], "output_size": [1] * rank}))


def layer_norm(call: Call) -> Value | tuple[Value, ...]:
    axis = call.option("axis", -1)
    sizes = list(x(call).axes[axis:])
    refs = dict(zip(("input", "weight", "bias"), call.node.arguments["inputs"], strict=False))
    return ATEN["layer_norm"](
        call_of(call, "layer_norm", {**refs, "normalized_shape": sizes, "eps": call.option("epsilon", 1e-05)})
    )


def dropout(call: Call) -> Value:
    mode = known(call, 2) if len(call.node.arguments["inputs"]) > 2 else None
    if mode is not None and mode.any():
        raise NoRow(tell("models.dropout"))
    return x(call)


def _half(bias: Value, k: int, size: int) -> Value:
    return bias.moved(lambda cells: cells[0, k * size : (k + 1) * size])


def recurrent_layer(step: Callable[[str], Callable[..., list[Any]]], usual: tuple[str, ...], states: int) -> Row:
    """A layer over a sequence in one direction; its biases lie one behind the other. `usual` are the functions of its
    gates, the last one that of a layer without gates."""
    gates = {1: 1, 2: 3, 3: 4}[len(usual)]

    def row(call: Call) -> tuple[Value, ...]:
        functions = [name.decode() if isinstance(name, bytes) else name for name in call.option("activations", usual)]
        plain = gates == 1 and functions in (["Tanh"], ["Relu"])
        if call.option("direction", "forward") != "forward" or call.option("layout", 0):
            raise NoRow(tell("models.bidirectional"))
        if not plain and functions != list(usual):
            raise NoRow(tell("models.activations", functions=", ".join(functions)))
        if gates == 3 and not call.option("linear_before_reset", 0):
            raise NoRow(tell("models.reset_before"))
        sequence, weights = (
            x(call),
            [x(call, place, name).moved(lambda cells: cells[0]) for place, name in ((1, "W_x"), (2, "W_h"))],
        )
        size = weights[1].axes[1]
        if bias := perhaps(call, 3, "b"):
            weights += [_half(bias, k, gates * size) for k in (0, 1)]
        state = []
        for k in range(states):
            first = perhaps(call, 5 + k, "hc"[k])
            zeros = numpy.zeros((1, sequence.axes[1], size))
            state.append((first or call.quantities.given(f"{'hc'[k]}_0", zeros, "data")).cells[0])
        outputs, last = recurrent.through(call, step(functions[0].lower()), weights, sequence.cells, state, 0)
        return (Value(outputs[:, None]), *(Value(part[None]) for part in last))

    return row


FLOATS = frozenset({1, 10, 11, 16})
"""The types of floats, by their places in `TensorProto.DataType`."""
ROWS: Mapping[str, Row] = {
    f"onnx.{name}": row
    for name, row in {
        **{
            name: aten(name.lower(), "self")
            for name in (
                "Relu",
                "Sigmoid",
                "Tanh",
                "Exp",
                "Log",
                "Sqrt",
                "Abs",
                "Sin",
                "Cos",
                "Floor",
                "Neg",
                "Reciprocal",
                "Sign",
                "Softplus",
                "Mish",
                "Celu",
            )
        },
        "Selu": selu,
        "Elu": aten("elu", "self"),
        "LeakyRelu": aten("leaky_relu", "self", named={"alpha": "negative_slope"}),
        "Gelu": aten("gelu", "self"),
        "PRelu": parametric,
        "HardSigmoid": hard_sigmoid,
        "HardSwish": aten("hardswish", "self"),
        "Softsign": softsign,
        "Clip": clip,
        "Identity": aten("identity", "self"),
        "Cast": cast,
        "Dropout": dropout,
        "Add": folded(numpy.add, between("r", "{a} + {b}")),
        "Sum": between("r", "{a} + {b}"),
        "Sub": folded(numpy.subtract, between("t", "{a} - {b}")),
        "Mul": folded(numpy.multiply, between("t", "{a} * {b}")),
        "Div": folded(numpy.floor_divide, between("t", "{a} / {b}")),
        "Max": between("t", "max({a}, {b})"),
        "Min": between("t", "min({a}, {b})"),
        "Mod": folded(numpy.mod, unknown),
        "Pow": power,
        "MatMul": product,
        "Gemm": gemm,
        "Softmax": aten("softmax", "self", named={"axis": "dim"}, dim=-1),
        "LogSoftmax": aten("log_softmax", "self", named={"axis": "dim"}, dim=-1),
        "ReduceSum": reduced("sum"),
        "ReduceMean": reduced("mean"),
        "ReduceMax": reduced("amax"),
        "ReduceMin": reduced("amin"),
        "Reshape": moved(reshaped),
        "Flatten": moved(flattened),
        "Squeeze": moved(lambda call, cells: numpy.squeeze(cells, axes_of(call, 1))),
        "Unsqueeze": moved(unsqueezed),
        "Transpose": moved(transposed),
        "Slice": moved(sliced),
        "Gather": gather,
        "Expand": expand,
        "Concat": concat,
        "Split": split,
        "Shape": shape,
        "Constant": constant,
        "ConstantOfShape": filled,
        "Conv": convolution,
        "MaxPool": pooled("max_pool"),
        "AveragePool": pooled("avg_pool"),
        "GlobalAveragePool": global_average,
        "BatchNormalization": aten(
            "batch_norm",
            "input",
            "weight",
            "bias",
            "running_mean",
            "running_var",
            named={"epsilon": "eps", "training_mode": "training"},
        ),
        "LayerNormalization": layer_norm,
        "LSTM": recurrent_layer(lambda _: recurrent.lstm("iofg"), ("Sigmoid", "Tanh", "Tanh"), 2),
        "GRU": recurrent_layer(lambda _: recurrent.gru("kr"), ("Sigmoid", "Tanh"), 1),
        "RNN": recurrent_layer(recurrent.plain, ("Tanh",), 1),
    }.items()
}
