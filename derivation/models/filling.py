"""Arrays that operators make of nothing, such as the zeros of a first state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

import numpy

from derivation.models.graph import Node
from derivation.spec.given import MAXIMAL_ENTRIES


def made(nodes: Sequence[Node]) -> dict[str, Any]:
    """The arrays that operators make of nothing: zeros for the first state."""
    found = dict[str, Any]()
    for node in nodes:
        size = node.arguments.get("size")
        if node.key not in MADE or not isinstance(size, list) or not all(type(length) is int for length in size):
            continue
        if 0 < prod(size) <= MAXIMAL_ENTRIES and min(size, default=1) > 0:
            found[node.results[0]] = numpy.full(size, MADE[node.key](node.arguments), "f8")
    return found


MADE: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "zeros": lambda arguments: 0,
    "new_zeros": lambda arguments: 0,
    "ones": lambda arguments: 1,
    "full": lambda arguments: arguments.get("fill_value", 0),
}
