"""Canvas packages, PrairieLearn folders under plain Python, CSV tables and JSON keys marked by `derivation mark`,
Markdown."""

from __future__ import annotations

import csv
import io
import itertools
import json
import random
import re
import runpy
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import by_hand
import flint
import pytest
from flint import fmpq
from places import ROOT
from typer.testing import CliRunner
from written import EVIL, article, files, given, titled, typed

from derivation.cli.app import app
from derivation.exercises.exercise.exercise import Exercise
from derivation.exercises.exercise.exercise import exercise as made
from derivation.exercises.exercise.program import Program, ScalarGraph
from derivation.exercises.exports import EXPORTS
from derivation.exercises.exports.answers import AcceptedAnswers, Answers, _answer
from derivation.exercises.exports.formats import Unfit
from derivation.exercises.exports.keys import json_key
from derivation.exercises.plan.contract import Contract
from derivation.exercises.search.solve import draw
from derivation.formulas.decimals import magnitude
from derivation.formulas.numbers import exact
from derivation.formulas.operations.algebras import Numbers
from derivation.words.files import load as words

CANVAS = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    return article(places=3)


def test_wrong_answers_are_told_apart_whatever_the_order() -> None:
    coarse = article(places=1)
    answers = Answers(coarse)
    for variant in draw(coarse, 4, 60):
        for entry in answers.of(variant):
            spans = sorted(
                (answer.low, answer.high) for answer in (entry.right, *(answer for _, answer in entry.wrong))
            )
            assert all(high < low for (_, high), (low, _) in itertools.pairwise(spans))
            assert all(1 <= len(names) <= 2 for names, _ in entry.wrong)


@pytest.mark.parametrize("contract", [Contract(digits=4), Contract(digits=1), Contract(places=2), Contract(places=0)])
def test_remembered_answers_are_those_of_the_contract(contract: Contract) -> None:
    source = random.Random(5)
    numbers = [
        fmpq(source.randint(-(10**6), 10**6), source.choice([1, 2, 3, 7, 8, 64, 1000, 99999, 10**9]))
        for _ in range(3000)
    ]
    numbers += [
        sign * (fmpq(10) ** power + nudge)
        for sign in (1, -1)
        for power in range(-6, 5)
        for nudge in (fmpq(0), fmpq(1, 10**11), fmpq(-1, 10**11))
    ]
    known: dict[Any, AcceptedAnswers] = {}
    for x in numbers * 2:
        shown, tolerance, low, high = contract.answer(x)
        found = _answer(contract, x, known)
        assert found and (found.shown, exact(found.tolerance), found.low, found.high) == (shown, tolerance, low, high)
        size = magnitude(exact(shown)) if exact(shown) else 0
        assert 2 * tolerance == (
            fmpq(1, 10**contract.places) if contract.places is not None else fmpq(10) ** (size - contract.digits + 1)
        )
    assert len(known) < len(numbers)


def test_points_are_those_of_the_plan() -> None:
    exercise = article()
    weighed = made(exercise.network, replace(exercise.plan, points={"yhat": 3, "dL/dW1": 2}))
    quiz = files(EXPORTS["moodle"], weighed, 1)["moodle.xml"].decode()
    assert [quiz.count(f"{{{points}:NUMERICAL:") for points in (1, 2, 3)] == [24, 4, 1]
    assert quiz.count("Points for each number: 2.") == 1 and quiz.count("Points for each number: 3.") == 1
    with ZipFile(io.BytesIO(files(EXPORTS["qti21"], weighed, 1)["qti21.zip"])) as opened:
        assert b'normalMaximum="35"' in opened.read(
            next(path for path in opened.namelist() if path.startswith("items/"))
        )
    rows = csv.DictReader(io.StringIO(files(EXPORTS["csv"], weighed, 1)["key.csv"].decode()))
    assert sum(int(row["points"]) for row in rows) == 35


def test_all_that_is_needed_is_given() -> None:
    for path, content in {
        path: content
        for form in ("moodle", "md", "prairielearn")
        for path, content in files(EXPORTS[form], article(), 1).items()
    }.items():
        if path.endswith((".xml", "worksheets.md", ".jsonl")):
            said = content.decode().replace("\\\\", "\\")
            for symbol in ("W^{(1)} =", "b^{(1)} =", "W^{(2)} =", "b^{(2)} =", "x =", "y =", r"\alpha = 0.1"):
                assert symbol in said, (path, symbol)


def test_numbers_that_never_end_are_worked_with_as_many_bits_as_the_run() -> None:
    graph = ScalarGraph()
    root = graph.apply(Numbers.sqrt, 2)
    assert root.place not in graph.constants
    with flint.ctx.workprec(2000):
        assert Program.of(graph, 2).run([])[root.place].rel_accuracy_bits() > 1900


# Canvas


def test_canvas_has_a_question_for_each_blank(exercise: Exercise) -> None:
    package = files(EXPORTS["canvas"], exercise, 12, seed=3)["canvas.zip"]
    with ZipFile(io.BytesIO(package)) as opened:
        content = {name: ElementTree.fromstring(opened.read(name)) for name in opened.namelist()}
    hrefs = {found.get("href") for found in content["imsmanifest.xml"].iter() if found.tag.endswith("}file")}
    assert hrefs | {"imsmanifest.xml"} == set(content) and len(content) == 25
    for variant in draw(exercise, 3, 12):
        items = list(content[f"v{variant.id}/v{variant.id}.xml"].iter(f"{CANVAS}item"))
        kinds = [found.findtext(f".//{CANVAS}fieldentry") for found in items]
        assert kinds == ["text_only_question", *["numerical_question"] * 29]
        key = typed(by_hand.worked(given(variant)), 12)
        for item, (name, answer) in zip(items[1:], key.items(), strict=True):
            assert item.get("title") == name
            assert len(list(item.iter(f"{CANVAS}respcondition"))) == 1
            assert not list(item.iter(f"{CANVAS}vargt")) and not list(item.iter(f"{CANVAS}varlt"))
            low, high = (Fraction(item.findtext(f".//{CANVAS}{bound}") or "") for bound in ("vargte", "varlte"))
            assert low <= Fraction(answer) <= high and high - low in (
                Fraction(2, 2000),
                Fraction(3, 2000),
            )  # a tie has both its roundings


@pytest.mark.slow
def test_canvas_refuses_what_it_would_round_away() -> None:
    small = article(digits=4)
    with pytest.raises(
        Unfit, match=r"variant 1-\d{3}-\d\w{2}: the answer to L is \d\.\d*e-\d, but Canvas keeps four decimal places"
    ):
        files(EXPORTS["canvas"], small, 300)


def test_canvas_takes_any_title(exercise: Exercise) -> None:
    package = files(EXPORTS["canvas"], titled(exercise, EVIL), 1, seed=3)["canvas.zip"]
    first = next(iter(draw(titled(exercise, EVIL), 3, 1))).id
    with ZipFile(io.BytesIO(package)) as opened:
        assert (
            ElementTree.fromstring(opened.read(f"v{first}/v{first}.xml"))[0].get("title")
            == EVIL.replace("\x01", "") + f" ({first})"
        )


# PrairieLearn


@pytest.fixture
def folder(exercise: Exercise, tmp_path: Path) -> Path:
    for path, content in files(EXPORTS["prairielearn"], exercise, 20).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    (found,) = (tmp_path / "prairielearn").iterdir()
    return found


def data(folder: Path, seed: int | str) -> dict[str, Any]:
    """The `data` that PrairieLearn documents."""
    empty: dict[str, Any] = {
        key: {}
        for key in (
            "params",
            "correct_answers",
            "submitted_answers",
            "raw_submitted_answers",
            "format_errors",
            "partial_scores",
            "feedback",
        )
    }
    return {**empty, "variant_seed": seed, "score": 0, "options": {"question_path": str(folder)}}


def test_prairielearn_grades_by_hand_worked_answers(exercise: Exercise, folder: Path) -> None:
    server = runpy.run_path(str(folder / "server.py"))
    for place, variant in enumerate(draw(exercise, 1, 20)):
        table = data(folder, place + 20 if place % 2 else str(place % 10))
        if not place % 2 and place >= 10:
            continue
        server["generate"](table)
        assert table["params"]["id"] == variant.id
        key = typed(by_hand.worked(given(variant)), 12)
        assert list(table["correct_answers"]) == [f"a{number}x" for number in range(29)]
        table["submitted_answers"] = {
            name: float(answer) for name, answer in zip(table["correct_answers"], key.values(), strict=True)
        }
        server["parse"](table)
        server["grade"](table)
        assert not table["format_errors"] and table["score"] == 1
        assert all(found == {"score": 1, "weight": 1, "feedback": ""} for found in table["partial_scores"].values())
        json.dumps(table)


def test_prairielearn_names_mistakes(exercise: Exercise, folder: Path) -> None:
    server, named = runpy.run_path(str(folder / "server.py")), 0
    for place, variant in enumerate(draw(exercise, 1, 20)):
        table = data(folder, place)
        wrong = typed(by_hand.worked(given(variant), "slope"), 12)
        table["submitted_answers"] = {f"a{number}x": float(answer) for number, answer in enumerate(wrong.values())}
        server["grade"](table)
        for found in table["partial_scores"].values():
            assert found["score"] != 0.5 or words()["mistake_feedback"]["forgot_slope"] in found["feedback"]
            assert found["score"] or found["feedback"].startswith("Not yet: see step")
            named += found["score"] == 0.5
    assert named > 20


def test_prairielearn_says_what_is_no_number(folder: Path) -> None:
    server = runpy.run_path(str(folder / "server.py"))
    table = data(folder, 0)
    table["submitted_answers"] = {
        "a0x": "two",
        "a1x": 0.5,
        "a2x": None,
        "a3x": {"_type": "float", "_value": 0.25},
        "a4x": "nan",
    }
    table["format_errors"] = {f"a{number}x": "said by the element" for number in range(5, 29)}
    server["parse"](table)
    assert {name for name, told in table["format_errors"].items() if told.startswith("Write a decimal")} == {
        "a0x",
        "a2x",
        "a4x",
    }


@pytest.mark.parametrize("kind", ["correct", "incorrect", "invalid"])
def test_prairielearn_tests_itself(folder: Path, kind: str) -> None:
    server = runpy.run_path(str(folder / "server.py"))
    for seed in range(20):
        table = {**data(folder, seed), "test_type": kind}
        server["generate"](table)
        server["test"](table)
        if kind == "invalid":
            assert len(table["format_errors"]) == 29
            continue
        graded = {
            **data(folder, seed),
            "submitted_answers": {name: float(raw) for name, raw in table["raw_submitted_answers"].items()},
        }
        server["parse"](graded)
        server["grade"](graded)
        assert graded["partial_scores"] == table["partial_scores"]
        assert graded["score"] == table["score"] == (kind == "correct")


def test_prairielearn_page_and_server_agree(exercise: Exercise, folder: Path) -> None:
    server, page = runpy.run_path(str(folder / "server.py")), (folder / "question.html").read_text("utf-8")
    table = data(folder, 7)
    server["generate"](table)
    assert re.findall(r'answers-name="([^"]*)"', page) == list(table["correct_answers"])
    wanted = re.findall(r"\{\{\{params\.(\w+)\}\}\}", page)
    assert set(wanted) == set(table["params"]) - {"id"} and page.count("{{") == len(wanted)
    assert 'comparison="decdig" digits="3"' in page
    info = json.loads((folder / "info.json").read_text("utf-8"))
    assert (
        re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", info["uuid"])
        and info["type"] == "v3"
    )
    assert "Round answers to 3 decimal places" in table["params"]["given"]


@pytest.mark.slow
def test_prairielearn_takes_any_title(exercise: Exercise) -> None:
    found = files(EXPORTS["prairielearn"], titled(exercise, EVIL), 1)
    info = json.loads(next(content for path, content in found.items() if path.endswith("info.json")))
    assert info["title"] == EVIL.replace("\x01", "")
    assert all(re.fullmatch(r"prairielearn/[a-z0-9-]+/[a-z.]+", path) for path in found)


# Tables, keys, Markdown


def test_the_key_table_holds_answers_worked_by_hand(exercise: Exercise) -> None:
    found = files(EXPORTS["csv"], exercise, 9)
    rows = list(csv.DictReader(io.StringIO(found["key.csv"].decode())))
    assert len(rows) == 9 * 29
    for variant in draw(exercise, 1, 9):
        key = by_hand.worked(given(variant))
        for row in rows[:29]:
            assert row["id"] == variant.id and row["points"] == "1" and row["rounding"] == "3 decimal places"
            assert Fraction(row["lowest"]) <= key[row["blank"]] <= Fraction(row["highest"])
            assert Fraction(row["lowest"]) <= Fraction(row["answer"]) <= Fraction(row["highest"])
        rows = rows[29:]
    heads, *empty = csv.reader(io.StringIO(found["answers.csv"].decode()))
    assert heads[:3] == ["id", "student", "z1[1]"] and len(heads) == 31
    assert [row[0] for row in empty] == [variant.id for variant in draw(exercise, 1, 9)] and all(
        not any(row[1:]) for row in empty
    )


@pytest.mark.slow
def test_answers_by_the_key_get_all_points_from_mark(tmp_path: Path) -> None:
    spec = (ROOT / "examples" / "two-two-one.toml").read_text("utf-8")
    exercise = article()
    (tmp_path / "key.json").write_bytes(files(json_key(spec, 1), exercise, 9)["key.json"])
    found = files(EXPORTS["csv"], exercise, 9)
    key = {(row["id"], row["blank"]): row["answer"] for row in csv.DictReader(io.StringIO(found["key.csv"].decode()))}
    heads, *rows = csv.reader(io.StringIO(found["answers.csv"].decode()))
    with (tmp_path / "answers.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [heads, *([row[0], f"S{row[0]}", *(key[row[0], name] for name in heads[2:])] for row in rows)]
        )
    done = CliRunner().invoke(app, ["mark", str(tmp_path / "key.json"), str(tmp_path / "answers.csv")])
    assert done.exit_code == 0, done.output
    assert "9 of 9 sheets marked" in done.output and done.output.count("29/29") == 9


def test_markdown_has_sheets_and_keys(exercise: Exercise) -> None:
    found = {path: content.decode() for path, content in files(EXPORTS["md"], titled(exercise, EVIL), 4).items()}
    sheets, keys = found["worksheets.md"], found["keys.md"]
    assert sheets.count("\n# ") + sheets.startswith("# ") == 4 == keys.count("\n# ") + keys.startswith("# ")
    assert sheets.partition("\n")[0].startswith(r"# \<&\]\]\>")
    assert keys.count(r"\begin{aligned}") == keys.count(r"\end{aligned}") == 4 * 19
    for variant in draw(exercise, 1, 4):
        assert f"Sheet **{variant.id}**" in sheets
    assert "Round answers to 3 decimal places" in sheets and "Round answers to 3 decimal places" in keys
