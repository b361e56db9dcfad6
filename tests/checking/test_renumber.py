"""The same article with other numbers: what follows from them is renewed, worked lines too, and what would not hold is
not written."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from places import ROOT
from typer.testing import CliRunner

from derivation.checking.article import check, check_text
from derivation.checking.judging.verdicts import HOLDING
from derivation.checking.rewriting.renumber import Renumbered, renumber
from derivation.cli.app import app

ARTICLES = [
    *sorted((ROOT / "examples" / "articles").iterdir()),
    *sorted((ROOT / "tests" / "golden").glob("*.md")),
]
SEEDS = range(20)


def renewed(folder: Path, text: str, suffix: str = ".md", **changes: str) -> Renumbered:
    """The article in a file with other numbers."""
    path = folder / f"article{suffix}"
    path.write_text(text, "utf-8")
    return renumber(str(path), changes)


def made(folder: Path, text: str, **changes: str) -> str:
    """The new text of an article that holds with the new numbers."""
    result = renewed(folder, text, **changes)
    assert result.failures == []
    return result.text


NETWORK = "$x_1 = 1$, $x_2 = 2$, $w_1 = 0.5$, $w_2 = 0.25$, $b = 0.1$. $$z = w_1 x_1 - w_2 x_2 + b = "


@pytest.mark.parametrize(
    ("worked", "wanted"),
    [  # with x_1 = 3, w_2 = -0.3, by hand: 0.5 * 3 + 0.3 * 2 + 0.1 = 2.2
        (r"0.5\cdot1 - 0.25\cdot2 + 0.1 = 0.1", r"0.5\cdot3 - (-0.3)\cdot2 + 0.1 = 2.2"),
        (r"0.5 \times 1 - 0.25 \times 2 + 0.1 = 0.1", r"0.5 \times 3 - (-0.3) \times 2 + 0.1 = 2.2"),
        (r"0.5(1) - 0.25(2) + 0.1 = 0.5 - 0.5 + 0.1 = 0.1", r"0.5(3) - (-0.3)(2) + 0.1 = 1.5 - (-0.6) + 0.1 = 2.2"),
        (r"0.1 + 0.5 \cdot 1 - 2 \cdot 0.25 = 0.1", r"0.1 + 0.5 \cdot 3 - 2 \cdot (-0.3) = 2.2"),
        (r"1 \cdot 0.5 + 2 \cdot (-0.25) + 0.1 = 0.1", r"3 \cdot 0.5 + 2 \cdot 0.3 + 0.1 = 2.2"),
    ],
)
def test_a_worked_line_is_renewed(worked: str, wanted: str, tmp_path: Path) -> None:
    text = made(tmp_path, f"{NETWORK}{worked}$$", x_1="3", w_2="-0.3")
    assert text == (NETWORK.replace("x_1 = 1", "x_1 = 3").replace("w_2 = 0.25", "w_2 = -0.3") + wanted + "$$")


@pytest.mark.parametrize(
    ("text", "changes", "wanted"),
    [
        ("$x = 0.30$ and $y = 2x = 0.60$", {"x": "0.45"}, "$x = 0.45$ and $y = 2x = 0.90$"),
        ("$x = 3$ and $y = x/4 = 0.75$", {"x": "1"}, "$x = 1$ and $y = x/4 = 0.25$"),
        ("$x = 2$ and $y = 1/x = 0.5$", {"x": "3"}, "$x = 3$ and $y = 1/x = 0.3333$"),
        (r"$x = 3$ and $y = x/7 \approx 0.43$", {"x": "5"}, r"$x = 5$ and $y = x/7 \approx 0.71$"),
        ("$x = 2$ and $y = x^2 = 2^2 = 4$", {"x": "-3"}, "$x = -3$ and $y = x^2 = (-3)^2 = 9$"),
        ("$x = -2$ and $y = x^2 = (-2)^2 = 4$", {"x": "3"}, "$x = 3$ and $y = x^2 = 3^2 = 9$"),
        (r"$x = 1$, $y = \frac{x}{2} = \frac12 = 0.5$", {"x": "13"}, r"$x = 13$, $y = \frac{x}{2} = \frac{13}{2} = 6.5$"),
        (r"$p = 20\%$ and $q = 1 - p = 1 - 20\% = 80\%$", {"p": "0.35"}, r"$p = 35\%$ and $q = 1 - p = 1 - 35\% = 65\%$"),
        (
            "Sei $x = 0{,}5$ und $w = 1{,}5$, so ist $z = w x = 1{,}5 \\cdot 0{,}5 = 0{,}75$.",
            {"x": "0.4"},
            "Sei $x = 0{,}4$ und $w = 1{,}5$, so ist $z = w x = 1{,}5 \\cdot 0{,}4 = 0{,}6$.",
        ),
        (
            r"$W = \begin{pmatrix} 1 & -2 \\ 0 & 3 \end{pmatrix}$, $x = \begin{pmatrix} 2 \\ 1 \end{pmatrix}$, "
            r"$$z = W x = \begin{pmatrix} 1 \cdot 2 - 2 \cdot 1 \\ 3 \cdot 1 \end{pmatrix} = \begin{pmatrix} 0 \\ 3 \end{pmatrix}$$",
            {"x": "[-1, 4]"},
            r"$W = \begin{pmatrix} 1 & -2 \\ 0 & 3 \end{pmatrix}$, $x = \begin{pmatrix} -1 \\ 4 \end{pmatrix}$, "
            r"$$z = W x = \begin{pmatrix} 1 \cdot (-1) - 2 \cdot 4 \\ 3 \cdot 4 \end{pmatrix} = \begin{pmatrix} -9 \\ 12 \end{pmatrix}$$",
        ),
        ("$x = 2.25$ and $y = 2 x = 4.5$. With 2.25 it is 4.5.", {"x": "1.75"}, "$x = 1.75$ and $y = 2 x = 3.5$. With 1.75 it is 3.5."),
        ("| $x$ | $y = 2x$ |\n|--|--|\n| $x = 1.25$ | $2 x = 2 \\cdot 1.25 = 2.50$ |\n", {"x": "3.5"}, "| $x$ | $y = 2x$ |\n|--|--|\n| $x = 3.5$ | $2 x = 2 \\cdot 3.5 = 7.00$ |\n"),
    ],
)  # fmt: skip
def test_numbers_are_printed_as_the_old_ones_were(
    text: str, changes: dict[str, str], wanted: str, tmp_path: Path
) -> None:
    assert made(tmp_path, text, **changes) == wanted


def test_numbers_shown_before_are_known_again(tmp_path: Path) -> None:
    text = "$x = 0.25$, $y = x^2 = 0.0625$. Half of it: $0.0625 / 2 = 0.03125$, twice that $2 \\cdot 0.03125 = 0.0625$."
    wanted = "$x = 0.5$, $y = x^2 = 0.25$. Half of it: $0.25 / 2 = 0.125$, twice that $2 \\cdot 0.125 = 0.25$."
    assert made(tmp_path, text, x="0.5") == wanted


def test_a_parameter_that_is_moved_in_place_goes_on_with_its_new_value(tmp_path: Path) -> None:
    text = "$x = 2$, $w = 0.5$, $$y = w x = 1$$ $$w \\leftarrow w - 0.1 x = 0.5 - 0.1 \\cdot 2 = 0.3$$ $$y = w x = 0.3 \\cdot 2 = 0.6$$"
    new = made(tmp_path, text, x="3")
    w = Fraction(1, 2) - Fraction(3, 10)
    assert f"0.5 - 0.1 \\cdot 3 = {float(w)}" in new and f"y = w x = {float(w)} \\cdot 3 = {float(3 * w):.1f}" in new


def test_a_quantity_that_is_worked_likewise_is_renewed(tmp_path: Path) -> None:
    text = "$x = 2$, $v_1 = 3$, $v_2 = 5$, $$y_1 = v_1 x = 6$$ and likewise $$y_2 = 10$$"
    assert made(tmp_path, text, x="4").endswith("$$y_1 = v_1 x = 12$$ and likewise $$y_2 = 20$$")


def test_a_notebook_is_renumbered_in_its_own_json(tmp_path: Path) -> None:
    cell = {"cell_type": "markdown", "metadata": {}, "source": ["$x = 2$ and\n", "$$y = \\frac{x}{4} = 0.5$$\n"]}
    file = json.dumps({"cells": [cell], "metadata": {"a": 2}, "nbformat": 4, "nbformat_minor": 5}, indent=1)
    result = renewed(tmp_path, file, ".ipynb", x="3")
    assert result.failures == []
    assert json.loads(result.text)["cells"][0]["source"] == ["$x = 3$ and\n", "$$y = \\frac{x}{4} = 0.75$$\n"]
    assert result.text == file.replace("x = 2", "x = 3").replace("0.5$$", "0.75$$")


def test_latex_is_renumbered_with_its_macros(tmp_path: Path) -> None:
    text = "\\newcommand{\\half}{\\frac12}\n\\begin{document}\n\\(x = 2\\), \\[ L = \\half x^2 = \\half \\cdot 2^2 = 2 \\]\n\\end{document}\n"
    assert renewed(tmp_path, text, ".tex", x="3").text == text.replace("x = 2", "x = 3").replace("2^2 = 2", "3^2 = 4.5")


@pytest.mark.parametrize(
    ("text", "changes", "place"),
    [
        ("$x = 2$\n\n$y = \\ln x \\approx 0.69$\n", "x=-2", ":3: "),
        ("$x = 2$\n\n$y = 1 / x = 0.5$\n", "x=0", ":3: "),
        ("$x = 2$\n\n$y = 3 x = 6$ and $1 + 1 = 3$\n", "x=5", ":3: "),
    ],
)
def test_what_would_not_hold_is_named_and_not_written(text: str, changes: str, place: str, tmp_path: Path) -> None:
    path, new = tmp_path / "article.md", tmp_path / "new.md"
    path.write_text(text, "utf-8")
    new.write_text("what was there", "utf-8")
    result = CliRunner().invoke(app, ["renumber", str(path), "--set", changes, "-o", str(new)])
    assert result.exit_code == 1
    assert new.read_text("utf-8") == "what was there"
    assert f"{path}{place}" in result.output


def test_words_that_may_no_longer_hold_are_named(tmp_path: Path) -> None:
    result = renewed(tmp_path, "$x = 2$ and $z = x - 3 = -1$. Since $z$ is negative, the unit is off.\n", x="5")
    assert result.text == "$x = 5$ and $z = x - 3 = 2$. Since $z$ is negative, the unit is off.\n"
    assert ["is negative, the unit is off" in row for row in result.claims] == [True]


@pytest.mark.slices(12)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.name)
def test_an_article_holds_with_other_numbers(path: Path, seed: int) -> None:
    """What is written has nothing wrong, and holds wherever the old article did; nothing is refused in silence."""
    result = renumber(str(path), {}, seed)
    before = check(str(path))
    if result.failures:
        assert all(row.startswith(f"{path}:") for row in result.failures)
        return
    after = check_text(result.text, str(path))
    assert after.wrong == []
    assert len(before.equalities) == len(after.equalities)
    for old, new in zip(before.equalities, after.equalities, strict=True):
        assert old.verdict not in HOLDING or new.verdict in HOLDING, (new.right.latex, new.why)
