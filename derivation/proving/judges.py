"""Who judges which link: a rule of roles and shapes alone, so that a verdict's kind is known before SymPy has begun."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod

from derivation.formulas.terms import Term, names, walk
from derivation.networks.network import Network
from derivation.networks.walkthrough import Basis, Line
from derivation.proving.shrink import LONGEST_KEPT, NotShrunk, Twin, rigid, shrunk

VIEWS = frozenset({"gradient_check", "hessian", "jacobian"})
"""Phases whose links are compared at the numbers, whatever they are written in (`views`)."""
MAXIMAL_SIZE = 8
"""Rows or columns up to which symbols are made for every entry; beyond a link is proved at small shapes."""
MAXIMAL_LENGTH, MAXIMAL_ENTRIES = 32, 400
"""Rows or columns, and entries, up to which there are symbols for every entry where small shapes do not do; beyond a
link is compared at its numbers."""
MAXIMAL_SYMBOLS = 1_000
"""Symbols for all that stands in one equation with a quantity, up to which these are made: what a derivative takes grows
with their square."""


@dataclass(frozen=True)
class Reduced:
    """A claim at small shapes: the lengths that were kept, the small network, and the terms of quantity, claim and the
    lines before it."""

    kept: frozenset[int]
    twin: Twin
    terms: tuple[Term, ...]


class Judges:
    """Who judges the links of one network; `largest` is how long a dimension may be to have symbols at once."""

    def __init__(self, network: Network, largest: int = MAXIMAL_SIZE) -> None:
        self.network, self.largest = network, largest
        self.twins: dict[frozenset[int], Twin | None] = {}

    def basis(self, phase: str, quantity: Term, before: list[Line], line: Line) -> Basis:
        """What the verdict on a line will rest on, if all is well with it.

        A formula is held against a formula, in symbols where they are not too many; numbers are compared as they are.
        """
        if phase in VIEWS or line.role != "formula":
            return "numbers"
        if not self.covers(quantity, line.term):
            return "symbols"
        if self.reduced(quantity, before, line) is not None:
            return "small_shapes"
        return self.at_full_size(quantity, before)

    def at_full_size(self, quantity: Term, before: list[Line]) -> Basis:
        """What is left where small shapes do not do: of a derivative's first formula, the change along a direction."""
        return "direction" if len(before) == 1 and quantity.head == "partial" else "numbers"

    def covers(self, *terms: Term) -> bool:
        """Whether a link between these is too large for symbols."""
        used = {node for term in terms for node in walk(term) if node.head == "name"}
        keys = {operand for term in used for operand in (term.args[0], *self.neighbours(term.args[0]))}
        shapes = [self.network.names.shapes[key] or (1,) for key in keys]
        if max(map(max, shapes), default=1) <= self.largest:
            return False
        few = all(map(_has_symbols, shapes)) and sum(map(prod, shapes)) <= MAXIMAL_SYMBOLS
        return not few or self.twin(frozenset()) is not None

    def neighbours(self, key: str) -> tuple[str, ...]:
        """What stands in one equation with a quantity: its derivative needs symbols for all of them."""
        equations = [key, *self.network.consumers.get(key, ())]
        return tuple(
            operand
            for equation in equations
            if equation in self.network.equations
            for operand in (equation, *names(self.network.equations[equation]))
        )

    @cached_property
    def rigid(self) -> frozenset[int]:
        """The lengths that the network's operations are tied to."""
        return rigid(self.network)

    def twin(self, kept: frozenset[int]) -> Twin | None:
        """The network with its long dimensions shortened; None where it cannot be shortened so."""
        if kept not in self.twins:
            small = shrunk(self.network, kept)
            if small is None and not kept and max(self.rigid, default=0) <= LONGEST_KEPT:
                small = shrunk(self.network, self.rigid)
            self.twins[kept] = small
        return self.twins[kept]

    def reduced(
        self, quantity: Term, before: list[Line], line: Line, kept: frozenset[int] = frozenset()
    ) -> Reduced | None:
        """A claim at small shapes, the lengths kept that it needs; None where it cannot be made at any."""
        twin = self.twin(kept) if max(kept, default=0) <= LONGEST_KEPT else None
        if twin is None:
            return None
        try:
            return Reduced(kept, twin, twin.claim(quantity, line.term, *(line.term for line in before)))
        except NotShrunk as problem:
            more = kept.union(*problem.args)
            return self.reduced(quantity, before, line, more) if more > kept else None


def _has_symbols(shape: tuple[int, ...]) -> bool:
    return max(shape) <= MAXIMAL_LENGTH and prod(shape) <= MAXIMAL_ENTRIES
