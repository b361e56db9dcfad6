"""What the benchmarks ask for is there: they are run by hand, and a name that has moved shows in none of their figures."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest
from places import ROOT

BENCHMARKS = sorted((ROOT / "benchmarks").rglob("*.py"))


@pytest.mark.parametrize("path", BENCHMARKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_name_that_a_benchmark_imports_of_ours_exists(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("derivation"):
            module = import_module(str(node.module))
            for name in (alias.name for alias in node.names):
                assert hasattr(module, name) or import_module(f"{node.module}.{name}"), (node.module, name)
