"""Only what an edit touches is judged anew, and every verdict is the one that a check in full gives."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from places import ROOT
from seeds import fresh_seed

from derivation.checking.article import PRECISION, Report, judged
from derivation.checking.sources.find import source
from derivation.editors.rechecking import Recheck, World, checked, traced
from derivation.formulas.precision import working_precision

ARTICLES = [path for path in sorted((ROOT / "examples" / "articles").iterdir()) if path.suffix != ".ipynb"]
ARTICLES += [ROOT / "tests" / "articles" / "readings.md", ROOT / "examples" / "slip.md"]
SEED = ROOT.parent / "shared" / "seed" / "article.md"
ARTICLES += [SEED] if SEED.exists() else []
ALIKE = ("verdict", "kind", "why", "expected", "at", "follows", "needed")
EDITS = 6
PUT_IN = [" ", " word ", "\n", "\n\n", "x", "$", "= 2", "\\", "1", " if ", " or ", " then $x = 3$ ", " $w = 0.7$, ", "# New\n", "gradient descent", "**B**", "symmetric", "unrounded"]  # fmt: skip
LINES = ["", "# New", "Prose with words.", "Now $q = 3$ and $q^2 = 9$.", r"$$\frac{\partial L}{\partial w} = 2$$", r"- $\eta = 0.3$"]  # fmt: skip


def told(report: Report) -> list[Any]:
    """All that is said, with its places."""
    said = [
        (one.left.latex, one.right.latex, one.right.start, one.right.place, *(getattr(one, key) for key in ALIKE))
        for one in report.equalities
    ]
    return [*said, report.declarations, report.formulas, report.summary]


def edited(text: str, drawn: random.Random) -> str:
    """A text after one edit, such as people make, or slip into."""
    kind, at = drawn.randrange(5), drawn.randrange(len(text))
    if kind == 0 and (digits := list(re.finditer(r"\d", text))):
        digit = drawn.choice(digits)
        return text[: digit.start()] + str(drawn.randrange(10)) + text[digit.end() :]
    if kind == 1:
        return text[:at] + drawn.choice(PUT_IN) + text[at:]
    if kind == 2:
        return text[:at] + text[at + drawn.randint(1, 12) :]
    lines = text.split("\n")
    place = drawn.randrange(len(lines))
    if kind == 3:
        lines[place : place + drawn.randint(1, 3)] = drawn.choice([[], [lines[place]] * 2])
    else:
        lines.insert(place, drawn.choice(LINES))
    return "\n".join(lines)


def going_on(path: Path, texts: Iterator[str]) -> Iterator[tuple[str, World, Report]]:
    """Each text, checked going on from the one before."""
    world = None
    for text in texts:
        world, report = checked(source(str(path), text), world)
        yield text, world, report
        world = world if world.judged else traced(world, lambda: False)


def edits(text: str, drawn: random.Random) -> Iterator[str]:
    """A text, and what becomes of it edit by edit; every third edit is of the text itself."""
    now = text
    for count in range(EDITS + 1):
        yield now
        now = edited(text if count % 3 == 0 else now, drawn)


@pytest.mark.slices(3)
@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.name)
def test_after_any_edit_the_verdicts_are_those_of_a_check_in_full(path: Path) -> None:
    whole = path.read_text("utf-8")
    seed = fresh_seed()
    with working_precision(PRECISION):
        for text, _, report in going_on(path, edits(whole, random.Random(seed))):
            assert told(report) == told(judged(source(str(path), text))), (seed, text)


@pytest.fixture
def anew(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The chains that are judged anew, by what stands first in them."""
    found: list[str] = []
    judge = Recheck.judge

    def noted(self: Recheck, chain: Any, *rest: Any) -> Any:
        found.append(chain.sides[0].side.latex)
        return judge(self, chain, *rest)

    monkeypatch.setattr(Recheck, "judge", noted)
    return found


TEXT = """# One neuron

Let $z = w x + b$, $a = z^2$ and $L = a - y$, with $w = 0.5$, $b = -0.2$, $x = 3$ and $y = 2$.

So $z = 0.5 \\cdot 3 - 0.2 = 1.3$.

Then $a = 1.3^2 = 1.69$.

At last $L = 1.69 - 2 = -0.31$.

# Another one

Let $p = 2 q$ with $q = 4$.

So $p = 2 \\cdot 4 = 8$.
"""


def after(text: str, *others: str) -> World:
    """The last of several texts, each checked going on from the one before, and as a check in full has it."""
    world, _ = checked(source("a.md", text))
    for other in others:
        world, report = checked(source("a.md", other), traced(world, lambda: False))
        assert told(report) == told(judged(source("a.md", other)))
    return world


CASES = {
    "prose": ("At last", "At long last", set()),
    "a line more": ("# Another one", "A line.\n\n# Another one", set()),
    "a result": ("= 1.69$.\n", "= 1.79$.\n", {"a", "L"}),
    "a result at the end": ("-0.31", "-0.32", {"L"}),
    "an input of the other": ("$q = 4$", "$q = 5$", {"p", "q"}),
}


@pytest.mark.parametrize("name", CASES)
def test_only_what_an_edit_touches_is_judged_anew(name: str, anew: list[str]) -> None:
    old, new, touched = CASES[name]
    with working_precision(PRECISION):
        world = traced(checked(source("a.md", TEXT))[0], lambda: False)
        assert world.judged
        anew.clear()
        again, report = checked(source("a.md", TEXT.replace(old, new)), world)
        assert told(report) == told(judged(source("a.md", TEXT.replace(old, new))))
    assert again.judged and set(anew) <= touched


WORDS = [
    ("So $z", "If $z = 1$, so $z"),
    ("So $p", "Or so $p"),
    ("Then $a", "For all $a$: $a"),
    ("# Another one", "Another one"),
    ("with $q = 4$", "with $q = 4$, or $q = 3$"),
    ("# One neuron", "# One neuron\n\n\\newcommand{\\b}{2}"),
    ("$b = -0.2$", "$b = -0{,}2$"),
    ("Then $a", "The values go on unrounded. Then $a"),
    ("$q = 4$", "$q = 4$ and then $q = 5$"),
    ("Let $p = 2 q$", "Let $p = 3 q$"),
    ("Let $z", "Let $w \\in \\mathbb{R}^2$ and $z"),
]


@pytest.mark.parametrize(("old", "new"), WORDS)
def test_what_is_far_away_may_count(old: str, new: str) -> None:
    """Words beside an equality, headings, macros, decimal commas, other values: there, and taken back."""
    with working_precision(PRECISION):
        assert after(TEXT, TEXT.replace(old, new), TEXT).equalities


def test_lines_in_what_is_said_are_those_of_the_text_as_it_is() -> None:
    wrong = TEXT.replace("= 1.3$", "= 1.4$").replace("1.69 - 2", "1.7 - 2")
    with working_precision(PRECISION):
        for above in ("One line.\n", "\n\n\n"):
            after(wrong, above + wrong, wrong, wrong.replace("Then", above + "Then"))


def test_what_cannot_be_traced_is_checked_in_full() -> None:
    """Files that an article puts in, and a notebook's own JSON, have no edits of one text."""
    with working_precision(PRECISION):
        book = source("a.ipynb", '{"cells": [{"cell_type": "markdown", "source": "$1 + 1 = 3$"}]}')
        world, report = checked(book)
        assert len(report.wrong) == 1 and traced(world, lambda: False) is world


def test_a_trace_that_is_over_leaves_all_as_it_was() -> None:
    with working_precision(PRECISION):
        world, _ = checked(source("a.md", TEXT))
        assert traced(world, lambda: True) is world and not world.judged
