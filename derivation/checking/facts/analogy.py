"""Quantities of which an article gives only the value, since they are worked "likewise": by the formula of a twin with
another number."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice

from derivation.checking.facts.failures import FAILURES
from derivation.checking.facts.intervals import half_unit
from derivation.checking.facts.knowledge import Families, Statement
from derivation.checking.facts.lookup import Lookup
from derivation.checking.facts.meaning import Meaning
from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import Key, stem
from derivation.checking.facts.values import Printed
from derivation.checking.reading.symbols import Symbol
from derivation.checking.reading.trees import Tree, nodes
from derivation.formulas.arrays import Shape
from derivation.formulas.numbers import bounds, exact
from derivation.formulas.terms import Term

MAXIMAL_TWINS = 24
SEVERAL = 2
"""Quantities whose values bear an analogy out, from which on it is taken to hold for the others."""


def holds(tree: Tree, number: str) -> bool:
    """Whether a formula holds a number as the last of a subscript, for which another one can be put in."""
    return any(node.head == "name" and node.args[0].sub[-1:] == (number,) for node in nodes(tree))


class Analogies:
    """The formulas that quantities have by analogy, in one article."""

    def __init__(self, facts: Lookup) -> None:
        self.facts = facts

    def analogous(self, key: Key, position: Position) -> tuple[Term, Shape] | None:
        """The formula of a quantity of which the article only says "likewise": that of its twin, `out_{o1}` for
        `out_{o2}`, where the value that the article prints bears it out, or where those of several others bear out
        theirs."""
        statement = self.facts.value_statement(key, Position.END)
        if statement is None or statement.tree.head not in ("number", "u-") or self.facts.is_sought(("analogy", key)):
            return None
        analogies = list(self.analogies(key, position))
        borne_out = next((found for found in analogies if self.bears_out(statement, found[0], position)), None)
        if borne_out is None and analogies and self.borne_out_elsewhere(key, position) >= SEVERAL:
            return analogies[0]
        return borne_out

    def analogies(self, key: Key, position: Position) -> Iterator[tuple[Term, Shape]]:
        """The formulas of a quantity's twins, with its own number put in."""
        known, symbol = self.facts.knowledge, self.facts.symbol(stem(key))
        number = symbol.sub[-1:] if symbol else ()
        for twin, other in islice(self.twins(key, known.families_of_formulas), MAXIMAL_TWINS):
            renamed = Meaning(self.facts, position, None, None, 0, (twin.sub[-1], *number))  # type: ignore[arg-type]
            for of in (statement for statement in known.formulas[other] if holds(statement.tree, twin.sub[-1])):
                try:
                    term, shape = self.facts.guarded(("analogy", key), partial(renamed.of, of.tree))
                except FAILURES:
                    continue
                if shape == ():
                    yield term, shape

    def bears_out(self, statement: Statement, term: Term, position: Position) -> bool:
        """Whether a printed value is the one that a formula gives, but for rounding."""
        printed = Meaning(self.facts, position).of(statement.tree)[0]
        if printed.head != "number":
            return False
        text = printed.args[0]
        try:
            low, high = bounds(Printed(self.facts).value(term, position).entries[0])
        except FAILURES:
            return False
        return bool(low - half_unit(text) * 2 <= exact(text) <= high + half_unit(text) * 2)

    def borne_out_elsewhere(self, key: Key, position: Position) -> int:
        """How many twins that have only values have those which the analogy gives."""
        count, known = 0, self.facts.knowledge
        for _, other in islice(self.twins(key, known.families_of_values), MAXIMAL_TWINS):
            first = known.values[other][0]
            if not known.formulas.get(other) and first.tree.head in ("number", "u-"):
                count += any(self.bears_out(first, found[0], position) for found in self.analogies(other, position))
        return count

    def twins(self, key: Key, families: Families) -> Iterator[tuple[Symbol, Key]]:
        """The symbols and keys of the quantities that bear the same name with another number."""
        family = self.facts.knowledge.family(key, self.facts.symbol(stem(key)))
        for other in families.get(family, ()) if family else ():
            if other != key:
                yield self.facts.knowledge.symbols[stem(other)], other
