"""Vectors of which an article knows only the entries."""

from __future__ import annotations

from dataclasses import replace

from derivation.checking.facts.lookup import Lookup
from derivation.checking.facts.position import Position
from derivation.checking.facts.supposed import NOTHING
from derivation.checking.reading.symbols import Symbol
from derivation.formulas.arrays import Shape
from derivation.formulas.terms import Term, matrix, name

MAXIMAL_ENTRIES = 64


def assembled(facts: Lookup, symbol: Symbol, position: Position) -> tuple[Term, Shape] | None:
    """A vector of which the article knows only the entries: p, where p_1, p_2 and p_3 have values or formulas."""
    if (
        symbol.sub
        or symbol.base[-1:].isupper()
        or facts.knowledge.sets.get(symbol.key)
        or facts.knowledge.values.get(symbol.key)
        or facts.knowledge.formulas.get(symbol.key)
    ):
        return None
    if facts.supposed is not NOTHING and facts.knowledge.indexed(replace(symbol, sub=("1",))):
        members = [replace(symbol, sub=(str(k + 1),)) for k in range(facts.supposed.size)]
        shapes = {facts.shape(member.key, position, member) for member in members}
        return (matrix(tuple((name(member.key),) for member in members)), (len(members), 1)) if shapes == {()} else None
    entries: list[Term] = []
    while len(entries) < MAXIMAL_ENTRIES:
        key = replace(symbol, sub=(str(len(entries) + 1),)).key
        if key not in facts.knowledge.values and key not in facts.knowledge.formulas:
            break
        entries.append(name(key))
    if len(entries) < 2 or any(facts.shape(entry.args[0], position) != () for entry in entries):
        return None
    return matrix(tuple((entry,) for entry in entries)), (len(entries), 1)
