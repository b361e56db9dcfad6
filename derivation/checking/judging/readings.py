r"""What signs may mean besides: per cent of authors who multiply by 100, a numeral before a fraction, a square entry by
entry, the two signs of `\pm`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from derivation.checking.facts.knowledge import ChainRead, SideRead
from derivation.checking.facts.lookup import Meant
from derivation.checking.facts.matrices import ALONG
from derivation.checking.reading.trees import LISTS, Tree, mapped, nodes
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term, matrix


@dataclass(frozen=True, slots=True)
class Reading:
    """Another meaning of a node: which it is that may have it, and what it is then."""

    applies: Callable[[Tree], bool]
    change: Callable[[Tree], Tree]


def is_share(node: Tree) -> bool:
    """Whether a node is a numeral in per cent."""
    return node.head == "number" and len(node.args) > 1 and isinstance(node.args[1], str)


def is_along(node: Tree) -> bool:
    """Whether a node is a function of a matrix that works in each row, or in each column."""
    return node.head == "call" and node.args[0] in ALONG


def along(node: Tree, axis: int) -> Tree:
    return replace(node, args=(f"{node.args[0]} axis={axis}", *node.args[1:]))


TRIGONOMETRIC = frozenset([heads.SIN, heads.COS, heads.TAN])


def is_angle(tree: Tree) -> bool:
    """Whether a number may be an angle in degrees: a whole one of two digits at least."""
    inner = tree.args[0] if tree.head in ("group", "u-") else tree
    return inner.head == "number" and inner.args[0].isdecimal() and len(inner.args[0]) > 1


OTHERS = (
    Reading(
        is_share,
        lambda node: Tree("number", node.args[1:], node.start),  # 10\% is 10
    ),
    Reading(
        lambda node: node.head == "mixed",
        lambda node: Tree("group", (Tree("", node.args, node.start),), node.start),  # 2\frac12 is 2 \cdot \frac12
    ),
    Reading(
        lambda node: node.head in ("+", "-") and is_share(node.args[-1]),
        lambda node: replace(node, args=(node.args[0], Tree(r"\cdot", node.args, node.start))),  # 50 + 20\% is 60
    ),
    Reading(is_along, lambda node: along(node, 0)),  # a sample in each column
    Reading(is_along, lambda node: along(node, 1)),  # a sample in each row
    Reading(
        lambda node: node.head == "tuple",
        lambda node: Tree("matrix", (Tree("row", node.args, node.start),), node.start),  # [a, b] side by side
    ),
    Reading(
        lambda node: node.head == "call" and node.args[0] in TRIGONOMETRIC and is_angle(node.args[1]),
        lambda node: replace(node, args=(node.args[0], Tree("degrees", node.args[1:], node.start))),  # \\sin 30
    ),
    Reading(lambda node: is_numeral_of_letters(node), lambda node: numeral_of_letters(node)),  # ABC is 100 A + 10 B + C
)


def is_numeral_of_letters(node: Tree) -> bool:
    """Whether letters beside each other may be the digits of a number."""
    if node.head != "" or len(node.args) != 2:
        return False
    return all(is_letter(part) for part in node.args) or (is_tens(node.args[0]) and is_letter(node.args[1]))


def is_letter(tree: Tree) -> bool:
    return tree.head == "name" and len(tree.args[0].key) == 1


def is_tens(tree: Tree) -> bool:
    """Whether a side was made of letters that are digits."""
    return tree.head == "group" and tree.args[0].head == "+" and tree.args[0].args[0].head == DIGITS


def numeral_of_letters(node: Tree) -> Tree:
    r"""The number of which letters are the digits: `A B` as `10 \cdot A + B`."""
    ten = Tree("number", ("10",), node.start)
    tens = Tree(DIGITS, (ten, node.args[0]), node.start)
    return Tree("group", (Tree("+", (tens, node.args[1]), node.start),), node.start)


DIGITS = r"\times"
"""The sign between ten and a digit: none that stands in a juxtaposition."""
ENTRYWISE = Reading(lambda node: node.head == "^", lambda node: replace(node, head="^entrywise"))
"""The square of a matrix of gradients is that of each of its entries."""
SIGNS = {r"\pm": ("+", "-"), r"\mp": ("-", "+")}


def otherwise(chain: ChainRead, i: int, k: int, readings: Sequence[Reading]) -> Iterator[ChainRead]:
    """The chain with two of its sides read otherwise, in each way in which they may be."""
    trees = [read.tree for read in (chain.sides[i], chain.sides[k]) if read.tree]
    for reading in readings:
        if any(reading.applies(node) for tree in trees for node in nodes(tree)):
            yield changed(chain, i, k, reading)


def in_base(chain: ChainRead, i: int, k: int, base: int) -> ChainRead:
    """The chain with the whole numbers of two sides read in another base."""

    def is_in_base(node: Tree) -> bool:
        return node.head == "number" and node.args[0].isdecimal() and all(int(digit) < base for digit in node.args[0])

    return changed(
        chain, i, k, Reading(is_in_base, lambda node: Tree("number", (str(int(node.args[0], base)),), node.start))
    )


def signed(chain: ChainRead, i: int, k: int) -> list[ChainRead]:
    r"""The chain with the upper and with the lower signs of `\pm`; none where it has no such sign."""
    trees = [read.tree for read in (chain.sides[i], chain.sides[k]) if read.tree]
    if not any(node.head in SIGNS for tree in trees for node in nodes(tree)):
        return []
    return [changed(chain, i, k, Reading(has_two_signs, partial(with_sign, way))) for way in (0, 1)]


def has_two_signs(node: Tree) -> bool:
    return node.head in SIGNS


def with_sign(way: int, node: Tree) -> Tree:
    r"""A `\pm` as the sign that it is in one way of reading it."""
    sign = SIGNS[node.head][way]
    if len(node.args) == 2:
        return replace(node, head=sign)
    return Tree("u-", node.args, node.start) if sign == "-" else Tree("group", node.args, node.start)


def changed(chain: ChainRead, i: int, k: int, reading: Reading) -> ChainRead:
    """The chain with two sides read otherwise."""

    def change(node: Tree) -> Tree:
        return reading.change(node) if reading.applies(node) else node

    sides: list[SideRead] = list(chain.sides)
    for at in {i, k}:
        if (tree := sides[at].tree) is not None:
            sides[at] = replace(sides[at], tree=mapped(tree, change))
    return replace(chain, sides=sides)


def as_one_list(terms: Sequence[Meant], trees: Sequence[Tree]) -> tuple[Term, Term] | None:
    """Two sides of which one is a row and the other a column, as the same: of a list in a line, `(1, 2)`, and of a row
    or column of a matrix both are meant. None where neither side is such a list."""
    (a, first), (b, second) = terms
    if first != second[::-1]:
        return None
    if any(tree.head in LISTS for tree in trees):
        a, b = (as_row(term) if tree.head in LISTS else term for term, tree in zip((a, b), trees, strict=True))
        return a, b
    return (a.T, b) if 1 in first and heads.SLICE in (a.head, b.head) else None


def as_row(term: Term) -> Term:
    """A list that was taken for a column as the row that it is."""
    return matrix((tuple(row.args[0] for row in term.args),)) if term.head == "matrix" else term.T
