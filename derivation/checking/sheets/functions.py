"""What operators and functions of spreadsheets mean, a row each: the value, and what comes back to each argument of what
comes back to the result."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import partial

from derivation.checking.sheets.cells import Value
from derivation.checking.sheets.grammar import NoFormula
from derivation.checking.sheets.grids import (
    Grid,
    Worked,
    common,
    each,
    gathered,
    grid,
    matrix,
    number,
    of_rows,
    places,
    product,
    single,
    transposed,
)

Back = Sequence[Grid | None]
"""What comes back to each argument; None where nothing does."""
Slope = Callable[..., float]


@dataclass(frozen=True, slots=True)
class Function:
    """One row: `value` of the arguments; `back` of the arguments, the result and what comes back to it, None where no
    derivative is known. `takes` says how many arguments there may be."""

    value: Callable[..., Worked]
    back: Callable[[Sequence[Worked], Worked, Grid], Back] | None
    takes: tuple[int, int]


def smooth(work: Callable[..., float], *slopes: Slope) -> Function:
    """A function of numbers, entry by entry; a slope is given the arguments and the value.

    >>> smooth(lambda x: x * x, lambda x, y: 2 * x).back([Grid(1, 2, (3.0, 4.0))], Grid(1, 2, (9.0, 16.0)), Grid(1, 2, (1.0, 1.0)))[0].entries
    [6.0, 8.0]
    """

    def value(*arguments: Worked) -> Worked:
        return each(lambda *single: work(*map(number, single)), *arguments)

    def back(arguments: Sequence[Worked], result: Worked, upstream: Grid) -> Back:
        if not isinstance(result, Grid):  # as mostly, and much faster
            numbers, weight = (
                [number(single(argument)) for argument in (*arguments, result)],
                number(upstream.entries[0]),
            )
            return [Grid(1, 1, (weight * slope(*numbers) if weight else 0.0,)) for slope in slopes]
        grids, out = [grid(argument) for argument in arguments], grid(result)
        rows, columns = common(grids)

        def parts(slope: Slope) -> Iterator[tuple[int, int, float]]:
            for at in places(rows, columns):
                if weight := number(upstream.at(*at)):
                    yield *at, weight * slope(*(number(one.at(*at)) for one in grids), number(out.at(*at)))

        return [gathered(one, parts(slope)) for one, slope in zip(grids, slopes, strict=False)]

    return Function(value, back, (len(slopes), len(slopes)))


def flat(work: Callable[..., Value], least: int, most: int) -> Function:
    """What is worked entry by entry and stays as it is where its arguments are moved a little."""
    return Function(
        lambda *arguments: each(work, *arguments), lambda arguments, *_: [None] * len(arguments), (least, most)
    )


def total(work: Callable[[list[float]], float], slopes: Callable[[list[float], float], list[float]] | None) -> Function:
    """One number of all the numbers in the arguments; texts and empty cells of an area are passed over."""

    def value(*arguments: Worked) -> Worked:
        return work([number(entry) for argument in arguments for entry in counted(argument)])

    def back(arguments: Sequence[Worked], result: Worked, upstream: Grid) -> Back:
        numbers = [number(entry) for argument in arguments for entry in counted(argument)]
        assert slopes is not None
        weight = number(single(upstream))
        found = iter([weight * slope for slope in slopes(numbers, number(single(result)))])
        grids = [grid(argument) for argument in arguments]
        return [
            Grid(one.rows, one.columns, [next(found) if is_counted(entry, argument) else 0.0 for entry in one.entries])
            for one, argument in zip(grids, arguments, strict=True)
        ]

    return Function(value, back if slopes else None, (1, 255))


def is_counted(entry: Value, argument: Worked) -> bool:
    """Whether a function of many numbers takes an entry: in an area only numbers."""
    return not isinstance(argument, Grid) or (isinstance(entry, float) and not isinstance(entry, bool))


def counted(argument: Worked) -> Iterator[Value]:
    """The entries that a function of many numbers takes."""
    return (entry for entry in grid(argument).entries if is_counted(entry, argument))


def _largest(choose: Callable[[list[float]], float]) -> Function:
    def slopes(numbers: list[float], result: float) -> list[float]:
        first = numbers.index(result)
        return [float(place == first) for place in range(len(numbers))]

    return total(lambda numbers: choose(numbers) if numbers else 0.0, slopes)


def _variance(numbers: list[float], less: int) -> float:
    mean = math.fsum(numbers) / len(numbers)
    return math.fsum((x - mean) ** 2 for x in numbers) / (len(numbers) - less)


def _variance_slopes(numbers: list[float], result: float, less: int) -> list[float]:
    mean = math.fsum(numbers) / len(numbers)
    return [2 * (x - mean) / (len(numbers) - less) for x in numbers]


def _deviation_slopes(numbers: list[float], result: float, less: int) -> list[float]:
    return [slope / (2 * result) for slope in _variance_slopes(numbers, result, less)]


def _spread(less: int) -> tuple[Function, Function]:
    variance, deviation = partial(_variance, less=less), partial(_deviation_slopes, less=less)
    return (
        total(variance, partial(_variance_slopes, less=less)),
        total(lambda numbers: math.sqrt(variance(numbers)), deviation),
    )


def paired(work: Callable[[float, float], float], first: Slope, second: Slope) -> Function:
    """A sum over pairs of entries that stand at the same place in two areas."""

    def value(a: Worked, b: Worked) -> Worked:
        return math.fsum(work(*pair) for pair in pairs(a, b))

    def back(arguments: Sequence[Worked], result: Worked, upstream: Grid) -> Back:
        weight, (a, b) = number(single(upstream)), map(grid, arguments)
        both = pairs(a, b)
        return [Grid(a.rows, a.columns, [weight * slope(x, y) for x, y in both]) for slope in (first, second)]

    return Function(value, back, (2, 2))


def pairs(a: Worked, b: Worked) -> list[tuple[float, float]]:
    """The entries of two grids of one shape, side by side."""
    one, other = grid(a), grid(b)
    if (one.rows, one.columns) != (other.rows, other.columns):
        raise NoFormula("shapes")
    return [(_or_zero(x), _or_zero(y)) for x, y in zip(one.entries, other.entries, strict=True)]


def _or_zero(entry: Value) -> float:
    return 0.0 if isinstance(entry, str | bool) else number(entry)


def _sum_of_products(*arguments: Worked) -> Worked:
    rows = [[_or_zero(entry) for entry in grid(argument).entries] for argument in arguments]
    if len({(grid(argument).rows, grid(argument).columns) for argument in arguments}) > 1:
        raise NoFormula("shapes")
    return math.fsum(map(math.prod, zip(*rows, strict=True)))


def _sum_of_products_back(arguments: Sequence[Worked], result: Worked, upstream: Grid) -> Back:
    grids, weight = [grid(argument) for argument in arguments], number(single(upstream))
    rows = [[_or_zero(entry) for entry in one.entries] for one in grids]
    columns = list(zip(*rows, strict=True))
    return [
        Grid(one.rows, one.columns, [weight * math.prod(column[:k] + column[k + 1 :]) for column in columns])
        for k, one in enumerate(grids)
    ]


def _matrix_product_back(arguments: Sequence[Worked], result: Worked, upstream: Grid) -> Back:
    a, b, g = matrix(arguments[0]), matrix(arguments[1]), matrix(upstream)
    return [of_rows(product(g, transposed(b))), of_rows(product(transposed(a), g))]


def _entry(area: Worked, row: Worked, column: Worked = 1.0) -> Worked:
    whole, down, right = grid(area), int(number(single(row))), int(number(single(column)))
    if whole.rows == 1 and right == 1 and whole.columns > 1:
        down, right = 1, down
    if down < 1 or right < 1:
        raise NoFormula("function", name="INDEX")
    return whole.at(down - 1, right - 1)


def _entry_back(arguments: Sequence[Worked], result: Worked, upstream: Grid) -> Back:
    whole = grid(arguments[0])
    marks = Grid(whole.rows, whole.columns, [float(place) for place in range(whole.rows * whole.columns)])
    found, weight = _entry(marks, *arguments[1:]), number(single(upstream))
    return [Grid(whole.rows, whole.columns, [weight * (mark == found) for mark in marks.entries])]


def rounded(x: float, digits: float = 0.0) -> float:
    """A number rounded as spreadsheets do it: by its 15 digits, halves away from zero.

    >>> rounded(0.15, 1), rounded(-2.5), rounded(1234.0, -2)
    (0.2, -3.0, 1200.0)
    """
    step = Decimal(1).scaleb(-int(digits))
    return float((Decimal(f"{x:.15g}") / step).quantize(Decimal(1), ROUND_HALF_UP) * step)


def _compared(judge: Callable[[int], bool]) -> Function:
    def compare(a: Value, b: Value) -> bool:
        return judge(order(a, b))

    return flat(compare, 2, 2)


def order(a: Value, b: Value) -> int:
    """-1, 0 or 1 as a stands before, at or behind b: numbers by 15 digits, before texts, before truth values.

    >>> order(0.1 + 0.2, 0.3), order(1.0, "a"), order(None, 0.0)
    (0, -1, 0)
    """
    a, b = (_blank_as(b) if a is None else a), (_blank_as(a) if b is None else b)
    ranks = [0 if isinstance(x, float) else 1 if isinstance(x, str) else 2 for x in (a, b)]
    if ranks[0] != ranks[1]:
        return -1 if ranks[0] < ranks[1] else 1
    first, second = (x.casefold() if isinstance(x, str) else float(f"{number(x):.15g}") for x in (a, b))
    return (first > second) - (first < second)  # type: ignore[operator]


def _blank_as(other: Value) -> Value:
    return "" if isinstance(other, str) else False if isinstance(other, bool) else 0.0


def _power(x: float, y: float) -> float:
    if x < 0 and not y.is_integer():
        raise NoFormula("no_value")
    return float(x**y)


def _exponent_slope(x: float, y: float, out: float) -> float:
    return out * math.log(x) if x > 0 else 0.0


def _joined(a: Value, b: Value) -> str:
    return "".join("" if x is None else f"{x:.15g}" if isinstance(x, float) else str(x) for x in (a, b))


def _sign(x: float) -> float:
    return float((x > 0) - (x < 0))


VAR_S, STDEV_S = _spread(1)
VAR_P, STDEV_P = _spread(0)
POWER = smooth(_power, lambda x, y, out: y * x ** (y - 1) if y else 0.0, _exponent_slope)
ROUND = Function(
    smooth(rounded, lambda *_: 1.0, lambda *_: 0.0).value, smooth(rounded, lambda *_: 1.0, lambda *_: 0.0).back, (1, 2)
)
TABLE: Mapping[str, Function] = {
    "+": smooth(lambda x, y: x + y, lambda *_: 1.0, lambda *_: 1.0),
    "-": smooth(lambda x, y: x - y, lambda *_: 1.0, lambda *_: -1.0),
    "*": smooth(lambda x, y: x * y, lambda x, y, out: y, lambda x, y, out: x),
    "/": smooth(lambda x, y: x / y, lambda x, y, out: 1 / y, lambda x, y, out: -out / y),
    "^": POWER,
    "neg": smooth(lambda x: -x, lambda *_: -1.0),
    "&": flat(_joined, 2, 2),
    "=": _compared(lambda sign: sign == 0),
    "<>": _compared(lambda sign: sign != 0),
    "<": _compared(lambda sign: sign < 0),
    ">": _compared(lambda sign: sign > 0),
    "<=": _compared(lambda sign: sign <= 0),
    ">=": _compared(lambda sign: sign >= 0),
    "POWER": POWER,
    "EXP": smooth(math.exp, lambda x, out: out),
    "LN": smooth(math.log, lambda x, out: 1 / x),
    "LOG10": smooth(math.log10, lambda x, out: 1 / (x * math.log(10))),
    "SQRT": smooth(math.sqrt, lambda x, out: 0.5 / out),
    "TANH": smooth(math.tanh, lambda x, out: 1 - out * out),
    "SINH": smooth(math.sinh, lambda x, out: math.cosh(x)),
    "COSH": smooth(math.cosh, lambda x, out: math.sinh(x)),
    "ATAN": smooth(math.atan, lambda x, out: 1 / (1 + x * x)),
    "SIN": smooth(math.sin, lambda x, out: math.cos(x)),
    "COS": smooth(math.cos, lambda x, out: -math.sin(x)),
    "ERF": smooth(math.erf, lambda x, out: 2 / math.sqrt(math.pi) * math.exp(-x * x)),
    "ABS": smooth(abs, lambda x, out: _sign(x)),
    "SIGN": smooth(_sign, lambda *_: 0.0),
    "INT": smooth(lambda x: float(math.floor(x)), lambda *_: 0.0),
    "N": smooth(lambda x: x, lambda *_: 1.0),
    "ROUND": ROUND,
    "PI": Function(lambda: math.pi, lambda *_: [], (0, 0)),
    "NOT": flat(lambda x: not number(x), 1, 1),
    "ISBLANK": flat(lambda x: x is None, 1, 1),
    "ISNUMBER": flat(lambda x: isinstance(x, float), 1, 1),
    "AND": total(lambda numbers: float(all(numbers)), lambda numbers, out: [0.0] * len(numbers)),
    "OR": total(lambda numbers: float(any(numbers)), lambda numbers, out: [0.0] * len(numbers)),
    "COUNT": total(lambda numbers: float(len(numbers)), lambda numbers, out: [0.0] * len(numbers)),
    "SUM": total(math.fsum, lambda numbers, out: [1.0] * len(numbers)),
    "AVERAGE": total(lambda numbers: math.fsum(numbers) / len(numbers), lambda x, out: [1 / len(x)] * len(x)),
    "SUMSQ": total(lambda numbers: math.fsum(x * x for x in numbers), lambda numbers, out: [2 * x for x in numbers]),
    "PRODUCT": total(
        math.prod, lambda numbers, out: [math.prod(numbers[:k] + numbers[k + 1 :]) for k in range(len(numbers))]
    ),
    "MAX": _largest(max),
    "MIN": _largest(min),
    "VAR": VAR_S,
    "VAR.S": VAR_S,
    "VARP": VAR_P,
    "VAR.P": VAR_P,
    "STDEV": STDEV_S,
    "STDEV.S": STDEV_S,
    "STDEVP": STDEV_P,
    "STDEV.P": STDEV_P,
    "SUMPRODUCT": Function(_sum_of_products, _sum_of_products_back, (1, 255)),
    "SUMXMY2": paired(lambda x, y: (x - y) ** 2, lambda x, y: 2 * (x - y), lambda x, y: 2 * (y - x)),
    "SUMX2MY2": paired(lambda x, y: x * x - y * y, lambda x, y: 2 * x, lambda x, y: -2 * y),
    "SUMX2PY2": paired(lambda x, y: x * x + y * y, lambda x, y: 2 * x, lambda x, y: 2 * y),
    "MMULT": Function(lambda a, b: of_rows(product(matrix(a), matrix(b))), _matrix_product_back, (2, 2)),
    "TRANSPOSE": Function(lambda a: _turned(grid(a)), lambda arguments, result, upstream: [_turned(upstream)], (1, 1)),
    "INDEX": Function(_entry, _entry_back, (2, 3)),
}
"""By the names that files have for them, operators by their signs. Logarithms to another base and choices by a
condition are worked from these (`working`)."""


def _turned(one: Grid) -> Grid:
    return Grid(
        one.columns,
        one.rows,
        tuple(one.entries[row * one.columns + column] for column, row in places(one.columns, one.rows)),
    )
