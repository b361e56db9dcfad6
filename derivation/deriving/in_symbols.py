"""What is worked out of a network's formulas alone: once, however often the network is worked at numbers.

The training steps of a network, its variants and the parts of its walkthrough have the same formulas. Whoever asks here
passes terms of the network's equations, which say what they are; a printed literal, which stands for a number that it
does not say, has no place in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from derivation.formulas.arrays import Shape
from derivation.formulas.calculus import likelihoods as forms
from derivation.formulas.calculus import reverse
from derivation.formulas.calculus.likelihoods import Likelihood
from derivation.formulas.calculus.simplify import Rule, simplify
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.operations import TABLE, Operation
from derivation.formulas.terms import Term, walk

REMEMBERED = 4096


def shapes_of(names: Mapping[str, Shape]) -> Shapes:
    """The shapes of a network's terms: one object for all networks whose quantities have the same ones, so that what is
    remembered by it serves them all.

    >>> shapes_of({"w": ()}) is shapes_of({"w": ()})
    True
    """
    return _shapes(tuple(names.items()))


@lru_cache(maxsize=64)
def _shapes(names: tuple[tuple[str, Shape], ...]) -> Shapes:
    return Shapes(dict(names))


def gradients(
    equation: Term, result: Term, upstream: Term, targets: frozenset[str], shapes: Shapes, rule: Rule = simplify
) -> Mapping[str, Term]:
    """As `calculus.reverse.gradients`."""
    rows = tuple(TABLE.get(node.head) for node in walk(equation))
    return _gradients(equation, result, upstream, targets, shapes, rule, rows)


@lru_cache(maxsize=REMEMBERED)
def _gradients(
    equation: Term,
    result: Term,
    upstream: Term,
    targets: frozenset[str],
    shapes: Shapes,
    rule: Rule,
    rows: tuple[Operation | None, ...],
) -> Mapping[str, Term]:
    """By the rows of the table whose rules it takes: with other rows it is another question."""
    return reverse.gradients(equation, result, upstream, targets, shapes, rule)


@lru_cache(maxsize=REMEMBERED)
def simplified(term: Term, shapes: Shapes) -> Term:
    """As `calculus.simplify.simplify`."""
    return simplify(term, shapes)


@lru_cache(maxsize=REMEMBERED)
def likelihoods(equation: Term, operand: str, shapes: Shapes) -> tuple[Likelihood, ...]:
    """As `calculus.likelihoods.likelihoods`."""
    return forms.likelihoods(equation, operand, shapes)


fused = lru_cache(maxsize=REMEMBERED)(reverse.fused)
"""As `calculus.reverse.fused`."""
