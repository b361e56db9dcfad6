"""What one pair of sides is judged by: the article's facts and values at its place, and what it is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flint import arb, fmpq

from derivation.checking.facts.facts import Facts
from derivation.checking.facts.failures import FAILURES, Mismatch
from derivation.checking.facts.kinks import CROSSED
from derivation.checking.facts.knowledge import ChainRead, SideRead, quantity
from derivation.checking.facts.lessons import Confirmed, Lesson, Lessons, Mistaken, Rounded, Shortened, Used
from derivation.checking.facts.meaning import Meaning
from derivation.checking.facts.points import Random, are_crossed
from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import Key, key_of
from derivation.checking.facts.supposed import Supposed
from derivation.checking.facts.values import Printed, Truth
from derivation.checking.judging.agreement import equal
from derivation.checking.judging.verdicts import Allowance, Kind, Verdict
from derivation.checking.reading.tokens import Unreadable
from derivation.checking.reading.trees import Tree
from derivation.formulas.arrays import Array
from derivation.formulas.calculus.reverse import NoDerivative
from derivation.formulas.terms import Term, walk

TRIALS = 3
ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is thought of one pair of sides, and what that teaches for the pairs behind it."""

    verdict: Verdict
    why: str = ""
    expected: str | None = None
    at: int | None = None
    kind: Kind | None = None
    follows: bool = False
    needed: frozenset[Allowance] = frozenset()
    lessons: tuple[Lesson, ...] = ()

    def teaching(self, *lessons: Lesson) -> Judgement:
        """The same with lessons that come before its own."""
        return replace(self, lessons=(*lessons, *self.lessons)) if lessons else self


class Values:
    """The values of facts in their ways: in truth, as printed, at random points, and there by immediate derivatives."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.truth, self.printed = Truth(facts), Printed(facts)
        self.random = [Random(facts, trial) for trial in range(ATTEMPTS)]
        self.direct = [Random(facts, trial, direct=True) for trial in range(ATTEMPTS)]
        self.behind: dict[tuple[Lesson, ...], Values] = {}
        """The values once more is known."""
        self.free: dict[frozenset[str], Values] = {}
        """The same where some names stand for any number."""


class Context:
    """What one pair of sides is judged by: the article's facts and values there, what it is allowed, and what the
    verdicts before have taught. Questions change nothing in it."""

    def __init__(
        self, values: Values, chains: Sequence[ChainRead], allowed: frozenset[Allowance], lessons: Lessons
    ) -> None:
        self.of, self.chains, self.allowed, self.lessons = values, chains, allowed, lessons
        self.facts, self.truth, self.printed = values.facts, values.truth, values.printed
        self.random, self.direct = values.random, values.direct

    def after(self, lessons: Sequence[Lesson]) -> Context:
        """The context once these lessons are known."""
        if not lessons:
            return self
        known = self.lessons.after(lessons)
        changes = tuple(lesson for lesson in lessons if lesson.changes_facts)
        if changes and changes not in self.of.behind:
            self.of.behind[changes] = Values(
                Facts(self.facts.stated, known, self.facts.parameters, self.facts.supposed)
            )
        return Context(self.of.behind[changes] if changes else self.of, self.chains, self.allowed, known)

    def afresh(self) -> Context:
        """The same, with nothing remembered."""
        facts = self.facts
        return Context(
            Values(Facts(facts.stated, self.lessons, facts.parameters)), self.chains, self.allowed, self.lessons
        )

    def with_free(self, names: frozenset[str]) -> Context:
        """The context where names stand for any number: the z of `g'(z) = ...`."""
        if names == self.facts.parameters:
            return self
        values = self.of.free.get(names)
        if values is None:
            values = self.of.free[names] = Values(Facts(self.facts.stated, self.facts.lessons, names))
        return Context(values, self.chains, self.allowed, self.lessons)

    def supposing(self, supposed: Supposed) -> Context:
        """The context with what an equality between symbols is tried with."""
        return Context(Values(self.facts.supposing(supposed)), self.chains, self.allowed, self.lessons)

    def is_rounded(self, text: str) -> bool:
        """Whether a numeral, as printed, is known to be rounded."""
        return text in self.facts.numerals.long or self.lessons.has(Rounded, text)

    def is_shortened(self, text: str) -> bool:
        """Whether a numeral, as printed, may stand for more digits."""
        return self.is_rounded(text) or self.lessons.has(Shortened, text)

    @property
    def any_rounded(self) -> bool:
        """Whether any numeral is known to be rounded."""
        return bool(self.facts.numerals.long) or self.lessons.has_any(Rounded)

    def mistaken(self, key: Key) -> int | None:
        """The line that gives a quantity, where it is wrong."""
        lesson = self.lessons.first(Mistaken, key)
        return lesson.line if lesson else None

    def meaning(self, chain: ChainRead, tree: Tree) -> tuple[Term, tuple[int, ...]]:
        return Meaning(self.facts, chain.position).of(tree)

    def above(self, key: Key, chain: ChainRead) -> list[Key]:
        """The quantities in a quantity's first formula."""
        return [
            other for statement in self.facts.definitions(key, chain.position)[:1] for other in statement.read.named
        ]

    def reach(self, keys: Iterable[Key], chain: ChainRead) -> set[Key]:
        """The quantities on which some depend, themselves among them."""
        waiting, found = list(keys), set[Key]()
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting += self.above(key, chain)
        return found

    def is_met(self, key: Key, chain: ChainRead) -> bool:
        """Whether a quantity's formula was worked with before, since anything was renewed: what it assumes was weighed
        there."""
        epoch = self.facts.epoch(chain.position)
        return any(
            key in self.reach([name for read in self.compared(other) for name in read.named], other)
            for other in self.chains
            if epoch <= other.position < chain.position
        )

    def compared(self, chain: ChainRead) -> Sequence[SideRead]:
        """The sides of a chain that are held against each other: not the quantity to which it gives a formula."""
        key = quantity(chain.sides[0].tree) if chain.sides[0].tree else None
        if all(statement.chain is not chain for statement in self.facts.definitions(key or "", chain.position)):
            return chain.sides
        return chain.sides[1:] if len(chain.sides) > 2 else ()

    def confirmed(self, keys: set[Key], chain: ChainRead) -> list[Lesson]:
        """That the values of these quantities, and of all that they depend on, have led to what the article says."""
        section = self.facts.sections[chain.position]
        waiting, found = list(keys), dict[Key, None]()
        while waiting:
            key = waiting.pop()
            if key not in found and not self.is_confirmed(key, section):
                found[key] = None
                waiting += self.above(key, chain)
        return [*map(Used, sorted(keys, key=str)), *(Confirmed((section, key)) for key in found)]

    def is_confirmed(self, key: Key, section: int) -> bool:
        """Whether a quantity has led to what a section says."""
        return self.lessons.has(Confirmed, (section, key))

    def candidates(self, chain: ChainRead, left: SideRead, a: Term) -> list[Array] | None:
        """The values of a quantity on the left, without the one that this very chain gives it."""
        key = quantity(left.tree) if left.tree else None
        if key is None:
            return None
        found = [self.truth.value(a, chain.position)]
        statement = self.facts.value_statement(key, chain.position)
        if statement and statement.position < chain.position:
            found.insert(0, self.printed.value(a, chain.position))
        return found

    def identical(self, a: Term, b: Term, chain: ChainRead, points: Sequence[Random] | None = None) -> bool | None:
        """Whether the sides are equal at random points, on both sides of every kink; None where they have no values
        there."""
        tried = list[Random]()
        for point in points or self.random:
            try:
                if not equal(point.value(a, chain.position), point.value(b, chain.position)):
                    return False
                tried.append(point)
            except (Unreadable, Mismatch, NoDerivative):
                return None
            except FAILURES:
                continue
            if len(tried) >= TRIALS and are_crossed(self.kinks((a, b), chain.position), tried, chain.position):
                return True
        return True if tried else None

    def kinks(self, terms: Sequence[Term], position: Position) -> list[Term]:
        """The operations with a kink in terms, and in the formulas that lead to them."""
        if not self.facts.knowledge.has_kinks:
            return []
        waiting, found = list(terms), dict[Term, None]()
        for term in waiting:
            for node in walk(term):
                if node.head in CROSSED:
                    found[node] = None
                elif node.head in ("name", "partial", "updated") and node not in found:
                    self.facts.meter.tick()
                    found[node] = None
                    waiting += self.facts.formulas(node, key_of(node), position)
        return [node for node in found if node.head in CROSSED]

    def directly(self, a: Term, b: Term, chain: ChainRead) -> bool:
        """Whether a chain rule over several steps holds with immediate partial derivatives, as one writes
        backpropagation through time."""
        steps = max(sum(node.head == "partial" for node in walk(side)) for side in (a, b))
        return steps > 1 and bool(self.identical(a, b, chain, self.direct))

    def value_of(self, tree: Tree, chain: ChainRead) -> Array | None:
        try:
            return self.printed.value(self.meaning(chain, tree)[0], chain.position)
        except FAILURES:
            return None

    def is_slip(self, chain: ChainRead, right: Tree) -> bool:
        """Whether the chain does not go on from this side."""
        following = next(
            (chain.sides[k + 1].tree for k, read in enumerate(chain.sides[:-1]) if read.tree is right), None
        )
        here, after = self.value_of(right, chain), self.value_of(following, chain) if following else None
        return (
            here is not None
            and after is not None
            and here.shape == after.shape
            and not all(map(near, here.entries, after.entries))
        )

    def is_general(self, key: Key) -> bool:
        """Whether a quantity stands for one at every index."""
        symbol = self.facts.symbol(key)
        return symbol is not None and key in self.facts.knowledge.patterns.get(symbol.base, ())

    def is_opaque(self, key: Key) -> bool:
        """Whether a quantity is the call of a function that the article does not define."""
        symbol = self.facts.symbol(key)
        return symbol is not None and "(" in symbol.base


def near(x: Any, y: Any) -> bool:
    """Whether two numbers are the same but for rounding."""
    return bool(abs(arb(x) - arb(y)) < arb(fmpq(1, 100)) * (1 + abs(arb(x))))
