"""The action for GitHub and the hook for pre-commit: read as what they are, and run as far as they are commands."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from places import ROOT

from derivation.checking.sources.find import ENDINGS

WRONG, RIGHT = "Two: $2 + 2 = 5$\n", "Two: $2 + 2 = 4$\n"


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


@pytest.fixture
def runner(tmp_path: Path) -> dict[str, str]:
    """The environment of a runner on which the action is installed, in a folder with two articles."""
    bin = tmp_path / "temp" / "derivation" / "bin"
    bin.mkdir(parents=True)
    program = bin / "derivation"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m derivation "$@"\n')
    program.chmod(0o755)
    (tmp_path / "notes" / "deep").mkdir(parents=True)
    (tmp_path / "notes" / "right.md").write_text(RIGHT)
    (tmp_path / "notes" / "deep" / "a wrong one.md").write_text(WRONG)
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PATH": f"{bin}{os.pathsep}{os.environ['PATH']}",
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "GITHUB_OUTPUT": str(tmp_path / "outputs"),
    }


def checked(folder: Path, runner: dict[str, str], articles: str, form: str) -> subprocess.CompletedProcess[str]:
    """What the action's check does, as its runner runs it: `bash --noprofile --norc -eo pipefail`."""
    step = next(step for step in read("action.yml")["runs"]["steps"] if step.get("id") == "check")
    values = {"articles": articles, "format": form}
    given = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: values[found[1]], text)
        for name, text in step["env"].items()
    }
    assert step["shell"] == "bash" and "${{" not in step["run"], "what a user gives is no part of the script"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder,
        env={**runner, **given},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_action_is_one() -> None:
    action = read("action.yml")
    assert action["runs"]["using"] == "composite" and action["name"] and action["description"]
    steps = action["runs"]["steps"]
    assert all("shell" in step for step in steps if "run" in step) and all(
        ("run" in step) != ("uses" in step) for step in steps
    )
    asked = set(re.findall(r"\$\{\{ inputs\.([\w-]+) \}\}", (ROOT / "action.yml").read_text("utf-8")))
    assert asked == action["inputs"].keys()
    assert all(one.get("required") or "default" in one for one in action["inputs"].values())
    install = next(step for step in steps if step.get("name") == "Install")
    assert '-c "$ACTION/constraints.txt" "$ACTION"' in install["run"]


def test_the_action_marks_what_is_wrong(tmp_path: Path, runner: dict[str, str]) -> None:
    done = checked(tmp_path, runner, "notes/*.md notes/deep/*.md", "github")
    assert done.returncode == 1 and not done.stderr
    assert done.stdout.startswith("::error file=notes/deep/a wrong one.md,line=1,col=15,")
    assert checked(tmp_path, runner, "notes/**/right.md", "github").returncode == 0


def test_the_action_writes_a_report_for_code_scanning(tmp_path: Path, runner: dict[str, str]) -> None:
    done = checked(tmp_path, runner, "notes/**/*.md", "sarif")
    assert done.returncode == 1
    assert (tmp_path / "outputs").read_text() == "report=derivation.sarif\n"
    report = json.loads((tmp_path / "derivation.sarif").read_text("utf-8"))
    assert [result["level"] for result in report["runs"][0]["results"]] == ["error"]


def test_the_action_executes_nothing_that_it_is_given(tmp_path: Path, runner: dict[str, str]) -> None:
    checked(tmp_path, runner, "$(touch made) `touch made` ; touch made", "github")
    assert not (tmp_path / "made").exists()


def test_the_hook_checks_the_files_it_is_given(tmp_path: Path, runner: dict[str, str]) -> None:
    (hook,) = read(".pre-commit-hooks.yaml")
    assert hook["id"] == "derivation-check" and hook["language"] == "python" and hook["name"] and hook["description"]
    assert all(re.search(hook["files"], f"notes/a{ending}") for ending in (".md", ".tex", ".qmd", ".ipynb"))
    assert not re.search(hook["files"], "notes/a.py")
    assert {re.sub(r"\W", "", ending) for ending in re.findall(r"\w+", hook["files"].partition("(")[2])} <= {
        ending[1:] for ending in ENDINGS
    }
    for article, code in (("notes/right.md", 0), ("notes/deep/a wrong one.md", 1)):
        command = [*shlex.split(hook["entry"]), article]
        assert subprocess.run(command, cwd=tmp_path, env=runner, capture_output=True, check=False).returncode == code


@pytest.mark.slow
def test_pre_commit_takes_the_hook(tmp_path: Path) -> None:
    """The repository's own check of hooks."""
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml"]
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
