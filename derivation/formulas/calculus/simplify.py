"""Small simplifications that a person makes without noticing: 1 x is x, (1/2) 2 u is u, x + 0 is x.

They serve the derivative formulas only; an author's own equation is never touched.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache, reduce
from math import prod

from derivation.formulas.calculus.cancelling import cancelled
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term, fold, names, number, with_parts

Rule = Callable[[Term, Shapes], Term]
ONE, ZERO = Fraction(1), Fraction(0)
ONE_TERM = number(1)
COUNTED = 8
"""Rows and columns up to which ones are counted: links between longer arrays are proved at shorter ones, where a count
would be another."""
PRODUCTS = frozenset({heads.TIMES, heads.HADAMARD, heads.MATMUL})
LINEAR = frozenset({heads.TRANSPOSE, heads.REPEAT_ROWS, heads.REPEAT_COLUMNS, heads.ROW_SUMS, heads.COLUMN_SUMS})
"""What a numeric factor can be drawn out of."""


def literal(value: Fraction) -> Term:
    """A rational as a person writes it: a decimal where it ends, else a fraction.

    >>> literal(Fraction(1, 2)).args, literal(Fraction(2, 3)).head
    (('0.5',), 'div')
    """
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return number(value.numerator) / number(value.denominator)
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    digits = str(abs(int(value * 10**places))).rjust(places + 1, "0")
    text = digits if not places else f"{digits[:-places]}.{digits[-places:]}"
    return number(("-" if value < 0 else "") + text)


def simplify(term: Term, shapes: Shapes) -> Term:
    """The term with neutral factors and summands left out and numeric factors drawn together in front.

    >>> from derivation.formulas.terms import name
    >>> t = Term("times", (number("0.5"), number(2) * name("u")))
    >>> simplify(t, Shapes({"u": ()}))
    Term(head='name', args=('u',))
    """
    return _tidied(term, shapes, RULES)


def loosely(term: Term, shapes: Shapes) -> Term:
    """As `simplify`, but numeric factors stay beside each other: what a person writes before 1/4 times 2 becomes 1/2.

    >>> from derivation.formulas.terms import name
    >>> t = Term("div", (number(2) * name("u"), number(4)))
    >>> loosely(t, Shapes({"u": ()})).args[0] == number(1) / number(4) * number(2)
    True
    """
    return _tidied(term, shapes, LOOSE)


def uncancelled(term: Term, shapes: Shapes) -> Term:
    """As `simplify`, but what stands above and below a line is not cancelled.

    >>> from derivation.formulas.terms import name
    >>> t = name("p") * (name("u") / name("p"))
    >>> shapes = Shapes({"p": (), "u": ()})
    >>> simplify(t, shapes) == name("u"), uncancelled(t, shapes) == t
    (True, True)
    """
    return _tidied(term, shapes, UNCANCELLED)


def _tidied(term: Term, shapes: Shapes, rules: Mapping[str, Rule]) -> Term:
    return fold(term, lambda node: None, lambda node, parts: _simplified(with_parts(node, parts), shapes, rules))


def _simplified(term: Term, shapes: Shapes, rules: Mapping[str, Rule]) -> Term:
    rule = rules.get(term.head)
    return term if rule is None else rule(term, shapes)


class _Itself:
    """A term as a key: another one that is equal may be a printed literal that stands for another number."""

    __slots__ = ("term",)

    def __init__(self, term: Term) -> None:
        self.term = term

    def __hash__(self) -> int:
        return id(self.term)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and self.term is other.term


def factors(term: Term) -> tuple[Fraction, Term | None]:
    """The numeric factor of a product and what remains of it (None where nothing does).

    >>> from derivation.formulas.terms import name
    >>> factors(number(2) * (name("u") * number("0.5")))
    (Fraction(1, 1), Term(head='name', args=('u',)))
    """
    return _factors(_Itself(term))


@lru_cache(maxsize=4096)
def _factors(itself: _Itself) -> tuple[Fraction, Term | None]:
    """Remembered, since a product is asked at each of its factors: what has no number in it stays the same term."""
    term = itself.term
    if term.head == "number":
        return Fraction(term.args[0]), None
    if term.head == heads.NEG:
        factor, core = factors(term.args[0])
        return -factor, core
    if term.head == heads.DIV:
        above, core = factors(term.args[0])
        below, rest = factors(term.args[1])
        if below != ZERO:
            return above / below, _divide(core, rest)
    if term.head in LINEAR:
        factor, core = factors(term.args[0])
        return (ONE, term) if core is None else (factor, with_parts(term, [core]))
    if term.head in PRODUCTS:
        (a, left), (b, right) = factors(term.args[0]), factors(term.args[1])
        if left is None or right is None:
            return a * b, left or right
        return a * b, with_parts(term, [left, right])
    return ONE, term


def _divide(above: Term | None, below: Term | None) -> Term | None:
    return above if below is None else Term(heads.DIV, (above or number(1), below))


def _product(term: Term, shapes: Shapes) -> Term:
    factor, core = factors(term)
    if core is None:
        return literal(factor)
    more, core = cancelled(core, shapes)
    return literal(factor * more) if core is None else _times(factor * more, core, shapes)


def _product_uncancelled(term: Term, shapes: Shapes) -> Term:
    """What cancels is left as it stands."""
    factor, core = factors(term)
    return literal(factor) if core is None else _times(factor, core, shapes)


def _times(factor: Fraction, core: Term, shapes: Shapes) -> Term:
    core = _without_ones(core, shapes)
    for place in (0, 1) if core.head == heads.TIMES else ():
        if core.args[place].head == heads.DIV and core.args[place].args[0] == ONE_TERM:
            core = core.children[1 - place] / core.children[place].children[1]
            break
    if factor == ZERO:
        shape = shapes.of(core)
        return number(0) * Term("ones", shape) if shape else number(0)
    if factor == ONE:
        return core
    if factor == -ONE:
        return _negated(core)
    if core.head == heads.DIV and (core.args[0] == ONE_TERM or factor.denominator != 1):
        return _fraction_of(factor, *core.children)
    if abs(factor.numerator) == 1:
        return _fraction_of(factor, core, ONE_TERM)
    lead = literal(factor)
    return lead * core


def _negated(core: Term) -> Term:
    """Minus a term: a difference is turned round, in a product or above a line too."""
    return _turned(core) or -core


def _turned(core: Term) -> Term | None:
    """Minus a product, by a difference in it that is turned round; None where there is none."""
    if core.head == heads.SUB:
        return Term(heads.SUB, core.args[::-1])
    places = {heads.TIMES: (1, 0), heads.HADAMARD: (1, 0), heads.DIV: (0,), heads.HADAMARD_DIV: (0,)}
    for place in places.get(core.head, ()):
        if turned := _turned(core.args[place]):
            return Term(core.head, tuple(turned if k == place else part for k, part in enumerate(core.args)))
    return None


def _fraction_of(factor: Fraction, above: Term, below: Term) -> Term:
    """A number times a fraction, as one fraction."""
    parts = [number(factor.denominator)] * (factor.denominator != 1) + [below] * (below != ONE_TERM)
    below = reduce(operator.mul, parts)
    if above == ONE_TERM:
        return number(factor.numerator) / below
    if abs(factor.numerator) != 1:
        above = number(abs(factor.numerator)) * above
    turned = _turned(above) if factor < 0 else above
    return turned / below if turned else -(above / below)


def numeric(term: Term) -> list[Fraction]:
    """The numeric factors of a product that are not 1 or -1, without their signs, from the outermost quotient in."""
    if term.head == "number":
        return [abs(Fraction(term.args[0]))] if abs(Fraction(term.args[0])) != ONE else []
    if term.head == heads.NEG:
        return numeric(term.args[0])
    if term.head == heads.DIV and factors(term.args[1])[0] != ZERO:
        return [*(ONE / value for value in numeric(term.args[1])), *numeric(term.args[0])]
    return [value for part in term.children for value in numeric(part)] if term.head in PRODUCTS | LINEAR else []


def _product_loosely(term: Term, shapes: Shapes) -> Term:
    """Several numeric factors beside each other, in front."""
    several, (factor, core) = numeric(term), factors(term)
    if len(several) < 2 or factor == ZERO:
        return _product(term, shapes)
    lead = reduce(operator.mul, map(_fraction, several))
    product = lead if core is None else lead * _without_ones(core, shapes)
    return -product if factor < 0 else product


def _fraction(value: Fraction) -> Term:
    return number(value.numerator) if value.denominator == 1 else number(value.numerator) / number(value.denominator)


def _without_ones(term: Term, shapes: Shapes) -> Term:
    """A product with `ones` left out where the other factor has the full shape."""
    if term.head == heads.HADAMARD:
        left, right = (_without_ones(arg, shapes) for arg in term.args)
        for one, other in ((left, right), (right, left)):
            if one.head == "ones":
                return other
            if one.head == heads.TIMES and one.args[1].head == "ones":
                return _without_ones(one.args[0] * other, shapes)
            if one.head == heads.DIV and one.args[0].head == "ones":
                return other / one.children[1]
        return Term(heads.HADAMARD, (left, right))
    if term.head == heads.TIMES and term.args[0].head == "ones":
        return Term(heads.TIMES, term.args[::-1])
    return term


def _add(term: Term, shapes: Shapes) -> Term:
    left, right = term.children
    if _is(left, 0) or _is_zeros(left, right, shapes):
        return right
    if _is(right, 0) or _is_zeros(right, left, shapes):
        return left
    if left.head == right.head == "number":
        return literal(Fraction(left.args[0]) + Fraction(right.args[0]))
    if right.head == heads.NEG:
        return left - right.children[0]
    return _like(term, shapes) or term


def _like(term: Term, shapes: Shapes) -> Term | None:
    """Two summands that are the same but for a number, as one; None for others."""
    (a, left), (b, right) = map(factors, term.children)
    if left is None or left != right or names(left) == ():
        return None
    return _product(literal(a + b if term.head == heads.ADD else a - b) * left, shapes)


def _sub(term: Term, shapes: Shapes) -> Term:
    left, right = term.children
    if _is(right, 0):
        return left
    if _is(left, 0):
        return _product(-right, shapes)
    if left.head == right.head == "number":
        return literal(Fraction(left.args[0]) - Fraction(right.args[0]))
    if right.head == heads.NEG:
        return left + right.children[0]
    return _like(term, shapes) or term


def _pow(term: Term, shapes: Shapes) -> Term:
    return term.children[0] if _is(term.children[1], 1) else term


def _sum(term: Term, shapes: Shapes) -> Term:
    if shapes.of(term.args[0]) == ():
        return term.children[0]
    factor, core = factors(term.args[0])
    if core is None:
        return term
    if core.head == heads.DIV and names(core.args[1]):
        summed = _sum(Term(heads.SUM, core.args[:1]), shapes)
        return _product(literal(factor) * (summed / core.children[1]), shapes)
    if core.head == heads.TIMES and core.args[1].head == "ones":
        summed = _sum(Term(heads.SUM, core.args[1:]), shapes)
        return _product(literal(factor) * (core.children[0] * summed), shapes)
    if core.head == "ones" and all(max(shape, default=1) <= COUNTED for shape in shapes.names.values()):
        return literal(factor * prod(shapes.of(core)))
    if factor != ONE:
        return _product(Term(heads.TIMES, (literal(factor), Term(heads.SUM, (core,)))), shapes)
    return term


def _transpose(term: Term, shapes: Shapes) -> Term:
    inner = term.children[0]
    if shapes.of(inner) == ():
        return inner
    if inner.head == heads.TRANSPOSE:
        return inner.children[0]
    if inner.head == heads.DIV and inner.args[0].head == heads.TRANSPOSE:
        return inner.children[0].children[0] / inner.children[1]
    if inner.head == heads.MATMUL and heads.TRANSPOSE in (inner.args[0].head, inner.args[1].head):
        return Term(heads.MATMUL, tuple(_transpose(factor.T, shapes) for factor in reversed(inner.args)))
    return term


def _spread(term: Term, shapes: Shapes) -> Term:
    return term.args[0] if term.args[1] == 1 else term


def _is_zeros(term: Term, beside: Term, shapes: Shapes) -> bool:
    """Whether a summand is zeros of the other's shape, as `_product` writes them."""
    is_zeros = term.head == heads.TIMES and _is(term.args[0], 0) and term.args[1].head == "ones"
    return is_zeros and shapes.of(term) == shapes.of(beside)


def _is(term: Term, value: int) -> bool:
    return term.head == "number" and Fraction(term.args[0]) == value


RULES: dict[str, Rule] = {
    heads.TIMES: _product,
    heads.HADAMARD: _product,
    heads.MATMUL: _product,
    heads.NEG: _product,
    heads.DIV: _product,
    heads.ADD: _add,
    heads.SUB: _sub,
    heads.POW: _pow,
    heads.HADAMARD_POW: _pow,
    heads.SUM: _sum,
    heads.TRANSPOSE: _transpose,
    heads.SPREAD: _spread,
}
MULTIPLIED = (heads.TIMES, heads.HADAMARD, heads.MATMUL, heads.NEG, heads.DIV)
LOOSE = RULES | dict.fromkeys(MULTIPLIED, _product_loosely)
UNCANCELLED = RULES | dict.fromkeys(MULTIPLIED, _product_uncancelled)
