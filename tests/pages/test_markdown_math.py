"""Formulas in Markdown as its readers take them: Markdown first and formulas after (GitHub), or formulas first
(Jupyter, pandoc)."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from places import EXAMPLES, ROOT
from typer.testing import CliRunner

import derivation
from derivation.checking.article import check_text
from derivation.cli.app import app
from derivation.pages.formats import FORMATS
from derivation.pages.formats.markdown import markdown
from derivation.pages.formats.markdown_math import FORMULA, rewritten, safe

REFUSED = (
    "operatorname",
    "mbox",
    "hbox",
    "newcommand",
    "def",
    "let",
    "require",
    "href",
    "class",
    "style",
    "cssId",
    "unicode",
    "phantom",
    "hspace",
    "tag",
)
"""Commands that GitHub refuses, by those who met its "macros are not allowed", or that its readers have no use for."""
LINE_END = re.compile(r"\\\\\n")
BY_MARKDOWN_FIRST = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def pages() -> Iterator[tuple[str, str]]:
    """Every lesson as Markdown, as it is pinned."""
    for spec in EXAMPLES:
        yield spec.stem, (ROOT / "tests" / "golden" / f"{spec.stem}.md").read_text("utf-8")


def faults(page: str) -> Iterator[str]:
    """Formulas that a reader of Markdown would not show, each with the reason."""
    seen = html.unescape(re.sub("<[^>]*>", "", BY_MARKDOWN_FIRST.render(page)))
    for found in FORMULA.finditer(page):
        formula, before, after = found[0], page[: found.start()], page[found.end() :]
        if LINE_END.sub(r"\\\n", formula) not in seen and formula not in seen:
            yield f"Markdown changes it: {formula}"
        if any(re.search(rf"\\{command}(?![A-Za-z])", formula) for command in REFUSED):
            yield f"a command is refused: {formula}"
        if re.search(r"\\[^A-Za-z]", LINE_END.sub("", formula)):
            yield f"a backslash gets lost: {formula}"
        if found["inline"] and not (re.search(r"(\A|[\s(])\Z", before) and re.match(r"[\s).,;:!?]|\Z", after)):
            yield f"its dollars touch something: {before[-9:]}{formula}{after[:9]}"
        if found["displayed"] and not (re.search(r"(\A|\n\n)\Z", before) and re.match(r"\n\n|\s*\Z", after)):
            yield f"no paragraph of its own: {formula}"
        if found["displayed"] and (not formula.startswith("$$\n") or not formula.endswith("\n$$") or "\n\n" in formula):
            yield f"no lines of its own: {formula}"


@pytest.mark.parametrize(("stem", "page"), [pytest.param(stem, page, id=stem) for stem, page in pages()])
def test_every_reader_shows_every_formula_of_a_lesson(stem: str, page: str) -> None:
    assert len(FORMULA.findall(page)) > 20
    assert list(faults(page)) == []


@pytest.mark.parametrize("heading", [r"\n#+ [^\n]*", r"\n\|[^\n]*\|(?=\n\|[ :-]+\|)", r"\n\*\*[^\n]*"])
def test_what_begins_something_has_a_blank_line_before_it(heading: str) -> None:
    for stem, page in pages():
        for found in re.finditer(heading, page):
            assert page[: found.start()].endswith("\n"), (stem, found[0])


@pytest.mark.slow
def test_a_worksheet_and_its_key_are_shown(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app,
        [
            "variants",
            str(ROOT / "examples/variants/two-two-one.toml"),
            "--count",
            "2",
            "--format",
            "md",
            "-o",
            str(tmp_path),
        ],
    )
    assert done.exit_code == 0, done.output
    for name in ("worksheets.md", "keys.md"):
        page = (tmp_path / name).read_text("utf-8")
        assert len(FORMULA.findall(page)) > 40
        assert list(faults(page)) == []
    assert page.count("\n\n| entry | answer | accepted |\n") == 2


@pytest.mark.parametrize("stem", ["two-two-one", "skip-gram"])
def test_a_notebooks_text_is_shown(stem: str) -> None:
    cells = json.loads(FORMATS["ipynb"](derivation.derive(derivation.load(ROOT / "examples" / f"{stem}.toml"))))[
        "cells"
    ]
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    assert [fault for text in texts for fault in faults(text)] == []
    assert sum(len(FORMULA.findall(text)) for text in texts) > 20


WILD = """
title = "costs $5, then $6, and *all*_of_it_"
[model]
loss = "L"
equations = "L = (sum(w * x) - y)^2"
[parameters]
w = [0.5, -1]
[data]
x = [1, 2]
y = 3
[notation]
w = "w^*_{<t}"
x = "x_{[a](b)}|*|"
y = "\\\\hat{y}_{a_b}"
"""


def test_a_users_own_notation_is_shown_and_read_back() -> None:
    page = markdown(derivation.prove(derivation.derive(derivation.loads(WILD))))
    assert page.startswith(r"# costs \$5, then \$6, and \*all\*\_of\_it\_")
    assert list(faults(page)) == []
    assert r"w^\ast _{\lt t}" in page and r"x _{[a] (b)}\vert\ast\vert" in page


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"\operatorname{ReLU}(z)", r"\mathrm{ReLU}(z)"),
        (r"[a,\;b]", r"[a,\enspace b]"),
        (r"\{x\}", r"\lbrace x\rbrace"),
        (r"\|v\|", r"\Vert v\Vert"),
        (r"\lVert v \rVert", r"\lVert v \rVert"),
        (r"a<b>c", r"a\lt b\gt c"),
        (r"W_{Q} + W_{KV}", r"W_Q + W _{KV}"),
        (r"x_{1}2", r"x_{1}2".replace("_", " _")),
        (r"\hat{y}_{i}", r"\hat{y}_i"),
        (r"E_{3,\,:}", r"E _{3,\thinspace:}"),
        ("1 \\\\\n2", "1 \\\\\n2"),
        (r"\begin{cases} 1 \\ 0 \end{cases}", "\\begin{cases} 1 \\\\\n0 \\end{cases}"),
    ],
)
def test_what_markdown_takes_for_its_own_is_written_otherwise(written: str, shown: str) -> None:
    assert rewritten(written) == shown
    assert list(faults(f"$$\n{shown}\n$$")) == []


def test_a_matrix_in_a_sentence_keeps_to_its_line() -> None:
    assert (
        safe(r"so $\begin{pmatrix} 1 \\ 2 \end{pmatrix}$ and \$5, \$6")
        == r"so $\begin{pmatrix} 1 \cr 2 \end{pmatrix}$ and \$5, \$6"
    )


@pytest.mark.parametrize(
    "formula", [r"\operatorname{f}(1)", r"a\,b", r"a \\ b", "a_{b}c_{d} + e}_{f}g_{h}", "a<b>c", "[a](b)", "*a*"]
)
def test_what_would_be_lost_is_seen(formula: str) -> None:
    """The test of the test."""
    assert list(faults(f"$$\n{formula}\n$$"))


def test_our_own_reader_takes_it_as_it_is() -> None:
    text = (
        "$$\nh = \\mathrm{ReLU}\\begin{pmatrix} 1 \\\\\n-2 \\end{pmatrix} = \\begin{pmatrix} 1 \\\\\n0 "
        "\\end{pmatrix}\n$$\n\n$|{-3}| = \\vert{-3}\\vert = 3$ and $x _{ij} = 2$\n"
    )
    report = check_text(text, "page.md")
    assert [equality.verdict for equality in report.equalities][:2] == ["stated", "exact"] and not report.wrong
