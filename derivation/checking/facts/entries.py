"""Names with numbers below them, as entries of arrays: `z_1`, `w_{12}` of `W`; and as parts: `K_{:,1}`, `h_{1:4}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from derivation.checking.facts.lookup import Meant
from derivation.checking.reading.symbols import Symbol
from derivation.formulas.arrays import collapse
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term, index


def entry(symbol: Symbol, known: Callable[[Symbol], Meant | None]) -> Meant | None:
    """The entry of a known array that a name stands for; None where it is none. `known` says what a whole name means,
    and its shape."""
    if symbol.sub and len(digits(symbol.label)) == 2:  # w_2^{11}, of W_2
        found = entry_in(replace(symbol, label=()), symbol.label, known)
        if found:
            return found
    return entry_in(symbol.whole, symbol.sub, known)


def entry_in(array: Symbol, numbers: tuple[str, ...], known: Callable[[Symbol], Meant | None]) -> Meant | None:
    """The entry at these numbers of an array that bears a name, perhaps with a capital letter."""
    places = digits(numbers)
    if not places:
        return None
    for whole in wholes(array):
        meant = known(whole)
        if meant is None or not meant[1]:
            continue
        term, shape = meant
        sizes = shape if len(places) == 2 else (max(shape),) if 1 in shape else ()
        if len(places) == 2 and 1 in shape and len(numbers) == 1 and int(numbers[0]) <= max(shape):
            places, sizes = (int(numbers[0]) - 1,), (max(shape),)
        if len(sizes) == len(places) and all(0 <= place < size for place, size in zip(places, sizes, strict=True)):
            return index(term, *places), ()
    return None


def part_of(symbol: Symbol, known: Callable[[Symbol], Meant | None]) -> Meant | None:
    """The rows and columns of a known array that a name stands for: from place to place, the last included, or all."""
    spans = spans_of(symbol.sub)
    for whole in wholes(symbol.whole) if spans else ():
        meant = known(whole)
        if meant is None or not meant[1] or len(spans) > 2:
            continue
        term, shape = meant
        both = spans if len(spans) == 2 else [ALL, *spans] if shape[0] == 1 else [*spans, ALL]
        places = [(first or 1, last or size) for (first, last), size in zip(both, shape, strict=True)]
        if all(1 <= first <= last <= size for (first, last), size in zip(places, shape, strict=True)):
            rows, columns = (last - first + 1 for first, last in places)
            return Term(heads.SLICE, (term, *places[0], *places[1])), collapse((rows, columns))
    return None


Span = tuple[int, int]
ALL = (0, 0)
"""All rows, or all columns."""
AXIS = re.compile(r"\d+(?::\d+)?|:|\\cdot|\*")


def spans_of(sub: tuple[str, ...]) -> list[Span]:
    r"""From where to where the parts of a subscript go, along each axis; none where it has no colon or dot that stands
    for all.

    >>> spans_of((":", ",", "1")), spans_of(("1", ":", "4")), spans_of(("2", r"\cdot")), spans_of(("1", "2"))
    ([(0, 0), (1, 1)], [(1, 4)], [(2, 2), (0, 0)], [])
    """
    text = "".join(sub)
    axes = AXIS.findall(text)
    if "".join(axes) != text.replace(",", "") or all(axis.isdecimal() for axis in axes):
        return []
    ends = [axis.split(":") if axis[0].isdecimal() else ("0",) for axis in axes]
    return [(int(one[0]), int(one[-1])) for one in ends]


def digits(sub: tuple[str, ...]) -> tuple[int, ...]:
    """The places, from 0, that a subscript of digits means; () if it is none. `12` is row 1, column 2."""
    parts = [part for part in sub if part != ","]
    if not parts or not all(part.isdecimal() for part in parts):
        return ()
    if len(parts) == 1 and len(parts[0]) == 2:
        parts = list(parts[0])
    return tuple(int(part) - 1 for part in parts) if len(parts) <= 2 else ()


def wholes(symbol: Symbol) -> Iterator[Symbol]:
    r"""The arrays whose entries may bear this letter: `w` is an entry of `w`, `W`, `\mathbf{w}` or `\mathbf{W}`."""
    letter = symbol.base
    capitals = [letter.upper()] if len(letter) == 1 and letter.islower() else []
    bases = [
        letter,
        *capitals,
        *(rf"{font}{{{base}}}" for font in (r"\mathbf", r"\boldsymbol", r"\vec") for base in (letter, *capitals)),
    ]
    return (replace(symbol, base=base) for base in bases)
