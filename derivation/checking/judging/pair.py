"""What is thought of one pair of sides, by the facts at its place: a function of the context and the pair.

An equality between symbols is tried at random points, since numbers are blind where a value is 0, 1 or symmetric; an
equality that holds numbers is compared as printed and in truth (`compare.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from derivation.checking.facts.failures import FAILURES, Mismatch, Unknown, told, undefined
from derivation.checking.facts.knowledge import (
    ChainRead,
    is_closed,
    is_number,
    quantity,
    substitutions,
)
from derivation.checking.facts.lessons import Lesson, PutIn, Rounded, Shortened
from derivation.checking.facts.meter import Exhausted
from derivation.checking.facts.numerals import numerals
from derivation.checking.facts.quantity import Key, is_derived, key_of, term_of
from derivation.checking.facts.supposed import Supposed
from derivation.checking.facts.values import quantities
from derivation.checking.judging.agreement import significant
from derivation.checking.judging.ambiguities import Ambiguities
from derivation.checking.judging.beginning import OFF, Beginning
from derivation.checking.judging.cases import Cases, claims_identity
from derivation.checking.judging.compare import Comparison, NoValue, Outcome
from derivation.checking.judging.context import Context, Judgement
from derivation.checking.judging.conversions import converted, is_near
from derivation.checking.judging.definitions import Definitions, latest_formula
from derivation.checking.judging.elided import leaves_out, of_elided
from derivation.checking.judging.equations import Equations
from derivation.checking.judging.explanations import Explanations
from derivation.checking.judging.given import holds_as_given, is_put_in, puts_nothing_in
from derivation.checking.judging.measures import in_common, in_their_units, others
from derivation.checking.judging.origins import Origins, put_in_anew
from derivation.checking.judging.polynomials import are_near
from derivation.checking.judging.readings import as_one_list, signed
from derivation.checking.judging.residues import congruent
from derivation.checking.judging.solving import in_step
from derivation.checking.judging.supposing import Supposing, free_names, is_readable, is_statement, speaks_of_slopes
from derivation.checking.judging.verdicts import HOLDING, Allowance
from derivation.checking.reading.tokens import Unreadable
from derivation.checking.reading.trees import alike, nodes
from derivation.checking.reading.units import sole_unit
from derivation.formulas.arrays import Shape, describe
from derivation.formulas.calculus.reverse import NoDerivative
from derivation.formulas.numbers import Undefined
from derivation.formulas.terms import Term, is_literal
from derivation.words.telling import code_of, message_of, tell


def judged(context: Context, chain: ChainRead, i: int, k: int) -> Judgement:
    """What is thought of two sides of a chain, and what that teaches."""
    for read in (chain.sides[i], chain.sides[k]):
        if read.problem:
            return Judgement("undecided", tell("undecided.not_read", problem=read.problem.message), at=read.problem.at)
    left, right = chain.sides[i].tree, chain.sides[k].tree
    if chain.relations[k - 1] == "≡" and left and right:
        return congruent(left, right, chain.modulus)
    context.facts.meter.begin()
    try:
        if ways := signed(chain, i, k):
            upper, lower = (Pair(context, way, i, k).judgement() for way in ways)
            return upper if upper.verdict == "wrong" else lower
        judgement = Pair(context, in_common(chain, i, k) or chain, i, k).judgement()
        return in_step(context, chain, k, in_their_units(judgement, chain, i, k))
    except Exhausted as problem:
        return Judgement("undecided", message_of(problem))
    except RecursionError:
        return Judgement("undecided", tell("undecided.uncertain", problem=tell("undecided.deep")))


Terms = tuple[tuple[Term, Shape], tuple[Term, Shape]]


class Pair:
    """Two sides of a chain that were read, and what they are judged by."""

    def __init__(self, context: Context, chain: ChainRead, i: int, k: int) -> None:
        self.context, self.facts, self.chain, self.i, self.k = context, context.facts, chain, i, k
        self.left, self.right, self.position, self.relation = (
            chain.sides[i],
            chain.sides[k],
            chain.position,
            chain.relations[k - 1],
        )
        assert self.left.tree and self.right.tree
        self.a, self.b = self.left.tree, self.right.tree
        """The trees of the sides."""

    @cached_property
    def definitions(self) -> Definitions:
        return Definitions(self.context)

    @cached_property
    def explanations(self) -> Explanations:
        return Explanations(self.context)

    @cached_property
    def beginning(self) -> Beginning:
        return Beginning(self.context, self.chain, self.k)

    @cached_property
    def origins(self) -> Origins:
        return Origins(self.context, self.chain, self.left, self.right)

    def within(self, context: Context) -> Pair:
        """The same pair judged by something else."""
        return self if context is self.context else Pair(context, self.chain, self.i, self.k)

    def judgement(self) -> Judgement:
        """What is thought by the first formula of what is differentiated, or else by the last."""
        judgement = self.weighed()
        latest = latest_formula(self.context, self.chain, self.a) if judgement.verdict == "wrong" else None
        again = self.within(latest).weighed() if latest else judgement
        return again if again.verdict in HOLDING else judgement

    def weighed(self) -> Judgement:
        """What is thought, once it is weighed whether something else was meant."""
        judgement = self.attempt(Pair.freed)
        if judgement.verdict in ("wrong", "undecided") and self.equations.is_complex_identity():
            return Judgement("exact")
        if judgement.verdict != "wrong":
            return self.equations.stated(self.on_one_side(self.supposing(judgement)))
        if in_unit := converted(self.context, self.chain, self.left, self.right, self.relation):
            return in_unit
        for other in others(self.chain, self.i, self.k, self.facts.knowledge.scalar):
            again = Pair(self.context, other, self.i, self.k).attempt(Pair.freed)
            if again.verdict in HOLDING:
                return again
        if meant := self.equations.meant():
            return meant.teaching(*judgement.lessons)
        ambiguity = Ambiguities(self.context.after(judgement.lessons)).ambiguity(
            self.chain, self.left, self.right, judgement.expected
        )
        unclear = ambiguity and Judgement("undecided", ambiguity, lessons=judgement.lessons)
        return unclear or in_their_units(judgement, self.chain, self.i, self.k)

    def on_one_side(self, judgement: Judgement) -> Judgement:
        """The judgement; a question where an equality that does not hold for all numbers is meant on one side of a
        kink."""
        is_meant = judgement.verdict == "wrong" and Cases(self.context).is_on_one_side(
            self.chain, self.left, self.right
        )
        return Judgement("undecided", tell("undecided.one_side")) if is_meant else judgement

    @cached_property
    def equations(self) -> Equations:
        return Equations(self.context, self.chain, self.i, self.k, self.as_read)

    def as_read(self, chain: ChainRead) -> Judgement:
        """What is thought of the same two sides of a chain that is read otherwise."""
        return Pair(self.context, chain, self.i, self.k).attempt(Pair.decided)

    def supposing(self, judgement: Judgement) -> Judgement:
        """The judgement; where the article lacks numbers for one on derivatives, the one by what must hold for any."""
        if judgement.verdict == "undecided" and self.is_definition():
            is_read = is_readable(self.facts, self.position, self.b)
            return Judgement("stated", kind="definition") if is_read else judgement
        if self.i == 0 and is_statement(self.context, self.chain, judgement):
            return Judgement("stated", kind="definition")
        unjudged = judgement.verdict == "undecided" or (judgement.kind == "definition" and is_closed(self.b))
        if not unjudged or not speaks_of_slopes(self.context, self.chain):
            return judgement
        found = self.attempt(
            lambda pair: Supposing(pair.context, pair.chain, pair.left, pair.right).judgement() or judgement
        )
        is_open = found.verdict == "undecided" or (found.verdict == "wrong" and leaves_out(self.context.chains))
        return judgement if is_open else found

    def is_definition(self) -> bool:
        """Whether the right side is the first formula of the name on the left."""
        key = quantity(self.a)
        definitions = self.facts.definitions(key, self.position) if key and not is_derived(key) else ()
        return bool(definitions) and definitions[0].read is self.right

    def attempt(self, how: Callable[[Pair], Judgement]) -> Judgement:
        """A judgement; where none can be made, why not."""
        try:
            return how(self)
        except Mismatch as error:
            return self.explanations.mismatched(error, self.left, self.right, self.position)
        except Unknown as error:
            return Judgement("undecided", error.message, at=error.at or None)
        except Unreadable as error:
            return Judgement("undecided", tell("undecided.not_read", problem=error.message), at=error.at or None)
        except (NoValue, NoDerivative, Undefined) as error:
            if is_closed(self.a) and is_number(self.b) and (why := undefined(error)):
                return Judgement("wrong", tell("wrong.no_value", problem=why), at=self.right.side.start)
            return Judgement("undecided", tell("undecided.no_value", problem=error))
        except FAILURES as error:
            return Judgement("undecided", tell("undecided.uncertain", problem=told(error)))

    def freed(self) -> Judgement:
        """The judgement where names of which nothing is known stand for any number, if the left side says so."""
        names = free_names(self.a)
        free = frozenset(key for key in names if self.facts.shape(key, self.position) is None)
        pair = self.within(self.context.with_free(free))
        judgement = pair.with_convention(pair.attempt(Pair.decided))
        if free == names or judgement.verdict in ("exact", "rounded"):
            return judgement
        return self.of_numbers(names) or judgement

    def of_numbers(self, names: frozenset[str]) -> Judgement | None:
        """The judgement where a rule about functions holds for all numbers, though the article goes on with arrays."""
        pair = self.within(self.context.supposing(Supposed(scalars=names)))
        judgement = pair.attempt(Pair.decided)
        return judgement if judgement.verdict == "exact" else None

    def with_convention(self, judgement: Judgement) -> Judgement:
        """What fails only under an assumption of ours is not called wrong."""
        if judgement.verdict != "wrong" or not self.facts.knowledge.scalar:
            return judgement
        if code_of(judgement.why) == "wrong.other_parameter" or claims_identity(self.a, self.b, self.left):
            return judgement  # so for arrays, too
        seen = [lesson for lesson in judgement.lessons if isinstance(lesson, PutIn)]
        assumed = self.within(self.context.after(seen)).assumed()
        if not assumed or are_near(self.a, self.b):
            return judgement
        why = tell("undecided.assumed", quantities=", ".join(sorted(assumed)))
        return Judgement("undecided", why, lessons=judgement.lessons)

    def assumed(self) -> set[str]:
        """The names on which the sides depend of which it is only assumed that they are scalars."""
        try:
            terms = [term for term, _ in self.terms()]
        except FAILURES:
            terms = [term_of(key) for key in (*self.left.named, *self.right.named)]
        found = self.facts.assumed(terms, self.position)
        return {
            str(key) for key, through in found if not any(self.context.is_met(other, self.chain) for other in through)
        }

    def decided(self) -> Judgement:
        if self.b.head == "elided":
            return of_elided(self.context, self.chain, self.left, self.right)
        defined = self.definitions.definition(self.chain, self.left, self.right, self.k)
        if defined:
            return defined
        seen = self.seen() if is_closed(self.b) and quantity(self.a) is None else ()
        return self.knowing(seen, Pair.meant)

    def knowing(self, seen: Sequence[Lesson], how: Callable[[Pair], Judgement]) -> Judgement:
        """The judgement by values that were seen put in, which stay known even if nothing comes of it."""
        if not seen:
            return how(self)
        judgement = self.within(self.context.after(seen)).attempt(how)
        if self.facts.knowledge.scalar and len(seen) == 1 and judgement.verdict not in HOLDING:
            return how(self)  # whatever one unknown is, an equation may hold with it
        return judgement.teaching(*seen)

    def terms(self) -> Terms:
        """What the sides mean, and their shapes."""
        return self.context.meaning(self.chain, self.a), self.context.meaning(self.chain, self.b)

    def meant(self) -> Judgement:
        """The judgement by what the sides mean; where a name has no value, one may have been put in for it."""
        try:
            terms = self.terms()
        except Unreadable as problem:
            general = self.definitions.cases(self.chain, self.left, self.right)
            if general:
                return general
            seen = self.seen() if isinstance(problem, Unknown) else ()
            if not seen:
                raise
            return self.knowing(seen, lambda pair: pair.fitted(pair.terms()))
        return self.fitted(terms)

    def fitted(self, terms: Terms) -> Judgement:
        """The judgement on sides with a meaning, if their shapes fit."""
        (a, first), (b, second) = terms
        if first == second:
            return self.compared(a, b)
        if turned := as_one_list(terms, (self.a, self.b)):
            return self.compared(*turned)
        renamed = self.explanations.renamed(self.chain, self.left, self.right)
        if renamed:
            return renamed
        mismatch = Mismatch(self.right.side.start, tell("wrong.sides", left=describe(first), right=describe(second)))
        judgement = self.explanations.mismatched(mismatch, self.left, self.right, self.position)
        return replace(judgement, expected=self.explanations.expectation(a, b, self.chain))

    def comparison(self, *granted: Allowance, units: int = 1) -> Comparison:
        return Comparison(
            self.context,
            self.position,
            self.relation,
            self.beginning.subject,
            self.beginning.origin,
            frozenset(granted),
            units,
            bool(sole_unit(self.right.side.words)) and not self.right.side.formula.words,
        )

    def compared(self, a: Term, b: Term) -> Judgement:
        """The judgement on terms of one shape."""
        if not is_closed(self.a) and not is_closed(self.b):
            same = self.context.identical(a, b, self.chain)
            if same and self.origins.is_itself(self.context.random[0]):
                return Judgement("stated", kind="definition")
            if same or (
                same is False and (is_put_in(self.context, self.chain, a, b) or self.context.directly(a, b, self.chain))
            ):
                return Judgement("exact")
            if same is False and holds_as_given(self.context, self.chain, a, b):
                return Judgement("exact", tell("holds.these_numbers"))
            if same is False and self.relation == "≈":
                return Judgement("undecided", tell("undecided.approximation"))
            if same is False and (
                not self.origins.puts_in(self.a, self.b) or puts_nothing_in(self.context, self.chain, a, b)
            ):
                return self.explanations.refuted(self.chain, self.left, self.right, a, b, self.comparison())
        if is_literal(a) and not is_literal(b) and is_closed(self.b):
            a, b = b, a  # `2.33 = 7/3`: the numeral is the result, wherever it stands
        outcome = self.outcome(a, b)
        if outcome.agreement == "no" and self.relation == "≈" and is_near(self.comparison(), a, self.a, self.b, b):
            return Judgement("rounded")
        if outcome.agreement == "no":
            return self.explanations.disagreed(self.chain, self.left, self.right, a, b, outcome.difference)
        if (
            not is_closed(self.b)
            and self.origins.is_itself(self.context.truth)
            and not self.origins.is_printed_before()
        ):
            return Judgement("stated", kind="definition")
        misprint = self.explanations.misprint(self.chain, self.a, self.b)
        if misprint:
            return misprint
        lessons = (
            *self.context.confirmed({key_of(leaf) for leaf in quantities(a)}, self.chain),
            *((Rounded if significant(text) else Shortened)(text) for text in dict.fromkeys(outcome.rounded)),
            *map(Shortened, self.passed_on()),
        )
        follows, needed = self.only_printed(a, b)
        return Judgement(
            "exact" if outcome.agreement == "exact" else "rounded",
            self.origins.rounded_before(a, {*outcome.rounded}) if outcome.agreement == "rounded" else "",
            follows=follows,
            needed=outcome.needed | needed,
            lessons=lessons,
        )

    def outcome(self, a: Term, b: Term) -> Outcome:
        """How the sides agree. Numerals that only rounding in between explains are right where they are those of the
        formulas before them, carried in full, or where these are built otherwise, so that nothing tells."""
        known = self.context.candidates(self.chain, self.left, a)
        found = self.comparison("carried").outcome(a, b, known)
        if "carried" in found.needed and not is_literal(b):
            found = self.carried_in_full(b, found)
        return found if found.needed <= self.context.allowed else self.comparison().outcome(a, b, known)

    def carried_in_full(self, b: Term, found: Outcome) -> Outcome:
        for formula in (formulas := list(self.beginning.in_full())):
            whole = self.comparison().outcome(formula, b)
            if whole.agreement != "no" and "carried" not in whole.needed:
                return whole
        is_off = any(self.comparison(units=OFF).outcome(formula, b).agreement != "no" for formula in formulas)
        return found if is_off else replace(found, needed=found.needed - {"carried"})

    def passed_on(self) -> Iterable[str]:
        """The decimals that were worked from numerals which may stand for more digits, and so may do so, too."""
        mine = set(numerals(self.a))
        if not any("." in text and self.context.is_shortened(text) for text in mine):
            return ()
        return (text for text in numerals(self.b) if "." in text and text not in mine)

    def only_printed(self, a: Term, b: Term) -> tuple[bool, frozenset[Allowance]]:
        """Whether the sides agree only because both go on from an earlier mistake, and what it took to see that."""
        if all(self.context.mistaken(key_of(leaf)) is None for leaf in quantities(a)):
            return False, frozenset()
        try:
            outcome = self.comparison().outcome_of(self.context.truth.value(a, self.position), b)
        except FAILURES:
            return False, frozenset()
        return outcome.agreement == "no", outcome.needed

    def seen(self) -> tuple[PutIn, ...]:
        """The values put in for names of which nothing says one, or only what was put in elsewhere for another
        quantity."""
        found: dict[Key, PutIn] = {}
        anew = put_in_anew(self.context, self.chain, substitutions(self.a, self.b))
        for stating, tree in substitutions(self.a, self.b):
            key = quantity(stating) or ""
            if key in found and not alike(found[key].tree, tree) and self.facts.knowledge.scalar:
                return ()  # an equation: nobody puts in two numbers for one name
            if (
                key not in found
                and (key in anew or self.origins.lacks_value(key))
                and any(node.head == "number" for node in nodes(tree))
                and (is_number(tree) or not self.context.is_opaque(key))
            ):
                found[key] = PutIn(key, tree, self.position)
        return tuple(found.values())
