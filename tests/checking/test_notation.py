"""Notation that people write: what each formula says, worked by hand."""

from __future__ import annotations

import pytest

from derivation.checking.article import check_text

A = r"$A = \begin{bmatrix} 2 & 0 \\ 1 & 4 \end{bmatrix}$, "
HOLDS = [
    r"$\eta = 1e-3$, $w = 2 - \eta \cdot 10 = 1.99$",
    r"$2 \cdot 1\mathrm{e}{-3} = 0.002$ and $3 \cdot 1\text{e-}3 = 0.003$ and $1.5e-2 + 1 = 1.015$",
    r"$1\frac{9}{10} = \frac{19}{10}$ and $3 - 2\frac12 = 0.5$ and $2\frac{1}{2} = 1$",
    r"$1\,000 + 1 = 1001$ and $25,\!000 - 1 = 24{,}999$",
    r"$5\%(25,\!000) = 1{,}250$ and $\pi(6^2)(4) = 144\pi$",
    r"$14 \text{ hours (a)} + 20 \text{ hours (b)} = 34 \text{ hours}$",
    r"$3\text{ kg} + 2\text{ kg} = 5\text{ kg}$, $2\,\mathrm{m} \cdot 3\,\mathrm{m} = 6\,\mathrm{m}^2$",
    r"$\text{Ann} = \text{Bob's age} - 4 = 10 - 4 = 6$",
    r"$3 \equiv 10 \pmod{7}$, $5^3 \equiv 5 \cdot 4 \equiv 20 \equiv 6 \pmod 7$",
    r"$a \star b = 2a + b$, $3 \star 5 = 6 + 5 = 11$",
    r"$a * b = a^b + b^a$, $2 * 6 = 2^6 + 6^2 = 100$",
    r"$\tan(45^\circ) = 1$, $\sin 30^\circ = \frac12$, $180^\circ - 45^\circ = 135^\circ$",
    r"$\angle ABC = 40^\circ$, $\angle BCA = 180^\circ - 90^\circ - \angle ABC = 50^\circ$",
    r"$\sqrt[3]{27} = 3$, $\sqrt[3]{-8} = -2$, $\sqrt[4]{16} = 2$",
    r"$\binom{5}{2} = 10$, ${5 \choose 2} = 10$, $7!! = 105$, $\gcd(12, 18) = 6$, $\frac{5!}{2!3!} = 10$",
    r"$\lfloor 3.7 \rfloor = 3$, $\lceil 3.2 \rceil + 1 = 5$, $0.1\overline{6} = \frac16$, $2 \cdot {-3} = -6$",
    "> $$\n> c = 2\\cdot3\n> = 6\n> $$",
    r"$v = (3,4)$, $w_o = 2v = (6,8)$ and $w = (1,2)$. Then $w_1 + w_2 = 3$.",
    "$P = \\frac{N}{100}$\n\n- $P = 5\\%$\n- $P = 20\\%$\n",
    r"$\prod_{i=1}^{3} i = 6$ and $\prod_{i=1}^{3} (i + 1) = 24$",
    r"$\det\begin{bmatrix}1&2\\3&4\end{bmatrix} = -2$, $\begin{vmatrix}1&2\\3&4\end{vmatrix} = -2$",
    r"$\left. x^2 \right|_{x=3} = 9$, $3 x^2 |_{x=2} = 12$",
    r"$\frac{-4 \pm 2}{2} = -2 \pm 1$",
    r"$P = 3$ and $P(A|F) = 0.2 \cdot 0.5 = 0.1$, $P(X \ge 15) = 1 - 0.4 = 0.6$",
    r"$x = 2$, $\sin 2x \cos 3 = \sin(4) \cos(3)$, $\cot x = \frac{1}{\tan 2}$",
    r"$x = (3, -4)$, $\|x\|_1 = 7$, $\|x\|_\infty = 4$, $\|x\|_2 = 5$",
    A + r"$A^{-1} = \begin{bmatrix} 0.5 & 0 \\ -0.125 & 0.25 \end{bmatrix}$",
    A + r"$A^2 = \begin{bmatrix} 4 & 0 \\ 6 & 16 \end{bmatrix}$, $\det A = 8$, $\det(A) = 8$",
    r"$g = \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}$, $g^2 = \begin{bmatrix} 1 & 4 \\ 9 & 16 \end{bmatrix}$",
    r"$S = \begin{bmatrix} 1 & 1 \\ 0 & 0 \end{bmatrix}$, $\text{softmax}(S) = \begin{bmatrix} 0.5 & 0.5 \\ 0.5 & 0.5 "
    r"\end{bmatrix}$",
    r"$a = [0.4 \;\; 0.3]$, $2a = [0.8\ 0.6]$, $c = [1 \ -2]$",
    r"$WA1 = \begin{bmatrix}1 & 2 \\ 3 & 4\end{bmatrix}$, $X = [1\ 1]$, $X \times WA1 = [4\ 6]$",
    r"$$\begin{aligned} g &= 10 \\ &\quad - 4 = 6 \end{aligned}$$ $$\begin{multline} h = 10 \\ - 4 = 6 \end{multline}$$",
    r"$$\begin{aligned} e ={} & 2 + 3 \\ ={} & 5\end{aligned}$$",
    r"Mit $\eta = 0{,}5$ ist $e = (2 - 3,\ 0 - 7) = (-1, -7)$",
]


@pytest.mark.parametrize("text", HOLDS)
def test_what_holds_is_not_called_wrong_nor_left_undecided(text: str) -> None:
    found = [(one.verdict, one.why) for one in check_text(text).equalities]
    assert found
    assert all(verdict in ("exact", "rounded", "stated") for verdict, _ in found), found


WRONG = [
    r"$2 - 1e-3 \cdot 10 = 1.98$",
    r"$1\frac{9}{10} = \frac{18}{10}$",
    r"$1\,000 + 1 = 1002$",
    r"$5\%(25,\!000) = 1{,}350$",
    r"$14 \text{ hours (a)} + 20 \text{ hours (b)} = 35 \text{ hours}$",
    r"$3\text{ kg} + 2\text{ kg} = 6\text{ kg}$",
    r"$\text{Ann} = \text{Bob's age} - 4 = 10 - 4 = 7$",
    r"$5^3 \equiv 5 \cdot 4 \equiv 20 \equiv 5 \pmod{7}$",
    r"$a \star b = 2a + b$, $3 \star 5 = 12$",
    r"$\tan(45^\circ) = 2$",
    r"$180^\circ - 45^\circ = 130^\circ$",
    r"$\sqrt[3]{27} = 9$",
    r"$\binom{5}{2} = 20$",
    r"$\lfloor 3.7 \rfloor = 4$",
    r"$2^{10} \equiv 3 \pmod{11}$",
    r"$15 \cdot 8^{-1} \equiv 28 \pmod{31}$",
    "> $$\n> c = 2\\cdot3\n> = 7\n> $$",
    r"$\prod_{i=1}^{3} i = 7$",
    r"$\det\begin{bmatrix}1&2\\3&4\end{bmatrix} = 10$",
    r"$\left. x^2 \right|_{x=3} = 6$",
    r"$\frac{-4 \pm 2}{2} = -2 \pm 2$",
    r"$x = (3, -4)$, $\|x\|_1 = 1$",
    A + r"$A^{-1} = \begin{bmatrix} 0.5 & 0 \\ 0.125 & 0.25 \end{bmatrix}$",
    A + r"$A^2 = \begin{bmatrix} 4 & 0 \\ 5 & 16 \end{bmatrix}$",
    r"$M = \begin{bmatrix} 0.2 & 0.3 \\ 0.1 & 0.4\end{bmatrix}$ $$z_1 = [2\ 3]M = [0.9\ 1.8]$$",
    r"$$W_2 = \begin{bmatrix} 0.3 & 0.9 \\ 0.1 & 0.2 \end{bmatrix}$$ $w_2^{11} = w_2^{11} - 0.1 \cdot 0.24 = 0.176$",
    r"$$\begin{aligned} g &= 10 \\ &\quad - 4 = 7 \end{aligned}$$",
]


@pytest.mark.parametrize("text", WRONG)
def test_what_does_not_hold_is_found(text: str) -> None:
    assert [one for one in check_text(text).equalities if one.verdict == "wrong"]


@pytest.mark.parametrize(
    "text",
    [
        r"$3 \star 5 = 9 + 5 = 14$",
        r"$1 \text{ ft} = 12 \text{ in}$",
        r"$\arcsin 1 = 90^\circ$",
        r"$2 * 6 = 2^6 + 6^2$",
        "## Load\n\n$\\lambda = 60/10 = 6$\n\n## Size\n\n$c = \\lambda/\\mu = 500/50 = 10$\n",
        r"$x \equiv 3 \pmod 7$, $x = 4 \pm 1$, $t = 1, 2, 3$, $25 \equiv 4$ modulo 7",
    ],
)
def test_what_claims_nothing_that_can_be_held_against_numbers_is_not_wrong(text: str) -> None:
    assert not check_text(text).wrong


def test_places_below_a_name_are_no_decimal() -> None:
    """In an article with decimal commas, 1,2 below a name are two places: the entry is 5, with 1.2 there is none."""
    matrix = r"Mit $0{,}5 = 1/2$ und $A = \begin{pmatrix} 4 & 5 \\ 6 & 7 \end{pmatrix}$"
    assert [one.verdict for one in check_text(matrix + " ist $2 A_{1,2} + 1 = 11$.").equalities][-1] == "exact"
    assert [one.verdict for one in check_text(matrix + " ist $2 A_{1,2} + 1 = 13$.").equalities][-1] == "wrong"


def test_arithmetic_in_brackets_above_a_name_is_a_power() -> None:
    """e to the quarter is 1.2840 to four places."""
    assert [one.verdict for one in check_text(r"$\mathrm{e}^{(0.5/2)} \approx 1.2840$").equalities] == ["rounded"]
    assert [one.verdict for one in check_text(r"$\mathrm{e}^{(0.5/2)} \approx 1.2841$").equalities] == ["wrong"]
