"""The views' quantities by SymPy, from the network's equations alone: its expression, and that differentiated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.operations import heads
from derivation.formulas.operations.algebras import is_kink
from derivation.formulas.terms import Term, index, name, walk
from derivation.networks.walkthrough import Proof
from derivation.proving.symbolic import Symbolic

LEAVES = frozenset({"partial", "second", "shifted"})
DIGITS = 60


class Truth:
    """What a derivative or a loss at moved parameters is, whatever the derivation says."""

    def __init__(self, prover: Symbolic) -> None:
        self.prover, self.found = prover, dict[Term, Array]()

    def judge(self, left: Term, right: Term) -> Proof:
        """Whether two links are equal."""
        try:
            known = {
                **self.prover.numbers,
                **{node: self.of(node) for term in (left, right) for node in walk(term) if node.head in LEAVES},
            }
            a, b = (evaluate(term, known, self.prover.algebra) for term in (left, right))
        except KeyError:  # too large for SymPy; the certified arithmetic that made the line has compared all of it
            return "certified"
        return "certified" if a.shape == b.shape and all(map(self.prover.equal, a.entries, b.entries)) else "refuted"

    def of(self, node: Term) -> Array:
        if node not in self.found:
            self.found[node] = self.moved(node) if node.head == "shifted" else self.by_each(*node.args)
        return self.found[node]

    def moved(self, node: Term) -> Array:
        """A quantity where one entry of a parameter has another value."""
        of, there = node.args
        return self.whole(of, {there.args[0]: evaluate(there, self.prover.numbers, self.prover.algebra).entries[0]})

    def by_each(self, of: Term, *by: Term) -> Array:
        """A derivative of one number by others; of a column by a row (or a number) entry by entry."""
        shape = self.prover.shape(of)
        if not shape and by[0].head != heads.TRANSPOSE:
            return self.differentiated(of, *by)
        source = by[0].args[0] if by[0].head == heads.TRANSPOSE else by[0]
        size = self.prover.shape(source)
        columns = [index(source, k, 0) for k in range(size[0])] if size else [source]
        entries = [index(of, k, 0) for k in range(shape[0])] if shape else [of]
        return Array.of_rows([[self.differentiated(part, column).entries[0] for column in columns] for part in entries])

    def differentiated(self, of: Term, *by: Term) -> Array:
        """A quantity's expression in the variables alone, differentiated by one after the other, at their values."""
        symbols = {
            term: self.prover.sympy.Symbol(f"v{count}", real=True) for count, term in enumerate(dict.fromkeys(by))
        }
        expression = self.prover.sympy.sympify(self.entry(of, self.whole(_base(of), symbols)))
        for term in by:
            expression = self.prover.sympy.diff(expression, symbols[term])
        return Array.scalar(
            _at(
                expression,
                {symbol: self.entry(term, self.prover.numbers[_base(term)]) for term, symbol in symbols.items()},
            )
        )

    def whole(self, of: Term, changed: Mapping[Term, Any]) -> Array:
        """A quantity with some entries changed, the equations after them worked anew, but for what counts as a
        constant."""
        network = self.prover.network
        known = {node: evaluate(node, self.prover.numbers, self.prover.algebra) for node in network.held}
        needed = network.behind(of.args[0])
        values = {x: self.entry(term, self.prover.numbers[_base(term)]) for term, x in changed.items() if x.is_Symbol}
        for key in (*network.parameters, *network.data, *network.equations):
            if key not in needed:
                continue
            equation = network.equations.get(key)
            array = evaluate(equation, known, self.prover.algebra) if equation else self.prover.numbers[name(key)]
            entries = {array.offset(_place(term)): x for term, x in changed.items() if _base(term) == name(key)}
            known[name(key)] = Array(
                array.shape,
                tuple(entries[k] if k in entries else self.shortened(x, values) for k, x in enumerate(array.entries)),
            )
            if name(key) == of:
                break
        return known[of]

    def shortened(self, x: Any, values: Mapping[Any, Any]) -> Any:
        """A number that is no fraction as a decimal, so that expressions do not nest; on the side of each kink on which
        it is at these values."""
        if x.free_symbols:
            kinks = filter(is_kink, x.atoms(self.prover.sympy.Function))
            return x.xreplace({kink: kink.func(*(arg.subs(values) for arg in kink.args)) for kink in kinks})
        return x if x.is_Rational else x.evalf(DIGITS)

    def entry(self, term: Term, array: Array) -> Any:
        return array[_place(term)]


def _at(expression: Any, values: Mapping[Any, Any]) -> Any:
    """An expression at numbers: exactly where it is a fraction, else to 60 digits at once, which is quicker than a tree
    of numbers evaluated again later."""
    return expression.subs(values) if expression.is_rational_function() else expression.evalf(DIGITS, subs=values)


def _base(term: Term) -> Term:
    base: Term = term.args[0] if term.head == "index" else term
    return base


def _place(term: Term) -> tuple[int, ...]:
    return term.args[1:] if term.head == "index" else (0,)
