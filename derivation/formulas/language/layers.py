"""Layers in an equation: their operands by position and by name, and their own equations, each but the last a quantity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from derivation.formulas.language import places
from derivation.formulas.language.axes import AXES, along_axis
from derivation.formulas.language.expressions import parse
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.readings import Resolved
from derivation.formulas.language.steps import whole
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations.layers import ALONG, LAYERS, shares
from derivation.formulas.operations.table import Size
from derivation.formulas.terms import Term, substitute
from derivation.words.telling import tell


class Resolver(places.Resolver, Protocol):
    """What makes terms of expressions (`resolve.Resolver`), and names the quantities of layers."""

    titles: dict[str, str]

    def inside(self, operands: Mapping[str, Resolved]) -> Resolver: ...

    def add(self, local: str, found: Resolved, *wished: str) -> Term: ...


def layer(resolver: Resolver, syntax: Syntax) -> Resolved:
    """A layer's equations, each but the last a quantity with a name of its own."""
    asked = LAYERS[syntax.symbol]
    parts = {key: resolver.resolve(arg) for key, arg in operands(syntax).items()}
    shapes = {key: part.shape for key, part in parts.items()}
    text = {key: Size.of(shape) for key, shape in shapes.items()} | along_axis(syntax, asked, parts[asked.operands[0]])
    axis = next((whole(value) for key, value in syntax.keywords if key == "axis"), asked.axis)
    text |= shares(asked, shapes, axis)
    inner = resolver.inside(parts)
    known = {key: part.term for key, part in parts.items()}

    def resolved(formula: str) -> Resolved:
        with told_at(syntax):
            found = inner.resolve(parse(formula.format(**text)))
        return found._replace(term=substitute(found.term, known))

    *before, (_, result) = asked.equations
    for local, formula in before:
        found = resolved(formula)
        known[local] = resolver.add(local, found)
        inner.know(local, found)
        if local in asked.titles:
            resolver.titles[known[local].args[0]] = asked.titles[local]
    return resolved(result)


def operands(syntax: Syntax) -> dict[str, Syntax]:
    """A layer's operands by name, those by position first."""
    layer, given = LAYERS[syntax.symbol], dict(syntax.keywords)
    count = len(layer.operands)
    strange = given.keys() - {*layer.operands[len(syntax.args) :], *(AXES if layer.along else ())}
    if strange or not count - len(layer.defaults) <= len(syntax.args) + len(given.keys() - AXES) <= count:
        told = tell(
            "operands.takes",
            layer=syntax.symbol.removesuffix(ALONG),
            operands=", ".join(layer.operands),
            axis=tell("operands.and_axis") if layer.along else "",
            strange=tell("operands.and_no", key=min(strange)) if strange else "",
        )
        raise SyntaxProblem(syntax.at, told)
    behind = layer.operands[len(syntax.args) :]
    missing = [key for key in behind if key not in given and key not in layer.defaults]
    if missing:
        told = tell("operands.needs", layer=syntax.symbol.removesuffix(ALONG), key=missing[0])
        raise SyntaxProblem(syntax.at, told)
    written = [*syntax.args, *(given.get(key) or parse(layer.defaults[key]) for key in behind)]
    return dict(zip(layer.operands, written, strict=True))


@contextmanager
def told_at(syntax: Syntax) -> Iterator[None]:
    """Within one of a layer's equations: what does not fit is told at the layer."""
    try:
        yield
    except SyntaxProblem as problem:
        told = tell("operands.within", layer=syntax.symbol.removesuffix(ALONG), problem=problem.message)
        raise SyntaxProblem(syntax.at, told) from None
