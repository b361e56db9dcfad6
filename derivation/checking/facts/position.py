"""Where in an article something is said, or asked about."""

from __future__ import annotations

import sys
from typing import ClassVar


class Position(int):
    """A place in an article's order: its statements, chains and declarations alike, are counted from 0.

    What holds for a quantity at a position is what was said of it up to there; at `END`, what was said last.

    >>> Position.START < Position(3) < Position(3).next < Position.END
    True
    """

    __slots__ = ()
    START: ClassVar[Position]
    END: ClassVar[Position]

    @property
    def next(self) -> Position:
        """The position behind this one."""
        return Position(self + 1)


Position.START, Position.END = Position(0), Position(sys.maxsize)
