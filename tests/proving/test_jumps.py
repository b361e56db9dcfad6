"""What is constant piece by piece has the derivative 0, which is proved; where it jumps it has none, which is said."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

import derivation
from derivation.formulas.decimals import json_text
from derivation.formulas.operations import TABLE
from derivation.networks.walkthrough import FalseLine
from derivation.proving.prover import unproved

GIVEN = "w = 0.7\nk = 2\nv = [1.5, -2.3]\nM = [[1.5, 2], [-0.5, 0.25]]"
WORKED = {
    # By hand: the floor counts as a number, so what is left is the derivative of the rest.
    "floor(w)": ("w", "0"),
    "w * floor(w)": ("w", "0"),
    "floor(2 * w) * w + w^2": ("w", "2.4"),
    "sum(floor(v) * v)": ("v", "1 -3"),
    "dot(floor(v), v)": ("v", "1 -3"),
    "floor(v) @ v": ("v", "1 -3"),
    "prod(floor(v) * v)": ("v", "6.9 -4.5"),
    "floor(floor(w) + w)": ("w", "0"),
    "floor(w * 2.5)^2 * w": ("w", "1"),
    "w - floor(w)": ("w", "1"),
    "w * ceil(w) + round(4 * w) * w": ("w", "4"),
    "sum(trunc(v) * v) + dot(round(v), v)": ("v", "3 -4"),
    "w * round(k / 4)": ("k", "0"),
    "w * trunc(0.5 * w)": ("w", "0"),
    "abs(floor(w) - w)": ("w", "1"),
    "max(floor(w), w)": ("w", "1"),
    "w / floor(3 * w)": ("w", "0.5"),
    "sqrt(floor(6 * w)) * w": ("w", "2"),
    "sum(floor(M) @ v)": ("v", "0 2"),
    "w * sum(argmax(M, axis=1))": ("w", "2"),
    "w * argmax(v)": ("v", "0 0"),
    "sign(v) @ v": ("v", "1 -1"),
    "w * mean(v > floor(v))": ("w", "1"),
    "w * (v[0] >= 1.25)": ("w", "1"),
    "w * floor(k)": ("k", "0"),
}
AT_A_JUMP = {
    "w * floor(k)": "is a whole number",
    "w * ceil(k)": "is a whole number",
    "w * trunc(k)": "is a whole number",
    "w * round(k / 4)": "lies halfway between two whole numbers",
    "w * sign(k - 2)": "is exactly 0",
    "w * (k > 2)": "the condition is about to change",
    "w * (2 >= k)": "the condition is about to change",
    "w * (k == 2)": "the condition is about to change",
    "np.where(k > 2, w, k)": "the condition is about to change",
    "w * argmax(v * 0)": "Two entries are the largest",
    "w * argmin(v * 0)": "Two entries are the smallest",
}


def worked(equation: str) -> derivation.Derivation:
    return derivation.derive(
        derivation.loads(f'[model]\nloss = "L"\nequations = "L = {equation}"\n[parameters]\n{GIVEN}')
    )


def footnotes(equation: str) -> str:
    return derivation.prove(worked(equation))._repr_markdown_()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("equation", WORKED)
def test_the_derivative_is_that_of_the_rest_and_proved(equation: str) -> None:
    key, expected = WORKED[equation]
    found = derivation.prove(worked(equation))
    assert not unproved(found)
    ours = [Fraction(json_text(entry)) for entry in found.gradients[key].entries]
    assert ours == [Fraction(entry) for entry in expected.split()]


@pytest.mark.parametrize("equation", AT_A_JUMP)
def test_at_a_jump_it_is_said_that_there_is_none(equation: str) -> None:
    assert AT_A_JUMP[equation] in footnotes(equation)


@pytest.mark.parametrize("equation", ["w * floor(w)", "w * sign(w)", "w * (w > 0.5)", "w * argmax(v)"])
def test_beside_a_jump_nothing_is_said(equation: str) -> None:
    assert "derivative; by convention" not in footnotes(equation)


def test_a_jump_of_data_alone_is_no_matter() -> None:
    text = '[model]\nloss = "L"\nequations = "L = w * floor(x) * (x == 2)"\n[parameters]\nw = 1\n[data]\nx = 2'
    document = derivation.prove(derivation.derive(derivation.loads(text)))._repr_markdown_()
    assert "by convention" not in document


@pytest.mark.parametrize("row", ["floor", "sign", "greater"])
def test_a_wrong_rule_is_refuted(row: str, monkeypatch: pytest.MonkeyPatch) -> None:
    equation = {"floor": "w * floor(w)", "sign": "w * sign(w)", "greater": "w * (w > 0.5)"}[row]
    monkeypatch.setitem(TABLE, row, _with(row, "G"))
    with pytest.raises(FalseLine):
        derivation.prove(worked(equation))


def _with(row: str, rule: str) -> object:
    return replace(TABLE[row], reverse=tuple(rule for _ in TABLE[row].reverse))
