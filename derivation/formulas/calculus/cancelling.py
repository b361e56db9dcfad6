"""Quotients of products as a person leaves them: what stands above and below the line is cancelled, powers of the same
are drawn together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import islice

from derivation.formulas.language.shapes import Shapes
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term, number, walk

MOST = 32
"""Factors of a product up to which it is looked through."""
MULTIPLIED = frozenset({heads.TIMES, heads.HADAMARD, heads.NEG, *heads.POWERS})
"""What a quotient may stand in that is cancelled."""
MINUS_ONE = number(-1)
LARGEST_POWER = 8
"""The power up to which a product is raised factor by factor."""


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor of a product, with the whole power that it is raised to."""

    base: Term
    power: int


def cancelled(term: Term, shapes: Shapes) -> tuple[Fraction, Term | None]:
    """The numeric factor of a quotient and the rest, in which each factor stands once (None where nothing does); 1 and
    the term itself where nothing cancels.

    >>> from derivation.formulas.terms import name
    >>> s = name("s")
    >>> cancelled(number(4) * (s / (number(2) * s ** number(2))), Shapes({"s": ()}))
    (Fraction(2, 1), Term(head='div', args=(Term(head='number', args=('1',)), Term(head='name', args=('s',)))))
    """
    if not _has_quotient(term):
        return Fraction(1), term
    found = list(islice(_factors(term), MOST + 1))
    if len(found) > MOST or not _is_worthwhile(term, found, shapes):
        return Fraction(1), term
    numbers = (Fraction(factor.base.args[0]) ** factor.power for factor in found if factor.base.head == "number")
    powers: dict[Term, int] = {}
    for factor in found:
        if factor.base.head != "number":
            powers[factor.base] = powers.get(factor.base, 0) + factor.power
    return reduce(lambda a, b: a * b, numbers, Fraction(1)), _quotient(powers, shapes.of(term), shapes)


def _factors(term: Term) -> Iterator[Factor]:
    """What is multiplied in a term, numbers among it, from left to right."""
    waiting = [Factor(term, 1)]
    while waiting:
        factor = waiting.pop()
        inside = _inside(factor)
        if inside is None:
            yield factor
        else:
            waiting.extend(reversed(inside))


def _inside(factor: Factor) -> tuple[Factor, ...] | None:
    """What a factor is a product of; None for one that is none."""
    term, power = factor.base, factor.power
    if term.head in (heads.TIMES, heads.HADAMARD):
        return tuple(Factor(part, power) for part in term.children)
    if term.head in heads.QUOTIENTS and not _is_zero(term.args[1]):
        return Factor(term.children[0], power), Factor(term.children[1], -power)
    if term.head == heads.NEG:
        return Factor(MINUS_ONE, power), Factor(term.children[0], power)
    if term.head in heads.POWERS and (exponent := _whole(term.args[1])):
        return (Factor(term.children[0], power * exponent),)
    return None


def _has_quotient(term: Term) -> bool:
    """Whether one of the factors of a product is a quotient, as far as it is looked through."""
    waiting = [term]
    for _ in range(MOST):
        if not waiting:
            return False
        node = waiting.pop()
        if node.head in heads.QUOTIENTS:
            return True
        if node.head in MULTIPLIED:
            waiting.extend(node.children)
    return False


def _whole(term: Term) -> int:
    """A whole exponent that is not too large; 0 for others."""
    value = Fraction(term.args[0]) if term.head == "number" else Fraction(0)
    return int(value) if value.denominator == 1 and abs(value) <= LARGEST_POWER else 0


def _is_zero(term: Term) -> bool:
    return any(node.head == "number" and Fraction(node.args[0]) == 0 for node in walk(term))


def _is_worthwhile(term: Term, found: list[Factor], shapes: Shapes) -> bool:
    """Whether something is there twice, a product is raised to a power, or an array of ones beside another array."""
    bases = [factor.base for factor in found if factor.base.head != "number"]
    raised = any(node.head in heads.POWERS and node.args[0].head == heads.TIMES for node in islice(walk(term), MOST))
    arrays = [base for base in bases if shapes.of(base)]
    ones = sum(base.head == "ones" for base in arrays)
    above = sum(factor.power > 0 for factor in found if shapes.of(factor.base))
    return len(set(bases)) < len(bases) or raised or 0 < ones < above


def _quotient(powers: dict[Term, int], shape: tuple[int, ...], shapes: Shapes) -> Term | None:
    """What is left, above and below the line: numbers below the line first, then arrays entry by entry."""
    above = [_raised(base, power, shapes) for base, power in powers.items() if power > 0 and base.head != "ones"]
    below = [_raised(base, -power, shapes) for base, power in powers.items() if power < 0 and base.head != "ones"]
    scalars, arrays = ([part for part in below if bool(shapes.of(part)) is is_array] for is_array in (False, True))
    if shape and not any(map(shapes.of, above)):
        above.append(Term("ones", shape))
    if not above and not below:
        return None
    found = _product(above, shapes)
    found = found / _product(scalars, shapes) if scalars else found
    return Term(heads.HADAMARD_DIV, (found, _product(arrays, shapes))) if arrays else found


def _raised(base: Term, power: int, shapes: Shapes) -> Term:
    if power == 1:
        return base
    return Term(heads.HADAMARD_POW if shapes.of(base) else heads.POW, (base, number(power)))


def _product(parts: Iterable[Term], shapes: Shapes) -> Term:
    """Numbers first, then arrays entry by entry; 1 where there is nothing."""
    ordered = sorted(parts, key=lambda part: shapes.of(part) != ())

    def multiplied(a: Term, b: Term) -> Term:
        return Term(heads.HADAMARD if shapes.of(a) and shapes.of(b) else heads.TIMES, (a, b))

    return reduce(multiplied, ordered) if ordered else number(1)
