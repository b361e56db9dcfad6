"""Verdicts: every chain of the article, link by link.

An equality between symbols is tried at random points, since numbers are blind where a value is 0, 1 or symmetric; an equality that holds
numbers is compared as printed and in truth (`compare.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flint import arb, fmpq

from ..arrays import Array
from ..evaluate import Undefined
from ..numbers import Uncertain, UndefinedValue
from ..resolve import describe
from ..reverse import NoDerivative
from ..terms import Term, is_literal, walk
from .compare import Comparison, Leniency, NoValue, equal
from .expected import as_printed, formula_of
from .knowledge import NEW, SLOPE, Event, Read, Work, is_assignment, is_closed, letters, match, quantity, shown
from .meaning import Meaning, Mismatch, Unknown, alike
from .mistakes import named_mistake
from .reading import Tree
from .symbols import Symbol
from .tokens import Unreadable
from .values import Printed, Random, Truth, key_of, quantities
from .verdicts import Equality, Kind, Verdict
from .world import World

TRIALS = 3
SEVERAL = 3
ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class Opinion:
    """What is thought of one pair of sides."""

    verdict: Verdict
    why: str = ""
    expected: str | None = None
    at: int | None = None
    kind: Kind | None = None
    follows: bool = False
    granted: frozenset[str] = frozenset()


HOLDS = Opinion("exact")


class Judge:
    """Judges the chains of one article, in order, by what its way of rounding is granted."""

    def __init__(self, world: World, works: Sequence[Work], granted: frozenset[Leniency]) -> None:
        self.world, self.works, self.granted = world, works, granted
        self.truth, self.printed = Truth(world), Printed(world)
        self.mistaken: dict[str, int] = {}
        """Quantities whose line is wrong, with the line."""
        self.used: set[str] = set()
        self.random = [Random(world, trial) for trial in range(ATTEMPTS)]

    def equalities(self) -> Iterator[Equality]:
        """A verdict for every pair of neighbouring sides."""
        for work in self.works:
            yield from self.chain(work)

    def chain(self, work: Work) -> Iterator[Equality]:
        """The links of a chain; after a wrong side, the next is held against it and, if that fails, against the side before."""
        sound, wrong_line = 0, 0
        for k in range(1, len(work.sides)):
            opinion = self.pair(work, k - 1, k)
            if wrong_line and sound < k - 1:
                opinion, sound = self.after_slip(work, sound, k, opinion, wrong_line)
            elif opinion.verdict == "wrong":
                wrong_line = work.sides[k].side.place[0]
                opinion = self.with_next(work, k, opinion)
            else:
                sound = k
            yield self.equality(work, k, opinion)

    def after_slip(self, work: Work, sound: int, k: int, opinion: Opinion, line: int) -> tuple[Opinion, int]:
        """The verdict behind a wrong side, and the last side that is sound."""
        if opinion.verdict in ("exact", "rounded"):
            return replace(opinion, follows=True, why=f"goes on from the mistake in line {line}"), k
        again = self.pair(work, sound, k)
        if again.verdict in ("exact", "rounded"):
            return replace(again, why=f"right again: the slip is in line {line} only"), k
        return (opinion if opinion.verdict != "undecided" else again), sound

    def with_next(self, work: Work, k: int, opinion: Opinion) -> Opinion:
        """A slip that is right on the next line is said to be one."""
        if k + 1 < len(work.sides) and self.pair(work, k, k + 1).verdict == "wrong" and self.pair(work, k - 1, k + 1).verdict in ("exact", "rounded"):
            line = work.sides[k + 1].side.place[0]
            return replace(opinion, why=f"{opinion.why}; the article goes on with the right value (line {line}), so this is a slip of the pen")
        self.blame(work)
        return opinion

    def blame(self, work: Work) -> None:
        for key in work.quantities:
            self.mistaken.setdefault(key, work.sides[0].side.place[0])

    def equality(self, work: Work, k: int, opinion: Opinion) -> Equality:
        left, right = work.sides[k - 1], work.sides[k]
        follows = None
        if opinion.follows:
            follows = next((self.mistaken[key] for key in self.keys(left) + work.quantities if key in self.mistaken), None)
        why = opinion.why or (f"follows from the mistake in line {follows}" if follows else "")
        return Equality(
            left.side,
            right.side,
            work.relations[k - 1],
            opinion.verdict,
            opinion.kind or kind(left, right),
            why,
            opinion.expected,
            opinion.at,
            follows,
            opinion.granted,
        )

    @staticmethod
    def keys(read: Read) -> list[str]:
        from .reading import walk as nodes

        return [key for node in nodes(read.tree) if (key := quantity(node))] if read.tree else []

    # One pair

    def pair(self, work: Work, i: int, k: int) -> Opinion:
        left, right = work.sides[i], work.sides[k]
        for read in (left, right):
            if read.tree is None:
                assert read.problem
                return Opinion("undecided", f"not read: {read.problem.message}", at=read.problem.at)
        assert left.tree and right.tree
        self.world.assumed.clear()
        self.world.conventions.clear()
        self.world.parameters = free_names(left.tree)
        try:
            opinion = self.decided(work, left, right, i, k)
        except Mismatch as error:
            opinion = self.mismatched(error, left, right)
        except Unknown as error:
            opinion = Opinion("undecided", error.message, at=error.at or None)
        except Unreadable as error:
            opinion = Opinion("undecided", f"not read: {error.message}", at=error.at or None)
        except (NoValue, NoDerivative, Undefined) as error:
            opinion = Opinion("undecided", f"there is no value: {error}")
        except (Uncertain, UndefinedValue, ArithmeticError, ValueError, RecursionError) as error:
            opinion = Opinion("undecided", f"no value could be made certain: {error}")
        return self.with_convention(opinion)

    def mismatched(self, error: Mismatch, left: Read, right: Read) -> Opinion:
        """Shapes that do not fit are a mistake, unless they are shapes of our own making."""
        made = sorted(self.world.gathered & {key for read in (left, right) for key in self.keys(read)})
        if made:
            return Opinion("undecided", f"is {', '.join(made)} the vector of its entries? then {error.message}", at=error.at)
        return Opinion("wrong", error.message, at=error.at or right.side.start)

    def with_convention(self, opinion: Opinion) -> Opinion:
        """What fails only under an assumption of ours is not called wrong."""
        if opinion.verdict == "wrong" and self.world.assumed:
            return Opinion("undecided", f"nothing is said of {', '.join(sorted(self.world.assumed))}; it does not hold for all numbers")
        return opinion

    def decided(self, work: Work, left: Read, right: Read, i: int, k: int) -> Opinion:
        assert left.tree and right.tree
        defined = self.definition(work, left, right, k)
        if defined:
            return defined
        relation = work.relations[k - 1]
        if is_closed(right.tree) and quantity(left.tree) is None:
            self.learn(left.tree, right.tree)
        comparison = Comparison(self.world, self.truth, self.printed, work.order, self.granted, relation, lambda: self.subject(work))
        try:
            a, first = self.meaning(work, left.tree)
            b, second = self.meaning(work, right.tree)
        except Unreadable as problem:
            general = self.cases(work, left, right)
            if general:
                return general
            if not isinstance(problem, Unknown) or not self.learn(left.tree, right.tree):
                raise
            (a, first), (b, second) = self.meaning(work, left.tree), self.meaning(work, right.tree)
        if first != second and not is_row_of(left.tree, right.tree, first, second):
            renamed = self.renamed(work, left, right)
            if renamed:
                return renamed
            opinion = self.mismatched(Mismatch(right.side.start, f"the left side is {describe(first)}, the right side {describe(second)}"), left, right)
            return replace(opinion, expected=self.expectation(a, b, work))
        return self.compared(work, left, right, a, b, comparison)

    def meaning(self, work: Work, tree: Tree) -> tuple[Term, tuple[int, ...]]:
        return Meaning(self.world, work.order).of(tree)

    # Definitions

    def definition(self, work: Work, left: Read, right: Read, k: int) -> Opinion | None:
        """The verdict where this equality is what gives a quantity its meaning; None where there is something to compare."""
        assert left.tree and right.tree
        if left.tree.head == "apply" and any(order == work.order for order, *_ in self.world.knowledge.functions.get(left.tree.args[0].key, ())):
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
        if key.startswith(SLOPE) and definitions and definitions[0].read is other and self.unconnected_slope(work, read):
            return Opinion("undecided", "no formula of the article leads from the one quantity to the other, so this derivative is taken as it is given")
        if definitions and definitions[0].read is not other and alike(definitions[0].tree, other.tree) and not key.startswith(SLOPE) and not key.endswith(NEW):
            return Opinion("exact", kind="definition")
        if not definitions or definitions[0].read is not other or key.startswith(SLOPE) or (key.endswith(NEW) and self.world.rules):
            return None
        earlier = self.world.value_event(key, work.order)
        if earlier and earlier.order < work.order and not earlier.assigned and not self.states_value(work):
            return None
        try:
            self.meaning(work, other.tree)
        except Unknown:
            pass
        except Unreadable:
            if not self.is_general(key):
                raise
        return self.declared(key, other, work) or Opinion("exact", kind="definition")

    def is_general(self, key: str) -> bool:
        """Whether a quantity stands for one at every index."""
        symbol = self.world.knowledge.symbols.get(key)
        return symbol is not None and key in self.world.knowledge.patterns.get(symbol.base, ())

    def cases(self, work: Work, left: Read, right: Read) -> Opinion | None:
        """The verdict on a general formula, tried at every index for which the article has numbers or formulas; None where it has none."""
        assert left.tree and right.tree
        pattern = self.pattern(left.tree)
        held = 0
        for key in sorted(self.world.knowledge.written) if pattern else ():
            symbol = self.world.knowledge.symbols[key]
            assert pattern
            bound = match(pattern.sub, symbol.sub, match(pattern.label, symbol.label, {})) if symbol.base == pattern.base else None
            if not bound:
                continue
            try:
                a, b = (Meaning(self.world, work.order, None, dict(bound)).of(tree)[0] for tree in (left.tree, right.tree))
                same = self.identical(a, b, work)
            except (Unreadable, Mismatch):
                continue
            if same is False:
                return Opinion("wrong", f"this does not hold for {symbol.key}", at=right.side.start)
            held += bool(same)
        return Opinion("exact") if held else None

    @staticmethod
    def pattern(tree: Tree) -> Symbol | None:
        """The symbol of a tree with the most index letters."""
        symbols = [node.args[0] for node in _nodes(tree) if node.head == "name"]
        best = max(symbols, key=lambda symbol: sum(len(part) for part in (*symbol.sub, *symbol.label) if letters(part)), default=None)
        return best if best and any(letters(part) for part in (*best.sub, *best.label)) else None

    def states_value(self, work: Work) -> bool:
        return any(read.tree and is_closed(read.tree) for read in work.sides)

    def given(self, work: Work, key: str, other: Read) -> Opinion | None:
        """A value that the article simply gives."""
        special = key.startswith(SLOPE) or key.endswith(NEW)
        if self.world.definition(key, work.order) or (special and not self.unconnected(key, work)):
            return None
        assert other.tree
        self.meaning(work, other.tree)
        earlier = self.world.value_event(key, work.order)
        renewed = earlier is not None and earlier.order < work.order and not alike(earlier.tree, other.tree)
        why = f"a new value; it was {earlier.read.side.latex} in line {earlier.read.side.place[0]}" if earlier and renewed else ""
        return self.declared(key, other, work) or Opinion("exact", why, kind="definition")

    def unconnected(self, key: str, work: Work) -> bool:
        """Whether a derivative or an updated value has neither formula nor network behind it."""
        if self.world.definitions(key, work.order):
            return False
        if not key.startswith(SLOPE):
            return not self.world.rules
        return any(self.unconnected_slope(work, read) for read in work.sides if read.tree and quantity(read.tree) == key)

    def unconnected_slope(self, work: Work, read: Read) -> bool:
        """Whether a derivative cannot be worked out from the article's formulas."""
        assert read.tree
        try:
            self.truth.differentiated(self.meaning(work, read.tree)[0], work.order)
        except (Unreadable, Mismatch, NoDerivative, ArithmeticError, ValueError):
            return True
        return False

    def declared(self, key: str, other: Read, work: Work) -> Opinion | None:
        r"""A value whose shape is not that of the quantity's set."""
        if not self.world.knowledge.sets.get(key):
            return None
        wanted = self.world.declared(key)
        _, declaration = self.world.knowledge.sets[key][0]
        if wanted is None or (not any(word.text.isdigit() for word in declaration.set.words) and wanted != ()):
            return None
        assert other.tree
        try:
            _, shape = self.meaning(work, other.tree)
        except (Unreadable, Mismatch):
            return None
        if shape == wanted:
            return None
        return Opinion(
            "wrong", f"{key} is declared {describe(wanted)} in line {declaration.names.place[0]}, but this is {describe(shape)}", at=other.side.start
        )

    def assignment(self, work: Work, key: str, other: Read) -> Opinion:
        r"""`w = w - \eta \ldots`: a new value; held against the article's general rule where there is one."""
        assert other.tree
        b, _ = self.meaning(work, other.tree)
        leaf = Term("updated", (Term("name", (key,)),))
        rule = self.world.rule(leaf, work.order) if not key.endswith(NEW) else None
        if rule is not None and not is_closed(other.tree) and self.identical(rule, b, work) is False:
            return Opinion("wrong", f"this is not the rule of line {self.world.rules[0].event.read.side.place[0]}", at=other.side.start, kind="gradient")
        return Opinion("exact", kind="gradient" if "partial" in {node.head for node in walk(b)} else "definition")

    def rule_holds(self, other: Read) -> Opinion:
        """A general update rule: wrong only where every line that applies it says otherwise, and all in one way."""
        lines = []
        for work in self.works:
            key = quantity(work.sides[0].tree) if work.sides[0].tree else None
            formula = work.sides[1].tree
            if key and key.endswith(NEW) and formula and not is_closed(formula) and work.sides[1] is not other:
                try:
                    leaf, _ = self.meaning(work, work.sides[0].tree)  # type: ignore[arg-type]
                    rule = self.world.rule(leaf, work.order)
                    if rule is None:
                        continue
                    if self.identical(rule, self.meaning(work, formula)[0], work) is not False:
                        return Opinion("exact", kind="definition")
                    lines.append(str(work.sides[0].side.place[0]))
                except (Unreadable, Mismatch):
                    continue
        if not lines:
            return Opinion("exact", kind="definition")
        self.world.rules.clear()
        return Opinion("wrong", f"the parameters are not updated by this rule in line {', '.join(lines)}", at=other.side.start, kind="definition")

    # Comparing

    def compared(self, work: Work, left: Read, right: Read, a: Term, b: Term, comparison: Comparison) -> Opinion:
        assert left.tree and right.tree
        if not is_closed(left.tree) and not is_closed(right.tree):
            same = self.identical(a, b, work)
            if same or (same is False and self.partly(a, b, work)):
                return Opinion("exact")
            if same is False and not self.puts_in(work, left.tree, right.tree):
                return self.refuted(work, left, right, a, b, comparison)
        candidates = self.candidates(work, left, a)
        agreement = comparison.agree(a, b, candidates)
        if agreement == "no":
            return self.disagreed(work, left, right, a, b, comparison)
        self.used |= {key_of(leaf) for leaf in quantities(a)}
        if comparison.rounded_texts:
            self.world.rounded |= set(comparison.rounded_texts)
        follows = self.only_printed(work, a, b, comparison)
        return Opinion("exact" if agreement == "exact" else "rounded", self.carried(a, b, agreement, work), follows=follows, granted=frozenset(comparison.used))

    def candidates(self, work: Work, left: Read, a: Term) -> list[Array] | None:
        """The values of a quantity on the left, without the one that this very chain gives it."""
        key = quantity(left.tree) if left.tree else None
        if key is None:
            return None
        found = [self.truth.value(a, work.order)]
        event = self.world.value_event(key, work.order)
        if event and event.order < work.order:
            found.insert(0, self.printed.value(a, work.order))
        return found

    def only_printed(self, work: Work, a: Term, b: Term, comparison: Comparison) -> bool:
        """Whether the sides agree only because both go on from an earlier mistake."""
        if not any(key_of(leaf) in self.mistaken for leaf in quantities(a)):
            return False
        try:
            return comparison.sides([self.truth.value(a, work.order)], None, b) == "no"
        except (NoValue, Unreadable, Mismatch, NoDerivative, ArithmeticError, ValueError):
            return False

    def carried(self, a: Term, b: Term, agreement: str, work: Work) -> str:
        """Where rounding comes from that was made in an earlier line."""
        if agreement != "rounded":
            return ""
        for leaf in quantities(a):
            event = self.world.value_event(key_of(leaf), work.order)
            if event and event.order < work.order and any(node.head == "number" and node.args[0] in self.world.rounded for node in _nodes(event.tree)):
                return f"rounding carried from line {event.read.side.place[0]}"
        return ""

    def subject(self, work: Work) -> Array | None:
        """The true value of the quantity that a chain is about."""
        first = work.sides[0].tree
        key = quantity(first) if first else None
        if first is None or key is None or not (self.world.definition(key, work.order) or key.startswith(SLOPE) or key.endswith(NEW)):
            return None
        try:
            return self.truth.value(self.meaning(work, first)[0], work.order)
        except (Unreadable, Mismatch, NoDerivative, ArithmeticError, ValueError):
            return None

    def identical(self, a: Term, b: Term, work: Work, points: Sequence[Random] | None = None) -> bool | None:
        """Whether the sides are equal at random points; None where they have no values there."""
        tried = 0
        for point in points or self.random:
            try:
                if not equal(point.value(a, work.order), point.value(b, work.order)):
                    return False
                tried += 1
            except (Unreadable, Mismatch, NoDerivative):
                return None
            except (ArithmeticError, ValueError):
                continue
            if tried == TRIALS:
                return True
        return True if tried else None

    def partly(self, a: Term, b: Term, work: Work) -> bool:
        """Whether the sides are equal for all values of the names they share, with the values put in of those that only one has."""
        whole = self.world.definition(a.args[0], work.order) if a.head == "name" else None
        for left in (a, whole[0] if whole else None):
            if left is None:
                continue
            mine, yours = ({key_of(leaf) for leaf in quantities(term)} for term in (left, b))
            if mine & yours and mine != yours:
                points = [Random(self.world, trial, frozenset(mine ^ yours), self.printed, surface=True) for trial in range(ATTEMPTS)]
                if self.identical(left, b, work, points):
                    return True
        return False

    def puts_in(self, work: Work, left: Tree, right: Tree) -> bool:
        """Whether the right side has numbers where the left has names: values were put in."""
        key = quantity(left)
        definitions = self.world.definitions(key, work.order) if key else []
        spelled = definitions[0].tree if definitions else left
        mine, yours = ({node.args[0] for node in _nodes(tree) if node.head == "number"} for tree in (spelled, right))
        if not yours - mine:
            return False
        if key and not definitions:
            return True
        return bool(named(spelled) - named(right))

    # Saying what is wrong

    def refuted(self, work: Work, left: Read, right: Read, a: Term, b: Term, comparison: Comparison) -> Opinion:
        """Two sides of symbols that are not equal for all values."""
        if self.is_new_formula(work, left, right):
            return Opinion("undecided", "this quantity was defined otherwise above; is this a new definition?")
        key = quantity(left.tree) if left.tree else None
        if any(self.is_opaque(key_of(leaf)) for term in (a, b) for leaf in quantities(term)):
            return Opinion("undecided", "the article does not say what this function is")
        renamed = self.renamed(work, left, right)
        if renamed:
            return renamed
        mistake = named_mistake(self.random, a, b, work.order)
        why = mistake or "the sides are not equal for all values"
        try:
            if comparison.agree(a, b, self.candidates(work, left, a)) != "no":
                definitions = self.world.definitions(key, work.order) if key and not key.startswith(SLOPE) else []
                if key and not key.startswith(SLOPE) and not key.endswith(NEW) and (not definitions or definitions[0].read is right):
                    return Opinion("exact", kind="definition")
                why += "; they happen to be so for these numbers"
        except (NoValue, Unreadable, Mismatch, ArithmeticError, ValueError):
            pass
        why += self.otherwise(work, quantity(left.tree) if left.tree else None, right)
        return Opinion("wrong", why, self.expectation(a, b, work), right.side.start)

    def renamed(self, work: Work, left: Read, right: Read) -> Opinion | None:
        """The verdict where a name gets another meaning in a later section, if the article is granted that it does so."""
        assert left.tree
        key = quantity(left.tree)
        if key is None or key.endswith(NEW) or "renamed" not in self.granted or left is not work.sides[0]:
            return None
        if key.startswith(SLOPE):
            return self.elsewhere(work, key)
        definitions = self.world.definitions(key, work.order)
        event = definitions[0] if definitions else self.world.value_event(key, work.order)
        if event is None or event.work is work or self.world.sections[event.order] == self.world.sections[work.order]:
            return None
        self.redefine(key, work.order)
        side = event.read.side
        return Opinion("exact", f"defined anew: it was {side.latex} in line {side.place[0]}", kind="definition", granted=frozenset(("renamed",)))

    def elsewhere(self, work: Work, key: str) -> Opinion | None:
        """A derivative in an article that reuses names: its formulas may be those of another section."""
        of = key[1:].partition(SLOPE)[0]
        definitions = self.world.definitions(of, work.order)
        if not definitions or self.world.sections[definitions[0].order] == self.world.sections[work.order]:
            return None
        line = definitions[0].read.side.place[0]
        return Opinion("undecided", f"{of} was defined in another section (line {line}); is it the same here?", granted=frozenset(("renamed",)))

    def is_opaque(self, key: str) -> bool:
        """Whether a quantity is the call of a function that the article does not define."""
        symbol = self.world.knowledge.symbols.get(key)
        return symbol is not None and "(" in symbol.base

    def otherwise(self, work: Work, key: str | None, right: Read) -> str:
        """What the article says of a quantity elsewhere."""
        definitions = self.world.definitions(key, work.order) if key and not key.startswith(SLOPE) else []
        if not definitions or definitions[0].read is right or definitions[0].work is work or (right.tree and is_closed(right.tree)):
            return ""
        place, latex = definitions[0].read.side.place[0], definitions[0].read.side.latex
        return f": line {place} says {latex}" + self.through(right, work, place)

    def through(self, right: Read, work: Work, but: int) -> str:
        """The lines that give the right side's names their meaning."""
        lines = []
        for key in dict.fromkeys(self.keys(right)):
            sides = [event.read.side for event in self.world.definitions(key, work.order)[:1]]
            lines += [f"{shown(key)} is {side.latex} in line {side.place[0]}" for side in sides if side.place[0] not in (but, right.side.place[0])]
        return f"; {'; '.join(lines)}" if lines else ""

    def is_new_formula(self, work: Work, left: Read, right: Read) -> bool:
        """Whether a formula is so different from the one above that it defines the name anew: other functions, other names."""
        key = quantity(left.tree) if left.tree else None
        definitions = self.world.definitions(key, work.order) if key and not key.startswith(SLOPE) else []
        if not definitions or definitions[0].read is right or definitions[0].work is work:
            return False
        mine, yours = (
            ({node.args[0] for node in _nodes(tree) if node.head == "call"}, set(self.keys(Read(right.side, tree))))
            for tree in (definitions[0].tree, right.tree)
            if tree
        )
        shared = mine[1] & yours[1]
        other_functions = mine[0] != yours[0] and not yours[0] < mine[0]
        new = other_functions or (len(shared) * 3 < len(mine[1] | yours[1]) and not self.reaches(yours[1], mine[1], work))
        if new:
            assert key
            self.redefine(key, work.order)
        return new

    def reaches(self, keys: set[str], others: set[str], work: Work) -> bool:
        """Whether some of the names lead to the others through their formulas."""
        for key in keys:
            for event in self.world.definitions(key, work.order)[:1]:
                if set(self.keys(event.read)) & others:
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
        if key and is_closed(right.tree) and self.takes_new_value(work, key):
            return Opinion("undecided", f"{key} stands for several values in this article; is this a new one?", kind="definition")
        mistake = named_mistake([self.truth], a, b, work.order) if key else None
        why = mistake or "the values differ"
        if comparison.difference:
            place, found = comparison.difference.place, comparison.difference.found
            value = as_printed(comparison.difference.value, found)
            where = f"entry {place[0] if len(place) == 1 else place}: " if place else ""
            why = f"{mistake + ': ' if mistake else ''}{where}{value}, not {found}"
        return Opinion("wrong", why + self.otherwise(work, key, right), self.expectation(a, b, work), right.side.start)

    def takes_new_value(self, work: Work, key: str) -> bool:
        """Whether the article uses a name for several things: it has three values at least that do not come from each other. From here on it has
        the value that is given here."""
        if key.startswith(SLOPE) or key.endswith(NEW):
            return False
        texts = {event.read.side.latex for event in self.world.knowledge.values.get(key, ()) if not event.assigned}
        if len(texts) < SEVERAL and not self.is_general(key):
            return False
        self.redefine(key, work.order)
        return True

    def redefine(self, key: str, order: int) -> None:
        self.world.redefine(key, order)
        for mode in (self.truth, self.printed, *self.random):
            mode.cache.clear()

    def put_in(self, work: Work, left: Tree, right: Tree) -> Opinion | None:
        """The name for which another value was put in than the article gives it."""
        for key, tree in substitutions(left, right):
            if self.world.definitions(key, work.order) or key == quantity(left):
                continue
            event = self.world.value_event(key, work.order)
            if event is None:
                continue
            given, used = (self.values(t, work) for t in (event.tree, tree))
            if given is None or used is None or equal(given, used) or given.shape != used.shape:
                continue
            line = event.read.side.place[0]
            if self.is_slip(work, right):
                return Opinion("wrong", f"{shown(key)} is {event.read.side.latex} in line {line}, but another value is put in here", at=tree.start)
            self.world.knowledge.values[key].append(Event(work.order, tree, Read(event.read.side, tree), work))
            self.world.knowledge.values[key].sort(key=lambda event: event.order)
            given_values = {event.read.side.latex for event in self.world.knowledge.values.get(key, ()) if event.read.side is not work.sides[0].side}
            if key in self.used or len(given_values) > 1:
                return Opinion("undecided", f"{shown(key)} is {event.read.side.latex} in line {line}; is this a new value?")
            return Opinion("wrong", f"{shown(key)} is {event.read.side.latex} in line {line}, but another value is put in here", at=tree.start)
        return None

    def is_slip(self, work: Work, right: Tree) -> bool:
        """Whether the chain does not go on from this side."""
        following = next((work.sides[k + 1].tree for k, read in enumerate(work.sides[:-1]) if read.tree is right), None)
        here, after = self.values(right, work), self.values(following, work) if following else None
        return here is not None and after is not None and here.shape == after.shape and not all(map(near, here.entries, after.entries))

    def values(self, tree: Tree, work: Work) -> Array | None:
        try:
            return self.printed.value(self.meaning(work, tree)[0], work.order)
        except (Unreadable, Mismatch, ArithmeticError, ValueError):
            return None

    def expectation(self, a: Term, b: Term, work: Work) -> str | None:
        """What should stand on the right, as LaTeX: numbers in the precision of the article, or a formula."""
        try:
            if any(leaf for leaf in quantities(b)) and not is_literal(b):
                return formula_of(self.world, a, work.order)
            value = (self.truth if a.head in ("name", "partial", "updated") else self.printed).value(a, work.order)
            return as_printed(value, b)
        except (Unreadable, Mismatch, NoDerivative, NoValue, ArithmeticError, ValueError, KeyError):
            return None

    # Learning

    def learn(self, left: Tree, right: Tree) -> bool:
        """Takes the numbers put in for names without a value as their values; whether there were any."""
        found = False
        for key, tree in substitutions(left, right):
            stated: object = self.world.value_event(key, 1 << 60) or (self.world.definition(key, 1 << 60) and not key.startswith(SLOPE))
            symbol = self.world.knowledge.symbols.get(key)
            stated = stated or (symbol is not None and Meaning(self.world, 1 << 60).entry(symbol))
            if not stated and key not in self.world.learnt and (is_number(tree) or not self.is_opaque(key)):
                self.world.learnt[key] = tree
                self.world._shapes.clear()
                found = True
        return found


def _nodes(tree: Tree) -> list[Tree]:
    from .reading import walk as nodes

    return nodes(tree)


def is_number(tree: Tree) -> bool:
    """Whether a tree is a numeral, signed or not, or a matrix of them."""
    if tree.head in ("u-", "group", "matrix", "row", "tuple"):
        return all(is_number(child) for child in tree.children)
    return tree.head == "number"


def named(tree: Tree) -> set[str]:
    """The quantities in a tree."""
    return {key for node in _nodes(tree) if (key := quantity(node))}


def near(x: Any, y: Any) -> bool:
    """Whether two numbers are the same but for rounding."""
    return bool(abs(arb(x) - arb(y)) < arb(fmpq(1, 100)) * (1 + abs(arb(x))))


def free_names(left: Tree) -> set[str]:
    r"""The names for which a rule about functions holds whatever they are: the z of `\sigma'(z) = ...`."""
    if left.head not in ("prime", "apply"):
        return set()
    return {argument.args[0].key for argument in left.args[1:] if isinstance(argument, Tree) and argument.head == "name"}


def substitutions(left: Tree, right: Tree) -> Iterator[tuple[str, Tree]]:
    """The names of the left side with the closed parts that stand in their places on the right, where both are built alike."""
    left, right = (tree.args[0] if tree.head == "group" else tree for tree in (left, right))
    if left.head in ("name", "updated", "partial") and is_closed(right):
        key = quantity(left)
        if key:
            yield key, right
        return
    if left.head in PRODUCT_SIGNS and right.head in PRODUCT_SIGNS:
        pass
    elif left.head != right.head:
        if left.head == "+" and right.head not in ("-", "number", "u-"):  # a vanishing summand may be left out
            yield from substitutions(left.args[0], right)
        return
    mine, yours = left.children, right.children
    if len(mine) == len(yours):
        for a, b in zip(mine, yours, strict=True):
            yield from substitutions(a, b)


PRODUCT_SIGNS = frozenset(["", r"\cdot", r"\times", "*"])


def is_row_of(left: Tree, right: Tree, first: tuple[int, ...], second: tuple[int, ...]) -> bool:
    """Whether one side is a list in a line, `(1, 2)`, of which a row and a column are both meant."""
    return first == second[::-1] and "tuple" in (left.head, right.head)


def kind(left: Read, right: Read) -> Kind:
    for read in (left, right):
        if read.tree and any(node.head in ("partial", "nabla", "updated", "prime") for node in _nodes(read.tree)):
            return "gradient"
    return "arithmetic"
