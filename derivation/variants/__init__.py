"""Exercises with other numbers: each with its worksheet, worked key and marking data, all from one derivation."""

from __future__ import annotations

from pathlib import Path

from flint import fmpq

from ..network import Network
from ..recipe import PREFIX
from ..spec import load
from ..terms import name
from .exercise import Exercise, exercise
from .plan import Plan


def load_exercise(path: Path) -> Exercise:
    """The exercise that a spec describes."""
    network = load(path)
    return exercise(network, default_plan(network))


def default_plan(network: Network) -> Plan:
    """Every parameter and every number of the data with one decimal between -1 and 1, the constants of the update as they are."""
    tenths = tuple(fmpq(k, 10) for k in range(-9, 10))
    given = {**network.parameters, **network.data}
    return Plan({(name(key), offset): tenths for key, array in given.items() for offset in range(len(array.entries)) if not key.startswith(PREFIX)})
