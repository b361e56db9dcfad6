"""Ordinary sizes: hundreds of rows are derived, proved and printed; a false claim about them is not proved; what
unfolds too far is told."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import derivation
from derivation.formulas.language import definitions
from derivation.formulas.operations import TABLE
from derivation.formulas.terms import Term, fold, name, number, partial, with_parts
from derivation.networks.network import Network
from derivation.networks.walkthrough import Derivation, FalseLine
from derivation.pages.formats.markdown import markdown
from derivation.proving import judges
from derivation.proving.prover import unproved
from derivation.spec.errors import SpecError

Numbers = dict[str, Any]


def drawn(rows: int, columns: int, seed: int) -> list[list[float]]:
    return [[float(x) for x in row] for row in np.round(np.random.default_rng(seed).uniform(-1, 1, (rows, columns)), 2)]


def column(rows: int, seed: int) -> list[float]:
    return [row[0] for row in drawn(rows, 1, seed)]


def network(equations: str, parameters: Numbers, data: Numbers) -> Network:
    tables = [
        f"[{title}]\n" + "\n".join(f"{key} = {value}" for key, value in given.items())
        for title, given in (("parameters", parameters), ("data", data))
    ]
    return derivation.loads(f'[model]\nloss = "L"\nequations = """\n{equations}\n"""\n' + "\n".join(tables) + "\n")


def regression(rows: int, loss: str) -> Network:
    return network(
        f"yhat = X @ w + b\nL = {loss}",
        {"w": [0.1, 0.2, 0.3], "b": 0.1},
        {"X": drawn(rows, 3, 1), "y": column(rows, 2)},
    )


def exact(values: list[float]) -> list[Fraction]:
    return [Fraction(str(value)) for value in values]


@pytest.mark.parametrize("rows", [9, 10, 300, 1000])
@pytest.mark.parametrize(("loss", "share"), [("sum((yhat - y)^2) / 2", 2), ("mean((yhat - y)^2)", 0)])
def test_a_regression(rows: int, loss: str, share: int) -> None:
    found = derivation.derive(regression(rows, loss))
    inputs, targets, w = [exact(row) for row in drawn(rows, 3, 1)], exact(column(rows, 2)), exact([0.1, 0.2, 0.3])
    errors = [
        sum(a * b for a, b in zip(row, w, strict=True)) + w[0] - target
        for row, target in zip(inputs, targets, strict=True)
    ]
    scale = Fraction(2, share or rows)
    expected = {
        "w": [scale * sum(e * row[k] for e, row in zip(errors, inputs, strict=True)) for k in range(3)],
        "b": [scale * sum(errors)],
    }
    for key, gradient in expected.items():
        assert [Fraction(int(entry.p), int(entry.q)) for entry in found.gradients[key].entries] == gradient
    assert not unproved(derivation.prove(found))


@pytest.mark.parametrize("entries", [9, 10, 11, 12, 13, 17, 20, 50, 100, 300])
@pytest.mark.parametrize("equation", ["L = w * mean(x)", "L = sum(w * x)", "L = norm(w * x)"])
def test_a_sum_of_any_length_is_proved(entries: int, equation: str) -> None:
    proved = derivation.prove(derivation.derive(network(equation, {"w": 0.5}, {"x": column(entries, 3)})))
    assert formulas_rest_on(proved) <= {"symbols", "small_shapes"}
    assert max(map(len, markdown(proved).splitlines())) < 500


@pytest.mark.parametrize("equation", ["L = w * mean(x)", "L = sum(w * x)", "L = w^2 * norm(x)"])
def test_a_long_sum_is_not_spelled_out_to_be_given_up(equation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    table = import_module("derivation.deriving.partials")
    named, asked = table._named, []
    monkeypatch.setattr(table, "_named", lambda shape, of: asked.append(shape) or named(shape, of))
    for entries in (9, 5000):
        derivation.derive(network(equation, {"w": 0.5}, {"x": column(entries, 1)}))
    assert [shape for shape in asked if shape] == [(9, 1)]


def formulas_rest_on(proved: Derivation) -> set[str]:
    """What the verdicts on formulas rest on; lines of numbers are certified, each of them."""
    lines = [line for phase in proved.phases for step in phase.steps for line in step.lines[1:]]
    assert {line.proof for line in lines} <= {"proved", "certified"}
    assert {(line.proof, line.basis) for line in lines if line.role != "formula"} == {("certified", "numbers")}
    formulas = [line for line in lines if line.role == "formula"]
    assert all((line.proof == "proved") == (line.basis == "symbols") for line in formulas)
    return {line.basis for line in formulas}


PEOPLE = {"X": drawn(40, 3, 1), "y": column(40, 2), "Y": [[float(j == i % 4) for j in range(4)] for i in range(40)]}
LAYER = {"W": drawn(3, 4, 3), "b": [column(4, 4)], "v": column(4, 5)}
ORDINARY = {
    "h = tanh(X @ W + b)\nL = sum((h @ v - y)^2) / 400": ("Wbv", "Xy"),
    "P = softmax(X @ W, axis=1)\nL = -sum(Y * log(P)) / 40": ("W", "XY"),
    "Z = X @ W + b\nP = softmax(Z, axis=1)\nL = cross_entropy(P, Y)": ("Wb", "XY"),
    "Z = X @ W\nm = mean(Z, axis=0)\nC = Z - m\ns = mean(C^2, axis=0)\nH = C / sqrt(s + 0.01)\nL = sum((H @ v - "
    "y)^2) / 2": (
        "Wv",
        "Xy",
    ),
    "L = mean(v[0] * y + v[1])": ("v", "y"),
    "L = v[0] * y[0] + v[1]^2 * y[39]": ("v", "y"),
    "L = sum(outer(y, y)) * v[0]": ("v", "y"),
    "L = log(sum(exp(v[0] * y)))": ("v", "y"),
    "L = max(v[0] * y)^2": ("v", "y"),
}


@pytest.mark.slow
@pytest.mark.parametrize("equations", ORDINARY)
def test_what_people_write_about_forty_rows_is_proved(equations: str) -> None:
    parameters, data = ({key: {**LAYER, **PEOPLE}[key] for key in keys} for keys in ORDINARY[equations])
    proved = derivation.prove(derivation.derive(network(equations, parameters, data)))
    assert formulas_rest_on(proved) <= {"symbols", "small_shapes"}
    assert not re.search(r"(x|y)_\{1[0-9]\}", markdown(proved))


@pytest.mark.slow
def test_a_flattened_picture_is_certified_by_forward_rules() -> None:
    proved = derivation.prove(
        derivation.derive(network("h = W @ flatten(X)\nL = sum(h^2)", {"W": drawn(2, 900, 3)}, {"X": drawn(30, 30, 1)}))
    )
    assert "direction" in formulas_rest_on(proved)
    assert "along a direction with the forward rules" in markdown(proved)


def claimed(found: Derivation, quantity: Term, old: Term, new: Term) -> Derivation:
    """The derivation with one term for another in the first formula of a quantity's chain."""

    def step(given: Any) -> Any:
        first, formula, *rest = given.lines if len(given.lines) > 1 else (*given.lines, None)
        if given.quantity != quantity or formula is None or formula.role != "formula":
            return given
        changed = fold(
            formula.term, lambda node: new if node == old else None, lambda node, parts: with_parts(node, parts)
        )
        assert changed != formula.term
        return replace(given, lines=(first, replace(formula, term=changed), *rest))

    return replace(found, phases=tuple(replace(phase, steps=tuple(map(step, phase.steps))) for phase in found.phases))


@pytest.mark.parametrize("loss", ["mean((yhat - y)^2)", "sum((yhat - y)^2) / 40"])
def test_a_wrong_constant_is_refuted(loss: str) -> None:
    found = derivation.derive(regression(40, loss))
    assert not unproved(derivation.prove(found))
    signal = partial(name("L"), name("yhat"))
    for right, wrong in ((number(40), number(39)), (number(2), number(3)), (number(40), number(3))):
        with pytest.raises(FalseLine):
            derivation.prove(claimed(found, signal, right, wrong))


def test_a_wrong_constant_is_refuted_where_all_numbers_are_zero() -> None:
    zeros = {"X": [[0, 0, 0]] * 40, "y": [0] * 40}
    found = derivation.derive(network("yhat = X @ w\nL = mean((yhat - y)^2)", {"w": [0.1, 0.2, 0.3]}, zeros))
    assert not unproved(derivation.prove(found))
    with pytest.raises(FalseLine):
        derivation.prove(claimed(found, partial(name("L"), name("yhat")), number(40), number(39)))


def test_a_wrong_elided_value_is_refuted() -> None:
    found = derivation.derive(regression(40, "mean((yhat - y)^2)"))
    other = derivation.derive(regression(40, "sum((yhat - y)^2)"))
    signal = partial(name("L"), name("yhat"))
    wrong = next(step.lines[-1] for phase in other.phases for step in phase.steps if step.quantity == signal)
    steps = [replace(s, lines=(*s.lines[:-1], wrong)) if s.quantity == signal else s for s in found.phases[2].steps]
    with pytest.raises(FalseLine):
        derivation.prove(
            replace(found, phases=(*found.phases[:2], replace(found.phases[2], steps=tuple(steps)), *found.phases[3:]))
        )


@pytest.mark.parametrize(
    ("row", "equations"),
    [
        ("matmul", "yhat = X @ w\nL = sum((yhat - y)^2) / 2"),
        ("mean", "yhat = X @ w\nL = mean((yhat - y)^2)"),
        ("tanh", "yhat = tanh(X @ w)\nL = dot(yhat, y)"),
        ("flatten", "L = sum(flatten(K)^2)"),
    ],
)
def test_a_wrong_rule_is_refuted_at_large_shapes(row: str, equations: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = tuple(None if text is None else f"2 * ({text})" for text in TABLE[row].reverse)
    monkeypatch.setitem(TABLE, row, replace(TABLE[row], reverse=wrong))
    definitions.rule.cache_clear()
    parameters = {"w": [0.1, 0.2, 0.3]} if "w" in equations else {"K": drawn(40, 40, 5)}
    with pytest.raises(FalseLine):
        derivation.prove(derivation.derive(network(equations, parameters, {"X": drawn(40, 3, 1), "y": column(40, 2)})))
    definitions.rule.cache_clear()


LENET = """Z1 = conv2d(X, K1, bias=b1)
P1 = max_pool(relu(Z1), 2)
Z2 = conv2d(P1, K2, bias=b2)
P2 = max_pool(relu(Z2), 2)
h = relu(W1 @ flatten(P2) + c1)
p = softmax(W2 @ h + c2)
L = cross_entropy(p, y)"""


def lenet(monkeypatch: pytest.MonkeyPatch) -> Network:
    """Two convolutions of two channels and two dense layers, with more symbols than are made at once."""
    monkeypatch.setattr(judges, "MAXIMAL_SYMBOLS", 100)
    draw = np.random.default_rng(4)
    shapes = {"K1": (2, 1, 3, 3), "b1": 2, "K2": (2, 2, 3, 3), "b2": 2, "W1": (4, 32), "c1": 4, "W2": (3, 4), "c2": 3}
    parameters = {key: np.round(draw.uniform(-1, 1, shape), 2).tolist() for key, shape in shapes.items()}
    image = np.round(draw.uniform(0, 1, (1, 22, 22)), 2).tolist()
    return network(LENET, parameters, {"X": image, "y": [0, 0, 1]})


@pytest.mark.slow
def test_convolutions_of_several_channels_are_certified_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    proved = derivation.prove(derivation.derive(lenet(monkeypatch)))
    assert not unproved(proved)
    assert {"symbols", "direction"} <= formulas_rest_on(proved)


@pytest.mark.parametrize("row", ["conv2d", "maxpool"])
def test_a_wrong_rule_of_a_convolution_network_is_refuted(row: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = tuple(None if text is None else f"2 * ({text})" for text in TABLE[row].reverse)
    monkeypatch.setitem(TABLE, row, replace(TABLE[row], reverse=wrong))
    with pytest.raises(FalseLine):
        derivation.prove(derivation.derive(lenet(monkeypatch)))


UNFOLDING = {
    "L = w * sum(sum(sum(x for a in 1..16) for b in 1..16) for c in 1..16)": (4, 55, "this sum has 4,095 operators"),
    "L = w * sum(sum(sum(x for a in 1..200) for b in 1..200) for c in 1..200)": (
        4,
        40,
        "this sum has 39,999 operators",
    ),
    "q[t] = concat(q[t-1], q[t-1]) for t in 1..60\nL = w * sum(q[60])": (4, 8, "this has 1,048,576 x 1 entries"),
    "q = outer(v, v)\nL = w * sum(q)": (4, 5, "this has 2,000 x 2,000 entries"),
    "\n".join(f"q{k}[t] = {' + '.join(['x'] * 30)} for t in 1..200" for k in range(2)) + "\nL = w": (
        5,
        0,
        "12,000 operators",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("equations", UNFOLDING)
def test_what_unfolds_too_far_is_told_before_it_is_made(equations: str) -> None:
    line, at, said = UNFOLDING[equations]
    with pytest.raises(SpecError) as error:
        network(equations, {"w": 0.5}, {"x": 2, "q_0": 1, "v": [1] * 2000})
    [problem] = [problem for problem in error.value.problems if said in problem.message]
    assert problem.line == line and (not at or problem.column == at)


@pytest.mark.slow
def test_fifty_time_steps() -> None:
    steps = "h[t] = tanh(w * h[t-1] + u * x + b) for t in 1..50\nL = (h[50] - y)^2"
    found = derivation.prove(
        derivation.derive(network(steps, {"w": 0.5, "u": 0.25, "b": 0.1}, {"h_0": 0, "x": 1, "y": 0.5}))
    )
    assert formulas_rest_on(found) == {"symbols"}
    h, chain = 0.0, []
    for _ in range(50):
        h, before = float(np.tanh(0.5 * h + 0.25 + 0.1)), h
        chain.append((h, before))
    signal, slope = 2 * (h - 0.5), 0.0
    for after, before in reversed(chain):
        signal *= 1 - after**2
        slope, signal = slope + signal * before, signal * 0.5
    assert abs(float(found.gradients["w"].entries[0].mid()) - slope) < 1e-14


@pytest.mark.slow
def test_a_long_sum_over_an_index() -> None:
    found = derivation.derive(network("L = w * sum(x * t for t in 1..200)", {"w": 0.5}, {"x": 2}))
    assert found.gradients["w"].entries == (2 * 200 * 201 // 2,)
    assert not unproved(derivation.prove(found))


def test_a_number_that_dots_stand_for_is_a_number() -> None:
    """e stands in the middle of 40 rows of which the first and the last are printed: every line is exact, one number is
    not."""
    rows = [[0, 0]] * 20 + [[1, 0]] + [[0, 0]] * 19
    for function, said in (("exp(X)", False), ("X + 1", True)):
        found = derivation.derive(network(f"h = {function}\ns = h[0, 0]\nL = s * w", {"w": 1}, {"X": rows}))
        without_norms = [
            replace(phase, steps=tuple(step for step in phase.steps if step.quantity.head != "norm"))
            for phase in found.phases
        ]
        proved = derivation.prove(replace(found, phases=tuple(without_norms)))
        assert all(line.relation == "=" for phase in proved.phases for step in phase.steps for line in step.lines)
        assert ("Every number is exact." in markdown(proved)) == said
