"""Verdicts: every chain of the article, link by link, and what each teaches for those behind it.

The verdict on a link is a function of what stands in it; the lessons of the links are applied in one place, `Judge`, in
the order of the article.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from derivation.checking.facts.facts import Facts
from derivation.checking.facts.knowledge import ChainRead, SideRead, is_number
from derivation.checking.facts.lessons import Lesson, Mistaken, Rounded, Shortened
from derivation.checking.facts.numerals import numerals
from derivation.checking.judging.context import Context, Judgement, Values
from derivation.checking.judging.pair import judged
from derivation.checking.judging.verdicts import HOLDING, Allowance, Equality, Kind
from derivation.checking.reading.trees import nodes
from derivation.words.telling import extended, tell

SHORT = 4
"""Characters up to which a numeral can well be exact though a sign of rounding stands before it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a chain holds: the last sound side, the line of its slip if there was one, and whether anything in it is
    undecided."""

    sound: int = 0
    wrong_line: int = 0
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Ruling:
    """The verdict on a link, what it teaches, and how far the chain holds then."""

    equality: Equality
    lessons: Sequence[Lesson]
    progress: Progress


@dataclass(frozen=True, slots=True)
class Link:
    """A pair of neighbouring sides, and all that its verdict depends on."""

    context: Context
    chain: ChainRead
    k: int
    """The place of the right side in the chain."""
    progress: Progress

    def ruling(self) -> Ruling:
        """The verdict. After a wrong side, the next is held against it and, if that fails, against the side before."""
        context, chain, k, progress = self.context, self.chain, self.k, self.progress
        judgement = judged(context, chain, k - 1, k)
        unsure = progress.unsure or judgement.verdict == "undecided"
        if unsure and judgement.verdict != "wrong" and chain.relations[k - 1] == "≈":
            judgement = replace(judgement, lessons=(*judgement.lessons, *taken_as_rounded(chain.sides[k])))
        if judgement.verdict == "undecided":
            judgement = replace(judgement, lessons=(*judgement.lessons, *taken_as_shortened(chain.sides[k])))
        sound, wrong_line = progress.sound, progress.wrong_line
        if wrong_line and sound < k - 1:
            judgement, sound = self.after_slip(judgement)
        elif judgement.verdict == "wrong":
            wrong_line = chain.sides[k].side.place[0]
            judgement = self.with_next(judgement)
        else:
            sound = k
        return Ruling(self.equality(judgement), judgement.lessons, Progress(sound, wrong_line, unsure))

    def after_slip(self, judgement: Judgement) -> tuple[Judgement, int]:
        """The verdict behind a wrong side, and the last side that is sound."""
        sound, line = self.progress.sound, self.progress.wrong_line
        if judgement.verdict in HOLDING:
            return replace(judgement, follows=True, why=tell("holds.goes_on", line=line)), self.k
        again = judged(self.context.after(judgement.lessons), self.chain, sound, self.k).teaching(*judgement.lessons)
        if again.verdict in (*HOLDING, "stated"):
            needed = again.needed - {"renamed"}  # beside a slip, another meaning is no sign of a habit
            return replace(again, why=tell("holds.right_again", line=line), needed=needed), self.k
        return (judgement if judgement.verdict != "undecided" else again), sound

    def with_next(self, judgement: Judgement) -> Judgement:
        """A slip that is right on the next line is said to be one; otherwise what the line gives is wrong."""
        context, chain, k = self.context.after(judgement.lessons), self.chain, self.k
        if (
            k + 1 < len(chain.sides)
            and judged(context, chain, k, k + 1).verdict == "wrong"
            and judged(context, chain, k - 1, k + 1).verdict in HOLDING
        ):
            line = chain.sides[k + 1].side.place[0]
            return replace(judgement, why=extended(judgement.why, "wrong.pen", line=line))
        line = chain.sides[0].side.place[0]
        return replace(judgement, lessons=(*judgement.lessons, *(Mistaken(key, line) for key in chain.quantities)))

    def equality(self, judgement: Judgement) -> Equality:
        left, right = self.chain.sides[self.k - 1], self.chain.sides[self.k]
        lines = map(self.context.mistaken, (*left.named, *self.chain.quantities)) if judgement.follows else ()
        follows = next((line for line in lines if line is not None), None)
        return Equality(
            left.side,
            right.side,
            self.chain.relations[self.k - 1],
            judgement.verdict,
            judgement.kind or kind(left, right),
            judgement.why or (tell("holds.follows", line=follows) if follows else ""),
            judgement.expected,
            judgement.at,
            follows,
            judgement.needed,
        )


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the chains of one article by what its way of rounding is allowed."""

    facts: Facts
    chains: Sequence[ChainRead]
    allowed: frozenset[Allowance]

    def rulings(self) -> Iterator[tuple[Link, Ruling]]:
        """Every pair of neighbouring sides with its verdict, in order: here, and nowhere else, lessons are applied."""
        context = Context(Values(self.facts), self.chains, self.allowed, self.facts.lessons)
        for chain in self.chains:
            progress = Progress()
            for k in range(1, len(chain.sides)):
                link = Link(context, chain, k, progress)
                ruling = link.ruling()
                yield link, ruling
                context, progress = context.after(ruling.lessons), ruling.progress


def taken_as_rounded(read: SideRead) -> Iterator[Rounded]:
    """What stands behind a sign of rounding is rounded, though nothing else be known of it."""
    return (Rounded(text) for text in (numerals(read.tree) if read.tree else ()) if len(text) > SHORT)


def taken_as_shortened(read: SideRead) -> Iterator[Shortened]:
    """The decimals of a result that could not be worked may be shorter than what was worked on with."""
    if read.tree and is_number(read.tree):
        yield from (Shortened(text) for text in numerals(read.tree) if "." in text)


def kind(left: SideRead, right: SideRead) -> Kind:
    for read in (left, right):
        if read.tree and any(node.head in ("partial", "nabla", "updated", "prime") for node in nodes(read.tree)):
            return "gradient"
    return "arithmetic"
