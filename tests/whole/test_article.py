"""The article's 57 equalities, listed by hand from the article: each stands in the handout, with its numbers, in its
order."""

from __future__ import annotations

import itertools
import re
from fractions import Fraction
from pathlib import Path

import pytest

import derivation
from derivation.check import check
from derivation.formulas.terms import Term
from derivation.networks.walkthrough import Step
from derivation.tex.read import read

EXAMPLE = Path(__file__).parents[2] / "examples" / "two-two-one.toml"
P = r"\begin{{pmatrix}} {} \end{{pmatrix}}".format
W1, B1, W2, X, Z = P(r"0.3 & -0.1 \\ 0.2 & 0.4"), P(r"0 \\ 0"), P("0.5 & -0.3"), P(r"1 \\ 2"), P(r"0.1 \\ 1.0")
DZ = P(r"-0.625 \\ 0.375")


def d(by: str) -> str:
    return rf"\frac{{\partial L}}{{\partial {by}}}"


CHAINS = [
    ["h", r"\operatorname{ReLU}(W^{(1)} x + b^{(1)})"],
    [r"\hat{y}", "W^{(2)} h + b^{(2)}"],
    ["L", r"\frac{1}{2} (\hat{y} - y)^{2}"],
    ["W^{(1)}", W1],
    ["b^{(1)}", B1],
    ["W^{(2)}", W2],
    ["b^{(2)}", "0"],
    ["x", X],
    ["y", "1"],
    ["z^{(1)}", "W^{(1)} x + b^{(1)}", f"{W1} {X}", Z],
    ["h", r"\operatorname{ReLU}(z^{(1)})", P(r"\max(0, 0.1) \\ \max(0, 1.0)"), Z],
    [r"\hat{y}", "W^{(2)} h + b^{(2)}", f"{W2} {Z}", "0.05 - 0.3", "-0.25"],
    ["L", r"\frac{1}{2} (\hat{y} - y)^{2}", r"\frac{1}{2} (-0.25 - 1)^{2}", r"\frac{1}{2} (-1.25)^{2}", "0.78125"],
    [d(r"\hat{y}"), r"\hat{y} - y", "-1.25"],
    [d("W^{(2)}"), d(r"\hat{y}") + r" h^\top", f"-1.25 {P('0.1 & 1.0')}", P("-0.125 & -1.25")],
    [d("b^{(2)}"), d(r"\hat{y}") + r" \cdot \frac{\partial \hat{y}}{\partial b^{(2)}}", r"(\hat{y} - y) (1)", "-1.25"],
    [d("h"), r"\left(W^{(2)}\right)^\top " + d(r"\hat{y}"), P(r"0.5 \\ -0.3") + " (-1.25)", DZ],
    ["z^{(1)}", Z],
    [r"\operatorname{ReLU}'(z^{(1)})", P(r"1 \\ 1")],
    [d("z^{(1)}"), d("h") + r" \odot \operatorname{ReLU}'(z^{(1)})", DZ],
    [d("W^{(1)}"), d("z^{(1)}") + r" x^\top", f"{DZ} {P('1 & 2')}", P(r"-0.625 & -1.25 \\ 0.375 & 0.75")],
    [d("b^{(1)}"), d("z^{(1)}"), DZ],
    [r"\theta_{\text{new}}", r"\theta_{\text{old}} - \alpha \nabla_{\theta} L"],
    [r"\alpha", "0.1"],
    [
        r"W^{(2)}_{\text{new}}",
        r"W^{(2)} - \alpha " + d("W^{(2)}"),
        f"{W2} - 0.1 {P('-0.125 & -1.25')}",
        P("0.5125 & -0.175"),
    ],
    [r"b^{(2)}_{\text{new}}", r"b^{(2)} - \alpha " + d("b^{(2)}"), "0 - 0.1 (-1.25)", "0.125"],
    [
        r"W^{(1)}_{\text{new}}",
        r"W^{(1)} - \alpha " + d("W^{(1)}"),
        f"{W1} - 0.1 " + P(r"-0.625 & -1.25 \\ 0.375 & 0.75"),
        P(r"0.3625 & 0.025 \\ 0.1625 & 0.325"),
    ],
    [r"b^{(1)}_{\text{new}}", r"b^{(1)} - \alpha " + d("b^{(1)}"), f"{B1} - 0.1 {DZ}", P(r"0.0625 \\ -0.0375")],
]


def plain(term: Term) -> Term:
    """Decimals by value (1.0 is 1), and without the zero that the author leaves out (`M v + 0` is M v)."""
    if term.head == "number":
        return Term("number", (str(Fraction(term.args[0])),))
    args = tuple(plain(arg) if isinstance(arg, Term) else arg for arg in term.args)
    if term.head == "add" and all(node == "0" for node in _numbers(args[1])):
        return args[0]
    return Term(term.head, args)


def _numbers(term: Term) -> list[str]:
    leaves = (
        [term.args[0]] if term.head == "number" else [number for child in term.children for number in _numbers(child)]
    )
    return leaves if term.head in ("number", "matrix", "row") else ["not a literal"]


@pytest.fixture(scope="module")
def proved() -> derivation.Derivation:
    return derivation.prove(derivation.derive(derivation.load(EXAMPLE)))


def test_the_list_is_complete() -> None:
    assert sum(len(chain) - 1 for chain in CHAINS) == 57


def test_every_equality_of_the_article_stands_in_the_handout_in_order(proved: derivation.Derivation) -> None:
    steps = iter(step for phase in proved.phases for step in phase.steps)
    for chain in CHAINS:
        terms = [plain(read(side, proved.network.names)) for side in chain]
        step = next((step for step in steps if _holds(step, terms)), None)
        assert step is not None, f"not found in its place: {' = '.join(chain)}"


def _holds(step: Step, terms: list[Term]) -> bool:
    lines = iter(plain(line.term) for line in step.lines)
    return plain(step.quantity) == terms[0] and all(term in lines for term in terms)


def test_every_formula_is_proved_and_all_numbers_are_certified(proved: derivation.Derivation) -> None:
    lines = [line for phase in proved.phases for step in phase.steps for line in step.lines[1:]]
    assert {(line.role == "formula", line.proof) for line in lines} == {(True, "proved"), (False, "certified")}


def test_numbers_are_exact(proved: derivation.Derivation) -> None:
    assert list(map(str, proved.gradients["W1"].entries)) == ["-5/8", "-5/4", "3/8", "3/4"]
    assert list(map(str, proved.updated["W1"].entries)) == ["29/80", "1/40", "13/80", "13/40"]
    assert str(proved.values["L"].entries[0]) == "25/32"


def test_no_chain_says_the_same_twice(proved: derivation.Derivation) -> None:
    for phase in proved.phases:
        for step in phase.steps:
            terms = [line.term for line in step.lines]
            assert all(a != b for a, b in itertools.pairwise(terms))


def test_our_own_article_states_them_all_and_each_is_exact() -> None:
    report = check(str(EXAMPLE.parent / "articles" / "one-update.md"))
    given = [*range(10), 44]  # the formulas of the network, what it is given, and the rate
    assert [k for k, equality in enumerate(report.equalities) if equality.verdict == "stated"] == given
    assert all(equality.verdict == "exact" for k, equality in enumerate(report.equalities) if k not in given)
    links = [link for chain in CHAINS for link in itertools.pairwise(map(bare, chain))]
    assert [(bare(equality.left.latex), bare(equality.right.latex)) for equality in report.equalities] == links


def bare(latex: str) -> str:
    """A side without what does not show."""
    return re.sub(r"[\s{}&]|\\left(?![a-z])|\\right(?![a-z])", "", latex)
