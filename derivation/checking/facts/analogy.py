"""Quantities of which an article gives only the value, since they are worked "likewise": by the formula of a twin with
another number."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice

from derivation.checking.facts.knowledge import NEW, Statement, is_closed
from derivation.checking.facts.lookup import Lookup
from derivation.checking.facts.meaning import FAILURES, Meaning
from derivation.checking.facts.values import Printed, half_unit
from derivation.checking.reading.symbols import Symbol
from derivation.formulas.arrays import Shape
from derivation.formulas.numbers import bounds, exact
from derivation.formulas.terms import Term

MAXIMAL_TWINS = 24
NUMBERED = re.compile(r"(\D*)[1-9]\d*")
SEVERAL = 2
"""Quantities whose values bear an analogy out, from which on it is taken to hold for the others."""


class Analogies:
    """The formulas that quantities have by analogy, in one article."""

    def __init__(self, facts: Lookup) -> None:
        self.facts = facts
        self._families: dict[int, dict[Symbol | None, list[str]]] = {}

    def analogous(self, key: str, order: int) -> tuple[Term, Shape] | None:
        """The formula of a quantity of which the article only says "likewise": that of its twin, `out_{o1}` for
        `out_{o2}`, where the value that the article prints bears it out, or where those of several others bear out
        theirs."""
        statement = self.facts.value_statement(key, 1 << 60)
        if statement is None or statement.tree.head not in ("number", "u-") or self.facts.is_sought(("analogy", key)):
            return None
        analogies = list(self.analogies(key, order))
        borne_out = next((found for found in analogies if self.bears_out(statement, found[0], order)), None)
        if borne_out is None and analogies and self.borne_out_elsewhere(key, order) >= SEVERAL:
            return analogies[0]
        return borne_out

    def analogies(self, key: str, order: int) -> Iterator[tuple[Term, Shape]]:
        """The formulas of a quantity's twins, with its own number put in."""
        number = (
            self.facts.knowledge.symbols[key.removesuffix(NEW)].sub[-1:]
            if key.removesuffix(NEW) in self.facts.knowledge.symbols
            else ()
        )
        for twin, statements in islice(self.twins(key, self.facts.knowledge.formulas), MAXIMAL_TWINS):
            renamed = Meaning(self.facts, order, None, None, 0, (twin.sub[-1], *number))  # type: ignore[arg-type]
            for of in (statement for statement in statements if not is_closed(statement.tree)):
                try:
                    term, shape = self.facts.guarded(("analogy", key), partial(renamed.of, of.tree))
                except FAILURES:
                    continue
                if shape == ():
                    yield term, shape

    def bears_out(self, statement: Statement, term: Term, order: int) -> bool:
        """Whether a printed value is the one that a formula gives, but for rounding."""
        printed = Meaning(self.facts, order).of(statement.tree)[0]
        if printed.head != "number":
            return False
        text = printed.args[0]
        try:
            low, high = bounds(Printed(self.facts).value(term, order).entries[0])
        except FAILURES:
            return False
        return bool(low - half_unit(text) * 2 <= exact(text) <= high + half_unit(text) * 2)

    def borne_out_elsewhere(self, key: str, order: int) -> int:
        """How many twins that have only values have those which the analogy gives."""
        count = 0
        for twin, statements in islice(self.twins(key, self.facts.knowledge.values), MAXIMAL_TWINS):
            other = twin.key + NEW * key.endswith(NEW)
            if not self.facts.knowledge.formulas.get(other) and statements[0].tree.head in ("number", "u-"):
                count += any(self.bears_out(statements[0], found[0], order) for found in self.analogies(other, order))
        return count

    def twins(self, key: str, known: Mapping[str, list[Statement]]) -> Iterator[tuple[Symbol, list[Statement]]]:
        """Quantities that bear the same name with another number, and what is known of them."""
        family = self.family(key)
        for other in self.families(known).get(family, ()) if family else ():
            if other != key:
                yield self.facts.knowledge.symbols[other.removesuffix(NEW)], known[other]

    def families(self, known: Mapping[str, list[Statement]]) -> dict[Symbol | None, list[str]]:
        """The quantities by what they have in common with their twins."""
        if id(known) not in self._families:
            found: dict[Symbol | None, list[str]] = defaultdict(list)
            for key in known:
                found[self.family(key)].append(key)
            self._families[id(known)] = found
        return self._families[id(known)]

    def family(self, key: str) -> Symbol | None:
        """The symbol of a quantity without its number, `out_{o}` for `out_{o1}`; None where it has none."""
        symbol = self.facts.knowledge.symbols.get(key.removesuffix(NEW))
        stem = NUMBERED.fullmatch(symbol.sub[-1]) if symbol and symbol.sub else None
        return (
            replace(symbol, base=symbol.base + NEW * key.endswith(NEW), sub=(*symbol.sub[:-1], stem[1]))
            if symbol and stem
            else None
        )
