"""The value of a term over any algebra: exact numbers, SymPy expressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from derivation.formulas.arrays import Array
from derivation.formulas.language.definitions import definition
from derivation.formulas.numbers import Undefined
from derivation.formulas.operations import TABLE
from derivation.formulas.operations.algebras import Numbers
from derivation.formulas.terms import Term, fold, options

Environment = Mapping[Term, Array]


def evaluate(term: Term, known: Environment, m: Any = Numbers) -> Array:
    """The array that a term stands for, given those of the quantities in it.

    >>> from derivation.formulas.terms import name, number
    >>> evaluate(number("0.5") * number("3"), {}).entries
    (3/2,)
    """
    return fold(term, lambda node: _known(node, known, m), lambda node, operands: _worked(node, operands, m))


def _known(term: Term, known: Environment, m: Any) -> Array | None:
    """The array of what is no operation, or has a value already; None for an operation that has to be worked."""
    found = known.get(term)
    if found is not None:
        return found
    if term.value is not None and m is Numbers:
        return term.value  # type: ignore[no-any-return]
    leaf = LEAVES.get(term.head)
    return leaf(term, known, m) if leaf else None


def _worked(term: Term, operands: list[Array], m: Any) -> Array:
    row = TABLE[term.head]
    try:
        if row.meaning:
            return row.meaning(m, *operands, *options(term))
        body = definition(row, tuple(operand.shape for operand in operands), options(term))
        return evaluate(body, dict(zip(map(_name, row.operands), operands, strict=True)), m)
    except Undefined as problem:  # of a definition, the names within it say nothing to the reader
        raise Undefined(problem.message, term) from None


def _name(text: str) -> Term:
    return Term("name", (text,))


def _matrix(term: Term, known: Environment, m: Any) -> Array:
    return Array.of_rows([[evaluate(entry, known, m).entries[0] for entry in row.args] for row in term.args])


def _ones(term: Term, known: Environment, m: Any) -> Array:
    rows, columns = term.args
    return Array((rows, columns), (m.number("1"),) * (rows * columns))


def _unit(term: Term, known: Environment, m: Any) -> Array:
    rows, columns, *place = term.args
    array = Array((rows, columns), (m.number("0"),) * (rows * columns))
    entries = list(array.entries)
    entries[array.offset(tuple(place))] = m.number("1")
    return Array(array.shape, tuple(entries))


def _index(term: Term, known: Environment, m: Any) -> Array:
    return Array.scalar(evaluate(term.args[0], known, m)[term.args[1:]])


LEAVES: dict[str, Any] = {
    "number": lambda term, known, m: Array.scalar(m.literal(term)),
    "matrix": _matrix,
    "ones": _ones,
    "unit": _unit,
    "index": _index,
}
