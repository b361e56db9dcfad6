"""Whether an expression is identically zero: proved by SymPy, refuted at a point, or neither.

Where it has kinks, it has to be zero in every region that they cut out (`regions`); where those are too many, in the
regions that 64 points reach: it is `sampled` then.

Source of the order of attempts: structural zero, expansion and rational normal forms are decision procedures for the
expressions that local proofs give; `simplify` is a heuristic and comes last, on small expressions only.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any

import sympy

from derivation.proving.regions import is_on_border, kinks_in, vanishes_everywhere
from derivation.proving.symbolic import Finding

POINTS = 64
LARGEST = 400
"""Operations in an expression beyond which the heuristic is not tried."""


@cache
def verdict(expression: Any) -> Finding:
    """The judgement on `expression = 0`."""
    if expression == 0:
        return "proved"
    expanded = sympy.expand(expression)
    if expanded == 0:
        return "proved"
    if any(_differs(expanded, point) for point in islice(_points(expanded), 3)):
        return "refuted"
    kinks = kinks_in(expanded)
    if kinks:
        everywhere = vanishes_everywhere(expanded, _zero_there)
        if everywhere is None:
            return "sampled" if _in_sampled_regions(expanded, kinks) else "failed"
        return "proved" if everywhere else "failed"
    if _rational_zero(expanded):
        return "proved"
    if sympy.count_ops(expanded) < LARGEST and sympy.simplify(expanded) == 0:
        return "proved"
    return "failed"


def _rational_zero(expression: Any) -> bool:
    """Zero as a rational function of its symbols and exponentials."""
    numerator, _ = sympy.fraction(sympy.together(expression))
    return bool(sympy.expand(sympy.powsimp(sympy.expand(numerator))) == 0)


def _points(expression: Any) -> Iterator[dict[Any, Any]]:
    """Rational points, the same each time: small positive ones first, then of both signs."""
    symbols = sorted(expression.free_symbols, key=str)
    for turn in range(POINTS):
        size = (1, 1, 1, 4, sympy.Rational(1, 3))[turn % 5]
        yield {
            symbol: size
            * sympy.Rational((7 * place + 13 * turn + place * turn) % 29 + 1, 31)
            * (-1) ** ((turn >> (place % 6)) if turn > 2 else 0)
            for place, symbol in enumerate(symbols)
        }


def _differs(expression: Any, point: dict[Any, Any]) -> bool:
    value = sympy.N(expression.subs(point), 30)
    return bool(value.is_number and value.is_finite is not False and abs(value) > sympy.Float(10) ** -18)


def _in_sampled_regions(expression: Any, kinks: list[Any]) -> bool:
    """Zero in the regions that the kinks cut out, as far as the points reach them."""
    regions = set()
    for point in _points(expression):
        if any(is_on_border(kink, point) for kink in kinks):
            continue  # on a border the derivative is a convention
        choice = tuple((kink, kink.subs(point)) for kink in kinks)
        if choice in regions:
            continue
        regions.add(choice)
        if not _zero_there(sympy.expand(expression.xreplace(dict(choice)))):
            return False
    return len(regions) > 1


def _zero_there(expression: Any) -> bool:
    return bool(expression == 0) or _rational_zero(expression)
