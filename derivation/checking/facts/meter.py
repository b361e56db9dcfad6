"""How much work an article may make. Reading and judging count their steps; an equality that takes too many is left
undecided, and where the article has used up what its length allows, so are the ones behind it. So no text takes longer
than in proportion to its length."""

from __future__ import annotations

from derivation.words.telling import tell

STEPS_OF_ONE = 200_000
"""Steps that one equality may take."""
STEPS_AT_LEAST, STEPS_A_LETTER = 600_000, 15
"""Steps that an article may take: so many, and more by its letters."""


class Exhausted(Exception):
    """An equality, or the article, takes more steps than it may; the text says so. No failure of a value, so nothing is
    concluded from it."""


class Meter:
    """Counts steps against what one equality and the whole article may take.

    >>> meter = Meter(letters=10)
    >>> meter.tick(3)
    >>> meter.steps
    3
    """

    def __init__(self, letters: int) -> None:
        self.steps = self.begun = 0
        self.deepest = 0
        """How many questions stood behind each other at most."""
        self.limit = STEPS_AT_LEAST + STEPS_A_LETTER * letters

    def begin(self) -> None:
        """The next equality."""
        self.begun = self.steps

    def tick(self, count: int = 1) -> None:
        """So many steps are taken; `Exhausted` where there are too many."""
        self.steps += count
        if self.steps - self.begun > STEPS_OF_ONE:
            raise Exhausted(tell("undecided.long", steps=STEPS_OF_ONE))
        if self.steps > self.limit:
            raise Exhausted(tell("undecided.spent"))
