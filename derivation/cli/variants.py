"""The command `derivation variants`."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from derivation.cli.completing import one_of, several_of
from derivation.cli.exits import TEX_FAILED, folder_of, known, several, stop
from derivation.cli.explaining import caught, warned
from derivation.exercises.batch.batch import Batch, drawn, exercise_of
from derivation.exercises.batch.parts import Job, VariantRow
from derivation.exercises.batch.pool import Cluster, Cores, NoCluster, NoPool, Pool, is_open
from derivation.exercises.batch.products import BINDINGS, FORMATS, PARTS, platforms
from derivation.exercises.batch.roster import Person, load_roster
from derivation.exercises.exercise.identity import WrongId, edition_of
from derivation.exercises.exports.formats import Unfit
from derivation.exercises.search.solve import Unmeetable, rebuild, untold
from derivation.exercises.spreadsheet import NoTable
from derivation.mistakes.table import latest
from derivation.pages.typesetting.engine import TexError, unsettable
from derivation.spec.reader import text_of
from derivation.system.ending import due
from derivation.system.hold import Held
from derivation.system.streams import say
from derivation.system.writing import NotWritten
from derivation.words.telling import tell

SHOW_CURSOR = b"\033[?25h"
"""What tells a terminal to show the cursor that a progress bar hides."""
TOLD = 20
"""Sheets that are named of all that could not be printed."""


def variants(
    spec: Annotated[Path, typer.Argument(help="The network: a TOML file, what varies in its [variants] table.")],
    count: Annotated[
        int | None,
        typer.Option("--count", "-n", min=1, help="How many variants; without it, one for each name of the roster."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same variants, on every machine.")] = 1,
    output: Annotated[
        str | None,
        typer.Option(
            "-o", "--output", help="The folder to write into. Without it: output/NAME-variants.", show_default=False
        ),
    ] = None,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help=f"One or more of {', '.join(FORMATS)}, with commas.",
            autocompletion=several_of(FORMATS, FORMATS.descriptions),
        ),
    ] = "pdf",
    bind: Annotated[
        str,
        typer.Option(
            help="PDFs: two (sheets, keys), booklet (keys at the end) or each (a file for each).",
            autocompletion=one_of(BINDINGS),
        ),
    ] = "two",
    roster: Annotated[
        Path | None, typer.Option(help="A class list: CSV with a column 'name', and perhaps 'id'.")
    ] = None,
    ids: Annotated[
        list[str] | None,
        typer.Option("--id", help="Make one sheet again, by the id printed on it; may be given several times."),
    ] = None,
    cluster: Annotated[
        str,
        typer.Option(
            "--on",
            help="Work on a Dask cluster: the address of its scheduler, tls://host:port or tcp://host:port. The "
            "cluster and this machine run each other's code.",
        ),
    ] = "",
) -> None:
    """Make the same exercise with other numbers: worksheets, worked keys, and questions for learning platforms."""
    forms = several("format", form, FORMATS)
    known("binding", bind, BINDINGS)
    if ids and (count or roster):
        stop("--id makes the variants with these ids, so leave out --count and --roster")
    people = _people(roster)
    labels = _labels(roster, people, count)
    pool, job = _pool(cluster), _job(spec, _edition(spec, ids))
    rows = _rebuilt(spec, job, ids) if ids else _drawn(spec, job, seed, labels, pool)
    left_out = _unprintable(roster, people, rows) if "pdf" in forms else {}
    products = {**platforms(job.spec, seed), "pdf": BINDINGS[bind]}
    folder = folder_of(output, Path("output", f"{spec.stem}-variants"))
    _write(spec, Batch(job, rows, [products[name] for name in forms], PARTS, folder, left_out), pool)
    if left_out:
        stop(
            "\n".join([*left_out.values()][:TOLD])
            + (f"\nand {len(left_out) - TOLD} more" if len(left_out) > TOLD else ""),
            TEX_FAILED,
        )


def _write(spec: Path, batch: Batch, pool: Pool) -> None:
    """Makes all files; where some cannot be made, the others are, and the program ends with a message."""

    def run() -> None:
        try:
            with _progress() as told:
                batch.run(pool, told)
        finally:
            for path in batch.written if len(batch.written) <= 12 else [batch.folder]:
                print(f"wrote {path}")

    try:
        caught(spec, run)
    except TexError as error:
        stop(str(error), TEX_FAILED)
    except Unfit as error:
        stop(f"{spec}: {error}")
    except (Held, NoPool, NotWritten) as error:
        stop(str(error))
    except OSError as error:
        stop(f"{batch.folder} cannot be written: {error.strerror or error}")


def _labels(roster: Path | None, people: Sequence[Person], count: int | None) -> list[str]:
    """Whose each sheet is: those of the class list, and as many of nobody as are asked for beyond."""
    wanted = count or len(people) or 1
    if wanted < len(people):
        stop(
            f"{roster} has {len(people)} names, but --count is {wanted}; leave --count out, or make it at least "
            f"{len(people)}"
        )
    return [person.label for person in people] + [""] * (wanted - len(people))


def _unprintable(roster: Path | None, people: Sequence[Person], rows: Sequence[VariantRow]) -> dict[str, str]:
    """The ids of the sheets whose names no font has, and what to tell of each."""

    letters = {
        row.id: (person, letter)
        for row, person in zip(rows, people, strict=False)
        if (letter := unsettable(person.label))
    }
    hint = "write the name otherwise, or install LuaLaTeX and a font with this letter, such as DejaVu"
    return {
        id: f"{roster}:{person.line}: there is no font for {letter} (U+{ord(letter):04X}, "
        f"{unicodedata.name(letter, 'without a name').lower()}) in {person.label!r}, "
        f"so the PDFs are without the sheet {id}; {hint}"
        for id, (person, letter) in letters.items()
    }


def _drawn(spec: Path, job: Job, seed: int, labels: list[str], pool: Pool) -> tuple[VariantRow, ...]:
    """The variants of a seed, one for each label."""
    try:
        rows = caught(spec, lambda: tuple(map(VariantRow.of, drawn(job, seed, len(labels), pool), labels)))
    except Unmeetable as error:
        stop(f"{spec}: {error}")
    except NoPool as error:
        stop(str(error))
    for note in untold(exercise_of(job)):
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


def _job(spec: Path, edition: int) -> Job:
    """The spec as workers get it, read and found to be right."""
    job = caught(spec, lambda: Job(text_of(spec), str(spec.parent.resolve()), str(spec), edition))
    warned(spec, caught(spec, lambda: exercise_of(job)).network)
    return job


def _people(roster: Path | None) -> tuple[Person, ...]:

    try:
        return load_roster(roster) if roster else ()
    except NoTable as error:
        stop(str(error))


def _pool(address: str) -> Pool:

    if address and is_open(address):
        say(
            f"{address} is not encrypted: whoever is on the network between can read the class list and run code; "
            f"tls:// is"
        )
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

    columns = (TextColumn("parts"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with due(lambda: os.write(2, SHOW_CURSOR)), Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task("parts", total=None)
        yield lambda done, total: bar.update(line, completed=done, total=total)
