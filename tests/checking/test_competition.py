"""Solutions to problems as people write them: equations with an unknown, cases, suppositions, contradictions."""

from __future__ import annotations

import pytest

from derivation.checking.article import check_text
from derivation.checking.facts.matrices import OF_MATRICES
from derivation.checking.reading.tokens import Unreadable
from derivation.checking.reading.trees import Tree


def verdicts(text: str) -> list[str]:
    return [equality.verdict for equality in check_text(text).equalities]


RIGHT = {
    "an unknown that is found further down": r"So $3(x-4) = 6$, $3x = 18$ and $x = 6$. Now $x = 6$ and so $4x = 24$.",
    "two roots": (
        "We split $|4x - 3| = x + 6$. In the first case, $4x - 3 = x + 6$, so $3x = 9$ and $x = 3$.\n\n"
        r"In the second case, $4x - 3 = -(x + 6)$, so $5x = -3$ and $x = -\frac35$."
    ),
    "a value in each condition": "We know that $p = 12$ when $q = 5$, so $k = 60$. Thus when $q = 20$, $(p)(20) = 60$ and $p = 3$.",
    "either, or": "Either $f(2) = 0$ or $f(2) = 5$.",
    "or in a display": r"\[s = 0 \quad \text{or} \quad s = \frac{7}{\sqrt{2}}.\]",
    "a rejected value": "If $y = 9$, then $2y = 9 + y$. But $y = 9$ is impossible. So $2 y = y$, hence $y = 0$.",
    "a contradiction": r"This simplifies to $8 = 15$, contradiction.",
    "a false equation": "Putting it in gives the false equation $3 = 0$.",
    "no solution": r"If $b = 3$, then $5a = 5(a - 2)\Rightarrow 0 = -10$.",
    "another solution of the same problem": "$x = 4$ and $h = 3x = 12$.\n\nOR\n\nLet $x = 5$. Then $h = 3x = 15$.",
    "possibilities line by line": (
        "Possibility 1: $2-b+c=-9$, so $c-b=-11$ with $b=11$ and $c=0$.\n"
        "Possibility 2: $2-b+c=2$, so $c-b=0$ with $b=4$ and $c=4$."
    ),
    "columns of a display": r"\begin{align*} \frac{S}{n} &= 80 & \frac{S+90}{n+1} &= 82 \end{align*}",
    "a sum over rows": "\\begin{align*}\n&(5-2) \\\\\n+ &(9-2)\\\\\n+ &(7-2)\\\\\n= &15\n\\end{align*}",
    "digits": "We add $ABC$: $A = 4$, $B = 0$ and $C = 7$. So $ABC = 407$ and $2(ABC) = 814$.",
    "a base": r"In base $\boxed{6}$ we have $12 \cdot 4 = 52$.",
    "an approximation of pi": r"$\frac{80}{2\pi} \approx \frac{40}{3.14}$",
    "the fifth letter": "The numbers $a,$ $b,$ $c,$ $d,$ $e$ are 1, 2, 4, 6, 8, so $3(a+b+c+d+e) = 3(1+2+4+6+8) = 63$.",
    "a box as an operation": r"Since 9 has three divisors, $\boxed{9} = 3$, and $\boxed{10}\times\boxed{9} = 12$.",
    "an operation between numbers": r"$(2*3)*4 = (2^2+3)*4$",
    "complex numbers": r"$(3 + 2i)^2 = 5 + 12i$ and $\frac{1}{1+i} = \frac{1-i}{2}$ and $(1 + i\sqrt{5})^2 = -4 + 2i\sqrt{5}$.",
    "an unknown beside numbers": r"If $x$ is the other, $x - 3 = 15$, so that $x + 3 = 15 + 2 \cdot 3 = 21$.",
    "an unknown beside pi": r"$2\pi R = 6\pi$, so $R = 3$.",
    "factors one by one": r"$\frac{a}{b}\cdot\frac{b}{c}=\frac{5}{7}\cdot\frac{21}{10}$",
    "a projection": (
        r"$\operatorname{proj}_{\begin{pmatrix} 3 \\ 1 \end{pmatrix}} \begin{pmatrix} 2 \\ 4 \end{pmatrix} "
        r"= \begin{pmatrix} 3 \\ 1 \end{pmatrix}$"
    ),
    "a curve and a line": "The line $y = x$ meets the second line when $x = 5$, whose equation is $y = 3x - 10$.",
    "the names of a product": r"The sequence is $a_n = 2 + kn$ with $a_0 = 2$. We want $2 + kn = 50$, or $kn = 48$.",
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_what_is_right_is_not_called_wrong(text: str) -> None:
    assert "wrong" not in verdicts(text)


WRONG = {
    "an identity with a slip": "For all of them $x^2 - 16 = (x - 4)(x - 4)$.",
    "a slip where nothing is said of the names": r"$(a + b)^2 = a^2 + 3ab + b^2$",
    "a slip in a quotient": r"$\frac{1}{x} + \frac{1}{y} = \frac{x - y}{xy}$",
    "a factor of a chain that ends in zero": r"We get $t^2 + 5t - 14 = (t - 2)(t + 8) = 0$, so $t = 2$ or $t = -8$.",
    "numbers beside a case": "If $x = 4$, then $y = 3 \\cdot 4 + 1 = 14$.",
    "digits": "Here $A = 4$, $B = 0$ and $C = 7$. So $ABC = 417$.",
    "a base that is not named": r"We have $12 \cdot 4 = 52$.",
    "numbers in a sentence before a contradiction": "We get $3 + 4 = 8$. Then $x + 1 = x$ is a contradiction.",
    "names that cancel": "If $a = 3$, this is $5 + 2a - 1 - 2a = 5$.",
    "a value that is given before": "$w = 2$. $w \\leftarrow w - 0.5 = 1.5$. Now $3 w = 6$.",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_found(text: str) -> None:
    assert "wrong" in verdicts(text)


def test_an_equation_with_what_is_found_for_its_unknown_holds() -> None:
    report = check_text("$x = 1$ in the first case. Then $5x = 15$, so that $x = 3$.")
    assert [equality.verdict for equality in report.equalities] == ["stated", "exact", "stated"]
    assert report.equalities[1].code == "holds.solved"


def test_an_equation_that_does_not_hold_for_what_is_found_is_no_exact_one() -> None:
    assert verdicts("$5x = 14$, so that $x = 3$.")[0] in ("wrong", "undecided")


def test_an_equation_of_which_the_unknown_gets_no_value_is_stated() -> None:
    assert verdicts("$x + 2y = 7$") == ["stated"]


def test_two_signs_in_the_middle_of_a_chain_are_no_crash() -> None:
    text = r"$x = \frac{4 \pm 2}{2} = 2 \pm 2 = 2 \pm 1$"
    assert "wrong" in verdicts(text) and verdicts(text.replace("pm 2 =", "pm 1 ="))[-1] == "exact"


def test_two_signs_have_no_value_by_themselves() -> None:
    """Where they are compared, each is tried; put in elsewhere they say nothing."""
    number = Tree("number", ("2",), 0)
    with pytest.raises(Unreadable, match="two signs"):
        OF_MATRICES[r"\pm"](None, Tree(r"\pm", (number,), 0))
