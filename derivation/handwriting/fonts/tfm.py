"""TeX font metrics. After Knuth, The TFtoPL processor (1982), paragraphs 8 to 26."""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

PLAIN, LIST, EXTENSIBLE = 0, 2, 3
"""Tags of a character."""


@dataclass(frozen=True)
class Box:
    """A character's size, as shares of the font's; its next larger one, or its pieces (top, middle, bottom,
    repeated)."""

    width: float
    height: float
    depth: float
    italic: float = 0.0
    larger: int | None = None
    pieces: tuple[int, int, int, int] | None = None


def fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * (1 << 20)))


def levels(values: Iterable[float], most: int) -> list[float]:
    """At most so many values, the first 0, that none of the given ones exceeds by much: the closest are taken together.

    >>> levels([0.1, 0.5, 0.51, 0.9], 4)
    [0.0, 0.1, 0.51, 0.9]
    """
    found = sorted({0.0, *(round(value, 4) for value in values)})
    while len(found) > most:
        place = min(range(1, len(found) - 1), key=lambda k: found[k + 1] - found[k])
        del found[place]
    return found


def tfm(boxes: Mapping[int, Box], parameters: Sequence[float]) -> bytes:
    """The metric file of a font."""
    first, last = min(boxes), max(boxes)
    widths = levels((box.width for box in boxes.values()), 256)
    heights = levels((box.height for box in boxes.values()), 16)
    depths = levels((box.depth for box in boxes.values()), 16)
    italics = levels((box.italic for box in boxes.values()), 64)
    pieces = [box.pieces for box in boxes.values() if box.pieces]

    def place(table: list[float], value: float) -> int:
        return min(bisect_left(table, round(value, 4)), len(table) - 1)

    infos = bytearray()
    for slot in range(first, last + 1):
        box = boxes.get(slot)
        if box is None:
            infos += b"\0\0\0\0"
            continue
        tag, rest = (
            (EXTENSIBLE, pieces.index(box.pieces))
            if box.pieces
            else (LIST, box.larger)
            if box.larger is not None
            else (PLAIN, 0)
        )
        width = max(1, place(widths, box.width))
        infos += bytes(
            (
                width,
                place(heights, box.height) << 4 | place(depths, box.depth),
                place(italics, box.italic) << 2 | tag,
                rest,
            )
        )
    recipes = b"".join(bytes(piece) for piece in pieces)
    tables = [b"".join(map(fixed, table)) for table in (widths, heights, depths, italics)]
    header = struct.pack(">I", 0) + fixed(10.0)
    body = [header, bytes(infos), *tables, b"", b"", recipes, b"".join(map(fixed, parameters))]
    words = [len(part) // 4 for part in body]
    counts = [6 + sum(words), words[0], first, last, *words[2:]]
    return struct.pack(">12H", *counts) + b"".join(body)
