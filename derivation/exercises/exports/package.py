"""Zip packages written piece by piece: only the list of names is held."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

NEVER = (1980, 1, 1, 0, 0, 0)
"""When all files were made, so that the same files give the same bytes."""


class _Pipe(io.RawIOBase):
    """What is written waits here until it is taken."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        self.waiting += piece
        return len(piece)

    def take(self) -> bytes:
        taken, self.waiting = bytes(self.waiting), bytearray()
        return taken


def packed(files: Iterable[tuple[str, bytes]], compression: int = ZIP_DEFLATED) -> Iterator[bytes]:
    """The package that holds the files.

    >>> package = b"".join(packed([("a.txt", b"one"), ("b/c.txt", b"two")]))
    >>> list(unpacked(package))
    [('a.txt', b'one'), ('b/c.txt', b'two')]
    """
    pipe = _Pipe()
    with ZipFile(pipe, "w", compression) as package:
        for name, content in files:
            entry = ZipInfo(name, NEVER)
            entry.compress_type, entry.external_attr = compression, 0o644 << 16
            package.writestr(entry, content)
            yield pipe.take()
    yield pipe.take()


def unpacked(package: bytes) -> Iterator[tuple[str, bytes]]:
    """(name, content) of each file of a package."""
    with ZipFile(io.BytesIO(package)) as opened:
        for name in opened.namelist():
            yield name, opened.read(name)


def portion(files: Iterable[tuple[str, str]]) -> bytes:
    """Some files as a part that `unpacked` takes apart."""
    return b"".join(packed(((name, text.encode()) for name, text in files), ZIP_STORED))
