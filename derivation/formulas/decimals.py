"""Decimals as they are printed, each digit right: exact where they end, else rounded half-even; and numbers that are
carried on as they are written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flint
from flint import arb, fmpq, fmpz

from derivation.formulas.arrays import Array
from derivation.formulas.numbers import (
    LARGEST,
    MAXIMAL_EXPONENT,
    MAXIMAL_HEIGHT,
    NEGLIGIBLE,
    NEGLIGIBLE_PLACES,
    Number,
    Result,
    Uncertain,
    bounds,
    exact,
    is_negligible,
    middle,
    sharpened,
    within_reach,
)
from derivation.formulas.precision import working_precision
from derivation.words.telling import tell

LEAST = arb(2) ** -MAXIMAL_EXPONENT
LARGE, SMALL = arb(2) ** 4096, arb(2) ** -4096
"""Beyond these a ball's power of ten is found by its logarithm, since the whole numbers that it is a quotient of would
be long."""
TIED_PLACES = 60
"""Significant digits at most up to which a tie is looked for."""
JSON_DIGITS, TIED_BITS = 30, 145
"""Digits of numbers that leave, and the accuracy from which on two roundings that are both possible are as good as
tied: either is right to half a unit and 10^-13 of one."""
GUARD_DIGITS = 2
SMALLEST = -5
"""The power of ten from which down numbers are printed in scientific form."""


@dataclass(frozen=True, slots=True)
class Style:
    """How numbers are printed: terminating decimals in full up to `exact_digits`, others rounded to `digits`
    significant ones."""

    digits: int = 6
    exact_digits: int = 10


class Written(fmpq):  # type: ignore[misc]
    """A number as it was written at the end of a chain: the rational that its `text` is, and the number that it is
    written for, `of`."""

    text: str
    of: Number

    @property
    def rounds(self) -> bool:
        """Whether it differs from what it is written for."""
        return not (isinstance(self.of, fmpq) and self.of == self)


def written(text: str, of: Number) -> Written:
    """The decimal `text`, written for the number `of`."""
    number = Written(exact(text))
    number.text, number.of = text, of
    return number


def unrounded(x: Number) -> Number:
    """What a number is written for; itself where it was not written down on the way."""
    return x.of if isinstance(x, Written) else x


def meant(array: Array) -> Array:
    """What the numbers of an array are written for."""
    return array if array.kind else array.map(unrounded)


def taken(x: Number) -> Number:
    """A number as later steps take it: as it is written, whatever it was rounded from."""
    return written(x.text, fmpq(x)) if isinstance(x, Written) else x


@dataclass(frozen=True, slots=True)
class Carry:
    """Paper arithmetic: a result is rounded half-even to `digits` significant digits, or to `places` decimal places,
    and used rounded.

    >>> Carry(3)(fmpq(2, 3)).text, Carry(places=2)(fmpq(599, 1000)).text, Carry(3)(fmpq(1, 2)).text
    ('0.667', '0.60', '0.5')
    """

    digits: int = 6
    places: int | None = None

    @property
    def style(self) -> Style:
        """How numbers are printed: arithmetic on the way to a result shows guard digits, so that it can be followed."""
        digits = self.digits + GUARD_DIGITS if self.places is None else max(self.digits, self.places + GUARD_DIGITS)
        return Style(digits, max(digits, 10))

    def __call__(self, x: Number) -> Written:
        text = rounded(x, self.digits) if self.places is None else rounded_to_places(x, self.places)
        if isinstance(x, fmpq) and exact(text) == x:
            text = decimal(x, Style(JSON_DIGITS, max(self.digits, 10))).text
        return written(text, x)


@dataclass(frozen=True, slots=True)
class Printed:
    """A decimal as printed, and whether it is the number itself or a rounding of it."""

    text: str
    exact: bool


def decimal(x: Number, style: Style) -> Printed:
    """The decimal a person would write.

    >>> decimal(fmpq(25, 32), Style())
    Printed(text='0.78125', exact=True)
    >>> decimal(fmpq(2, 3), Style(digits=3))
    Printed(text='0.667', exact=False)
    """
    if isinstance(x, Written) and _significant(x.text) <= style.exact_digits:
        return Printed(x.text, True)
    x = sharpened(x)
    if isinstance(x, fmpq):
        full = terminating(x)
        if (
            full is not None
            and len(full.lstrip("-0.").replace(".", "")) <= style.exact_digits
            and len(full) <= 2 * style.exact_digits
        ):
            return Printed(full if magnitude(x or fmpq(1)) > SMALLEST else scientific(x), True)
    return Printed(rounded(x, style.digits), False)


def _significant(text: str) -> int:
    return len(text.partition("e")[0].lstrip("-0.").replace(".", ""))


def scientific(x: fmpq) -> str:
    """A terminating number exactly, in scientific form.

    >>> scientific(fmpq(-1, 80000000))
    '-1.25e-8'
    """
    size = magnitude(x)
    digits = terminating(x * fmpq(10) ** -size) or ""
    return f"{digits}e{size}"


def terminating(x: fmpq) -> str | None:
    """A rational as a finite decimal, or None where its decimals never end, or have no end that anybody would read."""
    if x.height_bits() > MAXIMAL_HEIGHT:
        return None
    places, rest = [0, 0], int(x.q)
    for k, prime in enumerate((2, 5)):
        while rest % prime == 0:
            rest, places[k] = rest // prime, places[k] + 1
    return point(int(x.p) * 10 ** max(places) // int(x.q), max(places)) if rest == 1 else None


def rounded(x: Number, digits: int) -> str:
    """Rounded half-even to significant digits, each certain; small and large numbers in scientific form.

    >>> rounded(fmpq(1, 3), 4), rounded(fmpq(1, 30000000), 3)
    ('0.3333', '3.33e-8')
    """
    if isinstance(x, arb):
        if is_negligible(x) or abs(x) < LEAST:
            return "0"
        if LEAST < abs(x) < SMALL or LARGE < abs(x) < LARGEST:
            return _far(x, digits)
    return _certain(x, lambda bound: _rounded(bound, digits))


def _far(x: arb, digits: int) -> str:
    """A number far from 1, of which whole numbers would be long: its logarithm gives the power of ten."""
    with working_precision(flint.ctx.prec + 64):
        size = int((abs(x.mid()).log() / arb.const_log10()).mid().floor().unique_fmpz())
        near = exact(rounded(x / arb(10) ** size, digits))
    carried = magnitude(near)
    return f"{point(nearest(near, digits - 1 - carried), digits - 1)}e{size + carried}"


def rounded_to_places(x: Number, places: int) -> str:
    """Rounded half-even to decimal places, each certain.

    >>> rounded_to_places(fmpq(1, 8), 2), rounded_to_places(fmpq(1, 1000), 2)
    ('0.12', '0')
    """
    return _certain(x, lambda bound: point(units, places) if (units := nearest(bound, places)) else "0")


def _certain(x: Number, round_off: Callable[[fmpq], str]) -> str:
    """What both ends of a ball are rounded to."""
    lower, upper = bounds(within_reach(x))
    low, high = round_off(lower), round_off(upper)
    if low == high:
        return low
    # A number far below 1 has its places behind its zeros.
    places = max(NEGLIGIBLE_PLACES, TIED_PLACES - magnitude(lower)) if lower * upper > 0 else NEGLIGIBLE_PLACES
    if upper - lower < NEGLIGIBLE * fmpq(10) ** (NEGLIGIBLE_PLACES - places):
        return round_off(fmpq(nearest((lower + upper) / 2, places)) / fmpq(10) ** places)
    raise Uncertain(tell("uncertain.digits"))


def _rounded(x: fmpq, digits: int) -> str:
    if x == 0:
        return "0"
    size = magnitude(x)
    units = nearest(x, digits - 1 - size)
    if len(str(abs(units))) > digits:
        size, units = size + 1, units // 10
    if SMALLEST < size < max(digits, 7):
        return point(nearest(x, digits - 1 - size), max(digits - 1 - size, 0), shift=min(digits - 1 - size, 0))
    return f"{point(units, digits - 1)}e{size}"


def nearest(x: fmpq, places: int) -> int:
    """The number of units of 10^-places nearest to x, half to even."""
    p, q, ten = _whole(x)
    p, q = p * ten ** max(places, 0), q * ten ** max(-places, 0)
    units, rest = divmod(p, q)
    up = 2 * rest > q or (2 * rest == q and units % 2 == 1)
    return int(units) + int(up)


def magnitude(x: fmpq) -> int:
    """The power of ten of the first significant digit: 2 for 345, -3 for 0.0012."""
    p, q, ten = _whole(abs(x))
    guess = int((p.bit_length() - q.bit_length()) * 30103 // 100000 + 1)  # never too small, and too large by 4 at most
    while p * ten ** max(-guess, 0) < q * ten ** max(guess, 0):
        guess -= 1
    return guess


def _whole(x: fmpq) -> tuple[Any, Any, Any]:
    """Numerator, denominator and 10 in whole numbers of one kind: Python's are quick where they are short,
    python-flint's where they are long."""
    return (x.p, x.q, fmpz(10)) if x.height_bits() > MAXIMAL_HEIGHT else (int(x.p), int(x.q), 10)


def point(units: int, places: int, shift: int = 0) -> str:
    """Units of 10^-places as a decimal; a negative shift appends zeros instead.

    >>> point(-125, 3), point(12, 0, shift=-2)
    ('-0.125', '1200')
    """
    sign, digits = "-" if units < 0 else "", str(abs(units)) + "0" * -shift
    if not places:
        return sign + digits
    digits = digits.rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def json_text(x: Number) -> str:
    """`"p/q"`, an integer, or 30 certain significant digits."""
    return str(x) if isinstance(x, fmpq) else at_a_tie(x, lambda near: rounded(near, JSON_DIGITS))


def at_a_tie(x: Number, show: Callable[[Number], Result]) -> Result:
    """How a result is printed once all is worked: where its digits leave two roundings, that of its middle."""
    try:
        return show(x)
    except Uncertain:
        if x.rel_accuracy_bits() < TIED_BITS:
            raise
        return show(middle(x))
