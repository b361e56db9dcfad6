"""What is found of a cell."""

from __future__ import annotations

from dataclasses import dataclass

from derivation.checking.judging.verdicts import Kind, Verdict
from derivation.checking.sheets.cells import Place


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on a cell, in the words of `why`; `label` is what the sheet calls what stands in it. `follows` is the
    cell whose mistake it goes on with."""

    place: Place
    verdict: Verdict
    kind: Kind = "arithmetic"
    why: str = ""
    expected: str | None = None
    label: str = ""
    follows: Place | None = None


def shown(value: object) -> str:
    """A value as a person would write it: 12 digits at most.

    >>> shown(0.1 + 0.2), shown(True), shown("a"), shown(None), shown(-0.0)
    ('0.3', 'TRUE', '"a"', '""', '0')
    """
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.12g}" if value else "0"
    return f'"{value or ""}"'
