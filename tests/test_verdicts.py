"""A verdict is a function of the article and the pair asked about, and of what the article has said before it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from places import ROOT

from derivation.checking.article import PRECISION, Article
from derivation.checking.judging.judge import Judge, Link
from derivation.checking.judging.verdicts import ALL_ALLOWANCES, Allowance, Equality
from derivation.checking.sources.find import source
from derivation.formulas.numbers import working_precision

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


@pytest.mark.many(4)
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
