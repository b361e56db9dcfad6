"""Why sides that differ may be meant otherwise: as an equation to be solved, or with values that other sections
give."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

from flint import fmpq

from derivation.checking.facts.indices import letters
from derivation.checking.facts.knowledge import (
    PRODUCT_SIGNS,
    ChainRead,
    SideRead,
    Statement,
    is_closed,
    is_number,
    quantity,
)
from derivation.checking.facts.quantity import Key
from derivation.checking.judging.cases import Cases, is_solved
from derivation.checking.judging.context import Context
from derivation.checking.judging.measures import has_share, may_be_converted
from derivation.checking.judging.polynomials import are_near
from derivation.checking.reading.remarks import units, word_of
from derivation.checking.reading.trees import Tree, nodes
from derivation.checking.reading.units import are_coherent, sole_unit, unit
from derivation.formulas.operations import heads
from derivation.words.telling import tell


class Ambiguities:
    """Keeps what is only unclear from being called a mistake."""

    def __init__(self, context: Context) -> None:
        self.context, self.facts = context, context.facts

    def ambiguity(self, chain: ChainRead, left: SideRead, right: SideRead, expected: str | None) -> str:
        """What may be meant where two sides differ, and something else is expected; nothing where the chain itself
        shows that it is a slip."""
        if right.side.formula.words and not self.is_told(chain, left, right):
            return tell("undecided.letters")
        if right.side.formula.words and self.is_converted(chain, left, right):
            return tell("undecided.units")
        if left.tree is None or right.tree is None:
            return ""
        of_symbols = self.facts.knowledge.scalar and not is_closed(left.tree) and not is_closed(right.tree)
        if not of_symbols and self.context.is_slip(chain, right.tree):
            return ""
        first, second = units(left.side.words), units(right.side.words)
        differ = (
            bool(first and second)
            and first != second
            and not right.side.formula.words
            and not are_coherent((*left.side.words, *right.side.words))
        )
        if (
            differ
            or self.mixes_units(chain, left, right)
            or {in_degrees(left.tree), in_degrees(right.tree)} == {True, False}
        ):
            return tell("undecided.units")
        if expected and bare(expected) == bare(right.side.latex):
            return tell("undecided.open_shapes")
        if are_near(left.tree, right.tree):
            return ""
        cases = Cases(self.context)
        if cases.excused(chain, left, right):
            return tell("undecided.case")
        if cases.is_on_one_side(chain, left, right):
            return tell("undecided.one_side")
        if left.tree.head == "apply" and self.has_pieces(left.tree):
            return tell("undecided.case")
        if self.facts.knowledge.scalar and has_own_sign(left.tree, right.tree):
            return tell("undecided.own_sign")
        return self.equation(chain, left, right) or self.other_section(chain, left, right)

    def is_told(self, chain: ChainRead, left: SideRead, right: SideRead) -> bool:
        """Whether a text has told once, above, what each letter is: else it may be an unknown, or several."""
        values = self.facts.knowledge.values
        if any(node.head == "apply" for tree in (left.tree, right.tree) if tree for node in nodes(tree)):
            return False
        return all(
            len(values.get(key, ())) == 1 and values[key][0].position < chain.position
            for key in (*left.named, *right.named)
        )

    def is_converted(self, chain: ChainRead, left: SideRead, right: SideRead) -> bool:
        """Whether the sides of an equality in a text may be the same in units that are not the same."""
        if left.tree is None or right.tree is None:
            return False
        ratio = self.ratio(chain, left.tree, right.tree)
        is_hundredth = ratio is not None and any(abs(ratio / hundred - 1) < NEAR for hundred in HUNDREDTHS)
        in_hundredths = is_hundredth and any(has_share(read.tree) for read in chain.sides if read.tree)
        return in_hundredths or may_be_converted(left.tree, right.tree, ratio)

    def ratio(self, chain: ChainRead, left: Tree, right: Tree) -> Fraction | None:
        """How many times the right side the left one is; None where that is not known, or not exactly."""
        values = (self.context.value_of(tree, chain) if is_closed(tree) else None for tree in (left, right))
        first, second = (value.entries[0] if value and not value.shape else None for value in values)
        if not isinstance(first, fmpq) or not isinstance(second, fmpq) or second == 0:
            return None
        quotient = first / second
        return Fraction(int(quotient.p), int(quotient.q))

    def mixes_units(self, chain: ChainRead, left: SideRead, right: SideRead) -> bool:
        """Whether names that stand here were given in units of one kind and other sizes, `190 km/h` and `5 m/s`."""
        reached = self.context.reach([*left.named, *right.named], chain)
        statements = (self.facts.value_statement(key, chain.position) for key in reached)
        texts = [sole_unit(one.read.side.words) for one in statements if one] + list(map(word_of, right.side.words))
        found = [one for text in texts if (one := unit(text))]
        return len({one.powers for one in found}) < len({(one.powers, one.factor) for one in found})

    def equation(self, chain: ChainRead, left: SideRead, right: SideRead) -> str:
        """Whether the sides may be an equation to be solved."""
        assert left.tree and right.tree
        begins = left is chain.sides[0]
        if begins and self.facts.knowledge.scalar and is_relation(left.tree, right.tree):
            reached = self.context.reach([*left.named, *right.named], chain)
            if not all(self.is_settled(key, chain) for key in sorted(reached, key=str)):
                return tell("undecided.equation")
        if (
            (begins or is_zero(right.tree))
            and is_equation(left.tree, right.tree)
            and not (is_number(right.tree) and self.is_given_here(left, chain))
        ):
            return tell("undecided.equation")
        if (
            begins
            and len(chain.sides) == 2
            and (is_number(right.tree) or self.facts.knowledge.scalar)
            and not is_closed(left.tree)
            and quantity(left.tree) is None
            and is_solved(self.facts, chain)
        ):
            return tell("undecided.equation_later")
        return ""

    def has_pieces(self, call: Tree) -> bool:
        """Whether a function of the article's own is another one in every interval: its value for any argument is said
        more than once."""
        bodies = self.facts.knowledge.functions.get(call.args[0].key, ())
        return len(bodies) > 1 and all(argument.head == "name" for argument in call.args[1:])

    def is_settled(self, key: Key, chain: ChainRead) -> bool:
        """Whether a quantity follows from others, or was given one value, before."""
        if self.facts.definitions(key, chain.position):
            return key not in self.context.reach(self.context.above(key, chain), chain)
        given = [one for one in self.facts.values(key) if not one.assigned]
        return len({one.read.side.latex for one in given}) == 1 and given[0].position < chain.position

    def other_section(self, chain: ChainRead, left: SideRead, right: SideRead) -> str:
        """Whether a value may be taken from a section where it belongs to something else."""
        keys = sorted(self.context.reach([*left.named, *right.named], chain), key=str)
        statement = next((statement for key in keys if (statement := self.from_elsewhere(key, chain))), None)
        if statement is None:
            return ""
        side = statement.read.side
        return tell("undecided.holds_here", latex=side.latex, line=side.place[0])

    def is_given_here(self, read: SideRead, chain: ChainRead) -> bool:
        """Whether all that stands in a side of a product has got its value before, in this section: then nothing is
        left to be solved for."""
        statements = [self.facts.value_statement(key, chain.position) for key in read.named]
        here = self.facts.sections[chain.position]
        is_product = read.tree is not None and read.tree.head in PRODUCT_SIGNS
        return is_product and all(
            statement and statement.position < chain.position and self.facts.sections[statement.position] == here
            for statement in statements
        )

    def from_elsewhere(self, key: Key, chain: ChainRead) -> Statement | None:
        """The value that is taken for a quantity from another section, though the article gives it several, or gives
        this one only later."""
        statement, sections = self.facts.value_statement(key, chain.position), self.facts.sections
        here = sections[chain.position]
        if (
            statement is None
            or statement.chain is chain
            or sections[statement.position] == here
            or self.context.is_confirmed(key, here)
        ):
            return None
        others = [other for other in self.facts.values(key) if not other.assigned and other.chain is not chain]
        several = (
            len({(sections[other.position], other.read.side.latex) for other in others}) > 1
            and len({other.read.side.latex for other in others}) > 1
        )
        return statement if several or sections[statement.position] > here else None


def is_equation(left: Tree, right: Tree) -> bool:
    """Whether a formula may be an equation for what is unknown in it: `2 x + 3 y = 0`, `14 x = 29`, `1.96 = (m - 60) /
    s`."""
    if is_closed(left) and not is_closed(right):
        return True
    zero = is_zero(right)
    scaled = left.head in PRODUCT_SIGNS and is_number(left.args[0]) and quantity(left.args[1]) is not None
    is_quantity = quantity(left) is not None or left.head == "partial"
    return (zero or scaled) and not is_quantity and is_closed(right) and not is_closed(left)


NEAR = Fraction(1, 200)
"""How near to a hundredth or hundred a ratio of rounded sides is."""
HUNDREDTHS = (Fraction(100), Fraction(1, 100))

SLOPES = frozenset(["call", "partial", "nabla", "prime", "updated", "apply"])
"""What no equation to be solved holds, but an identity."""
ALGEBRAIC = frozenset([heads.ABS, heads.SQRT])


def is_relation(left: Tree, right: Tree) -> bool:
    """Whether two sides of symbols relate what is unknown in them: neither is a name that the other would define, nor
    holds a function."""
    if is_closed(left) or is_closed(right) or quantity(left) is not None:
        return False
    found = [node for tree in (left, right) for node in nodes(tree)]
    if any(node.head == "name" and any(map(letters, node.args[0].sub)) for node in found):
        return False  # a rule for every index
    return all(node.head not in SLOPES or node.args[0] in ALGEBRAIC for node in found)


INVERSES = frozenset([heads.ARCSIN, heads.ARCCOS, heads.ARCTAN, heads.NORMAL_PDF])
"""Functions that give angles in radians, and the one by which pi is read."""


def in_degrees(tree: Tree) -> bool | None:
    """Whether a side gives an angle in degrees, or in radians; None where it shows neither."""
    found = nodes(tree)
    calls = {node.args[0] for node in found if node.head == "call"}
    if any(node.head == "degrees" for node in found):
        return True
    return False if calls & INVERSES else None


SIGNS = frozenset([r"\circ", "@", r"\otimes"])


def has_own_sign(left: Tree, right: Tree) -> bool:
    """Whether a sign between numbers may have a meaning of the article's own: one that is no sign of a product of
    numbers, or a star whose other side says what it makes of its numbers: `2 * 6 = 2^6 + 6^2`."""
    if is_closed(left) and any(node.head in SIGNS for node in nodes(left)):
        return True
    if left.head == right.head and len(left.children) == len(right.children):
        pairs = zip(left.children, right.children, strict=True)
        return any(first.children and second.children and has_own_sign(first, second) for first, second in pairs)
    if left.head != "*" or not is_closed(left) or not is_closed(right):
        return False
    numbers, others = (Counter(node.args[0] for node in nodes(tree) if node.head == "number") for tree in (left, right))
    return right.head in ("+", "-") and numbers.keys() <= others.keys() and others.total() > numbers.total()


def bare(latex: str) -> str:
    return re.sub(r"[{}\s]|\\(?:text|mathrm)", "", latex)


def is_zero(tree: Tree) -> bool:
    return tree.head == "number" and not tree.args[0].strip("0.")
