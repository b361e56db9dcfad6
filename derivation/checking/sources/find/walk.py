"""One way through a file whose formulas are put into TeX: all else is taken over as it stands."""

from __future__ import annotations

import re
from typing import ClassVar

from derivation.checking.sources.find.delimiters import Closers
from derivation.checking.sources.source import Source
from derivation.checking.sources.translation import Translation


class Walk:
    """A kind of file says what may begin a formula, or hide one, and in `passed` what is made of it."""

    opening: ClassVar[re.Pattern[str]]

    def __init__(self, path: str, text: str) -> None:
        self.text, self.closers = text, Closers(text)
        self.made = Translation(path, text)
        self.written = 0

    def source(self) -> Source:
        """The file with its formulas as TeX."""
        at = 0
        while match := self.opening.search(self.text, at):
            at = self.passed(match)
        self.made.copy(self.written, len(self.text))
        return self.made.source()

    def passed(self, match: re.Match[str]) -> int:
        """Writes what stands here, if it is a formula or a heading; the place behind it."""
        raise NotImplementedError

    def write(self, at: int) -> None:
        """Takes over the file up to a place."""
        self.made.copy(self.written, at)
        self.written = max(self.written, at)
