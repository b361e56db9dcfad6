"""A cell's formula as a tree, in the spreadsheets' own grammar: a sign before a number binds closer than its power, and
powers are taken from the left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from derivation.checking.sheets.cells import Area, Formula, Place, Value, column_of

CELL = r"\$?[A-Z]{1,3}\$?\d{1,7}"
WORD = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<text>"(?:[^"]|"")*")
  | (?P<error>\#(?:N/A|DIV/0!|VALUE!|REF!|NAME\?|NUM!|NULL!))
  | (?P<sheet>(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)?
    (?:(?P<area>{CELL}:{CELL})|(?P<columns>\$?[A-Z]{{1,3}}:\$?[A-Z]{{1,3}})(?![\w(.])|(?P<rows>\$?\d{{1,7}}:\$?\d{{1,7}})
      |(?P<cell>{CELL})(?![\w(.]))
  | (?P<call>[^\W\d][\w.]*)\(
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<name>[^\W\d\\][\w.\\]*)
  | (?P<sign><>|<=|>=|[-+*/^&=<>%(),;{{}}@:\#])
    """,
    re.VERBOSE | re.IGNORECASE,
)
CORNER = re.compile(r"(\$?)([A-Z]+)(\$?)(\d+)", re.IGNORECASE)
BINDING: Mapping[str, int] = {
    **dict.fromkeys(("=", "<>", "<", ">", "<=", ">="), 1),
    "&": 2,
    **dict.fromkeys("+-", 3),
    **dict.fromkeys("*/", 4),
    "^": 5,
}
"""How close an operator binds; all of them take what stands before them first."""
MAXIMAL_DEPTH, MAXIMAL_PARTS = 100, 3000
PARAMETER = "_XLPM."
"""How files spell the parameters of a function that a workbook defines."""
KINKED = ("MAX", "MIN")
OWN_PLACE: Mapping[str, Callable[[Place], int]] = {"ROW": lambda place: place.row, "COLUMN": lambda place: place.column}
"""Functions of where a cell is."""
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
PREFIXES = re.compile(r"(?:_xlfn\.|_xlws\.)+", re.IGNORECASE)


class NoFormula(ValueError):
    """What stands in a formula that is not known here: a code of the reasons, and what it is about."""

    def __init__(self, code: str, **about: object) -> None:
        super().__init__(code)
        self.code, self.about = code, about


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A part of a formula: a value or the cells it stands for, or an operation by its name on other parts. Operators
    are operations called by their sign, a sign before an operand `neg`."""

    head: str
    children: tuple[Node, ...] = ()
    value: Value = None
    area: Area | None = None

    def walk(self) -> Iterator[Node]:
        """Every part, in no order that matters."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += node.children


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a formula's names and places are looked up in: the sheets' numbers by name, formulas that have a name, the
    cell it stands in, and how far it was filled."""

    sheets: Mapping[str, int]
    names: Mapping[tuple[int, str], str]
    place: Place
    shift: tuple[int, int] = (0, 0)


def read(formula: Formula, place: Place, sheets: Mapping[str, int], names: Mapping[tuple[int, str], str]) -> Node:
    """The tree of a formula; `NoFormula` where something in it is not known.

    >>> tree = read(Formula("-A1^2+SUM(B1:B3)"), Place(0, 1, 4), {"s": 0}, {})
    >>> tree.head, tree.children[0].head, tree.children[1].children[0].area
    ('+', '^', Area(sheet=0, top=1, left=2, bottom=3, right=2))
    """
    return _Reader(formula.text, Surroundings(sheets, names, place, formula.shift)).whole()


def numeral(value: float) -> Node:
    """A number as a part of a formula."""
    return Node("value", value=value)


class _Reader:
    """One formula, read from its left end."""

    def __init__(self, text: str, around: Surroundings, depth: int = 0) -> None:
        self.around, self.depth = around, depth
        self.words = list(_words(text.strip().removeprefix("=")))
        self.at = 0

    def whole(self) -> Node:
        """The formula from end to end."""
        tree = self.expression(0)
        if self.at < len(self.words):
            raise NoFormula("unread", sign=self.words[self.at][0])
        return tree

    def peek(self) -> str:
        """The next sign; nothing where no sign comes."""
        word = self.words[self.at] if self.at < len(self.words) else None
        return word[0] if word and word[1] == "sign" else ""

    def take(self, sign: str) -> None:
        if self.peek() != sign:
            raise NoFormula("expected", sign=sign)
        self.at += 1

    def expression(self, binding: int) -> Node:
        """As much as binds closer than an operator."""
        self.depth += 1
        if self.depth > MAXIMAL_DEPTH:
            raise NoFormula("deep")
        left = self.operand()
        while (sign := self.peek()) in BINDING and BINDING[sign] > binding:
            self.at += 1
            left = Node(sign, (left, self.expression(BINDING[sign])))
        self.depth -= 1
        return left

    def operand(self) -> Node:
        """What stands between two operators, per cent signs with it."""
        if (sign := self.peek()) in ("-", "+", "@"):
            self.at += 1
            inner = self.operand()
            return Node("neg", (inner,)) if sign == "-" else inner
        found = self.primary()
        while self.peek() in ("%", "#"):
            is_spill = self.peek() == "#"
            self.at += 1
            found = Node("ANCHORARRAY", (found,)) if is_spill else Node("/", (found, numeral(100)))
        return found

    def primary(self) -> Node:
        """A number, a text, cells, a call, or a bracket."""
        if self.at >= len(self.words):
            raise NoFormula("ends")
        word, kind, sheet = self.words[self.at]
        self.at += 1
        if kind == "sign" and word == "(":
            inner = self.expression(0)
            self.take(")")
            return inner
        if kind == "sign" and word == "{":
            return self.constant()
        if kind not in READ:
            raise NoFormula("unread", sign=word)
        return READ[kind](self, word, sheet)

    def call(self, word: str, sheet: str) -> Node:
        """A function with its arguments; one that is left out is an empty cell."""
        name, arguments = PREFIXES.sub("", word[:-1]).upper(), list[Node]()
        while self.peek() != ")":
            arguments.append(Node("value") if self.peek() == "," else self.expression(0))
            if self.peek() != ",":
                break
            self.at += 1
        self.take(")")
        if name in OWN_PLACE and all(argument.area for argument in arguments[:1]):
            area = arguments[0].area if arguments else None
            return numeral(float(OWN_PLACE[name](Place(*area[:3]) if area else self.around.place)))
        if name == "LET":
            return self._let(arguments)
        if (meant := self._meant(name)) is not None:
            return self._applied(meant, arguments)
        if name in KINKED:  # where both are the largest, the constant is
            arguments.sort(key=lambda argument: argument.head != "value")
        return Node(name, tuple(arguments))

    def _let(self, arguments: Sequence[Node]) -> Node:
        """The last of the arguments, the names before it put in one after the other."""
        known: dict[Value, Node] = {}
        for parameter, given in zip(arguments[:-1:2], arguments[1::2], strict=False):
            known[parameter.value] = put_in(given, known)
        if not arguments:
            raise NoFormula("ends")
        return put_in(arguments[-1], known)

    def _applied(self, meant: str, arguments: Sequence[Node]) -> Node:
        """A function that the workbook defines, at its arguments."""
        function = _Reader(meant, self.around, self.depth + 10).whole()
        *parameters, body = function.children or (function,)
        if function.head != "LAMBDA" or len(parameters) != len(arguments):
            raise NoFormula("name", name=meant[:40])
        return put_in(body, {one.value: given for one, given in zip(parameters, arguments, strict=True)})

    def _meant(self, word: str) -> str | None:
        """What a name of the workbook stands for, that of this sheet before that of all."""
        if self.depth > MAXIMAL_DEPTH // 2:
            return None
        names, called = self.around.names, word.upper()
        return names.get((self.around.place.sheet, called), names.get((-1, called)))

    def constant(self) -> Node:
        """An array of constants `{1,2;3,4}`."""
        rows: list[list[Node]] = [[]]
        while self.peek() != "}":
            rows[-1].append(self.operand())
            if self.peek() == ";":
                rows.append([])
            elif self.peek() != ",":
                break
            self.at += 1
        self.take("}")
        return Node("rows", tuple(Node("row", tuple(row)) for row in rows))

    def cells(self, word: str, sheet: str) -> Node:
        """The cells that are meant: moved as the formula was filled, where no dollar holds them."""
        corners = [self._corner(corner) for corner in CORNER.findall(word)]
        return self._area([corners[0], corners[-1]], sheet)

    def _corner(self, found: tuple[str, str, str, str]) -> tuple[int, int]:
        down, right = self.around.shift
        fixed_column, column, fixed_row, row = found
        return int(row) + (0 if fixed_row else down), column_of(column.upper()) + (0 if fixed_column else right)

    def strip(self, word: str, sheet: str) -> Node:
        """Whole rows or columns."""
        first, last = word.replace("$", "").upper().split(":")
        if first.isdigit():
            return self._area([(int(first), 1), (int(last), LAST_COLUMN)], sheet)
        return self._area([(1, column_of(first)), (LAST_ROW, column_of(last))], sheet)

    def _area(self, corners: list[tuple[int, int]], sheet: str) -> Node:
        (top, bottom), (left, right) = (sorted(corner[axis] for corner in corners) for axis in (0, 1))
        number = self.around.place.sheet
        if sheet:
            called = sheet[:-1].strip("'").replace("''", "'").casefold()
            if called not in self.around.sheets:
                raise NoFormula("elsewhere", sheet=sheet[:-1])
            number = self.around.sheets[called]
        return Node("cells", area=Area(number, top, left, bottom, right))

    def name(self, word: str, sheet: str) -> Node:
        """What a name stands for."""
        if word.upper() in ("TRUE", "FALSE"):
            return Node("value", value=word.upper() == "TRUE")
        if word.upper().startswith(PARAMETER):
            return Node("parameter", value=word.upper())
        meant = self._meant(word)
        if meant is None:
            raise NoFormula("name", name=word)
        return _Reader(meant, self.around, self.depth + 10).whole()


def put_in(tree: Node, known: Mapping[Value, Node]) -> Node:
    """A tree with parts for the parameters in it; `NoFormula` where it grows too large.

    >>> put_in(Node("*", (Node("parameter", value="X"), numeral(2.0))), {"X": numeral(3.0)}).children[0].value
    3.0
    """
    if tree.head == "parameter":
        return known.get(tree.value, tree)
    if not tree.children:
        return tree
    made = Node(tree.head, tuple(put_in(child, known) for child in tree.children), tree.value, tree.area)
    if sum(1 for _ in made.walk()) > MAXIMAL_PARTS:
        raise NoFormula("deep")
    return made


def _number(reader: _Reader, word: str, sheet: str) -> Node:
    return numeral(float(word))


def _text(reader: _Reader, word: str, sheet: str) -> Node:
    return Node("value", value=word[1:-1].replace('""', '"'))


def _error(reader: _Reader, word: str, sheet: str) -> Node:
    raise NoFormula("error", error=word)


READ: Mapping[str, Callable[[_Reader, str, str], Node]] = {
    "number": _number,
    "text": _text,
    "error": _error,
    "call": _Reader.call,
    "name": _Reader.name,
    "cell": _Reader.cells,
    "area": _Reader.cells,
    "rows": _Reader.strip,
    "columns": _Reader.strip,
}
"""What is made of each kind of word."""


def _words(text: str) -> Iterator[tuple[str, str, str]]:
    """Each word with its kind, and the sheet that is named before it."""
    at = 0
    while at < len(text):
        found = WORD.match(text, at)
        if found is None:
            raise NoFormula("unread", sign=text[at])
        at = found.end()
        kind = found.lastgroup or ""
        if kind != "space":
            yield (found[0] if kind == "call" else found[kind]), kind, found["sheet"] or ""
