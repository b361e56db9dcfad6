"""The package as it is handed on: what is in it, and that it works where nothing else of ours is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from places import EXAMPLES, ROOT

from derivation.version import VERSION

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as opened:
        yield opened


def metadata(wheel: zipfile.ZipFile) -> Message:
    return message_from_bytes(wheel.read(next(name for name in wheel.namelist() if name.endswith("/METADATA"))))


@pytest.mark.slow
def test_the_wheel_has_templates_lessons_and_types(wheel: zipfile.ZipFile) -> None:
    files = set(wheel.namelist())
    assert {f"derivation/examples/{path.name}" for path in EXAMPLES} <= files
    ours = [path for folder in ("templates", "examples") for path in (ROOT / folder).rglob("*") if path.is_file()]
    assert {f"derivation/{path.relative_to(ROOT).as_posix()}" for path in ours} <= files
    assert "derivation/py.typed" in files and "derivation/words/telling.py" in files
    assert not [name for name in files if not name.startswith(("derivation/", "derivation_handouts-"))]


@pytest.mark.slow
def test_what_the_wheel_says_of_itself(wheel: zipfile.ZipFile) -> None:
    said = metadata(wheel)
    assert (said["Name"], said["Version"], said["License-Expression"]) == ("derivation-handouts", VERSION, "MIT")
    assert said["License-File"] == "LICENSE" and said["License"] is None  # PEP 639
    assert "Typing :: Typed" in said.get_all("Classifier", [])
    assert not [text for text in said.get_all("Classifier", []) if text.startswith("License ::")]


@pytest.mark.slow
def test_the_sdist_has_what_it_takes(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as opened:
        files = {name.partition("/")[2] for name in opened.getnames()}
    wanted = {"LICENSE", "CITATION.cff", "CONTRIBUTING.md", "SECURITY.md", "Makefile", "constraints.txt", "examples/xor.toml", "tests/conftest.py", "output/page-1.png"}  # fmt: skip
    assert wanted <= files
    assert not [name for name in files if name.startswith((".venv", "site/", "tests/fuzz/finds"))]


@pytest.mark.slow
def test_installed_from_the_wheel_it_works_in_an_empty_folder(built: Path, tmp_path: Path) -> None:
    """In an environment of its own, which borrows nothing but the libraries it needs; nothing is downloaded."""
    venv.create(tmp_path / "env", symlinks=os.name != "nt")
    commands = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    target = subprocess.run(
        [commands / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    install = ["install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check"]
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", commands / "python", *install, next(built.glob("*.whl"))], check=True
    )
    Path(target, "libraries.pth").write_text(str(Path(pytest.__file__).parents[1]))
    here = tmp_path / "here"
    here.mkdir()
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}

    def run(*words: str) -> str:
        done = subprocess.run(
            [commands / "derivation", *words], cwd=here, env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    where = "import derivation; print(derivation.__file__)"
    found = subprocess.run([commands / "python", "-c", where], cwd=here, env=environment, capture_output=True, text=True, check=True)  # fmt: skip
    assert str(tmp_path / "env") in found.stdout
    assert run("--version") == f"derivation {VERSION}\n"
    assert len(run("new", "--list").splitlines()) >= len(EXAMPLES)
    assert run("new", "x", "--like", "xor").startswith("wrote x.toml")
    assert run("handout", "x.toml", "-o", "x.md") == "wrote x.md\n"
    assert (here / "x.md").read_text("utf-8").startswith("# XOR: one step on all four inputs")
    assert run("handout", "x.toml", "-o", "x.html") == "wrote x.html\n"


def test_the_citation_is_of_this_version() -> None:
    lines = (ROOT / "CITATION.cff").read_text("utf-8").splitlines()
    assert f'version: "{VERSION}"' in lines and "license: MIT" in lines


WORKFLOW = ".github/workflows/checks.yml"


@pytest.mark.parametrize(
    ("schema", "file"),
    [("github-workflows", WORKFLOW), ("citation-file-format", "CITATION.cff")],
    ids=["workflow", "citation"],
)
def test_files_that_others_read_are_valid(schema: str, file: str, tmp_path: Path) -> None:
    """By schemas that the tool brings along."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]
    assert subprocess.run([*command, ROOT / file], capture_output=True, check=False).returncode == 0
    (tmp_path / "wrong").write_text("jobs: 3\n")
    assert subprocess.run([*command, tmp_path / "wrong"], capture_output=True, check=False).returncode == 1


def test_the_workflow_asks_for_what_the_package_promises() -> None:
    """Each Python and each system of the classifiers; and the docs say that not all of them have been run."""
    text = (ROOT / WORKFLOW).read_text("utf-8")
    pythons = [found[1] for kind in PROJECT["classifiers"] if (found := re.match(r".*Python :: (3\.\d+)$", kind))]
    assert f"python: {json.dumps(pythons)}" in text
    assert "system: [ubuntu-latest, macos-latest, windows-latest]" in text
    assert sum(kind.startswith("Operating System ::") for kind in PROJECT["classifiers"]) == 3
    assert "nothing has been run yet" in (ROOT / "docs" / "install.md").read_text("utf-8")


def test_every_library_has_a_version_to_be_tested_with() -> None:
    """In `constraints.txt`, so that everybody who develops has the same."""
    pinned = {
        line.partition("==")[0].lower().replace("_", "-") for line in (ROOT / "constraints.txt").read_text().split()
    }
    asked = PROJECT["dependencies"] + [text for some in PROJECT["optional-dependencies"].values() for text in some]
    names = {text.partition(";")[0].partition(">")[0].partition("=")[0].strip().lower() for text in asked}
    assert names - pinned <= {"torch"}  # for whoever converts models of theirs
