"""Which mistakes were made: a mistake is named at a step only if it reproduces all that is wrong there.

It may do so in three ways: by its own formula from the student's own values before it; the same where blanks between
were filled in with the mistake made; or as a whole tape, from the given numbers alone. Of several that do, those count
that fit the rest of the sheet best.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from flint import fmpq

from derivation.deriving.tape import Entry
from derivation.exercises.marking.marking_key import StudentValues
from derivation.exercises.marking.sheet import FEW, Sheet, StepMark, accepts
from derivation.formulas.numbers import Number
from derivation.formulas.terms import Term


@dataclass(frozen=True)
class Suspect:
    """A mistake held against a sheet."""

    sheet: Sheet
    name: str

    @property
    def short(self) -> int:
        return self.sheet.key.mistakes[self.name].short

    @property
    def entries(self) -> Mapping[Term, Entry]:
        return self.sheet.key.mistaken[self.name]

    def edits(self, quantity: Term) -> bool:
        """Whether the mistake is made at this quantity."""
        return self.entries[quantity] != self.sheet.key.entries[quantity]

    @cached_property
    def filled(self) -> tuple[StudentValues, ...]:
        """The student's values with blanks (where there are any) filled in by the mistaken tape, as written and as
        before rounding; and that tape alone."""
        sheet = self.sheet
        written = (sheet.exact, sheet.kept, {}) if sheet.has_blanks else ({},)
        return tuple(StudentValues(self.entries, sheet.given, each, None, sheet.key.network) for each in written)

    def values(self, step: StepMark) -> Iterator[tuple[Number | None, ...]]:
        """What the mistake makes of a step, in each of the ways."""
        entry = self.entries[step.quantity]
        own = self.sheet.own if self.edits(step.quantity) else []
        yield from (self.sheet.values(entry, worked) for worked in (*own, *self.filled))

    def fit(self, step: StepMark) -> int:
        """2 where the mistake gives all that is written at a step, 1 where it gives all that is wrong there, else 0."""
        wrong, others = (list(_keys(step, verdicts)) for verdicts in (("wrong",), ("right", "follows", "trivial")))
        if not all(map(self.is_short, wrong)):
            return 0
        fitting = (values for values in self.values(step) if all(self.gives(values, key) for key in wrong))
        ranks = (2 if all(self.gives(values, key) for key in others) else 1 for values in fitting)
        best = 0
        while best < 2 and (rank := next(ranks, 0)):
            best = max(best, rank)
        return best

    def gives(self, values: tuple[Number | None, ...], key: str) -> bool:
        offset = self.sheet.key.places[key][1]
        return accepts(self.sheet.key.contract, values[offset], self.sheet.row.numerals[key].value)

    def is_short(self, key: str) -> bool:
        """Whether a number is written with no more digits than the mistake leaves, where it is one of rounding: 2.00 is
        not rounded to 2.

        Zeros behind are believed where the whole sheet is written so.
        """
        return not self.short or self.is_filled_up or self.sheet.row.numerals[key].unit >= min(fmpq(1), self.step(key))

    @cached_property
    def is_filled_up(self) -> bool:
        """Whether every number on the sheet has the digits that the mistake leaves, and zeros behind."""
        numerals = self.sheet.row.numerals
        return len(numerals) >= FEW and all(
            (numeral.value / self.step(key)).q == 1 for key, numeral in numerals.items()
        )

    def step(self, key: str) -> fmpq:
        """One unit of the last digit that the mistake leaves of a number."""
        return self.sheet.key.contract.unit(self.sheet.row.numerals[key].value) * 10**self.short

    def contradictions(self, steps: list[StepMark]) -> int:
        """The steps at which the mistake would have shown, and what is written is right."""
        return sum(self.is_contradicted(step) for step in steps if self.edits(step.quantity) and not step.deviates)

    def is_contradicted(self, step: StepMark) -> bool:
        entry, keys = self.entries[step.quantity], list(_keys(step, ("right", "follows", "trivial")))
        found = [self.sheet.values(entry, worked) for worked in self.sheet.own]
        return bool(keys) and not any(all(self.gives(values, key) for key in keys) for values in found)


def _keys(step: StepMark, verdicts: tuple[str, ...]) -> Iterator[str]:
    return (answer.key for answer in step.answers if answer.verdict in verdicts)


def diagnosed(sheet: Sheet, steps: list[StepMark]) -> Iterator[StepMark]:
    """The steps with the mistakes that explain what is wrong in them."""
    wrong = [step for step in steps if step.deviates]
    suspects = [Suspect(sheet, name) for name in sheet.key.mistaken] if wrong else []
    ranked = [rank for suspect in suspects for rank in _ranked(suspect, wrong, steps)]
    for step in steps:
        found = {name: rank for name, quantity, rank in ranked if quantity == step.quantity}
        best = max(found.values(), default=None)
        yield replace(step, mistakes=tuple(name for name, rank in found.items() if rank == best))


def _ranked(
    suspect: Suspect, wrong: list[StepMark], steps: list[StepMark]
) -> Iterator[tuple[str, Term, tuple[int, int, int]]]:
    """(mistake, quantity, rank) wherever the mistake explains a step: how well, how little speaks against it, how much
    it explains in all.

    Where the mistake is not made at the step itself, nothing may speak against it.
    """
    fits = {step.quantity: fit for step in wrong if (fit := suspect.fit(step))}
    against = suspect.contradictions(steps) if fits else 0
    for quantity, fit in fits.items():
        if suspect.edits(quantity) or not against:
            yield suspect.name, quantity, (fit, -against, len(fits))
