"""Tables as spreadsheets write them and as they may safely be opened in one: class lists, answers, keys, marks."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from derivation.exercises.numerals import is_number
from derivation.words.telling import tell

MAXIMAL_FILE = 50_000_000
DELIMITERS = ",;\t"
LONGEST = 200
"""Letters of a name."""
FORMULA = r"(?=[ ']*[=+\-@＝＋－＠﹢﹣−])"
"""What a spreadsheet takes for the beginning of a formula wherever it takes a cell to begin; where its list separator
is a semicolon, that is also behind each of those, whatever the quotes say."""
HARMLESS = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?|[a-z\d][\w.,/\[\]() -]*", re.ASCII | re.IGNORECASE)
"""Most cells, at a glance."""
END = ["\0"]
"""A last line of our own, which is a row of its own unless a quote is open; no text holds its letter."""
UNSAFE, GUARDED = re.compile(rf"(\A|;){FORMULA}"), re.compile(rf"(\A|;)'{FORMULA}")


class NoTable(ValueError):
    """A file that is no table, and why."""


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: a quote stands before what begins like one and is no number.

    >>> [guarded(cell) for cell in ("=1+2", "-1.5", "@SUM(1)", "Ada;=1+2", "Ada")]
    ["'=1+2", '-1.5', "'@SUM(1)", "Ada;'=1+2", 'Ada']
    """
    return UNSAFE.sub(r"\1'", cell) if UNSAFE.search(cell) and not is_number(cell) else cell


def unguarded(cell: str) -> str:
    """The cell that was guarded.

    >>> [unguarded(guarded(cell)) for cell in ("=1+2", "-1.5", "'=1", "'t Hooft")]
    ['=1+2', '-1.5', "'=1", "'t Hooft"]
    """
    return GUARDED.sub(r"\1", cell)


def table(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as CSV, in UTF-8; each cell on one line, and none that a spreadsheet would take for a formula."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(map(_cells, rows))
    return text.getvalue().encode()


def _cells(row: Sequence[object]) -> list[object]:
    return [cell if not isinstance(cell, str) or HARMLESS.fullmatch(cell) else guarded(line(cell)) for cell in row]


def line(cell: str) -> str:
    """A cell as it may be printed: on one line, without letters that cannot be seen.

    >>> line(" Ada \\x1b[31m\\n Lovelace ")
    'Ada [31m Lovelace'
    """
    text = " ".join(cell.split())
    return text if text.isprintable() else "".join(filter(str.isprintable, text))


def short(cell: str) -> str:
    """The same, and not without end."""
    text = line(cell[: 4 * LONGEST])
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def load(path: Path, otherwise: str = "") -> str:
    """The text of a file: UTF-8, UTF-16 with its mark, else in the encoding that is given. Raises `NoTable`."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAXIMAL_FILE + 1)
    except OSError as error:
        raise NoTable(tell("tables.unreadable", path=path, why=error.strerror or error)) from None
    if len(raw) > MAXIMAL_FILE:
        raise NoTable(tell("tables.too_large", path=path, megabytes=MAXIMAL_FILE // 1_000_000))
    text = _decoded(raw, str(path), otherwise)
    if "\0" in text:
        raise NoTable(tell("tables.no_text", path=path))
    return text


def _decoded(raw: bytes, source: str, otherwise: str) -> str:
    try:
        return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        if not otherwise:
            raise NoTable(tell("tables.not_utf8", source=source)) from None
        return raw.decode(otherwise, "replace")


def cells(source: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of each row that is not empty, quotes of `guarded` taken away; columns are parted by what the first
    row uses most, brackets and quotes left out, or by what a first line `sep=;` says.

    Raises `NoTable` with the line where a quote is never closed, or a cell is longer than a cell may be.

    >>> list(cells("c.csv", "name;id\\n\\n'=Ada;1"))
    [(1, ['name', 'id']), (3, ['=Ada', '1'])]
    """
    text = text.removeprefix("\ufeff")
    said = re.match(r"\s*sep=([^\w\s\"']|\t)\r?\n", text)
    skipped = text.count("\n", 0, said.end()) if said else 0
    text = text[said.end() :] if said else text
    header = re.sub(r"\[[^\]]*\]|\"[^\"]*\"", "", text.lstrip().partition("\n")[0])
    delimiter = said[1] if said else max(DELIMITERS, key=header.count)
    rows = csv.reader(chain(io.StringIO(text, newline=""), END), delimiter=delimiter, skipinitialspace=True)
    place = skipped + 1
    try:
        for row in rows:
            if any(cell.strip() for cell in row if row != END):
                if row[-1].endswith(END[0]):
                    raise NoTable(tell("tables.open_quote", source=source, line=place))
                yield place, [unguarded(cell) for cell in row]
            place = rows.line_num + skipped + 1
    except csv.Error as error:
        raise NoTable(tell("tables.no_csv", source=source, line=place, why=error)) from None
