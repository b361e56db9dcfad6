"""Ratios against named peers, all in one run: `make bench`. Nothing here is a test; read the figures side by side.

python benchmarks/bench.py [--slow]      --slow also lets SymPy differentiate 4-8-4-1 elementwise (one to two minutes)
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from networks import spec

import derivation
from derivation.deriving import numbers
from derivation.network import Network
from derivation.proof import prove
from derivation.render.engine import engines

ROOT = Path(__file__).parents[1]
ARTICLE = ROOT / "examples" / "two-two-one.toml"


def best(work: Callable[[], object], times: int = 5) -> float:
    """The shortest of several runs, in seconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def handout() -> None:
    """The command, cold, against a bare TeX run of the same .tex plus the import of SymPy."""
    program = [sys.executable, "-c", "from derivation.cli import app; app()", "handout", str(ARTICLE)]
    with tempfile.TemporaryDirectory() as folder:
        run = lambda command: subprocess.run(command, cwd=folder, capture_output=True, check=True)  # noqa: E731
        run([*program, "-o", "handout.tex"])
        ours = best(lambda: run([*program, "-o", "handout.pdf"]), 4)
        tex = best(lambda: run([str(engines()[0].program), "-interaction=batchmode", "handout.tex"]), 4)
        sympy = best(lambda: run([sys.executable, "-c", "import sympy"]), 4)
    print(f"handout, cold, to PDF: {ours:.2f} s = {ours / (tex + sympy):.2f} x (bare TeX {tex:.2f} s + import sympy {sympy:.2f} s)")


def against_sympy(slow: bool) -> None:
    """All gradients certified to 30 digits, against SymPy's elementwise `diff` of the loss with the values put in."""
    sizes = (4, 8, 4, 1) if slow else (2, 3, 1)
    network = derivation.loads(spec(sizes))
    ours = best(lambda: numbers(network), 20)
    start = time.perf_counter()
    count = elementwise(network)
    theirs = time.perf_counter() - start
    print(f"gradients of {'-'.join(map(str, sizes))} ({count} weights): ours {ours * 1e3:.2f} ms, SymPy elementwise {theirs:.2f} s = {theirs / ours:,.0f} x")


def elementwise(network: Network) -> int:
    """SymPy's way: the loss as one expression, `diff` by every weight, the values put in."""
    import sympy

    from derivation.evaluate import evaluate
    from derivation.operations.algebras import symbols
    from derivation.terms import name

    m, known, values = symbols(), {}, {}
    for key, array in (*network.parameters.items(), *network.data.items()):
        entries = [sympy.Symbol(f"{key}_{k}") for k in range(len(array.entries))]
        known[name(key)] = type(array)(array.shape, tuple(entries))
        values |= dict(zip(entries, array.map(m.of_number).entries, strict=True))
    for key, term in network.equations.items():
        known[name(key)] = evaluate(term, known, m)
    loss = known[name(network.loss)].entries[0]
    weights = [symbol for key in network.parameters for symbol in known[name(key)].entries]
    for weight in weights:
        sympy.diff(loss, weight).subs(values).evalf(30)
    return len(weights)


def growth() -> None:
    """Time against parameters: numbers alone, the whole walkthrough, and the proof."""
    print(f"{'network':>16} {'parameters':>11} {'numbers':>11} {'per parameter':>14} {'walkthrough':>12} {'proof':>9} {'equations':>10}")
    for sizes in ((2, 2, 1), (3, 4, 2), (4, 8, 4, 1), (16, 32, 16, 1), (64, 64, 10), (256, 64, 10), (784, 128, 10)):
        network = derivation.loads(spec(sizes))
        count = sum(len(array.entries) for array in network.parameters.values())
        times = 3 if count < 10_000 else 1
        values, worked = best(lambda network=network: numbers(network), times), best(lambda network=network: derivation.derive(network), times)
        proof = ""
        if count < 10_000:
            found = derivation.derive(network)
            proof = f"{best(lambda found=found: prove(found), 1):.2f} s"
        print(
            f"{'-'.join(map(str, sizes)):>16} {count:>11,} {values * 1e3:>8.2f} ms {values / count * 1e6:>11.1f} us {worked * 1e3:>9.1f} ms {proof:>9} {len(network.equations):>10}"
        )


def depth() -> None:
    """Proof time against the number of operations, at equal width."""
    for layers in (1, 2, 4, 8):
        found = derivation.derive(derivation.loads(spec((2,) * (layers + 1) + (1,))))
        print(f"proof of {layers} hidden layer(s): {best(lambda found=found: prove(found), 1):.3f} s, {len(found.network.equations)} equations")


if __name__ == "__main__":
    article = derivation.load(ARTICLE)
    worked = derivation.derive(article)
    prove(worked)
    print(
        f"derive, the article's network: {best(lambda: derivation.derive(article), 20) * 1e3:.1f} ms; proof of it: {best(lambda: prove(worked)) * 1e3:.0f} ms"
    )
    handout()
    against_sympy("--slow" in sys.argv)
    growth()
    depth()
