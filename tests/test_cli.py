"""The command line: exit codes, messages, and files that are whole or not there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from places import ROOT

EXAMPLE = ROOT / "examples" / "two-two-one.toml"


def run(*args: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from derivation.cli import app; app()", *map(str, args)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, env={**os.environ, **environment}, check=False)


def test_a_handout_goes_into_output(tmp_path: Path) -> None:
    done = run("handout", EXAMPLE, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["wrote", "output/two-two-one.pdf"]
    assert (tmp_path / "output" / "two-two-one.pdf").read_bytes().startswith(b"%PDF")
    assert [path.name for path in (tmp_path / "output").iterdir()] == ["two-two-one.pdf"]


def test_the_format_comes_from_the_ending(tmp_path: Path) -> None:
    assert run("handout", EXAMPLE, "-o", "x.json", cwd=tmp_path).returncode == 0
    assert json.loads((tmp_path / "x.json").read_text())["schema"] == 1


def test_standard_output(tmp_path: Path) -> None:
    done = run("handout", EXAMPLE, "-o", "-", "--format", "md", cwd=tmp_path)
    assert done.stdout.startswith("# One training step") and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[model]\nequations = "z = sigmod(x)"\n[data]\nx = 1\n', "did you mean 'sigmoid'"),
        ('[model]\nequations = "z = 1 / (x - 1)"\n[data]\nx = 1\n', "z has no value at these numbers: division by zero"),
        ('[model]\nequations = "z = log(x)"\n[data]\nx = -1\n', "z has no value at these numbers: the logarithm of a number that is not positive"),
        ('[model]\nequations = "z = sqrt(x)"\n[data]\nx = -1\n', "the square root of a negative number"),
        ('[model]\nloss = "L"\nequations = "L = exp(exp(x))"\n[parameters]\nx = 200\n', "too large"),
        ("[model\n", "this is not TOML"),
    ],
)
def test_bad_input_leaves_the_old_file_alone(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(text)
    (tmp_path / "bad.md").write_text("old")
    done = run("handout", "bad.toml", "-o", "bad.md", cwd=tmp_path)
    assert done.returncode == 2 and message in done.stderr and "Traceback" not in done.stderr
    assert (tmp_path / "bad.md").read_text() == "old"


def test_a_failing_tex_exits_with_3_and_writes_nothing(tmp_path: Path) -> None:
    fake = tmp_path / "bin" / "pdflatex"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    done = run("handout", EXAMPLE, "-o", "x.pdf", cwd=tmp_path, PATH=f"{fake.parent}:{os.environ['PATH']}")
    assert done.returncode == 3 and "failed" in done.stderr and not (tmp_path / "x.pdf").exists()


def test_a_title_that_tex_cannot_set(tmp_path: Path) -> None:
    (tmp_path / "spec.toml").write_text('title = "Netz 漢"\n[model]\nequations = "z = 2 * x"\n[data]\nx = 1\n', "utf-8")
    done = run("handout", "spec.toml", "-o", "x.pdf", cwd=tmp_path)
    assert done.returncode == 3 and "cannot set the character 漢" in done.stderr
    assert run("handout", "spec.toml", "-o", "x.md", cwd=tmp_path).returncode == 0


def test_an_indexed_entry_gets_its_number(tmp_path: Path) -> None:
    (tmp_path / "spec.toml").write_text('[model]\nloss = "L"\nequations = "L = w[0] * w[1] + max(w)"\n[parameters]\nw = [0.5, 3]\n')
    done = run("handout", "spec.toml", "-o", "-", "--format", "md", cwd=tmp_path)
    assert done.returncode == 0 and r"0.5 \cdot 3 +" in done.stdout


def test_bad_calls(tmp_path: Path) -> None:
    assert run("handout", EXAMPLE, "--format", "docx", cwd=tmp_path).returncode == 2
    assert run("handout", EXAMPLE, "--theme", "baroque", cwd=tmp_path).returncode == 2
    assert run("handout", "nothing.toml", cwd=tmp_path).returncode == 2
    (tmp_path / "file").write_text("")
    blocked = run("handout", EXAMPLE, "-o", "file/x.md", cwd=tmp_path)
    assert blocked.returncode == 2 and "cannot be made" in blocked.stderr
    (tmp_path / "x.md").mkdir()
    assert "it is a folder" in run("handout", EXAMPLE, "-o", "x.md", cwd=tmp_path).stderr


def test_a_warning_does_not_stop_the_handout(tmp_path: Path) -> None:
    (tmp_path / "spec.toml").write_text('[model]\nequations = "z = 2 * x"\n[data]\nx = 1\nk = 3\n')
    done = run("handout", "spec.toml", "-o", "-", "--format", "md", cwd=tmp_path)
    assert done.returncode == 0 and "'k' is given a value but never used" in done.stderr


def test_a_kink_is_said_in_a_footnote(tmp_path: Path) -> None:
    (tmp_path / "spec.toml").write_text(
        '[model]\nloss = "L"\nequations = """\nz = w * x\nh = relu(z)\nL = h + z\n"""\n[parameters]\nw = [1, 0]\n[data]\nx = 2\n'.replace(
            "L = h + z", "L = sum(h + z)"
        )
    )
    done = run("handout", "spec.toml", "-o", "-", "--format", "md", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "$z_2$ is exactly 0. ReLU has no derivative there; by convention it is taken as 0." in done.stdout


def test_the_api_of_the_readme(tmp_path: Path) -> None:
    text = f"import derivation; d = derivation.derive(derivation.load({str(EXAMPLE)!r})); print(d.gradients['W1'].entries)"
    done = subprocess.run([sys.executable, "-c", text], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(-5/8, -5/4, 3/8, 3/4)"


def test_what_is_not_proved_stops_the_handout_or_is_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from derivation.cli import app
    from derivation.proving import vanishes

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(vanishes, "verdict", lambda expression: "failed")
    stopped = CliRunner().invoke(app, ["handout", str(EXAMPLE), "-o", "x.md"])
    assert stopped.exit_code == 2 and r"not proved: z^{(1)} = W^{(1)} x + b^{(1)}" in stopped.output and not (tmp_path / "x.md").exists()
    marked = CliRunner().invoke(app, ["handout", str(EXAMPLE), "-o", "x.md", "--unproved"])
    assert marked.exit_code == 0
    page = (tmp_path / "x.md").read_text("utf-8")
    assert r"W^{(1)} x + b^{(1)} \quad (\text{unproved})" in page and "could not be proved by SymPy" in page


def test_a_refuted_line_stops_the_handout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from typer.testing import CliRunner

    from derivation.cli import app
    from derivation.operations import TABLE

    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(TABLE, "relu", replace(TABLE["relu"], reverse=("-(G * relu_prime(a))",)))
    done = CliRunner().invoke(app, ["handout", str(EXAMPLE), "-o", "x.pdf", "--unproved"])
    assert done.exit_code == 2 and "SymPy refutes this line" in done.output and list(tmp_path.iterdir()) == []
