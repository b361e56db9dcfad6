"""Numbers that an article gives, or has worked, and that a derivative may rest on."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator
from itertools import islice

from derivation.checking.facts.failures import FAILURES
from derivation.checking.facts.knowledge import ChainRead
from derivation.checking.facts.points import Random
from derivation.checking.facts.quantity import Key, is_derivative, key_of, term_of
from derivation.checking.facts.values import quantities
from derivation.checking.judging.agreement import equal, same
from derivation.checking.judging.context import ATTEMPTS, Context
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term, is_literal, name, rebuild, walk

MAXIMAL_PUT_IN = 20
"""Ways of putting a derivative back for a number that are tried."""


def holds_as_given(context: Context, chain: ChainRead, slope: Term, b: Term) -> bool:
    """Whether a derivative is a side for all values of what it depends on, once what only that side names has the number
    that the article gives it: behind `y = 1`, the slope of `-log(p)` is `p - y`."""
    leaves = list(quantities(slope))
    if all(leaf.head != "partial" for leaf in leaves):
        return False
    return gives(context, chain, slope, b, leaves) or any(
        context.identical(slope, other, chain) for other in islice(put_back(context, chain, b), MAXIMAL_PUT_IN)
    )


def gives(context: Context, chain: ChainRead, slope: Term, b: Term, leaves: list[Term]) -> bool:
    facts, position = context.facts, chain.position
    names = {node.args[0] for leaf in leaves for node in walk(leaf) if node.head == "name"}
    mine = context.reach(names, chain) | set(rests_on(context, names, chain))
    yours = {leaf.args[0] for leaf in quantities(b) if leaf.head == "name"}
    given = frozenset(
        key for key in yours - mine if facts.value_statement(key, position) and not facts.definitions(key, position)
    )
    points = [Random(facts, trial, given, context.printed) for trial in range(ATTEMPTS)]
    return bool(given) and bool(context.identical(slope, b, chain, points))


def rests_on(context: Context, names: Iterable[str], chain: ChainRead) -> list[str]:
    """The quantities in the formulas of some, and in theirs: the whole t, where a loss goes over all `t_i`."""
    found = list(names)
    for key in found:
        context.facts.meter.tick()
        for formula in context.facts.formulas(name(key), key, chain.position):
            found += {node.args[0] for node in walk(formula) if node.head == "name"} - {*found}
    return found


def put_back(context: Context, chain: ChainRead, b: Term) -> Iterator[Term]:
    r"""The side with a derivative of which the article has printed the value, in place of a number that is that value,
    or the same without its sign: behind `\frac{dL}{dy} = -2`, the 2 of `-2 h`."""
    facts, position = context.facts, chain.position
    numbers = [
        node
        for node in walk(b)
        if is_literal(node) or (node.head == heads.NEG and next(quantities(node), None) is None)
    ]
    for key in facts.knowledge.values if numbers else ():
        if not is_derivative(key) or facts.value_statement(key, position) is None:
            continue
        try:
            value = context.printed.quantity(term_of(key), position)
            slopes = [(value, term_of(key)), (value.map(operator.neg), -term_of(key))]
            found = [(node, context.printed.value(node, position)) for node in numbers]
        except FAILURES:
            continue
        yield from (
            rebuild(b, {node: slope}.get) for value, slope in slopes for node, shown in found if equal(shown, value)
        )


def puts_nothing_in(context: Context, chain: ChainRead, slopes: Term, b: Term) -> bool:
    """Whether derivatives are said to be a side in which no number stands for a quantity: its numbers are whole, and each
    is the value of nothing that the side lacks, or of what has that value at any point."""
    leaves = list(quantities(slopes))
    numbers = set(closed(b))
    if any(leaf.head != "partial" for leaf in leaves) or any(
        "." in node.args[0] for number in numbers for node in walk(number) if node.head == "number"
    ):
        return False
    yours = {leaf.args[0] for leaf in quantities(b) if leaf.head == "name"}
    names = context.reach({node.args[0] for leaf in leaves for node in walk(leaf) if node.head == "name"}, chain)
    lacking = [*leaves, *(term_of(key) for key in names - yours)]
    starts = frozenset(key for key in context.facts.knowledge.values if is_start(context, chain, key))
    points = [Random(context.facts, trial, starts, context.truth) for trial in range(ATTEMPTS)]
    if context.identical(slopes, b, chain, points) is not False:
        return False
    return not any(stands_for(context, chain, number, leaf) for number in numbers for leaf in lacking)


def is_start(context: Context, chain: ChainRead, key: Key) -> bool:
    """Whether a quantity is given as 0, as a recursion begins."""
    statement = context.facts.given(key, chain.position)
    return statement is not None and statement.tree.head == "number" and not statement.tree.args[0].strip("0.")


def closed(term: Term) -> Iterator[Term]:
    """The largest parts of a term that hold numbers only; exponents are none."""
    if next(quantities(term), None) is None:
        yield term
        return
    for child in term.children:
        yield from closed(child)


def stands_for(context: Context, chain: ChainRead, number: Term, leaf: Term) -> bool:
    """Whether a number is a value of a quantity here that it has not at other points."""
    position = chain.position
    try:
        wanted = context.truth.value(number, position).entries[0]
        here, elsewhere = (mode.quantity(leaf, position).entries for mode in (context.truth, context.random[0]))
    except FAILURES:
        return True
    return any(same(x, wanted) and not same(y, wanted) for x, y in zip(here, elsewhere, strict=True))


def is_put_in(context: Context, chain: ChainRead, a: Term, b: Term) -> bool:
    """Whether sides are equal for all values of the names they share, with the values put in of those that only one
    has."""
    whole = context.facts.definition(a.args[0], chain.position) if a.head == "name" else None
    for left in (a, whole[0]) if whole else (a,):
        mine, yours = ({key_of(leaf) for leaf in quantities(term)} for term in (left, b))
        if mine & yours and mine != yours:
            points = [
                Random(context.facts, trial, frozenset(mine ^ yours), context.printed, surface=True)
                for trial in range(ATTEMPTS)
            ]
            if context.identical(left, b, chain, points):
                return True
    return False
