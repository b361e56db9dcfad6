"""5,000 random networks with hostile numbers, others in each run, against mpmath in more and more digits: none is refused
that has a value, and none is wrong. What cannot be written on a page, 10^300000 and beyond, may be refused."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from fuzz.networks import drawn
from fuzz.oracle import NoValue, Opinion, Spec, Unknown, disagreements
from seeds import fresh_seed

from derivation import Derivation, derive, loads, prove
from derivation.formulas.arrays import Array
from derivation.formulas.decimals import json_text
from derivation.formulas.numbers import Uncertain, Undefined
from derivation.networks.walkthrough import FalseLine

BATCHES, IN_A_BATCH, PROVED = 100, 50, 25
"""One network of so many is proved as well."""


def opinion(text: str) -> Opinion | None:
    """The second opinion; None where there is no value, or none that its digits tell."""
    try:
        return Spec(text).opinion()
    except (NoValue, Unknown):
        return None


def worked(text: str, proved: bool) -> Derivation | Exception:
    """The network worked with all its lines, or why it is refused."""
    try:
        found = derive(loads(text))
        return prove(found) if proved else found
    except (Undefined, Uncertain, FalseLine) as problem:
        return problem


def said(found: Derivation) -> dict[str, list[dict[str, dict[str, list[str]]]]]:
    """Values and gradients as the JSON form has them."""

    def texts(arrays: dict[str, Array]) -> dict[str, list[str]]:
        return {key: [json_text(entry) for entry in array.entries] for key, array in arrays.items()}

    return {"training_steps": [{"values": texts(dict(found.values)), "gradients": texts(dict(found.gradients))}]}


def verdict(text: str, proved: bool) -> str:
    """What came of a network; raises `AssertionError` for what must not be."""
    true, ours = opinion(text), worked(text, proved)
    if true is None:
        return "without a second opinion"
    if isinstance(ours, Exception):
        assert not true.can_be_written, f"{ours}\n{text}"
        return "too large"
    try:
        wrong = disagreements(text, said(ours))
    except Unknown:
        return "without a second opinion"
    assert not wrong, f"{wrong}\n{text}"
    return "right"


@pytest.mark.slow
@pytest.mark.slices(4)
@pytest.mark.parametrize("batch", range(BATCHES))
def test_none_is_refused_that_has_a_value_and_none_is_wrong(batch: int) -> None:
    found = Counter(
        verdict(drawn(random.Random(f"{fresh_seed()} {batch} {count}")), count % PROVED == 0)
        for count in range(IN_A_BATCH)
    )
    assert found["right"] > IN_A_BATCH * 3 // 4
