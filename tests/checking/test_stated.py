"""What is only stated: a verdict of its own, and nothing is exact that was not compared."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from derivation.checking.article import check_text
from derivation.cli.app import app

RECURRENT = r"""$h_t = \tanh(u x_t + w h_{t-1})$, $y_t = v h_t$, $L = \sum_{t=1}^{3} \frac12 (y_t - k_t)^2$, $u = 0.5$,
$w = 0.3$, $v = 2$, $x_1 = 1$, $x_2 = 2$, $x_3 = -1$, $h_0 = 0$, $k_1 = 1$, $k_2 = 0.5$, $k_3 = 0$, $x_4 = 0$.
$$\frac{\partial L}{\partial w} = \sum_t e_t D_t$$ $$d_t = v \frac{\partial L}{\partial y_t} + w FACTOR d_{t+1}$$
$d_4 = 0$ $$r_t = d_t(1-h_t^2)$$ $$\frac{\partial L}{\partial w} = \sum_{t=1}^{3} r_t h_{t-1}$$"""
ARTICLE = "$x = 2$, $y = 3 x$ and $y = 6$; $u + 1 = u^2$.\n"


def verdicts(text: str) -> list[str]:
    return [equality.verdict for equality in check_text(text).equalities]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("$x = 2$ and $x^2 = 4$", ["stated", "exact"]),
        (r"$f(x) = x^2$, $f(3) = 9$", ["stated", "exact"]),
        (r"$w \leftarrow w - 0.1 g$", ["stated"]),
        ("$x = 2$, again $x = 2$", ["stated", "exact"]),
        ("$y = 3 x$ and, once more, $y = 3 x$", ["stated", "exact"]),
        (r"$x = \begin{pmatrix} 1 \\ 2 \end{pmatrix}$, so $x_2 = 2$", ["stated", "exact"]),
        (r"$x = \begin{pmatrix} 1 \\ 2 \end{pmatrix}$, so $x_2 = 3$", ["stated", "undecided"]),
        (r"$\frac{\partial L}{\partial w} = \delta x$", ["stated"]),
        (r"$\frac{\partial L}{\partial w} = 0.4$", ["stated"]),
        ("$y = q(z)$ with an unknown $q$; also $y = 2 x$, $x = 1$", ["stated", "stated", "stated"]),
    ],
)
def test_what_nothing_can_be_held_against_is_stated(text: str, wanted: list[str]) -> None:
    assert verdicts(text) == wanted


def test_a_derivative_that_cannot_be_worked_is_asked_about_not_stated() -> None:
    """E has a formula, so something is said of its derivative: only we cannot work it, since n is not known."""
    text = r"$$E = \frac12\sum_{i=1}^{n}(y_i - a)^2$$ $$\frac{\partial E}{\partial a} = (3-0.6)(1-0.6) = 0.96$$"
    assert verdicts(text) == ["stated", "undecided", "exact"]


def test_a_formula_is_held_against_the_network_though_another_could_not_be_read() -> None:
    r"""Worked with floats by hand: the recursion without (1 - h_{t+1}^2) gives -0.4591, the derivative is -0.4562."""
    assert verdicts(RECURRENT.replace("FACTOR", ""))[-1] == "wrong"
    assert verdicts(RECURRENT.replace("FACTOR", "(1 - h_{t+1}^2)"))[-1] == "exact"


def run(tmp_path: Path, text: str, *words: str) -> tuple[int, str, str]:
    path = tmp_path / "a.md"
    path.write_text(text, "utf-8")
    result = CliRunner().invoke(app, ["check", str(path), *words])
    return result.exit_code, result.stdout, result.stderr


def test_stated_has_its_own_count_everywhere_and_is_no_fault(tmp_path: Path) -> None:
    code, text, _ = run(tmp_path, ARTICLE)
    assert code == 0 and ": 2 stated, 1 exact, 0 rounded, 0 wrong, 1 undecided" in text
    assert "2 angegeben" in run(tmp_path, "$x = 2$, $y = 3 x$", "--language", "de")[1]
    form = json.loads(run(tmp_path, ARTICLE, "--format", "json")[1])
    assert form["summary"] == {"stated": 2, "exact": 1, "rounded": 0, "wrong": 0, "undecided": 1}
    assert [row["verdict"] for row in form["equalities"]] == ["stated", "stated", "exact", "undecided"]
    page = run(tmp_path, ARTICLE, "--format", "html")[1]
    assert re.search(r'<li class="stated">.*?2</b> stated', page) and page.count('<span class="chip stated"') == 2
    for form in ("github", "sarif"):
        assert "stated" not in run(tmp_path, ARTICLE, "--format", form)[1].replace(str(tmp_path), "")


def test_a_file_without_a_formula_is_named(tmp_path: Path) -> None:
    code, _, said = run(tmp_path, "Nothing but words.\n")
    assert code == 0 and "a.md: no formula was found" in said
    assert "a.md: keine Formel gefunden" in run(tmp_path, "Nur Text.", "--language", "de")[2]
    assert not run(tmp_path, ARTICLE)[2]
