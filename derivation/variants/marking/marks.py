"""Marks for one sheet: each answer against the key, then against what follows from the student's own answers before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flint import arb, fmpq

from ...arrays import Array
from ...evaluate import Undefined
from ...numbers import NEGLIGIBLE, Number, Uncertain, UndefinedValue, bounds, certified
from ...plain import plain
from ...terms import Term, walk
from ..contract import Contract
from ..key import BlankForm, VariantForm, read_number
from ..program import Circular
from ..tape import Entry
from .answers import Row
from .effort import effort
from .numerals import Numeral
from .paper import Paper, Worked, Written

VERDICTS = ("right", "follows", "trivial", "wrong", "blank", "unreadable")
"""`follows`: right given the student's own earlier answers; `trivial`: that too, but a wrong answer before left nothing to calculate."""
FEW = 4
"""Answers below which nobody can tell which variant they are for."""
CREDITED = frozenset({"right", "follows"})
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
    rounded: Written = field(init=False)
    own: list[Worked] = field(init=False)
    """The student's values, a blank taken as right, or as it follows; the numbers first as they are written, then as they may have been before rounding."""

    def __post_init__(self) -> None:
        paper, given = self.paper, self.paper.given(self.variant)
        self.blanks = {}
        for blank in self.variant.blanks:
            quantity, offset = paper.places[blank.key]
            self.blanks.setdefault(quantity, []).append((offset, blank))
        self.right = Worked(paper.entries, given, {}, None, paper.network)
        self.given = given
        self.exact, self.rounded = ({quantity: self.written(quantity, value) for quantity in self.blanks} for value in (_exact, self.unrounded))
        self.own = [Worked(paper.entries, given, written, other, paper.network) for written in (self.exact, self.rounded) for other in (self.right, None)]

    @property
    def has_blanks(self) -> bool:
        """Whether some result that others are worked from is not written on the sheet."""
        return any(None in self.exact.get(quantity, (None,)) for quantity in self.paper.used)

    def written(self, quantity: Term, value: Callable[[Numeral], Number]) -> tuple[Number | None, ...]:
        """The numbers written for a quantity, entry by entry."""
        size = len(self.right_array(quantity).entries)
        entries: list[Number | None] = [None] * size
        for offset, blank in self.blanks[quantity]:
            numeral = self.row.numerals.get(blank.key)
            entries[offset] = None if numeral is None else value(numeral)
        return tuple(entries)

    def right_array(self, quantity: Term) -> Array:
        array = self.right.get(quantity)
        assert array is not None
        return array

    def unrounded(self, numeral: Numeral) -> Number:
        """What a number may have been before it was rounded: where it has all the digits asked for, and work goes on unrounded."""
        contract = self.paper.contract
        full = numeral.digits >= contract.digits if contract.places is None else bool(numeral.unit and numeral.unit <= fmpq(1, 10**contract.places))
        if contract.carries or not full:
            return numeral.value
        return arb(numeral.value, numeral.unit / 2)

    def values(self, entry: Entry, worked: Worked) -> tuple[Number | None, ...]:
        """The entries of a quantity by a formula from the values of a sheet; None where they have none, or where rounding leaves open which."""
        try:
            return tuple(worked.by_formula(entry).entries)
        except FAILURES:
            return (None,) * len(self.right_array(entry.quantity).entries)
        except Uncertain:
            if worked.written is self.rounded:
                return (None,) * len(self.right_array(entry.quantity).entries)
            raise  # more bits will tell


def _exact(numeral: Numeral) -> Number:
    return numeral.value


def accepts(contract: Contract, value: Number | None, given: fmpq) -> bool:
    """Whether an answer is right for a value, or for one within a ball."""
    if value is None:
        return False
    try:
        low, high = bounds(value)
        if high - low < NEGLIGIBLE:
            return contract.accepts(value, given)
        return bool(contract.interval(low)[0] <= given <= contract.interval(high)[1])
    except UndefinedValue:
        return False


def marked(paper: Paper, variant: VariantForm, row: Row) -> Marked:
    """A row of answers marked against its variant, mistakes named."""
    from .diagnosis import diagnosed

    def work() -> Marked:
        sheet = Sheet(paper, variant, row)
        steps = [step(sheet, quantity, blanks) for quantity, blanks in sheet.blanks.items()]
        return Marked(row.student, row.id, row.line, tuple(diagnosed(sheet, steps)))

    return certified(work)


def step(sheet: Sheet, quantity: Term, blanks: list[tuple[int, BlankForm]]) -> StepMark:
    """The answers for one quantity."""
    entry = sheet.paper.entries[quantity]
    written = [offset for offset, blank in blanks if blank.key in sheet.row.numerals]
    values = [sheet.values(entry, own) for own in sheet.own] if written else []
    answers = []
    for offset, blank in blanks:
        verdict = _verdict(sheet, entry, offset, blank, values)
        got = blank.points if verdict in CREDITED else 0
        answers.append(Answer(blank.key, sheet.row.cells.get(blank.key, ""), blank.answer, verdict, got, blank.points))
    return StepMark(quantity, blanks[0][1].phase, blanks[0][1].step, tuple(answers))


def _verdict(sheet: Sheet, entry: Entry, offset: int, blank: BlankForm, values: list[tuple[Number | None, ...]]) -> str:
    if blank.key in sheet.row.unreadable:
        return "unreadable"
    numeral = sheet.row.numerals.get(blank.key)
    if numeral is None:
        return "blank"
    if read_number(blank.low) <= numeral.value <= read_number(blank.high):
        return "right"
    if not any(accepts(sheet.paper.contract, found[offset], numeral.value) for found in values):
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
