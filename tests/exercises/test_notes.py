"""What `variants` says beside its files."""

from __future__ import annotations

from pathlib import Path

import pytest
from places import ROOT
from typer.testing import CliRunner

from derivation.checking.rewriting.renumber import BadChange, renumber
from derivation.cli.app import app
from derivation.exercises.exercise.exercise import exercise_of
from derivation.exercises.search.solve import one_pattern

EXAMPLE = ROOT / "examples" / "two-two-one.toml"


def said(folder: Path, *more: str) -> str:
    done = CliRunner().invoke(app, ["variants", str(EXAMPLE), "--format", "json", "-o", str(folder), *more])
    assert done.exit_code == 0, done.output
    return done.stderr


def test_a_single_sheet_is_said_to_be_one(tmp_path: Path) -> None:
    assert "note: one sheet is made; --count 30 makes thirty" in said(tmp_path / "one")
    assert "one sheet" not in said(tmp_path / "two", "--count", "2")


@pytest.mark.parametrize(
    ("wish", "notes"), [("", 1), ('relu = "mixed"', 0), ('branches = "any"', 0), ("decimals = 3", 1)]
)
def test_units_that_are_alike_in_all_variants_are_noted(wish: str, notes: int) -> None:
    exercise = exercise_of(f"{EXAMPLE.read_text()}\n[variants]\n{wish}\n", str(EXAMPLE.parent))
    found = list(one_pattern(exercise))
    assert len(found) == notes
    assert all("the same units of h are on and off" in note for note in found)


def test_renumber_says_which_inputs_there_are() -> None:
    with pytest.raises(BadChange, match=r"gives no input 'q'; its inputs are w, b, x, y, eta"):
        renumber(str(ROOT / "examples" / "slip.md"), {"q": "3"})
