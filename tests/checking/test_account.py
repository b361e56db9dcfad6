"""How an article's numbers were got: from the numbers printed before, from values carried in full, rounded or copied.
The right values were worked by hand or with mpmath."""

from __future__ import annotations

import json

import pytest

from derivation.checking.article import check_text


def verdicts(text: str) -> list[str]:
    return [equality.verdict for equality in check_text(text).equalities]


@pytest.mark.parametrize(
    "text",
    [
        # 0.5586 and 0.5348; 0.5610 and 0.6434; 0.75 and 0.91
        r"$$0.7 - \frac{0.2}{\sqrt{5.12}} \cdot 1.6 \approx 0.563$$ and $$0.8 \cdot 0.3 + 0.2 \cdot (1.214)^2 \approx 0.480$$",
        r"$$0.4(0.731) + 0.3(0.562) + 0.1 = 0.583$$ and $$0.6 \cdot 0.9 + 0.2 \cdot 0.517 = 0.668$$",
        r"$p = 0.5 \cdot 1.5 = 0.8$, $q = 0.7 \cdot 1.3 = 0.93$ and $r = 1.1 \cdot 1.1 = 1.25$",
    ],
)
def test_slips_do_not_excuse_each_other(text: str) -> None:
    assert verdicts(text).count("wrong") >= 2
    cells = [{"cell_type": "markdown", "source": text}]
    for path, written in (("a.tex", text), ("a.ipynb", json.dumps({"cells": cells, "nbformat": 4}))):
        assert len(check_text(written, path).wrong) >= 2


def test_a_whole_number_and_a_given_number_are_exact() -> None:
    """0.4 times 2 is 0.8; were the 2 a rounding, 0.9 could be meant."""
    assert verdicts(r"$$w = g(X)$$ $w = 2$ $$y = 0.4 \cdot w = 0.9$$")[-1] == "wrong"
    assert verdicts(r"$$w = g(X)$$ $w = 2.0$ $$y = 0.4 \cdot w = 0.9$$")[-1] == "wrong"
    assert verdicts(r"$$w = g(X)$$ $w = 2.2$ $$y = 0.4 \cdot w = 0.9$$")[-1] == "rounded"


@pytest.mark.parametrize(
    "text",
    [
        r"$a = 0.5\cdot0.6098 = 0.30$, $b = 2a = 0.61$",
        r"$a = (1-0.73)\cdot0.73 = 0.2$ and $b = 2a = 0.39$",
        r"$a = (1-0.73)\cdot0.73 = 0.2$ and $b = 2a = 2 \cdot 0.2 = 0.39$",
        r"$y_t = v h_t$, $h_t = \tanh(u x_t + w h_{t-1})$, $h_0=0, x_1=1, x_2=2, u=.6, w=.7, v=1.5$, "
        r"$h_1 = \tanh(0.6) = 0.54$, $h_2 = \tanh(1.2 + 0.7 \cdot 0.54) = 0.92$, $y_2 = 1.5\cdot0.92 = 1.38$",
        r"$\sigma = \frac{1}{1 + e^{-0.27}} = \frac{1}{1 + 0.76} = \frac{1}{1.76} = 0.5671$",
    ],
)
def test_what_is_worked_on_with_printed_or_with_full_values_is_right(text: str) -> None:
    assert not {"wrong", "undecided"} & set(verdicts(text))


@pytest.mark.parametrize(
    "text",
    [
        r"$a = 0.5\cdot0.6098 = 0.30$, $b = 2a = 0.62$",
        r"$a = (1-0.73)\cdot0.73 = 0.2$ and $b = 2a = 0.38$",
        r"$a = (1-0.73)\cdot0.73 = 0.2$ and $b = 2a = 2 \cdot 0.2 = 0.41$",
        r"$\sigma = \frac{1}{1 + e^{-0.27}} = \frac{1}{1 + 0.76} = \frac{1}{1.76} = 0.5691$",
        r"$y = 0.4 \cdot 0.9 = 0.38$",
    ],
)
def test_what_neither_gives_is_wrong(text: str) -> None:
    assert verdicts(text)[-1] == "wrong"


def test_constants_have_a_truth_of_their_own_and_what_the_article_says() -> None:
    assert verdicts(r"The number $e \approx 2.72$ gives $e^2 = 7.39$") == ["rounded", "rounded"]
    assert verdicts(r"With $\pi \approx 3.14$, $2\pi = 6.28$, $\pi^2 = 9.87$") == ["rounded", "exact", "rounded"]
    assert verdicts(r"With $\pi \approx 3.14$, $2\pi = 6.2832$ and $\pi^2 = 9.97$") == ["rounded", "rounded", "wrong"]
    (wrong,) = check_text(r"$\pi \approx 3.15$").wrong
    assert wrong.expected == "3.14"
    assert verdicts(r"$e \approx 2.73$") == ["wrong"]


def test_a_letter_that_is_no_constant_is_none() -> None:
    assert verdicts(r"A policy $\pi = 0.2$ and an error $e = 2.5$: $2\pi = 0.4$, $2e = 5$") == [
        *("stated", "stated"),
        *("exact", "exact"),
    ]
