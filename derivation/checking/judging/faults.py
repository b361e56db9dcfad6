"""What is said of an equality that does not hold: the mistake, the line it goes back to, what should stand there."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Sequence

from flint import arb

from derivation.checking.facts.knowledge import (
    NEW,
    SLOPE,
    Event,
    Read,
    Work,
    is_closed,
    is_derived,
    named,
    quantity,
    shown,
    substitutions,
)
from derivation.checking.facts.meaning import FAILURES, Mismatch
from derivation.checking.facts.values import half_unit, key_of, quantities
from derivation.checking.facts.world import MAXIMAL_VALUES, order_of
from derivation.checking.judging.bench import Bench, Opinion, near
from derivation.checking.judging.compare import Comparison, equal, printed_entries
from derivation.checking.judging.expected import as_printed, formula_of
from derivation.checking.judging.mistakes import named_mistake
from derivation.checking.reading.trees import Tree, nodes
from derivation.formulas.arrays import Array, Shape
from derivation.formulas.numbers import exact
from derivation.formulas.terms import Term, is_literal

SEVERAL = 3
"""Values of one name from which on it stands for several things."""


class Faults:
    """Explains sides that differ; some turn out to be new definitions, or questions to the author."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.world = bench, bench.world

    def mismatched(self, error: Mismatch, left: Read, right: Read) -> Opinion:
        """Shapes that do not fit are a mistake, unless they are shapes of our own making."""
        made = sorted(self.world.gathered & {key for read in (left, right) for key in read.named})
        lists = sorted(key for read in (left, right) for key in read.named if self.is_list(key))
        if lists:
            return Opinion(
                "undecided", f"is {', '.join(dict.fromkeys(lists))} a row or a column? {error.message}", at=error.at
            )
        if made:
            return Opinion(
                "undecided", f"is {', '.join(made)} the vector of its entries? then {error.message}", at=error.at
            )
        return Opinion("wrong", error.message, at=error.at or right.side.start)

    def is_array_derivative(self, term: Term, work: Work) -> bool:
        """Whether a term holds the derivative of one array by another, for which notations differ."""
        slopes = [
            leaf.args
            for leaf in quantities(term)
            if leaf.head == "partial" and all(part.head == "name" for part in leaf.args)
        ]
        return any(self.world.shape(of.args[0], work.order) for of, _ in slopes)

    def is_list(self, key: str) -> bool:
        """Whether a quantity was given as a list in a line, of which a row and a column may be meant."""
        learnt = self.world.learnt.get(key)
        trees = [event.tree for event in self.world.knowledge.values.get(key, [])[:MAXIMAL_VALUES]] + (
            [learnt] if learnt else []
        )
        return any(node.head == "tuple" for tree in trees for node in nodes(tree))

    def refuted(self, work: Work, left: Read, right: Read, a: Term, b: Term, comparison: Comparison) -> Opinion:
        """Two sides of symbols that are not equal for all values."""
        if self.is_new_formula(work, left, right):
            return Opinion("undecided", "this quantity was defined otherwise above; is this a new definition?")
        key = quantity(left.tree) if left.tree else None
        if any(self.bench.is_opaque(key_of(leaf)) for term in (a, b) for leaf in quantities(term)):
            return Opinion("undecided", "the article does not say what this function is")
        renamed = self.renamed(work, left, right)
        if renamed:
            return renamed
        if self.is_array_derivative(a, work) or self.is_array_derivative(b, work):
            return Opinion("undecided", "is the derivative of an array meant entry by entry, or of each entry by each?")
        mistake = named_mistake(self.bench.random, a, b, work.order)
        why = mistake or "the sides are not equal for all values"
        try:
            if comparison.agree(a, b, self.bench.candidates(work, left, a)) != "no":
                definitions = self.world.definitions(key, work.order) if key and not key.startswith(SLOPE) else []
                if key and not is_derived(key) and (not definitions or definitions[0].read is right):
                    return Opinion("exact", kind="definition")
                why += "; they happen to be so for these numbers"
        except FAILURES:
            pass
        why += self.otherwise(work, quantity(left.tree) if left.tree else None, right)
        return Opinion("wrong", why, self.expectation(a, b, work), right.side.start)

    def renamed(self, work: Work, left: Read, right: Read) -> Opinion | None:
        """The verdict where a name gets another meaning in a later section, if the article is granted that it does
        so."""
        assert left.tree
        key = quantity(left.tree)
        if key is None or key.endswith(NEW) or "renamed" not in self.bench.granted or left is not work.sides[0]:
            return None
        if key.startswith(SLOPE):
            return self.elsewhere(work, key)
        definitions = self.world.definitions(key, work.order)
        event = definitions[0] if definitions else self.world.value_event(key, work.order)
        if event is None or event.work is work or self.world.sections[event.order] == self.world.sections[work.order]:
            return None
        self.bench.redefine(key, work.order)
        side = event.read.side
        return Opinion(
            "exact",
            f"defined anew: it was {side.latex} in line {side.place[0]}",
            kind="definition",
            granted=frozenset(("renamed",)),
        )

    def elsewhere(self, work: Work, key: str) -> Opinion | None:
        """A derivative in an article that reuses names: its formulas may be those of another section."""
        of = key[1:].partition(SLOPE)[0]
        definitions = self.world.definitions(of, work.order)
        if not definitions or self.world.sections[definitions[0].order] == self.world.sections[work.order]:
            return None
        line = definitions[0].read.side.place[0]
        return Opinion(
            "undecided",
            f"{of} was defined in another section (line {line}); is it the same here?",
            granted=frozenset(("renamed",)),
        )

    def otherwise(self, work: Work, key: str | None, right: Read) -> str:
        """What the article says of a quantity elsewhere."""
        definitions = self.world.definitions(key, work.order) if key and not key.startswith(SLOPE) else []
        if (
            not definitions
            or definitions[0].read is right
            or definitions[0].work is work
            or (right.tree and is_closed(right.tree))
        ):
            return ""
        place, latex = definitions[0].read.side.place[0], definitions[0].read.side.latex
        return f": line {place} says {latex}" + self.through(right, work, place)

    def through(self, right: Read, work: Work, but: int) -> str:
        """The lines that give the right side's names their meaning."""
        lines = []
        for key in dict.fromkeys(right.named):
            sides = [event.read.side for event in self.world.definitions(key, work.order)[:1]]
            lines += [
                f"{shown(key)} is {side.latex} in line {side.place[0]}"
                for side in sides
                if side.place[0] not in (but, right.side.place[0])
            ]
        return f"; {'; '.join(lines)}" if lines else ""

    def is_new_formula(self, work: Work, left: Read, right: Read) -> bool:
        """Whether a formula is so different from the one above that it defines the name anew: other functions, other
        names."""
        key = quantity(left.tree) if left.tree else None
        definitions = self.world.definitions(key, work.order) if key and not key.startswith(SLOPE) else []
        if not definitions or definitions[0].read is right or definitions[0].work is work:
            return False
        mine, yours = (
            ({node.args[0] for node in nodes(tree) if node.head == "call"}, set(named(tree)))
            for tree in (definitions[0].tree, right.tree)
            if tree
        )
        shared = mine[1] & yours[1]
        other_functions = mine[0] != yours[0] and not yours[0] < mine[0]
        new = other_functions or (
            len(shared) * 3 < len(mine[1] | yours[1]) and not self.reaches(yours[1], mine[1], work)
        )
        if new:
            assert key
            self.bench.redefine(key, work.order)
        return new

    def reaches(self, keys: set[str], others: set[str], work: Work) -> bool:
        """Whether some of the names lead to the others through their formulas."""
        for key in keys:
            for event in self.world.definitions(key, work.order)[:1]:
                if set(event.read.named) & others:
                    return True
        return False

    def disagreed(self, work: Work, left: Read, right: Read, a: Term, b: Term, comparison: Comparison) -> Opinion:
        """Two sides whose numbers differ."""
        assert left.tree and right.tree
        replaced = self.put_in(work, left.tree, right.tree)
        if replaced:
            return replaced
        key = quantity(left.tree)
        renamed = self.renamed(work, left, right)
        if renamed:
            return renamed
        if key and is_closed(right.tree) and (stated := self.stated_elsewhere(key, work)):
            return Opinion(
                "exact",
                f"a new value; it was {stated.read.side.latex} in line {stated.read.side.place[0]}",
                kind="definition",
            )
        if key and is_closed(right.tree) and self.takes_new_value(work, key):
            return Opinion(
                "undecided", f"{key} stands for several values in this article; is this a new one?", kind="definition"
            )
        mistake = named_mistake([self.bench.truth], a, b, work.order) if key else None
        why = mistake or "the values differ"
        if comparison.difference:
            place, found = comparison.difference.place, comparison.difference.found
            value = as_printed(comparison.difference.value, found)
            where = f"entry {place[0] if len(place) == 1 else place}: " if place else ""
            why = f"{mistake + ': ' if mistake else ''}{where}{value}, not {found}"
        return Opinion("wrong", why + self.otherwise(work, key, right), self.expectation(a, b, work), right.side.start)

    def stated_elsewhere(self, key: str, work: Work) -> Event | None:
        """What another section says of a quantity that gets a plain value here, in an article that gives it several.
        From here on it has this one."""
        here = self.world.sections[work.order]
        events = [
            event
            for event in self.world.knowledge.values.get(key, [])[:MAXIMAL_VALUES]
            if not event.assigned and event.work is not work
        ]
        before = self.world.value_event(key, work.order)
        if is_derived(key) or before is None or len({event.read.side.latex for event in events}) < SEVERAL - 1:
            return None
        if any(
            self.world.sections[event.order] == here
            for event in (*events, *self.world.definitions(key, work.order))
            if event.work is not work
        ):
            return None
        self.bench.redefine(key, work.order)
        return events[0]

    def takes_new_value(self, work: Work, key: str) -> bool:
        """Whether the article uses a name for several things: it has three values at least that do not come from each
        other. From here on it has the value that is given here."""
        if is_derived(key):
            return False
        texts = {
            event.read.side.latex
            for event in self.world.knowledge.values.get(key, [])[:MAXIMAL_VALUES]
            if not event.assigned
        }
        if len(texts) < SEVERAL and not self.bench.is_general(key):
            return False
        self.bench.redefine(key, work.order)
        return True

    def put_in(self, work: Work, left: Tree, right: Tree) -> Opinion | None:
        """The name for which another value was put in than the article gives it."""
        for stated, tree in self.substitutions(work, left, right):
            key = quantity(stated)
            if key is None or self.world.definitions(key, work.order) or key == quantity(left):
                continue
            event = self.world.value_event(key, work.order)
            if event is None:
                continue
            given, used = (self.bench.values(t, work) for t in (event.tree, tree))
            if given is None or used is None or equal(given, used) or given.shape != used.shape:
                continue
            line = event.read.side.place[0]
            if self.bench.is_slip(work, right):
                return Opinion(
                    "wrong",
                    f"{shown(key)} is {event.read.side.latex} in line {line}, but another value is put in here",
                    at=tree.start,
                )
            insort(
                self.world.knowledge.values[key],
                Event(work.order, tree, Read(event.read.side, tree), work),
                key=order_of,
            )
            if key in self.bench.used or self.has_other_value(key, event, work):
                return Opinion(
                    "undecided", f"{shown(key)} is {event.read.side.latex} in line {line}; is this a new value?"
                )
            return Opinion(
                "wrong",
                f"{shown(key)} is {event.read.side.latex} in line {line}, but another value is put in here",
                at=tree.start,
            )
        return None

    def substitutions(self, work: Work, left: Tree, right: Tree) -> Iterator[tuple[Tree, Tree]]:
        """The values put in for the names of a side, or of the formula of the quantity that it is."""
        key = quantity(left)
        section = self.world.sections[work.order]
        formulas = (
            [
                event.tree
                for event in self.world.definitions(key, work.order)[:1]
                if self.world.sections[event.order] == section
            ]
            if key
            else []
        )
        for formula in formulas or [left]:
            yield from substitutions(formula, right)

    def has_other_value(self, key: str, event: Event, work: Work) -> bool:
        """Whether the article gives a quantity several values, but for those that an update will give it only later."""
        others = (
            other
            for other in self.world.knowledge.values.get(key, [])[:MAXIMAL_VALUES]
            if other.order < work.order or not other.assigned
        )
        return any(
            other.read.side.latex != event.read.side.latex and other.read.side is not work.sides[0].side
            for other in others
        )

    def misprint(self, work: Work, left: Tree, right: Tree) -> Opinion | None:
        """A value put in that has other last digits than the line which gives it, and that are not those of the true
        value either."""
        for stated, tree in self.substitutions(work, left, right):
            event = self.world.value_event(quantity(stated) or "", work.order)
            if event is None or event.order >= work.order:
                continue
            try:
                given, used = (self.bench.meaning(work, side)[0] for side in (event.tree, tree))
                if not (is_literal(given) and is_literal(used)) or given == used:
                    continue
                truth = self.bench.truth.value(self.bench.meaning(work, stated)[0], work.order)
            except FAILURES:
                continue
            if miscopied(truth, *printed_entries(given), *printed_entries(used)):
                line = event.read.side.place[0]
                return Opinion(
                    "wrong",
                    f"{shown(quantity(stated) or '')} is {event.read.side.latex} in line {line}: it is not copied "
                    f"rightly",
                    at=tree.start,
                )
        return None

    def expectation(self, a: Term, b: Term, work: Work) -> str | None:
        """What should stand on the right, as LaTeX: numbers in the precision of the article, or a formula."""
        try:
            if any(leaf for leaf in quantities(b)) and not is_literal(b):
                return formula_of(self.world, a, work.order)
            value = (self.bench.truth if a.head in ("name", "partial", "updated") else self.bench.printed).value(
                a, work.order
            )
            return as_printed(value, b)
        except FAILURES:
            return None


def miscopied(truth: Array, given: Sequence[str], shape: Shape, used: Sequence[str], other: Shape) -> bool:
    """Whether numerals were copied with as many digits, but other last ones, than they were given, and neither rounded
    nor cut from the truth."""
    if shape != other or truth.shape != shape:
        return False
    return any(
        was != now
        and places(was) == places(now)
        and near(exact(was), exact(now))
        and not abs(arb(x) - arb(exact(now))) < arb(2 * half_unit(now))
        for x, was, now in zip(truth.entries, given, used, strict=True)
    )


def places(numeral: str) -> int:
    return len(numeral.partition(".")[2])
