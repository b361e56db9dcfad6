"""A verdict is a function of the article and the pair asked about, and of what the article has said before it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from places import ROOT

from derivation.checking.article import PRECISION, Article, check_text
from derivation.checking.judging.judge import Judge, Link
from derivation.checking.judging.verdicts import ALL_ALLOWANCES, Allowance, Equality
from derivation.checking.sources.find import source
from derivation.formulas.precision import working_precision

SEED = ROOT.parent / "shared" / "seed" / "article.md"
ARTICLES = [
    *sorted((ROOT / "examples" / "articles").iterdir()),
    *sorted(path for path in (ROOT / "tests" / "articles").glob("*.md") if not path.name.startswith("hostile")),
    *([SEED] if SEED.exists() else []),
]
ALIKE = ("verdict", "kind", "why", "expected", "at", "follows", "needed")


def article_of(path: Path, text: str | None = None) -> Article:
    return Article(source(str(path), path.read_text("utf-8") if text is None else text))


def told(equality: Equality) -> tuple[object, ...]:
    """All that is said of an equality."""
    sides = equality.left.latex, equality.right.latex
    return (*sides, *(getattr(equality, key) for key in ALIKE))


def in_order(article: Article) -> tuple[list[Link], list[Equality], frozenset[Allowance]]:
    """The pairs of an article in its order, each with all that its verdict depends on."""
    first = [ruling.equality for _, ruling in Judge(article.facts(), article.chains, ALL_ALLOWANCES).rulings()]
    allowed = article.habits(first)
    asked = list(Judge(article.facts(), article.chains, allowed).rulings())
    return [link for link, _ in asked], [ruling.equality for _, ruling in asked], allowed


@pytest.mark.parametrize("path", [path for path in ARTICLES if path.suffix != ".ipynb"], ids=lambda path: path.name)
def test_whoever_asks_in_whatever_order_hears_the_same(path: Path) -> None:
    """Every pair, in a shuffled order, one at a time and twice."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"shuffled with seed {seed}")
    with working_precision(PRECISION):
        links, equalities, _ = in_order(article_of(path))
        said = list(map(told, equalities))
        assert said
        for shuffled in (seed, 1):
            order = list(range(len(links)))
            random.Random(shuffled).shuffle(order)
            for place in order:
                for _ in range(2):
                    assert told(links[place].ruling().equality) == said[place], (shuffled, place)


def cuts(article: Article) -> Iterator[int]:
    """Places behind a formula, after which the rest of the article is cut off."""
    ends = [formula.end for formula in article.formulas if formula.source is article.source and formula.display]
    yield from ends[len(ends) // 3 :: max(len(ends) // 3, 1)]


@pytest.mark.parametrize(
    "name",
    [
        "one-update.md",
        "linear-regression.md",
        "batch-and-momentum.md",
        "attention.md",
        "german-commas.md",
    ],
)
def test_what_comes_behind_changes_nothing_before(name: str) -> None:
    """These articles define before they use; their habits are those of the whole, and so are handed on. What is gathered
    from a whole article before anything is judged (its vocabulary, and where its numerals stand) is a reference
    forward."""
    path = ROOT / "examples" / "articles" / name
    with working_precision(PRECISION):
        whole = article_of(path)
        _, equalities, allowed = in_order(whole)
        places = list(cuts(whole))
        assert places
        for end in places:
            text = whole.source.text
            closing = text.find("$$", end)
            part = article_of(path, text[: closing + 2] if 0 <= closing - end < 3 else text[:end])
            found = [ruling.equality for _, ruling in Judge(part.facts(), part.chains, allowed).rulings()]
            before = [equality for equality in equalities if equality.right.end <= end]
            assert found and list(map(told, found))[: len(before)] == list(map(told, before)), end


PLANTED: list[tuple[str, str, str, dict[tuple[int, int], tuple[str, int | None]]]] = [
    # Q = X W_Q has another second column, so line 21 is wrong; Q K^T and its scaling go on with the Q printed there.
    (
        "attention.md",
        r"W_Q = \begin{bmatrix} 0.6 & 0.2 \\ -0.4 & 0.8",
        r"W_Q = \begin{bmatrix} 0.6 & 0.2 \\ -0.4 & 0.0",
        {(31, 14): ("exact", 21), (37, 35): ("exact", 21)},
    ),
    # The prediction of line 55 is made with 0.5, not 0; the error y^ - y = -1.25 and both gradients go on with it.
    (
        "one-update.md",
        r"W^{(2)} &= \begin{pmatrix} 0.5 & -0.3",
        r"W^{(2)} &= \begin{pmatrix} 0.0 & -0.3",
        {(59, 38): ("exact", 55), (65, 56): ("exact", 55), (72, 145): ("exact", 55)},
    ),
    # The output of line 54 is made with 0.9, not 0.1; p - t goes on with it, where it is first used and in the gradient.
    (
        "rows.tex",
        r"W_2 &= \begin{bmatrix} 0.9 &",
        r"W_2 &= \begin{bmatrix} 0.1 &",
        {(60, 26): ("exact", 54), (69, 45): ("exact", 54)},
    ),
    # z = 0.8 * 1.7 - 1.2 * 0.4 + 0.37 = 1.25; line 15 says 1.09, and the sigmoid goes on with that.
    ("german-commas.md", "$x_1 = 1{,}5$", "$x_1 = 1{,}7$", {(37, 42): ("exact", 15)}),
    # e = 1.1 - 1.7 = -0.6, so its half square is 0.18, not 0.08; the gradient of line 45 goes on with -0.4.
    (
        "batch-and-momentum.md",
        "$y^{(1)} = 1.5$",
        "$y^{(1)} = 1.7$",
        {(40, 13): ("wrong", None), (45, 104): ("exact", 35)},
    ),
    # w is -0.172332; with it, and with b = 0.2 - 0.8 * (-0.292561) = 0.4340488 of line 55, z is 0.192784 exactly, which is
    # what the line then says.
    (
        "scalar-chain.md",
        "w x + b = (-0.172332)(1.4)",
        "w x + b = (-0.172333)(1.4)",
        {(63, 17): ("wrong", None), (63, 47): ("exact", None)},
    ),
    # The new W of line 99 is made from 0.5, not 0; the next forward pass goes on with it.
    (
        "aligned-chains.tex",
        r"\mathbf{W} &= \begin{pmatrix} 0.5 &",
        r"\mathbf{W} &= \begin{pmatrix} 0.0 &",
        {(118, 6): ("exact", 99)},
    ),
    # delta of line 77 is made with 1.2, not 1.7; a times it is 0.0386 only with that.
    ("index-notation.md", "w^3_{11} = 1.2", "w^3_{11} = 1.7", {(89, 171): ("rounded", 77)}),
    # 0.5 * 0.628316188 + 0.15 * 0.739813607 is 0.425130135 without the bias, 0.825130135 with it: the result is neither.
    (
        "two-two-two-superscript-plus.md",
        "0.15 * 0.739813607 + 0.4 * 1 = 0.825130135",
        "0.15 * 0.739813607 * 1 = 0.825130137",
        {(39, 14): ("wrong", None), (39, 59): ("wrong", None)},
    ),
    # z is worked anew in line 35; there dL/dz = -1.244918 * 0.235004 holds, whatever z was given before.
    ("scalar-chain.md", "$x = 1.4$", "$z = 1.4$", {(47, 19): ("rounded", None)}),
]


@pytest.mark.parametrize(("name", "was", "now", "verdicts"), PLANTED)
def test_what_a_slip_makes_of_the_lines_behind_it(
    name: str, was: str, now: str, verdicts: dict[tuple[int, int], tuple[str, int | None]]
) -> None:
    """Slips planted in articles, with verdicts worked out by hand: what goes on with a mistake is marked as such."""
    text = (ROOT / "examples" / "articles" / name).read_text("utf-8")
    assert text.count(was) == 1
    found = {
        equality.place: (equality.verdict, equality.follows)
        for equality in check_text(text.replace(was, now), name).equalities
    }
    assert {place: found.get(place) for place in verdicts} == verdicts


@pytest.mark.parametrize(("name", "was", "now"), [row[:3] for row in PLANTED])
def test_a_slip_is_heard_of_in_any_order(name: str, was: str, now: str) -> None:
    """The pairs of an article with a slip, shuffled, one at a time and twice."""
    path = ROOT / "examples" / "articles" / name
    with working_precision(PRECISION):
        links, equalities, _ = in_order(article_of(path, path.read_text("utf-8").replace(was, now)))
        order = list(range(len(links))) * 2
        random.Random(17).shuffle(order)
        for place in order:
            assert told(links[place].ruling().equality) == told(equalities[place]), place
