"""Numbers whose every printed digit is right: exact rationals (`fmpq`), else certified balls (`arb`).

A ball is an interval that surely holds the true value. Where a ball is too wide to decide a digit or a sign,
`Uncertain` is raised, and the caller works again with more bits (see `certified`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar

import flint
from flint import arb, fmpq, fmpz

from derivation.formulas.arrays import Array
from derivation.formulas.precision import working_precision as working_precision
from derivation.formulas.terms import Term
from derivation.words.telling import message_of, tell

Number: TypeAlias = Any
"""An exact rational (`fmpq`) or a certified ball (`arb`); python-flint carries no types."""
Result = TypeVar("Result")

MAXIMAL_HEIGHT = 4096
"""Bits of a numerator or denominator beyond which an exact number goes on as a ball."""
MAXIMAL_EXPONENT = 1_000_000
"""The power of two beyond which a value is too large to be printed; one below its inverse is printed as the 0 that it
is rounded to."""
PRECISIONS = (192, 384, 1024, 4096, 12288, 65536)
"""Bits of working precision, tried in this order until every digit is certain."""
AGREED_DIGITS = 40
"""Digits to which two sides of a link have to be equal where they are no fractions."""
TOLERANCE, AGREED_BITS = arb(fmpq(1, 10**AGREED_DIGITS)), 140
"""How far two such sides may be apart, and the relative accuracy in bits from which on a ball is narrow enough."""
LARGEST, LEAST = arb(2) ** MAXIMAL_EXPONENT, arb(2) ** -MAXIMAL_EXPONENT
LARGE, SMALL = arb(2) ** 4096, arb(2) ** -4096
"""Beyond these a ball's power of ten is found by its logarithm, since the whole numbers that it is a quotient of would
be long."""
NEGLIGIBLE_PLACES = 100
TIED_PLACES = 60
"""Significant digits at most up to which a tie is looked for."""
NEGLIGIBLE = fmpq(1, 10 ** (NEGLIGIBLE_PLACES + 20))
"""A ball narrower than this, around a number of at most 100 decimal places, is rounded as that number: 0, or an exact
tie between two roundings, which no finite precision could decide. Either rounding would be right to half a unit and
10^-120."""
HALF_NEGLIGIBLE = arb(NEGLIGIBLE) / 4
JSON_DIGITS, TIED_BITS = 30, 145
"""Digits of numbers that leave, and the accuracy from which on two roundings that are both possible are as good as
tied: either is right to half a unit and 10^-13 of one."""
GUARD_DIGITS = 2
SMALLEST = -5
"""The power of ten from which down numbers are printed in scientific form."""


class Uncertain(ArithmeticError):
    """A ball is too wide to decide a digit, a sign or a comparison at the working precision; `bits` is the least that
    can help, where that is known."""

    def __init__(self, message: str, bits: int = 0) -> None:
        super().__init__(message)
        self.bits = bits


class Undefined(ArithmeticError):
    """An operation has no value here: division by zero, the logarithm of a number that is not positive.

    `term` is what has none, once that is known; `place` the line and column of its equation.
    """

    def __init__(self, message: str, term: Term | None = None, place: tuple[int, int] | None = None) -> None:
        super().__init__(message)
        self.message, self.term, self.place = message, term, place


class TooLarge(Undefined):
    """A number has more digits before its point than a page can hold."""


def certified(work: Callable[[], Result]) -> Result:
    """What `work` returns, run with more and more bits until it raises no `Uncertain`."""
    least = 0
    for bits in PRECISIONS:
        if bits < least:
            continue
        try:
            with working_precision(bits):
                return work()
        except Uncertain as error:
            last, least = error, error.bits
    raise Uncertain(tell("uncertain.never", bits=PRECISIONS[-1], what=message_of(last)))


@lru_cache(maxsize=8192)
def exact(text: str) -> fmpq:
    """The rational that a decimal is, as written.

    >>> exact("0.1"), exact("-1.5e-2")
    (1/10, -3/200)
    """
    digits, _, power = text.partition("e")
    whole, _, fraction = digits.partition(".")
    scale = int(power or 0) - len(fraction)
    value = fmpq(int(whole + fraction))
    return value * fmpz(10) ** scale if scale >= 0 else value / fmpz(10) ** -scale


def settle(array: Array) -> Array:
    """The array with rationals that have grown too tall turned into balls."""
    if array.kind is arb or (array.kind is fmpq and max(map(fmpq.height_bits, array.entries)) <= MAXIMAL_HEIGHT):
        return array
    return array.map(lambda x: arb(x) if isinstance(x, fmpq) and x.height_bits() > MAXIMAL_HEIGHT else x)


def sharpened(x: Number) -> Number:
    """A ball without a radius as the rational that it is: 0 times an irrational number is exactly 0.

    >>> sharpened(fmpq(0) * arb(2).sqrt()), type(sharpened(arb(2).sqrt())).__name__
    (0, 'arb')
    """
    if not isinstance(x, arb) or not x.is_exact() or abs(int(x.mid().man_exp()[1])) > MAXIMAL_HEIGHT:
        return x
    return x.mid().fmpq()


def within_reach(x: Number) -> Number:
    """The number; `TooLarge` where it is too large to be printed, `Uncertain` where too large for the working
    precision.

    >>> within_reach(fmpq(1, 3))
    1/3
    """
    if isinstance(x, arb) and not abs(x) < LARGEST:
        if x.is_finite():
            raise TooLarge(tell("undefined.too_large"))
        raise Uncertain(tell("uncertain.size"))
    return x


def bounds(x: Number) -> tuple[fmpq, fmpq]:
    """Exact rationals that enclose the number; equal where it is exact."""
    if isinstance(x, fmpq):
        return x, x
    parts = (x.mid(), x.rad()) if x.is_finite() else ()  # exact at any precision, unlike lower() and upper()
    sizes = [int(part.man_exp()[1]) for part in parts]
    if not parts or max(sizes) > MAXIMAL_EXPONENT:
        raise TooLarge(tell("undefined.too_large"))
    middle, radius = (
        part.fmpq() if size >= -MAXIMAL_EXPONENT else fmpq(0) for part, size in zip(parts, sizes, strict=True)
    )
    if min(sizes) < -MAXIMAL_EXPONENT:
        radius += 1 / fmpq(2) ** (MAXIMAL_EXPONENT // 2)
    return middle - radius, middle + radius


def middle(x: Number) -> fmpq:
    """The exact middle of a ball (0 where that is too small to be printed); an exact number itself."""
    if isinstance(x, fmpq):
        return x
    low, high = bounds(x)
    return (low + high) / 2


def same(a: Number, b: Number) -> bool:
    """Whether two numbers are equal as far as is known: equal rationals, or balls that overlap."""
    if isinstance(a, fmpq) and isinstance(b, fmpq):
        return bool(a == b)
    return bool(arb(a).overlaps(arb(b)))


def agree(a: Number, b: Number) -> bool:
    """Whether two numbers are equal: rationals exactly, others to 40 digits (40 decimal places where they are below 1);
    `Uncertain` where they overlap and are not known so well.

    >>> agree(fmpq(1, 3), fmpq(1, 3)), agree(arb(2).sqrt(), fmpq(3, 2))
    (True, False)
    """
    if not same(a, b):
        return False
    if _is_narrow(a) and _is_narrow(b):
        return True
    a, b = arb(a), arb(b)
    if not abs(a - b) < TOLERANCE * (1 + abs(b)):
        raise Uncertain(tell("uncertain.equal", digits=AGREED_DIGITS))
    return True


def _is_narrow(x: Number) -> bool:
    return isinstance(x, fmpq) or x.rel_accuracy_bits() >= AGREED_BITS


def is_positive(x: Number) -> bool:
    """The sign of a number, with certainty; an exact 0 is not positive."""
    if x > 0 or x <= 0:
        return bool(x > 0)
    if is_negligible(x):
        return False
    raise Uncertain(tell("uncertain.sign"))


def is_negligible(x: Number) -> bool:
    """Whether a ball is as good as 0: so narrow around it that it is printed so."""
    return isinstance(x, arb) and bool(x.contains(0) and x.rad() < HALF_NEGLIGIBLE)


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
