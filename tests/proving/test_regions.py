"""Where several numbers are compared there are as many regions as numbers, not one for each order of two of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import derivation
from derivation.formulas.decimals import json_text
from derivation.formulas.operations import TABLE
from derivation.networks.walkthrough import FalseLine
from derivation.proving import regions, vanishes
from derivation.proving.prover import unproved

A = [0.5, -1.25, 2, 1.5, -0.75, 0.25]
B = [1.75, 0.5, -0.5, 3, 2.5, -2]
PRODUCTS: dict[str, Callable[[Any, Any], Any]] = {
    "np.min(a) * np.min(b)": lambda a, b: np.min(a) * np.min(b),
    "np.max(a) * np.max(b)": lambda a, b: np.max(a) * np.max(b),
    "np.max(a) * np.min(b) * np.max(a * b)": lambda a, b: np.max(a) * np.min(b) * np.max(a * b),
    "np.max(a) * np.max(b) * np.min(a)": lambda a, b: np.max(a) * np.max(b) * np.min(a),
    "np.max(a) / np.max(b)": lambda a, b: np.max(a) / np.max(b),
    "sum(exp(a - np.max(a))) * np.max(b)": lambda a, b: np.sum(np.exp(a - np.max(a))) * np.max(b),
    "np.max(relu(a)) * np.min(b)": lambda a, b: np.max(np.maximum(a, 0)) * np.min(b),
    "max(max(a[0], a[1]), max(b[0], b[1])) * min(a[2], min(b[2], b[3]))": lambda a, b: (
        max(a[0], a[1], b[0], b[1]) * min(a[2], b[2], b[3])
    ),
}


def worked(equation: str, size: int) -> derivation.Derivation:
    given = {"a": A[:size], "b": B[:size]}
    return derivation.derive(derivation.network(f"L = {equation}", parameters=given, loss="L"))


def looked_at(equation: str, size: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """The regions that a proof looks at."""
    found = worked(equation, size)
    seen, every = [], regions._regions

    def counted(*args: Any) -> Any:
        seen.append(1)
        return every(*args)

    with monkeypatch.context() as patched:
        patched.setattr(regions, "_regions", counted)
        derivation.prove(found)
    return len(seen)


@pytest.mark.slow
@pytest.mark.parametrize("equation", PRODUCTS)
def test_products_of_the_largest_are_proved_and_right(equation: str) -> None:
    found = derivation.prove(worked(equation, 4))
    assert not unproved(found)
    point, at = np.array([A[:4], B[:4]]), PRODUCTS[equation]
    for place, key in enumerate("ab"):
        ours = [float(Fraction(json_text(entry))) for entry in found.gradients[key].entries]
        for k, slope in enumerate(ours):
            moved = np.zeros_like(point)
            moved[place, k] = 1e-6
            quotient = (at(*(point + moved)) - at(*(point - moved))) / 2e-6
            assert slope == pytest.approx(quotient, rel=1e-6, abs=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("equation", ["np.min(a) * np.min(b)", "np.max(a) * np.max(b)"])
def test_regions_grow_with_a_power_of_the_sizes(equation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for size in (3, 5):
        vanishes.verdict.cache_clear()
        counts.append(looked_at(equation, size, monkeypatch))
    assert 0 < counts[1] <= counts[0] * (5 / 3) ** 4


def test_the_wrong_place_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(TABLE["smallest"], reverse=("G * first_largest(a)",))
    monkeypatch.setitem(TABLE, "smallest", wrong)
    with pytest.raises(FalseLine):
        derivation.prove(worked("np.min(a) * np.min(b)", 4))
