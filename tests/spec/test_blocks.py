"""Blocks under `for`, names that are given several times, and names in other letters: against the same in Python."""

from __future__ import annotations

import math
from typing import Any

import pytest
from formulas.test_structure import differences

import derivation
from derivation.networks.keys import key_of
from derivation.proving.prover import unproved

GIVEN: dict[str, Any] = {"w": 0.5, "u": -0.25, "A": [[0.5, 1], [-1, 0.25]]}
DATA: dict[str, Any] = {"x": [1, 2, -1], "y": [0, 1, 0], "h0": 0.125, "T": 3, "p": [1, 0.5]}
RECURRENT = """
h = h0
L = 0
for t in range({count}):
    z = w * h + u * x[t]  # the pre-activation
    h = tanh(z)

    L += (h - y[t])**2
"""
STEPS = """
h[0] = h0
for t in 1..3:
  z[t] = w * h[t-1] + u * x[t-1]
  h[t] = tanh(z[t])
L = sum((h[t] - y[t-1])^2 for t in 1..3)
"""


def by_python(values: dict[str, float]) -> float:
    h, loss = DATA["h0"], 0.0
    for x, y in zip(DATA["x"], DATA["y"], strict=True):
        h = math.tanh(values["w"] * h + values["u"] * x)
        loss += (h - y) ** 2
    return loss


def worked(equations: str, tables: str = "") -> derivation.Derivation:
    parameters, data = ("\n".join(f"{key} = {value}" for key, value in given.items()) for given in (GIVEN, DATA))
    model = f'[model]\nloss = "L"\nequations = """\n{equations}\n"""\n'
    return derivation.prove(
        derivation.derive(derivation.loads(f"{model}[parameters]\n{parameters}\n[data]\n{data}\n{tables}"))
    )


@pytest.mark.parametrize(
    "equations",
    [
        STEPS.replace("h[0] = h0", ""),
        RECURRENT.format(count="3"),
        RECURRENT.format(count="T"),
        RECURRENT.format(count="len(x)"),
        RECURRENT.format(count="0, x.shape[0]"),
        STEPS,
        STEPS.replace("1..3:\n  z[t]", "1..3: z[t]").replace("  h[t]", "for t in 1..3: h[t]"),
    ],
)
def test_a_block_is_worked_step_by_step(equations: str) -> None:
    found = worked(equations)
    assert differences(found.values["L"], by_python(GIVEN)) < 1e-12
    for key in ("w", "u"):
        up, down = ({**GIVEN, key: GIVEN[key] + step} for step in (1e-5, -1e-5))
        assert differences(found.gradients[key], (by_python(up) - by_python(down)) / 2e-5) < 1e-8, key
    assert not unproved(found)


def test_blocks_within_blocks_go_on_inside_of_each_step() -> None:
    found = worked("c = w\nfor i in 0..1:\n  for j in 0..1:\n    c = c * A[i, j] + p[j]\n  c = c + i\nL = c")
    c = 0.5
    for i in range(2):
        for j in range(2):
            c = c * GIVEN["A"][i][j] + DATA["p"][j]
        c = c + i
    assert differences(found.values["L"], c) == 0


def test_each_version_of_a_name_has_a_mark_of_its_own_and_the_last_the_name() -> None:
    found = worked("c = w * u\nc = c^2\nd = c\nc -= u\nL = c * d")
    assert list(found.network.equations)[:5] == ["c@1", "c@2", "d", "c", "L"]
    assert differences(found.values["L"], (0.125**2 + 0.25) * 0.125**2) == 0
    names = found.network.names
    assert [names.latex(key) for key in ("c@1", "c@2", "c")] == ["c^{[1]}", "c^{[2]}", "c"]
    assert "c@1" in {key_of(step.quantity) for phase in found.phases for step in phase.steps}
    assert not unproved(found)


def test_a_layer_and_a_version_are_marked_together() -> None:
    found = worked("W1 = A * w\nW1 += A\nL = sum(W1 @ p)", '[notation]\nW1 = "W"')
    assert found.network.names.latex("W1@1") == "W^{[1]}"
    again = worked("W1 = A * w\nW1 += A\nL = sum(W1 @ p)")
    assert again.network.names.latex("W1@1") == "W^{(1)[1]}"


@pytest.mark.parametrize("name", ["dot", "mean", "hinge", "relu", "sum", "size", "range"])
def test_a_quantity_may_be_called_like_a_function_that_is_not_called(name: str) -> None:
    found = worked(f"{name} = w * u\nL = {name} * mean({name} * p) + sum(p)")
    assert differences(found.values["L"], 0.125**2 * 0.75 + 1.5) == 0


def test_names_in_other_letters_are_those_that_mathematics_has_for_them() -> None:
    text = '[model]\nloss = "ℒ"\nequations = "ŷ = σ(θ₁ * x + β)\\nL = (ŷ - 1)^2 + Δw * π"\n'
    with pytest.raises(derivation.SpecError, match="no equation defines the loss 'ℒ'"):
        derivation.loads(text + "[parameters]\nθ₁ = 2\n'β' = 0.5\nΔw = 0\n[data]\nx = 1")
    found = derivation.loads(
        text.replace("ℒ", "L") + '[parameters]\nθ₁ = 2\n"β" = 0.5\nΔw = 0\n[data]\nx = 1\n[notation]\nβ = "b"'
    )
    names = found.names
    assert list(found.parameters) == ["theta1", "beta", "Delta_w"]
    assert [names.latex(key) for key in ("yhat", "theta1", "beta", "Delta_w", "pi")] == [
        r"\hat{y}", r"\theta_{1}", "b", r"\Delta_{w}", r"\pi",
    ]  # fmt: skip
    expected = (1 / (1 + math.exp(-2.5)) - 1) ** 2
    assert differences(derivation.derive(found).values["L"], expected) < 1e-12


def test_a_given_name_that_an_equation_changes_keeps_its_value_and_the_result_is_a_version() -> None:
    found = worked("p = p - max(p)\np *= w\nw += u\nL = sum(exp(p)) * w")
    assert list(found.network.equations)[:4] == ["p@2", "p@3", "w@2", "L"]
    loss = (math.exp(0) + math.exp(-0.5 * 0.5)) * (0.5 - 0.25)
    assert differences(found.values["L"], loss) < 1e-12
    assert differences(found.gradients["w"], -0.5 * math.exp(-0.25) * 0.25 + 1 + math.exp(-0.25)) < 1e-12
    assert found.network.names.latex("p@2") == "p^{[2]}"
    assert not unproved(found)


def test_a_loss_that_is_given_and_added_to_is_the_last_version() -> None:
    spec = '[model]\nloss = "cost"\nequations = "cost += w * x"\n[parameters]\nw = 2\n[data]\ncost = 0.5\nx = 3\n'
    found = derivation.derive(derivation.loads(spec))
    assert found.network.loss == "cost@2"
    assert differences(found.values["cost@2"], 6.5) == 0
    assert differences(found.gradients["w"], 3) == 0


def test_a_parameter_is_changed_by_a_sign_only_and_a_given_name_only_by_what_uses_it() -> None:
    for equation in ("w = w * 2", "p = w + p * 0 + h0\nx = h0 * p"):
        with pytest.raises(derivation.SpecError, match="is defined twice: here, and by a value"):
            worked(f"{equation}\nL = sum(p) * w")


def test_the_object_of_a_method_is_passed_over() -> None:
    found = worked("self.out = self.w * self.p\nL = sum(self.out) + self.u")
    assert "out" in found.network.equations
    assert differences(found.values["L"], 0.5) == 0


def test_what_another_object_holds_is_called_after_both() -> None:
    found = worked("layer.out = w * p\np.data -= layer.out\nL = sum(p) + u")
    assert list(found.network.equations)[:3] == ["layer_out", "p@2", "L"]
    assert differences(found.values["L"], 0.5) == 0
