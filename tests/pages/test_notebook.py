"""Notebooks: valid, run from top to bottom with NumPy alone, and every number is the derivation's."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import operation_examples
import pytest
from flint import arb

from derivation.deriving import derive
from derivation.formulas.arrays import Array
from derivation.formulas.operations import TABLE
from derivation.pages.formats.notebook import notebook
from derivation.pages.formats.numpy_code import Code, helpers_source
from derivation.spec.reader import load, loads

EXAMPLES = Path(__file__).parents[2] / "examples"
SPECS = sorted(EXAMPLES.glob("*.toml"))


def code(text: str) -> str:
    return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code")


def as_python(array: Array) -> str:
    rows = [[float(arb(x).mid()) for x in row] for row in array.rows]
    return f"np.array({rows})" if array.shape else str(rows[0][0])


def test_every_operation_is_written_so_that_numpy_agrees(tmp_path: Path) -> None:
    """The example of each row, worked by NumPy in one program and by the derivation."""
    lines, functions, helpers = list[str](), dict[str, str](), set[str]()
    for row in TABLE.values():
        worked = derive(loads(operation_examples.spec(row)))
        network = worked.network
        code = Code(network.shapes, functions, helpers)
        lines += [f"{name} = {as_python(worked.values[name])}" for name in network.data]
        lines += [f"{name} = {code.write(equation)}" for name, equation in network.equations.items()]
        lines.append(f"assert np.allclose(out, {as_python(worked.values['out'])}, rtol=1e-12), {row.name!r}")
    program = tmp_path / "rows.py"
    imports = ["import math", "import numpy as np", helpers_source(helpers), *functions.values()]
    program.write_text("\n".join([*imports, *lines]), "utf-8")
    run = subprocess.run([sys.executable, "-W", "error", str(program)], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-2000:]


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
