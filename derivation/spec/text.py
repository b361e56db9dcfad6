"""The text of a spec before and beside `tomllib`: what would choke it is told with line and column, and keys have
places."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from derivation.formulas.language.letters import plain
from derivation.formulas.language.lexing import LOOKALIKES
from derivation.spec.toml import problem
from derivation.words.telling import tell

MAXIMAL_TEXT = 8_000_000
"""Bytes of a spec; larger arrays belong into files of their own."""
MAXIMAL_NESTING = 20
MAXIMAL_PARTS = 20
"""Parts of a dotted key."""
MAXIMAL_BARE = 200
"""Characters of a key or number without quotes."""
MAXIMAL_TITLE = 200

NUMERAL = r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?[ \t]*+"
ROWS = re.compile(rf"(?>(?:\[\s*+(?>(?:{NUMERAL}(?:,\s*+|\s*+(?=\])))+)\][ \t]*+(?:,\s*+)?)+)")
"""Rows of a matrix, passed over in one piece; only where an array is open, for `[1]` is a table too."""
PIECE = re.compile(
    rf"""(?P<numbers>(?>(?:{NUMERAL},\s*+)+))
    |(?P<comment>\#[^\n]*)
    |(?P<text>\"\"\"(?>(?:[^"\\]++|\\.|"{{1,2}}(?!"))*)"{{3,5}}|'''(?>(?:[^']++|'{{1,2}}(?!'))*)'{{3,5}}|"(?!"")(?>(?:[^"\\\n]++|\\.)*)"|'(?!'')[^'\n]*+')
    |(?P<line>\n)|(?P<space>[ \t\r]+)|(?P<mark>[\[\]{{}},=.])|(?P<bare>[^\s\#"'\[\]{{}},=.]+)""",
    re.VERBOSE | re.DOTALL,
)
POWER = re.compile(r"[+-]?[\d_]+(?:\.[\d_]+)?[eE][+-]?0*[1-9][\d_]{4}")
SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a spec: where (from 1; 0 is the whole file), and what to do about it."""

    line: int
    column: int
    message: str
    argument: str = ""
    """The argument of a call, for what stands in no file."""

    def place(self) -> tuple[int, int, str, str]:
        """What problems are put in order by."""
        return self.line, self.column, self.argument, self.message


class NotToml(ValueError):
    """Text that is no TOML, or more of it than is read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def decoded(syntax: bytes) -> str:
    """A spec's bytes as text; `NotToml` where they are not UTF-8 (a byte order mark is passed over).

    >>> decoded(b"\\xef\\xbb\\xbfdigits = 3")
    'digits = 3'
    """
    if len(syntax) > MAXIMAL_TEXT:
        raise NotToml(Problem(0, 0, tell("spec.too_large", most=MAXIMAL_TEXT // 1_000_000)))
    if syntax.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotToml(Problem(1, 1, tell("spec.utf16")))
    try:
        return syntax.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = syntax[: error.start].count(b"\n") + 1
        raise NotToml(Problem(line, error.start - syntax.rfind(b"\n", 0, error.start), tell("spec.not_utf8"))) from None


def parsed(text: str) -> tuple[dict[str, Any], Places]:
    """The tables of a spec, decimals as `Decimal`, and where its keys stand; `NotToml` with line and column where there
    are none."""
    text = text.removeprefix("\ufeff")
    if len(text) > MAXIMAL_TEXT:
        raise NotToml(Problem(0, 0, tell("spec.too_large", most=MAXIMAL_TEXT // 1_000_000)))
    text = text.replace("\r\n", "\n") if "\n" in text else text.replace("\r", "\n")
    places = Places(text)
    if lone := SURROGATE.search(text):
        raise NotToml(
            Problem(
                *places.at(lone.start()),
                tell("spec.surrogate"),
            )
        )
    try:
        return tomllib.loads(places.plain, parse_float=Decimal), places
    except tomllib.TOMLDecodeError as error:
        raise NotToml(_toml_problem(places, str(error))) from None
    except (ValueError, InvalidOperation, RecursionError, OverflowError):
        raise NotToml(Problem(1, 1, tell("spec.toml_limits"))) from None


def _toml_problem(places: Places, message: str) -> Problem:
    match = re.search(r"at line (\d+), column (\d+)", message)
    line, column = (int(match[1]), int(match[2])) if match else (len(places.lines), 1)
    cause = re.sub(r" *\(at .*\)", "", message)
    rest = places.lines[line - 1][column - 1 :][:40] if line <= len(places.lines) else ""
    strange = next((sign for sign in rest.split("#")[0] if sign in LOOKALIKES), "")
    place, told = ((line, column), _lookalike(strange)) if strange else problem(places.lines, (line, column), cause)
    return Problem(*place, tell("spec.no_toml", cause=told))


def _lookalike(sign: str) -> str:
    meant = LOOKALIKES[sign]
    named = unicodedata.name(sign).lower()
    return tell("spec.lookalike" if meant else "spec.stray", sign=sign, named=named, meant=meant)


def title_fault(text: str, limit: int = MAXIMAL_TITLE) -> str:
    """Why a text cannot stand in a heading; nothing where it can.

    >>> title_fault("Two\\nlines")
    'a title holds no line breaks or other control characters (U+000A)'
    >>> title_fault("A net")
    ''
    """
    if len(text) > limit:
        return tell("spec.long_title", most=limit, count=len(text))
    for sign in text:
        if fault := _sign_fault(sign):
            return tell("spec.title_holds_no", fault=tell(fault), code=f"{ord(sign):04X}")
    return ""


def titled(text: str) -> str:
    """A title that can stand in every format; else `ValueError`."""
    if fault := title_fault(text):
        raise ValueError(fault)
    return text


def _sign_fault(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind in FAULTS:
        return FAULTS[kind]
    if unicodedata.bidirectional(sign) in DIRECTIONS:
        return "spec.fault_direction"
    return "spec.fault_nothing" if ord(sign) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(sign) <= 0xFDEF else ""


FAULTS = {
    **dict.fromkeys(("Cc", "Zl", "Zp"), "spec.fault_control"),
    "Cs": "spec.fault_half",
    "Co": "spec.fault_private",
}
DIRECTIONS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def shown(text: str) -> str:
    r"""Text from outside in a message: what cannot be printed is written as in Python, so that a terminal does not obey
    it.

    >>> shown("a\x1b[1m b")
    'a\\x1b[1m b'
    """
    return text if text.isprintable() else "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


class Places:
    """Where the keys of a spec stand; `NotToml` where there is more of something than is read.

    >>> Places("[data]\\nx = 3").find(("data", "x"))
    (2, 5)
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        self.keys: dict[tuple[str, ...], tuple[int, int]] = {}
        self.letters: list[tuple[int, int, str]] = []
        """Keys in other letters than TOML has in them, as (begin, end, plain name)."""
        _Scan(self).run()

    @property
    def plain(self) -> str:
        """The text with these keys in plain letters."""
        text = self.text
        for begin, end, name in reversed(self.letters):
            text = text[:begin] + name + text[end:]
        return text

    @cached_property
    def starts(self) -> list[int]:
        """Where each line begins."""
        found = [0]
        for line in self.lines:
            found.append(found[-1] + len(line) + 1)
        return found

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of a place in the text."""
        line = bisect(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def find(self, path: tuple[str, ...]) -> tuple[int, int]:
        """Line and column of a key's value, or of the nearest table around it."""
        for end in range(len(path), 0, -1):
            for known in (path[:end], (*path[:end], "0")):  # [[data]] is a list of tables
                if known in self.keys:
                    return self.keys[known]
        return 1, 1

    def problem(self, path: tuple[str, ...], message: str, at: int = 0) -> Problem:
        """A problem at a key, or so many characters behind the beginning of its value."""
        line, column = self.find(path)
        return Problem(line, column + at, message)

    def lines_of(self, path: tuple[str, ...], text: str) -> Iterator[tuple[int, int, str]]:
        """(line, column, text) of each line of a text that is a key's value."""
        line, column = self.find(path)
        start = self.lines[line - 1][column - 1 :]
        fence = 3 if start[:3] in ('"""', "'''") else 1
        column += fence
        if fence == 3 and not start[3:].strip():
            line, column = line + 1, 1
        for offset, given in enumerate(text.split("\n")):
            yield line + offset, column if offset == 0 else 1, given


@dataclass
class _Level:
    """A bracket that is open: which, the path of what it holds, and which entry of an array is next."""

    bracket: str
    path: tuple[str, ...]
    place: int = 0


class _Scan:
    """One pass over the pieces of the text. What is no TOML ends it: `tomllib` says why."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.table: tuple[str, ...] = ()
        self.header = 0
        self.opened_at = 0
        self.parts: list[str] = []
        self.levels: list[_Level] = []
        self.waiting: tuple[str, ...] | None = None
        self.in_value = False
        self.counts: dict[tuple[str, ...], int] = {}

    def run(self) -> None:
        at, text = 0, self.places.text
        while piece := self.rows(text, at) or PIECE.match(text, at):
            if handle := HANDLERS.get(piece.lastgroup or ""):
                handle(self, piece[0], at)
            at = piece.end()

    def rows(self, text: str, at: int) -> re.Match[str] | None:
        """Whole rows of numbers, where an array is open."""
        if not self.levels or self.levels[-1].bracket != "[" or text[at : at + 1] != "[":
            return None
        if piece := ROWS.match(text, at):
            self.levels[-1].place += piece[0].count("]") - (piece[0].rstrip()[-1] == "]")
        return piece

    def fail(self, at: int, message: str) -> None:
        raise NotToml(Problem(*self.places.at(at), message))

    def value_begins(self, at: int) -> None:
        if self.waiting is not None:
            self.places.keys.setdefault(self.waiting, self.places.at(at))
            self.waiting = None

    @property
    def wants_key(self) -> bool:
        return not self.in_value if not self.levels or self.levels[-1].bracket == "{" else False

    def on_numbers(self, piece: str, at: int) -> None:
        self.value_begins(at)
        if self.levels and self.levels[-1].bracket == "[":
            self.levels[-1].place += piece.count(",")
        elif self.levels:
            self.in_value = False

    def on_text(self, piece: str, at: int) -> None:
        if self.wants_key:
            self.part(piece[1:-1], at)
            return
        if self.levels and self.waiting is None:
            self.places.keys.setdefault((*self.levels[-1].path, str(self.levels[-1].place)), self.places.at(at))
        self.value_begins(at)

    def on_bare(self, piece: str, at: int) -> None:
        if len(piece) > MAXIMAL_BARE:
            self.fail(
                at,
                tell("spec.long_bare", most=MAXIMAL_BARE),
            )
        if self.wants_key:
            self.part(piece, at)
            return
        self.value_begins(at)
        if POWER.match(self.places.text, at):
            self.fail(at, tell("spec.large_power"))

    def part(self, piece: str, at: int) -> None:
        if len(piece) > MAXIMAL_BARE:
            self.fail(at, tell("spec.long_key", most=MAXIMAL_BARE))
        if not piece.isascii() and plain(piece):
            begin = self.places.text.index(piece, at)
            self.places.letters.append((begin, begin + len(piece), plain(piece)))
        self.parts.append(plain(piece) or piece)
        if len(self.parts) > MAXIMAL_PARTS:
            self.fail(at, tell("spec.many_parts", most=MAXIMAL_PARTS))

    def on_mark(self, piece: str, at: int) -> None:
        MARKS[piece](self, at)

    def equals(self, at: int) -> None:
        if self.wants_key:
            around = self.levels[-1].path if self.levels else self.table
            self.waiting, self.parts, self.in_value = (*around, *self.parts), [], True

    def opening(self, bracket: str, at: int) -> None:
        if not self.levels and not self.in_value:
            self.header, self.opened_at = self.header + 1, self.opened_at if self.header else at
            return
        path = self.waiting if self.waiting is not None else ()
        if self.waiting is None and self.levels:
            path = (*self.levels[-1].path, str(self.levels[-1].place))
        self.value_begins(at)
        if len(self.levels) >= MAXIMAL_NESTING:
            self.fail(
                at,
                tell("spec.deep_brackets", most=MAXIMAL_NESTING),
            )
        self.levels.append(_Level(bracket, path))
        self.in_value = bracket == "["

    def closing(self, at: int) -> None:
        if self.levels:
            self.levels.pop()
            self.in_value = True
        elif self.header:
            self.begin_table()

    def begin_table(self) -> None:
        """At the end of a header: `[a.b]` is a table, `[[a.b]]` another one of several."""
        path: tuple[str, ...] = ()
        for part in self.parts:
            path = (*path, part)
            if path in self.counts and (len(path) < len(self.parts) or self.header == 1):
                path = (*path, str(self.counts[path]))
        if self.header > 1 and self.parts:
            self.counts[path] = self.counts.get(path, -1) + 1
            path = (*path, str(self.counts[path]))
        if self.parts:
            self.places.keys.setdefault(path, self.places.at(self.opened_at))
            self.table = path
        self.parts = []

    def comma(self, at: int) -> None:
        if self.levels and self.levels[-1].bracket == "[":
            self.levels[-1].place += 1
        elif self.levels:
            self.in_value = False

    def on_line(self, piece: str, at: int) -> None:
        if not self.levels:
            self.parts, self.header, self.in_value, self.waiting = [], 0, False, None


HANDLERS = {
    "numbers": _Scan.on_numbers,
    "text": _Scan.on_text,
    "bare": _Scan.on_bare,
    "mark": _Scan.on_mark,
    "line": _Scan.on_line,
}
MARKS: dict[str, Callable[[_Scan, int], None]] = {
    "[": lambda scan, at: scan.opening("[", at),
    "{": lambda scan, at: scan.opening("{", at),
    "]": lambda scan, at: scan.closing(at),
    "}": lambda scan, at: scan.closing(at),
    "=": lambda scan, at: scan.equals(at),
    ",": lambda scan, at: scan.comma(at),
    ".": lambda scan, at: None,
}
