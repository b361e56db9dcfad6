"""Marking: a class with every mistake planted, worked in plain fractions; follow-through; and answers in whatever way
they come."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import by_hand
import pytest
from flint import arb, fmpq
from loose import loose
from places import ROOT

from derivation.exercises.exercise.exercise import exercise as made
from derivation.exercises.exercise.exercise import exercise_of
from derivation.exercises.key import Key, KeyFault, VariantForm, key_form, read_key
from derivation.exercises.marking.answers import read_answers
from derivation.exercises.marking.report import ClassReport, report
from derivation.exercises.marking.reports import FORMATS as REPORTS
from derivation.exercises.marking.reports.pdf import documents
from derivation.exercises.marking.sheet import Marked, accepts
from derivation.exercises.numerals import NoNumeral, read
from derivation.exercises.plan.contract import Contract
from derivation.exercises.search.solve import draw
from derivation.exercises.spreadsheet import NoTable

SPEC = ROOT / "examples" / "two-two-one.toml"
PLANTED = Path(__file__).with_name("planted.csv")
PLACES = 4
Answers = dict[str, str]


def key_of(example: Path, contract: Contract, count: int, seed: int = 7) -> Key:
    exercise = loose(example)
    exercise = made(exercise.network, replace(exercise.plan, contract=contract))
    return read_key(
        json.dumps(key_form(exercise, draw(exercise, seed, count), example.read_text("utf-8"), seed)), str(example)
    )


@pytest.fixture(scope="module")
def key() -> Key:
    return key_of(SPEC, Contract(places=PLACES), 30)


@pytest.fixture(scope="module")
def sigmoid() -> Key:
    return key_of(ROOT / "examples" / "shared-bias.toml", Contract(digits=4), 2)


def given(variant: VariantForm) -> dict[str, list[Fraction]]:
    """A variant's numbers as fractions, from the text of its key."""
    rows = {name: [[value]] if isinstance(value, str) else value for name, value in variant.given.items()}
    return {name: [Fraction(x) for row in value for x in row] for name, value in rows.items() if name != "update.rate"}


def written(x: Fraction) -> str:
    """A fraction as a student writes it: rounded to the places asked for, as at school."""
    y = by_hand.half_up(PLACES)(x)
    return f"{'-' if y < 0 else ''}{abs(y.numerator) * 10**PLACES // y.denominator / 10**PLACES:.{PLACES}f}"


def sheet(variant: VariantForm, *mistakes: str, places: int | None = None) -> Answers:
    rounding = by_hand.half_up(places) if places else by_hand.half_up(60)
    return {blank: written(x) for blank, x in by_hand.worked(given(variant), *mistakes, rounding=rounding).items()}


def table(rows: Iterable[tuple[str, str, Answers]], delimiter: str = ",") -> str:
    rows, text = list(rows), io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(["student", "id", *rows[0][2]])
    writer.writerows([student, variant, *answers.values()] for student, variant, answers in rows)
    return text.getvalue()


def mark(key: Key, *rows: tuple[str, str, Answers]) -> ClassReport:
    return report(key, read_answers(table(rows), key))


def nth(key: Key, number: int) -> VariantForm:
    return list(key.variants.values())[number - 1]


def one(key: Key, variant: str, answers: Answers) -> Marked:
    return mark(key, ("Ada", variant, answers)).sheets[0]


def verdicts(marked: Marked) -> dict[str, str]:
    return {answer.key: answer.verdict for step in marked.steps for answer in step.answers}


# Planted mistakes.


def planted(key: Key) -> Iterable[tuple[str, str, Answers]]:
    """One sheet for each mistake, on the first variant on which it shows; one more without any."""
    ways: dict[str, tuple[tuple[str, ...], int | None]] = {row: ((word,), None) for row, word in by_hand.WORDS.items()}
    ways |= {"rounded_early": ((), PLACES - 1), "rounded_coarsely": ((), PLACES - 2)}
    for row, (mistakes, places) in ways.items():
        variant = next(
            variant for variant in key.variants.values() if sheet(variant, *mistakes, places=places) != sheet(variant)
        )
        yield row, variant.id, sheet(variant, *mistakes, places=places)
    yield "none", next(iter(key.variants)), sheet(next(iter(key.variants.values())))


def test_each_planted_mistake_is_named_and_no_other(key: Key, request: pytest.FixtureRequest) -> None:
    marks = mark(key, *planted(key))
    assert len(marks.sheets) == 14
    for marked in marks.sheets:
        assert marked.mistakes == (() if marked.student == "none" else (marked.student,))
        assert all(len(step.mistakes) == step.deviates for step in marked.steps)
    rows = [
        (
            m.student,
            m.id,
            m.first.name if m.first else "",
            "; ".join(m.mistakes),
            m.count("wrong"),
            m.count("follows"),
            m.points,
            m.of,
        )
        for m in marks.sheets
    ]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [("planted", "variant", "first_step", "named", "wrong", "follows", "points", "of"), *rows]
    )
    if request.config.getoption("--golden"):
        PLANTED.write_text(text.getvalue())
    assert PLANTED.read_text() == text.getvalue()


@pytest.mark.slow
def test_every_mistake_on_every_variant(key: Key) -> None:
    """30 variants, 13 mistakes: wherever one shows it is named, and nothing else but a mistake that gives the very same
    sheet."""
    rows = []
    for variant in key.variants.values():
        ways = {row: sheet(variant, word) for row, word in by_hand.WORDS.items()}
        ways |= {
            row: sheet(variant, places=places)
            for row, places in (("rounded_early", PLACES - 1), ("rounded_coarsely", PLACES - 2))
        }
        rows += [(row, variant.id, wrong) for row, wrong in ways.items() if wrong != sheet(variant)]
    named = 0
    for marked, (row, variant_id, wrong) in zip(mark(key, *rows).sheets, rows, strict=True):
        if marked.points < marked.of:  # else a last digit differs within what is accepted
            assert set(marked.mistakes) == {
                other for other, of, answers in rows if of == variant_id and answers == wrong
            }
            named += row in marked.mistakes
    assert named == len(rows) > 330


@pytest.mark.slow
def test_two_mistakes_on_one_sheet_are_each_named_at_their_step(key: Key) -> None:
    rows, variants = [], list(key.variants.values())[2:5]
    for (row, word), (other, second) in itertools.combinations(by_hand.WORDS.items(), 2):
        if any({word, second} <= apart for apart in by_hand.APART) or {word, second} == {
            "sign",
            "ascent",
        }:  # these two cancel in the update
            continue
        for variant in variants:
            both = sheet(variant, word, second)
            if both not in (sheet(variant, word), sheet(variant, second)):
                rows.append((f"{row} {other}", variant.id, both))
    assert len(rows) > 100
    for marked in mark(key, *rows).sheets:
        assert set(marked.mistakes) == set(marked.student.split())


def test_a_mistake_is_named_through_blanks(key: Key) -> None:
    """Only the last gradients are written; the step at which the mistake was made is blank."""
    variant = next(variant for variant in key.variants.values() if sheet(variant, "slope") != sheet(variant))
    answers = {blank: x for blank, x in sheet(variant, "slope").items() if blank.startswith("dL/dW1")}
    marked = one(key, variant.id, answers)
    assert marked.mistakes == ("forgot_slope",) and marked.first is not None and marked.first.name == "dL/dW1"


def test_a_slip_is_no_mistake_of_the_table(key: Key) -> None:
    variant = nth(key, 3)
    answers = sheet(variant)
    answers["dL/dW2[1]"] = written(Fraction(answers["dL/dW2[1]"]) + Fraction(37, 10))
    marked = one(key, variant.id, answers)
    assert marked.mistakes == () and marked.first is not None and marked.first.name == "dL/dW2"
    assert verdicts(marked) == {blank: "wrong" if blank == "dL/dW2[1]" else "right" for blank in answers}


@pytest.mark.slow
@pytest.mark.parametrize("example", ["softmax-regression", "mlp-batch", "rnn", "shared-bias"])
def test_mistakes_in_other_networks(example: str) -> None:
    """Wrong answers by the mistaken tapes, marked: the mistake itself is named and no other."""
    path = ROOT / "examples" / f"{example}.toml"
    exercise = loose(path)
    variants = list(draw(exercise, 3, 2))
    key = read_key(json.dumps(key_form(exercise, variants, path.read_text(), 3)), str(path))
    shown = exercise.contract.shown
    rows = [
        (
            made.row.name,
            variant.id,
            dict(zip((blank.key for blank in exercise.blanks), map(shown, variant.wrong(made)), strict=True)),
        )
        for made in exercise.mistakes
        for variant in variants
        if list(map(shown, variant.wrong(made))) != list(map(shown, variant.answers))
    ]
    assert {row[0] for row in rows} == {made.row.name for made in exercise.mistakes}
    for marked in mark(key, *rows).sheets:
        assert marked.mistakes == (marked.student,)


# Follow-through: the article's numbers, W1 = (0.3 -0.1; 0.2 0.4), b1 = 0, W2 = (0.5 -0.3), b2 = 0, x = (1, 2), y = 1,
# rate 0.1.


@pytest.fixture(scope="module")
def article() -> Key:
    exercise = loose(SPEC)
    exercise = made(exercise.network, replace(exercise.plan, domains={}))
    return read_key(json.dumps(key_form(exercise, draw(exercise, 1, 1), SPEC.read_text("utf-8"), 1)), str(SPEC))


RIGHT = {
    "z1[1]": "0.1",
    "z1[2]": "1",
    "h[1]": "0.1",
    "h[2]": "1",
    "yhat": "-0.25",
    "L": "0.78125",
    "dL/dyhat": "-1.25",
    "dL/dW2[1]": "-0.125",
}
RIGHT |= {
    "dL/dW2[2]": "-1.25",
    "dL/db2": "-1.25",
    "dL/dh[1]": "-0.625",
    "dL/dh[2]": "0.375",
    "dL/dz1[1]": "-0.625",
    "dL/dz1[2]": "0.375",
}
RIGHT |= {
    "dL/dW1[1,1]": "-0.625",
    "dL/dW1[1,2]": "-1.25",
    "dL/dW1[2,1]": "0.375",
    "dL/dW1[2,2]": "0.75",
    "dL/db1[1]": "-0.625",
    "dL/db1[2]": "0.375",
}
RIGHT |= {
    "W2_new[1]": "0.5125",
    "W2_new[2]": "-0.175",
    "b2_new": "0.125",
    "W1_new[1,1]": "0.3625",
    "W1_new[1,2]": "0.025",
    "W1_new[2,1]": "0.1625",
}
RIGHT |= {"W1_new[2,2]": "0.325", "b1_new[1]": "0.0625", "b1_new[2]": "-0.0375"}
"""The article's own figures."""


def test_the_article_gets_all_points(article: Key) -> None:
    marked = one(article, nth(article, 1).id, RIGHT)
    assert (marked.points, marked.of, marked.first) == (29, 29, None)


def test_what_follows_from_a_wrong_answer_gets_its_points(article: Key) -> None:
    """yhat = 0.25 by a slip: then L = 0.28125 and the signal -0.75, and so on, all by hand."""
    answers = RIGHT | {
        "yhat": "0.25",
        "L": "0.28125",
        "dL/dyhat": "-0.75",
        "dL/dW2[1]": "-0.075",
        "dL/dW2[2]": "-0.75",
        "dL/db2": "-0.75",
    }
    answers |= {
        "dL/dh[1]": "-0.375",
        "dL/dh[2]": "0.225",
        "dL/dz1[1]": "-0.375",
        "dL/dz1[2]": "0.225",
        "dL/db1[1]": "-0.375",
        "dL/db1[2]": "0.225",
    }
    answers |= {
        "dL/dW1[1,1]": "-0.375",
        "dL/dW1[1,2]": "-0.75",
        "dL/dW1[2,1]": "0.225",
        "dL/dW1[2,2]": "0.45",
        "W2_new[1]": "0.5075",
        "W2_new[2]": "-0.225",
    }
    answers |= {
        "b2_new": "0.075",
        "W1_new[1,1]": "0.3375",
        "W1_new[1,2]": "-0.025",
        "W1_new[2,1]": "0.1775",
        "W1_new[2,2]": "0.355",
    }
    answers |= {"b1_new[1]": "0.0375", "b1_new[2]": "-0.0225"}
    marked = one(article, nth(article, 1).id, answers)
    assert verdicts(marked) == {
        blank: "right" if blank in ("z1[1]", "z1[2]", "h[1]", "h[2]") else "wrong" if blank == "yhat" else "follows"
        for blank in answers
    }
    assert marked.points == 28 and marked.first is not None and marked.first.name == "yhat" and marked.mistakes == ()


def test_a_carried_zero_earns_nothing(article: Key) -> None:
    """yhat = y makes the loss, every gradient and every step 0: all of it follows, and none of it was calculated."""
    kept = ("z1[1]", "z1[2]", "h[1]", "h[2]")
    zero = {blank: "0" for blank in RIGHT if blank not in kept} | {"yhat": "1", "W2_new[1]": "0.5", "W2_new[2]": "-0.3"}
    zero |= {"W1_new[1,1]": "0.3", "W1_new[1,2]": "-0.1", "W1_new[2,1]": "0.2", "W1_new[2,2]": "0.4"}
    marked = one(article, nth(article, 1).id, {**{blank: RIGHT[blank] for blank in kept}, **zero})
    found = verdicts(marked)
    assert found.pop("yhat") == "wrong" and {found.pop(blank) for blank in kept} == {"right"}
    assert set(found.values()) == {"trivial"}


def test_a_carried_one_earns_nothing_where_it_only_copies(article: Key) -> None:
    """A signal of 1 makes dL/dW2 a copy of h; dL/dW1 = W2 x still has to be calculated."""
    answers = RIGHT | {
        "dL/dyhat": "1",
        "dL/dW2[1]": "0.1",
        "dL/dW2[2]": "1",
        "dL/dh[1]": "0.5",
        "dL/dh[2]": "-0.3",
        "dL/dz1[1]": "0.5",
        "dL/dz1[2]": "-0.3",
    }
    answers |= {"dL/dW1[1,2]": "1"}
    found = verdicts(one(article, nth(article, 1).id, answers))
    assert (
        found["dL/dyhat"] == "wrong"
        and found["dL/dW2[1]"] == found["dL/dh[1]"] == "trivial"
        and found["dL/dW1[1,2]"] == "follows"
    )


def test_blanks_are_taken_as_right_or_as_they_follow(article: Key) -> None:
    """The signal is wrong, dL/dh and dL/dz1 are left out; dL/dW1 is right for the wrong signal, or for the right
    one."""
    answers = {"dL/dyhat": "-0.75", "dL/dW1[1,1]": "-0.375", "dL/dW1[1,2]": "-1.25"}
    found = verdicts(one(article, nth(article, 1).id, answers))
    assert (found["dL/dW1[1,1]"], found["dL/dW1[1,2]"], found["dL/dh[1]"]) == ("follows", "right", "blank")


def test_going_on_with_rounded_values_is_accepted(sigmoid: Key) -> None:
    """Each value worked from the one before it as that was written, to four digits: the last digit drifts, and no point
    is lost."""
    import math

    variant = nth(sigmoid, 1)
    (w11, w12, w21, w22), (b,), x = (list(map(float, given(variant)[name])) for name in ("W1", "b1", "x"))

    def four(value: float) -> float:
        return float(f"{value:.4g}")

    z = [four(w11 * x[0] + w12 * x[1] + b), four(w21 * x[0] + w22 * x[1] + b)]
    h = [four(1 / (1 + math.exp(-value))) for value in z]
    v, c = list(map(float, given(variant)["W2"])), float(given(variant)["b2"][0])
    z2 = [four(v[0] * h[0] + v[1] * h[1] + c), four(v[2] * h[0] + v[3] * h[1] + c)]
    names = ("z1[1]", "z1[2]", "h[1]", "h[2]", "z2[1]", "z2[2]")
    marked = one(sigmoid, variant.id, {name: f"{value:.4g}" for name, value in zip(names, (*z, *h, *z2), strict=True)})
    assert marked.points == 6 and marked.count("wrong") == 0


AMPLIFIED = """
[model]
equations = '''
z = w * x
m = a * z
L = m + b * z
'''
loss = "L"
[parameters]
w = 0.7858
a = 50
b = 3
[data]
x = 1
[variants]
places = 2
effort = 0
ask = ["z", "m", "L"]
[variants.vary]
b = "3"
"""


@pytest.fixture(scope="module")
def amplified() -> Key:
    exercise = exercise_of(AMPLIFIED, ".")
    return read_key(json.dumps(key_form(exercise, draw(exercise, 1, 1), AMPLIFIED, 1)))


@pytest.mark.parametrize(
    ("z", "m", "loss", "expected"),
    [
        ("0.79", "39.29", "41.65", "right right right"),
        ("0.79", "39.50", "41.87", "right follows follows"),  # all as written: 50 * 0.79, 39.50 + 3 * 0.79
        (
            "0.79",
            "39.50",
            "41.86",
            "right follows follows",
        ),  # 39.50 as written, z as before rounding: 39.50 + 3 * 0.7858
        ("0.79", "39.29", "41.66", "right right follows"),  # both as written: 39.29 + 3 * 0.79
        ("0.79", "39.30", "", "right wrong blank"),
        ("0.79", "39.70", "", "right wrong blank"),
        ("0.79", "39.74", "", "right wrong blank"),
        ("0.79", "39.50", "41.70", "right follows wrong"),
        ("0.85", "42.50", "45.05", "wrong follows follows"),
        ("0.85", "42.70", "", "wrong wrong blank"),  # 50 * 0.854 rounds so, but so would anything from 42.25 to 42.75
        ("", "39.29", "41.65", "blank right right"),
    ],
)
def test_nothing_between_what_is_right_and_what_follows_gets_points(
    amplified: Key, z: str, m: str, loss: str, expected: str
) -> None:
    """z = 0.7858, m = 50 z = 39.29, L = m + 3 z = 41.6474, to two decimals: half a unit of z is 25 units of m."""
    marked = one(amplified, nth(amplified, 1).id, {"z": z, "m": m, "L": loss})
    assert " ".join(verdicts(marked).values()) == expected
    assert marked.points == sum(verdict in ("right", "follows") for verdict in expected.split())


def test_going_on_unrounded_from_a_mistake_or_a_slip_is_accepted(key: Key) -> None:
    """What a known mistake was before rounding is known; a slip may have been any number that rounds to it, where that
    makes little difference."""
    variant = next(variant for variant in key.variants.values() if sheet(variant, "slope") != sheet(variant))
    marked = one(key, variant.id, sheet(variant, "slope"))
    assert all(step.mistakes == ("forgot_slope",) for step in marked.steps if step.deviates)
    slipped = sheet(variant)
    signal = Fraction(slipped["dL/dyhat"]) + Fraction(12344, 10**5)  # written to four places it loses its last digit
    hidden = [Fraction(x) for x in (slipped["h[1]"], slipped["h[2]"])]
    answers = {
        "h[1]": slipped["h[1]"],
        "h[2]": slipped["h[2]"],
        "dL/dyhat": written(signal),
        "dL/dW2[1]": written(signal * hidden[0]),
    }
    assert verdicts(one(key, variant.id, answers))["dL/dW2[1]"] == "follows"


def test_zeros_behind_are_no_rounding_unless_all_is_written_so(key: Key) -> None:
    """1.60 written as 2.00 is wrong and no more; as 2 it is rounded two digits short; a sheet that ends in zeros all
    over is."""
    variant = nth(key, 3)
    right = sheet(variant)
    blank, value = next(
        (blank, Fraction(x))
        for blank, x in right.items()
        if by_hand.half_up(2)(Fraction(x)) != Fraction(x) and blank.startswith("dL/dW1")
    )
    coarse = by_hand.half_up(2)(value)
    padded, plain = f"{float(coarse):.4f}", f"{float(coarse):.2f}"
    for text, named in ((padded, ()), (plain, ("rounded_coarsely",))):
        marked = one(key, variant.id, {**right, blank: text})
        assert verdicts(marked)[blank] == "wrong" and marked.mistakes == named
    assert one(key, variant.id, {blank: padded}).mistakes == ()
    assert one(key, variant.id, sheet(variant, places=PLACES - 2)).mistakes == ("rounded_coarsely",)


# What comes in.


@pytest.mark.parametrize(
    ("text", "value"),
    {
        "1,5": "3/2",
        "-5/8": "-5/8",
        "\u22120.250": "-1/4",
        "+.5": "1/2",
        "2.5e-3": "1/400",
        "2,5·10^-3": "1/400",
        "12 %": "3/25",
        "1.234,5": "2469/2",
        "1,234.5": "2469/2",
        "½": "1/2",
        "=0.1": "1/10",
        " 0 . 5 ": "1/2",
        "(-1)/(-4)": "1/4",
        "１．５": "3/2",
        "1'234.5": "2469/2",
        "1’234": "1234",
        "1 234,5": "2469/2",
        "1,234,567": "1234567",
        "0,125": "1/8",
        "12,5": "25/2",
        "2·10³": "2000",
        "2,5·10⁻³": "1/400",
    }.items(),
)
def test_numbers_in_many_hands(text: str, value: str) -> None:
    numeral = read(text)
    assert numeral is not None and str(numeral.value) == value


@pytest.mark.parametrize(
    "text",
    [
        "ca. 5",
        "1/0",
        "nan",
        "inf",
        "1e999999999",
        "1 1/2",
        "1,2,3",
        "--5",
        "0x10",
        "__import__('os')",
        "9" * 200,
        "5-3",
        "1½",
        "1 ½",
        "3²",
        "0x105",
        "2·103",
        "0.5₁",
        "1 2",
        "0.5 0.3",
        "1,234",
        "-12,345",
        "123,456",
        "1/2/3",
        "%",
        "=",
        "1e",
        "e5",
        "0.5 or 0.6",
        "5!",
        "²",
    ],
)
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(NoNumeral):
        read(text)


def test_what_can_be_read_in_two_ways_is_asked_for(article: Key) -> None:
    """1,234 is 1.234 where a sheet has decimal commas, and else may be 1234; 1.234 may be 1234 where it has decimal
    commas."""
    with pytest.raises(NoNumeral, match=r"can be 1234 or 1\.234; write 1234 or 1\.234"):
        read("1,234")
    with pytest.raises(NoNumeral, match="can be 1234 or 1,234"):
        read("1.234", ",")
    variant = nth(article, 1).id
    lines = [
        "student;id;z1[1];h[1];L",
        f"Ada;{variant};1,234;;2",
        f"Ben;{variant};0,1;1,234;2,5",
        f"Cem;{variant};0,1;1.234;2,5",
        f"Dora;{variant};0.1;1.234;2.5",
    ]
    table = read_answers("\n".join(lines), article)
    assert [remark.told("a.csv") for remark in table.remarks if remark.line] == [
        "a.csv:1: no column for z1[2], h[2], yhat, dL/dyhat, "
        + ", ".join(blank for blank in list(RIGHT)[7:])
        + "; counted as left blank",
        "a.csv:2: column 'z1[1]': '1,234' can be 1234 or 1.234; write 1234 or 1.234",
        "a.csv:4: column 'h[1]': '1.234' can be 1234 or 1,234; write 1234 or 1,234",
    ]
    assert [str(row.numerals["h[1]"].value) if "h[1]" in row.numerals else "" for row in table.rows] == [
        "",
        "617/500",
        "",
        "617/500",
    ]
    assert [verdicts(sheet)["z1[1]"] for sheet in report(article, table).sheets] == [
        "unreadable",
        "right",
        "right",
        "right",
    ]


@pytest.mark.parametrize("text", ["", "  ", "-", "\u2014"])
def test_blanks(text: str) -> None:
    assert read(text) is None


def test_semicolons_commas_and_any_order_of_columns(article: Key) -> None:
    backwards = {blank: RIGHT[blank].replace(".", ",") for blank in reversed(RIGHT)}
    for delimiter in ";\t,":
        marks = report(
            article, read_answers("\ufeff" + table([("Ada", nth(article, 1).id, backwards)], delimiter), article)
        )
        assert marks.sheets[0].points == 29 and not marks.remarks
    unquoted = "student,id," + ",".join(RIGHT) + f"\nAda,{nth(article, 1).id}," + ",".join(RIGHT.values()) + "\n"
    assert report(article, read_answers(unquoted, article)).sheets[0].points == 29
    assert (
        report(article, read_answers("sep=;\n" + table([("Ada", nth(article, 1).id, backwards)], ";"), article))
        .sheets[0]
        .points
        == 29
    )


def test_everything_wrong_with_a_table_is_told_at_once_and_nothing_is_lost(article: Key) -> None:
    lines = [
        "name;id;z1[1];h[1];yhat;dL/dw1[1,1];remark;z1[1]",
        f"Ada;{nth(article, 1).id};0,1;ca. 5;1/0;1;late;2",
        f"Ben;{nth(article, 1).id[:-2]}QQ;0,1;0,1;-0,25;1;;",
        "Ben;;0,1;;;;;",
        f"Carl;{nth(article, 1).id};0,1;0;1;-0,25;1;1;1;1",
        f"Dora;{nth(article, 1).id};0,1;0,1",
    ]
    marks = report(article, read_answers("\n".join(lines), article, "class.csv"))
    told = "\n".join(marks.told)
    for expected in (
        "class.csv:2: column 'h[1]': 'ca. 5' is no number; write a decimal such as -0.25 or -0,25, or a fraction "
        "such as -1/4",
        "class.csv:2: column 'yhat': '1/0' divides by zero",
        "class.csv:1: column 'dL/dw1[1,1]': there is no such blank; is 'dL/dW1[1,1]' meant?; the column is left out",
        "class.csv:1: column 'remark': there is no such blank; the column is left out",
        "class.csv:1: column 'z1[1]': this column stands there twice; the first one counts",
        "class.csv:1: no column for z1[2], h[2], L",
        f"class.csv:3: column 'id': no variant is called '{nth(article, 1).id[:-2]}QQ'; is '{nth(article, 1).id}' "
        f"meant?; Ben is not marked",
        "class.csv:4: column 'id': no variant is named; Ben is not marked",
        "class.csv:5: Carl has 10 cells where the header has 8: put decimal commas in quotes, or part the columns "
        "by semicolons",
        "class.csv: column 'student': Ben stands in lines 3, 4; each is marked on its own",
    ):
        assert expected in told
    assert [(marked.student, marked.points) for marked in marks.sheets] == [("Ada", 1), ("Carl", 0), ("Dora", 2)]
    assert [row.student for row in marks.unmarked] == ["Ben", "Ben"]
    assert verdicts(marks.sheets[0])["h[1]"] == verdicts(marks.sheets[0])["yhat"] == "unreadable"
    assert {verdict for blank, verdict in verdicts(marks.sheets[1]).items() if blank in ("z1[1]", "h[1]", "yhat")} == {
        "unreadable"
    }


def test_another_variants_answers(key: Key) -> None:
    marks = mark(key, ("Ada", nth(key, 3).id, sheet(nth(key, 5))))
    assert f"the answers of Ada do not fit {nth(key, 3).id}, but {nth(key, 5).id}; is the id right?" in marks.told[0]


def test_another_exercises_key(key: Key, article: Key) -> None:
    marks = report(article, read_answers(table([("Ada", nth(key, 3).id, sheet(nth(key, 3)))]), article))
    assert any("is this the key of another exercise or seed?" in line for line in marks.told) and not marks.sheets


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the table is empty"),
        ("student,z1[1]\nAda,1\n", "there is no column 'id'"),
        ("student,id,a,b\nAda,1-1,2,3\n", "no column is called like a blank of"),
    ],
)
def test_what_is_no_table(text: str, message: str, article: Key) -> None:
    with pytest.raises(NoTable, match=message):
        read_answers(text, article)


@cache
def _form() -> dict[str, Any]:
    exercise = loose(SPEC)
    return key_form(exercise, draw(exercise, 1, 1), SPEC.read_text("utf-8"), 1)


def _head(**changed: object) -> str:
    return json.dumps({**_form(), **changed})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "this is not JSON"),
        ("[1]", "this is no key of variants"),
        ("{}", "this is no key of variants"),
        ('{"schema": 2, "variants": []}', "this is no key of variants"),
        (_head(variants=[]), "variants: the list is too short: at least 1, not 0"),
        (_head(contract={"digits": "4"}), "contract.digits: expected a whole number"),
        (_head(variants=[{"id": "1", "number": 1, "given": {"x": "1+1"}, "blanks": []}]), "no number"),
        (_head(variants=[{"id": "1", "number": 1, "given": {}, "blanks": []}] * 2), "two variants have one id"),
    ],
)
def test_what_is_no_key(text: str, message: str) -> None:
    with pytest.raises(KeyFault, match=message):
        read_key(text)


def test_a_key_whose_spec_is_another_ones(article: Key) -> None:
    other = replace(article, spec=(ROOT / "examples" / "rnn.toml").read_text("utf-8"))
    with pytest.raises(KeyFault, match=r"the network of the spec has no z1\[1\]"):
        report(other, read_answers(table([("Ada", nth(article, 1).id, RIGHT)]), other))


def test_halfway_between_two_roundings_both_are_right() -> None:
    contract = Contract(digits=2)
    assert (
        contract.accepts(fmpq(1, 8), fmpq(12, 100))
        and contract.accepts(fmpq(1, 8), fmpq(13, 100))
        and not contract.accepts(fmpq(1, 8), fmpq(14, 100))
    )


# What goes out.


def test_tables_and_json(key: Key) -> None:
    marks = mark(key, *planted(key), ("=2+3", nth(key, 1).id, {**sheet(nth(key, 1)), "L": "@SUM(1)"}))
    found = {name: content.decode() for form in ("text", "csv", "json") for name, content in REPORTS[form](marks)}
    students = list(csv.DictReader(io.StringIO(found["students.csv"])))
    assert [row["student"] for row in students][-1] == "'=2+3" and students[0]["mistakes"] == "bias forgotten"
    answers = list(csv.DictReader(io.StringIO(found["answers.csv"])))
    assert len(answers) == 15 * 29 and sum(int(row["points"]) for row in answers) == sum(
        int(row["points"]) for row in students
    )
    assert next(row for row in answers if row["verdict"] == "unreadable")["written"] == "'@SUM(1)"
    steps = {row["step"]: row for row in csv.DictReader(io.StringIO(found["class.csv"]))}
    assert "learning rate forgotten (1)" in steps["b2_new"]["mistakes"] and steps["dL/dyhat"]["fails_first"] >= "3"
    form = json.loads(found["marks.json"])
    assert form["students"][0]["mistakes"] == ["forgot_bias"] and form["class"]["steps"][0]["step"] == "z1"
    assert "bias forgotten at" in found["marks.txt"] and "█" in found["marks.txt"]


@pytest.mark.tex
def test_pdfs(key: Key) -> None:
    import pypdf

    marks = mark(
        key, *planted(key), ("漢字 & Co_1 {x}", nth(key, 1).id, {**sheet(nth(key, 1)), "L": r"\input{x} $ % #"})
    )
    found = dict(REPORTS["pdf"](marks))
    pages = pypdf.PdfReader(io.BytesIO(found["students.pdf"])).pages
    assert len(pages) == 15 and "The bias is missing" in pages[0].extract_text()
    text = pypdf.PdfReader(io.BytesIO(found["class.pdf"])).pages[0].extract_text()
    assert "Where students go wrong" in text and "15 of 15 sheets" in text


def test_right_answers_beside_each_other_share_a_line_and_blank_ones_too(key: Key) -> None:
    """Of 29 answers in 15 steps, 5 of them with one entry: nobody who has all right needs more than a line for a step."""
    first = nth(key, 1)
    right, blank = sheet(first), {**sheet(first), "z1[1]": "", "z1[2]": "", "h[2]": "77"}
    [found] = [tex for name, tex in documents(mark(key, ("Ada", first.id, right), ("Ben", nth(key, 2).id, blank)))][:1]
    ada, ben = found.split(r"\clearpage")[:2]
    assert ada.count(r"\answers{$") + ada.count(r"\answer{$") == 15
    assert ada.count(r"\answers{") == 10 and ada.count(r"\answer{") == 1 + 5
    assert "{[1,1]–[2,2]}" in ada and "{4}" in ada
    assert re.search(r"\\answers\{\$z\^\{\(1\)\}\$\}\{\[1\]–\[2\]\}\{\\color\{soft\}.*\{blank\}", ben)
    assert ben.count("{wrong}{") >= 1


@pytest.mark.slow
def test_the_command(key: Key, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from derivation.cli.app import app

    exercise = loose(SPEC)
    exercise = made(exercise.network, replace(exercise.plan, contract=Contract(places=PLACES)))
    form = key_form(exercise, draw(exercise, 7, 30), SPEC.read_text("utf-8"), 7)
    (tmp_path / "key.json").write_text(json.dumps(form), "utf-8")
    (tmp_path / "class.csv").write_text(table(planted(key)), "utf-8")
    call = ["mark", str(tmp_path / "key.json"), str(tmp_path / "class.csv")]
    done = CliRunner().invoke(app, call)
    assert (
        done.exit_code == 0
        and "14 of 14 sheets marked" in done.stdout
        and "weights updated too early at dL/dh" in done.stdout
    )
    done = CliRunner().invoke(app, [*call, "--format", "csv,json,text", "-o", str(tmp_path / "marks")])
    assert done.exit_code == 0
    assert sorted(path.name for path in (tmp_path / "marks").iterdir()) == [
        "answers.csv",
        "class.csv",
        "marks.json",
        "marks.txt",
        "students.csv",
    ]
    (tmp_path / "class.csv").write_text(
        table([("Ada", nth(key, 1).id, {**sheet(nth(key, 1)), "L": "about 2"}), ("Ben", "7-99", {})]), "utf-8"
    )
    done = CliRunner().invoke(app, call)
    assert (
        done.exit_code == 2
        and "1 of 2 sheets marked" in done.stdout
        and "'about 2' is no number" in done.stderr
        and "Traceback" not in done.output
    )
    for arguments, message in (
        (["mark", str(tmp_path / "none.json"), call[2]], "the key cannot be read"),
        (["mark", call[1], str(tmp_path / "none.csv")], "none.csv cannot be read"),
        ([*call, "--format", "doc"], "there is no format 'doc'"),
    ):
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 2 and message in done.stderr and not isinstance(done.exception, ValueError)


def test_a_comma_that_was_read_before_decimals_is_asked_about_where_the_other_reading_is_right() -> None:
    german = key_of(SPEC, Contract(places=0), 1)
    variant = nth(german, 1)
    blank = next(iter(variant.blanks))
    form = replace_answer(german, blank.key, "1234")
    answers = {other.key: "0,5" for other in variant.blanks} | {blank.key: "1,234"}
    remarks = read_answers(table([("Ada", variant.id, answers)]), form).remarks
    (asked,) = [remark for remark in remarks if remark.column == blank.key]
    assert "'1,234' is read as 1.234" in asked.text
    assert "as 1234 it would be right" in asked.text
    assert not asked.loses
    plain = read_answers(table([("Ada", variant.id, {**answers, blank.key: "1,235"})]), form).remarks
    assert not [remark for remark in plain if remark.column == blank.key]


def replace_answer(key: Key, name: str, answer: str) -> Key:
    """The key with another answer for a blank."""
    variants = {
        id: variant.model_copy(
            update={
                "blanks": [
                    blank.model_copy(update={"answer": answer, "low": answer, "high": answer})
                    if blank.key == name
                    else blank
                    for blank in variant.blanks
                ]
            }
        )
        for id, variant in key.variants.items()
    }
    return replace(key, variants=variants)


@pytest.mark.parametrize(
    ("given", "accepted"),
    [
        ("39.50", True),
        ("39.5", True),
        ("39.46", True),
        ("39.40", False),
        ("39.30", False),
        ("39.70", False),
        ("39.74", False),
    ],
)
def test_a_ball_speaks_for_answers_near_it_alone(given: str, accepted: bool) -> None:
    # 40 a - 276.5 from an own a = 7.90, three digits: 39.5, where 7.895 to 7.905 would give 39.3 to 39.7
    ball = 40 * arb(fmpq(79, 10), fmpq(5, 1000)) - arb(fmpq(553, 2))
    from_own = fmpq(79, 2)
    number = read(given)
    assert number is not None
    found = [accepts(Contract(digits=3), value, number.value) for value in (ball, from_own)]
    assert any(found) is accepted
