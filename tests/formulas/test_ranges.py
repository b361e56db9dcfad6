"""`np.arange` and `np.linspace` in an equation: data that are known, as many and as large as NumPy's."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

from derivation import SpecError, derive, loads, prove
from derivation.formulas.decimals import json_text
from derivation.networks.network import Network
from derivation.proving.prover import unproved

GIVEN = {"n": 3, "h": 0.5, "x": [0.5, -1, 2], "P": [[0.25, 0.75], [0.5, 0.5], [1, 0]]}
RANGES = {
    "np.arange(2)": np.arange(2),
    "np.arange(n)": np.arange(3),
    "np.arange(1, n + 1)": np.arange(1, 4),
    "np.arange(len(x))": np.arange(3),
    "np.arange(x.size - 1)": np.arange(2),
    "np.arange(P.shape[1])": np.arange(2),
    "np.arange(0, 1, 0.25)": np.arange(0, 1, 0.25),
    "np.arange(0, 2, h)": np.arange(0, 2, 0.5),
    "np.arange(3, 0, -1)": np.arange(3, 0, -1),
    "np.arange(5, 0, -2)": np.arange(5, 0, -2),
    "np.arange(-1, 1.5)": np.arange(-1, 1.5),
    "np.arange(2.5)": np.arange(2.5),
    "np.arange(0, 1, 0.1)": np.arange(0, 1, 0.1),
    "torch.arange(3)": np.arange(3),
    "range(3)": np.arange(3),
    "np.arange(3, dtype=float)": np.arange(3),
    "np.linspace(0, 1, 3)": np.linspace(0, 1, 3),
    "np.linspace(0, 1, n)": np.linspace(0, 1, 3),
    "np.linspace(1, -1, num=5)": np.linspace(1, -1, 5),
    "np.linspace(0, 2 / 3, 3)": np.linspace(0, 2 / 3, 3),
    "np.linspace(0, 1)": np.linspace(0, 1),
    "np.linspace(-np.pi, np.pi, 5)": np.linspace(-np.pi, np.pi, 5),
    "torch.linspace(0, pi, steps=3)": np.linspace(0, np.pi, 3),
}
REFUSED = {
    # 0.3/0.1 is a little less than 3 in floating point: NumPy has 1.3 as well.
    "np.arange(1, 1.3, 0.1)": "np.arange has 3 entries here, and 4 in NumPy",
    "np.arange(0)": "whole numbers from 1",
    "np.arange(3, 1)": "whole numbers from 1",
    "np.arange(0, 3, 0)": "a step other than 0",
    "np.arange(1000)": "at most 400 entries",
    "np.arange(10000000000)": "at most 400 entries",
    "np.arange(0, 1 / 0, 2)": "division by zero",
    "np.arange(sum(x))": "expected an index such as 0: a whole number",
    "np.linspace(0)": "np.linspace takes the first number",
    "np.linspace(0, 1, 5, num=3)": "np.linspace takes the first number",
    "np.linspace(0, 1, 5, endpoint=False)": "takes no 'endpoint' here",
}


def network(equations: str) -> Network:
    data = "\n".join(f"{key} = {value}" for key, value in GIVEN.items())
    return loads(f'[model]\nloss = "L"\nequations = """\n{equations}\n"""\n[parameters]\nw = 0.5\n[data]\n{data}')


def floats(entries: Any) -> list[float]:
    return [float(mpmath.mpf(json_text(entry))) for entry in entries]


@pytest.mark.parametrize("written", RANGES)
def test_the_numbers_are_those_of_numpy(written: str) -> None:
    found = network(f"t = {written}\nL = w * sum(t)")
    assert found.data["t"].shape == (len(RANGES[written]), 1)
    assert np.allclose(floats(found.data["t"].entries), RANGES[written], rtol=1e-15, atol=1e-15)
    assert "t" in found.fixed and list(found.equations) == ["L"]
    assert not unproved(prove(derive(found)))


@pytest.mark.parametrize("written", REFUSED)
def test_what_has_no_number_or_another_number_is_refused(written: str) -> None:
    with pytest.raises(SpecError, match=REFUSED[written].replace("(", r"\(")):
        network(f"t = {written}\nL = w * sum(t)")


@pytest.mark.parametrize(
    ("equations", "expected"),
    [
        ("t = np.arange(3)\ny = np.array([1, 0, 1])\nL = w * sum(P[t, y])", 0.5 * (0.75 + 0.5 + 0)),
        ("t = np.arange(2)\nL = w * sum(x[t])", 0.5 * (0.5 - 1)),
        ("t = [2, 0]\nL = w * sum(x[t])", 0.5 * (2 + 0.5)),
        ("rows = np.arange(len(P))\nL = -w * mean(log(P[rows, [1, 0, 0]]))", None),
        ("k = np.arange(3)\nL = w * x @ k", 0.5 * (-1 + 4)),
        ("L = w * sum(np.arange(6).reshape(3, 2) * P)", 0.5 * (0.75 + 1 + 1.5 + 4)),
        ("L = w * sum(np.arange(3)[::-1] * x)", 0.5 * (1 - 1)),
    ],
)
def test_it_is_an_index_and_an_operand(equations: str, expected: float | None) -> None:
    value = float(mpmath.mpf(json_text(derive(network(equations)).values["L"].entries[0])))
    assert value == pytest.approx(-0.5 * np.mean(np.log([0.75, 0.5, 1])) if expected is None else expected)


def test_a_list_that_nothing_uses_stays_an_equation() -> None:
    found = loads('[model]\nequations = "t = np.arange(3)"')
    assert list(found.equations) == ["t"]


def test_an_index_that_is_worked_is_refused_still() -> None:
    with pytest.raises(SpecError, match="has to be known before anything is worked"):
        network("t = np.arange(2) * 1\nL = w * sum(x[t])")
