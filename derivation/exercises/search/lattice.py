"""What is known of a graph's numbers before any is chosen: how many decimals they have at most, and between what they
lie.

Sums have as many decimals as the longer part, products as both together.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flint import fmpq

from derivation.exercises.exercise.program import Operation
from derivation.exercises.plan.domains import Domain
from derivation.exercises.search.case import Condition
from derivation.formulas.decimals import Carry, terminating
from derivation.formulas.numbers import Number
from derivation.formulas.operations.algebras import WHOLE, Numbers, complete
from derivation.formulas.operations.smooth import SMOOTH

Code = Mapping[int, tuple[Operation | None, tuple[int, ...]]]
"""Operations by node, each behind its operands."""
MAXIMAL_PLACES = 60
"""Decimals beyond which a number counts as one without end."""
Places = int | None
Span = tuple[fmpq, fmpq] | None
"""An interval, ends included; None where nothing is known."""


@dataclass
class Bounds:
    """For each node its decimals at most (None: maybe without end) and its interval."""

    places: dict[int, Places]
    spans: dict[int, Span]


def decimals(x: Number) -> Places:
    """The decimals of a number; None where they do not end.

    >>> decimals(fmpq(1, 8)), decimals(fmpq(1, 3))
    (3, None)
    """
    text = terminating(x) if isinstance(x, fmpq) else None
    return None if text is None else len(text.partition(".")[2])


def at_most(places: int) -> Callable[[object], bool]:
    """Judges whether a number has at most so many decimals."""
    scale = 10**places
    return lambda x: isinstance(x, fmpq) and bool((x * scale).q == 1)


def longest(domain: Iterable[fmpq]) -> Places:
    """The decimals that suffice for every number of a domain."""
    return _longer(*map(decimals, domain))


def bounds(
    code: Code, constants: Mapping[int, Number], domains: Mapping[int, Domain], conditions: Iterable[Condition]
) -> Bounds:
    """What is known of every node, from the nodes below it and from the conditions on it itself."""
    found = Bounds({}, {})
    claimed: dict[int, list[Condition]] = {}
    for condition in conditions:
        if len(condition.nodes) == 1:
            claimed.setdefault(condition.nodes[0], []).append(condition)
    for node, (operation, operands) in code.items():
        if operation is None:
            values = domains[node] if node in domains else (constants[node],)
            places = longest(values)
            span = (min(values), max(values)) if all(isinstance(x, fmpq) for x in values) else None
        else:
            places = worked_places(operation, [found.places[k] for k in operands], [constants.get(k) for k in operands])
            span = worked_span(operation, [found.spans[k] for k in operands], [constants.get(k) for k in operands])
        for condition in claimed.get(node, ()):
            places = _least(places, condition.places)
            span = _narrowed(span, condition)
        found.places[node], found.spans[node] = places, span
    return found


def worked_places(operation: Operation, places: list[Places], constants: list[Number]) -> Places:
    """The decimals of a result, from those of its operands."""
    if isinstance(operation, Carry):
        return _least(places[0], operation.places)
    found = PLACES[operation](places, constants)
    return found if found is not None and found <= MAXIMAL_PLACES else None


def worked_span(operation: Operation, spans: list[Span], constants: list[Number]) -> Span:
    """The interval of a result, from those of its operands."""
    rule = SPANS.get(operation)
    return rule(*spans) if rule and None not in spans else None


def _least(a: Places, b: Places) -> Places:
    return b if a is None else a if b is None else min(a, b)


def _longer(*places: Places) -> Places:
    return None if None in places else max(place or 0 for place in places)


def _together(places: list[Places], constants: list[Number]) -> Places:
    return None if None in places else sum(place or 0 for place in places)


def _divided(places: list[Places], constants: list[Number]) -> Places:
    divisor = constants[1]
    return _together([places[0], decimals(1 / divisor) if isinstance(divisor, fmpq) and divisor else None], constants)


def _powered(places: list[Places], constants: list[Number]) -> Places:
    exponent = constants[1]
    is_whole = isinstance(exponent, fmpq) and exponent.q == 1 and exponent >= 0
    return places[0] * int(exponent.p) if is_whole and places[0] is not None else None


def _unknown(*operands: object) -> None:
    return None


SMOOTH_UNKNOWN = dict.fromkeys((row.number for row in SMOOTH.values()), _unknown)
PLACES: Mapping[Operation, Callable[[list[Places], list[Number]], Places]] = complete(
    {
        operator.add: lambda places, constants: _longer(*places),
        operator.sub: lambda places, constants: _longer(*places),
        operator.neg: lambda places, constants: places[0],
        operator.mul: _together,
        Numbers.max: lambda places, constants: _longer(*places),
        Numbers.stop_gradient: lambda places, constants: places[0],
        Numbers.min: lambda places, constants: _longer(*places),
        Numbers.greater: lambda places, constants: 0,
        Numbers.at_least: lambda places, constants: 0,
        Numbers.equal_to: lambda places, constants: 0,
        Numbers.sign: lambda places, constants: 0,
        Numbers.div: _divided,
        Numbers.pow: _powered,
        **dict.fromkeys((Numbers.largest, Numbers.smallest, Numbers.cases, *WHOLE, Numbers.relative_entropy), _unknown),
        **SMOOTH_UNKNOWN,
    },
    "rule for decimals",
)


def _product(a: Span, b: Span) -> Span:
    ends = [x * y for x in a or () for y in b or ()]
    return min(ends), max(ends)


def _narrowed(span: Span, condition: Condition) -> Span:
    """The part of an interval that a condition leaves; where it leaves nothing, the interval itself, and the search
    finds out."""
    low, high = condition.low, condition.high
    if span is None:
        return (low, high) if low is not None and high is not None else None
    narrowed = span[0] if low is None else max(span[0], low), span[1] if high is None else min(span[1], high)
    return narrowed if narrowed[0] <= narrowed[1] else span


SPANS: Mapping[Operation, Callable[..., Span]] = complete(
    {
        operator.add: lambda a, b: (a[0] + b[0], a[1] + b[1]),
        operator.sub: lambda a, b: (a[0] - b[1], a[1] - b[0]),
        operator.neg: lambda a: (-a[1], -a[0]),
        operator.mul: _product,
        Numbers.stop_gradient: lambda a: a,
        Numbers.max: lambda a, b: (max(a[0], b[0]), max(a[1], b[1])),
        Numbers.min: lambda a, b: (min(a[0], b[0]), min(a[1], b[1])),
        **dict.fromkeys(
            (Numbers.div, Numbers.pow, Numbers.largest, Numbers.smallest, Numbers.relative_entropy), _unknown
        ),
        **dict.fromkeys(
            (Numbers.greater, Numbers.at_least, Numbers.equal_to, Numbers.sign, Numbers.cases, *WHOLE), _unknown
        ),
        **SMOOTH_UNKNOWN,
    },
    "bounds",
)
