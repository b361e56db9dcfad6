"""Names with numbers below them, as entries of arrays: `z_1`, `w_{12}` of `W`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from derivation.checking.facts.lookup import Meant
from derivation.checking.reading.symbols import Symbol
from derivation.formulas.terms import index


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
