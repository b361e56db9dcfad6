"""`derivation check --watch`: a file changes, the report comes again, with what became of it; Ctrl-C ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from patience import PATIENCE

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole console")


@contextmanager
def watching(folder: Path, *call: str) -> Iterator[subprocess.Popen[str]]:
    """A command that watches, its standard output and error in one, in the order in which they come."""
    with subprocess.Popen(
        [sys.executable, "-m", "derivation", "check", *call, "--watch"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def heard(process: subprocess.Popen[str], last: str) -> list[str]:
    """The lines as far as the one that holds a text."""
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if last in line:
            return lines
    raise AssertionError(lines)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code after Ctrl-C, and what is said then."""
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=PATIENCE)
    return process.returncode, said


def test_a_change_is_seen_and_said_and_ctrl_c_ends_with_the_last_verdict(tmp_path: Path) -> None:
    first, second = tmp_path / "first.md", tmp_path / "second.md"
    first.write_text("$2 + 2 = 5$ and $3 + 3 = 6$")
    second.write_text("$1 + 1 = 2$")
    with watching(tmp_path, first.name, second.name) as process:
        assert "first.md:1:10: wrong: 4, not 5" in heard(process, "waiting for changes")
        first.write_text("$2 + 2 = 4$ and $3 + 3 = 7$")
        lines = heard(process, "newly wrong")
        assert lines[-2:] == ["first.md: no longer wrong: 2 + 2 = 5", "first.md: newly wrong: 3 + 3 = 7"]
        assert "first.md:1:26: wrong: 6, not 7" in lines and any(line.startswith("second.md: ") for line in lines)
        second.write_text("More. $1 + 1 = 2$")
        assert heard(process, "than before")[-1] == "nothing else is wrong than before"
        assert ended(process) == (1, "")


def test_a_file_that_is_replaced_as_editors_do_is_seen(tmp_path: Path) -> None:
    article, beside = tmp_path / "a.md", tmp_path / "a.new"
    article.write_text("$2 + 2 = 5$")
    with watching(tmp_path, "a.md") as process:
        heard(process, "waiting")
        article.unlink()
        beside.write_text("$2 + 2 = 4$")
        beside.replace(article)
        assert heard(process, "no longer wrong")[-1] == "a.md: no longer wrong: 2 + 2 = 5"
        assert ended(process) == (0, "")


def test_a_file_that_an_article_puts_in_is_watched_too(tmp_path: Path) -> None:
    (tmp_path / "a.tex").write_text(r"\begin{document}\input{part}\end{document}")
    (tmp_path / "part.tex").write_text("$2 + 2 = 4$")
    with watching(tmp_path, "a.tex") as process:
        heard(process, "waiting")
        (tmp_path / "part.tex").write_text("$2 + 2 = 55$")
        assert heard(process, "newly wrong")[-1] == "a.tex: newly wrong: 2 + 2 = 55"
        assert ended(process) == (1, "")


def test_an_article_that_cannot_be_read_may_become_one(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text("{")
    with watching(tmp_path, "a.ipynb", "-o", "report.json") as process:
        heard(process, "waiting")
        (tmp_path / "a.ipynb").write_text('{"cells": [{"cell_type": "markdown", "source": "$1 = 2$"}]}')
        heard(process, "newly wrong")
        assert ended(process) == (1, "") and '"wrong": 1' in (tmp_path / "report.json").read_text()
