"""Kinks, as `max(0, z)` has one at 0: points on one side of it say nothing of the other."""

from __future__ import annotations

from collections.abc import Iterable

from derivation.checking.reading.trees import Tree, nodes
from derivation.formulas.operations import SPELLINGS, heads

CROSSED = frozenset(
    [
        *(heads.MAXIMUM, heads.MINIMUM, heads.CLIP, heads.GREATER, heads.AT_LEAST, heads.ABS, heads.SIGN),
        *(heads.HINGE, heads.LEAKY_RELU, heads.ELU, heads.RELU),
    ]
)
"""Operations with a kink that has two sides."""
CALLED = frozenset(spelling for spelling, rows in SPELLINGS.items() if any(row.name in CROSSED for row in rows))
WRITTEN = frozenset([heads.ABS, heads.CASES, "indicator", "compare"])


def show_kink(trees: Iterable[Tree]) -> bool:
    """Whether formulas hold a function with a kink."""
    found = (node for tree in trees for node in nodes(tree))
    return any(node.head in WRITTEN or (node.head in ("call", "prime") and node.args[0] in CALLED) for node in found)
