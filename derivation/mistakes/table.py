"""The mistakes table: a row each, with what the mistake makes of a formula and, where it shows in the value alone, what it
makes of that.

Exercises make the formulas wrong: that applies to any network and gives the wrong answers a student would really get.
The checker of articles, which seldom knows how somebody came to a value, makes right values wrong and looks whether they
are what is written.

A row's name is its key in the words file: `[mistakes]` has what it is called, `[mistake_feedback]` what to tell the
student, `[mistake_in_article]` what is said of an article that has it.

Rows belong to editions. The numbers of a variant are such that the mistakes show which its edition knows, so no row of
an edition that sheets were printed in is ever changed or taken away: a new row comes with the next edition
(`since`), and so does one that works otherwise than before; it has the name of the row that it replaces. The change of
a value is no part of an edition.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import fmpq

from derivation.mistakes import edits, losses
from derivation.mistakes.edits import Edit, backward, everywhere
from derivation.mistakes.losses import of_the_loss
from derivation.mistakes.values import ValueChange, against_the_step, past_the_activation, scaled


@dataclass(frozen=True, slots=True)
class Mistake:
    """One row: its key in the words file, what it makes of a formula and of a value, by how many digits results are
    rounded short of what is asked, and the edition from which it is there."""

    name: str
    edit: Edit | None = None
    value: ValueChange | None = None
    short: int = 0
    since: int = 1


ROWS = (
    Mistake("forgot_bias", everywhere("forward", edits.without_bias)),
    Mistake("passed_negatives", everywhere("forward", edits.passed_negatives)),
    Mistake("dropped_half", losses.without_constant),
    Mistake("averaged", everywhere("forward", edits.averaged)),
    Mistake("summed", everywhere("forward", edits.summed)),
    Mistake("flipped_sign", of_the_loss(losses.flipped), ValueChange(lambda value: -value)),
    Mistake("kept_two", of_the_loss(losses.kept_constant), scaled(fmpq(2))),
    Mistake("lost_two", of_the_loss(losses.lost_two), scaled(fmpq(1, 2))),
    Mistake("forgot_slope", backward(edits.without_slope), ValueChange(lambda value: value, past_the_activation)),
    Mistake("slope_of_output", backward(edits.slope_of_output)),
    Mistake("slope_before_weights", backward(edits.slope_before_weights)),
    Mistake("untransposed_weights", everywhere("backward", edits.untransposed)),
    Mistake("updated_first", edits.updated_first),
    Mistake("transposed_gradient", edits.transposed, ValueChange(lambda value: value.T)),
    Mistake("averaged_gradient", edits.averaged_gradient),
    Mistake("one_path", edits.one_path),
    Mistake("added_gradient", edits.ascending, against_the_step),
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
