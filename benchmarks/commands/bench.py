"""Processor time of the commands, beside another commit's: `git worktree add ../before COMMIT`, then
`python benchmarks/commands/bench.py ../before`.

python benchmarks/commands/bench.py TREE [--rounds 7] [--article FILE] [--count] [NAME...]

The runs alternate. With `--count`, valgrind counts instructions instead, which no other work on the machine disturbs.
Both trees are compiled beforehand into folders of their own; lessons are those of the other tree, which both can read.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-P", "-c", "from derivation.cli.app import app; app()"]
COUNTED = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
COMMANDS = {
    "version": ["--version"],
    "tex": ["handout", "{lessons}/two-two-one.toml", "-o", "{folder}/a.tex"],
    "md": ["handout", "{lessons}/attention.toml", "-o", "{folder}/a.md"],
    "html": ["handout", "{lessons}/transformer-block.toml", "-o", "{folder}/a.html"],
    "moodle": [
        "variants",
        "{lessons}/two-two-one.toml",
        "--count",
        "60",
        "--seed",
        "1",
        "--format",
        "moodle",
        "-o",
        "{folder}/v",
    ],
    "check": ["check", "{article}"],
}


def run(tree: Path, command: list[str], before: list[str], cache: str) -> str:
    """One run of a command of a tree; what it says on stderr."""
    own = {"PYTHONPATH": str(tree), "PYTHONHASHSEED": "0", "PYTHONPYCACHEPREFIX": cache, "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run([*before, *PROGRAM, *command], env={**os.environ, **own}, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    return done.stderr


def seconds(tree: Path, command: list[str], cache: str) -> float:
    """User and system time of one run."""
    begun = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(tree, command, [], cache)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime


def instructions(tree: Path, command: list[str], cache: str) -> float:
    """Instructions of one run, in thousands of millions."""
    found = re.search(r"I\s+refs:\s+([\d,]+)", run(tree, command, COUNTED, cache))
    return int(found[1].replace(",", "")) / 1e9 if found else sys.exit("valgrind has counted nothing")


def compared(other: Path, command: list[str], measure: Callable[..., float], rounds: int) -> str:
    """Medians of alternating runs of both trees, and of the ratios of neighbours; the first run of each compiles."""
    with tempfile.TemporaryDirectory() as cache:
        for tree in (other, HERE):
            run(tree, command, [], f"{cache}/{tree.name}")
        pairs = [[measure(tree, command, f"{cache}/{tree.name}") for tree in (other, HERE)] for _ in range(rounds)]
    theirs, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(ours / theirs for theirs, ours in pairs)
    return f"{theirs:.3f} | {ours:.3f} | {ratio:.3f} | {min(o for _, o in pairs) / min(t for t, _ in pairs):.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--article", type=Path)
    parser.add_argument("--count", action="store_true")
    given = parser.parse_intermixed_args()
    other, article = given.tree.resolve(), given.article
    names = given.names or [name for name in COMMANDS if article or name != "check"]
    measure, rounds = (instructions, 1) if given.count else (seconds, given.rounds)
    print(
        f"| command | {'10^9 instructions' if given.count else 's'} before | now | ratio | of the least |\n|---|---:|---:|---:|---:|"
    )
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            filled = [
                part.format(lessons=other / "examples", folder=folder, article=article) for part in COMMANDS[name]
            ]
            print(f"| {name} | {compared(other, filled, measure, rounds)} |", flush=True)


if __name__ == "__main__":
    main()
