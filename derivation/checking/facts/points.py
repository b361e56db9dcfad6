"""Values at random points: inputs are drawn by their names, everything else follows."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from flint import fmpq

from derivation.checking.facts.failures import FAILURES, Unknown
from derivation.checking.facts.lookup import Lookup
from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import Key, key_of
from derivation.checking.facts.supposed import NOTHING
from derivation.checking.facts.values import Truth
from derivation.checking.reading.trees import LISTS
from derivation.formulas.arrays import Array, Shape
from derivation.formulas.numbers import middle
from derivation.formulas.operations import TABLE
from derivation.formulas.terms import Term

DRAWN_A_STEP = 32
"""Entries of an array that are drawn in the time of a step."""


class Random(Truth):
    """Values at a random point: inputs are drawn by their names, everything else follows."""

    def __init__(
        self,
        facts: Lookup,
        trial: int,
        fixed: frozenset[Key] = frozenset(),
        printed: Truth | None = None,
        surface: bool = False,
        direct: bool = False,
    ) -> None:
        super().__init__(facts)
        self.direct = direct
        self.trial, self.fixed, self.printed, self.surface = trial, fixed, printed, surface

    def find(self, leaf: Term, position: Position) -> Array:
        if leaf.head == "name" and leaf.args[0] in self.facts.supposed.scalars:
            return self.array(leaf.args[0], ())
        if self.printed and key_of(leaf) in self.fixed:
            return self.printed.quantity(leaf, position)
        if self.surface and leaf.head == "name" and self.facts.alias_term(leaf.args[0]) is None:
            return self.drawn(leaf.args[0], position)
        if self.surface and leaf.head != "name":
            shape = self.facts.shape(leaf.args[-1].args[0] if leaf.args[-1].head == "name" else "", position)
            return self.array(key_of(leaf), shape or ())
        return super().find(leaf, position)

    def given(self, key: Key, position: Position) -> Array:
        return self.drawn(key, position)

    def drawn(self, key: Key, position: Position) -> Array:
        shape = self.facts.shape(key, position)
        if shape is None and not self.facts.is_drawn(key):
            raise Unknown(0, "lacking.shape", quantity=key)
        array = self.array(key, shape or ())
        if self.facts.supposed is not NOTHING:
            array = self.granted(key, array)
        return normalized(array, self.distributions(key, position))

    def granted(self, key: Key, array: Array) -> Array:
        """The array that was drawn, with what is granted to it: that it is symmetric, or adds up to 1."""
        supposed, symbol = self.facts.supposed, self.facts.symbol(key)
        if array.shape and array.shape[0] == array.shape[1] and supposed.is_symmetric(symbol):
            turned = [array[(column, row)] for row, column in array.places]
            return Array(array.shape, tuple(map(operator.add, array.entries, turned)))
        siblings = supposed.siblings(symbol)
        if siblings and not array.shape:
            others = normalized(
                column([self.array(other, ()).entries[0] for other in siblings]), [range(len(siblings))]
            )
            return Array((), (others.entries[list(siblings).index(str(key))],)) if key in siblings else array
        return normalized(array, [range(len(array.entries))] if array.shape and supposed.adds_up(symbol) else [])

    def array(self, key: Key, shape: Shape) -> Array:
        size = shape[0] * shape[1] if shape else 1
        self.facts.meter.tick(size // DRAWN_A_STEP)
        return Array(shape, tuple(rational(f"{key}/{place}/{self.trial}") for place in range(size)))

    def distributions(self, key: Key, position: Position) -> list[range]:
        """The places that add up to 1 where an input is a target, or has one in each row or each column: in a random
        one they do so too."""
        statement = self.facts.given(key, position)
        if statement is None or statement.tree.head not in ("matrix", *LISTS):
            return []
        array = self.given_by_value(key, position)
        entries, columns = array.entries, array.shape[1] if array.shape else 1
        whole = range(len(entries))
        rows, down = [whole[k : k + columns] for k in whole[::columns]], [whole[k::columns] for k in range(columns)]
        add_up = (
            parts
            for parts in ([whole], rows, down)
            if all(len(part) > 1 and sum((entries[k] for k in part), fmpq(0)) == 1 for part in parts)
        )
        return next(add_up, []) if all(isinstance(x, fmpq) and x >= 0 for x in entries) else []

    def given_by_value(self, key: Key, position: Position) -> Array:
        return Truth(self.facts).given(key, position)


def sides(kink: Term, point: Truth, position: Position) -> set[bool]:
    """The sides of a kink on which the entries of its operand lie at a point."""
    row = TABLE[kink.head]
    assert row.kink
    try:
        distance = row.kink(None, *(point.value(child, position) for child in kink.children))
        return {middle(entry) > 0 for entry in distance.entries}
    except FAILURES:
        return set()


def are_crossed(kinks: Sequence[Term], points: Sequence[Truth], position: Position) -> bool:
    """Whether the points lie on both sides of every kink."""
    return all(len(set().union(*(sides(kink, point, position) for point in points))) == 2 for kink in kinks)


def normalized(array: Array, parts: list[range]) -> Array:
    """The array with the entries of each part positive and adding up to 1."""
    entries = list(array.entries)
    for part in parts:
        positive = [abs(entries[place]) + fmpq(1, 7) for place in part]
        total = sum(positive, fmpq(0))
        for place, entry in zip(part, positive, strict=True):
            entries[place] = entry / total
    return Array(array.shape, tuple(entries))


def column(entries: Sequence[Any]) -> Array:
    return Array((len(entries), 1), tuple(entries))


def rational(seed: str) -> fmpq:
    """A fraction between -3 and 3, not 0, that depends on the text alone."""
    drawn = int.from_bytes(blake2b(seed.encode(), digest_size=4).digest(), "big")
    value = fmpq(drawn % 191 + 1, 64)
    return -value if drawn >> 31 else value
