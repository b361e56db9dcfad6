r"""The author's own commands: `\newcommand`, `\def`, `\DeclareMathOperator`, collected from the article and expanded in formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .find.latex import after_definition
from .source import Source
from .tokens import MAXIMAL_TOKENS, Token, Unreadable, group, scan

DEFINITION = re.compile(
    r"""\\(?:(?:re|provide)?(?:new)?command\*?\s*\{?\s*(?P<name>\\[A-Za-z]+)\s*\}?\s*(?:\[(?P<count>\d)\])?\s*(?:\[(?P<default>[^\]]*)\])?
      | def\s*(?P<defined>\\[A-Za-z]+)(?P<parameters>(?:\#\d)*)
      | DeclareMathOperator\*?\s*\{?\s*(?P<operator>\\[A-Za-z]+)\s*\}?)\s*(?=\{)""",
    re.VERBOSE,
)
MAXIMAL_DEPTH = 30


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
        if not re.search(r"\\(?:def|\w*command|Declare)", source.text):
            continue
        for match in DEFINITION.finditer(source.text):
            end = after_definition(source.text, match.end())
            body = scan(source.text, match.end() + 1, max(end - 1, match.end() + 1))
            count = int(match["count"] or 0) or (match["parameters"] or "").count("#")
            default = scan(match["default"], 0, len(match["default"])) if match["default"] is not None else None
            if match["operator"]:
                word = source.text[match.end() + 1 : max(end - 1, match.end() + 1)]
                body = [Token(f"\\text{{{word.strip()}}}", 0, 0)]
            found[match["name"] or match["defined"] or match["operator"]] = Macro(count, default, _numbered(body))
    return found


def _numbered(body: list[Token]) -> list[Token]:
    """The body with `#` and `1` made one token."""
    joined: list[Token] = []
    for token in body:
        if joined and joined[-1].text == "#" and token.text[:1].isdigit():
            joined[-1] = Token(f"#{token.text[0]}", token.start, token.end, joined[-1].glued)
            if token.text[1:]:
                joined.append(Token(token.text[1:], token.start, token.end, True))
        else:
            joined.append(token)
    return joined


def expand(words: list[Token], macros: Mapping[str, Macro]) -> list[Token]:
    """The tokens with every macro replaced by its body; `Unreadable` where that does not end."""
    if not macros or not any(word.text in macros for word in words):
        return words
    found, budget = list[Token](), [MAXIMAL_TOKENS]
    _expand(words, macros, 0, found, budget)
    return found


def _expand(words: list[Token], macros: Mapping[str, Macro], depth: int, found: list[Token], budget: list[int]) -> None:
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        budget[0] -= 1
        if budget[0] < 0 or depth > MAXIMAL_DEPTH:
            raise Unreadable(word.start, f"the macro {word.text} does not come to an end")
        macro = macros.get(word.text)
        if macro is None:
            found.append(word)
            continue
        arguments: list[list[Token]] = []
        if macro.default is not None:
            given, at = _optional(words, at)
            arguments.append(macro.default if given is None else given)
        while len(arguments) < macro.count:
            begin, at = at, group(words, at)
            inner = words[begin:at]
            arguments.append(inner[1:-1] if inner and inner[0].text == "{" else inner)
        end = words[at - 1].end
        body: list[Token] = []
        for token in macro.body:
            place = int(token.text[1]) - 1 if token.text[0] == "#" and token.text[1:].isdigit() else -1
            body += arguments[place] if 0 <= place < len(arguments) else [Token(token.text, word.start, end, token.glued)]
        _expand(body, macros, depth + 1, found, budget)


def _optional(words: list[Token], at: int) -> tuple[list[Token] | None, int]:
    if at >= len(words) or words[at].text != "[":
        return None, at
    close = next((k for k in range(at, len(words)) if words[k].text == "]"), None)
    return (None, at) if close is None else (words[at + 1 : close], close + 1)
