"""Ids without an edition, such as `7-012-KQ`: as they were made before there were editions, and never are any more.

Their check letters are of a text of everything that a variant depended on, the mistakes among them, as Python showed
it. It is written here as it was then, whatever the classes are called now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from derivation.exercises.exercise.exercise import Exercise
from derivation.formulas.terms import Term
from derivation.networks.keys import key_of

FORMER = 1
"""The edition with the mistakes that were known then."""
WISHES = ("decimals", "relu", "branches", "moderate", "zeros", "repeats", "falls", "distinct", "mistakes", "effort")
"""The wishes that were known then."""


class _Shown(str):
    """A text that a list shows without quotes."""

    __repr__ = str.__str__


def former_digest(exercise: Exercise) -> bytes:
    """What check letters were made of; `exercise` is in the edition `FORMER`."""
    network, plan = exercise.network, exercise.plan
    carry, contract = network.carry, plan.contract
    parts = [
        1,
        sorted((key, _term(term)) for key, term in network.equations.items()),
        sorted(
            (key_of(quantity), array.shape, [str(entry) for entry in array.entries])
            for quantity, array in exercise.given.items()
        ),
        [row.name for row in network.update.rows] if network.update else None,
        network.loss,
        _Shown(f"Carry(digits={carry.digits}, places={carry.places})") if carry else None,
        [mistaken.row.name for mistaken in exercise.mistakes],
        _Shown(f"Contract(digits={contract.digits}, places={contract.places}, carries={contract.carries})"),
        plan.asked,
        sorted(
            (key_of(quantity), offset, [str(value) for value in domain])
            for (quantity, offset), domain in plan.domains.items()
        ),
        _wished(plan.wishes),
        [(stratum.name, stratum.count, _wished(stratum.wishes)) for stratum in plan.strata],
    ]
    return hashlib.sha256(repr(parts).encode()).digest()


def _term(term: Term) -> _Shown:
    args = tuple(_term(arg) if isinstance(arg, Term) else arg for arg in term.args)
    return _Shown(f"Term(head={term.head!r}, args={args!r})")


def _wished(wishes: Mapping[str, Any]) -> list[tuple[str, str]]:
    return sorted((key, str(wishes[key])) for key in WISHES if key in wishes)
