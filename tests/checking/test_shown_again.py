"""A second display of a name that was worked above is held against it, unless the article shows that it begins anew."""

from __future__ import annotations

import pytest

from derivation.checking.article import check_text


def verdicts(text: str) -> list[str]:
    return [equality.verdict for equality in check_text(text).equalities]


@pytest.mark.parametrize(
    "text",
    [
        r"The output is $y = 0.3 \cdot 0.5 + 0.2$. So $y = 0.45$.",
        r"$$v = 0.6 - 0.1 \cdot 0.5$$ $$\therefore v = 0.75$$",
        r"$$v = 0.6 - 0.1 \cdot 0.5$$ and we get $$v = 0.75$$",
        r"$h_1 = \tanh(0.57) = 0.52$. Hence the hidden unit has $h_1 = 0.25$.",
        r"$$p = \begin{pmatrix} 0.5 + 0.1 \\ 0.2 \cdot 2 \end{pmatrix}$$ $$p = \begin{pmatrix} 0.7 \\ 0.4 \end{pmatrix}$$",
        r"$M = \begin{bmatrix} 0.2 & 0.3 \\ 0.1 & 0.4\end{bmatrix}$, $b = \begin{bmatrix} 0.1 & 0.2\end{bmatrix}$ "
        r"$$z_1 = \begin{bmatrix} 2 & 3 \end{bmatrix}M + b$$ "
        r"$$\therefore z_1 = \begin{bmatrix} 0.9 & 1.7 \end{bmatrix} + b$$",
    ],
)
def test_a_second_display_that_differs_is_wrong(text: str) -> None:
    found = verdicts(text)
    assert found[-1] == "wrong" and found.count("wrong") == 1


def test_it_says_what_should_stand_there_and_where_it_was_worked() -> None:
    (wrong,) = check_text("The output is $y = 0.3 \\cdot 0.5 + 0.2$.\n\nSo $y = 0.45$.").wrong
    assert wrong.expected == "0.35" and wrong.code == "wrong.shown_before" and "line 1" in wrong.why


@pytest.mark.parametrize(
    "text",
    [
        r"The output is $y = 0.3 \cdot 0.5 + 0.2$. So $y = 0.35$.",
        r"$a = 0.5 \cdot 0.6098 = 0.30$; again, $a = 0.305$ and $a = 0.3049$",
    ],
)
def test_a_second_display_that_fits_is_right(text: str) -> None:
    assert set(verdicts(text)[1:]) <= {"exact", "rounded"}


@pytest.mark.parametrize(
    "between",
    [
        r"$y \leftarrow 0.45$",
        "$y := 0.45$",
        "\n\n## Second sample\n\n$y = 0.45$",
        "\n\n**Adam**\n\n$y = 0.45$",
        "\n\n- $y = 0.45$",
        "In epoch 2 we have $y = 0.45$",
        "With $u = 3$ it is $y = 0.45$",
        "If instead $y = 0.45$",
        "The target is $y = 0.45$",
        "\n\n| case | value |\n|---|---|\n| two | $y = 0.45$ |",
    ],
)
def test_a_new_value_is_one_where_the_article_shows_it(between: str) -> None:
    text = r"$u = 2$ and $y = 0.3 \cdot 0.5 + 0.2$. " + between
    assert "wrong" not in verdicts(text)


def test_a_number_that_was_only_given_may_be_given_anew() -> None:
    assert verdicts(r"$x = 2$. Here $x = 3$. $r = \frac{8}{3}$ and $r = -8$.") == ["stated"] * 4
