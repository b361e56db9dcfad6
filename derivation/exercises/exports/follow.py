"""Follow-through: each answer as an expression in the earlier answers of the same student and the numbers given, in the
operations of QTI."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flint import fmpq

from derivation.exercises.exercise.exercise import Exercise
from derivation.exercises.exercise.program import ScalarGraph, ScalarNode, Traced
from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.decimals import Carry
from derivation.formulas.numbers import Number
from derivation.formulas.operations import heads
from derivation.formulas.operations.algebras import WHOLE, Numbers, complete
from derivation.formulas.operations.smooth import SMOOTH
from derivation.formulas.terms import Term

LARGEST = 120
"""Nodes of an expression beyond which it is left out."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A node: an answer (the place of its blank), a number given (its node in the exercise's program, or itself), or an
    operation."""

    operation: str
    parts: tuple[Expression, ...] = ()
    place: int = -1
    value: str = ""
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Followed:
    """How an answer follows from earlier ones: the expression, and the places of the blanks in it."""

    expression: Expression
    places: tuple[int, ...]


class NoForm(ValueError):
    """An operation that QTI does not have, or an expression that grows too large."""


def follow_through(exercise: Exercise) -> list[Followed | None]:
    """For each blank how it follows from earlier ones; None where it depends on given numbers alone, or has no form in
    QTI."""
    graph = ScalarGraph()
    traced = Traced(graph, exercise.tape, _start(exercise, graph), exercise.network.carry)
    formulas = {entry.quantity: entry.formula for entry in exercise.tape}
    found: list[Followed | None] = []
    for blank in exercise.blanks:
        array = evaluate(formulas[blank.quantity], traced, graph.algebra)  # type: ignore[arg-type]
        found.append(_followed(graph, array[blank.place or (0,)].place))
    return found


def _start(exercise: Exercise, graph: ScalarGraph) -> dict[Term, Array]:
    """What expressions start from: answers for all that is asked, and the numbers given."""

    def number(node: int) -> ScalarNode:
        return (
            graph.variable(("given", node))
            if node in exercise.program.inputs
            else graph.constant(exercise.program.constants[node])
        )

    start = {quantity: exercise.nodes[quantity].map(number) for quantity in exercise.given}
    places: dict[Term, list[int]] = {}
    for place, blank in enumerate(exercise.blanks):
        places.setdefault(blank.quantity, []).append(place)
    for quantity, numbers in places.items():
        start[quantity] = Array(
            exercise.nodes[quantity].shape, tuple(graph.variable(("answer", number)) for number in numbers)
        )
    return start


def _followed(graph: ScalarGraph, node: int) -> Followed | None:
    keys = {found.place: key for key, found in graph.found.items() if isinstance(key, tuple) and key[0] == "variable"}
    try:
        expression = _expression(graph, keys, node, [0])
    except NoForm:
        return None
    places = tuple(dict.fromkeys(_places(expression)))
    return Followed(expression, places) if places else None


def _places(expression: Expression) -> Iterator[int]:
    if expression.place >= 0:
        yield expression.place
    for part in expression.parts:
        yield from _places(part)


def _expression(graph: ScalarGraph, keys: dict[int, Any], node: int, count: list[int]) -> Expression:
    count[0] += 1
    if count[0] > LARGEST:
        raise NoForm("too large")
    if node in keys:
        kind, number = keys[node][1]
        return Expression("variable", place=number) if kind == "answer" else Expression("given", value=str(number))
    if node in graph.constants:
        return _number(graph.constants[node])
    operation, operands = graph.code[node]
    parts = tuple(_expression(graph, keys, operand, count) for operand in operands)
    if isinstance(operation, Carry):
        return _rounded(operation, *parts)
    form = FORMS.get(operation)
    if form is None:
        raise NoForm(str(operation))
    return form(*parts)


def _number(x: Any) -> Expression:
    return Expression("number", value=binary(fmpq(x) if isinstance(x, int) else x))


def binary(x: Number) -> str:
    """A number as the double nearest to it, which is what QTI reckons with, without a power of ten, which not all
    engines read.

    >>> binary(fmpq(1, 10)), binary(fmpq(1, 10**8))
    ('0.1', '0.00000001')
    """
    return spelled_out(repr(int(x.p) / int(x.q) if isinstance(x, fmpq) else float(x.mid())))


def spelled_out(text: str) -> str:
    """A decimal without a power of ten.

    >>> spelled_out("-1.25e-8")
    '-0.0000000125'
    """
    return f"{Decimal(text):f}"


def _plain(name: str) -> Callable[..., Expression]:
    return lambda *parts: Expression(name, parts)


def _function(name: str) -> Callable[..., Expression]:
    return lambda *parts: Expression("mathOperator", parts, attributes=(("name", name),))


def _rounded(operation: Carry, part: Expression) -> Expression:
    mode, figures = (
        ("significantFigures", operation.digits) if operation.places is None else ("decimalPlaces", operation.places)
    )
    return Expression("roundTo", (part,), attributes=(("roundingMode", mode), ("figures", str(figures))))


def _is_positive(difference: Expression) -> Expression:
    """1 for a positive number, else 0."""
    return Expression("max", (_number(0), _function("signum")(difference)))


def _difference(a: Expression, b: Expression) -> Expression:
    return Expression("subtract", (a, b))


def _square(a: Expression) -> Expression:
    return Expression("product", (a, a))


FORMS: Mapping[Any, Callable[..., Expression] | None] = complete(
    {
        operator.add: _plain("sum"),
        operator.mul: _plain("product"),
        operator.sub: _plain("subtract"),
        operator.neg: lambda a: _difference(_number(0), a),
        Numbers.div: _plain("divide"),
        Numbers.pow: _plain("power"),
        Numbers.max: _plain("max"),
        Numbers.min: _plain("min"),
        Numbers.largest: _plain("max"),
        Numbers.smallest: _plain("min"),
        Numbers.sign: _function("signum"),
        Numbers.greater: lambda a, b: _is_positive(_difference(a, b)),
        Numbers.at_least: lambda a, b: _difference(_number(1), _is_positive(_difference(b, a))),
        Numbers.equal_to: lambda a, b: _difference(_number(1), _square(_function("signum")(_difference(a, b)))),
        **dict.fromkeys(WHOLE),
        Numbers.cases: None,
        Numbers.relative_entropy: None,
        Numbers.stop_gradient: lambda a: a,
        **{row.number: _function(row.qti) if row.qti else None for row in SMOOTH.values()},
        SMOOTH[heads.SQRT].number: lambda a: Expression("power", (a, _number(fmpq(1, 2)))),
    },
    "form in QTI",
)
"""What each operation of a program is in QTI; of what has none (None) no answer follows."""
