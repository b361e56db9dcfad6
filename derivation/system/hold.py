"""One run at a time writes into a folder; the next one is told who holds it. A run that is gone holds nothing, however
it ended."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from derivation.words.telling import tell

NAME = "lock"
FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
TOLD = 1000
"""Where the byte lies that is locked, behind what is written, so that Windows lets others read that."""

if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        """Locks an open file for as long as it is open. Raises `BlockingIOError` where another process has locked
        it."""
        file.seek(TOLD)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            raise BlockingIOError from None
else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        """Locks an open file for as long as it is open. Raises `BlockingIOError` where another process has locked
        it."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:
            return  # a file system without locks


class Held(RuntimeError):
    """A folder that another run is writing into."""


@contextmanager
def held(work: Path) -> Iterator[None]:
    """Makes a folder of work and holds it; it is removed when the work is done, and left as it is when that fails.
    Raises `Held`.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with held(Path(folder, "work")):
    ...         Path(folder, "work", "part").touch()
    ...     list(Path(folder).iterdir())
    []
    """
    with _taken(work):
        yield
        _clear(work)
        if sys.platform != "win32":  # there no file that is open can be removed
            _remove(work)
    if sys.platform == "win32":
        _remove(work)


def _taken(work: Path) -> BinaryIO:
    """The lock of a folder, taken, and signed. Raises `Held`."""
    while True:
        work.mkdir(parents=True, exist_ok=True)
        if work.is_symlink():
            raise NotADirectoryError(errno.ENOTDIR, tell("system.is_link", path=work))
        with suppress(FileNotFoundError):  # whoever had it before has just removed the folder
            file = os.fdopen(os.open(work / NAME, FLAGS, 0o600), "r+b", buffering=0)
            try:
                _lock(file)
            except BlockingIOError:
                with file:
                    raise Held(_told(work, file)) from None
            if _is(file, work / NAME):
                file.truncate(0)
                file.seek(0)
                file.write(f"{os.getpid()} {time.strftime('%H:%M:%S')}".encode())
                return file
            file.close()  # whoever had it before has removed it when it was done


def _is(file: BinaryIO, path: Path) -> bool:
    """Whether a path still leads to an open file."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _told(work: Path, file: BinaryIO) -> str:
    file.seek(0)
    process, _, since = file.read(TOLD).decode("utf-8", "replace").partition(" ")
    known = process.isdecimal()
    who = tell("system.holder", process=process, since=since) if known else tell("system.other_process")
    return tell("system.held", folder=work.parent, who=who)


def _clear(work: Path) -> None:
    """Removes all but the lock."""
    for path in work.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != NAME:
            path.unlink()


def _remove(work: Path) -> None:
    """Removes the lock and the folder, unless the next run is in it already."""
    (work / NAME).unlink(missing_ok=True)
    with suppress(OSError):
        work.rmdir()
