"""A second opinion on a worked network: its equations evaluated over mpmath by Python's own syntax tree, with slopes
(`fuzz.duals`), in more and more digits until two of them agree.

Nothing of the package takes part. What this small reader does not know it does not judge (`Unknown`).
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from fuzz import duals
from fuzz.duals import Blurred, Dual, NoValue, dual

PRECISIONS = tuple(60 * 2**k for k in range(7))
"""Digits reckoned with, up to 4,000."""
AGREED, CLOSE = mpmath.mpf("1e-35"), mpmath.mpf("1e-28")
"""How near two precisions have to come to each other, and a printed number to what they agree on; both relative."""
MOST_ENTRIES, LARGEST = 24, mpmath.mpf("1e320")
"""Numbers that slopes are taken by, and the largest given number."""
TOO_LARGE, TOO_SMALL = mpmath.mpf(2) ** 1_000_000, mpmath.mpf("1e-1200")
"""Beyond these a number is refused, or may be printed as 0."""
Values = dict[str, Any]


class Unknown(Exception):
    """Something this reader has no opinion on."""


def entrywise(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: np.frompyfunc(function, 1, 1)(x)


def softmax(x: Any) -> Any:
    if np.ndim(x) != 1:
        raise Unknown("softmax of a matrix")
    powers = FUNCTIONS["exp"](x - max(x, key=lambda entry: entry.value))
    return powers / np.sum(powers)


def log(x: Any) -> Any:
    return entrywise(duals.log)(x)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": entrywise(duals.exp),
    "log": log,
    "ln": log,
    "sqrt": entrywise(duals.sqrt),
    "sin": entrywise(duals.sin),
    "cos": entrywise(duals.cos),
    "tanh": entrywise(duals.tanh),
    "arctan": entrywise(duals.arctan),
    "tan": entrywise(duals.tan),
    "sinh": entrywise(duals.sinh),
    "cosh": entrywise(duals.cosh),
    "log2": entrywise(lambda x: duals.log(x) / mpmath.log(2)),
    "log10": entrywise(lambda x: duals.log(x) / mpmath.log(10)),
    "log1p": entrywise(duals.log1p),
    "expm1": entrywise(duals.expm1),
    "erf": entrywise(duals.erf),
    "log_sigmoid": entrywise(lambda x: -duals.softplus(-duals.dual(x))),
    "abs": entrywise(duals.magnitude),
    "sigmoid": entrywise(duals.logistic),
    "relu": entrywise(duals.relu),
    "softplus": entrywise(duals.softplus),
    "softsign": entrywise(lambda x: x / (1 + duals.magnitude(x))),
    "silu": entrywise(lambda x: x * duals.logistic(x)),
    "gelu": entrywise(lambda x: x * duals.normal(x)),
    "elu": entrywise(duals.elu),
    "square": lambda x: x**2,
    "softmax": softmax,
    "log_softmax": lambda x: log(softmax(x)),
    "dot": lambda a, b: np.sum(a * b),
    "sum": np.sum,
    "mean": lambda x: np.sum(x) / np.size(x),
    "norm": lambda x: duals.norm(flat(x)),
    "outer": np.outer,
    "cross_entropy": lambda p, y: -np.sum(y * log(p)),
    "binary_cross_entropy": lambda p, y: -np.sum(y * log(p) + (1 - y) * log(1 - p)),
}
OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.true_divide,
    ast.Pow: np.power,
    ast.MatMult: np.matmul,
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


def evaluated(node: ast.expr, known: Values, seen: list[Any]) -> Any:
    """The value of an expression; the size of every entry on the way goes to `seen`."""
    value = evaluated_by_kind(node, known, seen)
    seen += (abs(entry.value) for entry in flat(value))
    return value


def evaluated_by_kind(node: ast.expr, known: Values, seen: list[Any]) -> Any:
    match node:
        case ast.Constant(value=int() | float()):
            return dual(ast.unparse(node))
        case ast.Name(id=key) if key in known:
            return known[key]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return np.negative(evaluated(operand, known, seen))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](evaluated(left, known, seen), evaluated(right, known, seen))
        case ast.Call(func=ast.Name(id=key), args=args, keywords=[]) if key in FUNCTIONS and key not in known:
            return FUNCTIONS[key](*(evaluated(arg, known, seen) for arg in args))
        case _:
            raise Unknown(ast.unparse(node))


def worked(rows: list[tuple[str, ast.expr]], given: Mapping[str, Any], seen: list[Any]) -> Values:
    """Every quantity in the order of the text; what stands before what it needs is not judged."""
    known = dict(given)
    for key, node in rows:
        if key in known:
            raise Unknown(f"{key} twice")
        try:
            known[key] = evaluated(node, known, seen)
        except (Blurred, NoValue):
            raise
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


def number(text: str) -> Any:
    above, _, below = text.partition("/")
    return mpmath.mpf(above) / mpmath.mpf(below or "1")


@dataclass(frozen=True)
class Opinion:
    """Every quantity, and every parameter's gradient, entry by entry; the sizes of what stands on the way."""

    values: dict[str, list[Any]]
    gradients: dict[str, list[Any]]
    seen: list[Any]

    @property
    def numbers(self) -> list[Any]:
        return [x for part in (self.values, self.gradients) for entries in part.values() for x in entries]

    @property
    def can_be_written(self) -> bool:
        """Whether no number on the way, nor its reciprocal, has more digits than a page can hold."""
        return all(1 / TOO_LARGE < x < TOO_LARGE for x in (*self.seen, *map(abs, self.numbers)) if x)

    def agrees(self, other: Opinion) -> bool:
        return all(is_near(a, b, AGREED) for a, b in zip(self.numbers, other.numbers, strict=True))


def is_near(a: Any, b: Any, far: Any) -> bool:
    return bool(abs(a - b) <= far * abs(b))


class Spec:
    """What is read of a spec: its equations, and what is given, as text."""

    def __init__(self, text: str) -> None:
        read = tomllib.loads(text, parse_float=str)
        if (
            set(read) - {"title", "digits", "model", "parameters", "data", "update", "notation"}
            or set(read["model"]) - {"loss", "equations"}
            or "rounding" in text
        ):
            raise Unknown("more than equations and numbers")
        self.rows, self.loss = equations(read["model"]["equations"]), read["model"].get("loss")
        self.parameters, self.data = read.get("parameters", {}), read.get("data", {})

    def opinion(self, least: int = PRECISIONS[0]) -> Opinion:
        """What two precisions agree on, from `least` digits on; `NoValue` where none has a value, `Unknown` where they
        do not agree."""
        last: Opinion | None = None
        before: Opinion | None = None
        problem: Exception = Unknown("two precisions that agree")
        for digits in PRECISIONS[PRECISIONS.index(least) :]:
            with mpmath.workdps(digits):
                try:
                    now = self.at_this_precision()
                except (Blurred, NoValue) as found:
                    last, before, problem = None, None, found
                    continue
                if before is not None and now.agrees(before):
                    return now
                last, before = before, now
        if before is not None and last is not None:
            return without_dust(last, before)
        raise problem if isinstance(problem, NoValue) else Unknown(str(problem))

    def at_this_precision(self) -> Opinion:
        given = {key: array(value) for key, value in (self.parameters | self.data).items()}
        sizes = {key: len(flat(given[key])) for key in self.parameters}
        count, place = sum(sizes.values()), 0
        moved = self.loss is not None and count <= MOST_ENTRIES
        for key, value in given.items():
            entries = flat(value)
            if moved and key in sizes:
                entries = [Dual(x, unit(place + k, count)) for k, x in enumerate(entries)]
                place += len(entries)
            given[key] = shaped(map(dual, entries), value)
        seen: list[Any] = []
        values = {key: flat(value) for key, value in worked(self.rows, given, seen).items()}
        if not moved:
            return Opinion(bare(values), {}, seen)
        if len(values[self.loss]) != 1:
            raise Unknown("a loss that is no number")
        slopes, gradients = iter(values[self.loss][0].slopes or unit(-1, count)), {}
        for key, size in sizes.items():
            gradients[key] = [next(slopes) for _ in range(size)]
        return Opinion(bare(values), gradients, seen)


def shaped(entries: Iterator[Dual], like: Any) -> Any:
    """Entries in the shape of an array; a number is its own."""
    found = np.empty(np.shape(like), dtype=object)
    for place, entry in zip(np.ndindex(found.shape), entries, strict=True):
        found[place] = entry
    return found if found.shape else found[()]


def unit(place: int, count: int) -> tuple[Any, ...]:
    return tuple(mpmath.mpf(k == place) for k in range(count))


def bare(values: Values) -> dict[str, list[Any]]:
    return {key: [entry.value for entry in entries] for key, entries in values.items()}


def without_dust(last: Opinion, now: Opinion) -> Opinion:
    """The opinion with 0 for what has shrunk with every digit that was added, and so is none."""
    dust = mpmath.mpf(10) ** -(PRECISIONS[-2] // 2)

    def settled(before: Any, entry: Any) -> Any:
        if is_near(before, entry, AGREED):
            return entry
        if abs(entry) > abs(before) * dust or abs(before) > dust:
            raise Unknown("two precisions that agree")
        return mpmath.mpf(0)

    def part(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> dict[str, list[Any]]:
        return {key: list(map(settled, before[key], entries)) for key, entries in after.items()}

    return Opinion(part(last.values, now.values), part(last.gradients, now.gradients), now.seen)


def differ(ours: Any, theirs: list[Any]) -> bool:
    mine = [number(str(entry)) for entry in flat(ours)]
    return len(mine) != len(theirs) or not all(
        is_near(a, b, CLOSE) or (not a and abs(b) <= TOO_SMALL) for a, b in zip(mine, theirs, strict=True)
    )


def disagreements(spec: str, said: Mapping[str, Any]) -> list[str]:
    """Every quantity of the first training step of the JSON form that is not what the spec's equations give; raises
    `Unknown` where it cannot tell.

    Two precisions may agree and be wrong, where both are too low for 1 + 1e-300: only the highest two say so.
    """
    step, read = said["training_steps"][0], Spec(spec)
    try:
        found = list(against(read.opinion(), step))
        return found and list(against(read.opinion(PRECISIONS[-2]), step))
    except NoValue as problem:
        raise Unknown(str(problem)) from None


def against(opinion: Opinion, step: Mapping[str, Any]) -> Iterator[str]:
    with mpmath.workdps(PRECISIONS[-1]):
        for key, theirs in opinion.values.items():
            if differ(step["values"][key], theirs):
                yield f"{key} is {mpmath.nstr(theirs)}, not {step['values'][key]}"
        for key, theirs in opinion.gradients.items():
            if key in step["gradients"] and differ(step["gradients"][key], theirs):
                yield f"the gradient of {key} is {mpmath.nstr(theirs)}, not {step['gradients'][key]}"
