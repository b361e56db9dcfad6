r"""The author's own commands: `\newcommand`, `\def`, `\DeclareMathOperator`, collected from the article and expanded in
formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from derivation.checking.reading.tokens import MAXIMAL_TOKENS, Token, Unreadable, group, scan
from derivation.checking.sources.find.delimiters import Groups
from derivation.checking.sources.source import Source

DEFINITION = re.compile(
    r"""\\(?:(?:re|provide)?(?:new)?command\*?\s*+(?>(?:\{\s*+)?)(?P<name>\\[A-Za-z]++)\s*+(?>(?:\}\s*+)?)(?>(?:\[(?P<count>\d)\]\s*+)?)(?>(?:\[(?P<default>[^\]]{0,200}+)\]\s*+)?)
      | def\s*+(?P<defined>\\[A-Za-z]++)(?P<parameters>(?>(?:\#\d)*))\s*+
      | DeclareMathOperator\*?\s*+(?>(?:\{\s*+)?)(?P<operator>\\[A-Za-z]++)\s*+(?>(?:\}\s*+)?))(?=\{)""",
    re.VERBOSE,
)
MAXIMAL_DEPTH = 30
MAXIMAL_BODY = 5000
"""Letters of a macro's body; what is longer is no abbreviation, and not expanded."""
MAXIMAL_MADE = 1_000_000
"""Tokens that the macros of one article may make."""
LOOKED_AHEAD = 200
"""Tokens of an optional argument."""


@dataclass(frozen=True, slots=True)
class Macro:
    """A command's number of arguments, the first one's default, and its body."""

    count: int
    default: list[Token] | None
    body: list[Token]


def collect(sources: Iterable[Source]) -> dict[str, Macro]:
    r"""Every command that the article defines.

    >>> sorted(collect([Source("a.tex", r"\newcommand{\R}{\mathbb{R}} \def\half{\frac{1}{2}}")]))
    ['\\R', '\\half']
    """
    found: dict[str, Macro] = {}
    for source in sources:
        if "command" in source.text or r"\def" in source.text or r"\Declare" in source.text:
            found |= dict(_defined(source.text))
    return found


def _defined(text: str) -> Iterator[tuple[str, Macro]]:
    """The macros of one text, each with its command; what a body defines in its turn is not looked for."""
    groups, at = Groups(text), 0
    while match := DEFINITION.search(text, at):
        begin, end = match.end() + 1, groups.ends[match.end()] - 1
        if not begin <= end <= begin + MAXIMAL_BODY:
            at = begin
            continue
        at = end
        yield match["name"] or match["defined"] or match["operator"], _macro(match, text, begin, end)


def _macro(match: re.Match[str], text: str, begin: int, end: int) -> Macro:
    if match["operator"]:
        return Macro(0, None, [Token(f"\\text{{{text[begin:end].strip()}}}", 0, 0)])
    count = int(match["count"] or 0) or (match["parameters"] or "").count("#")
    default = scan(match["default"], 0, len(match["default"])) if match["default"] is not None else None
    return Macro(count, default, _numbered(scan(text, begin, end)))


def _numbered(body: list[Token]) -> list[Token]:
    """The body with `#` and `1` made one token."""
    joined: list[Token] = []
    for token in body:
        if joined and joined[-1].text == "#" and token.text[:1].isdecimal():
            joined[-1] = Token(f"#{token.text[0]}", token.start, token.end, joined[-1].glued)
            if token.text[1:]:
                joined.append(Token(token.text[1:], token.start, token.end, True))
        else:
            joined.append(token)
    return joined


class Expansion:
    """Expands the macros of one article. What they make is counted before it is made: for each formula, and for the
    whole article."""

    def __init__(self, macros: Mapping[str, Macro], room: int = MAXIMAL_MADE) -> None:
        self.macros, self.room, self.left = macros, room, 0

    def expand(self, words: list[Token]) -> list[Token]:
        """The tokens with every macro replaced by its body; `Unreadable` where that does not end, or makes too much."""
        if not self.macros or not any(word.text in self.macros for word in words):
            return words
        self.left, found = MAXIMAL_TOKENS, list[Token]()
        self._expand(words, 0, found)
        return found

    def _expand(self, words: list[Token], depth: int, found: list[Token]) -> None:
        at = 0
        while at < len(words):
            word, macro = words[at], self.macros.get(words[at].text)
            at += 1
            if macro is None:
                found.append(word)
                continue
            if depth == MAXIMAL_DEPTH:
                raise Unreadable(word.start, "reading.endless_macro", macro=word.text)
            arguments, at = _arguments(macro, words, at)
            end = words[at - 1].end
            parts = [
                arguments[token.text] if token.text in arguments else [replace(token, start=word.start, end=end)]
                for token in macro.body
            ]
            self._count(word, 1 + sum(map(len, parts)))
            self._expand([token for part in parts for token in part], depth + 1, found)

    def _count(self, word: Token, made: int) -> None:
        if made > self.left:
            raise Unreadable(word.start, "reading.large_macro", macro=word.text, most=MAXIMAL_TOKENS)
        if made > self.room:
            raise Unreadable(word.start, "reading.large_macros", macro=word.text)
        self.left -= made
        self.room -= made


def _arguments(macro: Macro, words: list[Token], at: int) -> tuple[dict[str, list[Token]], int]:
    """What stands for `#1`, `#2`, ... where a macro is used, and the place behind it."""
    found: list[list[Token]] = []
    if macro.default is not None:
        given, at = _optional(words, at)
        found.append(macro.default if given is None else given)
    while len(found) < macro.count:
        begin, at = at, group(words, at)
        inner = words[begin:at]
        found.append(inner[1:-1] if inner and inner[0].text == "{" else inner)
    return {f"#{place}": argument for place, argument in enumerate(found, 1)}, at


def _optional(words: list[Token], at: int) -> tuple[list[Token] | None, int]:
    if at >= len(words) or words[at].text != "[":
        return None, at
    close = next((k for k in range(at, min(len(words), at + LOOKED_AHEAD)) if words[k].text == "]"), None)
    return (None, at) if close is None else (words[at + 1 : close], close + 1)
