"""The ways in which an article's names can be read where it says nothing of their shapes, the most usual first."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from derivation.checking.facts.facts import Facts
from derivation.checking.facts.position import Position
from derivation.checking.facts.supposed import SIZE, Family, Supposed
from derivation.checking.judging.reach import Reach
from derivation.formulas.arrays import Shape

MAXIMAL_TRIED = 150
"""Ways of reading the names that are looked at."""
VECTOR, ROW, MATRIX = (SIZE, 1), (1, SIZE), (SIZE, SIZE)
"""Shapes, where no array has another size."""
Way = tuple[int, Supposed]
"""How unusual a way of reading the names is, and the way."""


def ways(facts: Facts, position: Position, reach: Reach) -> Iterator[Way]:
    """The ways of reading names of which nothing is said in which all formulas fit, the most usual first."""
    families = sorted(reach.free | reach.repeated)
    choices = [kinds(reach, one) for one in families]
    for tried, (cost, places) in enumerate(cheapest([[cost for cost, _ in choice] for choice in choices])):
        if tried == MAXIMAL_TRIED:
            return
        shapes = {
            one: tuple(reach.size if size > 1 else 1 for size in choice[place][1])
            for one, choice, place in zip(families, choices, places, strict=True)
        }
        supposed = Supposed(
            reach.without_entries(shapes),
            reach.numbers,
            reach.shares,
            frozenset(reach.symmetric),
            size=reach.size,
        )
        if reach.fits(facts.supposing(supposed), position):
            yield cost, supposed


def cheapest(costs: Sequence[Sequence[int]]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The choices of one place in each row, each row in rising order, by what they cost together.

    >>> list(cheapest([[0, 2], [0, 1]]))
    [(0, (0, 0)), (1, (0, 1)), (2, (1, 0)), (3, (1, 1))]
    """
    order = count()
    start = (0,) * len(costs)
    waiting, seen = [(sum(row[0] for row in costs), next(order), start)], {start}
    while waiting:
        cost, _, places = heapq.heappop(waiting)
        yield cost, places
        for k, row in enumerate(costs):
            following = (*places[:k], places[k] + 1, *places[k + 1 :])
            if following[k] < len(row) and following not in seen:
                seen.add(following)
                step = row[following[k]] - row[places[k]]
                heapq.heappush(waiting, (cost + step, next(order), following))


Kinds = Sequence[tuple[int, Shape]]
SCALARS: Kinds = ((0, ()),)
GREEK: Kinds = ((0, ()), (1, VECTOR))
MARKED = {True: ((0, MATRIX), (2, VECTOR)), False: ((0, VECTOR), (2, ROW), (3, MATRIX))}
"""By whether it is a capital: the shapes of what is transposed, or stands in a norm."""
PLAIN: Mapping[bool, Kinds] = {True: ((0, MATRIX), (2, ()), (3, VECTOR)), False: ((0, VECTOR), (1, ()), (3, ROW))}
"""The shapes of letters in an article that has arrays."""
COUNTS = re.compile(r"[nNmMTKdD]")
STEPS = re.compile(r"\\(?:eta|lambda|alpha|gamma|epsilon|varepsilon|rho|tau|kappa)")


def kinds(reach: Reach, one: Family) -> Kinds:
    """The shapes that a name may have, with how unusual each is, the usual first."""
    base = one.base
    bare = re.sub(r"\\(?:mathbf|boldsymbol|bm|vec|hat|bar|tilde|mathrm)|[{}\s]", "", base)
    capital = bare[:1].isupper()
    if base.startswith((r"\mathbf", r"\boldsymbol", r"\bm", r"\vec")):
        return MARKED[capital][:1]
    if one in reach.marked:
        return MARKED[capital]
    if not reach.has_arrays or STEPS.fullmatch(bare):
        return SCALARS
    if COUNTS.fullmatch(bare) and one.is_bare and not capital:
        return SCALARS
    return GREEK if bare.startswith("\\") else PLAIN[capital]
