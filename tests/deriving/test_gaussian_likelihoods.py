"""However a textbook writes the Gaussian likelihood, its error signal is the short one, (m - y)/s^2 with weights and
factors outside; values by NumPy, from derivatives worked by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from derivation import Derivation, derive, loads, prove
from derivation.formulas.decimals import json_text
from derivation.formulas.terms import name, partial
from derivation.proving.prover import unproved
from derivation.tex.write import write

W, R, S, B, V = 0.5, 0.2, 1.5, 1.25, 0.75
"""The weight, the logarithm of sigma or of the variance, sigma, the precision, the variance."""
X, Y = 2.0, 3.0
D = W * X - Y
"""Prediction minus target."""
ROWS, TARGETS, SIGMAS = np.array([[1, 2], [3, 4], [0, 1]]), np.array([1, 2, 3]), np.array([0.5, 0.25, 2])
WEIGHTS = np.array([0.5, 0.25])
DS = ROWS @ WEIGHTS - TARGETS
SHORT = r"\frac{m - y}{s^{2}}"
CUBED = r"\frac{(y - m)^{2}}{s^{3}}"
GIVEN = f"""
[parameters]
w = {W}
r = {R}
s = {S}
b = {B}
v = {V}
k = {WEIGHTS.tolist()}
q = {SIGMAS.tolist()}
[data]
x = {X}
y = {Y}
X = {ROWS.tolist()}
t = {TARGETS.tolist()}
G = 1.7
"""
SCALARS: dict[str, dict[str, tuple[str, Any]]] = {
    # Bishop, Pattern Recognition and Machine Learning (2006), equations 1.46, 1.54, 3.11.
    "(y - m)^2 / (2*s^2)": {"m": (SHORT, D / S**2), "s": (f"-{CUBED}", -(D**2) / S**3)},
    "1/(2*s^2) * (y - m)^2": {"m": (SHORT, D / S**2), "s": (f"-{CUBED}", -(D**2) / S**3)},
    "-(-(y - m)^2 / (2*s^2))": {"m": (SHORT, D / S**2), "s": (f"-{CUBED}", -(D**2) / S**3)},
    "-(-1/(2*s^2) * (y - m)^2)": {"m": (SHORT, D / S**2)},
    "0.5 * (y - m)^2 / s^2": {"m": (SHORT, D / S**2), "s": (f"-{CUBED}", -(D**2) / S**3)},
    "(m - y)^2 / (2*s**2)": {"m": (SHORT, D / S**2)},
    "0.5 * ((y - m) / s)^2": {"m": (SHORT, D / S**2), "s": (f"-{CUBED}", -(D**2) / S**3)},
    "(y - m)^2 / (2*s^2) + log(s)": {
        "m": (SHORT, D / S**2),
        "s": (rf"-{CUBED} + \frac{{1}}{{s}}", 1 / S - D**2 / S**3),
    },
    "log(s) + (y - m)^2 / (2*s^2)": {"s": (rf"\frac{{1}}{{s}} - {CUBED}", 1 / S - D**2 / S**3)},
    "1/2*log(2*pi*s^2) + (y - m)^2 / (2*s^2)": {
        "m": (SHORT, D / S**2),
        "s": (rf"\frac{{1}}{{s}} - {CUBED}", 1 / S - D**2 / S**3),
    },
    "1/2*log(2*np.pi) + log(s) + 1/2 * ((y - m)/s)^2": {
        "m": (SHORT, D / S**2),
        "s": (rf"\frac{{1}}{{s}} - {CUBED}", 1 / S - D**2 / S**3),
    },
    "b/2 * (y - m)^2 - 1/2*log(b)": {"m": ("b (m - y)", B * D), "b": (None, D**2 / 2 - 1 / (2 * B))},
    "0.5 * b * (m - y)^2": {"m": ("b (m - y)", B * D)},
    "(y - m)^2 / (2*v) + 1/2*log(v)": {
        "m": (r"\frac{m - y}{v}", D / V),
        "v": (r"-\frac{(y - m)^{2}}{2 v^{2}} + \frac{1}{2 v}", 1 / (2 * V) - D**2 / (2 * V**2)),
    },
    "0.5 * (log(v) + (y - m)^2 / v)": {
        "m": (r"\frac{m - y}{v}", D / V),
        "v": (r"\frac{1}{2 v} - \frac{(y - m)^{2}}{2 v^{2}}", 1 / (2 * V) - D**2 / (2 * V**2)),
    },
    "0.5 * (log(2*pi*v) + (y - m)^2 / v)": {
        "v": (r"\frac{1}{2 v} - \frac{(y - m)^{2}}{2 v^{2}}", 1 / (2 * V) - D**2 / (2 * V**2)),
    },
    "r + 0.5 * (y - m)^2 * exp(-2*r)": {"m": (r"\mathrm{e}^{-2 r} (m - y)", D * np.exp(-2 * R))},
    "r/2 + (y - m)^2 / (2*exp(r))": {
        "m": (r"\frac{m - y}{\mathrm{e}^{r}}", D / np.exp(R)),
        "r": (r"0.5 - \frac{(y - m)^{2}}{2 \mathrm{e}^{r}}", 0.5 - D**2 / (2 * np.exp(R))),
    },
    "G * (y - m)^2 / (2*s^2)": {"m": (r"\frac{G}{s^{2}} (m - y)", 1.7 * D / S**2)},
    "G * ((y - m)^2 / (2*s^2) + log(s))": {"m": (r"\frac{G}{s^{2}} (m - y)", 1.7 * D / S**2)},
    "3 * (y - m)^2 / (2*s^2)": {"m": (r"-3 \frac{y - m}{s^{2}}", 3 * D / S**2)},
}
ARRAY = r"\frac{M - t}{s^{2}}"
VECTORS: dict[str, dict[str, tuple[str, Any]]] = {
    # Goodfellow, Bengio, Courville, Deep Learning (2016), equation 5.65.
    "sum((t - M)^2) / (2*s^2)": {"M": (ARRAY, DS / S**2)},
    "sum((t - M)^2 / (2*s^2))": {"M": (ARRAY, DS / S**2)},
    "norm(t - M)^2 / (2*s^2)": {"M": (ARRAY, DS / S**2)},
    "1/(2*s^2) * np.linalg.norm(t - M)**2": {"M": (ARRAY, DS / S**2)},
    "dot(t - M, t - M) / (2*s^2)": {"M": (ARRAY, DS / S**2)},
    "(t - M).T @ (t - M) / (2*s^2)": {"M": (ARRAY, DS / S**2)},
    "(t - M) @ (t - M) / (2*s^2)": {"M": (ARRAY, DS / S**2)},
    "sum(0.5 * ((t - M)/s)^2)": {"M": (ARRAY, DS / S**2), "s": (None, -(DS @ DS) / S**3)},
    "mean((t - M)^2) / (2*s^2)": {"M": (r"\frac{M - t}{3 s^{2}}", DS / (3 * S**2))},
    "mean((t - M)^2 / (2*s^2)) + log(s)": {"M": (r"\frac{M - t}{3 s^{2}}", DS / (3 * S**2))},
    "mean(0.5 * ((t - M)/s)^2 + log(s))": {"M": (r"\frac{M - t}{3 s^{2}}", DS / (3 * S**2))},
    "sum((t - M)^2 / (2*s^2) + log(s))": {
        "M": (ARRAY, DS / S**2),
        "s": (r"-\frac{\sum_{i} (t_{i} - M_{i})^{2}}{s^{3}} + \frac{3}{s}", 3 / S - DS @ DS / S**3),
    },
    "b/2 * sum((M - t)^2)": {"M": ("b (M - t)", B * DS)},
    "sum((t - M)^2 / (2*q^2) + log(q))": {
        "M": (r"(M - t) \oslash q^{\odot 2}", DS / SIGMAS**2),
        "q": (None, 1 / SIGMAS - DS**2 / SIGMAS**3),
    },
    "sum(0.5 * ((t - M)/q)^2) + sum(log(q))": {
        "M": (r"(M - t) \oslash q^{\odot 2}", DS / SIGMAS**2),
        "q": (
            r"-(t - M)^{\odot 2} \oslash q^{\odot 3} + \mathbf{1}_{3 \times 1} \oslash q",
            1 / SIGMAS - DS**2 / SIGMAS**3,
        ),
    },
    "sum((t - M)^2 / q) / 2 + 1/2 * sum(log(q))": {"M": (r"(M - t) \oslash q", DS / SIGMAS)},
    "mean((t - M)^2 / (2*q))": {"M": (r"\frac{(M - t) \oslash q}{3}", DS / (3 * SIGMAS))},
}
CASES = [
    (f"{head}\nL = {text}", key, *expected)
    for head, forms in (("m = w * x", SCALARS), ("M = X @ k", VECTORS))
    for text, by in forms.items()
    for key, expected in by.items()
]


def worked(equations: str) -> Derivation:
    return prove(derive(loads(f'[model]\nloss = "L"\nequations = """\n{equations}\n"""\n{GIVEN}')))


def formulas(found: Derivation, key: str) -> list[str]:
    """What stands in symbols in the chain of a derivative."""
    quantity = partial(name("L"), name(key))
    steps = (step for phase in found.phases if phase.key == "backward" for step in phase.steps)
    step = next(step for step in steps if step.quantity == quantity)
    return [write(line.term, found.network.names) for line in step.lines if line.role == "formula"]


@pytest.mark.parametrize(("equations", "key", "formula", "expected"), CASES)
def test_prediction_minus_target_over_the_variance(
    equations: str, key: str, formula: str | None, expected: Any
) -> None:
    found = worked(equations)
    assert not unproved(found)
    assert formula is None or formulas(found, key)[-1] == formula
    ours = [float(Fraction(json_text(entry))) for entry in found.gradients[key].entries]
    assert np.allclose(ours, np.ravel(expected), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("spread", ["exp(r)", "softplus(r)", "sqrt(v)", "1 / b"])
def test_sigma_may_be_a_quantity(spread: str) -> None:
    found = worked(f"m = w * x\nc = {spread}\nL = (y - m)^2 / (2*c^2) + log(c)")
    assert formulas(found, "m")[-1] == r"\frac{m - y}{c^{2}}"
    assert not unproved(found)


def test_what_is_no_power_below_the_line_keeps_its_name() -> None:
    found = worked("m = w * x\nL = (y - m)^2 / (2*s^2 + v)")
    assert formulas(found, "m")[-1] == r"-2 \frac{y - m}{u_{1}}"


DENSITIES = {
    "L = -log(1/sqrt(2*pi*s^2) * exp(-(y - m)^2 / (2*s^2)))": "u_{3}",
    "p = exp(-(y - m)^2 / (2*s^2)) / (sqrt(2*pi) * s)\nL = -log(p)": "u_{1}",
    "p = 1/(s*sqrt(2*pi)) * exp(-0.5*((y - m)/s)^2)\nL = -log(p)": "u_{2}",
}


@pytest.mark.parametrize("equations", DENSITIES)
def test_of_a_density_that_is_written_out_the_exponential_cancels(equations: str) -> None:
    found = worked(f"m = w * x\n{equations}")
    assert not unproved(found)
    assert formulas(found, "m")[-1] == SHORT
    key = DENSITIES[equations].replace("{", "").replace("}", "")
    assert [str(entry) for entry in found.gradients[key].entries] in (["1"], ["-1"])
    slopes = {key: float(Fraction(json_text(found.gradients[key].entries[0]))) for key in "ms"}
    assert slopes == pytest.approx({"m": D / S**2, "s": 1 / S - D**2 / S**3}, rel=1e-12)


def test_in_a_batch_of_densities_it_does_too() -> None:
    found = worked("M = X @ k\np = exp(-(t - M)^2 / (2*s^2)) / (sqrt(2*pi) * s)\nL = -sum(log(p))")
    assert not unproved(found)
    assert [str(entry) for entry in found.gradients["u_1"].entries] == ["1"] * 3
    assert formulas(found, "u_2")[-1] == r"\frac{3}{u_{2}}"
    ours = [float(Fraction(json_text(entry))) for entry in found.gradients["M"].entries]
    assert np.allclose(ours, DS / S**2, rtol=1e-12)


def test_what_else_uses_a_density_keeps_it() -> None:
    found = worked("p = exp(-(y - w * x)^2)\nL = p - log(p)")
    slope = float(Fraction(json_text(found.gradients["w"].entries[0])))
    assert slope == pytest.approx(2 * D * X * (1 - np.exp(-(D**2))), rel=1e-12)
    assert not unproved(found)
