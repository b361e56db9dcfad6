"""A class list: a CSV file with a name for each sheet, and perhaps an identity number."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

NAMES = ("name", "student", "full name")
IDENTITIES = ("id", "student id", "number", "matriculation")
SEPARATORS = ",;\t"


class RosterError(ValueError):
    """A class list that cannot be used; the text has a line for each problem."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the list; `identity` may be empty."""

    name: str
    identity: str = ""

    @property
    def label(self) -> str:
        """As printed on the sheet."""
        return f"{self.name} ({self.identity})" if self.identity else self.name


def read_roster(source: str, text: str) -> tuple[Person, ...]:
    """The people of a class list, in its order. Raises `RosterError` with the row and column of everything that is wrong.

    >>> read_roster("class.csv", "id;name\\n17;Ada\\n18;Emmy")
    (Person(name='Ada', identity='17'), Person(name='Emmy', identity='18'))
    >>> read_roster("class.csv", "name\\nAda\\n\\nAda")
    Traceback (most recent call last):
    derivation.variants.roster.RosterError: class.csv:4: 'Ada' stands in row 2 already; tell them apart by a column 'id'
    """
    lines = text.lstrip("\ufeff").splitlines()
    if not lines:
        raise RosterError(f"{source}:1: the list is empty; expected a first row with the columns, such as name,id")
    separator = max(SEPARATORS, key=lines[0].count)
    rows = csv.reader(io.StringIO("\n".join(lines)), delimiter=separator)
    heads = [head.strip().lower() for head in next(rows)]
    name = next((heads.index(head) for head in NAMES if head in heads), None)
    identity = next((heads.index(head) for head in IDENTITIES if head in heads), None)
    if name is None:
        raise RosterError(f"{source}:1: there is no column 'name'; found {', '.join(filter(None, heads)) or 'none'}")
    people: dict[Person, int] = {}
    problems: list[str] = []
    for cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        person = Person(*(cells[place].strip() if place is not None and place < len(cells) else "" for place in (name, identity)))
        before = next((row for other, row in people.items() if other == person or (person.identity and other.identity == person.identity)), None)
        if not person.name:
            problems.append(f"{source}:{rows.line_num}: column {heads[name]!r} is empty")
        elif before:
            problems.append(f"{source}:{rows.line_num}: {person.label!r} stands in row {before} already; tell them apart by a column 'id'")
        else:
            people[person] = rows.line_num
    if problems:
        raise RosterError("\n".join(problems))
    if not people:
        raise RosterError(f"{source}:2: there is nobody on the list; a row each, such as Ada,17")
    return tuple(people)
