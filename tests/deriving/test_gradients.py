"""Gradients of random networks over all operations against HIPS autograd; certified digits against mpmath at 50
digits."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import autograd.numpy as np
import mpmath
import pytest
from autograd import grad
from autograd.extend import defvjp, primitive
from formulas import test_functions, test_losses
from formulas.test_structure import CASES

import derivation
from derivation.formulas.decimals import json_text

erf = primitive(lambda x: np.vectorize(math.erf)(x))
defvjp(erf, lambda ans, x: lambda g: g * 2 / np.sqrt(np.pi) * np.exp(-(x**2)))

UNARY = {
    "exp({})": np.exp,
    "log({} ^ 2 + 1)": lambda x: np.log(x**2 + 1),
    "sqrt({} ^ 2 + 0.5)": lambda x: np.sqrt(x**2 + 0.5),
    "abs({})": np.abs,
    "relu({})": lambda x: np.maximum(x, 0.0),
    "leaky_relu({})": lambda x: np.where(x > 0, x, 0.01 * x),
    "leaky_relu({}, 0.2)": lambda x: np.where(x > 0, x, 0.2 * x),
    "elu({})": lambda x: np.where(x > 0, x, np.exp(x) - 1),
    "softplus({})": lambda x: np.log(1 + np.exp(x)),
    "softsign({})": lambda x: x / (1 + np.abs(x)),
    "log_sigmoid({})": lambda x: -np.log(1 + np.exp(-x)),
    "sigmoid({})": lambda x: 1 / (1 + np.exp(-x)),
    "tanh({})": np.tanh,
    "arctan({})": np.arctan,
    "tan({} / 4)": lambda x: np.tan(x / 4),
    "arcsin({} / ({}^2 + 2))": lambda x: np.arcsin(x / (x**2 + 2)),
    "arccos({} / ({}^2 + 2))": lambda x: np.arccos(x / (x**2 + 2)),
    "sinh({})": np.sinh,
    "cosh({})": np.cosh,
    "log2({}^2 + 1)": lambda x: np.log2(x**2 + 1),
    "log10({}^2 + 1)": lambda x: np.log10(x**2 + 1),
    "erf({})": erf,
    "expm1({})": np.expm1,
    "log1p({}^2)": lambda x: np.log1p(x**2),
    "gelu({})": lambda x: x * (1 + erf(x / np.sqrt(2.0))) / 2,
    "silu({})": lambda x: x / (1 + np.exp(-x)),
    "softmax({})": lambda x: np.exp(x) / np.sum(np.exp(x)),
    "log_softmax({})": lambda x: x - np.log(np.sum(np.exp(x))),
    "-{}": lambda x: -x,
    "{} ^ 3 / 4": lambda x: x**3 / 4,
    "max({}, 0.25)": lambda x: np.maximum(x, 0.25),
    "min(0.3, {})": lambda x: np.minimum(0.3, x),
    "1 / ({} ^ 2 + 2)": lambda x: 1 / (x**2 + 2),
    "{}.T.T": lambda x: x,
}
BINARY = {
    "({} + {})": lambda x, y: x + y,
    "({} - {})": lambda x, y: x - y,
    "({} * {})": lambda x, y: x * y,
    "({} / ({} ^ 2 + 1))": lambda x, y: x / (y**2 + 1),
    "max({}, {})": np.maximum,
    "min({}, {})": np.minimum,
    "(dot({}, {}) * x)": lambda x, y: np.sum(x * y) * DATA["x"],
    "(outer({}, {}) @ x)": lambda x, y: np.dot(np.dot(x, y.T), DATA["x"]),
    "(W @ {} + b + {} * s)": lambda x, y: np.dot(DATA["W"], x) + DATA["b"] + y * DATA["s"],
}
LOSSES = {
    "sum(({} - y)^2) / 2": lambda v: np.sum((v - Y) ** 2) / 2,
    "mean(({} - y)^2)": lambda v: np.mean((v - Y) ** 2),
    "cross_entropy(softmax({}), y)": lambda v: -np.sum(Y * np.log(np.exp(v) / np.sum(np.exp(v)))),
    "binary_cross_entropy(sigmoid({}), y)": lambda v: (
        -np.sum(Y * np.log(1 / (1 + np.exp(-v))) + (1 - Y) * np.log(1 - 1 / (1 + np.exp(-v))))
    ),
    "bce_with_logits({}, y)": lambda v: np.sum(Y * np.log(1 + np.exp(-v)) + (1 - Y) * np.log(1 + np.exp(v))),
    "mse({}, y)": lambda v: np.mean((v - Y) ** 2),
    "kl(softmax({}), y)": lambda v: np.sum(np.exp(v) / np.sum(np.exp(v)) * np.log(np.exp(v) / np.sum(np.exp(v)) / Y)),
    "logsumexp({})": lambda v: np.log(np.sum(np.exp(v))),
    "hinge({}, y)": lambda v: np.sum(np.maximum(0.0, 1 - Y * v)),
    "huber({}, y)": lambda v: np.sum(np.where(np.abs(v - Y) <= 1, (v - Y) ** 2 / 2, np.abs(v - Y) - 0.5)),
    "squared_norm({} - y) / 4 - norm({}) ^ 2": lambda v: np.sum((v - Y) ** 2) / 4 - np.sum(v**2),
    "max({}) + min({})": lambda v: np.max(v) + np.min(v),
    "{}[0] * {}[1] + sum({})": lambda v: v[0, 0] * v[1, 0] + np.sum(v),
}
Y = np.array([[0.25], [0.75]])
DATA: dict[str, object] = {}


def build(chooser: random.Random) -> tuple[str, object, dict[str, object]]:
    """A random network as equations and as a function of its parameters."""
    values = {
        "x": draw(chooser, 2, 1),
        "W": draw(chooser, 2, 2),
        "b": draw(chooser, 1, 1)[0][0],
        "s": draw(chooser, 1, 1)[0][0],
    }
    rows, functions, available = [], [], ["x"]
    for count in range(chooser.randint(2, 4)):
        key = f"q{count}"
        if chooser.random() < 0.55:
            text, function = chooser.choice(list(UNARY.items()))
            sources = [chooser.choice(available)]
        else:
            text, function = chooser.choice(list(BINARY.items()))
            sources = [chooser.choice(available), chooser.choice(available)]
        rows.append(f"{key} = {text.format(*sources * 2)}")
        functions.append((key, function, sources))
        available.append(key)
    last = available[-1]
    text, loss = chooser.choice(list(LOSSES.items()))
    rows.append(f"a = W @ {last} / 2 + b * s")
    rows.append("L = " + text.replace("{}", "a"))

    def whole(parameters: dict[str, object]) -> object:
        DATA.update(parameters)
        found = dict(parameters)
        for key, function, sources in functions:
            found[key] = function(*[found[source] for source in sources])
        return loss(np.dot(parameters["W"], found[last]) / 2 + parameters["b"] * parameters["s"])

    return "\n".join(rows), whole, values


def draw(chooser: random.Random, rows: int, columns: int) -> list[list[float]]:
    return [[chooser.randint(-12, 12) / 8 + 1 / 64 for _ in range(columns)] for _ in range(rows)]


def spec(equations: str, values: dict[str, object]) -> str:
    lines = [f"{key} = {value}" for key, value in values.items()]
    return (
        f'[model]\nloss = "L"\nequations = """\n{equations}\n"""\n[parameters]\n'
        + "\n".join(lines)
        + "\n[data]\ny = [0.25, 0.75]\n"
    )


@pytest.mark.slow
@pytest.mark.slices(4)
@pytest.mark.parametrize("seed", range(20))
def test_random_networks_agree_with_autograd(seed: int) -> None:
    """25 networks for each of 20 seeds: 500 in all."""
    chooser = random.Random(seed)
    for _ in range(25):
        equations, function, values = build(chooser)
        parameters = {key: np.array(value) for key, value in values.items()}
        expected = grad(function)(parameters)
        found = derivation.derive(derivation.loads(spec(equations, values))).gradients
        for key, value in expected.items():
            ours = np.array([float(Fraction(json_text(entry))) for entry in found[key].entries])
            scale = np.maximum(1.0, np.abs(value.ravel()))
            assert np.all(np.abs(ours - value.ravel()) <= 1e-9 * scale), (equations, values, key)


def test_every_operation_takes_part() -> None:
    from derivation.formulas.operations import TABLE

    text = " ".join([*UNARY, *BINARY, *LOSSES, "a = W @ x + b", *CASES, *test_losses.CASES, *test_functions.CASES])
    unreached = {
        row.name
        for row in TABLE.values()
        if not any(
            spelling.strip(".") in text for spelling in row.spellings if spelling.isidentifier() or spelling == ".T"
        )
    }
    symbols = {row.name for row in TABLE.values() if not any(spelling.isidentifier() for spelling in row.spellings)}
    inner = {row.name for row in TABLE.values() if row.derivative_of} | {
        "normal_cdf",
        "normal_pdf",
        "cases",
        "floor",
        "ceil",
        "round",
        "trunc",
        "cos_pi",
    }
    # what reverse rules are made of: reached through the operations whose gradients they carry
    carriers = {
        "unit_direction",
        "first_largest",
        "first_largest_in_rows",
        "first_largest_in_columns",
        "largest_in_windows",
        "repeat_rows",
        "repeat_columns",
        "slice",
        "pad",
    }
    carriers |= {"others", "unpool", "pick_rows", "gather_rows", "rotate180", "spread", "strided", "enlarge"}
    carriers |= {"pick_in_rows", "place_in_rows"}
    assert unreached - symbols - inner - carriers == set()


def test_certified_digits_hold_against_mpmath() -> None:
    network = derivation.load("examples/three-four-two.toml")
    found = derivation.derive(network)
    with mpmath.workdps(50):
        value = {
            key: mpmath.matrix([[mpmath.mpf(int(x.p)) / int(x.q) for x in row] for row in array.rows])
            for key, array in (*network.parameters.items(), *network.data.items())
        }
        z1 = value["W1"] * value["x"] + value["b1"]
        h = z1.apply(lambda t: 1 / (1 + mpmath.exp(-t)))
        z2 = value["W2"] * h + value["b2"]
        p = z2.apply(mpmath.exp) / mpmath.fsum(z2.apply(mpmath.exp))
        loss = -mpmath.fsum(value["y"][k] * mpmath.log(p[k]) for k in range(2))
        dz2 = p - value["y"]
        dh = value["W2"].T * dz2
        dz1 = mpmath.matrix([dh[k] * h[k] * (1 - h[k]) for k in range(4)])
        truth = {"L": loss, "W1": dz1 * value["x"].T, "b1": dz1, "W2": dz2 * h.T, "b2": dz2}
        _same_digits(found.values["L"], [truth["L"]])
        for key in ("W1", "b1", "W2", "b2"):
            _same_digits(found.gradients[key], list(truth[key]))


def _same_digits(array, expected) -> None:
    for entry, true in zip(array.entries, expected, strict=True):
        text = json_text(entry)
        assert len(text.lstrip("-0.").replace(".", "")) == 30
        unit = mpmath.mpf(10) ** (mpmath.floor(mpmath.log10(abs(true))) - 29)
        assert abs(mpmath.mpf(text) - true) <= unit / 2
