"""A sheet while it is marked: what is written, and what follows from it; and what marking makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

from flint import arb, fmpq

from derivation.deriving.tape import Entry
from derivation.exercises.exercise.program import Circular
from derivation.exercises.key import BlankForm, VariantForm
from derivation.exercises.marking.answers import StudentAnswers
from derivation.exercises.marking.marking_key import MarkingKey, StudentValues, Written
from derivation.exercises.numerals import Numeral
from derivation.exercises.plan.contract import Contract
from derivation.formulas.arrays import Array
from derivation.formulas.numbers import NEGLIGIBLE, Number, Uncertain, Undefined, bounds
from derivation.formulas.terms import Term, walk
from derivation.networks.keys import key_of

VERDICTS = ("right", "follows", "trivial", "wrong", "blank", "unreadable")
"""`follows`: right given the student's own earlier answers; `trivial`: that too, but a wrong answer before left nothing
to calculate."""
FEW = 4
"""Answers below which nobody can tell which variant they are for."""
CREDITED = frozenset({"right", "follows"})
MIXED = 4
"""Quantities in a formula up to which it is tried to take some as written and some as before rounding."""
WIDE = arb(10) ** -40
WIDEST = 1
"""Units of the last digit asked for, up to which a ball speaks for an answer."""
FAILURES = (Undefined, Circular)


@dataclass(frozen=True, slots=True)
class MarkedAnswer:
    """One blank marked: what was written, what the key has, the verdict, the points it got and those it could have
    got."""

    key: str
    written: str
    expected: str
    verdict: str
    points: int
    of: int


@dataclass(frozen=True, slots=True)
class StepMark:
    """The answers for one quantity; `mistakes` are the rows of the mistakes table that reproduce what is wrong there,
    several where they all do."""

    quantity: Term
    phase: str
    number: int
    answers: tuple[MarkedAnswer, ...]
    mistakes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return key_of(self.quantity)

    @property
    def deviates(self) -> bool:
        """Whether something wrong is written here that does not follow from before."""
        return any(answer.verdict == "wrong" for answer in self.answers)


@dataclass(frozen=True, slots=True)
class Marked:
    """One student's sheet."""

    student: str
    id: str
    line: int
    steps: tuple[StepMark, ...]

    @property
    def points(self) -> int:
        return sum(answer.points for step in self.steps for answer in step.answers)

    @property
    def of(self) -> int:
        return sum(answer.of for step in self.steps for answer in step.answers)

    @property
    def first(self) -> StepMark | None:
        """The first step that deviates."""
        return next((step for step in self.steps if step.deviates), None)

    @property
    def mistakes(self) -> tuple[str, ...]:
        """Every mistake that is named, in the order of the steps."""
        return tuple(dict.fromkeys(mistake for step in self.steps for mistake in step.mistakes))

    def count(self, verdict: str) -> int:
        return sum(answer.verdict == verdict for step in self.steps for answer in step.answers)


@dataclass
class Sheet:
    """A sheet while it is marked: the key's blanks by quantity, what is written there, and the values that follow from
    it."""

    key: MarkingKey
    variant: VariantForm
    row: StudentAnswers
    blanks: dict[Term, list[tuple[int, BlankForm]]] = field(init=False)
    right: StudentValues = field(init=False)
    given: dict[Term, Array] = field(init=False)
    exact: Written = field(init=False)
    kept: dict[Term, tuple[Number | None, ...]] = field(init=False)
    """What the numbers were before they were rounded, as far as that can be known: see `unrounded`."""
    own: list[StudentValues] = field(init=False)
    """The student's values, a blank taken as right, or as it follows; the numbers first as they are written, then as
    they were before rounding."""
    found: dict[Term, list[tuple[Number | None, ...]]] = field(init=False)
    """What follows for each quantity from each of these values."""

    def __post_init__(self) -> None:
        key, given = self.key, self.key.given(self.variant)
        self.blanks = {}
        for blank in self.variant.blanks:
            quantity, offset = key.places[blank.key]
            self.blanks.setdefault(quantity, []).append((offset, blank))
        self.given, self.right = given, StudentValues(key.entries, given, {}, None, key.network)
        self.exact, self.kept, self.found = {quantity: self.written(quantity) for quantity in self.blanks}, {}, {}
        others = (self.right, None) if self.has_blanks else (self.right,)
        as_written = [StudentValues(key.entries, given, self.exact, other, key.network) for other in others]
        before = (
            []
            if key.contract.carries
            else [StudentValues(key.entries, given, self.kept, other, key.network) for other in others]
        )
        self.own = as_written + before
        for quantity in self.blanks:
            self.find(quantity)

    def find(self, quantity: Term) -> None:
        """What follows for a quantity, and what its numbers were before rounding; those it is worked from are found
        already."""
        entry = self.key.entries[quantity]
        is_written = any(x is not None for x in self.exact[quantity])
        self.found[quantity] = [self.values(entry, worked) for worked in self.own] if is_written else []
        self.kept[quantity] = self.exact[quantity]
        if is_written and not self.key.contract.carries:
            self.kept[quantity] = self.unrounded(quantity)

    @property
    def has_blanks(self) -> bool:
        """Whether some result that others are worked from is not written on the sheet."""
        return any(None in self.exact.get(quantity, (None,)) for quantity in self.key.used)

    def numerals(self, quantity: Term) -> list[Numeral | None]:
        """What is written for a quantity, entry by entry."""
        entries: list[Numeral | None] = [None] * len(self.right_array(quantity).entries)
        for offset, blank in self.blanks[quantity]:
            entries[offset] = self.row.numerals.get(blank.key)
        return entries

    def written(self, quantity: Term) -> tuple[Number | None, ...]:
        """The numbers that are written for a quantity."""
        return tuple(numeral and numeral.value for numeral in self.numerals(quantity))

    def right_array(self, quantity: Term) -> Array:
        array = self.right.get(quantity)
        assert array is not None
        return array

    def unrounded(self, quantity: Term) -> tuple[Number | None, ...]:
        """What the numbers written for a quantity were before they were rounded.

        That is known of what is right or follows, by its formula or that of a known mistake. Of any other it is known
        that it rounds to what is written, where that has all the digits asked for: a ball.
        """
        from_own = self.found[quantity][len(self.own) // 2 :]
        ways = [*from_own, *self.by_mistakes(quantity)] if self.fails(quantity, from_own) else from_own
        return tuple(
            None if numeral is None else self.before(numeral, [values[offset] for values in ways])
            for offset, numeral in enumerate(self.numerals(quantity))
        )

    def fails(self, quantity: Term, ways: list[tuple[Number | None, ...]]) -> bool:
        """Whether some number written for a quantity comes in none of some ways."""
        contract = self.key.contract
        return any(
            x is not None and not any(accepts(contract, values[offset], x) for values in ways)
            for offset, x in enumerate(self.exact[quantity])
        )

    def by_mistakes(self, quantity: Term) -> Iterator[tuple[Number | None, ...]]:
        """What each mistake that can be made at a quantity makes of it."""
        for entries in self.key.mistaken.values():
            if entries[quantity] != self.key.entries[quantity]:
                yield self.values(
                    entries[quantity], StudentValues(entries, self.given, self.kept, None, self.key.network)
                )

    def before(self, numeral: Numeral, ways: list[Number | None]) -> Number:
        """The number that a numeral was rounded from: the first of some that rounds to it, else a ball around it."""
        contract = self.key.contract
        known = next((x for x in ways if accepts(contract, x, numeral.value)), None)
        full = (
            numeral.digits >= contract.digits
            if contract.places is None
            else bool(numeral.unit and numeral.unit <= fmpq(1, 10**contract.places))
        )
        around = arb(numeral.value, numeral.unit / 2) if full else numeral.value
        return (
            around
            if known is None or (isinstance(known, arb) and isinstance(around, arb) and known.rad() > around.rad())
            else known
        )

    def values(self, entry: Entry, worked: StudentValues) -> tuple[Number | None, ...]:
        """The entries of a quantity by a formula from the values of a sheet; None where they have none, or where
        rounding leaves open which."""
        try:
            return tuple(worked.by_formula(entry).entries)
        except FAILURES:
            return (None,) * len(self.right_array(entry.quantity).entries)
        except Uncertain:
            if any(_is_wide(x) for entries in self.kept.values() for x in entries) and worked.written is not self.exact:
                return (None,) * len(self.right_array(entry.quantity).entries)
            raise  # more bits will tell

    def mixed(self, entry: Entry) -> Iterator[tuple[Number | None, ...]]:
        """What follows where some of the quantities are taken as written and others as before rounding."""
        uses = [
            node
            for node in dict.fromkeys(walk(entry.formula))
            if node in self.exact and _differ(self.exact[node], self.kept[node])
        ]
        for count in range(1, len(uses)) if len(uses) <= MIXED else ():
            for chosen in combinations(uses, count):
                mix = {**self.exact, **{quantity: self.kept[quantity] for quantity in chosen}}
                yield self.values(entry, StudentValues(self.key.entries, self.given, mix, self.right, self.key.network))


def _is_wide(x: Number | None) -> bool:
    """Whether a number is a ball around what is written, and not just an irrational one."""
    return isinstance(x, arb) and bool(x.rad() > WIDE)


def _differ(some: tuple[Number | None, ...], others: tuple[Number | None, ...]) -> bool:
    return any(x is not y and not (isinstance(y, fmpq) and x == y) for x, y in zip(some, others, strict=True))


def accepts(contract: Contract, value: Number | None, given: fmpq) -> bool:
    """Whether an answer is right for a value, or for one within a ball, if that is not so wide that nearly any answer
    would be."""
    if value is None:
        return False
    try:
        low, high = bounds(value)
        if high - low < NEGLIGIBLE:
            return contract.accepts(value, given)
        if high - low > WIDEST * contract.unit(given):
            return False
        return bool(contract.interval(low)[0] <= given <= contract.interval(high)[1])
    except Undefined:
        return False
