"""What varies, what is asked, and how answers are to be given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flint import fmpq

from ..network import Network
from ..terms import Term, name
from .contract import Contract

Slot = tuple[Term, int]
"""An entry of a given quantity: the quantity and the entry's offset."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`domains` lists for each entry that varies the values it may take; all others stay as the spec gives them.

    `asked` are the keys of the quantities that a student writes down (`plain.plain`), all of the walkthrough's where it is empty;
    `points` what each entry of such a quantity is worth, 1 where it says nothing.
    """

    domains: Mapping[Slot, tuple[fmpq, ...]]
    contract: Contract = field(default_factory=Contract)
    asked: tuple[str, ...] = ()
    points: Mapping[str, int] = field(default_factory=dict)


def default_plan(network: Network) -> Plan:
    """Every parameter and every number of the data with one decimal between -1 and 1, the constants of the update as they are."""
    tenths = tuple(fmpq(k, 10) for k in range(-9, 10))
    given = {**network.parameters, **network.data}
    return Plan({(name(key), offset): tenths for key, array in given.items() for offset in range(len(array.entries))})
