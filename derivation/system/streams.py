"""Standard output and standard error: what is said goes out as UTF-8, and what cannot be said ends the program as it
should."""

from __future__ import annotations

import codecs
import io
import os
import signal
import sys
from select import select
from typing import Any, NoReturn

from derivation.system.ending import BY_SIGNAL
from derivation.words.telling import tell

CANNOT_WRITE = 2
"""The exit code where standard output does not take what it is given."""
READER_GONE = BY_SIGNAL + getattr(signal, "SIGPIPE", 13)
"""The exit code where nobody reads on, as that of any program in a pipe."""
SPELLED = "spelled"
"""How letters that cannot be encoded are written, as an error handler's name: a byte of a name that is not UTF-8 as
`\\xff`."""


def _spelled(error: UnicodeError) -> tuple[str | bytes, int]:
    """An error handler that writes bytes which came from a name that is not UTF-8 as such, and any other letter as
    Python does."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(
        f"\\x{ord(x) - 0xDC00:02x}" if 0xDC80 <= ord(x) <= 0xDCFF else x.encode("ascii", "backslashreplace").decode()
        for x in letters
    ), error.end


codecs.register_error(SPELLED, _spelled)


def spelled(name: object) -> str:
    """A file's name as a document can show it.

    >>> import os
    >>> print(spelled(os.fsdecode(b"bad\\xff.md")))
    bad\\xff.md
    """
    return str(name).encode("utf-8", SPELLED).decode()


def say(*lines: object) -> None:
    """Says something to the user, on standard error."""
    if sys.stderr is not None:
        print(*lines, sep="\n", file=sys.stderr)


def put(document: bytes) -> None:
    """A document on standard output."""
    if sys.stdout is None:
        _refused(tell("system.closed"))
    sys.stdout.flush()
    sys.stdout.buffer.write(document)
    sys.stdout.buffer.flush()


def is_terminal() -> bool:
    """Whether somebody is looking at standard output, so that it may have colours."""
    return sys.stdout is not None and sys.stdout.isatty()


def _refused(why: str) -> NoReturn:
    say(tell("system.no_output", why=why))
    raise SystemExit(CANNOT_WRITE)


class Output(io.RawIOBase):
    """Standard output. Where the reader is gone the program ends in silence, where there is no room with a sentence;
    what comes then is dropped."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.is_broken = stream, False  # it must live as long as this, since it closes the file
        self.raw = getattr(stream.buffer, "raw", stream.buffer)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return int(self.raw.fileno())

    def isatty(self) -> bool:
        return bool(self.raw.isatty())

    def write(self, piece: Any) -> int:
        if self.is_broken:
            return len(piece)
        try:
            while (written := self.raw.write(piece)) is None:  # a pipe that does not block, and is full
                select([], [self.raw], [])
            return int(written)
        except OSError as error:
            self.is_broken = True
            self.failed(error)
            return len(piece)

    def failed(self, error: OSError) -> None:
        """Ends the program."""
        if isinstance(error, BrokenPipeError):
            raise SystemExit(READER_GONE)
        _refused(error.strerror or str(error))


class Messages(Output):
    """Standard error. Where it takes nothing there is nobody to be told; the exit code still speaks."""

    def failed(self, error: OSError) -> None:
        """Goes on."""


def prepare() -> None:
    """Standard output and standard error of a program as this module has them."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(
                os.devnull, os.O_RDONLY
            )  # else the next file that is opened would be taken for the stream that was closed
    sys.stdout = _stream(sys.stdout, Output, "utf-8")
    sys.stderr = _stream(sys.stderr or _nowhere(), Messages, None)


def _stream(old: Any, kind: type[Output], encoding: str | None) -> Any:
    """The stream anew, over the same file; one without a file stays as it is."""
    if old is None or not hasattr(old, "buffer"):
        return old
    old.flush()
    raw = kind(old)
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding or old.encoding, SPELLED, line_buffering=raw.isatty() or kind is Messages
    )


def _nowhere() -> io.TextIOWrapper:
    """What stands for standard error where it is closed; without it, Typer would take standard output."""
    return io.TextIOWrapper(io.BufferedWriter(io.FileIO(os.devnull, "w")))


def finish() -> None:
    """Sends what still waits; ends the program where it cannot be sent."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
