"""The class of the README: thirty variants with one decimal in every answer, handed out, exported, and marked with
every mistake planted once."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import by_hand
import pytest
from places import ROOT
from typer.testing import CliRunner

from derivation.cli.app import app

SPEC = ROOT / "examples" / "variants" / "two-two-one.toml"
CLASS = ROOT / "examples" / "variants" / "class.csv"
"""The answers: by plain fractions, a mistake on each sheet."""
WAYS = {**{row: ((word,), 20) for row, word in by_hand.WORDS.items()}, "rounded_early": ((), 0), "right": ((), 20)}
"""Whoever makes a mistake is called like it: the word for it, and the decimal places that are kept on the way."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("class")
    run = CliRunner().invoke(
        app, ["variants", str(SPEC), "--count", "30", "--seed", "1", "--format", "moodle,json,csv,md", "-o", str(made)]
    )
    assert run.exit_code == 0, run.output
    return made


def sheet(variant: dict, *words: str, places: int = 20) -> dict[str, str]:  # type: ignore[type-arg]
    """What a student writes on a variant, to one decimal."""
    rows = {name: [[value]] if isinstance(value, str) else value for name, value in variant["given"].items()}
    numbers = {name: [Fraction(x) for row in value for x in row] for name, value in rows.items()}
    rate = numbers.pop("update.rate")[0]
    return {
        key: f"{float(by_hand.half_up(1)(x)):.1f}"
        for key, x in by_hand.worked(numbers, *words, rate=rate, rounding=by_hand.half_up(places)).items()
    }


def planted(variants: list[dict]) -> Iterator[tuple[str, str, dict[str, str]]]:  # type: ignore[type-arg]
    """Each mistake on a variant of its own."""
    for (name, (words, places)), variant in zip(WAYS.items(), variants, strict=False):
        yield name, variant["id"], sheet(variant, *words, places=places)


@pytest.mark.slow
def test_every_answer_has_one_decimal_and_the_units_are_on_and_off(folder: Path) -> None:
    variants = json.loads((folder / "key.json").read_text("utf-8"))["variants"]
    assert len(variants) == 30 and len({json.dumps(variant["given"]) for variant in variants}) == 30
    for variant in variants:
        right = sheet(variant)
        for blank in variant["blanks"]:
            assert Fraction(blank["answer"]) == Fraction(right[blank["key"]]), (variant["id"], blank)
            assert Fraction(blank["high"]) - Fraction(blank["low"]) == Fraction(1, 10)
        assert float(right["z1[1]"]) > 0 > float(right["z1[2]"])


def test_a_table_shows_that_the_variants_are_alike(folder: Path) -> None:
    """The digits are those that a student writes, by the key; nobody has much more to do than another."""
    variants = json.loads((folder / "key.json").read_text("utf-8"))["variants"]
    rows = list(csv.DictReader((folder / "variants.csv").open(encoding="utf-8")))
    assert [row["id"] for row in rows] == [variant["id"] for variant in variants] and {
        row["units on"] for row in rows
    } == {"h 1 0"}
    for row, variant in zip(rows, variants, strict=True):
        digits = [blank["answer"].lstrip("-0.").replace(".", "") or "0" for blank in variant["blanks"]]
        assert int(row["digits"]) == sum(map(len, digits))
    for column in ("digits", "operations"):
        found = [int(row[column]) for row in rows]
        assert max(found) * 3 <= min(found) * 5  # 25 per cent about the median


def test_the_moodle_file_has_a_question_a_variant(folder: Path) -> None:
    kinds = [question.get("type") for question in ElementTree.parse(folder / "moodle.xml").iter("question")]
    assert kinds == ["category", *["cloze"] * 30]


def test_every_planted_mistake_is_named_and_no_other(folder: Path, request: pytest.FixtureRequest) -> None:
    rows = list(planted(json.loads((folder / "key.json").read_text("utf-8"))["variants"]))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [["student", "id", *rows[0][2]], *([name, id, *answers.values()] for name, id, answers in rows)]
    )
    if request.config.getoption("--golden"):
        CLASS.write_text(text.getvalue(), "utf-8")
    assert CLASS.read_text("utf-8") == text.getvalue()
    run = CliRunner().invoke(
        app, ["mark", str(folder / "key.json"), str(CLASS), "--format", "json,csv", "-o", str(folder / "marks")]
    )
    assert run.exit_code == 0, run.output
    marks = json.loads((folder / "marks" / "marks.json").read_text("utf-8"))
    named = {student["student"]: student["mistakes"] for student in marks["students"]}
    assert named == {name: [] if name == "right" else [name] for name in WAYS}
