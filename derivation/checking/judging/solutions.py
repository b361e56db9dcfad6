"""Equations whose unknown has other values in the article: those by which it is solved further down, and those of
other cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

from derivation.checking.facts.knowledge import ChainRead, Statement, is_closed
from derivation.checking.facts.quantity import Key
from derivation.checking.judging.cases import Cases
from derivation.checking.judging.readings import Reading, changed, has_two_signs, with_sign
from derivation.checking.reading.trees import Tree, mapped, nodes

MAXIMAL_WAYS, MAXIMAL_OTHERS = 24, 6
"""Ways of putting in other values, and values of one name, that are tried."""


@dataclass(frozen=True, slots=True)
class Solution:
    """A chain with other values of the article put in, and where they stand."""

    chain: ChainRead
    statements: Sequence[Statement]


def solutions(cases: Cases, chain: ChainRead, i: int, k: int) -> Iterator[Solution]:
    """The chain with the values that other places of the article give the names of two of its sides."""
    facts = cases.facts
    found = {key: others for key in names(chain, i, k) if (others := elsewhere(cases, key, chain))}
    known = {key: facts.value_statement(key, chain.position) for key in found}
    for way in islice(ways(found), MAXIMAL_WAYS):
        if all(way[key] is known[key] for key in way):
            continue
        for sign in (0, 1) if any(shows_two_signs(one.tree) for one in way.values()) else (0,):
            yield Solution(put_in(chain, i, k, way, sign), tuple(way.values()))


def names(chain: ChainRead, i: int, k: int) -> list[Key]:
    """The names that stand in two sides of a chain, but for a side that is nothing but a name."""
    trees = [tree for at in (i, k) if (tree := chain.sides[at].tree)]
    return list(dict.fromkeys(node.args[0].key for tree in trees for node in nodes(tree) if node.head == "name"))


def elsewhere(cases: Cases, key: Key, chain: ChainRead) -> list[Statement]:
    """The different values that other chains give a name, those that stand behind this one first, then those that were
    given in a case only, or given last."""
    facts = cases.facts
    given = [one for one in facts.values(key) if not one.assigned and one.chain is not chain and is_closed(one.tree)]
    behind = [one for one in given if one.position > chain.position]
    before = [one for one in reversed(given) if one.position < chain.position]
    known = facts.value_statement(key, chain.position)
    if known and known.assigned:
        before = []
    before = [one for k, one in enumerate(before) if k == 0 or (one.chain and cases.is_tentative(one.chain))]
    different = {one.read.side.latex: one for one in reversed((*behind, *before))}
    return list(reversed(different.values()))[:MAXIMAL_OTHERS]


def ways(found: Mapping[Key, Sequence[Statement]]) -> Iterator[dict[Key, Statement]]:
    """Which values may belong together: those that stand next behind the chain, those that stand last, and any."""
    if not found:
        return
    yield {key: others[0] for key, others in found.items()}
    yield {key: max(others, key=lambda one: one.position) for key, others in found.items()}
    for others in product(*found.values()):
        yield dict(zip(found, others, strict=True))


def put_in(chain: ChainRead, i: int, k: int, way: Mapping[Key, Statement], sign: int) -> ChainRead:
    """The chain with values in the places of names."""

    def value(node: Tree) -> Tree:
        tree = mapped(way[node.args[0].key].tree, lambda part: with_sign(sign, part) if has_two_signs(part) else part)
        return Tree("group", (tree,), node.start)

    return changed(chain, i, k, Reading(lambda node: node.head == "name" and node.args[0].key in way, value))


def shows_two_signs(tree: Tree) -> bool:
    return any(map(has_two_signs, nodes(tree)))
