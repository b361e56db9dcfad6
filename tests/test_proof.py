"""What SymPy refutes cannot be built, and a wrong rule in the table is caught at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

import derivation
from derivation.formulas.language import resolve
from derivation.formulas.operations import TABLE
from derivation.formulas.terms import Term, name, number
from derivation.networks.walkthrough import FalseLine, Line
from derivation.proving.prover import Prover, unproved

EXAMPLES = ["two-two-one", "three-four-two", "shared-bias", "logistic-regression", "sigmoid-circuit"]
ONE_ROW = {
    "times": "L = s * t", "hadamard": "L = sum(x * w)", "matmul": "L = sum(W @ x)", "div": "L = s / t", "hadamard_div": "L = sum(x / w)",
    "pow": "L = s ^ 3", "hadamard_pow": "L = sum(x ^ 3)", "transpose": "L = sum(x.T @ W)", "dot": "L = dot(x, w)", "outer": "L = sum(outer(x, w))",
    "add": "L = s + t", "sub": "L = s - t", "neg": "L = -s", "sum": "L = sum(x)", "mean": "L = mean(x)", "maximum": "L = max(s, t)", "minimum": "L = min(s, t)",
    "norm": "L = norm(x)", "largest": "L = max(x)", "smallest": "L = min(x)", "exp": "L = exp(s)", "log": "L = log(t)", "sqrt": "L = sqrt(t)", "abs": "L = abs(s)",
    "normal_cdf": "L = normal_cdf(s)", "normal_pdf": "L = normal_pdf(s)", "relu": "L = relu(s)", "leaky_relu": "L = leaky_relu(s)", "elu": "L = elu(s)",
    "softplus": "L = softplus(s)", "sigmoid": "L = sigmoid(s)", "softsign": "L = softsign(s)", "tanh": "L = tanh(s)", "gelu": "L = gelu(s)", "silu": "L = silu(s)",
    "softmax": "p = softmax(x)\nL = sum(p * "
               "w)", "log_softmax": "p = log_softmax(x)\nL = sum(p * w)", "cross_entropy": "L = cross_entropy(w, y)",
    "binary_cross_entropy": "L = binary_cross_entropy(w, "
                            "y)", "hinge": "L = hinge(s, 1)", "huber": "L = huber(s, t)", "cases": "L = cases(s > t, s ^ 2, t)",
    "row_sums": "L = dot(sum(W, axis=1), x)", "column_sums": "L = sum(sum(W, axis=0) @ x)", "repeat_rows": "L = sum((W + x.T) * W)",
    "repeat_columns": "L = sum((W + x[:, None]) * W)", "slice": "L = sum(W[0]^2)", "pad": "L = dot(pad(x, 1, 2, 1, "
                                                                                          "1, 3, 1), concat(x, s))",
    "below": "L = dot(concat(x, w), concat(w, "
             "x))", "beside": "L = sum(concat([W, x], axis=1)^2)", "reshape": "L = sum(W.reshape(4, 1)^2)",
    "diag": "L = sum((diag(W @ x) @ W)^2)", "diagonal": "L = sum(diagonal(W @ W.T)^2)",
    "flatten": "L = sum(flatten(W)^2)", "pick_rows": "L = sum(W[[1, 1]]^2)", "gather_rows": "L = sum(gather_rows(W, 2, 2, 3)^2)",
    "largest_in_rows": "L = sum(max(W, axis=1)^2)", "largest_in_columns": "L = sum(max(W, axis=0)^2)", "sin": "L = sin(s)", "cos": "L = cos(s)",
    "softmax_rows": "P = softmax(W, axis=1)\nL = sum(P * "
                    "W)", "softmax_columns": "P = softmax(W, axis=0)\nL = sum(P * W)",
    "log_softmax_rows": "P = log_softmax(W, axis=1)\nL = sum(P * "
                        "W)", "log_softmax_columns": "P = log_softmax(W, axis=0)\nL = sum(P * W)",
    "masked_softmax": "p = masked_softmax(x, w)\nL = dot(p, "
                      "w)", "masked_softmax_rows": "P = masked_softmax(W, V, axis=1)\nL = sum(P * W)",
    "masked_softmax_columns": "P = masked_softmax(W, V, axis=0)\nL = sum(P * "
                              "W)", "dropout": "L = sum(dropout(x, w, s))", "gelu_tanh": "L = gelu_tanh(s)",
    "conv2d": "L = conv2d(W, V)", "rotate180": "L = sum(rotate180(W) * V)", "spread": "L = sum(spread(x, 2)^2)", "maxpool": "L = maxpool(W)^2",
    "avgpool": "L = avgpool(x)^2",
}  # fmt: skip


def network(equations: str) -> derivation.Derivation:
    text = f'[model]\nloss = "L"\nequations = """\n{equations}\n"""\n[parameters]\nW = [[1, 2], [3, 4]]\nV = [[0.5, 1], [0.25, 2]]\nx = [0.5, -1.5]\nw = [0.25, 0.5]\ns = 0.75\nt = 2\n[data]\ny = [1, 0]\n'
    return derivation.derive(derivation.loads(text))


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_proved(example: str) -> None:
    found = derivation.prove(derivation.derive(derivation.load(f"examples/{example}.toml")))
    assert not unproved(found)


@pytest.mark.parametrize("row", ONE_ROW)
def test_every_rule_of_the_table_is_proved(row: str) -> None:
    assert not unproved(derivation.prove(network(ONE_ROW[row])))


def test_the_list_covers_the_table() -> None:
    differentiated = {
        key
        for key, row in TABLE.items()
        if not row.derivative_of and any(text and not text.startswith("0 ") for text in row.reverse)
    }
    assert differentiated <= ONE_ROW.keys()


@pytest.mark.parametrize("row", sorted(set(ONE_ROW) - {"cases"}))
def test_a_planted_wrong_rule_is_refuted(row: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = tuple(None if text is None else f"2 * ({text})" for text in TABLE[row].reverse)
    planted = replace(TABLE[row], reverse=wrong, fused={})
    monkeypatch.setitem(TABLE, row, planted)
    resolve.rule.cache_clear()
    with pytest.raises(FalseLine):
        derivation.prove(network(ONE_ROW[row]))


@pytest.mark.parametrize("wrong", ["G * out * (1 + out)", "G * out", "-(G * out * (1 - out))"])
def test_a_wrong_derivative_of_the_sigmoid_is_refuted(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLE, "sigmoid", replace(TABLE["sigmoid"], reverse=(wrong,)))
    with pytest.raises(FalseLine):
        derivation.prove(derivation.derive(derivation.load("examples/shared-bias.toml")))


def test_a_transposed_outer_product_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLE, "matmul", replace(TABLE["matmul"], reverse=("(G @ b.T).T", "a.T @ G")))
    with pytest.raises(FalseLine):
        derivation.prove(derivation.derive(derivation.load("examples/two-two-one.toml")))


def test_a_loss_that_is_a_sum_of_losses_is_proved() -> None:
    text = '[model]\nloss = "L"\nequations = """\nf = (s - 1)^2 / 2\ng = (t - 3)^2 / 2\nL = f + g\n"""\n[parameters]\ns = 2\nt = 5'
    assert derivation.prove(derivation.derive(derivation.loads(text))).gradients["t"].entries == (2,)


def test_a_wrong_number_is_refuted() -> None:
    found = network("L = s * t")
    prover = Prover(found.network, found.values, found.gradients, found.updated)
    before = [Line(name("L"), "=", "quantity")]
    assert prover.judge("forward", name("L"), before, Line(number("1.5"), "=", "value")).proof == "certified"
    assert prover.judge("forward", name("L"), before, Line(number("1.6"), "=", "value")).proof == "refuted"
    with pytest.raises(FalseLine):
        Line(number("1.6"), "=", "value", proof="refuted")


def test_a_wrong_line_cannot_be_written_at_the_desk() -> None:
    from derivation.deriving.workbook import Workbook

    workbook = Workbook(network("L = s * t").network)
    workbook.assign(name("L"), name("s") * name("t"))
    with pytest.raises(FalseLine):
        workbook.chain(name("L"), [Term("add", (name("s"), name("t")))])
