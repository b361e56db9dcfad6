"""Cost by size: certified forward and backward pass from 10 to 10^6 parameters and over chains of operations, 784-128-10 against PyTorch, peak memory."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Callable

import derivation
from derivation.deriving import numbers

REPEATS = 5
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
        f"[{name}]\n" + "\n".join(f"{key} = {given[key]}" for key in keys) for name, keys in (("parameters", ["W1", "b1", "W2", "b2"]), ("data", ["x", "y"]))
    ]
    return f'[model]\nloss = "L"\nequations = """\n{equations}\n"""\n' + "\n".join(tables), given


def chain(length: int) -> str:
    steps = f"h[t] = tanh(w * h[t-1] + 0.1) for t in 1..{length}"
    return f'[model]\nloss = "L"\nequations = """\n{steps}\nL = h[{length}]^2\n"""\n[parameters]\nw = 0.5\n[data]\nh_0 = 1\n'


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """The best of several runs."""
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def with_torch(given: dict[str, Matrix]) -> Callable[[], object]:
    import torch

    torch.set_num_threads(1)
    parameters = {key: torch.tensor(given[key], dtype=torch.float64, requires_grad=True) for key in ("W1", "b1", "W2", "b2")}
    x, y = (torch.tensor(given[key], dtype=torch.float64) for key in ("x", "y"))

    def step() -> object:
        for parameter in parameters.values():
            parameter.grad = None
        h = torch.relu(parameters["W1"] @ x + parameters["b1"])
        loss = -(y * torch.log(torch.softmax(parameters["W2"] @ h + parameters["b2"], 0))).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    return step


def main() -> None:
    print("| parameters | forward and backward, s | us a parameter |\n|---:|---:|---:|")
    for sizes in ((1, 2, 2), (8, 8, 2), (30, 30, 3), (98, 98, 4), (312, 312, 8), (990, 990, 18)):
        built = derivation.loads(network(sizes)[0])
        count = sum(len(array.entries) for array in built.parameters.values())
        best = seconds(lambda built=built: numbers(built), 3)
        print(f"| {count:,} | {best:.4f} | {best / count * 1e6:.2f} |")
    print("\n| operations | forward and backward, s | us an operation |\n|---:|---:|---:|")
    for length in (10, 50, 100, 200):
        built = derivation.loads(chain(length))
        best = seconds(lambda built=built: numbers(built), 3)
        print(f"| {2 * length + 1} | {best:.4f} | {best / (2 * length + 1) * 1e6:.0f} |")
    text, given = network((784, 128, 10))
    built = derivation.loads(text)
    ours = seconds(lambda: numbers(built))
    print(f"\n784-128-10, certified to 30 digits, forward and backward: {ours:.3f} s")
    try:
        step = with_torch(given)
    except ImportError:
        print("PyTorch is NOT installed, so there is no ratio: pip install -e .[torch]")
    else:
        step()
        theirs = seconds(lambda: [step() for _ in range(50)]) / 50
        print(f"PyTorch, float64, one thread: {theirs * 1000:.3f} ms; ratio {ours / theirs:.0f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
