"""Articles mutilated at random, and what is done with each: every report, a spec, a renumbering. Nothing may raise but
the errors that are for the user."""

from __future__ import annotations

import contextlib
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from derivation.checking.article import UnreadableArticle, check
from derivation.checking.reports import FORMATS as REPORTS
from derivation.checking.reports import pdf
from derivation.checking.rewriting.rebuild import NoNetwork, spec_of
from derivation.checking.rewriting.renumber import BadChange, renumber

ROOT = Path(__file__).parents[2]
CORPUS = (
    *sorted((ROOT / "examples" / "articles").iterdir()),
    ROOT / "tests" / "articles" / "readings.md",
    *sorted((ROOT / "tests" / "articles").glob("hostile.*")),
)
FORMATS = ("text", "json", "html", "github", "sarif")
ODD = ["²", "\0", "\ufeff", "\u202e", "\u200b", "x\u0301", "\ue000" + "0\ue001", "٣", "½", "\r", "\\", "{", "}", "$", "$$", "&", r"\\", "^", "_", "'", "#1", "%", "~~", "`", "```\n", "<!--",
       r"\left(", r"\begin{aligned}", r"\end{aligned}", r"\begin{array}{c}", r"\sum_{j=1}^{200}", r"\frac", r"\sqrt[3]", r"\boxed{", r"\text{a", r"\newcommand{\x}[1]{#1#1}", r"\x{", r"\input{a}",
       r"\partial", r"\nabla", r"\odot", r"_{new}", r"^{(i)}", r"\mathbb{1}[", r"\in \mathbb{R}^{3 \times 2}", r"\leftarrow", "10^{999}", "9" * 500, r"\%", "!", "- -", "[1; 2]", "![a $x$](b)", "[c](d $y$)",
       "| a | b |\n|---|---|\n", "# H $z = 1$\n", "e^{", r"\log_", r"\sigma'(", "|x", r"\|", "(1, 2)^T", "1e-3", "0{,}5", r"\ud800", '"', "\\u0041"]  # fmt: skip
PIECE = re.compile(r"\\?[A-Za-z]+|\d+(?:\.\d+)?|\s+|\S")


@dataclass(frozen=True)
class Mutant:
    """An article as text, with the ending that says its kind."""

    suffix: str
    text: str


def mutants(seed: int, sources: list[tuple[str, list[str]]] | None = None) -> Iterator[Mutant]:
    """Mutants without end; the same for the same seed."""
    drawn = random.Random(seed)
    sources = sources or [(path.suffix, PIECE.findall(path.read_text("utf-8"))) for path in CORPUS]
    while True:
        suffix, pieces = drawn.choice(sources)
        at = drawn.randrange(max(len(pieces) - 200, 1))
        piece = list(pieces if suffix == ".ipynb" or drawn.random() < 0.1 else pieces[at : at + drawn.randint(5, 300)])
        for _ in range(drawn.randint(1, 8)):
            mutilate(piece, drawn, drawn.choice(sources)[1])
        yield Mutant(
            drawn.choice((".md", ".tex")) if drawn.random() < 0.2 and suffix != ".ipynb" else suffix, "".join(piece)
        )


def mutilate(pieces: list[str], drawn: random.Random, other: list[str]) -> None:
    """One change: something left out, doubled, turned, exchanged, or put in."""
    a = drawn.randrange(len(pieces) + 1)
    b = min(a + drawn.randint(0, 12), len(pieces))
    start = drawn.randrange(len(other))
    pieces[a:b] = drawn.choice([
        [], pieces[a:b] * drawn.choice((2, 2, 40)), pieces[a:b][::-1], [drawn.choice(ODD)], [*pieces[a:b], drawn.choice(ODD)], other[start : start + drawn.randint(1, 15)],
    ])  # fmt: skip


def tried(mutant: Mutant, folder: Path) -> None:
    """All that can be done with an article."""
    path = folder / f"article{mutant.suffix}"
    path.write_text(mutant.text, "utf-8", errors="surrogatepass", newline="")
    try:
        report = check(str(path))
    except UnreadableArticle:
        return
    for form in FORMATS:
        REPORTS[form]([report])
    pdf.document([report])
    with contextlib.suppress(NoNetwork):
        spec_of(str(path))
    with contextlib.suppress(BadChange):
        renumber(str(path), {}, seed=3)
