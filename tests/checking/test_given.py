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


def test_a_factor_that_is_1_by_chance_is_not_left_out() -> None:
    text = LOGISTIC.replace("x = 2", "x = 1") + r"$\frac{\partial L}{\partial w} = p - y$."
    assert last(text) == "wrong"


def test_a_root_that_is_given_roughly_is_rounded() -> None:
    report = check_text(VARIANCE)
    assert report.summary["wrong"] == 0
    assert check_text(VARIANCE.replace("2.94", "2.99")).summary["wrong"] >= 1


LAYER = (
    r"$h = \begin{bmatrix} 0 \\ 5 \end{bmatrix}$, $W = \begin{bmatrix} 2 & 1 \end{bmatrix}$, $y = Wh - 1 = 4$,"
    r" $L = (y - 3)^2 = 1$, $\frac{dL}{dy} = 2(y - 3) = 2$, "
)


def test_a_derivative_that_was_worked_may_stand_as_its_number() -> None:
    assert last(LAYER + r"$\frac{dL}{dW} = 2 h^\top$.") == "exact"


@pytest.mark.parametrize("side", ["3 h^\\top", "2 h^\\top + h^\\top", "2 W"])
def test_another_number_may_not(side: str) -> None:
    assert last(LAYER + rf"$\frac{{dL}}{{dW}} = {side}$.") == "wrong"
