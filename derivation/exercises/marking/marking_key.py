"""The exercise that answers are marked against: its tape, right and with each mistake made, and where each blank
belongs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from derivation.deriving.tape import Entry, Tape, record
from derivation.exercises.exercise.exercise import Blank
from derivation.exercises.exercise.program import Circular
from derivation.exercises.key import Key, KeyFault, VariantForm, given_names, read_array
from derivation.exercises.mistakes import applied
from derivation.exercises.plan.contract import Contract
from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.numbers import Number, certified
from derivation.formulas.terms import Term, name, walk
from derivation.mistakes.table import Mistake, mistakes
from derivation.networks.keys import key_of
from derivation.networks.network import Network
from derivation.spec.reader import loads

Entries = Mapping[Term, Entry]
Written = Mapping[Term, tuple[Number | None, ...]]
"""What stands on a sheet: for each quantity its entries, None where one is left blank."""


@dataclass(frozen=True)
class MarkingKey:
    """A network with its tape as entries by quantity; `mistakes` are those that the key's edition knows, and `mistaken`
    has for each that can be made the entries as it makes them."""

    network: Network
    contract: Contract
    start: Mapping[Term, Array]
    entries: Entries
    mistakes: Mapping[str, Mistake]
    mistaken: Mapping[str, Entries]
    places: Mapping[str, tuple[Term, int]]
    """Where a blank belongs, by its key: the quantity, and the offset of the entry."""

    @cached_property
    def used(self) -> frozenset[Term]:
        """The results that others are worked from."""
        return frozenset(
            node
            for entry in self.entries.values()
            for node in walk(entry.formula)
            if node in self.entries and self.entries[node].is_result
        )

    def given(self, variant: VariantForm) -> dict[Term, Array]:
        """What a variant starts from."""
        return {**self.start, **{name(key): read_array(value) for key, value in variant.given.items()}}


def marking_key(key: Key) -> MarkingKey:
    """What a key describes. Raises `KeyFault` where the key and its spec do not belong together, and what
    `spec.loads` raises."""
    network = loads(key.spec, key.source, Path(key.source).parent)
    tape, start = certified(lambda: record(network))
    rows = mistakes(key.edition)
    mistaken = {
        row.name: _by_quantity(edited) for row in rows.values() if (edited := applied(row, tape, network, key.contract))
    }
    places = {blank: place for entry in tape for blank, place in _blanks(entry)}
    made = MarkingKey(network, key.contract, start, _by_quantity(tape), rows, mistaken, places)
    for place, variant in enumerate(key.variants.values()):
        for problem in _problems(made, variant):
            raise KeyFault(f"{key.source}: variants[{place}].{problem}")
    return made


def _by_quantity(tape: Tape) -> dict[Term, Entry]:
    return {entry.quantity: entry for entry in tape}


def _blanks(entry: Entry) -> list[tuple[str, tuple[Term, int]]]:
    array = Array(entry.shape, (0,) * (entry.shape[0] * entry.shape[1] if entry.shape else 1))
    return [
        (Blank(entry.quantity, place, 0, "", 0).key, (entry.quantity, offset))
        for offset, place in enumerate(array.places)
    ]


def _problems(made: MarkingKey, variant: VariantForm) -> Iterator[str]:
    """What is wrong with a key that was changed by hand, or whose spec is another one's."""
    for place, blank in enumerate(variant.blanks):
        if blank.key not in made.places:
            yield f"blanks[{place}]: the network of the spec has no {blank.key[:40]}"
    wanted = given_names(made.network, made.start)
    for key in (*variant.given, *(key for key in wanted if key not in variant.given)):
        if key not in wanted:
            yield f"given: the spec gives no {key[:40]!r}"
        elif key not in variant.given:
            yield f"given: there is no {key}, which the spec gives"
        elif made.start[name(key)].shape != read_array(variant.given[key]).shape:
            yield f"given.{key}: does not have the shape that the spec gives it"


class StudentValues:
    """Quantities as they are on a sheet: what is written there, else the values of `otherwise`, else worked by their
    formulas when first asked for.

    Raises `Circular` where a quantity would be needed for itself, and `Undefined` where one has no value.
    """

    def __init__(
        self,
        entries: Entries,
        given: Mapping[Term, Array],
        written: Written,
        otherwise: StudentValues | None,
        network: Network,
    ) -> None:
        self.entries, self.written, self.otherwise, self.network = entries, written, otherwise, network
        self.arrays: dict[Term, Array] = dict(given)
        self.open: set[Term] = set()

    def get(self, quantity: Term) -> Array | None:
        """A quantity's array; None for what is no quantity of the tape."""
        found = self.arrays.get(quantity)
        entry = self.entries.get(quantity)
        if found is not None or entry is None or entry.formula == quantity:
            return found  # a local derivative's formula is the operation itself
        written = self.written.get(quantity)
        if written is None or None in written:
            array = self.otherwise.get(quantity) if self.otherwise and entry.is_result else self.by_formula(entry)
            assert array is not None
            entries = tuple(
                y if x is None else x
                for x, y in zip(written or (None,) * len(array.entries), array.entries, strict=True)
            )
        else:
            entries = written
        self.arrays[quantity] = Array(entry.shape, entries)
        return self.arrays[quantity]

    def by_formula(self, entry: Entry) -> Array:
        """A quantity worked from the others, whatever is written for it."""
        if entry.quantity in self.open:
            raise Circular(key_of(entry.quantity))
        self.open.add(entry.quantity)
        try:
            array = evaluate(entry.formula, self)  # type: ignore[arg-type]
        finally:
            self.open.discard(entry.quantity)
        rounding = entry.rounding or self.network.carry
        return array.map(rounding) if rounding and entry.is_result else array
