"""Matrices of probabilities: whether those that add up to 1 stand in rows or in columns."""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq

from derivation.checking.reading.trees import Tree, nodes
from derivation.formulas.numbers import exact
from derivation.formulas.operations import heads

DISTRIBUTIONS = frozenset([heads.SOFTMAX, heads.LOG_SOFTMAX])
HALF = fmpq(1, 2)


def direction(tree: Tree) -> str:
    """Whether the rows or the columns of a printed matrix each add up to 1; nothing where both do, or neither.

    >>> number = lambda text: Tree("number", (text,), 0)
    >>> rows = [("0.333", "0.9"), ("0.333", "0.1"), ("0.333", "0")]
    >>> direction(Tree("matrix", tuple(Tree("row", tuple(map(number, row)), 0) for row in rows), 0))
    'columns'
    """
    rows = [row.args for row in tree.args] if tree.head == "matrix" else []
    cells = [cell for row in rows for cell in row]
    if len(rows) < 2 or len(rows[0]) < 2 or any(cell.head != "number" for cell in cells):
        return ""
    texts = [[cell.args[0] for cell in row] for row in rows]
    found = [name for name, parts in (("rows", texts), ("columns", list(zip(*texts, strict=True)))) if are_one(parts)]
    return found[0] if len(found) == 1 else ""


def are_one(parts: Sequence[Sequence[str]]) -> bool:
    """Whether numerals add up to 1 in each part, as they were rounded."""
    places = max(len(text.partition(".")[2]) for part in parts for text in part)
    allowed = HALF * len(parts[0]) / fmpq(10) ** places if places else fmpq(0)
    return all(abs(sum((exact(text) for text in part), fmpq(0)) - 1) <= allowed for part in parts)


def is_one_hot(tree: Tree) -> bool:
    """Whether a matrix is of 0 and 1 alone, as that of targets."""
    return {node.args[0] for node in nodes(tree) if node.head == "number"} == {"0", "1"}


def is_distribution(tree: Tree) -> bool:
    """Whether a formula gives probabilities."""
    return tree.head == "call" and tree.args[0] in DISTRIBUTIONS
