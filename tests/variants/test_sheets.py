"""Worksheets and keys on paper: what they hold, how they are bound, and class lists."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pypdf
import pytest

from derivation.render.engine import compile_pdf
from derivation.variants.exercise import Exercise, load_exercise
from derivation.variants.roster import RosterError, read_roster
from derivation.variants.sheets.binding import bound, separated
from derivation.variants.sheets.document import keys, worksheets
from derivation.variants.solve import draw

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    return load_exercise(EXAMPLES / "two-two-one.toml")


def text(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


@pytest.mark.tex
def test_worksheets_hold_the_numbers_that_are_given_and_no_answers(exercise: Exercise) -> None:
    pairs = [(variant, name) for variant, name in zip(draw(exercise, 3, 2), ["Ada Lovelace", ""], strict=True)]
    pages = text(compile_pdf(worksheets(exercise, pairs)))
    for variant, name in pairs:
        mine = " ".join(page for page in pages if variant.id in page).replace("−", "-").replace("\N{MINUS SIGN}", "-")
        assert name in mine
        numbers = re.findall(r"-?\s?\d+\.\d+", mine)
        assert len(numbers) >= sum(value.q != 1 for value in variant.inputs)
        given = {re.sub(r"\s", "", number) for number in numbers}
        assert not {exercise.contract.shown(answer) for answer in variant.answers if len(exercise.contract.shown(answer)) > 5} & given


@pytest.mark.tex
def test_keys_end_with_every_answer_and_what_is_accepted(exercise: Exercise) -> None:
    (variant,) = draw(exercise, 3, 1)
    page = re.sub(r"\s", "", "".join(text(compile_pdf(keys(exercise, [(variant, "")]))))).replace("−", "-")
    answers = page[page.rindex("Answers") :]
    for shown in map(exercise.contract.shown, variant.answers):
        assert shown in answers


@pytest.mark.tex
def test_one_pdf_taken_apart_and_bound_again(exercise: Exercise) -> None:
    variants = [(variant, "") for variant in draw(exercise, 3, 3)]
    whole = compile_pdf(worksheets(exercise, variants))
    apart = dict(separated(whole))
    assert list(apart) == [variant.id for variant, _ in variants]
    again = bound(apart.values())
    assert text(again) == text(whole)
    assert again == bound(apart.values())
    assert [item.title for item in pypdf.PdfReader(io.BytesIO(again)).outline] == list(apart)


def test_a_name_may_hold_anything(exercise: Exercise) -> None:
    (variant,) = draw(exercise, 3, 1)
    assert r"O\textquotesingle{}Neill \& \textbackslash{}input\{x\} 50\% \#1" in worksheets(exercise, [(variant, r"O'Neill & \input{x} 50% #1")])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "c.csv:1: the list is empty; expected a first row with the columns, such as name,id"),
        ("surname,first\nA,B", "c.csv:1: there is no column 'name'; found surname, first"),
        ("name,id\n,3\nAda,4\nEmmy,4", "c.csv:2: column 'name' is empty\nc.csv:4: 'Emmy (4)' stands in row 3 already; tell them apart by a column 'id'"),
        ("name\n", "c.csv:2: there is nobody on the list; a row each, such as Ada,17"),
    ],
)
def test_class_lists_that_cannot_be_used(content: str, message: str) -> None:
    with pytest.raises(RosterError) as error:
        read_roster("c.csv", content)
    assert str(error.value) == message
