"""Ratios against named peers, all in one run: `make bench`. Nothing here is a test; read the figures side by side.

python benchmarks/bench.py [--slow]          --slow also lets SymPy differentiate 4-8-4-1 elementwise (one to two minutes)
python benchmarks/bench.py --lesson NAME...  only the walkthrough and the handout of these lessons (files of examples/)
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from networks import spec
from pypdf import PdfReader

import derivation
from derivation.deriving import numbers
from derivation.networks.network import Network
from derivation.pages.typesetting.engine import engines
from derivation.proving.prover import prove

ROOT = Path(__file__).parents[1]
ARTICLE = ROOT / "examples" / "two-two-one.toml"
IMPORTS = (
    "import sympy, derivation.cli.app, derivation.deriving.on_request.views, derivation.spec.reader, "
    "derivation.proving.prover, derivation.pages.formats.tex, derivation.pages.typesetting.engine"
)
"""All that a handout uses."""
ROUNDS = 6


def best(work: Callable[[], object], times: int = 5) -> float:
    """The shortest of several runs, in seconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def handout(name: str, *options: str) -> None:
    """The command, cold, to PDF, in turn with the import of all that it uses and a bare TeX run of the same .tex; the
    best of several."""
    program = [
        sys.executable,
        "-c",
        "from derivation.cli.app import app; app()",
        "handout",
        str(ROOT / "examples" / f"{name}.toml"),
        *options,
    ]
    with tempfile.TemporaryDirectory() as folder:
        run = lambda command: subprocess.run(command, cwd=folder, capture_output=True, check=True)  # noqa: E731
        run([*program, "-o", "handout.tex"])
        tex_run = [str(engines()[0].program), "-interaction=batchmode", "handout.tex"]
        commands = {"whole": [*program, "-o", "whole.pdf"], "tex": tex_run, "import": [sys.executable, "-c", IMPORTS]}
        rounds = [
            {key: best(lambda command=command: run(command), 1) for key, command in commands.items()}
            for _ in range(ROUNDS)
        ]
        pages = len(PdfReader(Path(folder, "whole.pdf")).pages)
    whole, tex, imports = (min(times[key] for times in rounds) for key in ("whole", "tex", "import"))
    print(
        f"{' '.join((name, *options))}, {pages} pages, cold, to PDF: {whole:.2f} s; import {imports:.2f} s, bare "
        f"TeX {tex:.2f} s: "
        f"whole = {whole / (tex + imports):.2f} x (TeX + import); (whole - import) = {(whole - imports) / tex:.2f} "
        f"x TeX"
    )


def walkthrough(name: str) -> None:
    """Once all is imported: a lesson read and worked, and its proof."""
    path = ROOT / "examples" / f"{name}.toml"
    network = derivation.load(path)
    worked = derivation.derive(network)
    prove(worked)
    print(
        f"{name}, after import: read {best(lambda: derivation.load(path)):.2f} s, walkthrough "
        f"{best(lambda: derivation.derive(network)):.2f} s, proof of it {best(lambda: prove(worked), 2):.2f} s"
    )


def against_sympy(slow: bool) -> None:
    """All gradients certified to 30 digits, against SymPy's elementwise `diff` of the loss with the values put in."""
    sizes = (4, 8, 4, 1) if slow else (2, 3, 1)
    network = derivation.loads(spec(sizes))
    ours = best(lambda: numbers(network), 20)
    start = time.perf_counter()
    count = elementwise(network)
    theirs = time.perf_counter() - start
    print(
        f"gradients of {'-'.join(map(str, sizes))} ({count} weights): ours {ours * 1e3:.2f} ms, SymPy elementwise "
        f"{theirs:.2f} s = {theirs / ours:,.0f} x"
    )


def elementwise(network: Network) -> int:
    """SymPy's way: the loss as one expression, `diff` by every weight, the values put in."""
    import sympy

    from derivation.formulas.calculus.evaluate import evaluate
    from derivation.formulas.operations.algebras import symbols
    from derivation.formulas.terms import name

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
    print(
        f"{'network':>16} {'parameters':>11} {'numbers':>11} {'per parameter':>14} {'walkthrough':>12} "
        f"{'proof':>9} {'equations':>10}"
    )
    for sizes in ((2, 2, 1), (3, 4, 2), (4, 8, 4, 1), (16, 32, 16, 1), (64, 64, 10), (256, 64, 10), (784, 128, 10)):
        network = derivation.loads(spec(sizes))
        count = sum(len(array.entries) for array in network.parameters.values())
        times = 3 if count < 10_000 else 1
        values, worked = (
            best(lambda network=network: numbers(network), times),
            best(lambda network=network: derivation.derive(network), times),
        )
        proof = ""
        if count < 10_000:
            found = derivation.derive(network)
            proof = f"{best(lambda found=found: prove(found), 1):.2f} s"
        print(
            f"{'-'.join(map(str, sizes)):>16} {count:>11,} {values * 1e3:>8.2f} ms {values / count * 1e6:>11.1f} "
            f"us {worked * 1e3:>9.1f} ms {proof:>9} {len(network.equations):>10}"
        )


def depth() -> None:
    """Proof time against the number of operations, at equal width."""
    for layers in (1, 2, 4, 8):
        found = derivation.derive(derivation.loads(spec((2,) * (layers + 1) + (1,))))
        print(
            f"proof of {layers} hidden layer(s): {best(lambda found=found: prove(found), 1):.3f} s, "
            f"{len(found.network.equations)} equations"
        )


def lessons(names: list[str]) -> None:
    """What a lecturer waits for: the walkthrough in a second after import, the handout in 1.5 times bare TeX."""
    for name in names:
        walkthrough(name)
        handout(name)


def everything(slow: bool) -> None:
    article = derivation.load(ARTICLE)
    worked = derivation.derive(article)
    prove(worked)
    print(
        f"derive, the article's network: {best(lambda: derivation.derive(article), 20) * 1e3:.1f} ms; proof of it: "
        f"{best(lambda: prove(worked)) * 1e3:.0f} ms"
    )
    lessons(["two-two-one", *(["lenet"] if (ROOT / "examples" / "lenet.toml").exists() else [])])
    handout("two-heads", "--gradient-check")
    handout("transformer-block")
    against_sympy(slow)
    growth()
    depth()


if __name__ == "__main__":
    if "--lesson" in sys.argv:
        lessons(sys.argv[sys.argv.index("--lesson") + 1 :])
    else:
        everything("--slow" in sys.argv)
