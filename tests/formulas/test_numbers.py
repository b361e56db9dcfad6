"""Numbers: powers of balls hold every power of what the balls hold; one precision for the whole process is nobody's
trap."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from threading import Barrier

import flint
import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from derivation.formulas.decimals import rounded
from derivation.formulas.numbers import Uncertain, Undefined, agree, bounds, certified
from derivation.formulas.operations.algebras import Numbers
from derivation.formulas.operations.elementary import power
from derivation.formulas.precision import working_precision

ENDS = st.fractions(min_value=-3, max_value=3, max_denominator=8)


def ball(low: fmpq, high: fmpq) -> arb:
    """A ball that holds an interval."""
    return arb((low + high) / 2, arb((high - low) / 2))


def whole_power(low: fmpq, high: fmpq, n: int) -> tuple[fmpq, fmpq]:
    """The smallest interval that holds the n-th power of an interval, n from 0 up, by the sign of its ends."""
    if n % 2:
        return low**n, high**n
    ends = sorted((low**n, high**n))
    return (fmpq(0) if n and low <= 0 <= high else ends[0]), ends[1]


def holds(x: object, *values: fmpq) -> bool:
    low, high = bounds(x)
    return all(low <= value <= high for value in values)


@given(ENDS, ENDS, st.integers(0, 9))
def test_a_whole_power_of_a_ball_holds_the_exact_interval(one: object, other: object, n: int) -> None:
    low, high = sorted(fmpq(x.numerator, x.denominator) for x in (one, other))  # type: ignore[attr-defined]
    with working_precision(192):
        found = power(ball(low, high), fmpq(n))
        least, most = whole_power(low, high, n)
        assert holds(found, least, most)
        assert n % 2 or bounds(found)[1] <= max(most, fmpq(0)) + fmpq(1, 2**20) + (most - least)


@pytest.mark.slow
@given(ENDS, ENDS, st.integers(-9, -1))
def test_a_negative_whole_power_holds_the_exact_interval_or_says_that_0_is_in_the_way(
    one: object, other: object, n: int
) -> None:
    low, high = sorted(fmpq(x.numerator, x.denominator) for x in (one, other))  # type: ignore[attr-defined]
    with working_precision(192):
        if low <= 0 <= high:
            with pytest.raises(Undefined if low == high else Uncertain):
                power(ball(low, high), fmpq(n))
        else:
            least, most = whole_power(low, high, -n)
            try:
                assert holds(power(ball(low, high), fmpq(n)), 1 / most, 1 / least)
            except Uncertain:  # the ball of the power is a little wider than the interval, and reaches to 0
                assert bounds(power(ball(low, high), fmpq(-n)))[0] <= 0 <= bounds(power(ball(low, high), fmpq(-n)))[1]


@pytest.mark.parametrize(
    ("base", "exponent"),
    list(product((arb(0, 0.5), arb(-2, 0.5), arb(0, 1e-200), fmpq(0), fmpq(-7)), (fmpq(0), arb(0)))),
)
def test_every_power_0_is_1(base: object, exponent: object) -> None:
    assert power(base, exponent) == 1


def test_a_ball_around_0_to_an_even_power_is_not_negative() -> None:
    with working_precision(192):
        assert bounds(power(arb(0, 0.5), fmpq(2)))[0] >= 0
        assert Numbers.sqrt(power(arb(0, 0.5), fmpq(2))).contains(arb(0.5))


def test_a_whole_exponent_may_come_as_a_ball_without_a_radius() -> None:
    assert power(arb(-2, 0.25), arb(3)).contains(-8) and power(fmpq(-2), arb(3)) == -8


@pytest.mark.parametrize("exponent", [fmpq(1, 2), fmpq(-1, 2), arb("0.5", "0.01")])
def test_a_fractional_power_of_a_negative_ball_is_undefined(exponent: object) -> None:
    with pytest.raises(Undefined):
        power(arb(-2, 0.5), exponent)
    with pytest.raises(Uncertain):
        power(arb(0, 0.5), exponent)


def test_the_normal_density_of_a_ball_around_0_is_a_number() -> None:
    with working_precision(192):
        found = Numbers.normal_pdf(arb(0, 1e-30))
        assert found.is_finite() and found.contains(1 / (2 * arb.pi()).sqrt())


def test_two_sides_agree_to_40_digits_or_it_cannot_be_told() -> None:
    with working_precision(192):
        third, root = arb(1) / 3, arb(2).sqrt()
        assert agree(third, fmpq(1, 3)) and agree(root * root, fmpq(2)) and not agree(root, third)
        assert agree(arb(0, 1e-45), fmpq(0))
        for wide in (arb(0, 1e-39), arb(1, 1e-38)):
            with pytest.raises(Uncertain):
                agree(wide, arb(wide.mid()))


def test_threads_do_not_share_their_precision() -> None:
    """Each in its turn: without a lock a thread that ends takes the other's bits away, and leaves its own behind."""
    turns, start = 60, Barrier(2)
    before, interval = flint.ctx.prec, sys.getswitchinterval()

    def worked() -> tuple[int, str]:
        begun = flint.ctx.prec
        root = arb(2).sqrt()
        time.sleep(0)
        return min(begun, flint.ctx.prec, root.rel_accuracy_bits() + 8), rounded(arb(2).sqrt() + root, 50)

    def hammer(pause: float) -> set[tuple[bool, str]]:
        start.wait()
        found = set()
        for _ in range(turns):
            bits, digits = certified(worked)
            found.add((bits >= 192, digits))
            time.sleep(pause)
        return found

    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(2) as threads:
            one, other = threads.map(hammer, (0.0, 0.0003))
    finally:
        sys.setswitchinterval(interval)
    twice_the_root = "2.8284271247461900976033774484193961571393437507539"
    assert one == other == {(True, twice_the_root)} and flint.ctx.prec == before
