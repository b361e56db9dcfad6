r"""Where an article defines commands and environments of its own: `\newcommand`, `\def`, `\NewDocumentCommand`,
`\newenvironment` and their kin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from derivation.checking.sources.find.delimiters import MAXIMAL_GAP, Groups

DEFINITION = re.compile(
    r"""\\(?:(?:re|provide)?(?:new)?(?:robust)?(?:cmd|command)\*?\s*+(?>(?:\{\s*+)?)(?P<name>\\[A-Za-z]++)\s*+(?>(?:\}\s*+)?)(?>(?:\[(?P<count>\d)\]\s*+)?)(?>(?:\[(?P<default>[^\]]{0,200}+)\]\s*+)?)
      | DeclareRobustCommand\*?\s*+(?>(?:\{\s*+)?)(?P<robust>\\[A-Za-z]++)\s*+(?>(?:\}\s*+)?)(?>(?:\[(?P<robust_count>\d)\]\s*+)?)
      | (?:[gex]|)def\s*+(?P<defined>\\[A-Za-z]++)(?P<parameters>(?>(?:\#\d)*))\s*+
      | (?:New|Renew|Provide|Declare)(?:Expandable)?DocumentCommand\s*+(?>(?:\{\s*+)?)(?P<documented>\\[A-Za-z]++)\s*+(?>(?:\}\s*+)?)\{(?P<specification>(?>(?:[^{}]|\{[^{}]*+\}){0,200}))\}\s*+
      | (?:re|provide)?(?:new)?environment\*?\s*+\{(?P<environment>[A-Za-z]++\*?)\}\s*+(?>(?:\[(?P<environment_count>\d)\]\s*+)?)(?>(?:\[(?P<environment_default>[^\]]{0,200}+)\]\s*+)?)
      | DeclareMathOperator\*?\s*+(?>(?:\{\s*+)?)(?P<operator>\\[A-Za-z]++)\s*+(?>(?:\}\s*+)?))(?=\{)
      | \\DeclarePairedDelimiter\s*+(?>(?:\{\s*+)?)(?P<paired>\\[A-Za-z]++)\s*+(?>(?:\}\s*+)?)\{(?P<opening>[^{}]{1,20})\}\s*+(?=\{)
      | \\let\s*+(?P<named>\\[A-Za-z]++)\s*+(?>(?:=\s*+)?)(?P<meaning>\\[A-Za-z]++)
      | (?P<comment>(?<!\\)%[^\n]*+)""",
    re.VERBOSE,
)
SPELLED = ("ommand", r"\def", "def\\", r"\let", "environment{", r"\Declare", "robustcmd")
"""What a text holds, one or another, that defines anything."""
ARGUMENT = re.compile(r"(?P<optional>[Oo])(?P<default>\{[^{}]*+\})?|(?P<wanted>[mrt])|(?P<star>s)")
MAXIMAL_BODY = 5000
"""Letters of a macro's body; what is longer is no abbreviation, and not expanded."""


@dataclass(frozen=True, slots=True)
class Definition:
    r"""A command's name, its number of arguments, the first one's default, and what it stands for.

    `name` is `\\begin{...}` or `\\end{...}` for the halves of an environment; `is_alias` says that the body is the name
    of another command, which is meant as it was there and then.
    """

    name: str
    count: int
    default: str | None
    body: str
    is_alias: bool = False


def definitions(text: str) -> Iterator[Definition]:
    r"""What one text defines, in order; what a body defines in its turn is not looked for.

    >>> [(found.name, found.body) for found in definitions(r"\newcommand{\half}[1]{\frac{#1}{2}} \let\a\alpha")]
    [('\\half', '\\frac{#1}{2}'), ('\\a', '\\alpha')]
    """
    if not any(mark in text for mark in SPELLED):
        return
    groups, at, depth = Groups(text), 0, 0
    while match := DEFINITION.search(text, at):
        depth += text.count("{", at, match.start()) - text.count("}", at, match.start())
        at = match.end()
        if match["named"] and depth <= 0:  # inside of a group it holds for that group alone
            yield Definition(match["named"], 0, None, match["meaning"], is_alias=True)
        if match["comment"] or match["named"]:
            continue
        end = groups.ends[at]
        if not at + 2 <= end <= at + 2 + MAXIMAL_BODY:
            at, depth = at + 1, depth + 1
            continue
        begin, at = at, end
        if match["environment"]:
            yield from _environment(match, text, groups, begin, end)
        else:
            yield _command(match, text[begin + 1 : end - 1])


def _command(match: re.Match[str], body: str) -> Definition:
    if match["paired"]:
        return Definition(match["paired"], 1, None, rf"{match['opening']} #1 {body}")
    if match["operator"]:
        return Definition(match["operator"], 0, None, f"\\text{{{body.strip()}}}")
    if match["documented"]:
        arguments = [found for found in ARGUMENT.finditer(match["specification"]) if not found["star"]]
        default = (arguments[0]["default"] or "{}")[1:-1] if arguments and arguments[0]["optional"] else None
        return Definition(match["documented"], len(arguments), default, body)
    count = int(match["count"] or match["robust_count"] or 0) or (match["parameters"] or "").count("#")
    return Definition(match["name"] or match["robust"] or match["defined"], count, match["default"], body)


def _environment(match: re.Match[str], text: str, groups: Groups, begin: int, end: int) -> Iterator[Definition]:
    r"""The halves of an environment, as what its `\begin` and its `\end` stand for."""
    name, count = match["environment"], int(match["environment_count"] or 0)
    yield Definition(rf"\begin{{{name}}}", count, match["environment_default"], text[begin + 1 : end - 1])
    second = end + len(text[end : end + MAXIMAL_GAP]) - len(text[end : end + MAXIMAL_GAP].lstrip())
    if groups.ends[second] and text[second : second + 1] == "{":
        yield Definition(rf"\end{{{name}}}", 0, None, text[second + 1 : groups.ends[second] - 1])
