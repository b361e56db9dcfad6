"""The rounding contract: how answers are to be given, printed on sheet and key, and the same in every export."""

from __future__ import annotations

from dataclasses import dataclass

from flint import fmpq

from derivation.formulas.decimals import Style, decimal, magnitude, nearest, rounded_to_places
from derivation.formulas.numbers import Number, Undefined, bounds, exact
from derivation.words.telling import tell

LARGEST = fmpq(10) ** 1000
"""What has more digits before the point is given to no decimal places."""


@dataclass(frozen=True, slots=True)
class Contract:
    """Answers are given to `digits` significant digits, or to `places` decimal places; terminating decimals that are
    short enough in full.

    `carries` says that results are used as they were rounded; otherwise work goes on with all digits.

    >>> Contract(digits=3).shown(fmpq(2, 3)), Contract(places=1).shown(fmpq(5, 2)), Contract(digits=3).tolerance(fmpq(2, 3))
    ('0.667', '2.5', 1/2000)
    """

    digits: int = 4
    places: int | None = None
    carries: bool = False

    def shown(self, x: Number) -> str:
        """The answer as the key prints it. Raises `Undefined` where it has too many digits to be printed."""
        if self.places is None:
            return decimal(x, Style(self.digits, self.digits)).text
        if max(map(abs, bounds(x))) > LARGEST:
            raise Undefined(tell("plan.too_large"))
        return rounded_to_places(x, self.places)

    def unit(self, x: Number) -> fmpq:
        """One unit of the last digit that has to be given."""
        if self.places is not None:
            return fmpq(1, 10**self.places)
        shown = x if isinstance(x, fmpq) else exact(self.shown(x))
        if shown == 0:
            return fmpq(10) ** (1 - self.digits)
        size = magnitude(shown)
        if abs(nearest(shown, self.digits - 1 - size)) == 10**self.digits:
            size += 1  # it rounds up to the next power of ten
        return fmpq(10) ** (size - self.digits + 1)

    def tolerance(self, x: Number) -> fmpq:
        """How far an answer may lie from the one that is shown: half a unit of its last digit."""
        return self.unit(x) / 2

    def interval(self, x: Number) -> tuple[fmpq, fmpq]:
        """The answers that are accepted, both ends included; halfway between two roundings both are.

        >>> Contract(digits=2).interval(fmpq(2, 3)), Contract(digits=2).interval(fmpq(1, 8))
        ((133/200, 27/40), (23/200, 13/100))
        """
        return self.answer(x)[2:]

    def answer(self, x: Number) -> tuple[str, fmpq, fmpq, fmpq]:
        """What the key shows, its tolerance, and the interval of what is accepted."""
        shown = self.shown(x)
        middle = exact(shown)
        tolerance = self.tolerance(x if isinstance(x, fmpq) else middle)
        other = x if isinstance(x, fmpq) and abs(x - middle) == tolerance else middle
        return shown, tolerance, min(middle, other) - tolerance, max(middle, other) + tolerance

    def accepts(self, x: Number, given: fmpq) -> bool:
        """Whether an answer is right to the digits asked for."""
        low, high = self.interval(x)
        return bool(low <= given <= high)

    def is_far(self, x: Number, y: Number) -> bool:
        """Whether two numbers surely show as different ones, seen at a glance: by much more than the units of both, and
        than a float's own error."""
        try:
            a, b = float(x), float(y)
        except OverflowError:
            return False
        unit = 10.0 ** (1 - self.digits) * max(abs(a), abs(b), 1.0) if self.places is None else 10.0**-self.places
        return abs(a - b) > 4 * unit + 1e-12 * max(abs(a), abs(b))

    def tells_apart(self, x: Number, y: Number) -> bool:
        """Whether no answer could be meant for both."""
        if self.is_far(x, y):
            return True
        if type(x) is type(y) is fmpq and x == y:
            return False
        (low, high), (other_low, other_high) = self.interval(x), self.interval(y)
        return bool(high < other_low or other_high < low)
