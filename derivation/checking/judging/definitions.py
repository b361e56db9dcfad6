"""Equalities that give a quantity its meaning: definitions, given values, assignments, general rules."""

from __future__ import annotations

from functools import cached_property

from derivation.checking.facts.knowledge import (
    NEW,
    SLOPE,
    Read,
    Work,
    is_assignment,
    is_closed,
    is_derived,
    letters,
    match,
    quantity,
)
from derivation.checking.facts.meaning import FAILURES, Meaning, Mismatch, Unknown
from derivation.checking.judging.bench import Bench, Opinion
from derivation.checking.reading.symbols import Symbol
from derivation.checking.reading.tokens import Unreadable
from derivation.checking.reading.trees import Tree, alike, nodes
from derivation.formulas.language.resolve import describe
from derivation.formulas.terms import Term, walk

MAXIMAL_CASES = 100
"""Indices at which a general formula is tried."""


class Definitions:
    """Judges what an article states, where there is nothing to compare it with."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.world = bench, bench.world

    def definition(self, work: Work, left: Read, right: Read, k: int) -> Opinion | None:
        """The verdict where this equality is what gives a quantity its meaning; None where there is something to
        compare."""
        assert left.tree and right.tree
        if left.tree.head == "apply" and any(
            order == work.order for order, *_ in self.world.knowledge.functions.get(left.tree.args[0].key, ())
        ):
            return Opinion("exact", kind="definition")
        for read, other in ((left, right), (right, left)):
            key = quantity(read.tree) if read.tree else None
            if key is not None and (read is left or k == 1):
                opinion = self.defines(work, key, read, other)
                if opinion:
                    return opinion
        return None

    def defines(self, work: Work, key: str, read: Read, other: Read) -> Opinion | None:
        assert read.tree and other.tree
        if any(rule.event.read is other for rule in self.world.rules):
            return self.rule_holds(other)
        if read is work.sides[0] and (is_assignment(other.tree, key) or work.relations[0] == "←"):
            return self.assignment(work, key, other)
        if is_closed(other.tree):
            return self.given(work, key, other)
        definitions = self.world.definitions(key, work.order)
        if (
            key.startswith(SLOPE)
            and definitions
            and definitions[0].read is other
            and self.unconnected_slope(work, read)
        ):
            return Opinion(
                "undecided",
                "no formula of the article leads from the one quantity to the other, so this derivative is taken "
                "as it is given",
            )
        if (
            definitions
            and definitions[0].read is not other
            and alike(definitions[0].tree, other.tree)
            and not is_derived(key)
        ):
            return Opinion("exact", kind="definition")
        if (
            not definitions
            or definitions[0].read is not other
            or key.startswith(SLOPE)
            or (key.endswith(NEW) and self.world.rules)
        ):
            return None
        earlier = self.world.value_event(key, work.order)
        if earlier and earlier.order < work.order and not earlier.assigned and not self.states_value(work):
            return None
        try:
            self.bench.meaning(work, other.tree)
        except Unknown:
            pass
        except Unreadable:
            if not self.bench.is_general(key):
                raise
        return self.declared(key, other, work) or Opinion("exact", kind="definition")

    def cases(self, work: Work, left: Read, right: Read) -> Opinion | None:
        """The verdict on a general formula, tried at every index for which the article has numbers or formulas; None
        where it has none."""
        assert left.tree and right.tree
        pattern = self.pattern(left.tree)
        held = 0
        for symbol in self.written.get(pattern.base, ()) if pattern else ():
            assert pattern
            bound = match(pattern.sub, symbol.sub, match(pattern.label, symbol.label, {}))
            if not bound:
                continue
            try:
                a, b = (
                    Meaning(self.world, work.order, None, dict(bound)).of(tree)[0] for tree in (left.tree, right.tree)
                )
                same = self.bench.identical(a, b, work)
            except (Unreadable, Mismatch):
                continue
            if same is False:
                return Opinion("wrong", f"this does not hold for {symbol.key}", at=right.side.start)
            held += bool(same)
        return Opinion("exact") if held else None

    @cached_property
    def written(self) -> dict[str, list[Symbol]]:
        """The symbols of the article by their bases, so many of each as are tried."""
        found: dict[str, list[Symbol]] = {}
        for key in sorted(self.world.knowledge.written):
            symbol = self.world.knowledge.symbols[key]
            if len(found.setdefault(symbol.base, [])) < MAXIMAL_CASES:
                found[symbol.base].append(symbol)
        return found

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

    def states_value(self, work: Work) -> bool:
        return any(read.tree and is_closed(read.tree) for read in work.sides)

    def given(self, work: Work, key: str, other: Read) -> Opinion | None:
        """A value that the article simply gives."""
        special = is_derived(key)
        if self.world.definition(key, work.order) or (special and not self.unconnected(key, work)):
            return None
        assert other.tree
        self.bench.meaning(work, other.tree)
        earlier = self.world.value_event(key, work.order)
        renewed = earlier is not None and earlier.order < work.order and not alike(earlier.tree, other.tree)
        why = (
            f"a new value; it was {earlier.read.side.latex} in line {earlier.read.side.place[0]}"
            if earlier and renewed
            else ""
        )
        return self.declared(key, other, work) or Opinion("exact", why, kind="definition")

    def unconnected(self, key: str, work: Work) -> bool:
        """Whether a derivative or an updated value has neither formula nor network behind it."""
        if self.world.definitions(key, work.order):
            return False
        if not key.startswith(SLOPE):
            return not self.world.rules
        return any(
            self.unconnected_slope(work, read) for read in work.sides if read.tree and quantity(read.tree) == key
        )

    def unconnected_slope(self, work: Work, read: Read) -> bool:
        """Whether a derivative cannot be worked out from the article's formulas."""
        assert read.tree
        try:
            self.bench.truth.differentiated(self.bench.meaning(work, read.tree)[0], work.order)
        except FAILURES:
            return True
        return False

    def declared(self, key: str, other: Read, work: Work) -> Opinion | None:
        r"""A value whose shape is not that of the quantity's set."""
        if not self.world.knowledge.sets.get(key):
            return None
        wanted = self.world.declared(key)
        _, declaration = self.world.knowledge.sets[key][0]
        if wanted is None or not self.world.is_explicit(declaration) or self.world.is_reused(key, work.order):
            return None
        assert other.tree
        try:
            _, shape = self.bench.meaning(work, other.tree)
        except (Unreadable, Mismatch):
            return None
        if shape == wanted:
            return None
        return Opinion(
            "wrong",
            f"{key} is declared {describe(wanted)} in line {declaration.names.place[0]}, but this is {describe(shape)}",
            at=other.side.start,
        )

    def assignment(self, work: Work, key: str, other: Read) -> Opinion:
        r"""`w = w - \eta \ldots`: a new value; held against the article's general rule where there is one."""
        assert other.tree
        b, _ = self.bench.meaning(work, other.tree)
        leaf = Term("updated", (Term("name", (key,)),))
        rule = self.world.rule(leaf, work.order) if not key.endswith(NEW) else None
        if rule is not None and not is_closed(other.tree) and self.bench.identical(rule, b, work) is False:
            return Opinion(
                "wrong",
                f"this is not the rule of line {self.world.rules[0].event.read.side.place[0]}",
                at=other.side.start,
                kind="gradient",
            )
        return Opinion("exact", kind="gradient" if "partial" in {node.head for node in walk(b)} else "definition")

    def rule_holds(self, other: Read) -> Opinion:
        """A general update rule: wrong only where every line that applies it says otherwise, and all in one way."""
        lines = []
        for work in self.bench.works:
            key = quantity(work.sides[0].tree) if work.sides[0].tree else None
            formula = work.sides[1].tree
            if key and key.endswith(NEW) and formula and not is_closed(formula) and work.sides[1] is not other:
                try:
                    leaf, _ = self.bench.meaning(work, work.sides[0].tree)  # type: ignore[arg-type]
                    rule = self.world.rule(leaf, work.order)
                    if rule is None:
                        continue
                    if self.bench.identical(rule, self.bench.meaning(work, formula)[0], work) is not False:
                        return Opinion("exact", kind="definition")
                    lines.append(str(work.sides[0].side.place[0]))
                except (Unreadable, Mismatch):
                    continue
        if not lines:
            return Opinion("exact", kind="definition")
        self.world.rules.clear()
        return Opinion(
            "wrong",
            f"the parameters are not updated by this rule in line {', '.join(lines)}",
            at=other.side.start,
            kind="definition",
        )
