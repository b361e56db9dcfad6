"""Equalities that give a quantity its meaning: definitions, given values, assignments, general rules."""

from __future__ import annotations

from itertools import islice

from derivation.checking.facts.failures import FAILURES, Mismatch, Unknown
from derivation.checking.facts.knowledge import (
    ChainRead,
    SideRead,
    is_assignment,
    is_closed,
    letters,
    match,
    quantity,
)
from derivation.checking.facts.lessons import RulesDropped
from derivation.checking.facts.meaning import Meaning
from derivation.checking.facts.quantity import Key, is_derivative, is_derived, is_updated
from derivation.checking.judging.context import Context, Judgement
from derivation.checking.judging.updates import contradiction
from derivation.checking.reading.symbols import Symbol
from derivation.checking.reading.tokens import Unreadable
from derivation.checking.reading.trees import Tree, alike, nodes
from derivation.formulas.arrays import describe
from derivation.formulas.terms import name, updated, walk
from derivation.words.telling import tell

MAXIMAL_CASES = 100
"""Indices at which a general formula is tried."""


class Definitions:
    """Judges what an article states, where there is nothing to compare it with."""

    def __init__(self, context: Context) -> None:
        self.context, self.facts = context, context.facts

    def definition(self, chain: ChainRead, left: SideRead, right: SideRead, k: int) -> Judgement | None:
        """The verdict where this equality is what gives a quantity its meaning; None where there is something to
        compare."""
        assert left.tree and right.tree
        if left.tree.head == "apply" and any(
            position == chain.position for position, *_ in self.facts.knowledge.functions.get(left.tree.args[0].key, ())
        ):
            return Judgement("exact", kind="definition")
        for read, other in ((left, right), (right, left)):
            key = quantity(read.tree) if read.tree else None
            if key is not None and (read is left or k == 1):
                judgement = self.defines(chain, key, read, other)
                if judgement and judgement.verdict == "exact" and read is chain.sides[0]:
                    return contradiction(self.context, chain, key, other) or judgement
                if judgement:
                    return judgement
        return None

    def defines(self, chain: ChainRead, key: Key, read: SideRead, other: SideRead) -> Judgement | None:
        assert read.tree and other.tree
        if any(rule.statement.read is other for rule in self.facts.rules):
            return self.rule_holds(other)
        if read is chain.sides[0] and (is_assignment(other.tree, key) or chain.relations[0] == "←"):
            return self.assignment(chain, key, other)
        if is_closed(other.tree):
            return self.given(chain, key, other)
        definitions = self.facts.definitions(key, chain.position)
        if is_derivative(key) and definitions and definitions[0].read is other and self.unconnected_slope(chain, read):
            return Judgement("undecided", tell("undecided.unconnected"))
        if (
            definitions
            and definitions[0].read is not other
            and alike(definitions[0].tree, other.tree)
            and not is_derived(key)
        ):
            return Judgement("exact", kind="definition")
        if (
            not definitions
            or definitions[0].read is not other
            or is_derivative(key)
            or (is_updated(key) and self.facts.rules)
        ):
            return None
        earlier = self.facts.value_statement(key, chain.position)
        if earlier and earlier.position < chain.position and not earlier.assigned and not self.states_value(chain):
            return None
        try:
            self.context.meaning(chain, other.tree)
        except Unknown:
            pass
        except Unreadable:
            if not self.context.is_general(key):
                raise
        return self.declared(key, other, chain) or Judgement("exact", kind="definition")

    def cases(self, chain: ChainRead, left: SideRead, right: SideRead) -> Judgement | None:
        """The verdict on a general formula, tried at every index for which the article has numbers or formulas; None
        where it has none."""
        assert left.tree and right.tree
        pattern = self.pattern(left.tree)
        held = 0
        symbols = self.facts.knowledge.by_base.get(pattern.base, ()) if pattern else ()
        for symbol in islice(symbols, MAXIMAL_CASES):
            assert pattern
            bound = match(pattern.sub, symbol.sub, match(pattern.label, symbol.label, {}))
            if not bound:
                continue
            try:
                a, b = (
                    Meaning(self.facts, chain.position, None, dict(bound)).of(tree)[0]
                    for tree in (left.tree, right.tree)
                )
                same = self.context.identical(a, b, chain)
            except (Unreadable, Mismatch):
                continue
            if same is False:
                return Judgement("wrong", tell("wrong.case", quantity=symbol.key), at=right.side.start)
            held += bool(same)
        return Judgement("exact") if held else None

    @staticmethod
    def pattern(tree: Tree) -> Symbol | None:
        """The symbol of a tree with the most index letters."""
        symbols = [node.args[0] for node in nodes(tree) if node.head == "name"]
        best = max(
            symbols,
            key=lambda symbol: sum(len(part) for part in (*symbol.sub, *symbol.label) if letters(part)),
            default=None,
        )
        return best if best and any(letters(part) for part in (*best.sub, *best.label)) else None

    def states_value(self, chain: ChainRead) -> bool:
        return any(read.tree and is_closed(read.tree) for read in chain.sides)

    def given(self, chain: ChainRead, key: Key, other: SideRead) -> Judgement | None:
        """A value that the article simply gives."""
        special = is_derived(key)
        if self.facts.definition(key, chain.position) or (special and not self.unconnected(key, chain)):
            return None
        assert other.tree
        self.context.meaning(chain, other.tree)
        earlier = self.facts.value_statement(key, chain.position)
        renewed = earlier is not None and earlier.position < chain.position and not alike(earlier.tree, other.tree)
        why = (
            tell("holds.new_value", latex=earlier.read.side.latex, line=earlier.read.side.place[0])
            if earlier and renewed
            else ""
        )
        return self.declared(key, other, chain) or Judgement("exact", why, kind="definition")

    def unconnected(self, key: Key, chain: ChainRead) -> bool:
        """Whether a derivative or an updated value has neither formula nor network behind it."""
        if self.facts.definitions(key, chain.position):
            return False
        if not is_derivative(key):
            return not self.facts.rules
        return any(
            self.unconnected_slope(chain, read) for read in chain.sides if read.tree and quantity(read.tree) == key
        )

    def unconnected_slope(self, chain: ChainRead, read: SideRead) -> bool:
        """Whether a derivative cannot be worked out from the article's formulas."""
        assert read.tree
        try:
            self.context.truth.differentiated(self.context.meaning(chain, read.tree)[0], chain.position)
        except FAILURES:
            return True
        return False

    def declared(self, key: Key, other: SideRead, chain: ChainRead) -> Judgement | None:
        r"""A value whose shape is not that of the quantity's set."""
        if not self.facts.knowledge.sets.get(key):
            return None
        wanted = self.facts.declared(key)
        _, declaration = self.facts.knowledge.sets[key][0]
        if wanted is None or not self.facts.is_explicit(declaration) or self.facts.is_reused(key, chain.position):
            return None
        assert other.tree
        try:
            _, shape = self.context.meaning(chain, other.tree)
        except (Unreadable, Mismatch):
            return None
        if shape == wanted:
            return None
        return Judgement(
            "wrong",
            tell(
                "wrong.declared",
                quantity=key,
                declared=describe(wanted),
                line=declaration.names.place[0],
                found=describe(shape),
            ),
            at=other.side.start,
        )

    def assignment(self, chain: ChainRead, key: Key, other: SideRead) -> Judgement:
        r"""`w = w - \eta \ldots`: a new value; held against the article's general rule where there is one."""
        assert other.tree
        b, _ = self.context.meaning(chain, other.tree)
        rule = self.facts.rule(updated(name(key)), chain.position) if isinstance(key, str) else None
        if rule is not None and not is_closed(other.tree) and self.context.identical(rule, b, chain) is False:
            return Judgement(
                "wrong",
                tell("wrong.rule", line=self.facts.rules[0].statement.read.side.place[0]),
                at=other.side.start,
                kind="gradient",
            )
        return Judgement("exact", kind="gradient" if "partial" in {node.head for node in walk(b)} else "definition")

    def rule_holds(self, other: SideRead) -> Judgement:
        """A general update rule: wrong only where every line that applies it says otherwise, and all in one way."""
        lines = []
        for chain in self.context.chains:
            key = quantity(chain.sides[0].tree) if chain.sides[0].tree else None
            formula = chain.sides[1].tree
            if key and is_updated(key) and formula and not is_closed(formula) and chain.sides[1] is not other:
                try:
                    leaf, _ = self.context.meaning(chain, chain.sides[0].tree)  # type: ignore[arg-type]
                    rule = self.facts.rule(leaf, chain.position)
                    if rule is None:
                        continue
                    if self.context.identical(rule, self.context.meaning(chain, formula)[0], chain) is not False:
                        return Judgement("exact", kind="definition")
                    lines.append(str(chain.sides[0].side.place[0]))
                except (Unreadable, Mismatch):
                    continue
        if not lines:
            return Judgement("exact", kind="definition")
        return Judgement(
            "wrong",
            tell("wrong.rule_unused", lines=", ".join(lines)),
            at=other.side.start,
            kind="definition",
            lessons=(RulesDropped(),),
        )
