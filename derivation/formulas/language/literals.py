"""Arrays that stand in an equation: `np.array([1, 2])`, `np.eye(2)`, `np.zeros(3)`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from math import prod

from derivation.formulas.arrays import Array, Shape, collapse
from derivation.formulas.language.arranging import integers, joined
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.places import Resolver, lengths
from derivation.formulas.language.readings import Reading, Resolved
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.numbers import exact
from derivation.formulas.terms import number
from derivation.words.telling import tell

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


LIKE = {"zeros_like": "zeros", "ones_like": "np.ones"}


def _literal(resolver: Resolver, syntax: Syntax, axes: Shape, entry: Entry) -> Resolved:
    """The array as data with a name; a single number as it is."""
    if len(axes) > 2 or min(axes, default=1) < 1 or prod(axes) > MOST:
        raise SyntaxProblem(syntax.at, tell("literals.sizes", most=MOST))
    height, width, *_ = (*axes, 1, 1)
    numerals = [entry(i, j) for i in range(height) for j in range(width)]
    shape = collapse((height, width))
    term = resolver.given(Array(shape, tuple(map(exact, numerals))), Reading(axes)) if shape else number(numerals[0])
    return Resolved(term, shape, Reading(axes))
