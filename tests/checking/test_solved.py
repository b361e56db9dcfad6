"""Equations to be solved, cases, and what holds for the numbers that an article gives: none of them is wrong."""

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
