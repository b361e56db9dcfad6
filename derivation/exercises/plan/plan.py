"""What varies, what is asked, and how answers are to be given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flint import fmpq

from derivation.exercises.plan.contract import Contract
from derivation.formulas.terms import Term

Slot = tuple[Term, int]
"""An entry of a given quantity: the quantity and the entry's offset."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """Variants of one kind: how many, and what is wished of them (all wishes, by key)."""

    name: str
    count: int
    wishes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """`domains` lists for each entry that varies the values it may take; all others stay as the spec gives them.

    `asked` are the keys of the quantities that a student writes down (`networks.keys.key_of`), all of the walkthrough's
    where it is empty; `points` what each entry of such a quantity is worth, 1 where it says nothing. `wishes` holds for
    each key of the wishes table (`wishes.WISHES`) what is wished; strata have wishes of their own.
    """

    domains: Mapping[Slot, tuple[fmpq, ...]]
    contract: Contract = field(default_factory=Contract)
    asked: tuple[str, ...] = ()
    points: Mapping[str, int] = field(default_factory=dict)
    wishes: Mapping[str, Any] = field(default_factory=dict)
    strata: tuple[Stratum, ...] = ()
