"""Keys and sheets that were handed out once are marked and rebuilt for ever."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from places import ROOT
from typer.testing import CliRunner

from derivation.cli.app import app

HANDED_OUT = sorted(path.parent for path in (ROOT / "tests" / "keys").glob("*/key.json"))
SHEET, GIVEN = (
    re.compile(r"^Sheet \*\*(.+?)\*\*", re.MULTILINE),
    re.compile(r"^\$\$\n(.*?)\n\$\$", re.DOTALL | re.MULTILINE),
)
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
