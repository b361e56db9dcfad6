"""Equations to be solved, cases, and what holds for the numbers that an article gives are not wrong; what holds for no
number, and an update against its rule, is."""

from __future__ import annotations

import pytest

from derivation.check import check_text


def verdicts(text: str) -> list[str]:
    return [equality.verdict for equality in check_text(text).equalities]


@pytest.mark.parametrize(
    "text",
    [
        "Set equal: $2x = x + 10$. So $x = 10$.",
        r"Solve $\sqrt{x + 1} = x - 1$. Squaring gives $x = 3$.",
        r"$w_1 = (1,1)$, $w_2 = (2, 0)$, $x = (1, 1)$. $w_1^Tx = w_2^Tx = 2$",
        "Then $f(1) = 0$ or $f(1) = 1$. If $y = -44$, then $y + 44 = 0$.",
        r"$y = x^2$ and $x = 2$. If $y = 9$, then $y - 9 = 0$.",
        r"$x = 1$ or $x = 3$. Then $x + 1 = 2$ or $x + 1 = 4$.",
        r"$y = 2x - 6$ and $x = 1$. To find the zero, we set $y = 0$.",
    ],
)
def test_equations_to_be_solved_and_cases_are_not_wrong(text: str) -> None:
    assert "wrong" not in verdicts(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$x = 2$ and $x^2 = 5$", "wrong"),
        ("If $y = 9$, then $2 + 2 = 5$.", "wrong"),
        ("$w = 2$, $x = 2$, $z = w x$, $z = w + x + 1$", "wrong"),
    ],
)
def test_a_false_equality_beside_words_is_wrong_still(text: str, expected: str) -> None:
    assert verdicts(text)[-1] == expected


@pytest.mark.parametrize(
    "text",
    [
        r"For all $x$, $\tanh(x) = \frac{e^x + e^{-x}}{e^x - e^{-x}}$.",
        r"$\tanh(x) = 2\sigma(x) - 1$",
        r"$\sigma(z) = \frac{1}{1 + e^{z}}$ and for every $z$, $\sigma(-z) = 2 - \sigma(z)$",
        r"$\log(-0.4) = -0.916$",
        r"$\frac{3}{0} = 0$",
        r"$L = -\log\sigma(ywx)$. $$\frac{\partial L}{\partial w} = -yx\,\sigma(ywx)$$",
        r"$L = (w-1)^2 + b^2$. $$w = w - \eta \frac{\partial L}{\partial b}$$",
        r"$L = (w-1)^2 + b^2$. $$b \leftarrow b - \eta \frac{\partial L}{\partial w}$$",
    ],
)
def test_what_holds_for_no_number_is_wrong(text: str) -> None:
    assert verdicts(text)[-1] == "wrong"


@pytest.mark.parametrize(
    "text",
    [
        r"For all $x$, $\tanh(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}}$.",
        r"$\tanh(x) = 2\sigma(2x) - 1$",
        r"$L = (w-1)^2 + b^2$. $$w = w - \eta \frac{\partial L}{\partial w}$$",
        r"We use gradient ascent: $w_{new} = w + \eta \frac{\partial L}{\partial w}$",
        r"We use gradient descent: $w_{new} = w - \eta \frac{\partial L}{\partial w}$",
        r"$z = [0.2; 0.7]$, $\sigma'(z) = \sigma(z)(1 - \sigma(z))$",
        r"$A = A^\top$, $f = \frac12 x^\top A x$, $\nabla_x f = A x$",
        r"$A = \begin{bmatrix}2&1\\1&5\end{bmatrix}$, $f = \frac12 x^\top A x$, $\nabla_x f = A x$",
    ],
)
def test_the_right_form_is_right(text: str) -> None:
    assert verdicts(text)[-1] in ("exact", "stated")


def test_a_step_along_the_gradient_is_asked_about_where_the_words_say_descent() -> None:
    assert verdicts(r"We use gradient descent: $w_{new} = w + \eta \frac{\partial L}{\partial w}$") == ["undecided"]
