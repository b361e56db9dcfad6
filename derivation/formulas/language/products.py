"""Products that NumPy calls by name; which one it is follows from the axes of both sides."""

from __future__ import annotations

from derivation.formulas.language.fitting import flat
from derivation.formulas.language.indexing import transposed
from derivation.formulas.language.places import Resolver
from derivation.formulas.language.readings import Resolved
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations import heads

PRODUCTS = (heads.DOT, "np.dot", "inner", "vdot")


def product(resolver: Resolver, syntax: Syntax) -> Resolved:
    """`dot` and its kin: of two lists the sum of the products of their entries, with a number a multiple of it, else a
    product of matrices."""
    parts = [resolver.resolve(arg) for arg in syntax.args]
    if len(parts) != 2:
        return resolver.operation(syntax, heads.DOT, parts)
    left, right = parts
    if syntax.symbol == "vdot" and left.shape:
        return resolver.operation(syntax, heads.DOT, [flat(resolver, syntax, part) for part in parts])
    if () in (left.reading.axes, right.reading.axes) or left.shape == right.shape == ():
        return resolver.operation(syntax, "*", parts)
    ranks = [len(part.reading.axes) for part in parts]
    if max(ranks) < 2 or (syntax.symbol == heads.DOT and left.shape == right.shape):
        return resolver.operation(syntax, heads.DOT, parts)
    if syntax.symbol == "inner" and ranks[1] == 2:
        right = transposed(resolver, syntax, right)
    return resolver.operation(syntax, "@", [left, right])
