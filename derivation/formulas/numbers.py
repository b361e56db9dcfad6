"""Numbers that are known for certain: exact rationals (`fmpq`), else balls (`arb`).

A ball is an interval that surely holds the true value. Where a ball is too wide to decide a digit or a sign,
`Uncertain` is raised, and the caller works again with more bits (see `certified`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar

from flint import arb, fmpq, fmpz

from derivation.formulas.arrays import Array
from derivation.formulas.precision import working_precision
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
LARGEST = arb(2) ** MAXIMAL_EXPONENT
NEGLIGIBLE_PLACES = 100
NEGLIGIBLE = fmpq(1, 10 ** (NEGLIGIBLE_PLACES + 20))
"""A ball narrower than this, around a number of at most 100 decimal places, is rounded as that number: 0, or an exact
tie between two roundings, which no finite precision could decide. Either rounding would be right to half a unit and
10^-120."""
HALF_NEGLIGIBLE = arb(NEGLIGIBLE) / 4


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


def agreeing(a: Array, b: Array) -> bool:
    """Whether two arrays are equal, entry by entry as `agree` says. What is one product, known well enough, is equal to
    itself."""
    if a.shape != b.shape:
        return False
    if a.is_product_of_the_same(b) and min(a.accuracy, b.accuracy) >= AGREED_BITS:
        return True
    return all(map(agree, a.each(), b.each()))


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
