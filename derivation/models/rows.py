"""The operators that are known, one row each, by ATen's names: what each is in the language of the spec.

What only moves entries about writes no equation. Sources: the schemas of ATen and the documentation of `torch.nn`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy

from derivation.models import convolutions, layers, losses, recurrent
from derivation.models.graph import Graph, NoRow
from derivation.models.moving import MOVING, same
from derivation.models.numerals import numeral
from derivation.models.quantities import Value
from derivation.models.writer import Call, One, Row, Spec, Writer
from derivation.words.telling import tell


def entrywise(letter: str, text: str) -> One:
    """A function of each entry; `{x}` is the array, and other words are options with their usual values."""

    def row(call: Call) -> Value:
        x = call.value("self")
        return call.each(letter, x.axes, [x], lambda inside: text.format(x=inside))

    return row


def with_options(letter: str, text: str, **usual: Any) -> One:
    """A function of each entry with numbers in it."""

    def row(call: Call) -> Value:
        x = call.value("self")
        given = {key: numeral(call.option(key, value)) for key, value in usual.items()}
        return call.each(letter, x.axes, [x], lambda inside: text.format(x=inside, **given))

    return row


def two(letter: str, text: str) -> One:
    """An operator between two arrays, or an array and a number; `{alpha}` is a factor of the second."""

    def row(call: Call) -> Value:
        return _between(call, letter, text, call.node.arguments.get("self"), call.node.arguments.get("other"))

    return row


def turned_about(letter: str, text: str) -> One:
    """The same with the operands the other way round."""

    def row(call: Call) -> Value:
        return _between(call, letter, text, call.node.arguments.get("other"), call.node.arguments.get("self"))

    return row


def _between(call: Call, letter: str, text: str, left: Any, right: Any) -> Value:
    if call.option("rounding_mode"):
        raise NoRow(tell("models.rounding"))
    alpha = call.option("alpha", 1)
    text = text if alpha == 1 else text.replace("{b}", f"{numeral(alpha)} * {{b}}")
    parts = [(isinstance(part, int | float), part) for part in (left, right)]
    values = [None if plain else call.writer.value(part) for plain, part in parts]
    arrays = [value for value in values if value is not None]
    axes = numpy.broadcast_shapes(*(value.axes for value in arrays))

    def write(*texts: str) -> str:
        waiting = iter(texts)
        a, b = (numeral(part) if plain else next(waiting) for plain, part in parts)
        return text.format(a=a, b=b)

    return call.each(letter, axes, arrays, write)


def power(call: Call) -> Value:
    exponent = call.node.arguments.get("exponent")
    if not isinstance(exponent, int | float):
        raise NoRow(tell("models.power"))
    x = call.value("self")
    return call.each("t", x.axes, [x], lambda inside: f"{inside}^{numeral(exponent)}")


def usual(row: One, **expected: Any) -> One:
    """An operator some of whose options are known only as they mostly are."""

    def checked(call: Call) -> Value:
        for key, value in expected.items():
            if call.option(key, value) != value:
                raise NoRow(tell("models.option", key=key, value=value))
        return row(call)

    return checked


def clamp(call: Call) -> Value:
    x, least, most = call.value("self"), call.option("min"), call.option("max")
    text = "{x}" if least is None else f"max({{x}}, {numeral(least)})"
    text = text if most is None else f"min({text}, {numeral(most)})"
    return call.each("t", x.axes, [x], lambda inside: text.format(x=inside))


def halves(call: Call) -> Value:
    """A gated linear unit: one half times the sigmoid of the other."""
    x, dim = call.value("self"), call.option("dim", -1)
    first, second = numpy.split(x.cells, 2, dim)
    return call.each("h", first.shape, [Value(first), Value(second)], lambda a, b: f"{a} * sigmoid({b})")


def parametric(call: Call) -> Value:
    x, slope = call.value("self"), call.value("weight", "a")
    shape = (-1, *(1,) * (len(x.axes) - 2)) if slope.cells.size > 1 else ()
    inside = slope.moved(lambda cells: cells.reshape(shape))
    return call.each("h", x.axes, [x, inside], lambda part, a: f"max(0, {part}) + {a} * min({part}, 0)")


def dropout(call: Call) -> Value:
    if call.option("train", False) and call.option("p", 0.5):
        raise NoRow(tell("models.dropout"))
    return same(call)


def gelu(call: Call) -> Value:
    name = "gelu_tanh" if call.option("approximate", "none") == "tanh" else "gelu"
    return entrywise("h", f"{name}({{x}})")(call)


def softplus(call: Call) -> Value:
    beta = call.option("beta", 1)
    text = "softplus({x})" if beta == 1 else f"softplus({numeral(beta)} * {{x}}) / {numeral(beta)}"
    return entrywise("h", text)(call)


def along(letter: str, function: str) -> One:
    """A function of the entries along an axis, as many as there were: `softmax`."""

    def row(call: Call) -> Value:
        x = call.value("self")
        dim = call.option("dim", -1) % max(len(x.axes), 1)
        last = x.moved(lambda cells: numpy.moveaxis(cells, dim, -1)) if len(x.axes) > 2 else x
        long = [axis for axis, size in enumerate(last.axes) if size > 1]
        if x.axes and x.axes[dim] == 1:
            raise NoRow(tell("models.along_one"))
        where = "" if len(long) < 2 else f", axis={dim if len(x.axes) == 2 else 1}"
        made = call.each(letter, last.axes, [last], lambda inside: f"{function}({inside}{where})")
        return made if last is x else made.moved(lambda cells: numpy.moveaxis(cells, -1, dim))

    return row


def reduced(function: str) -> One:
    """A sum, a mean, a largest entry: of all, or along some of the axes."""

    def row(call: Call) -> Value:
        x = call.value("self")
        asked = call.option("dim", [])
        asked = [asked] if isinstance(asked, int) else list(asked)
        gone = {axis % len(x.axes) for axis in asked} if asked and x.axes else set(range(len(x.axes)))
        kept = [axis for axis in range(len(x.axes)) if axis not in gone]
        long = [axis for axis in sorted(gone) if x.axes[axis] > 1]
        axes = tuple(x.axes[axis] for axis in kept)
        cells = numpy.transpose(x.cells, [*kept, *sorted(gone)]).reshape((*axes, -1))
        if not long:
            made = cells[..., 0]
        elif len([size for size in axes if size > 1]) == 1:
            made = call.put(
                "t", f"{function}({call.quantities.matrix(cells.reshape(-1, cells.shape[-1]))}, axis=1)", (max(axes), 1)
            ).reshape(axes)
        else:
            made = numpy.empty(axes, numpy.int64)
            for place in numpy.ndindex(*axes):
                text = f"{function}({call.quantities.matrix(_square(cells[place], [x.axes[axis] for axis in long]))})"
                made[place] = call.put(
                    "t", text, (1, 1), [k for k, size in zip(place, axes, strict=True) if size > 1]
                ).flat[0]
        if call.option("keepdim", False):
            made = made.reshape([1 if axis in gone else size for axis, size in enumerate(x.axes)])
        return Value(made)

    return row


def _square(cells: Any, sizes: Sequence[int]) -> Any:
    return cells.reshape(sizes) if len(sizes) == 2 else cells.reshape(-1, 1)


def written(graph: Graph) -> Spec:
    """A graph as a spec; raises `ModelError` with all that it has no row for."""
    return Writer(graph, ROWS).spec()


ENTRYWISE: Mapping[str, One] = {
    **{name: entrywise("h", f"{name}({{x}})") for name in ("relu", "sigmoid", "tanh", "silu")},
    **{name: entrywise("t", f"{name}({{x}})") for name in ("exp", "log", "sqrt", "abs", "sin", "cos", "floor")},
    "neg": entrywise("t", "-{x}"),
    "square": entrywise("t", "{x}^2"),
    "rsqrt": entrywise("t", "1 / sqrt({x})"),
    "reciprocal": entrywise("t", "1 / {x}"),
    "log1p": entrywise("t", "log(1 + {x})"),
    "expm1": entrywise("t", "exp({x}) - 1"),
    "sign": entrywise("t", "sign({x})"),
    "log_sigmoid": entrywise("h", "-softplus(-{x})"),
    "relu6": entrywise("h", "min(6, max(0, {x}))"),
    "mish": entrywise("h", "{x} * tanh(softplus({x}))"),
    "hardsigmoid": entrywise("h", "min(6, max(0, {x} + 3)) / 6"),
    "hardswish": entrywise("h", "{x} * min(6, max(0, {x} + 3)) / 6"),
    "selu": entrywise("h", "1.0507009873554805 * elu({x}, 1.6732632423543772)"),
    "hardtanh": with_options("h", "min({max_val}, max({min_val}, {x}))", min_val=-1, max_val=1),
    "leaky_relu": with_options("h", "leaky_relu({x}, {negative_slope})", negative_slope=0.01),
    "elu": usual(with_options("h", "elu({x}, {alpha})", alpha=1), scale=1, input_scale=1),
    "celu": with_options("h", "elu({x} / {alpha}, 1) * {alpha}", alpha=1),
    "clamp_min": with_options("t", "max({x}, {min})", min=0),
    "clamp_max": with_options("t", "min({x}, {max})", max=0),
    "add": two("r", "{a} + {b}"),
    "sub": two("t", "{a} - {b}"),
    "rsub": turned_about("t", "{a} - {b}"),
    "mul": two("t", "{a} * {b}"),
    "div": two("t", "{a} / {b}"),
    "maximum": two("t", "max({a}, {b})"),
    "minimum": two("t", "min({a}, {b})"),
    "clamp": clamp,
    "glu": halves,
    "prelu": parametric,
    "pow": power,
    "gelu": gelu,
    "softplus": usual(softplus, threshold=20),
    "softmax": along("p", "softmax"),
    "log_softmax": along("s", "log_softmax"),
    "sum": reduced("sum"),
    "mean": reduced("mean"),
    "amax": reduced("max"),
    "amin": reduced("min"),
    "dropout": dropout,
    "feature_dropout": dropout,
}
ROWS: Mapping[str, Row] = {
    **MOVING,
    **ENTRYWISE,
    **layers.ROWS,
    **convolutions.ROWS,
    **recurrent.ROWS,
    **losses.ROWS,
}
