"""What a side of an equality says, before shapes are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from derivation.formulas.operations import heads

LISTS = ("tuple", "column")
"""What stands in a bracket with commas, or with semicolons, between."""


@dataclass(frozen=True, slots=True)
class Tree:
    """What stands there, before shapes are known: a head, its parts, and where it begins in the source."""

    head: str
    args: tuple[Any, ...]
    start: int

    @property
    def children(self) -> tuple[Tree, ...]:
        return tuple(arg for arg in self.args if isinstance(arg, Tree))


def nodes(tree: Tree) -> list[Tree]:
    """Every node, parents first."""
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        found.append(node)
        for arg in reversed(node.args):
            if isinstance(arg, Tree):
                waiting.append(arg)
            elif isinstance(arg, tuple):
                waiting.extend(part for part in reversed(arg) if isinstance(part, Tree))
    return found


def mapped(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """The tree with every node changed, children first."""
    parts = tuple(
        mapped(arg, change)
        if isinstance(arg, Tree)
        else tuple(mapped(part, change) if isinstance(part, Tree) else part for part in arg)
        if isinstance(arg, tuple)
        else arg
        for arg in tree.args
    )
    return change(Tree(tree.head, parts, tree.start))


def alike(a: Any, b: Any) -> bool:
    """Whether two trees say the same, wherever they stand."""
    if isinstance(a, Tree) and isinstance(b, Tree):
        return (
            a.head == b.head
            and len(a.args) == len(b.args)
            and all(alike(x, y) for x, y in zip(a.args, b.args, strict=True))
        )
    return bool(a == b)


def sums_of(tree: Tree) -> tuple[set[str], set[str]]:
    """The letters over which the sums of a tree go, and those up to which they do."""
    found = [node for node in nodes(tree) if node.head == heads.SUM]
    limits = {
        name.args[0].key
        for node in found
        for limit in node.args[1:3]
        if limit
        for name in nodes(limit)
        if name.head == "name"
    }
    return {node.args[0] for node in found}, limits
