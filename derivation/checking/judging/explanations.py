"""What is said of an equality that does not hold: the mistake, the line it goes back to, what should stand there."""

from __future__ import annotations

from collections.abc import Iterator

from derivation.checking.facts.failures import FAILURES, Mismatch
from derivation.checking.facts.knowledge import (
    ChainRead,
    SideRead,
    Statement,
    is_about_slope,
    is_closed,
    is_number,
    named,
    quantity,
    substitutions,
)
from derivation.checking.facts.lessons import Redefined, Restated, Used
from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import Key, Quantity, is_derivative, is_derived, is_updated, key_of
from derivation.checking.facts.values import quantities
from derivation.checking.judging.agreement import equal, printed_entries
from derivation.checking.judging.cases import is_solved
from derivation.checking.judging.compare import Comparison, Difference
from derivation.checking.judging.context import Context, Judgement
from derivation.checking.judging.conversions import is_in_other_units
from derivation.checking.judging.expected import as_printed, differing, formula_of
from derivation.checking.judging.misprints import miscopied
from derivation.checking.judging.mistakes import named_mistake
from derivation.checking.judging.origins import given_later, of_other_shape, put_in_anew
from derivation.checking.judging.polynomials import is_factoring
from derivation.checking.judging.restarts import begins_anew
from derivation.checking.reading.trees import LISTS, Tree, nodes
from derivation.formulas.terms import Term, is_literal
from derivation.words.telling import Sentence, extended, tell

SEVERAL = 3
"""Values of one name from which on it stands for several things."""


class Explanations:
    """Explains sides that differ; some turn out to be new definitions, or questions to the author."""

    def __init__(self, context: Context) -> None:
        self.context, self.facts = context, context.facts

    def mismatched(self, error: Mismatch, left: SideRead, right: SideRead, position: Position) -> Judgement:
        """Shapes that do not fit are a mistake, unless they are shapes of our own making."""
        keys = {key for read in (left, right) for key in read.named}
        made = sorted(str(key) for key in keys if self.facts.is_gathered(key, position))
        lists = sorted(map(str, filter(self.is_list, keys)))
        if lists:
            return Judgement(
                "undecided",
                tell("undecided.lists", quantities=", ".join(lists), problem=error.message),
                at=error.at,
            )
        if made:
            return Judgement(
                "undecided",
                tell("undecided.gathered", quantities=", ".join(made), problem=error.message),
                at=error.at,
            )
        return Judgement("wrong", error.message, at=error.at or right.side.start)

    def is_array_derivative(self, term: Term, chain: ChainRead) -> bool:
        """Whether a term holds the derivative of one array by another, for which notations differ."""
        slopes = [
            leaf.args
            for leaf in quantities(term)
            if leaf.head == "partial" and all(part.head == "name" for part in leaf.args)
        ]
        return any(self.facts.shape(of.args[0], chain.position) for of, _ in slopes)

    def is_list(self, key: Key) -> bool:
        """Whether a quantity was given as a list in a line, of which a row and a column may be meant."""
        seen = self.facts.put_in(key)
        trees = [*(statement.tree for statement in self.facts.values(key)), *([seen] if seen else ())]
        return any(node.head in LISTS for tree in trees for node in nodes(tree))

    def refuted(
        self, chain: ChainRead, left: SideRead, right: SideRead, a: Term, b: Term, comparison: Comparison
    ) -> Judgement:
        """Two sides of symbols that are not equal for all values."""
        key = quantity(left.tree) if left.tree else None
        if key and self.is_new_formula(chain, key, right):
            return Judgement(
                "undecided",
                tell("undecided.new_definition"),
                lessons=(Redefined(key, chain.position),),
            )
        if any(self.context.is_opaque(key_of(leaf)) for term in (a, b) for leaf in quantities(term)):
            return Judgement("undecided", tell("undecided.unknown_function"))
        renamed = self.renamed(chain, left, right)
        if renamed:
            return renamed
        if self.is_array_derivative(a, chain) or self.is_array_derivative(b, chain):
            return Judgement("undecided", tell("undecided.array_derivative"))
        mistake = named_mistake(self.context.random, a, b, chain.position)
        why = mistake or tell("wrong.refuted")
        try:
            agreement = comparison.outcome(a, b, self.context.candidates(chain, left, a)).agreement
            if agreement != "no":
                definitions = self.facts.definitions(key, chain.position) if key and not is_derivative(key) else []
                if key and not is_derived(key) and (not definitions or definitions[0].read is right):
                    return Judgement(agreement, kind="definition")
                if self.is_equation(chain, a, b) and not is_factoring(chain, left, right):
                    return Judgement(agreement, tell("holds.these_numbers"))
                if above := given_later(self.context, chain, a):
                    side = above.read.side
                    return Judgement("undecided", tell("undecided.holds_here", latex=side.latex, line=side.place[0]))
                why = extended(why, "wrong.by_chance")
        except FAILURES:
            pass
        why = self.otherwise(why, chain, quantity(left.tree) if left.tree else None, right)
        return Judgement("wrong", why, self.expectation(a, b, chain), right.side.start)

    def is_equation(self, chain: ChainRead, a: Term, b: Term) -> bool:
        """Whether sides that are equal for the article's numbers claim no more than that: they are no rule for a
        quantity, or it is solved for what is in them."""
        if any(leaf.head != "name" for term in (a, b) for leaf in quantities(term)):
            return False
        first = chain.sides[0].tree
        return (first is not None and quantity(first) is None) or (
            self.facts.knowledge.scalar and is_solved(self.facts, chain)
        )

    def renamed(self, chain: ChainRead, left: SideRead, right: SideRead) -> Judgement | None:
        """The verdict where a name gets another meaning in a later section, if the article is granted that it does
        so."""
        assert left.tree
        key = quantity(left.tree)
        if key is None or is_updated(key) or "renamed" not in self.context.allowed or left is not chain.sides[0]:
            return None
        if is_derivative(key):
            return self.elsewhere(chain, key)
        definitions = self.facts.definitions(key, chain.position)
        statement = definitions[0] if definitions else self.facts.value_statement(key, chain.position)
        if (
            statement is None
            or statement.chain is chain
            or self.facts.sections[statement.position] == self.facts.sections[chain.position]
        ):
            return None
        side = statement.read.side
        return Judgement(
            "stated",
            tell("holds.defined_anew", latex=side.latex, line=side.place[0]),
            kind="definition",
            needed=frozenset(("renamed",)),
            lessons=(Redefined(key, chain.position),),
        )

    def elsewhere(self, chain: ChainRead, key: Quantity) -> Judgement | None:
        """A derivative in an article that reuses names: its formulas may be those of another section."""
        of = key.of
        definitions = self.facts.definitions(of, chain.position)
        if not definitions or self.facts.sections[definitions[0].position] == self.facts.sections[chain.position]:
            return None
        line = definitions[0].read.side.place[0]
        return Judgement(
            "undecided",
            tell("undecided.other_section", quantity=of, line=line),
            needed=frozenset(("renamed",)),
        )

    def otherwise(self, why: Sentence, chain: ChainRead, key: Key | None, right: SideRead) -> Sentence:
        """A reason, with what the article says of the quantity elsewhere."""
        definitions = self.facts.definitions(key, chain.position) if key and not is_derivative(key) else []
        if (
            not definitions
            or definitions[0].read is right
            or definitions[0].chain is chain
            or (right.tree and is_closed(right.tree))
        ):
            return why
        place, latex = definitions[0].read.side.place[0], definitions[0].read.side.latex
        return self.through(extended(why, "wrong.elsewhere", line=place, latex=latex), right, chain, place)

    def through(self, why: Sentence, right: SideRead, chain: ChainRead, but: int) -> Sentence:
        """A reason, with the lines that give the right side's names their meaning."""
        for key in dict.fromkeys(right.named):
            for side in (statement.read.side for statement in self.facts.definitions(key, chain.position)[:1]):
                if (line := side.place[0]) not in (but, right.side.place[0]):
                    why = extended(why, "wrong.through", quantity=key, latex=side.latex, line=line)
        return why

    def is_new_formula(self, chain: ChainRead, key: Key, right: SideRead) -> bool:
        """Whether a formula is so different from the one above that it defines the name anew: other functions, other
        names."""
        definitions = self.facts.definitions(key, chain.position) if not is_derivative(key) else []
        if not definitions or definitions[0].read is right or definitions[0].chain is chain:
            return False
        mine, yours = (
            ({node.args[0] for node in nodes(tree) if node.head == "call"}, set(named(tree)))
            for tree in (definitions[0].tree, right.tree)
            if tree
        )
        shared = mine[1] & yours[1]
        other_functions = mine[0] != yours[0] and not yours[0] < mine[0]
        return other_functions or (
            len(shared) * 3 < len(mine[1] | yours[1]) and not self.reaches(yours[1], mine[1], chain)
        )

    def reaches(self, keys: set[Key], others: set[Key], chain: ChainRead) -> bool:
        """Whether some of the names lead to the others through their formulas."""
        for key in keys:
            for statement in self.facts.definitions(key, chain.position)[:1]:
                if set(statement.read.named) & others:
                    return True
        return False

    def disagreed(
        self, chain: ChainRead, left: SideRead, right: SideRead, a: Term, b: Term, difference: Difference | None
    ) -> Judgement:
        """Two sides whose numbers differ."""
        assert left.tree and right.tree
        replaced = self.misprint(chain, left.tree, right.tree) or self.put_in(chain, left.tree, right.tree)
        if replaced:
            return replaced
        key = quantity(left.tree)
        renamed = self.renamed(chain, left, right)
        if renamed:
            return renamed
        is_said = is_closed(right.tree) and (left is chain.sides[0] or not is_about_slope(chain))
        if key and is_said and (stated := self.stated_elsewhere(key, chain)):
            return Judgement(
                "stated",
                tell("holds.new_value", latex=stated.read.side.latex, line=stated.read.side.place[0]),
                kind="definition",
                lessons=(Redefined(key, chain.position),),
            )
        if key and (other := self.of_other_item(key, chain)):
            return Judgement(
                "exact",
                tell("holds.new_value", latex=other.read.side.latex, line=other.read.side.place[0]),
                kind="definition",
                lessons=(Redefined(key, chain.position),),
            )
        if key and is_said and self.takes_new_value(chain, key):
            return Judgement(
                "undecided",
                tell("undecided.several_values", quantity=key),
                kind="definition",
                lessons=(Redefined(key, chain.position),),
            )
        if key and (open_shape := of_other_shape(self.context, key, a, b, chain)):
            return open_shape
        mistake = named_mistake([self.context.truth], a, b, chain.position) if key else None
        why = self.otherwise(differing(mistake, difference), chain, key, right)
        return Judgement("wrong", why, self.expectation(a, b, chain), right.side.start)

    def stated_elsewhere(self, key: Key, chain: ChainRead) -> Statement | None:
        """What another section says of a quantity that gets a plain value here, in an article that gives it
        several."""
        here = self.facts.sections[chain.position]
        statements = [
            statement for statement in self.facts.values(key) if not statement.assigned and statement.chain is not chain
        ]
        before = self.facts.value_statement(key, chain.position)
        if (
            is_derived(key)
            or before is None
            or len({statement.read.side.latex for statement in statements}) < SEVERAL - 1
        ):
            return None
        if any(
            self.facts.sections[statement.position] == here
            for statement in (*statements, *self.facts.definitions(key, chain.position))
            if statement.chain is not chain
        ):
            return None
        return statements[0]

    def of_other_item(self, key: Key, chain: ChainRead) -> Statement | None:
        """The plain value that another item of a list gives a quantity, which this one gives another: two cases."""
        statement = self.facts.value_statement(key, chain.position)
        if statement is None or statement.chain is None or is_derived(key):
            return None
        items = [side.formula.item for side in (chain.sides[0].side, statement.chain.sides[0].side)]
        plain = all(
            len(one.sides) == 2 and one.sides[1].tree and is_number(one.sides[1].tree)
            for one in (chain, statement.chain)
        )
        return statement if plain and None not in items and items[0] != items[1] else None

    def takes_new_value(self, chain: ChainRead, key: Key) -> bool:
        """Whether the article uses a name for several things: it has three values at least that do not come from each
        other."""
        if is_derived(key):
            return False
        texts = {statement.read.side.latex for statement in self.facts.values(key) if not statement.assigned}
        return len(texts) >= SEVERAL or self.context.is_general(key)

    def put_in(self, chain: ChainRead, left: Tree, right: Tree) -> Judgement | None:
        """The name for which another value was put in than the article gives it."""
        anew = put_in_anew(self.context, chain, self.substitutions(chain, left, right))
        others = bool(anew) or self.are_others(chain, left, right)
        for stated, tree in self.substitutions(chain, left, right):
            key = quantity(stated)
            if key is None or self.facts.definitions(key, chain.position) or key == quantity(left):
                continue
            statement = self.facts.value_statement(key, chain.position)
            if statement is None:
                continue
            given, used = (self.context.value_of(t, chain) for t in (statement.tree, tree))
            if given is None or used is None or equal(given, used) or given.shape != used.shape:
                continue
            side = statement.read.side
            if is_in_other_units(side.words, chain, right):
                return Judgement("undecided", tell("undecided.units"))
            stated_there = {"quantity": key, "latex": side.latex, "line": side.place[0]}
            if self.context.is_slip(chain, right):
                return Judgement("wrong", tell("wrong.put_in", **stated_there), at=tree.start)
            put = Statement(chain.position, tree, SideRead(statement.read.side, tree), chain)
            lessons = (Restated(key, put),)
            here = self.facts.sections[chain.position] == self.facts.sections[statement.position]
            found_later = statement.position > chain.position and not (here and key in named(left))
            if (
                found_later
                or others
                or self.context.lessons.has(Used, key)
                or self.has_other_value(key, statement, chain)
            ):
                return Judgement("undecided", tell("undecided.new_value", **stated_there), lessons=lessons)
            return Judgement("wrong", tell("wrong.put_in", **stated_there), at=tree.start, lessons=lessons)
        return None

    def are_others(self, chain: ChainRead, left: Tree, right: Tree) -> bool:
        """Whether two names at least have numbers put in of which none is the one that it has, and those were given in
        other sections: then they may be other quantities here."""
        agree = list[bool]()
        for stated, tree in self.substitutions(chain, left, right):
            statement = self.facts.value_statement(quantity(stated) or "", chain.position)
            if statement is None:
                agree.append(False)
                continue
            given, used = (self.context.value_of(t, chain) for t in (statement.tree, tree))
            here = self.facts.sections[statement.position] == self.facts.sections[chain.position]
            agree.append(here or given is None or used is None or equal(given, used))
        return len(agree) > 1 and not any(agree)

    def substitutions(self, chain: ChainRead, left: Tree, right: Tree) -> Iterator[tuple[Tree, Tree]]:
        """The values put in for the names of a side, or of the formula of the quantity that it is."""
        key = quantity(left)
        section = self.facts.sections[chain.position]
        formulas = (
            [
                statement.tree
                for statement in self.facts.definitions(key, chain.position)[:1]
                if self.facts.sections[statement.position] == section
            ]
            if key
            else []
        )
        for formula in formulas or [left]:
            yield from substitutions(formula, right)

    def has_other_value(self, key: Key, statement: Statement, chain: ChainRead) -> bool:
        """Whether the article gives a quantity several values, but for those that an update will give it only later."""
        others = (other for other in self.facts.values(key) if other.position < chain.position or not other.assigned)
        return any(
            other.read.side.latex != statement.read.side.latex and other.read.side is not chain.sides[0].side
            for other in others
        )

    def misprint(self, chain: ChainRead, left: Tree, right: Tree) -> Judgement | None:
        """A value put in that has other last digits than the line which gives it, and that are not those of the true
        value either."""
        for stated, tree in self.substitutions(chain, left, right):
            statement = self.facts.value_statement(quantity(stated) or "", chain.position)
            if statement is None or statement.position >= chain.position:
                continue
            if stated is left and begins_anew(self.facts, statement, chain):
                continue
            try:
                given, used = (self.context.meaning(chain, side)[0] for side in (statement.tree, tree))
                if not (is_literal(given) and is_literal(used)) or given == used:
                    continue
                truth = self.context.truth.value(self.context.meaning(chain, stated)[0], chain.position)
            except FAILURES:
                continue
            if miscopied(truth, *printed_entries(given), *printed_entries(used)):
                side, key = statement.read.side, quantity(stated) or ""
                why = tell("wrong.miscopied", quantity=key, latex=side.latex, line=side.place[0])
                return Judgement("wrong", why, at=tree.start)
        return None

    def expectation(self, a: Term, b: Term, chain: ChainRead) -> str | None:
        """What should stand on the right, as LaTeX: numbers in the precision of the article, or a formula."""
        try:
            if any(leaf for leaf in quantities(b)) and not is_literal(b):
                return formula_of(self.facts, a, chain.position)
            value = (self.context.truth if a.head in ("name", "partial", "updated") else self.context.printed).value(
                a, chain.position
            )
            return as_printed(value, b)
        except FAILURES:
            return None
