"""Exercises without wishes: every parameter and all data in tenths, whatever becomes of them."""

from __future__ import annotations

from pathlib import Path

from flint import fmpq

from derivation import load
from derivation.exercises.exercise.exercise import Exercise
from derivation.exercises.exercise.exercise import exercise as made
from derivation.exercises.plan.plan import Plan
from derivation.formulas.terms import name

NO_WISHES = {"branches": "any", "zeros": False, "mistakes": False, "effort": 0}


def loose(path: Path) -> Exercise:
    """The exercise of a spec, its plan as loose as can be."""
    network = load(path)
    tenths = tuple(fmpq(k, 10) for k in range(-9, 10))
    given = {**network.parameters, **network.data}
    domains = {(name(key), offset): tenths for key, array in given.items() for offset in range(len(array.entries))}
    return made(network, Plan(domains, wishes=NO_WISHES))
