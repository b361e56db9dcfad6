"""The variables that a search chooses: inputs, or sums from which an input follows.

`e = yhat - y` must be whole where `e^2 / 2` is to have one decimal. If y only stands there, e may be chosen and y =
yhat - e follows: its having to be among the numbers that y may be is then a condition like others.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flint import fmpq

from derivation.exercises.exercise.program import Operation
from derivation.exercises.plan.domains import Domain
from derivation.exercises.search.case import Condition
from derivation.exercises.search.lattice import Bounds, Code, Span, at_most, bounds, decimals, longest, worked_places
from derivation.formulas.numbers import Number

MAXIMAL_CANDIDATES = 4096
"""Values up to which a sum may be a variable."""
MAXIMAL_WEIGHT = 12
Variable = tuple[tuple[fmpq, ...], tuple[int, ...]]
"""The values that a variable may take, and how often each is to be tried first (nothing: all equally)."""


@dataclass(frozen=True)
class Coordinates:
    """`code` in an order in which it can be worked, with nothing behind a variable; `sums` are the variables that are
    no inputs, and `inputs` the nodes whose values make a variant. `spans` hold between what values lie."""

    code: Code
    constants: Mapping[int, Number]
    variables: Mapping[int, Variable]
    inputs: tuple[int, ...]
    spans: Mapping[int, Span]
    sums: frozenset[int]


def supported(coordinates: Coordinates) -> dict[int, frozenset[int]]:
    """The variables that each node depends on."""
    supports: dict[int, frozenset[int]] = {}
    for node, (_, operands) in coordinates.code.items():
        supports[node] = (
            frozenset({node}) if node in coordinates.variables else frozenset().union(*(supports[k] for k in operands))
        )
    return supports


def coordinates(
    code: Code,
    constants: Mapping[int, Number],
    domains: Mapping[int, Domain],
    conditions: Sequence[Condition],
    samples: Sequence[Sequence[Number]],
    prefers_short: bool,
) -> tuple[Coordinates, list[Condition]]:
    """The coordinates for a graph and conditions on it, and the conditions as they are then, none of which follows from
    others.

    `samples` are values of all nodes at some numbers, which show where those of a sum usually lie.
    """
    known = bounds(code, constants, domains, conditions)
    chosen: dict[int, Domain] = {}
    hard = {
        condition.nodes[0]
        for condition in settled(code, constants, domains, conditions)
        if condition.places is not None
    }
    for node in sorted(code, reverse=True):
        solved = _solved(code, node, domains, hard)
        candidates = _candidates(known, node)
        if solved and candidates:
            code = _in_order({**code, node: (None, ()), solved[0]: solved[1]})
            chosen[node] = candidates
    variables = {
        node: _variable(values, [], prefers_short) for node, values in domains.items() if code[node][0] is None
    }
    variables |= {
        node: _variable(values, [sample[node] for sample in samples], prefers_short) for node, values in chosen.items()
    }
    follows = [_member(node, values) for node, values in domains.items() if code[node][0] is not None]
    free = {node: values for node, (values, _) in variables.items()}
    conditions = [*conditions, *follows]
    spans = bounds(code, constants, free, conditions).spans
    return Coordinates(code, constants, variables, tuple(domains), spans, frozenset(chosen)), settled(
        code, constants, free, conditions
    )


def settled(
    code: Code, constants: Mapping[int, Number], domains: Mapping[int, Domain], conditions: Iterable[Condition]
) -> list[Condition]:
    """The conditions, with limits of decimals moved down: of a sum to the one part that might break it; none is left
    that others imply."""
    conditions = list(conditions)
    places = bounds(code, constants, domains, conditions).places
    wanted: dict[int, Condition] = {}
    for condition in conditions:
        if condition.places is not None and (
            condition.nodes[0] not in wanted or condition.places < (wanted[condition.nodes[0]].places or 0)
        ):
            wanted[condition.nodes[0]] = condition
    kept = [condition for condition in conditions if condition.places is None or condition.wish == "vary"]
    for node in reversed(tuple(code)):
        found = wanted.get(node)
        if found is None or found.places is None:
            continue
        condition, limit = found, found.places
        operation, operands = code[node]
        raw = (
            worked_places(operation, [places[k] for k in operands], [constants.get(k) for k in operands])
            if operation
            else _own(node, constants, domains)
        )
        longer = [k for k in operands if places[k] is None or (places[k] or 0) > limit]
        if raw is not None and raw <= limit:
            continue
        if operation in LINEAR and len(set(longer)) == 1 and operands.count(longer[0]) == 1:
            part, before = longer[0], wanted.get(longer[0])
            least = limit if before is None or before.places is None else min(limit, before.places)
            wanted[part] = Condition(condition.wish, (part,), at_most(least), places=least)
            places[part] = least
        elif condition.wish != "vary":
            kept.append(condition)
    return kept


def _own(node: int, constants: Mapping[int, Number], domains: Mapping[int, Domain]) -> int | None:
    return longest(domains[node]) if node in domains else decimals(constants[node])


def _solved(
    code: Code, node: int, domains: Mapping[int, Domain], hard: set[int]
) -> tuple[int, tuple[Operation, tuple[int, ...]]] | None:
    """An input that follows from a sum, and how; where conditions on decimals depend on the sum, and the other part not
    on the input."""
    operation, operands = code[node]
    if operation not in SOLVED:
        return None
    for place, part in enumerate(operands):
        other = operands[1 - place]
        is_free = (
            part in domains and len(domains[part]) > 1 and code[part][0] is None and part not in _behind(code, other)
        )
        if is_free and any(node in _behind(code, check) for check in hard if check != node):
            inverse, order = SOLVED[operation][place]
            return part, (inverse, tuple((node, other)[k] for k in order))
    return None


def _behind(code: Code, node: int) -> set[int]:
    """A node and all that it is worked from."""
    found: set[int] = set()
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += code[node][1]
    return found


def _candidates(known: Bounds, node: int) -> Domain:
    """The values that a sum can take; nothing where they are too many, or not known."""
    places, span = known.places[node], known.spans[node]
    if places is None or span is None:
        return ()
    scale = fmpq(10) ** places
    first, last = (span[0] * scale).ceil(), (span[1] * scale).floor()
    if last - first >= MAXIMAL_CANDIDATES:
        return ()
    return tuple(fmpq(int(first) + k) / scale for k in range(int(last - first) + 1))


def _variable(values: Domain, samples: Sequence[Number], prefers_short: bool) -> Variable:
    """A variable whose values are tried the more often the more samples lie near them, and the shorter they are."""
    near = [1] * len(values)
    if samples and len(values) > 1:
        reach = (values[-1] - values[0]) / 16
        counts = [sum(1 for sample in samples if abs(float(sample - value)) <= float(reach)) for value in values]
        near = [1 + MAXIMAL_WEIGHT * count // max(1, *counts) for count in counts]
    length = [decimals(value) or 0 for value in values] if prefers_short else [0] * len(values)
    weights = tuple(weight << min(3, max(length) - own) for weight, own in zip(near, length, strict=True))
    return values, weights if len(set(weights)) > 1 else ()


def _member(node: int, values: Domain) -> Condition:
    """That an input which follows from others is among the numbers that it may be."""
    low, high = min(values), max(values)
    step = values[1] - values[0]
    if all(value == low + k * step for k, value in enumerate(values)):
        return Condition(
            "vary",
            (node,),
            lambda x: bool(low <= x <= high) and bool(((x - low) / step).q == 1),
            longest(values),
            low,
            high,
        )
    allowed = frozenset(values)
    return Condition("vary", (node,), lambda x: x in allowed, longest(values), low, high)


def _in_order(code: Code) -> dict[int, tuple[Operation | None, tuple[int, ...]]]:
    """The code in an order in which every node stands behind those it is worked from."""
    ordered: dict[int, tuple[Operation | None, tuple[int, ...]]] = {}
    waiting = list(reversed(tuple(code)))
    while waiting:
        node = waiting[-1]
        missing = [k for k in code[node][1] if k not in ordered]
        if missing:
            waiting += missing
            continue
        waiting.pop()
        ordered.setdefault(node, code[node])
    return ordered


LINEAR = frozenset({operator.add, operator.sub, operator.neg})
SOLVED: Mapping[Operation | None, tuple[tuple[Operation, tuple[int, int]], ...]] = {
    operator.add: ((operator.sub, (0, 1)), (operator.sub, (0, 1))),
    operator.sub: ((operator.add, (0, 1)), (operator.sub, (1, 0))),
}
"""How each part of a sum or difference follows from it (0) and the other part (1)."""
