"""Losses as people call them: values and gradients against HIPS autograd, and against mpmath at scores of 1000."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import autograd.numpy as np
import mpmath
import pytest
from autograd import grad
from formulas.test_structure import differences, draw

import derivation
from derivation.formulas.decimals import json_text
from derivation.formulas.numbers import Undefined
from derivation.formulas.operations.torch_losses import TORCH_LOSSES, TorchLoss
from derivation.proving.prover import unproved

V, M = (3, 1), (2, 3)
LABELS = np.eye(3)[[2, 0]]


def spec(equation: str, values: dict[str, Any], data: str = "") -> str:
    lines = "\n".join(f"{key} = {value}" for key, value in values.items())
    return f'[model]\nloss = "L"\nequations = """\n{equation}\n"""\n[parameters]\n{lines}\n[data]\n{data}\n'


def log_softmax(z: Any, axis: int = 0) -> Any:
    return z - np.log(np.sum(np.exp(z), axis=axis, keepdims=True))


def bce(z: Any) -> Any:
    return np.log(1 + np.exp(-z)) + (1 - TARGET) * z


def kl(z: Any) -> Any:
    p = np.exp(log_softmax(z))
    return np.sum(SHARES[:2] * np.log(SHARES[:2] / p[:2]))


TARGET, SHARES = np.array([[1.0], [0.0], [0.25]]), np.array([[0.25], [0.75], [0.0]])
DATA = "t = [1, 0, 0.25]\ny = [0.25, 0.75, 0]\nc = [2, 0]\nk = 1\nR = [[0, 0, 1], [1, 0, 0]]"
HALVES = np.array([[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]])
CASES: dict[str, tuple[dict[str, tuple[int, ...]], Callable[..., Any]]] = {
    "L = mse(z, t)": ({"z": V}, lambda z: np.mean((z - TARGET) ** 2)),
    "L = F.mse_loss(Z, R)": ({"Z": M}, lambda z: np.mean((z - LABELS) ** 2)),
    "L = mse(z, s)": ({"z": V, "s": ()}, lambda z, s: np.mean((z - s) ** 2)),
    "L = mse(s, 2)": ({"s": ()}, lambda s: (s - 2) ** 2),
    "L = kl(y, softmax(z))": ({"z": V}, kl),
    "L = kl(softmax(z), softmax(v))": (
        {"z": V, "v": V},
        lambda z, v: np.sum(np.exp(log_softmax(z)) * (log_softmax(z) - log_softmax(v))),
    ),
    "L = sum(log_sigmoid(z) * t)": ({"z": V}, lambda z: np.sum(-np.log(1 + np.exp(-z)) * TARGET)),
    "L = F.logsigmoid(s)^2": ({"s": ()}, lambda s: np.log(1 + np.exp(-s)) ** 2),
    "L = bce_with_logits(z, t)": ({"z": V}, lambda z: np.sum(bce(z))),
    "L = F.binary_cross_entropy_with_logits(z, t)": ({"z": V}, lambda z: np.mean(bce(z))),
    "L = F.binary_cross_entropy(sigmoid(z), t)": ({"z": V}, lambda z: np.mean(bce(z))),
    "L = logsumexp(z)^2": ({"z": V}, lambda z: np.log(np.sum(np.exp(z))) ** 2),
    "L = sum(torch.logsumexp(Z, axis=1)^2)": ({"Z": M}, lambda z: np.sum(np.log(np.sum(np.exp(z), axis=1)) ** 2)),
    "L = sum(logsumexp(Z, axis=0)^2)": ({"Z": M}, lambda z: np.sum(np.log(np.sum(np.exp(z), axis=0)) ** 2)),
    "L = cross_entropy_with_logits(z, t)": ({"z": V}, lambda z: -np.sum(TARGET * log_softmax(z))),
    "L = cross_entropy_with_logits(Z, c)": ({"Z": M}, lambda z: -np.sum(LABELS * log_softmax(z, 1))),
    "L = F.cross_entropy(z, y)": ({"z": V}, lambda z: -np.sum(SHARES * log_softmax(z))),
    "L = F.cross_entropy(z, k)": ({"z": V}, lambda z: -log_softmax(z)[1, 0]),
    "L = F.cross_entropy(z, 1)": ({"z": V}, lambda z: -log_softmax(z)[1, 0]),
    "L = F.cross_entropy(Z, c)": ({"Z": M}, lambda z: -np.sum(LABELS * log_softmax(z, 1)) / 2),
    "L = torch.nn.functional.cross_entropy(Z, R)": ({"Z": M}, lambda z: -np.sum(LABELS * log_softmax(z, 1)) / 2),
    "L = F.nll_loss(log_softmax(Z, axis=1), c)": ({"Z": M}, lambda z: -np.sum(LABELS * log_softmax(z, 1)) / 2),
    "L = nll_loss(log_softmax(z), y)": ({"z": V}, lambda z: -np.sum(SHARES * log_softmax(z))),
    "L = F.l1_loss(z, t)": ({"z": V}, lambda z: np.mean(np.abs(z - TARGET))),
    "L = F.smooth_l1_loss(z, t)": (
        {"z": V},
        lambda z: np.mean(np.where(np.abs(z - TARGET) < 1, (z - TARGET) ** 2 / 2, np.abs(z - TARGET) - 0.5)),
    ),
    "L = sum(one_hot(c, 3) * Z^2)": ({"Z": M}, lambda z: np.sum(LABELS * z**2)),
}


@pytest.mark.slices(13)
@pytest.mark.parametrize("equation", CASES)
def test_losses_and_gradients_agree_with_autograd(equation: str) -> None:
    shapes, function = CASES[equation]
    values = {key: draw(random.Random(f"{equation}{key}"), shape) for key, shape in shapes.items()}
    arrays = {key: np.array(value) for key, value in values.items()}
    found = derivation.prove(derivation.derive(derivation.loads(spec(equation, values, DATA))))
    assert not unproved(found)
    assert differences(found.values["L"], function(*arrays.values())) < 1e-12
    for key, expected in grad(lambda given: function(*given.values()))(arrays).items():
        assert differences(found.gradients[key], expected) < 1e-9, key


def near(entry: Any, true: Any) -> bool:
    text = json_text(entry)
    ours = mpmath.mpf(text) if "e" in text else mpmath.mpf(Fraction(text).numerator) / Fraction(text).denominator
    return bool(abs(ours - true) <= abs(true) * mpmath.mpf("1e-28"))


@pytest.mark.parametrize("score", [1000, -1000, 745, -40, 0])
@pytest.mark.parametrize("target", ["0", "1", "0.25"])
def test_binary_cross_entropy_of_scores_is_exact_far_out(score: int, target: str) -> None:
    found = derivation.derive(derivation.loads(spec("L = bce_with_logits(z, y)", {"z": score}, f"y = {target}")))
    with mpmath.workdps(1200):
        z, y = mpmath.mpf(score), mpmath.mpf(target)
        loss = y * mpmath.log1p(mpmath.exp(-z)) + (1 - y) * mpmath.log1p(mpmath.exp(z))
        assert near(found.values["L"].entries[0], loss)
        slope = 1 / (1 + mpmath.exp(-z)) - y
        assert near(found.gradients["z"].entries[0], slope) or abs(slope) < mpmath.mpf("1e-308")


@pytest.mark.parametrize(("target", "scores"), [(0, [1000, -1000, 5]), (1, [1000, -1000, 5]), (2, [30, -1000, 1000])])
def test_cross_entropy_of_scores_is_exact_far_out(target: int, scores: list[int]) -> None:
    found = derivation.derive(derivation.loads(spec(f"L = F.cross_entropy(z, {target})", {"z": scores})))
    with mpmath.workdps(1200):
        powers = [mpmath.exp(score) for score in scores]
        shares = [power / sum(powers) for power in powers]
        loss = -mpmath.log(shares[target])
        assert near(found.values["L"].entries[0], loss) or loss < mpmath.mpf("1e-308")
        for k, (entry, share) in enumerate(zip(found.gradients["z"].entries, shares, strict=True)):
            slope = share - (k == target)
            assert near(entry, slope) or abs(slope) < mpmath.mpf("1e-308")


def test_log_sigmoid_and_softplus_are_exact_far_out() -> None:
    equation = "L = softplus(z) + 0 * log_sigmoid(z)\ng = log_sigmoid(-z)"
    found = derivation.derive(derivation.loads(spec(equation, {"z": -1000})))
    with mpmath.workdps(1200):
        assert near(found.values["L"].entries[0], mpmath.log1p(mpmath.exp(-1000)))
        assert near(found.values["g"].entries[0], -mpmath.log1p(mpmath.exp(-1000)))


@pytest.mark.parametrize(
    ("equation", "said"),
    [
        ("L = F.cross_entropy(z, 3)", "a label that is not one of 0 to 2"),
        ("L = F.cross_entropy(z, 0.5)", "a label that is not one of 0 to 2"),
        ("L = F.kl_div(z, y)", "write kl(p, q)"),
        ("L = sum(one_hot(Z, 3))", "labels are a list of whole numbers"),
    ],
)
def test_what_is_no_loss_is_told(equation: str, said: str) -> None:
    values = {"z": [0.5, 1, 2], "Z": [[1, 2], [0, 1]]}
    with pytest.raises((derivation.SpecError, Undefined), match=re.escape(said)):
        derivation.derive(derivation.loads(spec(equation, values, "y = [0.25, 0.5, 0.25]")))


@pytest.mark.parametrize("loss", TORCH_LOSSES, ids=lambda loss: loss.function)
def test_a_class_of_pytorch_is_told_what_to_write_and_that_can_be_read(loss: TorchLoss) -> None:
    values = {"a": [-0.5, -1, -2], "b": [0.5, 1, 0.25], "p": [0.25, 0.5, 0.25], "z": [0.5, 1, 2]}
    for name in loss.classes:
        with pytest.raises(derivation.SpecError, match=re.escape(f"write {loss.instead}")):
            derivation.loads(spec(f"L = {name}(a, b)", values, "y = [0, 1, 0]\nq = [0.5, 0.25, 0.25]"))
    written = derivation.loads(spec(f"L = {loss.instead}", values, "y = [0, 1, 0]\nq = [0.5, 0.25, 0.25]"))
    assert derivation.derive(written).values["L"].shape == ()
