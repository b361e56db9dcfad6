"""What an editor shows and offers, over all articles of ours: places, fixes that mend, chains that hold."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from article_mutants import mutants
from places import ROOT
from seeds import fresh_seed

from derivation.checking.article import check_text
from derivation.checking.sources.source import UnreadableArticle
from derivation.editors.actions import Change, actions, differences
from derivation.editors.documents import Document, document, notebook
from derivation.editors.hovering import hover
from derivation.editors.looks import Look, looked
from derivation.editors.places import Lines

ARTICLES = [path for path in sorted((ROOT / "examples" / "articles").iterdir()) if path.suffix != ".ipynb"]
SEED = ROOT.parent / "shared" / "seed" / "article.md"
ARTICLES += [SEED] if SEED.exists() else []
NAMES = [path.name for path in ARTICLES]
DIGIT = re.compile(r"(?<=[=&] )-?\d+(?:\.|\{,\})\d+(?=\s*(?:[\\$&.,]|$))", re.MULTILINE)
"""Numerals that end a side."""
MOST = 8
"""Quantities of each article that are worked out."""
SLIPS = 3
"""Slips that are looked at in each article, at most."""


def held(path: Path, text: str | None = None) -> Document:
    return document(path.as_uri(), str(path), path.read_text("utf-8") if text is None else text)


def applied(held: Document, changes: list[Change]) -> str:
    """A document's text after changes, which the protocol's places say."""
    text = held.pages[0].lines.text
    lines = Lines(text)
    for change in sorted(changes, key=lambda change: change.span.start, reverse=True):
        start, end = lines.offset(change.span.start), lines.offset(change.span.end)
        text = text[:start] + change.text + text[end:]
    return text


def slips(text: str) -> Iterator[tuple[int, str]]:
    """Where one result is another, and the text with it."""
    for match in random.Random(1).sample(found := list(DIGIT.finditer(text)), len(found)):
        other = match[0][:-1] + str((int(match[0][-1]) + 4) % 10)
        yield match.start(), text[: match.start()] + other + text[match.end() :]


@pytest.mark.parametrize("path", ARTICLES, ids=NAMES)
def test_each_side_is_shown_where_it_stands(path: Path) -> None:
    look = looked(held(path))
    lines = look.document.pages[0].lines
    assert look.report.equalities
    for equality in look.report.equalities:
        span = look.span(equality.right)
        start, end = lines.offset(span.start), lines.offset(span.end)
        assert (start, end) == (equality.right.start, equality.right.end)
        assert look.document.offset(span.uri, span.start) == start


@pytest.mark.parametrize("indent", [None, 1])
def test_each_side_of_a_notebook_is_shown_where_it_stands_in_the_file(indent: int | None) -> None:
    source = json.loads((ROOT / "examples" / "articles" / "softmax.ipynb").read_text("utf-8"))
    for ascii_only in (True, False):
        text = json.dumps(source, indent=indent, ensure_ascii=ascii_only)
        look = looked(document("file:///a.ipynb", "/a.ipynb", text))
        lines = look.document.pages[0].lines
        assert look.report.equalities
        for equality in look.report.equalities:
            span = look.span(equality.right)
            typed = text[lines.offset(span.start) : lines.offset(span.end)]
            if "\n" not in equality.right.formula.source.text[equality.right.start : equality.right.end]:
                assert json.loads(f'"{typed}"') == look.article.source.text[equality.right.start : equality.right.end]
            assert look.document.offset(span.uri, span.start) == equality.right.start


def test_each_side_of_a_notebook_is_shown_in_its_cell() -> None:
    source = json.loads((ROOT / "examples" / "articles" / "softmax.ipynb").read_text("utf-8"))
    cells = [
        (f"cell:{k}", "".join(cell["source"]))
        for k, cell in enumerate(source["cells"])
        if cell["cell_type"] == "markdown"
    ]
    texts = dict(cells)
    look = looked(notebook("/a.ipynb", cells))
    assert look.report.equalities
    for equality in look.report.equalities:
        span = look.span(equality.right)
        lines = Lines(texts[span.uri])
        typed = texts[span.uri][lines.offset(span.start) : lines.offset(span.end)]
        assert typed == look.article.source.text[equality.right.start : equality.right.end]
        assert look.document.offset(span.uri, span.start) == equality.right.start


@pytest.mark.parametrize("path", ARTICLES, ids=NAMES)
def test_the_fix_of_a_slip_mends_it(path: Path) -> None:
    """Each slip is one number, found at its place: the fix that is offered there leaves less wrong, and nothing there."""
    mended = 0
    for at, text in slips(path.read_text("utf-8")):
        before = held(path, text)
        look = looked(before)
        place = before.span(at, at).start
        remark = next((remark for remark in look.remarks if remark.span.start == place and remark.expected), None)
        if remark is None:
            continue
        fix = next(action for action in actions(look, path.as_uri(), place, place) if action.mends == remark)
        after = looked(held(path, applied(before, list(fix.changes))))
        assert len(after.report.wrong) < len(look.report.wrong), (remark, after.report.wrong)
        assert all(other.span.start != place for other in after.remarks if other.level == "error")
        mended += 1
        if mended == SLIPS:
            break
    assert mended


@pytest.mark.parametrize("path", ARTICLES, ids=NAMES)
def test_what_is_worked_out_below_holds(path: Path) -> None:
    """The chain of each quantity that begins a chain of the article, put in: nothing new is wrong."""
    text = path.read_text("utf-8")
    look = looked(held(path))
    offered = {}
    for chain in look.article.chains:
        span = look.document.span(chain.sides[0].side.start, chain.sides[0].side.end)
        offered |= {action.title: action for action in actions(look, path.as_uri(), span.start, span.start)}
    assert offered
    for action in random.Random(fresh_seed()).sample(list(offered.values()), min(MOST, len(offered))):
        after = applied(look.document, list(action.changes))
        assert after != text
        report, (change,) = check_text(after, str(path)), action.changes
        start = look.document.pages[0].lines.offset(change.span.start)
        own = [one for one in report.equalities if start <= one.right.start < start + len(change.text)]
        assert own and not [one for one in own if one.verdict == "wrong"], (action, own)


def test_differences_make_the_other_text() -> None:
    old, new = "one\ntwo\nthree\n", "one\n2\nthree\nfour"
    made = document("file:///a.md", "/a.md", old)
    assert applied(made, list(differences(made, new))) == new


def test_places_outside_are_taken_to_the_nearest() -> None:
    lines = Lines("ä\U0001f600\nb")
    assert [lines.offset(place) for place in ((0, 0), (0, 1), (0, 3), (0, 99), (1, 5), (9, 9))] == [0, 1, 2, 2, 4, 4]
    assert Lines("ä\U0001f600x", "utf-8").place(2) == (0, 6) and Lines("ä\U0001f600x", "utf-32").place(2) == (0, 2)


def everywhere(look: Look) -> None:
    """All that is shown and offered, at places all over a document."""
    page = look.document.pages[0]
    for offset in range(0, len(page.lines.text) + 1, 37):
        place = page.lines.place(offset)
        list(actions(look, page.uri, place, place))
        at = look.document.offset(page.uri, place)
        if at is not None:
            hover(look, at)


def test_mutilated_articles_break_nothing() -> None:
    for seed in (1, fresh_seed()):
        for mutant in islice(mutants(seed), 8):
            try:
                made = document("file:///a", f"/a{mutant.suffix}", mutant.text)
                everywhere(looked(made))
            except UnreadableArticle:
                continue
