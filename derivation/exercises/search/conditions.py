"""What wishes ask of an exercise's nodes: a row for each wish of which numbers can be found that meet it, or turned
down one by one."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

from flint import fmpq

from derivation.exercises.plan.contract import Contract
from derivation.exercises.plan.wishes import Pattern, is_wished
from derivation.exercises.search.case import Case, Condition, Sign
from derivation.exercises.search.lattice import at_most
from derivation.formulas.numbers import Number, is_positive
from derivation.formulas.operations.smooth import SMOOTH
from derivation.formulas.terms import name
from derivation.networks.keys import key_of

SATURATING = frozenset(row.number for row in SMOOTH.values() if row.saturates)


def conditions(wishes: Mapping[str, Any], case: Case) -> Iterator[Condition]:
    """All that must hold of the nodes of a case."""
    yield from case.branches
    for key, wished in wishes.items():
        if key in CONDITIONS and is_wished(wished):
            yield from CONDITIONS[key](wished, case)


def signs(pattern: Pattern, nodes_of: Callable[[str], tuple[int, ...]]) -> list[Sign]:
    """The pattern by the nodes that the units are compared with 0 at."""
    return [(node, is_on) for key, states in pattern.items() for node, is_on in zip(nodes_of(key), states, strict=True)]


def _short(wished: Any, case: Case) -> Iterator[Condition]:
    """At most so many decimals."""
    by_key = dict(wished) if isinstance(wished, tuple) else {}
    for blank, node in zip(case.exercise.blanks, case.blanks, strict=True):
        places = by_key.get(key_of(blank.quantity)) if by_key else wished
        if places is not None:
            yield Condition("decimals", (node,), at_most(places), places=places)


def _falling(wished: Any, case: Case) -> Iterator[Condition]:
    yield Condition(
        "falls",
        case.after_update(name(case.exercise.network.loss or "")),
        lambda before, after: is_positive(before - after),
    )


def _nonzero(wished: Any, case: Case) -> Iterator[Condition]:
    least = fmpq(0) if case.exercise.contract.places is None else case.exercise.contract.unit(fmpq(0)) / 2
    for node in case.distinct():
        yield Condition(
            "zeros",
            (node,),
            lambda x: bool(x > least or x < -least) or is_positive(x - least) or is_positive(-x - least),
        )


def _unrepeated(wished: Any, case: Case) -> Iterator[Condition]:
    contract = case.exercise.contract
    for pair in combinations(case.distinct(), 2):
        yield Condition("repeats", pair, lambda x, y: _differ(contract, x, y))
        others = _without_common_factor(case, *pair)
        if others:
            yield Condition(
                "repeats", others, lambda x, y: not (isinstance(x, fmpq) and isinstance(y, fmpq) and x == y)
            )


def _without_common_factor(case: Case, a: int, b: int) -> tuple[int, int] | None:
    """The factors in which two products differ: they are known sooner, and equal where the products repeat each
    other."""
    (operation, left), (other, right) = case.graph.code[a], case.graph.code[b]
    common = set(left) & set(right) if operation is other is operator.mul else set()
    if len(common) != 1:
        return None
    first, second = ([k for k in factors if k not in common] for factors in (left, right))
    return (first[0], second[0]) if first and second else None


def _differ(contract: Contract, x: Number, y: Number) -> bool:
    return contract.is_far(x, y) or contract.shown(x) != contract.shown(y)


def _moderate(wished: Any, case: Case) -> Iterator[Condition]:
    """The arguments of saturating functions, as they stand in the graph (a sigmoid's is negated there)."""
    for operation, operands in case.graph.code[: case.size]:
        if operation in SATURATING:
            yield Condition(
                "moderate",
                operands,
                lambda x: bool(-wished <= x <= wished) or not (is_positive(x - wished) or is_positive(-x - wished)),
                low=-wished,
                high=wished,
            )


CONDITIONS: Mapping[str, Callable[[Any, Case], Iterable[Condition]]] = {
    "decimals": _short,
    "moderate": _moderate,
    "zeros": _nonzero,
    "repeats": _unrepeated,
    "falls": _falling,
}
"""By the keys of `plan.wishes.WISHES`. `relu` and `branches` choose the case, the others choose among variants."""
