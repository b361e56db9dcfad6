"""Losses, as `torch.nn` defines them, in forms whose error signals are short."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy

from derivation.formulas.operations.torch_losses import BY_NAME
from derivation.models.graph import NoRow
from derivation.models.numerals import numeral
from derivation.models.quantities import Value
from derivation.models.writer import Call, One
from derivation.words.telling import tell

MEAN, SUM = 1, 2
"""What ATen calls ways of reducing."""


def summed(text: str, total: str = "") -> One:
    """A loss that is a sum over entries of an output and a target, or their mean; `{a}` and `{b}` are the two. `total`
    is its sum where the language has one."""

    def row(call: Call) -> Value:
        refuse(call, "weight", "pos_weight")
        a, b = call.value("self"), call.value("target", "y")
        if a.axes != b.axes:
            raise NoRow(tell("models.target_shape", output=list(a.axes), target=list(b.axes)))
        return of_entries(call, a, b, text, total)

    return row


def of_entries(call: Call, a: Value, b: Value, text: str, total: str) -> Value:
    options = {key: numeral(value) for key, value in call.node.arguments.items() if key in ("beta", "delta")}
    whole = (total or f"sum({text})") if a.cells.size > 1 or total else text
    slices = list(_slices(a.cells, b.cells))
    parts = [
        whole.format(a=call.quantities.matrix(first), b=call.quantities.matrix(second), **{"beta": "1", **options})
        for first, second in slices
    ]
    filled = parts[0] if len(parts) == 1 else f"({' + '.join(parts)})"
    function = "mean" if not total and len(parts) == 1 else ""
    return Value(call.put("L", _reduced(call, filled, a.cells.size, function), (1, 1)).reshape(()))


def _slices(a: Any, b: Any) -> Iterator[tuple[Any, Any]]:
    """The matrices that two arrays of one shape are made of."""
    long = [axis for axis, size in enumerate(a.shape) if size > 1]
    for place in numpy.ndindex(*(a.shape[axis] for axis in long[:-2])):
        at = dict(zip(long[:-2], place, strict=True))
        pick = tuple(at.get(axis, slice(None)) for axis in range(a.ndim))
        yield _flat(a[pick]), _flat(b[pick])


def _reduced(call: Call, total: str, count: int, function: str) -> str:
    reduction = call.option("reduction", MEAN)
    if reduction == SUM or count == 1:
        return total
    if reduction != MEAN:
        raise NoRow(tell("models.reduction"))
    if function and total.startswith("sum("):
        return function + total.removeprefix("sum")
    return f"{total} / {count}"


def _flat(cells: Any) -> Any:
    long = [size for size in cells.shape if size > 1]
    return cells.reshape(long) if len(long) == 2 else cells.reshape(-1, 1)


def refuse(call: Call, *keys: str) -> None:
    for key in keys:
        if call.option(key) is not None:
            raise NoRow(tell("models.weighted", key=key))


def from_scores(call: Call) -> Value:
    """Binary cross-entropy of scores."""
    refuse(call, "weight", "pos_weight")
    z, y = call.value("self"), call.value("target", "y")
    p = call.each("p", z.axes, [z], lambda inside: f"sigmoid({inside})")
    return of_entries(call, p, y, "", "binary_cross_entropy({a}, {b})")


def cross_entropy(call: Call) -> Value:
    """Of scores: their softmax against one label for each sample, or a distribution."""
    refuse(call, "weight")
    z = call.value("self")
    classes_first = z.moved(lambda cells: cells[None]) if len(z.axes) == 1 else z
    if len(classes_first.axes) != 2:
        raise NoRow(tell("models.many_axes"))
    where = ", axis=1" if classes_first.axes[0] > 1 else ""
    p = call.each("p", classes_first.axes, [classes_first], lambda inside: f"softmax({inside}{where})")
    a, b = (call.quantities.matrix(_flat(value.cells)) for value in (p, _labels(call, classes_first.axes)))
    smoothing = call.option("label_smoothing", 0.0)
    if smoothing:
        b = f"{numeral(1 - smoothing)} * {b} + {numeral(smoothing)} / {classes_first.axes[1]}"
    text = f"cross_entropy({a}, {b})"
    return Value(call.put("L", _reduced(call, text, classes_first.axes[0], ""), (1, 1)).reshape(()))


def log_likelihood(call: Call) -> Value:
    """Of logarithms of probabilities against labels."""
    refuse(call, "weight")
    s = call.value("self")
    s = s.moved(lambda cells: cells[None]) if len(s.axes) == 1 else s
    if len(s.axes) != 2:
        raise NoRow(tell("models.many_axes"))
    a, b = (call.quantities.matrix(_flat(value.cells)) for value in (s, _labels(call, s.axes)))
    return Value(call.put("L", _reduced(call, f"-sum({b} * {a})", s.axes[0], ""), (1, 1)).reshape(()))


def _labels(call: Call, axes: tuple[int, ...]) -> Value:
    """The target as a row for each sample: a distribution as it is, a label as the unit vector that it stands for."""
    numbers = call.number("target")
    if numbers.dtype.kind == "f":
        return call.value("target", "y").moved(lambda cells: cells.reshape(axes))
    labels = numpy.atleast_1d(numbers)
    if labels.size != axes[0] or labels.min() < 0 or labels.max() >= axes[1]:
        raise NoRow(tell("models.labels", classes=axes[1]))
    rows = (labels.reshape(-1, 1) == numpy.arange(axes[1])[None, :]).astype("int64")
    return call.quantities.given("Y" if axes[0] > 1 else "y", rows if axes[0] > 1 else rows[0], "data").moved(
        lambda cells: cells.reshape(axes)
    )


def divergence(call: Call) -> Value:
    text = "exp({b}) * ({b} - {a})" if call.option("log_target", False) else "{b} * (log({b}) - {a})"
    return summed(text)(call)


def huber(factor: str) -> One:
    def row(call: Call) -> Value:
        key = "beta" if factor else "delta"
        width = numeral(call.option(key, 1.0))
        total = f"huber({{a}}, {{b}}, {width})" + (f" / {width}" if factor and width != "1" else "")
        return summed("", total)(call)

    return row


ROWS: Mapping[str, One] = {
    "mse_loss": summed("({a} - {b})^2"),
    "l1_loss": summed("abs({a} - {b})"),
    "smooth_l1_loss": huber("beta"),
    "huber_loss": huber(""),
    "soft_margin_loss": summed("softplus(-{b} * {a})"),
    "kl_div": divergence,
    "binary_cross_entropy": summed("", "binary_cross_entropy({a}, {b})"),
    "binary_cross_entropy_with_logits": from_scores,
    "cross_entropy_loss": cross_entropy,
    "nll_loss": log_likelihood,
    "nll_loss_nd": log_likelihood,
}
NAMES: Mapping[str, str] = {name: loss.operators[0] for name, loss in BY_NAME.items()}
"""What the command line calls losses, and their rows."""
