"""The functions that the table's meanings call, for numbers and for SymPy expressions.

An algebra is a namespace of functions of entries: a row's meaning asks it for `exp` or `max` and leaves `+ - *` to the
entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial, reduce
from typing import Any, TypeVar

from flint import fmpq

from derivation.formulas import numbers
from derivation.formulas.arrays import SUMS
from derivation.formulas.numbers import Number, Undefined, is_positive
from derivation.formulas.operations import elementary, heads
from derivation.formulas.operations.smooth import SMOOTH
from derivation.formulas.operations.table import MissingPiece
from derivation.formulas.terms import Term, number
from derivation.words.telling import tell

BITS = 203
"""Of SymPy's floats: 60 digits."""


class Numbers:
    """Exact rationals and certified balls."""

    number = staticmethod(numbers.exact)
    literal = staticmethod(lambda term: numbers.exact(term.args[0]))
    div = staticmethod(elementary.quotient)
    pow = staticmethod(elementary.power)
    floor = staticmethod(elementary.floor)
    ceil = staticmethod(elementary.ceiling)
    round = staticmethod(elementary.nearest)
    trunc = staticmethod(elementary.cut)

    @staticmethod
    def max(a: Number, b: Number) -> Number:
        return b if is_positive(b - a) else a

    @staticmethod
    def min(a: Number, b: Number) -> Number:
        return b if is_positive(a - b) else a

    @staticmethod
    def largest(*entries: Number) -> Number:
        return reduce(Numbers.max, entries)

    @staticmethod
    def smallest(*entries: Number) -> Number:
        return reduce(Numbers.min, entries)

    @staticmethod
    def greater(a: Number, b: Number) -> Number:
        return fmpq(is_positive(a - b))

    @staticmethod
    def at_least(a: Number, b: Number) -> Number:
        return fmpq(not is_positive(b - a))

    @staticmethod
    def equal_to(a: Number, b: Number) -> Number:
        return fmpq(not is_positive(a - b) and not is_positive(b - a))

    @staticmethod
    def sign(a: Number) -> Number:
        return fmpq(is_positive(a)) - fmpq(is_positive(-a))

    @staticmethod
    def cases(condition: Number, a: Number, b: Number) -> Number:
        if condition == 1 or condition == 0:
            return a if condition == 1 else b
        raise Undefined(tell("undefined.condition"))

    @staticmethod
    def stop_gradient(a: Number) -> Number:
        return a

    @staticmethod
    def relative_entropy(p: Number, q: Number) -> Number:
        return fmpq(0) if p == 0 else p * elementary.logarithm(elementary.quotient(p, q))


for _row in SMOOTH.values():
    setattr(Numbers, _row.name, staticmethod(_row.number))
ASKED = tuple(name for name in vars(Numbers) if not name.startswith("_") and name not in ("number", "literal"))
"""What meanings ask an algebra for, beside numbers themselves."""
COMPARISONS = frozenset({"greater", "at_least", "equal_to", "max", "min", "largest", "smallest", "cases", "sign"})
"""Those that are seen at a glance."""

Row = TypeVar("Row")


WHOLE = (Numbers.floor, Numbers.ceil, Numbers.round, Numbers.trunc)
"""What makes whole numbers of others."""


def complete(rows: Mapping[Any, Row], piece: str) -> Mapping[Any, Row]:
    """The rows, once there is one for each of `ASKED`, by name or by what it is over numbers; `MissingPiece` says
    which has none.

    >>> complete({"exp": 1}, "row")
    Traceback (most recent call last):
    derivation.formulas.operations.table.MissingPiece: the operation 'div' has no row
    """
    for name in ASKED:
        if name not in rows and getattr(Numbers, name) not in rows:
            raise MissingPiece(name, piece)
    return rows


class Terms:
    """Scalar terms: an operation over arrays of these is spelled out entry by entry, as one works it on paper."""

    number = staticmethod(number)
    literal = staticmethod(lambda term: term)
    div = staticmethod(lambda a, b: a / b)
    pow = staticmethod(lambda a, b: a**b)
    largest = staticmethod(lambda *entries: reduce(lambda a, b: Term(heads.MAXIMUM, (a, b)), entries))
    smallest = staticmethod(lambda *entries: reduce(lambda a, b: Term(heads.MINIMUM, (a, b)), entries))

    @staticmethod
    def cases(condition: Term, a: Term, b: Term) -> Term:
        """A choice between two numbers is made at a glance."""
        return {number("1"): a, number("0"): b}.get(condition, Term(heads.CASES, (condition, a, b)))

    @staticmethod
    def softplus(a: Term) -> Term:
        return Term(heads.LOG, (number("1") + Term(heads.EXP, (a,)),))

    @staticmethod
    def log_sigmoid(a: Term) -> Term:
        return -Terms.softplus(-a)

    relative_entropy = staticmethod(
        lambda p, q: p if p == number("0") else p * Term(heads.LOG, (Term(heads.DIV, (p, q)),))
    )


def _spelled(head: str) -> Any:
    return staticmethod(lambda *parts: Term(head, parts))


def _seen(head: str) -> Any:
    """A comparison of two numbers is seen at a glance: 1 or 0 is written, not how one finds out."""

    def compared(a: Term, b: Term) -> Term:
        if a.head == b.head == "number":
            left, right = (
                term.value.entries[0] if term.value is not None else numbers.exact(term.args[0]) for term in (a, b)
            )
            return number(str(getattr(Numbers, head)(left, right)))
        return Term(head, (a, b))

    return staticmethod(compared)


for _function in (*SMOOTH, "sign", "floor", "ceil", "round", "trunc", "stop_gradient"):
    if not hasattr(Terms, _function):
        setattr(Terms, _function, _spelled(_function))
for _function, _head in (("max", heads.MAXIMUM), ("min", heads.MINIMUM)):
    setattr(Terms, _function, _spelled(_head))
for _function in ("greater", "at_least", "equal_to"):
    setattr(Terms, _function, _seen(_function))
complete(vars(Terms), "term that spells it out")


def is_step(expression: Any) -> bool:
    """Whether a SymPy expression is a step, by which the algebra of `symbols` says a kink between two numbers."""
    return type(expression).__name__ == "step"


def is_first(expression: Any) -> bool:
    """Whether a SymPy expression is the mark of the largest of several numbers, the other kind of kink."""
    return type(expression).__name__ == "first"


def is_kink(expression: Any) -> bool:
    """Whether a SymPy expression is 1 on some side of a kink and 0 on others."""
    return is_step(expression) or is_first(expression)


@cache
def symbols() -> Any:
    """The algebra of SymPy expressions (SymPy is imported here, and only when something is to be proved).

    A rational number stays one; a ball becomes a float of 60 digits, or of as many as it was worked with (`of_number`).

    Every kink is expressed through `step(x)`, 1 where x > 0 and 0 elsewhere, or `first(k, a, b, ...)`, 1 where the
    entry at place k is the first of the largest; their derivative is 0. So `max`, `relu` and their kin become
    polynomials in these, which SymPy differentiates and compares like any others. `whole(x)` is the
    floor of x, with a derivative of 0 too. `stopped(x)` is x at numbers, and a constant to `diff`.
    """
    import sympy
    from mpmath.libmp import from_man_exp  # type: ignore[import-untyped]

    class step(sympy.Function):  # type: ignore[misc]
        @classmethod
        def eval(cls, x: Any) -> Any:
            if x.is_number:
                return sympy.Integer(bool(x > 0))
            return None

        def fdiff(self, argindex: int = 1) -> Any:
            return sympy.Integer(0)

        def _eval_power(self, exponent: Any) -> Any:
            return self if exponent.is_Integer and exponent > 0 else None

    class first(sympy.Function):  # type: ignore[misc]
        @classmethod
        def eval(cls, place: Any, *entries: Any) -> Any:
            if not all(entry.is_number for entry in entries):
                return None
            largest, k = entries[int(place)], int(place)
            return sympy.Integer(all(x < largest for x in entries[:k]) and all(x <= largest for x in entries[k + 1 :]))

        def fdiff(self, argindex: int = 1) -> Any:
            return sympy.Integer(0)

        def _eval_power(self, exponent: Any) -> Any:
            return self if exponent.is_Integer and exponent > 0 else None

    class whole(sympy.Function):  # type: ignore[misc]
        @classmethod
        def eval(cls, x: Any) -> Any:
            return sympy.floor(x) if x.is_number else None

        def fdiff(self, argindex: int = 1) -> Any:
            return sympy.Integer(0)

    class stopped(sympy.Function):  # type: ignore[misc]
        @classmethod
        def eval(cls, x: Any) -> Any:
            return x if x.is_number or isinstance(x, cls) else None

        def fdiff(self, argindex: int = 1) -> Any:
            return sympy.Integer(0)

    def of(x: Number) -> Any:
        if isinstance(x, fmpq):
            return sympy.Rational(int(x.p), int(x.q))
        mantissa, exponent = map(int, x.mid().man_exp())
        bits = max(BITS, mantissa.bit_length())
        return sympy.Float(from_man_exp(mantissa, exponent, bits, "n"), precision=bits)

    def power(a: Any, b: Any) -> Any:
        height = max(map(int.bit_length, map(int, a.as_numer_denom()))) if a.is_Rational and b.is_Integer else 0
        return sympy.Float(a, precision=BITS) ** b if height * abs(b) > elementary.LARGEST_BETWEEN else a**b

    class Symbols:
        number = staticmethod(sympy.Rational)
        of_number = staticmethod(of)
        literal = staticmethod(
            lambda term: sympy.Rational(term.args[0]) if term.value is None else of(term.value.entries[0])
        )
        div = staticmethod(lambda a, b: a / b)
        pow = staticmethod(power)
        floor = staticmethod(whole)
        ceil = staticmethod(lambda a: -whole(-a))
        round = staticmethod(lambda a: whole(a / 2 + sympy.Rational(1, 4)) - whole(sympy.Rational(1, 4) - a / 2))
        trunc = staticmethod(lambda a: step(a) * whole(a) - step(-a) * whole(-a))
        max = staticmethod(lambda a, b: a + (b - a) * step(sympy.expand(b - a)))
        min = staticmethod(lambda a, b: a + (b - a) * step(sympy.expand(a - b)))

        @staticmethod
        def marks(*entries: Any) -> list[Any]:
            if len(entries) == 1:
                return [sympy.Integer(1)]
            expanded = tuple(map(sympy.expand, entries))
            return [first(place, *expanded) for place in range(len(entries))]

        @staticmethod
        def largest(*entries: Any) -> Any:
            # a sum over the places where the largest can be: nested maxima would multiply out
            return sympy.Add(*(a * mark for a, mark in zip(entries, Symbols.marks(*entries), strict=True)))

        @staticmethod
        def smallest(*entries: Any) -> Any:
            return -Symbols.largest(*(-entry for entry in entries))

        greater = staticmethod(lambda a, b: step(sympy.expand(a - b)))
        at_least = staticmethod(lambda a, b: 1 - step(sympy.expand(b - a)))
        equal_to = staticmethod(lambda a, b: (1 - step(sympy.expand(a - b))) * (1 - step(sympy.expand(b - a))))
        sign = staticmethod(lambda a: step(a) - step(-a))
        cases = staticmethod(lambda c, a, b: c * a + (1 - c) * b)
        stop_gradient = staticmethod(stopped)
        relative_entropy = staticmethod(lambda p, q: p * sympy.log(p / q) if p != 0 else p)

    for row in SMOOTH.values():
        setattr(Symbols, row.name, staticmethod(partial(row.symbols, sympy)))
    complete(vars(Symbols), "SymPy expression")
    SUMS[sympy.Expr] = sympy.Add
    return Symbols
