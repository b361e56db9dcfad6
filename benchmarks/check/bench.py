"""The checker's figures: changes found in the first article, in our handouts and in the example articles, and how time
grows.

    python benchmarks/check/bench.py [ARTICLE] [--every N] [--hostile]

ARTICLE is the article that it all began with; without it only what is in this repository is measured. Prints Markdown.
With --hostile: processor seconds for the hostile shapes of the tests at 10, 40 and 160 KB, and for 20 MB of ordinary
prose.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "helpers"))

from copies import copies
from hostile_shapes import JUDGED, SCANNED
from mutations import NUMERAL, Mutation, numbers, structures

import derivation
from derivation.checking.article import Equality, Report, check_text
from derivation.pages.formats.markdown import markdown

ROOT = Path(__file__).parents[2]


HANDOUTS = ("logistic-regression", "shared-bias", "sigmoid-circuit", "three-four-two", "two-two-one")
"""Lessons whose handouts are measured."""


def found(mutations: Iterable[Mutation], before: Report, path: str) -> tuple[int, int, list[str]]:
    """How many changes there are, how many are found at their line (or by naming it), and the others.

    A value that the article simply gives is not false by itself when it is changed: what is worked with it is. A
    numeral that is a rounding already may lose another digit where what is left is its rounding, too: such changes make
    nothing false and are not counted.
    """
    count, caught, missed = 0, 0, []
    rounded = {text for e in before.equalities if e.verdict == "rounded" for text in NUMERAL.findall(e.right.latex)}
    for mutation in mutations:
        if mutation.is_rounding and mutation.what.partition(" ")[0] in rounded:
            continue
        equality = next((e for e in before.equalities if e.right.start <= mutation.at < e.right.end), None)
        count += 1
        given = equality is not None and equality.kind == "definition"
        if any(given or is_at(wrong, mutation.line) for wrong in check_text(mutation.text, path).wrong):
            caught += 1
        else:
            missed.append(f"line {mutation.line}: {mutation.what}")
    return count, caught, missed


def is_at(wrong: Equality, line: int) -> bool:
    """Whether a verdict points to a line: its sides stand there, or it names it."""
    last = wrong.source.place(wrong.right.end)[0]
    return wrong.left.place[0] <= line <= last or f"line {line}" in wrong.why


def subjects(article: str | None) -> Iterator[tuple[str, str, str]]:
    """Name, text and path of every article measured."""
    if article:
        yield "the first article", Path(article).read_text("utf-8"), "article.md"
    for spec in (ROOT / "examples" / f"{name}.toml" for name in HANDOUTS):
        yield (
            f"handout of {spec.stem}",
            markdown(derivation.prove(derivation.derive(derivation.load(spec)))),
            "handout.md",
        )
    for path in sorted((ROOT / "examples" / "articles").iterdir()):
        yield path.name, path.read_text("utf-8"), path.name


def changes(article: str | None, every: int, verbose: bool) -> None:
    print(
        "| article | equalities | stated | exact | rounded | wrong | undecided | number changes found | structural "
        "|\n|---|---|---|---|---|---|---|---|---|"
    )
    for name, text, path in subjects(article):
        before = check_text(text, path)
        summary = before.summary
        stride = 1 if name == "the first article" else every
        row = []
        for made in (
            (list(numbers(text, path))[::stride], list(structures(text, path))[::stride])
            if not path.endswith(".ipynb")
            else ()
        ):
            count, caught, missed = found(made, before, path)
            row.append(f"{caught} of {count}")
            if verbose:
                print(*missed, sep="\n", file=sys.stderr)
        print(
            f"| {name} | {sum(summary.values())} | {' | '.join(str(summary[key]) for key in summary)} | "
            f"{' | '.join(row or ['', ''])} |",
            flush=True,
        )


def timed(text: str, path: str = "article.md") -> float:
    began = time.process_time()
    check_text(text, path)
    return time.process_time() - began


def speed(article: str | None) -> None:
    print("\n| text | formulas | time | each |\n|---|---|---|---|")
    if article:
        text = Path(article).read_text("utf-8")
        timed(text)
        best = min(timed(text) for _ in range(10))
        print(f"| the first article, best of 10 | 22 | {best * 1000:.0f} ms | {best / 22 * 1e6:.0f} us |")
    for size in (100, 1000, 10_000):
        text = "\n\n".join(
            ["$a_{0} = 1$", *(f"$a_{{{k + 1}}} = a_{{{k}}} + 1 = {k + 1} + 1 = {k + 2}$" for k in range(size))]
        )
        took = timed(text)
        print(f"| a chain through the document | {size} | {took:.2f} s | {took / size * 1e6:.0f} us |")
    for name, text in long_sources(article):
        for size in (1000, 2000, 5000, 10_000):
            each = sum(check_text(text).summary.values())
            took, count = timed(copies(text, size // each + 1)), each * (size // each + 1)
            print(
                f"| copies of {name}, with names of their own | {count} | {took:.2f} s | {took / count * 1e6:.0f} us |"
            )
    for name, text in (
        ("brackets 1 MB deep", "$x = " + "(" * 500_000 + "1" + ")" * 500_000 + "$"),
        ("a million dollars", "$" * 1_000_000),
    ):
        print(f"| {name} | | {timed(text):.2f} s | |")


def long_sources(article: str | None) -> Iterator[tuple[str, str]]:
    """What long articles are made of."""
    if article:
        yield "the first article", Path(article).read_text("utf-8")
    for name in ("linear-regression", "two-two-one"):
        lesson = derivation.derive(derivation.load(ROOT / "examples" / f"{name}.toml"))
        yield f"the handout of {name}", markdown(derivation.prove(lesson))


SIZES = (10_000, 40_000, 160_000)
PROSE = (
    "# Notes\n\n"
    + "Ordinary words of an ordinary article, with no formula in them at all.\n" * 20
    + "So $x = 2$ and $y = 3 x = 6$ (see [here](#a)); it costs $5.\n\n"
)


def hostile() -> None:
    print(f"\n| shape | {' | '.join(f'{size // 1000} KB' for size in SIZES)} |\n|---|{'---|' * len(SIZES)}")
    for name, shape in {**SCANNED, **JUDGED}.items():
        taken = [timed(shape.make(size), f"a{shape.suffix}") for size in SIZES]
        print(f"| {name} | {' | '.join(f'{took:.2f}' for took in taken)} |", flush=True)
    for path in ("a.md", "a.tex"):
        text = PROSE * (20_000_000 // len(PROSE))
        print(f"| {len(text) / 1e6:.0f} MB of prose, {path} | | | {timed(text, path):.1f} |", flush=True)
    print(f"\nAt most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} MB.")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("article", nargs="?")
    arguments.add_argument("--every", type=int, default=5)
    arguments.add_argument("--verbose", action="store_true")
    arguments.add_argument("--hostile", action="store_true")
    chosen = arguments.parse_args()
    if chosen.hostile:
        hostile()
    else:
        changes(chosen.article, chosen.every, chosen.verbose)
        speed(chosen.article)
