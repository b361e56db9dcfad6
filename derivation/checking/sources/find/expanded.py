r"""The author's own commands around formulas: `\be ... \ee`, `\eqn{x = 3}`, `\chain{h}{\link{=}{W x}}`.

A command whose body sets formulas, opens a display or is a heading is put in where it is used; of its body only these
and its arguments are kept. What stands inside of a formula is left to `reading/macros.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from derivation.checking.sources.find.definitions import MAXIMAL_BODY, Definition
from derivation.checking.sources.find.delimiters import MAXIMAL_GAP, Groups
from derivation.checking.sources.find.markdown import ENVIRONMENTS
from derivation.checking.sources.source import Source
from derivation.checking.sources.translation import Translation

PIECE = re.compile(
    rf"""
    (?P<escaped>\\[\\$])
  | (?P<edge>\$\$?+|\\[\[\]()]|\\(?:begin|end)\{{(?:{ENVIRONMENTS}|subequations)\*?\}}(?>(?:\{{\d+\}})?))
  | (?P<heading>\\(?:part|chapter|(?>(?:sub){{0,2}})section|bookmark)(?![A-Za-z]))
  | \#(?P<argument>\d)
""",
    re.VERBOSE,
)
INTERNAL = re.compile(r"\$[^$@]*+@[^$]*+\$")
"""A formula of TeX's own language, which sets words by its means."""
COMMENT = re.compile(r"(?<!\\)%[^\n]*+\s*+")
USED = re.compile(r"\\(?:(?:begin|end)\{[A-Za-z]++\*?\}|[A-Za-z]++)")
BETWEEN = re.compile(r"(?>(?:[^\S\n]++|%[^\n]*+)*)(?>(?:\n(?>(?:[^\S\n]++|%[^\n]*+)+)*)?)\Z")
"""What TeX sets as nothing between two formulas, or as a space."""
CONTINUED = re.compile(
    r"\s*(?>(?:\\displaystyle\s*)?)(?:=|\\(?:approx|equiv|simeq|leftarrow|gets|to|le|ge|leq|geq|coloneqq)(?![A-Za-z])|:=|<|>)"
)
NUMBER = re.compile(r"#\d")
GAP = re.compile(r"(?>(?:\s|%[^\n]*\n)*)")
MAXIMAL_PIECES, MAXIMAL_DEPTH, MAXIMAL_DEFINITIONS = 200, 20, 3000
MAXIMAL_MADE = 2_000_000
"""Letters that the commands of one file may add to it."""


@dataclass(frozen=True, slots=True)
class Template:
    """What a command leaves where it is used: stretches of text and numbers of arguments, each with whether it stands
    inside of a formula."""

    count: int
    default: str | None
    pieces: tuple[tuple[str | int, bool], ...]


def templates(definitions: Iterable[Definition]) -> dict[str, Template]:
    r"""The commands that set formulas or are headings, each with what it leaves.

    >>> from derivation.checking.sources.find.definitions import definitions
    >>> templates(definitions(r"\newcommand{\given}[1]{\leavevmode\hbox{$\displaystyle #1$}\hskip 2em}"))[r"\given"].pieces
    (('$', True), ('\\displaystyle ', True), (1, True), ('$', True))
    """
    own = (found for found in islice(definitions, MAXIMAL_DEFINITIONS) if not found.is_alias)
    bodies = {found.name: replace(found, body=plain(found.body)) for found in own}
    named = {name for name, found in bodies.items() if is_telling(found.body)}
    for _ in range(MAXIMAL_DEPTH):
        named |= {name for name, found in bodies.items() if any(used in named for used in USED.findall(found.body))}
    flat = _Flat({name: bodies[name] for name in bodies if name in named})
    found = {
        name: Template(definition.count, definition.default, tuple(_pieces(flat.body(name))))
        for name, definition in flat.telling.items()
    }
    return {name: template for name, template in found.items() if 0 < len(template.pieces) <= MAXIMAL_PIECES}


def is_telling(body: str) -> bool:
    """Whether a command's body sets a formula, opens or ends one, or is a heading."""
    return any(match["edge"] or match["heading"] for match in PIECE.finditer(body))


def plain(body: str) -> str:
    """A body without comments, and without what sets words as formulas."""
    return INTERNAL.sub(lambda match: "".join(NUMBER.findall(match[0])), COMMENT.sub("", body))


class _Flat:
    """The bodies of commands with the commands in them put in, each worked out once; one that is used within itself is
    nothing."""

    def __init__(self, telling: Mapping[str, Definition]) -> None:
        self.telling = telling
        self.known: dict[str, str] = {}

    def body(self, name: str, depth: int = 0) -> str:
        if name not in self.known:
            self.known[name] = ""
            self.known[name] = self.put_in(self.telling[name].body, depth + 1) if depth < MAXIMAL_DEPTH else ""
        return self.known[name]

    def put_in(self, body: str, depth: int) -> str:
        groups, at, length, made = Groups(body), 0, 0, list[str]()
        for used in USED.finditer(body):
            definition = self.telling.get(used[0])
            if definition is None or used.start() < at:
                continue
            arguments, end = arguments_of(definition, body, used.end(), groups)
            given = [definition.default or "" if isinstance(place, str) else body[slice(*place)] for place in arguments]
            made += [body[at : used.start()], _put_in(self.body(used[0], depth), given)]
            length += len(made[-1]) + used.start() - at
            at = end
            if length > MAXIMAL_BODY:
                return ""
        return "".join([*made, body[at:]])


def _put_in(body: str, given: Sequence[str]) -> str:
    return NUMBER.sub(lambda match: given[int(match[0][1]) - 1] if 0 < int(match[0][1]) <= len(given) else "", body)


def _pieces(body: str) -> Iterator[tuple[str | int, bool]]:
    """The stretches of a body that count; an argument outside of formulas once, however often it is set."""
    met, opened, at = set[str](), "", 0
    for match in PIECE.finditer(body):
        edge, argument = match["edge"] or "", match["argument"] or ""
        if opened and at < match.start():
            yield body[at : match.start()], True
        if edge:
            yield edge, True
            is_end = opened == edge if edge[0] == "$" else edge.startswith((r"\end", r"\)", r"\]"))
            opened = "" if is_end else opened or edge
        elif opened and not argument:
            yield match[0], True
        elif opened or (argument and argument not in met):
            met.add(argument)
            yield int(argument), bool(opened)
        elif match["heading"]:
            yield match["heading"], False
        at = match.end()
    if opened:
        yield body[at:], True


def arguments_of(
    definition: Definition | Template, text: str, at: int, groups: Groups
) -> tuple[list[tuple[int, int] | str], int]:
    """Where a command's arguments stand behind it, or the usual one, and the place behind them."""
    found = list[tuple[int, int] | str]()
    for place in range(definition.count):
        gap = GAP.match(text, at)
        begin = gap.end() if gap else at
        sign = text[begin : begin + 1]
        if place == 0 and definition.default is not None:
            end = text.find("]", begin, begin + MAXIMAL_GAP) if sign == "[" else -1
            found.append((begin + 1, end) if end >= 0 else definition.default)
            at = end + 1 if end >= 0 else at
        elif sign == "{" and groups.ends[begin]:
            at = groups.ends[begin]
            found.append((begin + 1, at - 1))
        else:
            found.append("")
    return found, at


class Expander:
    """Writes one file with its commands put in."""

    def __init__(self, source: Source, known: Mapping[str, Template], groups: Groups) -> None:
        self.text, self.known, self.groups = source.text, known, groups
        self.made = Translation(source.path, source.text)
        self.is_used = self.opened = False
        self.closed = -1
        """Which part of the text is the dollar that ended the last formula put in; -1 where there is none."""

    @property
    def has_room(self) -> bool:
        """Whether more may be put in."""
        return self.made.length <= len(self.text) + MAXIMAL_MADE

    def put_in(self, name: str, used: int, at: int, write: Callable[[int, int], None]) -> int:
        """Puts a command in that is used here, `write` what stands in its arguments; the place behind it."""
        template, self.is_used = self.known[name], True
        arguments, end = arguments_of(template, self.text, at, self.groups)
        for place, (piece, is_math) in enumerate(template.pieces):
            if isinstance(piece, str):
                self.put(piece, used, self.is_continued(template, place, arguments))
                continue
            argument = arguments[piece - 1] if piece <= len(arguments) else ""
            if isinstance(argument, str):
                self.made.put(argument, used)
            elif is_math:
                self.made.copy(*argument)
            else:
                write(*argument)
        return end

    def put(self, piece: str, at: int, is_continued: bool) -> None:
        """Adds a stretch of a body. A formula that goes on with the one before it is written as one with it."""
        if is_continued:
            self.made.parts[self.closed] = " "
        self.made.put(" " if is_continued else piece, at)
        if piece == "$":
            self.opened = not self.opened
            self.closed = -1 if self.opened else len(self.made.parts) - 1

    def is_continued(self, template: Template, place: int, arguments: Sequence[tuple[int, int] | str]) -> bool:
        """Whether a formula begins here with a relation, right behind the last one that was put in."""
        piece = template.pieces[place][0]
        if piece != "$" or self.closed < 0 or self.opened:
            return False
        if not BETWEEN.match("".join(self.made.parts[self.closed + 1 :])):
            self.closed = -1
            return False
        first = ""
        for following, _ in template.pieces[place + 1 : place + 3]:
            given = (
                arguments[following - 1] if isinstance(following, int) and following <= len(arguments) else following
            )
            first += str(given) if isinstance(given, (str, int)) else self.text[slice(*given)]
        return CONTINUED.match(first) is not None
