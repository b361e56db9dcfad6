"""Equalities that claim something else than that two sides are equal for the numbers above: equations with an unknown,
numbers in another base, what the article itself denies, identities of complex numbers."""

from __future__ import annotations

from collections.abc import Callable

from derivation.checking.facts.knowledge import ChainRead, is_closed, is_number, quantity
from derivation.checking.judging.cases import Cases, is_plain
from derivation.checking.judging.context import Context, Judgement
from derivation.checking.judging.polynomials import UNIT, are_different_numbers, are_near, are_same
from derivation.checking.judging.readings import in_base
from derivation.checking.judging.solutions import solutions
from derivation.checking.judging.verdicts import HOLDING
from derivation.words.telling import code_of, tell


class Equations:
    """What else two sides of a chain may claim; `judged` is what is thought of them where the chain is read otherwise."""

    def __init__(
        self, context: Context, chain: ChainRead, i: int, k: int, judged: Callable[[ChainRead], Judgement]
    ) -> None:
        self.context, self.chain, self.i, self.k, self.judged = context, chain, i, k, judged
        self.left, self.right, self.cases = chain.sides[i], chain.sides[k], Cases(context)
        assert self.left.tree and self.right.tree
        self.a, self.b = self.left.tree, self.right.tree

    def meant(self) -> Judgement | None:
        """The judgement on sides that differ, where the equality claims something else; None where it does not."""
        return self.of_numbers() or self.begun() or self.solved()

    def of_numbers(self) -> Judgement | None:
        """The judgement on numbers that differ, in another base, or as the article says itself."""
        if not (is_plain(self.a) and is_plain(self.b)):
            return None
        base = self.cases.base(self.chain)
        if base and self.judged(in_base(self.chain, self.i, self.k, base)).verdict == "exact":
            return Judgement("exact", tell("holds.base", base=base))
        if self.cases.is_denied(self.chain):
            return Judgement("exact", tell("holds.denied"))
        if is_number(self.a) and is_number(self.b) and self.cases.is_without_solution(self.chain):
            return Judgement("undecided", tell("undecided.case"))
        return None

    def begun(self) -> Judgement | None:
        """The judgement where a name is set to another number, to see what is so then."""
        if self.cases.begins_case(self.chain, self.left, self.right):
            return Judgement("stated", kind="definition")
        return None

    def solved(self) -> Judgement | None:
        """The judgement where an equation holds with what another line gives for its unknown."""
        closed = is_closed(self.a) + is_closed(self.b)
        is_identity = closed == 0 and (len(self.chain.sides) > 2 or are_near(self.a, self.b))
        if closed == 2 or is_identity or quantity(self.a) is not None or not self.context.facts.knowledge.scalar:
            return None
        for solution in solutions(self.cases, self.chain, self.i, self.k):
            if self.judged(solution.chain).verdict in HOLDING:
                side = solution.statements[0].read.side
                return Judgement("exact", tell("holds.solved", latex=side.latex, line=side.place[0]))
        return None

    def stated(self, judgement: Judgement) -> Judgement:
        """The judgement; an equality that begins a chain, and holds what never gets a value, is an equation: it is stated,
        and nothing can be held against it."""
        begins = self.i == 0 and self.k == 1 and self.chain.relations[0] == "=" and quantity(self.a) is None
        lacks = judgement.verdict == "undecided" and code_of(judgement.why) == "lacking.value"
        if not (begins and lacks and self.context.facts.knowledge.scalar):
            return judgement
        if are_different_numbers(self.a, self.b) and not self.cases.is_denied(self.chain):
            return Judgement("wrong", tell("wrong.differs"), at=self.right.side.start)
        return Judgement("stated", tell("holds.equation"), lessons=judgement.lessons)

    def is_complex_identity(self) -> bool:
        """Whether the sides are the same for all numbers, where i, of which the article says nothing, is the imaginary
        unit."""
        has_unit = UNIT in self.left.named or UNIT in self.right.named
        return has_unit and self.context.facts.knowledge.is_imaginary(UNIT) and bool(are_same(self.a, self.b))
