"""The command `derivation variants`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from derivation.cli.completing import one_of, several_of
from derivation.cli.exits import TEX_FAILED, folder_of, known, several, stop
from derivation.cli.explaining import caught, stood_in, warned
from derivation.cli.language import Language, prefer
from derivation.exercises.batch.batch import Batch, drawn, exercise_of
from derivation.exercises.batch.parts import Job, VariantRow
from derivation.exercises.batch.pool import Cluster, Cores, NoCluster, NoPool, Pool, is_open
from derivation.exercises.batch.products import BINDINGS, FORMATS, PARTS, platforms
from derivation.exercises.batch.roster import Person, load_roster
from derivation.exercises.exercise.identity import WrongId, edition_of
from derivation.exercises.exports.formats import Unfit
from derivation.exercises.search.solve import Unmeetable, one_pattern, rebuild, untold
from derivation.exercises.spreadsheet import NoTable
from derivation.mistakes.table import latest
from derivation.pages.typesetting.engine import named, unsettable
from derivation.pages.typesetting.engine import stood_in as standing_in
from derivation.pages.typesetting.failure import TexError
from derivation.spec.reader import page_of, text_of
from derivation.system.ending import due
from derivation.system.hold import Held
from derivation.system.streams import say
from derivation.system.writing import NotWritten
from derivation.words.telling import tell

SHOW_CURSOR = b"\033[?25h"
"""What tells a terminal to show the cursor that a progress bar hides."""
TOLD = 20
"""Sheets that are named of all on which other letters stand."""


def variants(
    spec: Annotated[Path, typer.Argument()],
    count: Annotated[
        int | None,
        typer.Option("--count", "-n", min=1),
    ] = None,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", show_default=False),
    ] = None,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            autocompletion=several_of(FORMATS, FORMATS.descriptions),
        ),
    ] = "pdf",
    bind: Annotated[
        str,
        typer.Option(
            autocompletion=one_of(BINDINGS),
        ),
    ] = "two",
    roster: Annotated[Path | None, typer.Option()] = None,
    ids: Annotated[
        list[str] | None,
        typer.Option("--id"),
    ] = None,
    cluster: Annotated[
        str,
        typer.Option(
            "--on",
        ),
    ] = "",
    language: Language = "",
) -> None:
    """Make the same exercise with other numbers: worksheets, worked keys, and questions for learning platforms."""
    forms = several("format", form, FORMATS)
    known("binding", bind, BINDINGS)
    if ids and (count or roster):
        stop(tell("batch.ids_alone"))
    text = caught(spec, lambda: text_of(spec))
    prefer(page_of(text).language)
    people = _people(roster)
    if not (count or people or ids):
        say(tell("batch.one_sheet", spec=spec))
    labels = _labels(roster, people, count)
    with closing(_pool(cluster)) as pool:
        job = _job(spec, text, _edition(spec, ids))
        rows = _rebuilt(spec, job, ids) if ids else _drawn(spec, job, seed, labels, pool)
        if "pdf" in forms:
            stood_in(spec, exercise_of(job).network)
            _stood_in_names(roster, people, rows)
        products = {**platforms(job.spec, seed), "pdf": BINDINGS[bind]}
        folder = folder_of(output, Path("output", f"{spec.stem}-variants"))
        _write(spec, Batch(job, rows, [products[name] for name in forms], PARTS, folder), pool)


def _write(spec: Path, batch: Batch, pool: Pool) -> None:
    """Makes all files; where some cannot be made, the others are, and the program ends with a message."""

    def run() -> None:
        try:
            with _progress() as told:
                batch.run(pool, told)
        finally:
            for path in batch.written if len(batch.written) <= 12 else [batch.folder]:
                print(tell("commands.wrote", file=path))

    try:
        caught(spec, run)
    except TexError as error:
        stop(str(error), TEX_FAILED)
    except Unfit as error:
        stop(f"{spec}: {error}")
    except (Held, NoPool, NotWritten) as error:
        stop(str(error))
    except OSError as error:
        stop(tell("batch.unwritable", folder=batch.folder, why=error.strerror or error))


def _labels(roster: Path | None, people: Sequence[Person], count: int | None) -> list[str]:
    """Whose each sheet is: those of the class list, and as many of nobody as are asked for beyond."""
    wanted = count or len(people) or 1
    if wanted < len(people):
        stop(tell("roster.fewer_sheets", roster=roster, names=len(people), count=wanted))
    return [person.label for person in people] + [""] * (wanted - len(people))


def _stood_in_names(roster: Path | None, people: Sequence[Person], rows: Sequence[VariantRow]) -> None:
    """Says on which sheets other letters stand for those of a name that no font has."""
    lacking = [
        (row.id, person, letter)
        for row, person in zip(rows, people, strict=False)
        if (letter := unsettable(person.label))
    ]
    for id, person, letter in lacking[:TOLD]:
        shown = standing_in(person.label)
        say(
            tell(
                "roster.no_font",
                roster=roster,
                line=person.line,
                **named(letter),
                label=person.label,
                id=id,
                shown=shown,
            )
        )
    if len(lacking) > TOLD:
        say(tell("roster.no_font_more", count=len(lacking) - TOLD))


def _drawn(spec: Path, job: Job, seed: int, labels: list[str], pool: Pool) -> tuple[VariantRow, ...]:
    """The variants of a seed, one for each label."""
    try:
        rows = caught(spec, lambda: tuple(map(VariantRow.of, drawn(job, seed, len(labels), pool), labels)))
    except Unmeetable as error:
        stop(f"{spec}: {error}")
    except NoPool as error:
        stop(str(error))
    for note in (*untold(exercise_of(job)), *one_pattern(exercise_of(job))):
        say(f"{spec}: {note}")
    return rows


def _rebuilt(spec: Path, job: Job, ids: list[str]) -> tuple[VariantRow, ...]:
    """The variants that ids stand for."""
    try:
        return caught(spec, lambda: tuple(VariantRow.of(rebuild(exercise_of(job), id), "") for id in ids))
    except WrongId as error:
        stop(f"{spec}: {error}")


def _edition(spec: Path, ids: list[str] | None) -> int:
    """The edition that ids are of, the latest where there are none."""
    try:
        editions = sorted(set(map(edition_of, ids or [])))
    except WrongId as error:
        stop(f"{spec}: {error}")
    if len(editions) > 1:
        stop(tell("ids.mixed", editions=", ".join(map(str, editions))))
    return editions[0] if editions else latest()


def _job(spec: Path, text: str, edition: int) -> Job:
    """The spec as workers get it, read and found to be right."""
    job = Job(text, str(spec.parent.resolve()), str(spec), edition)
    warned(spec, caught(spec, lambda: exercise_of(job)).network)
    return job


def _people(roster: Path | None) -> tuple[Person, ...]:

    try:
        return load_roster(roster) if roster else ()
    except NoTable as error:
        stop(str(error))


def _pool(address: str) -> Pool:

    if address and is_open(address):
        say(tell("batch.open_cluster", address=address))
    try:
        return Cluster(address) if address else Cores()
    except NoCluster as error:
        stop(str(error))


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Tells of the parts that are done, where somebody is looking."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return

    columns = (TextColumn(tell("batch.parts")), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with due(lambda: os.write(2, SHOW_CURSOR)), Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task("", total=None)
        yield lambda done, total: bar.update(line, completed=done, total=total)
