"""Numbers with their slopes over mpmath: forward differentiation, for a second opinion on gradients.

At a kink the slope is the convention of the field (PyTorch's): 0 for relu and abs at 0. A sign that the working
precision cannot tell is `Blurred`; what has no value is `NoValue`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath

FARTHEST = mpmath.mpf(10) ** 3000
"""Beyond this a power of e, or a sine, takes more digits of e and pi than mpmath has."""


class Blurred(ArithmeticError):
    """More digits are needed to tell."""


class NoValue(ArithmeticError):
    """No value with these digits: a logarithm of 0, a division by 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Dual:
    """A number and its slopes, by each of the numbers that may be moved; none for a constant."""

    value: Any
    slopes: tuple[Any, ...] = ()

    def __add__(self, other: Any) -> Dual:
        other = dual(other)
        return Dual(self.value + other.value, combined((1, self), (1, other)))

    def __sub__(self, other: Any) -> Dual:
        other = dual(other)
        return Dual(self.value - other.value, combined((1, self), (-1, other)))

    def __mul__(self, other: Any) -> Dual:
        other = dual(other)
        return Dual(self.value * other.value, combined((other.value, self), (self.value, other)))

    def __truediv__(self, other: Any) -> Dual:
        other = dual(other)
        if not other.value:
            raise NoValue("division by zero")
        ratio = self.value / other.value
        return Dual(ratio, combined((1 / other.value, self), (-ratio / other.value, other)))

    def __pow__(self, other: Any) -> Dual:
        exponent = dual(other).value
        if dual(other).slopes or exponent != int(exponent) or exponent < 1:
            raise NoValue("a power that is not known here")
        return Dual(self.value**exponent, combined((exponent * self.value ** (exponent - 1), self)))

    def __neg__(self) -> Dual:
        return self * -1

    def __radd__(self, other: Any) -> Dual:
        return dual(other) + self

    def __rsub__(self, other: Any) -> Dual:
        return dual(other) - self

    def __rmul__(self, other: Any) -> Dual:
        return dual(other) * self

    def __rtruediv__(self, other: Any) -> Dual:
        return dual(other) / self

    def __gt__(self, other: Any) -> bool:
        return is_positive((self - dual(other)).value)


def dual(x: Any) -> Dual:
    """The number as one with slopes."""
    return x if isinstance(x, Dual) else Dual(mpmath.mpf(x))


def combined(*parts: tuple[Any, Dual]) -> tuple[Any, ...]:
    """The slopes of several numbers, each times a factor, added; nothing of a constant."""
    moved = [(factor, part.slopes) for factor, part in parts if part.slopes]
    return tuple(
        sum(factor * slope for (factor, _), slope in zip(moved, column, strict=True) if slope)
        for column in zip(*(slopes for _, slopes in moved), strict=True)
    )


def is_positive(x: Any) -> bool:
    """The sign of a number; 0 has none, and what may be the dust of a difference is `Blurred`."""
    if x and abs(x) < mpmath.mpf(10) ** -(mpmath.mp.dps // 2):
        raise Blurred("a sign")
    return bool(x > 0)


def smooth(value: Callable[[Any], Any], slope: Callable[[Any, Any], Any]) -> Callable[[Any], Dual]:
    """A function of one number, from its value and its slope at (x, value)."""

    def applied(x: Any) -> Dual:
        x = dual(x)
        if abs(x.value) > FARTHEST:
            raise Blurred("a function so far out")
        found = value(x.value)
        return Dual(found, combined((slope(x.value, found), x)) if any(x.slopes) else ())

    return applied


def bent(below: Callable[[Dual], Dual], above: Callable[[Dual], Dual]) -> Callable[[Any], Dual]:
    """A function with a kink at 0, where it is what it is below."""
    return lambda x: above(dual(x)) if is_positive(dual(x).value) else below(dual(x))


def logarithm(x: Any) -> Any:
    if x <= 0:
        raise NoValue("the logarithm of what is not positive")
    return mpmath.log(x)


def root(x: Any) -> Any:
    if x < 0:
        raise NoValue("the root of a negative number")
    return mpmath.sqrt(x)


def reciprocal(x: Any) -> Any:
    if not x:
        raise NoValue("division by zero")
    return 1 / x


def sigmoid(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


def magnitude(x: Any) -> Dual:
    """The absolute value; 0 has the slope 0."""
    x = dual(x)
    return x if is_positive(x.value) else -x if x.value else x * 0


exp = smooth(mpmath.exp, lambda x, y: y)
log = smooth(logarithm, lambda x, y: 1 / x)
sqrt = smooth(root, lambda x, y: reciprocal(2 * y))
sin = smooth(mpmath.sin, lambda x, y: mpmath.cos(x))
cos = smooth(mpmath.cos, lambda x, y: -mpmath.sin(x))
tan = smooth(mpmath.tan, lambda x, y: 1 + y * y)
sinh = smooth(mpmath.sinh, lambda x, y: mpmath.cosh(x))
cosh = smooth(mpmath.cosh, lambda x, y: mpmath.sinh(x))
log1p = smooth(lambda x: mpmath.log1p(x) if x > -1 else logarithm(1 + x), lambda x, y: 1 / (1 + x))
expm1 = smooth(mpmath.expm1, lambda x, y: mpmath.exp(x))
erf = smooth(mpmath.erf, lambda x, y: 2 * mpmath.exp(-x * x) / mpmath.sqrt(mpmath.pi))
tanh = smooth(mpmath.tanh, lambda x, y: 4 * sigmoid(2 * x) * sigmoid(-2 * x))
arctan = smooth(mpmath.atan, lambda x, y: 1 / (1 + x * x))
logistic = smooth(sigmoid, lambda x, y: y * sigmoid(-x))
softplus = smooth(lambda x: mpmath.log1p(mpmath.exp(x)), lambda x, y: sigmoid(x))
normal = smooth(mpmath.ncdf, lambda x, y: mpmath.npdf(x))
relu = bent(lambda x: x * 0, lambda x: x)
elu = bent(lambda x: exp(x) - 1, lambda x: x)


def norm(entries: Sequence[Any]) -> Dual:
    """Euclid's; where all entries are 0, the slope is 0."""
    total = sum((dual(x) * x for x in entries), Dual(mpmath.mpf(0)))
    return sqrt(total) if total.value else total
