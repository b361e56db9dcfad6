"""Cost by size: certified forward and backward pass from 10 to 10^6 parameters and over chains of operations,
784-128-10 against PyTorch, peak memory."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import derivation
from derivation.deriving import numbers

REPEATS = 5
SIZES = ((1, 2, 2), (8, 8, 2), (30, 30, 3), (98, 98, 4), (312, 312, 8), (990, 990, 18))
DIGITS = (784, 128, 10)
Matrix = list[list[float]]


def drawn(rows: int, columns: int, seed: int) -> Matrix:
    chooser = random.Random(seed)
    return [[chooser.randint(-99, 99) / 1000 for _ in range(columns)] for _ in range(rows)]


def network(sizes: tuple[int, int, int]) -> tuple[str, dict[str, Matrix]]:
    """The spec of a ReLU network with softmax and cross-entropy, and its numbers."""
    inside, hidden, out = sizes
    given = {
        "W1": drawn(hidden, inside, 1),
        "b1": drawn(hidden, 1, 2),
        "W2": drawn(out, hidden, 3),
        "b2": drawn(out, 1, 4),
        "x": drawn(inside, 1, 5),
        "y": [[float(k == 0)] for k in range(out)],
    }
    equations = "z1 = W1 @ x + b1\nh = relu(z1)\nz2 = W2 @ h + b2\np = softmax(z2)\nL = cross_entropy(p, y)"
    tables = [
        f"[{name}]\n" + "\n".join(f"{key} = {given[key]}" for key in keys)
        for name, keys in (("parameters", ["W1", "b1", "W2", "b2"]), ("data", ["x", "y"]))
    ]
    return f'[model]\nloss = "L"\nequations = """\n{equations}\n"""\n' + "\n".join(tables), given


def chain(length: int) -> str:
    steps = f"h[t] = tanh(w * h[t-1] + 0.1) for t in 1..{length}"
    return f'[model]\nloss = "L"\nequations = """\n{steps}\nL = h[{length}]^2\n"""\n[parameters]\nw = 0.5\n[data]\nh_0 = 1\n'


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Processor time, the best of several runs; all that is measured here runs in one thread."""
    found = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def with_torch(given: dict[str, Matrix]) -> Callable[[], object]:
    import torch

    torch.set_num_threads(1)
    parameters = {
        key: torch.tensor(given[key], dtype=torch.float64, requires_grad=True) for key in ("W1", "b1", "W2", "b2")
    }
    x, y = (torch.tensor(given[key], dtype=torch.float64) for key in ("x", "y"))

    def step() -> object:
        for parameter in parameters.values():
            parameter.grad = None
        h = torch.relu(parameters["W1"] @ x + parameters["b1"])
        loss = -(y * torch.log(torch.softmax(parameters["W2"] @ h + parameters["b2"], 0))).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    return step


def peak() -> str:
    """The most memory this process has held, by Linux (VmHWM). Not `ru_maxrss`: that is inherited from the process it
    was started by."""
    status = Path("/proc/self/status")
    kilobytes = (
        next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        if status.exists()
        else None
    )
    return f"{int(kilobytes) / 1024:.0f} MB" if kilobytes else "not known here"


def memory(sizes: tuple[int, ...]) -> None:
    """In a process of its own: what the package, the network and its certified numbers take at most."""
    found = [peak()]
    text = network((sizes[0], sizes[1], sizes[2]))[0]
    built = derivation.loads(text)
    found.append(peak())
    numbers(built)
    print(" | ".join([*found, peak()]))


def by_size() -> None:
    print("| parameters | forward and backward, s | us a parameter |\n|---:|---:|---:|")
    for sizes in SIZES:
        built = derivation.loads(network(sizes)[0])
        count = sum(len(array.entries) for array in built.parameters.values())
        best = seconds(lambda built=built: numbers(built))
        print(f"| {count:,} | {best:.4f} | {best / count * 1e6:.2f} |")


def by_operations() -> None:
    print("\n| operations | forward and backward, s | us an operation |\n|---:|---:|---:|")
    for length in (5, 10, 20, 50, 100, 200):
        built = derivation.loads(chain(length))
        best = seconds(lambda built=built: numbers(built), 3)
        print(f"| {2 * length + 1} | {best:.4f} | {best / (2 * length + 1) * 1e6:.0f} |")


def against_torch() -> None:
    """Both have their given numbers as matrices beforehand: ours from the second pass on, so the first is measured
    too."""
    text, given = network(DIGITS)
    loaded = [derivation.loads(text) for _ in range(REPEATS)]
    remaining = iter(loaded)
    first = seconds(lambda: numbers(next(remaining)))
    ours = seconds(lambda: numbers(loaded[0]))
    every = seconds(lambda: [array.matrix for array in numbers(loaded[0]).gradients.values()])
    print(
        f"\n784-128-10, certified to 30 digits, forward and backward: {ours:.4f} s; with the products of columns and "
        f"rows multiplied out {every:.4f} s; the first time after loading {first:.4f} s"
    )
    try:
        step = with_torch(given)
    except ImportError:
        print("PyTorch is NOT installed, so there is no ratio: pip install -e .[torch]")
        return
    step()
    theirs = seconds(lambda: [step() for _ in range(50)]) / 50
    print(
        f"PyTorch, float64, one thread: {theirs * 1000:.3f} ms; ratio {ours / theirs:.0f}, multiplied "
        f"out {every / theirs:.0f}, the first time {first / theirs:.0f}"
    )


def by_memory() -> None:
    print(
        "\npeak memory, each in a process of its own:\n| network | package imported | network loaded | numbers "
        "worked |\n|---|---:|---:|---:|"
    )
    for sizes in (DIGITS, SIZES[-1]):
        command = [sys.executable, __file__, "--memory", *map(str, sizes)]
        print(
            f"| {'-'.join(map(str, sizes))} | "
            f"{subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()} |"
        )


def main() -> None:
    by_size()
    by_operations()
    against_torch()
    by_memory()


if __name__ == "__main__":
    if "--memory" in sys.argv:
        memory(tuple(map(int, sys.argv[-3:])))
    else:
        main()
