"""CSV: a table of keys, a table to be filled with answers, and a table of how alike the variants are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from derivation.exercises.exercise.exercise import Exercise, Variant
from derivation.exercises.exports.answers import Answers
from derivation.exercises.exports.formats import ExportFormat, Files, Labelled
from derivation.exercises.exports.question import certain
from derivation.exercises.search import workload
from derivation.exercises.spreadsheet import table
from derivation.pages.words import Words

ALIKE = ("id", "stratum", "units on", "digits", "operations")
KEY = ("id", "blank", "points", "answer", "lowest", "highest", "rounding")


def key(exercise: Exercise, variants: Labelled) -> bytes:
    """A row for each blank of each variant: its answer, and the answers that are accepted."""
    answers, rounding, worth = Answers(exercise), rounding_of(exercise), exercise.points

    def rows(variant: Variant) -> list[tuple[str, ...]]:
        return [
            (variant.id, blank.key, str(gain), entry.right.shown, entry.right.lowest, entry.right.highest, rounding)
            for blank, gain, entry in zip(exercise.blanks, worth, answers.of(variant), strict=True)
        ]

    return table(row for variant, _ in variants for row in certain(rows, variant))


def answers(exercise: Exercise, variants: Labelled) -> bytes:
    """An empty row for each variant."""
    return table((variant.id, name, *[""] * len(exercise.blanks)) for variant, name in variants)


def likeness(exercise: Exercise, variants: Labelled) -> bytes:
    """A row for each variant: which units are on, the digits there are to write, and the operations there are to
    work."""
    rows = workload.table(variant for variant, _ in variants)
    return table(
        (row.id, row.stratum, row.branches, str(row.workload.digits), str(row.workload.operations)) for row in rows
    )


def rounding_of(exercise: Exercise) -> str:
    """The rounding contract in a few words."""
    contract, words = exercise.contract, Words(str)
    if contract.places is None:
        return words.text("exports", "to_digits", count=contract.digits)
    return words.text("exports", "to_places", count=contract.places)


def tables(exercise: Exercise, keys: Iterable[bytes], templates: Iterable[bytes], alike: Iterable[bytes]) -> Files:
    """The key, the table of answers with a column for each blank, and the table of the variants."""
    yield "key.csv", _headed(KEY, keys)
    yield "answers.csv", _headed(("id", "student", *(blank.key for blank in exercise.blanks)), templates)
    yield "variants.csv", _headed(ALIKE, alike)


def _headed(heads: Iterable[str], parts: Iterable[bytes]) -> Iterator[bytes]:
    yield table([tuple(heads)])
    yield from parts


CSV = ExportFormat((key, answers, likeness), tables)
