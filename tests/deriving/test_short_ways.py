"""Prediction minus target: whatever way a cross-entropy is spelled out, its error signal is the short one, and the
right one: the softmax by hand, in NumPy."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from derivation import Derivation, derive, loads, prove
from derivation.formulas.decimals import json_text
from derivation.formulas.terms import name, partial
from derivation.tex.write import write

GIVEN = {"z": [0.3, -0.2], "Z": [[0.3, -0.2], [1, 2]], "s": 0.3, "v": 3, "G": 1.7, "w": [2, 3]}
DATA = {"y": [0.25, 0.75], "Y": [[0, 1], [1, 0]], "t": 0.25, "n": 2, "q": [1, 3]}
Z, Y, Y2 = np.array(GIVEN["z"]), np.array(DATA["y"]), np.array(DATA["Y"])


def softmax(x: Any) -> Any:
    return np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True)


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-np.asarray(x)))


P, ROWS, S, SIGMOID = softmax(Z), softmax(np.array(GIVEN["Z"])), sigmoid(GIVEN["s"]), sigmoid(Z)
ONE_HOT = np.array([0, 1])
COLUMN = {
    "-sum(y * log(p))": ("p - y", P - Y),
    "sum(-y * log(p))": ("p - y", P - Y),
    "-dot(y, log(p))": ("p - y", P - Y),
    "-y.T @ log(p)": ("p - y", P - Y),
    "-1/2 * sum(y * log(p))": (r"\frac{p - y}{2}", (P - Y) / 2),
    "-mean(y * log(p))": (r"\frac{p - y}{2}", (P - Y) / 2),
    "-sum(y * log(p)) / n": (r"\frac{p - y}{n}", (P - Y) / 2),
    "G * cross_entropy(p, y)": ("G (p - y)", 1.7 * (P - Y)),
    "cross_entropy(p, y) + G / 2 * v^2": ("p - y", P - Y),
    "(cross_entropy(p, y) + G * v^2) / n": (r"\frac{p - y}{n}", (P - Y) / 2),
    "sum(y * log(p))": ("y - p", Y - P),
    "sum(y * (log(y) - log(p)))": ("p - y", P - Y),
    "sum(y * log(y / p))": ("p - y", P - Y),
    "-sum(log(p^y))": ("p - y", P - Y),
    "-log(prod(p^y))": ("p - y", P - Y),
    "-G * log(prod(p^y)) / n": (r"\frac{G}{n} (p - y)", 1.7 * (P - Y) / 2),
    "-log(p[1])": (r"p - \mathbf{e}_{2}^{2 \times 1}", P - ONE_HOT),
    "-G * log(p[1])": (r"G (p - \mathbf{e}_{2}^{2 \times 1})", 1.7 * (P - ONE_HOT)),
    "-sum((0.9 * y + 0.05) * log(p))": ("p - (0.9 y + 0.05)", P - (0.9 * Y + 0.05)),
}
BATCH = {
    "-1/2 * sum(Y * log(P))": (r"\frac{P - Y}{2}", (ROWS - Y2) / 2),
    "mean(-sum(Y * log(P), axis=1))": (r"\frac{P - Y}{2}", (ROWS - Y2) / 2),
    "-np.mean(np.sum(Y * np.log(P), axis=1))": (r"\frac{P - Y}{2}", (ROWS - Y2) / 2),
    "-sum(sum(Y * log(P), axis=0))": ("P - Y", ROWS - Y2),
    "cross_entropy(P, Y) / 2 + v^2": (r"\frac{P - Y}{2}", (ROWS - Y2) / 2),
    "-(log(P[0, 1]) + log(P[1, 0])) / 2": (
        r"\frac{P - (\mathbf{e}_{1,2}^{2 \times 2} + \mathbf{e}_{2,1}^{2 \times 2})}{2}",
        (ROWS - Y2) / 2,
    ),
}
NUMBER = {
    "-t * log(p) - (1 - t) * log(1 - p)": ("p - t", S - 0.25),
    "-(t * log(p) + (1 - t) * log(1 - p))": ("p - t", S - 0.25),
    "-G * (t * log(p) + (1 - t) * log(1 - p))": ("G (p - t)", 1.7 * (S - 0.25)),
    "-(1 - t) * log(1 - p) - t * log(p)": ("p - t", S - 0.25),
    "binary_cross_entropy(p, t) + G * (v^2 - log(v^2) - 1) / 2": ("p - t", S - 0.25),
    "t * log(t / p) + (1 - t) * log((1 - t) / (1 - p))": ("p - t", S - 0.25),
    "-log(p^t * (1 - p)^(1 - t))": ("p - t", S - 0.25),
    "-G * log((1 - p)^(1 - t) * p^t) + v^2": ("G (p - t)", 1.7 * (S - 0.25)),
    "-(G * log(p^t) + G * log((1 - p)^(1 - t)))": ("G (p - t)", 1.7 * (S - 0.25)),
    "-log(p if t == 0.25 else 1 - p)": (r"p - \left[t = 0.25\right]", S - 1),
    "-log(p)": ("p - 1", S - 1),
    "-log(1 - p)": ("p", S),
}
ENTRIES = {
    "-sum(y * log(p) + (1 - y) * log(1 - p))": ("p - y", SIGMOID - Y),
    "-mean(y * log(p) + (1 - y) * log(1 - p))": (r"\frac{p - y}{2}", (SIGMOID - Y) / 2),
    "-sum(y * log(p)) - sum((1 - y) * log(1 - p))": ("p - y", SIGMOID - Y),
    "-(dot(y, log(p)) + dot(1 - y, log(1 - p)))": ("p - y", SIGMOID - Y),
    "-sum(log(p^y * (1 - p)^(1 - y)))": ("p - y", SIGMOID - Y),
    "-mean(log(p**y * (1 - p)**(1 - y)))": (r"\frac{p - y}{2}", (SIGMOID - Y) / 2),
    "-log(prod(p^y * (1 - p)^(1 - y)))": ("p - y", SIGMOID - Y),
    "-log(prod(p^y * (1 - p)^(1 - y))) / n": (r"\frac{p - y}{n}", (SIGMOID - Y) / 2),
    "-sum(w * log(p^y * (1 - p)^(1 - y)))": (r"w \odot (p - y)", np.array([2, 3]) * (SIGMOID - Y)),
    "-sum(log(where(y > 0.5, p, 1 - p)))": (r"p - \left[y > 0.5\right]", SIGMOID - (Y > 0.5)),
    "-sum(w * (y * log(p) + (1 - y) * log(1 - p)))": (r"w \odot (p - y)", np.array([2, 3]) * (SIGMOID - Y)),
}
KINDS = {"p = softmax(z)": COLUMN, "P = softmax(Z, axis=1)": BATCH, "p = sigmoid(s)": NUMBER, "p = sigmoid(z)": ENTRIES}
CASES = [(head, text, *expected) for head, forms in KINDS.items() for text, expected in forms.items()]


def worked(equations: str) -> Derivation:
    tables = ("\n".join(f"{key} = {value}" for key, value in table.items()) for table in (GIVEN, DATA))
    parameters, data = tables
    return prove(
        derive(
            loads(f'[model]\nloss = "L"\nequations = """\n{equations}\n"""\n[parameters]\n{parameters}\n[data]\n{data}')
        )
    )


def formulas(found: Derivation, key: str) -> list[str]:
    """What stands in symbols in the chain of a derivative."""
    quantity = partial(name("L"), name(key))
    [backward] = [phase for phase in found.phases if phase.key == "backward"]
    [step] = [step for step in backward.steps if step.quantity == quantity]
    assert not {"failed", "refuted"} & {line.proof for line in step.lines}
    return [write(line.term, found.network.names) for line in step.lines if line.role == "formula"]


def agrees(found: Derivation, key: str, expected: Any) -> bool:
    ours = [float(Fraction(json_text(entry))) for entry in found.gradients[key].entries]
    return bool(np.allclose(ours, np.ravel(expected), rtol=1e-12, atol=1e-14))


@pytest.mark.slices(18)
@pytest.mark.parametrize(("head", "text", "formula", "expected"), CASES, ids=[case[1] for case in CASES])
def test_prediction_minus_target(head: str, text: str, formula: str, expected: Any) -> None:
    found, key = worked(f"{head}\nL = {text}"), head.partition("(")[2][0]
    assert formulas(found, key)[-1] == formula
    assert agrees(found, key, expected)


def test_a_loss_within_a_loss_has_it_too() -> None:
    found = worked("p = softmax(z)\nce = -sum(y * log(p))\nL = G * ce + v^2")
    assert formulas(found, "z")[-1] == r"\frac{\partial L}{\partial \mathrm{ce}} (p - y)"
    assert agrees(found, "z", 1.7 * (P - Y))


def test_a_quotient_that_is_a_weight_is_one() -> None:
    found = worked("p = softmax(z)\nq3 = 1 / (1 + v^2)\nL = q3 * cross_entropy(p, y)")
    assert formulas(found, "z")[-1] == "q_{3} (p - y)"
    assert agrees(found, "z", (P - Y) / 10)


def test_two_heads_have_one_each() -> None:
    found = worked("p = softmax(z)\nr = sigmoid(s)\nL = cross_entropy(p, y) - t * log(r) - (1 - t) * log(1 - r)")
    assert formulas(found, "z")[-1] == "p - y"
    assert formulas(found, "s")[-1] == "r - t"
    assert agrees(found, "s", S - 0.25)


LONG = {
    # Targets that add up to 4: the p of their sum remains.
    "p = softmax(z)\nL = -sum(q * log(p))": ("z", 4 * P - np.array([1, 3])),
    # What is used elsewhere as well has no short way.
    "p = softmax(z)\nL = -sum(y * log(p)) + sum(p * log(p))": (
        "z",
        P - Y + P * (np.log(P) - np.sum(P * np.log(P))),
    ),
    "p = softmax(z)\nL = -sum(y * log(p + 0.1))": ("z", P * (np.sum(Y / (P + 0.1) * P) - Y / (P + 0.1))),
    # Weights of the classes, other ones before p and 1 - p.
    "p = sigmoid(s)\nL = -2 * t * log(p) - (1 - t) * log(1 - p)": ("s", -2 * 0.25 * (1 - S) + 0.75 * S),
    "p = sigmoid(s)\nL = -log(p^(2 * t) * (1 - p)^(1 - t))": ("s", -2 * 0.25 * (1 - S) + 0.75 * S),
    # A likelihood that is used elsewhere as well.
    "p = sigmoid(s)\nl = p^t * (1 - p)^(1 - t)\nL = l - log(l)": (
        "s",
        (S**0.25 * (1 - S) ** 0.75 - 1) * (0.25 - S),
    ),
}


@pytest.mark.parametrize("equations", LONG)
def test_where_it_is_not_true_the_long_way_is_taken(equations: str) -> None:
    key, expected = LONG[equations]
    found = worked(equations)
    assert not formulas(found, key)[-1].startswith("p - ")
    assert agrees(found, key, expected)


def test_the_short_way_goes_past_what_is_too_large_to_be_written() -> None:
    """1/p is e to the power of 10^30 there."""
    text = '[model]\nloss = "L"\nequations = "p = softmax(z)\\nL = -sum(y * log(p))"\n[parameters]\nz = [1e30, 1]\n[data]\ny = [0, 1]'
    found = derive(loads(text))
    assert agrees(found, "z", [1, -1])
    assert "p" not in found.gradients
