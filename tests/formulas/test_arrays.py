"""Large products taken in one piece: against the definition in Python's own fractions, and the accuracy they claim
against what is there."""

from __future__ import annotations

import operator
import random
from fractions import Fraction
from functools import reduce
from threading import Thread

import flint
import pytest
import sympy
from flint import arb, fmpq

from derivation.deriving.on_request.jets import Jet
from derivation.formulas.arrays import LARGE, MULTIPLIED_BITS, Array, total
from derivation.formulas.decimals import written
from derivation.formulas.numbers import Uncertain, agreeing
from derivation.formulas.operations.algebras import symbols

WIDTH = 230
"""Digits, in bits, of the ball that an exact number is hidden in: more than the working precision, so that rounding is
seen too."""


def fractions(rows: int, columns: int, seed: int, most: int = 999) -> list[list[Fraction]]:
    """Fractions of denominators up to `most`."""
    chooser = random.Random(seed)
    return [
        [Fraction(chooser.randint(-999, 999), chooser.randint(1, most)) for _ in range(columns)] for _ in range(rows)
    ]


def exactly(x: Fraction) -> fmpq:
    return fmpq(x.numerator, x.denominator)


def ball(x: Fraction) -> arb:
    """A ball around a number that is not its middle."""
    with flint.ctx.workprec(WIDTH):
        return arb(exactly(x)) * arb(1, 2.0**-170)


def array(of: list[list[Fraction]], entry) -> Array:  # type: ignore[no-untyped-def]
    return Array.of_rows([[entry(x) for x in row] for row in of])


def product(a: list[list[Fraction]], b: list[list[Fraction]]) -> list[Fraction]:
    return [
        sum((x * y for x, y in zip(row, column, strict=True)), Fraction(0))
        for row in a
        for column in zip(*b, strict=True)
    ]


@pytest.mark.parametrize("shape", [(9, 30, 7), (30, 1, 11), (1, 80, 1), (12, 40, 1), (1, 12, 40)])
@pytest.mark.parametrize("kinds", [(exactly, exactly), (exactly, ball), (ball, exactly), (ball, ball)])
@pytest.mark.parametrize("most", [5, 999], ids=["one denominator", "many denominators"])
def test_products(shape: tuple[int, int, int], kinds: tuple, most: int) -> None:  # type: ignore[type-arg]
    height, inside, width = shape
    assert height * inside * width > LARGE
    a, b = fractions(height, inside, 1, most), fractions(inside, width, 2, most)
    with flint.ctx.workprec(192):
        found = array(a, kinds[0]) @ array(b, kinds[1])
        for x, truth in zip(found.entries, product(a, b), strict=True):
            if kinds == (exactly, exactly):
                assert type(x) is fmpq and x == exactly(truth)
            else:
                assert type(x) is arb and x.contains(exactly(truth))
                assert x.rel_accuracy_bits() > 130


@pytest.mark.parametrize("kinds", [(exactly, exactly), (exactly, ball), (ball, exactly), (ball, ball)])
@pytest.mark.parametrize("most", [5, 999], ids=["one denominator", "many denominators"])
@pytest.mark.parametrize("width", [1, 7])
def test_products_of_transposes(kinds: tuple, most: int, width: int) -> None:  # type: ignore[type-arg]
    a, b = fractions(30, 12, 7, most), fractions(30, width, 8, most)
    rows, columns = list(map(list, zip(*a, strict=True))), list(map(list, zip(*b, strict=True)))
    with flint.ctx.workprec(192):
        left, right = array(a, kinds[0]), array(b, kinds[1])
        for found, truth in ((left.T @ right, product(rows, b)), (right.T @ left, product(columns, a))):
            for x, y in zip(found.entries, truth, strict=True):
                assert x == exactly(y) if kinds == (exactly, exactly) else x.contains(exactly(y))
                assert type(x) is fmpq or x.rel_accuracy_bits() > 130
    assert left.T.T is left


@pytest.mark.parametrize("kinds", [(exactly, ball), (ball, exactly), (ball, ball)])
@pytest.mark.parametrize("most", [5, 999])
def test_claimed_accuracy_is_there(kinds: tuple, most: int) -> None:  # type: ignore[type-arg]
    a, b = fractions(30, 1, 3, most), fractions(1, 20, 4, most)
    for bits in (100, 160, 192, 384):
        with flint.ctx.workprec(bits):
            found = array(a, kinds[0]) @ array(b, kinds[1])
            assert found.accuracy <= min(x.rel_accuracy_bits() for x in found.entries)
            assert found.accuracy >= min(bits, 168) - 6
            assert found.T.accuracy <= found.accuracy


@pytest.mark.parametrize("kinds", [(exactly, ball), (ball, exactly), (ball, ball)])
def test_a_column_times_a_row_is_worked_with_the_bits_of_its_time(kinds: tuple) -> None:  # type: ignore[type-arg]
    """Whenever its numbers are asked for, by whichever thread."""
    a, b = fractions(30, 1, 3), fractions(1, 20, 4)

    def made() -> Array:
        with flint.ctx.workprec(192):
            return array(a, kinds[0]) @ array(b, kinds[1])

    asked = []
    late, turned, elsewhere = made(), made().T, made()
    with flint.ctx.workprec(192):
        at_once = made().entries
    with flint.ctx.workprec(30):
        asked += [late.entries, [x for row in zip(*turned.rows, strict=True) for x in row]]
    thread = Thread(target=lambda: asked.append(elsewhere.entries))
    thread.start()
    thread.join()
    for found in asked:
        assert [(x.mid(), x.rad()) for x in found] == [(x.mid(), x.rad()) for x in at_once]
        assert min(x.rel_accuracy_bits() for x in found) > 130


@pytest.mark.parametrize("kinds", [(exactly, exactly), (exactly, ball), (ball, exactly), (ball, ball)])
def test_entries_are_asked_for_one_by_one(kinds: tuple) -> None:  # type: ignore[type-arg]
    """What is held in another form gives an entry, or each in turn, and is held so still."""
    a, b, wide = fractions(30, 1, 3), fractions(1, 20, 4), fractions(30, 20, 9)
    with flint.ctx.workprec(192):
        left, row, right = array(a, kinds[0]), array(b, kinds[1]), array(wide, kinds[1])
        made = [(left @ row, product(a, b)), (left.T @ right, product(list(map(list, zip(*a, strict=True))), wide))]
        made += [((left @ row).T, [x for column in zip(*[iter(product(a, b))] * 20, strict=True) for x in column])]
        for found, truth in made[:2]:
            for place, x, y in zip(Array(found.shape, ()).places, found.each(), truth, strict=False):
                assert all(z == exactly(y) if type(z) is fmpq else z.contains(exactly(y)) for z in (x, found[place]))
            assert found.is_held
            assert len(found.entries) == len(truth) == len(list(found.each())) and not found.is_held
        turned, original = made[2][0], made[0][0]
        assert (
            turned[4, 11].overlaps(original[11, 4])
            if arb in (left.kind, row.kind)
            else turned[4, 11] == original[11, 4]
        )
        assert turned.is_held


@pytest.mark.parametrize("kinds", [(exactly, ball), (ball, exactly), (ball, ball)])
def test_sums_and_squares_of_a_column_times_a_row(kinds: tuple) -> None:  # type: ignore[type-arg]
    a, b = fractions(30, 1, 3), fractions(1, 20, 4)
    with flint.ctx.workprec(192):
        found = array(a, kinds[0]) @ array(b, kinds[1])
        sums = {1: found.sum(), 2: (found * found).sum()}
        squares = (found * found).entries
        for power, total in sums.items():
            assert total.shape == () and total.entries[0].rel_accuracy_bits() > 130
            assert total.entries[0].contains(exactly(sum(x**power for x in product(a, b))))
        assert all(x.contains(exactly(y**2)) for x, y in zip(squares, product(a, b), strict=True))
    assert found.is_held


def test_large_products_are_compared_entry_by_entry_unless_they_are_one() -> None:
    a, b = fractions(30, 1, 3), fractions(1, 20, 4)
    with flint.ctx.workprec(192):
        column, row = array(a, ball), array(b, exactly)
        other = array([*a[:-1], [a[-1][0] + Fraction(1, 10**30)]], ball)
        found = column @ row
        assert agreeing(found, column @ row) and found.is_held
        assert agreeing(found, array(a, exactly) @ row) and found.is_held
        assert not agreeing(found, other @ row) and not agreeing(found, (column @ row).T)
    with flint.ctx.workprec(100):
        rough = column @ row
        assert rough.is_product_of_the_same(found)
        with pytest.raises(Uncertain):
            agreeing(rough, found)


@pytest.mark.parametrize("kind", [exactly, ball])
def test_a_number_times_a_long_row(kind) -> None:  # type: ignore[no-untyped-def]
    row = fractions(1, 100, 6)
    with flint.ctx.workprec(192):
        given, factor = array(row, exactly), Array.scalar(kind(Fraction(2, 3)))
        for found in (factor @ given, factor @ given.T.T, (given.T @ factor).T):
            assert found.shape == (1, 100)
            for x, y in zip(row[0], found.entries, strict=True):
                assert y.contains(2 * exactly(x) / 3) if kind is ball else y == 2 * exactly(x) / 3


def test_transpose_keeps_what_is_written() -> None:
    kept = Array((1, 100), tuple(written(f"0.{k:03}", fmpq(k, 999)) for k in range(1, 101)))
    assert [x.text for x in kept.T.entries] == [x.text for x in kept.entries]
    plain = array(fractions(9, 11, 5), exactly)
    assert plain.T.rows == list(zip(*plain.rows, strict=True)) and plain.T.T.entries == plain.entries


def test_exact_and_rounded_side_by_side_stay_so() -> None:
    """A row of exact numbers times exact numbers stays exact, whatever stands in other rows."""
    a = [[fmpq(1, 3)] * 80, [arb(2).sqrt()] * 80]
    found = Array.of_rows(a) @ Array((80, 1), (fmpq(1, 2),) * 80)
    assert found.entries[0] == fmpq(40, 3) and type(found.entries[1]) is arb


HOSTILE = [
    Fraction(0),
    Fraction(5, 10**324),
    Fraction(-1, 10**300),
    Fraction(10**300, 7),
    -Fraction(10**308) - Fraction(1, 3),
    Fraction(1),
    Fraction(-1) + Fraction(1, 10**40),
    Fraction(1, 3),
]


def hostile(rows: int, columns: int, seed: int) -> list[list[Fraction]]:
    """Zeros, powers from 10^-324 to 10^308 and neighbours that cancel, in any order, some times a number of their own."""
    chooser = random.Random(seed)
    return [
        [
            chooser.choice(HOSTILE) * chooser.choice([1, Fraction(chooser.randint(-999, 999), 1000)])
            for _ in range(columns)
        ]
        for _ in range(rows)
    ]


def encloses(x: arb | fmpq, truth: Fraction) -> bool:
    """In exact numbers: the middle is no further from the truth than the radius."""
    middle, radius = (x, 0) if isinstance(x, fmpq) else (x.mid().fmpq(), x.rad().fmpq())
    return bool(abs(middle - exactly(truth)) <= radius)


@pytest.mark.parametrize("drawn", [fractions, hostile])
@pytest.mark.parametrize("kinds", [(exactly, ball), (ball, exactly), (ball, ball)])
@pytest.mark.parametrize("bits", [100, 192, 384])
def test_a_column_times_a_row_multiplied_out(drawn, kinds: tuple, bits: int) -> None:  # type: ignore[no-untyped-def,type-arg]
    """Every product is enclosed, 30 digits and more of it are right, and whoever asks for entries gets all."""
    for seed in range(3):
        a, b = drawn(30, 1, seed), drawn(1, 20, seed + 9)
        with flint.ctx.workprec(bits):
            found = array(a, kinds[0]) @ array(b, kinds[1])
        multiplied, turned = found.matrix.entries(), found.T.matrix.transpose().entries()
        for entries, most in ((multiplied, MULTIPLIED_BITS), (turned, MULTIPLIED_BITS), (found.entries, 168)):
            for x, truth in zip(entries, product(a, b), strict=True):
                assert encloses(x, truth) and (x == 0 or x.rel_accuracy_bits() > min(bits, most) - 5)


@pytest.mark.parametrize("drawn", [fractions, hostile])
@pytest.mark.parametrize("kinds", [(exactly, ball), (ball, exactly), (ball, ball)])
@pytest.mark.parametrize("width", [1, 7])
def test_what_is_worked_with_a_column_times_a_row(drawn, kinds: tuple, width: int) -> None:  # type: ignore[no-untyped-def,type-arg]
    """Products with it, on either side and turned, enclose what they are, with as many bits as its factors have."""
    a, b = drawn(30, 1, 3), drawn(1, 20, 4)
    after, before = drawn(20, width, 5), drawn(width, 30, 6)
    outer = list(map(list, zip(*[iter(product(a, b))] * 20, strict=True)))
    turned = list(map(list, zip(*outer, strict=True)))
    rows = list(map(list, zip(*before, strict=True)))
    with flint.ctx.workprec(192):
        found = array(a, kinds[0]) @ array(b, kinds[1])
        for other in kinds:
            made = [
                (found @ array(after, other), product(outer, after)),
                (array(before, other) @ found, product(before, outer)),
                (found.T @ array(rows, other), product(turned, rows)),
                (found.T @ found, product(turned, outer)),
            ]
            for result, truth in made:
                assert len(result.entries) == len(truth)
                assert all(map(encloses, result.entries, truth))
                if drawn is fractions:
                    assert min(x.rel_accuracy_bits() for x in result.entries if isinstance(x, arb)) > 130
        assert found.is_held


def test_many_summands_are_added_as_one_after_the_other() -> None:
    """Of SymPy's expressions and of jets, which have sums of their own."""
    x, y = sympy.symbols("x y", real=True)
    step = symbols().greater(x, y)
    parts = [x * y, sympy.Float("0.1", 60), -x * y, step * x, sympy.Rational(1, 3), x, sympy.Float("0.2", 60) * y, y, x]
    assert total(parts) == reduce(operator.add, parts)
    u, v = Jet.variable(fmpq(2, 3), 0), Jet.variable(fmpq(-5), 1)
    jets = [u * v, u * u * v, Jet(fmpq(7)), v * v * v, u]
    found = total(jets)  # f = uv + u^2 v + 7 + v^3 + u at u = 2/3, v = -5
    assert found.value == fmpq(-10, 3) + fmpq(-20, 9) + 7 - 125 + fmpq(2, 3)
    assert (found.slope(0), found.slope(1)) == (-5 + 2 * fmpq(2, 3) * -5 + 1, fmpq(2, 3) + fmpq(4, 9) + 75)
    assert (found.bend(0, 0), found.bend(0, 1), found.bend(1, 1)) == (-10, 1 + fmpq(4, 3), -30)
