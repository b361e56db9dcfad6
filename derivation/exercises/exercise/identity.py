"""A short id for each sheet, such as `7-012-1KQ`: the seed, the number, the edition, and check letters that belong to
one spec.

A small letter behind the number says that a variant stands in the place of one like an earlier variant
(`7-012a-1KQ`). The edition says which mistakes the numbers were tried against (`mistakes.table`); all else that they
depend on is in the spec. Ids without an edition (`7-012-KQ`) were made before there were editions, and are read as ids
of the first one (`former_ids`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from derivation.exercises.exercise.exercise import Exercise
from derivation.exercises.exercise.former_ids import FORMER, former_digest
from derivation.exercises.plan.wishes import WISHES
from derivation.formulas.arrays import Array
from derivation.formulas.terms import Term
from derivation.mistakes.table import latest
from derivation.words.telling import tell

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without I and O, which look like digits."""
FORM = re.compile(r"\s*(-?\d+)-(\d+)([a-z]*)-(\d*)([A-Za-z]{2})\s*\Z", re.ASCII)


class WrongId(ValueError):
    """An id that is none, or that of another spec."""


@dataclass(frozen=True, slots=True)
class Id:
    """An id as it is written: `turn` counts the variants that were found for a number, from 0; `edition` is None where
    there were none yet.

    >>> Id.read(" 7-012b-1kq ")
    Id(seed=7, number=12, turn=2, edition=1, letters='KQ')
    >>> str(Id.read("7-012-KQ"))
    '7-012-KQ'
    """

    seed: int
    number: int
    turn: int
    edition: int | None
    letters: str = ""

    @classmethod
    def read(cls, text: str) -> Id:
        """The id that a text is. Raises `WrongId` with a sentence."""
        match = FORM.match(text)
        if not match or int(match[2]) < 1:
            raise WrongId(tell("ids.none", text=repr(text[:40])))
        turn = 0
        for letter in match[3]:
            turn = 26 * turn + ord(letter) - ord("a") + 1
        edition = int(match[4]) if match[4] else None
        if edition is not None and not 1 <= edition <= latest():
            raise WrongId(tell("ids.later", id=text.strip(), edition=edition, latest=latest()))
        return cls(int(match[1]), int(match[2]), turn, edition, match[5].upper())

    @property
    def stem(self) -> str:
        """Seed, number and turn: the turn in letters, nothing for 0, then a to z, aa and so on."""
        turn, letters = self.turn, ""
        while turn:
            turn, rest = divmod(turn - 1, 26)
            letters = chr(ord("a") + rest) + letters
        return f"{self.seed}-{self.number:03d}{letters}"

    @property
    def body(self) -> str:
        """All but the check letters."""
        return f"{self.stem}-{'' if self.edition is None else self.edition}"

    def __str__(self) -> str:
        return self.body + self.letters


def edition_of(text: str) -> int:
    """The edition of the variant that an id is printed on. Raises `WrongId`.

    >>> edition_of("7-012-1KQ"), edition_of("7-012-KQ")
    (1, 1)
    """
    return Id.read(text).edition or FORMER


@dataclass(frozen=True)
class Identity:
    """Makes and reads the ids of one exercise."""

    exercise: Exercise

    @cached_property
    def digest(self) -> bytes:
        """Of all of a spec that the numbers of a variant depend on."""
        network, plan = self.exercise.network, self.exercise.plan
        update = network.update
        form = {
            "equations": [(key, _plain(term)) for key, term in network.equations.items()],
            "parameters": _arrays(network.parameters),
            "data": _arrays(network.data),
            "constants": _arrays(update.constants) if update else None,
            "update": [row.name for row in update.rows] if update else None,
            "loss": network.loss,
            "contract": (plan.contract.digits, plan.contract.places, plan.contract.carries),
            "asked": plan.asked,
            "vary": [(_plain(key), offset, list(map(str, domain))) for (key, offset), domain in plan.domains.items()],
            "wishes": _wished(plan.wishes),
            "strata": [(stratum.name, stratum.count, _wished(stratum.wishes)) for stratum in plan.strata],
        }
        return hashlib.sha256(json.dumps(form, sort_keys=True).encode()).digest()

    @cached_property
    def former(self) -> bytes:
        """The digest of ids without an edition."""
        return former_digest(self.exercise)

    def letters(self, id: Id) -> str:
        """The check letters of what stands before them."""
        digest, stem = (self.former, id.stem) if id.edition is None else (self.digest, id.body)
        found = int.from_bytes(hashlib.sha256(digest + stem.encode()).digest()[:8], "big")
        return LETTERS[found % len(LETTERS)] + LETTERS[found // len(LETTERS) % len(LETTERS)]

    def made(self, seed: int, number: int, turn: int) -> str:
        """The id of a variant: the one of its number whose `turn` it is, counted from 0."""
        id = Id(seed, number, turn, self.exercise.edition)
        return str(id) + self.letters(id)

    def read(self, text: str) -> Id:
        """The id that a text is, of this exercise, which is in the id's edition. Raises `WrongId` with a sentence."""
        id = Id.read(text)
        if self.letters(id) != id.letters:
            raise WrongId(tell("ids.former" if id.edition is None else "ids.other", id=text.strip()))
        return id


def _plain(term: Term) -> list[Any]:
    return [term.head, *(_plain(arg) if isinstance(arg, Term) else arg for arg in term.args)]


def _arrays(table: Mapping[str, Array]) -> list[tuple[str, tuple[int, ...], list[str]]]:
    return [(key, array.shape, list(map(str, array.entries))) for key, array in table.items()]


def _wished(wishes: Mapping[str, Any]) -> dict[str, str]:
    """What is wished otherwise than where a spec says nothing: so a new wish changes no id."""
    return {key: str(value) for key, value in wishes.items() if value != WISHES[key].default}
