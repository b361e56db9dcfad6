"""Sides spelled out: every entry as a sum of its own, as authors write a matrix product before they work it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod

from derivation.checking.facts.failures import FAILURES
from derivation.checking.facts.values import quantities
from derivation.formulas.arrays import Array, Shape
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.operations import TABLE, heads
from derivation.formulas.operations.algebras import Terms
from derivation.formulas.terms import Term, is_literal, number, options

MAXIMAL_LENGTH = 100_000
"""Operations of a side that is spelled out."""
ENTRYWISE = frozenset(
    [
        heads.ADD,
        heads.SUB,
        heads.NEG,
        heads.TIMES,
        heads.HADAMARD,
        heads.DIV,
        heads.HADAMARD_DIV,
        heads.POW,
        heads.HADAMARD_POW,
        heads.TRANSPOSE,
    ]
)


def spelled(term: Term, literal_of: Callable[[Term], Array | None]) -> Array | None:
    """A side as an array of scalar terms, with numerals for its quantities; None where one has none, or it would be
    very long."""
    known: dict[Term, Array] = {}
    for leaf in quantities(term):
        array = literal_of(leaf)
        if array is None:
            return None
        known[leaf] = array
    try:
        shape, length = spread(term, known)
        return evaluate(term, known, Terms) if prod(shape) * length <= MAXIMAL_LENGTH else None
    except (*FAILURES, AttributeError, TypeError, KeyError):
        return None


def spread(term: Term, known: Mapping[Term, Array]) -> tuple[Shape, int]:
    """The shape of a side, and about how many operations each of its entries is when it is spelled out."""
    if term in known:
        return known[term].shape, 1
    if term.head == "matrix":
        entries = [] if is_literal(term) else [entry for row in term.args for entry in row.args]
        return (len(term.args), len(term.args[0].args)), max((spread(entry, known)[1] for entry in entries), default=1)
    if term.head not in TABLE:
        return term.args[:2] if term.head in ("ones", "unit") else (), 1
    parts = [spread(child, known) for child in term.children]
    shapes = [shape for shape, _ in parts]
    inner = (
        1
        if term.head in ENTRYWISE
        else (shapes[0] or (1,))[-1]
        if term.head == heads.MATMUL
        else max(map(prod, shapes), default=1)
    )
    return TABLE[term.head].shape(shapes, *options(term)), 1 + inner * sum(length for _, length in parts)


def flat(term: Term) -> list[Term]:
    """The summands of a sum, each with its sign."""
    if term.head == heads.ADD:
        return flat(term.args[0]) + flat(term.args[1])
    if term.head == heads.SUB:
        return flat(term.args[0]) + [negated(part) for part in flat(term.args[1])]
    if term.head == heads.NEG:
        return [negated(part) for part in flat(term.args[0])]
    return [term]


def negated(term: Term) -> Term:
    if term.head == "number":
        text = term.args[0]
        return Term("number", (text[1:] if text.startswith("-") else f"-{text}",))
    return term.args[0] if term.head == heads.NEG else -term


def signed(term: Term) -> Term:
    """The term with a minus before a product taken into the numeral that begins it: `-1.25 v` is (-1.25) v."""
    if term.head == heads.NEG:
        inner = signed(term.args[0])
        factor = inner
        while factor.head in (heads.TIMES, heads.MATMUL, heads.HADAMARD, heads.DOT):
            factor = factor.args[0]
        if factor.head == "number":
            return begun(inner, negated(factor).args[0])
        return -inner
    return (
        Term(term.head, tuple(signed(arg) if isinstance(arg, Term) else arg for arg in term.args))
        if term.children
        else term
    )


def begun(term: Term, text: str) -> Term:
    return number(text) if term.head == "number" else Term(term.head, (begun(term.args[0], text), *term.args[1:]))
