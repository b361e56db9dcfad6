"""The table of answers: a row each student, a column each blank, in any order; whatever is wrong with it is told, all
at once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from derivation.exercises import numerals
from derivation.exercises.key import Key, read_number
from derivation.exercises.numerals import NoNumeral, Numeral
from derivation.exercises.spreadsheet import NoTable, cells, load, short
from derivation.formulas.decimals import terminating
from derivation.words.language import preferring
from derivation.words.telling import tell

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
        line, column = f":{self.line}" if self.line else "", self.column and tell("answers.column", column=self.column)
        return tell("answers.told", source=source, line=line, column=column, text=self.text)


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
            raise NoTable(tell("answers.empty", source=self.source))
        columns = self.columns(first, header)
        rows = [self.row(line, row, columns, len(header)) for line, row in lines]
        if not rows:
            self.remark(0, "", tell("answers.no_row"), loses=False)
        self.check_students(rows)
        if rows and not any(row.id in self.key.variants for row in rows):
            self.remark(0, "id", tell("answers.other_key", key=self.key.source))
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
                meant = tell("answers.near", near=known[near]) if near else ""
                self.remark(line, title.strip(), tell("answers.no_blank", near=meant), loses=False)
            elif name in found:
                self.remark(line, title.strip(), tell("answers.twice"))
            elif name:
                found[name] = place
        if "id" not in found:
            raise NoTable(tell("answers.no_id", source=self.source, line=line))
        if "student" not in found:
            self.remark(line, "student", tell("answers.no_student"), loses=False)
        missing = [blank for blank in blanks if blank not in found]
        if missing == blanks:
            known_blanks = ", ".join(blanks[:3])
            raise NoTable(
                tell("answers.no_blanks", source=self.source, line=line, key=self.key.source, known=known_blanks)
            )
        if missing:
            self.remark(line, "", tell("answers.missing", blanks=", ".join(missing)), loses=False)
        return found

    def row(self, line: int, row: list[str], columns: dict[str, int], width: int) -> StudentAnswers:
        """One row. Where it has more cells than the header, nobody knows which is which, and none of its answers is
        read."""
        while len(row) > width and not row[-1].strip():
            row = row[:-1]
        too_many = len(row) > width
        written = {name: short(row[place]) if place < len(row) else "" for name, place in columns.items()}
        student, variant = written.pop("student", "") or tell("answers.line", line=line), written.pop("id")
        if too_many:
            self.remark(line, "", tell("answers.too_many_cells", student=student, found=len(row), expected=width))
        elif variant not in self.key.variants:
            near = self.meant(variant, self.key.variants)
            meant, code = tell("answers.near", near=near) if near else "", "no_variant" if variant else "unnamed"
            self.remark(line, "id", tell(f"answers.{code}", id=variant[:40], near=meant, student=student))
        read = dict[str, Numeral]()
        unreadable = set(written) if too_many else set[str]()
        mark = numerals.decimal_mark(written.values(), self.key.page.decimal)
        for name, cell in {} if too_many else written.items():
            try:
                numeral = numerals.read(cell, mark)
            except NoNumeral as fault:
                unreadable.add(name)
                self.remark(line, name, tell("answers.cell", cell=cell[:40], fault=fault))
            else:
                read |= {name: numeral} if numeral else {}
                self.question(line, variant, name, cell, numeral)
        return StudentAnswers(line, student, variant, written, read, frozenset(unreadable))

    def question(self, line: int, variant: str, name: str, cell: str, numeral: Numeral | None) -> None:
        """Says how a number was read that could be another one, where that would be the right answer."""
        other = numerals.other_reading(cell)
        form = self.key.variants.get(variant)
        blank = next((blank for blank in form.blanks if blank.key == name), None) if form else None
        if numeral is None or other is None or blank is None:
            return
        low, high = read_number(blank.low), read_number(blank.high)
        if low <= other <= high and not low <= numeral.value <= high:
            read = terminating(numeral.value) or str(numeral.value)
            self.remark(line, name, tell("answers.read_as", cell=cell[:40], read=read, other=str(other)), loses=False)

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
                more = tell("answers.repeated_more", count=len(found) - LISTED) if len(found) > LISTED else ""
                lines_named = ", ".join(map(str, found[:LISTED]))
                told = tell("answers.repeated", student=student, lines=lines_named, more=more)
                self.remark(0, "student", told, loses=False)


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
