"""Worked solutions filled into forms against the handout's own chains at the same numbers."""

from __future__ import annotations

import re

import pytest
from flint import fmpq
from loose import loose
from places import ROOT

from derivation.deriving import derive
from derivation.exercises.exercise.exercise import Variant, exercise_of
from derivation.exercises.exports.chains import Filled
from derivation.exercises.exports.question import certain
from derivation.exercises.exports.setting import MathML, Tex
from derivation.exercises.exports.solution import Solution
from derivation.exercises.search.solve import draw
from derivation.formulas.decimals import Style, decimal
from derivation.networks.walkthrough import Step
from derivation.tex.write import Writer

EXAMPLES = ("two-two-one", "adam", "gru", "layer-norm", "mlp-batch", "paper-arithmetic", "sigmoid-circuit", "cnn")


def filled(solution: Solution, variant: Variant) -> list[Filled]:
    def work(variant: Variant) -> list[Filled]:
        worked = solution.of(variant)
        return [chain.filled(worked.numerals, worked.ends) for group in solution.groups for chain in group.chains]

    return certain(work, variant)


def handout(variant: Variant) -> list[Step]:
    return [
        step
        for phase in derive(variant.network).phases
        if phase.key in ("forward", "backward", "update") and phase.training_step == 1
        for step in phase.steps
    ]


@pytest.mark.slow
@pytest.mark.slices(4)
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_line_is_a_line_of_the_handout(name: str) -> None:
    exercise = loose(ROOT / "examples" / f"{name}.toml")
    solution = Solution(exercise, Tex("${}$"), str)
    writer = Writer(exercise.network.names)
    shown = 0
    for variant in draw(exercise, 11, 4):
        chains, steps = filled(solution, variant), handout(variant)
        assert [chain.quantity for chain in chains] == [writer.write(step.quantity)[0] for step in steps]
        for chain, step in zip(chains, steps, strict=True):
            lines = [writer.write(line.term)[0] for line in step.lines[1:]]
            ours = [formula for _, formula in chain.links]
            left = iter(lines)
            assert all(formula in left for formula in ours), (ours, lines)
            assert ours[-1] == lines[-1]
            formulas = [writer.write(line.term)[0] for line in step.lines if line.role == "formula"]
            assert ours[: len(formulas)] == formulas
            shown += any(line.role == "substitution" for line in step.lines) and len(ours) > len(formulas) + 1
    assert shown > 8


def test_the_article_shows_all_numbers_put_in() -> None:
    exercise = loose(ROOT / "examples" / "two-two-one.toml")
    solution, writer = Solution(exercise, Tex("${}$"), str), Writer(exercise.network.names)
    for variant in draw(exercise, 12, 25):
        for chain, step in zip(filled(solution, variant), handout(variant), strict=True):
            first = next((writer.write(line.term)[0] for line in step.lines if line.role == "substitution"), None)
            assert first is None or first in [formula for _, formula in chain.links]


@pytest.mark.parametrize("name", ["two-two-one", "gru"])
def test_a_sign_of_equality_stands_between_exact_numbers_only(name: str) -> None:
    exercise = loose(ROOT / "examples" / f"{name}.toml")
    solution, style = Solution(exercise, Tex("${}$"), str), exercise.network.style
    for variant in draw(exercise, 13, 10):
        worked = solution.of(variant)
        for group in solution.groups:
            for chain in group.chains:
                parts = chain.parts(worked.numerals, worked.ends)
                for before, (sign, form, _) in zip([(), *parts], parts, strict=False):
                    nodes = [*form.nodes, *(before[1].nodes if before else ())]
                    exact = all(
                        decimal(
                            variant.values[node if node >= 0 else ~node], Style(style.digits, style.exact_digits)
                        ).exact
                        for node in nodes
                    )
                    assert (sign == "=") == exact


def test_a_laid_out_chain_reads_as_a_filled_one() -> None:
    exercise = loose(ROOT / "examples" / "two-two-one.toml")

    def layout(filled: Filled) -> str:
        return f"{filled.quantity} 100%% " + " ".join(f"{sign} {formula}" for sign, formula in filled.links)

    for setting in (Tex("${}$"), MathML()):
        solution = Solution(exercise, setting, layout)
        for variant in draw(exercise, 14, 6):
            laid = [text for _, chains in solution.of(variant).groups for text, _ in chains]
            assert list(map(str, laid)) == [layout(chain) % () for chain in filled(solution, variant)]


@pytest.mark.slow
@pytest.mark.slices(4)
@pytest.mark.parametrize("name", EXAMPLES)
def test_numbers_put_into_mathml_are_the_mathml_of_numbers_put_in(name: str) -> None:
    exercise = loose(ROOT / "examples" / f"{name}.toml")
    mathml, tex = Solution(exercise, MathML(), str), Solution(exercise, Tex("${}$"), str)

    def bare(text: str) -> str:
        return re.sub(r"</?mrow ?/?>", "", text)

    for variant in draw(exercise, 15, 3):
        for chain, latex in zip(filled(mathml, variant), filled(tex, variant), strict=True):
            assert bare(chain.quantity) == bare(MathML().formula(latex.quantity))
            for ours, expected in zip(chain.links, latex.links, strict=True):
                assert list(map(bare, ours)) == [bare(MathML().formula(part)) for part in expected]


def test_a_kink_that_is_met_has_its_footnote() -> None:
    exercise = loose(ROOT / "examples" / "two-two-one.toml")
    solution = Solution(exercise, Tex("${}$"), str)
    met = 0
    rows = ([k % 7, 0, 3, 3, 0, *[3] * (len(exercise.slots) - 5)] for k in range(14))  # z1[1] is 0 where k is 0 or 7
    for place, numbers in enumerate(rows):
        inputs = tuple(fmpq(number, 10) for number in numbers)
        variant = Variant(exercise, place, str(place), inputs, tuple(exercise.run(inputs)))
        noted = [note for _, chains in solution.of(variant).groups for _, notes in chains for note in notes]
        zeros = [x for x in variant.value(exercise.derivation.phases[1].steps[0].quantity).entries if x == 0]
        assert len(noted) == bool(zeros)
        met += bool(zeros)
    assert met == 2


EXPRESSIONS = """
[model]
loss = "L"
equations = "z = W @ x + b\\nL = sum((z - y)^2)/2"
[parameters]
W = [["1/3", 2], ["sqrt(2)/2", "-1/3"]]
b = [1, 2]
[data]
x = ["1/2", 1]
y = ["1/7", "1/3"]
[update]
rule = "sgd"
rate = "1/10"
[variants]
vary = { b = "one decimal", x = "integers 1..9" }
"""


def test_what_is_given_as_an_expression_is_set_so_where_it_does_not_vary() -> None:
    exercise = exercise_of(EXPRESSIONS, ".")
    solution = Solution(exercise, Tex("${}$"), str)
    (variant,) = draw(exercise, 3, 1)
    given = {chain.quantity: chain.links for chain in certain(lambda variant: solution.of(variant).given, variant)}
    assert all(len(links) == 1 and links[0][0] == "=" for links in given.values())
    assert r"\frac{1}{3}" in given["W"][0][1]
    assert r"\frac{\sqrt{2}}{2}" in given["W"][0][1]
    assert given["y"][0][1] == r"\begin{pmatrix} \frac{1}{7} \\ \frac{1}{3} \end{pmatrix}"
    assert r"\frac" not in given["x"][0][1]
    assert variant.network.written.keys() == {"W", "y", "update.rate"}


def test_what_is_given_as_an_expression_does_not_vary_by_itself() -> None:
    exercise = exercise_of(EXPRESSIONS.partition("[variants]")[0], ".")
    assert {quantity.args[0] for quantity, _ in exercise.slots} == {"b"}
