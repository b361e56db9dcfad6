"""Expressions that put entries elsewhere: joining, reshaping, rows of a table. All mean what they mean in NumPy, or are
refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from itertools import chain
from math import prod

from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.places import Resolver, constant
from derivation.formulas.language.readings import Reading, Resolved, natural
from derivation.formulas.language.steps import whole
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations import heads
from derivation.words.telling import tell


def joined(resolver: Resolver, syntax: Syntax) -> Resolved:
    """Several arrays one below the other or side by side, two by two from the left."""
    if [arg.symbol for arg in syntax.args] == ["list", "number"]:
        syntax = replace(syntax, args=syntax.args[:1], keywords=(*syntax.keywords, ("axis", syntax.args[1])))
    given = syntax.args[0].args if len(syntax.args) == 1 and syntax.args[0].symbol == "list" else syntax.args
    parts = [resolver.resolve(arg) for arg in given]
    axis = _axis(syntax)
    lists = all(len(part.reading.axes) < 2 for part in parts)
    oriented, over = JOINS[syntax.symbol](syntax, parts, axis, lists)
    turned = [_turned(resolver, syntax, part, oriented) for part in parts]
    found = reduce(lambda a, b: resolver.operation(syntax, f"concat axis={over}", [a, b]), turned)
    return found._replace(
        reading=natural(found.shape) if lists and oriented == "column" and not over else Reading(found.shape)
    )


def _axis(syntax: Syntax) -> int:
    """The axis that is asked for; 0 where none is."""
    strange = next(
        (key for key, _ in syntax.keywords if key != "axis" or syntax.symbol not in ("concat", "stack")), None
    )
    axis = next((whole(value) for key, value in syntax.keywords if key == "axis"), 0)
    if strange or axis not in (-1, 0, 1):
        strange = strange or f"axis={axis}"
        raise SyntaxProblem(syntax.at, tell("indexing.joined", function=syntax.symbol, strange=strange))
    return axis


def _turned(resolver: Resolver, syntax: Syntax, part: Resolved, oriented: str) -> Resolved:
    """A list as a row or a column; a matrix as it is."""
    is_list = len(part.reading.axes) == 1 or (syntax.symbol == "stack" and part.shape[1:] == (1,))
    if not oriented or not is_list or not part.shape or (part.shape[0] == 1) == (oriented == "row"):
        return part
    return resolver.operation(syntax, ".T", [part])


Join = tuple[str, int]
"""How a list stands among the parts ("" as it is), and the axis of ours along which they are joined."""


def _concat(syntax: Syntax, parts: Sequence[Resolved], axis: int, lists: bool) -> Join:
    """Lists end to end; NumPy has no second axis for them, so along that they stand as they are."""
    return ("column", 0) if lists and axis < 1 else ("", abs(axis))


def _stack(syntax: Syntax, parts: Sequence[Resolved], axis: int, lists: bool) -> Join:
    """Lists as rows, or as columns along axis 1."""
    return ("column", 1) if axis else ("row", 0)


JOINS: dict[str, Callable[[Syntax, Sequence[Resolved], int, bool], Join]] = {
    "concat": _concat,
    "stack": _stack,
    "vstack": lambda syntax, parts, axis, lists: ("row", 0),
    "hstack": lambda syntax, parts, axis, lists: ("column", 0) if lists else ("", 1),
    "column_stack": lambda syntax, parts, axis, lists: ("column", 1),
}


def embedding(resolver: Resolver, syntax: Syntax) -> Resolved:
    """Rows of a table, picked by their places, which may be data: labels, tokens."""
    of, given = resolver.resolve(syntax.args[0]), syntax.args[1:]
    places = constant(resolver, given[0] if len(given) == 1 else Syntax("list", given, syntax.at))
    rows, count = places if isinstance(places, tuple) else (places,), of.shape[0] if of.shape else 1
    found = resolver.operation(syntax, heads.PICK_ROWS, [of], [row + 1 + count * (row < 0) for row in rows])
    return found._replace(reading=Reading((len(rows), *of.reading.axes[1:])))


def diagonal(resolver: Resolver, syntax: Syntax) -> Resolved:
    """`diag` makes a matrix of a list, and takes the diagonal of a matrix."""
    parts = [resolver.resolve(arg) for arg in syntax.args]
    is_matrix = len(parts) == 1 and min(parts[0].shape or (1,)) > 1
    return resolver.operation(syntax, heads.DIAGONAL if is_matrix else syntax.symbol, parts)


def reshaped(resolver: Resolver, syntax: Syntax) -> Resolved:
    """Other rows and columns; -1 stands for what is left."""
    of = resolver.resolve(syntax.args[0])
    sizes = integers(resolver, syntax.args[1:])
    entries = prod(of.shape)
    full = [*sizes, 1] if len(sizes) == 1 else sizes
    known = prod(size for size in full if size != -1)
    found = resolver.operation(
        syntax, heads.RESHAPE, [of], [entries // known if size == -1 and known else size for size in full]
    )
    return found._replace(reading=natural(found.shape) if len(sizes) == 1 else Reading(found.shape))


def integers(resolver: Resolver, raws: Sequence[Syntax]) -> list[int]:
    """Whole numbers, given one by one or as one list."""
    given = raws[0].args if len(raws) == 1 and raws[0].symbol == "list" else raws
    found = [constant(resolver, syntax) for syntax in given]
    return list(chain.from_iterable(part if isinstance(part, tuple) else (part,) for part in found))


def transposed(resolver: Resolver, syntax: Syntax) -> Resolved:
    """Rows and columns exchanged; PyTorch names both axes."""
    of, *axes = syntax.args
    if axes and sorted(axis % 2 for axis in integers(resolver, axes)) != [0, 1]:
        raise SyntaxProblem(syntax.at, tell("indexing.transposed"))
    return resolver.operation(syntax, ".T", [resolver.resolve(of)])
