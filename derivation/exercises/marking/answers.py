"""The table of answers: a row each student, a column each blank, in any order; whatever is wrong with it is told, all
at once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from derivation.exercises import numerals
from derivation.exercises.key import Key
from derivation.exercises.numerals import NoNumeral, Numeral
from derivation.exercises.spreadsheet import NoTable, cells, load, short
from derivation.words.telling import preferring

STUDENT, ID = ("student", "name"), ("id", "variant")
GUESSED = 20
"""Unknown names up to which it is said which one may be meant."""
LISTED = 3
"""Lines that are named of all in which a student stands."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the table: the line (0 is the whole file), the column, what is the matter, and whether an answer
    was lost by it."""

    line: int
    column: str
    text: str
    loses: bool = True

    def told(self, source: str) -> str:
        """The remark as a line of text."""
        return (
            f"{source}{f':{self.line}' if self.line else ''}: "
            f"{f'column {self.column!r}: ' if self.column else ''}{self.text}"
        )


@dataclass(frozen=True, slots=True)
class StudentAnswers:
    """One student's answers: the cells as written by the key of their blanks, and the numbers that could be read."""

    line: int
    student: str
    id: str
    cells: Mapping[str, str]
    numerals: Mapping[str, Numeral]
    unreadable: frozenset[str]


@dataclass(frozen=True, slots=True)
class Table:
    """All rows, and all remarks."""

    source: str
    rows: tuple[StudentAnswers, ...]
    remarks: tuple[Remark, ...]


def load_answers(path: Path, key: Key) -> Table:
    """The table in a file. Raises `NoTable`."""
    return read_answers(load(path, "cp1252"), key, str(path))


def read_answers(text: str, key: Key, source: str = "<answers>") -> Table:
    """The table in a text. Raises `NoTable` where nobody's answers can be found in it."""
    with preferring(key.page.language):
        return _AnswersReader(text, key, source).table()


@dataclass
class _AnswersReader:
    text: str
    key: Key
    source: str
    remarks: list[Remark] = field(default_factory=list)
    unknown: int = 0

    def remark(self, line: int, column: str, text: str, loses: bool = True) -> None:
        self.remarks.append(Remark(line, column, text, loses))

    def table(self) -> Table:
        lines = cells(self.source, self.text)
        first, header = next(lines, (0, []))
        if not header:
            raise NoTable(
                f"{self.source}: the table is empty; its first line names the columns: student, id, and the blanks"
            )
        columns = self.columns(first, header)
        rows = [self.row(line, row, columns, len(header)) for line, row in lines]
        if not rows:
            self.remark(0, "", "there is no row of answers", loses=False)
        self.check_students(rows)
        if rows and not any(row.id in self.key.variants for row in rows):
            self.remark(
                0, "id", f"none of the variants is in {self.key.source}; is this the key of another exercise or seed?"
            )
        return Table(
            self.source, tuple(rows), tuple(sorted(self.remarks, key=lambda remark: (remark.line, remark.column)))
        )

    def columns(self, line: int, header: list[str]) -> dict[str, int]:
        """Which column holds what: `student`, `id`, and the blanks by their keys."""
        header[:] = _rejoined(header)
        blanks = list(dict.fromkeys(blank.key for variant in self.key.variants.values() for blank in variant.blanks))
        known = {_folded(blank): blank for blank in blanks}
        known |= {word: words[0] for words in (STUDENT, ID) for word in words if word not in known}
        found: dict[str, int] = {}
        for place, title in enumerate(header):
            name = known.get(_folded(title))
            if name is None and title.strip():
                near = self.meant(_folded(title), known)
                self.remark(
                    line,
                    title.strip(),
                    f"there is no such blank{f'; is {known[near]!r} meant?' if near else ''}; the column is left out",
                    False,
                )
            elif name in found:
                self.remark(line, title.strip(), "this column stands there twice; the first one counts")
            elif name:
                found[name] = place
        if "id" not in found:
            raise NoTable(
                f"{self.source}:{line}: there is no column 'id'; it holds the variant's id, as printed on the sheet"
            )
        if "student" not in found:
            self.remark(line, "student", "there is no such column; students are called by their lines", loses=False)
        missing = [blank for blank in blanks if blank not in found]
        if missing == blanks:
            raise NoTable(
                f"{self.source}:{line}: no column is called like a blank of {self.key.source}; they are called "
                f"{', '.join(blanks[:3])} and so on"
            )
        if missing:
            self.remark(line, "", f"no column for {', '.join(missing)}; counted as left blank", loses=False)
        return found

    def row(self, line: int, row: list[str], columns: dict[str, int], width: int) -> StudentAnswers:
        """One row. Where it has more cells than the header, nobody knows which is which, and none of its answers is
        read."""
        while len(row) > width and not row[-1].strip():
            row = row[:-1]
        too_many = len(row) > width
        written = {name: short(row[place]) if place < len(row) else "" for name, place in columns.items()}
        student, variant = written.pop("student", "") or f"line {line}", written.pop("id")
        if too_many:
            hint = "put decimal commas in quotes, or part the columns by semicolons"
            self.remark(
                line,
                "",
                f"{student} has {len(row)} cells where the header has {width}: {hint}; the answers of this row are "
                f"not read",
            )
        elif variant not in self.key.variants:
            near = self.meant(variant, self.key.variants)
            told = f"no variant is called {variant[:40]!r}" if variant else "no variant is named"
            self.remark(line, "id", f"{told}{f'; is {near!r} meant?' if near else ''}; {student} is not marked")
        read = dict[str, Numeral]()
        unreadable = set(written) if too_many else set[str]()
        mark = numerals.decimal_mark(written.values(), self.key.page.decimal)
        for name, cell in {} if too_many else written.items():
            try:
                numeral = numerals.read(cell, mark)
            except NoNumeral as fault:
                unreadable.add(name)
                self.remark(line, name, f"{cell[:40]!r} {fault}")
            else:
                read |= {name: numeral} if numeral else {}
        return StudentAnswers(line, student, variant, written, read, frozenset(unreadable))

    def meant(self, name: str, known: Iterable[str]) -> str:
        """The known name that is nearest to an unknown one; nothing where none is near, or many have been unknown."""
        self.unknown += 1
        near = difflib.get_close_matches(name[:80], known, 1) if self.unknown <= GUESSED else []
        return near[0] if near else ""

    def check_students(self, rows: list[StudentAnswers]) -> None:
        lines = dict[str, list[int]]()
        for row in rows:
            lines.setdefault(row.student, []).append(row.line)
        for student, found in lines.items():
            if len(found) > 1:
                more = f" and {len(found) - LISTED} more" if len(found) > LISTED else ""
                self.remark(
                    0,
                    "student",
                    f"{student} stands in lines {', '.join(map(str, found[:LISTED]))}{more}; each is marked on its own",
                    loses=False,
                )


def _folded(title: str) -> str:
    """A column's title without what people change: spaces, capitals of words, and the sign of the derivative."""
    plain = re.sub(r"\s+", "", title).replace("∂", "d")
    return plain.lower() if plain.lower() in (*STUDENT, *ID) else plain


def _rejoined(header: list[str]) -> list[str]:
    """Titles that were cut at a comma within their brackets, put together again: `dL/dW1[1` and `2]`."""
    found, is_open = list[str](), False
    for title in header:
        if is_open:
            found[-1] += "," + title
        else:
            found.append(title)
        is_open = is_open != ("[" in title) and "]" not in title
    return found
