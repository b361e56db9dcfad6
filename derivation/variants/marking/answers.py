"""The table of answers: a row each student, a column each blank, in any order; whatever is wrong with it is told, all at once."""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..key import Key
from . import numerals
from .numerals import Numeral, Unreadable

STUDENT, ID = ("student", "name"), ("id", "variant")
MAXIMAL_FILE = 50_000_000
DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the table: the line (0 is the whole file), the column, what is the matter, and whether an answer was lost by it."""

    line: int
    column: str
    text: str
    loses: bool = True

    def told(self, source: str) -> str:
        """The remark as a line of text."""
        return f"{source}{f':{self.line}' if self.line else ''}: {f'column {self.column!r}: ' if self.column else ''}{self.text}"


@dataclass(frozen=True, slots=True)
class Row:
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
    rows: tuple[Row, ...]
    remarks: tuple[Remark, ...]


class NoTable(ValueError):
    """A file that is no table of answers, and why."""


def load_answers(path: Path, key: Key) -> Table:
    """The table in a file. Raises `NoTable`."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise NoTable(f"{path}: the answers cannot be read: {error.strerror or error}") from None
    if len(raw) > MAXIMAL_FILE:
        raise NoTable(f"{path}: the file is larger than {MAXIMAL_FILE // 1_000_000} MB")
    return read_answers(_decoded(raw, str(path)), key, str(path))


def _decoded(raw: bytes, source: str) -> str:
    """The text of a file as spreadsheets save it: UTF-8, UTF-16 with its mark, else Windows-1252."""
    try:
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    if "\0" in text:
        raise NoTable(f"{source}: this is no text; save the table as CSV")
    return text


def read_answers(text: str, key: Key, source: str = "<answers>") -> Table:
    """The table in a text. Raises `NoTable` where nobody's answers can be found in it."""
    return _Reader(text.removeprefix("\ufeff"), key, source).table()


@dataclass
class _Reader:
    text: str
    key: Key
    source: str
    remarks: list[Remark] = field(default_factory=list)

    def remark(self, line: int, column: str, text: str, loses: bool = True) -> None:
        self.remarks.append(Remark(line, column, text, loses))

    def table(self) -> Table:
        lines = self.lines()
        first, header = next(lines, (0, []))
        if not header:
            raise NoTable(f"{self.source}: the table is empty; its first line names the columns: student, id, and the blanks")
        columns = self.columns(first, header)
        rows = [self.row(line, cells, columns, len(header)) for line, cells in lines if any(cell.strip() for cell in cells)]
        if not rows:
            self.remark(0, "", "there is no row of answers", loses=False)
        self.check_students(rows)
        if rows and not any(row.id in self.key.variants for row in rows):
            self.remark(0, "id", f"none of the variants is in {self.key.source}; is this the key of another exercise or seed?")
        return Table(self.source, tuple(rows), tuple(sorted(self.remarks, key=lambda remark: (remark.line, remark.column))))

    def lines(self) -> Iterator[tuple[int, list[str]]]:
        """(line, cells) of each row; the delimiter is what the header uses most, brackets left out, or what a first line `sep=;` says."""
        text, skipped = self.text, 0
        said = re.match(r"\s*sep=(.)\r?\n", text)
        if said:
            text, skipped = text[said.end() :], 1
        header = re.sub(r"\[[^\]]*\]|\"[^\"]*\"", "", text.lstrip().partition("\n")[0])
        delimiter = said[1] if said else max(DELIMITERS, key=header.count)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
        last = skipped + 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells) or last > skipped + 1:
                    yield last, cells
                last = reader.line_num + skipped + 1
        except csv.Error as error:
            raise NoTable(f"{self.source}:{last}: this is no CSV: {error}") from None

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
                near = difflib.get_close_matches(_folded(title), known, 1)
                self.remark(line, title.strip(), f"there is no such blank{f'; is {known[near[0]]!r} meant?' if near else ''}; the column is left out", False)
            elif name in found:
                self.remark(line, title.strip(), "this column stands there twice; the first one counts")
            elif name:
                found[name] = place
        if "id" not in found:
            raise NoTable(f"{self.source}:{line}: there is no column 'id'; it holds the variant's id, as printed on the sheet")
        if "student" not in found:
            self.remark(line, "student", "there is no such column; students are called by their lines", loses=False)
        missing = [blank for blank in blanks if blank not in found]
        if missing == blanks:
            raise NoTable(f"{self.source}:{line}: no column is called like a blank of {self.key.source}; they are called {', '.join(blanks[:3])} and so on")
        if missing:
            self.remark(line, "", f"no column for {', '.join(missing)}; counted as left blank", loses=False)
        return found

    def row(self, line: int, cells: list[str], columns: dict[str, int], width: int) -> Row:
        """One row. Where it has more cells than the header, nobody knows which is which, and none of its answers is read."""
        while len(cells) > width and not cells[-1].strip():
            cells = cells[:-1]
        too_many = len(cells) > width
        written = {name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()}
        student, variant = written.pop("student", "") or f"line {line}", written.pop("id")
        if too_many:
            hint = "put decimal commas in quotes, or part the columns by semicolons"
            self.remark(line, "", f"{student} has {len(cells)} cells where the header has {width}: {hint}; the answers of this row are not read")
        elif variant not in self.key.variants:
            near = difflib.get_close_matches(variant, self.key.variants, 1)
            told = f"no variant is called {variant!r}" if variant else "no variant is named"
            self.remark(line, "id", f"{told}{f'; is {near[0]!r} meant?' if near else ''}; {student} is not marked")
        read = dict[str, Numeral]()
        unreadable = set(written) if too_many else set[str]()
        for name, cell in {} if too_many else written.items():
            try:
                numeral = numerals.read(cell)
            except Unreadable as fault:
                unreadable.add(name)
                self.remark(line, name, f"{cell[:40]!r} {fault}")
            else:
                read |= {name: numeral} if numeral else {}
        return Row(line, student, variant, written, read, frozenset(unreadable))

    def check_students(self, rows: list[Row]) -> None:
        for student, count in Counter(row.student for row in rows).items():
            if count > 1:
                lines = ", ".join(str(row.line) for row in rows if row.student == student)
                self.remark(0, "student", f"{student} stands in lines {lines}; each is marked on its own", loses=False)


def _folded(title: str) -> str:
    """A column's title without what people change: spaces, capitals of words, and the sign of the derivative."""
    plain = re.sub(r"\s+", "", title).replace("∂", "d")
    return plain.lower() if plain.lower() in (*STUDENT, *ID) else plain


def _rejoined(header: list[str]) -> list[str]:
    """Titles that were cut at a comma within their brackets, put together again: `dL/dW1[1` and `2]`."""
    found = list[str]()
    for title in header:
        if found and "[" in found[-1] and "]" not in found[-1]:
            found[-1] += "," + title
        else:
            found.append(title)
    return found
