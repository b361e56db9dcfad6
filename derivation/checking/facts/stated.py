"""What an article states, whole, as every snapshot of its facts has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any

from derivation.checking.facts.knowledge import Knowledge, Statement, is_number
from derivation.checking.facts.meter import Meter
from derivation.checking.facts.numerals import Numerals
from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import Key
from derivation.checking.reading.symbols import Symbol
from derivation.formulas.arrays import Shape
from derivation.formulas.terms import Term


@dataclass(frozen=True, slots=True)
class Rule:
    """A general update rule: the symbol that stands for any parameter, and the formula of its new value."""

    theta: Symbol
    statement: Statement

    @property
    def position(self) -> Position:
        return self.statement.position


@dataclass(frozen=True)
class Stated:
    """Formulas, values and numerals, and what is found out once for all snapshots."""

    knowledge: Knowledge
    numerals: Numerals
    meter: Meter
    rules: Sequence[Rule] = ()
    made: dict[Key, Symbol] = field(default_factory=dict)
    """Symbols that formulas make, `a^{1}` out of `a^{l-1}`, by their keys."""
    aliases: dict[tuple[Term, Shape], str] = field(default_factory=dict)
    """Names for expressions that have none."""
    aliased: dict[Key, tuple[Term, Shape]] = field(default_factory=dict)
    pulled: dict[Any, Mapping[str, Term]] = field(default_factory=dict)
    """Reverse rules of formulas, which no value changes."""

    @cached_property
    def restarts(self) -> Sequence[tuple[Position, Key]]:
        """The places at which a quantity that was given a number is given one again, in order."""
        found = []
        for key, statements in self.knowledge.values.items():
            given = [statement for statement in statements if is_number(statement.worked or statement.tree)]
            found += [(statement.position, key) for statement in given[1:]]
        return sorted(found, key=itemgetter(0))

    @cached_property
    def renewals(self) -> Sequence[Position]:
        """The places at which a quantity that has no formula gets another value."""
        known = self.knowledge
        return sorted(
            statement.position
            for key, statements in known.values.items()
            if not known.formulas.get(key)
            for statement in statements[1:]
        )
