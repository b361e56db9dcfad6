"""Keys and sheets that were handed out once are marked and rebuilt for ever."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from places import ROOT
from typer.testing import CliRunner

from derivation.cli.app import app
from derivation.exercises.exercise.exercise import exercise_of, load_exercise
from derivation.exercises.exercise.identity import Identity
from derivation.exercises.key import number_text, variant_form
from derivation.exercises.search.solve import draw, rebuild
from derivation.formulas.terms import Term, name
from derivation.mistakes import table
from derivation.mistakes.edits import everywhere
from derivation.mistakes.table import Mistake
from derivation.networks.network import Network

HANDED_OUT = sorted(path.parent for path in (ROOT / "tests" / "keys").glob("*/key.json"))
SHEET, GIVEN = (
    re.compile(r"^Sheet \*\*(.+?)\*\*", re.MULTILINE),
    re.compile(r"^\$\$\n(.*?)\n\$\$", re.DOTALL | re.MULTILINE),
)
ONE_DECIMAL = ROOT / "tests" / "keys" / "one-decimal"
NUMERAL = re.compile(r"-?\d+(?:\.\d+)?")

each = pytest.mark.parametrize("folder", HANDED_OUT, ids=lambda folder: folder.name)


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def run(*arguments: object) -> None:
    ran = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert ran.exit_code == 0, ran.output


def printed(worksheets: Path) -> dict[str, list[list[str]]]:
    """By sheet: the numbers of each quantity that is given, as they are printed."""
    _, *parts = SHEET.split(worksheets.read_text("utf-8"))
    return {
        id: [NUMERAL.findall(given.partition("=")[2]) for given in GIVEN.findall(sheet)]
        for id, sheet in zip(parts[::2], parts[1::2], strict=True)
    }


def known(new: Any, old: Any) -> Any:
    """What is new, without what the old form does not have: keys and values may be added to a form."""
    if isinstance(old, dict):
        return {key: known(new[key], value) for key, value in old.items()}
    return [*map(known, new, old), *new[len(old) :]] if isinstance(old, list) else new


def test_there_are_keys() -> None:
    assert len(HANDED_OUT) >= 5


@each
def test_a_key_of_old_marks_as_it_did(folder: Path, tmp_path: Path) -> None:
    run("mark", folder / "key.json", folder / "answers.csv", "--format", "json", "-o", tmp_path)
    old = read(folder / "marks.json")
    new = read(tmp_path / "marks.json") | {"answers": old["answers"]}
    assert known(new, old) == old


@pytest.mark.slow
@pytest.mark.slices(3)
@each
def test_a_sheet_of_old_is_made_again_by_its_id(folder: Path, tmp_path: Path) -> None:
    old = read(folder / "key.json")
    ids = [argument for variant in old["variants"] for argument in ("--id", variant["id"])]
    run("variants", folder / "spec.toml", *ids, "--format", "json,md", "-o", tmp_path)
    new = read(tmp_path / "key.json")
    assert known(new["variants"], old["variants"]) == old["variants"]
    sheets = printed(folder / "worksheets.md")
    assert list(sheets) == [variant["id"] for variant in old["variants"]] and all(
        all(sheet) for sheet in sheets.values()
    )
    assert printed(tmp_path / "worksheets.md") == sheets


@each
def test_the_same_seed_and_number_have_the_same_numbers(folder: Path, tmp_path: Path) -> None:
    old = read(folder / "key.json")
    count = len(old["variants"])
    run("variants", folder / "spec.toml", "--seed", old["seed"], "-n", count, "--format", "json", "-o", tmp_path)
    for before, now in zip(old["variants"], read(tmp_path / "key.json")["variants"], strict=True):
        assert known(now, before) | {"id": before["id"]} == before


@pytest.mark.slow
@each
def test_ids_of_an_edition_stay(folder: Path) -> None:
    old, ids = read(folder / "key.json"), (folder / "ids.txt").read_text("utf-8").split()
    exercise = exercise_of((folder / "spec.toml").read_text("utf-8"), ".", edition=1)
    assert [variant.id for variant in draw(exercise, old["seed"], len(ids))] == ids
    for id, before in zip(ids, old["variants"], strict=True):
        assert known(variant_form(rebuild(exercise, id)), before) | {"id": before["id"]} == before


@pytest.fixture
def grown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table with one more mistake, which does not show at positive targets."""

    def without_sign(node: Term, network: Network) -> Term | None:
        return Term("relu", (node,)) if node == name("y") else None

    row = Mistake("without_sign", everywhere("forward", without_sign), since=2)
    monkeypatch.setattr(table, "ROWS", (*table.ROWS, row))


def targets(form: Any) -> list[Fraction]:
    return [Fraction(variant["given"]["y"]) for variant in form["variants"]]


def drawn(folder: Path, *arguments: object) -> Any:
    run("variants", ONE_DECIMAL / "spec.toml", *arguments, "--format", "json", "-o", folder)
    return read(folder / "key.json")


@pytest.mark.slow
def test_a_new_mistake_orphans_no_sheet(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    before = drawn(tmp_path / "before", "--seed", 7, "-n", 4)
    assert before["edition"] == 1 and any(y > 0 for y in targets(before))
    request.getfixturevalue("grown")
    ids = [argument for variant in before["variants"] for argument in ("--id", variant["id"])]
    again = drawn(tmp_path / "again", *ids)
    assert again == before | {"seed": again["seed"]}
    after = drawn(tmp_path / "after", "--seed", 7, "-n", 4)
    assert after["edition"] == 2 and all(y < 0 for y in targets(after))
    for old, new in zip(before["variants"], after["variants"], strict=True):
        assert re.fullmatch(r"7-00\d-1[A-Z]{2}", old["id"]) and re.fullmatch(r"7-00\d-2[A-Z]{2}", new["id"])
    exercise = load_exercise(ONE_DECIMAL / "spec.toml")
    assert "without_sign" in [mistaken.row.name for mistaken in exercise.mistakes]
    for variant in before["variants"]:
        assert number_text(rebuild(exercise, variant["id"]).given[name("y")].entries[0]) == variant["given"]["y"]


@pytest.mark.slow
@pytest.mark.slices(2)
@each
def test_keys_and_sheets_of_old_outlive_a_new_mistake(folder: Path, tmp_path: Path, grown: None) -> None:
    test_a_key_of_old_marks_as_it_did(folder, tmp_path / "marks")
    test_a_sheet_of_old_is_made_again_by_its_id(folder, tmp_path / "sheets")


def test_a_changed_mistake_is_a_row_of_the_next_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the place of the row that has its name, from its edition on."""
    changed = Mistake("forgot_rate", everywhere("forward", lambda node, network: None), since=2)
    monkeypatch.setattr(table, "ROWS", (*table.ROWS, changed))
    assert table.mistakes(2)["forgot_rate"] is changed is not table.mistakes(1)["forgot_rate"]
    assert list(table.mistakes(2)) == list(table.mistakes(1)) and table.latest() == 2


@pytest.mark.parametrize(
    "ids, message",
    [
        (["7-001-EX"], "is of another spec, or mistyped.* Of ids without an edition"),
        (["7-001-1XX"], "is of another spec, or mistyped: its check letters do not belong to this one$"),
        (["7-001-3EY"], "is of edition 3, but this version knows editions 1 to 2"),
        (["7-001-0EY"], "is of edition 0, but"),
        (["7-001-EY", "7-001-2EY"], r"these ids are of several editions \(1, 2\)"),
        (["7-1EY"], "'7-1EY' is no id; one looks like 7-012-1KQ"),
    ],
)
def test_ids_that_are_none_of_ours(ids: list[str], message: str, tmp_path: Path, grown: None) -> None:
    arguments = [part for id in ids for part in ("--id", id)]
    ran = CliRunner().invoke(app, ["variants", str(ONE_DECIMAL / "spec.toml"), *arguments, "-o", str(tmp_path)])
    assert ran.exit_code == 2 and re.search(message, ran.stderr.strip())


def test_a_key_of_an_edition_to_come(tmp_path: Path) -> None:
    key = read(ONE_DECIMAL / "key.json") | {"edition": 2}
    (tmp_path / "key.json").write_text(json.dumps(key), "utf-8")
    ran = CliRunner().invoke(app, ["mark", str(tmp_path / "key.json"), str(ONE_DECIMAL / "answers.csv")])
    assert ran.exit_code == 2 and "the key is of edition 2, but this version knows editions 1 to 1" in ran.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "old, new",
    [
        ("title =", "title = 'Another'#"),
        ('"sgd"', '"sgd" # words'),
        ("decimals = 1 ", "decimals = 1\ndistinct = true #"),
        ("W1 = [[0.3", "W1 = [[+0.30"),
    ],
)
def test_what_changes_no_numbers_changes_no_id(old: str, new: str) -> None:
    """Titles, remarks, and wishes for what is so anyway."""
    text = (ONE_DECIMAL / "spec.toml").read_text("utf-8")
    assert old in text
    ids = [next(draw(exercise_of(spec, "."), 7, 1)).id for spec in (text, text.replace(old, new, 1))]
    assert ids[0] == ids[1]


@pytest.mark.parametrize(
    "old, new",
    [
        ("b2 = 0.1", "b2 = 0.2"),
        ("places = 1", "places = 2"),
        ('x = "integers -3..3, not 0"\ny = "one decimal"', 'y = "one decimal"\nx = "integers -3..3, not 0"'),
        ('y = "one decimal"', 'y = "integers 1..9"'),
        ("z1 = W1 @ x + b1", "z1 = b1 + W1 @ x"),
        ('h = "on off"', 'h = "off on"'),
        ("decimals = 1", "decimals = 2"),
    ],
)
def test_what_numbers_depend_on_is_in_the_id(old: str, new: str) -> None:
    text = (ONE_DECIMAL / "spec.toml").read_text("utf-8")
    assert old in text
    digests = [Identity(exercise_of(spec, ".")).digest for spec in (text, text.replace(old, new, 1))]
    assert digests[0] != digests[1]
