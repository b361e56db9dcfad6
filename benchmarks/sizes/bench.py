"""Cost by the number of entries given, from 10 to 10^5: derived, proved and written; LeNet at its full size; and to PDF
at 1,000 and 10,000 rows. Processor seconds."""

from __future__ import annotations

import gc
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from math import log2
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from networks import lenet

import derivation
from derivation.pages.formats.markdown import markdown
from derivation.proving.prover import unproved

REPEATS, LONG = 3, 2.0
SIZES = (10, 100, 1_000, 10_000, 100_000)
ROOT = Path(__file__).resolve().parents[2]


def drawn(rows: int, columns: int, seed: int) -> list[list[float]]:
    chooser = random.Random(seed)
    return [[chooser.randint(-99, 99) / 100 for _ in range(columns)] for _ in range(rows)]


def spec(equations: str, parameters: dict[str, object], data: dict[str, object]) -> str:
    tables = [
        f"[{title}]\n" + "\n".join(f"{key} = {value}" for key, value in given.items())
        for title, given in (("parameters", parameters), ("data", data))
    ]
    return f'[model]\nloss = "L"\nequations = """\n{equations}\n"""\n' + "\n".join(tables) + "\n"


def regression(entries: int) -> str:
    rows = max(entries // 3, 2)
    given = {"X": drawn(rows, 3, 1), "y": drawn(rows, 1, 2)}
    return spec("yhat = X @ w + b\nL = sum((yhat - y)^2) / 2", {"w": [0.1, 0.2, 0.3], "b": 0.1}, given)


def classes(entries: int) -> str:
    rows = max(entries // 3, 2)
    given = {"X": drawn(rows, 3, 1), "Y": [[float(k == row % 4) for k in range(4)] for row in range(rows)]}
    return spec(f"P = softmax(X @ W, axis=1)\nL = -sum(Y * log(P)) / {rows}", {"W": drawn(3, 4, 3)}, given)


def hidden(entries: int) -> str:
    rows = max(entries // 3, 2)
    given = {"X": drawn(rows, 3, 1), "y": drawn(rows, 1, 2)}
    return spec(
        f"h = tanh(X @ W + b)\nL = sum((h @ v - y)^2) / {rows}",
        {"W": drawn(3, 4, 3), "b": drawn(1, 4, 4), "v": drawn(4, 1, 5)},
        given,
    )


def mean(entries: int) -> str:
    return spec("L = w * mean(x)", {"w": 0.5}, {"x": drawn(entries, 1, 1)})


def square(entries: int) -> str:
    side = round(entries**0.5)
    return spec("L = sum(w * X)", {"w": 0.5}, {"X": drawn(side, side, 1)})


NETWORKS: dict[str, Callable[[int], str]] = {
    "regression": regression,
    "softmax, cross-entropy": classes,
    "tanh layer": hidden,
    "w * mean(x)": mean,
    "sum(w * X), square": square,
}


def worked(text: str) -> None:
    """From the spec's text to a page of formulas, every link judged."""
    proved = derivation.prove(derivation.derive(derivation.loads(text)))
    assert not unproved(proved)
    markdown(proved)


def seconds(work: Callable[[], object]) -> float:
    """The least processor time of several runs; of one that takes long."""
    found: list[float] = []
    while len(found) < REPEATS and max(found, default=0) < LONG:
        gc.collect()
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def by_size() -> None:
    worked(regression(10))  # SymPy is imported once
    print("| network | " + " | ".join(f"{size:,}" for size in SIZES) + " | most per doubling from 1,000 on |")
    print("|---|" + "---:|" * (len(SIZES) + 1))
    for title, make in NETWORKS.items():
        texts = [make(size) for size in SIZES]
        times = [seconds(lambda text=text: worked(text)) for text in texts]
        growth = [
            (after / before) ** (1 / log2(SIZES[k + 1] / SIZES[k])) for k, (before, after) in enumerate(pairwise(times))
        ]
        print(f"| {title} | " + " | ".join(f"{found:.2f}" for found in times) + f" | {max(growth[2:]):.2f} |")


def convolutions() -> None:
    text = lenet()
    loaded = derivation.loads(text)
    worked_out = derivation.derive(loaded)
    print(
        f"\nLeNet at its full size: derived in {seconds(lambda: derivation.derive(loaded)):.2f} s, proved in "
        f"{seconds(lambda: derivation.prove(worked_out)):.2f} s"
    )


def handout(rows: int, folder: Path) -> float:
    """Processor seconds of the command, with what it starts."""
    path = folder / f"{rows}.toml"
    path.write_text(regression(3 * rows))
    found = []
    for _ in range(REPEATS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "derivation", "handout", path, "-o", path.with_suffix(".pdf")],
            check=True,
            cwd=ROOT,
            capture_output=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


def to_pdf() -> None:
    with tempfile.TemporaryDirectory() as folder:
        small, large = (handout(rows, Path(folder)) for rows in (1_000, 10_000))
    print(f"\nregression to PDF: 1,000 x 3 {small:.2f} s, 10,000 x 3 {large:.2f} s, {large / small:.2f} times as much")


if __name__ == "__main__":
    by_size()
    convolutions()
    to_pdf()
