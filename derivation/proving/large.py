"""Links between arrays that are too large for a symbol in each entry.

A formula has to hold at the numbers in full, and is proved as it stands at small shapes (`shrink`); where its shapes
cannot be shortened, a derivative's first formula has to be right along a direction (`along`). Links between numbers are
compared in certified arithmetic, every entry of them.
"""

from __future__ import annotations

from dataclasses import replace

from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.decimals import meant
from derivation.formulas.numbers import Uncertain, agreeing, certified
from derivation.formulas.terms import Term, name, number, partial, walk
from derivation.networks.walkthrough import Line, Proof
from derivation.proving.along import agrees
from derivation.proving.judges import Reduced
from derivation.proving.symbolic import Finding, Judgement, Symbolic


class Large:
    """Judges what is too large for one prover, with provers of smaller networks."""

    def __init__(self, prover: Symbolic) -> None:
        self.prover, self.network, self.judges = prover, prover.network, prover.judges
        self.provers: dict[frozenset[int], Symbolic] = {}
        self.findings: dict[tuple[frozenset[int], str, Term, Term, Term], Finding] = {}

    def claim(self, phase: str, quantity: Term, before: list[Line], line: Line) -> Judgement:
        """The judgement on a formula: it has to hold at the numbers in full, and at small shapes for any."""
        compared = self.compared(before[-1].term, line.term, begins=len(before) == 1)
        if compared != "certified":
            return Judgement(compared, "numbers")
        reduced = self.judges.reduced(quantity, before, line)
        if reduced is None:
            return self.along(quantity, before)
        finding = self.at_small_shapes(phase, before, line, reduced)
        tied = reduced.kept | self.judges.rigid
        if finding != "proved" and tied > reduced.kept:
            # What is cut or joined may not mean the same once it is shortened.
            reduced = self.judges.reduced(quantity, before, line, tied)
            if reduced is None:
                return self.along(quantity, before)
            finding = self.at_small_shapes(phase, before, line, reduced)
        if finding in ("failed", "refuted"):
            return Judgement(finding, "small_shapes")
        return Judgement("certified", "small_shapes" if finding == "proved" else "numbers")

    def at_small_shapes(self, phase: str, before: list[Line], line: Line, reduced: Reduced) -> Finding:
        """What SymPy finds of the claim there, asked once for all entries that it is the same for."""
        kept, (quantity, claim, *rest) = reduced.kept, reduced.terms
        key = kept, phase, quantity, rest[-1], claim
        if key not in self.findings:
            if kept not in self.provers:
                self.provers[kept] = self.prover.smaller(reduced.twin.network)
            shortened = [replace(line, term=term) for line, term in zip(before, rest, strict=True)]
            self.findings[key] = self.provers[kept].symbolic(phase, quantity, shortened, replace(line, term=claim))
        return self.findings[key]

    def along(self, quantity: Term, before: list[Line]) -> Judgement:
        """The judgement on a formula that holds at the numbers and that no symbols can be made for."""
        basis = self.judges.at_full_size(quantity, before)
        if basis == "numbers":
            return Judgement("certified", basis)
        by, loss, known = quantity.args[1], self.prover.loss, self.prover.full
        key = (by.args[0] if by.head == "index" else by).args[0]
        users = self.network.users[key]
        if any(partial(loss, name(user)) not in known for user in users):  # too large to be written
            return Judgement("certified", "numbers")
        used = [(self.network.equations[user], known[partial(loss, name(user))]) for user in users]
        holds = certified(lambda: agrees(self.at_numbers(quantity), by, used, known))
        return Judgement("certified" if holds else "refuted", basis)

    def compared(self, left: Term, right: Term, begins: bool) -> Proof:
        """Whether two sides are equal at the numbers, every entry of them, in certified arithmetic; `failed` where they
        are not known, or not well enough. Where a chain begins with the left one, what counts is its value before it is
        rounded."""

        def equal() -> bool:
            a, b = map(self.at_numbers, (left, right))
            a = meant(a) if begins and self.network.carry else a
            return a is b or agreeing(a, b)

        try:
            return "certified" if certified(equal) else "refuted"
        except (KeyError, Uncertain):  # a symbol of a rule for any parameter has no number
            return "failed"

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
