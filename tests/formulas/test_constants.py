"""pi and e: numbers with a name, shown with their value; what the spec calls so wins."""

from __future__ import annotations

import mpmath
import pytest

import derivation
from derivation.formulas.decimals import json_text


def page(equations: str, data: str = "x = 0.5") -> str:
    text = f'[model]\nloss = "L"\nequations = """\n{equations}\n"""\n[parameters]\nw = 0.5\n[data]\n{data}'
    return derivation.prove(derivation.derive(derivation.loads(text)))._repr_markdown_()


def values(equations: str, data: str = "x = 0.5") -> dict[str, mpmath.mpf]:
    text = f'[model]\nloss = "L"\nequations = """\n{equations}\n"""\n[parameters]\nw = 0.5\n[data]\n{data}'
    found = derivation.derive(derivation.loads(text)).values
    return {key: mpmath.mpf(json_text(array.entries[0])) for key, array in found.items() if not array.shape}


@pytest.mark.parametrize("spelling", ["pi", "np.pi", "math.pi", "torch.pi"])
def test_pi_is_shown_with_its_value_and_no_equation(spelling: str) -> None:
    document = page(f"L = w^2 * {spelling} * x")
    assert r"\pi &\approx 3.14159" in document
    assert "arctan" not in document
    assert r"\partial \pi" not in document
    with mpmath.workdps(40):
        assert abs(values(f"L = w^2 * {spelling} * x")["L"] - mpmath.pi / 8) < mpmath.mpf(10) ** -29


def test_e_is_shown_with_its_value_and_its_powers_are_exponentials() -> None:
    document = page("z = e * w\nL = e^z + np.e^x")
    assert r"e &\approx 2.71828" in document
    assert r"\mathrm{e}^{z} + \mathrm{e}^{x}" in document
    with mpmath.workdps(40):
        expected = mpmath.exp(mpmath.e / 2) + mpmath.exp(mpmath.mpf("0.5"))
        assert abs(values("z = e * w\nL = e^z + np.e^x")["L"] - expected) < mpmath.mpf(10) ** -28


def test_a_name_that_the_spec_gives_wins() -> None:
    assert r"\pi &= 3" in page("L = w * pi", "pi = 3")
    assert values("L = w * pi", "pi = 3")["L"] == mpmath.mpf("1.5")
    assert values("pi = x + 1\nL = w * pi")["L"] == mpmath.mpf("0.75")


def test_both_stand_beside_each_other_where_the_second_is_called_with_its_module() -> None:
    document = page("L = w * pi + np.pi\nk = np.pi * 2", "pi = 3")
    assert document.count(r"\pi_L &= \pi \\") == 1
    with mpmath.workdps(40):
        assert abs(values("L = w * pi + np.pi", "pi = 3")["L"] - mpmath.mpf("1.5") - mpmath.pi) < mpmath.mpf(10) ** -28


def test_carried_arithmetic_takes_it_as_it_is_printed() -> None:
    text = 'digits = 3\nrounding = "carry"\n[model]\nloss = "L"\nequations = "L = pi * w"\n[parameters]\nw = 100'
    [loss] = derivation.derive(derivation.loads(text)).values["L"].entries
    assert loss == 314


def test_of_a_given_expression_both_are_shown() -> None:
    document = page("L = w * x", 'x = "2*pi"')
    assert r"x &= 2 \pi \\" in document
    assert r"&\approx 6.28319" in document


def test_no_variant_changes_it() -> None:
    text = '[model]\nloss = "L"\nequations = "L = pi * w^2 + x"\n[parameters]\nw = 0.5\n[data]\nx = 1'
    assert derivation.loads(text).fixed == {"pi"}
