"""Layers that a lecturer works in several steps: each is equations in the language of the spec, and brings its
quantities with it.

So the mean and the variance of a normalisation are quantities with names, values and gradients of their own, as in the
papers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
        return any("{along}" in formula for _, formula in self.equations)


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
NORM = ("x", "gamma", "beta", "epsilon")
LAYERS = {
    # Ioffe, Szegedy, Batch normalization (2015), algorithm 1; samples in rows unless axis=1.
    "batch_norm": Layer(NORM, STANDARDISED, {"epsilon": "1e-5"}, 0, TITLES),
    # Ba, Kiros, Hinton, Layer normalization (2016), equation 4; of a matrix each row by itself.
    "layer_norm": Layer(NORM, STANDARDISED, {"epsilon": "1e-5"}, 1, TITLES),
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
    "var": Layer(("x",), (("c", "x - mean(x{along})"), ("result", "mean(c^2{asked})")), titles={"c": "centred"}),
    "square": Layer(("x",), (("result", "x^2"),)),
}
