"""Every link of every chain is judged.

Proofs are local. Each equation is built entry by entry from symbols for its operands, and each claimed derivative is
compared with what `diff` gives for that equation alone; the chain rule joins them, so the cost grows with the number of
operations and not with the depth of nesting: a formula is `proved`. Links between numbers, and what is too large for
symbols, are compared at the numbers themselves: `certified`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from derivation.formulas.arrays import Array
from derivation.formulas.decimals import unrounded
from derivation.formulas.terms import Term, name, walk
from derivation.networks.network import Network
from derivation.networks.walkthrough import Derivation, FalseLine, Line, Phase, Proof, Step
from derivation.proving.aligned import aligned
from derivation.proving.judges import MAXIMAL_LENGTH, MAXIMAL_SIZE, VIEWS, Judges
from derivation.proving.large import Large
from derivation.proving.meanings import Meanings
from derivation.proving.numeric import Numeric
from derivation.proving.shrink import LONGEST_KEPT
from derivation.proving.symbolic import Finding, Judgement
from derivation.proving.views import Truth
from derivation.words.telling import tell

Judge = Callable[[str, Term, list[Line], Line], Judgement]
"""The judgement on a line, given its phase, its quantity and the lines before it."""


def prove(derivation: Derivation) -> Derivation:
    """The derivation with a verdict on every line, and what it rests on.

    Raises `FalseLine` where a link is refuted: such a line cannot be built.

    >>> from derivation import derive, loads
    >>> d = prove(derive(loads('[model]\\nequations = "f = 2 * x + 1"\\n[data]\\nx = 0.5')))
    >>> [line.proof for phase in d.phases for step in phase.steps for line in step.lines]
    ['none', 'proved', 'none', 'certified', 'none', 'proved', 'certified', 'certified', 'certified']
    """
    worked = {phase.training_step for phase in derivation.phases if phase.steps}
    provers = {
        count: Prover(
            derivation.network.at_step(count), numbers.values, numbers.gradients, numbers.updated, numbers.optimizer
        )
        for count, numbers in enumerate(derivation.training_steps, 1)
        if count in worked
    }
    return _judged(derivation, lambda phase: provers[phase.training_step].judge)


def presumed(derivation: Derivation) -> Derivation:
    """The derivation as it will be if no link fails, without a proof: the same rule says what each will rest on."""
    judges = Judges(derivation.network)

    def judge(phase: str, quantity: Term, before: list[Line], line: Line) -> Judgement:
        basis = judges.basis(phase, quantity, before, line)
        return Judgement("proved" if basis == "symbols" else "certified", basis)

    return _judged(derivation, lambda phase: judge)


def unproved(derivation: Derivation) -> list[tuple[Term, Line]]:
    """The links that were judged and that nothing could decide, each with its quantity."""
    return [
        (step.quantity, line)
        for phase in derivation.phases
        for step in phase.steps
        for line in step.lines
        if line.proof == "failed"
    ]


def _judged(derivation: Derivation, judge_of: Callable[[Phase], Judge]) -> Derivation:
    phases = tuple(
        replace(phase, steps=tuple(_judged_step(judge_of(phase), phase, step) for step in phase.steps))
        for phase in derivation.phases
    )
    return replace(derivation, phases=phases)


def _judged_step(judge: Judge, phase: Phase, step: Step) -> Step:
    lines = [step.lines[0]]
    for line in step.lines[1:]:
        proof, basis = judge(phase.key, step.quantity, lines, line)
        if proof == "refuted":
            raise FalseLine(tell("false_lines.refuted", quantity=step.quantity, line=line.term))
        lines.append(replace(line, proof=proof, basis=basis))
    return replace(step, lines=tuple(lines))


class Prover(Meanings):
    """Judges the links of one training step of one network."""

    def __init__(
        self,
        network: Network,
        values: Mapping[str, Array],
        gradients: Mapping[str, Array],
        updated: Mapping[str, Array],
        optimizer: Mapping[Term, Array] | None = None,
        largest: int = MAXIMAL_SIZE,
    ) -> None:
        from derivation.proving import vanishes

        super().__init__(network)
        self.vanishes = vanishes
        self.judges = Judges(network, largest)
        self.full: dict[Term, Array] = {
            **{name(key): array for key, array in values.items()},
            **{Term("partial", (self.loss, name(key))): array for key, array in gradients.items()},
            **{Term("updated", (name(key),)): array for key, array in updated.items()},
            **(optimizer or {}),
        }
        """Everything that a formula may name, as certified numbers."""
        small = {term: array for term, array in self.full.items() if _is_small(array)}
        self.numbers = {term: array.map(self.algebra.of_number) for term, array in small.items()}
        """The same as SymPy numbers, where it is small, as later lines use it; `results` before it is rounded."""
        self.results = {
            term: array.map(lambda x: self.algebra.of_number(unrounded(x))) for term, array in small.items()
        }
        self.slopes: dict[tuple[Term, Term], bool] = {}

    @cached_property
    def large(self) -> Large:
        return Large(self)

    @cached_property
    def numeric(self) -> Numeric:
        return Numeric(self, self.large)

    @cached_property
    def truth(self) -> Truth:
        return Truth(self)

    def equal(self, a: Any, b: Any) -> bool:
        """Whether two SymPy numbers are equal, to 40 digits where they are no fractions."""
        return self.numeric.equal(a, b)

    def smaller(self, network: Network) -> Prover:
        """The prover of a smaller network, whose derivatives have no values."""
        return Prover(network, {**network.parameters, **network.data}, {}, {}, largest=LONGEST_KEPT)

    def judge(self, phase: str, quantity: Term, before: list[Line], line: Line) -> Judgement:
        """Whether the line is equal to the one before it, and by what."""
        basis = self.judges.basis(phase, quantity, before, line)
        if basis == "symbols":
            return self.by_symbols(phase, quantity, before, line)
        if basis == "numbers" and (phase in VIEWS or line.role != "formula"):
            return Judgement(self.by_numbers(phase, quantity, before, line), basis)
        return self.large.claim(phase, quantity, before, line)

    def by_symbols(self, phase: str, quantity: Term, before: list[Line], line: Line) -> Judgement:
        """A formula's judgement: where there are more regions between kinks than can be looked at, its numbers have to
        agree as well, and it is no more than certified."""
        finding = self.symbolic(phase, quantity, before, line)
        if finding != "sampled":
            return Judgement(finding, "symbols")
        return Judgement(self.numeric.compared(before[-1].term, line.term, {}), "numbers")

    def by_numbers(self, phase: str, quantity: Term, before: list[Line], line: Line) -> Proof:
        """The verdict on a link between numbers."""
        if phase in VIEWS:
            return self.truth.judge(before[-1].term, line.term)
        if len(before) == 1 and quantity.head == "partial" and quantity.args[0] == self.loss:
            return self.numeric.stated(quantity, line.term)
        return self.numeric.compared(before[-1].term, line.term, self.results if len(before) == 1 else {})

    def symbolic(self, phase: str, quantity: Term, before: list[Line], line: Line) -> Finding:
        """A formula against what it must equal."""
        if len(before) > 1:
            verdict = self.rewritten(quantity, before[-1].term, line.term)
            if verdict == "proved" and quantity in self.formulas:
                self.formulas[quantity] = self.meaning(line.term, {})
            return verdict
        if quantity.head == "partial":
            outputs = self.outputs(quantity)
            claimed = self.meaning(line.term, self.locals_in(line.term, outputs))
            return self.verdict(claimed, self.derivative(quantity, line.term), outputs)
        return self.verdict(self.meaning(line.term, {}), self.defined(quantity, phase))

    def rewritten(self, quantity: Term, before: Term, after: Term) -> Finding:
        """A formula against the formula before it, error signals put in by their own formulas where need be."""
        if quantity.head == "partial" and all(
            self.is_slope(node, formula) for node, formula in aligned(before, after) or [(before, after)]
        ):
            return "proved"
        own = self.outputs(quantity)
        left, right = (self.locals_in(term, own) for term in (before, after))
        verdict = self.verdict(self.meaning(before, left), self.meaning(after, right))
        if verdict == "proved":
            return verdict
        outputs = own.union(*(self.outputs(node) for node in walk(before) if node.head == "partial"))
        known = {**self.signals(before), **self.formulas}
        return self.verdict(self.meaning(before, {**left, **known}), self.meaning(after, {**right, **known}), outputs)

    def is_slope(self, node: Term, formula: Term) -> bool:
        """Whether a formula is the derivative that stood in its place, by the equations around it alone."""
        if node.head != "partial":
            return False
        found = self.slopes.get((node, formula))
        if found is None:
            meant = self.signals(node).get(node) or self.meaning(node, {})
            found = self.slopes[node, formula] = (
                self.verdict(self.meaning(formula, {}), meant, self.outputs(node)) == "proved"
            )
        return found

    def verdict(self, claimed: Array, true: Array, outputs: Collection[Term] | None = None) -> Finding:
        """Entry by entry, with the outputs' meanings put in one after the other, the latest first; what does not hold
        for any data may hold for the data given."""
        if claimed.shape != true.shape:
            return "refuted"
        differences = [self.sympy.sympify(a - b) for a, b in zip(claimed.entries, true.entries, strict=True)]
        verdict = self.all_vanish(differences)
        for terms, known in self.put_in(outputs) if verdict != "proved" and outputs is not None else ():
            symbols = {symbol for term in terms for symbol in self.symbol_array(term).entries}
            if any(symbols & difference.free_symbols for difference in differences):
                meanings = self.meant((term, known(term)) for term in terms)
                differences = [difference.xreplace(meanings) for difference in differences]
                verdict = self.all_vanish(differences)
            if verdict == "proved":
                break
        return verdict

    def put_in(self, outputs: Collection[Term]) -> Iterator[tuple[list[Term], Callable[[Term], Array]]]:
        """Quantities and what their symbols mean, in the order in which it is put in for them: outputs from the latest
        on, then the data."""
        for key in reversed(list(self.network.equations)):
            if name(key) in outputs:
                yield [name(key)], lambda term: self.local(term.args[0])
        yield [name(key) for key in self.network.data if name(key) in self.numbers], self.numbers.__getitem__

    def meant(self, arrays: Iterable[tuple[Term, Array]]) -> dict[Any, Any]:
        """What stands for each symbol of some quantities."""
        return {
            symbol: meaning
            for term, array in arrays
            for symbol, meaning in zip(self.symbol_array(term).entries, array.entries, strict=True)
        }

    def all_vanish(self, differences: list[Any]) -> Finding:
        """`refuted` as soon as one difference is not zero, `failed` where one is neither zero nor not."""
        found = {self.vanishes.verdict(difference) for difference in differences}
        return next((finding for finding in ("refuted", "failed", "sampled") if finding in found), "proved")


def _is_small(array: Array) -> bool:
    return max(array.shape or (1,)) <= MAXIMAL_LENGTH
