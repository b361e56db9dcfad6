"""Functions as NumPy and PyTorch call them: values and gradients against HIPS autograd, every link proved."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import autograd.numpy as np
import pytest
from autograd import grad
from autograd.extend import defvjp, primitive
from autograd.tracer import getval
from flint import fmpq
from formulas.test_structure import differences, draw

import derivation
from derivation.formulas.numbers import Undefined
from derivation.proving.prover import unproved

erf = primitive(lambda x: np.vectorize(math.erf)(x))
defvjp(erf, lambda ans, x: lambda g: g * 2 / np.sqrt(np.pi) * np.exp(-(x**2)))
V, M, S = (3, 1), (2, 3), (3, 3)
ROW, OTHER = np.array([[0.1, -0.2, 0.3]]), np.array([[0.5], [0.25], [-1.0]])
DATA = "r = [[0.1, -0.2, 0.3]]\ny = [0.5, 0.25, -1]\nmask = [1, 0, 1]"
Case = tuple[dict[str, tuple[int, ...]], Callable[..., Any]]


def running(axis: int, x: Any) -> Any:
    return np.cumsum(x, axis=axis)


def spread(x: Any, axis: int | None, less: int) -> Any:
    count = x.size if axis is None else x.shape[axis]
    return np.sum((x - np.mean(x, axis=axis, keepdims=True)) ** 2, axis=axis, keepdims=True) / (count - less)


CASES: dict[str, Case] = {
    "np.where(a > 0.1, a^2, 3 * a)": ({"a": M}, lambda a: np.where(a > 0.1, a**2, 3 * a)),
    "where(a > r, a^2, r)": ({"a": M}, lambda a: np.where(a > ROW, a**2, ROW)),
    "torch.where(a != a[0], a^2, 2 * a)": ({"a": V}, lambda a: np.where(a != a[0], a**2, 2 * a)),
    "where(mask, a, a^2)": ({"a": V}, lambda a: np.where(np.array([[1], [0], [1]]) == 1, a, a**2)),
    "np.clip(a, -0.2, 0.3) * a": ({"a": M}, lambda a: np.clip(a, -0.2, 0.3) * a),
    "torch.clamp(a, b, c)^2": ({"a": V, "b": V, "c": V}, lambda a, b, c: np.minimum(np.maximum(a, b), c) ** 2),
    "torch.clamp(a, min=0.1)^2": ({"a": V}, lambda a: np.maximum(a, 0.1) ** 2),
    "np.clip(a, None, 0.2) * a.clip(min=-0.1, max=0.3)": (
        {"a": M},
        lambda a: np.minimum(a, 0.2) * np.clip(a, -0.1, 0.3),
    ),
    "min(a, axis=1)^2": ({"a": M}, lambda a: np.min(a, axis=1, keepdims=True) ** 2),
    "np.min(a, 0)": ({"a": M}, lambda a: np.min(a, axis=0, keepdims=True)),
    "a.min() + np.amin(b)": ({"a": V, "b": V}, lambda a, b: np.min(a) + np.min(b)),
    "np.prod(a)": ({"a": M}, np.prod),
    "prod(a) * a": ({"a": V}, lambda a: np.prod(a) * a),
    "np.trace(a) * a": ({"a": S}, lambda a: np.trace(a) * a),
    "np.cumsum(a)": ({"a": V}, lambda a: np.cumsum(a, axis=0)),
    "np.cumsum(a, axis=0)": ({"a": M}, lambda a: np.cumsum(a, axis=0)),
    "torch.cumsum(a, dim=1) * a": ({"a": M}, lambda a: np.cumsum(a, axis=1) * a),
    "np.flip(a) * a^2": ({"a": V}, lambda a: a[::-1] * a**2),
    "flip(a, axis=0) * a": ({"a": M}, lambda a: a[::-1] * a),
    "flip(a, axis=1) * a": ({"a": M}, lambda a: a[:, ::-1] * a),
    "np.std(a) * a": ({"a": M}, lambda a: np.sqrt(spread(a, None, 0)) * a),
    "np.std(a, axis=0)": ({"a": M}, lambda a: np.sqrt(spread(a, 0, 0))),
    "a.std(axis=1, keepdims=True) * a": ({"a": M}, lambda a: np.sqrt(spread(a, 1, 0)) * a),
    "torch.std(a)": ({"a": V}, lambda a: np.sqrt(spread(a, None, 1))),
    "torch.var(a, dim=1)": ({"a": M}, lambda a: spread(a, 1, 1)),
    "np.roll(a, 1) * a": ({"a": V}, lambda a: np.roll(a, 1, axis=0) * a),
    "np.roll(a, -4) * a": ({"a": V}, lambda a: np.roll(a, -4, axis=0) * a),
    "roll(a, 2, axis=1) * a": ({"a": M}, lambda a: np.roll(a, 2, axis=1) * a),
    "torch.roll(a, shifts=-1, dims=0) * a": ({"a": M}, lambda a: np.roll(a, -1, axis=0) * a),
    "np.tril(a)": ({"a": S}, np.tril),
    "np.triu(a, 1)": ({"a": M}, lambda a: np.triu(a, 1)),
    "np.tril(a, k=-1)": ({"a": S}, lambda a: np.tril(a, -1)),
    "masked_softmax(a, np.tril(np.ones((3, 3))), axis=1)": (
        {"a": S},
        lambda a: np.exp(a) * np.tri(3) / np.sum(np.exp(a) * np.tri(3), axis=1, keepdims=True),
    ),
    "np.repeat(a, 2)": ({"a": V}, lambda a: np.repeat(a, 2, axis=0)),
    "np.repeat(a, 3, axis=1)": ({"a": M}, lambda a: np.repeat(a, 3, axis=1)),
    "torch.repeat_interleave(a, 2, dim=0)": ({"a": M}, lambda a: np.repeat(a, 2, axis=0)),
    "np.tile(a, 2)": ({"a": V}, lambda a: np.tile(a, (2, 1))),
    "np.tile(a, 2) * np.tile(a, (1, 2))": ({"a": M}, lambda a: np.concatenate([a, a], axis=1) ** 2),
    "np.tile(b, (2, 1)) * a": ({"a": M, "b": V}, lambda a, b: np.tile(b.T, (2, 1)) * a),
    "np.pad(a, 1)": ({"a": M}, lambda a: np.pad(a, 1, "constant")),
    "np.pad(a, (1, 2))": ({"a": V}, lambda a: np.pad(a, ((1, 2), (0, 0)), "constant")),
    "np.pad(a, ((1, 0), (0, 2)))": ({"a": M}, lambda a: np.pad(a, ((1, 0), (0, 2)), "constant")),
    "F.pad(a, (1, 2))": ({"a": M}, lambda a: np.pad(a, ((0, 0), (1, 2)), "constant")),
    "torch.nn.functional.pad(a, (1, 0, 0, 2))": ({"a": M}, lambda a: np.pad(a, ((0, 2), (1, 0)), "constant")),
    "np.argmax(a) * a": ({"a": V}, lambda a: np.argmax(getval(a)) * a),
    "argmax(a, axis=1) * np.argmin(b) * a": (
        {"a": M, "b": V},
        lambda a, b: np.argmax(getval(a), axis=1)[:, None] * np.argmin(getval(b)) * a + 0 * np.sum(b),
    ),
    "argmin(a, axis=0) * a": ({"a": M}, lambda a: np.argmin(getval(a), axis=0)[None, :] * a),
    "block_sums(a, 1, 3)": ({"a": M}, lambda a: np.sum(a, axis=1, keepdims=True)),
    "enlarge(a, 2, 1)": ({"a": M}, lambda a: np.repeat(a, 2, axis=0)),
    "np.cumsum(a) * flatten(a)": ({"a": M}, lambda a: np.cumsum(a)[:, None] * np.reshape(a, (-1, 1))),
    "np.flip(a) * a": ({"a": M}, lambda a: a[::-1, ::-1] * a),
    "np.argmax(a) * np.argmin(a) * a": (
        {"a": M},
        lambda a: np.argmax(getval(a)) * np.argmin(getval(a)) * a,
    ),
    "np.repeat(a, 2)^2": ({"a": M}, lambda a: np.reshape(np.repeat(np.reshape(a, -1), 2), (-1, 1)) ** 2),
    "np.linalg.norm(a, axis=1)": ({"a": M}, lambda a: np.sqrt(np.sum(a**2, axis=1, keepdims=True))),
    "norm(a, axis=0, keepdims=True) * a": ({"a": M}, lambda a: np.sqrt(np.sum(a**2, axis=0, keepdims=True)) * a),
    "norm(a, axis=0) * a": ({"a": V}, lambda a: np.sqrt(np.sum(a**2)) * a),
    "cosine_similarity(a, b)": (
        {"a": V, "b": V},
        lambda a, b: np.sum(a * b) / np.sqrt(np.sum(a**2) * np.sum(b**2)),
    ),
    "F.cosine_similarity(a, b, dim=1)": (
        {"a": M, "b": M},
        lambda a, b: (
            np.sum(a * b, axis=1, keepdims=True)
            / np.sqrt(np.sum(a**2, axis=1, keepdims=True) * np.sum(b**2, axis=1, keepdims=True))
        ),
    ),
    "torch.special.erf(a) * np.log2(b^2) * np.log10(c^2)": (
        {"a": V, "b": V, "c": V},
        lambda a, b, c: erf(a) * np.log2(b**2) * np.log10(c**2),
    ),
    "np.log1p(a) * torch.special.expm1(a)": ({"a": V}, lambda a: np.log1p(a) * np.expm1(a)),
    "torch.asin(a) * np.arccos(a) * np.tan(a)": ({"a": V}, lambda a: np.arcsin(a) * np.arccos(a) * np.tan(a)),
    "np.sinh(a) * torch.cosh(a)": ({"a": V}, lambda a: np.sinh(a) * np.cosh(a)),
    "torch.var(a)": ({"a": M}, lambda a: spread(a, None, 1)),
}


def network(expression: str, values: dict[str, Any]) -> derivation.Network:
    lines = "\n".join(f"{key} = {value}" for key, value in values.items())
    equations = f"Z = {expression}\nL = sum(sin(Z) + Z^2 / 2)"
    return derivation.loads(
        f'[model]\nloss = "L"\nequations = """\n{equations}\n"""\n[parameters]\n{lines}\n[data]\n{DATA}\n'
    )


@pytest.mark.slices(30)
@pytest.mark.parametrize("expression", CASES)
def test_values_and_gradients_agree_with_autograd(expression: str) -> None:
    shapes, function = CASES[expression]
    arrays = {key: np.array(draw(random.Random(f"{expression}{key}"), shape)) for key, shape in shapes.items()}
    values = {key: (array.ravel() if shapes[key] == V else array).tolist() for key, array in arrays.items()}

    def loss(given: dict[str, Any]) -> Any:
        result = function(*given.values())
        return np.sum(np.sin(result) + result**2 / 2)

    found = derivation.prove(derivation.derive(network(expression, values)))
    assert not unproved(found)
    assert differences(found.values["Z"], function(*arrays.values())) < 1e-12
    for key, expected in grad(loss)(arrays).items():
        assert differences(found.gradients[key], expected) < 1e-9, key


def test_at_a_bound_clip_passes_the_gradient_as_pytorch_does() -> None:
    """torch.clamp(torch.tensor([-1., 0., 2., 3.]), -1, 2) has the gradient [1, 1, 1, 0] by backward."""
    found = derivation.derive(
        derivation.loads('[model]\nloss = "L"\nequations = "L = sum(clip(x, -1, 2))"\n[parameters]\nx = [-1, 0, 2, 3]')
    )
    assert found.gradients["x"].entries == (1, 1, 1, 0)
    notes = [note for phase in found.phases for step in phase.steps for note in step.notes]
    assert [note.key for note in notes if note.key.startswith("kink")] == ["kink_clipped"]


IMAGE = [[1, -2, 0.5, 3], [0, 1, 2, -1], [4, 1.5, -3, 2.5], [0.25, -0.5, 6, 7]]
KERNEL = [[1, 0, -1], [2, 0.5, 1], [0, 1, -2]]


@pytest.mark.parametrize(
    ("expression", "loss", "by_image"),
    [
        (
            "conv2d(X, K, stride=2, padding=1)",
            40.875,
            [-3.5, 6, 3.25, 6.5, -7, 2.5, 6.5, -9, 3.75, -0.5, -2, -4, 7.5, -15, -4, 8],
        ),
        ("F.max_pool2d(X, 3, stride=2, padding=1)", 75, [2, 0, 0, 6, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 14]),
        ("F.max_pool2d(X, 3, stride=1)", 110, [0, 0, 0, 6, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 12, 14]),
    ],
)
def test_layers_that_leave_rows_over_have_the_figures_of_pytorch(
    expression: str, loss: float, by_image: list[float]
) -> None:
    """The loss is the sum of squares; PyTorch 2.13 in float64."""
    text = f'[model]\nloss = "L"\nequations = "L = sum({expression}^2) + 0 * sum(K)"\n[parameters]\nX = {IMAGE}\nK = {KERNEL}'
    found = derivation.derive(derivation.loads(text))
    assert found.values["L"].entries[0] == fmpq(int(loss * 1000), 1000)
    assert [float(entry.p) / float(entry.q) for entry in found.gradients["X"].entries] == by_image


def test_logarithms_of_powers_are_exact() -> None:
    text = '[model]\noutput = "f"\nequations = "f = log2(x) + 10 * log10(y) + log2(v)"\n[parameters]\nx = 1024\ny = 0.001\nv = 0.125'
    assert derivation.derive(derivation.loads(text)).values["f"].entries == (-23,)


def test_a_product_with_zeros_has_a_gradient() -> None:
    """The derivative of x y z by x is y z, whatever x is."""
    found = derivation.derive(
        derivation.loads('[model]\nloss = "L"\nequations = "L = prod(x)"\n[parameters]\nx = [0, 3, 5]')
    )
    assert found.gradients["x"].entries == (15, 0, 0)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("where(a, 1, 2)", "neither 0 nor 1"),
        ("trace(a)", "a square matrix"),
        ("clip(a)", "clip takes a lower and an upper bound"),
        ("roll(a, 1)", "along an axis: write axis=0"),
        ("repeat(y)", "repeat takes a count and an axis"),
        ("tile(a, 0)", "tile takes one or two counts"),
        ("np.pad(y, -1)", "widths are whole numbers from 0"),
        ("F.pad(y, 1)", "widths are whole numbers from 0"),
        ("np.ones((0, 2))", "an array in an equation has one or two lengths"),
        ("cosine_similarity(a, a)", "along an axis: write axis=0"),
        ("arcsin(a)", "arcsine or arccosine of a number beyond -1 and 1"),
        ("norm(a, ord=1)", r"norm is the root of the sum of squares; write sum\(abs\(x\)\)"),
    ],
)
def test_what_has_no_value_is_told(expression: str, said: str) -> None:
    with pytest.raises((derivation.SpecError, Undefined), match=said):
        derivation.derive(network(expression, {"a": [[1, 2, 3], [4, 5, 6]]}))
