# `pathlib`, like `typing`, takes longer to import than all the rest.
# ruff: noqa: PTH102, PTH106, PTH108, PTH114, PTH118, PTH123
"""A script of its own that stands over one TeX run: `python -I -S guard.py`, the job on its standard input,
what came of it on its standard output.

It owns the private folder. So whatever ends the program that asked (it is gone, or closes the pipe), TeX and its
children are killed and the folder is removed. It imports little, to start in a hundredth of a second.
"""

from __future__ import annotations

import errno
import marshal
import os
import resource
import select
import signal
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    Answer = dict[str, Any]

BEAT = 0.1
"""Seconds between two looks at the clock, the folder and the parent."""
KEPT = 1 << 20
"""Bytes of what TeX says that are kept: the last."""
MEMORY = 4 << 30
"""Bytes of memory that TeX may take."""


def main() -> None:
    """Reads the job, runs it, writes the answer."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    answer = answered(marshal.load(sys.stdin.buffer))
    marshal.dump(answer, sys.stdout.buffer)


def answered(job: dict[str, Any]) -> Answer:
    """What came of a job: TeX's exit code, its words and its result; or the limit that ended it; or what was
    refused."""
    folder = os.path.join(job["temporary"], f"derivation-{os.urandom(8).hex()}")
    try:
        os.mkdir(folder, 0o700)
    except OSError as error:
        return {"refused": f"{job['temporary']}: {error.strerror}"}
    try:
        for name, content in job["files"].items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)
        return run(job, folder)
    except OSError as error:
        return {"refused": f"{job['temporary']}: {error.strerror}"}
    finally:
        remove(folder)


def run(job: dict[str, Any], folder: str) -> Answer:
    """TeX in the folder, in a process group of its own."""
    os.chdir(folder)
    limit(job["size"])
    environment = job["environment"] | dict.fromkeys(job["private"], folder)
    heard, told = os.pipe()
    nowhere = os.open(os.devnull, os.O_RDONLY)
    streams = [(os.POSIX_SPAWN_DUP2, nowhere, 0), (os.POSIX_SPAWN_DUP2, told, 1), (os.POSIX_SPAWN_DUP2, told, 2)]
    default = [signal.SIGPIPE, signal.SIGXFSZ]
    try:
        child = os.posix_spawn(
            job["command"][0], job["command"], environment, file_actions=streams, setpgroup=0, setsigdef=default
        )
    except OSError as error:
        return {"unstarted": error.strerror}
    os.close(told)
    try:
        return watched(job, folder, child, heard)
    finally:
        end(child)


def limit(size: int) -> None:
    """No file larger than that, no core file, no more memory than `MEMORY`, as far as the system knows such limits."""
    for kind, most in ((resource.RLIMIT_FSIZE, size), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, MEMORY)):
        try:
            resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))
        except (OSError, ValueError):
            continue


def watched(job: dict[str, Any], folder: str, child: int, heard: int) -> Answer:
    """Waits for TeX to end, or ends it where it goes beyond a limit or nobody waits for it any more."""
    start, parent, said, sources = time.monotonic(), os.getppid(), bytearray(), [0, heard]
    look = start
    while True:
        ready = select.select(sources, [], [], BEAT if heard in sources else 0.005)[0]
        if heard in ready:
            said += (piece := os.read(heard, 1 << 16))
            del said[:-KEPT]
            sources = sources if piece else [0]
        if heard not in sources and (status := os.waitpid(child, os.WNOHANG))[0]:
            code = os.waitstatus_to_exitcode(status[1])
            if code == -signal.SIGXFSZ:
                return {"beyond": "size"}
            if code and os.statvfs(folder).f_bavail < 16:
                return {"refused": f"{job['temporary']}: {os.strerror(errno.ENOSPC)}"}
            return {"code": code, "said": bytes(said), "result": result(job["result"])}
        if 0 in ready or os.getppid() != parent:
            sys.exit(1)
        if time.monotonic() - look > BEAT:
            look = time.monotonic()
            if look - start > job["seconds"]:
                return {"beyond": "time"}
            if sum(sizes(folder)) > job["size"]:
                return {"beyond": "size"}


def result(name: str) -> bytes:
    """The file that TeX made, or nothing."""
    try:
        with open(name, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


def sizes(folder: str) -> Iterator[int]:
    """Bytes of every file."""
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                yield os.lstat(os.path.join(place, name)).st_size
            except FileNotFoundError:
                continue


def end(child: int) -> None:
    """The process and what it started."""
    for finish in (lambda: os.killpg(child, signal.SIGKILL), lambda: os.waitpid(child, 0)):
        try:
            finish()
        except (ProcessLookupError, PermissionError, ChildProcessError):
            continue


def remove(folder: str) -> None:
    """The folder and what is in it."""
    for place, folders, names in os.walk(folder, topdown=False):
        for name in names:
            os.unlink(os.path.join(place, name))
        for name in folders:
            inner = os.path.join(place, name)
            (os.unlink if os.path.islink(inner) else os.rmdir)(inner)
    os.rmdir(folder)


if __name__ == "__main__":
    main()
