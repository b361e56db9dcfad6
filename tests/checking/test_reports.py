"""The checker's reports as pages and PDFs: nothing of an article acts in them, nothing is asked of the network, and
every formula is set."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from browsing import Opened
from places import ROOT

from derivation.checking.article import check, check_text
from derivation.checking.reports import FORMATS as REPORTS
from derivation.checking.reports.pdf import document
from derivation.checking.reports.setting import KNOWN, of_text

ARTICLES = sorted((ROOT / "examples" / "articles").iterdir())
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
ARTICLE = r"""# Title $a = 1$

![Figure: $x = 1$](fig.png "t $x = 2$") and [a $x = 3$](http://x.invalid/$z = 1$ "$x = 4$") and [b](http://x.invalid "say $x = 5$") and `$x = 6$`

![from the net $y = 1$](http://x.invalid/x.png) ![outside](../secret.png) ![link](link.png) ![text](article.md) ![svg](dot.svg) ![$x$](//x.invalid/a.png)

[script](javascript:alert(1)) [other](other.md) [here](#x) [there](//x.invalid) [mail](mailto:a@b.c) [file](file:///etc/passwd) <http://auto.invalid/$x = 1$>

<script>alert(1)</script> <img src=x onerror=alert(1)> <style>body{display:none}</style>

| head $x = 1$ | ![cell $x = 1$](fig.png) |
|---|---|
| $\href{javascript:alert(1)}{x} = 1$ | $\style{position:fixed}{x} = \class{a}{1}$ |

``` $x = 1$
code
```

$$\begin{aligned} x &= \text{" onclick="alert(1)} \\ 1 + 1 &= 3 \end{aligned}$$

[ref]

[ref]: http://a.invalid/c "title $x = 1$ \"q"
"""


class Elements(HTMLParser):
    """Every element with its attributes, and all text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {key: value or "" for key, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def page(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.png").write_bytes(PIXEL)
    (tmp_path / "in" / "link.png").symlink_to(tmp_path / "secret.png")
    (tmp_path / "in" / "fig.png").write_bytes(PIXEL)
    (tmp_path / "in" / "dot.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><image href="http://x.invalid/y.png"/></svg>',
        "utf-8",
    )
    (tmp_path / "in" / "article.md").write_text(ARTICLE, "utf-8")
    page = tmp_path / "report.html"
    page.write_bytes(REPORTS["html"]([check(str(tmp_path / "in" / "article.md"))]))
    return page


def test_nothing_of_an_article_acts_in_its_page(page: Path) -> None:
    elements = Elements(page.read_text("utf-8"))
    assert not {tag for tag, _ in elements.found} & {
        "script",
        "iframe",
        "object",
        "embed",
        "form",
        "link",
        "base",
        "svg",
        "video",
        "audio",
    }
    assert len([tag for tag, _ in elements.found if tag == "style"]) == 1
    for tag, attributes in elements.found:
        assert not [key for key in attributes if key.startswith("on") or key in ("style", "srcset", "action")], (
            tag,
            attributes,
        )
        assert not [value for value in attributes.values() if "<" in value], (tag, attributes)
        assert attributes.get("src", "data:image/").startswith("data:image/")
    links = [link for tag, link in elements.found if tag == "a" and not link.get("href", "").startswith("#p1-")]
    assert all(
        re.match(r"https?:|mailto:|#", link["href"]) and link["rel"] == "noreferrer noopener" for link in links if link
    )
    assert len([link for link in links if link]) == 6
    assert "javascript:alert(1)" in elements.text and "<script>alert(1)</script>" in elements.text


def test_pictures_are_those_of_the_folder_and_a_formula_in_words_is_text(page: Path) -> None:
    elements = Elements(page.read_text("utf-8"))
    pictures = [attributes for tag, attributes in elements.found if tag == "img"]
    assert [picture["alt"] for picture in pictures] == ["Figure: $x = 1$", "svg", "cell $x = 1$"]
    assert base64.b64decode(pictures[0]["src"].partition(",")[2]) == PIXEL
    assert elements.text.count("picture left out") == 5
    assert "from the net $y = 1$ (picture left out: it is not in the article's folder)" in elements.text
    titles = [attributes["title"] for tag, attributes in elements.found if tag == "a" and "title" in attributes]
    assert titles == ["$x = 4$", "say $x = 5$", 'title $x = 1$ "q']
    assert "$x = 6$" in elements.text and "language-$x=1$" not in elements.text


def test_the_page_loads_nothing(page: Path, browser: Any) -> None:
    opened = Opened(browser, page)
    assert [url for url in opened.asked if not url.startswith(("file:", "data:"))] == []
    assert opened.complaints == []
    assert opened.get("[...document.images].every(image => image.complete)")
    assert opened.get("document.images[0].naturalWidth") == 1
    opened.page.evaluate("document.body.append(Object.assign(new Image(), {src: 'http://x.invalid/late.png'}))")
    opened.page.wait_for_timeout(200)
    assert any("Content Security Policy" in text for text in opened.complaints)
    opened.context.close()


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_a_page_is_sound_and_holds_every_formula(path: Path) -> None:
    report = check(str(path))
    elements = Elements(REPORTS["html"]([report]).decode())
    assert len([tag for tag, _ in elements.found if tag == "math"]) >= report.formulas
    assert not [value for _, attributes in elements.found for value in attributes.values() if "<" in value]
    assert not re.search("[\ue000-\uf8ff]", elements.text)


def test_letters_of_no_meaning_stay_what_they_are() -> None:
    text = REPORTS["html"]([check_text("\ue000\ue0000\ue0011\ue001 $x = 1$ \ue0020\ue003")]).decode()
    assert "\ue000\ue0000\ue0011\ue001 " in text and " \ue0020\ue003" in text and text.count("<math") == 1


# PDF

COMMAND = re.compile(r"\\(?:[A-Za-z]+|[^A-Za-z])")


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_no_formula_of_an_article_is_shown_as_source(path: Path) -> None:
    tex = document([check(str(path))])
    assert "ttfamily" not in tex.partition(r"\begin{document}")[2]


def test_formulas_are_written_anew() -> None:
    for latex, written in {
        r"\left( x \right)^{2}": "(x)^{2}",
        r"\frac{\partial L}{\partial w}": r"\frac{\partial L}{\partial w}",
        r"\frac12 x^12": r"\frac{1}{2}x^{1}2",
        r"a^2^3": "{a^{2}}^{3}",
        r"x'^2_1 y^2'": r"x_{1}^{\prime 2}{y^{2}}^{\prime}",
        r"^2 + x_": "{}^{2}+x",
        r"\begin{pmatrix} [1] & 2 \\ [3] \end{pmatrix}": r"\begin{pmatrix} {}[1] & 2 \\ {}[3] \end{pmatrix}",
        r"\left[ \frac{1}{2} \right]": r"\left[ \frac{1}{2} \right]",
        r"\{ \frac{1}{2} )": r"\{\frac{1}{2})",
        r"\mathbb{R}^n": r"\mathbf{R}^{n}",
        r"\text{if } x": r"\text{if}x",
        r"\sqrt[3]{x}": r"\sqrt[{3}]{x}",
        r"{\frac{1}": r"{\frac{1}{}}",
        "٣ × ２": r"3\times 2",
    }.items():
        assert of_text(latex) == written, latex


@pytest.mark.parametrize("latex", [r"\input{x}", r"\csname input\endcsname", "a^^5cinput", r"\begin{input}x\end{input}", r"\foo\bar_", "x & y", "}{", r"\\\\", r"\text{\input{x}}", "{" * 100 + "1" + "}" * 100, "+1" * 3000, pytest.param("中", marks=pytest.mark.tex)])  # fmt: skip
def test_no_command_of_an_article_is_written(latex: str) -> None:
    written = of_text(latex)
    assert (
        set(
            COMMAND.findall(
                re.sub(
                    r"\\text(?:backslash|asciicircum|asciitilde|less|greater|bar|quotedbl)?\b(?:\{\})?|\\[_{}^&%#$ ]",
                    "",
                    written,
                )
            )
        )
        <= KNOWN
    )
    assert "^^" not in written and written.count("{") - written.count(r"\{") == written.count("}") - written.count(
        r"\}"
    )


@pytest.mark.tex
def test_tex_sets_whatever_comes(tmp_path: Path) -> None:
    from derivation.pages.typesetting.engine import engines

    if not engines():
        pytest.skip("no TeX on this machine")
    odd = ["a^2^3'_1_2", "^2", "x_", r"\frac{1", r"\foo{x} \bar", "}{", r"\begin{pmatrix} [1] & \\ * "
                                                                        r"\end{pmatrix}", r"\begin{array}{lcr} 1 & 2", r"\left( \frac12", r"\text{a_b $x$ \% {x}}", "²中é", r"\\ \\ &",
           r"\begin{cases} 1 & x > 0 \\ 2", r"\sqrt[3", "(" * 60 + r"\frac12" + ")" * 60, "1" * 399, r"\hat{\hat{\hat{x}}}", r"\underbrace{x}_{y} \boxed{1}", r"\sum_{i=1}^\infty", "|x| \\| y"]  # fmt: skip
    text = "# A heading with ${}^2$ in it\n\n" + "\n\n".join(
        f"So ${latex} = 1$, and\n\n$$\n{latex} = 2\n$$\n\n$$\n{latex}\n$$" for latex in odd
    )
    assert REPORTS["pdf"]([check_text(text)]).startswith(b"%PDF")


def test_a_terminal_obeys_nothing_of_an_article() -> None:
    said = REPORTS["text"](
        [check_text("$x = 1$, $x\x1b]0;title\x07 = 2$ and $y = \x1b[2J3 = 4$\n\n$2\u202e = 3$")]
    ).decode()
    kept = re.sub(r"\x1b\[\d*(?:;\d+)*m", "", said)
    assert all(sign.isprintable() or sign == "\n" for sign in kept)


def test_a_matrix_is_one_piece_of_the_page() -> None:
    matrix = r"\begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix}"
    page = REPORTS["html"](
        [check_text(rf"$W = {matrix}$ and $$\begin{{aligned}} {matrix} \\ {matrix} + 1 \end{{aligned}}$$")]
    ).decode()
    assert "<code>" not in page and page.count("<mtable") == 3 and page.count("<br>") == 1


@pytest.mark.parametrize("sized", [r"\left", r"\bigl", r"\Big ", r"\Biggl"])
def test_a_side_begins_with_the_size_of_its_bracket(sized: str) -> None:
    only = check_text(rf"Let ${sized}( 1 + 2 \right) \cdot 3 = \left[ 9 \right]$.").equalities[0]
    assert only.left.latex.split() == rf"{sized}( 1 + 2 \right) \cdot 3".split()
    assert only.right.latex == r"\left[ 9 \right]" and only.verdict == "exact"
    assert only.left.place == (1, 6 + len(sized)) and only.place == (1, 37 + len(sized))


def test_a_side_keeps_its_cells_and_no_mark_of_alignment() -> None:
    text = r"$$\begin{aligned} W &= \begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix} &+ 0 \\ &= 3 \end{aligned}$$"
    first, second = check_text(text).equalities
    assert first.left.latex == "W"
    assert first.right.latex == r"\begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix} + 0" == second.left.latex


@pytest.mark.parametrize("columns", ["rcl", "r@{}c@{}l", "r|c|l"])
def test_the_columns_of_an_array_belong_to_no_side(columns: str) -> None:
    text = rf"$$\begin{{array}}{{{columns}}} z &=& \begin{{pmatrix}} 1 & 2 \end{{pmatrix}} \\ &=& 3 \end{{array}}$$"
    first, second = check_text(text).equalities
    assert (first.left.latex, first.right.latex) == ("z", r"\begin{pmatrix} 1 & 2 \end{pmatrix}")
    assert second.verdict == "wrong"


def test_formulas_side_by_side_and_notes_keep_their_room_in_the_pdf() -> None:
    tex = document([check_text("So $a = 1$ $b = 2$ and $1 + 1 = 3$ $c = 4$.", "a.md")])
    assert re.search(r"\$a ?= ?1\$ \$b", tex) and ": 2, not 3} $c" in tex
