"""What is written as several operations and is one: squares of norms. Values and gradients are worked by hand."""

from __future__ import annotations

import pytest
from flint import fmpq

from derivation import derive, loads, prove
from derivation.deriving import numbers
from derivation.formulas.numbers import Undefined
from derivation.formulas.terms import number
from derivation.networks.network import Network
from derivation.tex.write import write


def network(equations: str, given: str) -> Network:
    return loads(f'[model]\nloss = "L"\nequations = """\n{equations}\n"""\n[parameters]\n{given}\n')


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
