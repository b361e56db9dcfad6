"""What shells offer for the values of options, each with what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from textwrap import shorten
from types import MappingProxyType

Offer = Callable[[str], list[tuple[str, str]]]
"""Given what is typed so far: (value, what it is) of each, as Typer takes it."""
LONGEST = 72
"""Letters of what is said of a value: shells take what Typer breaks into lines for another value."""
NOTHING: Mapping[str, str] = MappingProxyType({})


def one_of(values: Iterable[str], says: Mapping[str, str] = NOTHING) -> Offer:
    """Offers the values that begin as typed, and what is said of each.

    >>> one_of(["pdf", "html"], {"pdf": "for print"})("p")
    [('pdf', 'for print')]
    """
    rows = [(value, shorten(says.get(value, ""), LONGEST, placeholder=" …")) for value in values]

    def offer(incomplete: str) -> list[tuple[str, str]]:
        return [row for row in rows if row[0].startswith(incomplete)]

    return offer


def several_of(values: Iterable[str], says: Mapping[str, str] = NOTHING) -> Offer:
    """The same for values joined by commas; what stands before the last comma stays, and is not offered again.

    >>> several_of(["pdf", "csv", "json"])("pdf,")
    [('pdf,csv', ''), ('pdf,json', '')]
    """
    offer_one = one_of(values, says)

    def offer(incomplete: str) -> list[tuple[str, str]]:
        before, comma, last = incomplete.rpartition(",")
        chosen = before.split(",")
        return [(before + comma + value, about) for value, about in offer_one(last) if value not in chosen]

    return offer
