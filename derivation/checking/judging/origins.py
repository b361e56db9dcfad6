"""Whether a quantity has its value from nothing but the side beside it: then nothing was compared."""

from __future__ import annotations

from derivation.checking.facts.failures import FAILURES
from derivation.checking.facts.knowledge import ChainRead, SideRead, named, quantity
from derivation.checking.facts.meaning import Meaning
from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import Key, is_derivative, is_derived
from derivation.checking.facts.values import Truth
from derivation.checking.judging.context import Context
from derivation.checking.reading.trees import Tree, nodes


class Origins:
    """Where two sides of a chain have their values from."""

    def __init__(self, context: Context, chain: ChainRead, left: SideRead, right: SideRead) -> None:
        self.context, self.facts, self.chain, self.position = context, context.facts, chain, chain.position
        self.left, self.right = left, right

    def is_itself(self, mode: Truth) -> bool:
        """Whether one side is a quantity that has its value from nothing but the other side."""
        sides = ((self.left, self.right), (self.right, self.left))
        return any(self.comes_from(read, other, mode) for read, other in sides)

    def is_printed_before(self) -> bool:
        """Whether the quantity on the left was given a value in an earlier line."""
        key = quantity(self.left.tree) if self.left.tree else None
        statement = self.facts.value_statement(key, self.position) if key else None
        return statement is not None and statement.position < self.position

    def comes_from(self, read: SideRead, other: SideRead, mode: Truth) -> bool:
        key = quantity(read.tree) if read.tree else None
        formulas = self.facts.definitions(key, self.position) if key else ()
        if key is None or all(statement.read is not other for statement in formulas):
            return False
        if is_derivative(key) and formulas[0].read is other:  # asked before: `Definitions.unconnected_slope`
            return False
        source = mode.source(key, self.position)
        if source is None or source.read is not other:
            return False
        return not (is_derived(key) and self.follows_otherwise(read, mode))

    def follows_otherwise(self, read: SideRead, mode: Truth) -> bool:
        """Whether a derivative follows from formulas, or an updated value from a general rule."""
        assert read.tree
        try:
            leaf = self.context.meaning(self.chain, read.tree)[0]
            if leaf.head == "updated":
                return self.facts.rule(leaf, self.position) is not None
            mode.differentiated(leaf, self.position)
        except FAILURES:
            return False
        return True

    def puts_in(self, left: Tree, right: Tree) -> bool:
        """Whether the right side has numbers where the left has names: values were put in."""
        key = quantity(left)
        definitions = self.facts.definitions(key, self.position) if key else []
        spelled = definitions[0].tree if definitions else left
        mine, yours = ({node.args[0] for node in nodes(tree) if node.head == "number"} for tree in (spelled, right))
        if not yours - mine:
            return False
        if key and not definitions:
            return True
        return bool(set(named(spelled)) - set(named(right)))

    def lacks_value(self, key: Key) -> bool:
        """Whether nothing gives a quantity a value: no statement, no formula, no array of which it is an entry."""
        if self.facts.put_in(key) or self.facts.value_statement(key, self.position):
            return False
        if self.facts.definition(key, Position.END) and not is_derivative(key):
            return False
        symbol = self.facts.symbol(key)
        entry = Meaning(self.facts, Position.END).entry(symbol) if symbol else None
        return entry is None or self.facts.is_gathered(entry[0].args[0].args[0], Position.END)
