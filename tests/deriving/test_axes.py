"""Networks of three and four axes, worked in full, against PyTorch: every value and every gradient."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from seeds import fresh_seed

from derivation import derive, loads
from derivation.pages.formats.json_form import json_form

torch = pytest.importorskip("torch")
functional = torch.nn.functional

NETWORKS: dict[str, tuple[str, dict[str, tuple[int, ...]], dict[str, tuple[int, ...]], Any]] = {
    "several channels": (
        "Z = conv2d(X, K) + b[:, None, None]\nA = relu(Z)\nP = max_pool(A, 2)\nh = flatten(P)\ny = W @ h\nl = sum((y - t)^2)",
        {"K": (2, 2, 2, 2), "b": (2,), "W": (3, 2)},
        {"X": (2, 3, 3), "t": (3,)},
        lambda n: ((n.W @ functional.max_pool2d(functional.relu(functional.conv2d(n.X[None], n.K, n.b)), 2).flatten() - n.t) ** 2).sum(),
    ),
    "a batch of images, strides and padding": (
        "Z = conv2d(X, K, stride=2, padding=1, bias=b)\nP = avg_pool(sigmoid(Z), 2)\nF = P.reshape(len(X), -1)\nS = F @ W\n"
        "l = mean((S - T)**2)",
        {"K": (2, 2, 3, 3), "b": (2,), "W": (2, 2)},
        {"X": (2, 2, 4, 4), "T": (2, 2)},
        lambda n: (
            (functional.avg_pool2d(torch.sigmoid(functional.conv2d(n.X, n.K, n.b, stride=2, padding=1)), 2).reshape(2, -1) @ n.W - n.T) ** 2
        ).mean(),
    ),
    "batch norm of images": (
        "Z = batch_norm(X, g, b)\nA = tanh(Z)\nl = sum(A * M)",
        {"g": (2,), "b": (2,)},
        {"X": (2, 2, 2, 3), "M": (2, 2, 2, 3)},
        lambda n: (torch.tanh(functional.batch_norm(n.X, None, None, n.g, n.b, training=True)) * n.M).sum(),
    ),
    "heads as an axis": (
        "Q = (X @ WQ).reshape(3, 2, 2).transpose(1, 0, 2)\nK = (X @ WK).reshape(3, 2, 2).transpose(1, 0, 2)\n"
        "V = (X @ WV).reshape(3, 2, 2).transpose(1, 0, 2)\nA = softmax(Q @ K.swapaxes(-1, -2) / sqrt(2), axis=-1)\n"
        "O = (A @ V).transpose(1, 0, 2).reshape(3, 4)\nl = sum((O @ WO) * M)",
        {"WQ": (4, 4), "WK": (4, 4), "WV": (4, 4), "WO": (4, 4)},
        {"X": (3, 4), "M": (3, 4)},
        lambda n: (_heads(n.X @ n.WQ, n.X @ n.WK, n.X @ n.WV) @ n.WO * n.M).sum(),
    ),
    "a batch of sequences": (
        "H = layer_norm(tanh(X @ W + b), g, c)\nS = attention(H, H, H)\nm = S.mean(axis=1)\nl = sum(m * m)",
        {"W": (2, 3), "b": (3,), "g": (3,), "c": (3,)},
        {"X": (2, 4, 2)},
        lambda n: _attended(functional.layer_norm(torch.tanh(n.X @ n.W + n.b), (3,), n.g, n.c)).mean(1).pow(2).sum(),
    ),
    "sums over indices": (
        "E = einsum('bti,oi->bto', X, W)\nG = einsum('bto,bso->bts', E, E)\nl = sum(G * M) + sum(E.transpose(2, 0, 1)[0]**2)",
        {"W": (2, 3)},
        {"X": (2, 2, 3), "M": (2, 2, 2)},
        lambda n: (torch.einsum("bto,bso->bts", n.X @ n.W.T, n.X @ n.W.T) * n.M).sum() + (n.X @ n.W.T)[..., 0].pow(2).sum(),
    ),
}  # fmt: skip
"""Equations, parameters and data with their axes, and the loss as PyTorch has it."""


def _heads(queries: Any, keys: Any, values: Any) -> Any:
    q, k, v = (part.reshape(3, 2, 2).transpose(0, 1) for part in (queries, keys, values))
    return functional.scaled_dot_product_attention(q, k, v).transpose(0, 1).reshape(3, 4)


def _attended(h: Any) -> Any:
    return functional.scaled_dot_product_attention(h, h, h)


def _numbers(generator: Any, axes: tuple[int, ...]) -> Any:
    """Numbers of two places; no two are equal, so nothing is tied."""
    count = int(np.prod(axes))
    return generator.permutation(np.arange(-150, 150))[:count].reshape(axes) / 100 + 0.003


def _float(text: Any) -> Any:
    if isinstance(text, list):
        return [_float(part) for part in text]
    over, _, under = text.partition("/")
    return float(over) / float(under or 1)


@pytest.mark.parametrize("title", NETWORKS)
def test_every_value_and_gradient_is_pytorchs(title: str) -> None:
    equations, parameters, data, loss_of = NETWORKS[title]
    generator = np.random.default_rng(fresh_seed())
    given = {key: _numbers(generator, axes) for key, axes in {**parameters, **data}.items()}
    tables = "".join(
        f"[{table}]\n" + "".join(f"{key} = {given[key].round(6).tolist()}\n" for key in axes)
        for table, axes in (("parameters", parameters), ("data", data))
    )
    derivation = derive(loads(f'[model]\nequations = """\n{equations}\n"""\nloss = "l"\n{tables}'))
    found = json.loads(json_form(derivation))["training_steps"][0]
    tensors = {key: torch.tensor(array.round(6), requires_grad=key in parameters) for key, array in given.items()}
    loss = loss_of(SimpleNamespace(**tensors))
    loss.backward()
    assert _float(found["loss"]) == pytest.approx(loss.item(), rel=1e-10)
    for key in parameters:
        gradient = np.array(_float(found["gradients"][key])).reshape(given[key].shape)
        np.testing.assert_allclose(gradient, tensors[key].grad.numpy(), rtol=1e-9, atol=1e-12, err_msg=key)
