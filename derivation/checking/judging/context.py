"""Where an article's equalities are judged: its values in three ways, and what the judging has found so far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flint import arb, fmpq

from derivation.checking.facts.facts import Facts
from derivation.checking.facts.knowledge import ChainRead, SideRead, quantity
from derivation.checking.facts.meaning import FAILURES, Meaning, Mismatch
from derivation.checking.facts.values import Printed, Random, Truth
from derivation.checking.judging.compare import Allowance, equal
from derivation.checking.judging.verdicts import Kind, Verdict
from derivation.checking.reading.tokens import Unreadable
from derivation.checking.reading.trees import Tree
from derivation.formulas.arrays import Array
from derivation.formulas.calculus.reverse import NoDerivative
from derivation.formulas.terms import Term, walk

TRIALS = 3
ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is thought of one pair of sides."""

    verdict: Verdict
    why: str = ""
    expected: str | None = None
    at: int | None = None
    kind: Kind | None = None
    follows: bool = False
    allowed: frozenset[str] = frozenset()


class Context:
    """One article, in order, with what its way of rounding is granted."""

    def __init__(self, facts: Facts, chains: Sequence[ChainRead], allowed: frozenset[Allowance]) -> None:
        self.facts, self.chains, self.allowed = facts, chains, allowed
        self.truth, self.printed = Truth(facts), Printed(facts)
        self.random = [Random(facts, trial) for trial in range(ATTEMPTS)]
        self.direct = [Random(facts, trial, direct=True) for trial in range(ATTEMPTS)]
        self.mistaken: dict[str, int] = {}
        """Quantities whose line is wrong, with the line."""
        self.used: set[str] = set()
        """Quantities whose printed values others were worked from."""
        self.confirmed: dict[int, set[str]] = defaultdict(set)
        """The same with all that they depend on, by section."""

    def meaning(self, chain: ChainRead, tree: Tree) -> tuple[Term, tuple[int, ...]]:
        return Meaning(self.facts, chain.order).of(tree)

    def reach(self, keys: Iterable[str], chain: ChainRead, found: set[str]) -> set[str]:
        """Adds to those found the quantities on which others depend, themselves among them; what is found already is
        not gone through again."""
        waiting = list(keys)
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting += [
                    other
                    for statement in self.facts.definitions(key, chain.order)[:1]
                    for other in statement.read.named
                ]
        return found

    def confirm(self, keys: set[str], chain: ChainRead) -> None:
        """Remembers that the values of these quantities led to what the article says."""
        self.used |= keys
        self.reach(keys, chain, self.confirmed[self.facts.sections[chain.order]])

    def candidates(self, chain: ChainRead, left: SideRead, a: Term) -> list[Array] | None:
        """The values of a quantity on the left, without the one that this very chain gives it."""
        key = quantity(left.tree) if left.tree else None
        if key is None:
            return None
        found = [self.truth.value(a, chain.order)]
        statement = self.facts.value_statement(key, chain.order)
        if statement and statement.order < chain.order:
            found.insert(0, self.printed.value(a, chain.order))
        return found

    def identical(self, a: Term, b: Term, chain: ChainRead, points: Sequence[Random] | None = None) -> bool | None:
        """Whether the sides are equal at random points; None where they have no values there."""
        tried = 0
        for point in points or self.random:
            try:
                if not equal(point.value(a, chain.order), point.value(b, chain.order)):
                    return False
                tried += 1
            except (Unreadable, Mismatch, NoDerivative):
                return None
            except FAILURES:
                continue
            if tried == TRIALS:
                return True
        return True if tried else None

    def directly(self, a: Term, b: Term, chain: ChainRead) -> bool:
        """Whether a chain rule over several steps holds with immediate partial derivatives, as one writes
        backpropagation through time."""
        steps = max(sum(node.head == "partial" for node in walk(side)) for side in (a, b))
        return steps > 1 and bool(self.identical(a, b, chain, self.direct))

    def redefine(self, key: str, order: int) -> None:
        self.facts.redefine(key, order)
        for mode in (self.truth, self.printed, *self.random, *self.direct):
            mode.forget()

    def values(self, tree: Tree, chain: ChainRead) -> Array | None:
        try:
            return self.printed.value(self.meaning(chain, tree)[0], chain.order)
        except FAILURES:
            return None

    def is_slip(self, chain: ChainRead, right: Tree) -> bool:
        """Whether the chain does not go on from this side."""
        following = next(
            (chain.sides[k + 1].tree for k, read in enumerate(chain.sides[:-1]) if read.tree is right), None
        )
        here, after = self.values(right, chain), self.values(following, chain) if following else None
        return (
            here is not None
            and after is not None
            and here.shape == after.shape
            and not all(map(near, here.entries, after.entries))
        )

    def is_general(self, key: str) -> bool:
        """Whether a quantity stands for one at every index."""
        symbol = self.facts.knowledge.symbols.get(key)
        return symbol is not None and key in self.facts.knowledge.patterns.get(symbol.base, ())

    def is_opaque(self, key: str) -> bool:
        """Whether a quantity is the call of a function that the article does not define."""
        symbol = self.facts.knowledge.symbols.get(key)
        return symbol is not None and "(" in symbol.base


def near(x: Any, y: Any) -> bool:
    """Whether two numbers are the same but for rounding."""
    return bool(abs(arb(x) - arb(y)) < arb(fmpq(1, 100)) * (1 + abs(arb(x))))
