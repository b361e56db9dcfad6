"""Cross-entropy and its kin, however they are spelled out: which row of the table a loss is in one of its operands.

`-y*log(p) - (1 - y)*log(1 - p)`, `mean(-sum(Y*log(P), axis=1))`, `G*cross_entropy(p, e)` and `sum(y*log(y/p))` are, in
p, a weight times a row with a short rule behind softmax or the logistic function.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from itertools import product

from derivation.formulas.calculus.simplify import factors, literal
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term, name, names, number

ONE = number(1)


@dataclass(frozen=True)
class Likelihood:
    """A part of a loss: `weight` times the loss `row` of its operand and its target `b`."""

    weight: Term
    row: str
    b: Term


@dataclass(frozen=True)
class Logarithm:
    """A summand of a loss, added up over all entries: a number, times some factors, times the logarithm of p (or of
    1 - p, `of_rest`)."""

    number: Fraction = Fraction(1)
    factors: tuple[Term, ...] = ()
    of_rest: bool = False

    def times(self, term: Term, of: int = 1) -> Logarithm:
        """With one factor more."""
        value, core = factors(term)
        parts = () if core is None else _flat(core)
        return replace(self, number=self.number * value / of, factors=(*self.factors, *parts))


def _flat(term: Term) -> tuple[Term, ...]:
    """The factors of a product."""
    if term.head in (heads.TIMES, heads.HADAMARD):
        return tuple(factor for part in term.children for factor in _flat(part))
    return (term,)


class _NoForm(Exception):
    """The term is something else than logarithms added up."""


def likelihoods(term: Term, p: str, shapes: Shapes) -> tuple[Likelihood, ...]:
    """What a loss may be in `p`: rows of the table with their weights; none where it is something else.

    >>> from derivation.formulas.language.expressions import parse
    >>> from derivation.formulas.language.resolve import Resolver
    >>> given = {"p": (2, 1), "y": (2, 1)}
    >>> loss = Resolver(given).resolve(parse("-sum(y * log(p)) / 2")).term
    >>> likelihoods(loss, "p", Shapes(given))[0]
    Likelihood(weight=Term(head='number', args=('0.5',)), row='cross_entropy', b=Term(head='name', args=('y',)))
    """
    try:
        found = _added(_Reader(name(p), shapes).read(term, Logarithm())) if shapes.of(term) == () else []
    except _NoForm:
        return ()
    return tuple(kind for form in FORMS if found for kind in form(found, p, shapes))


def _added(found: Iterator[Logarithm]) -> list[Logarithm]:
    """Summands with the same factors drawn together."""
    sums: dict[Logarithm, Fraction] = {}
    for part in found:
        alike = replace(part, number=Fraction(1))
        sums[alike] = sums.get(alike, Fraction(0)) + part.number
    return [replace(part, number=value) for part, value in sums.items() if value]


def _product(terms: Iterable[Term], shapes: Shapes) -> Term:
    def multiplied(a: Term, b: Term) -> Term:
        return Term(heads.TIMES if () in (shapes.of(a), shapes.of(b)) else heads.HADAMARD, (a, b))

    return reduce(multiplied, terms)


def _weight(part: Logarithm, left: Iterable[Term], shapes: Shapes) -> Term:
    """Minus the number and factors of a summand: losses are logarithms with a minus."""
    return _product([literal(-part.number), *left], shapes)


def _categorical(parts: list[Logarithm], p: str, shapes: Shapes) -> Iterator[Likelihood]:
    """Arrays of targets before the logarithm of p alone: what all have in common as the weight, or all in the targets,
    as they add up to 1."""
    shape = shapes.of(name(p))
    allowed = all(shapes.of(factor) in ((), shape) for part in parts for factor in part.factors)
    targets = all(shape in map(shapes.of, part.factors) for part in parts)
    if shape == () or not allowed or not targets or any(part.of_rest for part in parts):
        return
    numbers = {part.number for part in parts}
    common = reduce(operator.and_, (Counter(f for f in part.factors if not shapes.of(f)) for part in parts))
    weights = [Logarithm(parts[0].number, tuple(common.elements()))] if len(numbers) == 1 else []
    for weight in (*weights, Logarithm(Fraction(1 if parts[0].number > 0 else -1))):
        b = reduce(operator.add, (_target(part, weight, shapes) for part in parts))
        yield Likelihood(_weight(weight, weight.factors, shapes), heads.CROSS_ENTROPY, b)


def _target(part: Logarithm, weight: Logarithm, shapes: Shapes) -> Term:
    """What is left of a summand without the weight."""
    value, left = part.number / weight.number, (Counter(part.factors) - Counter(weight.factors)).elements()
    return _product(left if value == 1 else (literal(value), *left), shapes)


def _binary(parts: list[Logarithm], p: str, shapes: Shapes) -> Iterator[Likelihood]:
    """Targets y before the logarithm of p and 1 - y before that of 1 - p, the same weight before both."""
    if len(parts) != 2 or parts[0].of_rest == parts[1].of_rest or parts[0].number != parts[1].number:
        return
    first, rest = sorted(parts, key=lambda part: part.of_rest)
    for b, other in product(first.factors, rest.factors):
        left = Counter(first.factors) - Counter([b])
        if (_is_rest(other, b) or _is_rest(b, other)) and left == Counter(rest.factors) - Counter([other]):
            yield Likelihood(_weight(first, left.elements(), shapes), heads.BINARY_CROSS_ENTROPY, b)


def _certain(parts: list[Logarithm], p: str, shapes: Shapes) -> Iterator[Likelihood]:
    """The logarithm of p alone, or of 1 - p alone: a binary one with the target 1 or 0."""
    if len(parts) == 1:
        [part] = parts
        target = number(0 if part.of_rest else 1)
        yield Likelihood(_weight(part, part.factors, shapes), heads.BINARY_CROSS_ENTROPY, target)


FORMS = (_categorical, _binary, _certain)
"""What logarithms added up can be."""


def _is_rest(term: Term, of: Term) -> bool:
    """Whether a term is 1 minus another."""
    return term.head == heads.SUB and term.args[1] == of and _is_one(term.args[0])


def _is_one(term: Term) -> bool:
    return term == ONE or term.head == "ones"


class _Reader:
    """Goes down a term to the logarithms of p, and takes along what they are multiplied by."""

    def __init__(self, p: Term, shapes: Shapes) -> None:
        self.p, self.shapes = p, shapes

    def read(self, term: Term, so_far: Logarithm) -> Iterator[Logarithm]:
        if self.uses(term):
            if term.head not in STEPS:
                raise _NoForm
            yield from STEPS[term.head](self, term, so_far)

    def uses(self, term: Term) -> bool:
        return self.p.args[0] in names(term)

    def sum(self, term: Term, so_far: Logarithm) -> Iterator[Logarithm]:
        for part in term.children:
            yield from self.read(part, so_far)

    def difference(self, term: Term, so_far: Logarithm) -> Iterator[Logarithm]:
        *plus, minus = term.children
        for part in plus:
            yield from self.read(part, so_far)
        yield from self.read(minus, replace(so_far, number=-so_far.number))

    def product(self, term: Term, so_far: Logarithm) -> Iterator[Logarithm]:
        a, b = term.children
        inner, factor = (a, b) if self.uses(a) else (b, a)
        if self.uses(factor) or (self.shapes.of(inner) == () != self.shapes.of(factor)):
            raise _NoForm
        yield from self.read(inner, so_far.times(factor))

    def quotient(self, term: Term, so_far: Logarithm) -> Iterator[Logarithm]:
        a, b = term.children
        if self.uses(b):
            raise _NoForm
        yield from self.read(a, so_far.times(ONE / b))

    def total(self, term: Term, so_far: Logarithm) -> Iterator[Logarithm]:
        """A sum over entries: what stands before it must be the same for all."""
        if any(self.shapes.of(factor) for factor in so_far.factors):
            raise _NoForm
        yield from self.read(term.args[0], so_far)

    def mean(self, term: Term, so_far: Logarithm) -> Iterator[Logarithm]:
        rows, columns = self.shapes.of(term.args[0]) or (1, 1)
        yield from self.total(term, so_far.times(ONE, of=rows * columns))

    def dot(self, term: Term, so_far: Logarithm) -> Iterator[Logarithm]:
        a, b = term.children
        yield from self.total(Term(heads.SUM, (Term(heads.HADAMARD, (a, b)),)), so_far)

    def matmul(self, term: Term, so_far: Logarithm) -> Iterator[Logarithm]:
        """A row times a column is a dot product."""
        row, column = term.children
        if self.shapes.of(term) != ():
            raise _NoForm
        yield from self.dot(Term(heads.DOT, (row.args[0] if row.head == heads.TRANSPOSE else row.T, column)), so_far)

    def cross_entropy(self, term: Term, so_far: Logarithm) -> Iterator[Logarithm]:
        a, b = term.children
        if self.uses(b):
            raise _NoForm
        yield from self.logarithm(a, replace(so_far, number=-so_far.number).times(b))

    def binary_cross_entropy(self, term: Term, so_far: Logarithm) -> Iterator[Logarithm]:
        a, b = term.children
        if a != self.p or self.uses(b):
            raise _NoForm
        minus = replace(so_far, number=-so_far.number)
        yield minus.times(b)
        yield replace(minus.times(ONE - b), of_rest=True)

    def log(self, term: Term, so_far: Logarithm) -> Iterator[Logarithm]:
        yield from self.logarithm(term.args[0], so_far)

    def logarithm(self, of: Term, so_far: Logarithm) -> Iterator[Logarithm]:
        """The logarithm of a term, as a sum of logarithms of p and of 1 - p; of what has no p there is nothing."""
        if of == self.p:
            yield so_far
        elif _is_rest(of, self.p):
            yield replace(so_far, of_rest=True)
        elif of.head == "index" and of.args[0] == self.p:
            yield so_far.times(Term("unit", (*self.shapes.of(self.p), *of.args[1:])))
        elif self.uses(of):
            if of.head not in LOGARITHMS:
                raise _NoForm
            yield from LOGARITHMS[of.head](self, of, so_far)

    def log_of_product(self, of: Term, so_far: Logarithm) -> Iterator[Logarithm]:
        a, b = of.children
        if self.shapes.of(a) != self.shapes.of(b):
            raise _NoForm
        yield from self.logarithm(a, so_far)
        yield from self.logarithm(b, so_far)

    def log_of_quotient(self, of: Term, so_far: Logarithm) -> Iterator[Logarithm]:
        a, b = of.children
        yield from self.logarithm(a, so_far)
        yield from self.logarithm(b, replace(so_far, number=-so_far.number))

    def log_of_power(self, of: Term, so_far: Logarithm) -> Iterator[Logarithm]:
        base, exponent = of.children
        if self.uses(exponent) or (self.shapes.of(base) == () != self.shapes.of(exponent)):
            raise _NoForm
        yield from self.logarithm(base, so_far.times(exponent))

    def log_of_all(self, of: Term, so_far: Logarithm) -> Iterator[Logarithm]:
        """Of the product of all entries: the sum of their logarithms."""
        yield from self.total(Term(heads.SUM, (Term(heads.LOG, of.args),)), so_far)

    def log_of_either(self, of: Term, so_far: Logarithm) -> Iterator[Logarithm]:
        """Of one of two, by a condition: `p if y == 1 else 1 - p`."""
        condition, first, second = of.children
        if self.uses(condition):
            raise _NoForm
        yield from self.logarithm(first, so_far.times(condition))
        yield from self.logarithm(second, so_far.times(ONE - condition))


STEPS: dict[str, Callable[[_Reader, Term, Logarithm], Iterator[Logarithm]]] = {
    heads.ADD: _Reader.sum,
    heads.SUB: _Reader.difference,
    heads.NEG: _Reader.difference,
    heads.TIMES: _Reader.product,
    heads.HADAMARD: _Reader.product,
    heads.DIV: _Reader.quotient,
    heads.SUM: _Reader.total,
    heads.ROW_SUMS: _Reader.total,
    heads.COLUMN_SUMS: _Reader.total,
    heads.MEAN: _Reader.mean,
    heads.DOT: _Reader.dot,
    heads.MATMUL: _Reader.matmul,
    heads.CROSS_ENTROPY: _Reader.cross_entropy,
    heads.BINARY_CROSS_ENTROPY: _Reader.binary_cross_entropy,
    heads.LOG: _Reader.log,
}
"""How each operation is gone through."""
LOGARITHMS: dict[str, Callable[[_Reader, Term, Logarithm], Iterator[Logarithm]]] = {
    heads.TIMES: _Reader.log_of_product,
    heads.HADAMARD: _Reader.log_of_product,
    heads.DIV: _Reader.log_of_quotient,
    heads.HADAMARD_DIV: _Reader.log_of_quotient,
    heads.POW: _Reader.log_of_power,
    heads.HADAMARD_POW: _Reader.log_of_power,
    heads.PROD: _Reader.log_of_all,
    heads.CASES: _Reader.log_of_either,
}
"""What the logarithm of an operation is."""
