"""Links between arrays that are too large for a symbol in each entry.

A formula is proved as it stands, at small shapes (`shrink`), and has to hold at the numbers in full as well; where its
shapes cannot be shortened, a derivative's first formula has to be right along a direction (`along`). Links between
numbers are compared in certified arithmetic, every entry of them.
"""

from __future__ import annotations

from dataclasses import replace
from math import prod

from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.numbers import certified, same, unrounded
from derivation.formulas.terms import Term, name, names, number, partial, walk
from derivation.networks.walkthrough import Line, Proof
from derivation.proving.along import agrees
from derivation.proving.shrink import LONGEST_KEPT, NotShrunk, Twin, rigid, shrunk
from derivation.proving.symbolic import Symbolic

MAXIMAL_SIZE = 8
"""Rows or columns up to which symbols are made for every entry; beyond a link is proved at small shapes."""
MAXIMAL_LENGTH, MAXIMAL_ENTRIES = 32, 400
"""Rows or columns, and entries, up to which there are symbols for every entry where small shapes do not do; beyond a
link is compared at its numbers."""


class Large:
    """Judges what is too large for one prover, with provers of smaller networks."""

    def __init__(self, prover: Symbolic) -> None:
        self.prover, self.network = prover, prover.network
        self.twins: dict[frozenset[int], tuple[Twin, Symbolic] | None] = {}
        self.verdicts: dict[tuple[frozenset[int], str, Term, Term, Term], Proof] = {}

    def covers(self, *terms: Term) -> bool:
        """Whether a link between these is too large for symbols."""
        used = {node for term in terms for node in walk(term) if node.head == "name"}
        keys = {operand for term in used for operand in (term.args[0], *self.neighbours(term.args[0]))}
        shapes = [self.network.names.shapes[key] or (1,) for key in keys]
        if max(map(max, shapes), default=1) <= self.prover.largest:
            return False
        return not all(map(_has_symbols, shapes)) or self.twin(frozenset()) is not None

    def neighbours(self, key: str) -> tuple[str, ...]:
        """What stands in one equation with a quantity: its derivative needs symbols for all of them."""
        equations = [key, *self.network.consumers.get(key, ())]
        return tuple(
            operand
            for equation in equations
            if equation in self.network.equations
            for operand in (equation, *names(self.network.equations[equation]))
        )

    def twin(self, kept: frozenset[int]) -> tuple[Twin, Symbolic] | None:
        """The network with its long dimensions shortened, and the prover for it; None where it cannot be shortened
        so."""
        if kept not in self.twins:
            small = shrunk(self.network, kept)
            if small is None and not kept and max(tied := rigid(self.network), default=0) <= LONGEST_KEPT:
                small = shrunk(self.network, tied)
            self.twins[kept] = (small, self.prover.smaller(small.network, LONGEST_KEPT)) if small else None
        return self.twins[kept]

    def claim(
        self, phase: str, quantity: Term, before: list[Line], line: Line, kept: frozenset[int] = frozenset()
    ) -> Proof:
        """The verdict on a formula by the same claim about the same network at small shapes, once it holds at the
        numbers in full."""
        if self.compared(before[-1].term, line.term, begins=len(before) == 1) == "refuted":
            return "refuted"
        found = self.twin(kept)
        if found is None:
            return self.along(quantity, before)
        twin, prover = found
        try:
            small, claim, *rest = twin.claim(quantity, line.term, *(line.term for line in before))
        except NotShrunk as problem:
            more = kept.union(*problem.args)
            if not more > kept or max(more) > LONGEST_KEPT:
                return self.along(quantity, before)
            return self.claim(phase, quantity, before, line, more)
        shortened = [replace(line, term=term) for line, term in zip(before, rest, strict=True)]
        verdict = self.once(kept, prover, phase, small, shortened, replace(line, term=claim))
        tied = rigid(self.network) - kept
        if verdict == "proved" or not tied:
            return verdict
        # What is cut or joined may not mean the same once it is shortened.
        return (
            self.claim(phase, quantity, before, line, kept | tied)
            if max(kept | tied) <= LONGEST_KEPT
            else self.along(quantity, before)
        )

    def once(
        self, kept: frozenset[int], prover: Symbolic, phase: str, quantity: Term, before: list[Line], line: Line
    ) -> Proof:
        """A twin's verdict on a formula, found once for all entries that it is the same for."""
        key = kept, phase, quantity, before[-1].term, line.term
        if key not in self.verdicts:
            self.verdicts[key] = prover.symbolic(phase, quantity, before, line)
        return self.verdicts[key]

    def along(self, quantity: Term, before: list[Line]) -> Proof:
        """The verdict on a formula that holds at the numbers and that no symbols can be made for."""
        if len(before) > 1 or quantity.head != "partial":
            return "certified"
        by, loss, known = quantity.args[1], self.prover.loss, self.prover.full
        key = (by.args[0] if by.head == "index" else by).args[0]
        used = [
            (self.network.equations[user], known[partial(loss, name(user))])
            for user in self.network.consumers[key]
            if user in self.network.active
        ]
        return "certified" if certified(lambda: agrees(self.at_numbers(quantity), by, used, known)) else "refuted"

    def compared(self, left: Term, right: Term, begins: bool) -> Proof:
        """Whether two sides are equal at the numbers, every entry of them, in certified arithmetic. Where a chain
        begins with the left one, what counts is its value before it is rounded."""

        def equal() -> bool:
            a, b = map(self.at_numbers, (left, right))
            a = a.map(unrounded) if begins and self.network.carry else a
            return a is b or (a.shape == b.shape and all(map(same, a.entries, b.entries)))

        return "proved" if certified(equal) else "refuted"

    def at_numbers(self, term: Term) -> Array:
        """A term's value in full, the entries of signals and the local derivatives in it among what it names."""
        known = self.prover.full
        missing = {node for node in walk(term) if node.head == "partial" and node not in known}
        found = {
            node: self.entry_of_signal(node) if node.args[0] == self.prover.loss else self.local_slope(node)
            for node in missing
        }
        return evaluate(term, {**known, **found})

    def entry_of_signal(self, node: Term) -> Array:
        of, by = node.args
        return Array.scalar(self.prover.full[partial(of, by.args[0])][by.args[1:]])

    def local_slope(self, node: Term) -> Array:
        """A local derivative by the reverse rules."""
        of, by = node.args
        whole, key = (of.args[0] if of.head == "index" else of), (by.args[0] if by.head == "index" else by).args[0]
        unit = Term("unit", (*self.prover.shape(whole), *of.args[1:])) if of.head == "index" else number(1)
        value = evaluate(self.prover.carried_back(whole, unit, key), self.prover.full)
        return Array.scalar(value[by.args[1:]]) if by.head == "index" else value


def _has_symbols(shape: tuple[int, ...]) -> bool:
    return max(shape) <= MAXIMAL_LENGTH and prod(shape) <= MAXIMAL_ENTRIES
