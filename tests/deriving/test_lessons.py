"""Loss and gradients of the lessons beyond feed-forward networks, against the same losses written in NumPy and
differentiated by HIPS autograd."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import autograd.numpy as np
import pytest
from autograd import grad
from autograd.tracer import getval
from places import ROOT

import derivation
from derivation.formulas.decimals import json_text
from derivation.formulas.language.stacks.stack import sliced_names

Given = dict[str, Any]


def softmax(scores: Any) -> Any:
    return np.exp(scores) / np.sum(np.exp(scores))


def relu(x: Any) -> Any:
    return np.maximum(x, 0.0)


def cross_entropy(p: Any, y: Any) -> Any:
    return -np.sum(y * np.log(p))


def graph_layer(p: Given, d: Given) -> Any:
    nodes = relu(d["A"] @ d["X"] @ p["W"] + p["b"])
    return np.sum(p["v"] @ np.mean(nodes, axis=0) + p["c"] - d["y"]) ** 2 / 2


def variational_autoencoder(p: Given, d: Given) -> Any:
    mean, log_variance = p["W"] @ d["x"] + p["b"], p["U"] @ d["x"] + p["d"]
    sample = mean + np.sqrt(np.exp(log_variance)) * d["e"]
    seen = 1 / (1 + np.exp(-(p["V"] @ sample + p["c"])))
    reconstruction = -np.sum(d["x"] * np.log(seen) + (1 - d["x"]) * np.log(1 - seen))
    divergence = np.sum(np.exp(log_variance) + mean**2 - 1 - log_variance) / 2
    return reconstruction + d["beta"] * divergence


def low_rank_adaptation(p: Given, d: Given) -> Any:
    adapted = d["W"] + d["s"] * p["B"] @ p["A"]
    return np.sum((adapted @ d["x"] - d["t"]) ** 2) / 2


def distillation(p: Given, d: Given) -> Any:
    scores, share = p["W"] @ d["x"] + p["b"], d["a"]
    soft = cross_entropy(softmax(scores / d["T"]), softmax(d["s"] / d["T"]))
    return share * d["T"] ** 2 * soft + (1 - share) * cross_entropy(softmax(scores), d["y"])


def policy_gradient(p: Given, d: Given) -> Any:
    return -d["G"] * np.log(softmax(p["W"] @ d["s"])[np.argmax(d["a"])])


def temporal_difference(p: Given, d: Given) -> Any:
    now, later = (p["u"] @ relu(p["W"] @ d[state]) for state in ("s", "n"))
    return (d["r"] + d["gamma"] * getval(later) - now) ** 2 / 2


def triplet_loss(p: Given, d: Given) -> Any:
    anchor, positive, negative = (p["W"] @ d[key] for key in "xyz")
    near, far = np.sum((anchor - positive) ** 2), np.sum((anchor - negative) ** 2)
    return relu(near - far + d["m"])


def convolved(image: Any, filters: Any) -> Any:
    """Feature maps of an image, both with channels first: at each place the sum over channels and kernel."""
    rows, columns = (size - reach + 1 for size, reach in zip(image.shape[1:], filters.shape[2:], strict=True))
    height, width = filters.shape[2:]
    return np.array([
        [[np.sum(image[:, i : i + height, j : j + width] * filters[f]) for j in range(columns)] for i in range(rows)]
        for f in range(len(filters))
    ])  # fmt: skip


def lenet(p: Given, d: Given) -> Any:
    maps = relu(convolved(d["X"], p["K"]) + p["b"][:, None, None])
    pooled = np.array([np.max(maps[f, i : i + 2, j : j + 2]) for f in (0, 1) for i in (0, 2) for j in (0, 2)])
    return cross_entropy(softmax(p["W"] @ pooled + p["c"]), d["y"])


def image_batch(p: Given, d: Given) -> Any:
    maps = np.array([convolved(image, p["K"]) for image in d["X"]])
    mean, variance = (of(maps, axis=(0, 2, 3), keepdims=True) for of in (np.mean, np.var))
    normalised = p["gamma"][:, None, None] * (maps - mean) / np.sqrt(variance) + p["beta"][:, None, None]
    scores = p["w"] * np.mean(relu(normalised), axis=(1, 2, 3)) + p["c"]
    return np.mean((scores - d["t"]) ** 2)


def multi_head_attention(p: Given, d: Given) -> Any:
    heads = []
    for head in (0, 1):
        query, key, value = (d["X"] @ p[f"W_{letter}"][:, head : head + 1] for letter in "QKV")
        scores = np.exp(query @ key.T)
        heads.append(scores / np.sum(scores, axis=1, keepdims=True) @ value)
    return np.sum((np.hstack(heads) @ p["W_O"] - d["T"]) ** 2) / 2


LOSSES: dict[str, Callable[[Given, Given], Any]] = {
    "graph-layer": graph_layer,
    "variational-autoencoder": variational_autoencoder,
    "low-rank-adaptation": low_rank_adaptation,
    "distillation": distillation,
    "policy-gradient": policy_gradient,
    "temporal-difference": temporal_difference,
    "triplet-loss": triplet_loss,
    "lenet": lenet,
    "image-batch": image_batch,
    "multi-head-attention": multi_head_attention,
}


def arrays(table: Given) -> Given:
    return {key: np.array(given, dtype=float) for key, given in table.items()}


@pytest.mark.parametrize("stem", LOSSES)
def test_a_lesson_has_the_loss_and_the_gradients_of_autograd(stem: str) -> None:
    path = ROOT / "examples" / f"{stem}.toml"
    raw = tomllib.loads(path.read_text("utf-8"))
    parameters, data = arrays(raw["parameters"]), arrays(raw["data"])
    worked = derivation.derive(derivation.load(path))
    loss = LOSSES[stem]
    assert float(Fraction(json_text(worked.values["L"].entries[0]))) == pytest.approx(loss(parameters, data), rel=1e-12)
    for key, truth in grad(loss)(parameters, data).items():
        matrices = sliced_names(key, truth.shape[:-2]) if truth.ndim > 2 else [key]
        found = [float(Fraction(json_text(entry))) for name in matrices for entry in worked.gradients[name].entries]
        assert found == pytest.approx(np.ravel(truth), rel=1e-10, abs=1e-14), key
