"""Operands made to fit as NumPy makes them fit: lists laid as rows or columns, rows and columns repeated."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derivation.formulas.language.indexing import transposed
from derivation.formulas.language.places import Resolver
from derivation.formulas.language.readings import Reading, Resolved, broadcast
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term

BROADCASTING = frozenset({"+", "-", "*", "/", "^", "max", "min", ">", ">=", "==", heads.CASES, heads.CLIP})
Parts = Sequence[Resolved]


def fitted(resolver: Resolver, syntax: Syntax, symbol: str, parts: Parts) -> tuple[Parts, Parts] | None:
    """The operands as they are laid, and as they are then repeated; None where nothing makes them fit."""
    for lay, symbols in LAYOUTS:
        if symbols is None or symbol in symbols:
            laid = lay(resolver, syntax, parts)
            full = repeated(laid) if laid and symbol in BROADCASTING else laid
            if full and [part.term for part in full] != [part.term for part in parts]:
                return laid or parts, full
    return None


def _as_written(resolver: Resolver, syntax: Syntax, parts: Parts) -> Parts | None:
    return parts


def _alike(resolver: Resolver, syntax: Syntax, parts: Parts) -> Parts | None:
    """Lists all as rows or all as columns, whichever the first is."""
    first = next((part for part in parts if part.shape), None)
    if first is None or any(len(part.reading.axes) > 1 for part in parts if part.shape):
        return None
    return [
        transposed(resolver, syntax, part) if part.shape and part.shape == first.shape[::-1] else part for part in parts
    ]


def _beside_matrices(resolver: Resolver, syntax: Syntax, parts: Parts) -> Parts | None:
    """Lists as rows, as NumPy has them beside a matrix."""
    found = broadcast([part.reading.axes for part in parts])
    if found is None or len(found) < 2:
        return None
    return [
        transposed(resolver, syntax, part) if len(part.reading.axes) == 1 and part.shape[1:] == (1,) else part
        for part in parts
    ]


def _product(resolver: Resolver, syntax: Syntax, parts: Parts) -> Parts | None:
    """A list is a row before, and a column behind the sign of a matrix product."""
    if len(parts) != 2:
        return None
    left, right = parts
    if left.shape and len(left.reading.axes) == 1 and left.shape[0] > 1:
        left = transposed(resolver, syntax, left)
    if right.shape and len(right.reading.axes) == 1 and right.shape[0] == 1:
        right = transposed(resolver, syntax, right)
    return [left, right]


def _outer(resolver: Resolver, syntax: Syntax, parts: Parts) -> Parts | None:
    """All entries in a column, as NumPy's `outer` takes them."""
    return [flat(resolver, syntax, part) for part in parts]


def flat(resolver: Resolver, syntax: Syntax, part: Resolved) -> Resolved:
    """All entries in a column."""
    return resolver.operation(syntax, heads.FLATTEN, [part]) if part.shape[1:] not in ((), (1,)) else part


LAYOUTS: Sequence[tuple[Callable[[Resolver, Syntax, Parts], Parts | None], frozenset[str] | None]] = (
    (_as_written, BROADCASTING),
    (_product, frozenset({"@"})),
    (_outer, frozenset({heads.OUTER})),
    (_alike, None),
    (_beside_matrices, BROADCASTING),
)
"""How operands may be laid, in the order in which it is tried, and for which operations (None: for all)."""


def repeated(parts: Parts) -> Parts | None:
    """Rows and columns repeated until all have one shape; None where that does not make them fit."""
    shapes = [part.shape for part in parts if part.shape]
    rows, columns = (max((shape[axis] for shape in shapes), default=1) for axis in (0, 1))
    if (rows, columns) not in shapes and not _cross(parts):
        return None
    full, found = Reading((rows, columns)), list[Resolved]()
    for part in parts:
        if part.shape in ((), (rows, columns)):
            found.append(part)
        elif part.shape == (1, columns):
            found.append(Resolved(Term(heads.REPEAT_ROWS, (part.term, rows)), (rows, columns), full))
        elif part.shape == (rows, 1):
            found.append(Resolved(Term(heads.REPEAT_COLUMNS, (part.term, columns)), (rows, columns), full))
        else:
            return None
    return found


def _cross(parts: Parts) -> bool:
    """Whether a column that is a matrix stands beside a row: each entry of one meets each of the other."""
    return any(part.shape[1:] == (1,) and len(part.reading.axes) == 2 for part in parts)
