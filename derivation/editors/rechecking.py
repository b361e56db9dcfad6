"""The verdicts on an article that was edited: only what the edit touches is judged anew.

The verdict on a chain is a function of the article; what of it was read is known by the questions that were asked
(`questions.py`). An article is checked in full first, and then, when there is time, traced: each chain is judged with
nothing remembered from others, so its questions are all that it depends on. A chain whose questions have the answers
that they had keeps its verdicts. Where the trace finds other verdicts than the check, or where much would be judged
anew, the article is checked in full. A property test holds all verdicts to those of a check in full.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from derivation.checking.article import Article, Report
from derivation.checking.facts.facts import Facts
from derivation.checking.facts.knowledge import ChainRead
from derivation.checking.facts.lessons import Lesson, Lessons
from derivation.checking.facts.meter import STEPS_OF_ONE, Meter
from derivation.checking.facts.position import Position
from derivation.checking.facts.stated import Stated
from derivation.checking.facts.values import MAXIMAL_DEPTH
from derivation.checking.judging.context import Context, Values
from derivation.checking.judging.judge import Link, Progress
from derivation.checking.judging.verdicts import ALL_ALLOWANCES, Allowance, Equality
from derivation.checking.sources.find import find_in_text
from derivation.checking.sources.source import MAXIMAL_SIZE, Source
from derivation.editors.edits import Edit, kept
from derivation.editors.questions import (
    OF_KNOWLEDGE,
    OF_NUMERALS,
    OF_STATED,
    TABLES,
    Chains,
    Question,
    WatchedLessons,
    WatchedNumerals,
    WatchedSource,
    notes_of,
    watched_knowledge,
    watched_source,
    watched_stated,
)

NEARLY_DEEP, NEARLY_LONG = MAXIMAL_DEPTH - 10, STEPS_OF_ONE // 2
"""How deep questions may stand behind each other, and how many steps one equality may take: where it is more, it may
matter what is remembered from other chains."""
FOUND: Sequence[tuple[str, str]] = (
    *(("knowledge", name) for name in OF_KNOWLEDGE),
    *(("numerals", name) for name in OF_NUMERALS),
    *(("stated", name) for name in OF_STATED),
)
"""What is found out once from all of an article."""
SHARE = 4
"""Which part of the steps of a check in full may be made anew, before it is made in full."""
AT_LEAST = 400
"""Steps that may always be made anew: they take no time."""
SPENT = frozenset(["undecided.deep", "undecided.long", "undecided.spent"])
"""The codes of what was not worked to its end."""


class InFull(Exception):
    """An article is to be checked in full: what is remembered from one chain may matter for another, or too much is to
    be judged anew."""


@dataclass(frozen=True)
class Judged:
    """One chain's verdicts, what they teach, and what they were read from."""

    equalities: Sequence[Equality]
    lessons: Sequence[Lesson]
    asked: frozenset[Question]
    chains: int
    steps: int


@dataclass
class World:
    """An article as it was checked, and its chains' verdicts by what its way of rounding is allowed."""

    article: Article
    stated: Stated
    clauses: Sequence[int]
    """A number for each clause, the same for the same one before and after an edit."""
    equalities: Sequence[Equality] = ()
    steps: int = 0
    """How many steps a check in full took."""
    judged: dict[frozenset[Allowance], Mapping[int, Judged]] = field(default_factory=dict)
    """The chains' verdicts, where they were traced."""

    @property
    def text(self) -> str:
        """The article's text."""
        return self.article.source.passage(0, MAXIMAL_SIZE)

    @property
    def rules(self) -> Sequence[Hashable]:
        """The general rules that it states, so that they can be compared."""
        return [(rule.theta, self.number(rule.position)) for rule in self.stated.rules]

    def number(self, position: Position) -> int:
        """The number of the clause at a place."""
        return self.clauses[position] if position < len(self.clauses) else -1

    def said(self, table: str) -> Mapping[Hashable, Hashable]:
        """What a table of the knowledge says, so that it can be compared: statements by their clauses."""
        rows: Mapping[Hashable, Any] = getattr(self.article.knowledge, table)
        if table in ("symbols", "patterns"):
            return rows
        if table in ("formulas", "values"):
            return {key: tuple(self.number(one.position) for one in found) for key, found in rows.items()}
        return {key: tuple(self.number(one[0]) for one in found) for key, found in rows.items()}

    def found(self, area: str, name: str) -> Any:
        """What is found out once from all of an article, so that it can be compared."""
        if (area, name) == ("stated", "restarts"):
            return [(self.number(position), key) for position, key in self.stated.restarts]
        if (area, name) == ("stated", "renewals"):
            return [self.number(position) for position in self.stated.renewals]
        areas = {"knowledge": self.article.knowledge, "stated": self.stated, "numerals": self.stated.numerals}
        return getattr(areas[area], name)


def checked(source: Source, before: World | None = None) -> tuple[World, Report]:
    """The report on an article, and the world that the next check of it may go on from."""
    text = watched_source(source)
    article = Article(text, find_in_text(text))
    if before and before.judged and is_traceable(article):
        world, earlier = numbered(article, before)
        if earlier:
            try:
                world.equalities, facts = Recheck(world, earlier, max(before.steps // SHARE, AT_LEAST)).judged()
                return world, article.reported(world.equalities, facts)
            except InFull:
                pass
    equalities, facts = article.judged()
    world = World(article, facts.stated, range(len(article.clauses)), equalities, facts.meter.steps)
    return world, article.reported(equalities, facts)


def traced(world: World, is_over: Callable[[], bool]) -> World:
    """The world with each chain's questions; as it was where that is not possible, or where it is over before its
    end."""
    if not is_traceable(world.article):
        return world
    made = replace(world, judged={})
    try:
        equalities, _ = Recheck(made, None, sys.maxsize, is_over).judged()
    except InFull:
        return world
    return made if equalities == world.equalities else world


def is_traceable(article: Article) -> bool:
    """Whether it is one text, which is as the file has it."""
    text = article.source
    return isinstance(text, WatchedSource) and all(formula.source is text for formula in article.formulas)


def numbered(article: Article, before: World | None) -> tuple[World, World | None]:
    """The article with its clauses numbered, those that an edit left alone as before; and the world before, where
    anything of it can be kept."""
    stated = article.facts().stated
    if before is None or not before.clauses or not is_alike(before, article):
        return World(article, stated, ()), None
    edit, old, new = (
        Edit.between(before.text, article.source.passage(0, MAXIMAL_SIZE)),
        before.article.clauses,
        article.clauses,
    )
    first = kept(old, new, edit.is_before)
    last = kept(old[first:][::-1], new[first:][::-1], edit.is_behind)
    start = max(before.clauses) + 1
    middle = range(start, start + len(new) - first - last)
    clauses = [*before.clauses[:first], *middle, *before.clauses[len(old) - last :]]
    world = World(article, stated, clauses, steps=before.steps)
    sections = dict(zip(before.clauses, before.article.sections, strict=True))
    is_moved = any(
        sections.get(number, section) != section
        for number, section in zip(world.clauses, article.sections, strict=True)
    )
    return world, before if not is_moved and world.rules == before.rules else None


def is_alike(before: World, article: Article) -> bool:
    """Whether what everything depends on is as it was."""
    old, new = before.article, article
    return (
        old.vocabulary == new.vocabulary
        and old.knowledge.scalar == new.knowledge.scalar
        and old.decimal_comma == new.decimal_comma
    )


class Recheck:
    """One check of an article, going on from the one before."""

    def __init__(
        self, world: World, before: World | None, most: int, is_over: Callable[[], bool] = lambda: False
    ) -> None:
        self.world, self.article, self.before = world, world.article, before
        self.most, self.is_over = most, is_over
        self.notes = notes = notes_of(world.article)
        self.edit = Edit.between(before.text, world.text) if before else Edit(0, 0, 0)
        knowledge, stated = world.article.knowledge, world.stated
        self.knowledge, self.numerals = watched_knowledge(knowledge, notes), WatchedNumerals(stated.numerals, notes)
        self.chains = Chains(self.article.chains, notes)
        self.steps = self.anew = 0
        """Steps that all chains take, and that those take which are judged anew."""
        self.changed: set[Question] = set()
        if before:
            self.compare(before, world)

    def compare(self, old: World, new: World) -> None:
        """Finds out which questions have other answers than before."""
        for table in TABLES:
            a, b = old.said(table), new.said(table)
            others = [key for key in a.keys() | b.keys() if a.get(key) != b.get(key)]
            self.changed |= {(table, key) for key in others}
            if others or list(a) != list(b):
                self.changed.add((table,))
        self.changed |= {one for one in FOUND if old.found(*one) != new.found(*one)}
        self.long = old.stated.numerals.long ^ new.stated.numerals.long
        self.has_lines = old.text.count("\n") == new.text.count("\n")
        line_end = old.text.find("\n", self.edit.old)
        self.next_line = line_end if line_end >= 0 else len(old.text)

    def judged(self) -> tuple[list[Equality], Facts]:
        """The verdicts, and the facts once they are known, as `Article.judged` has them."""
        equalities, facts = self.judged_by(ALL_ALLOWANCES)
        allowed = self.article.habits(equalities)
        if all(equality.needed <= allowed for equality in equalities):
            return equalities, facts
        put_in, known = facts.restated
        if known:
            return self.article.judged_by(self.article.facts(put_in[:known]), allowed)
        return self.judged_by(allowed)

    def judged_by(self, allowed: frozenset[Allowance]) -> tuple[list[Equality], Facts]:
        old = self.before.judged.get(allowed, {}) if self.before else {}
        passed = Passed(old)
        lessons, found = Lessons(), dict[int, Judged]()
        for chain in self.article.chains:
            number = self.world.number(chain.position)
            earlier = passed.until(number)
            if earlier and self.is_kept(earlier, passed, lessons):
                judged = self.relocated(earlier, chain)
            else:
                judged = self.judge(chain, lessons, allowed)
            found[number] = judged
            lessons = lessons.after(judged.lessons)
            self.steps += judged.steps
        if self.steps > Meter(self.article.letters).limit:
            raise InFull
        self.world.judged[allowed] = found
        equalities = [equality for judged in found.values() for equality in judged.equalities]
        return equalities, Facts(self.world.stated, lessons)

    # What is kept

    def is_kept(self, judged: Judged, passed: Passed, lessons: Lessons) -> bool:
        """Whether all that a chain's verdicts were read from is as it was."""
        if any(lesson.changes_facts for lesson in judged.lessons) or self.others(judged.chains):
            return False
        return all(self.is_answered(question, passed, lessons) for question in judged.asked)

    def is_answered(self, question: Question, passed: Passed, lessons: Lessons) -> bool:
        """Whether a question has the answer that it had."""
        assert self.before
        match question:
            case ("passage", int(start), int(end)):
                return self.edit.leaves(start, end)
            case ("place", int(offset)):
                return offset < self.edit.start or (self.has_lines and offset > self.next_line)
            case ("any lesson", kind):
                return passed.lessons.has_any(kind) == lessons.has_any(kind)
            case ("lesson" | "lessons", kind, *about):
                return every(passed.lessons, kind, *about) == every(lessons, kind, *about)
            case ("long", text):
                return text not in self.long
            case ("any long",):
                return bool(self.before.stated.numerals.long) == bool(self.world.stated.numerals.long)
            case ("miscopied", str(text)):
                old, new = self.before.stated.numerals, self.world.stated.numerals
                return old.miscopied(text) == new.miscopied(text)
            case ("worked", str(text)):
                old, new = self.before.stated.numerals, self.world.stated.numerals
                return old.is_worked(text) == new.is_worked(text)
            case ("knowledge" | "numerals" | "stated", _):
                return question not in self.changed
            case (str(name), *_) if name in TABLES:
                return question not in self.changed
        return False

    def others(self, count: int) -> bool:
        """Whether some of the first so many chains are others than before."""
        if not count:
            return False
        assert self.before
        old, new = (
            [world.number(chain.position) for chain in world.article.chains[:count]]
            for world in (self.before, self.world)
        )
        return old != new

    def relocated(self, judged: Judged, chain: ChainRead) -> Judged:
        """The verdicts on a chain, at the places where it stands now."""
        pairs = zip(judged.equalities, chain.sides, chain.sides[1:], strict=False)
        equalities = [
            replace(
                equality,
                left=left.side,
                right=right.side,
                at=None if equality.at is None else self.edit.moved(equality.at),
            )
            for equality, left, right in pairs
        ]
        asked = frozenset(map(self.moved, judged.asked))
        return replace(judged, equalities=equalities, asked=asked)

    def moved(self, question: Question) -> Question:
        """A question in the new text."""
        match question:
            case ("passage" | "place" as kind, *offsets):
                return (kind, *map(self.edit.moved, offsets))
        return question

    # What is judged

    def judge(self, chain: ChainRead, lessons: Lessons, allowed: frozenset[Allowance]) -> Judged:
        """The verdicts on a chain, and what they are read from."""
        if self.anew > self.most or self.is_over():
            raise InFull
        self.notes.begin()
        meter = Longest(self.article.letters)
        stated = watched_stated(self.world.stated, self.knowledge, self.numerals, meter, self.notes)
        known = WatchedLessons(lessons, self.notes)
        context = Context(Values(Facts(stated, known)), self.chains, allowed, known)
        equalities, taught, progress = [], list[Lesson](), Progress()
        for k in range(1, len(chain.sides)):
            ruling = Link(context, chain, k, progress).ruling()
            equalities.append(ruling.equality)
            taught += ruling.lessons
            context, progress = context.after(ruling.lessons), ruling.progress
        meter.begin()
        self.anew += meter.steps
        if meter.longest > NEARLY_LONG or meter.deepest > NEARLY_DEEP or any(one.code in SPENT for one in equalities):
            raise InFull
        return Judged(equalities, taught, frozenset(self.notes.asked), self.notes.chains, meter.steps)


class Passed:
    """The chains of the check before, as far as they were gone past, and what they had taught."""

    def __init__(self, judged: Mapping[int, Judged]) -> None:
        self.judged, self.lessons = judged, Lessons()
        self.waiting: Iterator[tuple[int, Judged]] = iter(judged.items())
        self.last: Sequence[Lesson] = ()

    def until(self, number: int) -> Judged | None:
        """The verdicts on a chain in the check before, once all in front of it are gone past; None where it was not
        there."""
        if number not in self.judged:
            return None
        for other, judged in self.waiting:
            self.lessons, self.last = self.lessons.after(self.last), judged.lessons
            if other == number:
                break
        return self.judged[number]


class Longest(Meter):
    """A meter that knows how many steps the longest equality took."""

    longest = 0

    def begin(self) -> None:
        self.longest = max(self.longest, self.steps - self.begun)
        super().begin()


def every(lessons: Lessons, kind: type[Lesson], about: Hashable = None) -> list[Lesson]:
    """The lessons of a kind, about a subject or any."""
    found, known = lessons.all(kind, about)
    return list(found[:known])
