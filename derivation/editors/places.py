"""Places in a document as editors count them: lines from 0, and in a line the units of an encoding, by default those of
UTF-16, in which a letter beyond the first 65,536 counts twice."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping

Place = tuple[int, int]
"""Line and column, both counted from 0."""
LINE_END = re.compile(r"\r\n|\n|\r")
UTF16 = "utf-16"
BYTES: Mapping[str, tuple[str, int]] = {"utf-8": ("utf-8", 1), UTF16: ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
"""Python's codec for each of the protocol's encodings, and how many bytes one of its units has."""


class Lines:
    """The lines of a text, and their places in the units of an encoding.

    >>> lines = Lines("a\\U0001f600b\\r\\ncd")
    >>> lines.place(2), lines.place(6), lines.offset((0, 3)), lines.offset((1, 99))
    ((0, 3), (1, 1), 2, 7)
    """

    def __init__(self, text: str, encoding: str = UTF16) -> None:
        self.text = text
        self.codec, self.width = BYTES[encoding]
        self.starts = [0, *(match.end() for match in LINE_END.finditer(text))]
        self.ends = [*(match.start() for match in LINE_END.finditer(text)), len(text)]

    def place(self, offset: int) -> Place:
        """The place of a character."""
        line = bisect_right(self.starts, offset) - 1
        return line, self._units(self.text[self.starts[line] : offset])

    def offset(self, place: Place) -> int:
        """The character at a place; the end of the line, or of the text, where the place lies behind it."""
        line, column = place
        if line >= len(self.starts):
            return len(self.text)
        start, end = self.starts[line], self.ends[line]
        if self.text.isascii():
            return min(start + column, end)
        units = 0
        for at in range(start, end):
            if units >= column:
                return at
            units += self._units(self.text[at])
        return end

    def _units(self, text: str) -> int:
        return len(text) if text.isascii() else len(text.encode(self.codec, "surrogatepass")) // self.width
