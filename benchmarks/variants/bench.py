"""Variants of the article's network: the command for learning platforms, worksheets for paper beside a bare run of TeX,
on all cores.

R/exams 2.4-2 made 22 to 27 variants a second as Moodle XML and 2.8 to 3.1 PDFs a second on a machine with two cores (an
exercise of its own kind; recorded, not run here).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ARTICLE = Path(__file__).parents[2] / "examples" / "two-two-one.toml"
R_EXAMS = {"moodle": (22, 27), "sheets": (2.8, 3.1)}
"""Of R/exams, a second."""


@contextmanager
def spec(level: str) -> Iterator[Path]:
    """The article's network, its questions to be those of a level."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "network.toml")
        path.write_text(f'{ARTICLE.read_text("utf-8")}\n[variants]\nlevel = "{level}"\n', "utf-8")
        yield path


def command(form: str, count: int) -> None:
    """The command as it is typed, from its start to its end. What it says on standard error is not kept."""
    with spec("guided") as network:
        output = network.parent / "made"
        words = [
            sys.executable,
            "-m",
            "derivation",
            "variants",
            network,
            "--count",
            str(count),
            "--format",
            form,
            "-o",
            output,
        ]
        start = time.perf_counter()
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        if status:
            raise SystemExit(f"{form} failed")
        size = sum(path.stat().st_size for path in output.rglob("*") if path.is_file())
    work = (usage.ru_utime + usage.ru_stime) / count * 1e3
    print(
        f"{form:>12} {count:>7,} {seconds:7.1f} s {rate(form, count, seconds)}; {work:.1f} ms of a core and "
        f"{size / count / 1e3:.0f} kB each; most memory {usage.ru_maxrss >> 10} MB"
    )


def sheets(count: int) -> None:
    """Worksheets of one page each, drawn, set and bound; beside it one bare run of TeX over all of them."""
    from derivation.exercises.batch.batch import Batch, drawn, exercise_of
    from derivation.exercises.batch.parts import Job, Product, VariantRow
    from derivation.exercises.batch.pool import Cores
    from derivation.exercises.batch.products import PARTS
    from derivation.exercises.exercise.exercise import Exercise
    from derivation.exercises.exports.formats import Files
    from derivation.exercises.sheets.binding import bound
    from derivation.exercises.sheets.document import worksheets
    from derivation.pages.typesetting.engine import compile_pdf

    def only(exercise: Exercise, parts: Iterator[bytes]) -> Files:
        yield "sheets.pdf", [bound(parts)]

    with spec("bare") as network:
        job, pool = Job(network.read_text("utf-8"), str(network.parent)), Cores()
        start = time.perf_counter()
        rows = tuple(VariantRow.of(found, "") for found in drawn(job, 1, count, pool))
        Batch(job, rows, [Product(("sheets",), only)], PARTS, network.parent).run(pool, lambda done, total: None)
        seconds = time.perf_counter() - start
        tex = worksheets(exercise_of(job), [(row.variant(exercise_of(job)), "") for row in rows])
        start = time.perf_counter()
        compile_pdf(tex, time_limit=600)
        bare = time.perf_counter() - start
    print(
        f"{'sheets':>12} {count:>7,} {seconds:7.1f} s {rate('sheets', count, seconds)}; TeX alone, in one run: "
        f"{bare:.1f} s, {count / bare:.0f}/s: {seconds / bare:.2f} x"
    )


def rate(form: str, count: int, seconds: float) -> str:
    a_second = count / seconds
    beside = (
        f" ({a_second / R_EXAMS[form][1]:.0f} to {a_second / R_EXAMS[form][0]:.0f} x R/exams)"
        if form in R_EXAMS
        else ""
    )
    return f"{a_second:6.0f}/s{beside}"


if __name__ == "__main__":
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for count in (1000, 2500, 5000, 10000):
        command("moodle", count)
    if "--all" in sys.argv:
        for form in ("qti21", "prairielearn"):
            command(form, 1000)
        for count in (1000, 5000):
            sheets(count)
