"""What SymPy refutes cannot be built, and a wrong rule in the table is caught at once."""

from __future__ import annotations

from dataclasses import replace

import operation_examples
import pytest
import sympy
from lessons import proved

import derivation
from derivation.formulas.language import definitions
from derivation.formulas.operations import TABLE
from derivation.formulas.terms import Term, name, number
from derivation.networks.walkthrough import FalseLine, Line
from derivation.proving.numeric import within_sympy
from derivation.proving.prover import Prover, unproved

EXAMPLES = ["two-two-one", "three-four-two", "shared-bias", "logistic-regression", "sigmoid-circuit"]
DIFFERENTIATED = {
    key: row
    for key, row in TABLE.items()
    if not row.derivative_of and any(text and not text.startswith("0 ") for text in row.reverse)
}


def worked(row: str) -> derivation.Derivation:
    """The example of a row, and a loss behind it."""
    return derivation.derive(derivation.loads(operation_examples.differentiated(TABLE[row])))


def network(equations: str) -> derivation.Derivation:
    text = f'[model]\nloss = "L"\nequations = """\n{equations}\n"""\n[parameters]\nW = [[1, 2], [3, 4]]\nV = [[0.5, 1], [0.25, 2]]\nx = [0.5, -1.5]\nw = [0.25, 0.5]\ns = 0.75\nt = 2\n[data]\ny = [1, 0]\n'
    return derivation.derive(derivation.loads(text))


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_proved(example: str) -> None:
    assert not unproved(proved(example))


@pytest.mark.slices(40)
@pytest.mark.parametrize("row", DIFFERENTIATED)
def test_every_rule_of_the_table_is_proved(row: str) -> None:
    found = worked(row)
    assert {"backward"} <= {phase.key for phase in found.phases}
    assert not unproved(derivation.prove(found))


@pytest.mark.slices(40)
@pytest.mark.parametrize("row", DIFFERENTIATED)
def test_a_planted_wrong_rule_is_refuted(row: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = tuple(None if text is None else f"2 * ({text})" for text in TABLE[row].reverse)
    monkeypatch.setitem(TABLE, row, replace(TABLE[row], reverse=wrong, fused={}))
    definitions.rule.cache_clear()
    with pytest.raises(FalseLine):
        derivation.prove(worked(row))


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


@pytest.mark.parametrize(
    "equations",
    [
        "q0 = W @ x\nq1 = gelu(q0)\nq2 = gelu(q1)\nL = sum(q2 * y)",
        "q = 1 / (1 + exp(-x))\np = softmax(sigmoid(q))\nL = -sum(y * log(p))",
        "L = sum(tanh(sigmoid(relu(W @ x + 2))))",
    ],
)
def test_activations_within_activations_are_proved_in_the_structure(equations: str) -> None:
    found = derivation.prove(network(equations))
    assert not unproved(found)


def test_of_the_errors_of_values_only_those_of_factoring_are_beyond_sympy() -> None:
    with within_sympy():
        sympy.sqrt(sympy.Integer(4 * 10**600 + 1))  # a square of 301 digits seems to divide it
    with pytest.raises(ValueError, match="ours"), within_sympy():
        raise ValueError("ours")
