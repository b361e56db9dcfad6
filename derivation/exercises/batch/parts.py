"""What a batch is made of: its rows, the kinds of parts, and the products joined from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from flint import fmpq

from derivation.exercises.exercise.exercise import Exercise, Variant
from derivation.exercises.exports.formats import Files, Labelled, Unfit
from derivation.exercises.search.solve import FoundNumbers
from derivation.mistakes.table import latest
from derivation.pages.typesetting.failure import TexError


@dataclass(frozen=True, slots=True)
class VariantRow:
    """A variant as it travels: its numbers as text, and whose sheet it is."""

    number: int
    id: str
    inputs: tuple[str, ...]
    stratum: str
    label: str

    @classmethod
    def of(cls, found: FoundNumbers | Variant, label: str) -> VariantRow:
        return cls(found.number, found.id, tuple(map(str, found.inputs)), found.stratum, label)

    def variant(self, exercise: Exercise) -> Variant:
        """The variant with all its values."""
        inputs = tuple(fmpq(*map(int, text.split("/"))) for text in self.inputs)
        return Variant(exercise, self.number, self.id, inputs, tuple(exercise.run(inputs)), self.stratum)


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker needs to know of a batch: the spec's text, the folder its files are in, what problems are told of,
    and the edition of the variants."""

    spec: str
    folder: str
    source: str = "<spec>"
    edition: int = field(default_factory=latest)


@dataclass(frozen=True, slots=True)
class PartTask:
    """One portion of one kind of part."""

    job: Job
    part: str
    place: int
    rows: tuple[VariantRow, ...]


@dataclass(frozen=True)
class Part:
    """A kind of part: at most how many variants it holds, and how it is made."""

    size: int
    make: Callable[[Exercise, Labelled], bytes]


@dataclass(frozen=True, slots=True)
class Unmade:
    """What is there instead of a part that could not be made: why."""

    error: TexError | Unfit


@dataclass(frozen=True)
class Product:
    """What a batch can be asked for: the kinds of parts it needs, and its files from them (each kind's parts in
    order)."""

    parts: tuple[str, ...]
    files: Callable[..., Files]
