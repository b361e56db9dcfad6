"""An expression with kinks is zero where it is zero in each region that the kinks cut out: all of them, not a sample.

Every kink is a `step(u)`, 1 where u > 0 and 0 where u < 0 (on a border the derivative is a convention). The sign of one
u after the other is assumed; where the expression vanishes early, all regions behind are done with, and a region that
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

from derivation.formulas.operations.algebras import is_step

MOST_KINKS = 1000
"""Kinks looked at, region by region, before it is left to samples."""
MOST_INEQUALITIES = 400
"""Inequalities that an elimination may grow to; beyond, a region is taken for one that has points."""
Inequality = dict[Any, Any]
"""The coefficients of u in u > 0, by monomial; that of 1 is the constant."""


def steps_in(expression: Any) -> list[Any]:
    """The kinks in an expression, innermost first, in an order that does not change."""
    return sorted(filter(is_step, expression.atoms(sympy.Function)), key=_rank)


@cache
def _rank(step: Any) -> tuple[int, str]:
    return step.count(sympy.Function), str(step)


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
    steps = steps_in(expression)
    if expression == 0 or is_empty(assumed) or (not steps and is_zero(expression)):
        yield True
    elif sum(1 for _ in islice(room, len(steps))) < len(steps):
        yield None
    elif not steps:
        yield False if all(map(_is_linear, assumed)) else None
    else:
        inside = steps[0].args[0]
        for sign in (1, -1):
            there = _where(expression, steps, inside, sign)
            yield from _regions(there, [*assumed, _coefficients(sign * inside)], is_zero, room)


def _where(expression: Any, steps: list[Any], inside: Any, sign: int) -> Any:
    """The expression on one side of a kink; the step of the negative is on the other."""
    here = sympy.Integer(sign > 0)
    known = {step: here for step in steps if step.args[0] == inside}
    known |= {step: 1 - here for step in steps if step.args[0] == -inside or step.args[0] == sympy.expand(-inside)}
    return sympy.expand(expression.xreplace(known))


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
