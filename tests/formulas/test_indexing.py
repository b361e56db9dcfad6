"""Indices that are data or steps of a repetition, arrays and constants that stand in an equation, products by name: against
NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import arb
from formulas.test_structure import differences

import derivation
from derivation.proving.prover import unproved
from derivation.tex.write import write

GIVEN: dict[str, Any] = {
    "W": [[0.5, -1.5, 2], [1, 0.25, -0.75]],
    "p": [0.5, 0.25, 0.125, 0.125],
    "X": [[1, 2, 3], [4, 5, 6], [7, 8, 10], [1.5, 2.5, 0.5]],
}
LABELS: dict[str, Any] = {"y": 2, "t": [1, 0, 1, 2], "N": 4, "one": [1], "E": [[1, 2], [3, 4]]}
CASES = {
    "z = p[y]": lambda p, y, **_: p[y],
    "z = p[t] * 2": lambda p, t, **_: p[t] * 2,
    "z = p[t[y]] + p[y - 1] + p[-y]": lambda p, t, y, **_: p[t[y]] + p[y - 1] + p[-y],
    "z = X[range(N), t]": lambda X, N, t, **_: X[range(N), t],
    "z = X[np.arange(4), t]": lambda X, t, **_: X[np.arange(4), t],
    "z = X[np.arange(len(X)), t]": lambda X, t, **_: X[np.arange(len(X)), t],
    "z = X[y]": lambda X, y, **_: X[y],
    "z = X[y, 1:y]": lambda X, y, **_: X[y, 1:y],
    "z = X[:, t]": lambda X, t, **_: X[:, t],
    "z = X[one]": lambda X, one, **_: X[one],
    "z = X[[0, 1], y]": lambda X, y, **_: X[[0, 1], y],
    "z = embedding(X, t)": lambda X, t, **_: X[t],
    "z = softmax(X @ W.T, axis=1)[range(N), [0, 1, 1, 0]]": lambda X, W, **_: softmax(X @ W.T)[range(4), [0, 1, 1, 0]],
    "z = E[y - 1, y - 2] * p": lambda E, p, **_: E[1, 0] * p,
    "z = np.array([1, -2.5, 0.5, 3]) * p + np.ones(4)": lambda p, **_: np.array([1, -2.5, 0.5, 3]) * p + 1,
    "z = np.eye(2) @ W + np.zeros((2, 3)) - np.ones_like(W)": lambda W, **_: W - 1,
    "z = np.array([p[0], 2 * p[1]])": lambda p, **_: np.array([p[0], 2 * p[1]]),
    "z = np.array([[p[0], 1], [2, p[1]]]) @ E": lambda p, E, **_: np.array([[p[0], 1], [2, p[1]]]) @ E,
    "z = np.array([p, X[:, 1]])": lambda p, X, **_: np.array([p, X[:, 1]]),
    "z = np.zeros(X.shape) + p[:, np.newaxis]": lambda p, X, **_: np.zeros((4, 3)) + p[:, None],
    "z = np.array(3) * torch.tensor([[1, 2]]) @ W": lambda W, **_: 3 * np.array([[1, 2]]) @ W,
    "z = cos(2 * pi * p) + e^p - np.e * p": lambda p, **_: np.cos(2 * np.pi * p) + np.exp(p) - np.e * p,
    "pi = p[0]\nz = np.pi * pi": lambda p, **_: np.pi * p[0],
    "z = np.dot(X, W[0]) + X.dot(W[0]) + dot(X, W[0])": lambda X, W, **_: 3 * X @ W[0],
    "z = np.dot(E, E) @ E.dot(W)": lambda E, W, **_: E @ E @ E @ W,
    "z = np.inner(X, W) + np.inner(W[0], W[1]) * p[y]": lambda X, W, p, y, **_: X @ W.T + W[0] @ W[1] * p[y],
    "z = np.vdot(E, E) * np.dot(2, E) * dot(p, p)": lambda E, p, **_: np.vdot(E, E) * 2 * E * (p @ p),
    "z = p @ X * W[0] - W[0] @ W.T @ W": lambda p, X, W, **_: p @ X * W[0] - W[0] @ W.T @ W,
    "z = sum(X, 0) + mean(X, 0) * softmax(X, 1)": lambda X, **_: X.sum(0) + X.mean(0) * softmax(X),
    "r = X[:1]\nz = r[0][1] + r[0][-1] * X[1][2]": lambda X, **_: X[0][1] + X[0][-1] * X[1][2],
    "z = X[t][0, 1:] + X[y][1:] @ E": lambda X, t, y, E, **_: X[t][0, 1:] + X[y][1:] @ E,
    "z = np.eye(3, dtype=float)[t] @ W.transpose(1, 0) + np.full((4, 2), 0.5)": lambda t, W, **_: (
        np.eye(3)[t] @ W.T + 0.5
    ),
    "n = len(p); s = 0\nfor k in range(n): s += p[k] * X[k, n - 2]\nz = s": lambda p, X, **_: p @ X[:, 2],
    "v = [1, p[0]]; M = [[1, 2], [3, 4]]\nz = M @ v": lambda p, **_: np.array([[1, 2], [3, 4]]) @ np.array([1, p[0]]),
    "z = p[np.argmax(t)] * X.view(2, -1) + pow(p[0], 2)": lambda p, X, t, **_: p[3] * X.reshape(2, -1) + p[0] ** 2,
    "z = np.outer(E, W[0])": lambda E, W, **_: np.outer(E, W[0]),
    "z = p[:, None] * W[0][None, :] + W[1]": lambda p, W, **_: np.outer(p, W[0]) + W[1],
    "z = np.sum(X, 0) * np.mean(X, 0) + X.max(0)": lambda X, **_: X.sum(0) * X.mean(0) + X.max(0),
    "z = torch.linalg.norm(X[0]) * np.linalg.norm(p) * torch.nn.functional.relu(W)": lambda X, p, W, **_: (
        np.linalg.norm(X[0]) * np.linalg.norm(p) * np.maximum(W, 0)
    ),
    "z = X / len(X) + X.shape[1] * X.size": lambda X, **_: X / 4 + 36,
    "z = sum(p) / p.shape[0] * np.size(W) + len(W)": lambda p, **_: 0.25 * 6 + 2,
    "z = X.size(0) * p[X.shape[1] - 1]": lambda p, **_: 4 * p[2],
    "z = sum(p[t] * X[t] for t in 0..3)": lambda p, X, **_: p @ X,
    "z = sum(p[k] * X[k][y] for k in range(4))": lambda p, X, y, **_: p @ X[:, y],
    "z = sum(p[t - 1] * X[t - 1, 0] for t in 1..4)": lambda p, X, **_: p @ X[:, 0],
    "h[0] = 0\nh[t] = h[t-1] / 2 + p[t - 1] for t in 1..4\nz = h[4]": lambda p, **_: (
        ((p[0] / 2 + p[1]) / 2 + p[2]) / 2 + p[3]
    ),
    "h[t] = X[t] @ W[0] for t in range(4)\nz = h[1] - h[3]": lambda X, W, **_: (X[1] - X[3]) @ W[0],
    "h[t] = X[t, 0:2] * t for t in range(4)\nz = h[1][1] - h[3][0]": lambda X, **_: X[1][1] - 3 * X[3][0],
}


def softmax(z: Any) -> Any:
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def network(equations: str) -> derivation.Network:
    tables = [
        f"[{table}]\n" + "\n".join(f"{key} = {value}" for key, value in values.items())
        for table, values in (("parameters", GIVEN), ("data", LABELS))
    ]
    model = f'[model]\nloss = "L"\nequations = """\n{equations}\nL = sum(z * z)\n"""\n'
    return derivation.loads(model + "\n".join(tables))


@pytest.mark.slices(24)
@pytest.mark.parametrize("equations", CASES)
def test_values_are_those_of_numpy(equations: str) -> None:
    arrays = {key: np.array(value) for key, value in (GIVEN | LABELS).items()}
    worked = derivation.prove(derivation.derive(network(equations)))
    expected = CASES[equations](**arrays)
    found = worked.values["z"]
    assert np.squeeze(np.empty(found.shape)).shape == np.squeeze(expected).shape
    assert differences(found, expected) < 1e-12
    assert not unproved(worked)


def test_an_index_has_no_gradient_and_is_in_use() -> None:
    built = network("z = p[y]")
    worked = derivation.derive(built)
    assert [str(entry) for entry in worked.gradients["p"].entries] == ["0", "0", "1/4", "0"]
    assert "y" not in worked.gradients
    assert not any("'y'" in warning for warning in built.warnings)
    assert not any(isinstance(entry, arb) for entry in worked.gradients["p"].entries)


ONE = {
    "q = X[0:1, 1:2]": (r"x_{12}", (1, 1)),
    "q = X[1:, [0]]": (r"x_{21}", (1, 1)),
    "q = p[2:3]": (r"p_{3}", (1,)),
    "q = p[[1]]": (r"p_{2}", (1,)),
    "q = p[1:2, None]": (r"p_{2}", (1, 1)),
    "q = X[0, :1]": (r"x_{11}", (1,)),
}
"""Parts of one entry: how each is written, and the axes that NumPy has for it."""


@pytest.mark.parametrize("equation", ONE)
def test_a_part_of_one_entry_is_written_as_that_entry(equation: str) -> None:
    given = {"X": [[0.5, -1], [0.25, 1]], "p": [1, 2, 4]}
    latex, axes = ONE[equation]
    data = "\n".join(f"{key} = {value}" for key, value in given.items())
    built = derivation.loads(f'[model]\nequations = """\n{equation}\nshape = q.shape[0] * q.ndim\n"""\n[data]\n{data}')
    assert write(built.equations["q"], built.names) == latex
    expected = eval(
        equation.partition("=")[2], {key: np.array(value) for key, value in given.items()}
    )  # text of this module
    assert expected.shape == axes and built.shapes["q"] == ()
    values = derivation.derive(built).values
    assert float(values["q"].entries[0]) == expected.item()
    assert values["shape"].entries[0] == axes[0] * len(axes)
