"""Sides as quotients of polynomials in their names: whether two are the same, as with the imaginary unit, and whether
two that differ are one expression with a slip, or an equation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from derivation.checking.facts.knowledge import PRODUCT_SIGNS, ChainRead, SideRead, is_closed
from derivation.checking.reading.trees import Tree
from derivation.formulas.operations import heads

Monomial = tuple[tuple[str, int], ...]
"""Atoms with their exponents, in order."""
Polynomial = Mapping[Monomial, Fraction]
Quotient = tuple[Polynomial, Polynomial]
ONE: Polynomial = {(): Fraction(1)}
MAXIMAL_PRODUCTS, MAXIMAL_POWER = 2000, 12
QUOTIENTS = frozenset(["/", "frac"])
ATOMS = frozenset(["name", "apply", "call"])
UNIT = "i"
"""The name of the imaginary unit."""


class NoPolynomial(ArithmeticError):
    """A side is no quotient of polynomials, or a long one."""


def are_near(left: Tree, right: Tree) -> bool:
    """Whether two different sides are so alike that one is the other with a slip: they have a term in common, and but
    for one term the same products of names.

    `x^2 - 4` and `(x + 2)(x - 3)` are near each other, `5 x - 1` and `x + 3` are not.
    """
    try:
        (a, b), (c, d) = quotient(left), quotient(right)
        first, second = (a, c) if b == d else (times(a, d), times(c, b))
    except NoPolynomial:
        return False
    if min(len(first), len(second)) < 2:
        return False
    shared = sum(second.get(term) == factor for term, factor in first.items())
    return bool(shared) and len(first.keys() ^ second.keys()) <= 1


def is_factoring(chain: ChainRead, left: SideRead, right: SideRead) -> bool:
    """Whether a side is written otherwise before the chain says what it comes to: `x^2 - 4 = (x + 2)(x - 2) = 0`."""
    last = chain.sides[-1].tree
    goes_on = len(chain.sides) > 2 and last is not None and is_closed(last)
    return goes_on and left.tree is not None and right.tree is not None and are_near(left.tree, right.tree)


def are_same(left: Tree, right: Tree) -> bool | None:
    """Whether two sides are the same for all values of their names, i being the imaginary unit; None where that cannot
    be worked."""
    try:
        (a, b), (c, d) = quotient(left), quotient(right)
        return not reduced(plus(times(a, d), negative(times(c, b)))) and bool(reduced(b)) and bool(reduced(d))
    except NoPolynomial:
        return None


def are_different_numbers(left: Tree, right: Tree) -> bool:
    """Whether the names of two sides cancel, and what is left are two numbers: `2 + 2 a - 1 - 2 a` and 3."""
    try:
        (a, b), (c, d) = quotient(left), quotient(right)
        return all(set(part) <= {()} for part in (a, b, c, d)) and times(a, d) != times(c, b)
    except NoPolynomial:
        return False


def reduced(found: Polynomial) -> Polynomial:
    """A polynomial with the squares of the imaginary unit and of square roots of numbers worked out."""
    result: Polynomial = {}
    for term, factor in found.items():
        left: Polynomial = {(): factor}
        for atom, exponent in term:
            square = Fraction(-1) if atom == UNIT else root_of(atom)
            pairs, odd = (0, exponent) if square is None else divmod(exponent, 2)
            left = times(left, {(((atom, odd),) if odd else ()): (square or Fraction(1)) ** pairs})
        result = plus(result, left)
    return result


def root_of(atom: str) -> Fraction | None:
    """The number of which an atom is the square root; None where it is none."""
    inside = atom.removeprefix(f"call({heads.SQRT},number(").removesuffix("))")
    return Fraction(inside) if inside != atom and inside.isdecimal() else None


def quotient(tree: Tree) -> Quotient:
    """A side expanded, above and below the line."""
    if tree.head == "number" and tree.args[0].replace(".", "", 1).isdecimal():
        return {(): Fraction(tree.args[0])}, ONE
    if tree.head in ATOMS:
        return {((spelled(tree), 1),): Fraction(1)}, ONE
    parts = [quotient(child) for child in tree.children]
    if len(parts) == 1 and tree.head in ("group", "u-"):
        above, below = parts[0]
        return (above, below) if tree.head == "group" else (negative(above), below)
    if len(parts) != 2:
        raise NoPolynomial
    return combined(tree.head, *parts)


def combined(sign: str, first: Quotient, second: Quotient) -> Quotient:
    """What a sign makes of its operands."""
    (a, b), (c, d) = first, second
    if sign in ("+", "-"):
        other = c if sign == "+" else negative(c)
        return (plus(a, other), b) if b == d else (plus(times(a, d), times(other, b)), times(b, d))
    if sign in PRODUCT_SIGNS:
        return times(a, c), times(b, d)
    if sign in QUOTIENTS and c:
        return times(a, d), times(b, c)
    exponent = c.get((), Fraction(0)) if sign == "^" and set(c) <= {()} and d == ONE else Fraction(0)
    if exponent.denominator > 1 or not 0 < exponent <= MAXIMAL_POWER:
        raise NoPolynomial
    return power(a, int(exponent)), power(b, int(exponent))


def power(base: Polynomial, exponent: int) -> Polynomial:
    found = ONE
    for _ in range(exponent):
        found = times(found, base)
    return found


def negative(found: Polynomial) -> Polynomial:
    return {term: -factor for term, factor in found.items()}


def plus(first: Polynomial, second: Polynomial) -> Polynomial:
    added = {term: first.get(term, Fraction(0)) + second.get(term, Fraction(0)) for term in {**first, **second}}
    return {term: factor for term, factor in added.items() if factor}


def times(first: Polynomial, second: Polynomial) -> Polynomial:
    if len(first) * len(second) > MAXIMAL_PRODUCTS:
        raise NoPolynomial
    found: dict[Monomial, Fraction] = {}
    for one, factor in first.items():
        for other, by in second.items():
            exponents = Counter(dict(one))
            exponents.update(dict(other))
            term = tuple(sorted(exponents.items()))
            found[term] = found.get(term, Fraction(0)) + factor * by
    return {term: factor for term, factor in found.items() if factor}


def spelled(part: Any) -> str:
    """A name, or the call of a function, as the same text wherever it stands."""
    if isinstance(part, Tree):
        if part.head == "name":
            return str(part.args[0].key)
        return f"{part.head}({','.join(map(spelled, part.args))})"
    return str(getattr(part, "key", part))
