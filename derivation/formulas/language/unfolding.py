"""How much the lines of a spec may unfold to, counted before anything is unfolded.

`sum(x[t] for t in 1..200)` inside of another one is 40,000 operators on a line that a person reads in a second, and
`x[t] = concat(x[t-1], x[t-1]) for t in 1..30` is a billion numbers. Such a line is told, with its place, before memory
is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from derivation.formulas.arrays import Shape
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.terms import Term, walk
from derivation.words.telling import Grouped, tell

MOST_OPERATORS = 1_000
"""Operators and functions of one equation, once its sums over an index are spelled out."""
MOST_IN_ALL = 7_000
"""Those of all equations, once repetitions are spelled out; each equation counts as one more. An LSTM of 200 steps has
6,200."""
MOST_ENTRIES = 1_000_000
"""Numbers in one array, as in the arrays that are given."""
MOST_ENTRIES_IN_ALL = 10_000_000


def operators(syntax: Syntax) -> int:
    """How many operators and functions an expression has.

    >>> from derivation.formulas.language.expressions import parse
    >>> operators(parse("w * x[0] + exp(b)"))
    4
    """
    waiting, count = [syntax], 0
    while waiting:
        inside = waiting.pop()
        parts = [arg for arg in inside.args if hasattr(arg, "symbol")]
        count += bool(parts)
        waiting += parts
    return count


def sum_problem(body: Syntax, steps: int) -> str:
    """What is wrong with a sum of so many steps, spelled out; nothing where it is short enough."""
    count = steps * (operators(body) + 1) - 1
    return "" if count <= MOST_OPERATORS else _too_many("operators_of_sum", count, MOST_OPERATORS)


def repetition_problem(before: int, body: Syntax, steps: int) -> str:
    """What is wrong with a repetition of so many steps behind equations of so many operators; nothing where there is
    room for it."""
    count = before + unfolded(body, steps)
    return "" if count <= MOST_IN_ALL else _too_many("operators_in_all", count, MOST_IN_ALL)


def unfolded(body: Syntax, steps: int) -> int:
    """What an equation in so many steps counts: its operators, and itself."""
    return steps * (operators(body) + 1)


def operations(term: Term) -> int:
    """How many operations a term has, itself counted as one more."""
    return 1 + sum(bool(node.children) for node in walk(term))


def terms_problem(before: int, terms: Sequence[Term]) -> str:
    """What is wrong with the equations of the matrices of an array behind others of so many operators."""
    count = before + sum(map(operations, terms))
    return "" if count <= MOST_IN_ALL else _too_many("operators_in_all", count, MOST_IN_ALL)


def array_problem(shape: Shape) -> str:
    """What is wrong with an array of this shape; nothing where it is small enough."""
    if prod(shape) <= MOST_ENTRIES:
        return ""
    return tell("syntax.entries", shape=" x ".join(f"{Grouped(size):,}" for size in shape), most=MOST_ENTRIES)


def entries_problem(before: int, shape: Shape) -> str:
    """What is wrong with one more array behind others of so many entries."""
    count = before + prod(shape)
    return "" if count <= MOST_ENTRIES_IN_ALL else _too_many("entries_in_all", count, MOST_ENTRIES_IN_ALL)


def _too_many(what: str, count: int, most: int) -> str:
    return tell(f"syntax.{what}", count=count, most=most)
