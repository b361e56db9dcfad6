"""What is thought of an article's equalities: each sentence is met by a planted slip, in every language, with its code;
none is left in code, and JSON has the same codes in all languages."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flint import arb
from places import ROOT
from sentences import WORD, english, literals, pattern
from typer.testing import CliRunner

from derivation.check import check_text
from derivation.checking.article import Article
from derivation.checking.facts import knowledge, meter
from derivation.checking.facts.facts import Facts
from derivation.checking.facts.failures import Unknown
from derivation.checking.facts.meaning import Meaning
from derivation.checking.facts.points import Random
from derivation.checking.facts.values import Slope, Truth
from derivation.checking.judging import pair
from derivation.checking.reading.tokens import Unreadable
from derivation.checking.reading.trees import Tree
from derivation.checking.sources.find import source
from derivation.cli.app import app
from derivation.exercises.mistakes import Early
from derivation.exercises.plan.contract import Contract
from derivation.formulas.arrays import Array
from derivation.formulas.numbers import Uncertain
from derivation.formulas.terms import Term, index, name, partial
from derivation.words.files import languages, load
from derivation.words.language import speaking
from derivation.words.telling import code_of, extended, message_of, tell

ARTICLES = ROOT / "examples" / "articles"
X = r"$x = \begin{pmatrix} 1 \\ 2 \end{pmatrix}$, "
W = r"$W = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$, "
RULE = r"$\theta_{new} = \theta_{old} - \alpha \nabla_\theta L$, $\alpha = 0.1$, $w = 2$, $L = w^2$, "
LONG = r"$\sum_{i=1}^{1000} \sum_{j=1}^{1000} i j = 3$ "
NOT_READ = "undecided.not_read"
UNCERTAIN = "undecided.uncertain uncertain.divisor"
ANEW = "$$z = w x + b = (-0.172332)", "$$z = w x - b = (-0.172332)"

TEXTS = [
    ("wrong.value", "$2 + 2 = 5$"),
    ("wrong.entry", X + r"$2 x = \begin{pmatrix} 2 \\ 5 \end{pmatrix}$"),
    ("wrong.differs", r"$x = 2$, $2 + x = 3 \cdot 7$"),
    ("wrong.refuted wrong.by_chance wrong.elsewhere", "$x = 2$, $y = x^2$, $y = 2 x$"),
    ("wrong.refuted wrong.elsewhere", "$w = 1$, $x = 2$, $b = 1$.\n\n$z = w x + b$ and $y = z^2$.\n\n$z = w x - b$"),
    ("mistake_in_article.flipped_sign wrong.mistake wrong.value", r"$x = 2$, $y = 3 x$, and so $y = -6$"),
    (
        "mistake_in_article.flipped_sign wrong.mistake wrong.entry",
        X + r"$v = 3 x$, $v = \begin{pmatrix} -3 \\ -6 \end{pmatrix}$",
    ),
    (
        "mistake_in_article.kept_two wrong.mistake wrong.value wrong.elsewhere wrong.through",
        "$w = 1$ and $x = 2$.\n\n$h = (w x)^2$\n\n$z = w x$\n\n$h = z^3$",
    ),
    ("mistake_in_article.lost_two", r"$x = 3$, $f = x^2$. Then $\frac{\partial f}{\partial x} = x$."),
    (
        "mistake_in_article.transposed_gradient",
        r"$A \in \mathbb{R}^{2 \times 2}$, $B \in \mathbb{R}^{2 \times 2}$. Then $A B = B^\top A^\top$.",
    ),
    (
        "mistake_in_article.forgot_slope",
        r"$w = 0.5$, $x = 2$, $y = 1$, $z = w x$, $h = \tanh(z)$, $L = (h - y)^2$. "
        r"Then $\frac{\partial L}{\partial z} = 2 (h - y)$.",
    ),
    (
        "mistake_in_article.added_gradient",
        r"$w = 2$, $\alpha = 0.5$, $x = 3$, $L = w^2 x$, "
        r"$w_{\text{new}} = w - \alpha \frac{\partial L}{\partial w}$. Now $w_{\text{new}} = 2 + 0.5 \cdot 12$.",
    ),
    ("wrong.value wrong.pen", "$w = 3$, $2 w = 7 = 6$"),
    ("wrong.put_in", r"$x = 2$, $w = 3$, $b = 1$, $y = w x + b = 3 \cdot 4 + 1 = 13$"),
    ("wrong.put_in wrong.pen", r"$x = 2$, $w = 3$, $b = 1$, $y = w x + b = 3 \cdot 4 + 1 = 7$"),
    ("wrong.shown_before", r"$y = 0.3 \cdot 0.5 + 0.2$. So $y = 0.45$."),
    ("wrong.miscopied", r"$x = \frac{1}{3} \approx 0.333$ and $y = 0 x = 0 \cdot 0.336 = 0$"),
    ("wrong.declared shapes.a_vector", r"$x \in \mathbb{R}^3$ and " + X),
    ("wrong.case", "$a_1 = 1$, $a_2 = 2$, $b_1 = 2 a_1$, $b_2 = 3 a_2$, $2 b_j = 4 a_j$"),
    ("wrong.rule", RULE + r"$w = w + \alpha \frac{\partial L}{\partial w}$"),
    ("wrong.sides shapes.a_vector shapes.a_scalar", X + "$2 x = 3$"),
    ("wrong.operands shapes.a_vector shapes.a_matrix", X + W + "$x - W = 3$"),
    ("wrong.product shapes.a_vector", X + r"$y = \begin{pmatrix} 1 \\ 2 \\ 3 \end{pmatrix}$ and $x y = 3$"),
    ("holds.solved", "$x = 1$. Then $5 x = 15$, so that $x = 3$ here."),
    ("holds.denied", "This leads to $4 = 7$, a contradiction."),
    ("holds.equation", "$2 q = 3$"),
    ("holds.base", r"In base 6 we have $12 \cdot 4 = 52$."),
    ("holds.new_value", "$x = 1$ and $x = 2$"),
    ("holds.goes_on", r"$x = 2$, $w = 3$, $b = 1$, $y = w x + b = 3 \cdot 4 + 1 = 13$"),
    ("holds.right_again", "$w = 3$, $2 w = 7 = 6$"),
    ("holds.follows", "$x = 2$, $y = 3 x = 7$ and $z = y + 1 = 8$."),
    ("holds.these_numbers", "Set equal: $2 x = x + 10$. So $x = 10$."),
    ("undecided.case", "$x = 1$ or $x = 3$. Then $x + 1 = 3$."),
    ("undecided.approximation", r"$f(x) = x^2$, $f(1 + h) \approx 1 + 2 h$"),
    ("undecided.one_side", r"$a = \max(0, z)$, $L = a^2$. For $z > 0$, $\frac{\partial L}{\partial z} = 2 z$"),
    ("wrong.no_value undefined.division", r"$\frac{1}{0} = 3$"),
    ("wrong.other_parameter", r"$L = (w - 1)^2 + b^2$, $w = w - \eta \frac{\partial L}{\partial b}$"),
    ("undecided.descent", r"Gradient descent: $w_{new} = w + \eta \frac{\partial L}{\partial w}$"),
    ("undecided.no_value uncertain.divisor", r"$\frac{1}{\sin(\pi)} = 3$"),
    (UNCERTAIN, r"$y = \frac{1}{e^{\log 3} - 3}$, $z = y + 1$ and $z = 3$"),
    ("undecided.long", LONG),
    ("undecided.spent", LONG * 5),
    ("undecided.assumed", "$w = 2$ and $2 K = 3 K$"),
    (
        "undecided.lists wrong.product",
        r"$x = (1, 2)$, $V = \begin{pmatrix} 1 & 2 & 3 \\ 3 & 4 & 5 \end{pmatrix}$, $V x = 4$",
    ),
    ("undecided.gathered wrong.sides", "$w_1 = 2$, $w_2 = 3$, $2 w = 3$"),
    ("undecided.unknown_function", "$f(x) + 1 = f(x) + 2$"),
    ("undecided.array_derivative", W + X + r"$z = W x$, $\frac{\partial z}{\partial x} = W^T$"),
    ("undecided.unconnected", r"$L = z + 2$, $\frac{\partial L}{\partial u} = a - y$"),
    ("undecided.entry", X + "$x_2 = 5$"),
    ("undecided.new_value", "$w = 2$, $x = 3$, $y = w x = 6$, $z = w + x = 4 + 3 = 7$"),
    ("undecided.equation", "$x = 2$ and $y = 3$. Solve\n\n$2 x + 3 y = 0$"),
    ("wrong.residues", r"$5^3 \equiv 5 \pmod{7}$"),
    ("undecided.residues", r"$2^{3^{300}} \equiv 1 \pmod{7}$"),
    ("undecided.own_sign", r"$2 * 6 = 2^6 + 6^2$"),
    ("undecided.units", r"$1 \text{ mi} = 1.6 \text{ km}$"),
    ("undecided.letters", "a = 3 and a = 4, so a + 1 = 6"),
    ("wrong.step", "We get 2x + 3 = 11.\n2x = 9"),
    ("wrong.units", "2 hours = 121 minutes"),
    (f"{NOT_READ} meaning.own_sign", r"$3 \star 5 = 14$"),
    (f"{NOT_READ} meaning.power", W + "$W^9 = 3$"),
    ("undecided.equation_later", "$x + 3 = 7$ and $x = 5$"),
    ("lacking.elided", r"$2 \begin{pmatrix} 1 & \cdots & 4 \end{pmatrix} = 3$"),
    ("lacking.anything", X + "$2 q = 3$"),
    ("lacking.value", "$2 q + 2 p = 2 (p + q) = 3$"),
    (f"{NOT_READ} meaning.arguments", r"$x = 2$, $\tanh(x, x) = 1$"),
    (f"{NOT_READ} meaning.options", W + r"$\operatorname{maxpool}(W) = 4$"),
    (f"{NOT_READ} meaning.broadcast", X + W + "$W + x = W$"),
    (f"{NOT_READ} meaning.star", W + "$W * W = 3$"),
    (
        f"{NOT_READ} meaning.cross",
        r"$\begin{pmatrix} 1 \\ 2 \\ 3 \end{pmatrix} \times \begin{pmatrix} 1 \\ 2 \\ 3 \end{pmatrix} = 0$",
    ),
    (f"{NOT_READ} meaning.index", W + "$(W W)_{33} = 3$"),
    (f"{NOT_READ} meaning.calls", "$f(x) = g(x)$, $g(x) = f(x)$, $f(2) = 3$"),
    (f"{NOT_READ} meaning.several_entries", X + r"$\operatorname{softmax}'(x) = 3$"),
    (
        f"{NOT_READ} meaning.several_entries",
        r"$f(x) = \sum_i x_i$, $z = \begin{pmatrix} 1 \\ 2 \end{pmatrix}$, $f'(z) = 3$",
    ),
    (f"{NOT_READ} meaning.point", r"$F(u, v) = u v$ and $\frac{\partial F}{\partial w}(3, 4) = 4$"),
    (f"{NOT_READ} meaning.gradient", r"$w = 2$, $L = w^2$, $\nabla L = 3$"),
    (f"{NOT_READ} meaning.derivative", r"$w = 2$, $L = w^2$, $\frac{\partial L}{\partial (w + 1)} = 3$"),
    (f"{NOT_READ} meaning.by_matrix", W + X + r"$z = W x$, $2 \frac{\partial z}{\partial W} = 3$"),
    (f"{NOT_READ} meaning.limits", r"$\sum_{i=1}^{n} i = 3$"),
    (f"{NOT_READ} meaning.terms", r"$\sum_{i=1}^{2000} i = 3$"),
    (f"{NOT_READ} meaning.end", r"$\sum_i q = 3$"),
    (f"{NOT_READ} meaning.opposite", r"$x = 2$, $\begin{cases} 1 & x > 0 \\ 2 & x > 3 \end{cases} = 2$"),
    (f"{NOT_READ} meaning.ones", r"$x = \mathbf{1}_{9999}$"),
    (f"{NOT_READ} meaning.comparison", "$x = 2$, $3 (x > 1) = 2$"),
]
"""The codes of the sentences that are told of an equality, the outermost first, and an article that has it."""
SLIPS = [
    ("wrong.rule_unused", "one-update.md", r"\theta_{\text{old}} - \alpha", r"\theta_{\text{old}} + \alpha"),
    ("holds.carried", "scalar-chain.md", "", ""),
    ("holds.defined_anew", "scalar-chain.md", *ANEW),
    ("undecided.other_section", "scalar-chain.md", *ANEW),
    ("undecided.holds_here", "scalar-chain.md", "$$z = w x + b, ", "$$z = w  + b, "),
    ("undecided.new_definition", "index-notation.md", "(a^L_j - y_j)^2", "(a^L_j + y_j)^2"),
    ("undecided.open_shapes", "index-notation.md", "a^{l-1}_k + b^l_j, ", "a^{l-1}_k - b^l_j, "),
    ("undecided.several_values", "batch-and-momentum.md", r"\left( -0.285 \cdot 2", r"\left( -0.288 \cdot 2"),
    ("lacking.number_or_array", "one-update.md", r"$$ x = \begin", r"$$  = \begin"),
]
"""The same, with a slip in an article of the examples."""


def facts(text: str) -> Facts:
    """The facts of an article."""
    return Article(source("article.md", text)).facts()


def circle() -> None:
    known = facts("$a = 1$")
    known.guarded("a", lambda: known.guarded("a", int))


def slope(text: str, of: str, by: str) -> Array:
    return Slope(Truth(facts(text)), 99, of, by).of(Array.scalar(1))


def pathless() -> Array:
    """A derivative by what turns out not to be on the way."""
    path = Slope(Truth(facts("$w = 2$, $L = 3 w$")), 99, "L", "w")
    path.by = "q"
    return path.of(Array.scalar(1))


def derivative(text: str, by: Term) -> Array:
    """The derivative of L."""
    return Truth(facts(text)).differentiated(partial(name("L"), by), 99)


def meant(head: str, *args: Tree) -> object:
    return Meaning(facts("$a = 1$"), 0).of(Tree(head, args, 0))


TWO = Tree("number", ("2",), 0)
CHAIN = ", ".join(f"$x_{{{k}}} = 2 x_{{{k - 1}}}$" for k in range(1, 90))
SQUARE = X + "$L = x^T x$"
TWINS = "$w = 2$, $o_1 = w + 1$, $o_2 = 9$, $L = o_1 o_2$"

CALLS: list[tuple[str, Callable[[], object]]] = [
    ("lacking.circle", circle),
    ("lacking.deep", lambda: slope(f"$x_0 = 1$, {CHAIN}", "x_{89}", "x_{0}")),
    ("lacking.function", lambda: facts("$F(u, v) = u v$").function("F", 0, 1)),
    ("lacking.shape", lambda: Random(facts(X), 0).drawn("q", 0)),
    ("lacking.path", lambda: slope("$w = 2$, $L = 3$", "L", "w")),
    ("lacking.any_path", pathless),
    ("lacking.entry", lambda: Truth(facts(X)).value(index(name("x"), 5), 99)),
    ("lacking.entry_of", lambda: derivative(SQUARE, index(name("x"), 0, 0))),
    ("lacking.formula", lambda: derivative(TWINS, name("w"))),
    ("meaning.updated", lambda: meant("updated", TWO)),
    ("meaning.condition", lambda: meant("cases", TWO, TWO, TWO)),
    ("uncertain.digits", lambda: Early(Contract(digits=3), 1)(arb(0, 1))),
]
"""What articles seldom lead to, or what then stays without a verdict of its own."""
ELSEWHERE = {"undecided.deep", "undecided.nothing"}
"""What only a fault of ours leads to: tests below make one."""


def slipped(file: str, old: str, new: str) -> str:
    text = (ARTICLES / file).read_text("utf-8")
    assert old in text
    return text.replace(old, new, 1)


def whys(text: str, language: str) -> list[str]:
    with speaking(language):
        return [equality.why for equality in check_text(text).equalities]


def assert_told(codes: str, told: str, language: str) -> None:
    assert code_of(told) == codes.split()[0]
    for code in codes.split():
        assert re.search(pattern(code, language), told, re.DOTALL), (code, told)
    for other in set(languages()) - {language}:
        assert not any(re.fullmatch(pattern(code, other), told, re.DOTALL) for code in codes.split()[:1])


PLANTED = [*TEXTS, *((codes, slipped(*slip)) for codes, *slip in SLIPS)]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(("codes", "text"), PLANTED, ids=[codes for codes, _ in PLANTED])
def test_a_planted_slip_is_told_in_its_language(
    codes: str, text: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meter, "STEPS_OF_ONE", 20_000)
    monkeypatch.setattr(meter, "STEPS_AT_LEAST", 60_000)
    found = [why for why in whys(text, language) if code_of(why) == codes.split()[0]]
    assert found, whys(text, language)
    assert_told(codes, found[-1], language)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(("code", "call"), CALLS, ids=[code for code, _ in CALLS])
def test_what_is_lacking_is_told_in_its_language(code: str, call: Callable[[], object], language: str) -> None:
    with speaking(language):
        with pytest.raises((Unknown, Unreadable, Uncertain)) as found:
            call()
        told = message_of(found.value)
    assert_told(code, told, language)


def failing(error: Exception) -> Callable[..., object]:
    def fail(*_: object) -> object:
        raise error

    return fail


@pytest.mark.parametrize("language", languages())
def test_a_fault_of_ours_is_told_in_its_language_too(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for where, what, error, codes in (
        (knowledge, "read", RecursionError(), "undecided.not_read undecided.deep"),
        (pair.Pair, "judgement", RecursionError(), "undecided.uncertain undecided.deep"),
        (Truth, "value", ArithmeticError(), "undecided.no_value undecided.nothing"),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(where, what, failing(error))
            assert_told(codes, whys("$1 + 1 = 3$", language)[-1], language)


def test_every_sentence_about_equalities_is_met() -> None:
    met = {code for codes, _ in (*PLANTED, *CALLS) for code in codes.split()}
    tables = ("wrong", "holds", "undecided", "lacking", "meaning", "mistake_in_article")
    assert {f"{table}.{row}" for table in tables for row in load("en")[table]} - met == ELSEWHERE


def test_what_is_added_leaves_a_sentence_its_code() -> None:
    for said, code in ((tell("wrong.differs"), "wrong.differs"), ("not ours", "wrong.pen")):
        assert extended(said, "wrong.pen", line=3).code == code


@pytest.mark.parametrize("file", ["one-update.md", "scalar-chain.md"])
def test_json_has_the_same_codes_in_every_language(file: str, tmp_path: Path) -> None:
    article = tmp_path / file
    article.write_text((ARTICLES / file).read_text("utf-8") + "\n$2 + 2 = 5$ and $2 q = 7$\n", "utf-8")
    told = {}
    for language in languages():
        result = CliRunner().invoke(app, ["check", str(article), "--format", "json", "--language", language])
        assert result.exit_code == 1
        told[language] = json.loads(result.stdout)["equalities"]
    bare = [[{**row, "why": bool(row["why"])} for row in rows] for rows in told.values()]
    assert all(rows == bare[0] for rows in bare)
    assert all(bool(row["code"]) == bool(row["why"]) for row in told["en"])
    assert all(
        row["why"] != other["why"]
        for row, other in zip(told["en"], told["de"], strict=True)
        if row["why"] and row["code"] != "wrong.value"
    )


def words_in_code(code: str) -> set[str]:
    """What is written in code in two words or more, formulas aside."""
    written = {text for text in literals(ast.parse(code)) if " " in text and len(WORD.findall(text)) > 1}
    return {text for text in written if not text.startswith(r"\begin{")} | set(english(ast.parse(code)))


@pytest.mark.parametrize("room", ["checking/facts", "checking/judging", "mistakes"])
def test_no_sentence_is_left_in_code(room: str) -> None:
    files = sorted((ROOT / "derivation" / room).glob("*.py"))
    assert files
    assert {(file.name, text) for file in files for text in words_in_code(file.read_text("utf-8"))} == set()
    assert words_in_code('why = f"{place} differs"; how = "no value"; where = "wrong.differs"') == {"no value"}
