"""What a chain began with: the true value of what it is about, and its formulas with their quantities carried in full."""

from __future__ import annotations

from collections.abc import Iterator

from derivation.checking.facts.failures import FAILURES
from derivation.checking.facts.knowledge import ChainRead, is_closed, quantity
from derivation.checking.facts.quantity import is_derived
from derivation.checking.facts.values import quantities
from derivation.checking.judging.agreement import literal
from derivation.checking.judging.compare import Comparison
from derivation.checking.judging.context import Context
from derivation.formulas.arrays import Array
from derivation.formulas.terms import Term, rebuild

OFF = 5
"""Half units of the last digit by which a numeral is off that stands for the value it is held against."""


class Beginning:
    """What stands in a chain before its side at a place, from 1."""

    def __init__(self, context: Context, chain: ChainRead, place: int) -> None:
        self.context, self.facts, self.chain, self.place = context, context.facts, chain, place
        self.position = chain.position

    def in_full(self) -> Iterator[Term]:
        """The formulas before a side, with the true values of their quantities."""
        for formula in self.formulas_before():
            try:
                values = {leaf: self.context.truth.quantity(leaf, self.position) for leaf in quantities(formula)}
            except FAILURES:
                continue
            yield rebuild(formula, {leaf: literal(value) for leaf, value in values.items()}.get)

    def formulas_before(self) -> Iterator[Term]:
        """What stands before a side with names in it, and the article's formulas for what the chain is about."""
        for read in self.chain.sides[: self.place]:
            if read.tree is None or is_closed(read.tree):
                continue
            try:
                term = self.context.meaning(self.chain, read.tree)[0]
            except FAILURES:
                continue
            yield term
            if term.head in ("name", "partial", "updated"):
                yield from Comparison(self.context, self.position, "≈").formulas(term)

    def subject(self) -> Array | None:
        """The true value of the quantity that a chain is about."""
        first = self.chain.sides[0].tree
        key = quantity(first) if first else None
        if first is None or key is None or not (self.facts.definition(key, self.position) or is_derived(key)):
            return None
        try:
            return self.context.truth.value(self.context.meaning(self.chain, first)[0], self.position)
        except FAILURES:
            return None

    def origin(self) -> Array | None:
        """The true value of the quantity that a chain is about, or else that of its first side of numbers."""
        truth = self.subject()
        if truth is not None:
            return truth
        trees = (read.tree for read in self.chain.sides[: self.place - 1])
        first = next((tree for tree in trees if tree and is_closed(tree)), None)
        return self.context.value_of(first, self.chain) if first else None
