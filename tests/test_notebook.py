"""Notebooks: valid, run from top to bottom with NumPy alone, and every number is the derivation's."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from derivation.deriving import derive
from derivation.formulas.operations import TABLE
from derivation.pages.formats.notebook import notebook
from derivation.pages.formats.numpy_code import PRIMITIVES
from derivation.spec.reader import load

EXAMPLES = Path(__file__).parents[1] / "examples"
SPECS = sorted(EXAMPLES.glob("*.toml"))


def code(text: str) -> str:
    return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code")


def test_every_operation_can_be_written() -> None:
    assert set(PRIMITIVES) == {row.name for row in TABLE.values() if row.definition is None}


@pytest.mark.many(5)
@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.stem)
def test_a_notebook_runs_and_agrees(spec: Path, tmp_path: Path) -> None:
    text = notebook(derive(load(spec)))
    program = tmp_path / "cells.py"
    program.write_text(code(text), "utf-8")
    run = subprocess.run([sys.executable, "-W", "error", str(program)], capture_output=True, text=True, cwd=tmp_path)
    assert run.returncode == 0, run.stderr[-2000:]
    assert "quantities agree with the derivation" in run.stdout
    assert "derivation" not in code(text).replace("agree with the derivation", "")


def test_a_wrong_number_is_found(tmp_path: Path) -> None:
    program = code(notebook(derive(load(EXAMPLES / "two-two-one.toml")))).replace(
        "dL_dyhat = yhat - y", "dL_dyhat = y - yhat"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.returncode and "AssertionError" in run.stderr


def test_the_form_is_valid() -> None:
    nbformat = pytest.importorskip("nbformat", reason="nbformat judges the notebook's form")
    for spec in SPECS[:5]:
        nbformat.validate(json.loads(notebook(derive(load(spec)))))
