"""What bounds on a sum say of its parts before all of them are known: too large a part, and the rest cannot make up for
it.

In floats and with room to spare: this only saves work, since the sum itself is judged exactly once it is known.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from derivation.exercises.search.case import Condition
from derivation.exercises.search.coordinates import Coordinates
from derivation.exercises.search.lattice import Code, Span
from derivation.formulas.numbers import Number

ROOM, LARGE = 1e-6, 1e6
"""How far a sum of floats may be from the true one, as long as it is no greater than that."""
MAXIMAL_PARTS = 24
"""Parts of a sum up to which it is looked at before it is complete."""
Ends = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Summand:
    """A part of a sum: its sign, its node, and the node's factors where it is a product."""

    sign: int
    node: int
    factors: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """What a bounded sum leaves of a variable at a level: the variable times `factor` (1 where there is none), with a
    sign, has to bring what is known of the other parts between `low` and `high`. `known` parts have a sign and a node,
    `half` ones a node and the ends of what it is multiplied by; `open` are the ends of the variable's own factor where
    that is not known.
    """

    sign: int
    factor: int | None
    open: Ends | None
    known: tuple[tuple[int, int], ...]
    half: tuple[tuple[int, Ends], ...]
    low: float
    high: float

    @property
    def nodes(self) -> tuple[int, ...]:
        """The nodes whose values it takes."""
        return (
            *((self.factor,) if self.factor is not None else ()),
            *(node for _, node in self.known),
            *(node for node, _ in self.half),
        )

    def left(self, places: list[int], candidates: Sequence[float], values: Sequence[Number]) -> list[int]:
        """The places of the candidates that it leaves."""
        low, high = self.ends(values)
        if self.open:
            first, last = self.open
            return [
                k
                for k in places
                if min(candidates[k] * first, candidates[k] * last) <= high
                and max(candidates[k] * first, candidates[k] * last) >= low
            ]
        scale = self.sign if self.factor is None else self.sign * float(values[self.factor])
        if abs(scale) < ROOM:
            return places if low <= 0 <= high else []
        low, high = (
            (low / scale - ROOM, high / scale + ROOM) if scale > 0 else (high / scale - ROOM, low / scale + ROOM)
        )
        return [k for k in places if low <= candidates[k] <= high]

    def ends(self, values: Sequence[Number]) -> Ends:
        """Between what the variable's part has to lie."""
        least = 0.0
        for sign, node in self.known:
            least += sign * float(values[node])
        if abs(least) > LARGE:
            return -math.inf, math.inf
        most = least
        for node, (start, end) in self.half:
            factor = float(values[node])
            if factor > 0:
                least, most = least + factor * start, most + factor * end
            else:
                least, most = least + factor * end, most + factor * start
        return self.low - most, self.high - least


def windows(
    coordinates: Coordinates, conditions: Sequence[Condition], bits: Mapping[int, int], order: Sequence[int]
) -> Iterator[tuple[int, Window]]:
    """For each bounded sum and each variable that takes part in it once: the variable's place in the order, and what is
    left of it there.

    `bits` say which variables, by place, a node depends on.
    """
    for condition in conditions:
        if not (condition.low is None and condition.high is None):
            parts = [
                part
                for node, sign in zip(condition.nodes, (1, -1), strict=False)
                for part in _parts(coordinates.code, node, sign)
            ]
            if len(parts) <= MAXIMAL_PARTS:
                for place in sorted(
                    {bits[node].bit_length() - 1 for part in parts for node in (part.node, *part.factors)} - {-1}
                ):
                    found = _window(condition, parts, order[place], place, coordinates.spans, bits)
                    if found:
                        yield place, found


def _parts(code: Code, node: int, sign: int) -> Iterator[Summand]:
    """A sum taken apart."""
    operation, operands = code[node]
    signs = SIGNS.get(operation)
    if signs is None:
        yield Summand(sign, node, operands if operation is operator.mul else ())
    else:
        for operand, own in zip(operands, signs, strict=True):
            yield from _parts(code, operand, sign * own)


def _window(
    condition: Condition,
    parts: Sequence[Summand],
    variable: int,
    place: int,
    spans: Mapping[int, Span],
    bits: Mapping[int, int],
) -> Window | None:
    """What is left of a variable: by the known parts, by products of which one factor is known, and of the rest by what
    is known from the start."""
    own = [part for part in parts if part.node == variable or variable in part.factors]
    if len(own) != 1 or own[0].factors.count(variable) > 1:
        return None
    factor = next((k for k in own[0].factors if k != variable), None)
    is_open = factor is not None and bool(bits[factor] >> place)
    if is_open and spans[factor or 0] is None:
        return None
    low = -math.inf if condition.low is None else float(condition.low)
    high = math.inf if condition.high is None else float(condition.high)
    known, half = [], []
    for part in parts:
        if part is own[0]:
            continue
        if not bits[part.node] >> place:
            known.append((part.sign, part.node))
            continue
        ends = _half_known(part, place, spans, bits)
        span = spans[part.node]
        if ends:
            half.append(ends)
        elif span is None:
            return None
        else:
            first, last = _ends(part.sign, span)
            low, high = low - last, high - first
    opened = _ends(own[0].sign, spans[factor or 0]) if is_open else None
    return Window(own[0].sign, None if is_open else factor, opened, tuple(known), tuple(half), low - ROOM, high + ROOM)


def _half_known(
    part: Summand, place: int, spans: Mapping[int, Span], bits: Mapping[int, int]
) -> tuple[int, Ends] | None:
    """A product's known factor, and the ends of the other one."""
    for factor, other in (part.factors, part.factors[::-1]) if part.factors else ():
        span = spans[other]
        if not bits[factor] >> place and span is not None:
            return factor, _ends(part.sign, span)
    return None


def _ends(sign: int, span: Span) -> Ends:
    """An interval with a sign, in floats."""
    assert span is not None
    first, last = sorted((sign * float(span[0]), sign * float(span[1])))
    return first, last


SIGNS: Mapping[object, tuple[int, ...]] = {operator.add: (1, 1), operator.sub: (1, -1), operator.neg: (-1,)}
"""The signs with which the operands of a sum enter it."""
