"""The texts of the operations table as Terms: what an operation is defined as, and the rules of its ways back."""

from __future__ import annotations

from functools import cache

from derivation.formulas.arrays import Shape
from derivation.formulas.language.expressions import parse
from derivation.formulas.language.resolve import Resolver
from derivation.formulas.operations import Operation
from derivation.formulas.terms import Term


@cache
def definition(row: Operation, shapes: tuple[Shape, ...], given: tuple[int, ...] = ()) -> Term:
    """A row's definition as a Term over its operands' names, at these shapes."""
    assert row.definition is not None
    return (
        Resolver(dict(zip(row.operands, shapes, strict=True)))
        .resolve(parse(row.at(row.definition, shapes, given)))
        .term
    )


@cache
def rule(text: str, names: tuple[tuple[str, Shape], ...]) -> tuple[Term, Shape]:
    """A rule of the table as a Term over names of these shapes, with its shape."""
    found = Resolver(dict(names)).resolve(parse(text))
    return found.term, found.shape
