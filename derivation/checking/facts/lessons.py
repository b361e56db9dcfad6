"""What a verdict teaches for those behind it: returned beside the verdict, never written by a question.

A log keeps the lessons in the order of the article and is only added to; `Lessons` is the log as far as one place, so
that asking about a pair of sides uses exactly what the pairs before it have taught.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from derivation.checking.facts.knowledge import Statement
from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import Key
from derivation.checking.reading.trees import Tree


@dataclass(frozen=True, slots=True)
class Lesson:
    """One thing that a verdict teaches; `about` is what it will be looked up by."""

    changes_facts: ClassVar[bool] = False
    """Whether shapes, formulas or values may be others from here on."""
    about: Hashable


@dataclass(frozen=True, slots=True)
class Rounded(Lesson):
    """A numeral, as printed, is known to be rounded."""


@dataclass(frozen=True, slots=True)
class Shortened(Lesson):
    """A numeral, as printed, was once the rounding of something worked, or of what could not be worked here: it may
    stand for more digits where it is put in, though it be too short to be recognized."""


@dataclass(frozen=True, slots=True)
class Used(Lesson):
    """Other values were worked from a quantity's printed value."""


@dataclass(frozen=True, slots=True)
class Confirmed(Lesson):
    """A quantity has led, directly or not, to what a section says: `about` is the section with the quantity."""


@dataclass(frozen=True, slots=True)
class Mistaken(Lesson):
    """The line that gives a quantity is wrong."""

    line: int


@dataclass(frozen=True, slots=True)
class PutIn(Lesson):
    """A value that no formula states was seen put in for a quantity, from its place on."""

    changes_facts: ClassVar[bool] = True
    tree: Tree
    position: Position


@dataclass(frozen=True, slots=True)
class Restated(Lesson):
    """Another value than the one stated was put in for a quantity: from its place on it may be the value."""

    changes_facts: ClassVar[bool] = True
    about: Key
    statement: Statement

    @property
    def position(self) -> Position:
        return self.statement.position


@dataclass(frozen=True, slots=True)
class Redefined(Lesson):
    """From a place on a quantity has another formula."""

    changes_facts: ClassVar[bool] = True
    position: Position


@dataclass(frozen=True, slots=True)
class RulesDropped(Lesson):
    """The article's general update rules are wrong, so its parameters are not held against them."""

    changes_facts: ClassVar[bool] = True
    about: Hashable = None


Kind = TypeVar("Kind", bound=Lesson)


class Log:
    """Lessons in the order in which they were taught, and where each kind and each subject stands among them."""

    def __init__(self, lessons: Sequence[Lesson] = ()) -> None:
        self.lessons: list[Lesson] = []
        self.places: dict[object, list[int]] = defaultdict(list)
        self.found: dict[object, list[Lesson]] = defaultdict(list)
        for lesson in lessons:
            self.append(lesson)

    def append(self, lesson: Lesson) -> None:
        place = len(self.lessons)
        self.lessons.append(lesson)
        for topic in (type(lesson), (type(lesson), lesson.about)):
            self.places[topic].append(place)
            self.found[topic].append(lesson)


class Lessons:
    """The first so many lessons of a log. What comes to be known later is added behind them, so they stay the same.

    >>> none = Lessons()
    >>> some = none.after([Rounded("0.33")])
    >>> none.has(Rounded, "0.33"), some.has(Rounded, "0.33")
    (False, True)
    """

    __slots__ = ("_count", "_log")

    def __init__(self, log: Log | None = None, count: int = 0) -> None:
        self._log, self._count = log or Log(), count

    def after(self, lessons: Sequence[Lesson]) -> Lessons:
        """What is known behind these lessons, too; what cannot be learnt twice is kept once."""
        log, count = self._log, self._count
        for lesson in lessons:
            if not lesson.changes_facts and Lessons(log, count).has(type(lesson), lesson.about):
                continue
            if count == len(log.lessons):
                log.append(lesson)
            elif log.lessons[count] is not lesson:  # the log has gone on otherwise
                log = Log(log.lessons[:count])
                log.append(lesson)
            count += 1
        return Lessons(log, count)

    def has(self, kind: type[Lesson], about: Hashable) -> bool:
        """Whether there is a lesson of a kind about a subject."""
        places = self._log.places.get((kind, about))
        return places is not None and places[0] < self._count

    def has_any(self, kind: type[Lesson]) -> bool:
        """Whether there is any lesson of a kind."""
        places = self._log.places.get(kind)
        return places is not None and places[0] < self._count

    def first(self, kind: type[Kind], about: Hashable) -> Kind | None:
        """The first lesson of a kind about a subject."""
        return self._log.found[kind, about][0] if self.has(kind, about) else None  # type: ignore[return-value]

    def all(self, kind: type[Kind], about: Hashable = None) -> tuple[Sequence[Kind], int]:
        """The lessons of a kind, about a subject or any, in order: a sequence, and how many of it are known here."""
        topic = kind if about is None else (kind, about)
        places = self._log.places.get(topic)
        return (self._log.found[topic], bisect_left(places, self._count)) if places else ((), 0)  # type: ignore[return-value]
