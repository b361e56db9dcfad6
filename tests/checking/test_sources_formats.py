"""One article in every format: the same verdicts, at the places where its author typed them; what is code, comment or
escaped is passed over; what never ends is named."""

from __future__ import annotations

from random import Random

import pytest

from derivation.check import check_text
from derivation.checking.judging.verdicts import Report
from derivation.checking.sources.find import ENDINGS, find, source
from derivation.checking.sources.source import Formula, Unread

MARKDOWN = r"""
# A step

Let $x = 2$, $w = 3$ and $b = 1$.

$$y = w x + b = 7$$

$$L = \frac{1}{2} (y - 5)^2 = 2$$

$$\frac{\partial L}{\partial w} = (y - 5) x = «5»$$

$$w_{new} = w - 0.1 \cdot 4 = 2.6$$
"""
LATEX = r"""
\documentclass{article}
\newcommand{\half}{\frac{1}{2}}
\newcommand{\be}{\begin{equation}}
\newcommand{\ee}{\end{equation}}
\newcommand{\worked}[2]{\par\hbox{$\displaystyle #1$}\hbox{$\displaystyle = #2$}}
\begin{document}
\section{A step}
Let $x = 2$, \(w = 3\) and $b = 1$. % $x = 4 = 5$
\be y = w x + b = 7 \ee
\[ L = \half (y - 5)^2 = 2 \]
\worked{\frac{\partial L}{\partial w} = (y - 5) x}{«5»}
\begin{align} w_{new} &= w - 0.1 \cdot 4 \\ &= 2.6 \end{align}
\begin{verbatim} $x = 4 = 5$ \end{verbatim}
\end{document}
"""
MYST = r"""---
title: "$x = 4 = 5$"
---
# A step

Let {math}`x = 2`, $w = 3$ and {math}`b = 1`.

```{math}
:label: forward

y = w x + b = 7
```

````{note}
$$L = \frac{1}{2} (y - 5)^2 = 2$$ (loss)

```{math}
\frac{\partial L}{\partial w} = (y - 5) x = «5»
```
````

:::{math}
:label: update
w_{new} = w - 0.1 \cdot 4 = 2.6
:::

```{code-cell} python
"$x = 4 = 5$"
```
"""
QUARTO = r"""---
title: A step
abstract: "$x = 4 = 5$"
---

Let $x = 2$, $w = 3$ and $b = 1$.

$$
y = w x + b = 7
$$ {#eq-forward}

::: {.callout-note}
$$L = \frac{1}{2} (y - 5)^2 = 2$$
:::

```{python}
#| label: fig
"$x = 4 = 5$"
```

$$\frac{\partial L}{\partial w} = (y - 5) x = «5»$$ {#eq-gradient}

By @eq-gradient and `r 1 + 1`, $w_{new} = w - 0.1 \cdot 4 = 2.6$.
"""
RESTRUCTURED = r"""
A step
======

Let :math:`x = 2`, :math:`w = 3` and `b = 1`:math:, not ``:math:`x = 4 = 5```.

.. math:: y = w x + b = 7

.. note::

   .. math::
      :label: loss

      L = \frac{1}{2} (y - 5)^2 = 2

      \frac{\partial L}{\partial w} = (y - 5) x = «5»

.. a comment :math:`x = 4 = 5`
   :math:`x = 4 = 5`

.. code-block:: python

   ":math:`x = 4 = 5`"

Code::

   :math:`x = 4 = 5`

.. math::
   :nowrap:

   \begin{align}
   w_{new} &= w - 0.1 \cdot 4 \\

           &= 2.6
   \end{align}
"""
ASCIIDOC = r"""
= A step
:stem: latexmath

Let stem:[x = 2], latexmath:[w = 3] and asciimath:[b = 1], not \stem:[x = 4 = 5].

[stem]
++++
y = w x + b = 7
++++

[asciimath#loss]
.The loss
++++
L = 1/2 (y - 5)^2 = 2
(del L)/(del w) = (y - 5) x = «5»
++++

// stem:[x = 4 = 5]
----
stem:[x = 4 = 5]
----

stem:[w_{new} = w - 0.1 \cdot 4 = 2.6]
"""
HTML = r"""<!DOCTYPE html>
<html><head><title>\(x = 4 = 5\)</title><style>p { content: "\(x = 4 = 5\)" }</style>
<script>var a = "\\(x = 4 = 5\\)"; MathJax = {tex: {inlineMath: [['$', '$']]}};</script></head>
<body><h1>A step</h1><!-- \(x = 4 = 5\) -->
<p>Let \(x = 2\), $w = 3$ and <span class="math inline">b = 1</span>. It costs \$5.</p>
<script type="math/tex; mode=display">y = w x + b = 7</script>
<p>\begin{align} L &amp;= \frac{1}{2} (y - 5)^2 \\ &amp;= 2 \end{align}</p>
<pre>\(x = 4 = 5\)</pre><code>\(x = 4 = 5\)</code>
<p>\[ \frac{\partial L}{\partial w} &#61; (y - 5) x<br>
 = «5» \]</p>
<span class="katex"><math><semantics><mi>w</mi><annotation encoding="application/x-tex">w_{new} = w - 0.1 \cdot 4 =
 2.6</annotation></semantics></math></span></body></html>
"""
TYPST = r"""
= A step
#let half = $1/2$
Let $x = 2$, $w = 3$ and $b = 1$; it costs \$5. // $x = 4 = 5$
/* $x = 4 = 5$ */ `$x = 4 = 5$`

$ y = w x + b = 7 $

$ L &= half (y - 5)^2 \
    &= 2 $

$ (diff L)/(diff w) = (y - 5) x = «5» $

$ w_"new" = w - 0.1 dot 4 = 2.6 $
"""
ARTICLES = {
    "article.md": MARKDOWN,
    "article.tex": LATEX,
    "myst.md": MYST,
    "article.qmd": QUARTO,
    "article.rst": RESTRUCTURED,
    "article.adoc": ASCIIDOC,
    "article.html": HTML,
    "article.typ": TYPST,
}


def marked(text: str) -> tuple[str, tuple[int, int]]:
    """An article without its marks, and line and column of what stands between them."""
    before = text[: text.index("«")]
    return text.replace("«", "").replace("»", ""), (before.count("\n") + 1, len(before) - before.rfind("\n"))


def verdicts(report: Report) -> list[tuple[str, str]]:
    return [(equality.right.latex.strip(), equality.verdict) for equality in report.equalities]


@pytest.mark.parametrize("path", ARTICLES)
@pytest.mark.parametrize("change", ["", "bom", "crlf"])
def test_one_article_has_the_same_verdicts_in_every_format(path: str, change: str) -> None:
    text, place = marked(ARTICLES[path])
    if change == "crlf":
        text = text.replace("\n", "\r\n")
    if change == "bom":
        text = "\ufeff" + text
    report = check_text(text, path)
    counts = report.summary
    assert [equality.place for equality in report.wrong] == [place]
    assert report.wrong[0].why == "4, not 5"
    assert (counts["undecided"], counts["rounded"]) == (0, 0), verdicts(report)
    assert (counts["stated"], counts["exact"]) == (6, 4), verdicts(report)
    assert not report.unread


@pytest.mark.parametrize("path", ARTICLES)
def test_the_right_article_has_nothing_wrong(path: str) -> None:
    text, _ = marked(ARTICLES[path].replace("«5»", "«4»"))
    counts = check_text(text, path).summary
    assert (counts["wrong"], counts["undecided"]) == (0, 0)


@pytest.mark.parametrize("path", ARTICLES)
def test_letters_beyond_ascii_do_not_move_a_place(path: str) -> None:
    text, (line, column) = marked(ARTICLES[path].replace("A step", "Ein Schritt für 𝛼 und 勾配 🙂"))
    assert [equality.place for equality in check_text(text, path).wrong] == [(line, column)]


@pytest.mark.parametrize(
    ("path", "text", "line", "what"),
    [
        ("a.md", "x\n\n$$ x = 1 = 2", 3, "$$"),
        ("a.md", "\\begin{align} x = 1 = 2", 1, r"\begin{align}"),
        ("a.md", "```{math}\nx = 1 = 2", 1, "```{math}"),
        ("a.md", ":::{math}\nx = 1 = 2", 1, ":::"),
        ("a.qmd", "a\n$$\nx = 1 = 2\n", 2, "$$"),
        ("a.tex", "a $x = 1 = 2\n\n", 1, "$"),
        ("a.tex", "\\[ x = 1 = 2", 1, r"\["),
        ("a.tex", "\n\\input{nowhere}", 2, "nowhere"),
        ("a.rst", "a\n:math:`x = 1 = 2\n\nb", 2, ":math:`"),
        ("a.rst", ".. math::\n\nx = 1 = 2", 1, ".. math::"),
        ("a.adoc", "stem:[x = 1 = 2\n\n", 1, "stem:["),
        ("a.adoc", "[stem]\n++++\nx = 1 = 2\n", 1, "[stem]"),
        ("a.html", "<p>\n\\[ x = 1 = 2</p>", 2, r"\["),
        ("a.html", "$$ x = <b>1</b> = 2$$", 1, "$$"),
        ("a.typ", "a\n$ x = 1 = 2", 2, "$"),
    ],
)
def test_what_never_ends_is_named_with_its_line(path: str, text: str, line: int, what: str) -> None:
    report = check_text(text, path)
    assert [(part.place[0], part.what) for part in report.unread][:1] == [(line, what)]
    assert not report.equalities


def formulas(text: str, path: str) -> list[str]:
    return [part.text for part in find(source(path, text)) if isinstance(part, Formula)]


@pytest.mark.parametrize(
    ("typst", "latex"),
    [
        ("frac(a, b) + binom(n, k)", r"\frac{a}{b} + \binom{n}{k}"),
        ("mat(1, 2; 3, 4)", r"\begin{pmatrix}1 & 2 \\ 3 & 4\end{pmatrix}"),
        ('mat(delim: "[", 1, 2)', r"\begin{bmatrix}1 & 2\end{bmatrix}"),
        ("vec(1, -2)", r"\begin{pmatrix}1 \\ -2\end{pmatrix}"),
        ("sum_(i=1)^n x_i", r"\sum _{i=1}^{n} x_{i}"),
        ("diff L / diff w", r"\frac{\partial L}{\partial w}"),
        ("(diff L)/(diff w_1)", r"\frac{\partial L}{\partial w_{1}}"),
        ("a/b/c", r"\frac{\frac{a}{b}}{c}"),
        ("f(x)/2", r"\frac{f(x)}{2}"),
        ("(a + b)^2/2", r"\frac{(a + b)^{2}}{2}"),
        ("a arrow.l b times c", r"a \leftarrow b \times c"),
        ("x quad y", r"x \quad y"),
        ("bold(W) x^T", r"\mathbf{W} x^{T}"),
        ("bold(W)^top x", r"\mathbf{W}^{\top } x"),
        ('x "if" y', r"x \text{if} y"),
        ("a &= b \\\n &= c", r"\begin{aligned}a &= b \\ &= c\end{aligned}"),
        ("hat(y) dot.o overline(z)", r"\hat{y} \odot \bar{z}"),
        ("abs(x) + norm(v)", r"|x| + \|v\|"),
        ("sqrt(2) + root(3, x)", r"\sqrt{2} + \sqrt[3]{x}"),
        ('op("softmax")(z)', r"\operatorname{\text{softmax}}(z)"),
        ("cases(1 & x > 0, 0 & x <= 0)", r"\begin{cases}1 & x > 0 \\ 0 & x \le 0\end{cases}"),
        ("x in RR^(2 times 3)", r"x \in \mathbb{R}^{2 \times 3}"),
        ("lr((a + b))", "(a + b)"),
        ("x_i^2'", "x_{i}^{2}'"),
        ('underbrace(a + b, "sum")', "{a + b}"),
    ],
)
def test_typst_is_put_into_tex(typst: str, latex: str) -> None:
    assert formulas(f"${typst}$", "a.typ") == [latex]


def test_a_typst_name_that_is_not_known_is_named() -> None:
    report = check_text("$ a = 3 $\n$ a = frobnicate(3) = 4 $", "a.typ")
    assert not report.wrong
    assert any(equality.verdict == "undecided" and "frobnicate" in equality.why for equality in report.equalities)


@pytest.mark.parametrize(
    ("asciimath", "latex"),
    [
        ("a/b + (a + b)/(c d)", r"\frac{a}{b} + \frac{a + b}{c d}"),
        ("x_1^2", "x_{1}^{2}"),
        ("x^-1", "x^{-1}"),
        ("sqrt x + root(3)(x)", r"\sqrt{x} + \sqrt[3]{x}"),
        ("(del L)/(del w)", r"\frac{\partial L}{\partial w}"),
        ("sum_(i=1)^n i", r"\sum _{i=1}^{n} i"),
        ("[[1,2\\],[3,4\\]\\]", r"\begin{bmatrix}1 & 2 \\ 3 & 4\end{bmatrix}"),
        ("((1),(2))", r"\begin{pmatrix}1 \\ 2\end{pmatrix}"),
        ("((x + 1))", "((x + 1))"),
        ("2 xx 3 <= 7", r"2 \times 3 \le 7"),
        ('x "new" text(old)', r"x \text{new} \text{old}"),
        ("hat y -> oo", r"\hat{y} \to \infty "),
        ("bb x^TT", r"\mathbf{x}^{\top }"),
        ("sin x/2", r"\frac{\sin x}{2}"),
        ("abs(x)", "|x|"),
    ],
)
def test_asciimath_is_put_into_tex(asciimath: str, latex: str) -> None:
    assert formulas(f"asciimath:[{asciimath}]", "a.adoc") == [latex]


def test_every_ending_has_its_module() -> None:
    for ending in ENDINGS:
        if ending != ".ipynb":
            assert not [part for part in find(source(f"a{ending}", "Nothing.\n")) if isinstance(part, Formula | Unread)]


BITS = [
    *("$", "$$", r"\[", r"\]", r"\(", "{", "}", "[", "]", "(", ")", "`", "```", "```{math}\n", "++++\n", "\n\n", "::"),
    *(
        ".. math::",
        "stem:[",
        "<",
        "&",
        "&amp;",
        "<code>",
        "-->",
        "<!--",
        '<script type="math/tex">',
        "\\",
        '"',
        "/",
        "^",
    ),
    *(
        "#let x = $y$",
        "#",
        "//",
        "/*",
        "mat(",
        ";",
        r"\begin{align}",
        r"\newcommand{\be}{$",
        r"\be",
        "%",
        "\u2028",
        "\x00",
    ),
    *("frac(", "hat", "sqrt", "[[", "|", "---\n", "----\n", "::: {math}\n", "_", "é", "=", ",", "\r\n", "#!", "  "),
]


@pytest.mark.parametrize("path", ARTICLES)
def test_mutilated_articles_are_read_without_a_crash(path: str) -> None:
    dice = Random(path)
    for count in range(250):
        text = ARTICLES[path]
        for _ in range(dice.randint(1, 12)):
            at = dice.randrange(len(text) + 1)
            piece = dice.choice(BITS) if dice.random() < 0.7 else text[dice.randrange(len(text)) :][:30]
            text = text[:at] + piece + text[at + dice.choice([0, 0, 1, 5, 30]) :]
        article = source(path, text)
        lines = text.replace("\r\n", "\n").count("\n") + 1
        for part in find(article):
            assert 0 <= part.start <= len(article.text) and 1 <= article.place(part.start)[0] <= lines
        if count % 25 == 0:
            check_text(text, path)


@pytest.mark.parametrize(
    ("path", "bit"),
    [
        ("a.typ", "$ (("),
        ("a.typ", "$ /* $"),
        ("a.typ", "$ a/"),
        ("a.adoc", "stem:[(("),
        ("a.adoc", "[stem]\n.a\n"),
        ("a.rst", ":math:`x"),
        ("a.rst", ".. math::\n"),
        ("a.html", r"\["),
        ("a.html", "<span class="),
        ("a.md", "```{note}\n"),
        ("a.tex", r"\newcommand{\a}{\a $x$ \a}\a "),
        ("a.tex", r"\newcommand{\a}[1]{$#1$ #1}\a{"),
    ],
)
def test_what_never_ends_takes_no_time(path: str, bit: str) -> None:
    """Each end is looked for once: a reader that looks for it anew behind each beginning does not come to an end here.
    What is found is no more than what begins."""
    count = 60_000 // len(bit)
    assert len(find(source(path, bit * count))) <= 2 * count
