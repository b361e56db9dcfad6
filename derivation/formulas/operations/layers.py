"""Layers that a lecturer works in several steps: each is equations in the language of the spec, and brings its
quantities with it.

So the mean and the variance of a normalisation are quantities with names, values and gradients of their own, as in the
papers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from derivation.formulas.arrays import Shape
from derivation.formulas.operations.table import Size


@dataclass(frozen=True)
class Layer:
    """`equations` are (name, expression), the last one the result; `{x.columns}` is an operand's size, and `{along}`
    stands for `, axis=...` in a function of a matrix: along `axis` unless the spec says another; `{asked}` is the same
    with the `keepdims` that was asked for. `titles` say what the quantities are, as keys of the words file."""

    operands: tuple[str, ...]
    equations: tuple[tuple[str, str], ...]
    defaults: Mapping[str, str] = field(default_factory=dict)
    axis: int | None = None
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def along(self) -> bool:
        """Whether it works along an axis."""
        return any("{along}" in formula or "{asked}" in formula for _, formula in self.equations)

    @property
    def of_matrices(self) -> bool:
        """Whether it multiplies matrices: of several, each is worked by itself."""
        return any("@" in formula for _, formula in self.equations)


def shares(layer: Layer, shapes: Mapping[str, Shape], axis: int | None) -> dict[str, str]:
    """What stands for `{per_entry}` and `{per_sample}` in a layer's equations, where samples are the rows of a matrix,
    for `{degrees}`, one less than the entries along the axis, and for `{target}`: the second operand, or a row of 0 and
    1 for each of its labels where that is what it holds.

    >>> shares(LAYERS["nll_loss"], {"a": (3, 5), "y": (3, 1)}, None)["target"]
    'one_hot(y, 5)'
    """
    of = Size.of(shapes[layer.operands[0]])
    entries = of.rows * of.columns
    is_matrix = min(of.rows, of.columns) > 1
    return {
        "per_entry": f" / {entries}" if entries > 1 else "",
        "per_sample": f" / {of.rows}" if is_matrix else "",
        "degrees": str((of.rows, of.columns)[axis] - 1 if is_matrix and axis is not None else entries - 1),
        "target": _target(layer, shapes, of) if len(layer.operands) > 1 else "",
    }


def _target(layer: Layer, shapes: Mapping[str, Shape], of: Size) -> str:
    key = layer.operands[1]
    if shapes[key] == () != shapes[layer.operands[0]]:
        return f"one_hot({key}, {max(of.rows, of.columns)})" + (".T" if of.rows == 1 else "")
    labels = shapes[key] == (of.rows, 1) and of.columns > 1
    return f"one_hot({key}, {of.columns})" if labels else key


STANDARDISED = (
    ("mu", "mean(x{along})"),
    ("c", "x - mu"),
    ("v", "mean(c^2{along})"),
    ("s", "sqrt(v + epsilon)"),
    ("xhat", "c / s"),
    ("result", "gamma * xhat + beta"),
)
TITLES = {"mu": "mean", "c": "centred", "v": "variance", "s": "deviation", "xhat": "normalised"}
ATTENTION = {"S": "scores", "A": "weights"}
CENTRED = ("c", "x - mean(x{along})")
SPREAD = {"c": "centred", "v": "variance"}
PROBABILITIES = {"p": "probabilities"}
NORM = ("x", "gamma", "beta", "epsilon")
ALONG = " along"
"""Behind a function's name: what it means along an axis."""


def _written(operands: tuple[str, ...], result: str) -> Layer:
    """A function that is short for others."""
    return Layer(operands, (("result", result),))


LAYERS = {
    # Ioffe, Szegedy, Batch normalization (2015), algorithm 1; samples in rows unless axis=1.
    "batch_norm": Layer(NORM, STANDARDISED, {"epsilon": "1e-5"}, 0, TITLES),
    # Ba, Kiros, Hinton, Layer normalization (2016), equation 4; of a matrix each row by itself.
    "layer_norm": Layer(NORM, STANDARDISED, {"epsilon": "1e-5"}, 1, TITLES),
    "standardised": Layer(("x", "epsilon"), (*STANDARDISED[:4], ("result", "c / s")), {"epsilon": "1e-5"}, 1, TITLES),
    # Zhang, Sennrich, Root mean square layer normalization (2019), equation 4.
    "rms_norm": Layer(
        ("x", "gamma", "epsilon"),
        (("v", "mean(x^2{along})"), ("s", "sqrt(v + epsilon)"), ("result", "gamma * (x / s)")),
        {"epsilon": "1e-6"},
        1,
        {"v": "mean_square", "s": "root_mean_square"},
    ),
    # Vaswani et al., Attention is all you need (2017), equation 1; tokens in rows.
    "attention": Layer(
        ("q", "k", "v"),
        (("S", "q @ k.T / sqrt({k.columns})"), ("A", "softmax(S, axis=1)"), ("result", "A @ v")),
        titles=ATTENTION,
    ),
    "masked_attention": Layer(
        ("q", "k", "v", "m"),
        (("S", "q @ k.T / sqrt({k.columns})"), ("A", "masked_softmax(S, m, axis=1)"), ("result", "A @ v")),
        titles=ATTENTION,
    ),
    # Shazeer, GLU variants improve transformer (2020), equation 6, without biases; x a column.
    "swiglu": Layer(("x", "W", "V"), (("g", "W @ x"), ("u", "V @ x"), ("result", "silu(g) * u")), titles={"g": "gate"}),
    "cross_entropy_with_logits": Layer(
        ("z", "y"), (("p", "softmax(z{along})"), ("result", "cross_entropy(p, {target})")), {}, 1, PROBABILITIES
    ),
    "torch.cross_entropy": Layer(
        ("z", "y"),
        (("p", "softmax(z{along})"), ("result", "cross_entropy(p, {target}){per_sample}")),
        {},
        1,
        PROBABILITIES,
    ),
    "nll_loss": Layer(("a", "y"), (("result", "-sum({target} * a)"),)),
    "torch.nll_loss": Layer(("a", "y"), (("result", "-sum({target} * a){per_sample}"),)),
    "torch.binary_cross_entropy": Layer(("p", "y"), (("result", "binary_cross_entropy(p, y){per_entry}"),)),
    "torch.binary_cross_entropy_with_logits": Layer(("z", "y"), (("result", "bce_with_logits(z, y){per_entry}"),)),
    "torch.l1_loss": Layer(("a", "b"), (("result", "sum(abs(a - b)){per_entry}"),)),
    "torch.huber_loss": Layer(("a", "b", "delta"), (("result", "huber(a, b, delta){per_entry}"),), {"delta": "1"}),
    "torch.smooth_l1_loss": Layer(("a", "b"), (("result", "huber(a, b){per_entry}"),)),
    "var": Layer(("x",), (CENTRED, ("result", "mean(c^2{asked})")), titles={"c": "centred"}),
    "torch.var": Layer(("x",), (CENTRED, ("result", "sum(c^2{asked}) / {degrees}")), titles={"c": "centred"}),
    "std": Layer(("x",), (CENTRED, ("v", "mean(c^2{asked})"), ("result", "sqrt(v)")), titles=SPREAD),
    "torch.std": Layer(("x",), (CENTRED, ("v", "sum(c^2{asked}) / {degrees}"), ("result", "sqrt(v)")), titles=SPREAD),
    "summed_squares": _written(("a", "b"), "sum((a - b)^2)"),
    "summed_sizes": _written(("a", "b"), "sum(abs(a - b))"),
    "torch.normalize": Layer(("x",), (("result", "x / sqrt(sum(x^2{along}))"),), {}, 1),
    # Klambauer, Unterthiner, Mayr, Hochreiter, Self-normalizing neural networks (2017), equation 2.
    "selu": _written(("x",), "1.0507009873554804934 * elu(x, 1.6732632423543772848)"),
    "log1p": _written(("x",), "log(1 + x)"),
    "expm1": _written(("x",), "exp(x) - 1"),
    "exp2": _written(("x",), "2^x"),
    "reciprocal": _written(("x",), "1 / x"),
    "rsqrt": _written(("x",), "1 / sqrt(x)"),
    "hypot": _written(("a", "b"), "sqrt(a^2 + b^2)"),
    "logaddexp": _written(("a", "b"), "max(a, b) + softplus(-abs(a - b))"),
    "heaviside": _written(("x", "h"), "cases(x == 0, h, x > 0)"),
    "remainder": _written(("a", "b"), "a - b * floor(a / b)"),
    "floor_divide": _written(("a", "b"), "floor(a / b)"),
    "frac": _written(("x",), "x - trunc(x)"),
    "less": _written(("a", "b"), "b > a"),
    "less_equal": _written(("a", "b"), "b >= a"),
    "not_equal": _written(("a", "b"), "1 - (a == b)"),
    "hardtanh": Layer(
        ("x", "min_val", "max_val"),
        (("result", "min(max_val, max(min_val, x))"),),
        {"min_val": "-1", "max_val": "1"},
    ),
    "relu6": _written(("x",), "min(6, max(0, x))"),
    "hardsigmoid": _written(("x",), "min(6, max(0, x + 3)) / 6"),
    "hardswish": _written(("x",), "x * min(6, max(0, x + 3)) / 6"),
    "tanhshrink": _written(("x",), "x - tanh(x)"),
    # Misra, Mish: a self regularized non-monotonic activation function (2019), equation 1.
    "mish": _written(("x",), "x * tanh(softplus(x))"),
    "masked_fill": _written(("x", "m", "fill"), "cases(m, fill, x)"),
    "lerp": _written(("a", "b", "w"), "a + w * (b - a)"),
    "addmm": _written(("c", "a", "b"), "c + a @ b"),
    "norm along": Layer(("x",), (("result", "sqrt(sum(x^2{asked}))"),)),
    "cosine_similarity along": Layer(
        ("a", "b"),
        (("result", "sum(a * b{asked}) / (sqrt(sum(a^2{asked})) * sqrt(sum(b^2{asked})))"),),
    ),
    "square": Layer(("x",), (("result", "x^2"),)),
}
