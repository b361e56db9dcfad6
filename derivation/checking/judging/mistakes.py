"""The mistakes that derivations are known to contain: which row of the table leads from the right value to what is
written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from derivation.checking.facts.failures import FAILURES
from derivation.checking.facts.lookup import Lookup
from derivation.checking.facts.position import Position
from derivation.checking.facts.values import Truth
from derivation.checking.judging.agreement import equal
from derivation.checking.reading.trees import Tree
from derivation.formulas.terms import Term
from derivation.mistakes.table import latest, mistakes
from derivation.mistakes.values import ValueChange
from derivation.words.telling import Sentence, tell

POINTS = 4


def named_mistake(points: Sequence[Truth], a: Term, b: Term, position: Position) -> Sentence | None:
    """The known mistake that leads from the value of a to that of b, if one does at every point."""
    for row in mistakes(latest()).values():
        if row.value and _explains(row.value, points[:POINTS], a, b, position):
            return tell(f"mistake_in_article.{row.name}", at=_by(a))
    return None


def _explains(change: ValueChange, points: Sequence[Truth], a: Term, b: Term, position: Position) -> bool:
    ways = change.of(a, partial(_outputs, points[0].facts))
    return any(all(_leads(change, way, point, a, b, position) for point in points) for way in ways)


def _leads(change: ValueChange, way: Sequence[Term], point: Truth, a: Term, b: Term, position: Position) -> bool:
    try:
        found, right = change.wrong(*(point.value(term, position) for term in way)), point.value(b, position)
        return equal(found, right) and any(x != 0 for x in right.entries) and not equal(found, point.value(a, position))
    except FAILURES:
        return False


def _outputs(facts: Lookup, key: str) -> Iterator[str]:
    """The quantities that the article calls one function of a quantity."""
    for output, statements in facts.knowledge.formulas.items():
        if isinstance(output, str) and any(is_function_of(statement.tree, key) for statement in statements):
            yield output


def _by(quantity: Term) -> str:
    """What a derivative is by."""
    return str(quantity.args[1].args[0]) if quantity.head == "partial" else ""


def is_function_of(tree: Tree, key: str) -> bool:
    """Whether a formula is one function of one quantity, as an activation is."""
    return tree.head in ("call", "apply") and any(
        child.head == "name" and child.args[0].key == key for child in tree.children
    )
