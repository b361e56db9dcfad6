"""What `tomllib` finds wrong, said so that one sees what to write: a row for each slip that people make."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from derivation.words.telling import tell

Place = tuple[int, int]


@dataclass(frozen=True)
class Slip:
    """A slip: what `tomllib` says of it, what stands before and from the place on (patterns), the code of our sentence,
    which may name the groups of both, and where it is told."""

    cause: str
    rest: str
    code: str
    before: str = ""
    at: Callable[[list[str], Place, str], Place] = lambda lines, place, cause: place


def last_open(lines: list[str], place: Place, cause: str) -> Place:
    """The last bracket before a place that nothing closes."""
    waiting: list[Place] = []
    for number, text in enumerate(lines[: place[0]], 1):
        bare = re.sub(r"\"[^\"]*\"|'[^']*'", lambda found: "x" * len(found[0]), text).partition("#")[0]
        for column, sign in enumerate(bare, 1):
            if (number, column) >= place:
                break
            if sign == "[":
                waiting.append((number, column))
            elif sign == "]" and waiting:
                waiting.pop()
    return waiting[-1] if waiting else place


def last_fence(lines: list[str], place: Place, cause: str) -> Place:
    """The last line on which a text of several lines begins."""
    fence = "'''" if "'" in cause else '"""'
    at = next((number for number in range(len(lines), 0, -1) if f"= {fence}" in lines[number - 1]), place[0])
    return at, lines[at - 1].find(fence) + 1 or place[1]


def line_start(lines: list[str], place: Place, cause: str) -> Place:
    """The beginning of the line."""
    return place[0], 1


WORD = r"(?P<word>[A-Za-z_][\w.]*)"
SLIPS = (
    Slip("Invalid value", r"\(", "toml.round_brackets"),
    Slip("Invalid value", r"\.\d", "toml.no_zero"),
    Slip("Invalid value", rf"{WORD}\s*\(", "toml.call"),
    Slip("Invalid value", WORD, "toml.word_in_list", r"\[[^\]]*\Z"),
    Slip("Invalid value", r"(?P<word>[A-Za-z_].*?)\s*(?:#.*)?\Z", "toml.word"),
    Slip("Invalid value", r"\s*\Z", "toml.no_value"),
    Slip("Invalid value", r"[+-]{2}", "toml.two_signs"),
    Slip("Unclosed array", r"/\s*(?P<below>\d+)", "toml.fraction", r"(?P<above>\d+)\Z"),
    Slip("Unclosed array", r"\.\s*[],]", "toml.no_decimals", r"(?P<whole>\d+)\Z"),
    Slip("Unclosed array", r";", "toml.semicolon"),
    Slip("Unclosed array", r"[\d\[\"'+-]", "toml.comma", r"[\d\]\"'] +\Z"),
    Slip("Unclosed array", "", "toml.open_list", r"\A\s*\Z", last_open),
    Slip("Unclosed array", "", "toml.list_sign"),
    Slip("Expected newline", r",\s*(?P<after>\d+)", "toml.decimal_comma", r"(?P<before>\d+)\Z"),
    Slip("Expected newline", r"[\])]", "toml.closed_twice"),
    Slip("Expected newline", r"\d", "toml.leading_zero", r"\b0\Z"),
    Slip("Expected newline", r"(?P<found>[-+*/^].*)", "toml.calculation"),
    Slip("Expected newline", "", "toml.end_of_line"),
    Slip("Expected '=' after a key", r":", "toml.colon"),
    Slip("Expected '=' after a key", r"\]", "toml.table_bracket", r"\A\s*(?P<table>\w+)\Z"),
    Slip("Expected '=' after a key", "", "toml.no_equals", r"\A\s*(?P<key>[\w.-]+)\s*\Z"),
    Slip("Expected ']' at the end of a table", "", "toml.table_open", r"\[(?P<table>\w+)\Z"),
    Slip(r"Illegal character '\\n'", "", "toml.open_text"),
    Slip("Expected \"'''\"|Unterminated string", "", "toml.open_block", at=last_fence),
    Slip("Invalid statement", "", "toml.statement"),
    Slip("Cannot overwrite a value", "", "toml.twice", r"\A\s*(?P<key>[\w.-]+)\s*=", line_start),
    Slip(r"Cannot declare \('(?P<table>\w+)',\) twice", "", "toml.table_twice"),
)


def problem(lines: list[str], place: Place, cause: str) -> tuple[Place, str]:
    """Where to tell what `tomllib` says of a place, and our sentence.

    >>> problem(["x = (1, 2)"], (1, 5), "Invalid value")
    ((1, 5), 'a list stands in square brackets, as in [1, 2], not in round ones')
    """
    text = lines[place[0] - 1] if place[0] <= len(lines) else ""
    before, rest = text[: place[1] - 1], text[place[1] - 1 :]
    for slip in SLIPS:
        found = [re.match(slip.cause, cause), re.match(slip.rest, rest), re.search(slip.before, before)]
        if all(found):
            groups = {key: group for match in found if match for key, group in match.groupdict().items()}
            return slip.at(lines, place, cause), tell(slip.code, **groups)
    return place, cause
