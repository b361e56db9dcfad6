"""Equalities between symbols where the article gives no numbers: tried at random points of the shapes that its formulas
allow.

An equality that holds for all arrays of one kind of shapes is right; one that holds in none of the ways in which the
article's formulas can be read is wrong, if nothing in it may be something of which the article says nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from derivation.checking.facts.facts import Facts
from derivation.checking.facts.failures import FAILURES, Mismatch
from derivation.checking.facts.knowledge import ChainRead, SideRead, is_closed, quantity
from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import key_of
from derivation.checking.facts.supposed import Family, family
from derivation.checking.facts.values import quantities
from derivation.checking.judging.agreement import equal
from derivation.checking.judging.context import Context, Judgement
from derivation.checking.judging.expected import as_printed
from derivation.checking.judging.explanations import Explanations
from derivation.checking.judging.mistakes import named_mistake
from derivation.checking.judging.reach import Reach
from derivation.checking.judging.ways import ways
from derivation.checking.reading.tokens import Unreadable
from derivation.checking.reading.trees import Tree, mapped, nodes
from derivation.formulas.arrays import Array, Shape
from derivation.formulas.calculus.reverse import NoDerivative
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term
from derivation.words.telling import code_of, tell

MAXIMAL_WAYS, MAXIMAL_SILENT, MAXIMAL_VARYING = 4, 12, 2
"""Ways of reading the names in which all formulas fit, that are tried; those among them in which the sides say
nothing; and those in which a side is not the same number at all points, which the other side gives."""
PART_OF_STEPS = 2
"""The part of an article's steps behind which nothing is tried in this way: the rest is for what it says itself."""
LOOSE = frozenset(["", r"\cdot", "*"])
"""Signs of products that some write between columns for the one entry by entry."""
SLOPE = re.compile(r"\\(?:partial|nabla)\b|\{\s?\\?d\w{0,2}\}\s?\{\s?\\?d|d/d")
SLOPES = frozenset(["partial", "nabla", "prime", "slope"])


def speaks_of_slopes(context: Context, chain: ChainRead) -> bool:
    """Whether a chain is about derivatives: one stands in it, or is what its quantity was said to be."""
    trees = [read.tree for read in chain.sides if read.tree]
    key = quantity(trees[0]) if trees else None
    trees += [statement.tree for statement in context.facts.definitions(key or "", chain.position)[:2]]
    return any(node.head in SLOPES for tree in trees for node in nodes(tree))


def free_names(left: Tree) -> frozenset[str]:
    r"""The names for which a rule about functions holds whatever they are: the z of `\sigma'(z) = ...`."""
    if left.head not in ("prime", "apply"):
        return frozenset()
    return frozenset(
        argument.args[0].key for argument in left.args[1:] if isinstance(argument, Tree) and argument.head == "name"
    )


def is_statement(context: Context, chain: ChainRead, judgement: Judgement) -> bool:
    """Whether a chain begins with something that can be held against nothing: a name in it stands for nothing that the
    article gives. It is about no derivative, and no equation for an unknown number."""
    left, right = chain.sides[0].tree, chain.sides[1].tree
    if right is None or left is None or (is_closed(right) and quantity(left) is None):
        return False
    lacks = judgement.verdict == "undecided" and code_of(judgement.why) in ("lacking.anything", "lacking.value")
    return (
        lacks and not speaks_of_slopes(context, chain) and not any(SLOPE.search(one.side.latex) for one in chain.sides)
    )


def is_readable(facts: Facts, position: Position, tree: Tree) -> bool:
    """Whether a formula with sums lacks nothing but numbers: what its names are, and how far the sums go."""
    summed = [node.args[0] for node in nodes(tree) if node.head == heads.SUM]
    reach = Reach.of(facts, position, (tree,)) if summed and all(len(letter) == 1 for letter in summed) else None
    return reach is not None and any(True for _ in islice(ways(facts, position, reach), 1))


class Supposing:
    """Two sides that hold symbols, tried with what the article does not say."""

    def __init__(self, context: Context, chain: ChainRead, left: SideRead, right: SideRead) -> None:
        assert left.tree and right.tree
        self.context, self.chain, self.left, self.right = context, chain, left, right
        self.a, self.b = left.tree, right.tree

    def judgement(self) -> Judgement | None:
        """The verdict; None where nothing comes of it."""
        meter = self.context.facts.meter
        if meter.steps * PART_OF_STEPS > meter.limit:
            return None
        reach = Reach.of(self.context.facts, self.chain.position, (self.a, self.b), self.left.side.formula.source.text)
        if reach is None or not reach.lacks_numbers:
            return None
        found: list[Trial] = []
        usual = silent = 0
        for cost, supposed in ways(self.context.facts, self.chain.position, reach):
            if found and cost > usual + 1:
                break
            trial = Trial(self, self.context.supposing(supposed))
            outcome = trial.outcome()
            if outcome is None:
                silent += 1
                if silent == (MAXIMAL_VARYING if is_closed(self.b) else MAXIMAL_SILENT):
                    break
                continue
            if outcome:
                return Judgement("exact") if not found or cost == usual else None
            usual = usual if found else cost
            found.append(trial)
            if len(found) == MAXIMAL_WAYS:
                break
        return self.refuted(found[0], reach) if found else None

    def refuted(self, trial: Trial, reach: Reach) -> Judgement | None:
        """The verdict where the sides are not equal in any way."""
        known = Reach.of(self.context.facts, self.chain.position, (self.a,))
        if known is None or not reach.unknown <= known.unknown or self.may_be_of_cases(reach):
            return None
        families = reach.free | set(map(family, reach.defined.values()))
        return None if families & self.unread else trial.refutation()

    @property
    def unread(self) -> set[Family]:
        """Families of names to which the article gives formulas that were not read: something is said of them."""
        firsts = (chain.sides[0].tree for chain in self.context.chains if any(side.problem for side in chain.sides[1:]))
        return {family(tree.args[0]) for tree in firsts if tree and tree.head == "name"}

    def may_be_of_cases(self, reach: Reach) -> bool:
        """Whether the article tells cases of two indices apart in words, `for i = j`."""
        letters = "".join(reach.letters)
        text = self.left.side.formula.source.text
        return len(letters) > 1 and bool(re.search(rf"\b([{letters}])\s*(=|\\neq?)\s*(?!\1)[{letters}]\b", text))


@dataclass(frozen=True)
class Trial:
    """One way of reading the names."""

    pair: Supposing
    context: Context

    def outcome(self) -> bool | None:
        """Whether the sides are equal in this way of reading them; None where they say nothing in it."""
        try:
            a, first = self.context.meaning(self.pair.chain, self.pair.a)
            if not self.leads(a, first):
                return None
            b, second = self.context.meaning(self.pair.chain, self.pair.b)
        except Mismatch as mismatch:
            return False if mismatch.at and mismatch.at >= self.pair.right.side.start and not self.entrywise() else None
        except FAILURES:
            return None
        if first != second:
            return None if is_closed(self.pair.b) else False
        if is_closed(self.pair.b):
            return self.constantly(a, b)
        if not self.leads(b, second):
            return None
        same = self.context.identical(a, b, self.pair.chain)
        if same is False and self.context.identical(a, b, self.pair.chain, self.context.direct):
            return None
        return same

    def entrywise(self) -> bool:
        """Whether the sides are equal if products of columns are meant entry by entry."""
        spelled = mapped(
            self.pair.b, lambda node: Tree(r"\odot", node.args, node.start) if node.head in LOOSE else node
        )
        try:
            a, b = (self.context.meaning(self.pair.chain, tree)[0] for tree in (self.pair.a, spelled))
            return bool(self.context.identical(a, b, self.pair.chain))
        except FAILURES:
            return False

    def leads(self, term: Term, shape: Shape) -> bool:
        """Whether the derivatives of a side can be worked from formulas, other than the one that is judged, and are of
        numbers: for those of arrays notations differ."""
        facts, position = self.context.facts, self.pair.chain.position
        for leaf in quantities(term):
            if leaf.head != "partial":
                continue
            of = leaf.args[0]
            if of.head == "name" and facts.shape(of.args[0], position):
                return False
            own = any(statement.chain is self.pair.chain for statement in facts.definitions(key_of(leaf), position))
            if own and not self.is_connected(leaf):
                return False
        return True

    def is_connected(self, leaf: Term) -> bool:
        for point in self.context.random:
            try:
                point.differentiated(leaf, self.pair.chain.position)
            except (Unreadable, Mismatch, NoDerivative):
                return False
            except FAILURES:
                continue
            return True
        return False

    def constantly(self, a: Term, b: Term) -> bool | None:
        """Whether a side that is the same number at all points is this one; None where it is not the same."""
        same = self.context.identical(a, b, self.pair.chain)
        if same is not False:
            return same
        found = list[Array]()
        for point in self.context.random:
            try:
                found.append(point.value(a, self.pair.chain.position))
            except FAILURES:
                continue
        return None if len(found) < 2 or any(not equal(found[0], other) for other in found[1:]) else False

    def refutation(self) -> Judgement:
        """What is said of sides that are not equal."""
        chain, right = self.pair.chain, self.pair.right
        try:
            a, b = (self.context.meaning(chain, tree)[0] for tree in (self.pair.a, self.pair.b))
        except (Unreadable, Mismatch):
            return Judgement("wrong", tell("wrong.refuted"), at=right.side.start)
        explanations = Explanations(self.context)
        if is_closed(self.pair.b):
            value = self.context.random[0].value(a, chain.position)
            return Judgement(
                "wrong",
                tell("wrong.value", value=as_printed(value, b), found=right.side.latex),
                as_printed(value, b),
                right.side.start,
            )
        mistake = named_mistake(self.context.random, a, b, chain.position)
        why = explanations.otherwise(mistake or tell("wrong.refuted"), chain, quantity(self.pair.a), right)
        return Judgement("wrong", why, explanations.expectation(a, b, chain), right.side.start)
