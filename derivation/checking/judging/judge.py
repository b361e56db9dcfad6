"""Verdicts: every chain of the article, link by link.

An equality between symbols is tried at random points, since numbers are blind where a value is 0, 1 or symmetric; an
equality that holds numbers is compared as printed and in truth (`compare.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from derivation.checking.facts.knowledge import (
    SLOPE,
    Read,
    Work,
    is_closed,
    is_derived,
    is_number,
    named,
    quantity,
    substitutions,
)
from derivation.checking.facts.meaning import FAILURES, Meaning, Mismatch, Unknown
from derivation.checking.facts.meter import Exhausted
from derivation.checking.facts.values import Random, key_of, quantities
from derivation.checking.facts.world import World
from derivation.checking.judging.bench import ATTEMPTS, Bench, Opinion
from derivation.checking.judging.compare import Comparison, Leniency, NoValue
from derivation.checking.judging.definitions import Definitions
from derivation.checking.judging.doubts import Doubts
from derivation.checking.judging.faults import Faults
from derivation.checking.judging.verdicts import Equality, Kind
from derivation.checking.reading.tokens import Unreadable
from derivation.checking.reading.trees import Tree, mapped, nodes
from derivation.formulas.arrays import Array
from derivation.formulas.calculus.reverse import NoDerivative
from derivation.formulas.language.resolve import describe
from derivation.formulas.numbers import Undefined
from derivation.formulas.terms import Term, is_literal, matrix

SHORT = 4
"""Characters up to which a numeral can well be exact though a sign of rounding stands before it."""


class Judge:
    """Judges the chains of one article, in order, by what its way of rounding is granted."""

    def __init__(self, world: World, works: Sequence[Work], granted: frozenset[Leniency]) -> None:
        self.world, self.bench = world, Bench(world, works, granted)
        self.definitions, self.faults, self.doubts = Definitions(self.bench), Faults(self.bench), Doubts(self.bench)

    def equalities(self) -> Iterator[Equality]:
        """A verdict for every pair of neighbouring sides."""
        for work in self.bench.works:
            yield from self.chain(work)

    def chain(self, work: Work) -> Iterator[Equality]:
        """The links of a chain; after a wrong side, the next is held against it and, if that fails, against the side
        before."""
        sound, wrong_line, unsure = 0, 0, False
        for k in range(1, len(work.sides)):
            opinion = self.pair(work, k - 1, k)
            unsure = unsure or opinion.verdict == "undecided"
            if unsure and opinion.verdict != "wrong" and work.relations[k - 1] == "≈":
                self.take_as_rounded(work.sides[k])
            if wrong_line and sound < k - 1:
                opinion, sound = self.after_slip(work, sound, k, opinion, wrong_line)
            elif opinion.verdict == "wrong":
                wrong_line = work.sides[k].side.place[0]
                opinion = self.with_next(work, k, opinion)
            else:
                sound = k
            yield self.equality(work, k, opinion)

    def take_as_rounded(self, read: Read) -> None:
        """What stands behind a sign of rounding is rounded, though nothing else be known of it."""
        numerals = (node.args[0].lstrip("-") for node in nodes(read.tree) if node.head == "number") if read.tree else ()
        self.world.rounded |= {text for text in numerals if len(text) > SHORT}

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
        if (
            k + 1 < len(work.sides)
            and self.pair(work, k, k + 1).verdict == "wrong"
            and self.pair(work, k - 1, k + 1).verdict in ("exact", "rounded")
        ):
            line = work.sides[k + 1].side.place[0]
            return replace(
                opinion,
                why=f"{opinion.why}; the article goes on with the right value (line {line}), so this is a slip of "
                f"the pen",
            )
        self.blame(work)
        return opinion

    def blame(self, work: Work) -> None:
        for key in work.quantities:
            self.bench.mistaken.setdefault(key, work.sides[0].side.place[0])

    def equality(self, work: Work, k: int, opinion: Opinion) -> Equality:
        left, right = work.sides[k - 1], work.sides[k]
        follows = None
        if opinion.follows:
            follows = next(
                (self.bench.mistaken[key] for key in left.named + work.quantities if key in self.bench.mistaken), None
            )
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

    def pair(self, work: Work, i: int, k: int) -> Opinion:
        left, right = work.sides[i], work.sides[k]
        for read in (left, right):
            if read.tree is None:
                assert read.problem
                return Opinion("undecided", f"not read: {read.problem.message}", at=read.problem.at)
        self.world.meter.begin()
        try:
            return self.opinion(work, left, right, i, k)
        except Exhausted as problem:
            return Opinion("undecided", str(problem))
        except RecursionError:
            return Opinion("undecided", "no value could be made certain: nested too deeply")

    def opinion(self, work: Work, left: Read, right: Read, i: int, k: int) -> Opinion:
        """What is thought of two sides that were read."""
        assert left.tree and right.tree
        self.world.assumed.clear()
        self.world.parameters = free_names(left.tree)
        try:
            opinion = self.decided(work, left, right, i, k)
        except Mismatch as error:
            opinion = self.faults.mismatched(error, left, right)
        except Unknown as error:
            opinion = Opinion("undecided", error.message, at=error.at or None)
        except Unreadable as error:
            opinion = Opinion("undecided", f"not read: {error.message}", at=error.at or None)
        except (NoValue, NoDerivative, Undefined) as error:
            opinion = Opinion("undecided", f"there is no value: {error}")
        except FAILURES as error:
            opinion = Opinion("undecided", f"no value could be made certain: {error}")
        opinion = self.with_convention(opinion)
        if opinion.verdict == "wrong" and any(has_percent(read) for read in (left, right)):
            plain = replace(work, sides=[without_percent(read) for read in work.sides])
            again = self.pair(plain, i, k)
            opinion = again if again.verdict in ("exact", "rounded") else opinion
        doubt = self.doubts.doubt(work, left, right, opinion.expected) if opinion.verdict == "wrong" else ""
        return Opinion("undecided", doubt) if doubt else opinion

    def with_convention(self, opinion: Opinion) -> Opinion:
        """What fails only under an assumption of ours is not called wrong."""
        if opinion.verdict == "wrong" and self.world.assumed:
            return Opinion(
                "undecided",
                f"nothing is said of {', '.join(sorted(self.world.assumed))}; it does not hold for all numbers",
            )
        return opinion

    def decided(self, work: Work, left: Read, right: Read, i: int, k: int) -> Opinion:
        assert left.tree and right.tree
        defined = self.definitions.definition(work, left, right, k)
        if defined:
            return defined
        relation = work.relations[k - 1]
        if is_closed(right.tree) and quantity(left.tree) is None:
            self.learn(left.tree, right.tree, work.order)
        comparison = Comparison(
            self.world,
            self.bench.truth,
            self.bench.printed,
            work.order,
            self.bench.granted,
            relation,
            lambda: self.subject(work),
        )
        try:
            a, first = self.bench.meaning(work, left.tree)
            b, second = self.bench.meaning(work, right.tree)
        except Unreadable as problem:
            general = self.definitions.cases(work, left, right)
            if general:
                return general
            if not isinstance(problem, Unknown) or not self.learn(left.tree, right.tree, work.order):
                raise
            (a, first), (b, second) = self.bench.meaning(work, left.tree), self.bench.meaning(work, right.tree)
        if first != second and not is_row_of(left.tree, right.tree, first, second):
            renamed = self.faults.renamed(work, left, right)
            if renamed:
                return renamed
            opinion = self.faults.mismatched(
                Mismatch(right.side.start, f"the left side is {describe(first)}, the right side {describe(second)}"),
                left,
                right,
            )
            return replace(opinion, expected=self.faults.expectation(a, b, work))
        if first != second:
            a, b = (as_row(term) if tree.head == "tuple" else term for term, tree in ((a, left.tree), (b, right.tree)))
        return self.compared(work, left, right, a, b, comparison)

    def compared(self, work: Work, left: Read, right: Read, a: Term, b: Term, comparison: Comparison) -> Opinion:
        assert left.tree and right.tree
        if not is_closed(left.tree) and not is_closed(right.tree):
            same = self.bench.identical(a, b, work)
            if same or (same is False and (self.partly(a, b, work) or self.bench.directly(a, b, work))):
                return Opinion("exact")
            if same is False and not self.puts_in(work, left.tree, right.tree):
                return self.faults.refuted(work, left, right, a, b, comparison)
        if is_literal(a) and not is_literal(b) and is_closed(right.tree):
            a, b = b, a  # `2.33 = 7/3`: the numeral is the result, wherever it stands
        candidates = self.bench.candidates(work, left, a)
        agreement = comparison.agree(a, b, candidates)
        if agreement == "no":
            return self.faults.disagreed(work, left, right, a, b, comparison)
        misprint = self.faults.misprint(work, left.tree, right.tree)
        if misprint:
            return misprint
        self.bench.confirm({key_of(leaf) for leaf in quantities(a)}, work)
        if comparison.rounded_texts:
            self.world.rounded |= set(comparison.rounded_texts)
        follows = self.only_printed(work, a, b, comparison)
        return Opinion(
            "exact" if agreement == "exact" else "rounded",
            self.carried(a, b, agreement, work),
            follows=follows,
            granted=frozenset(comparison.used),
        )

    def only_printed(self, work: Work, a: Term, b: Term, comparison: Comparison) -> bool:
        """Whether the sides agree only because both go on from an earlier mistake."""
        if not any(key_of(leaf) in self.bench.mistaken for leaf in quantities(a)):
            return False
        try:
            return comparison.sides([self.bench.truth.value(a, work.order)], None, b) == "no"
        except FAILURES:
            return False

    def carried(self, a: Term, b: Term, agreement: str, work: Work) -> str:
        """Where rounding comes from that was made in an earlier line."""
        if agreement != "rounded":
            return ""
        for leaf in quantities(a):
            event = self.world.value_event(key_of(leaf), work.order)
            if (
                event
                and event.order < work.order
                and any(node.head == "number" and node.args[0] in self.world.rounded for node in nodes(event.tree))
            ):
                return f"rounding carried from line {event.read.side.place[0]}"
        return ""

    def subject(self, work: Work) -> Array | None:
        """The true value of the quantity that a chain is about."""
        first = work.sides[0].tree
        key = quantity(first) if first else None
        if first is None or key is None or not (self.world.definition(key, work.order) or is_derived(key)):
            return None
        try:
            return self.bench.truth.value(self.bench.meaning(work, first)[0], work.order)
        except FAILURES:
            return None

    def partly(self, a: Term, b: Term, work: Work) -> bool:
        """Whether the sides are equal for all values of the names they share, with the values put in of those that only
        one has."""
        whole = self.world.definition(a.args[0], work.order) if a.head == "name" else None
        for left in (a, whole[0] if whole else None):
            if left is None:
                continue
            mine, yours = ({key_of(leaf) for leaf in quantities(term)} for term in (left, b))
            if mine & yours and mine != yours:
                points = [
                    Random(self.world, trial, frozenset(mine ^ yours), self.bench.printed, surface=True)
                    for trial in range(ATTEMPTS)
                ]
                if self.bench.identical(left, b, work, points):
                    return True
        return False

    def puts_in(self, work: Work, left: Tree, right: Tree) -> bool:
        """Whether the right side has numbers where the left has names: values were put in."""
        key = quantity(left)
        definitions = self.world.definitions(key, work.order) if key else []
        spelled = definitions[0].tree if definitions else left
        mine, yours = ({node.args[0] for node in nodes(tree) if node.head == "number"} for tree in (spelled, right))
        if not yours - mine:
            return False
        if key and not definitions:
            return True
        return bool(set(named(spelled)) - set(named(right)))

    def learn(self, left: Tree, right: Tree, order: int) -> bool:
        """Takes the numbers put in for names without a value as their values; whether there were any."""
        found = False
        for stating, tree in substitutions(left, right):
            key = quantity(stating) or ""
            stated: object = self.world.value_event(key, order) or (
                self.world.definition(key, 1 << 60) and not key.startswith(SLOPE)
            )
            symbol = self.world.knowledge.symbols.get(key)
            entry = Meaning(self.world, 1 << 60).entry(symbol) if symbol else None
            stated = stated or (entry is not None and entry[0].args[0].args[0] not in self.world.gathered)
            if not stated and key not in self.world.learnt and (is_number(tree) or not self.bench.is_opaque(key)):
                self.world.learnt[key] = tree
                self.world._shapes.clear()
                found = True
        return found


def free_names(left: Tree) -> set[str]:
    r"""The names for which a rule about functions holds whatever they are: the z of `\sigma'(z) = ...`."""
    if left.head not in ("prime", "apply"):
        return set()
    return {
        argument.args[0].key for argument in left.args[1:] if isinstance(argument, Tree) and argument.head == "name"
    }


def is_row_of(left: Tree, right: Tree, first: tuple[int, ...], second: tuple[int, ...]) -> bool:
    """Whether one side is a list in a line, `(1, 2)`, of which a row and a column are both meant."""
    return first == second[::-1] and "tuple" in (left.head, right.head)


def as_row(term: Term) -> Term:
    """A list that was taken for a column as the row that it is."""
    return matrix((tuple(row.args[0] for row in term.args),))


def has_percent(read: Read) -> bool:
    return read.tree is not None and any(node.head == "number" and node.args[1:] for node in nodes(read.tree))


def without_percent(read: Read) -> Read:
    r"""A side in which `10\%` is 10, as authors who multiply by 100 mean it."""
    return replace(read, tree=mapped(read.tree, in_hundredths)) if read.tree else read


def in_hundredths(node: Tree) -> Tree:
    return Tree("number", node.args[1:], node.start) if node.head == "number" and node.args[1:] else node


def kind(left: Read, right: Read) -> Kind:
    for read in (left, right):
        if read.tree and any(node.head in ("partial", "nabla", "updated", "prime") for node in nodes(read.tree)):
            return "gradient"
    return "arithmetic"
