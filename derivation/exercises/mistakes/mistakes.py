"""The mistakes table: a row each, as an edit of the tape. It applies to any network and gives the wrong answers a
student would really get.

A row's name is its key in the words file: `[mistakes]` has what it is called, `[mistake_feedback]` what to tell the
student.

Rows belong to editions. The numbers of a variant are such that the mistakes show which its edition knows, so no row of
an edition that sheets were printed in is ever changed or taken away: a new row comes with the next edition
(`since`), and so does one that works otherwise than before; it has the name of the row that it replaces.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flint import fmpq

from derivation.deriving.tape import Entry, Tape
from derivation.exercises.mistakes import edits
from derivation.exercises.mistakes.edits import Edit, backward, everywhere, of_the_loss
from derivation.exercises.plan.contract import Contract
from derivation.formulas.language.resolve import Shapes
from derivation.formulas.numbers import NEGLIGIBLE, Number, Uncertain, bounds, magnitude
from derivation.formulas.operations.table import ShapeMismatch
from derivation.formulas.terms import Term
from derivation.networks.network import Network


@dataclass(frozen=True, slots=True)
class Early:
    """Rounding to fewer digits than asked for, halves away from 0 as at school.

    >>> Early(Contract(digits=3), 1)(fmpq(1, 8)), Early(Contract(places=2), 1)(fmpq(-1, 4))
    (13/100, -3/10)
    """

    contract: Contract
    short: int

    def __call__(self, x: Number) -> fmpq:
        low, high = bounds(x)
        if low == high:
            return self.rounded(low)
        found = self.rounded(low)
        if found != self.rounded(high) and high - low > NEGLIGIBLE:
            raise Uncertain("what the digits of a number are")
        return found

    def rounded(self, x: fmpq) -> fmpq:
        """A rational rounded; in whole numbers, since every variant asks for it often."""
        if x == 0:
            return x
        contract = self.contract
        places = (contract.digits - 1 - magnitude(x) if contract.places is None else contract.places) - self.short
        above, below = abs(int(x.p)) * 10 ** max(places, 0), int(x.q) * 10 ** max(-places, 0)
        units = (2 * above + below) // (2 * below)
        return fmpq(units if x > 0 else -units) / fmpq(10) ** places

    @property
    def is_possible(self) -> bool:
        """Whether a digit is left."""
        places = self.contract.places
        return self.contract.digits - self.short >= 1 if places is None else places - self.short >= 0


@dataclass(frozen=True, slots=True)
class Mistake:
    """One row: its key in the words file, what it makes of a formula, by how many digits results are rounded short of
    what is asked, and the edition from which it is there."""

    name: str
    edit: Edit | None = None
    short: int = 0
    since: int = 1

    def applied(self, tape: Tape, network: Network, contract: Contract) -> Tape | None:
        """The tape with the mistake made wherever it can be; None where it can be made nowhere."""
        made = tuple(self.made(entry, network, contract) for entry in tape)
        return made if made != tape else None

    def made(self, entry: Entry, network: Network, contract: Contract) -> Entry:
        """One entry with the mistake made, if it can be made there."""
        if self.edit:
            return _edited(entry, self.edit(entry, network), Shapes(network.names.shapes))
        early = Early(contract, self.short)
        return replace(entry, rounding=early) if entry.is_result and early.is_possible else entry


def _edited(entry: Entry, formula: Term | None, shapes: Shapes) -> Entry:
    """The entry with another formula, where that has the quantity's shape: nobody writes what does not fit."""
    try:
        return replace(entry, formula=formula) if formula is not None and shapes.of(formula) == entry.shape else entry
    except ShapeMismatch:
        return entry


ROWS = (
    Mistake("forgot_bias", everywhere("forward", edits.without_bias)),
    Mistake("passed_negatives", everywhere("forward", edits.passed_negatives)),
    Mistake("dropped_half", edits.without_constant),
    Mistake("averaged", everywhere("forward", edits.averaged)),
    Mistake("summed", everywhere("forward", edits.summed)),
    Mistake("flipped_sign", of_the_loss(edits.flipped)),
    Mistake("kept_two", of_the_loss(edits.kept_constant)),
    Mistake("lost_two", of_the_loss(edits.lost_two)),
    Mistake("forgot_slope", backward(edits.without_slope)),
    Mistake("slope_of_output", backward(edits.slope_of_output)),
    Mistake("slope_before_weights", backward(edits.slope_before_weights)),
    Mistake("untransposed_weights", everywhere("backward", edits.untransposed)),
    Mistake("updated_first", edits.updated_first),
    Mistake("transposed_gradient", edits.transposed),
    Mistake("averaged_gradient", edits.averaged_gradient),
    Mistake("one_path", edits.one_path),
    Mistake("added_gradient", edits.ascending),
    Mistake("forgot_rate", everywhere("update", edits.without_rate)),
    Mistake("rounded_early", short=1),
    Mistake("rounded_coarsely", short=2),
)
"""All rows of all editions."""


def latest() -> int:
    """The edition that new variants are of."""
    return max(row.since for row in ROWS)


def mistakes(edition: int) -> dict[str, Mistake]:
    """The mistakes that an edition knows, by name.

    >>> list(mistakes(1))[:2], mistakes(1)["rounded_early"].short
    (['forgot_bias', 'passed_negatives'], 1)
    """
    return {row.name: row for row in ROWS if row.since <= edition}
