"""Updates that contradict the rule which the article names in words, or move a parameter by another one's derivative."""

from __future__ import annotations

from derivation.checking.facts.knowledge import PRODUCT_SIGNS, ChainRead, SideRead, quantity
from derivation.checking.facts.quantity import Key, Quantity, is_derivative, stem
from derivation.checking.judging.context import Context, Judgement
from derivation.checking.reading.trees import Tree, nodes
from derivation.words.telling import tell

DESCENT = ("descent", "gradientenabstieg", "descente", "descenso", "梯度下降")
ASCENT = ("ascent", "maximi", "aufstieg", "ascenso", "上升")
"""Words by which an article says whether it goes against a gradient or along with it."""
SLOPES = frozenset(["partial", "nabla"])


def contradiction(context: Context, chain: ChainRead, key: Key, other: SideRead) -> Judgement | None:
    """What is thought of a new value of a parameter that is not what gradient descent gives; None where it may be."""
    assert other.tree
    step = step_of(other.tree, stem(key))
    if step is None:
        return None
    sign, slope = step
    by = slope.by
    if (
        sign == "-"
        and by != stem(key)
        and not alike(by, stem(key))
        and {by, stem(key)} <= context.reach([slope.of], chain)
    ):
        return Judgement(
            "wrong", tell("wrong.other_parameter", quantity=stem(key), by=by), at=other.side.start, kind="gradient"
        )
    text = other.side.formula.source.text.lower()
    if sign == "+" and any(word in text for word in DESCENT) and not any(word in text for word in ASCENT):
        return Judgement("undecided", tell("undecided.descent"), at=other.side.start, kind="gradient")
    return None


def step_of(tree: Tree, parameter: Key) -> tuple[str, Quantity] | None:
    """The sign of a step, and the only derivative in it: of `w - \\eta \\frac{\\partial L}{\\partial w}`."""
    if tree.head not in ("+", "-") or quantity(tree.args[0]) != parameter:
        return None
    step = tree.args[1]
    slopes = [node for node in nodes(step) if node.head in SLOPES]
    slope = quantity(slopes[0]) if len(slopes) == 1 and is_factor(slopes[0], step) else None
    return (tree.head, slope) if slope is not None and is_derivative(slope) else None


def is_factor(part: Tree, tree: Tree) -> bool:
    """Whether a part is a factor of a product, or all of it."""
    if tree is part:
        return True
    inner = tree.args[:1] if tree.head == "group" else tree.children if tree.head in PRODUCT_SIGNS else ()
    return any(is_factor(part, child) for child in inner)


def alike(one: Key, other: Key) -> bool:
    """Whether two names differ in their case only, as those of a matrix and of its entries do."""
    return str(one).lower() == str(other).lower()
