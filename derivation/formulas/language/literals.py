"""Arrays that stand in an equation: `np.array([1, 2])`, `np.eye(2)`, `np.zeros(3)`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from math import prod

from flint import fmpq

from derivation.formulas.arrays import Array, Shape, collapse
from derivation.formulas.language.arranging import integers, joined
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.libraries import is_comparison
from derivation.formulas.language.places import Resolver, lengths, one
from derivation.formulas.language.readings import Reading, Resolved
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.numbers import exact
from derivation.formulas.operations import heads
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


WHOLE = frozenset({heads.ARGMAX, heads.ARGMIN, heads.FLOOR, heads.ONE_HOT})
"""What has whole numbers only, so that nothing is cut off."""


def as_type(resolver: Resolver, syntax: Syntax) -> Resolved:
    """The same numbers as floats; as whole numbers only where they are whole."""
    wanted = str(syntax.args[1].args[0]) if len(syntax.args) == 2 and syntax.args[1].args else ""
    if not wanted.startswith(("float", "double", "device")):
        return truncated(resolver, syntax)
    return resolver.resolve(syntax.args[0])


def truncated(resolver: Resolver, syntax: Syntax) -> Resolved:
    """The same numbers as whole ones, which they have to be."""
    of = syntax.args[0]
    if of.symbol not in WHOLE and not is_comparison(of):
        raise SyntaxProblem(syntax.at, tell("literals.truncated"))
    return resolver.resolve(of)


def counted(resolver: Resolver, syntax: Syntax) -> Resolved:
    """`np.arange(3)`, `np.arange(0, 1, 0.25)`: numbers at equal distances, the last bound left out."""
    bounds = [_bound(resolver, arg) for arg in syntax.args]
    if len(bounds) > 3 or (len(bounds) == 3 and bounds[2] == 0):
        raise SyntaxProblem(syntax.at, tell("literals.counted"))
    first, last, step = (*(bounds if len(bounds) > 1 else (fmpq(0), *bounds)), fmpq(1))[:3]
    return _at_equal_distances(resolver, syntax, first, step, max(-int(((first - last) / step).floor()), 0))


def spaced(resolver: Resolver, syntax: Syntax) -> Resolved:
    """`np.linspace(0, 1, 5)`: so many numbers at equal distances, both bounds among them."""
    if len(syntax.args) != 3 or (count := one(resolver, syntax.args[2])) < 2:
        raise SyntaxProblem(syntax.at, tell("literals.counted"))
    first, last = (_bound(resolver, arg) for arg in syntax.args[:2])
    return _at_equal_distances(resolver, syntax, first, (last - first) / (count - 1), count)


def _bound(resolver: Resolver, syntax: Syntax) -> fmpq:
    numeral = syntax.args[0] if syntax.symbol == "u-" else syntax
    if numeral.symbol == "number":
        return exact(numeral.args[0]) * (-1 if numeral is not syntax else 1)
    return fmpq(one(resolver, syntax))


def _at_equal_distances(resolver: Resolver, syntax: Syntax, first: fmpq, step: fmpq, count: int) -> Resolved:
    if not 1 <= count <= MOST:
        raise SyntaxProblem(syntax.at, tell("literals.sizes", most=MOST))
    array = Array(collapse((count, 1)), tuple(first + k * step for k in range(count)))
    if count == 1:
        return Resolved(number(first), (), Reading((1,)))
    return Resolved(resolver.given(array, Reading((count,))), array.shape, Reading((count,)))


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
