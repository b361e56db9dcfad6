"""Elementary functions of numbers: exact where the result is a rational that is not too tall, certified balls
elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flint import arb, fmpq, fmpz

from derivation.formulas.numbers import Number, Uncertain, Undefined, bounds, is_negligible, is_positive, sharpened
from derivation.words.telling import tell

MOST_EXACT, LARGEST_BETWEEN = 64, 1 << 17
"""The exponent and the bits up to which a power is worked exactly inside an equation."""
HALF, QUARTER = fmpq(1, 2), fmpq(1, 4)


def function(at: Callable[[arb], arb], exactly: dict[Any, Any] | None = None) -> Callable[[Any], Number]:
    """A real function on numbers: through a ball, but exact at the rationals listed in `exactly`."""
    known = {fmpq(key): fmpq(value) for key, value in (exactly or {}).items()}

    def apply(x: Number) -> Number:
        if isinstance(x, fmpq) and x in known:
            return known[x]
        return at(arb(x))

    return apply


def logarithm(x: Number) -> Number:
    """The natural logarithm; `Undefined` where x is not positive."""
    if x <= 0:
        raise Undefined(tell("undefined.logarithm"))
    if not x > 0:
        raise Uncertain(tell("uncertain.logarithm"))
    return fmpq(0) if x == 1 else arb(x).log()


def square_root(x: Number) -> Number:
    """The square root, exact for squares of rationals; `Undefined` where x is negative."""
    if is_positive(-x):
        raise Undefined(tell("undefined.root"))
    if isinstance(x, fmpq):
        p, q = int(x.p), int(x.q)
        root = fmpq(int(fmpz(p).isqrt()), int(fmpz(q).isqrt()))
        if root * root == x:
            return root
    return arb(x).nonnegative_part().sqrt()


def floor(x: Number) -> Number:
    """The largest whole number that is not above x.

    >>> floor(fmpq(-7, 2))
    -4
    """
    low, high = (bound.p // bound.q for bound in bounds(x))
    if low != high:
        raise Uncertain(tell("uncertain.whole"))
    return fmpq(low)


def beyond_whole(x: Number) -> Number:
    """How far x lies from the whole number below it, with another sign behind each: 0 where `floor` jumps.

    >>> beyond_whole(fmpq(9, 4)), beyond_whole(fmpq(7, 4)), beyond_whole(fmpq(2))
    (1/4, -3/4, 0)
    """
    whole = floor(x)
    return whole - x if int(whole.p) % 2 else x - whole


def ceiling(x: Number) -> Number:
    """The smallest whole number that is not below x.

    >>> ceiling(fmpq(-7, 2))
    -3
    """
    return -floor(-x)


def nearest(x: Number) -> Number:
    """The nearest whole number; of two equally near ones the even one.

    >>> nearest(fmpq(5, 2)), nearest(fmpq(-7, 2)), nearest(fmpq(12, 5))
    (2, -4, 2)
    """
    return floor(x / 2 + QUARTER) - floor(QUARTER - x / 2)


def cut(x: Number) -> Number:
    """The whole number that is left where what stands behind the point is cut off.

    >>> cut(fmpq(-7, 2))
    -3
    """
    if abs(x) < 1:
        return fmpq(0)
    return floor(x) if x > 0 else ceiling(x)


def beyond_half(x: Number) -> Number:
    """The same of the halves between whole numbers, where rounding jumps.

    >>> beyond_half(fmpq(5, 2)), beyond_half(fmpq(2))
    (0, 1/2)
    """
    return beyond_whole(x + HALF)


def beyond_cut(x: Number) -> Number:
    """The same of the whole numbers but 0, where cutting off what stands behind the point jumps.

    >>> beyond_cut(fmpq(-2)), beyond_cut(fmpq(0)), beyond_cut(fmpq(-9, 4))
    (0, 1, 1/4)
    """
    size = abs(x)
    return fmpq(1) if floor(size) == 0 else beyond_whole(size)


def quotient(a: Number, b: Number) -> Number:
    """a / b; `Undefined` where b is 0."""
    if b == 0:
        raise Undefined(tell("undefined.division"))
    if not (b > 0 or b < 0):
        raise Uncertain(tell("uncertain.divisor"))
    return a / b


def power(a: Number, b: Number) -> Number:
    """a to the b: exact for small integer exponents, through balls otherwise; `Undefined` for 0 to a negative power,
    `Uncertain` where the base may be 0 and that decides.

    >>> power(fmpq(2, 3), fmpq(-2)), power(fmpq(0), fmpq(1, 2)), power(fmpq(-1), fmpq(65)) == -1
    (9/4, 0, True)
    >>> power(arb(0, 0.5), fmpq(2)), power(arb(0, 0.5), fmpq(0))
    ([+/- 0.251], 1)
    """
    b = sharpened(b)
    if isinstance(b, fmpq) and b.q == 1:
        return quotient(fmpq(1), _whole_power(a, int(-b.p))) if b < 0 else _whole_power(a, int(b.p))
    if a > 0:
        return arb(a) ** arb(b)
    if a < 0:
        raise Undefined(tell("undefined.fractional_power"))
    if b < 0 and a == 0:
        raise Undefined(tell("undefined.power_of_zero"))
    if b > 0 and (a == 0 or is_negligible(a)):
        return fmpq(0) if a == 0 else (a.abs_upper() ** arb(b)).union(arb(0))
    raise Uncertain(tell("uncertain.base"))


def _whole_power(a: Number, n: int) -> Number:
    """Exact as far as that is not too tall; by squaring where a ball holds 0, of which there is no logarithm. A power of
    0 is 1."""
    if n == 0:
        return fmpq(1)
    if isinstance(a, fmpq) and n <= MOST_EXACT and a.height_bits() * n <= LARGEST_BETWEEN:
        return a**n
    a, result = arb(a), arb(1)
    if a > 0 or a < 0:
        return a**n
    even = n % 2 == 0
    while n:
        result, a, n = result * a if n & 1 else result, a * a, n >> 1
    return result.nonnegative_part() if even else result
