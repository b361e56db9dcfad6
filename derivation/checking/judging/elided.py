r"""Arrays whose middle is left out with dots, `\begin{pmatrix} 1 & 2 & \cdots & 4 \end{pmatrix}`: what is printed of them
is held against the corners of the value that they show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from derivation.checking.facts.failures import Unknown
from derivation.checking.facts.knowledge import ChainRead, SideRead, quantity
from derivation.checking.judging.compare import Comparison, NoValue
from derivation.checking.judging.context import Context, Judgement
from derivation.checking.judging.expected import differing
from derivation.formulas.arrays import Array

Ends = tuple[int, int]
"""How many rows, or columns, are printed before the dots and behind them; all before where there are none."""


def of_elided(context: Context, chain: ChainRead, left: SideRead, right: SideRead) -> Judgement:
    """What is thought of an array with dots as the value of a side."""
    assert left.tree and right.tree
    corners, rows, columns = right.tree.args
    key = quantity(left.tree)
    if key and not context.facts.definition(key, chain.position):
        return Judgement("stated", kind="definition")
    comparison = Comparison(context, chain.position, chain.relations[0])
    b = context.meaning(chain, corners)[0]
    outcomes = [
        comparison.outcome_of(cut(value, rows, columns), b)
        for value in comparison.values(context.meaning(chain, left.tree)[0])
        if covers(value, rows, columns)
    ]
    if not outcomes:
        raise NoValue(Unknown(0, "lacking.elided").message)
    best = min(outcomes, key=lambda outcome: ("exact", "rounded", "no").index(outcome.agreement))
    if best.agreement == "no":
        return Judgement("wrong", differing(None, best.difference), at=right.side.start)
    return Judgement("exact" if best.agreement == "exact" else "rounded")


def covers(value: Array, rows: Ends, columns: Ends) -> bool:
    """Whether an array is at least as large as what is printed of it."""
    shape = value.shape or (1, 1)
    return all(
        sum(ends) < size if ends[1] else sum(ends) <= size for ends, size in zip((rows, columns), shape, strict=True)
    )


def cut(value: Array, rows: Ends, columns: Ends) -> Array:
    """The rows and columns of an array that are printed."""
    return Array.of_rows([ends_of(row, columns) for row in ends_of(value.rows, rows)])


def ends_of(parts: Sequence[Any], ends: Ends) -> tuple[Any, ...]:
    """What stands before the dots, and behind them."""
    before, behind = ends
    return (*parts[:before], *(parts[-behind:] if behind else ()))


def leaves_out(chains: Sequence[ChainRead]) -> bool:
    """Whether an article has arrays with dots: what has no numbers here may have them, and a shape, all the same."""
    return any(read.tree and read.tree.head == "elided" for chain in chains for read in chain.sides)
