"""A short id for each sheet, such as `7-012-KQ`: the seed, the number, and check letters that belong to one spec and
one contract.

A small letter behind the number says that a variant stands in the place of one like an earlier variant (`7-012a-KQ`).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property

from derivation.exercises.exercise.exercise import Exercise
from derivation.networks.keys import key_of

EDITION = 1
"""To be raised when the same seed gives other numbers than before."""
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without I and O, which look like digits."""
FORM = re.compile(r"\s*(-?\d+)-(\d+)([a-z]*)-([A-Za-z]{2})\s*\Z")


class WrongId(ValueError):
    """An id that is none, or that of another spec."""


@dataclass(frozen=True)
class Identity:
    """Makes and reads the ids of one exercise."""

    exercise: Exercise

    @cached_property
    def digest(self) -> bytes:
        """Of all that the numbers of a variant and its key depend on."""
        network, plan = self.exercise.network, self.exercise.plan
        update = network.update
        parts = [
            EDITION,
            sorted(network.equations.items()),
            sorted(
                (key_of(quantity), array.shape, [str(entry) for entry in array.entries])
                for quantity, array in self.exercise.given.items()
            ),
            [row.name for row in update.rows] if update else None,
            network.loss,
            network.carry,
            [mistaken.row.name for mistaken in self.exercise.mistakes],
            plan.contract,
            plan.asked,
            sorted(
                (key_of(quantity), offset, [str(value) for value in domain])
                for (quantity, offset), domain in plan.domains.items()
            ),
            sorted((key, str(value)) for key, value in plan.wishes.items()),
            [
                (stratum.name, stratum.count, sorted((key, str(value)) for key, value in stratum.wishes.items()))
                for stratum in plan.strata
            ],
        ]
        return hashlib.sha256(repr(parts).encode()).digest()

    def letters(self, stem: str) -> str:
        """The check letters of what stands before them."""
        found = int.from_bytes(hashlib.sha256(self.digest + stem.encode()).digest()[:8], "big")
        return LETTERS[found % len(LETTERS)] + LETTERS[found // len(LETTERS) % len(LETTERS)]

    def made(self, seed: int, number: int, turn: int) -> str:
        """The id of a variant: the one of its number whose `turn` it is, counted from 0.

        The turn is written in letters: nothing for 0, then a to z, aa and so on.
        """
        stem, letters = f"{seed}-{number:03d}", ""
        while turn:
            turn, rest = divmod(turn - 1, 26)
            letters = chr(ord("a") + rest) + letters
        return f"{stem}{letters}-{self.letters(stem + letters)}"

    def read(self, text: str) -> tuple[int, int, int]:
        """Seed, number and turn; raises `WrongId` with a sentence."""
        match = FORM.match(text)
        if not match or int(match[2]) < 1:
            raise WrongId(f"{text[:40]!r} is no id; one looks like 7-012-KQ")
        turn = 0
        for letter in match[3]:
            turn = 26 * turn + ord(letter) - ord("a") + 1
        made = self.made(int(match[1]), int(match[2]), turn)
        if made.rpartition("-")[2] != match[4].upper():
            raise WrongId(
                f"the id {text.strip()} is of another spec, or mistyped: its check letters do not belong to this one"
            )
        return int(match[1]), int(match[2]), turn
