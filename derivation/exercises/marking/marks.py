"""Marks for one sheet: each answer against the key, then against what follows from the student's own answers before
it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from derivation.deriving.tape import Entry
from derivation.exercises.key import BlankForm, VariantForm, read_number
from derivation.exercises.marking.answers import StudentAnswers
from derivation.exercises.marking.diagnosis import diagnosed
from derivation.exercises.marking.marking_key import MarkingKey
from derivation.exercises.marking.sheet import CREDITED, FAILURES, FEW, Marked, MarkedAnswer, Sheet, StepMark, accepts
from derivation.exercises.marking.triviality import operations
from derivation.exercises.numerals import Numeral
from derivation.formulas.numbers import certified
from derivation.formulas.terms import Term, walk


def marked(key: MarkingKey, variant: VariantForm, row: StudentAnswers) -> Marked:
    """A row of answers marked against its variant, mistakes named."""

    def work() -> Marked:
        sheet = Sheet(key, variant, row)
        steps = [step(sheet, quantity, blanks) for quantity, blanks in sheet.blanks.items()]
        return Marked(row.student, row.id, row.line, tuple(diagnosed(sheet, steps)))

    return certified(work)


def step(sheet: Sheet, quantity: Term, blanks: list[tuple[int, BlankForm]]) -> StepMark:
    """The answers for one quantity."""
    entry = sheet.key.entries[quantity]
    answers = []
    for offset, blank in blanks:
        verdict = _verdict(sheet, entry, offset, blank)
        got = blank.points if verdict in CREDITED else 0
        answers.append(
            MarkedAnswer(blank.key, sheet.row.cells.get(blank.key, ""), blank.answer, verdict, got, blank.points)
        )
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
    if not any(accepts(sheet.key.contract, values[offset], numeral.value) for values in ways):
        return "wrong"
    return "trivial" if _is_trivial(sheet, entry, offset) else "follows"


def _is_trivial(sheet: Sheet, entry: Entry, offset: int) -> bool:
    """Whether the student's own values leave nothing to calculate where the right ones do, or hand on a 0 that should
    be none."""
    own = sheet.own[0]
    try:
        if operations(entry.formula, own)[offset] == 0 < operations(entry.formula, sheet.right)[offset]:
            return True
        return own.by_formula(entry).entries[offset] == 0 != sheet.right_array(entry.quantity).entries[
            offset
        ] and _carries_zero(sheet, entry)
    except FAILURES:
        return False


def _carries_zero(sheet: Sheet, entry: Entry) -> bool:
    """Whether a quantity that this one is worked from has a 0 on the sheet where there should be none."""
    operands = [node for node in walk(entry.formula) if node in sheet.blanks]
    pairs = (pair for node in operands for pair in zip(sheet.exact[node], sheet.right_array(node).entries, strict=True))
    return any(x is not None and x == 0 != y for x, y in pairs)


def better_fit(variants: Mapping[str, VariantForm], sheet: Marked, row: StudentAnswers) -> str:
    """Another variant that three quarters of the answers are right for, where less than half are for the own one;
    nothing where there is none."""
    answered = len(row.numerals)
    if answered < FEW or 2 * sheet.count("right") >= answered:
        return ""
    return next(
        (variant.id for variant in variants.values() if variant.id != row.id and _fits(variant, row.numerals)), ""
    )


def _fits(variant: VariantForm, numerals: Mapping[str, Numeral]) -> bool:
    """Whether at most a quarter of the answers is wrong for a variant."""
    left = len(numerals) // 4
    for blank in variant.blanks:
        if blank.key in numerals and not read_number(blank.low) <= numerals[blank.key].value <= read_number(blank.high):
            left -= 1
            if left < 0:
                return False
    return True
