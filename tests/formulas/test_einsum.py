"""`einsum` against NumPy's own, for every way of writing indices; gradients against HIPS autograd."""

from __future__ import annotations

import random
import re
from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from formulas.test_structure import differences

import derivation
from derivation.pages.formats.markdown import markdown
from derivation.proving.prover import unproved

GIVEN: dict[str, Any] = {
    "A": np.array([[1, 2, 3], [4, 5, 6.5]]),
    "B": np.array([[1, 0.5], [2, -1], [0, 3]]),
    "S": np.array([[1, 2], [3, 4.5]]),
    "x": np.array([1, -2.0]),
    "y": np.array([0.5, 1, 2]),
}
DATA = "\n".join(f"{key} = {value.tolist()}" for key, value in GIVEN.items())


def drawn(chooser: random.Random) -> tuple[str, list[str]]:
    operands = [chooser.choice("ABSxy") for _ in range(chooser.randint(1, 3))]
    letters = ["".join(chooser.choice("ijk") for _ in range(GIVEN[key].ndim)) for key in operands]
    every = list(dict.fromkeys("".join(letters)))
    chooser.shuffle(every)
    arrow = "->" + "".join(every[: chooser.randint(0, 2)]) if chooser.random() < 0.8 else ""
    return ",".join(letters) + arrow, operands


@pytest.mark.slow
def test_sums_over_indices_are_those_of_numpy() -> None:
    chooser, read, refused = random.Random(18), 0, 0
    for _ in range(500):
        indices, operands = drawn(chooser)
        try:
            expected = np.einsum(indices, *(GIVEN[key] for key in operands))
        except ValueError:
            expected = None
        equation = f"f = np.einsum('{indices}', {', '.join(operands)})"
        text = f'[model]\nequations = """\n{equation}\ng = sum(f)\n"""\n[data]\n{DATA}\n'
        try:
            found = derivation.derive(derivation.loads(text)).values["f"]
        except derivation.SpecError:
            refused += expected is not None
            continue
        assert expected is not None, equation
        assert found.shape in (expected.shape, (*expected.shape, 1)), equation
        assert differences(found, expected) < 1e-12, equation
        read += 1
    assert read > 200 and refused < 25


@pytest.mark.parametrize(
    ("indices", "operands"),
    [
        ("ij,jk->ik", "AB"),
        ("ij,j->i", "Ay"),
        ("i,j->ij", "xy"),
        ("ij,ij->i", "AA"),
        ("ij,jk,k->i", "ABx"),
    ],
)
def test_gradients_agree_with_autograd(indices: str, operands: str) -> None:
    keys = list(dict.fromkeys(operands))
    lines = "\n".join(f"{key} = {GIVEN[key].tolist()}" for key in keys)
    text = f"[model]\nloss = 'L'\nequations = \"L = sum(einsum('{indices}', {', '.join(operands)})^2)\"\n[parameters]\n{lines}"
    found = derivation.prove(derivation.derive(derivation.loads(text)))
    assert not unproved(found)

    def loss(given: dict[str, Any]) -> Any:
        return anp.sum(anp.einsum(indices, *(given[key] for key in operands)) ** 2)

    for key, expected in grad(loss)({key: GIVEN[key] for key in keys}).items():
        assert differences(found.gradients[key], expected) < 1e-12, key


@pytest.mark.parametrize(
    ("equation", "said"),
    [
        ("einsum('ij,jk', A)", "takes the indices in quotes"),
        ("einsum(A, A)", "takes the indices in quotes"),
        ("einsum('ij->ijk', A)", "at most two different letters"),
        ("einsum('ijk->i', A)", "does not fit an array of 2 axes"),
        ("einsum('ij,ij->i', A, B)", "stands for 2 and for 3 entries"),
        ("einsum('ij,kl,ik,jl->', S, S, S, S)", "an array of three axes or more"),
        ("sum('ij')", "stands only in einsum"),
    ],
)
def test_what_cannot_be_read_is_told(equation: str, said: str) -> None:
    with pytest.raises(derivation.SpecError, match=re.escape(said)):
        derivation.loads(f'[model]\nequations = "f = {equation}"\n[data]\n{DATA}')


def test_a_sum_over_indices_is_printed_as_one() -> None:
    spec = """
[model]
equations = '''
Y = einsum("ij,jk->ik", A, B)
Z = einsum("bij,jk", X, B)
s = einsum("bik,bik->b", Z, Z)
t = einsum("ii", A) + einsum("ij,ij->", 2 * A, A)
'''
[data]
A = [[1, 2], [3, 4]]
B = [[1, 0], [2, 1]]
X = [[[1, 2], [0, 1]], [[1, 1], [2, 0]]]
"""
    written = markdown(derivation.derive(derivation.loads(spec))).replace(" _", "_").replace(r"\thinspace", r"\,")
    assert re.findall(r"Entry by entry, \$([^$]*)\$", written) == [
        r"y_{ik} = \sum_j a_{ij} \, b_{jk}",
        r"Z_{bik} = \sum_j X_{bij} \, b_{jk}",
        r"s_b = \sum_{ik} Z_{bik} \, Z_{bik}",
    ]
