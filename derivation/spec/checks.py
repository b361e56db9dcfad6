"""What is wrong with equations although their shapes fit: numbers out of range, a target that is one number for many
outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from derivation.formulas.arrays import Array, Shape
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.numbers import exact
from derivation.formulas.operations import heads
from derivation.formulas.operations.losses import LOSSES
from derivation.formulas.terms import Term, names, walk
from derivation.words.telling import tell

MAXIMAL_EXPONENT = 64


def problems(
    equations: Mapping[str, Term],
    parameters: Mapping[str, Array],
    data: Mapping[str, Array],
    shapes: Mapping[str, Shape],
) -> Iterator[tuple[str, str]]:
    """(equation, sentence) for all that is wrong."""
    moved = _moved(equations, parameters)
    targets = {key for key, array in data.items() if not array.shape}
    known = Shapes(shapes)
    for key, term in equations.items():
        for node in walk(term):
            yield from ((key, message) for message in _out_of_range(node, {**parameters, **data}))
            if target := _lone_target(node, equations, targets, moved, known):
                yield key, _one_for_many(target, known)


@dataclass(frozen=True)
class Range:
    """Where an operand's number has to lie; the sentence of this code says so."""

    place: int
    holds: Callable[[Any], bool]
    code: str


EXPONENT = Range(1, lambda x: abs(x) <= MAXIMAL_EXPONENT, "spec.exponent")
RANGES = {
    heads.POW: EXPONENT,
    heads.HADAMARD_POW: EXPONENT,
    heads.DROPOUT: Range(2, lambda x: 0 <= x < 1, "spec.dropout"),
    heads.HUBER: Range(2, lambda x: x > 0, "spec.huber"),
}
"""What the operations ask of operands that are numbers, given or written."""


def _out_of_range(node: Term, given: Mapping[str, Array]) -> Iterator[str]:
    asked = RANGES.get(node.head)
    if asked is None:
        return
    operand = node.args[asked.place]
    known = operand.head == "name" and operand.args[0] in given and asked is not EXPONENT
    number = (
        exact(operand.args[0]) if operand.head == "number" else given[operand.args[0]].entries[0] if known else None
    )
    if number is not None and not asked.holds(number):
        yield tell(asked.code, given=operand.args[0], most=MAXIMAL_EXPONENT)


def _moved(equations: Mapping[str, Term], parameters: Mapping[str, Array]) -> set[str]:
    """The quantities that depend on a parameter."""
    moved = set(parameters)
    for key, term in equations.items():
        if moved & set(names(term)):
            moved.add(key)
    return moved


LOSS_HEADS = frozenset(row.name for row in LOSSES)
SIZES = frozenset({heads.HADAMARD_POW, heads.ABS, heads.NORM, heads.SQUARED_NORM})
"""What makes a difference an error: it is squared, or its size is taken."""


def _lone_target(
    node: Term, equations: Mapping[str, Term], targets: set[str], moved: set[str], known: Shapes
) -> tuple[str, Term] | None:
    """A given number and the array of outputs that it is held against in a loss; one number for many outputs is mostly
    a missing dot."""
    pair = node.children[:2] if node.head in LOSS_HEADS else _difference(_measured(node), equations)
    for target, output in (pair, pair[::-1]) if pair else ():
        if target.head == "name" and target.args[0] in targets and known.of(output) and moved & set(names(output)):
            return target.args[0], output
    return None


def _measured(node: Term) -> Term | None:
    """What is squared, or of which the size is taken: `d^2`, `d * d`, `dot(d, d)`, `d.T @ d`, `abs(d)`, `norm(d)`."""
    parts = node.children
    if node.head in SIZES:
        return parts[0]
    if node.head in (heads.HADAMARD, heads.DOT) and parts[0] == parts[1]:
        return parts[0]
    return parts[1] if node.head == heads.MATMUL and parts[0] == parts[1].T else None


def _difference(term: Term | None, equations: Mapping[str, Term]) -> tuple[Term, ...]:
    """The two sides of a difference, which may have a name."""
    while term is not None and term.head == "name":
        term = equations.get(term.args[0])
    return term.children if term is not None and term.head == heads.SUB else ()


def _one_for_many(found: tuple[str, Term], known: Shapes) -> str:
    target, output = found
    rows, columns = known.of(output)
    called = repr(output.args[0]) if output.head == "name" else tell("spec.other_side")
    ones = f"{target} * ones({output.args[0]})" if output.head == "name" else f"{target} * ones(...)"
    return tell("spec.one_for_many", target=target, called=called, count=rows * columns, ones=ones)
