"""Functions of several arrays, and layers: sums over indices, convolutions, norms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.readings import Resolved
from derivation.formulas.language.stacks import layers, moving, products
from derivation.formulas.language.stacks.entries import Part, Resolver, applied, axes_of, bound, each, shown
from derivation.formulas.language.stacks.operands import Key, has_more_letters, keyword, operands, replaced
from derivation.formulas.language.stacks.stack import Stack, settled
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations import heads
from derivation.formulas.operations.layers import ALONG, LAYERS
from derivation.words.telling import tell


def einsum(resolver: Resolver, syntax: Syntax) -> Part | None:
    parts: dict[Key, Part] = {k: resolver.array(arg) for k, arg in enumerate(syntax.args) if k}
    if not has_more_letters(syntax) and not any(isinstance(part, Stack) for part in parts.values()):
        return resolver.plain(replaced(syntax, parts))
    if syntax.args[0].symbol != "text":
        raise SyntaxProblem(syntax.at, tell("indexing.einsum"))
    return products.summed(resolver, syntax, syntax.args[0].args[0].replace(" ", ""), list(parts.values()))


def convolved(resolver: Resolver, syntax: Syntax) -> Part | None:
    parts = [resolver.array(arg) for arg in (*syntax.args[:2], *keyword(syntax, "bias"))]
    options = syntax.args[2:]
    given = replace(syntax, args=(*(bound(part, syntax.at) for part in parts[:2]), *options))
    if not any(isinstance(part, Stack) for part in parts):
        return resolver.plain(given)
    if options and options[0].symbol == "name" and options[0].args[0] not in resolver.labels:
        parts, options = [*parts, resolver.array(options[0])], options[1:]
    names = ("stride", "padding", "across")[: len(options)]
    keywords = (*zip(names, options, strict=False), *(pair for pair in syntax.keywords if pair[0] != "bias"))
    return products.convolved(resolver, replace(syntax, args=syntax.args[:2], keywords=keywords), parts)


def norm(resolver: Resolver, syntax: Syntax) -> Part | None:
    of = resolver.array(syntax.args[0])
    given = replace(syntax, args=(bound(of, syntax.at), *syntax.args[1:]))
    if isinstance(of, Resolved):
        return resolver.plain(given)
    if keyword(syntax, "axis"):
        return layers.layer(resolver, replace(given, symbol=syntax.symbol + ALONG))
    squares = applied(resolver, syntax, "square", of)
    total_of = Syntax(heads.SUM, (bound(squares, syntax.at),), syntax.at)
    return resolver.array(Syntax(heads.SQRT, (total_of,), syntax.at) if syntax.symbol == heads.NORM else total_of)


def logsumexp(resolver: Resolver, syntax: Syntax, of: Stack) -> Part:
    powers = Syntax(heads.EXP, (bound(of, syntax.at),), syntax.at)
    return resolver.array(
        Syntax(heads.LOG, (replace(syntax, symbol=heads.SUM, args=(powers, *syntax.args[1:])),), syntax.at)
    )


def of_lists(resolver: Resolver, syntax: Syntax, parts: Sequence[Part]) -> Part:
    """A product of all entries of both, each in one list."""
    flat = [moving.reshaped(resolver, syntax, part, (prod(axes_of(part)),)) for part in parts]
    return applied(resolver, syntax, heads.OUTER if syntax.symbol == heads.OUTER else heads.DOT, *flat)


def layer(resolver: Resolver, syntax: Syntax) -> Part | None:
    """A layer that works along an axis, over all axes; another for each matrix by itself."""
    parts = {key: resolver.array(value) for key, value in operands(syntax).items()}
    given = replaced(syntax, parts)
    if not any(isinstance(part, Stack) for part in parts.values()):
        return resolver.plain(given)
    if not LAYERS[syntax.symbol].of_matrices:
        return layers.layer(resolver, given)
    return _at_each_place(resolver, given, parts)


def _at_each_place(resolver: Resolver, syntax: Syntax, parts: dict[Key, Part]) -> Part:
    """The layer at each place of the leading axes."""
    lead = max((part.lead for part in parts.values() if isinstance(part, Stack)), key=len)
    if any(isinstance(part, Stack) and part.lead != lead for part in parts.values()):
        told = tell("stacks.misfit", sign=syntax.symbol, shapes=", ".join(shown(axes_of(p)) for p in parts.values()))
        raise SyntaxProblem(syntax.at, told)
    rows = zip(*(each(resolver, syntax, part, lead) for part in parts.values()), strict=True)
    found = [resolver.resolve(replaced(syntax, dict(zip(parts, row, strict=True)))) for row in rows]
    return settled(resolver, syntax, Stack.of_slices(lead, found))
