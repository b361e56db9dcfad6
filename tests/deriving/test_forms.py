"""Equations as a person would put them first: squares of norms, and products two at a time. Values and gradients are
worked by hand, or by NumPy."""

from __future__ import annotations

import operator
from contextlib import suppress
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from derivation import derive, loads, prove
from derivation.deriving import numbers
from derivation.formulas.language.forms import in_cheapest_order
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.numbers import Undefined
from derivation.formulas.operations import ShapeMismatch, heads
from derivation.formulas.terms import Term, name, number
from derivation.networks.keys import expression
from derivation.networks.network import Network
from derivation.tex.write import write


def network(equations: str, values: str) -> Network:
    return loads(f'[model]\nloss = "L"\nequations = """\n{equations}\n"""\n[parameters]\n{values}\n')


W = [1, -2, 3, 0]
GIVEN = f"w = [1, 2]\nx = [0.5, 0.2]\ns = -3\nW = [{W[:2]}, {W[2:]}]\nl = 0.1"
SQUARED = {
    # Over d = w - x = (1/2, 9/5): the sum of the squares is 349/100, its gradient 2 d.
    "norm(w - x)^2": ("w", fmpq(349, 100), [1, fmpq(18, 5)]),
    "np.norm(w - x)**2": ("w", fmpq(349, 100), [1, fmpq(18, 5)]),
    "square(norm(w - x))": ("w", fmpq(349, 100), [1, fmpq(18, 5)]),
    "norm(w - x) * norm(w - x)": ("w", fmpq(349, 100), [1, fmpq(18, 5)]),
    "-norm(w - x)^2": ("x", fmpq(-349, 100), [1, fmpq(18, 5)]),
    "3 - norm(w - x)^2 / 2": ("w", fmpq(251, 200), [fmpq(-1, 2), fmpq(-9, 5)]),
    # The weight decay of textbooks: lambda W.
    "l / 2 * norm(W)^2": ("W", fmpq(7, 10), [fmpq(entry, 10) for entry in W]),
    "norm(s)^2": ("s", 9, [-6]),
    # (sum of the squares of w) squared, 25: its gradient is 4 * 5 w.
    "(norm(w)^2)^2": ("w", 25, [20, 40]),
}


@pytest.mark.parametrize("text", SQUARED)
def test_a_squared_norm_is_the_sum_of_the_squares(text: str) -> None:
    key, value, gradient = SQUARED[text]
    found = numbers(network(f"L = {text}", GIVEN))
    assert found.values["L"].entries == (value,)
    assert list(found.gradients[key].entries) == gradient


@pytest.mark.parametrize("text", ["norm(w - x)^2", "2 * norm(w - x)^2 + norm(w - x)**2", "norm(w - x) * norm(w - x)"])
def test_at_0_a_squared_norm_has_the_gradient_0(text: str) -> None:
    found = numbers(network(f"L = {text}", "w = [0.1, 2]\nx = [0.1, 2]"))
    assert found.values["L"].entries == (0,)
    assert found.gradients["w"].entries == found.gradients["x"].entries == (0, 0)


def test_the_page_has_the_square_as_it_was_written_and_twice_the_difference() -> None:
    worked = derive(network("L = norm(w - x)^2", "w = [1, 2]\nx = [0.5, 0.2]"))
    lines = [
        write(line.term, worked.network.names) for phase in worked.phases for step in phase.steps for line in step.lines
    ]
    assert {r"\lVert w - x\rVert_2^{2}", r"\sum_{i} (w_{i} - x_{i})^{2}", "2 (w - x)"} <= set(lines)
    assert not any("sqrt" in line for line in lines)


AT_0 = {
    # PyTorch's convention, as for |x|: nothing comes back. Where the derivative exists, it is that.
    "norm(w - x)": ("w", [0, 0]),
    "norm(w - x)^3 + norm(w)": ("w", [fmpq(3, 5), fmpq(4, 5)]),
    "v * norm(w - x) + v^2": ("v", [4]),
    "w[0] * norm(w - x)": ("w", [0, 0]),
}


@pytest.mark.parametrize("text", AT_0)
def test_a_norm_of_0_passes_nothing_back(text: str) -> None:
    key, gradient = AT_0[text]
    worked = prove(derive(network(f"L = {text}", "w = [3, 4]\nx = [3, 4]\nv = 2")))
    assert list(worked.gradients[key].entries) == gradient
    notes = [note.key for phase in worked.phases for step in phase.steps for note in step.notes]
    assert "kink_norm" in notes


def test_away_from_0_the_gradient_of_a_norm_is_its_direction() -> None:
    worked = prove(derive(network("L = norm(w - x)", "w = [4, -2]\nx = [1, 2]")))
    assert worked.gradients["w"].entries == (fmpq(3, 5), fmpq(-4, 5))
    assert "kink_norm" not in [note.key for phase in worked.phases for step in phase.steps for note in step.notes]


def test_a_root_of_0_says_what_to_write() -> None:
    with pytest.raises(Undefined, match=r"sqrt\(u_1\) is 0, where a root has no derivative: .* sqrt\(... \+ 1e-12\)"):
        derive(network("L = sqrt(sum((w - x)^2))", "w = [1, 2]\nx = [1, 2]"))


def test_what_no_parameter_reaches_needs_no_derivative() -> None:
    text = '[model]\nloss = "L"\nequations = """\nd = tanh(a) * 0\nq = sqrt(d[0])\nL = (w - q)^2\n"""\n'
    worked = prove(derive(loads(text + "[parameters]\nw = 3\n[data]\na = [1, 2]\n")))
    assert worked.gradients["w"].entries == (6,)


def test_other_powers_of_a_norm_stay() -> None:
    assert network("L = norm(w)^3", "w = [3, 4]").equations["L"].args[1] == number("3")


SIZES = st.lists(st.integers(1, 5), min_size=4, max_size=6)


def multiplications(sizes: list[int]) -> int:
    """The fewest by trying every way of bracketing."""
    if len(sizes) == 2:
        return 0
    return min(
        multiplications(sizes[: cut + 1]) + multiplications(sizes[cut:]) + sizes[0] * sizes[cut] * sizes[-1]
        for cut in range(1, len(sizes) - 1)
    )


def taken(term: Term, shapes: Shapes) -> int:
    """How many a product takes as it is bracketed."""
    if term.head not in (heads.MATMUL, heads.TIMES):
        return 0
    (rows, between), (_, columns) = (shapes.of(part) or (1, 1) for part in term.children)
    own = rows * columns if () in map(shapes.of, term.children) else rows * between * columns
    return own + sum(taken(part, shapes) for part in term.children)


@given(SIZES)
def test_products_take_the_fewest_multiplications(sizes: list[int]) -> None:
    keys = "ABCDE"[: len(sizes) - 1]
    shapes = Shapes({key: pair for key, pair in zip(keys, pairwise(sizes), strict=False) if pair != (1, 1)})
    if len(shapes.names) == len(keys):
        product = reduce(operator.matmul, map(name, keys))
        with suppress(ShapeMismatch):  # a row times a column is a number, which `@` does not take
            shapes.of(product)
            assert taken(in_cheapest_order(product, shapes), shapes) <= multiplications(sizes)


PRODUCTS = {
    # Two graphs' layers: few features first, or few units first.
    "Z = A @ X @ V": ["u_1 = A @ X", "Z = u_1 @ V"],
    "Z = A @ X @ V @ v": ["u_1 = V @ v", "u_2 = X @ u_1", "Z = A @ u_2"],
    "Z = A @ (X @ V)": ["u_1 = X @ V", "Z = A @ u_1"],
    "Z = relu(A @ X @ V + 1)": ["u_1 = A @ X", "z = u_1 @ V + 1", "Z = relu(z)"],
    "Z = (A @ X).T @ A": ["u_1 = A @ X", "Z = u_1.T @ A"],
    "Z = (X.T @ A / 2) @ X": ["u_1 = X.T @ A / 2", "Z = u_1 @ X"],
    "Z = relu(A @ X) @ V": ["z = A @ X", "Z = relu(z) @ V"],
}


@pytest.mark.parametrize("equation", PRODUCTS)
def test_matrices_are_multiplied_two_at_a_time(equation: str) -> None:
    values = "A = [[1, 0.5, 0], [0.5, 1, 0.5], [0, 0.5, 1]]\nX = [[1, 2], [3, 4], [5, 6]]\nV = [[1, -1, 2], [0, 1, 1]]\nv = [1, 2, -1]"
    found = network(f"{equation}\nL = sum(Z^2)", values)
    assert [f"{key} = {expression(term)}" for key, term in found.equations.items()][:-1] == PRODUCTS[equation]


def test_the_gradients_of_a_product_of_three_are_those_of_numpy() -> None:
    a, x, w = np.array([[1, 0.5], [0.5, 1]]), np.array([[1.0, 2], [3, -4]]), np.array([[0.5, -1, 2], [1, 0, 3]])
    found = prove(derive(network("L = sum(A @ X @ W * (A @ X @ W)) / 2", given_as({"A": a, "X": x, "W": w}))))
    z = a @ x @ w
    for key, slope in {"A": z @ w.T @ x.T, "X": a.T @ z @ w.T, "W": x.T @ a.T @ z}.items():
        assert np.allclose([float(Fraction(str(entry))) for entry in found.gradients[key].entries], slope.ravel())


def given_as(arrays: dict[str, Any]) -> str:
    return "\n".join(f"{key} = {array.tolist()}" for key, array in arrays.items())
