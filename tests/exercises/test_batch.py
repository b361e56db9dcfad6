"""Batches: the same bytes however often a run is stopped, on all cores and on a cluster that loses a worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE

from derivation.exercises.batch import batch
from derivation.exercises.batch.batch import WORK, Batch, drawn, make
from derivation.exercises.batch.parts import Job, Part, PartTask, VariantRow
from derivation.exercises.batch.pool import Cluster, Cores
from derivation.exercises.batch.products import BINDINGS, PARTS
from derivation.exercises.exercise.exercise import Exercise, exercise_of
from derivation.exercises.exports.formats import Files
from derivation.exercises.search.solve import draw

EXAMPLES = Path(__file__).parents[2] / "examples"
SPEC = (EXAMPLES / "two-two-one.toml").read_text("utf-8")
JOB = Job(SPEC, str(EXAMPLES))


@pytest.fixture(scope="module")
def rows() -> tuple[VariantRow, ...]:
    return tuple(VariantRow.of(variant, "") for variant in draw(exercise_of(SPEC, str(EXAMPLES)), 5, 8))


class Here:
    """Parts made here, until it is told to stop."""

    def __init__(self, stop_after: int = 1000) -> None:
        self.stop_after = stop_after

    def run(self, work: Callable[[Any], bytes], tasks: Sequence[PartTask]) -> Iterator[tuple[PartTask, bytes]]:
        for place, task in enumerate(tasks):
            if place == self.stop_after:
                raise KeyboardInterrupt
            yield task, task.part.encode() + b"".join(row.id.encode() + b"\n" for row in task.rows)


def listed(exercise: Exercise, sheets: Iterator[bytes], keys: Iterator[bytes]) -> Files:
    yield "all.txt", (*sheets, *keys)


def small(folder: Path, rows: tuple[VariantRow, ...]) -> Batch:
    def never(exercise: Exercise, variants: list[Any]) -> bytes:
        raise AssertionError

    from derivation.exercises.batch.parts import Product

    return Batch(
        JOB, rows, [Product(("sheets", "keys"), listed)], {"sheets": Part(3, never), "keys": Part(2, never)}, folder
    )


@pytest.mark.parametrize("stopped", range(7))
def test_a_run_that_was_stopped_ends_with_the_same_bytes(
    tmp_path: Path, rows: tuple[VariantRow, ...], stopped: int
) -> None:
    once, twice = tmp_path / "once", tmp_path / "twice"
    small(once, rows).run(Here(), lambda done, total: None)
    with pytest.raises(KeyboardInterrupt):
        small(twice, rows).run(Here(stopped), lambda done, total: None)
    told: list[tuple[int, int]] = []
    small(twice, rows).run(Here(), lambda done, total: told.append((done, total)))
    assert told[0] == (stopped, 7)
    assert (once / "all.txt").read_bytes() == (twice / "all.txt").read_bytes()
    assert sorted(path.name for path in twice.iterdir()) == ["all.txt"]


@pytest.mark.tex
def test_a_run_that_was_killed_ends_with_the_same_bytes(tmp_path: Path) -> None:
    def command(folder: Path) -> list[str]:
        return [
            sys.executable,
            "-m",
            "derivation",
            "variants",
            str(EXAMPLES / "two-two-one.toml"),
            "--count",
            "25",
            "--seed",
            "4",
            "-o",
            str(folder),
        ]

    subprocess.run(command(tmp_path / "once"), check=True, capture_output=True)
    killed = subprocess.Popen(command(tmp_path / "twice"), start_new_session=True, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + PATIENCE
    while not list(tmp_path.glob(f"twice/{WORK}/*/*-*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    assert not (tmp_path / "twice" / "keys.pdf").exists()
    subprocess.run(command(tmp_path / "twice"), check=True, capture_output=True)
    for name in ("sheets.pdf", "keys.pdf"):
        assert (tmp_path / "once" / name).read_bytes() == (tmp_path / "twice" / name).read_bytes()
    assert sorted(path.name for path in (tmp_path / "twice").iterdir()) == ["keys.pdf", "sheets.pdf"]


@pytest.mark.tex
def test_a_cluster_that_loses_a_worker_makes_the_same_bytes(
    tmp_path: Path, rows: tuple[VariantRow, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As without workers."""
    distributed = pytest.importorskip("distributed", reason="the cluster needs derivation[cluster]")
    parts = {"sheets": Part(2, PARTS["sheets"].make), "keys": Part(2, PARTS["keys"].make)}
    products = [BINDINGS["two"]]
    here, there = tmp_path / "here", tmp_path / "there"
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    with closing(Cores()) as pool:
        Batch(JOB, rows[:4], products, parts, here).run(pool, lambda done, total: None)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:

        def told(done: int, total: int) -> None:
            if done == 1:
                worker = next(iter(cluster.workers.values()))
                os.kill(worker.process.process.pid, signal.SIGKILL)

        Batch(JOB, rows[:4], products, parts, there).run(Cluster(cluster.scheduler_address), told)
    for name in ("sheets.pdf", "keys.pdf"):
        assert (here / name).read_bytes() == (there / name).read_bytes()


def test_a_part_is_made_from_what_travels(rows: tuple[VariantRow, ...]) -> None:
    exercise = exercise_of(SPEC, str(EXAMPLES))
    drawn = list(draw(exercise, 5, 8))
    assert [row.variant(exercise).answers for row in rows] == [variant.answers for variant in drawn]
    assert make.__module__ == "derivation.exercises.batch.batch"


FEW = """
[model]
equations = '''
z = w * x
L = (z - y)^2
'''
loss = "L"
[parameters]
w = 1
[data]
x = 1
y = 2
[variants]
effort = 0
mistakes = false
[variants.vary]
w = "integers -40..40, not 0"
x = "integers -40..40, not 0"
y = "integers -2..2, not 0"
"""


@pytest.mark.slow
def test_numbers_drawn_in_portions_are_those_drawn_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job(FEW, ".")
    at_once = list(draw(exercise_of(FEW, "."), 3, 400))
    monkeypatch.setattr(batch, "DRAWN", 90)
    with closing(Cores()) as pool:
        portions = list(drawn(job, 3, 400, pool))
    assert [(found.id, found.inputs) for found in portions] == [(variant.id, variant.inputs) for variant in at_once]
    assert any(variant.id.split("-")[1][-1].isalpha() for variant in at_once), "none was like an earlier one"
    assert len({variant.answers for variant in at_once}) == 400
