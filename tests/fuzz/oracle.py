"""A second opinion on a worked network: its equations evaluated over mpmath by Python's own syntax tree, gradients by
difference quotients.

Nothing of the package takes part. What this small reader does not know it does not judge (`Unknown`).
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import mpmath
import numpy as np

DIGITS, STEP, CLOSE = 1600, 500, mpmath.mpf("1e-24")
"""Digits reckoned with; how many decimal places beyond a number it is moved for its quotient; what is taken as
equal."""
MOST_ENTRIES, LARGEST = 24, mpmath.mpf("1e320")
"""Numbers that are moved one by one, and the largest given number that these digits have room for."""
Values = dict[str, Any]


class Unknown(Exception):
    """Something this reader has no opinion on."""


def entrywise(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: np.frompyfunc(function, 1, 1)(x)


def sigmoid(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


def softmax(x: Any) -> Any:
    if np.ndim(x) != 1:
        raise Unknown("softmax of a matrix")
    powers = entrywise(mpmath.exp)(x - max(x))
    return powers / np.sum(powers)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": entrywise(mpmath.exp),
    "log": entrywise(mpmath.log),
    "ln": entrywise(mpmath.log),
    "sqrt": entrywise(mpmath.sqrt),
    "sin": entrywise(mpmath.sin),
    "cos": entrywise(mpmath.cos),
    "tanh": entrywise(mpmath.tanh),
    "arctan": entrywise(mpmath.atan),
    "tan": entrywise(mpmath.tan),
    "sinh": entrywise(mpmath.sinh),
    "cosh": entrywise(mpmath.cosh),
    "log2": entrywise(lambda x: mpmath.log(x) / mpmath.log(2)),
    "log10": entrywise(lambda x: mpmath.log(x) / mpmath.log(10)),
    "log1p": entrywise(mpmath.log1p),
    "expm1": entrywise(mpmath.expm1),
    "erf": entrywise(mpmath.erf),
    "abs": entrywise(abs),
    "sigmoid": entrywise(sigmoid),
    "relu": entrywise(lambda x: x if x > 0 else 0 * x),
    "softplus": entrywise(lambda x: mpmath.log1p(mpmath.exp(x))),
    "log_sigmoid": entrywise(lambda x: -mpmath.log1p(mpmath.exp(-x))),
    "softsign": entrywise(lambda x: x / (1 + abs(x))),
    "silu": entrywise(lambda x: x * sigmoid(x)),
    "gelu": entrywise(lambda x: x * mpmath.ncdf(x)),
    "elu": entrywise(lambda x: x if x > 0 else mpmath.expm1(x)),
    "softmax": softmax,
    "dot": lambda a, b: np.sum(a * b),
    "sum": np.sum,
    "mean": lambda x: np.sum(x) / np.size(x),
    "norm": lambda x: mpmath.sqrt(np.sum(x * x)),
    "outer": np.outer,
    "cross_entropy": lambda p, y: -np.sum(y * entrywise(mpmath.log)(p)),
    "binary_cross_entropy": lambda p, y: -np.sum(y * entrywise(mpmath.log)(p) + (1 - y) * entrywise(mpmath.log)(1 - p)),
}
OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
    ast.MatMult: lambda a, b: a @ b,
}


def equations(text: str) -> list[tuple[str, ast.expr]]:
    """Name and expression of each line."""
    rows = []
    for line in filter(None, (re.sub(r"#.*", "", line).strip() for line in text.splitlines())):
        key, equals, expression = line.partition("=")
        if not equals or not key.strip().isidentifier():
            raise Unknown(line)
        try:
            rows.append((key.strip(), ast.parse(expression.strip().replace("^", "**"), mode="eval").body))
        except SyntaxError:
            raise Unknown(line) from None
    return rows


def evaluated(node: ast.expr, known: Values) -> Any:
    match node:
        case ast.Constant(value=int() | float()):
            return mpmath.mpf(ast.unparse(node))
        case ast.Name(id=key) if key in known:
            return known[key]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -evaluated(operand, known)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](evaluated(left, known), evaluated(right, known))
        case ast.Call(func=ast.Name(id=key), args=args, keywords=[]) if key in FUNCTIONS and key not in known:
            return FUNCTIONS[key](*(evaluated(arg, known) for arg in args))
        case _:
            raise Unknown(ast.unparse(node))


def worked(rows: list[tuple[str, ast.expr]], given: Mapping[str, Any]) -> Values:
    """Every quantity in the order of the text; what stands before what it needs is not judged."""
    known = dict(given)
    for key, node in rows:
        if key in known:
            raise Unknown(f"{key} twice")
        try:
            known[key] = evaluated(node, known)
        except (ArithmeticError, ValueError, TypeError) as problem:
            raise Unknown(str(problem)) from None
    return known


def array(value: Any) -> Any:
    """A given number or nested list, decimals as they are written."""
    if isinstance(value, list):
        return np.array([array(entry) for entry in value], dtype=object)
    if isinstance(value, bool) or not isinstance(value, int | str) or not abs(found := mpmath.mpf(value)) <= LARGEST:
        raise Unknown(repr(value))
    return found


def flat(value: Any) -> list[Any]:
    return list(np.ravel(np.array(value, dtype=object)))


def number_of(loss: Any) -> Any:
    """A loss; one row times one column is a number here."""
    if np.size(loss) != 1:
        raise Unknown("a loss that is no number")
    return flat(loss)[0]


def number(text: str) -> Any:
    above, _, below = text.partition("/")
    return mpmath.mpf(above) / mpmath.mpf(below or "1")


def differ(ours: Any, theirs: Any) -> bool:
    mine, others = [number(str(entry)) for entry in flat(ours)], flat(theirs)
    return len(mine) != len(others) or any(
        abs(a - b) > CLOSE * max(abs(b), mpmath.mpf("1e-30")) for a, b in zip(mine, others, strict=True)
    )


def disagreements(spec: str, said: Mapping[str, Any]) -> Iterator[str]:
    """Every quantity of the first training step of the JSON form that is not what the spec's equations give; raises
    `Unknown` where it cannot tell."""
    read = tomllib.loads(spec, parse_float=str)
    if (
        set(read) - {"title", "model", "parameters", "data", "update", "notation"}
        or set(read["model"]) - {"loss", "equations"}
        or "rounding" in spec
    ):
        raise Unknown("more than equations and numbers")
    step, rows = said["training_steps"][0], equations(read["model"]["equations"])
    given = {**read.get("parameters", {}), **read.get("data", {})}
    with mpmath.workdps(DIGITS):
        numbers = {key: array(value) for key, value in given.items()}
        values = worked(rows, numbers)
        yield from (
            f"{key} is {theirs}, not {step['values'][key]}"
            for key, theirs in values.items()
            if differ(step["values"][key], theirs)
        )
        if loss := read["model"].get("loss"):
            if sum(map(len, map(flat, numbers.values()))) > MOST_ENTRIES:
                return
            for key in read.get("parameters", {}):
                slopes = list(_slopes(rows, numbers, key, loss))
                if None not in slopes and key in step["gradients"] and differ(step["gradients"][key], slopes):
                    yield f"the gradient of {key} is {slopes}, not {step['gradients'][key]}"


def _slopes(rows: list[tuple[str, ast.expr]], numbers: Values, key: str, loss: str) -> Iterator[Any]:
    """Difference quotients from both sides; None where they differ (a kink), or where the digits of the numbers on the
    way leave no room for one."""
    values = worked(rows, numbers)
    middle, largest = number_of(values[loss]), max(abs(x) for value in values.values() for x in flat(value))
    for place in np.ndindex(np.shape(numbers[key])):
        quotients = []
        for sign in (1, -1):
            moved = np.array(numbers[key], dtype=object)
            step = sign * max(abs(moved[place]), mpmath.mpf(1)) * mpmath.mpf(10) ** -STEP
            moved[place] = moved[place] + step
            quotients.append(
                (number_of(worked(rows, {**numbers, key: moved if moved.shape else moved[()]})[loss]) - middle) / step
            )
        above, below = quotients
        slope = (above + below) / 2
        uncertain = abs(above - below) + largest * mpmath.mpf(10) ** -DIGITS / abs(step)
        yield slope if uncertain <= CLOSE * max(abs(slope), mpmath.mpf("1e-30")) else None
