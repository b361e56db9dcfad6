"""What the pages say of an array of three or four axes: its space once, its matrices under its symbol."""

from __future__ import annotations

import pytest

from derivation import derive, loads
from derivation.pages.formats.markdown import markdown
from derivation.pages.views.view import view

SPEC = """
[model]
loss = "L"
equations = '''
Z = conv2d(X, K)
A = relu(Z)
m = A.mean(axis=(1, 2))
L = sum((m - t)^2)
'''
[parameters]
K = [[[[1, 0], [0, 1]], [[0, 1], [1, 0]]], [[[1, 1], [0, 1]], [[0, 1], [0, 0]]]]
[data]
X = [[[1, 2, 0], [0, 1, 1], [2, 0, 1]], [[0, 1, 1], [1, 0, 2], [0, 1, 0]]]
t = [1, 2]
"""


def test_the_space_of_an_array_is_said_once() -> None:
    said = view(derive(loads(SPEC)), "{}".format, "R").shapes
    assert said == (r"X \in R^{2 \times 3 \times 3}", r"t \in R^{2}", r"K \in R^{2 \times 2 \times 2 \times 2}")


@pytest.mark.parametrize(
    ("symbol", "whole", "first"),
    [("W", "W", "W_{1,1}"), (r"\\mathcal{K}", r"\mathcal{K}", r"\mathcal{K}_{1,1}"), ("K_c", "K_c", "K_{c,1,1}")],
)
def test_the_symbol_of_an_array_is_that_of_its_matrices(symbol: str, whole: str, first: str) -> None:
    worked = derive(loads(f'{SPEC}[notation]\nK = "{symbol}"\n'))
    assert rf"{whole} \in R^{{2 \times 2 \times 2 \times 2}}" in view(worked, "{}".format, "R").shapes
    assert first.replace("_{", " _{") in markdown(worked) or first in markdown(worked)


def test_a_matrix_may_have_a_symbol_of_its_own() -> None:
    text = markdown(derive(loads(f'{SPEC}[notation]\nK = "W"\nK_1_2 = "V"\n')))
    assert r"X_1 \star W _{1,1} + X_2 \star V" in text


def test_a_sum_over_channels_is_a_feature_map() -> None:
    assert "Feature map $Z_1$" in markdown(derive(loads(SPEC.replace("A = relu(Z)", "A = Z * Z"))))
