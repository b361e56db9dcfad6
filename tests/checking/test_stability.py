"""The verdicts stay where an article says the same in other words: other brackets, other signs, other letters, its
independent sections in another order."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from places import ROOT

from derivation.checking.article import check_text
from derivation.checking.sources.find import find, source
from derivation.checking.sources.source import Formula

ARTICLES = [
    *sorted(path for path in (ROOT / "examples" / "articles").iterdir() if path.suffix in (".md", ".tex")),
    ROOT / "tests" / "articles" / "readings.md",
    *sorted((ROOT / "tests" / "golden").glob("*.md")),
]
LETTER = re.compile(r"\\[A-Za-z]+(?:\{[A-Za-z*]{2,}\})?|[A-Za-z]+")
"""A command with a word behind it, or letters: a name where it is one alone."""
FRESH = "suvmpqgkcf"


def rewritten(text: str, path: str, change: Callable[[str], str]) -> str:
    """An article with its formulas changed, and nothing else."""
    article, parts, at = source(path, text), list[str](), 0
    for formula in find(article):
        if isinstance(formula, Formula) and formula.source is article and formula.start >= at:
            parts += [text[at : formula.start], change(formula.text)]
            at = formula.end
    return "".join([*parts, text[at:]])


def replacing(pattern: str, new: str) -> Callable[[str, str], str]:
    """Another spelling of the formulas."""
    return lambda text, path: rewritten(text, path, lambda formula: re.sub(pattern, new, formula))


def renamed(text: str, path: str) -> str:
    """An article with fresh letters for its own, small and large alike, where none stands behind a differential."""
    found = [match[0] for match in LETTER.finditer(text)]
    used = {name for name in found if len(name) == 1}
    tied = {letter for name in found if re.fullmatch(r"d[a-zA-Z]", name) for letter in (name[1], name[1].swapcase())}
    old = [letter for letter in "wxyzbha" if {letter, letter.upper()} & used and not {letter, letter.upper()} & tied]
    fresh = [letter for letter in FRESH if not {letter, letter.upper()} & used]
    names = dict(zip(old, fresh, strict=False))
    names |= {one.upper(): other.upper() for one, other in names.items()}
    return rewritten(text, path, lambda formula: LETTER.sub(lambda match: names.get(match[0], match[0]), formula))


SPELLINGS: dict[str, Callable[[str, str], str]] = {
    "square brackets": replacing(r"\{pmatrix\}", "{bmatrix}"),
    "round brackets": replacing(r"\{bmatrix\}", "{pmatrix}"),
    "times": replacing(r"(?<=\d )\\cdot(?= \(?-?\d)", r"\\times"),
    "bare brackets": replacing(r"\\(?:left|right)(?=[()\[\]])", ""),
    "small fractions": replacing(r"\\frac(?![a-z])", r"\\tfrac"),
    "slashes": replacing(r"\\[dt]?frac\{(\d[\d.]*|[a-z])\}\{(\d[\d.]*|[a-z])\}", r"(\1/\2)"),
    "braces": replacing(r"\\frac(\d)(\d)", r"\\frac{\1}{\2}"),
    "spaces": replacing(r"(?<![\\&<>:=])(=|\\approx\b)(?!=)", r"\\,\1\\;"),
    "other letters": renamed,
}


@pytest.mark.slices(24)
@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.name)
def test_the_verdicts_stay_in_another_spelling(path: Path, spelling: str) -> None:
    text = path.read_text("utf-8")
    other = SPELLINGS[spelling](text, str(path))
    one, two = (check_text(version, str(path)).equalities for version in (text, other))
    assert [(a.place[0], a.verdict) for a in one] == [(b.place[0], b.verdict) for b in two]


SECTIONS = [
    "Let $w_A = 0.5$ and $x_A = 3$. $$z_A = w_A x_A + 0.25 = 0.5 \\cdot 3 + 0.25 = 1.75$$ So $2 z_A = 3.5$ and $z_A^2 = 3$.",
    "With $p_B = 0.2$ we have $-\\ln p_B \\approx 1.6094$, and $1 - p_B = 0.8$, but $p_B / 4 = 0.06$.",
    "$$M_C = \\begin{pmatrix} 1 & 2 \\\\ 0 & -1 \\end{pmatrix}, \\quad v_C = \\begin{pmatrix} 3 \\\\ 0.5 \\end{pmatrix}$$ $$u_C = M_C v_C = \\begin{pmatrix} 4 \\\\ -0.5 \\end{pmatrix}$$",
    "$t_D = 1.5$, $y_D = 0.7$, $$E_D = \\frac{1}{2} (y_D - t_D)^2 = \\frac{1}{2} \\cdot (-0.8)^2 = 0.32$$ $$\\frac{\\partial E_D}{\\partial y_D} = y_D - t_D = -0.8$$",
    "$$a_F = \\frac{1}{1 + e^{-0.4}} \\approx 0.5987$$ The slope is $a_F (1 - a_F) \\approx 0.2403$, not $a_F (1 + a_F) \\approx 0.9$.",
    "$m_G = 0.9 \\cdot 0.4 + 0.1 \\cdot 2 = 0.56$ and $m_G / (1 - 0.9) = 5.6$; $7 - 2 \\cdot 3 = 2$.",
]
"""Sections of one article that speak of other things; some have a slip."""


@pytest.mark.slices(6)
@pytest.mark.parametrize("seed", range(40))
def test_the_verdicts_stay_in_another_order_of_independent_sections(seed: int) -> None:
    drawn = random.Random(seed)
    order = drawn.sample(range(len(SECTIONS)), drawn.randint(2, len(SECTIONS)))

    def verdicts(sections: list[int]) -> dict[tuple[int, str, str], str]:
        text = "\n\n".join(f"## Part {number}\n\n{SECTIONS[number]}" for number in sections)
        starts = {text[: text.index(SECTIONS[number])].count("\n") + 1: number for number in sections}
        found = check_text(text).equalities
        return {(starts[one.place[0]], one.left.latex, one.right.latex): one.verdict for one in found}

    one, other = verdicts(sorted(order)), verdicts(order)
    assert one == other and len(one) > 4
