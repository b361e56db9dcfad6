r"""What strangers' articles write: units of measure, several examples under one name. All snippets are our own."""

from __future__ import annotations

import pytest

from derivation.checking.article import check_text
from derivation.checking.reading.units import unit


def verdicts(article: str, path: str = "article.md") -> list[tuple[str, str]]:
    """The right sides with their verdicts."""
    return [(equality.right.latex, equality.verdict) for equality in check_text(article, path).equalities]


def last(article: str, path: str = "article.md") -> str:
    """The verdict on the last equality."""
    return verdicts(article, path)[-1][1]


@pytest.mark.parametrize(
    ("article", "verdict"),
    [
        (r"$d = 7.5\,m/s\cdot 4\,s = 30\,m$", "exact"),
        (r"$d = 7.5\,m/s\cdot 4\,s = 31\,m$", "wrong"),
        (r"$a = \dfrac{8.4\,m/s}{2.5\,s} = 3.36\,m/s^{2}$", "exact"),
        (r"$a = \dfrac{8.4\,m/s}{2.5\,s} = 3.66\,m/s^{2}$", "wrong"),
        (r"$p = 2.5 \cdot 10^{-3}\,\mathrm{kg} \cdot 4 \cdot 10^2\,\mathrm{m/s} = 1\,\mathrm{kg\,m/s}$", "exact"),
        (r"$p = 2.5 \cdot 10^{-3}\,\mathrm{kg} \cdot 4 \cdot 10^2\,\mathrm{m/s} = 2\,\mathrm{kg\,m/s}$", "wrong"),
        (r"$a = 3{,}5~\text{m}/\text{s}^2 \cdot 2 = 7{,}0~\text{m}/\text{s}^2$", "exact"),
        (r"$a = 3{,}5~\text{m}/\text{s}^2 \cdot 2 = 7{,}1~\text{m}/\text{s}^2$", "wrong"),
        (
            r"Let $s = 3\,\text{m}$. $t = 6 \cdot 10^{-9}~\text{s} + 10^{-9}~\text{s} = 7 \cdot 10^{-9}~\text{s}$",
            "exact",
        ),
    ],
)
def test_units_behind_numbers_are_no_factors(article: str, verdict: str) -> None:
    assert last(article) == verdict


def test_letters_behind_a_space_are_factors_in_an_article_without_units() -> None:
    assert last(r"Let $m = 3$ and $g = 10$. $F = 2\,m \cdot g = 60$") == "exact"
    assert last(r"Let $m = 3$ and $g = 10$. $F = 2\,m \cdot g = 20$") == "wrong"


@pytest.mark.parametrize(
    ("article", "verdict"),
    [
        (r"$v = 54~\text{km/h} = 15~\text{m/s}$", "exact"),
        (r"$v = 50~\text{km/h} = 13.9~\text{m/s}$", "rounded"),
        (r"$v = 54~\text{km/h} = 16~\text{m/s}$", "wrong"),
        (r"$t = 3 \cdot 10^{-6}~\text{s} = 3~\text{µs}$", "exact"),
        (r"$t = 3 \cdot 10^{-6}~\text{s} = 3~\text{ms}$", "wrong"),
        (r"$\alpha = \arctan(0.75) = 36.87^\circ$", "rounded"),
        (r"$\alpha = \arctan(0.75) = 38.87^\circ$", "wrong"),
        (r"$\alpha = \arcsin(0{,}5) = 30~\text{Grad}$", "exact"),
        (r"$m = 3~\text{kg} = 3~\text{m}$", "exact"),
    ],
)
def test_a_number_in_another_unit_is_converted(article: str, verdict: str) -> None:
    assert last(article) == verdict


def test_what_has_a_unit_may_be_rounded_to_three_digits() -> None:
    assert last(r"$v = 13.4~\text{m/s} + 2.47~\text{m/s} = 15.9~\text{m/s}$") == "rounded"
    assert last(r"$v = 13.4~\text{m/s} + 2.47~\text{m/s} = 15.7~\text{m/s}$") == "wrong"


def test_names_in_units_of_two_sizes_are_not_put_together() -> None:
    given = r"Let $u = 90~\text{{km/h}}$ and $w = {w}~\text{{{unit}}}$. Then $u - w = 5~\text{{{unit}}}$."
    assert last(given.format(w=20, unit="m/s")) == "undecided"
    assert last(given.format(w=20, unit="km/h")) == "wrong"


def test_a_value_in_another_unit_may_be_put_in() -> None:
    given = (
        r"Let $v = {v}$ and $a = 5~\text{{m/s}}^2$. "
        r"$t = \frac{{v}}{{a}} = \frac{{25~\text{{m/s}}}}{{5~\text{{m/s}}^2}} = 5~\text{{s}}$"
    )
    assert [verdict for _, verdict in verdicts(given.format(v=r"90~\text{km/h}"))][-2:] == ["undecided", "exact"]
    assert [verdict for _, verdict in verdicts(given.format(v=r"24~\text{m/s}"))][-2] == "wrong"


def test_units_are_products_of_base_units() -> None:
    kilowatt_hour, newton = unit("kWh"), unit("N")
    assert kilowatt_hour and kilowatt_hour.factor == 3_600_000
    assert newton == unit("kg m/s^2") == unit("kg.m/s²") and unit("Nm") is None


EXAMPLES = r"""# Small
$\nu = 2 \cdot n - 2 = 2 \cdot 9 - 2 = 16$
# Large
{words}
$\nu = 2 \cdot n - 2 = 2 \cdot {n} - 2 = {result}$
"""


def test_another_section_may_put_in_what_its_words_give() -> None:
    table = "| n |\n|---|\n| 17 |\n"
    assert {verdict for _, verdict in verdicts(EXAMPLES.format(words=table, n=17, result=32))} == {"stated", "exact"}
    assert last(EXAMPLES.format(words=table, n=17, result=33)) == "wrong"
    assert "wrong" in {verdict for _, verdict in verdicts(EXAMPLES.format(words="", n=17, result=32))}


def test_another_section_may_put_in_two_other_values() -> None:
    article = r"""# One
$d = n_1 + n_2 = 4 + 9 = 13$
# Two
$d = n_1 + n_2 = {a} + {b} = {sum}$
"""
    assert "wrong" not in {verdict for _, verdict in verdicts(article.format(a=5, b=6, sum=11))}
    assert "wrong" in {verdict for _, verdict in verdicts(article.format(a=4, b=8, sum=12))}
    assert last(article.format(a=5, b=6, sum=12)) == "wrong"


def test_exercises_of_one_page_are_sections() -> None:
    markdown = ":::{{admonition}} Exercise 1\nLet $v = 3$.\n:::\n:::{{admonition}} Exercise 2\nLet $v = 4$. {}\n:::\n"
    latex = r"\begin{{exercice}} Let $v = 3$. \end{{exercice}} \begin{{exercice}} Let $v = 4$. {} \end{{exercice}}"
    for article, path in ((markdown, "a.md"), (latex, "a.tex")):
        assert last(article.format("So $2 v = 8$."), path) == "exact"
        assert last(article.format("So $2 v = 9$."), path) == "wrong"


@pytest.mark.parametrize(
    ("article", "verdict"),
    [
        (r"$\frac{2}{9} = 0.222...$", "exact"),
        (r"$\frac{2}{9} = 0.333\ldots$", "wrong"),
        (r"$\log(0.444...) = -0.811$", "rounded"),
        ("$\\sqrt{2} = 1.4142\\ldots$", "undecided"),
        (r"$1'250 + 300 = 1'550$", "exact"),
        (r"$1'250 + 300 = 1'560$", "wrong"),
        (r"$\delta{_2} = 0.25$ and $4\delta{_2} = 1$", "exact"),
        (r"$\delta{_2} = 0.25$ and $4\delta{_2} = 2$", "wrong"),
        ("$x = 0.5\u200b$ and $2x = 1\u200b$", "exact"),
        ("$x = 0.5\u200b$ and $2x = 2\u200b$", "wrong"),
        (r"$y = \max{(0, 0.7)} = 0.7$", "exact"),
        (r"$y = \max{(0, 0.7)} = 0$", "wrong"),
        (r"$e = [0.5, 0.25]$. $z_1 = 2$. $p = e^{z_1} = 7.389$", "rounded"),
        (r"$e = [0.5, 0.25]$. $z_1 = 2$. $p = e^{z_1} = 7.839$", "wrong"),
        (r"$-\log(0.8) = -(-0.22314)$", "rounded"),
        (r"$-\log(0.8) = -(-0.22341)$", "wrong"),
    ],
)
def test_spellings_of_numbers_and_names(article: str, verdict: str) -> None:
    """By hand: log(4/9) = -0.8109, e^2 = 7.3891, log 0.8 = -0.22314."""
    assert last(article) == verdict


@pytest.mark.parametrize(
    ("article", "verdict"),
    [
        (r"$211^2 \approx 45{,}000$", "rounded"),  # 44,521
        (r"$211^2 \approx 44{,}000$", "wrong"),
        (r"$211^2 = 45{,}000$", "wrong"),
        (r"$2^{10} \approx 1000$", "rounded"),
        (r"$2^{10} \approx 2000$", "wrong"),
        (r"$\sqrt{1.2} \approx 1 + 0.5 \cdot 0.2$", "rounded"),  # 1.0954, to one place 1.1
        (r"$\sqrt{1.2} \approx 1 + 0.4 \cdot 0.2$", "wrong"),
        (r"$\sqrt{1.2} = 1 + 0.5 \cdot 0.2$", "wrong"),
    ],
)
def test_behind_a_sign_of_rounding(article: str, verdict: str) -> None:
    assert last(article) == verdict


@pytest.mark.parametrize(
    ("article", "verdict"),
    [
        (r"Let $A = \begin{bmatrix}1&2\\3&4\end{bmatrix}$. $q = u^\top v + c$", "stated"),
        (r"Let $A = \begin{bmatrix}1&2\\3&4\end{bmatrix}$. $u + 1 = 2$", "undecided"),
    ],
)
def test_what_can_be_held_against_nothing_is_stated(article: str, verdict: str) -> None:
    assert last(article) == verdict


def test_rules_told_one_after_another_are_each_differentiated() -> None:
    rules = (
        r"$$\begin{aligned} z &= x - y \Rightarrow \frac{\partial z}{\partial y} = -1 \\ "
        r"z &= x y^2 \Rightarrow \frac{\partial z}{\partial y} = SLOPE \end{aligned}$$"
    )
    assert last(rules.replace("SLOPE", "2xy")) == "exact"
    assert last(rules.replace("SLOPE", "2y")) == "wrong"


def test_a_list_may_be_a_row_in_a_product() -> None:
    outer = r"$D = \begin{bmatrix}2 \\ 3\end{bmatrix} \cdot [1, 4] = \begin{bmatrix}2 & 8 \\ 3 & ENTRY\end{bmatrix}$"
    assert last(outer.replace("ENTRY", "12")) == "exact"
    assert last(outer.replace("ENTRY", "13")) == "wrong"
    row = r"$z = [1, 2] \cdot \begin{bmatrix}1 & 3 \\ 2 & 4\end{bmatrix} + [1, 1] = [6, SECOND]$"
    assert last(row.replace("SECOND", "12")) == "exact"
    assert last(row.replace("SECOND", "13")) == "wrong"


def test_numbers_put_together_for_one_gate_are_asked_about() -> None:
    article = (
        r"Let $V = 0.5$, $x_1 = 2$, $h_0 = 0$. $$f_t = \sigma(V \cdot [h_{t-1}, x_t])$$ $$f_1 = \sigma(1) = SIGMA$$"
    )
    assert [verdict for _, verdict in verdicts(article.replace("SIGMA", "0.731"))][-2:] == ["undecided", "rounded"]
    assert last(article.replace("SIGMA", "0.713")) == "wrong"


def test_a_number_that_was_worked_may_stand_for_more_digits_in_another_unit() -> None:
    chain = r"$v = \frac{90}{7.4} = 12.2\,m/s = SPEED\,km/h$"  # 12.162 m/s are 43.78 km/h, 12.2 m/s are 43.92
    assert last(chain.replace("SPEED", "43.8")) == "rounded"
    assert last(chain.replace("SPEED", "44.8")) == "wrong"


def test_a_loss_of_another_pass_is_no_misprint() -> None:
    loss = r"The loss is $L = -\log(0.701) = 0.355$. WORDS $L = 0.350$"
    assert last(loss.replace("WORDS", "**Second pass, after the update**")) == "stated"
    assert last(loss.replace("WORDS", "As we saw,")) == "wrong"


def test_a_section_has_its_own_loss() -> None:
    article = r"""# One
$p = q^2$, $C = 3 p + 1$
# Two
$C = p^2$. $\frac{\partial C}{\partial p} = SLOPE$
"""
    assert last(article.replace("SLOPE", "2p")) == "exact"
    assert last(article.replace("SLOPE", "p")) == "wrong"


@pytest.mark.parametrize(
    ("article", "verdict"),
    [
        (r"$M = 3{,}1 \cdot 2~\text{N}\cdot\text{m} = 6{,}2~\text{N}\cdot\text{m}$", "exact"),
        (r"$M = 3{,}1 \cdot 2~\text{N}\cdot\text{m} = 6{,}3~\text{N}\cdot\text{m}$", "wrong"),
        (r"$\phi = 0.5~\text{rad} = 28.6^\circ$", "rounded"),
        (r"$\phi = 0.5~\text{rad} = 26.8^\circ$", "wrong"),
        (r"$F = 8 \cdot \sin(30) = 8 \cdot 0.5 = 4$", "exact"),
        (r"$F = 8 \cdot \sin(30) = 8 \cdot 0.6$", "wrong"),
        (r"$$\begin{align} m &= \frac{1}{p} && s = \frac{2}{p} && p = 0.5 \end{align}$$ $s = 4$", "exact"),
        (r"$$\begin{align} m &= \frac{1}{p} && s = \frac{2}{p} && p = 0.5 \end{align}$$ $s = 5$", "wrong"),
    ],
)
def test_moments_angles_and_columns(article: str, verdict: str) -> None:
    assert last(article) == verdict


def test_a_line_that_names_an_exercise_is_a_heading() -> None:
    article = "Exercice #\n\nSoit $v = 3$.\n\n**Exercise 2**\n\nLet $v = 4$. RESULT\n"
    assert last(article.replace("RESULT", "So $2 v = 8$.")) == "exact"
    assert last(article.replace("RESULT", "So $2 v = 9$.")) == "wrong"
    assert last("As in exercise 2 we have $v = 3$.\n\nSo $2 v = 8$.") == "wrong"


def test_what_goes_on_from_a_mistake_by_a_general_formula_is_none() -> None:
    article = (
        r"$h_t = \tanh(w h_{t-1} + x_t)$, $y_t = 1.5 h_t$, $w = 0.5$, $h_0 = 0$, $x_1 = 1$. "
        r"$h_1 = \tanh(1) = 0.752$, $y_1 = 1.5 \cdot 0.752 = 1.128$"
    )
    assert [verdict for _, verdict in verdicts(article)][-4:] == ["exact", "wrong", "exact", "exact"]


def test_a_word_above_a_name_is_no_power() -> None:
    """0.75 - 0.5 is 0.25, half its square 0.03125; with 0.6 it would be 0.01125."""
    given = r"$q_1 = 0.75$, $q_1^{\text{true}} = 0.5$. $C_t = \frac{1}{2}(q_t - q_t^{\text{true}})^2$, $C_1 = \frac{1}{2}(0.75 - TARGET)^2$"
    assert last(given.replace("TARGET", "0.5")) == "exact"
    assert last(given.replace("TARGET", "0.6")) == "wrong"


def test_a_gradient_that_fits_the_numbers_of_a_later_example_is_asked_about() -> None:
    """It is not the derivative of the loss above, which is -y / p times x; both are 0 with these numbers."""
    rule, numbers = r"# Rule NEXT $p = w x$, $E = -y \log(p)$.", "$x = 1$, $w = 2$, $y = 0$."
    claim = r"# Gradient NEXT $\frac{\partial E}{\partial w} = y x$"
    for example, verdict in (("NEXT # Example NEXT", "undecided"), ("", "wrong")):
        assert last(f"{rule} {example} {numbers} NEXT {claim}".replace(" NEXT ", "\n\n")) == verdict


def test_a_function_is_the_one_that_was_defined_last() -> None:
    first, second = r"$f(x, y) = \log(e^x + e^y)$.", "Now let $f(x) = 3 x^4 - 4 x^3$."
    assert last(rf"{first} {second} $\frac{{df}}{{dx}} = 12 x^3 - 12 x^2$") == "exact"
    assert last(rf"{first} {second} $\frac{{df}}{{dx}} = 12 x^3 - 12 x$") == "wrong"


def test_an_approximation_between_symbols_is_no_identity() -> None:
    """(1 + h)^2 is 1 + 2 h but for h^2."""
    assert last(r"$f(x) = x^2$. Near 1, $f(1 + h) \approx 1 + 2 h$.") == "undecided"
    assert last(r"$(1 + h)^2 = 1 + 3 h + h^2$.") == "wrong"


def test_a_value_of_a_later_exercise_says_nothing_of_this_one() -> None:
    article = (
        "# One\n\nWith 60 kg, $F = m g$ and $m g = 60 \\cdot 9.8 = 588$. Here $g = 9.8$.\n\n# Two\n\nNow $m = 10$."
    )
    assert "wrong" not in [verdict for _, verdict in verdicts(article)]
    assert "wrong" in [verdict for _, verdict in verdicts(article.replace("588", "598"))]
