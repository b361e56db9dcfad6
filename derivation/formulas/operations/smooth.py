"""Smooth functions of one number: a row holds all that the algebras of numbers, of SymPy's expressions and of jets, the
search for numbers and the exports ask of it. A row of the operations table means one by `Applied(name)`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flint import arb, fmpq

from derivation.formulas.numbers import Number
from derivation.formulas.operations import elementary
from derivation.formulas.operations.elementary import function, quotient


@dataclass(frozen=True, slots=True)
class Smooth:
    """`number` is the value at a number, `symbols` that of a SymPy expression (the module comes first), `slopes` the
    first two derivatives at x, where the value is y. `qti` is the name of QTI's `mathOperator`, None where it has none.
    `saturates` says that large arguments all give nearly one value, or one out of reach."""

    name: str
    number: Callable[[Any], Number]
    symbols: Callable[[Any, Any], Any]
    slopes: Callable[[Number, Number], tuple[Number, Number]]
    qti: str | None
    saturates: bool


def _inverse(x: Number) -> Number:
    return quotient(fmpq(1), x)


def _normal_cdf(x: Number) -> Number:
    return fmpq(1, 2) if x == 0 else (-arb(x) / arb(2).sqrt()).erfc() / 2


def _normal_pdf(x: Number) -> Number:
    return (-arb(elementary.power(x, fmpq(2))) / 2).exp() / (2 * arb.pi()).sqrt()


def _of_root(x: Number, y: Number) -> tuple[Number, Number]:
    slope = _inverse(2 * y)
    return slope, -slope * _inverse(2 * x)


_sine, _cosine = function(arb.sin, {0: 0}), function(arb.cos, {0: 1})

SMOOTH = {
    row.name: row
    for row in (
        Smooth(
            "exp",
            function(arb.exp, {0: 1}),
            lambda sympy, x: sympy.exp(x),
            lambda x, y: (y, y),
            qti="exp",
            saturates=True,
        ),
        Smooth(
            "log",
            elementary.logarithm,
            lambda sympy, x: sympy.log(x),
            lambda x, y: (_inverse(x), -_inverse(x) * _inverse(x)),
            qti="ln",
            saturates=False,
        ),
        # QTI has no root: an export writes the power 1/2.
        Smooth(
            "sqrt",
            elementary.square_root,
            lambda sympy, x: sympy.sqrt(x),
            _of_root,
            qti=None,
            saturates=False,
        ),
        Smooth(
            "tanh",
            function(arb.tanh, {0: 0}),
            lambda sympy, x: sympy.tanh(x),
            lambda x, y: (1 - y * y, -2 * y * (1 - y * y)),
            qti="tanh",
            saturates=True,
        ),
        Smooth(
            "sin",
            _sine,
            lambda sympy, x: sympy.sin(x),
            lambda x, y: (_cosine(x), -y),
            qti="sin",
            saturates=False,
        ),
        Smooth(
            "cos",
            _cosine,
            lambda sympy, x: sympy.cos(x),
            lambda x, y: (-_sine(x), -y),
            qti="cos",
            saturates=False,
        ),
        Smooth(
            "cos_pi",
            function(arb.cos_pi, {0: 1, 1: -1, fmpq(1, 2): 0, fmpq(1, 3): fmpq(1, 2), fmpq(2, 3): fmpq(-1, 2)}),
            lambda sympy, x: sympy.cos(sympy.pi * x),
            lambda x, y: (-arb.pi() * arb(x).sin_pi(), -arb.pi() * arb.pi() * y),
            qti=None,
            saturates=False,
        ),
        Smooth(
            "normal_cdf",
            _normal_cdf,
            lambda sympy, x: sympy.erfc(-x / sympy.sqrt(2)) / 2,
            lambda x, y: (_normal_pdf(x), -x * _normal_pdf(x)),
            qti=None,
            saturates=True,
        ),
        Smooth(
            "normal_pdf",
            _normal_pdf,
            lambda sympy, x: sympy.exp(-(x**2) / 2) / sympy.sqrt(2 * sympy.pi),
            lambda x, y: (-x * y, (x * x - 1) * y),
            qti=None,
            saturates=False,
        ),
    )
}
