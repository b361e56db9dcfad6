"""Reverse-mode differentiation of one equation, in terms: the rows' reverse rules, chained.

Source: the vector-Jacobian products of Baydin et al., "Automatic differentiation in machine learning: a survey",
section 3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass
from functools import reduce

from derivation.formulas.calculus.simplify import simplify
from derivation.formulas.language.definitions import rule
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.operations import TABLE, Operation, heads
from derivation.formulas.terms import Term, options, substitute, walk
from derivation.words.telling import tell


@dataclass(frozen=True, slots=True)
class Shorter:
    """The lines that lead to a shorter rule, the last being the rule, and the term that must be exactly 1 in every entry
    for it to hold."""

    lines: tuple[Term, ...]
    condition: Term


class NoDerivative(ValueError):
    """A row has no rule for the operand that a derivative is needed by."""


def gradients(
    equation: Term,
    result: Term,
    upstream: Term,
    targets: Set[str],
    shapes: Shapes,
    simplify: Callable[[Term, Shapes], Term] = simplify,
) -> dict[str, Term]:
    """The upstream gradient carried back through one equation to each target that it uses.

    `simplify` is done to every intermediate result. `result` is the equation's name as a term: a rule written in terms
    of the output (`h (1 - h)` for the sigmoid) names it.

    >>> from derivation.formulas.terms import name, number
    >>> square = Term("pow", (name("u"), number(2)))
    >>> gradients(square, name("L"), number(1), {"u"}, Shapes({"u": (), "L": ()}))["u"]
    Term(head='times', args=(Term(head='number', args=('2',)), Term(head='name', args=('u',))))
    """
    found: dict[str, list[Term]] = {}
    _visit(equation, result, upstream, targets, lambda term: simplify(term, shapes), shapes, found)
    return {target: simplify(reduce(_plus, terms), shapes) for target, terms in found.items()}


def _plus(a: Term, b: Term) -> Term:
    return a + b


def _visit(
    term: Term,
    out: Term,
    upstream: Term,
    targets: Set[str],
    simplify: Callable[[Term], Term],
    shapes: Shapes,
    found: dict[str, list[Term]],
) -> None:
    if term.head == "name":
        if term.args[0] in targets:
            found.setdefault(term.args[0], []).append(upstream)
        return
    if term.head == "index":
        of, *entry = term.args
        _visit(
            of,
            of,
            Term(heads.TIMES, (upstream, Term("unit", (*shapes.of(of), *entry)))),
            targets,
            simplify,
            shapes,
            found,
        )
        return
    if term.head == "matrix":
        whole = shapes.of(term) == ()
        for i, row in enumerate(term.args, 1):
            for k, entry in enumerate(row.args, 1):
                pulled = upstream if whole else simplify(Term(heads.SLICE, (upstream, i, i, k, k)))
                _visit(entry, entry, pulled, targets, simplify, shapes, found)
        return
    for place, child in enumerate(term.children if term.head in TABLE else ()):
        if any(node.head == "name" and node.args[0] in targets for node in walk(child)):
            _visit(child, child, simplify(_pull(term, out, upstream, place, shapes)), targets, simplify, shapes, found)


def _pull(term: Term, out: Term, upstream: Term, place: int, shapes: Shapes) -> Term:
    """The upstream gradient carried back to one operand."""
    row = TABLE[term.head]
    text = row.reverse[place]
    if text is None:
        raise NoDerivative(tell("undefined.derivative", operation=row.name, operand=row.operands[place]))
    operand_shapes = [shapes.of(child) for child in term.children]
    result_shape = shapes.of(term)
    names = (*zip(row.operands, operand_shapes, strict=True), ("G", result_shape), ("out", result_shape))
    body, shape = rule(row.at(text, operand_shapes, options(term)), names)
    pulled = substitute(body, {**dict(zip(row.operands, term.children, strict=True)), "G": upstream, "out": out})
    return Term(heads.SUM, (pulled,)) if operand_shapes[place] == () and shape != () else pulled


def fused(row: Operation, operands: tuple[Term, Term], inner: str, upstream: Term, shapes: Shapes) -> Shorter | None:
    """The shorter rule for a loss by the argument of `inner`, its first operand's operation, where the table has one
    (p - y for softmax and cross-entropy)."""
    if inner not in row.fused:
        return None
    p, b = operands
    names = (("p", shapes.of(p)), ("b", shapes.of(b)), ("G", shapes.of(upstream)))
    found = row.fused[inner]
    *lines, condition = (
        simplify(substitute(rule(text, names)[0], {"p": p, "b": b, "G": upstream}), shapes)
        for text in (*found.lines, found.condition)
    )
    return Shorter(tuple(lines), condition)
