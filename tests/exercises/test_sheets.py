"""Worksheets and keys on paper: what they hold, how they are bound, and class lists."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pypdf
import pytest
from typer.testing import CliRunner

from derivation.cli.app import app
from derivation.exercises.batch.roster import RosterError, read_roster
from derivation.exercises.exercise.exercise import Exercise, load_exercise
from derivation.exercises.search.solve import draw
from derivation.exercises.sheets.binding import bound, separated, woven
from derivation.exercises.sheets.document import keys, worksheets
from derivation.pages.typesetting.engine import compile_pdf, stood_in, unsettable

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
        assert (
            not {
                exercise.contract.shown(answer)
                for answer in variant.answers
                if len(exercise.contract.shown(answer)) > 5
            }
            & given
        )


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
    assert r"O\textquotesingle{}Neill \& \textbackslash{}input\{x\} 50\% \#1" in worksheets(
        exercise, [(variant, r"O'Neill & \input{x} 50% #1")]
    )


@pytest.mark.tex
def test_a_name_that_no_font_has_is_set_in_other_letters_and_said(tmp_path: Path) -> None:
    """All are printed, in order; a name for LuaLaTeX is printed where that is found."""
    (tmp_path / "class.csv").write_text("name,id\nAda,1\n𠀀,2\nИван,3\nŁukasz,4\n", "utf-8")
    call = [
        "variants",
        str(EXAMPLES / "variants" / "two-two-one.toml"),
        "--roster",
        str(tmp_path / "class.csv"),
        "--format",
        "pdf,csv",
        "-o",
        str(tmp_path),
    ]
    run = CliRunner().invoke(app, call)
    assert run.exit_code == 0, run.output
    rows = list(csv.DictReader((tmp_path / "answers.csv").open(encoding="utf-8")))
    assert [row["student"] for row in rows] == ["Ada (1)", "𠀀 (2)", "Иван (3)", "Łukasz (4)"]
    told = [line for line in run.stderr.splitlines() if "there is no font" in line]
    assert (
        f"class.csv:3: warning: there is no font for 𠀀 (U+20000, cjk unified ideograph-20000) in '𠀀 (2)', so the sheet "
        f"{rows[1]['id']} shows '¤ (2)'" in told[0]
    )
    assert len(told) == sum(bool(unsettable(row["student"])) for row in rows)
    for name in ("sheets.pdf", "keys.pdf"):
        pdf = pypdf.PdfReader(tmp_path / name)
        assert [item.title for item in pdf.outline if not isinstance(item, list)] == [row["id"] for row in rows]
    pages = text((tmp_path / "sheets.pdf").read_bytes())
    for row in rows:
        shown = stood_in(row["student"])
        assert any(row["id"] in page and shown in page for page in pages), row
    assert not (tmp_path / ".derivation").exists()


@pytest.mark.tex
def test_sheets_of_two_runs_are_woven_in_order(exercise: Exercise) -> None:
    variants = [(variant, "") for variant in draw(exercise, 3, 4)]
    whole, *halves = (compile_pdf(worksheets(exercise, some)) for some in (variants, variants[1::2], variants[::2]))
    again = woven(halves, [variant.id for variant, _ in variants])
    assert text(again) == text(whole)
    assert list(dict(separated(again))) == [variant.id for variant, _ in variants]


@pytest.mark.tex
def test_a_title_that_no_font_has_is_set_in_other_letters_and_said(tmp_path: Path) -> None:
    spec = (EXAMPLES / "variants" / "two-two-one.toml").read_text("utf-8")
    (tmp_path / "spec.toml").write_text(re.sub('title = ".*"', 'title = "Net 𠀀"', spec), "utf-8")
    run = CliRunner().invoke(
        app, ["variants", str(tmp_path / "spec.toml"), "--format", "pdf,csv,md", "-o", str(tmp_path / "out")]
    )
    assert run.exit_code == 0, run.output
    assert "no font here has 𠀀 (U+20000, cjk unified ideograph-20000) in the title 'Net 𠀀'" in run.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {
        "key.csv",
        "worksheets.md",
        "sheets.pdf",
        "keys.pdf",
    }
    assert any("Net ¤" in page for page in text((tmp_path / "out" / "sheets.pdf").read_bytes()))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "c.csv:1: the list is empty; expected a first row with the columns, such as name,id"),
        ("surname,first\nA,B", "c.csv:1: there is no column 'name'; found surname, first"),
        (
            "name,id\n,3\nAda,4\nEmmy,4",
            "c.csv:2: column 'name' is empty\nc.csv:4: 'Emmy (4)' stands in row 3 already; tell them apart by a "
            "column 'id'",
        ),
        ("name\n", "c.csv:2: there is nobody on the list; a row each, such as Ada,17"),
    ],
)
def test_class_lists_that_cannot_be_used(content: str, message: str) -> None:
    with pytest.raises(RosterError) as error:
        read_roster("c.csv", content)
    assert str(error.value) == message
