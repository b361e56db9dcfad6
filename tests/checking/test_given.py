"""What an article gives a number once and for all, or gives roughly: an equality may rest on it, a slip may not."""

from __future__ import annotations

import pytest

from derivation.check import check_text

LOGISTIC = r"Let $x = 2$, $w = 0.5$, $z = wx$, $p = \sigma(z)$. With $y = 1$ the loss is $L = -\log p$, and "
VARIANCE = r"$\sigma^2 = \frac{(2-5)^2+(4-5)^2+(9-5)^2}{3} = \frac{26}{3} \approx 8.67$, $\sigma \approx 2.94$"


def last(text: str) -> str:
    return check_text(text).equalities[-1].verdict


@pytest.mark.parametrize(
    "slope", [r"\frac{\partial L}{\partial z} = p - y", r"\frac{\partial L}{\partial w} = (p - y) x"]
)
def test_a_derivative_rests_on_a_number_for_what_it_does_not_depend_on(slope: str) -> None:
    assert last(f"{LOGISTIC}${slope}$.") == "exact"


@pytest.mark.parametrize(
    "slope",
    [
        r"\frac{\partial L}{\partial z} = y - p",
        r"\frac{\partial L}{\partial z} = p + y",
        r"\frac{\partial L}{\partial w} = p - y",
        r"\frac{\partial L}{\partial w} = (p - y) w",
    ],
)
def test_a_slip_does_not(slope: str) -> None:
    assert last(f"{LOGISTIC}${slope}$.") == "wrong"


def test_a_factor_that_is_1_by_chance_is_missed() -> None:
    text = LOGISTIC.replace("x = 2", "x = 1") + r"$\frac{\partial L}{\partial w} = p - y$."
    assert last(text) == "wrong"


def test_a_root_that_is_given_roughly_is_rounded() -> None:
    report = check_text(VARIANCE)
    assert report.summary["wrong"] == 0
    assert check_text(VARIANCE.replace("2.94", "2.99")).summary["wrong"] >= 1
