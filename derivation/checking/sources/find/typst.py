r"""Formulas in Typst: what stands between dollars, put into TeX (`linear.py`) by a table of its names.

Comments, raw text and strings of code hold no formulas. `#let` gives names to formulas, words and numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from derivation.checking.sources.find.delimiters import Closers
from derivation.checking.sources.find.linear import (
    Linear,
    Operand,
    Pieces,
    Sign,
    TooDeep,
    quoted,
    scanned,
    spaced,
    unknown,
)
from derivation.checking.sources.find.signs import FONTS, TYPST_NAMES, TYPST_SIGNS
from derivation.checking.sources.source import Part, Source
from derivation.checking.sources.translation import Translation, parts

MAXIMAL_LENGTH, MAXIMAL_NAMES = 50_000, 2000
SIGN = re.compile(
    r"""
    (?P<space>\s++|//[^\n]*+|/\*(?>(?:[^*]{1,200}+|\*(?!/)){0,20})\*/)
  | (?P<string>"(?>(?:[^"\\]++|\\.)*)")
  | (?P<break>\\(?=\s|\Z))
  | (?P<escape>\\(?:u\{[0-9A-Fa-f]{1,6}\}|.))
  | (?P<code>\#(?>(?:[A-Za-z][\w-]*+(?>(?:\.[A-Za-z][\w-]*+)*))?))
  | (?P<number>\d++(?>(?:\.\d++)?))
  | (?P<name>[^\W\d_](?>[^\W_]++)(?>(?:\.[A-Za-z]++)*))
  | (?P<word>[^\W\d_](?>(?:\.[A-Za-z]++)*))
  | (?P<sign>\.\.\.|\|->|<=>|==>|<==|:=|=>|<=|>=|!=|->|<-|<<|>>|\|\|)
  | (?P<script>[_^])
  | (?P<stroke>/)
  | (?P<open>[(\[{])
  | (?P<close>[)\]}])
  | (?P<other>.)
""",
    re.VERBOSE | re.DOTALL,
)
MARKUP = re.compile(
    r"""
    (?P<escaped>\\.)
  | (?P<link>https?://[^\s()\[\]{}"<>]*+)
  | (?P<line>(?<![:/])//[^\n]*+)
  | (?P<comment>/\*)
  | (?P<raw>`++)
  | (?P<let>\#let[ ]++(?P<name>[A-Za-z][\w-]*+)[ ]*+=[ ]*+(?:math\.)?(?=[$"\d.o-]))
  | (?P<heading>^[ ]{0,8}=++(?=[ ]))
  | (?P<dollar>\$)
""",
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
VALUE = re.compile(r'(?>(?:op\([ ]*+)?)(?P<text>"[^"\n]*+"|-?\d++(?>(?:\.\d++)?))')
MATRICES = {"(": "pmatrix", "[": "bmatrix", "{": "Bmatrix", "|": "vmatrix", "||": "Vmatrix"}
AROUND = {
    "abs": ("|", "|"),
    "norm": (r"\|", r"\|"),
    "floor": (r"\lfloor ", r"\rfloor "),
    "ceil": (r"\lceil ", r"\rceil "),
    "lr": ("", ""),
    "display": ("", ""),
    "inline": ("", ""),
    "limits": ("", ""),
    "scripts": ("", ""),
    "stretch": ("", ""),
    "box": ("", ""),
    "cancel": ("", ""),
    "underline": ("", ""),
    "mid": ("", ""),
}
"""Functions that put something around what they are given, or leave it as it is."""
COMMANDS = {
    "sqrt": r"\sqrt",
    "frac": r"\frac",
    "dfrac": r"\frac",
    "tfrac": r"\frac",
    "binom": r"\binom",
    "op": r"\operatorname",
    **FONTS,
}
"""Functions that are commands of TeX, and take the same arguments."""
ACCENTS = {
    "hat": r"\hat",
    "tilde": r"\tilde",
    "macron": r"\bar",
    "overline": r"\bar",
    "bar": r"\bar",
    "dash": r"\bar",
    "arrow": r"\vec",
    "dot": r"\dot",
    "dot.double": r"\ddot",
    "diaer": r"\ddot",
    "caron": r"\check",
}


Function = Callable[[int, "Arguments"], Pieces]
"""What a function makes of its arguments, at a place."""


def opened(path: str, text: str) -> Source:
    r"""The file with its formulas as TeX.

    >>> opened("a.typ", "Let $x = a/b dot bold(W)$.").text
    'Let $x = \\frac{a}{b} \\cdot \\mathbf{W}$.'
    """
    return _Document(path, text).source()


def find(source: Source) -> Iterator[Part]:
    """Every formula and heading, in order."""
    return parts(source)


class _Document:
    """One way through one file."""

    def __init__(self, path: str, text: str) -> None:
        self.text, self.closers = text, Closers(text)
        self.made = Translation(path, text)
        self.written = 0
        self.names = dict[str, list[Sign]]()

    def source(self) -> Source:
        at = 0
        while match := MARKUP.search(self.text, at):
            at = self.passed(match)
        self.made.copy(self.written, len(self.text))
        return self.made.source()

    def passed(self, match: re.Match[str]) -> int:
        kind, at = match.lastgroup or "", match.end()
        if kind == "let":
            return self.named(match["name"], at)
        if kind in ("comment", "raw"):
            closing = "*/" if kind == "comment" else match["raw"]
            end = self.closers.find(closing, at) if match[0] != "``" else at
            return end + len(closing) if end >= at else at
        if kind == "heading":
            self.write(match.start())
            self.made.found("heading", self.made.length)
        return self.formula(match.start(), at) if kind == "dollar" else at

    def named(self, name: str, at: int) -> int:
        """Learns what `#let` gives a name to, where that is a formula, words or a number."""
        value = VALUE.match(self.text, at)
        if value:
            self.learn(name, list(scanned(SIGN, self.text, value.start("text"), value.end("text"))))
            return value.end()
        end = self.end(at + 1) if self.text[at] == "$" else -1
        if end < 0:
            return at
        self.learn(name, list(scanned(SIGN, self.text, at + 1, end)))
        return end + 1

    def learn(self, name: str, signs: list[Sign]) -> None:
        if len(self.names) < MAXIMAL_NAMES and len(signs) < MAXIMAL_NAMES:
            self.names[name] = [sign for sign in signs if name not in sign.text.lstrip("#").split(".")]

    def end(self, at: int) -> int:
        """Where the dollar stands that ends a formula; -1 where there is none."""
        for sign in scanned(SIGN, self.text, at, min(at + MAXIMAL_LENGTH, len(self.text))):
            if sign.text == "$":
                return sign.at
        return -1

    def write(self, at: int) -> None:
        self.made.copy(self.written, at)
        self.written = at

    def formula(self, start: int, at: int) -> int:
        """Writes the formula that begins at a dollar; the place behind it."""
        end = self.end(at)
        self.write(at)
        if end < 0:
            self.made.spans.append(("unclosed", self.made.length - 1, self.made.length))
            return at
        begin = self.made.length
        for tex, place in translated(list(scanned(SIGN, self.text, at, end)), self.names):
            self.made.put(tex, place)
        self.written = end
        is_display = self.text[at].isspace() and self.text[end - 1].isspace()
        self.made.found("display" if is_display else "inline", begin)
        return end + 1


def translated(signs: list[Sign], names: Mapping[str, list[Sign]]) -> Pieces:
    """A formula as TeX; one that is nested very deeply as what no reader knows."""
    try:
        return Typst(signs, names).rows()
    except TooDeep:
        return [(unknown("nested"), signs[0].at)]


class Typst(Linear):
    """Typst's way of writing formulas."""

    signs = TYPST_SIGNS
    differentials = frozenset(["diff", "partial", "dif"])

    def __init__(self, found: list[Sign], names: Mapping[str, list[Sign]], depth: int = 0) -> None:
        super().__init__(found)
        self.names, self.within = names, depth

    def rows(self) -> Pieces:
        """The whole formula, and its rows in an environment where it has several."""
        made: Pieces = []
        while self.next.kind != "end":
            made += self.row()
        if any(sign.kind == "break" for sign in self.found):
            first = self.found[0].at
            return [(r"\begin{aligned}", first), *made, (r"\end{aligned}", first)]
        return made

    def atom(self) -> Operand:
        sign = self.next
        if sign.kind == "open":
            return self.bracketed()
        if sign.kind in ("name", "word"):
            return self.called(self.take())
        if sign.kind in ("number", "string", "escape", "code", "break", "sign", "other"):
            return self.plain(self.take())
        return Operand([])

    def plain(self, sign: Sign) -> Operand:
        """A sign that stands for itself."""
        if sign.kind == "string":
            return Operand([(quoted(sign.text[1:-1]), sign.at)])
        if sign.kind == "break":
            return Operand([(r"\\ ", sign.at)])
        if sign.kind == "escape":
            return Operand(
                [
                    (
                        self.signs.get(sign.text, f"\\{sign.text[1]}" if sign.text[1] in "%$&#_{}" else sign.text[1]),
                        sign.at,
                    )
                ]
            )
        if sign.kind == "code":
            return self.known(sign, sign.text[1:])
        return Operand([(self.tex(sign), sign.at)])

    def called(self, name: Sign) -> Operand:
        """A name: of a function with its arguments, or of a sign."""
        is_call = self.next.text == "(" and not self.next.spaced
        if name.text in self.names and not is_call:
            return self.known(name, name.text)
        if is_call and name.text in FUNCTIONS:
            return Operand(FUNCTIONS[name.text](name.at, self.arguments()))
        pieces = self.known(name, name.text).pieces
        return Operand([*pieces, *self.bracketed().pieces] if is_call else pieces)

    def known(self, sign: Sign, name: str) -> Operand:
        """What a name stands for, at the place where it is used."""
        if name in self.names and self.within < 8:
            signs = [Sign(found.kind, found.text, sign.at, found.spaced) for found in self.names[name]]
            inner = Typst(signs, self.names, self.within + 1).rows()
            return Operand([("{", sign.at), *inner, ("}", sign.at)] if len(signs) > 1 else inner)
        if sign.kind == "word" and len(name) == 1:
            return Operand([(self.tex(sign), sign.at)])
        tex = TYPST_NAMES.get(name)
        return Operand([(spaced(tex) if tex else unknown(name), sign.at)])

    def arguments(self) -> Arguments:
        """What is given to a function, behind its opening bracket."""
        self.take()
        given = Arguments([[]], {})
        while self.next.kind not in ("end", "close"):
            name = self.found[self.place : self.place + 2]
            is_named = len(name) == 2 and name[0].kind in ("name", "word") and name[1].text == ":"
            self.place += 2 if is_named else 0
            found = self.row(lambda sign: sign.text in (",", ";") or sign.kind == "close")
            if is_named:
                given.named[name[0].text] = found
            else:
                given.rows[-1].append(found)
            if self.next.text == ";":
                given.rows.append([])
            if self.next.kind not in ("end", "close"):
                self.take()
        self.take()
        return given


@dataclass(frozen=True, slots=True)
class Arguments:
    """What is given to a function: rows between semicolons, parts between commas, and what is given by name."""

    rows: list[list[Pieces]]
    named: dict[str, Pieces]

    @property
    def parts(self) -> list[Pieces]:
        return [part for row in self.rows for part in row]

    @property
    def environment(self) -> str:
        """How the matrix is called that has the brackets asked for."""
        asked = "".join(tex for tex, _ in self.named.get("delim", [("(", 0)])).strip()
        bracket = asked.removeprefix(r"\text{").removesuffix("}") or ("{" if asked.startswith(r"\text") else "")
        return MATRICES.get(bracket, "matrix")


def command(tex: str) -> Function:
    """A function that is a command with the same arguments."""

    def written(at: int, given: Arguments) -> Pieces:
        made: Pieces = [(tex, at)]
        for part in given.parts:
            made += [("{", at), *part, ("}", at)]
        return made

    return written


def around(before: str, after: str) -> Function:
    """A function that stands around what it is given."""
    return lambda at, given: [(before, at), *joined(given.parts, ",", at), (after, at)]


def first(before: str, after: str) -> Function:
    """A function that stands around the first of what it is given, the second being a note."""
    return lambda at, given: [(before, at), *joined(given.parts[:1], ",", at), (after, at)]


def joined(parts: list[Pieces], between: str, at: int) -> Pieces:
    """Parts with something between them."""
    made: Pieces = []
    for place, part in enumerate(parts):
        made += [*([(between, at)] if place else []), *part]
    return made


def matrix(at: int, given: Arguments) -> Pieces:
    """Rows between semicolons."""
    rows = [joined(row, " & ", at) for row in given.rows if row]
    return [(rf"\begin{{{given.environment}}}", at), *joined(rows, r" \\ ", at), (rf"\end{{{given.environment}}}", at)]


def vector(at: int, given: Arguments) -> Pieces:
    """A column."""
    return matrix(at, Arguments([[part] for part in given.parts], given.named))


def cases(at: int, given: Arguments) -> Pieces:
    """What a brace on the left holds together."""
    return [(r"\begin{cases}", at), *joined(given.parts, r" \\ ", at), (r"\end{cases}", at)]


def root(at: int, given: Arguments) -> Pieces:
    """A root of some degree."""
    degree, *rest = given.parts or [[]]
    return [(r"\sqrt[", at), *degree, ("]{", at), *joined(rest, ",", at), ("}", at)]


def attached(at: int, given: Arguments) -> Pieces:
    """A part with scripts that are given by name."""
    made: Pieces = [("{", at), *joined(given.parts, ",", at), ("}", at)]
    for name, tex in (("b", "_{"), ("br", "_{"), ("t", "^{"), ("tr", "^{")):
        if name in given.named:
            made += [(tex, at), *given.named[name], ("}", at)]
    return made


FUNCTIONS: Mapping[str, Function] = {
    **{name: command(tex) for name, tex in COMMANDS.items()},
    **{name: around(f"{tex}{{", "}") for name, tex in ACCENTS.items()},
    **{name: around(before, after) for name, (before, after) in AROUND.items()},
    **{name: first("{", "}") for name in ("underbrace", "overbrace", "underbracket", "overbracket")},
    "mat": matrix,
    "vec": vector,
    "cases": cases,
    "root": root,
    "attach": attached,
}
"""Typst's functions."""
