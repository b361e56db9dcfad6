"""What bounds on a sum say of its parts before all of them are known: too large a part, and the rest cannot make up for it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flint import fmpq

from ..numbers import Number
from .case import Condition
from .coordinates import Coordinates
from .lattice import Code, Span

MAXIMAL_PARTS = 12
"""Parts of a sum up to which it is looked at before it is complete."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a sum: its sign, its node, and the node's factors where it is a product."""

    sign: int
    node: int
    factors: tuple[int, ...]


def windows(coordinates: Coordinates, conditions: Sequence[Condition], bits: Mapping[int, int]) -> Iterator[Condition]:
    """For each bounded sum and each level at which another part of it is known: that what is still open can bring it within its bounds.

    `bits` say which levels a node depends on.
    """
    for condition in conditions:
        if len(condition.nodes) != 1 or (condition.low is None and condition.high is None):
            continue
        parts = list(_parts(coordinates.code, condition.nodes[0], 1))
        if 2 <= len(parts) <= MAXIMAL_PARTS:
            levels = sorted({bits[node].bit_length() for part in parts for node in (part.node, *part.factors)})
            for level in levels[:-1]:
                found = _window(condition, parts, level, coordinates.spans, bits)
                if found:
                    yield found


def _parts(code: Code, node: int, sign: int) -> Iterator[Part]:
    """A sum taken apart."""
    operation, operands = code[node]
    signs = SIGNS.get(operation)
    if signs is None:
        yield Part(sign, node, operands if operation is operator.mul else ())
    else:
        for operand, own in zip(operands, signs, strict=True):
            yield from _parts(code, operand, sign * own)


def _window(condition: Condition, parts: Sequence[Part], level: int, spans: Mapping[int, Span], bits: Mapping[int, int]) -> Condition | None:
    """The bounds at one level: of the known parts, of products of which one factor is known, and of the rest by what is known from the start."""
    low, high = condition.low, condition.high
    known, half = [], []
    for part in parts:
        factor = next((k for k in part.factors if bits[k].bit_length() <= level), None)
        other = next((spans[k] for k in part.factors if k != factor), None)
        span = spans[part.node]
        if bits[part.node].bit_length() <= level:
            known.append(part)
        elif factor is not None and other is not None and bits[factor]:
            half.append((part.sign, factor, other))
        elif span is None:
            return None
        else:
            low = None if low is None else low - max(part.sign * span[0], part.sign * span[1])
            high = None if high is None else high - min(part.sign * span[0], part.sign * span[1])
    if not any(bits[part.node] for part in known) and not half:
        return None
    nodes = (*(part.node for part in known), *(factor for _, factor, _ in half))
    return Condition(condition.wish, nodes, _within(tuple(part.sign for part in known), half, low, high))


def _within(signs: tuple[int, ...], half: Sequence[tuple[int, int, tuple[fmpq, fmpq]]], low: fmpq | None, high: fmpq | None) -> Callable[..., bool]:
    """Judges whether the known parts and what half-known products can add can come between two bounds."""
    count = len(signs)
    others = [(sign * span[0], sign * span[1]) for sign, _, span in half]

    def judge(*values: Number) -> bool:
        least = most = fmpq(0)
        for sign, value in zip(signs, values, strict=False):
            least = least + value if sign > 0 else least - value
        most = least
        for (start, end), factor in zip(others, values[count:], strict=True):
            a, b = factor * start, factor * end
            least, most = (least + a, most + b) if a < b else (least + b, most + a)
        return not (high is not None and least > high) and not (low is not None and most < low)

    return judge


SIGNS: Mapping[object, tuple[int, ...]] = {operator.add: (1, 1), operator.sub: (1, -1), operator.neg: (-1,)}
"""The signs with which the operands of a sum enter it."""
