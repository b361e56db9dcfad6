"""Equalities that give a quantity its meaning: definitions, given values, assignments, general rules."""

from __future__ import annotations

from itertools import islice

from derivation.checking.facts.failures import FAILURES, Mismatch, Unknown
from derivation.checking.facts.indices import letters, match
from derivation.checking.facts.knowledge import (
    ChainRead,
    SideRead,
    Statement,
    is_about_slope,
    is_assignment,
    is_closed,
    is_number,
    quantity,
)
from derivation.checking.facts.lessons import Redefined, RulesDropped
from derivation.checking.facts.meaning import Meaning
from derivation.checking.facts.quantity import Key, Quantity, is_derivative, is_derived, is_updated, key_of
from derivation.checking.facts.sets import is_explicit
from derivation.checking.judging.agreement import equal
from derivation.checking.judging.compare import Comparison
from derivation.checking.judging.context import Context, Judgement
from derivation.checking.judging.expected import as_printed
from derivation.checking.judging.restarts import begins_anew, is_worked
from derivation.checking.judging.updates import contradiction
from derivation.checking.judging.verdicts import Kind, Verdict
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
            return Judgement("stated", kind="definition")
        for read, other in ((left, right), (right, left)):
            key = quantity(read.tree) if read.tree else None
            if key is not None and (read is left or k == 1):
                judgement = self.defines(chain, key, read, other)
                if judgement and judgement.verdict in ("exact", "stated") and read is chain.sides[0]:
                    return contradiction(self.context, chain, key, other) or judgement
                if judgement:
                    return judgement
        return None

    def defines(self, chain: ChainRead, key: Key, read: SideRead, other: SideRead) -> Judgement | None:
        assert read.tree and other.tree
        rule = self.facts.rule_before(chain.position)
        if rule and rule.statement.read is other:
            return self.rule_holds(other)
        if read is chain.sides[0] and (is_assignment(other.tree, key) or chain.relations[0] == "←"):
            return self.assignment(chain, key, other)
        if is_closed(other.tree):
            is_known = (
                read is not chain.sides[0] and is_about_slope(chain) and self.facts.value_statement(key, chain.position)
            )
            return None if is_known else self.given(chain, key, other)
        definitions = self.facts.definitions(key, chain.position)
        if is_derivative(key) and definitions and definitions[0].read is other and self.unconnected_slope(chain, read):
            return self.taken(key, chain)
        if (
            definitions
            and definitions[0].read is not other
            and alike(definitions[0].tree, other.tree)
            and not is_derived(key)
        ):
            return Judgement("exact", kind="definition")
        if self.is_said_again(key, other, chain):
            return Judgement("exact", kind="definition", lessons=(Redefined(key, chain.position),))
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
        return self.declared(key, other, chain) or Judgement("stated", kind="definition")

    def is_said_again(self, key: Key, other: SideRead, chain: ChainRead) -> bool:
        """Whether a formula stood above for the same name, though it has had another in between."""
        earlier = (one for one in self.facts.knowledge.formulas.get(key, ()) if one.position < chain.position)
        return not is_derived(key) and other.tree is not None and any(alike(one.tree, other.tree) for one in earlier)

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
            if same is False and not self.facts.assumed([a, b], chain.position):
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
        symbol = self.facts.symbol(key)
        if symbol and Meaning(self.facts, chain.position).part(symbol):
            return None
        if self.facts.definition(key, chain.position) or (special and not self.unconnected(key, chain)):
            return None
        assert other.tree
        self.context.meaning(chain, other.tree)
        earlier = self.facts.value_statement(key, chain.position)
        before = earlier if earlier and earlier.position < chain.position else None
        repeated = before is not None and alike(before.tree, other.tree)
        if before and not repeated and (shown := self.shown_again(key, other, chain)):
            return shown
        if is_derivative(key) and not repeated and not self.is_zero(other.tree, chain):
            return self.taken(key, chain)
        why = (
            tell("holds.new_value", latex=before.read.side.latex, line=before.read.side.place[0])
            if before and not repeated
            else ""
        )
        verdict: Verdict = "exact" if repeated else "stated"
        return (
            self.declared(key, other, chain)
            or self.entry(key, other.tree, chain)
            or Judgement(verdict, why, kind="definition")
        )

    def shown_again(self, key: Key, other: SideRead, chain: ChainRead) -> Judgement | None:
        """The verdict on a number for a name that was worked above, unless it begins anew here."""
        assert other.tree
        first = next((read.tree for read in chain.sides if read.tree and is_closed(read.tree)), other.tree)
        before = self.worked_above(key, chain)
        if before is None or not is_number(first) or begins_anew(self.facts, before, chain):
            return None
        value = self.context.truth.stated(before)
        a, (b, _) = self.context.meaning(chain, before.tree)[0], self.context.meaning(chain, other.tree)
        comparison = Comparison(self.context, chain.position, chain.relations[0])
        outcome = comparison.outcome(a, b, [value, self.context.printed.stated(before)])
        if outcome.agreement != "no":
            return Judgement(outcome.agreement)
        side = before.read.side
        why = tell("wrong.shown_before", quantity=key, latex=side.latex, line=side.place[0])
        return Judgement("wrong", why, as_printed(value, b), other.side.start)

    def worked_above(self, key: Key, chain: ChainRead) -> Statement | None:
        """Where numbers were last worked to a quantity's value."""
        above = (one for one in reversed(self.facts.values(key)) if one.position < chain.position and not one.assigned)
        return next((one for one in above if one.worked and is_worked(one.worked)), None)

    def taken(self, key: Quantity, chain: ChainRead) -> Judgement:
        """The verdict on a derivative to which no formula leads: a question where something is said of what is
        differentiated, a statement where nothing is."""
        if self.facts.definitions(key.of, chain.position) or self.facts.definition(key.of, chain.position):
            return Judgement("undecided", tell("undecided.unconnected"))
        return Judgement("stated", kind="gradient")

    def entry(self, key: Key, tree: Tree, chain: ChainRead) -> Judgement | None:
        """The verdict on a value whose name is that of an entry of an array; None where the array has no value, or one
        that may be of something else."""
        symbol = self.facts.symbol(key)
        try:
            found = Meaning(self.facts, chain.position).entry(symbol) if symbol and not is_derived(key) else None
            whole = self.context.printed.value(found[0], chain.position) if found else None
        except FAILURES:
            return None
        array = key_of(found[0].args[0]) if found else ""
        statement, value = self.facts.value_statement(array, chain.position), self.context.value_of(tree, chain)
        if whole is None or statement is None or value is None or self.facts.is_gathered(array, chain.position):
            return None
        if equal(whole, value):
            return Judgement("exact", kind="definition")
        if self.facts.definitions(array, chain.position) or not self.is_only_here(statement, key, chain):
            return None
        shown, side = as_printed(whole, self.context.meaning(chain, tree)[0]), statement.read.side
        why = tell("undecided.entry", quantity=key, value=shown, latex=side.latex, line=side.place[0])
        return Judgement("undecided", why)

    def is_only_here(self, statement: Statement, key: Key, chain: ChainRead) -> bool:
        """Whether an array was given above in this section, and its entry has no other value."""
        sections = self.facts.sections
        above = statement.position < chain.position and sections[statement.position] == sections[chain.position]
        return above and len(self.facts.values(key)) == 1

    def is_zero(self, tree: Tree, chain: ChainRead) -> bool:
        """Whether a side is 0, as a derivative is where no formula leads from the one quantity to the other."""
        value = self.context.value_of(tree, chain)
        return value is not None and all(entry == 0 for entry in value.entries)

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
        if (
            wanted is None
            or not is_explicit(declaration, self.facts.whole_number)
            or self.facts.is_reused(key, chain.position)
        ):
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
        same = self.context.identical(rule, b, chain) if rule is not None and not is_closed(other.tree) else None
        stated = self.facts.rule_before(chain.position)
        if same is False and stated:
            return Judgement(
                "wrong",
                tell("wrong.rule", line=stated.statement.read.side.place[0]),
                at=other.side.start,
                kind="gradient",
            )
        kind: Kind = "gradient" if "partial" in {node.head for node in walk(b)} else "definition"
        return Judgement("exact" if same else "stated", kind=kind)

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
            return Judgement("stated", kind="definition")
        return Judgement(
            "wrong",
            tell("wrong.rule_unused", lines=", ".join(lines)),
            at=other.side.start,
            kind="definition",
            lessons=(RulesDropped(),),
        )


def latest_formula(context: Context, chain: ChainRead, left: Tree) -> Context | None:
    """What is known if the formulas hold that were given last, not the first of several: rules may be told one after
    another, `z = x + y` and `z = x y`, and each section may have its own loss."""
    key = quantity(left)
    if not key or not is_derivative(key):
        return None
    facts, lessons = context.facts, list[Redefined]()
    for name_, statements in facts.knowledge.formulas.items():
        before = [one for one in statements[:MAXIMAL_CASES] if one.position < chain.position]
        is_here = before and facts.sections[before[-1].position] == facts.sections[chain.position]
        if len(before) > 1 and (is_here or name_ == key.of) and not alike(before[0].tree, before[-1].tree):
            lessons.append(Redefined(name_, before[-1].position))
    return context.after(lessons) if lessons else None
