"""Operations on rows, columns, parts and windows, layers and repetitions: against HIPS autograd, and every link
proved."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import autograd.numpy as np
import pytest
from autograd import grad
from autograd.tracer import getval

import derivation
from derivation.formulas.decimals import json_text
from derivation.proving.prover import unproved

Function = Any


def softmax(x: Any, axis: int) -> Any:
    return np.exp(x) / np.sum(np.exp(x), axis=axis, keepdims=True)


def norm(x: Any, axis: int, epsilon: float = 1e-5) -> Any:
    mu = np.mean(x, axis=axis, keepdims=True)
    return (x - mu) / np.sqrt(np.mean((x - mu) ** 2, axis=axis, keepdims=True) + epsilon)


def correlate(x: Any, k: Any, stride: int = 1, padding: tuple[int, int] = (0, 0)) -> Any:
    x = np.pad(x, ((padding[0], padding[0]), (padding[1], padding[1])), mode="constant")
    rows, columns = ((x.shape[a] - k.shape[a]) // stride + 1 for a in (0, 1))
    windows = [
        [x[i * stride : i * stride + k.shape[0], j * stride : j * stride + k.shape[1]] for j in range(columns)]
        for i in range(rows)
    ]
    return np.array([[np.sum(window * k) for window in line] for line in windows])


def pool(x: Any, function: Any, size: int = 2) -> Any:
    return np.array(
        [
            [function(x[i : i + size, j : j + size]) for j in range(0, x.shape[1], size)]
            for i in range(0, x.shape[0], size)
        ]
    )


def pooled(x: Any, function: Any, size: int, stride: int, padding: int) -> Any:
    """Windows as PyTorch's defaults have them; the padding is left out of each."""
    rows, columns = ([k * stride - padding for k in range((n + 2 * padding - size) // stride + 1)] for n in x.shape)
    return np.array([[function(x[max(i, 0) : i + size, max(j, 0) : j + size]) for j in columns] for i in rows])


X, W, B, R, K, M, S = (3, 4), (4, 2), (2, 1), (1, 2), (2, 2), (4, 4), ()
CASES: dict[str, tuple[dict[str, tuple[int, ...]], Function]] = {
    "Z = X @ W + r": ({"X": X, "W": W, "r": R}, lambda X, W, r: X @ W + r),
    "Z = W.T @ X.T + b": ({"X": X, "W": W, "b": B}, lambda X, W, b: W.T @ X.T + b),
    "Z = sum(X, axis=1)": ({"X": X}, lambda X: np.sum(X, axis=1, keepdims=True)),
    "Z = sum(X^2, axis=0)": ({"X": X}, lambda X: np.sum(X**2, axis=0, keepdims=True)),
    "Z = mean(X, axis=0)": ({"X": X}, lambda X: np.mean(X, axis=0, keepdims=True)),
    "Z = X.mean(axis=-1, keepdims=True)": ({"X": X}, lambda X: np.mean(X, axis=1, keepdims=True)),
    "Z = np.max(X, axis=1)": ({"X": X}, lambda X: np.max(X, axis=1, keepdims=True)),
    "Z = max(X, axis=0)": ({"X": X}, lambda X: np.max(X, axis=0, keepdims=True)),
    "Z = softmax(X, axis=1)": ({"X": X}, lambda X: softmax(X, 1)),
    "Z = softmax(X, axis=0)": ({"X": X}, lambda X: softmax(X, 0)),
    "Z = log_softmax(X, axis=1)": ({"X": X}, lambda X: np.log(softmax(X, 1))),
    "Z = log_softmax(X, axis=0)": ({"X": X}, lambda X: np.log(softmax(X, 0))),
    "Z = softmax(b, axis=0)": ({"b": B}, lambda b: softmax(b, 0)),
    "Z = masked_softmax(M, N, axis=1)": (
        {"M": M, "N": M},
        lambda M, N: np.exp(M) * N / np.sum(np.exp(M) * N, axis=1, keepdims=True),
    ),
    "Z = masked_softmax(b, c)": ({"b": B, "c": B}, lambda b, c: np.exp(b) * c / np.sum(np.exp(b) * c)),
    "Z = dropout(X, D, 0.25)": ({"X": X, "D": X}, lambda X, D: X * D / 0.75),
    "Z = X[1:3]": ({"X": X}, lambda X: X[1:3]),
    "Z = X[:, 1:3]": ({"X": X}, lambda X: X[:, 1:3]),
    "Z = X[0] * W[:, 1].T": ({"X": X, "W": W}, lambda X, W: X[:1] * W[:, 1:].T),
    "Z = b[1:] * X[-1, 0]": ({"b": B, "X": X}, lambda b, X: b[1:] * X[-1, 0]),
    "Z = concat(b, c) * concat([c, b])": (
        {"b": B, "c": B},
        lambda b, c: np.concatenate([b, c]) * np.concatenate([c, b]),
    ),
    "Z = np.concatenate([X, Y], axis=1)^2": ({"X": X, "Y": X}, lambda X, Y: np.concatenate([X, Y], axis=1) ** 2),
    "Z = concat(b, c, b)^2": ({"b": B, "c": B}, lambda b, c: np.concatenate([b, c, b]) ** 2),
    "Z = stack(b, c)^2": ({"b": B, "c": B}, lambda b, c: np.concatenate([b.T, c.T]) ** 2),
    "Z = concat(s, t)^2": ({"s": S, "t": S}, lambda s, t: np.reshape(np.array([s**2, t**2]), (2, 1))),
    "Z = X.reshape(2, -1)^2": ({"X": X}, lambda X: np.reshape(X, (2, 6)) ** 2),
    "Z = diag(flatten(X))^2": ({"X": X}, lambda X: np.diag(np.reshape(X, 12)) ** 2),
    "Z = diagonal(X @ X.T)^2": ({"X": X}, lambda X: np.reshape(np.sum(X * X, axis=1), (-1, 1)) ** 2),
    "Z = flatten(X)^2": ({"X": X}, lambda X: np.reshape(X, (12, 1)) ** 2),
    "Z = embedding(X, [2, 0, 2])^2": ({"X": X}, lambda X: X[[2, 0, 2]] ** 2),
    "Z = X[[1, 1]]": ({"X": X}, lambda X: X[[1, 1]]),
    "Z = X[0][1] * W.T[0, 1]": ({"X": X, "W": W}, lambda X, W: X[0][1] * W.T[0, 1]),
    "Z = tanh(b)[-1] - tanh(b)[0]": ({"b": B}, lambda b: np.tanh(b)[-1] - np.tanh(b)[0]),
    "Z = (X @ W)[0, 1] * (X @ W)[2, 0]": ({"X": X, "W": W}, lambda X, W: (X @ W)[0, 1] * (X @ W)[2, 0]),
    "Z = X.sum(axis=0)[2]": ({"X": X}, lambda X: X.sum(axis=0)[2]),
    "Z = X[::2, ::-1]": ({"X": X}, lambda X: X[::2, ::-1]),
    "Z = X[:, [3, 0, 3]]": ({"X": X}, lambda X: X[:, [3, 0, 3]]),
    "Z = X[[0, 1, 2], [2, 0, 2]]": ({"X": X}, lambda X: X[[0, 1, 2], [2, 0, 2]]),
    "Z = X[[2, 0], 1] * b[::-1, 0]": ({"X": X, "b": B}, lambda X, b: X[[2, 0], 1] * b[::-1, 0]),
    "Z = X[[2, 0], 1:3]": ({"X": X}, lambda X: X[[2, 0], 1:3]),
    "Z = X[1, None] * X[-1][None, :]": ({"X": X}, lambda X: X[1, None] * X[-1][None, :]),
    "Z = sin(X) * cos(X)": ({"X": X}, lambda X: np.sin(X) * np.cos(X)),
    "Z = X * stop_gradient(X^2) + X": ({"X": X}, lambda X: X * getval(X) ** 2 + X),
    "Z = b + (np.sign(b) - b).detach()": ({"b": B}, lambda b: b + getval(np.sign(b) - b)),
    "Z = conv2d(M, K)": ({"M": M, "K": K}, correlate),
    "Z = conv2d(M, K, stride=2)": ({"M": M, "K": K}, lambda M, K: correlate(M, K, 2)),
    "Z = conv2d(M, K, padding=1)": ({"M": M, "K": K}, lambda M, K: correlate(M, K, 1, (1, 1))),
    "Z = conv2d(M, K, 2, 1)": ({"M": M, "K": K}, lambda M, K: correlate(M, K, 2, (1, 1))),
    "Z = conv1d(x, k)": ({"x": (5, 1), "k": (2, 1)}, correlate),
    "Z = conv1d(x, k, stride=2, padding=1)": ({"x": (5, 1), "k": (3, 1)}, lambda x, k: correlate(x, k, 2, (1, 0))),
    "Z = conv2d(M, T, stride=2, padding=1)": ({"M": M, "T": (3, 3)}, lambda M, T: correlate(M, T, 2, (1, 1))),
    "Z = conv2d(M, T, stride=3, padding=2)": ({"M": M, "T": (3, 3)}, lambda M, T: correlate(M, T, 3, (2, 2))),
    "Z = conv2d(X, K, stride=2)": ({"X": X, "K": K}, lambda X, K: correlate(X, K, 2)),
    "Z = conv1d(x, k, stride=2)": ({"x": (4, 1), "k": (3, 1)}, lambda x, k: correlate(x, k, 2)),
    "Z = conv1d(x, k, stride=3, padding=1)": ({"x": (6, 1), "k": (2, 1)}, lambda x, k: correlate(x, k, 3, (1, 0))),
    "Z = maxpool(X, 2)": ({"X": (3, 3)}, lambda X: pooled(X, np.max, 2, 2, 0)),
    "Z = maxpool(M, 3, stride=1)": ({"M": M}, lambda M: pooled(M, np.max, 3, 1, 0)),
    "Z = F.max_pool2d(M, kernel_size=3, stride=2, padding=1)": ({"M": M}, lambda M: pooled(M, np.max, 3, 2, 1)),
    "Z = avgpool(M, 3)": ({"M": M}, lambda M: pooled(M, np.mean, 3, 3, 0)),
    "Z = avgpool(M, 3, 2, 1)": ({"M": M}, lambda M: pooled(M, lambda window: np.sum(window) / 9, 3, 2, 1)),
    "Z = avgpool(X, 2, 1, 1)": ({"X": X}, lambda X: pooled(X, lambda window: np.sum(window) / 4, 2, 1, 1)),
    "Z = maxpool(x, 3, 2)": ({"x": (6, 1)}, lambda x: np.array([[np.max(x[:3])], [np.max(x[2:5])]])),
    "Z = avgpool(x, 2, 1)": ({"x": (4, 1)}, lambda x: (x[1:] + x[:-1]) / 2),
    "Z = maxpool(M)": ({"M": M}, lambda M: pool(M, np.max)),
    "Z = maxpool(M, 4)": ({"M": M}, lambda M: pool(M, np.max, 4)),
    "Z = avgpool(M, 2)": ({"M": M}, lambda M: pool(M, np.mean)),
    "Z = maxpool(x, 2)": ({"x": (4, 1)}, lambda x: np.array([[np.max(x[:2])], [np.max(x[2:])]])),
    "Z = layer_norm(X, r, q)": ({"X": X, "r": (1, 4), "q": (1, 4)}, lambda X, r, q: norm(X, 1) * r + q),
    "Z = layer_norm(c, g, b, epsilon=0.1)": (
        {"c": (3, 1), "g": (3, 1), "b": (3, 1)},
        lambda c, g, b: norm(c, 0, 0.1) * g + b,
    ),
    "Z = batch_norm(X, r, q)": ({"X": X, "r": (1, 4), "q": (1, 4)}, lambda X, r, q: norm(X, 0) * r + q),
    "Z = batch_norm(X @ W, s, t)": ({"X": X, "W": W, "s": S, "t": S}, lambda X, W, s, t: norm(X @ W, 0) * s + t),
    "Z = rms_norm(X, s)": ({"X": X, "s": S}, lambda X, s: X / np.sqrt(np.mean(X**2, axis=1, keepdims=True) + 1e-6) * s),
    "Z = attention(Q, P, V)": ({"Q": X, "P": X, "V": (3, 2)}, lambda Q, P, V: softmax(Q @ P.T / 2, 1) @ V),
    "Z = swiglu(b, K, P)": ({"b": B, "K": K, "P": K}, lambda b, K, P: (K @ b) / (1 + np.exp(-(K @ b))) * (P @ b)),
    "Z = gelu_tanh(X)": ({"X": X}, lambda X: X / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (X + 0.044715 * X**3)))),
    "Z = var(X, axis=0)": (
        {"X": X},
        lambda X: np.mean((X - np.mean(X, axis=0, keepdims=True)) ** 2, axis=0, keepdims=True),
    ),
    "Z = X * b0 / r0": ({"X": X, "b0": (3, 1), "r0": (1, 4)}, lambda X, b0, r0: X * b0 / r0),
    "Z = X^2 @ W": ({"X": X, "W": W}, lambda X, W: X**2 @ W),
    "Z = np.maximum(X, r0)": ({"X": X, "r0": (1, 4)}, np.maximum),
}


def draw(chooser: random.Random, shape: tuple[int, ...]) -> Any:
    rows, columns = shape or (1, 1)
    drawn = iter(chooser.sample(range(60), rows * columns))
    values = [[(next(drawn) - 20.5) / 32 for _ in range(columns)] for _ in range(rows)]
    return values if shape else values[0][0]


def network(equation: str, values: dict[str, Any]) -> derivation.Network:
    lines = "\n".join(f"{key} = {value}" for key, value in values.items())
    return derivation.loads(
        f'[model]\nloss = "L"\nequations = """\n{equation}\nL = sum(sin(Z) * Z + Z^2 / 2)\n"""\n[parameters]\n{lines}\n'
    )


def differences(found: Any, expected: Any) -> float:
    ours = np.array([float(Fraction(json_text(entry))) for entry in found.entries])
    return float(np.max(np.abs(ours - np.ravel(expected)) / np.maximum(1.0, np.abs(np.ravel(expected)))))


@pytest.mark.slices(20)
@pytest.mark.parametrize("equation", CASES)
def test_gradients_agree_with_autograd(equation: str) -> None:
    shapes, function = CASES[equation]
    for seed in range(3):
        chooser = random.Random(f"{equation}{seed}")
        values = {key: draw(chooser, shape) for key, shape in shapes.items()}
        arrays = {key: np.array(value) for key, value in values.items()}

        def loss(given: dict[str, Any]) -> Any:
            result = function(*given.values())
            return np.sum(np.sin(result) * result + result**2 / 2)

        found = derivation.derive(network(equation, values))
        assert differences(found.values["L"], loss(arrays)) < 1e-12
        for key, expected in grad(loss)(arrays).items():
            assert differences(found.gradients[key], expected) < 1e-9, key


@pytest.mark.slices(12)
@pytest.mark.parametrize("equation", CASES)
def test_every_link_is_proved(equation: str) -> None:
    chooser = random.Random(equation)
    found = derivation.prove(
        derivation.derive(network(equation, {key: draw(chooser, shape) for key, shape in CASES[equation][0].items()}))
    )
    assert not unproved(found)
