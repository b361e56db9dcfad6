"""Many sheets in one PDF, and one PDF taken apart into sheets, by the destinations that each sheet sets on its first
page."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
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


def woven(parts: Iterable[bytes], order: Iterable[str]) -> bytes:
    """The sheets of several PDFs in one, in the order of their ids."""
    whole = pikepdf.new()
    with ExitStack() as opened:
        sources = [opened.enter_context(pikepdf.open(io.BytesIO(part))) for part in parts]
        places = {key: (source, pages) for source in sources for key, pages in _sheets(source)}
        starts = {}
        for key in order:
            starts[key] = len(whole.pages)
            whole.add_pages_from(*places[key])
        _mark(whole, starts)
    return _saved(whole)


def _mark(pdf: pikepdf.Pdf, starts: Mapping[str, int]) -> None:
    """Sets each sheet's destination, which is copied only where something leads to it."""
    if "/Names" not in pdf.Root:
        pdf.Root.Names = pikepdf.Dictionary()
    held = pdf.Root.Names
    names = pikepdf.NameTree(held.Dests) if "/Dests" in held else pikepdf.NameTree.new(pdf)
    for key, page in starts.items():
        names[PREFIX + key] = pikepdf.Dictionary(D=pikepdf.Array([pdf.pages[page].obj, pikepdf.Name.Fit]))
    held.Dests = names.obj


def separated(part: bytes) -> Iterator[tuple[str, bytes]]:
    """(id, PDF) of every sheet."""
    with pikepdf.open(io.BytesIO(part)) as source:
        for key, pages in _sheets(source):
            single = pikepdf.new()
            single.add_pages_from(source, pages)
            yield key, _saved(single)


def _sheets(source: pikepdf.Pdf) -> Iterator[tuple[str, range]]:
    """(id, pages) of every sheet, in order."""
    starts = _starts(source)
    ends = [*(page for _, page in starts[1:]), len(source.pages)]
    return ((key, range(start, end)) for (key, start), end in zip(starts, ends, strict=True))


def _starts(source: pikepdf.Pdf) -> list[tuple[str, int]]:
    """(id, page from 0) of every sheet, in order."""
    places: dict[Any, int] = {page.objgen: number for number, page in enumerate(source.pages)}
    names = pikepdf.NameTree(source.Root.Names.Dests)
    found = [
        (name.removeprefix(PREFIX), places[target.D[0].objgen])
        for name, target in names.items()
        if name.startswith(PREFIX)
    ]
    return sorted(found, key=lambda pair: pair[1])


def _saved(pdf: pikepdf.Pdf) -> bytes:
    """The file's bytes, the same each time."""
    file = io.BytesIO()
    pdf.save(file, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return file.getvalue()
