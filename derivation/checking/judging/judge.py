"""Verdicts: every chain of the article, link by link.

An equality between symbols is tried at random points, since numbers are blind where a value is 0, 1 or symmetric; an
equality that holds numbers is compared as printed and in truth (`compare.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from derivation.checking.facts.facts import Facts
from derivation.checking.facts.knowledge import (
    SLOPE,
    ChainRead,
    SideRead,
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
from derivation.checking.judging.ambiguities import Ambiguities
from derivation.checking.judging.compare import Allowance, Comparison, NoValue
from derivation.checking.judging.context import ATTEMPTS, Context, Judgement
from derivation.checking.judging.definitions import Definitions
from derivation.checking.judging.explanations import Explanations
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

    def __init__(self, facts: Facts, chains: Sequence[ChainRead], allowed: frozenset[Allowance]) -> None:
        self.facts, self.context = facts, Context(facts, chains, allowed)
        self.definitions, self.explanations, self.ambiguities = (
            Definitions(self.context),
            Explanations(self.context),
            Ambiguities(self.context),
        )

    def equalities(self) -> Iterator[Equality]:
        """A verdict for every pair of neighbouring sides."""
        for chain in self.context.chains:
            yield from self.chain(chain)

    def chain(self, chain: ChainRead) -> Iterator[Equality]:
        """The links of a chain; after a wrong side, the next is held against it and, if that fails, against the side
        before."""
        sound, wrong_line, unsure = 0, 0, False
        for k in range(1, len(chain.sides)):
            judgement = self.pair(chain, k - 1, k)
            unsure = unsure or judgement.verdict == "undecided"
            if unsure and judgement.verdict != "wrong" and chain.relations[k - 1] == "≈":
                self.take_as_rounded(chain.sides[k])
            if wrong_line and sound < k - 1:
                judgement, sound = self.after_slip(chain, sound, k, judgement, wrong_line)
            elif judgement.verdict == "wrong":
                wrong_line = chain.sides[k].side.place[0]
                judgement = self.with_next(chain, k, judgement)
            else:
                sound = k
            yield self.equality(chain, k, judgement)

    def take_as_rounded(self, read: SideRead) -> None:
        """What stands behind a sign of rounding is rounded, though nothing else be known of it."""
        numerals = (node.args[0].lstrip("-") for node in nodes(read.tree) if node.head == "number") if read.tree else ()
        self.facts.rounded |= {text for text in numerals if len(text) > SHORT}

    def after_slip(
        self, chain: ChainRead, sound: int, k: int, judgement: Judgement, line: int
    ) -> tuple[Judgement, int]:
        """The verdict behind a wrong side, and the last side that is sound."""
        if judgement.verdict in ("exact", "rounded"):
            return replace(judgement, follows=True, why=f"goes on from the mistake in line {line}"), k
        again = self.pair(chain, sound, k)
        if again.verdict in ("exact", "rounded"):
            return replace(again, why=f"right again: the slip is in line {line} only"), k
        return (judgement if judgement.verdict != "undecided" else again), sound

    def with_next(self, chain: ChainRead, k: int, judgement: Judgement) -> Judgement:
        """A slip that is right on the next line is said to be one."""
        if (
            k + 1 < len(chain.sides)
            and self.pair(chain, k, k + 1).verdict == "wrong"
            and self.pair(chain, k - 1, k + 1).verdict in ("exact", "rounded")
        ):
            line = chain.sides[k + 1].side.place[0]
            return replace(
                judgement,
                why=f"{judgement.why}; the article goes on with the right value (line {line}), so this is a slip of "
                f"the pen",
            )
        self.blame(chain)
        return judgement

    def blame(self, chain: ChainRead) -> None:
        for key in chain.quantities:
            self.context.mistaken.setdefault(key, chain.sides[0].side.place[0])

    def equality(self, chain: ChainRead, k: int, judgement: Judgement) -> Equality:
        left, right = chain.sides[k - 1], chain.sides[k]
        follows = None
        if judgement.follows:
            follows = next(
                (self.context.mistaken[key] for key in left.named + chain.quantities if key in self.context.mistaken),
                None,
            )
        why = judgement.why or (f"follows from the mistake in line {follows}" if follows else "")
        return Equality(
            left.side,
            right.side,
            chain.relations[k - 1],
            judgement.verdict,
            judgement.kind or kind(left, right),
            why,
            judgement.expected,
            judgement.at,
            follows,
            judgement.allowed,
        )

    def pair(self, chain: ChainRead, i: int, k: int) -> Judgement:
        left, right = chain.sides[i], chain.sides[k]
        for read in (left, right):
            if read.tree is None:
                assert read.problem
                return Judgement("undecided", f"not read: {read.problem.message}", at=read.problem.at)
        self.facts.meter.begin()
        try:
            return self.judgement(chain, left, right, i, k)
        except Exhausted as problem:
            return Judgement("undecided", str(problem))
        except RecursionError:
            return Judgement("undecided", "no value could be made certain: nested too deeply")

    def judgement(self, chain: ChainRead, left: SideRead, right: SideRead, i: int, k: int) -> Judgement:
        """What is thought of two sides that were read."""
        assert left.tree and right.tree
        self.facts.assumed.clear()
        self.facts.parameters = free_names(left.tree)
        try:
            judgement = self.decided(chain, left, right, i, k)
        except Mismatch as error:
            judgement = self.explanations.mismatched(error, left, right)
        except Unknown as error:
            judgement = Judgement("undecided", error.message, at=error.at or None)
        except Unreadable as error:
            judgement = Judgement("undecided", f"not read: {error.message}", at=error.at or None)
        except (NoValue, NoDerivative, Undefined) as error:
            judgement = Judgement("undecided", f"there is no value: {error}")
        except FAILURES as error:
            judgement = Judgement("undecided", f"no value could be made certain: {error}")
        judgement = self.with_convention(judgement)
        if judgement.verdict == "wrong" and any(has_percent(read) for read in (left, right)):
            plain = replace(chain, sides=[without_percent(read) for read in chain.sides])
            again = self.pair(plain, i, k)
            judgement = again if again.verdict in ("exact", "rounded") else judgement
        ambiguity = (
            self.ambiguities.ambiguity(chain, left, right, judgement.expected) if judgement.verdict == "wrong" else ""
        )
        return Judgement("undecided", ambiguity) if ambiguity else judgement

    def with_convention(self, judgement: Judgement) -> Judgement:
        """What fails only under an assumption of ours is not called wrong."""
        if judgement.verdict == "wrong" and self.facts.assumed:
            return Judgement(
                "undecided",
                f"nothing is said of {', '.join(sorted(self.facts.assumed))}; it does not hold for all numbers",
            )
        return judgement

    def decided(self, chain: ChainRead, left: SideRead, right: SideRead, i: int, k: int) -> Judgement:
        assert left.tree and right.tree
        defined = self.definitions.definition(chain, left, right, k)
        if defined:
            return defined
        relation = chain.relations[k - 1]
        if is_closed(right.tree) and quantity(left.tree) is None:
            self.learn(left.tree, right.tree, chain.order)
        comparison = Comparison(
            self.facts,
            self.context.truth,
            self.context.printed,
            chain.order,
            self.context.allowed,
            relation,
            lambda: self.subject(chain),
        )
        try:
            a, first = self.context.meaning(chain, left.tree)
            b, second = self.context.meaning(chain, right.tree)
        except Unreadable as problem:
            general = self.definitions.cases(chain, left, right)
            if general:
                return general
            if not isinstance(problem, Unknown) or not self.learn(left.tree, right.tree, chain.order):
                raise
            (a, first), (b, second) = self.context.meaning(chain, left.tree), self.context.meaning(chain, right.tree)
        if first != second and not is_row_of(left.tree, right.tree, first, second):
            renamed = self.explanations.renamed(chain, left, right)
            if renamed:
                return renamed
            judgement = self.explanations.mismatched(
                Mismatch(right.side.start, f"the left side is {describe(first)}, the right side {describe(second)}"),
                left,
                right,
            )
            return replace(judgement, expected=self.explanations.expectation(a, b, chain))
        if first != second:
            a, b = (as_row(term) if tree.head == "tuple" else term for term, tree in ((a, left.tree), (b, right.tree)))
        return self.compared(chain, left, right, a, b, comparison)

    def compared(
        self, chain: ChainRead, left: SideRead, right: SideRead, a: Term, b: Term, comparison: Comparison
    ) -> Judgement:
        assert left.tree and right.tree
        if not is_closed(left.tree) and not is_closed(right.tree):
            same = self.context.identical(a, b, chain)
            if same or (same is False and (self.partly(a, b, chain) or self.context.directly(a, b, chain))):
                return Judgement("exact")
            if same is False and not self.puts_in(chain, left.tree, right.tree):
                return self.explanations.refuted(chain, left, right, a, b, comparison)
        if is_literal(a) and not is_literal(b) and is_closed(right.tree):
            a, b = b, a  # `2.33 = 7/3`: the numeral is the result, wherever it stands
        candidates = self.context.candidates(chain, left, a)
        agreement = comparison.agree(a, b, candidates)
        if agreement == "no":
            return self.explanations.disagreed(chain, left, right, a, b, comparison)
        misprint = self.explanations.misprint(chain, left.tree, right.tree)
        if misprint:
            return misprint
        self.context.confirm({key_of(leaf) for leaf in quantities(a)}, chain)
        if comparison.rounded_texts:
            self.facts.rounded |= set(comparison.rounded_texts)
        follows = self.only_printed(chain, a, b, comparison)
        return Judgement(
            "exact" if agreement == "exact" else "rounded",
            self.carried(a, b, agreement, chain),
            follows=follows,
            allowed=frozenset(comparison.used),
        )

    def only_printed(self, chain: ChainRead, a: Term, b: Term, comparison: Comparison) -> bool:
        """Whether the sides agree only because both go on from an earlier mistake."""
        if not any(key_of(leaf) in self.context.mistaken for leaf in quantities(a)):
            return False
        try:
            return comparison.sides([self.context.truth.value(a, chain.order)], None, b) == "no"
        except FAILURES:
            return False

    def carried(self, a: Term, b: Term, agreement: str, chain: ChainRead) -> str:
        """Where rounding comes from that was made in an earlier line."""
        if agreement != "rounded":
            return ""
        for leaf in quantities(a):
            statement = self.facts.value_statement(key_of(leaf), chain.order)
            if (
                statement
                and statement.order < chain.order
                and any(node.head == "number" and node.args[0] in self.facts.rounded for node in nodes(statement.tree))
            ):
                return f"rounding carried from line {statement.read.side.place[0]}"
        return ""

    def subject(self, chain: ChainRead) -> Array | None:
        """The true value of the quantity that a chain is about."""
        first = chain.sides[0].tree
        key = quantity(first) if first else None
        if first is None or key is None or not (self.facts.definition(key, chain.order) or is_derived(key)):
            return None
        try:
            return self.context.truth.value(self.context.meaning(chain, first)[0], chain.order)
        except FAILURES:
            return None

    def partly(self, a: Term, b: Term, chain: ChainRead) -> bool:
        """Whether the sides are equal for all values of the names they share, with the values put in of those that only
        one has."""
        whole = self.facts.definition(a.args[0], chain.order) if a.head == "name" else None
        for left in (a, whole[0] if whole else None):
            if left is None:
                continue
            mine, yours = ({key_of(leaf) for leaf in quantities(term)} for term in (left, b))
            if mine & yours and mine != yours:
                points = [
                    Random(self.facts, trial, frozenset(mine ^ yours), self.context.printed, surface=True)
                    for trial in range(ATTEMPTS)
                ]
                if self.context.identical(left, b, chain, points):
                    return True
        return False

    def puts_in(self, chain: ChainRead, left: Tree, right: Tree) -> bool:
        """Whether the right side has numbers where the left has names: values were put in."""
        key = quantity(left)
        definitions = self.facts.definitions(key, chain.order) if key else []
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
            stated: object = self.facts.value_statement(key, order) or (
                self.facts.definition(key, 1 << 60) and not key.startswith(SLOPE)
            )
            symbol = self.facts.knowledge.symbols.get(key)
            entry = Meaning(self.facts, 1 << 60).entry(symbol) if symbol else None
            stated = stated or (entry is not None and entry[0].args[0].args[0] not in self.facts.gathered)
            if not stated and key not in self.facts.learnt and (is_number(tree) or not self.context.is_opaque(key)):
                self.facts.learnt[key] = tree
                self.facts._shapes.clear()
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


def has_percent(read: SideRead) -> bool:
    return read.tree is not None and any(node.head == "number" and node.args[1:] for node in nodes(read.tree))


def without_percent(read: SideRead) -> SideRead:
    r"""A side in which `10\%` is 10, as authors who multiply by 100 mean it."""
    return replace(read, tree=mapped(read.tree, in_hundredths)) if read.tree else read


def in_hundredths(node: Tree) -> Tree:
    return Tree("number", node.args[1:], node.start) if node.head == "number" and node.args[1:] else node


def kind(left: SideRead, right: SideRead) -> Kind:
    for read in (left, right):
        if read.tree and any(node.head in ("partial", "nabla", "updated", "prime") for node in nodes(read.tree)):
            return "gradient"
    return "arithmetic"
