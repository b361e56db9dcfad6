"""Links between numbers, compared at the numbers themselves by SymPy: exactly where they are rational, to 40 digits
where they are not, on top of the certified arithmetic that made them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import reduce
from traceback import walk_tb
from typing import Any

from derivation.deriving.arithmetic import is_elided
from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.numbers import AGREED_DIGITS
from derivation.formulas.terms import Term, name, names, number, partial, walk
from derivation.networks.walkthrough import Proof
from derivation.proving.large import Large
from derivation.proving.symbolic import Symbolic

DIGITS = AGREED_DIGITS + 5
"""Digits that SymPy works with."""
LONGEST = 4000
"""Digits that SymPy works with at most before it refutes a link between numbers."""
FACTORING = "sympy.ntheory.factor_"
"""Where SymPy factors whole numbers."""
LARGEST_POWER = 10**5
"""Power of e up to which SymPy compares numbers; beyond, certified arithmetic does."""


@contextmanager
def within_sympy() -> Iterator[None]:
    """Goes on behind the block where a quantity in it is too large for SymPy, or a number too far out: of some SymPy
    finds factors that are none.

    >>> from sympy import Integer, sqrt
    >>> with within_sympy():
    ...     _ = sqrt(Integer(4 * 10**600 + 1))
    """
    try:
        yield
    except (KeyError, OverflowError):
        return
    except ValueError as problem:
        *_, (raised, _) = walk_tb(problem.__traceback__)
        if raised.f_globals["__name__"] != FACTORING:
            raise


class Numeric:
    """Judges links by the numbers that their sides are."""

    def __init__(self, prover: Symbolic, large: Large) -> None:
        self.prover, self.large, self.sympy, self.algebra = prover, large, prover.sympy, prover.algebra
        self.numbers = prover.numbers

    def compared(self, left: Term, right: Term, results: Mapping[Term, Array]) -> Proof:
        """Whether two links are equal at these numbers. Where a matrix is elided, certified arithmetic compares all of
        it.

        `results` holds what the quantity on the left is before it is rounded, where a chain begins with it.
        """
        if is_elided(left) or is_elided(right):
            return self.large.compared(left, right, begins=bool(results))
        first = {**self.numbers, left: results[left]} if left in results else self.numbers
        with within_sympy():
            a = evaluate(self.at_values(left), first, self.algebra)
            b = evaluate(self.at_values(right), self.numbers, self.algebra)
            if a.shape != b.shape:
                return "refuted"
            if not any(map(self.is_out_of_reach, (*a.entries, *b.entries))):
                return "certified" if all(map(self.equal, a.entries, b.entries)) else "refuted"
        return self.large.compared(left, right, begins=bool(results))

    def is_out_of_reach(self, x: Any) -> bool:
        """Whether there is a power of e in a number, or a tail of the normal distribution, that SymPy would need too
        many digits for; or where `diff` has no number, as at a norm of 0."""
        return x.has(self.sympy.nan, self.sympy.zoo) or any(
            abs(of.args[0].as_coeff_Mul()[0]) > LARGEST_POWER for of in x.atoms(self.sympy.exp, self.sympy.erfc)
        )

    def stated(self, quantity: Term, value: Term) -> Proof:
        """A derivative given as a number at once: `diff` of the equations that use the quantity, at these numbers."""
        if is_elided(value) or self.prover.judges.covers(quantity):
            return self.large.compared(quantity, value, begins=True)
        by = quantity.args[1]
        total = self.prover.total_derivative(by, self.prover.users(by))
        if by.head != "index":
            self.prover.formulas[quantity] = total
        with within_sympy():
            true, claimed = total.map(self.at_point), evaluate(value, self.numbers, self.algebra)
            if not any(map(self.is_out_of_reach, (*claimed.entries, *true.entries))):
                is_equal = self.agree(claimed, true) or self.agree(claimed, self.by_rules(by, total))
                return "certified" if is_equal else "refuted"
        return self.large.compared(quantity, value, begins=True)

    def agree(self, a: Array, b: Array) -> bool:
        return a.shape == b.shape and all(map(self.equal, a.entries, b.entries))

    def by_rules(self, by: Term, true: Array) -> Array:
        """A derivative's value by the reverse rules, once their formula is proved equal to `true`. A rule may name an
        output (`h (1 - h)`), which is carried rounded: then it is not the number that `diff` gives."""
        network, loss = self.prover.network, self.prover.loss
        key = by.args[0].args[0] if by.head == "index" else by.args[0]
        place = by.args[1:] if by.head == "index" else ()
        consumers = [consumer for consumer in network.consumers[key] if consumer in network.active]
        signals = {key: partial(loss, name(key)) if name(key) != loss else number(1) for key in consumers}
        parts = [self.prover.carried_back(name(consumer), signals[consumer], key) for consumer in consumers]
        return self.proved_value(reduce(operator.add, parts), place, true, list(map(name, consumers)))

    def proved_value(self, rule: Term, place: tuple[int, ...], true: Array, outputs: Collection[Term]) -> Array:
        """The value of a rule (or of its entry), where it is proved equal to `true`; else that of `true` itself."""
        entries: Callable[[Array], Array] = (
            (lambda array: Array.scalar(array[place])) if place else (lambda array: array)
        )
        if self.prover.verdict(entries(self.prover.meaning(rule, {})), true, outputs) != "proved":
            return true.map(self.at_point)
        return entries(evaluate(self.at_values(rule), self.numbers, self.algebra))

    def at_values(self, term: Term) -> Term:
        """The term, once the local slopes and entries of signals in it have their numbers."""
        for node in walk(term):
            if node.head == "partial" and node not in self.numbers:
                self.numbers[node] = self.slope_value(node)
        return term

    def slope_value(self, node: Term) -> Array:
        of, by = node.args
        if of == self.prover.loss:
            # a signal that is not known is too large for SymPy: the KeyError says so
            if by.head != "index":
                return self.numbers[node]
            return Array.scalar(self.numbers[Term("partial", (of, by.args[0]))][by.args[1:]])
        slope = self.prover.slope(of, by)
        whole, key = (of.args[0] if of.head == "index" else of), (by.args[0] if by.head == "index" else by).args[0]
        unit = Term("unit", (*self.prover.shape(whole), *of.args[1:])) if of.head == "index" else number(1)
        rule = self.prover.carried_back(whole, unit, key)
        if whole.args[0] not in names(rule):
            return slope.map(self.at_point)
        place = by.args[1:] if by.head == "index" else ()
        return self.proved_value(rule, place, slope, [whole])

    def at_point(self, expression: Any) -> Any:
        """A local expression in the operands' symbols at the network's values."""
        values = {}
        for symbol in expression.free_symbols:
            term, place = self.prover.meaning_of[symbol]
            values[symbol] = self.numbers[term].entries[place]
        return expression.subs(values)

    def equal(self, a: Any, b: Any) -> bool:
        difference = a - b
        if difference == 0:
            return True
        near = (1 + abs(self.sympy.N(b, DIGITS))) * self.sympy.Float(10) ** -AGREED_DIGITS
        if abs(self.sympy.N(difference, DIGITS)) < near:
            return True
        one, other = (
            self.sympy.N(side, DIGITS, maxn=LONGEST) for side in (a, b)
        )  # each with the digits that cancel in it: 1e300 + 1 - 1e300
        return bool(abs(one - other) < near)
