"""The mistakes that derivations are known to contain: one row each, a change of the right value that gives the wrong
one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flint import fmpq

from derivation.checking.facts.lookup import Lookup
from derivation.checking.facts.meaning import FAILURES
from derivation.checking.facts.values import Truth
from derivation.checking.judging.agreement import equal
from derivation.checking.reading.trees import Tree
from derivation.formulas.arrays import Array
from derivation.formulas.terms import Term


@dataclass(frozen=True, slots=True)
class Mistake:
    """What happened, in words, and what it does to the right value."""

    words: str
    change: Callable[[Array], Array]


POINTS = 4


def _scaled(factor: fmpq) -> Callable[[Array], Array]:
    return lambda value: value.map(lambda x: x * factor)


MISTAKES = (
    Mistake("the sign is wrong", lambda value: -value),
    Mistake("this is the transpose of the right value", lambda value: value.T),
    Mistake("this is twice the right value: a factor 1/2 or the 2 of a square is lost", _scaled(fmpq(2))),
    Mistake("this is half the right value: a factor 2 is lost, or 1/2 counted twice", _scaled(fmpq(1, 2))),
)


def named_mistake(points: Sequence[Truth], a: Term, b: Term, order: int) -> str | None:
    """The known mistake that leads from the value of a to that of b, if one does at every point."""
    for words, turned in candidates(points[0].facts, a, order):
        if all(matches(point, turned, a, b, order) for point in points[:POINTS]):
            return words
    return None


def matches(point: Truth, turned: Callable[[Truth], Array], a: Term, b: Term, order: int) -> bool:
    try:
        found, right = turned(point), point.value(b, order)
        return equal(found, right) and any(x != 0 for x in right.entries) and not equal(found, point.value(a, order))
    except FAILURES:
        return False


def candidates(facts: Lookup, a: Term, order: int) -> list[tuple[str, Callable[[Truth], Array]]]:
    """The changes that may have been made: those of the table, and for a derivative, of an activation that was
    forgotten."""

    def changed(mistake: Mistake) -> Callable[[Truth], Array]:
        return lambda point: mistake.change(point.value(a, order))

    def instead(other: Term) -> Callable[[Truth], Array]:
        return lambda point: point.value(other, order)

    found = [(mistake.words, changed(mistake)) for mistake in MISTAKES]
    if a.head == "partial" and all(part.head == "name" for part in a.args):
        of, by = a.args
        for key, statements in facts.knowledge.formulas.items():
            if any(is_function_of(statement.tree, by.args[0]) for statement in statements):
                found.append(
                    (
                        f"the derivative of the activation at {by.args[0]} is left out",
                        instead(Term("partial", (of, Term("name", (key,))))),
                    )
                )
    if a.head == "updated":
        parameter = a.args[0]
        found.append(
            (
                "the step goes along the gradient, not against it",
                lambda point: point.value(parameter, order) * Array.scalar(fmpq(2)) - point.value(a, order),
            )
        )
    return found


def is_function_of(tree: Tree, key: str) -> bool:
    """Whether a formula is one function of one quantity, as an activation is."""
    return tree.head in ("call", "apply") and any(
        child.head == "name" and child.args[0].key == key for child in tree.children
    )
