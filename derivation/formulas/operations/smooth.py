"""Smooth functions of one number: a row holds all that the algebras of numbers, of SymPy's expressions and of jets, the
search for numbers and the exports ask of it. A row of the operations table means one by `Applied(name)`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from flint import arb, fmpq

from derivation.formulas.numbers import Number, Undefined, is_positive
from derivation.formulas.operations import elementary
from derivation.formulas.operations.elementary import MOST_EXACT, function, quotient
from derivation.formulas.operations.table import MissingPiece
from derivation.words.telling import tell

MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Smooth:
    """`number` is the value at a number, `symbols` that of a SymPy expression (the module comes first), `slopes` the
    first two derivatives at x, where the value is y. `qti` is the name of QTI's `mathOperator`, None where it has none.
    `saturates` says that the value comes near a limit, or out of reach, exponentially fast."""

    name: str
    number: Callable[[Any], Number] = MISSING
    symbols: Callable[[Any, Any], Any] = MISSING
    slopes: Callable[[Number, Number], tuple[Number, Number]] = MISSING
    qti: str | None = MISSING
    saturates: bool = MISSING

    def __post_init__(self) -> None:
        for piece in fields(self):
            if getattr(self, piece.name) is MISSING:
                raise MissingPiece(self.name, f"{piece.name!r} among the smooth functions")


def _inverse(x: Number) -> Number:
    return quotient(fmpq(1), x)


def _normal_cdf(x: Number) -> Number:
    return fmpq(1, 2) if x == 0 else (-arb(x) / arb(2).sqrt()).erfc() / 2


def _normal_pdf(x: Number) -> Number:
    return (-arb(elementary.power(x, fmpq(2))) / 2).exp() / (2 * arb.pi()).sqrt()


def _softplus(x: Number) -> Number:
    """ln(1 + e^x), to as many digits where e^x is small or large beside 1."""
    return arb(x) + arb(-x).exp().log1p() if x > 0 else arb(x).exp().log1p()


def _sigmoid(x: Number) -> Number:
    return _inverse(1 + arb(-x).exp())


def _of_softplus(x: Number, y: Number) -> tuple[Number, Number]:
    return _sigmoid(x), _sigmoid(x) * _sigmoid(-x)


def _of_log_sigmoid(x: Number, y: Number) -> tuple[Number, Number]:
    return _sigmoid(-x), -_sigmoid(x) * _sigmoid(-x)


def _of_root(x: Number, y: Number) -> tuple[Number, Number]:
    slope = _inverse(2 * y)
    return slope, -slope * _inverse(2 * x)


def _of_arctan(x: Number, y: Number) -> tuple[Number, Number]:
    slope = _inverse(1 + x * x)
    return slope, -2 * x * slope * slope


def _within_one(of: Callable[[arb], arb], exactly: dict[Any, Any]) -> Callable[[Number], Number]:
    """A function between -1 and 1; `Undefined` beyond."""
    inside = function(of, exactly)

    def apply(x: Number) -> Number:
        if is_positive(x - 1) or is_positive(-x - 1):
            raise Undefined(tell("undefined.beyond_one"))
        return inside(x)

    return apply


def _of_arcsin(x: Number, y: Number) -> tuple[Number, Number]:
    slope = _inverse(elementary.square_root(1 - x * x))
    return slope, x * slope * slope * slope


def _logarithm_to(base: int) -> Callable[[Number], Number]:
    """The logarithm to a whole base, exact at its powers."""

    def apply(x: Number) -> Number:
        natural = elementary.logarithm(x)
        if isinstance(x, fmpq):
            power = round(float(arb(natural).mid() / arb(base).log().mid()))
            if abs(power) <= MOST_EXACT and fmpq(base) ** power == x:
                return fmpq(power)
        return natural / arb(base).log()

    return apply


def _of_logarithm_to(base: int) -> Callable[[Number, Number], tuple[Number, Number]]:
    return lambda x, y: (_inverse(x * arb(base).log()), -_inverse(x * x * arb(base).log()))


def _of_erf(x: Number, y: Number) -> tuple[Number, Number]:
    slope = 2 * (-arb(x) * arb(x)).exp() / arb.pi().sqrt()
    return slope, -2 * x * slope


_sine, _cosine = function(arb.sin, {0: 0}), function(arb.cos, {0: 1})

SMOOTH = {
    row.name: row
    for row in (
        Smooth(
            "exp",
            number=function(arb.exp, {0: 1}),
            symbols=lambda sympy, x: sympy.exp(x),
            slopes=lambda x, y: (y, y),
            qti="exp",
            saturates=True,
        ),
        Smooth(
            "log",
            number=elementary.logarithm,
            symbols=lambda sympy, x: sympy.log(x),
            slopes=lambda x, y: (_inverse(x), -_inverse(x) * _inverse(x)),
            qti="ln",
            saturates=False,
        ),
        # QTI has no root: an export writes the power 1/2.
        Smooth(
            "sqrt",
            number=elementary.square_root,
            symbols=lambda sympy, x: sympy.sqrt(x),
            slopes=_of_root,
            qti=None,
            saturates=False,
        ),
        Smooth(
            "tanh",
            number=function(arb.tanh, {0: 0}),
            symbols=lambda sympy, x: sympy.tanh(x),
            slopes=lambda x, y: (1 - y * y, -2 * y * (1 - y * y)),
            qti="tanh",
            saturates=True,
        ),
        Smooth(
            "softplus",
            number=_softplus,
            symbols=lambda sympy, x: sympy.log(1 + sympy.exp(x)),
            slopes=_of_softplus,
            qti=None,
            saturates=True,
        ),
        Smooth(
            "log_sigmoid",
            number=lambda x: -_softplus(-x),
            symbols=lambda sympy, x: -sympy.log(1 + sympy.exp(-x)),
            slopes=_of_log_sigmoid,
            qti=None,
            saturates=True,
        ),
        Smooth(
            "sin",
            number=_sine,
            symbols=lambda sympy, x: sympy.sin(x),
            slopes=lambda x, y: (_cosine(x), -y),
            qti="sin",
            saturates=False,
        ),
        Smooth(
            "cos",
            number=_cosine,
            symbols=lambda sympy, x: sympy.cos(x),
            slopes=lambda x, y: (-_sine(x), -y),
            qti="cos",
            saturates=False,
        ),
        Smooth(
            "arctan",
            number=function(arb.atan, {0: 0}),
            symbols=lambda sympy, x: sympy.atan(x),
            slopes=_of_arctan,
            qti="atan",
            saturates=False,
        ),
        Smooth(
            "tan",
            number=function(arb.tan, {0: 0}),
            symbols=lambda sympy, x: sympy.tan(x),
            slopes=lambda x, y: (1 + y * y, 2 * y * (1 + y * y)),
            qti="tan",
            saturates=False,
        ),
        Smooth(
            "arcsin",
            number=_within_one(arb.asin, {0: 0}),
            symbols=lambda sympy, x: sympy.asin(x),
            slopes=_of_arcsin,
            qti="asin",
            saturates=False,
        ),
        Smooth(
            "arccos",
            number=_within_one(arb.acos, {1: 0}),
            symbols=lambda sympy, x: sympy.acos(x),
            slopes=lambda x, y: (-_of_arcsin(x, y)[0], -_of_arcsin(x, y)[1]),
            qti="acos",
            saturates=False,
        ),
        Smooth(
            "sinh",
            number=function(arb.sinh, {0: 0}),
            symbols=lambda sympy, x: sympy.sinh(x),
            slopes=lambda x, y: (arb(x).cosh(), y),
            qti="sinh",
            saturates=True,
        ),
        Smooth(
            "cosh",
            number=function(arb.cosh, {0: 1}),
            symbols=lambda sympy, x: sympy.cosh(x),
            slopes=lambda x, y: (arb(x).sinh(), y),
            qti="cosh",
            saturates=True,
        ),
        Smooth(
            "log2",
            number=_logarithm_to(2),
            symbols=lambda sympy, x: sympy.log(x) / sympy.log(2),
            slopes=_of_logarithm_to(2),
            qti=None,
            saturates=False,
        ),
        Smooth(
            "log10",
            number=_logarithm_to(10),
            symbols=lambda sympy, x: sympy.log(x) / sympy.log(10),
            slopes=_of_logarithm_to(10),
            qti="log",
            saturates=False,
        ),
        Smooth(
            "erf",
            number=function(arb.erf, {0: 0}),
            symbols=lambda sympy, x: sympy.erf(x),
            slopes=_of_erf,
            qti=None,
            saturates=True,
        ),
        Smooth(
            "cos_pi",
            number=function(arb.cos_pi, {0: 1, 1: -1, fmpq(1, 2): 0, fmpq(1, 3): fmpq(1, 2), fmpq(2, 3): fmpq(-1, 2)}),
            symbols=lambda sympy, x: sympy.cos(sympy.pi * x),
            slopes=lambda x, y: (-arb.pi() * arb(x).sin_pi(), -arb.pi() * arb.pi() * y),
            qti=None,
            saturates=False,
        ),
        Smooth(
            "normal_cdf",
            number=_normal_cdf,
            symbols=lambda sympy, x: sympy.erfc(-x / sympy.sqrt(2)) / 2,
            slopes=lambda x, y: (_normal_pdf(x), -x * _normal_pdf(x)),
            qti=None,
            saturates=True,
        ),
        Smooth(
            "normal_pdf",
            number=_normal_pdf,
            symbols=lambda sympy, x: sympy.exp(-(x**2) / 2) / sympy.sqrt(2 * sympy.pi),
            slopes=lambda x, y: (-x * y, (x * x - 1) * y),
            qti=None,
            saturates=False,
        ),
    )
}
