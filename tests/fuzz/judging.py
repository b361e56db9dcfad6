"""What no input may do to a command: end in a traceback, hang, or in an exit code that means something else."""

from __future__ import annotations

import io
import signal
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import click
import typer

from derivation.cli.app import app

SECONDS = 60
"""For one command on a loaded machine; ordinary inputs of this size take a second."""


class Find(AssertionError):
    """Something that must not be."""


class TooSlow(Find):
    """A command that did not end."""


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raises `TooSlow` where the work inside takes longer."""

    def ring(*_: object) -> None:
        raise TooSlow(f"not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def run(*words: str | Path, codes: tuple[int, ...] = (0, 2)) -> tuple[int, str]:
    """The exit code and the standard output of a command, run in this process so that nothing catches what it
    raises."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", errors="surrogateescape", write_through=True) for _ in "oe")
    with limited(SECONDS), redirect_stdout(out), redirect_stderr(err):
        try:
            code = typer.main.get_command(app).main(list(map(str, words)), "derivation", standalone_mode=False) or 0
        except click.ClickException as problem:
            code = problem.exit_code
            problem.show()
    told, said = (stream.buffer.getvalue().decode("utf-8", "surrogateescape") for stream in (err, out))
    if code not in codes and not (code == 3 and "cannot set the character" in told):
        raise Find(f"derivation {' '.join(map(str, words))}: exit code {code}: {told}")
    if code >= 2 and not told.strip():
        raise Find(f"derivation {' '.join(map(str, words))}: exit code {code} without a word")
    return code, said
