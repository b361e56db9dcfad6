"""`derivation new`, and what shells complete."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from places import ROOT

from derivation import load
from derivation.cli.app import COMMANDS
from derivation.cli.new import lessons
from derivation.exercises.batch.products import FORMATS as EXPORTS
from derivation.pages.formats import FORMATS, THEMES

PROGRAM = f"#!{sys.executable}\nfrom derivation.__main__ import main\n\nif __name__ == '__main__':\n    main()\n"
Bash = Callable[[str], subprocess.CompletedProcess[str]]


@pytest.fixture
def bash(tmp_path: Path) -> Bash:
    """A shell in an empty folder that finds the program by its name."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "derivation").write_text(PROGRAM)
    (tmp_path / "bin" / "derivation").chmod(0o755)
    (tmp_path / "here").mkdir()
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}

    def run(script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "--norc", "-c", script],
            cwd=tmp_path / "here",
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.slow
def test_a_starter_is_the_lesson_and_says_what_to_run(bash: Bash, tmp_path: Path) -> None:
    done = bash("derivation new mine")
    assert (done.returncode, done.stderr) == (0, "")
    wrote, run_next = done.stdout.splitlines()
    assert wrote == "wrote mine.toml, a copy of the lesson two-two-one (One training step of a 2-2-1 network)"
    assert (tmp_path / "here" / "mine.toml").read_bytes() == (ROOT / "examples" / "two-two-one.toml").read_bytes()
    assert bash(run_next.partition(": ")[2] + " -o mine.md").stdout == "wrote mine.md\n"


def test_a_starter_by_any_name(bash: Bash, tmp_path: Path) -> None:
    done = bash("derivation new 'my nets/a b.toml' --like xor")
    assert done.returncode == 0 and done.stdout.endswith("run: derivation handout 'my nets/a b.toml'\n")
    assert load(tmp_path / "here" / "my nets" / "a b.toml").title == "XOR: one step on all four inputs"
    assert bash("derivation new v1.2 --like adam").returncode == 0 and (tmp_path / "here" / "v1.2.toml").is_file()


@pytest.mark.parametrize("before", ["echo mine > mine.toml", "ln -s nowhere mine.toml", "mkfifo mine.toml", "ln -s /dev/null mine.toml"])  # fmt: skip
def test_nothing_is_overwritten(before: str, bash: Bash) -> None:
    done = bash(f"{before}; ls -l > ../before; derivation new mine; echo $?; ls -l | diff - ../before")
    assert done.stdout == "2\n"
    assert done.stderr == "mine.toml is there already and stays as it is; give another name\n"


def test_a_full_disk_leaves_no_half_of_a_spec(bash: Bash, tmp_path: Path) -> None:
    """No file may grow here: what cannot be written whole is not there."""
    done = bash("trap '' XFSZ; ulimit -f 0; derivation new mine | cat; echo ${PIPESTATUS[0]}")
    assert done.stdout == "2\n" and done.stderr == "mine.toml cannot be written: File too large\n"
    assert not list((tmp_path / "here").iterdir())


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("", "give the new spec a name, as in: derivation new mine"),
        ("mine --like xorr", "there is no lesson 'xorr'; did you mean 'xor'?"),
        ("mine --like ''", "there is no lesson ''; derivation new --list shows them"),
        ("mine/", "mine/ cannot be written: it names a folder"),
        ("''", "the name of the output is empty"),
        ("x$(printf 'y%.0s' {1..260})", "File name too long"),
        ("/proc/mine", "/proc/mine.toml cannot be written"),
    ],
)
def test_what_cannot_be_is_told(call: str, said: str, bash: Bash, tmp_path: Path) -> None:
    done = bash(f"derivation new {call}")
    assert done.returncode == 2 and said in done.stderr and done.stderr.count("\n") == 1, done
    assert not list((tmp_path / "here").iterdir())


def test_the_lessons_are_listed_with_their_titles(bash: Bash) -> None:
    listed = dict(line.split(None, 1) for line in bash("derivation new --list").stdout.splitlines())
    for path in (ROOT / "examples").rglob("*.toml"):
        name = path.relative_to(ROOT / "examples").with_suffix("").as_posix()
        assert listed.pop(name) == tomllib.loads(path.read_text("utf-8"))["title"]
    assert not listed


def test_a_lesson_needs_nothing_beside_it(tmp_path: Path) -> None:
    """It is copied alone."""
    for path in lessons().values():
        shutil.copy(path, tmp_path)
        load(tmp_path / path.name)


def complete(bash: Bash, *words: str) -> list[str]:
    """What bash offers behind these words, by the function that `--show-completion` prints."""
    script = f"""
        source <(_DERIVATION_COMPLETE=source_bash derivation)
        COMP_WORDS=({" ".join(map(repr, words))}); COMP_CWORD={len(words) - 1}
        _derivation_completion derivation
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = bash(script)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout.split()


@pytest.mark.slow
@pytest.mark.slices(5)
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ([""], list(COMMANDS)),
        (["h"], ["handout"]),
        (["new", "--l"], ["--like", "--list", "--language"]),
        (["new", "mine", "--like", "s"], [name for name in lessons() if name.startswith("s")]),
        (["handout", "mine.toml", "--format", ""], list(FORMATS)),
        (["handout", "mine.toml", "--theme", ""], list(THEMES)),
        (["handout", "mine.toml", "--hand", "q"], ["quick"]),
        (["handout", "m"], []),
        (["check", "a.md", "--format", "s"], ["sarif"]),
        (["variants", "a.toml", "--format", "pdf,m"], ["pdf,moodle", "pdf,md"]),
        (["variants", "a.toml", "--format", ""], list(EXPORTS)),
        (["mark", "k.json", "a.csv", "--format", "text,c"], ["text,csv"]),
    ],
)
def test_bash_completes(words: list[str], offered: list[str], bash: Bash) -> None:
    """Where nothing is offered, bash itself completes the name of a file."""
    assert complete(bash, "derivation", *words) == offered


def test_a_name_is_completed_without_loading_a_command(bash: Bash) -> None:
    script = "import sys; from derivation.cli.app import app\ntry: app()\nfinally: print(*sys.modules, file=sys.stderr)"
    done = bash(f"COMP_WORDS='derivation h' COMP_CWORD=1 __C_COMPLETE=complete_bash {sys.executable} -c '{script}'")
    assert done.stdout == "handout\n" and "derivation.cli.app" in done.stderr.split()
    assert not [name for name in done.stderr.split() if name.startswith("derivation.cli.handout")]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_are_told_what_each_value_is(shell: str, bash: Bash) -> None:
    ask = f"_DERIVATION_COMPLETE=complete_{shell} _TYPER_COMPLETE_FISH_ACTION=get-args _TYPER_COMPLETE_ARGS="
    formats = bash(f"{ask}'derivation handout --format ' derivation").stdout.strip().splitlines()
    assert len(formats) == len(FORMATS), formats  # what is said of each stands on one line
    assert all(
        key in line and row.says[:40] in line for line, (key, row) in zip(formats, FORMATS.rows.items(), strict=True)
    )
    assert (
        "compdef" in (source := bash(f"_DERIVATION_COMPLETE=source_{shell} derivation").stdout) or "complete" in source
    )


def test_completion_is_installed_for_the_shell(bash: Bash, tmp_path: Path) -> None:
    """In the file that bash reads at its start."""
    done = bash("derivation --install-completion; true")
    assert done.returncode == 0 and "bash completion installed in" in done.stdout, done
    assert "bash_completions/derivation.sh" in (tmp_path / ".bashrc").read_text()
    assert (
        bash("derivation --show-completion; true")
        .stdout.rstrip()
        .endswith("complete -o default -F _derivation_completion derivation")
    )
