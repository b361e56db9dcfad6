"""The command line: exit codes, messages, and files that are whole or not there."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from itertools import product
from pathlib import Path

import pytest
from commands import exit_code, run, started
from places import ROOT

EXAMPLE = ROOT / "examples" / "two-two-one.toml"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.tex
def test_a_handout_goes_into_output(tmp_path: Path) -> None:
    done = started("handout", EXAMPLE, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["wrote", "output/two-two-one.pdf"]
    assert (tmp_path / "output" / "two-two-one.pdf").read_bytes().startswith(b"%PDF")
    assert [path.name for path in (tmp_path / "output").iterdir()] == ["two-two-one.pdf"]


@pytest.mark.slow
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
        (
            '[model]\nequations = "z = 1 / (x - 1)"\n[data]\nx = 1\n',
            "z has no value at these numbers: division by zero",
        ),
        (
            '[model]\nequations = "z = log(x)"\n[data]\nx = -1\n',
            "z has no value at these numbers: the logarithm of a number that is not positive",
        ),
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


@pytest.mark.tex
def test_a_title_that_tex_cannot_set_is_set_in_other_letters(tmp_path: Path) -> None:
    (tmp_path / "spec.toml").write_text('title = "Netz 漢"\n[model]\nequations = "z = 2 * x"\n[data]\nx = 1\n', "utf-8")
    done = run("handout", "spec.toml", "-o", "x.pdf", cwd=tmp_path)
    assert done.returncode == 0 and "no font here has 漢" in done.stderr and "shows 'Netz ¤'" in done.stderr
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF")
    assert run("handout", "spec.toml", "-o", "x.md", cwd=tmp_path).returncode == 0


def test_an_indexed_entry_gets_its_number(tmp_path: Path) -> None:
    (tmp_path / "spec.toml").write_text(
        '[model]\nloss = "L"\nequations = "L = w[0] * w[1] + max(w)"\n[parameters]\nw = [0.5, 3]\n'
    )
    done = run("handout", "spec.toml", "-o", "-", "--format", "md", cwd=tmp_path)
    assert done.returncode == 0 and r"0.5 \cdot 3 +" in done.stdout


@pytest.mark.slow
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
    text = (
        f"import derivation; d = derivation.derive(derivation.load({str(EXAMPLE)!r})); print(d.gradients['W1'].entries)"
    )
    done = subprocess.run([sys.executable, "-c", text], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(-5/8, -5/4, 3/8, 3/4)"


def test_what_is_not_proved_stops_the_handout_or_is_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from derivation.cli.app import app
    from derivation.proving import vanishes

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(vanishes, "verdict", lambda expression: "failed")
    stopped = CliRunner().invoke(app, ["handout", str(EXAMPLE), "-o", "x.md"])
    assert (
        stopped.exit_code == 2
        and r"not proved: z^{(1)} = W^{(1)} x + b^{(1)}" in stopped.output
        and not (tmp_path / "x.md").exists()
    )
    marked = CliRunner().invoke(app, ["handout", str(EXAMPLE), "-o", "x.md", "--unproved"])
    assert marked.exit_code == 0
    page = (tmp_path / "x.md").read_text("utf-8")
    assert r"W^{(1)} x + b^{(1)} \quad (\text{unproved})" in page and "could not be proved by SymPy" in page


@pytest.mark.tex
def test_a_refuted_line_stops_the_handout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from typer.testing import CliRunner

    from derivation.cli.app import app
    from derivation.formulas.operations import TABLE

    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(TABLE, "relu", replace(TABLE["relu"], reverse=("-(G * relu_prime(a))",)))
    done = CliRunner().invoke(app, ["handout", str(EXAMPLE), "-o", "x.pdf", "--unproved"])
    assert done.exit_code == 2 and "SymPy refutes this line" in done.output and list(tmp_path.iterdir()) == []


def pipe_without_reader() -> int:
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def full_device() -> int:
    return os.open("/dev/full", os.O_WRONLY)


SINKS = {
    pipe_without_reader: [141, ""],
    full_device: [2, "standard output cannot be written: No space left on device\n"],
}
SLIP = ROOT / "examples" / "slip.md"


@pytest.mark.parametrize("call", [("--version",), ("check", SLIP), ("handout", "nothing.toml")])
def test_a_command_in_a_fork_is_a_command(call: tuple[object, ...], tmp_path: Path) -> None:
    """The test of the tests: a process that has everything loaded already ends and speaks as one that begins."""
    ended = [way(*call, cwd=tmp_path) for way in (run, started)]
    assert len({(done.returncode, done.stdout, done.stderr) for done in ended}) == 1


@pytest.mark.tex
def test_whoever_does_not_take_the_output_is_told_of_by_the_exit_code(tmp_path: Path) -> None:
    """Not by 1, which is a verdict: these articles have something wrong, and the commands are well."""
    calls = [
        ("handout", "spec.toml", "-o", "-", "--format", "html"),
        ("handout", "spec.toml", "-o", "/dev/stdout", "--format", "md"),
        ("handout", "spec.toml", "-o", "x.md"),
        *(("check", str(SLIP), "--format", form) for form in ("text", "sarif")),
        ("renumber", str(SLIP.parent / "articles" / "one-update.md"), "--set", "y=4"),
        ("--help",),
        ("--version",),
    ]
    (tmp_path / "spec.toml").write_text('[model]\nequations = "z = 2 * x"\n[data]\nx = 1\n')
    for call, sink in product(calls, SINKS):
        reading, complained = os.pipe()
        code = exit_code(call, [sink(), complained], tmp_path, {})
        with os.fdopen(reading, encoding="utf-8") as said:
            told = [code, said.read().replace("/dev/stdout cannot", "standard output cannot")]
        assert told == SINKS[sink], (call, sink.__name__, told)
    assert names(tmp_path) == ["spec.toml", "x.md"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("redirections", "code", "said"),
    [
        (">&- 2>said", 2, "standard output cannot be written: it is closed\n"),
        (">&- 2>&-", 2, ""),
        ("<&- >&- 2>&-", 2, ""),
        (">/dev/null 2>&-", 0, ""),
    ],
)
def test_streams_that_are_closed(redirections: str, code: int, said: str, tmp_path: Path) -> None:
    (tmp_path / "spec.toml").write_text('[model]\nequations = "z = 2 * x"\n[data]\nx = 1\nk = 3\n')
    if not said and code:
        (tmp_path / "spec.toml").write_text("[model\n")
    command = f"{sys.executable} -m derivation handout spec.toml -o - --format json {redirections}"
    assert subprocess.run(["sh", "-c", command], cwd=tmp_path, check=False).returncode == code
    if said:
        assert (tmp_path / "said").read_text().endswith(said)


@pytest.mark.slow
def test_a_command_that_is_told_to_end_leaves_nothing_behind(tmp_path: Path) -> None:
    """While TeX runs, and while SymPy proves: the exit code is the shell's for a program ended by a signal, and nothing
    is said."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pdflatex").write_text("#!/bin/sh\ntouch ../../started\nsleep 60\n")
    (tmp_path / "bin" / "pdflatex").chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "TMPDIR": str(tmp_path / "tmp")}
    (tmp_path / "tmp").mkdir()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        (tmp_path / "started").unlink(missing_ok=True)
        command = [sys.executable, "-m", "derivation", "handout", str(EXAMPLE), "-o", "x.pdf"]
        with subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as running:
            while not (tmp_path / "started").exists():
                assert running.poll() is None
                time.sleep(0.01)
            running.send_signal(number)
            assert running.communicate() == (b"", b"") and running.returncode == 128 + number
    assert names(tmp_path) == ["bin", "started", "tmp"]


def test_what_is_ignored_stays_ignored(tmp_path: Path) -> None:
    """As `nohup` asks for."""
    text = (
        "import os, signal; signal.signal(1, signal.SIG_IGN); from derivation.system.ending import "
        "answer_signals; answer_signals(); os.kill(os.getpid(), 1)"
    )
    assert subprocess.run([sys.executable, "-c", text], check=False).returncode == 0


BAD = os.fsdecode(b"bad\xff")
"""A name that is not UTF-8; the tests look for it as it is shown."""


@pytest.mark.parametrize(
    "form", ["text", "json", "html", "github", "sarif", pytest.param("pdf", marks=pytest.mark.tex)]
)
def test_articles_whose_name_is_not_utf8(form: str, tmp_path: Path) -> None:
    (tmp_path / f"{BAD}.md").write_text("$x = 1$ and $x^2 = 5$\n")
    done = run("check", f"{BAD}.md", "--format", form, "-o", f"report{BAD}", cwd=tmp_path)
    assert (done.returncode, done.stderr, done.stdout) == (1, "", "wrote reportbad\\xff\n")
    raw = (tmp_path / f"report{BAD}").read_bytes()
    shown = {"json": rb"bad\\xff.md", "sarif": b"bad%FF.md", "pdf": b"%PDF"}.get(form, rb"bad\xff.md")
    assert shown in raw and (form not in ("json", "sarif") or json.loads(raw))


@pytest.mark.slow
def test_files_whose_name_is_not_utf8(tmp_path: Path) -> None:
    shutil.copy(EXAMPLE, tmp_path / f"{BAD}.toml")
    shutil.copy(ROOT / "examples" / "variants" / "two-two-one.toml", tmp_path / f"v{BAD}.toml")
    shutil.copy(ROOT / "examples" / "articles" / "german-commas.md", tmp_path / f"{BAD}.md")
    calls = [
        ("handout", f"{BAD}.toml", "--format", "md"),
        ("handout", f"{BAD}.toml", "-o", f"{BAD}.tex", "--theme", "handwritten"),
        ("variants", f"v{BAD}.toml", "--format", "json,csv", "-o", BAD),
        ("spec", f"{BAD}.md", "-o", f"{BAD}.txt"),
        ("renumber", f"{BAD}.md", "--set", "x_2=4", "-o", f"new{BAD}.md"),
    ]
    for call in calls:
        done = run(*call, cwd=tmp_path)
        found = done.returncode, "wrote " in done.stdout, "bad\\xff" in done.stdout
        assert found == (0, True, True), (call, done)
    blank = json.loads((tmp_path / BAD / "key.json").read_text())["variants"][0]
    (tmp_path / f"{BAD}.csv").write_text(f"student,id,{blank['blanks'][0]['key']}\nA,{blank['id']},1\n")
    done = run("mark", f"{BAD}/key.json", f"{BAD}.csv", "--format", "text,csv,json", "-o", f"m{BAD}", cwd=tmp_path)
    assert done.returncode == 0 and "wrote mbad\\xff/marks.txt" in done.stdout, done
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in (tmp_path / f"m{BAD}").iterdir())
    assert (
        run(
            "mark", f"{BAD}/key.json", f"{BAD}.csv", "--format", "csv", "-o", "shared", "--shared", cwd=tmp_path
        ).returncode
        == 0
    )
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "shared").iterdir()} == {
        0o666 & ~mask_of_this_process()
    }


def mask_of_this_process() -> int:
    mask = os.umask(0o22)
    os.umask(mask)
    return mask


@pytest.mark.parametrize(
    "call",
    [
        ("handout", f"{BAD}.toml"),
        ("check", f"{BAD}.md", BAD),
        (BAD,),
        ("handout", "x", "--format", BAD),
        ("mark", BAD, BAD),
        ("variants", BAD),
    ],
)
def test_what_is_missing_is_told_whatever_its_name(call: tuple[str, ...], tmp_path: Path) -> None:
    coding = ("utf-8", "ascii", "latin-1")[len(call) % 3]
    done = started(*call, cwd=tmp_path, PYTHONIOENCODING=coding)
    assert done.returncode == 2 and "bad\\" in done.stderr and "derivation, not yours" not in done.stderr, done


@pytest.mark.slow
@pytest.mark.parametrize(
    "locale",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    ],
)
def test_documents_are_utf8_in_every_locale(locale: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "derivation", "check", str(ROOT / "examples" / "articles" / "german-commas.md")]
    expected, found = (
        subprocess.run(command, cwd=tmp_path, capture_output=True, env={**os.environ, **more}, check=False)
        for more in ({}, locale)
    )
    assert found.stdout == expected.stdout and found.returncode == expected.returncode and not found.stderr


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("KeyError('L')", "this is a fault of derivation, not yours (KeyError: 'L'); please report it"),
        ("AssertionError", "this is a fault of derivation, not yours (AssertionError: )"),
        ("MemoryError", "this takes more memory than there is"),
        ("RecursionError", "this is nested too deep, or too long"),
        ("EOFError", "this is a fault of derivation, not yours (EOFError: )"),
        ("BrokenPipeError(32, 'Broken pipe')", "the system refuses something that is needed: [Errno 32] Broken pipe"),
        (
            "FileNotFoundError(2, 'No usable temporary directory')",
            "the system refuses something that is needed: [Errno 2] No usable temporary directory",
        ),
        ("ExceptionGroup('several', [ValueError()])", "this is a fault of derivation, not yours (ExceptionGroup"),
    ],
)
def test_what_nobody_expected_is_a_sentence_and_no_verdict(error: str, said: str, tmp_path: Path) -> None:
    lines = [
        "import derivation.checking.article",
        f"def check(path): raise {error}",
        "derivation.checking.article.check = check",
        "from derivation.cli.app import app",
        "app()",
    ]
    for debug in ("", "1") if error.startswith("KeyError") else ("",):
        done = subprocess.run(
            [sys.executable, "-c", "\n".join(lines), "check", str(SLIP)],
            capture_output=True,
            text=True,
            env={**os.environ, "DERIVATION_DEBUG": debug},
            check=False,
        )
        assert done.returncode == 2 and said in done.stderr and ("Traceback" in done.stderr) == bool(debug), done
        assert done.stderr.splitlines()[-1].startswith(said[:30])


def test_the_version_is_said(tmp_path: Path) -> None:
    from derivation import __version__

    assert started("--version", cwd=tmp_path).stdout == f"derivation {__version__}\n"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "the name of the output is empty"),
        ("out/", "it names a folder"),
        ("x" * 256, "File name too long"),
        ("two-two-one.toml/x.md", "cannot be made"),
    ],
)
def test_names_that_no_output_can_have(name: str, why: str, tmp_path: Path) -> None:
    shutil.copy(EXAMPLE, tmp_path)
    calls = (("handout", EXAMPLE.name, "--format", "md"), ("check", str(SLIP), "--format", "json"), ("spec", str(SLIP)))
    for call in calls if not name else calls[:1]:
        done = run(*call, "-o", name, cwd=tmp_path)
        assert done.returncode == 2 and why in done.stderr and done.stderr.count("\n") == 1, (call, done)
    assert names(tmp_path) == [EXAMPLE.name]


@pytest.mark.parametrize("call", [("variants", EXAMPLE, "-n", "1"), ("mark", "key.json", "answers.csv")])
def test_several_files_do_not_go_to_standard_output(call: tuple[object, ...], tmp_path: Path) -> None:
    done = run(*call, "-o", "-", cwd=tmp_path)
    assert done.returncode == 2 and "name a folder: -o NAME" in done.stderr and names(tmp_path) == []


def test_a_list_of_no_format_is_refused(tmp_path: Path) -> None:
    done = run("variants", EXAMPLE, "-n", "1", "--format", ",", cwd=tmp_path)
    assert done.returncode == 2 and "there is no format ''; formats are pdf" in done.stderr and names(tmp_path) == []


@pytest.mark.slow
def test_a_link_is_kept_and_a_fifo_written_to(tmp_path: Path) -> None:
    (tmp_path / "link.md").symlink_to("text.md")
    os.mkfifo(tmp_path / "fifo")
    assert run("handout", EXAMPLE, "-o", "link.md", cwd=tmp_path).stdout == "wrote link.md\n"
    assert (tmp_path / "link.md").is_symlink() and (tmp_path / "text.md").read_text("utf-8").startswith(
        "# One training step"
    )
    with subprocess.Popen(["cat", tmp_path / "fifo"], stdout=subprocess.PIPE, text=True) as reader:
        assert run("handout", EXAMPLE, "-o", "fifo", "--format", "md", cwd=tmp_path).stdout == ""
        assert reader.communicate()[0] == (tmp_path / "text.md").read_text("utf-8")
