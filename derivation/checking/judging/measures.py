"""What sides measure: whether they do so in units that convert into each other, and what they are in one unit then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from derivation.checking.facts.knowledge import ChainRead, is_number
from derivation.checking.judging.context import Judgement
from derivation.checking.judging.readings import ENTRYWISE, OTHERS, Reading, changed, is_share
from derivation.checking.reading.trees import Tree, nodes
from derivation.checking.sources.units import FAMILIES, KINDS, Measure
from derivation.words.telling import tell

PRODUCTS = frozenset(["", r"\cdot", r"\times", "*"])
QUOTIENTS = frozenset(["/", "frac"])


def has_measure(node: Tree) -> bool:
    """Whether a node is a numeral with a unit that converts into others."""
    return node.head == "number" and isinstance(node.args[-1], Measure)


def in_one_unit(node: Tree) -> Tree:
    """A numeral with its unit as so many of the smallest unit of the family."""
    numeral, factor = Tree("number", node.args[:1], node.start), node.args[-1].factor
    above, below = (Tree("number", (str(part),), node.start) for part in factor.as_integer_ratio())
    product = Tree(r"\times", (numeral, above), node.start)
    return Tree("group", (product if factor.denominator == 1 else Tree("/", (product, below), node.start),), node.start)


IN_ONE_UNIT = Reading(has_measure, in_one_unit)


def measured(tree: Tree) -> list[Measure]:
    """What the numerals of a side measure, of those that have a unit."""
    return [node.args[-1] for node in nodes(tree) if has_measure(node)]


def powers(tree: Tree) -> Mapping[str, int] | None:
    """The families that a side measures in, with their powers; None where its summands measure in different ones, or what
    it measures is not clear."""
    if has_measure(tree):
        return dict(tree.args[-1].powers)
    if not measured(tree):
        return {}
    parts = [powers(child) for child in tree.children]
    if any(part is None for part in parts):
        return None
    if tree.head in ("+", "-", "u-", "group"):
        return parts[0] if all(part == parts[0] for part in parts) else None
    if len(parts) != 2 or tree.head not in PRODUCTS | QUOTIENTS:
        return None
    total = Counter(parts[0])
    for family, power in (parts[1] or {}).items():
        total[family] += -power if tree.head in QUOTIENTS else power
    return {family: power for family, power in total.items() if power}


def are_commensurable(left: Tree, right: Tree) -> bool:
    """Whether two sides measure the same in units that are not the same: `1 hour + 30 minutes` and `90 minutes`."""
    first, second = measured(left), measured(right)
    if not (first or second) or (first and second and len({*first, *second}) == 1):
        return False
    return (mine := powers(left)) is not None and mine == powers(right)


def in_common(chain: ChainRead, i: int, k: int) -> ChainRead | None:
    """The chain in one unit where two sides are nothing but a number with its unit: `2 hours = 120 minutes`."""
    left, right = chain.sides[i].tree, chain.sides[k].tree
    if not (left and right and is_number(left) and is_number(right) and are_commensurable(left, right)):
        return None
    return changed(chain, i, k, IN_ONE_UNIT)


def all_readings(left: Tree, right: Tree, is_scalar: bool) -> Sequence[Reading]:
    """What two sides may mean besides: in one unit where they have units that convert into each other."""
    also = (*([] if is_scalar else [ENTRYWISE]), *([IN_ONE_UNIT] if are_commensurable(left, right) else []))
    return (*OTHERS, *also)


def in_their_units(judgement: Judgement, left: Tree | None, right: Tree | None) -> Judgement:
    """What is said of sides that are not the same, in units that convert into each other either."""
    if judgement.verdict != "wrong" or not (left and right and are_commensurable(left, right)):
        return judgement
    return replace(judgement, why=tell("wrong.units"), expected=None)


def may_be_converted(left: Tree, right: Tree, ratio: Fraction | None) -> bool:
    """Whether a conversion may lie between sides that differ by a ratio: a number with its unit equals something in
    another one, two units stand in one sum, or the ratio is that of two units of a family."""
    first, second = measured(left), measured(right)
    if not (first or second) or are_commensurable(left, right):
        return False
    if is_number(left) and first and first != second:
        return True
    if are_of_one_kind(first, second) or any(has_two_units(tree) for tree in (left, right)):
        return True
    return ratio is not None and any(ratio in ratios(measure) for measure in (*first, *second))


def has_share(tree: Tree) -> bool:
    """Whether a side has per cent in it."""
    return any(map(is_share, nodes(tree)))


def are_of_one_kind(first: Sequence[Measure], second: Sequence[Measure]) -> bool:
    """Whether a unit on one side and one on the other measure the same kind of thing by families of their own: miles
    and kilometers, dollars and euros."""
    mine, yours = ({family for measure in side for family, _ in measure.powers} for side in (first, second))
    kinds = [{KINDS.get(family, family) for family in side} for side in (mine - yours, yours - mine)]
    return not kinds[0].isdisjoint(kinds[1])


def has_two_units(tree: Tree) -> bool:
    """Whether units of one family are added up that are not the same: `1 hour + 30 minutes`."""
    sums = (node for node in nodes(tree) if node.head in ("+", "-"))
    return any(
        len({measure.factor for measure in measured(node)}) > 1 and powers(node) not in (None, {}) for node in sums
    )


def ratios(measure: Measure) -> set[Fraction]:
    """How many times another unit of its family a unit is, and the other way round."""
    sizes = [Fraction(size) for family, power in measure.powers for size in FAMILIES[family] if power == 1]
    found = {measure.factor / size for size in sizes} - {1}
    return {*found, *(1 / ratio for ratio in found)}
