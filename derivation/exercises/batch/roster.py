"""A class list: a CSV file with a name for each sheet, and perhaps an identity number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from derivation.exercises.spreadsheet import LONGEST, NoTable, cells, line, load
from derivation.words.telling import tell

NAMES = ("name", "student", "full name")
IDENTITIES = ("id", "student id", "number", "matriculation")
TOLD = 20
"""Problems that are told of all."""


class RosterError(NoTable):
    """A class list that cannot be used; the text has a line for each problem."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the list; `identity` may be empty; `line` is where."""

    name: str
    identity: str = ""
    line: int = field(default=0, compare=False, repr=False)

    @property
    def label(self) -> str:
        """As printed on the sheet."""
        return f"{self.name} ({self.identity})" if self.identity else self.name


def load_roster(path: Path) -> tuple[Person, ...]:
    """The people of the class list in a file. Raises `spreadsheet.NoTable`."""
    return read_roster(str(path), load(path))


def read_roster(source: str, text: str) -> tuple[Person, ...]:
    """The people of a class list, in its order. Raises `RosterError` with the row and column of everything that is
    wrong.

    >>> read_roster("class.csv", "id;name\\n17;Ada\\n18;Emmy")
    (Person(name='Ada', identity='17'), Person(name='Emmy', identity='18'))
    >>> read_roster("class.csv", "name\\nAda\\n\\nAda")  # doctest: +NORMALIZE_WHITESPACE
    Traceback (most recent call last):
    derivation.exercises.batch.roster.RosterError: class.csv:4: 'Ada' stands in row 2 already; tell them apart by a
    column 'id'
    """
    rows = cells(source, text)
    _, head = next(rows, (1, []))
    if not head:
        raise RosterError(tell("roster.empty", source=source))
    heads = [title.strip().lower() for title in head]
    name, identity = (
        next((heads.index(title) for title in titles if title in heads), None) for titles in (NAMES, IDENTITIES)
    )
    if name is None:
        found = ", ".join(filter(None, heads)) or tell("roster.none")
        raise RosterError(tell("roster.no_name", source=source, found=found))

    def cell(row: list[str], place: int | None) -> str:
        return line(row[place]) if place is not None and place < len(row) else ""

    people = [Person(cell(row, name), cell(row, identity), place) for place, row in rows]
    problems = [
        f"{source}:{place}: {problem}" for place, problem in sorted((*_single(people, heads[name]), *_repeated(people)))
    ]
    if problems:
        more = [tell("roster.more", source=source, count=len(problems) - TOLD)] if len(problems) > TOLD else []
        raise RosterError("\n".join([*problems[:TOLD], *more]))
    if not people:
        raise RosterError(tell("roster.nobody", source=source))
    return tuple(people)


def _single(people: list[Person], head: str) -> Iterator[tuple[int, str]]:
    """(line, problem) of everybody who cannot be printed."""
    for person in people:
        if not person.name:
            yield person.line, tell("roster.blank", column=head)
        elif len(person.label) > LONGEST:
            yield person.line, tell("roster.too_long", label=person.label[:40], most=LONGEST)


def _repeated(people: list[Person]) -> Iterator[tuple[int, str]]:
    """(line, problem) of everybody who stands there again: by their number, where they have one, else by their name."""
    found = dict[tuple[str, str], list[Person]]()
    for person in people:
        if person.name:
            found.setdefault(("id", person.identity) if person.identity else ("name", person.name), []).append(person)
    for first, *others in found.values():
        if others:
            again = others[0]
            more = tell("roster.repeated_more", count=len(others) - 1) if len(others) > 1 else ""
            yield again.line, tell("roster.repeated", label=again.label, line=first.line, more=more)
