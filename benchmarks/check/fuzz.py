"""Mutilated articles without end: nothing may crash or hang, in any report, as a spec, or with other numbers.

PYTHONPATH=. python benchmarks/check/fuzz.py [SECONDS] [SEED]

A mutant that raises is kept as fuzz-SEED-NUMBER.md (or .tex, .ipynb) beside a traceback on standard error, and the run
goes on.
"""

from __future__ import annotations

import sys
import tempfile
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "helpers"))

from article_mutants import mutants, tried

SLOW = 5.0
"""Seconds of the processor from which on a mutant is told."""


def run(seconds: float, seed: int) -> int:
    """How many mutants raised."""
    until, count, failed, slowest = time.monotonic() + seconds, 0, 0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        for count, mutant in enumerate(mutants(seed)):
            began = time.process_time()
            try:
                tried(mutant, Path(folder))
            except Exception:  # whatever it is, it is a find
                failed += 1
                Path(f"fuzz-{seed}-{count}{mutant.suffix}").write_text(
                    mutant.text, "utf-8", errors="surrogatepass", newline=""
                )
                print(f"mutant {count} of seed {seed}", traceback.format_exc(), sep="\n", file=sys.stderr, flush=True)
            took = time.process_time() - began
            slowest = max(slowest, took)
            if took > SLOW:
                Path(f"slow-{seed}-{count}{mutant.suffix}").write_text(
                    mutant.text, "utf-8", errors="surrogatepass", newline=""
                )
            if time.monotonic() > until:
                break
    print(f"{count + 1} mutants of seed {seed}: {failed} raised; slowest {slowest:.2f} s")
    return failed


if __name__ == "__main__":
    chosen = [float(word) for word in sys.argv[1:]]
    sys.exit(bool(run(chosen[0] if chosen else 60, int(chosen[1]) if len(chosen) > 1 else time.time_ns() % 1_000_000)))
