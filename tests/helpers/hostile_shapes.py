"""Texts made to be slow, each by its length in letters: what opens and never closes, nests, repeats, or refers to all
the rest of the article."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Shape(NamedTuple):
    """How a text of about so many letters is made, and the ending of its name."""

    make: Callable[[int], str]
    suffix: str = ".md"


def each(template: str, length: int, apart: str = " ") -> Callable[[int], str]:
    """A text in which a line is repeated with a running number for `K`, and the next one for `L`."""
    return lambda n: apart.join(
        template.replace("K", str(k)).replace("L", str(k + 1)) for k in range(max(n // length, 1))
    )


def around(
    opening: str, closing: str, before: str = "$x = ", inner: str = "1", after: str = "$"
) -> Callable[[int], str]:
    """A text nested as deeply as it is long."""
    return lambda n: (
        before + opening * (n // len(opening + closing)) + inner + closing * (n // len(opening + closing)) + after
    )


def run(part: str, before: str = "", after: str = "") -> Callable[[int], str]:
    """A text of one part, again and again."""
    return lambda n: before + part * (n // len(part)) + after


SCANNED = {
    "ties": Shape(run("~", "$x = 1", "$")),
    "ties and spaces": Shape(run("~ ", "$x = 1", "(1)$")),
    "input": Shape(run(r"\input{", "", " $x = 1$"), ".tex"),
    "newcommand": Shape(run(r"\newcommand{\x}[", "", " $x = 1$"), ".tex"),
    "newcommand and spaces": Shape(run(" ", r"\newcommand", "x"), ".tex"),
    "newcommand, a name and spaces": Shape(run(" ", r"\newcommand\x", "x"), ".tex"),
    "def": Shape(run(r"\def"), ".tex"),
    "def and braces": Shape(run(r"\def{"), ".tex"),
    "def in def": Shape(around(r"\def\a{", "}", "", "1", r"$\a = 1$"), ".tex"),
    "def of groups": Shape(run(r"\def{\def}", "", "{"), ".tex"),
    "brackets out of reach": Shape(run(r"\[ ", "", r"\] $x = 1$")),
    "parentheses": Shape(run(r"\( ")),
    "escaped dollars": Shape(run(r"\$[")),
    "dollars": Shape(run("$")),
    "dollars and blank lines": Shape(run("$x\n\n")),
    "fence and spaces": Shape(run(" ", "```", "`")),
    "fences": Shape(lambda n: "\n".join(" " * (k % 9) + "-  " * (k % 2) + "`" * (3 + k % 13) for k in range(n // 14))),
    "ticks": Shape(run("`")),
    "ticks, ever fewer": Shape(lambda n: " ".join("`" * k for k in range(int((2 * n) ** 0.5), 0, -1))),
    "comments": Shape(run("<!-- ")),
    "TeX comments": Shape(run("%", "", "\n$x = 1$"), ".tex"),
    "verb": Shape(lambda n: "".join(rf"\verb{chr(0x4E00 + k)}" for k in range(n // 6)), ".tex"),
    "environments": Shape(run(r"\begin{align}")),
    "arrays": Shape(run(r"\begin{array}", "$$", "x = 1$$")),
    "headings": Shape(run("# a\n")),
    "sections": Shape(run("sub", "\\", "section $x = 1$"), ".tex"),
    "words": Shape(run(r"\text{a ", "$$", "= 1$$")),
    "words in words": Shape(run(r"{}\text", r"$$\text{", "= 1$$")),
    "letters": Shape(run("a", "$a = 1$ $", " = 1$")),
    "digits": Shape(run("1", "$x = ", "$")),
    "accents": Shape(run("\u0301", "$x", " = 1$")),
    "no width": Shape(run("\u200b\u202e", "$x", " = 1$")),
    "NUL": Shape(run("\0", "$x", " = 1$")),
    "carriage returns": Shape(run("a\r", "$x = 1$")),
    "braces": Shape(around("{", "}")),
    "fractions": Shape(around(r"\frac{1}{", "}")),
    "boxes": Shape(around(r"\boxed{", "}", "$", "1", " = 1$")),
    "brackets of brackets": Shape(around(r"\left(", r"\right)")),
    "powers": Shape(around("^{2", "}", "$x = 3", "")),
    "indices": Shape(around("x_{", "}", "$x_{", "1", "} = 1$")),
    "calls": Shape(around("f(", ")", "$f(x) = x$ $y = ", "x")),
    "gradients": Shape(around(r"\nabla f(", ")", "$f(x) = x$ $y = ", "x")),
    "expectations": Shape(around("E[", "]", "$y = ", "x")),
    "optional arguments": Shape(run(r"\a[", r"\newcommand{\a}[2][x]{#1} $", " = 1$"), ".tex"),
    "macros": Shape(run(r"$\a{\a{\a{\a{\a{x}}}}} = 1$ ", r"\newcommand{\a}[1]{#1#1#1#1#1#1#1#1} "), ".tex"),
    "tables": Shape(lambda n: "|" + "a|" * (n // 4) + "\n|" + "-|" * (n // 4) + "\n"),
    "displays that go on": Shape(run("$$= a$$\n")),
    "rows that go on": Shape(run("$$& + 1$$\n", "$$x = 1$$")),
}
"""What finding and reading go through."""

JUDGED = {
    "one value": Shape(run("$x = 1$ ")),
    "new values": Shape(each("$x = K$", 8)),
    "names": Shape(each("$x_{K} = K$", 14)),
    "twins": Shape(each("$x_{K} = K$", 14)),
    "twins of a formula": Shape(lambda n: "$x_{1} = 2 a$ $a = 1$ " + each("$x_{1K} = K$", 14)(n)),
    "general formulas": Shape(lambda n: each("$a_{K} = K$", 30)(n) + " " + each("$b_{i} = a_{i} + K$", 30)(n)),
    "rules": Shape(each(r"$\theta_{\text{new}} = \theta - \alpha \nabla_\theta L_{K}$", 64)),
    "wrong derivatives": Shape(lambda n: "$x = 1$ $L = x^2$ " + each(r"$\frac{\partial L}{\partial x} = K$", 42)(n)),
    "sections with other values": Shape(each("\n# S\n$y = x + K$\n$x = K$\n$y = K$\n", 40)),
    "values that do not fit": Shape(lambda n: "$a = 1$ $x = 2 a$ " + each("$x = 1K$", 10)(n)),
    "values put in": Shape(lambda n: "$a = 1$ $b = 2 a + 1$ " + each(r"$b = 2 \cdot 1K + 1 = 3$", 28)(n)),
    "wrong chains": Shape(lambda n: "$x = 2$ " + each("$x + K = K = L$", 20)(n)),
    "a formula of all": Shape(
        lambda n: "$y = " + "+".join(f"x_{{{k}}}" for k in range(n // 28)) + "$ " + each("$x_{K} = K$ $y = 1$", 28)(n)
    ),
    "squares of squares": Shape(lambda n: "$x_0 = 3$ " + each("$x_{L} = x_{K}^2$", 22)(n)),
    "updates": Shape(lambda n: "$w = 1$ " + each("$w_{new} = w + K = L$", 26)(n)),
    "sums": Shape(run(r"$y = \sum_{j=1}^{200} j a = \sum_{j=1}^{200} b_j$ ")),
    "sums of sums": Shape(run(r"$\sum_{i=1}^{1000} \sum_{j=1}^{1000} i j = 3$ ")),
    "a long sum": Shape(run("+1", "$x = 0", "$")),
    "a long chain": Shape(run("=a", "$x", "$")),
    "a wide matrix": Shape(run("1&", r"$x = \begin{pmatrix}", r"1\end{pmatrix}$")),
}
"""What judging goes through."""
