"""Who may touch what: the import rules of the design, read from the source."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "derivation"
FILES = sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Every module that a file imports, ours with the package's name in front."""
    found = set()
    inside = path.relative_to(PACKAGE.parent).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(inside[: len(inside) - node.level]) if node.level else ""
            found.add(f"{base}.{node.module}".strip(".") if node.module else base)
            found |= {f"{base}.{node.module or ''}.{alias.name}".replace("..", ".").strip(".") for alias in node.names} if node.level else set()
    return found


def users(module: str) -> set[str]:
    return {path.relative_to(PACKAGE).as_posix() for path in FILES if any(name == module or name.startswith(module + ".") for name in imports(path))}


def test_terms_and_walkthrough_import_only_each_other() -> None:
    for name in ("terms.py", "walkthrough.py"):
        ours = {module for module in imports(PACKAGE / name) if module.startswith("derivation") and "render" not in module}
        assert ours <= {"derivation", "derivation.formulas.terms", "derivation.formulas.terms.Term", "derivation.networks.walkthrough"}


def test_sympy_only_judges() -> None:
    assert users("sympy") <= {"proof.py", "operations/algebras.py", "proving/vanishes.py"}


def test_one_module_starts_programs() -> None:
    assert users("subprocess") == {"render/engine.py"}


def test_only_data_files_need_numpy() -> None:
    assert users("numpy") == {"files.py"}


def test_only_variants_and_the_hand_draw_random_numbers() -> None:
    """From a seed, so that a page can be made again as it was; nothing draws from the common source."""
    assert users("random") == {"variants/solve.py", "hand/fonts.py", "hand/pen.py", "hand/waver.py"}
    for path in ("hand/fonts.py", "hand/pen.py", "hand/waver.py"):
        assert imports(PACKAGE / path) >= {"random"} and "import random" not in (PACKAGE / path).read_text("utf-8")


def test_the_hand_knows_no_network() -> None:
    for path in (PACKAGE / "hand").glob("*.py"):
        assert all(module.startswith("derivation.handwriting") for module in imports(path) if module.startswith("derivation")), path


@pytest.mark.parametrize("word", ["eval", "exec", "sympify", "parse_expr", "compile", "__import__"])
def test_nothing_executes_text(word: str) -> None:
    for path in FILES:
        calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == word]
        assert not calls, path


def test_importing_the_package_imports_nothing_heavy() -> None:
    import subprocess
    import sys

    text = "import derivation, sys; assert not {'sympy', 'pydantic', 'pylatex', 'jinja2', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", text], check=True)


def test_templates_hold_no_arithmetic() -> None:
    import re

    for path in (PACKAGE.parent / "templates").rglob("*.j2"):
        for code in re.findall(r"\(\((.*?)\)\)|\{\{(.*?)\}\}", path.read_text("utf-8"), flags=re.DOTALL):
            assert not re.search(r"[-+*/]\s*\d", "".join(code)), path
