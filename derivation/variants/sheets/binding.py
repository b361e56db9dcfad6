"""Many sheets in one PDF, and one PDF taken apart into sheets, by the destinations that each sheet sets on its first page."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

import pikepdf

PREFIX = "sheet-"


def bound(parts: Iterable[bytes]) -> bytes:
    """The parts one behind the other, with their bookmarks and links."""
    whole = pikepdf.new()
    for part in parts:
        with pikepdf.open(io.BytesIO(part)) as source:
            whole.add_pages_from(source)
    return _saved(whole)


def separated(part: bytes) -> Iterator[tuple[str, bytes]]:
    """(id, PDF) of every sheet."""
    with pikepdf.open(io.BytesIO(part)) as source:
        starts = _starts(source)
        for (key, start), end in zip(starts, [*(page for _, page in starts[1:]), len(source.pages)], strict=True):
            single = pikepdf.new()
            single.add_pages_from(source, range(start, end))
            yield key, _saved(single)


def _starts(source: pikepdf.Pdf) -> list[tuple[str, int]]:
    """(id, page from 0) of every sheet, in order."""
    places: dict[Any, int] = {page.objgen: number for number, page in enumerate(source.pages)}
    names = pikepdf.NameTree(source.Root.Names.Dests)
    found = [(name.removeprefix(PREFIX), places[target.D[0].objgen]) for name, target in names.items() if name.startswith(PREFIX)]
    return sorted(found, key=lambda pair: pair[1])


def _saved(pdf: pikepdf.Pdf) -> bytes:
    """The file's bytes, the same each time."""
    file = io.BytesIO()
    pdf.save(file, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return file.getvalue()
