"""The mistakes table: each row's wrong answers against plain fractions, and what the rows make of other networks."""

from __future__ import annotations

from fractions import Fraction

import by_hand
import pytest
from flint import fmpq
from loose import loose
from places import ROOT

from derivation.check import check_text
from derivation.exercises.exercise.exercise import Exercise, Variant
from derivation.exercises.search.solve import draw
from derivation.formulas.calculus.evaluate import evaluate
from derivation.mistakes.table import Mistake, latest, mistakes
from derivation.networks.keys import key_of
from derivation.words.files import load as words

EXAMPLES = ("softmax-regression", "mlp-batch", "rnn", "shared-bias")


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    return loose(ROOT / "examples" / "two-two-one.toml")


def given(variant: Variant) -> dict[str, list[Fraction]]:
    return {
        quantity.args[0]: [Fraction(int(x.p), int(x.q)) for x in array.entries]
        for quantity, array in variant.given.items()
    }


def answers(variant: Variant, values: tuple[fmpq, ...]) -> dict[str, Fraction]:
    return {blank.key: Fraction(int(x.p), int(x.q)) for blank, x in zip(variant.exercise.blanks, values, strict=True)}


def test_the_right_answers_are_those_of_plain_fractions(exercise: Exercise) -> None:
    for variant in draw(exercise, 3, 20):
        assert answers(variant, variant.answers) == by_hand.worked(given(variant))


@pytest.mark.parametrize("row", by_hand.WORDS)
def test_wrong_answers_are_those_of_plain_fractions(exercise: Exercise, row: str) -> None:
    mistaken = next(made for made in exercise.mistakes if made.row.name == row)
    differing = 0
    for variant in draw(exercise, 4, 50):
        wrong = answers(variant, variant.wrong(mistaken))
        assert wrong == by_hand.worked(given(variant), by_hand.WORDS[row])
        differing += wrong != answers(variant, variant.answers)
    assert differing > 5


def test_rounding_too_early(exercise: Exercise) -> None:
    from dataclasses import replace

    from derivation.exercises.exercise.exercise import exercise as made
    from derivation.exercises.plan.contract import Contract

    short = made(exercise.network, replace(exercise.plan, contract=Contract(places=3)))
    for row, places in (("rounded_early", 2), ("rounded_coarsely", 1)):
        mistaken = next(made for made in short.mistakes if made.row.name == row)
        for variant in draw(short, 5, 30):
            assert answers(variant, variant.wrong(mistaken)) == by_hand.worked(
                given(variant), rounding=by_hand.half_up(places)
            )


def test_early_rounding_is_that_of_the_school() -> None:
    import random
    from decimal import ROUND_HALF_UP, Context, Decimal

    from flint import arb

    from derivation.exercises.mistakes import Early
    from derivation.exercises.plan.contract import Contract

    source = random.Random(1)
    for _ in range(2000):
        text = f"{source.choice(('', '-'))}{source.randrange(10 ** source.randrange(1, 8))}e{source.randrange(-9, 4)}"
        x = Decimal(text)
        exact = fmpq(*x.as_integer_ratio())
        by_digits = Context(prec=2, rounding=ROUND_HALF_UP).plus(x)
        by_places = x.quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert Early(Contract(digits=4), 2)(exact) == fmpq(*by_digits.as_integer_ratio())
        assert Early(Contract(places=3), 1)(exact) == fmpq(*by_places.as_integer_ratio())
    assert Early(Contract(digits=3), 1)(arb(2).sqrt()) == fmpq(7, 5) and Early(Contract(digits=3), 1)(-arb(3)) == -3


def test_the_article_has_all_its_mistakes_and_no_other(exercise: Exercise) -> None:
    assert {made.row.name for made in exercise.mistakes} == {*by_hand.WORDS, "rounded_early", "rounded_coarsely"}


def test_every_row_has_a_name_and_a_sentence() -> None:
    assert set(words()["mistakes"]) == set(words()["mistake_feedback"]) == set(mistakes(latest()))
    assert set(words()["mistake_in_article"]) == {row.name for row in mistakes(latest()).values() if row.value}


ARTICLES = {
    "flipped_sign": r"$x = 3$, $f = x^2$. Then $\frac{\partial f}{\partial x} = -2 x$.",
    "kept_two": r"$x = 3$, $f = x^2$. Then $\frac{\partial f}{\partial x} = 4 x$.",
    "lost_two": r"$x = 3$, $f = x^2$. Then $\frac{\partial f}{\partial x} = x$.",
    "transposed_gradient": r"$A \in \mathbb{R}^{2 \times 2}$, $B \in \mathbb{R}^{2 \times 2}$. Then $A B = B^\top A^\top$.",
    "forgot_slope": r"$w = 0.5$, $x = 2$, $y = 1$, $z = w x$, $h = \tanh(z)$, $L = (h - y)^2$. "
    r"Then $\frac{\partial L}{\partial z} = 2 (h - y)$.",
    "added_gradient": r"$w = 2$, $\alpha = 0.5$, $x = 3$, $L = w^2 x$, "
    r"$w_{\text{new}} = w - \alpha \frac{\partial L}{\partial w}$. Now $w_{\text{new}} = 2 + 0.5 \cdot 12$.",
}
"""An article for each row whose change shows in the value alone; the last equality is the mistake."""


def test_the_checker_names_each_mistake_that_shows_in_a_value() -> None:
    assert set(ARTICLES) == set(words()["mistake_in_article"])
    for row, article in ARTICLES.items():
        (wrong,) = check_text(article).wrong
        assert wrong.why == words()["mistake_in_article"][row].format(at="z"), row


COMPARED = {
    "flipped_sign": {"dL/dyhat"},
    "kept_two": {"dL/dyhat"},
    "lost_two": {"dL/dyhat"},
    "forgot_slope": {"dL/dz1"},
    "transposed_gradient": {"dL/dW1"},
    "added_gradient": {"W1_new", "W2_new", "b1_new", "b2_new"},
}
"""The quantities of the article that a row changes."""


@pytest.mark.parametrize("row", [row for row in mistakes(latest()).values() if row.value], ids=lambda row: row.name)
def test_a_value_is_made_as_wrong_as_its_formula(exercise: Exercise, row: Mistake) -> None:
    """Where all that a quantity is worked from is right, both changes of a row give one wrong value."""
    assert row.value and row.edit
    outputs = {"z1": ["h"]}
    compared = set()
    for variant in draw(exercise, 6, 10):
        known = {entry.quantity: variant.value(entry.quantity) for entry in exercise.tape} | variant.given
        for entry in exercise.tape:
            formula = row.edit(entry, exercise.network)
            if formula in (None, entry.formula):
                continue
            ways = row.value.of(entry.quantity, lambda key: outputs.get(key, []))
            expected = evaluate(formula, known)
            assert expected.entries in [row.value.wrong(*map(known.get, way)).entries for way in ways], entry
            compared.add(key_of(entry.quantity))
    assert compared == COMPARED[row.name]


FORMULAS = {
    ("mlp-batch", "averaged_gradient"): {
        "dL/db3": "mean(dL/dyhat)",
        "dL/db2": "div(column_sums(dL/dZ2), 2)",
        "dL/db1": "div(column_sums(dL/dZ1), 2)",
    },
    ("mlp-batch", "summed"): {"L": "sum(hadamard_pow(sub(yhat, y), 2))"},
    ("mlp-batch", "passed_negatives"): {"A1": "Z1", "A2": "Z2"},
    ("softmax-regression", "kept_two"): {"dL/dP": "neg(hadamard_div(Y, P))", "dL/dZ": "sub(P, Y)"},
    ("softmax-regression", "forgot_bias"): {"Z": "matmul(X, W)"},
    ("shared-bias", "slope_of_output"): {
        "dE/dz2": "hadamard(hadamard(dE/do, z2), sub(1, z2))",
        "dE/dz1": "hadamard(hadamard(dE/dh, z1), sub(1, z1))",
    },
    ("shared-bias", "slope_before_weights"): {
        "dE/dz1": "matmul(transpose(W2), hadamard(hadamard(dE/dz2, h), sub(1, h)))"
    },
    ("shared-bias", "untransposed_weights"): {"dE/dh": "matmul(W2, dE/dz2)", "dE/dx": "matmul(W1, dE/dz1)"},
    ("shared-bias", "averaged"): {"E": "div(mean(hadamard_pow(sub(t, o), 2)), 2)"},
    ("rnn", "forgot_slope"): {"dL/dz_3": "dL/dh_3", "dL/dz_2": "dL/dh_2", "dL/dz_1": "dL/dh_1"},
    ("rnn", "one_path"): {
        "dL/dW": "matmul(dL/dz_3, transpose(h_2))",
        "dL/dU": "times(dL/dz_3, x_3)",
        "dL/db": "dL/dz_3",
    },
    ("rnn", "updated_first"): {"dL/dh_3": "times(transpose(V_new), dL/dyhat)"},
}
"""What the rows make of other networks, written down by hand."""


@pytest.mark.parametrize(("example", "row"), FORMULAS)
def test_rows_make_sense_of_other_networks(example: str, row: str) -> None:
    exercise = loose(ROOT / "examples" / f"{example}.toml")
    mistaken = next(made for made in exercise.mistakes if made.row.name == row)
    edited = {
        key_of(new.quantity): key_of(new.formula)
        for old, new in zip(exercise.tape, mistaken.tape, strict=True)
        if old != new
    }
    assert edited == FORMULAS[example, row]


@pytest.mark.slices(16)
@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.toml")), ids=lambda path: path.stem)
def test_every_example_can_be_mistaken(path: object) -> None:
    exercise = loose(path)  # type: ignore[arg-type]
    assert exercise.mistakes
    assert len({made.nodes for made in exercise.mistakes}) == len(exercise.mistakes)
