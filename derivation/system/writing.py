"""Files that are whole or not there at all, and what else can stand behind a name: links, devices, pipes, this
program's own streams.

A regular file is replaced in one step by one of the same mode, owner and group, so that whoever reads sees the old or
the new one. Its other names (hard links) keep what they had. A link stays, and its target is replaced. Devices, FIFOs,
sockets and streams are written to.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import IO

from derivation.system.ending import due
from derivation.words.telling import tell

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

EVERYBODY, OWNER = 0o666, 0o600
"""Modes of new files; the umask takes from both."""
ASIDE = re.compile(r"\.derivation-[0-9a-f]{16}")
"""What a file is called until it is whole, where the file system has no files without a name."""
LINKS = 40
"""How many links are followed, as by Linux."""
STREAM = re.compile(r"(?:/proc/(?P<process>\d+)(?:/task/\d+)?/fd|/dev/fd)/(?P<number>\d+)")


class NotWritten(OSError):
    """A file that cannot be written; the text says which and why."""

    def __str__(self) -> str:
        return str(self.strerror)


def write_whole(target: Path, content: Iterable[bytes], *, mode: int = EVERYBODY) -> None:
    """Writes a file whole or not at all; `mode` is for one that is new. Raises `NotWritten`.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_whole(Path(folder, "a.txt"), [b"one", b"two"])
    ...     Path(folder, "a.txt").read_text()
    'onetwo'
    """
    with _told(target):
        place = destination(target)
        if isinstance(place, Path) and not is_special(place):
            _replace(place, content, mode)
            return
        with _opened(place) as file:
            for piece in content:
                file.write(piece)


def prepare(target: Path) -> None:
    """Makes the folder of a file to be, and finds what would keep it from being written before any work is done for it.
    Raises `NotWritten`."""
    with _told(target):
        place = destination(target)
        if not isinstance(place, Path):
            os.fstat(place)
            return
        if is_special(place):
            return
        if place.is_dir():
            raise IsADirectoryError(errno.EISDIR, tell("system.is_folder"))
    make_folder(target.parent)
    with _told(target):
        if not place.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, tell("system.link_to_nowhere", folder=place.parent))
        if not os.access(place.parent, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, tell("system.folder_forbids"))
        if place.exists() and not os.access(place, os.W_OK):
            raise PermissionError(errno.EACCES, tell("system.protected"))


def make_folder(folder: Path) -> None:
    """Makes a folder and those above it where they are missing. Raises `NotWritten`."""
    try:
        _named(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotWritten(error.errno, tell("system.no_folder", folder=folder, why=error.strerror)) from None


def destination(target: Path) -> Path | int:
    """What a name stands for when all links are followed: a file's own place, be there one or not, or a stream of this
    program by its number."""
    target = _named(target)
    for _ in range(LINKS):
        place = Path(os.path.realpath(target.parent), target.name)
        own = STREAM.fullmatch(str(place))
        if own and own["process"] in (None, str(os.getpid())):
            return int(own["number"])
        if not place.is_symlink() or own:
            return place
        target = place.parent / place.readlink()
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def is_special(place: Path) -> bool:
    """Whether there is something that is written to rather than replaced: a device, a FIFO, a socket.

    >>> is_special(Path("/dev/null")), is_special(Path("/dev"))
    (True, False)
    """
    try:
        mode = place.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """Errors of the system told of the file, by the name that the user gave it."""
    try:
        yield
    except NotWritten:
        raise
    except OSError as error:
        raise NotWritten(error.errno, tell("system.not_written", file=target, why=error.strerror or error)) from None


def _named(target: Path) -> Path:
    """A name that the system can take."""
    if "\0" in str(target):
        raise OSError(errno.EINVAL, tell("system.nul"))
    return target


def _opened(place: Path | int) -> IO[bytes]:
    """A stream, a device, a FIFO or a socket, to write to."""
    if isinstance(place, int):
        return os.fdopen(os.dup(place), "wb")
    if stat.S_ISSOCK(place.stat().st_mode):
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(place))
            return line.makefile("wb")
    return os.fdopen(os.open(place, os.O_WRONLY), "wb")


def _replace(place: Path, content: Iterable[bytes], mode: int) -> None:
    """Writes a file without a name, or aside where the file system has none such, and puts it in its place."""
    _sweep(place.parent)
    old = _before(place)
    mode = mode & old.st_mode if old else mode
    aside = place.parent / f".derivation-{os.urandom(8).hex()}"
    with due(partial(aside.unlink, missing_ok=True)):
        descriptor = _nameless(place.parent, mode)
        is_named = descriptor is None
        with os.fdopen(_held(aside, mode) if descriptor is None else descriptor, "wb") as file:
            for piece in content:
                file.write(piece)
            file.flush()
            os.close(os.dup(file.fileno()))  # only now some file systems tell that there was no room
            if old:
                _take_after(file.fileno(), old)
            if not is_named:
                os.link(
                    f"/proc/self/fd/{file.fileno()}", aside, src_dir_fd=file.fileno()
                )  # any number: it makes Python follow the link
            if fcntl is not None:
                aside.replace(place)  # while it is held, so that nobody sweeps it
        if fcntl is None:
            aside.replace(place)


def _before(place: Path) -> os.stat_result | None:
    """What is known of the file that is replaced."""
    try:
        return place.stat()
    except FileNotFoundError:
        return None


def _nameless(folder: Path, mode: int) -> int | None:
    """A new file that has no name, so that nothing is left of it whatever happens; None where there can be none."""
    if not hasattr(os, "O_TMPFILE") or not Path("/proc/self/fd").exists():
        return None
    with suppress(OSError):
        descriptor = os.open(folder, os.O_TMPFILE | os.O_WRONLY, mode)
        _lock(descriptor)
        return descriptor
    return None


def _held(aside: Path, mode: int) -> int:
    """A new file with a name of its own, held by a lock as long as its writer lives."""
    while True:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
        _lock(descriptor)
        if os.fstat(descriptor).st_nlink:
            return descriptor
        os.close(descriptor)  # swept before it was held


def _lock(descriptor: int, wait: bool = True) -> bool:
    """Holds a file; False where somebody else does, or where files cannot be held."""
    with suppress(OSError):
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            return True
    return False


@cache
def _sweep(folder: Path) -> None:
    """Removes what writers who were killed left aside in a folder: files that nobody holds."""
    with suppress(OSError):
        left = [
            Path(entry.path)
            for entry in os.scandir(folder)
            if ASIDE.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)
        ]
        for aside in left:
            with suppress(OSError), aside.open("rb") as file:
                if _lock(file.fileno(), wait=False):
                    aside.unlink()


def _take_after(descriptor: int, old: os.stat_result) -> None:
    """Gives a file the mode, owner and group of that in whose place it comes. A group that it cannot have takes its
    rights along."""
    mode = stat.S_IMODE(old.st_mode)
    if hasattr(os, "fchown"):
        try:
            os.fchown(descriptor, -1, old.st_gid)
        except OSError:
            mode &= ~stat.S_IRWXG
        with suppress(OSError):
            os.fchown(descriptor, old.st_uid, -1)
        with suppress(OSError):  # a file system without modes
            os.fchmod(descriptor, mode)
