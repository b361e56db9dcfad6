"""Variants of the article's network as Moodle XML with keys, feedback for each mistake and worked solutions, on all cores.

R/exams 2.4-2 made 22 to 27 variants a second as Moodle XML on a machine with two cores (an exercise of its own kind; recorded, not run here).
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from derivation.variants import load_exercise
from derivation.variants.exercise import Exercise
from derivation.variants.exports import EXPORTS
from derivation.variants.solve import draw

ARTICLE = Path(__file__).parents[2] / "examples" / "two-two-one.toml"
PORTION = 250
R_EXAMS = (22, 27)


@cache
def article() -> Exercise:
    return load_exercise(ARTICLE)


def part(task: tuple[str, int]) -> tuple[bytes, int, float]:
    """One portion of a format's main part, drawn and written by a worker; the most memory that it has used, in MB; the seconds it worked."""
    form, seed = task
    start = time.process_time()
    made = EXPORTS[form].makers[0](article(), [(variant, "") for variant in draw(article(), seed, PORTION)])
    return made, memory(), time.process_time() - start


def memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def parts(executor: ProcessPoolExecutor, form: str, count: int, spent: list[float]) -> Iterator[bytes]:
    """The parts in order; never more under way than there are workers twice over."""
    tasks = iter([(form, seed) for seed in range(count // PORTION)])
    waiting = [executor.submit(part, task) for task in islice(tasks, 2 * (os.cpu_count() or 1))]
    while waiting:
        content, used, worked = waiting.pop(0).result()
        spent[:] = max(spent[0], used), spent[1] + worked
        waiting += [executor.submit(part, task) for task in islice(tasks, 1)]
        yield content


def written(form: str, count: int) -> None:
    """One batch, written to a file that is thrown away."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as executor, tempfile.TemporaryDirectory() as folder:
        list(executor.map(part, [("csv", 0)] * (os.cpu_count() or 1)))  # workers that are awake
        spent, size, start = [0.0, 0.0], 0, time.perf_counter()
        for path, content in EXPORTS[form].files(article(), parts(executor, form, count, spent)):
            target = Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                size += sum(map(file.write, content))
        seconds = time.perf_counter() - start
    rate = count / seconds
    beside = f"{rate / R_EXAMS[1]:.0f} to {rate / R_EXAMS[0]:.0f} times R/exams" if form == "moodle" else ""
    work = f"{spent[1] / count * 1e3:.2f} ms of a core each"
    print(f"{form:>12} {count:>7,} variants {seconds:7.1f} s {rate:6.0f}/s, {work}, {size / count / 1e3:.1f} kB; most memory {spent[0]:.0f} MB {beside}")


if __name__ == "__main__":
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {len(article().blanks)} blanks, {len(article().mistakes)} mistakes")
    for count in (1000, 2500, 5000, 10000):
        written("moodle", count)
    if "--all" in sys.argv:
        for form in ("qti21", "prairielearn"):
            written(form, 1000)
