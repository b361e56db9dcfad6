"""The page that plays, in a real browser: play, keys, edges, print, both colour schemes, small windows, a screen
reader's view."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from browsing import Opened, nothing_for_axe, nothing_is_wider, outside_their_boxes
from lessons import worked
from places import EXAMPLES, ROOT

import derivation
from derivation.pages.formats.page import page as written
from derivation.pages.typesetting.mathml import mathml

LESSONS = [path.stem for path in EXAMPLES]
WITH_ROOTS = ("adam", "attention", "batch-norm", "image-batch", "layer-norm", "transformer-block")
LOOKED_AT = (
    "two-two-one",
    "softmax-regression",
    "rnn",
    "cnn",
    "transformer-block",
    "adam",
    "batch-norm",
    "paper-arithmetic",
)
HERE = "document.querySelector('.link.current')"


@cache
def html_of(stem: str) -> str:
    return written(worked(stem))


@pytest.fixture
def window(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Opens the page of a lesson; afterwards nothing may have been complained of or fetched."""
    opened: list[Opened] = []

    def of(stem: str, **window: Any) -> Opened:
        file = tmp_path / f"{stem}.html"
        file.write_text(html_of(stem), "utf-8")
        opened.append(Opened(browser, file, **window))
        return opened[-1]

    yield of
    for one in opened:
        assert one.complaints == []
        assert [url for url in one.asked if not url.startswith(("file:", "data:"))] == []
        one.context.close()


# What is written


@pytest.mark.slow
def test_same_spec_same_bytes() -> None:
    from derivation.pages.typesetting import font

    first = html_of("rnn")
    font._subset.cache_clear()
    mathml.cache_clear()
    assert written(derivation.derive(derivation.load(ROOT / "examples" / "rnn.toml"))) == first


def test_the_articles_page_is_small_and_holds_every_number() -> None:
    text = html_of("two-two-one")
    assert len(text.encode()) < 300_000
    shown = unescape(re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", "", text.replace("</mtd>", " "), flags=re.DOTALL))
    # the article's numbers, as worked by hand: values, gradients, and the parameters after the step
    for number in (
        "0.3 −0.1 0.2 0.4 0.5 −0.3 0.1 0.05 −0.25 −1.25 1.5625 0.78125 −0.125 −0.625 0.375 0.75 0.0125 "
        "0.5125 −0.175 0.125 0.0625 −0.0375 0.3625 0.025 0.1625 0.325"
    ).split():
        assert re.search(rf"(?<![\d.]){re.escape(number)}(?![\d])", shown), number


@pytest.mark.slices(12)
@pytest.mark.parametrize("stem", LESSONS)
def test_formulas_are_well_formed_and_scripts_belong_to_whole_symbols(stem: str) -> None:
    text = html_of(stem)
    formulas = re.findall(r"<math.*?</math>", text, flags=re.DOTALL)
    assert len(formulas) > 20 and "<code>" not in text
    arity = {"msub": 2, "msup": 2, "mfrac": 2, "mover": 2, "munder": 2, "msubsup": 3}
    for formula in set(formulas):
        for node in ElementTree.fromstring(formula).iter():
            assert len(node) == arity.get(node.tag, len(node)), formula
            assert node.get("mathvariant") in (None, "normal"), formula  # what browsers know
    identities = re.findall(r' id="([^"]*)"', text)
    assert len(identities) == len(set(identities))


def test_a_users_words_and_notation_stay_text() -> None:
    text = """title = "<script>alert(1)</script> & more"
    [model]
    loss = "L"
    equations = "L = (w * x)^2"
    [parameters]
    w = 3
    [data]
    x = 1
    [notation]
    w = "\\\\mathrm{<script>alert(2)</script>}"
    """
    made = written(derivation.derive(derivation.loads(text)))
    assert made.count("<script>") == made.count("</script>") == 1
    assert "<title>&lt;script&gt;alert(1)&lt;/script&gt; &amp; more</title>" in made


@pytest.mark.parametrize(
    ("latex", "part"),
    [
        ("= -0.25", '<mo form="prefix">−</mo><mn>0.25</mn>'),
        ("a - b", "<mi>a</mi><mo>−</mo><mi>b</mi>"),
        ("(a) - b", "<mo>−</mo><mi>b</mi>"),
        ("2(-3)", '<mo form="prefix">−</mo><mn>3</mn>'),
        (r"\left(a\right)^2 - 1", "<mo>−</mo><mn>1</mn>"),
        (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}^\top", "<msup><mrow><mo>(</mo>"),
        (r"y \ln(p)", '<mo lspace=".17em" rspace="0">ln</mo>'),
        (r"\mathbf{1}_3", "<mn>𝟏</mn>"),
        (r"\operatorname{ReLU}'(z)", '<mo lspace="0" rspace="0">′</mo>'),
    ],
)
def test_what_browsers_need_beside_the_converted_formula(latex: str, part: str) -> None:
    assert part in mathml(latex)


@pytest.mark.parametrize("stem", LESSONS)
def test_the_font_has_every_sign_of_the_formulas_and_its_licence(stem: str) -> None:
    """Those in the text, and the root's, which browsers draw of their own accord: from the embedded font, or not at
    all."""
    from fontTools.ttLib import TTFont

    from derivation.pages.typesetting.font import LETTER, italics

    text = html_of(stem)
    assert ("<msqrt" in text) == (stem in WITH_ROOTS)
    found = re.search(r"data:font/woff;base64,([^)]*)\)", text)
    assert found
    font = TTFont(BytesIO(base64.b64decode(found[1])))
    formulas = "".join(re.findall(r"<math.*?</math>", text, flags=re.DOTALL))
    letters = {letter for letter in unescape(re.sub(r"<[^>]*>", "", formulas)) if not letter.isspace()} | {"√"}
    letters |= {italics()[letter] for letter in LETTER.findall(formulas) if letter in italics()}
    assert letters <= {chr(code) for code in font.getBestCmap()}
    assert "Open Font License" in font["name"].getDebugName(13)
    variants = font["MATH"].table.MathVariants
    grown = dict(zip(variants.VertGlyphCoverage.glyphs, variants.VertGlyphConstruction, strict=True))
    for sign in letters & set("√()[]|"):
        form = grown[font.getBestCmap()[ord(sign)]]
        assert len(form.MathGlyphVariantRecord) > 3 and form.GlyphAssembly is not None, sign


# In the browser


def test_the_whole_page_is_there_at_rest_and_without_a_script(window: Any) -> None:
    for scripted in (True, False):
        opened = window("two-two-one", java_script_enabled=scripted)
        assert opened.page.locator(".phase .link").count() == opened.page.locator(".phase .link:visible").count() > 80
        assert opened.page.locator(".player").is_visible() == scripted


def test_keys_walk_through_link_by_link(window: Any) -> None:
    opened = window("two-two-one")
    assert opened.place == 0
    opened.press("ArrowRight", "ArrowRight", "ArrowRight")
    assert opened.place == 3 and opened.page.locator(".phase:not(.setup) .link:visible").count() == 3
    assert opened.page.locator(".link.current").count() == 1
    opened.press("ArrowLeft")
    assert opened.place == 2
    opened.press("End")
    assert opened.place == opened.count
    opened.press("ArrowRight")
    assert opened.place == opened.count
    opened.press("Home", "ArrowLeft")
    assert opened.place == 1
    opened.press("Escape")
    assert opened.place == 0 and opened.page.locator(".link:visible").count() == opened.page.locator(".link").count()


def test_buttons_and_the_slider_do_the_same(window: Any) -> None:
    opened = window("two-two-one")
    for name, place in (("On", 1), ("On", 2), ("Back", 1), ("On", 2), ("From the beginning", 1)):
        opened.page.get_by_role("button", name=name, exact=True).click()
        assert opened.place == place
    slider = opened.page.get_by_role("slider")
    slider.focus()
    opened.press("ArrowRight", "ArrowRight")
    assert opened.place == 3 and opened.page.locator(".phase:not(.setup) .link:visible").count() == 3
    assert "Forward pass, step 1: z1" in slider.get_attribute("aria-valuetext")
    opened.page.get_by_role("button", name="Show everything").click()
    assert opened.place == 0


def test_play_goes_on_by_itself_and_stops(window: Any) -> None:
    opened = window("two-two-one")
    clock, button = opened.page.clock, opened.page.get_by_role("button", name="Play")
    clock.install(time=0)
    clock.pause_at(1000)  # from here on it goes as it is told
    opened.press("Space")
    assert button.get_attribute("aria-pressed") == "true" and opened.place == 1
    clock.run_for(1000)
    assert opened.place == 1
    clock.run_for(4000)
    assert opened.place >= 3
    opened.press("Space")
    assert button.get_attribute("aria-pressed") == "false"
    here = opened.place
    clock.run_for(10_000)
    assert opened.place == here
    button.click()
    assert opened.place == here + 1 and button.get_attribute("aria-pressed") == "true"
    opened.press("End")  # from the keyboard, while the button has the focus
    assert button.get_attribute("aria-pressed") == "false"


def test_it_says_in_words_where_one_is(window: Any) -> None:
    opened = window("two-two-one")
    said = []
    for _ in range(opened.count):
        opened.press("ArrowRight")
        said.append(opened.page.get_by_role("status").inner_text())
    assert said[0] == f"Forward pass, step 1: z1, formula. 1 of {opened.count}"
    assert any(text.startswith("Backpropagation, step 1: dL/dyhat, value.") for text in said)
    assert any(text.startswith("Parameter update, step 3: W1_new, value.") for text in said)
    assert len(set(said)) == len(said)


def test_the_current_quantity_lights_up_in_chart_formula_and_text(window: Any) -> None:
    opened = window("two-two-one")
    lit = "[...document.querySelectorAll('.lit')]"
    opened.press("ArrowRight")
    assert opened.get(f"{lit}.filter(n => n.matches('#forward1 g.node')).map(n => n.dataset.quantity)") == ["z1"]
    symbols = opened.get(f"{lit}.filter(n => n.closest('math')).map(n => n.textContent)")
    assert len(symbols) > 5 and set(symbols) == {"z(1)"}
    assert opened.get(f"{lit}.some(n => n.closest('h3'))") and opened.get(f"{lit}.some(n => n.closest('.quantity'))")
    while "Error signal" not in opened.get(f"{HERE}.closest('.step').querySelector('.title').textContent"):
        opened.press("ArrowRight")
    assert opened.get(
        f"{lit}.filter(n => n.matches('g.node')).map(n => n.closest('section').id + ' ' + n.dataset.quantity)"
    ) == ["backward1 h"]
    assert opened.get(f"{HERE}.closest('.chain').querySelector('.quantity .lit') !== null")


def test_boxes_of_the_chart_fill_as_their_values_are_found(window: Any) -> None:
    opened = window("two-two-one")
    empty = "[...document.querySelectorAll('#forward1 g.node.later')].map(n => n.dataset.quantity)"
    assert opened.get(empty) == []
    opened.press("ArrowRight")
    assert opened.get(empty) == ["z1", "h", "yhat", "L"]
    while not opened.get(f"{HERE}.matches('.value')"):
        opened.press("ArrowRight")
    assert opened.get(empty) == ["h", "yhat", "L"]


def test_a_heat_map_fills_beside_the_chart_that_stays_in_view(window: Any) -> None:
    """Cells are white until their values are found, and keep their tints when they are lit."""
    opened = window("cnn")
    tints = "[...document.querySelectorAll('#heat g.cell[data-quantity=C] > rect')].map(n => getComputedStyle(n).fill)"
    tinted = opened.get(tints)
    assert len(tinted) == 9 and len(set(tinted)) == 7
    opened.press("ArrowRight")
    assert set(opened.get(tints)) == {"none"}
    assert opened.get("[...document.querySelectorAll('figure.pinned svg')].map(n => n.id)") == ["forward"]
    while not opened.get(f"{HERE}.matches('.value')"):
        opened.press("ArrowRight")
    assert opened.get(tints) == tinted
    assert opened.get("document.querySelectorAll('#heat g.cell.lit').length") == 9


def test_the_current_link_and_the_chart_are_in_view(window: Any) -> None:
    opened = window("two-two-one")
    inside = (
        f"(() => {{ const r = {HERE}.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight - 60 }})()"
    )
    covered = f"(() => {{ const r = {HERE}.getBoundingClientRect(); const f = document.querySelector('.pinned'); return f !== null && f.getBoundingClientRect().bottom > r.top + 1 }})()"
    pinned = 0
    for _ in range(opened.count):
        opened.press("ArrowRight")
        assert opened.get(inside), opened.place
        assert not opened.get(covered), opened.place
        pinned += opened.get("document.querySelector('.pinned') !== null")
    assert pinned > 40


def test_an_edge_answers_with_its_derivative(window: Any) -> None:
    opened = window("two-two-one")
    box = opened.page.get_by_role("dialog")
    assert not box.is_visible()
    edge = opened.page.locator("#backward1 g.edge[data-source=yhat][data-target=b2]")
    edge.locator("path").first.click(force=True)
    text = box.locator(".shown").text_content()
    assert "How" in text and "answers to" in text and "−1.25" in text
    opened.press("Escape")
    assert not box.is_visible() and opened.place == 0
    assert opened.get("document.activeElement.dataset.target") == "b2"
    opened.press("Enter")
    assert box.is_visible() and opened.get("document.activeElement.className") == "close"
    opened.press("Enter")
    assert not box.is_visible()
    # every edge on the way back has an answer, and a name
    unanswered = (
        "[...document.querySelectorAll('#backward1 g.edge.backward')].filter(e => e.getAttribute('role') "
        "!== 'button').length"
    )
    assert opened.get(unanswered) == 0
    assert edge.get_attribute("aria-label") == "Derivative: yhat by b2"


def test_the_parts_of_a_shared_gradient_add_up() -> None:
    """On the edges of the recurrent network: the parts of each gradient, read back from the page, against the gradient
    itself."""
    text = '[model]\nloss = "L"\nequations = """\nu = 2 * w\nv = w^2\nL = u * v + w\n"""\n[parameters]\nw = 3\n'
    made = written(derivation.derive(derivation.loads(text)))
    parts = re.findall(r'<template class="edge-of" data-source="w".*?</template>', made, flags=re.DOTALL)
    numbers = [float(re.findall(r"<mn>([\d.]+)</mn></math></p></template>", part)[-1]) for part in parts]
    assert sorted(numbers) == [1, 18, 36]  # d(2 w^3 + w)/dw = 6 w^2 + 1 = 55
    assert all("used in" in part and "a part of" in part for part in parts)


@pytest.mark.slices(1)
@pytest.mark.parametrize(
    ("stem", "scheme"),
    [
        *((stem, "light") for stem in ("two-two-one", "cnn", "adam", "rnn", "paper-arithmetic")),
        *((stem, "dark") for stem in ("two-two-one", "cnn", "adam")),
    ],
)
def test_axe_finds_nothing_in_both_colour_schemes(window: Any, stem: str, scheme: str) -> None:
    nothing_for_axe(window, stem, scheme)


@pytest.mark.slices(6)
@pytest.mark.parametrize("width", [1100, 768, 400])
@pytest.mark.parametrize("stem", LOOKED_AT)
def test_nothing_is_wider_than_the_window(window: Any, stem: str, width: int) -> None:
    nothing_is_wider(window, stem, width)


@pytest.mark.slices(4)
@pytest.mark.parametrize("stem", LOOKED_AT)
def test_charts_keep_their_formulas_inside_their_boxes(window: Any, stem: str) -> None:
    assert outside_their_boxes(window, stem, 1.5, 2) == []


def test_print_shows_everything_even_in_the_middle_of_a_walk(window: Any) -> None:
    from pypdf import PdfReader

    opened = window("two-two-one", color_scheme="dark")
    opened.press("ArrowRight", "ArrowRight")
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(opened.page.pdf(prefer_css_page_size=True))).pages)
    for number in ("0.78125", "0.3625", "0.5125", "0.1625"):
        assert number in text
    assert "Each partial derivative" in text
    opened.page.emulate_media(media="print")
    assert opened.get("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not opened.page.locator(".player").is_visible()
    assert opened.page.locator(".link:visible").count() == opened.page.locator(".link").count()


def test_motion_only_for_those_who_want_it(window: Any) -> None:
    moving = "getComputedStyle(document.documentElement).scrollBehavior"
    assert window("two-two-one", reduced_motion="reduce").get(moving) == "auto"
    assert window("two-two-one", reduced_motion="no-preference").get(moving) == "smooth"


def test_the_order_of_the_focus(window: Any) -> None:
    """Skip link, phases, edges of the charts in reading order, then the player."""
    opened = window("two-two-one")
    stops = []
    for _ in range(60):
        opened.press("Tab")
        stop = opened.get(
            "(() => { const e = document.activeElement; return e.matches('.skip') ? 'skip' : e.closest('nav') ? "
            "'nav' : e.matches('g.edge') ? e.closest('section').id : e.closest('.player') ? 'player' : e.tagName })()"
        )
        if not stops or stops[-1] != stop:
            stops.append(stop)
    assert stops[:6] == ["skip", "nav", "setup1", "forward1", "backward1", "player"]
