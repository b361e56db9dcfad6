r"""The author's own commands: `\newcommand`, `\def`, `\DeclareMathOperator`, collected from the article and expanded in
formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from derivation.checking.reading.tokens import MAXIMAL_TOKENS, Token, Unreadable, group, scan
from derivation.checking.sources.find.definitions import Definition, definitions
from derivation.checking.sources.source import Source

PROGRAMMED = frozenset(
    r"""\let \def \gdef \edef \xdef \setbox \vbox \vtop \copy \box \kern \raise \lower \count \dimen \advance \mathchar \mathaccent \delimiter
    \csname \endcsname \expandafter \futurelet \begingroup \bgroup \egroup \endgroup \if \ifx \ifnum \ifdim \ifmmode \else \fi \hskip \vskip \sbox
    \mathchoice \mathpalette \setlength \genfrac \special \mskip \mkern \penalty \global""".split()
)
"""TeX's own language."""
COMMAND = re.compile(r"\\[A-Za-z]++")
BOX = re.compile(r"\\(?:f?color|f|h|m|frame|raise|make|resize|scale)box(?![A-Za-z])")
FORMULA = re.compile(r"(?<!\\)\$([^$]++)\$")
MAXIMAL_DEPTH = 30
MAXIMAL_MADE = 1_000_000
"""Tokens that the macros of one article may make."""
LOOKED_AHEAD = 200
"""Tokens of an optional argument."""


@dataclass(frozen=True, slots=True)
class Macro:
    """A command's number of arguments, the first one's default, and its body; `is_final` says that no macro stands in
    it."""

    count: int
    default: list[Token] | None
    body: list[Token]
    is_final: bool = False


def collect(sources: Iterable[Source]) -> dict[str, Macro]:
    r"""Every command that the article defines.

    >>> sorted(collect([Source("a.tex", r"\newcommand{\R}{\mathbb{R}} \def\half{\frac{1}{2}}")]))
    ['\\R', '\\half']
    """
    found: dict[str, Macro] = {}
    for source in sources:
        for definition in definitions(source.text):
            begin = definition.name.replace(r"\end{", r"\begin{")
            macro = _macro(definition, found)
            if macro and (begin == definition.name or begin in found):
                found[definition.name] = macro
    return found


def _macro(definition: Definition, known: Mapping[str, Macro]) -> Macro | None:
    """What a definition makes of a command; nothing where it is written in TeX's own language, which only says how the
    command looks."""
    if definition.is_alias:
        return known.get(definition.body) or Macro(0, None, [Token(definition.body, 0, 0)], is_final=True)
    default = scan(definition.default, 0, len(definition.default)) if definition.default is not None else None
    inner = _boxed(definition.body)
    if "@" in inner or not PROGRAMMED.isdisjoint(COMMAND.findall(inner)):
        return None
    body = scan(inner, 0, len(inner))
    return Macro(definition.count, default, _numbered(body))


def _boxed(body: str) -> str:
    r"""What stands between the dollars of a body that sets a formula in a box; another body as it is.

    >>> _boxed(r"\text{\fbox{$\displaystyle #1$}}")
    '\\displaystyle #1'
    """
    formulas = FORMULA.findall(body) if BOX.search(body) else []
    return formulas[0] if len(formulas) == 1 else body


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
            if macro.is_final:
                found += [replace(token, start=word.start, end=end) for token in macro.body]
                continue
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
        place = words[at - 1]
        usual = [replace(token, start=place.start, end=place.end) for token in macro.default]
        found.append(usual if given is None else given)
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
