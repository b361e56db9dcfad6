"""Derivatives that are spelled out: those of derivatives, and those at a point."""

from __future__ import annotations

from typing import Protocol

from derivation.checking.facts.failures import Unknown
from derivation.checking.facts.lookup import Lookup, Meant
from derivation.checking.facts.position import Position
from derivation.checking.reading.tokens import Unreadable
from derivation.checking.reading.trees import Tree
from derivation.formulas.terms import Term, number, substitute, walk

MAXIMAL_STEPS = 20
"""How often formulas are put into formulas."""


class Meaner(Protocol):
    """What says the meaning of a tree at a place."""

    @property
    def facts(self) -> Lookup: ...

    @property
    def position(self) -> Position: ...

    def of(self, tree: Tree) -> Meant: ...


def slope(meaning: Meaner, tree: Tree) -> Meant:
    r"""The derivative of a number by others, one after the other: `\frac{\partial^2 f}{\partial x \partial y}`."""
    of, *variables = tree.args
    term, shape = meaning.of(of)
    for variable in reversed(variables):
        by, other = meaning.of(variable)
        if by.head != "name" or shape or other:
            raise Unreadable(tree.start, "meaning.derivative")
        whole = spelled(meaning, term, by.args[0], tree.start)
        if variable is variables[-1] and all(node != by for node in walk(whole)):
            raise Unknown(tree.start, "lacking.any_path")
        term = meaning.facts.slope_of(whole, by.args[0], (), number(1))
    return term, ()


def spelled(meaning: Meaner, term: Term, by: str, start: int) -> Term:
    """A term with formulas in place of all names that have one, but for that by which it is differentiated."""
    for _ in range(MAXIMAL_STEPS):
        keys = {node.args[0] for node in walk(term) if node.head == "name"} - {by}
        formulas = {key: found[0] for key in keys if (found := meaning.facts.definition(key, meaning.position))}
        if not formulas:
            break
        meaning.facts.meter.tick(len(formulas))
        term = substitute(term, formulas)
    if any(node.head in ("partial", "updated") for node in walk(term)):
        raise Unreadable(start, "meaning.derivative")
    return term
