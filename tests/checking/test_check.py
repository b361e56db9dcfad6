"""The checker: the article it began with, our own handouts, readings of other authors' notation, mistakes planted, and
hostile input."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import derivation
from derivation.checking.article import check, check_text
from derivation.checking.reports import FORMATS as REPORTS
from derivation.checking.rewriting.rebuild import spec_of
from derivation.checking.sources.find import find, source
from derivation.checking.sources.source import Formula, UnreadableArticle
from derivation.cli.app import app
from derivation.formulas.decimals import json_text

ROOT = Path(__file__).parents[2]
SEED = ROOT.parent / "shared" / "seed" / "article.md"
ARTICLES = sorted((ROOT / "examples" / "articles").iterdir())
SPECS = sorted((ROOT / "examples").glob("*.toml"))
DOCUMENT = ROOT / "tests" / "articles" / "readings.md"
TWO_TWO_ONE = derivation.load(ROOT / "examples" / "two-two-one.toml")


@pytest.fixture(scope="module")
def handout() -> str:
    from derivation.pages.formats.markdown import markdown

    return markdown(derivation.prove(derivation.derive(TWO_TWO_ONE)))


def verdicts(text: str, path: str = "article.md") -> list[str]:
    return [equality.verdict for equality in check_text(text, path).equalities]


@pytest.mark.skipif(not SEED.exists(), reason="the article this began with is not beside the checkout")
def test_the_first_article_is_exact_in_all_its_57_equalities() -> None:
    report = check(str(SEED))
    assert dict(report.summary) == {"stated": 11, "exact": 46, "rounded": 0, "wrong": 0, "undecided": 0}
    assert report.declarations == 6


UNREAD = {"lenet"}
"""Handouts whose long rows are printed with dots."""


@pytest.mark.slices(6)
@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_our_own_handouts_pass(path: Path) -> None:
    from derivation.pages.formats.markdown import markdown

    report = check_text(markdown(derivation.prove(derivation.derive(derivation.load(path)))), "handout.md")
    # the last of several equations of a rule for any parameter: it holds no gradient, so it is not known as a rule
    left = [
        equality
        for equality in report.equalities
        if equality.verdict == "undecided" and not equality.why.endswith(r"formula for \theta")
    ]
    total = sum(report.summary.values())
    # what a page leaves out with dots cannot be worked; all else is read, and holds
    assert report.summary["wrong"] == 0
    assert len(left) * 11 < total if path.stem in UNREAD else not left
    assert sum(report.summary.values()) > 40


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_articles_in_other_hands_have_no_false_alarm(path: Path) -> None:
    report = check(str(path))
    assert report.summary["wrong"] == 0
    assert report.summary["undecided"] * 20 < sum(report.summary.values())


def test_readings_have_the_verdicts_that_stand_beside_them() -> None:
    text = DOCUMENT.read_text("utf-8")
    found: dict[int, list[str]] = {}
    for equality in check_text(text, "readings.md").equalities:
        found.setdefault(equality.place[0], []).append(equality.verdict)
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        expected = re.search(r"<!-- ((?:stated|exact|rounded|wrong|undecided| )+) -->", line)
        if expected:
            assert found.get(number) == expected[1].split(), line
    below = next(number for number, line in enumerate(lines, 1) if line.startswith(r"s &="))
    assert [found[below + k] for k in range(3)] == [["stated"], ["wrong"], ["exact"]]


PLANTED = [
    (r"W^{(1)} x + b^{(1)} \\", r"W^{(1)} x - b^{(1)} \\"),
    (r"h^\top \\", r"h \\"),
    (r"\odot \mathrm{ReLU}'(z^{(1)}) \\", r"\\"),
    (r"\frac{1}{2} (\hat{y} - y)^{2} \\", r"\frac{1}{3} (\hat{y} - y)^{2} \\"),
    (r"b^{(2)} - \alpha \frac", r"b^{(2)} + \alpha \frac"),
    (r"b^{(2)} - \alpha \frac", r"b^{(2)} - \frac"),
    (r"(W^{(2)})^\top \frac", r"W^{(2)} \frac"),
    (r"&= \hat{y} - y \\", r"&= y - \hat{y} \\"),
    ("&= 0.78125\n\\end", "&= 0.78124\n\\end"),
    (r"W^{(1)} \in \mathbb{R}^{2 \times 2}", r"W^{(1)} \in \mathbb{R}^{2 \times 3}"),
]


@pytest.mark.parametrize(("right", "wrong"), PLANTED)
def test_a_mistake_is_found_at_its_line(handout: str, right: str, wrong: str) -> None:
    at = handout.rfind(right) if "alpha" in right else handout.find(right)
    assert at >= 0
    line = handout.count("\n", 0, at) + 1
    report = check_text(handout[:at] + wrong + handout[at + len(right) :])
    assert any(equality.place[0] == line or f"line {line}" in equality.why for equality in report.wrong)


def test_known_mistakes_are_named() -> None:
    text = (
        "$h = W x$, $L = \\frac{1}{2} (h - y)^2$, $W = 2$, $x = 3$, $y = 1$. Then $\\frac{dL}{dh} = y - h = -5$ "
        "is wrong."
    )
    assert check_text(text).wrong[0].why.startswith("the sign is wrong")


def test_what_only_follows_is_marked() -> None:
    text = "$x = 2$, $y = 3 x = 7$ and $z = y + 1 = 8$."
    report = check_text(text)
    assert [equality.verdict for equality in report.equalities] == ["stated", "stated", "wrong", "stated", "exact"]
    assert "line 1" in report.equalities[-1].why


def test_rounding_is_accepted_and_a_wrong_last_digit_is_not() -> None:
    assert verdicts("$a = 1/3 = 0.3333$ and $3 a = 0.9999$") == ["stated", "rounded", "exact"]
    assert verdicts(r"$\frac{2}{3} \approx 0.67$, $\frac{2}{3} \approx 0.66$") == ["rounded", "wrong"]


def test_a_new_value_in_the_next_epoch_is_in_scope() -> None:
    text = r"$w = 2$. $y = 3 w = 6$. $w \leftarrow w - 0.5 = 1.5$. Now $3 w = 4.5$, no longer $3 w = 6$."
    assert verdicts(text) == ["stated", "stated", "exact", "stated", "exact", "exact", "wrong"]


def test_latex_macros_inputs_and_places(tmp_path: Path) -> None:
    (tmp_path / "part.tex").write_text("So $\\two + 1 = 3$\nand $\\two + 1 = 4$.", "utf-8")
    main = tmp_path / "main.tex"
    main.write_text("\\newcommand{\\two}{2}\n\\begin{document}\n% $1 = 2$\n\\input{part}\n\\end{document}", "utf-8")
    report = check(str(main))
    assert [(Path(e.source.path).name, e.place, e.verdict) for e in report.equalities] == [
        ("part.tex", (1, 16), "exact"),
        ("part.tex", (2, 17), "wrong"),
    ]


def test_notebook_places_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    cells = [{"cell_type": "markdown", "source": ["a\n", "$1 + 1 = 3$"]}]
    path.write_text(json.dumps({"cells": cells, "nbformat": 4}, indent=1), "utf-8")
    line, column = check(str(path)).wrong[0].place
    assert path.read_text("utf-8").splitlines()[line - 1][column - 1 :].startswith("3$")


# The command line


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.output


def test_exit_codes_and_json_keys(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.md", tmp_path / "bad.md"
    good.write_text("$1 + 1 = 2$", "utf-8")
    bad.write_text("one\n\nSo $1 + 1 = 3$.", "utf-8")
    assert run("check", str(good))[0] == 0
    code, output = run("check", str(bad), "--format", "json")
    assert code == 1
    found = json.loads(output)
    assert found["schema"] == 1 and found["summary"] == {
        "stated": 0,
        "exact": 0,
        "rounded": 0,
        "wrong": 1,
        "undecided": 0,
    }
    assert found["equalities"] == [
        {
            "line": 3,
            "column": 13,
            "left": "1 + 1",
            "right": "3",
            "verdict": "wrong",
            "expected": "2",
            "why": "2, not 3",
            "code": "wrong.value",
            "kind": "arithmetic",
        }
    ]
    assert run("check", str(tmp_path / "none.md"))[0] == 2
    assert run("check", str(tmp_path / "a.docx"))[0] == 2


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"{}", b"[1, 2", b'{"cells": 3}'])
def test_what_is_no_article_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(content)
    with pytest.raises(UnreadableArticle):
        check(str(path))


@pytest.mark.parametrize("form", ["text", "json", "html", "github", "sarif"])
def test_every_form_of_report_is_written(form: str) -> None:
    report = check_text("# A\n\n$$x = 1, \\quad x + 1 = 3$$ and <b>$\\foo{2} = 3$</b>")
    text = REPORTS[form]([report]).decode()
    assert "2, not 3" in text
    if form == "html":
        assert "<math" in text and "<b>" not in text.partition("</header>")[2]


@pytest.mark.tex
def test_the_pdf_report_is_a_pdf() -> None:
    from derivation.pages.typesetting.engine import engines

    if not engines():
        pytest.skip("no TeX on this machine")
    assert REPORTS["pdf"]([check_text("# A\n\n$$x = 1, \\quad x + 1 = 3$$ and $\\foo{2} = 3$ \u4e2d")]).startswith(
        b"%PDF"
    )


def test_the_network_of_an_article_is_its_spec(handout: str, tmp_path: Path) -> None:
    path = tmp_path / "handout.md"
    path.write_text(handout, "utf-8")
    code, text = run("spec", str(path))
    assert code == 0
    again, first = derivation.derive(derivation.loads(text)), derivation.derive(TWO_TWO_ONE)
    for key in ("W1", "b1", "W2", "b2"):
        assert again.gradients[key].entries == first.gradients[key].entries
        assert again.updated[key].entries == first.updated[key].entries
    path.write_text("nothing here", "utf-8")
    assert run("spec", str(path))[0] == 2


def test_a_step_of_training_alone_is_a_spec(tmp_path: Path) -> None:
    path = tmp_path / "step.md"
    path.write_text("# A\n\n$w = 2$\n\n$g = 3$\n\n$w_{new} = w - 0.1 g$\n", "utf-8")
    code, text = run("spec", str(path))
    assert code == 0
    assert derivation.derive(derivation.loads(text)).values["w_new"].entries[0] == fmpq(17, 10)  # 2 - 0.1 * 3


@pytest.mark.parametrize("hashing", ["0", "1"])
def test_verdicts_are_the_same_in_every_process(hashing: str) -> None:
    """0.123455 may be either neighbour, miscopied: the first is taken, with which the sides are equal."""
    text = "# A\n\n$a = 0.123454$\n\n$c = 0.123456$\n\n$2 a = 0.123455 + 0.123455$\n"
    code = (
        "import sys; from derivation.checking.article import check_text; "
        "print([equality.verdict for equality in check_text(sys.argv[1], 'a.md').equalities])"
    )
    environment = {"PYTHONHASHSEED": hashing, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, "-c", code, text], capture_output=True, text=True, env=environment, check=True
    )
    assert ran.stdout.strip() == "['stated', 'stated', 'undecided']"


def test_a_renumbered_article_is_right_and_else_the_same(handout: str, tmp_path: Path) -> None:
    path, new = tmp_path / "handout.md", tmp_path / "new.md"
    path.write_text(handout, "utf-8")
    assert run("renumber", str(path), "--set", "x=[2, 1]", "--set", "y=-1", "-o", str(new))[0] == 0
    text = new.read_text("utf-8")
    report = check_text(text)
    assert report.summary["wrong"] == report.summary["undecided"] == 0
    bare = [re.sub(r"[-()\d.\s]", "", part) for part in (text, handout)]
    assert bare[0] == bare[1]
    assert "\\begin{pmatrix} 0.5 \\\\\n0.8 \\end{pmatrix}" in text  # W x by hand: 0.6 - 0.1, 0.4 + 0.4
    assert run("renumber", str(path), "--set", "nothing=1")[0] == 2
    assert run("renumber", str(path), "--set", "x=[1, 2, 3]")[0] == 2
    assert run("renumber", str(path))[0] == 2


# Hostile input

HOSTILE = {
    "brackets": "$x = " + "(" * 200_000 + "1" + ")" * 200_000 + "$",
    "braces": "$x = " + "{" * 200_000 + "1" + "}" * 200_000 + "$",
    "matrices": "$$" + r"\begin{pmatrix}" * 20_000 + "1" + r"\end{pmatrix}" * 20_000 + " = 1$$",
    "fractions": "$x = " + r"\frac{1}{" * 40_000 + "1" + "}" * 40_000 + "$",
    "openers": "\\[" * 200_000,
    "environments": "\\begin{align}" * 40_000,
    "dollars": "$" * 400_000,
    "ticks": "`" * 400_000,
    "comments": "<!--" * 100_000,
    "words": r"$\text{" + r"\cdot" * 40_000 + "$",
    "macros": r"\newcommand{\a}{\a\a}" + "$\\a = 1$",
    "powers": r"$x = 10^{999999999}$ $y = 2^{2^{2^{2^{2^2}}}} = 1$ $z = 0.5^{1000000} = 1$ $10^{400} = 1$",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_input_ends(kind: str) -> None:
    began = time.process_time()
    for path in ("a.md", "a.tex"):
        check_text(HOSTILE[kind], path)
    assert time.process_time() - began < 30  # a guard against hanging, not a measurement


def test_formulas_that_cannot_be_taken_apart_are_not_dropped() -> None:
    report = check_text("$x = 2$\n\n$$y = \\frac{1}{x = 3$$\n\n$x^2 = 4$ and $\\frac{1$")
    assert [(equality.place[0], equality.verdict) for equality in report.equalities] == [
        (1, "stated"),
        (3, "undecided"),
        (5, "exact"),
    ]
    assert report.equalities[1].why == "not read: this brace is never closed"


PIECES = [
    match
    for path in ARTICLES
    if path.suffix != ".ipynb"
    for part in find(source(str(path), path.read_text("utf-8")))
    if isinstance(part, Formula)
    for match in re.findall(r"\\?[A-Za-z]+|\S", part.text)
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(sorted(set(PIECES))), min_size=1, max_size=25), st.sampled_from(["$", "$$"]))
def test_words_in_any_order_never_crash(words: list[str], mark: str) -> None:
    check_text(f"{mark}{' '.join(words)} = {' '.join(reversed(words))}{mark}")


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_mutilated_formulas_never_crash(seed: int) -> None:
    drawn = random.Random(seed)
    path = drawn.choice([path for path in ARTICLES if path.suffix != ".ipynb"])
    text = path.read_text("utf-8")
    for _ in range(drawn.randint(1, 6)):
        a, b = sorted(drawn.randrange(len(text)) for _ in range(2))
        b = min(b, a + 30)
        text = text[:a] + drawn.choice(["", text[a:b] * 2, text[a:b][::-1], drawn.choice(PIECES)]) + text[b:]
    check_text(text, path.name)


def test_the_hook_names_a_command_that_exists() -> None:
    text = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    assert "entry: derivation check" in text
    assert run("check", "--help")[0] == 0


@pytest.mark.parametrize(
    ("power", "why"), [(4299, r"1.00000 \times 10^{4299}, not 3"), (9999, r"1.00000 \times 10^{9999}, not 3")]
)
def test_a_number_of_thousands_of_digits_is_told_by_its_power(power: int, why: str) -> None:
    (equality,) = check_text(f"$10^{{{power}}} = 3$", "a.md").equalities
    assert (equality.verdict, equality.why) == ("wrong", why)


def test_a_convolutional_page_of_our_own_is_read_back_with_its_windows(tmp_path: Path) -> None:
    """The strides and sizes that stand below an operation on the page stand in the spec made of it, and its values are
    those of the lesson."""
    lesson = derivation.load(ROOT / "examples" / "cnn.toml")
    page = tmp_path / "cnn.md"
    page.write_text(derivation.prove(derivation.derive(lesson))._repr_markdown_(), "utf-8")
    written = spec_of(str(page))
    assert "P = maxpool(A, 3)" in written
    networks = derivation.loads(written), lesson
    found, expected = (json_text(derivation.derive(network).values["L"].entries[0]) for network in networks)
    assert found == expected
