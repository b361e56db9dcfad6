"""Random networks with hostile numbers, in the part of the language that the second opinion knows."""

from __future__ import annotations

from hypothesis import strategies as st

NUMBERS = st.sampled_from(
    (
        "0",
        "1",
        "-1",
        "0.5",
        "-0.25",
        "0.1",
        "2",
        "-3",
        "1e-3",
        "16",
        "-40",
        "700",
        "1000",
        "-1000",
        "1e-30",
        "1e30",
        "0.333333333",
        "1.0000001",
        "1e300",
        "-1e-300",
    )
)
"""Tied, zero, cancelling, saturating and enormous ones beside those of a lesson."""
VECTORS = (
    "tanh({a})", "sigmoid({a})", "relu({a})", "softmax({a})", "softplus({a})", "exp({a} / 8)", "{a} * {b}", "{a} + {b}", "{a} - {b}", "{s} * {a}", "{a} / ({b}^2 + 1)",
    "W @ {a}", "W @ {a} + {b}", "sin({a})", "silu({a})", "elu({a})", "gelu({a})", "sqrt({a}^2 + 1)", "log({a}^2 + 1)", "abs({a})", "softsign({a})", "{a}^3", "-{a}",
    "softmax({a}) - {b}", "tanh({a}) - tanh({b})", "sigmoid({a}) * (1 - sigmoid({b}))",
)  # fmt: skip
"""Of two vectors a and b, and a number s, each of two entries where it has any."""
SCALARS = (
    "dot({a}, {b})",
    "sum({a})",
    "mean({a})",
    "norm({a} - {b})",
    "sum(({a} - {b})^2) / 2",
    "{s} * {s}",
    "tanh({s})",
    "sigmoid({s}) - {s}",
    "1 - sigmoid({s})",
)
LOSSES = (
    "sum(({a} - y)^2) / 2", "mean(({a} - y)^2)", "cross_entropy(softmax({a}), "
                                                 "y)", "binary_cross_entropy(sigmoid({a}), "
                                                       "y)", "{s}^2 / 2", "log({s}^2 + 1)", "sum({a})",
)  # fmt: skip


@st.composite
def networks(draw: st.DrawFn) -> bytes:
    """A spec: up to five equations over a matrix, vectors of two and numbers, then a loss."""
    vectors, scalars, rows = ["x", "v"], ["c"], []
    for count in range(draw(st.integers(1, 5))):
        scalar = draw(st.booleans())
        names = {
            "a": draw(st.sampled_from(vectors)),
            "b": draw(st.sampled_from(vectors)),
            "s": draw(st.sampled_from(scalars)),
        }
        rows.append(f"q{count} = {draw(st.sampled_from(SCALARS if scalar else VECTORS)).format(**names)}")
        (scalars if scalar else vectors).append(f"q{count}")
    rows.append("L = " + draw(st.sampled_from(LOSSES)).format(a=vectors[-1], s=scalars[-1]))
    a, b, c, d, e, f, g, h, i = (draw(NUMBERS) for _ in range(9))
    y = draw(st.sampled_from(("[0, 1]", "[1, 0]", "[0.5, 0.5]", "[0.25, 0.75]")))
    model = "\n".join(rows)
    return (
        f'[model]\nloss = "L"\nequations = """\n{model}\n"""\n'
        f"[parameters]\nW = [[{a}, {b}], [{c}, {d}]]\nv = [{e}, {f}]\nc = {g}\n[data]\nx = [{h}, {i}]\ny = {y}\n"
    ).encode()
