"""LaTeX as authors write it: commands of their own around formulas, packages, columns; our own `.tex` handouts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import derivation
from derivation.check import check_text
from derivation.checking.sources.find import find, source
from derivation.checking.sources.source import Formula
from derivation.pages.formats.markdown import markdown
from derivation.pages.formats.tex import write

LESSONS = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("theme", ["typeset", "handwritten"])
@pytest.mark.parametrize("lesson", ["two-two-one", "adam", "softmax-regression"])
def test_our_own_handout_is_read_back(lesson: str, theme: str) -> None:
    """Nothing is wrong, and as much is compared as in the Markdown handout of the same lesson: what is given a second
    time in its tables comes on top."""
    worked = derivation.prove(derivation.derive(derivation.load(LESSONS / f"{lesson}.toml")))
    tex = check_text(write(worked, theme).decode(), "handout.tex").summary
    plain = check_text(markdown(worked)).summary
    assert (tex["wrong"], tex["undecided"]) == (0, plain["undecided"])
    assert tex["stated"] == plain["stated"]
    assert tex["exact"] + tex["rounded"] >= plain["exact"] + plain["rounded"] > 40


@pytest.mark.parametrize("theme", ["typeset", "handwritten"])
def test_a_slip_in_our_own_handout_is_found_in_its_line(theme: str) -> None:
    worked = derivation.prove(derivation.derive(derivation.load(LESSONS / "two-two-one.toml")))
    text = write(worked, theme).decode()
    right, slip = r"\link{=}{0.05 - 0.3}%", r"\link{=}{0.05 - 0.4}%"
    assert text.count(right) == 1
    line = text[: text.index(right)].count("\n") + 1
    wrong = check_text(text.replace(right, slip), "handout.tex").wrong
    assert (line, len(r"\link{=}{") + 1) in [equality.place for equality in wrong]


def document(preamble: str, body: str) -> str:
    return f"{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"


@pytest.mark.parametrize(
    ("preamble", "body", "column"),
    [
        (r"\newcommand{\be}{\begin{equation}}\newcommand{\ee}{\end{equation}}", r"\be x = 1 + 1 = 3 \ee", 17),
        (r"\def\eqn#1{\[#1\]}", r"\eqn{x = 1 + 1 = 3}", 18),
        (
            r"\newenvironment{eqn}[1][a]{\begin{equation}}{\end{equation}}",
            r"\begin{eqn}[b] x = 1 + 1 = 3 \end{eqn}",
            28,
        ),
        (r"\newcommand{\given}[1]{\leavevmode\hbox{$\displaystyle #1$}\quad}", r"\given{x = 1 + 1 = 3}", 20),
        (r"\newcommand{\outer}[1]{\inner{#1}}\newcommand{\inner}[1]{$#1$}", r"\outer{x = 1 + 1 = 3}", 20),
        (r"\newcommand{\chain}[2]{$#1$ #2}\newcommand{\link}[1]{$= #1$}", r"\chain{x}{\link{1 + 1}\link{3}}", 29),
        (r"\newcommand{\both}[2][2]{$x = #1 + 1 = #2$}", r"\both{4}", 7),
        (r"\newcommand{\result}[1]{\text{\fbox{$\displaystyle #1$}}}", r"$x = 1 + 1 = \result{3}$", 22),
        (r"\NewDocumentCommand{\half}{O{2} m}{\frac{#2}{#1}}", r"$x = \half{4} = 3$", 17),
        (r"\DeclarePairedDelimiter{\paren}{(}{)}", r"$x = \paren{1 + 1} \cdot 1 = 3$", 30),
        (r"\let\old\hat\renewcommand{\hat}[1]{\old{#1}}", r"$\hat{x} = 1 + 1 = 3$", 20),
        (r"\providecommand*{\two}{2}", r"$x = \two + \two = 5$", 20),
        (r"\gdef\two{2}", r"$x = \two \cdot \two = 5$", 24),
    ],
)
def test_commands_around_formulas_are_put_in(preamble: str, body: str, column: int) -> None:
    report = check_text(document(preamble, body), "a.tex")
    assert [equality.place for equality in report.wrong] == [(3, column)], report.summary
    assert report.summary["undecided"] == 0


def test_a_command_that_is_redefined_in_the_language_of_tex_keeps_its_meaning() -> None:
    preamble = r"""\def\sqrt#1{\hbox{\setbox0\hbox{#1}\kern1pt\box0}}
\renewenvironment{pmatrix}{\left(\let\frac\dfrac\env@matrix}{\endmatrix\right)}"""
    body = r"$x = \sqrt{9} = 4$ $\begin{pmatrix} 1 & 2 \end{pmatrix} \begin{pmatrix} 3 \\ 4 \end{pmatrix} = 12$"
    assert [equality.why for equality in check_text(document(preamble, body), "a.tex").wrong] == [
        "3, not 4",
        "11, not 12",
    ]


@pytest.mark.parametrize(
    "body",
    [
        r"\newcommand{\a}{\a \a $x$} \a",
        r"\newcommand{\a}{\b $x$}\newcommand{\b}{\a \a} \b",
        r"\let\a\b \let\b\a $\a = \b$",
        r"\newcommand{\a}[1]{$#1$} " + r"\a{" * 300,
        r"\begin{a} \end{b} \newenvironment{a}{$$}{$$} \begin{a}",
    ],
)
def test_commands_that_do_not_end_are_no_hang(body: str) -> None:
    assert not check_text(body, "a.tex").wrong


PACKAGES = {
    r"\num{2.5} \cdot 2": "5",
    r"\num{1e-3} \cdot 2": "0.002",
    r"\SI{3}{\meter} \cdot 2": "6",
    r"\qty{50}{\percent} \cdot 4": "2",
    r"\nicefrac{1}{2} + 1": "1.5",
    r"\sfrac{3}{4} + 1": "1.75",
    r"\frac{\cancel{2} \cdot 3}{\bcancel{2}}": "3",
    r"\abs{-3} + 1": "4",
    r"\norm{\mqty(3 \\ 4)} + 1": "6",
    r"\qty(1 + 2) \cdot 2": "6",
    r"\pqty{1 + 2} \cdot 2": "6",
    r"\mqty[1 & 2] \pmqty{3 \\ 4}": "11",
    r"\begin{dcases} 2 & 2 > 1 \\ 0 & 2 \le 1 \end{dcases} + 0": "2",
    r"\mathclap{3} + \smash{2}": "5",
    r"\underbracket{2 + 1}_{\text{sum}} + 1": "4",
    r"1.5{\times}2": "3",
    r"\fbox{$2 + 1$}": "3",
    r"2 + 1 \tag{4} \label{eq:a}": "3",
    r"2 + \textcolor{red}{1}": "3",
}


@pytest.mark.parametrize("formula", PACKAGES)
def test_commands_of_packages_are_read(formula: str) -> None:
    value = PACKAGES[formula]
    assert check_text(rf"\[ x = {formula} = {value} \]", "a.tex").summary["exact"] == 1
    wrong = check_text(rf"\[ x = {formula} = 99 \]", "a.tex").wrong
    assert [equality.expected for equality in wrong] == [value]


@pytest.mark.parametrize("derivative", [r"\dv{f}{x}", r"\dv{x} f", r"\pdv{f}{x}"])
def test_the_derivatives_of_physics_are_read(derivative: str) -> None:
    assert check_text(rf"\[ f = x^2, \quad {derivative} = 2 x \]", "a.tex").summary["exact"] == 1
    assert check_text(rf"\[ f = x^2, \quad {derivative} = 3 x \]", "a.tex").summary["wrong"] == 1


def test_columns_are_chains_of_their_own() -> None:
    rows = r"\begin{alignat}{2} x &= 1 + 2 & \quad y &= 3 + 1 \\ &= 3 & &= 4 \end{alignat}"
    assert Counter(equality.verdict for equality in check_text(rows, "a.tex").equalities) == {"stated": 2, "exact": 2}
    assert [e.why for e in check_text(rows.replace("= 4", "= 5"), "a.tex").wrong] == ["4, not 5"]
    beside = r"$x = 3$ \begin{align} z &= x + 1 & y &= x + 2 = 6 \end{align}"
    assert [equality.why for equality in check_text(beside, "a.tex").wrong] == ["5, not 6"]


@pytest.mark.parametrize(
    "body",
    [
        r"\[ \begin{array}{rcl} x & = & 1 + 2 \\ & = & 4 \end{array} \]",
        r"\begin{subequations}\begin{gather} x = 1 + 2 \\ = 4 \end{gather}\end{subequations}",
        r"\begin{eqnarray*} x &=& 1 + 2 \nonumber \\ &=& 4 \end{eqnarray*}",
        r"\begin{multline} x = 1 \\ + 2 = 4 \end{multline}",
        r"\begin{split} x &= 1 + 2 \\ &= 4 \end{split}",
        r"\begin{align} x &= 1 + 2 \\ \intertext{so that} &= 4 \end{align}",
        r"\[ \begin{alignedat}{2} x &= 1 + 2 &\quad& \\ &= 4 \end{alignedat} \]",
        "\\begin{comment} $x = 1 = 2$ \\end{comment} \\lstinline|$x = 1 = 2$| $x = 1 + 2 = 4$ % $y = 1 = 2$",
    ],
)
def test_environments_hold_one_wrong_equality(body: str) -> None:
    assert [equality.why for equality in check_text(body, "a.tex").wrong] == ["3, not 4"]


def test_a_file_that_is_not_there_is_named() -> None:
    report = check_text("$x = 1$\n\\include{chapters/one}\n", "a.tex")
    assert [(part.place, part.what) for part in report.unread] == [((2, 1), "chapters/one")]


def test_what_a_command_does_not_set_is_no_formula() -> None:
    text = document(r"\newcommand{\hidden}[1]{} \newcommand{\word}[1]{\textbf{#1}}", r"\word{a $x = 1$} \hidden{b}")
    assert [part.text for part in find(source("a.tex", text)) if isinstance(part, Formula)] == ["x = 1"]
