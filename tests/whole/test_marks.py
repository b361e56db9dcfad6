"""What `make check` leaves out: tests that run TeX and do not say so fail there, and of many cases a few are
drawn."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from places import ROOT
from without_tex import REFUSAL

TESTS = r"""
import subprocess, sys
import pytest
from derivation.pages.typesetting.engine import compile_pdf, engines
from derivation.pages.typesetting.failure import TexError

PAGE = r"\documentclass{article}\begin{document}x\end{document}"
RUN = "from derivation.pages.typesetting.engine import compile_pdf; compile_pdf('x')"

def test_here():
    with pytest.raises(TexError):
        compile_pdf(PAGE)

def test_in_another_process():
    assert subprocess.run([sys.executable, "-c", RUN], capture_output=True).returncode == 1

def test_nothing():
    assert [engine.source for engine in engines()] == ["system", "system"]

@pytest.mark.tex
def test_that_says_so():
    compile_pdf(PAGE)

@pytest.mark.slow
def test_for_long():
    pass

@pytest.mark.parametrize("x", range(5))
def test_many(x):
    pass

@pytest.mark.slices(1)
@pytest.mark.parametrize("x", range(5))
def test_many_long_ones(x):
    pass

def test_in_a_browser(browser):
    assert browser
"""


def test_what_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    path = os.pathsep.join([str(ROOT / "tests"), str(ROOT / "tests" / "helpers"), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "conftest", "-q", "-rA", "--rootdir", tmp_path, "-m", "not tex and not browser and not slow", "--cases", "2"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": path, "COLUMNS": "300"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = [line for line in done.stdout.splitlines() if line.startswith(("PASSED", "FAILED", "ERROR"))]
    assert [line for line in said if line.startswith("ERROR")] == [
        f"ERROR test_it.py::test_here - Failed: {REFUSAL}",
        f"ERROR test_it.py::test_in_another_process - Failed: {REFUSAL}",
    ]
    assert done.stdout.splitlines()[-1].startswith("6 passed, 10 deselected"), done.stdout
