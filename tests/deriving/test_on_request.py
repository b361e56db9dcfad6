"""The views made on request, held against hand calculation, numpy and HIPS autograd."""

from __future__ import annotations

import json

import autograd.numpy as np
import pytest
from places import ROOT

import derivation
from derivation.checking.article import check_text
from derivation.deriving.on_request.common import NoView
from derivation.deriving.on_request.views import views
from derivation.pages.formats import FORMATS
from derivation.proving.prover import unproved

EXAMPLES = ["two-two-one", "shared-bias", "logistic-regression", "momentum", "sigmoid-circuit"]


def worked(example: str, view: str, **options: object) -> derivation.Derivation:
    return derivation.prove(
        derivation.derive(derivation.load(ROOT / "examples" / f"{example}.toml"), views({view: True}, **options))
    )


def rows(found: derivation.Derivation, title: str) -> dict[str, list[float]]:
    """The values of each row of a table, by its title."""
    phase = json.loads(FORMATS["json"](found, "typeset"))["phases"][-1]
    table: dict[str, list[float]] = {}
    for step, made in zip(found.phases[-1].steps, phase["steps"], strict=True):
        if step.title.key == title:
            table.setdefault(made["title"], []).append(float(step.lines[-1].term.args[0]))
    return table


def test_sensitivity_by_hand() -> None:
    """L = 25/32, dL/dw12 = -5/4: the change is 0.01 (-0.1) (-1.25), the elasticity (-0.1) (-1.25) 32 / 25."""
    found = rows(worked("two-two-one", "sensitivity"), "sensitivity")
    assert found["Sensitivity to $w^{(1)}_{12}$, rank 1"] == [-0.1, -1.25, 0.00125, 0.16]
    assert [title[-1] for title in found] == ["5", "1", "7", "4", "5", "7", "9", "1", "1"]


def test_sensitivity_of_arrays_by_their_norms() -> None:
    found = rows(worked("three-four-two", "sensitivity"), "sensitivity_norms")
    network = derivation.derive(derivation.load(ROOT / "examples" / "three-four-two.toml"))
    for key, row in zip(("W1", "b1", "W2", "b2"), found.values(), strict=True):
        value, slope = (
            np.array([float(x.mid()) if hasattr(x, "mid") else float(x.p) / float(x.q) for x in array[key].entries])
            for array in (network.values, network.gradients)
        )
        change = np.sum(value * slope) / 100
        loss = float(network.values["L"].entries[0].mid())
        assert np.allclose(row, [np.linalg.norm(value), np.linalg.norm(slope), change, 100 * change / loss], rtol=1e-3)


def test_a_loss_of_zero_has_no_elasticity() -> None:
    text = '[model]\nloss = "L"\nequations = "L = (w - 1)^2"\n[parameters]\nw = 1'
    found = derivation.prove(derivation.derive(derivation.loads(text), views({"sensitivity": True})))
    assert rows(found, "sensitivity") == {"Sensitivity to $w$, rank 1": [1, 0, 0]}
    assert "relative change" not in FORMATS["md"](found, "typeset").decode().split("|\n")[0]


@pytest.mark.slow
@pytest.mark.slices(7)
@pytest.mark.parametrize("view", ["sensitivity", "gradient_check", "hessian"])
@pytest.mark.parametrize("example", EXAMPLES)
def test_views_are_proved_and_our_checker_finds_no_fault(example: str, view: str) -> None:
    found = worked(example, view)
    assert not unproved(found)
    assert not check_text(FORMATS["md"](found, "typeset").decode()).wrong


@pytest.mark.parametrize("view", ["sensitivity", "gradient_check", "hessian"])
def test_a_network_without_a_loss_is_told_so(view: str) -> None:
    network = derivation.loads('[model]\nequations = "z = 2 * x"\n[data]\nx = 1')
    with pytest.raises(NoView, match="needs a loss"):
        derivation.derive(network, views({view: True}))


def sigmoid(x: object) -> object:
    return 1 / (1 + np.exp(-x))


def shared_bias(t: object) -> object:
    h = sigmoid(np.dot(t[:4].reshape(2, 2), np.array([0.1, 0.5])) + t[4])
    o = sigmoid(np.dot(t[5:9].reshape(2, 2), h) + t[9])
    return np.sum((np.array([0.05, 0.95]) - o) ** 2) / 2


def two_two_one(t: object) -> object:
    h = np.maximum(0, np.dot(t[:4].reshape(2, 2), np.array([1.0, 2.0])) + t[4:6])
    return (np.dot(t[6:8], h) + t[8] - 1) ** 2 / 2


def logistic(t: object) -> object:
    return -np.log(sigmoid(2 * t[0] + t[1] + t[2]))


NETWORKS = {
    "shared-bias": (shared_bias, [0.1, 0.2, 0.3, 0.4, 0.25, 0.5, 0.6, 0.7, 0.8, 0.35]),
    "two-two-one": (two_two_one, [0.3, -0.1, 0.2, 0.4, 0, 0, 0.5, -0.3, 0]),
    "logistic-regression": (logistic, [0.5, -0.25, 0.1]),
    "momentum": (lambda t: (t[0] ** 2 + 10 * t[1] ** 2) / 2, [2, 1]),
}


def number_of(line: derivation.walkthrough.Line) -> float:
    return float(line.term.args[0])


@pytest.mark.slow
@pytest.mark.parametrize("example", NETWORKS)
def test_the_hessian_agrees_with_autograd_and_second_differences(example: str) -> None:
    from autograd import hessian

    function, start = NETWORKS[example]
    point = np.array(start, dtype=float)
    expected, size, step = hessian(function)(point), len(start), 1e-4
    units = np.eye(size) * step
    steps = iter(worked(example, "hessian").phases[-1].steps)
    for i in range(size):
        for j in range(i, size):
            found = number_of(next(steps).lines[-1])
            corners = [function(point + a * units[i] + b * units[j]) * a * b for a in (1, -1) for b in (1, -1)]
            assert found == pytest.approx(expected[i, j], rel=6e-4, abs=1e-9)
            assert found == pytest.approx(sum(corners) / (4 * step**2), rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("example", ["two-two-one", "momentum"])
def test_the_signs_of_the_eigenvalues_are_numpys(example: str) -> None:
    from autograd import hessian

    function, start = NETWORKS[example]
    values = np.linalg.eigvalsh(hessian(function)(np.array(start, dtype=float)))
    note = worked(example, "hessian").phases[-1].steps[0].notes[0]
    assert [note.about[key] for key in ("positive", "negative", "zero")] == [
        str(np.sum(test)) for test in (values > 1e-9, values < -1e-9, abs(values) < 1e-9)
    ]


def test_a_large_network_has_no_hessian() -> None:
    with pytest.raises(NoView, match=r"at most 12 parameter entries; this one has 26 \(W1 12, b1 4, W2 8, b2 2\)"):
        worked("three-four-two", "hessian")


@pytest.mark.parametrize("example", NETWORKS)
def test_the_gradient_check_is_the_difference_quotient(example: str) -> None:
    function, start = NETWORKS[example]
    point, units = np.array(start, dtype=float), np.eye(len(start)) / 1000
    steps = worked(example, "gradient_check").phases[-1].steps
    assert len(steps) == 3 * len(start)
    for place, unit in enumerate(units):
        quotient, slope, apart = (number_of(step.lines[-1]) for step in steps[3 * place : 3 * place + 3])
        assert quotient == pytest.approx((function(point + unit) - function(point - unit)) / 0.002, rel=1e-6, abs=1e-9)
        assert apart == pytest.approx(quotient - slope, abs=1e-7) and abs(apart) < 1e-6


def test_a_kink_within_the_increment_is_told() -> None:
    text = '[model]\nloss = "L"\nequations = "L = relu(w)^2 + relu(w)"\n[parameters]\nw = 0.0005'
    step = (
        derivation.prove(derivation.derive(derivation.loads(text), views({"gradient_check": True}))).phases[-1].steps[0]
    )
    assert step.reason.key == "check_across" and step.notes[0].key == "check_kink"
    assert number_of(step.lines[-1]) == pytest.approx((0.0015**2 + 0.0015) / 0.002)


def test_a_wrong_second_derivative_is_refuted() -> None:
    from derivation.deriving.on_request.hessian import second
    from derivation.formulas.terms import name, number
    from derivation.networks.walkthrough import Line
    from derivation.proving.prover import Prover

    found = worked("momentum", "hessian")
    prover = Prover(found.network, found.values, found.gradients, found.updated)
    before = [Line(second(name("L"), name("w2"), name("w2")), "=", "quantity")]
    assert [
        prover.judge("hessian", before[0].term, before, Line(number(x), "=", "value")).proof for x in ("10", "11")
    ] == [
        "certified",
        "refuted",
    ]


NETS = {
    "softmax": ("z = W @ x + b\np = softmax(z)", "p", lambda x, w, b: np.exp(w @ x + b) / np.sum(np.exp(w @ x + b))),
    "residual": ("h = tanh(W @ x + b)\ns = x + h", "s", lambda x, w, b: x + np.tanh(w @ x + b)),
    "logistic": (
        "h = sigmoid(W @ x + b)\nf = sum(h^2)",
        "f",
        lambda x, w, b: np.sum((1 / (1 + np.exp(-w @ x - b))) ** 2),
    ),
    "log-softmax": ("p = log_softmax(W @ x + b)", "p", lambda x, w, b: w @ x + b - np.log(np.sum(np.exp(w @ x + b)))),
}


@pytest.mark.parametrize("key", NETS)
def test_jacobians_agree_with_autograd(key: str) -> None:
    from autograd import jacobian

    equations, quantity, function = NETS[key]
    w, b, x = [[0.3, -0.1], [0.2, 0.4]], [0.1, -0.2], [1.0, 2.0]
    text = f'[model]\nequations = """\n{equations}\n"""\n[parameters]\nW = {w}\nb = {b}\n[data]\nx = {x}'
    found = derivation.prove(derivation.derive(derivation.loads(text), views({}, (quantity,))))
    assert not unproved(found)
    steps = {step.title.about["source"].args[0]: step for step in found.phases[-1].steps}
    weights, bias, point = np.array(w), np.array(b).reshape(-1, 1), np.array(x).reshape(-1, 1)
    by_data = jacobian(lambda v: function(v, weights, bias))(point)
    by_bias = jacobian(lambda v: function(point, weights, v))(bias)
    for source, expected in (("x", by_data), ("b", by_bias)):
        entries = [float(entry.args[0]) for row in steps[source].lines[-1].term.args for entry in row.args]
        assert np.allclose(entries, np.ravel(expected), rtol=2e-3, atol=1e-4)


def test_the_jacobian_of_softmax_is_the_textbooks() -> None:
    from derivation.tex.write import write

    network = derivation.loads('[model]\nequations = "p = softmax(z)"\n[data]\nz = [1, 2]')
    lines = derivation.derive(network, views({}, ("p",))).phases[-1].steps[0].lines
    assert write(lines[1].term, network.names) == r"\operatorname{diag}(p) - p p^\top"


@pytest.mark.parametrize(
    ("key", "says"), [("q", "no equation defines 'q'"), ("Z", "vectors and numbers; 'Z' is a 2 x 2 matrix")]
)
def test_a_jacobian_that_is_none_is_told_so(key: str, says: str) -> None:
    network = derivation.loads('[model]\nequations = "Z = 2 * W"\n[parameters]\nW = [[1, 2], [3, 4]]')
    with pytest.raises(NoView, match=says):
        derivation.derive(network, views({}, (key,)))
