"""Marks for one sheet: each answer against the key, then against what follows from the student's own answers before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, combinations

from flint import arb, fmpq

from derivation.deriving.tape import Entry
from derivation.exercises.exercise.contract import Contract
from derivation.exercises.exercise.program import Circular
from derivation.exercises.key import BlankForm, VariantForm, read_number
from derivation.exercises.marking.answers import Row
from derivation.exercises.marking.effort import effort
from derivation.exercises.marking.numerals import Numeral
from derivation.exercises.marking.paper import Paper, Worked, Written
from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import Undefined
from derivation.formulas.numbers import NEGLIGIBLE, Number, Uncertain, UndefinedValue, bounds, certified
from derivation.formulas.terms import Term, walk
from derivation.networks.plain import plain

VERDICTS = ("right", "follows", "trivial", "wrong", "blank", "unreadable")
"""`follows`: right given the student's own earlier answers; `trivial`: that too, but a wrong answer before left nothing to calculate."""
FEW = 4
"""Answers below which nobody can tell which variant they are for."""
CREDITED = frozenset({"right", "follows"})
MIXED = 4
"""Quantities in a formula up to which it is tried to take some as written and some as before rounding."""
WIDE = arb(10) ** -40
WIDEST = 4
"""Units of the last digit asked for, up to which a ball speaks for an answer."""
FAILURES = (Undefined, UndefinedValue, Circular)


@dataclass(frozen=True, slots=True)
class Answer:
    """One blank marked: what was written, what the key has, the verdict, the points it got and those it could have got."""

    key: str
    written: str
    expected: str
    verdict: str
    points: int
    of: int


@dataclass(frozen=True, slots=True)
class StepMark:
    """The answers for one quantity; `mistakes` are the rows of the mistakes table that reproduce what is wrong there, several where they all do."""

    quantity: Term
    phase: str
    number: int
    answers: tuple[Answer, ...]
    mistakes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return plain(self.quantity)

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
    """A sheet while it is marked: the key's blanks by quantity, what is written there, and the values that follow from it."""

    paper: Paper
    variant: VariantForm
    row: Row
    blanks: dict[Term, list[tuple[int, BlankForm]]] = field(init=False)
    right: Worked = field(init=False)
    given: dict[Term, Array] = field(init=False)
    exact: Written = field(init=False)
    kept: dict[Term, tuple[Number | None, ...]] = field(init=False)
    """What the numbers were before they were rounded, as far as that can be known: see `unrounded`."""
    own: list[Worked] = field(init=False)
    """The student's values, a blank taken as right, or as it follows; the numbers first as they are written, then as they were before rounding."""
    found: dict[Term, list[tuple[Number | None, ...]]] = field(init=False)
    """What follows for each quantity from each of these values."""

    def __post_init__(self) -> None:
        paper, given = self.paper, self.paper.given(self.variant)
        self.blanks = {}
        for blank in self.variant.blanks:
            quantity, offset = paper.places[blank.key]
            self.blanks.setdefault(quantity, []).append((offset, blank))
        self.given, self.right = given, Worked(paper.entries, given, {}, None, paper.network)
        self.exact, self.kept, self.found = {quantity: self.written(quantity) for quantity in self.blanks}, {}, {}
        others = (self.right, None) if self.has_blanks else (self.right,)
        as_written = [Worked(paper.entries, given, self.exact, other, paper.network) for other in others]
        before = [] if paper.contract.carries else [Worked(paper.entries, given, self.kept, other, paper.network) for other in others]
        self.own = as_written + before
        for quantity in self.blanks:
            self.find(quantity)

    def find(self, quantity: Term) -> None:
        """What follows for a quantity, and what its numbers were before rounding; those it is worked from are found already."""
        entry = self.paper.entries[quantity]
        is_written = any(x is not None for x in self.exact[quantity])
        self.found[quantity] = [self.values(entry, worked) for worked in self.own] if is_written else []
        self.kept[quantity] = self.exact[quantity]
        if is_written and not self.paper.contract.carries:
            self.kept[quantity] = self.unrounded(quantity)

    @property
    def has_blanks(self) -> bool:
        """Whether some result that others are worked from is not written on the sheet."""
        return any(None in self.exact.get(quantity, (None,)) for quantity in self.paper.used)

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

        That is known of what is right or follows, by its formula or that of a known mistake. Of any other it is known that it rounds to
        what is written, where that has all the digits asked for: a ball.
        """
        from_own = self.found[quantity][len(self.own) // 2 :]
        ways = [*from_own, *self.by_mistakes(quantity)] if self.fails(quantity, from_own) else from_own
        return tuple(
            None if numeral is None else self.before(numeral, [values[offset] for values in ways]) for offset, numeral in enumerate(self.numerals(quantity))
        )

    def fails(self, quantity: Term, ways: list[tuple[Number | None, ...]]) -> bool:
        """Whether some number written for a quantity comes in none of some ways."""
        contract = self.paper.contract
        return any(x is not None and not any(accepts(contract, values[offset], x) for values in ways) for offset, x in enumerate(self.exact[quantity]))

    def by_mistakes(self, quantity: Term) -> Iterator[tuple[Number | None, ...]]:
        """What each mistake that can be made at a quantity makes of it."""
        for entries in self.paper.mistaken.values():
            if entries[quantity] != self.paper.entries[quantity]:
                yield self.values(entries[quantity], Worked(entries, self.given, self.kept, None, self.paper.network))

    def before(self, numeral: Numeral, ways: list[Number | None]) -> Number:
        """The number that a numeral was rounded from: the first of some that rounds to it, else a ball around it."""
        contract = self.paper.contract
        known = next((x for x in ways if accepts(contract, x, numeral.value)), None)
        full = numeral.digits >= contract.digits if contract.places is None else bool(numeral.unit and numeral.unit <= fmpq(1, 10**contract.places))
        around = arb(numeral.value, numeral.unit / 2) if full else numeral.value
        return around if known is None or (isinstance(known, arb) and isinstance(around, arb) and known.rad() > around.rad()) else known

    def values(self, entry: Entry, worked: Worked) -> tuple[Number | None, ...]:
        """The entries of a quantity by a formula from the values of a sheet; None where they have none, or where rounding leaves open which."""
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
        uses = [node for node in dict.fromkeys(walk(entry.formula)) if node in self.exact and _differ(self.exact[node], self.kept[node])]
        for count in range(1, len(uses)) if len(uses) <= MIXED else ():
            for chosen in combinations(uses, count):
                mix = {**self.exact, **{quantity: self.kept[quantity] for quantity in chosen}}
                yield self.values(entry, Worked(self.paper.entries, self.given, mix, self.right, self.paper.network))


def _is_wide(x: Number | None) -> bool:
    """Whether a number is a ball around what is written, and not just an irrational one."""
    return isinstance(x, arb) and bool(x.rad() > WIDE)


def _differ(some: tuple[Number | None, ...], others: tuple[Number | None, ...]) -> bool:
    return any(x is not y and not (isinstance(y, fmpq) and x == y) for x, y in zip(some, others, strict=True))


def accepts(contract: Contract, value: Number | None, given: fmpq) -> bool:
    """Whether an answer is right for a value, or for one within a ball, if that is not so wide that nearly any answer would be."""
    if value is None:
        return False
    try:
        low, high = bounds(value)
        if high - low < NEGLIGIBLE:
            return contract.accepts(value, given)
        if high - low > WIDEST * contract.unit(given):
            return False
        return bool(contract.interval(low)[0] <= given <= contract.interval(high)[1])
    except UndefinedValue:
        return False


def marked(paper: Paper, variant: VariantForm, row: Row) -> Marked:
    """A row of answers marked against its variant, mistakes named."""
    from derivation.exercises.marking.diagnosis import diagnosed

    def work() -> Marked:
        sheet = Sheet(paper, variant, row)
        steps = [step(sheet, quantity, blanks) for quantity, blanks in sheet.blanks.items()]
        return Marked(row.student, row.id, row.line, tuple(diagnosed(sheet, steps)))

    return certified(work)


def step(sheet: Sheet, quantity: Term, blanks: list[tuple[int, BlankForm]]) -> StepMark:
    """The answers for one quantity."""
    entry = sheet.paper.entries[quantity]
    answers = []
    for offset, blank in blanks:
        verdict = _verdict(sheet, entry, offset, blank)
        got = blank.points if verdict in CREDITED else 0
        answers.append(Answer(blank.key, sheet.row.cells.get(blank.key, ""), blank.answer, verdict, got, blank.points))
    return StepMark(quantity, blanks[0][1].phase, blanks[0][1].step, tuple(answers))


def _verdict(sheet: Sheet, entry: Entry, offset: int, blank: BlankForm) -> str:
    if blank.key in sheet.row.unreadable:
        return "unreadable"
    numeral = sheet.row.numerals.get(blank.key)
    if numeral is None:
        return "blank"
    if read_number(blank.low) <= numeral.value <= read_number(blank.high):
        return "right"
    ways = chain(sheet.found[entry.quantity], sheet.mixed(entry))
    if not any(accepts(sheet.paper.contract, values[offset], numeral.value) for values in ways):
        return "wrong"
    return "trivial" if _is_trivial(sheet, entry, offset) else "follows"


def _is_trivial(sheet: Sheet, entry: Entry, offset: int) -> bool:
    """Whether the student's own values leave nothing to calculate where the right ones do, or hand on a 0 that should be none."""
    own = sheet.own[0]
    try:
        if effort(entry.formula, own)[offset] == 0 < effort(entry.formula, sheet.right)[offset]:
            return True
        return own.by_formula(entry).entries[offset] == 0 != sheet.right_array(entry.quantity).entries[offset] and _carries_zero(sheet, entry)
    except FAILURES:
        return False


def _carries_zero(sheet: Sheet, entry: Entry) -> bool:
    """Whether a quantity that this one is worked from has a 0 on the sheet where there should be none."""
    operands = [node for node in walk(entry.formula) if node in sheet.blanks]
    pairs = (pair for node in operands for pair in zip(sheet.exact[node], sheet.right_array(node).entries, strict=True))
    return any(x is not None and x == 0 != y for x, y in pairs)


def better_fit(variants: Mapping[str, VariantForm], sheet: Marked, row: Row) -> str:
    """Another variant that three quarters of the answers are right for, where less than half are for the own one; nothing where there is none."""
    answered = len(row.numerals)
    if answered < FEW or 2 * sheet.count("right") >= answered:
        return ""
    return next((variant.id for variant in variants.values() if variant.id != row.id and _fits(variant, row.numerals)), "")


def _fits(variant: VariantForm, numerals: Mapping[str, Numeral]) -> bool:
    """Whether at most a quarter of the answers is wrong for a variant."""
    left = len(numerals) // 4
    for blank in variant.blanks:
        if blank.key in numerals and not read_number(blank.low) <= numerals[blank.key].value <= read_number(blank.high):
            left -= 1
            if left < 0:
                return False
    return True
