"""What our own handouts print, and what strangers print alike: parts of arrays, arrays joined, numbers below functions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from copies import copies

import derivation
from derivation.checking.article import check_text

EXAMPLES = Path(__file__).parents[2] / "examples"

M = r"$M = \begin{pmatrix} 1 & 2 & 3 \\ 4 & 5 & 6 \end{pmatrix}$, $h = \begin{pmatrix} 7 \\ 8 \\ 9 \end{pmatrix}$. "
"""Two arrays that are told apart in every entry."""
HOLDS = [
    M + r"$M_{:,2} = \begin{pmatrix} 2 \\ 5 \end{pmatrix}$",
    M + r"$M_{2,:} = \begin{pmatrix} 4 & 5 & 6 \end{pmatrix}$, $M_{2:} = \begin{pmatrix} 4 & 5 & 6 \end{pmatrix}$",
    M + r"$M_{:3} = M_{\cdot 3} = M_{*3} = M_{\bullet,3} = \begin{pmatrix} 3 \\ 6 \end{pmatrix}$",
    M
    + r"$M_{1:2,2:3} = \begin{pmatrix} 2 & 3 \\ 5 & 6 \end{pmatrix}$, $h_{2:3} = \begin{pmatrix} 8 \\ 9 \end{pmatrix}$",
    M + r"$(2M)_{:,1} = \begin{pmatrix} 2 \\ 8 \end{pmatrix}$, $(2h)_{1:2} = \begin{pmatrix} 14 \\ 16 \end{pmatrix}$",
    r"$\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}_{:,\thinspace1} = \begin{pmatrix} 1 \\ 3 \end{pmatrix}$",
    r"$\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}_{21} = 3$",
    M + r"$c = \sum_{j=1}^{3} M_{:,j} h_j = \begin{pmatrix} 50 \\ 122 \end{pmatrix}$",
    M + r"$[M_{:,1},\enspace M_{:,3}] = \begin{pmatrix} 1 & 3 \\ 4 & 6 \end{pmatrix}$",
    r"$a = \begin{bmatrix} 1 \\ 2 \end{bmatrix}$, $b = \begin{bmatrix} 3 \\ 4 \end{bmatrix}$, "
    r"$V = \begin{bmatrix} 1 & 0 \\ 2 & 5 \end{bmatrix}$, "
    r"$[a, b]\, V = \begin{bmatrix} 7 & 15 \\ 10 & 20 \end{bmatrix}$, $[a, b]^\top a = \begin{bmatrix} 5 \\ 11 \end{bmatrix}$",
    r"$h = \begin{bmatrix} 1 \\ 2 \end{bmatrix}$, $x = \begin{bmatrix} 3 \\ 4 \end{bmatrix}$, "
    r"$W = \begin{bmatrix} 1 & 0 & 2 & 0 \\ 0 & 1 & 0 & 2 \end{bmatrix}$, "
    r"$W [h, x] = W [h; x] = W \begin{bmatrix} h \\ x \end{bmatrix} = \begin{bmatrix} 7 \\ 10 \end{bmatrix}$",
    r"$x = \begin{bmatrix} 3 \\ 4 \end{bmatrix}$, $w = \begin{bmatrix} 2 & 1 & 0.5 \end{bmatrix}$, $w [x; 1] = 10.5$",
    r"$A = [1, 2; 3, 4]$, $A \begin{bmatrix} 1 \\ 1 \end{bmatrix} = \begin{bmatrix} 3 \\ 7 \end{bmatrix}$",
    r"$A = \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}$, $u = \begin{bmatrix} 5 \\ 6 \end{bmatrix}$, "
    r"$r = \begin{bmatrix} 0 & 0 \end{bmatrix}$, $\begin{bmatrix} A & u \\ r & 1 \end{bmatrix}"
    r"\begin{bmatrix} 1 \\ 1 \\ 2 \end{bmatrix} = \begin{bmatrix} 13 \\ 19 \\ 2 \end{bmatrix}$",
    M + r"$M_{2:} = \begin{pmatrix} 4 \\ 5 \\ 6 \end{pmatrix}$",
    r"$2 \cdot \mathbf{1}_{2 \times 3} = \begin{pmatrix} 2 & 2 & 2 \\ 2 & 2 & 2 \end{pmatrix}$",
    r"$3\, \mathbf{e}_2^{3 \times 1} = \begin{pmatrix} 0 \\ 3 \\ 0 \end{pmatrix}$",
    r"$\mathrm{reshape}_{2 \times 2}\begin{pmatrix} 1 \\ 2 \\ 3 \\ 4 \end{pmatrix} = \begin{pmatrix} 1 & 2 \\ 3 & 4 "
    r"\end{pmatrix}$",
    r"$\mathrm{pad}_{2:2,\,1:2 \subset 3 \times 2}\begin{pmatrix} 5 & 6 \end{pmatrix} = \begin{pmatrix} 0 & 0 \\ 5 & 6 "
    r"\\ 0 & 0 \end{pmatrix}$",
    M + r"$\mathrm{rows}_{2,1,2}(M) = \begin{pmatrix} 4 & 5 & 6 \\ 1 & 2 & 3 \\ 4 & 5 & 6 \end{pmatrix}$",
    M + r"$\mathrm{scatter}_{3,1 \subset 3}(M) = \begin{pmatrix} 4 & 5 & 6 \\ 0 & 0 & 0 \\ 1 & 2 & 3 \end{pmatrix}$",
    r"$\mathrm{upsample}_{1 \times 2}\begin{pmatrix} 1 & 2 \end{pmatrix} = \begin{pmatrix} 1 & 1 & 2 & 2 \end{pmatrix}$",
    r"$v = 0.5$, $y = 1 + 0.9\,\mathrm{sg}(v) = 1.45$, $\frac{\partial y}{\partial v} = 0$",
    r"$q = \begin{bmatrix} 1 \\ 2 \\ 4 \end{bmatrix}$, $\mathrm{softmax}(q)_1 + \mathrm{softmax}(q)_2 + "
    r"\mathrm{softmax}(q)_3 = 1$",
]


@pytest.mark.parametrize("text", HOLDS)
def test_what_holds_is_decided(text: str) -> None:
    found = [(one.verdict, one.right.latex, one.why) for one in check_text(text).equalities]
    assert found
    assert all(verdict in ("exact", "rounded", "stated") for verdict, *_ in found), found
    assert found[-1][0] != "stated"


SLIP = re.compile(r"(?<![_{:\d.])(\d+(?:\.\d+)?)(?![\d.:}])")


@pytest.mark.parametrize("text", HOLDS)
def test_a_slip_in_its_last_number_is_found(text: str) -> None:
    *_, last = SLIP.finditer(text)
    slipped = text[: last.start()] + str(int(float(last[1])) + 3) + text[last.end() :]
    verdicts = [one.verdict for one in check_text(slipped).equalities]
    assert "wrong" in verdicts, (slipped, verdicts)


def slope(of: str, by: str, right: str) -> str:
    return rf"$$\frac{{\partial {of}}}{{\partial {by}}} = {right}$$"


HEADS = (
    r"$$Q = X W, \quad q_1 = Q_{:,1}, \quad q_2 = Q_{:,2}, \quad O = [q_1, q_2] U, \quad L = \sum_{ij} O_{ij}^2$$"
    r"$X = \begin{bmatrix} 1 & 0 \\ 2 & 1 \end{bmatrix}$, $W = \begin{bmatrix} 1 & 1 \\ 0 & 3 \end{bmatrix}$, "
    r"$U = \begin{bmatrix} 1 & 2 \\ 0 & 1 \end{bmatrix}$ "
)
"""By hand: Q = [1 1; 2 5], O = [1 3; 2 9], dL/dO = 2 O, dL/dq_1 = 2 O U_{1,:}^T = [14; 40], dL/dq_2 = [6; 18]."""


def test_gradients_pass_through_parts_and_arrays_that_were_joined() -> None:
    right = HEADS + "".join(
        [
            slope("L", "O", "2 O"),
            slope("L", "q_1", r"\begin{bmatrix} 14 \\ 40 \end{bmatrix}"),
            slope("L", "q_2", r"(2 O U^\top)_{:,2} = \begin{bmatrix} 6 \\ 18 \end{bmatrix}"),
            slope("L", "(q_2)_1", "6"),
            slope("L", "W", r"X^\top \begin{bmatrix} 14 & 6 \\ 40 & 18 \end{bmatrix}"),
            slope("L", "W_{12}", "42"),
        ]
    )
    assert {one.verdict for one in check_text(right).equalities} == {"stated", "exact"}
    for before, after in ((r"14 \\ 40", r"14 \\ 41"), ("_{:,2} =", "_{:,1} ="), (r"X^\top", "X"), ("= 42", "= 40")):
        assert before in right
        assert "wrong" in {one.verdict for one in check_text(right.replace(before, after)).equalities}, after


def test_gradients_pass_through_a_vector_of_formulas() -> None:
    text = (
        r"$A = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$, $$m = \left[\frac{\sum_{ij} A_{ij}}{4}; A_{11}\right], "
        r"\quad L = 3 m_1^2 + m_2$$"
    )
    right = slope("L", "A", r"\begin{pmatrix} 4.75 & 3.75 \\ 3.75 & 3.75 \end{pmatrix}")
    assert check_text(text + right).equalities[-1].verdict == "exact"
    assert check_text(text + right.replace("4.75", "3.75")).equalities[-1].verdict == "wrong"


def test_words_that_are_functions_only_before_a_bracket_stay_names_elsewhere() -> None:
    text = r"$\text{rows} = 3$, $\text{entries} = 4 \cdot \text{rows} = 12$, $\text{place} = \text{rows} + 1 = 4$"
    assert "wrong" not in {one.verdict for one in check_text(text).equalities}
    assert check_text(text).summary["undecided"] == 0


def test_a_number_put_in_for_a_derivative_keeps_its_sign() -> None:
    given = (
        r"$y = w x$, $L = \frac12 (y-t)^2$, $w = 0.5$, $x = 3$, $t = 2.12$. $\frac{\partial L}{\partial y} = -0.62$. "
    )
    assert check_text(given + slope("L", "w", "-0.62 x")).summary["wrong"] == 0
    assert check_text(given + slope("L", "w", "0.62 x")).summary["wrong"] == 1
    assert check_text(given + slope("L", "w", "-0.62 w")).summary["wrong"] == 1


def test_targets_that_are_0_do_not_hide_a_sign() -> None:
    given = (
        r"$o = W h$, $L = \frac12 \sum_i (o_i - t_i)^2$, $W = \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}$, "
        r"$h = \begin{bmatrix} 1 \\ 2 \end{bmatrix}$, $t = \begin{bmatrix} 0 \\ 0 \end{bmatrix}$. "
    )
    assert check_text(given + slope("L", "w_{11}", "(o_1 - t_1) h_1")).summary["wrong"] == 0
    assert check_text(given + slope("L", "w_{11}", "(o_1 + t_1) h_1")).summary["wrong"] == 1


@pytest.mark.parametrize("lesson", ["linear-regression", "two-two-one"])
def test_copies_with_other_names_have_the_verdicts_of_the_one(lesson: str) -> None:
    from derivation.pages.formats.markdown import markdown

    one = markdown(derivation.prove(derivation.derive(derivation.load(EXAMPLES / f"{lesson}.toml"))))
    count = 22  # as many general update rules, one in each section
    expected = {verdict: count * found for verdict, found in check_text(one).summary.items()}
    assert dict(check_text(copies(one, count)).summary) == expected
    assert expected["undecided"] == expected["wrong"] == 0


BY_COLUMNS = (
    r"$W = \begin{bmatrix} 1 & 0 \\ 0 & 1 \\ 1 & 1 \end{bmatrix}$, $X = \begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix}$, "
    r"$Y = \begin{bmatrix} 1 & 0 \\ 0 & 1 \\ 0 & 0 \end{bmatrix}$, $Z = W X$, $P = \text{softmax}(Z)$, "
    r"$L = -\frac12 \sum_{ij} Y_{ij} \log P_{ij}$ "
)
"""A sample in each column: e / (2 e + 1) = 0.422, 1 / (2 e + 1) = 0.155, L = -log 0.4223 = 0.862."""


def test_softmax_of_a_batch_goes_the_way_its_probabilities_do() -> None:
    printed = r"$P = \begin{bmatrix} 0.422 & 0.155 \\ 0.155 & 0.422 \\ 0.422 & 0.422 \end{bmatrix}$, $L = 0.862$ "
    right = BY_COLUMNS + printed + slope("L", "Z", r"\frac12 (P - Y)")
    assert {one.verdict for one in check_text(right).equalities} <= {"stated", "exact", "rounded"}
    assert check_text(right.replace("0.862", "0.852")).summary["wrong"] == 1
    assert check_text(right.replace(r"P - Y", "P + Y")).summary["wrong"] == 1
    by_rows = (
        r"$Z = \begin{bmatrix} 1 & 0 & 1 \\ 0 & 1 & 1 \end{bmatrix}$, $P = \text{softmax}(Z)$, "
        r"$P = \begin{bmatrix} 0.422 & 0.155 & 0.422 \\ 0.155 & 0.422 & 0.422 \end{bmatrix}$"
    )
    assert check_text(by_rows).equalities[-1].verdict == "rounded"
    assert check_text(by_rows.replace("0.155 & 0.422 & 0.422", "0.155 & 0.422 & 0.522")).summary["wrong"] == 1


KINKS = [r"\max(0, {0})", r"\text{{ReLU}}({0})", r"|{0}|", r"\text{{LeakyReLU}}({0})", r"\min({0}, 0)"]


@pytest.mark.parametrize("kink", KINKS)
def test_a_mask_that_is_left_out_is_missed_under_no_name(kink: str) -> None:
    for letter in "abcfgkmnopqrsuvwxyz":
        text = rf"$h = {kink.format(letter)}$, $L = \frac12 (h - 1)^2$. " + slope("L", letter, "h - 1")
        assert check_text(text).equalities[-1].verdict == "wrong", text
    masked = r"$z = w x$, $a = \max(0, z)$. " + slope("a", "w", r"\mathbf{1}[z > 0] x")
    assert check_text(masked).equalities[-1].verdict == "exact"


def test_an_entry_that_an_array_has_not_is_told_in_words() -> None:
    from derivation.checking.facts.failures import told
    from derivation.words.telling import code_of

    assert code_of(told(IndexError("tuple index out of range"))) == "undecided.open_shapes"


def test_a_derivative_by_an_entry_that_is_said_to_be_0_is_no_equation() -> None:
    given = r"$y = w^\top x$, $w = \begin{bmatrix} 1 \\ 2 \end{bmatrix}$, $x = \begin{bmatrix} 3 \\ 0 \end{bmatrix}$. "
    assert check_text(given + slope("y", "w_2", "0")).equalities[-1].verdict == "exact"
    assert check_text(given + slope("y", "w_1", "0")).equalities[-1].verdict == "wrong"


@pytest.mark.parametrize(
    "words", [r"For $z > 0$, {0}", "If $z>0$, then {0}", "{0} where $z > 0$.", "When $0 < z$ we have {0}"]
)
def test_a_derivative_on_one_side_of_a_kink_is_asked_about(words: str) -> None:
    given = r"$a = \max(0, z)$, $L = \frac12 (a - t)^2$. "
    one_sided = words.format(r"$\frac{\partial L}{\partial z} = a - t$")
    assert check_text(given + one_sided).equalities[-1].code == "undecided.one_side"
    assert (
        check_text(given + one_sided.replace("z > 0", "z").replace("z>0", "z").replace("0 < z", "z")).summary["wrong"]
        == 1
    )


X23 = (
    r"$X = \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}$, $W = \begin{bmatrix} 1 & 0 \\ 2 & 1 \\ 0 & 1 \end{bmatrix}$, "
)
"""X W^T = [1 4 2; 3 10 4]."""
DECIDED = [
    (r"$\delta = (0.2, 0.3, -0.1)$, ", r"$\sum \delta = 0.4$", "0.4", "0.5"),
    (r"$y = (1, 0)$, $p = (0.8, 0.2)$, ", r"$L = -\sum y \log p = 0.223$", "0.223", "1.609"),
    (r"$w = (1, 2)$, $x = (3, 4)$, ", r"$z = \sum w_i x_i + 1 = 12$", "12", "8"),
    (r"$x = (2, 3, 4)$, ", r"$\prod x = 24$", "24", "9"),
    (
        X23 + r"$b = \begin{bmatrix} 1 & 2 & 3 \end{bmatrix}$. ",
        r"$X W^\top + b = \begin{bmatrix} 2 & 6 & 5 \\ 4 & 12 & 7 \end{bmatrix}$",
        "12",
        "13",
    ),
    (X23 + "$b = (1, 2, 3)$. ", r"$X W^\top + b = \begin{bmatrix} 2 & 6 & 5 \\ 4 & 12 & 7 \end{bmatrix}$", "12", "11"),
    (
        r"$M = \begin{bmatrix} 1 & 2 & 3 \\ 4 & 5 & 6 \end{bmatrix}$, $m = \begin{bmatrix} 2 \\ 5 \end{bmatrix}$, ",
        r"$M - m = \begin{bmatrix} -1 & 0 & 1 \\ -1 & 0 & 1 \end{bmatrix}$",
        "-1 & 0 & 1 \\e",
        "-1 & 0 & 2 \\e",
    ),
    (
        r"$E[g^2]_0 = 2$, $g_1 = 2$, ",
        r"$E[g^2]_1 = 0.9 E[g^2]_0 + 0.1 g_1^2 = 0.9 \cdot 2 + 0.1 \cdot 4 = 2.2$",
        "2.2",
        "2.4",
    ),
    ("$z_1 = 3$ and $z_10 = 2$, ", "$z_{10} + z_1 = 5$", "5", "3"),
    ("$x = (3, 4)$, ", r"$\|x\|_3 = 4.498$", "4.498", "5"),
    ("$f = x^3$. ", r"$\frac{d^2 f}{dx^2} = 6 x$", "6 x", "5 x"),
    ("$f = x^2 y$. ", r"$\frac{\partial^2 f}{\partial x \partial y} = 2 x$", "2 x", "2 y"),
    ("$z = w x$, $L = (z - t)^2$. ", r"$\frac{\partial^2 L}{\partial w^2} = 2 x^2$", "2 x^2", "2 w^2"),
    ("$f(x) = x^3$. ", "$f''(x) = 6x$", "6x", "3x^2"),
    ("$f(x) = x^3$. ", "$f''(2) = 12$", "12", "11"),
    ("$f = x^2$. ", r"$\left.\frac{\partial f}{\partial x}\right|_{x=3} = 2 \cdot 3 = 6$", "2 \\cdot 3", "3 \\cdot 3"),
]


@pytest.mark.parametrize(("given", "right", "number", "slip"), DECIDED)
def test_what_need_not_be_left_open_is_decided(given: str, right: str, number: str, slip: str) -> None:
    found = [one.verdict for one in check_text(given + right).equalities]
    assert not {"wrong", "undecided"} & {*found}
    assert found[-1] != "stated"
    assert number in right
    assert "wrong" in [one.verdict for one in check_text(given + right.replace(number, slip)).equalities]


def test_a_vector_added_to_a_square_matrix_may_be_a_row_or_a_column() -> None:
    text = r"$X = \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}$, $b = (1, 10)$, "
    for result in (r"2 & 12 \\ 4 & 14", r"2 & 3 \\ 13 & 14"):
        assert check_text(text + rf"$X + b = \begin{{bmatrix}} {result} \end{{bmatrix}}$").summary["undecided"] == 1


def test_lists_that_number_cases_are_no_claim() -> None:
    assert check_text("For $t = 1,2,3$ and $i = 1, \\ldots, n$ we go on.").equalities == []
