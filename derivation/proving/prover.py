"""SymPy judges every link of every chain.

Proofs are local. Each equation is built entry by entry from symbols for its operands, and each claimed derivative is
compared with what `diff` gives for that equation alone; the chain rule joins them, so the cost grows with the number of
operations and not with the depth of nesting. Links between numbers are compared at the numbers themselves: exactly
where they are rational, to 40 digits on top of the certified arithmetic that made them where they are not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property, reduce
from typing import Any

from derivation.deriving.arithmetic import is_elided
from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.calculus.reverse import gradients
from derivation.formulas.language.resolve import Shapes
from derivation.formulas.numbers import unrounded
from derivation.formulas.operations.algebras import symbols
from derivation.formulas.terms import Term, index, name, names, number, partial, walk
from derivation.networks.network import Network, inlined
from derivation.networks.update import Equation, at, generic, objectives, shared
from derivation.networks.walkthrough import Derivation, FalseLine, Line, Phase, Proof, Step
from derivation.proving.aligned import aligned
from derivation.proving.large import MAXIMAL_LENGTH, MAXIMAL_SIZE, Large
from derivation.proving.views import PHASES, Truth

DIGITS = 40
LONGEST = 4000
"""Digits that SymPy works with at most before it refutes a link between numbers."""
LARGEST_POWER = 10**5
"""Power of e up to which SymPy compares numbers; beyond, certified arithmetic does."""


def prove(derivation: Derivation) -> Derivation:
    """The derivation with SymPy's verdict on every line.

    Raises `FalseLine` where SymPy refutes a link: such a line cannot be built.

    >>> from derivation import derive, loads
    >>> d = prove(derive(loads('[model]\\nequations = "f = 2 * x + 1"\\n[data]\\nx = 0.5')))
    >>> sorted({line.proof for phase in d.phases for step in phase.steps for line in step.lines})
    ['none', 'proved']
    """
    worked = {phase.training_step for phase in derivation.phases if phase.steps}
    provers = {
        count: Prover(derivation.network, numbers.values, numbers.gradients, numbers.updated, numbers.optimizer)
        for count, numbers in enumerate(derivation.training_steps, 1)
        if count in worked
    }
    phases = tuple(
        replace(phase, steps=tuple(_judged(provers[phase.training_step], phase, step) for step in phase.steps))
        for phase in derivation.phases
    )
    return replace(derivation, phases=phases)


def presumed(derivation: Derivation) -> Derivation:
    """The derivation as it will be if every link is proved."""
    phases = tuple(
        replace(
            phase,
            steps=tuple(
                replace(step, lines=(step.lines[0], *(replace(line, proof="proved") for line in step.lines[1:])))
                for step in phase.steps
            ),
        )
        for phase in derivation.phases
    )
    return replace(derivation, phases=phases)


def unproved(derivation: Derivation) -> list[tuple[Term, Line]]:
    """The links that were judged and not proved, each with its quantity."""
    return [
        (step.quantity, line)
        for phase in derivation.phases
        for step in phase.steps
        for line in step.lines
        if line.proof == "failed"
    ]


def _judged(prover: Prover, phase: Phase, step: Step) -> Step:
    lines = [step.lines[0]]
    for line in step.lines[1:]:
        verdict = prover.judge(phase.key, step.quantity, lines, line)
        if verdict == "refuted":
            raise FalseLine(f"SymPy refutes this line of {step.quantity}: {line.term}")
        lines.append(replace(line, proof=verdict))
    return replace(step, lines=tuple(lines))


class Prover:
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
        import sympy

        from derivation.proving import vanishes

        self.largest = largest
        self.sympy, self.vanishes, self.m = sympy, vanishes, symbols()
        self.network = network
        self.loss = name(network.loss or "")
        self.numbers = self.known_numbers(values, gradients, updated, optimizer or {})
        self.formulas: dict[Term, Array] = {}

    def judge(self, phase: str, quantity: Term, before: list[Line], line: Line) -> Proof:
        """Whether the line is equal to the one before it."""
        if phase in PHASES:
            return self.truth.judge(before[-1].term, line.term)
        if line.role == "formula":
            return self.symbolic(phase, quantity, before, line)
        if len(before) == 1 and quantity.head == "partial" and quantity.args[0] == self.loss:
            return self.stated(quantity, line.term)
        return self.numeric(before[-1].term, line.term, self.results if len(before) == 1 else {})

    # Links between numbers

    def known_numbers(
        self,
        values: Mapping[str, Array],
        gradients: Mapping[str, Array],
        updated: Mapping[str, Array],
        optimizer: Mapping[Term, Array],
    ) -> dict[Term, Array]:
        """The values of everything that a formula may name, as SymPy numbers."""
        known = {name(key): array for key, array in values.items()}
        known |= {Term("partial", (self.loss, name(key))): array for key, array in gradients.items()}
        known |= {Term("updated", (name(key),)): array for key, array in updated.items()}
        known |= optimizer
        self.full: dict[Term, Array] = known
        """Everything that a formula may name, as certified numbers."""
        self.results = {
            term: array.map(lambda x: self.m.of_number(unrounded(x)))
            for term, array in known.items()
            if _is_small(array)
        }
        small = {term: array for term, array in known.items() if _is_small(array)}
        return {term: array.map(self.m.of_number) for term, array in small.items()}

    def numeric(self, left: Term, right: Term, results: Mapping[Term, Array]) -> Proof:
        """Whether two links are equal at these numbers. Where a matrix is elided, certified arithmetic has compared all
        of it.

        `results` holds what the quantity on the left is before it is rounded, where a chain begins with it.
        """
        if is_elided(left) or is_elided(right):
            return self.large.compared(left, right, begins=bool(results))
        try:
            a, b = (
                evaluate(
                    self.at_values(left),
                    {**self.numbers, left: results[left]} if left in results else self.numbers,
                    self.m,
                ),
                evaluate(self.at_values(right), self.numbers, self.m),
            )
        except KeyError:  # a quantity too large for SymPy
            return self.large.compared(left, right, begins=bool(results))
        if a.shape != b.shape:
            return "refuted"
        if any(map(self.is_out_of_reach, (*a.entries, *b.entries))):
            return self.large.compared(left, right, begins=bool(results))
        return "proved" if all(map(self.equal, a.entries, b.entries)) else "refuted"

    def is_out_of_reach(self, x: Any) -> bool:
        """Whether there is a power of e in a number, or a tail of the normal distribution, that SymPy would need too
        many digits for."""
        return any(abs(of.args[0].as_coeff_Mul()[0]) > LARGEST_POWER for of in x.atoms(self.sympy.exp, self.sympy.erfc))

    def stated(self, quantity: Term, value: Term) -> Proof:
        """A derivative given as a number at once: `diff` of the equations that use the quantity, at these numbers."""
        if is_elided(value) or self.large.covers(quantity):
            return self.large.compared(quantity, value, begins=True)
        by = quantity.args[1]
        total = self.total_derivative(by, self.users(by))
        if by.head != "index":
            self.formulas[quantity] = total
        true = total.map(self.at_point)
        claimed = evaluate(value, self.numbers, self.m)
        if any(map(self.is_out_of_reach, (*claimed.entries, *true.entries))):
            return self.large.compared(quantity, value, begins=True)
        return "proved" if self.agree(claimed, true) or self.agree(claimed, self.by_rules(by, total)) else "refuted"

    def agree(self, a: Array, b: Array) -> bool:
        return a.shape == b.shape and all(map(self.equal, a.entries, b.entries))

    def by_rules(self, by: Term, true: Array) -> Array:
        """A derivative's value by the reverse rules, once their formula is proved equal to `true`. A rule may name an
        output (`h (1 - h)`), which is carried rounded: then it is not the number that `diff` gives."""
        key = by.args[0].args[0] if by.head == "index" else by.args[0]
        place = by.args[1:] if by.head == "index" else ()
        consumers = [consumer for consumer in self.network.consumers[key] if consumer in self.network.active]
        parts = [
            self.carried_back(
                name(consumer), partial(self.loss, name(consumer)) if name(consumer) != self.loss else number(1), key
            )
            for consumer in consumers
        ]
        return self.proved_value(
            reduce(lambda a, b: a + b, parts),
            place,
            true,
            {name(consumer): self.local(consumer) for consumer in consumers},
        )

    def carried_back(self, result: Term, upstream: Term, key: str) -> Term:
        """What the reverse rules make of an upstream gradient at one equation."""
        return gradients(
            self.network.equations[result.args[0]], result, upstream, {key}, Shapes(self.network.names.shapes)
        )[key]

    def proved_value(self, rule: Term, place: tuple[int, ...], true: Array, outputs: Mapping[Term, Array]) -> Array:
        """The value of a rule (or of its entry), where it is proved equal to `true`; else that of `true` itself."""
        entries: Callable[[Array], Array] = (
            (lambda array: Array.scalar(array[place])) if place else (lambda array: array)
        )
        if self.verdict(entries(self.meaning(rule, {})), true, outputs) != "proved":
            return true.map(self.at_point)
        return entries(evaluate(self.at_values(rule), self.numbers, self.m))

    def at_values(self, term: Term) -> Term:
        """The term, once the local slopes and entries of signals in it have their numbers."""
        for node in walk(term):
            if node.head == "partial" and node not in self.numbers:
                self.numbers[node] = self.slope_value(node)
        return term

    def slope_value(self, node: Term) -> Array:
        of, by = node.args
        if of == self.loss:
            # a signal that is not known is too large for SymPy: the KeyError says so
            return (
                Array.scalar(self.numbers[Term("partial", (of, by.args[0]))][by.args[1:]])
                if by.head == "index"
                else self.numbers[node]
            )
        slope = self.slope(of, by)
        whole, key = (of.args[0] if of.head == "index" else of), (by.args[0] if by.head == "index" else by).args[0]
        unit = Term("unit", (*self.shape(whole), *of.args[1:])) if of.head == "index" else number(1)
        rule = self.carried_back(whole, unit, key)
        if whole.args[0] not in names(rule):
            return slope.map(self.at_point)
        return self.proved_value(
            rule, by.args[1:] if by.head == "index" else (), slope, {whole: self.local(whole.args[0])}
        )

    def at_point(self, expression: Any) -> Any:
        """A local expression in the operands' symbols at the network's values."""
        values = {}
        for symbol in expression.free_symbols:
            term, place = self.meaning_of[symbol]
            values[symbol] = self.numbers[term].entries[place]
        return expression.subs(values)

    def equal(self, a: Any, b: Any) -> bool:
        difference = a - b
        if difference == 0:
            return True
        near = (1 + abs(self.sympy.N(b, DIGITS))) * self.sympy.Float(10) ** (5 - DIGITS)
        if abs(self.sympy.N(difference, DIGITS)) < near:
            return True
        one, other = (
            self.sympy.N(side, DIGITS, maxn=LONGEST) for side in (a, b)
        )  # each with the digits that cancel in it: 1e300 + 1 - 1e300
        return bool(abs(one - other) < near)

    @cached_property
    def truth(self) -> Truth:
        return Truth(self)

    # Links between symbols

    @cached_property
    def meaning_of(self) -> dict[Any, tuple[Term, int]]:
        """For each symbol the quantity that it is an entry of, and which."""
        return {}

    def symbol_array(self, term: Term) -> Array:
        """A fresh real symbol for each entry of a quantity (the same ones each time)."""
        found = self.symbols.get(term)
        if found is None:
            shape = self.shape(term)
            size = shape[0] * shape[1] if shape else 1
            entries = tuple(
                self.sympy.Symbol(f"{'_'.join(map(str, _words(term)))}_{k}", real=True) for k in range(size)
            )
            found = self.symbols[term] = Array(shape, entries)
            self.meaning_of.update({symbol: (term, k) for k, symbol in enumerate(entries)})
        return found

    @cached_property
    def symbols(self) -> dict[Term, Array]:
        return {}

    def shape(self, term: Term) -> tuple[int, ...]:
        return Shapes(self.network.names.shapes).of(term)

    def local(self, key: str) -> Array:
        """An equation's right side entry by entry, in symbols for its operands."""
        found = self.locals.get(key)
        if found is None:
            found = self.locals[key] = self.meaning(self.network.equations[key], {})
        return found

    @cached_property
    def locals(self) -> dict[str, Array]:
        return {}

    def meaning(self, term: Term, known: Mapping[Term, Array]) -> Array:
        """A term entry by entry in symbols; `known` says what some quantities mean instead."""
        every = {node: self.symbol_array(node) for node in walk(term) if node.head in ("name", "updated")}
        for node in walk(term):
            if node.head == "partial":
                of, by = node.args
                every[node] = self.signal(by) if of == self.loss else self.slope(of, by)
        return evaluate(term, {**every, **known}, self.m)

    def signal(self, by: Term) -> Array:
        """The loss's derivative by a quantity as symbols."""
        if by == self.loss:
            return Array.scalar(self.sympy.Integer(1))
        if by.head == "index":
            return Array.scalar(self.signal(by.args[0])[by.args[1:]])
        return self.symbol_array(Term("partial", (self.loss, by)))

    def slope(self, of: Term, by: Term) -> Array:
        """A local derivative of one scalar quantity or entry by another, by `diff`."""
        whole = of.args[0] if of.head == "index" else of
        expression = self.local(whole.args[0])[of.args[1:] if of.head == "index" else (0,)]
        symbol = self.symbol_array(by.args[0])[by.args[1:]] if by.head == "index" else self.symbol_array(by).entries[0]
        return Array.scalar(self.sympy.diff(expression, symbol))

    def symbolic(self, phase: str, quantity: Term, before: list[Line], line: Line) -> Proof:
        """A formula against what it must equal."""
        if self.large.covers(quantity, line.term):
            return self.large.claim(phase, quantity, before, line)
        if len(before) > 1:
            verdict = self.rewritten(quantity, before[-1].term, line.term)
            if verdict == "proved" and quantity in self.formulas:
                self.formulas[quantity] = self.meaning(line.term, {})
            return verdict
        if quantity.head == "partial":
            outputs = self.outputs(quantity)
            return self.verdict(self.meaning(line.term, outputs), self.derivative(quantity, line.term), outputs)
        return self.verdict(self.meaning(line.term, {}), self.defined(quantity, phase))

    def rewritten(self, quantity: Term, before: Term, after: Term) -> Proof:
        """A formula against the formula before it, error signals put in by their own formulas where need be."""
        if quantity.head == "partial" and all(
            self.is_slope(node, formula) for node, formula in aligned(before, after) or [(before, after)]
        ):
            return "proved"
        known = self.outputs(quantity)
        verdict = self.verdict(self.meaning(before, known), self.meaning(after, known))
        if verdict == "proved":
            return verdict
        outputs = known | {
            term: array for node in walk(before) if node.head == "partial" for term, array in self.outputs(node).items()
        }
        known = {**known, **self.signals(before), **self.formulas}
        return self.verdict(self.meaning(before, known), self.meaning(after, known), outputs)

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

    @cached_property
    def slopes(self) -> dict[tuple[Term, Term], bool]:
        return {}

    def signals(self, term: Term) -> dict[Term, Array]:
        """Each error signal in a term by the equations that use its quantity, in symbols for their signals."""
        found = {node: node.args[1] for node in walk(term) if node.head == "partial" and node.args[0] == self.loss}
        return {node: self.total_derivative(by, self.users(by)) for node, by in found.items() if by != self.loss}

    def users(self, by: Term) -> set[Term]:
        """The error signals of the equations that use a quantity or an entry of it."""
        key = by.args[0].args[0] if by.head == "index" else by.args[0]
        return {Term("partial", (self.loss, name(consumer))) for consumer in self.network.consumers[key]}

    def verdict(self, claimed: Array, true: Array, outputs: Mapping[Term, Array] | None = None) -> Proof:
        """Entry by entry, with the outputs' meanings put in one after the other, the latest first; what does not hold
        for any data may hold for the data given."""
        if claimed.shape != true.shape:
            return "refuted"
        differences = [a - b for a, b in zip(claimed.entries, true.entries, strict=True)]
        verdict = self.all_vanish(differences)
        if verdict == "proved" or outputs is None:
            return verdict
        latest = [
            (name(key), outputs[name(key)]) for key in reversed(list(self.network.equations)) if name(key) in outputs
        ]
        data = [(name(key), self.numbers[name(key)]) for key in self.network.data if name(key) in self.numbers]
        for batch in (*([pair] for pair in latest), data):
            known = {
                symbol: meaning
                for term, array in batch
                for symbol, meaning in zip(self.symbol_array(term).entries, array.entries, strict=True)
            }
            differences = [self.sympy.sympify(difference) for difference in differences]
            if any(known.keys() & difference.free_symbols for difference in differences):
                differences = [difference.xreplace(known) for difference in differences]
                verdict = self.all_vanish(differences)
            if verdict == "proved":
                break
        return verdict

    def all_vanish(self, differences: list[Any]) -> Proof:
        """`refuted` as soon as one difference is not zero, `failed` where one is neither zero nor not."""
        verdicts = {self.vanishes.verdict(self.sympy.sympify(difference)) for difference in differences}
        return next((verdict for verdict in ("refuted", "failed") if verdict in verdicts), "proved")

    def defined(self, quantity: Term, phase: str) -> Array:
        """What a quantity means by the network's own equations, or by the optimizer's."""
        if quantity in self.update_equations:
            return self.by_rule(self.update_equations[quantity])
        key = quantity.args[0]
        if phase == "setup":
            structure = inlined(self.network)
            hidden = {name(other): self.local(other) for other in self.network.equations if other not in structure}
            return self.meaning(self.network.equations[key], hidden)
        return self.local(key)

    @cached_property
    def update_equations(self) -> dict[Term, Equation]:
        """The optimizer's equations by what they define."""
        if self.network.update is None:
            return {}
        every = (
            *objectives(self.network),
            *generic(self.network),
            *shared(self.network),
            *(equation for key in self.network.moved for equation in at(self.network, key)),
        )
        return {equation.quantity: equation for equation in every}

    def by_rule(self, equation: Equation) -> Array:
        """What an optimizer's equation means, from its row's text and the meanings of the quantities it names."""
        body = equation.body(Shapes(self.network.names.shapes))
        return evaluate(body, {name(key): self.meaning(term, {}) for key, term in equation.parts.items()}, self.m)

    def outputs(self, quantity: Term) -> dict[Term, Array]:
        """For a derivative written in terms of the output (`h (1 - h)`): what the outputs of the equations around it
        mean."""
        if quantity.head != "partial":
            return {}
        by = quantity.args[1]
        key = by.args[0].args[0] if by.head == "index" else by.args[0]
        found = {}
        for consumer in self.network.consumers[key]:
            if consumer in self.network.active:
                found[name(consumer)] = self.local(consumer)
        return found

    def derivative(self, quantity: Term, claim: Term) -> Array:
        """What a derivative of the loss must be: the sum over the equations that use the quantity of signal times
        `diff`."""
        by = quantity.args[1]
        kept = {
            node for node in walk(claim) if node.head == "partial" and node.args[0] == self.loss and node != quantity
        }
        total = self.total_derivative(by, kept)
        if by.head != "index":
            self.formulas[quantity] = total
        return total

    def total_derivative(self, by: Term, kept: set[Term]) -> Array:
        """The loss's derivative by a quantity or an entry, in symbols for the error signals in `kept`."""
        if by.head == "index":
            return Array.scalar(
                self.differentiated(self.symbol_array(by.args[0])[by.args[1:]], by.args[0].args[0], kept)
            )
        return self.symbol_array(by).map(lambda symbol: self.differentiated(symbol, by.args[0], kept))

    def differentiated(self, symbol: Any, key: str, kept: set[Term]) -> Any:
        """The loss's derivative by one symbol: error signals in `kept` stay symbols, others are expanded in their
        turn."""
        total = self.sympy.Integer(0)
        for consumer in self.network.consumers[key]:
            if consumer not in self.network.active:
                continue
            for place, expression in zip(self.local(consumer).places, self.local(consumer).entries, strict=True):
                slope = self.sympy.diff(expression, symbol)
                if slope != 0:
                    total += self.upstream(consumer, place, kept) * slope
        return total

    def upstream(self, key: str, place: tuple[int, ...], kept: set[Term]) -> Any:
        if name(key) == self.loss:
            return self.sympy.Integer(1)
        signal = Term("partial", (self.loss, name(key)))
        if signal in kept or Term("partial", (self.loss, index(name(key), *place))) in kept:
            return self.signal(name(key))[place or (0,)]
        return self.differentiated(self.symbol_array(name(key))[place or (0,)], key, kept)

    @cached_property
    def large(self) -> Large:
        return Large(self)

    def smaller(self, network: Network, largest: int) -> Prover:
        """The prover of a smaller network, whose derivatives have no values."""
        return Prover(network, {**network.parameters, **network.data}, {}, {}, largest=largest)


def _is_small(array: Array) -> bool:
    return max(array.shape or (1,)) <= MAXIMAL_LENGTH


def _words(term: Term) -> tuple[Any, ...]:
    return tuple(word for node in walk(term) for word in ([node.args[0]] if node.head == "name" else [node.head]))
