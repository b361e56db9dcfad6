"""Who may touch what: what import-linter's contracts (`pyproject.toml`) cannot say, read from the source."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path

import pytest

from derivation.exercises.batch.products import FORMATS as VARIANTS
from derivation.exercises.exports import EXPORTS

PACKAGE = Path(__file__).parents[2] / "derivation"
TESTS = PACKAGE.parent / "tests"
NO_ROOMS = {"whole", "helpers", "fuzz", "articles", "golden", "keys"}
"""Folders of tests that judge more than a room, help, hunt, or hold what tests read."""
FILES = sorted(PACKAGE.rglob("*.py"))
HEAVY = {
    "sympy",
    "mpmath",
    "pydantic",
    "jinja2",
    "pylatex",
    "numpy",
    "fontTools",
    "rich",
    "distributed",
    "torch",
    "onnx",
    "pygls",
}
LATE = 38
"""Imports inside functions, of which there are fewer."""
LINES = 400
"""Of a file, at most."""


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


MODULES = {dotted(path): path for path in FILES}


def imported(node: ast.AST) -> set[str]:
    """What an import statement imports: modules, ours wherever a name is one."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        assert not node.level, "imports of ours are absolute"
        inside = {f"{node.module}.{alias.name}" for alias in node.names}
        return {name if name in MODULES else str(node.module) for name in inside}
    return set()


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """A file's source."""
    return tuple(ast.walk(ast.parse(path.read_text("utf-8"))))


@cache
def imports(path: Path) -> frozenset[str]:
    """Everything that a file imports, wherever it does so, and for whatever reason."""
    return frozenset().union(*map(imported, nodes(path)))


def users(module: str) -> set[str]:
    return {
        path.relative_to(PACKAGE).as_posix()
        for path in FILES
        if any(name == module or name.startswith(module + ".") for name in imports(path))
    }


def order(graph: dict[str, set[str]]) -> list[str]:
    return list(TopologicalSorter(graph).static_order())


def rooms(depth: int) -> dict[str, set[str]]:
    """Which parts of the package import which, the parts named by so many words."""
    graph: dict[str, set[str]] = {}
    for name, path in MODULES.items():
        own = ".".join(name.split(".")[:depth])
        others = {".".join(other.split(".")[:depth]) for other in imports(path) if other in MODULES}
        graph.setdefault(own, set()).update(others - {own})
    return graph


@pytest.mark.parametrize("depth", [9, 3, 2])
def test_nothing_imports_in_a_circle(depth: int) -> None:
    """Files, the rooms within rooms, the rooms. The package itself names what `api` has, when it is asked for a
    name."""
    graph = rooms(depth)
    graph["derivation"] -= {"derivation.api"}
    assert len(order(graph)) == len(graph)


def test_a_circle_is_seen() -> None:
    graph = rooms(9)
    graph["derivation.formulas.terms"] |= {"derivation.deriving"}
    with pytest.raises(CycleError):
        order(graph)


def test_the_contracts_hold() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command, "--no-cache"], cwd=PACKAGE.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_file_is_long() -> None:
    """A file that has grown is two things: each gets a name that a reader would look for."""
    lengths = {dotted(path): len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert {name: length for name, length in lengths.items() if length > LINES} == {}


def test_tests_mirror_the_rooms() -> None:
    """What judges a room stands in the folder of its name, and each room has one; what judges the whole is in
    `whole`."""
    own = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    files = [path.relative_to(TESTS) for path in TESTS.glob("*/**/*") if path.is_file() and path.suffix != ".pyc"]
    assert {path.parts[0] for path in files} == own | NO_ROOMS
    assert {path.relative_to(TESTS).parent.as_posix() for path in TESTS.rglob("test_*.py")} == own | {"whole"}


def test_late_imports_are_few_and_heavy() -> None:
    """An import inside a function is there for its weight: a library, or what loads one."""
    late = [
        (dotted(path), name)
        for path in FILES
        for function in nodes(path)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        for name in imported(node)
    ]
    ours = {(user, name) for user, name in late if name.startswith("derivation")}
    assert len(late) < LATE
    assert ours == {
        ("derivation", "derivation.api"),  # pydantic
        ("derivation.__main__", "derivation.cli.app"),  # signals are answered before anything is loaded
        ("derivation.api", "derivation.exercises.plan.table"),  # pydantic's models of [variants]
        ("derivation.api", "derivation.pages.formats.markdown"),  # jinja2
        ("derivation.api", "derivation.models.tracing"),  # PyTorch
        ("derivation.api", "derivation.pages.formats.display"),
        ("derivation.api", "derivation.pages.formats.page"),
        ("derivation.api", "derivation.pages.formats.tex"),  # PyLaTeX
        ("derivation.check", "derivation.checking.reports.html"),  # jinja2
        ("derivation.checking.article", "derivation.checking.sheets.report"),  # nothing that an article needs
        ("derivation.check", "derivation.checking.reports.text"),  # Typer
        ("derivation.cli.handout", "derivation.pages.formats.tex"),  # PyLaTeX
        ("derivation.cli.importing", "derivation.models.arrays"),  # NumPy
        ("derivation.cli.importing", "derivation.models.taking"),
        ("derivation.cli.lsp", "derivation.editors.server"),  # pygls
        ("derivation.models.taking", "derivation.models.onnx_file"),  # onnx
        ("derivation.mistakes.edits", "derivation.networks.update"),  # every optimizer; the checker reads the table too
        ("derivation.proving.prover", "derivation.proving.vanishes"),  # SymPy
        ("derivation.formulas.language.resolve", "derivation.formulas.language.stacks.rules"),  # as much as the rest
        ("derivation.exercises.batch.products", "derivation.exercises.sheets.document"),  # PyLaTeX, SymPy
        ("derivation.exercises.batch.products", "derivation.exercises.sheets.binding"),  # pikepdf
    }


def test_every_public_name_of_the_design_can_be_imported() -> None:
    from derivation import Derivation, ModelError, SpecError, derive, from_torch, load, loads, network, prove
    from derivation.check import check, check_text

    assert all(map(callable, (Derivation, ModelError, SpecError, derive, from_torch, load, loads, network, prove)))
    assert callable(check)
    worked = prove(derive(loads('[model]\nequations = "f = 2 * x"\n[data]\nx = 0.5')))
    assert isinstance(worked, Derivation) and worked.values["f"].entries == (1,)
    assert worked._repr_markdown_().startswith("# ") and worked._repr_latex_().startswith("$$")
    assert check_text("$2 + 2 = 5$").wrong


def test_rows_say_where_a_thing_lives() -> None:
    for module in ("derivation.cli.app:COMMANDS", "derivation.pages.formats:FORMATS", "derivation.handwriting:HAND", "derivation.deriving.on_request.views:VIEWS", "derivation.checking.reports:FORMATS", "derivation.exercises.marking.reports:FORMATS"):  # fmt: skip
        home, _, name = module.partition(":")
        registry = getattr(import_module(home), name)
        assert registry and all(callable(registry[key]) for key in registry)
    assert [*EXPORTS] and all(EXPORTS[key].makers and callable(EXPORTS[key].files) for key in EXPORTS)
    assert [*VARIANTS] == ["pdf", *EXPORTS, "json"] and all(VARIANTS[key] for key in VARIANTS)


def test_sympy_only_judges() -> None:
    found = users("sympy")
    assert found and all(path.startswith("proving/") or path == "formulas/operations/algebras.py" for path in found)


def test_one_module_starts_programs() -> None:
    assert users("subprocess") == {"pages/typesetting/engine.py"}


def test_only_data_files_and_models_need_numpy() -> None:
    assert {path for path in users("numpy") if not path.startswith("models/")} == {"spec/files.py"}
    assert users("torch") == {"models/tracing.py"}


def test_only_exercises_and_the_hand_draw_random_numbers() -> None:
    """From a seed, so that a page can be made again as it was; nothing draws from the common source."""
    hands = {"handwriting/fonts/fonts.py", "handwriting/ink/pen.py", "handwriting/ink/waver.py"}
    assert users("random") == hands | {"exercises/search/solve.py"}
    for path in hands:
        assert "import random" not in (PACKAGE / path).read_text("utf-8")


@pytest.mark.parametrize("word", ["eval", "exec", "sympify", "parse_expr", "compile", "__import__"])
def test_nothing_executes_text(word: str) -> None:
    for path in FILES:
        calls = [node for node in nodes(path) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == word]
        assert not calls, path


@pytest.mark.parametrize(
    "work", ["import derivation", "from derivation.__main__ import main; import derivation.cli.app"]
)
def test_what_costs_nothing_loads_nothing_heavy(work: str) -> None:
    heavy = HEAVY - ({"pydantic", "rich"} if "cli" in work else set())  # Typer's own
    subprocess.run([sys.executable, "-c", f"{work}; import sys; assert not {heavy} & set(sys.modules)"], check=True)


def test_the_checker_starts_no_sympy() -> None:
    text = "from derivation.check import check_text; import sys; assert check_text('$1 + 1 = 3$').wrong"
    subprocess.run([sys.executable, "-c", f"{text}; assert not {{'sympy', 'pydantic'}} & set(sys.modules)"], check=True)


def test_commands_that_set_nothing_load_no_tex() -> None:
    """An error of TeX's is known without its engine."""
    text = (
        "import sys, derivation.cli.check, derivation.cli.mark; from derivation.check import check_text; "
        "from derivation.checking.reports import FORMATS; assert FORMATS['json']([check_text('$1 + 1 = 3$')]); "
        "assert not {'derivation.pages.typesetting.engine', 'pylatex'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", text], check=True)


def test_a_printed_document_loads_no_hand_no_view_and_no_socket() -> None:
    """Nor what writes pages for a browser: what a command does not use costs it nothing."""
    unused = {
        "ssl",
        "http.client",
        "urllib.request",
        "derivation.handwriting.fonts.fonts",
        "derivation.deriving.on_request.hessian",
        "derivation.pages.figures.svg",
    }
    text = (
        "import sys, derivation; from derivation.pages.formats import FORMATS; "
        "made = derivation.derive(derivation.loads('[model]\\nequations = \"f = 2 * x\"\\n[data]\\nx = 0.5')); "
        f"assert FORMATS['tex'](made) and FORMATS['md'](made); assert not {unused} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", text], check=True)


def test_templates_hold_no_arithmetic() -> None:
    code = re.compile(r"\(\((.*?)\)\)|\{\{(.*?)\}\}|[({]%-?\s*(?:set|if|for|elif)(.*?)%[)}]", re.DOTALL)
    for path in (PACKAGE.parent / "templates").rglob("*.j2"):
        for found in code.findall(path.read_text("utf-8")):
            assert not re.search(r"[-+*/]\s*\d", re.sub(r"\[-?\d+\]|\"[^\"]*\"", "", "".join(found))), (path, found)
