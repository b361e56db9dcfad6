"""Many variants: parts made wherever there is room, kept as they are done, and joined at the end.

A part is a file that is whole or absent, so that a run that was stopped goes on where it was, and ends with the same
bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from derivation.exercises.batch.parts import Job, Part, PartTask, Product, Unmade, VariantRow
from derivation.exercises.batch.pool import Pool
from derivation.exercises.batch.products import PARTS
from derivation.exercises.exercise.exercise import Exercise
from derivation.exercises.exercise.exercise import exercise_of as load
from derivation.exercises.exports.formats import Unfit
from derivation.exercises.search.solve import FoundNumbers, solver_of
from derivation.pages.typesetting.failure import TexError
from derivation.system.hold import held
from derivation.system.writing import make_folder, write_whole
from derivation.words.language import asked, preferring

DRAWN = 250
"""How many variants are drawn in one piece."""
WORK = ".derivation"
"""The folder in which parts wait for each other; it is gone when the batch is done."""


def exercise_of(job: Job) -> Exercise:
    """The exercise that the spec describes; raises `SpecError` with every problem found."""
    return _exercise(job, asked())


@lru_cache(maxsize=2)
def _exercise(job: Job, language: str) -> Exercise:
    """The same, known again for as long as the language is: what has no title is called something in it."""
    return load(job.spec, job.folder, job.source, job.edition)


@dataclass(frozen=True, slots=True)
class Portion:
    """Some of a job's variants, by their numbers."""

    job: Job
    seed: int
    numbers: range


def find(portion: Portion) -> list[FoundNumbers]:
    """The first that is found for each number, wherever this runs."""
    exercise = exercise_of(portion.job)
    with preferring(exercise.network.page.language):
        return list(solver_of(exercise).firsts(portion.seed, portion.numbers))


def drawn(job: Job, seed: int, count: int, pool: Pool) -> Iterator[FoundNumbers]:
    """The first variants of a seed, no two alike; raises `Unmeetable` where there are none or too few."""
    portions = [Portion(job, seed, range(start, min(start + DRAWN, count + 1))) for start in range(1, count + 1, DRAWN)]
    made = dict(pool.run(find, portions))
    found = chain.from_iterable(made[portion] for portion in portions)
    return solver_of(exercise_of(job)).chosen(seed, count, found)


def make(task: PartTask) -> bytes | Unmade:
    """One part, wherever this runs."""
    exercise = exercise_of(task.job)
    try:
        with preferring(exercise.network.page.language):
            return PARTS[task.part].make(exercise, [(row.variant(exercise), row.label) for row in task.rows])
    except (TexError, Unfit) as error:
        return Unmade(error)


class Batch:
    """The parts of one job in a folder, and what is still to be done.

    `written` are the files that are done.
    """

    def __init__(
        self,
        job: Job,
        rows: tuple[VariantRow, ...],
        products: Iterable[Product],
        parts: Mapping[str, Part],
        folder: Path,
    ) -> None:
        self.job, self.products, self.folder, self.written = job, tuple(products), folder, list[Path]()
        text = json.dumps(
            [
                job.spec,
                [[row.id, row.inputs, row.label] for row in rows],
                *([asked()] if asked() else []),
            ]
        )
        self.work = folder / WORK / hashlib.sha256(text.encode()).hexdigest()[:16]
        needed = dict.fromkeys(part for product in self.products for part in product.parts)
        self.tasks = [task for name in needed for task in _tasks(job, name, rows, parts[name].size)]

    def place(self, task: PartTask) -> Path:
        """Where a part waits."""
        return self.work / f"{task.part}-{task.place:05d}"

    def run(self, pool: Pool, told: Callable[[int, int], Any]) -> list[Path]:
        """Makes what is missing and joins it; `told` hears how many parts there are, of how many.

        Where a part cannot be made, all files that do without it are; then it raises what was raised there. Raises
        `hold.Held` while another run writes into the folder.
        """
        with held(self.folder / WORK), preferring(exercise_of(self.job).network.page.language):
            unmade = self.make(pool, told)
            for product in self.products:
                if unmade.keys().isdisjoint(product.parts) and any(task.part in product.parts for task in self.tasks):
                    self.written += self.joined(product)
            for error in unmade.values():
                raise error
        return self.written

    def make(self, pool: Pool, told: Callable[[int, int], Any]) -> dict[str, Exception]:
        """Makes the parts that are missing; the kinds of which some could not be made, and why."""
        make_folder(self.work)
        missing = [task for task in self.tasks if not self.place(task).exists()]
        unmade: dict[str, Exception] = {}
        done = len(self.tasks) - len(missing)
        told(done, len(self.tasks))
        for task, part in pool.run(make, missing):
            if isinstance(part, Unmade):
                unmade.setdefault(task.part, part.error)
            else:
                write_whole(self.place(task), [part])
            done += 1
            told(done, len(self.tasks))
        return unmade

    def joined(self, product: Product) -> Iterator[Path]:
        """The files of a product."""
        for path, content in product.files(exercise_of(self.job), *map(self.parts, product.parts)):
            target = self.folder / path
            make_folder(target.parent)
            write_whole(target, content)
            yield target

    def parts(self, name: str) -> Iterator[bytes]:
        """The parts of one kind, in order."""
        return (self.place(task).read_bytes() for task in self.tasks if task.part == name)


def _tasks(job: Job, part: str, rows: tuple[VariantRow, ...], size: int) -> Iterator[PartTask]:
    return (
        PartTask(job, part, place, rows[start : start + size]) for place, start in enumerate(range(0, len(rows), size))
    )
