"""The report as a page that one reads: calm where all holds, words where something is to be said, every place a link
away, legible for everybody."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from places import ROOT

from derivation.checking.article import check, check_text
from derivation.checking.judging.verdicts import Report
from derivation.checking.reports import FORMATS as REPORTS
from derivation.checking.reports.html import SIGNS
from derivation.checking.reports.pdf import document
from derivation.checking.reports.text import plain
from derivation.checking.reports.view import CARRIED, MARKS, counts, mark_of

SLIPS = r"""# Slips

Let $x = 2$, $w = 3$ and $q = x_1_2$.

$$z = w x + 1 = 3 \cdot 2 + 1 = 8$$

$$u = z + 1 = 9$$

$$v = x^2 = 5$$

Then $v = 5 = 6 - 1$, and $y = 1/3 = 0.33$.
"""
CSS = ROOT / "templates" / "report_html"
NARROW = {"width": 390, "height": 844}


def opened(browser: Any, folder: Path, reports: list[Report], **options: Any) -> Any:
    """A page of the browser that shows a report."""
    (folder / "report.html").write_bytes(REPORTS["html"](reports))
    page = browser.new_page(**options)
    page.goto((folder / "report.html").as_uri())
    return page


def test_counts_name_every_equality_once() -> None:
    report = check_text(SLIPS)
    found = dict(counts(report))
    assert sum(found.values()) == len(report.equalities) and list(found) == [one for one in MARKS if one in found]
    assert found["wrong"] == report.summary["wrong"] and set(SIGNS) == set(MARKS) and len(set(SIGNS.values())) == 6


def test_what_goes_on_from_a_mistake_is_marked_and_leads_to_it() -> None:
    report = check_text("$2 + 2 = 5 = 6 - 1$ and $3 + 3 = 7$.")
    assert [mark_of(one) for one in report.equalities] == ["wrong", CARRIED, "wrong"]
    text = REPORTS["html"]([report]).decode()
    assert re.search(r'<a href="#p1-0">goes on from the mistake in line 1</a>', text)


@pytest.mark.browser
def test_every_link_of_the_page_leads_to_a_place(browser: Any, tmp_path: Path) -> None:
    page = opened(browser, tmp_path, [check_text(SLIPS), check(str(ROOT / "examples" / "slip.md"))])
    lost = page.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href').slice(1)).filter(id => !document.getElementById(id))"
    )
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert lost == [] and len(ids) == len(set(ids))
    page.click(".findings a >> nth=0")
    assert page.evaluate("document.querySelector(':target').className") == "row wrong"
    page.close()


@pytest.mark.browser
def test_words_stand_only_where_something_is_said(browser: Any, tmp_path: Path) -> None:
    report = check(str(ROOT / "examples" / "articles" / "one-update.md"))
    page = opened(browser, tmp_path, [report])
    shown = page.evaluate("document.querySelector('.article').innerText")
    assert report.summary["exact"] > 40 and "stated" in page.evaluate("document.body.innerText")
    visible = page.evaluate(
        "[...document.querySelectorAll('.article .told')].filter(e => e.getBoundingClientRect().width > 1).length"
    )
    assert visible == 0 and "wrong" not in shown
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("mark", ["wrong", "undecided", "exact", "stated"])
def test_a_choice_shows_the_formulas_of_one_mark_without_a_script(browser: Any, tmp_path: Path, mark: str) -> None:
    (tmp_path / "report.html").write_bytes(REPORTS["html"]([check_text(SLIPS)]))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((tmp_path / "report.html").as_uri())
    page.check(f'input[value="{mark}"]')
    displays = page.locator(".article .display")
    shown = [displays.nth(k).is_visible() for k in range(displays.count())]
    wanted = [displays.nth(k).locator(f".{mark}").count() > 0 for k in range(displays.count())]
    assert shown == wanted
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("name", ["rows.tex", "german-commas.md", "attention.md", "softmax.ipynb"])
def test_a_narrow_page_does_not_scroll_sideways(browser: Any, tmp_path: Path, name: str) -> None:
    page = opened(browser, tmp_path, [check(str(ROOT / "examples" / "articles" / name))], viewport=NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    page.close()


@pytest.mark.browser
def test_the_keyboard_reaches_every_finding_and_the_choice(browser: Any, tmp_path: Path) -> None:
    page = opened(browser, tmp_path, [check_text(SLIPS)])
    reached = []
    for _ in range(16):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.getAttribute('href') || document.activeElement.value"))
    findings = page.evaluate("[...document.querySelectorAll('.findings a')].map(a => a.getAttribute('href'))")
    assert set(findings) <= set(reached) and "all" in reached and len(findings) >= 3
    page.close()


def luminance(colour: str) -> float:
    """WCAG 2.1, relative luminance."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.1, contrast ratio: 4.5 is wanted of text."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_every_colour_can_be_read_on_its_ground_in_light_and_dark() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    looks = re.findall(r":root \{(.*?)\}", (CSS / "page.css").read_text("utf-8"), re.DOTALL)
    assert len(looks) == 2
    for look in looks:
        colours = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", look))
        for ink in ("ink", "quiet", "link", *MARKS):
            grounds = ["paper", *({"wrong": ["pale"], "undecided": ["asked"]}.get(ink, []))]
            for ground in grounds:
                assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)


def test_the_terminal_shows_what_is_wrong_first() -> None:
    said = plain(check_text(SLIPS)).splitlines()
    verdicts = [found[1] for line in said if (found := re.match(r"article\.md:\d+:\d+: (\w+): ", line))]
    assert "undecided" in verdicts and verdicts[0] == "wrong"
    assert all(not (one == "undecided" and other == "wrong") for one, other in pairwise(verdicts))


def test_the_pdf_has_a_tick_for_what_holds_and_the_lines_beside_it() -> None:
    tex = document([check_text(SLIPS)])
    assert (
        tex.count(r"{exact}\why") == 0
        and r"\newcommand{\markexact}{\tick}" in tex
        and r"\newcommand{\saidexact}{}" in tex
    )
    assert re.search(r"\\lineof\{5\}\\quantityof\{z\}", tex)
