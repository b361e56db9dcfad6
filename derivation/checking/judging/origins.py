"""Whether a quantity has its value from nothing but the side beside it: then nothing was compared."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from derivation.checking.facts.failures import FAILURES
from derivation.checking.facts.knowledge import ChainRead, SideRead, Statement, is_closed, is_number, named, quantity
from derivation.checking.facts.meaning import Meaning
from derivation.checking.facts.numerals import numerals
from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import Key, is_derivative, is_derived, key_of
from derivation.checking.facts.values import Truth, quantities
from derivation.checking.judging.agreement import equal
from derivation.checking.judging.context import Context, Judgement
from derivation.checking.reading.trees import Tree, nodes
from derivation.formulas.arrays import describe
from derivation.formulas.terms import Term, walk
from derivation.words.telling import tell

SECTION = 6000
"""Letters above a formula in which the words of its section are looked for."""
HEADING = re.compile(r"^(?:#{1,6}\s|\\(?:sub){0,2}section\b|\\(?:chapter|paragraph)\b)", re.MULTILINE)


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
        if any(node.head == "matrix" and is_closed(node) for node in nodes(right)):
            return not any(node.head == "matrix" for node in nodes(left))
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

    def rounded_before(self, a: Term, rounded: Container[str]) -> str:
        """Where rounding comes from that was made in an earlier line."""
        for leaf in quantities(a):
            statement = self.facts.value_statement(key_of(leaf), self.position)
            if (
                statement
                and statement.position < self.position
                and any(text in rounded or self.context.is_rounded(text) for text in numerals(statement.tree))
            ):
                return tell("holds.carried", line=statement.read.side.place[0])
        return ""


def put_in_anew(context: Context, chain: ChainRead, pairs: Iterable[tuple[Tree, Tree]]) -> set[Key]:
    """The names for which other numbers are put in than those that they had in other sections, where they are other
    quantities: two are at least, or the number stands in the words of this section."""
    facts, position = context.facts, chain.position
    found: dict[Key, Tree] = {}
    for stating, tree in pairs:
        key = quantity(stating) or ""
        known = facts.value_statement(key, position) or facts.seen(key)
        if known is None or facts.definitions(key, position):
            continue
        given, used = (context.value_of(part, chain) for part in (known.tree, tree))
        if given is None or used is None or equal(given, used) or given.shape != used.shape:
            continue
        if facts.sections[known.position] == facts.sections[position]:
            return set()
        found[key] = tree
    is_other = len(found) > 1 or any(is_said(tree, chain) for tree in found.values())
    return set(found) if is_other else set()


def is_said(tree: Tree, chain: ChainRead) -> bool:
    """Whether a number stands in the words of a chain's section, above it."""
    side = chain.sides[0].side
    text = side.formula.source.text[max(side.start - SECTION, 0) : side.start]
    heading = max((found.start() for found in HEADING.finditer(text)), default=0)
    words = " ".join(text[heading:].replace("$$", "$").split("$")[::2]).replace(",", ".")
    found = (rf"(?<![\d.]){re.escape(numeral)}(?!\.?\d)" for numeral in numerals(tree))
    return is_number(tree) and all(re.search(pattern, words) for pattern in found)


def of_other_shape(context: Context, key: Key, a: Term, b: Term, chain: ChainRead) -> Judgement | None:
    """The question where a quantity is an array by its formula, which may be meant for one number: `[h, x]` put
    together."""
    try:
        true, used = context.truth.value(a, chain.position), context.printed.value(b, chain.position)
    except FAILURES:
        return None
    if true.shape == used.shape:
        return None
    problem = tell("wrong.sides", left=describe(true.shape), right=describe(used.shape))
    return Judgement("undecided", tell("undecided.lists", quantities=str(key), problem=problem))


def given_later(context: Context, chain: ChainRead, slopes: Term) -> Statement | None:
    """The formula of what is differentiated, where all numbers for it are given in later sections only: they may belong
    to an example with a formula of its own."""
    facts, here = context.facts, context.facts.sections
    leaves = [leaf for leaf in quantities(slopes) if leaf.head == "partial"]
    keys = context.reach({node.args[0] for leaf in leaves for node in walk(leaf) if node.head == "name"}, chain)
    values = [one for key in keys if (one := facts.value_statement(key, chain.position)) and one.chain is not chain]
    formulas = [one for leaf in leaves for one in facts.definitions(key_of(leaf.args[0]), chain.position)[:1]]
    return next(
        (one for one in formulas if values and all(here[one.position] < here[value.position] for value in values)), None
    )
