"""What the verdicts on one chain are read from. Everything that a judge asks of an article goes through one of these,
each of which notes the question; a chain need not be judged anew while no answer to its questions has changed.

What is not known here by name is noted as a whole (`text`: all of an article's text), so a question that is new makes
more be judged anew, never less.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cached_property
from typing import Any

from derivation.checking.article import Article
from derivation.checking.facts.knowledge import ChainRead, Knowledge
from derivation.checking.facts.lessons import Lesson, Lessons
from derivation.checking.facts.meter import Meter
from derivation.checking.facts.numerals import Numerals
from derivation.checking.facts.stated import Stated
from derivation.checking.sources.source import Source

Question = tuple[Any, ...]
TABLES = ("formulas", "values", "sets", "functions", "symbols", "patterns")
"""The tables of `Knowledge`, by key."""


def found_once(kind: type) -> tuple[str, ...]:
    """What objects of a kind find out once, when they are first asked."""
    return tuple(name for name, held in vars(kind).items() if isinstance(held, cached_property))


OF_KNOWLEDGE, OF_NUMERALS, OF_STATED = map(found_once, (Knowledge, Numerals, Stated))


class Notes:
    """The questions that are asked while one chain is judged."""

    def __init__(self) -> None:
        self.asked: set[Question] = set()
        self.chains = 0
        """How many of the article's chains were looked at, from the first."""

    def begin(self) -> None:
        """The next chain."""
        self.asked, self.chains = set(), 0

    def note(self, *question: Any) -> None:
        self.asked.add(question)


class Table(dict[Any, Any]):
    """A table of what an article says: a question by its key, or, where it is gone through, by its name alone."""

    def __init__(self, name: str, rows: Mapping[Any, Any], notes: Notes) -> None:
        super().__init__(rows)
        self.name, self.notes = name, notes

    def get(self, key: Any, default: Any = None) -> Any:
        self.notes.note(self.name, key)
        return super().get(key, default)

    def __getitem__(self, key: Any) -> Any:
        self.notes.note(self.name, key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.notes.note(self.name, key)
        return super().__contains__(key)

    def __iter__(self) -> Iterator[Any]:
        self.notes.note(self.name)
        return super().__iter__()

    def __len__(self) -> int:
        self.notes.note(self.name)
        return super().__len__()

    def keys(self) -> Any:
        self.notes.note(self.name)
        return super().keys()

    def values(self) -> Any:
        self.notes.note(self.name)
        return super().values()

    def items(self) -> Any:
        self.notes.note(self.name)
        return super().items()


class Longs(frozenset[str]):
    """The numerals that can only be roundings: a question by each, or whether there are any."""

    notes: Notes

    def __contains__(self, text: object) -> bool:
        self.notes.note("long", text)
        return super().__contains__(text)

    def __bool__(self) -> bool:
        self.notes.note("any long")
        return len(self) > 0


class WatchedKnowledge(Knowledge):
    """An article's knowledge, its tables and what is found out from them as questions."""

    whole: Knowledge
    notes: Notes


def watched_knowledge(whole: Knowledge, notes: Notes) -> Knowledge:
    given = {field.name: getattr(whole, field.name) for field in fields(Knowledge)}
    made = WatchedKnowledge(**given | {name: Table(name, given[name], notes) for name in TABLES})
    made.__dict__.update(whole=whole, notes=notes)
    return made


class WatchedNumerals(Numerals):
    """An article's numerals, as questions."""

    def __init__(self, whole: Numerals, notes: Notes) -> None:
        self.whole, self.notes = whole, notes
        self.values = Table("values", whole.values, notes)
        self.chains = Chains(whole.chains, notes)  # type: ignore[assignment]
        self.long = long = Longs(whole.long)
        long.notes = notes

    def is_worked(self, text: str) -> bool:
        self.notes.note("worked", text)
        return self.whole.is_worked(text)

    def miscopied(self, text: str) -> str | None:
        self.notes.note("miscopied", text)
        return self.whole.miscopied(text)


class WatchedStated(Stated):
    """What an article states, as questions."""

    whole: Stated
    notes: Notes


def watched_stated(whole: Stated, knowledge: Knowledge, numerals: Numerals, meter: Meter, notes: Notes) -> Stated:
    """The same with nothing remembered, so that each chain asks for itself."""
    made = WatchedStated(knowledge, numerals, meter, whole.rules)
    made.__dict__.update(whole=whole, notes=notes)
    return made


def noted(area: str, name: str) -> property:
    """Something that is found out once from all of an article: a question by its name."""

    def answer(watched: Any) -> Any:
        watched.notes.note(area, name)
        return getattr(watched.whole, name)

    return property(answer)


class WatchedLessons(Lessons):
    """What the verdicts before have taught, as questions."""

    __slots__ = ("notes",)

    def __init__(self, lessons: Lessons, notes: Notes) -> None:
        super().__init__(lessons._log, lessons._count)
        self.notes = notes

    def after(self, lessons: Sequence[Lesson]) -> Lessons:
        return WatchedLessons(super().after(lessons), self.notes)

    def has(self, kind: type[Lesson], about: Hashable) -> bool:
        self.notes.note("lesson", kind, about)
        return super().has(kind, about)

    def has_any(self, kind: type[Lesson]) -> bool:
        self.notes.note("any lesson", kind)
        return super().has_any(kind)

    def all(self, kind: Any, about: Hashable = None) -> tuple[Sequence[Any], int]:
        if about is None:
            self.notes.note("lessons", kind)
        else:
            self.notes.note("lesson", kind, about)
        return super().all(kind, about)


class Chains(Sequence[ChainRead]):
    """An article's chains; how far they are gone through is the question."""

    def __init__(self, chains: Sequence[ChainRead], notes: Notes) -> None:
        self.whole, self.notes = chains, notes

    def __len__(self) -> int:
        self.notes.chains = len(self.whole)
        return len(self.whole)

    def __getitem__(self, place: Any) -> Any:
        self.notes.chains = len(self.whole)
        return self.whole[place]

    def __iter__(self) -> Iterator[ChainRead]:
        for count, chain in enumerate(self.whole, 1):
            self.notes.chains = max(self.notes.chains, count)
            yield chain


class WatchedSource(Source):
    """An article's text: a question by the passage that is read, or, where it is read otherwise, all of it; and in which
    line a place is."""

    whole: Source
    notes: Notes

    def passage(self, start: int, end: int) -> str:
        self.notes.note("passage", start, end)
        return self.whole.text[start:end]

    def place(self, offset: int) -> tuple[int, int]:
        self.notes.note("place", offset)
        return self.whole.place(offset)


def watched_source(whole: Source) -> Source:
    """The text with its questions noted; as it is where it is not what the file has."""
    if type(whole) is not Source or whole.blocks:
        return whole
    made = WatchedSource.__new__(WatchedSource)
    made.__dict__.update(path=whole.path, file=whole.file, blocks=whole.blocks, whole=whole, notes=Notes())
    return made


def notes_of(article: Article) -> Notes:
    """Where the questions about an article are noted."""
    found: Notes = article.source.notes  # type: ignore[attr-defined]
    return found


WATCHED = (
    (WatchedKnowledge, "knowledge", OF_KNOWLEDGE),
    (WatchedNumerals, "numerals", OF_NUMERALS),
    (WatchedStated, "stated", OF_STATED),
    (WatchedSource, "source", ("text",)),
)
for kind, area, names in WATCHED:
    for own in names:
        setattr(kind, own, noted(area, own))
