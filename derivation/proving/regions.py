"""An expression with kinks is zero where it is zero in each region that the kinks cut out: all of them, not a sample.

A kink is a `step(u)`, 1 where u > 0 and 0 where u < 0, or a `first(k, a, b, ...)`, 1 where the entry at place k is the
largest (on a border the derivative is a convention). The sign of one u after the other is assumed, or which entry is
the largest: of several entries there are as many regions, and not one for each order of two of them. Where the expression vanishes early, all regions behind are done with, and a region that
no point lies in counts for nothing.

Source of the test for that: Fourier, Motzkin: a system of strict linear inequalities has no solution where elimination
of its variables leaves 0 > 0 (Schrijver, Theory of Linear and Integer Programming, 1986, section 12.2). Powers and
products are taken for variables of their own, so that a region that is said to be empty is so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import Any

import sympy

from derivation.formulas.operations.algebras import is_first, is_kink, is_step

MOST_KINKS = 1000
"""Kinks looked at, region by region, before it is left to samples."""
MOST_INEQUALITIES = 400
"""Inequalities that an elimination may grow to; beyond, a region is taken for one that has points."""
Inequality = dict[Any, Any]
"""The coefficients of u in u > 0, by monomial; that of 1 is the constant."""


def kinks_in(expression: Any) -> list[Any]:
    """The kinks in an expression, innermost first, in an order that does not change."""
    return sorted(filter(is_kink, expression.atoms(sympy.Function)), key=_rank)


@cache
def _rank(kink: Any) -> tuple[int, str]:
    return kink.count(sympy.Function), str(kink)


def is_on_border(kink: Any, point: dict[Any, Any]) -> bool:
    """Whether a kink is met at a point."""
    if is_step(kink):
        return bool(kink.args[0].subs(point) == 0)
    entries = [entry.subs(point) for entry in kink.args[1:]]
    return len(set(entries)) < len(entries)


def vanishes_everywhere(expression: Any, is_zero: Callable[[Any], bool]) -> bool | None:
    """Whether an expression is zero in every region, `is_zero` being the judge of one without kinks; None where that
    cannot be decided.

    >>> from derivation.formulas.operations.algebras import symbols
    >>> x = sympy.Symbol("x", real=True)
    >>> larger, zero = symbols().max, lambda e: sympy.expand(e) == 0
    >>> vanishes_everywhere(larger(x, 0) - larger(-x, 0) - x, zero), vanishes_everywhere(larger(x, 0) - x, zero)
    (True, False)
    """
    room = iter(range(MOST_KINKS))
    found = set(_until_one_fails(_regions(sympy.expand(expression), [], is_zero, room)))
    return None if None in found else False not in found


def _until_one_fails(findings: Iterator[bool | None]) -> Iterator[bool | None]:
    """The findings up to the first that is not True."""
    for found in findings:
        yield found
        if not found:
            return


def _regions(
    expression: Any, assumed: list[Inequality], is_zero: Callable[[Any], bool], room: Iterator[int]
) -> Iterator[bool | None]:
    """Whether the expression is zero, region by region, as far as there is room."""
    kinks = kinks_in(expression)
    if expression == 0 or is_empty(assumed) or (not kinks and is_zero(expression)):
        yield True
    elif sum(1 for _ in islice(room, len(kinks))) < len(kinks):
        yield None
    elif not kinks:
        yield False if all(map(_is_linear, assumed)) else None
    else:
        for there, positive in (_by_sign if is_step(kinks[0]) else _by_largest)(expression, kinks):
            yield from _regions(there, [*assumed, *map(_coefficients, positive)], is_zero, room)


Side = tuple[Any, list[Any]]
"""An expression on one side of a kink, and what is positive there."""


def _by_sign(expression: Any, kinks: list[Any]) -> Iterator[Side]:
    """Both sides of a step; the step of the negative is on the other."""
    inside = kinks[0].args[0]
    steps = list(filter(is_step, kinks))
    for sign in (1, -1):
        here = sympy.Integer(sign > 0)
        known = {step: here for step in steps if step.args[0] == inside}
        known |= {step: 1 - here for step in steps if step.args[0] in (-inside, sympy.expand(-inside))}
        yield sympy.expand(expression.xreplace(known)), [sign * inside]


def _by_largest(expression: Any, kinks: list[Any]) -> Iterator[Side]:
    """Each entry of several as the largest."""
    entries = kinks[0].args[1:]
    marks = [mark for mark in kinks if is_first(mark) and mark.args[1:] == entries]
    for place, largest in enumerate(entries):
        known = {mark: sympy.Integer(mark.args[0] == place) for mark in marks}
        positive = [sympy.expand(largest - x) for k, x in enumerate(entries) if k != place]
        known |= {step: sympy.Integer(1) for step in kinks if is_step(step) and step.args[0] in positive}
        known |= {step: sympy.Integer(0) for step in kinks if is_step(step) and sympy.expand(-step.args[0]) in positive}
        yield sympy.expand(expression.xreplace(known)), positive


def _coefficients(inside: Any) -> Inequality:
    return dict(sympy.expand(inside).as_coefficients_dict())


def _is_linear(inequality: Inequality) -> bool:
    """Whether no monomial is a power, a product or a function: then what is not empty has points."""
    return all(key == 1 or key.is_Symbol for key in inequality)


def is_empty(inequalities: list[Inequality]) -> bool:
    """Whether no point satisfies all of `u > 0`; False where that would take too long to tell.

    >>> x, y = sympy.symbols("x y")
    >>> [is_empty([_coefficients(u) for u in us]) for us in ([x - y, y - x], [x - y, y], [x, y - x - 1, -y])]
    [True, False, True]
    """
    left = inequalities
    while left:
        if any(not any(coefficient for key, coefficient in u.items() if key != 1) and u.get(1, 0) <= 0 for u in left):
            return True
        variable = next((key for u in left for key, value in u.items() if key != 1 and value), None)
        if variable is None or len(left) > MOST_INEQUALITIES:
            return False
        above = [u for u in left if u.get(variable, 0) > 0]
        below = [u for u in left if u.get(variable, 0) < 0]
        left = [u for u in left if not u.get(variable, 0)]
        left += [_without(variable, u, v) for u in above for v in below]
    return False


def _without(variable: Any, above: Inequality, below: Inequality) -> Inequality:
    """A sum of the two, weighted so that a variable drops out."""
    one, other = -below[variable], above[variable]
    return {key: one * above.get(key, 0) + other * below.get(key, 0) for key in above.keys() | below.keys()}
