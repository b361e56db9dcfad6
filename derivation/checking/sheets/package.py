"""The cells of an `.xlsx` file: its package is read part by part with nothing followed that leads out of it.

What is read is bounded beforehand: bytes that are unpacked, cells, formulas. A part that declares entities is refused,
macros and links to other files are never opened.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.parsers import expat

from derivation.checking.sheets.cells import Area, Cell, Fault, Formula, Place, Value, Workbook, column_of
from derivation.checking.sources.source import MAXIMAL_SIZE, UnreadableArticle
from derivation.system.streams import spelled
from derivation.words.telling import tell

MAXIMAL_UNPACKED = 200_000_000
"""Bytes of all parts that are read."""
MAXIMAL_CELLS, MAXIMAL_FORMULAS = 1_000_000, 100_000
CHUNK = 1 << 16
COMPOUND = b"\xd0\xcf\x11\xe0"
"""How older workbooks begin, and those with a password."""
ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})", re.ASCII)

DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, expat.ExpatError, struct.error, EOFError, NotImplementedError, RuntimeError),
    *(LookupError, ValueError, OverflowError),
)
"""What a package raises in which something does not stand where it belongs, or as it should."""


def opened(path: str) -> Workbook:
    """The workbook in a file; `UnreadableArticle` where there is none to read."""
    shown = spelled(path)
    file = Path(path)
    try:
        if file.stat().st_size > MAXIMAL_SIZE:
            raise UnreadableArticle(tell("sheets.too_large", path=shown, megabytes=MAXIMAL_SIZE // 1_000_000))
        with file.open("rb") as raw:
            if raw.read(4) == COMPOUND:
                raise UnreadableArticle(tell("sheets.compound", path=shown))
            with zipfile.ZipFile(raw) as archive:
                return _Package(shown, archive).workbook()
    except OSError as error:
        raise UnreadableArticle(tell("sources.refused", path=shown, why=error.strerror or error)) from None
    except UnreadableArticle:
        raise
    except DAMAGED:
        raise UnreadableArticle(tell("sheets.no_workbook", path=shown)) from None


class _Package:
    """An open file, and how much of it was unpacked."""

    def __init__(self, path: str, archive: zipfile.ZipFile) -> None:
        self.path, self.archive, self.left = path, archive, MAXIMAL_UNPACKED

    def workbook(self) -> Workbook:
        """All that is read of it."""
        main = next((part for kind, part in self._related("").values() if kind == "officeDocument"), "xl/workbook.xml")
        book, related = _Book(), self._related(main)
        self._read(main, book)
        strings = _Strings()
        for kind, part in related.values():
            if kind == "sharedStrings":
                self._read(part, strings)
        cells = _Cells(self.path, strings.texts)
        sheets, numbers = list[str](), {"": -1}
        for count, (name, key) in enumerate(book.sheets):
            kind, part = related[key]
            if kind == "worksheet":
                numbers[str(count)] = len(sheets)
                cells.begin(len(sheets))
                self._read(part, cells)
                sheets.append(name)
        names = {(numbers[of], name): text for (of, name), text in book.names.items() if of in numbers}
        return Workbook(self.path, tuple(sheets), cells.found, names)

    def _related(self, part: str) -> dict[str, tuple[str, str]]:
        """The parts that a part names, with their kinds, by key; what leads out of the file is left out."""
        folder, name = posixpath.split(part)
        found = _Relations()
        self._read(posixpath.join(folder, "_rels", f"{name}.rels"), found)
        return {
            key: (kind.rpartition("/")[2], posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/"))
            for key, kind, target in found.rows
        }

    def _read(self, part: str, handler: _Handler) -> None:
        """Hands a part's elements to a handler, in pieces, so that what a bomb unpacks to is never held."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = handler.start, handler.end
        parser.CharacterDataHandler = handler.text
        parser.StartDoctypeDeclHandler = self._refuse
        with self.archive.open(part) as file:
            while piece := file.read(CHUNK):
                self.left -= len(piece)
                if self.left < 0:
                    megabytes = MAXIMAL_UNPACKED // 1_000_000
                    raise UnreadableArticle(tell("sheets.unpacked", path=self.path, megabytes=megabytes))
                parser.Parse(piece, False)
        parser.Parse(b"", True)

    def _refuse(self, *about: object) -> None:
        raise UnreadableArticle(tell("sheets.no_workbook", path=self.path))


class _Handler:
    """What is done at each tag; names come without their prefix."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.opens(tag.rpartition(":")[2], attributes)

    def end(self, tag: str) -> None:
        self.closes(tag.rpartition(":")[2])

    def text(self, piece: str) -> None:
        self.pieces.append(piece)

    def taken(self) -> str:
        """The text since the last tag that was opened."""
        text = "".join(self.pieces)
        self.pieces.clear()
        return text

    def opens(self, tag: str, attributes: Mapping[str, str]) -> None: ...

    def closes(self, tag: str) -> None: ...


class _Relations(_Handler):
    """Key, kind and target of what a part names."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[str, str, str]] = []

    def opens(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            self.rows.append((attributes["Id"], attributes["Type"], attributes["Target"]))


class _Book(_Handler):
    """The sheets' names and keys, and the names that are given to cells."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str]] = []
        self.names: dict[tuple[str, str], str] = {}
        self.name = "", ""

    def opens(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.pieces.clear()
        if tag == "sheet":
            key = next((value for name, value in attributes.items() if name.rpartition(":")[2] == "id"), "")
            self.sheets.append((attributes["name"], key))
        if tag == "definedName":
            self.name = attributes.get("localSheetId", ""), attributes["name"].upper()

    def closes(self, tag: str) -> None:
        if tag == "definedName":
            self.names[self.name] = self.taken()


class _Strings(_Handler):
    """The texts that cells share."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.spoken = 0

    def opens(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "si":
            self.pieces.clear()
        elif tag == "rPh":  # how a text is spoken, which does not belong to it
            self.spoken = len(self.pieces)

    def closes(self, tag: str) -> None:
        if tag == "rPh":
            del self.pieces[self.spoken :]
        elif tag == "si":
            self.texts.append(self.taken().strip())


class _Cells(_Handler):
    """The cells of one sheet after the other."""

    def __init__(self, path: str, strings: list[str]) -> None:
        super().__init__()
        self.path, self.strings = path, strings
        self.found: dict[Place, Cell] = {}
        self.formulas = 0
        self.formula: Formula | None = None
        self.kinds: Mapping[str, Callable[[str], Value]] = {
            "s": lambda text: strings[int(text)],
            "b": lambda text: text.strip() == "1",
            **dict.fromkeys(("str", "inlineStr", "d"), str.strip),
            "e": Fault,
            "n": float,
        }

    def begin(self, sheet: int) -> None:
        """What follows stands on this sheet."""
        self.sheet, self.row, self.column = sheet, 0, 0
        self.shared: dict[str, tuple[str, Place]] = {}

    def opens(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
        elif tag == "c":
            self._at(attributes.get("r"))
            self.kind, self.formula, self.shown = attributes.get("t", "n"), None, ""
        elif tag == "f":
            self.about = dict(attributes)
        if tag in ("f", "v", "is"):
            self.pieces.clear()

    def _at(self, called: str | None) -> None:
        found = ADDRESS.fullmatch(called or "")
        self.column = column_of(found[1]) if found else self.column + 1
        self.row = int(found[2]) if found else self.row
        self.place = Place(self.sheet, self.row, self.column)

    def closes(self, tag: str) -> None:
        if tag == "f":
            self.formula = self._formula(self.taken())
        elif tag in ("v", "is"):
            self.shown = self.taken()
        elif tag == "c" and (self.formula or self.shown):
            value = self.kinds[self.kind](self.shown) if self.shown else None
            self.found[self.place] = Cell(value, self.formula, self.shown if self.kind == "n" else "")
            if len(self.found) > MAXIMAL_CELLS:
                raise UnreadableArticle(tell("sheets.many_cells", path=self.path, most=MAXIMAL_CELLS))

    def _formula(self, text: str) -> Formula | None:
        self.formulas += 1
        if self.formulas > MAXIMAL_FORMULAS:
            raise UnreadableArticle(tell("sheets.many_formulas", path=self.path, most=MAXIMAL_FORMULAS))
        kind = self.about.get("t", "normal")
        if kind == "shared" and text:
            self.shared[self.about.get("si", "")] = text, self.place
        elif kind == "shared" and self.about.get("si") in self.shared:
            text, origin = self.shared[self.about["si"]]
            return Formula(text, (self.place.row - origin.row, self.place.column - origin.column))
        if kind == "array":
            return Formula(text, area=self._area(self.about.get("ref", "")))
        return Formula(text) if text else None

    def _area(self, called: str) -> Area:
        ends = [ADDRESS.fullmatch(end) for end in called.split(":")]
        corners = [(int(end[2]), column_of(end[1])) for end in ends if end]
        if not corners:
            return Area(self.sheet, self.row, self.column, self.row, self.column)
        return Area(self.sheet, *corners[0], *corners[-1])
