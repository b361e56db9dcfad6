"""Numbers that the article gives once and for all: a derivative may rest on them."""

from __future__ import annotations

from derivation.checking.facts.knowledge import ChainRead
from derivation.checking.facts.points import Random
from derivation.checking.facts.values import quantities
from derivation.checking.judging.context import ATTEMPTS, Context
from derivation.formulas.terms import Term, walk


def holds_as_given(context: Context, chain: ChainRead, slope: Term, b: Term) -> bool:
    """Whether a derivative is a side for all values of what it depends on, once what only that side names has the number
    that the article gives it: behind `y = 1`, the slope of `-log(p)` is `p - y`."""
    leaves = list(quantities(slope))
    if all(leaf.head != "partial" for leaf in leaves):
        return False
    facts, position = context.facts, chain.position
    mine = context.reach({node.args[0] for leaf in leaves for node in walk(leaf) if node.head == "name"}, chain)
    yours = {leaf.args[0] for leaf in quantities(b) if leaf.head == "name"}
    given = frozenset(
        key for key in yours - mine if facts.value_statement(key, position) and not facts.definitions(key, position)
    )
    points = [Random(facts, trial, given, context.printed) for trial in range(ATTEMPTS)]
    return bool(given) and bool(context.identical(slope, b, chain, points))
