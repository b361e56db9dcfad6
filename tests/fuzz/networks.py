"""Random networks with hostile numbers, in the part of the language that the second opinion knows."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

NUMBERS = (
    *("0", "1", "-1", "0.5", "-0.25", "0.1", "2", "-3", "1e-3", "16", "-40", "700", "1000", "-1000", "1e-30", "1e30"),
    *("0.333333333", "1.0000001", "1e300", "-1e-300"),
)
"""Tied, zero, cancelling, saturating and enormous ones beside those of a lesson."""
VECTORS = (
    *("tanh({a})", "sigmoid({a})", "relu({a})", "softmax({a})", "softplus({a})", "exp({a} / 8)", "{a} * {b}"),
    *("{a} + {b}", "{a} - {b}", "{s} * {a}", "{a} / ({b}^2 + 1)", "W @ {a}", "W @ {a} + {b}", "sin({a})", "cos({a})"),
    *("silu({a})", "elu({a})", "gelu({a})", "sqrt({a}^2 + 1)", "log({a}^2 + 1)", "abs({a})", "softsign({a})"),
    *("{a}^3", "-{a}", "arctan({a})", "log_softmax({a})", "softmax({a}) - {b}", "tanh({a}) - tanh({b})"),
    *("sigmoid({a}) * (1 - sigmoid({b}))", "log(sigmoid({a}))", "exp({a}) / sum(exp({a}))", "1 / (1 + exp(-{a}))"),
    *("{a} / (norm({b}) + 1)", "({a} - {b}) / sqrt(sum(({a} - {b})^2) / 2 + 0.00001)", "softmax({a}) * {b}"),
)
"""Of two vectors a and b, and a number s, each of two entries where it has any."""
SCALARS = (
    *("dot({a}, {b})", "sum({a})", "mean({a})", "norm({a} - {b})", "sum(({a} - {b})^2) / 2", "{s} * {s}", "tanh({s})"),
    *("sigmoid({s}) - {s}", "1 - sigmoid({s})", "norm({a} - {b})^2", "norm({a})^2 / 2", "norm({a}) * norm({a})"),
    *("square(norm({a} - {b}))", "1 / (1 + {s}^2)", "norm({a} - {b})^3", "sqrt({s}^2 + 1) - 1", "dot({a}, {a})"),
)
LOSSES = (
    *("sum(({a} - y)^2) / 2", "mean(({a} - y)^2)", "cross_entropy(softmax({a}), y)", "{s}^2 / 2", "log({s}^2 + 1)"),
    *(
        "binary_cross_entropy(sigmoid({a}), y)",
        "sum({a})",
        "norm({a} - y)^2 + {s}^2 / 2",
        "-sum(y * log(softmax({a})))",
    ),
    *("-sum(y * log_softmax({a}))", "-sum(y * log(sigmoid({a})) + (1 - y) * log(1 - sigmoid({a})))", "{s}"),
    *("{s} * cross_entropy(softmax({a}), y)", "sum(softplus({a})) - dot(y, {a})"),
)


def drawn(chooser: Random) -> str:
    """A spec: up to five equations over a matrix, vectors of two and numbers, then a loss."""
    vectors, scalars, rows = ["x", "v"], ["c"], list[str]()
    for count in range(chooser.randint(1, 5)):
        scalar = chooser.random() < 0.4
        names = {"a": chooser.choice(vectors), "b": chooser.choice(vectors), "s": chooser.choice(scalars)}
        rows.append(f"q{count} = {chooser.choice(SCALARS if scalar else VECTORS).format(**names)}")
        (scalars if scalar else vectors).append(f"q{count}")
    rows.append("L = " + chooser.choice(LOSSES).format(a=vectors[-1], s=scalars[-1]))
    a, b, c, d, e, f, g, h, i = chooser.choices(NUMBERS, k=9)
    y = chooser.choice(("[0, 1]", "[1, 0]", "[0.5, 0.5]", "[0.25, 0.75]"))
    model = "\n".join(rows)
    return (
        f'digits = {chooser.choice((3, 6, 10))}\n[model]\nloss = "L"\nequations = """\n{model}\n"""\n'
        f"[parameters]\nW = [[{a}, {b}], [{c}, {d}]]\nv = [{e}, {f}]\nc = {g}\n[data]\nx = [{h}, {i}]\ny = {y}\n"
    )


def networks() -> st.SearchStrategy[bytes]:
    """Such specs, as Hypothesis draws and shortens them."""
    return st.randoms(use_true_random=False).map(lambda chooser: drawn(chooser).encode())
