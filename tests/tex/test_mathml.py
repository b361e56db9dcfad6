"""Formulas as MathML: worked by hand, and nothing that is written is unknown."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, fromstring, tostring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places import ROOT

import derivation
from derivation.checking.reports.setting import ENVIRONMENTS, KNOWN, of_text
from derivation.pages.formats import FORMATS
from derivation.pages.typesetting.mathml import linked, mathml
from derivation.tex.mathml.elements import element
from derivation.tex.mathml.reader import DEEPEST, NotShown, written
from derivation.tex.names import COMMANDS
from derivation.tex.notation import NotationError, notation

FORMULA = re.compile(r"(?<!\\)\$([^$]+)\$")
CHILDREN = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3}
"""How many an element takes, by MathML Core."""


def plain(*around: str) -> str:
    """The elements of a formula without their attributes."""
    root = element("math", *written(*around))
    for node in root.iter():
        node.attrib = {}
    return tostring(root, encoding="unicode").removeprefix("<math>").removesuffix("</math>")


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        ("x", "<mi>x</mi>"),
        ("12.5", "<mn>12.5</mn>"),
        (r"\frac12", "<mfrac><mn>1</mn><mn>2</mn></mfrac>"),
        ("a_1^2", "<msubsup><mi>a</mi><mn>1</mn><mn>2</mn></msubsup>"),
        ("a^2_1", "<msubsup><mi>a</mi><mn>1</mn><mn>2</mn></msubsup>"),
        ("a^{12}", "<msup><mi>a</mi><mn>12</mn></msup>"),
        ("a^12", "<msup><mi>a</mi><mn>1</mn></msup><mn>2</mn>"),
        (r"\hat y_1", "<msub><mover><mi>y</mi><mo>^</mo></mover><mn>1</mn></msub>"),
        (r"\sqrt{x+1}", "<msqrt><mrow><mi>x</mi><mo>+</mo><mn>1</mn></mrow></msqrt>"),
        (r"\sqrt[3]{x}", "<mroot><mi>x</mi><mn>3</mn></mroot>"),
        (r"\sum_{i} x_i", "<munder><mo>∑</mo><mi>i</mi></munder><msub><mi>x</mi><mi>i</mi></msub>"),
        (r"\max_i x", "<msub><mo>max</mo><mi>i</mi></msub><mi>x</mi>"),
        (r"\mathbf{W_1}", "<msub><mi>𝐖</mi><mn>𝟏</mn></msub>"),
        (r"\boldsymbol\alpha \mathit{\Phi} \mathit{hat}", "<mi>𝛂</mi><mi>Φ</mi><mo>ℎ𝑎𝑡</mo>"),
        (r"\beta*x", "<mi>β</mi><mo>∗</mo><mi>x</mi>"),
        (r"\operatorname*{argmin} x", "<mo>argmin</mo><mi>x</mi>"),
        (r"\mathbf{1}\mathbb{R}\mathcal{L}\mathbf{w}", "<mn>𝟏</mn><mi>ℝ</mi><mi>ℒ</mi><mi>𝐰</mi>"),
        (r"\text{if } x", "<mtext>if </mtext><mi>x</mi>"),
        (r"\text{50\,\%}", r"<mtext>50\,%</mtext>"),
        (r"\left(x\right]", "<mrow><mo>(</mo><mi>x</mi><mo>]</mo></mrow>"),
        (r"\left.x\right|", "<mrow><mi>x</mi><mo>|</mo></mrow>"),
        (
            r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}^\top",
            "<msup><mrow><mo>(</mo><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr>"
            "<mtr><mtd><mn>3</mn></mtd><mtd><mn>4</mn></mtd></mtr></mtable><mo>)</mo></mrow><mo>⊤</mo></msup>",
        ),
        (r"\begin{cases} 1 \\ 0 \end{cases}", "<mrow><mo>{</mo><mtable><mtr><mtd><mn>1</mn></mtd></mtr><mtr><mtd><mn>0</mn></mtd></mtr></mtable></mrow>"),
        ("f'(x)", "<mrow><mi>f</mi><mo>′</mo></mrow><mo>(</mo><mi>x</mi><mo>)</mo>"),
        ("f''^2", "<msup><mrow><mi>f</mi><mo>′</mo><mo>′</mo></mrow><mn>2</mn></msup>"),
        ("{}^2", "<msup><mrow /><mn>2</mn></msup>"),
        (r"a \;b", "<mi>a</mi><mspace /><mi>b</mi>"),
    ],
)  # fmt: skip
def test_a_formula_has_these_elements(latex: str, expected: str) -> None:
    assert plain(latex) == expected


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        (["", ""], "<slot />"),
        (["", "^2 + ", ""], "<msup><slot /><mn>2</mn></msup><mo>+</mo><slot />"),
        ([r"\frac{", "}{2 ", "}"], "<mfrac><slot /><mrow><mn>2</mn><slot /></mrow></mfrac>"),
        (
            [r"\left(", r"\right) \begin{cases} 1 & x > ", r" \end{cases}"],
            "<mrow><mo>(</mo><slot /><mo>)</mo></mrow><mrow><mo>{</mo><mtable><mtr><mtd><mn>1</mn></mtd>"
            "<mtd><mi>x</mi><mo>&gt;</mo><slot /></mtd></mtr></mtable></mrow>",
        ),
    ],
)  # fmt: skip
def test_a_slot_stands_among_the_elements(around: list[str], expected: str) -> None:
    assert plain(*around) == expected


def test_no_slot_stands_in_words() -> None:
    with pytest.raises(NotShown):
        written(r"\text{if ", "}")


@pytest.mark.parametrize(
    ("latex", "spaces"),
    [
        ("-x", [("−", "prefix", None, None)]),
        ("a - x", [("−", None, None, None)]),
        ("a = -x", [("=", None, None, None), ("−", "prefix", None, None)]),
        (r"\ln x", [("ln", None, "0", ".17em")]),
        (r"a \ln x", [("ln", None, ".17em", ".17em")]),
        (r"\ln(x)", [("ln", None, "0", "0"), ("(", None, None, None), (")", None, None, None)]),
        (r"\log_2 8", [("log", None, "0", ".17em")]),
    ],
)
def test_signs_and_names_are_spaced_as_in_tex(latex: str, spaces: list[tuple[str | None, ...]]) -> None:
    found = [node for one in written(latex) for node in one.iter("mo")]
    assert [(node.text, node.get("form"), node.get("lspace"), node.get("rspace")) for node in found] == spaces


@pytest.mark.parametrize(
    "latex",
    ["{", "}", r"\frac{1}", "x^", "x_", r"\left(x", r"\right)", r"\begin{pmatrix} 1", r"\end{pmatrix}", r"\foo{2}",
     r"\begin{foo}1\end{foo}", r"\begin{pmatrix}1\end{bmatrix}", r"\text{a", "&", r"\sqrt[3", r"\input{x}", "^", "\\",
     "{" * (DEEPEST + 1) + "x" + "}" * (DEEPEST + 1), r"\left\foo x\right)"],
)  # fmt: skip
def test_what_is_not_known_is_no_formula(latex: str) -> None:
    with pytest.raises(NotShown):
        written(latex)
    assert mathml(latex).startswith("<code>")


def test_all_that_the_doors_write_is_known() -> None:
    """Every command of the door for articles' formulas, with as many arguments as it may have."""
    for command in KNOWN - {r"\left", r"\right", r"\begin", r"\end", r"\\", r"\ttfamily"}:
        for latex in (f"{command}{{a}}{{b}}",):
            assert written(latex), latex
    for kind in ENVIRONMENTS.values():
        assert written(rf"\begin{{{kind}}} 1 & 2 \\ 3 & 4 \end{{{kind}}}")
    assert written(of_text(r"\foo{1} \left( \frac12 \right) a^b^c"))


@pytest.mark.slow
@settings(max_examples=1000, deadline=None)
@given(st.lists(st.sampled_from([*sorted(COMMANDS), *"abWx12+-,;:.!?*/=<>|()[]{}_^' ", "{x}", "^{(2)}"]), max_size=8))
def test_every_symbol_that_a_user_may_write_is_known(parts: list[str]) -> None:
    try:
        latex = notation("".join(parts))
    except NotationError:
        return
    assert not re.search(r"[\\^_]", "".join(text for one in written(latex) for text in one.itertext()).replace("^", ""))


@pytest.mark.parametrize("lesson", ["two-two-one", "gru", "attention", "softmax-regression", "batch-norm"])
def test_every_formula_of_a_lesson_is_valid(lesson: str) -> None:
    """Each element has the children that MathML Core asks for, and what is drawn says all that the LaTeX says."""
    worked = derivation.derive(derivation.load(ROOT / "examples" / f"{lesson}.toml"))
    found = set(FORMULA.findall(FORMATS["md"](worked).decode()))
    assert len(found) > 20
    for latex in found:
        root = fromstring(mathml(latex))
        assert root.tag == "math", latex
        assert all(len(node) == CHILDREN.get(node.tag, len(node)) for node in root.iter()), latex
        digits = re.findall(r"\d", re.sub(r"\\text\{[^}]*\}", "", latex))
        assert sorted(digits) == sorted(_digits(root)), latex


def _digits(root: Element) -> list[str]:
    bold = {chr(0x1D7CE + digit): str(digit) for digit in range(10)}
    text = "".join(node.text or "" for node in root.iter() if node.tag != "mtext")
    return [bold.get(letter, letter) for letter in text if letter.isdecimal()]


def test_a_link_has_its_sign_in_front() -> None:
    assert linked("-2", r"\approx") == (
        '<math displaystyle="true"><mo>≈</mo><mrow class="behind"><mo form="prefix">−</mo><mn>2</mn></mrow></math>'
    )
