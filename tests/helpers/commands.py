"""Commands as processes of their own, each a fork of one process that has loaded what they need: what they do to
streams, files, signals and exit codes is theirs alone, and they begin at once."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import cache
from pathlib import Path

Ran = subprocess.CompletedProcess[str]
FORKS = hasattr(os, "fork")
LOADED = """
import gc, json, os, socket, sys
import sympy
import derivation, derivation.check, derivation.checking.article
from derivation.__main__ import main
from derivation.checking.reports import FORMATS as OF_REPORTS
from derivation.cli.app import COMMANDS
from derivation.exercises.batch.products import FORMATS as OF_VARIANTS
from derivation.pages.formats import FORMATS as OF_HANDOUTS

for table in (COMMANDS, OF_HANDOUTS, OF_REPORTS, OF_VARIANTS):
    for key in table:
        table[key]
gc.freeze()  # else each fork goes through all of it at its end
link = socket.socket(fileno=int(sys.argv[1]))
calls = link.makefile()
while True:
    streams = socket.recv_fds(link, 1, 2)[1]
    call = json.loads(calls.readline() or "null")
    if call is None:
        break
    if not os.fork():
        for number, stream in enumerate(streams, 1):
            os.dup2(stream, number)
            os.close(stream)
        calls.close()
        link.close()
        os.environ.clear()
        os.environ.update(call["environment"])
        os.chdir(call["folder"])
        sys.argv = ["derivation", *call["arguments"]]
        main()
    for stream in streams:
        os.close(stream)
    link.sendall(b"%d\\n" % os.waitstatus_to_exitcode(os.wait()[1]))
"""
"""Loads what any command loads. Then it forks for each call that it is told of (where standard output and standard
error go, the environment, the folder, the arguments), and answers with the exit code."""


def run(*arguments: object, cwd: Path, **environment: str) -> Ran:
    """A command, by a fork where the system has such."""
    return (forked if FORKS else started)(*arguments, cwd=cwd, **environment)


def started(*arguments: object, cwd: Path, **environment: str) -> Ran:
    """A command as a shell starts it: an interpreter of its own reads the environment and loads the package."""
    command = [sys.executable, "-m", "derivation", *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )


def forked(*arguments: object, cwd: Path, **environment: str) -> Ran:
    with ExitStack() as opened, ThreadPoolExecutor() as readers:
        ends = [os.pipe() for _ in ("output", "errors")]
        texts = [
            readers.submit(opened.enter_context(os.fdopen(reading, encoding="utf-8", errors="surrogateescape")).read)
            for reading, _ in ends
        ]
        code = exit_code(arguments, [writing for _, writing in ends], cwd, environment)
        return subprocess.CompletedProcess(arguments, code, *(text.result() for text in texts))


def exit_code(arguments: Sequence[object], streams: Sequence[int], cwd: Path, environment: dict[str, str]) -> int:
    """That of a command in a fork whose standard output and standard error are these streams, which are closed here."""
    link, _ = forking()
    call = {"arguments": [*map(str, arguments)], "folder": str(cwd), "environment": {**os.environ, **environment}}
    socket.send_fds(link, [b"!"], streams)
    for stream in streams:
        os.close(stream)
    link.sendall(json.dumps(call).encode() + b"\n")
    return int(link.makefile().readline())


@cache
def forking() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """The process that forks, and the way to it; it ends with this one."""
    here, there = socket.socketpair()
    with there:
        command = [sys.executable, "-c", LOADED, str(there.fileno())]
        return here, subprocess.Popen(command, pass_fds=[there.fileno()], stdin=subprocess.DEVNULL)
