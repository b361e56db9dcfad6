"""Hunts: python -m fuzz hunt --seconds 600, or python -m fuzz replay TARGET FILE (with tests/ and tests/helpers/
on PYTHONPATH)."""

from __future__ import annotations

import argparse
import faulthandler
import itertools
import os
import resource
import secrets
import subprocess
import sys
import time
import traceback
from hashlib import sha256
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from fuzz.judging import SECONDS
from fuzz.targets import TARGETS, judged, kept

LONGEST = 2000
"""Bytes of a find that are printed; its file has all."""
FINDS = Path(__file__).parent / "finds"
PHASES = (Phase.generate, Phase.shrink)
AT_A_TIME, MEMORY = 40, 6 * 2**30
"""Inputs of a target before the next one has its turn; bytes that a worker may take."""


def signature(problem: BaseException) -> str:
    """What tells one find from another: its kind and the line of the package that it came from."""
    frames = [
        frame
        for frame in traceback.extract_tb(problem.__traceback__)
        if f"{os.sep}derivation{os.sep}" in frame.filename
    ]
    return (
        f"{type(problem).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}"
        if frames
        else str(problem)[:200]
    )


class Worker:
    """Tries inputs of the targets in turn until the time is over; each kind of find is told once."""

    def __init__(self, number: int, names: list[str], until: float) -> None:
        self.number, self.names, self.until = number, names, until
        self.tried = dict.fromkeys(names, 0)
        self.found: set[str] = set()
        self.now = FINDS / f"trying-{os.getpid()}"

    def hunt(self) -> int:
        for count, name in zip(itertools.count(), itertools.cycle(self.names)):
            if time.monotonic() > self.until:
                break
            self.try_some(name, self.number * 100_000 + count)
        self.now.unlink(missing_ok=True)
        print(
            "tried "
            + ", ".join(f"{count} {name}" for name, count in self.tried.items())
            + f": {len(self.found)} finds",
            flush=True,
        )
        return bool(self.found)

    def try_some(self, name: str, number: int) -> None:
        last = [b""]
        seeds = [*TARGETS[name].seeds(), *(path.read_bytes() for path in kept(name))]

        @seed(number)
        @settings(
            max_examples=AT_A_TIME,
            deadline=None,
            database=None,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        )
        @given(TARGETS[name].made(seeds))
        def once(text: bytes) -> None:
            if time.monotonic() > self.until:
                return
            last[0] = text
            self.now.write_bytes(text)
            self.tried[name] += 1
            try:
                judged(name, text)
            except Exception as problem:
                if signature(problem) not in self.found:
                    raise

        try:
            once()
        except Exception as problem:
            self.found.add(signature(problem))
            tell(name, last[0], "".join(traceback.format_exception(problem)[-4:]))


def tell(name: str, text: bytes, why: str) -> None:
    """Prints a find: the input, what went wrong, and the command that replays it."""
    path = FINDS / f"{name}-{sha256(text).hexdigest()[:10]}.{TARGETS[name].ending}"
    path.write_bytes(text)
    shown = repr(text if len(text) < LONGEST else text[:LONGEST] + b"...")
    print(f"\nFOUND in {name}: {shown}\n{why}\nreplay: make fuzz REPLAY='{name} {path}'\n", flush=True)


def hunt(seconds: int, names: list[str], number: int | None) -> int:
    """Two workers beside each other; one that crashes or hangs beyond all limits is a find with the input that it was
    trying."""
    FINDS.mkdir(exist_ok=True)
    base = secrets.randbelow(10**6) if number is None else number
    print(f"hunting for {seconds} s with seed {base}", flush=True)
    cores = os.cpu_count() or 1
    workers = []
    for count in range(min(cores, len(names))):
        mine = names[count:] + names[:count]
        command = [
            sys.executable,
            "-m",
            "fuzz",
            "work",
            "--seconds",
            str(seconds),
            "--seed",
            str(base + count),
            "--targets",
            ",".join(mine),
        ]
        workers.append(subprocess.Popen(command))
    failed = False
    for worker in workers:
        try:
            code = worker.wait(seconds + 8 * SECONDS)
        except subprocess.TimeoutExpired:
            worker.kill()
            code = worker.wait()
        if code not in (0, 1):
            print(
                f"\nFOUND: a worker ended with code {code} while it tried {FINDS / f'trying-{worker.pid}'}", flush=True
            )
        failed |= code != 0
    return int(failed)


def main() -> int:
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("what", choices=("hunt", "work", "replay"))
    parser.add_argument("input", nargs="*", help="for replay: a target and a file")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--targets", default=",".join(TARGETS))
    asked = parser.parse_args()
    names = asked.targets.split(",")
    if asked.what == "replay":
        judged(asked.input[0], Path(asked.input[1]).read_bytes())
        print("nothing wrong with it")
        return 0
    if asked.what == "hunt":
        return hunt(asked.seconds, names, asked.seed)
    faulthandler.dump_traceback_later(asked.seconds + 7 * SECONDS, exit=True)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    return Worker(asked.seed or 0, names, time.monotonic() + asked.seconds).hunt()


if __name__ == "__main__":
    raise SystemExit(main())
