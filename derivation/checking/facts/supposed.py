"""What an equality between symbols is tried with where the article gives no numbers: the shapes of names of which it
says nothing, and small numbers for letters that count."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from derivation.checking.reading.symbols import Symbol
from derivation.formulas.arrays import Shape

SIZE = 3
"""The number of rows, of columns and of summands where the article says none: what holds for every number holds for
this one, and square matrices differ from their transposes as others do."""
COUNTED = re.compile(r"-?\d+")


FONTS = (r"\mathbf", r"\boldsymbol", r"\bm", r"\vec")
"""Fonts of arrays."""


class Family(NamedTuple):
    """The names that differ in the numbers of their scripts only, for which `#` stands."""

    base: str
    sub: str
    label: str
    primes: int

    @property
    def letter(self) -> str:
        """The letter in whatever font: entries of `\\mathbf{y}` are `y_1`, `y_2`."""
        font = next((font for font in FONTS if self.base.startswith(font)), "")
        return self.base.removeprefix(font).strip("{}") if font else self.base

    @property
    def is_bare(self) -> bool:
        """Whether it is a name without scripts."""
        return not (self.sub or self.label)

    @property
    def is_numbered(self) -> bool:
        """Whether it may be the entries of an array."""
        return bool(self.sub) and not self.sub.strip("#,")


def family(symbol: Symbol) -> Family:
    r"""What names have in common that differ in the numbers of their scripts only: `x_1` and `x_2`, `a^{(1)}` and
    `a^{(2)}`.

    >>> family(Symbol("x", ("1",))) == family(Symbol("x", ("2",))) != family(Symbol("x"))
    True
    """
    sub, label = (COUNTED.sub("#", "".join(words)) for words in (symbol.sub, symbol.label))
    return Family(symbol.base, sub, label, symbol.primes)


@dataclass(frozen=True)
class Supposed:
    """Shapes by families, numbers by letters, and what is granted to the values that are drawn."""

    shapes: Mapping[Family, Shape] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)
    shares: frozenset[Family] = frozenset()
    """Families whose members, or whose entries, add up to 1."""
    symmetric: frozenset[Family] = frozenset()
    """Families of matrices that equal their transposes."""
    scalars: frozenset[str] = frozenset()
    """Names that stand for any number, whatever the article says of them: the z of `\\sigma'(z) = ...`."""
    size: int = SIZE
    """Rows, columns and summands, where nothing is said of them."""

    def shape(self, symbol: Symbol | None) -> Shape | None:
        return self.shapes.get(family(symbol)) if symbol else None

    def siblings(self, symbol: Symbol | None) -> Sequence[str]:
        """The names with which one adds up to 1; none where that is not granted, or where its own entries do."""
        if symbol is None or family(symbol) not in self.shares or not (symbol.sub or symbol.label):
            return ()
        return [
            Symbol(symbol.base, counted(symbol.sub, k), counted(symbol.label, k), symbol.primes).key
            for k in range(1, self.size + 1)
        ]

    def adds_up(self, symbol: Symbol | None) -> bool:
        return symbol is not None and family(symbol) in self.shares

    def is_symmetric(self, symbol: Symbol | None) -> bool:
        return symbol is not None and family(symbol) in self.symmetric


def counted(words: Sequence[str], number: int) -> tuple[str, ...]:
    return tuple(COUNTED.sub(str(number), word) for word in words)


def is_kronecker(symbol: Symbol) -> bool | None:
    r"""Whether the two numbers below a Kronecker delta are the same; None where a symbol is none.

    >>> is_kronecker(Symbol(r"\delta", ("12",))), is_kronecker(Symbol(r"\delta", ("2", ",", "2")))
    (False, True)
    """
    digits = "".join(symbol.sub).replace(",", "")
    if symbol.base != r"\delta" or symbol.label or len(digits) != 2 or not digits.isdecimal():
        return None
    return digits[0] == digits[1]


NOTHING = Supposed()
