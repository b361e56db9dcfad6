"""Arrays that stand in an equation: `np.array([1, 2])`, `np.eye(2)`, `np.zeros(3)`, `np.arange(4)`."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from itertools import chain
from math import ceil, prod

from flint import arb, fmpq

from derivation.formulas.arrays import Array, Shape, collapse
from derivation.formulas.language.arranging import integers, joined
from derivation.formulas.language.constants import BITS, constants
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.libraries import is_comparison
from derivation.formulas.language.places import Resolver, lengths, one
from derivation.formulas.language.readings import Reading, Resolved
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.numbers import Number, Undefined, exact, sharpened
from derivation.formulas.operations import heads
from derivation.formulas.operations.elementary import floor, quotient
from derivation.formulas.precision import working_precision
from derivation.formulas.terms import number
from derivation.words.telling import message_of, tell

MOST = 400
"""Numbers of an array that stands in an equation."""
Entry = Callable[[int, int], str]
ENTRIES: dict[str, Entry] = {
    "zeros": lambda i, j: "0",
    "np.ones": lambda i, j: "1",
    "eye": lambda i, j: "1" if i == j else "0",
}
"""What stands in row i and column j."""


def array(resolver: Resolver, syntax: Syntax) -> Resolved:
    """The numbers, or the quantities, of a list or of a list of lists."""
    given = syntax.args[0]
    if given.symbol != "list":
        return resolver.resolve(given)
    is_matrix = given.args[0].symbol == "list"
    rows = [row.args if row.symbol == "list" else (row,) for row in given.args]
    if any((row.symbol == "list") is not is_matrix for row in given.args) or len({len(row) for row in rows}) > 1:
        raise SyntaxProblem(syntax.at, tell("literals.ragged"))
    numerals = [[_numeral(part) for part in row] for row in rows]
    if all(chain.from_iterable(numerals)):
        return _literal(resolver, syntax, (len(rows), len(rows[0]))[: 1 + is_matrix], lambda i, j: numerals[i][j])
    return _of_quantities(resolver, syntax, rows, is_matrix)


def _of_quantities(resolver: Resolver, syntax: Syntax, rows: Sequence[Sequence[Syntax]], is_matrix: bool) -> Resolved:
    """Numbers that are worked, side by side and below each other."""
    parts = [resolver.resolve(part) for row in rows for part in row]
    if any(part.reading.axes for part in parts):
        return joined(resolver, Syntax("stack", tuple(row[0] for row in rows), syntax.at))
    lines = tuple(Syntax("concat", tuple(row), syntax.at) for row in (rows if is_matrix else zip(*rows, strict=True)))
    return joined(resolver, Syntax("stack", lines, syntax.at)) if is_matrix else resolver.resolve(lines[0])


def _numeral(part: Syntax) -> str:
    """A number as it is written; nothing where it is none."""
    return str(part.args[0]) if part.symbol == "number" else ""


def filled(resolver: Resolver, syntax: Syntax) -> Resolved:
    """Zeros, ones, or ones on the diagonal, in an array of these lengths."""
    axes = tuple(integers(resolver, syntax.args))
    return _literal(
        resolver, syntax, axes * 2 if syntax.symbol == "eye" and len(axes) == 1 else axes, ENTRIES[syntax.symbol]
    )


def full(resolver: Resolver, syntax: Syntax) -> Resolved:
    """One number in an array of these lengths."""
    if len(syntax.args) != 2 or not (numeral := _numeral(syntax.args[1])):
        raise SyntaxProblem(syntax.at, tell("literals.full"))
    return _literal(resolver, syntax, tuple(integers(resolver, syntax.args[:1])), lambda i, j: numeral)


def like(resolver: Resolver, syntax: Syntax) -> Resolved:
    """Zeros or ones in an array of another one's lengths."""
    return _literal(resolver, syntax, lengths(resolver, syntax.args[0]), ENTRIES[LIKE[syntax.symbol]])


WHOLE = frozenset({heads.ARGMAX, heads.ARGMIN, heads.FLOOR, heads.CEIL, heads.ROUND, heads.TRUNC, heads.ONE_HOT})
"""What has whole numbers only, so that nothing is cut off."""
WHOLE_TYPES = frozenset({"int", "int32", "int64", "long"})
"""Kinds of whole numbers, of those that `astype` takes."""


def as_type(resolver: Resolver, syntax: Syntax) -> Resolved:
    """The same numbers as floats; as whole numbers only where they are whole."""
    wanted = str(syntax.args[1].args[0]) if len(syntax.args) == 2 and syntax.args[1].args else ""
    if wanted.startswith(("float", "double", "device", "cpu", "cuda")):
        return resolver.resolve(syntax.args[0])
    return (truncated if wanted in WHOLE_TYPES else truth)(resolver, syntax)


def truncated(resolver: Resolver, syntax: Syntax) -> Resolved:
    """The same numbers as whole ones: what stands behind the point is cut off, where there can be anything."""
    of = syntax.args[0]
    if of.symbol in WHOLE or is_comparison(of) or _is_whole_data(resolver, of):
        return resolver.resolve(of)
    return resolver.resolve(Syntax(heads.TRUNC, (of,), syntax.at))


def _is_whole_data(resolver: Resolver, of: Syntax) -> bool:
    given = resolver.labels.get(of.args[0]) if of.symbol == "name" else None
    if given is None or not all(isinstance(entry, fmpq) and entry.denominator == 1 for entry in given.entries):
        return False
    resolver.indices.add(of.args[0])
    return True


def truth(resolver: Resolver, syntax: Syntax) -> Resolved:
    """A comparison, which is 1 or 0 as it is."""
    of = syntax.args[0]
    if not is_comparison(of):
        raise SyntaxProblem(syntax.at, tell("literals.truth"))
    return resolver.resolve(of)


LIKE = {"zeros_like": "zeros", "ones_like": "np.ones"}


def ranged(resolver: Resolver, syntax: Syntax) -> Resolved:
    """Numbers from a first one on, in steps, to the last before an end: as many as NumPy has."""
    given = [known_number(resolver, arg) for arg in syntax.args]
    start, end, step = {1: (ZERO, *given, ONE), 2: (*given, ONE)}.get(len(given), given)[:3]
    if len(given) > 3 or step == 0:
        raise SyntaxProblem(syntax.at, tell("literals.counted"))
    count, in_floats = _ceiling((end - start) / step), ceil((_float(end) - _float(start)) / _float(step))
    if count != in_floats:
        raise SyntaxProblem(syntax.at, tell("literals.float_count", count=count, floats=in_floats))
    return _listed(resolver, syntax, _stepwise(start, step, count))


def spaced(resolver: Resolver, syntax: Syntax) -> Resolved:
    """So many numbers from one to another, both among them, equally far apart."""
    counts = [*syntax.args[2:], *(value for key, value in syntax.keywords if key in COUNTS)]
    if len(syntax.args) < 2 or len(counts) > 1:
        raise SyntaxProblem(syntax.at, tell("literals.linspace"))
    first, last = (known_number(resolver, arg) for arg in syntax.args[:2])
    count = one(resolver, counts[0]) if counts else STANDARD_COUNT
    with working_precision(BITS):
        apart = (last - first) / max(count - 1, 1)
    return _listed(resolver, syntax, _stepwise(first, apart, count))


def _stepwise(first: Number, step: Number, count: int) -> list[Number]:
    with working_precision(BITS):
        return [sharpened(first + place * step) for place in range(min(count, MOST + 1))]


STANDARD_COUNT = 50
"""How many numbers `np.linspace` has where it is not said."""
COUNTS = ("num", "steps")
"""What NumPy and PyTorch call the number of entries."""
ZERO, ONE = fmpq(0), fmpq(1)


def known_number(resolver: Resolver, syntax: Syntax) -> Number:
    """The number that is known before anything is worked; `SyntaxProblem` where there is none."""
    if syntax.symbol == "number":
        return exact(syntax.args[0])
    if syntax.symbol in RECKONED:
        try:
            with working_precision(BITS):
                return RECKONED[syntax.symbol](*(known_number(resolver, arg) for arg in syntax.args))
        except Undefined as problem:
            raise SyntaxProblem(syntax.at, message_of(problem)) from None
    key = syntax.args[0] if syntax.symbol in ("name", "constant") else ""
    if syntax.symbol == "constant" or (key in constants() and key not in resolver.names):
        return constants()[key].value.entries[0]
    if key in resolver.labels and resolver.labels[key].shape == ():
        resolver.indices.add(key)
        return resolver.labels[key].entries[0]
    return fmpq(one(resolver, syntax))


RECKONED: dict[str, Callable[..., Number]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": quotient,
    "u-": operator.neg,
}
"""What a number that is known may be made of."""


def _ceiling(x: Number) -> int:
    return -int(floor(-x).p)


def _float(x: Number) -> float:
    return float(x) if isinstance(x, arb) else int(x.p) / int(x.q)


def _listed(resolver: Resolver, syntax: Syntax, entries: Sequence[Number]) -> Resolved:
    """A list of numbers as data with a name; a single one is a fraction."""
    if not 1 <= len(entries) <= MOST:
        raise SyntaxProblem(syntax.at, tell("literals.sizes", most=MOST))
    axes = (len(entries),)
    if len(entries) > 1:
        return Resolved(resolver.given(Array((*axes, 1), tuple(entries)), Reading(axes)), (*axes, 1), Reading(axes))
    [only] = entries
    if isinstance(only, arb):
        raise SyntaxProblem(syntax.at, tell("literals.sizes", most=MOST))
    return Resolved(
        number(int(only.p)) / number(int(only.q)) if only.q != 1 else number(int(only.p)), (), Reading(axes)
    )


def _literal(resolver: Resolver, syntax: Syntax, axes: Shape, entry: Entry) -> Resolved:
    """The array as data with a name; a single number as it is."""
    if len(axes) > 2 or min(axes, default=1) < 1 or prod(axes) > MOST:
        raise SyntaxProblem(syntax.at, tell("literals.sizes", most=MOST))
    height, width, *_ = (*axes, 1, 1)
    numerals = [entry(i, j) for i in range(height) for j in range(width)]
    shape = collapse((height, width))
    term = resolver.given(Array(shape, tuple(map(exact, numerals))), Reading(axes)) if shape else number(numerals[0])
    return Resolved(term, shape, Reading(axes))
