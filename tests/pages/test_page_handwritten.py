"""The page in a hand, in a real browser: it writes itself, the text stays text, shapes take turns, it stands on its
paper."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from browsing import Opened, nothing_for_axe, nothing_is_wider, outside_their_boxes
from lessons import proved, worked
from pages.test_page import html_of
from places import ROOT
from typer.testing import CliRunner

import derivation
from derivation.cli.app import app
from derivation.handwriting.ink.hands import HANDS, PAPERS
from derivation.handwriting.writing import STANDARD, Unwritable, Writing
from derivation.pages.formats.page import page

LOOKED_AT = ("two-two-one", "softmax-regression", "transformer-block", "adam")
MOVING = {"reduced_motion": "no-preference"}
WRITTEN = "document.querySelectorAll('.writing').length"
TEXT = re.compile(r"<(style|script)\b.*?</\1>|<[^>]*>", re.DOTALL)


@cache
def written(stem: str, writing: Writing = STANDARD) -> str:
    return page(worked(stem), "handwritten", writing)


@pytest.fixture
def window(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Opens the handwritten page of a lesson; afterwards nothing may have been complained of or fetched."""
    opened: list[Opened] = []

    def of(stem: str, text: str = "", **window: Any) -> Opened:
        file = tmp_path / f"{stem}.html"
        file.write_text(text or written(stem), "utf-8")
        opened.append(Opened(browser, file, **window))
        opened[-1].page.evaluate("document.fonts.ready")
        opened[-1].page.wait_for_timeout(50)
        return opened[-1]

    yield of
    for one in opened:
        assert one.complaints == []
        assert [url for url in one.asked if not url.startswith(("file:", "data:"))] == []
        one.context.close()


def body_of(text: str) -> str:
    return text[text.index("<body>") : text.rindex("<script>")]


# What is written


@pytest.mark.slow
def test_same_spec_and_seed_same_bytes() -> None:
    from derivation.handwriting import screen
    from derivation.handwriting.fonts import opentype

    first = written("rnn")
    screen._written.cache_clear()
    opentype.rotation.cache_clear()
    written.cache_clear()
    assert written("rnn") == first
    assert written("rnn", Writing(seed=2)) != first


def test_the_articles_page_is_small() -> None:
    for hand in HANDS:
        assert len(written("two-two-one", Writing(hand=hand)).encode()) < 300_000, hand


@pytest.mark.slices(2)
@pytest.mark.parametrize("stem", LOOKED_AT)
def test_the_text_is_that_of_the_typeset_page(stem: str) -> None:
    """Whoever copies, searches or listens to the page has the same characters as on the typeset page."""
    plain, by_hand = (unescape(TEXT.sub("", body_of(text))) for text in (html_of(stem), written(stem)))
    assert by_hand == plain


@pytest.mark.slices(2)
@pytest.mark.parametrize("stem", LOOKED_AT)
def test_neighbouring_occurrences_have_different_shapes(stem: str) -> None:
    """As the classes say it; brackets of formulas have three shapes, all else six. What the classes do is seen in the
    browser below."""
    last: dict[str, int] = {}
    seen = 0
    for tag, said, text in re.findall(r"<(/?\w+)([^>]*)>([^<]*)", body_of(written(stem))):
        start = (
            "abcdef".index((re.search(r'class="([a-f])"', said) or "aa")[1])
            if tag in ("i", "mi", "mn", "mo", "mtext")
            else 0
        )
        for word in re.finditer(r"\S+", unescape(text)):
            for place, character in enumerate(word[0]):
                shape = (start + place) % 6
                shape = shape % 3 if character in "()[]{}|‖⌊⌋⌈⌉∑∏∫√" else shape
                assert last.get(character) != shape, (character, word[0])
                last[character] = shape
                seen += 1
    assert seen > 3000


@pytest.mark.parametrize("hand", sorted(HANDS))
@pytest.mark.parametrize("paper", sorted(PAPERS))
def test_every_hand_writes_on_every_paper(hand: str, paper: str) -> None:
    text = written("two-two-one", Writing(hand, paper))
    assert f"--ink: #{HANDS[hand].ink}" in text and f"--paper: #{PAPERS[paper]['ground']}" in text
    assert ("linear-gradient(var(--ruling)" in text) == (paper != "plain")


def test_a_character_that_the_hand_does_not_know_is_named(tmp_path: Path) -> None:
    spec = tmp_path / "spec.toml"
    spec.write_text(
        'title = "\N{CJK UNIFIED IDEOGRAPH-6F22} net"\n[model]\nloss = "L"\nequations = "L = (w * '
        'x)^2"\n[parameters]\nw = 3\n[data]\nx = 1\n',
        "utf-8",
    )
    with pytest.raises(Unwritable):
        page(derivation.derive(derivation.load(spec)), "handwritten")
    result = CliRunner().invoke(
        app, ["handout", str(spec), "--format", "html", "--theme", "handwritten", "-o", str(tmp_path / "page.html")]
    )
    assert result.exit_code == 2 and "U+6F22" in result.output and not (tmp_path / "page.html").exists()


def test_letters_with_accents_are_put_together(window: Any) -> None:
    spec = (
        'title = "Übung für René: čeština, Ångström, naïve Señor"\n[model]\nloss = "L"\nequations = "L = (w * '
        'x)^2"\n[parameters]\nw = 3\n[data]\nx = 1\n'
    )
    opened = window("accents", page(derivation.derive(derivation.loads(spec)), "handwritten"))
    assert "naïve Señor" in opened.page.locator("h1").inner_text()
    heights = opened.get(
        "(([low, high]) => [low, high].map(t => { const c = document.createElement('canvas').getContext('2d'); "
        "c.font = '100px Hand0'; return c.measureText(t).actualBoundingBoxAscent }))(['e', 'é'])"
    )
    assert heights[1] > heights[0] + 10


def test_the_command_writes_it(tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    result = CliRunner().invoke(
        app,
        [
            "handout",
            str(ROOT / "examples" / "two-two-one.toml"),
            "--theme",
            "handwritten",
            "--hand",
            "quick",
            "--paper-style",
            "lined",
            "--seed",
            "7",
            "-o",
            str(target),
        ],
    )
    assert result.exit_code == 0, result.output
    assert target.read_text("utf-8") == page(proved("two-two-one"), "handwritten", Writing("quick", "lined", 7))


def test_the_fonts_are_sound() -> None:
    import base64

    from fontTools.ttLib import TTFont

    text = written("transformer-block")
    fonts = [
        TTFont(io.BytesIO(base64.b64decode(found))) for found in re.findall(r"data:font/woff;base64,([^)]*)\)", text)
    ]
    assert len(fonts) == 3
    letters = {letter for letter in unescape(TEXT.sub("", body_of(text))) if letter != "\n"}
    assert letters <= {chr(code) for code in fonts[0].getBestCmap()}
    for font in fonts:
        variants = font["MATH"].table.MathVariants
        assert len(variants.VertGlyphConstruction[0].MathGlyphVariantRecord) > 10
        glyphs = font.getGlyphSet()
        for name in font.getGlyphOrder():
            glyphs[name].draw(
                type(
                    "",
                    (),
                    {key: lambda *points: None for key in ("moveTo", "lineTo", "curveTo", "closePath", "endPath")},
                )()
            )


# In the browser


def test_shapes_take_turns_in_the_browser(window: Any) -> None:
    """The widths of six fives are six, and a run of fives is as wide as the shapes that its class lets begin."""
    opened = window("two-two-one")
    widths = opened.get(
        """(() => { const span = document.createElement("span"), wide = (turn, text) => { span.innerHTML = `<i class="${turn}">${text}</i>`; return span.firstChild.getBoundingClientRect().width };
        span.style.cssText = "font-size: 400px; position: absolute; white-space: nowrap"; document.body.append(span);
        const found = [[..."abcdef"].map((turn) => wide(turn, "5")), wide("a", "5555555"), wide("c", "555"), wide("f", "55"), wide("b", "5 5")]; span.remove(); return found })()"""
    )
    one, seven, three, two, _ = widths
    assert len({round(width, 1) for width in one}) == 6
    assert seven == pytest.approx(sum(one) + one[0], abs=0.5)
    assert three == pytest.approx(one[2] + one[3] + one[4], abs=0.5)
    assert two == pytest.approx(one[5] + one[0], abs=0.5)


def test_brackets_are_as_high_as_what_they_hold(window: Any) -> None:
    """Whatever stands beside them."""
    for stem in ("two-two-one", "transformer-block"):
        heights = window(stem).get(
            "[...document.querySelectorAll('.links mtable')].map(t => [t, t.previousElementSibling].map(n => "
            "n.getBoundingClientRect().height))"
        )
        assert len(heights) > 20
        assert all(0.8 * held < bracket < 1.6 * held for held, bracket in heights)


@contextmanager
def time_stands(opened: Opened) -> Iterator[None]:
    """However slow the machine is, nothing ends before it is looked at: animations stand, and the clock of the page."""
    session = opened.context.new_cdp_session(opened.page)
    session.send("Animation.enable")
    session.send("Animation.setPlaybackRate", {"playbackRate": 0})
    opened.get("(now => { performance.now = () => now })(performance.now())")
    yield
    opened.get("delete performance.now")
    session.send("Animation.setPlaybackRate", {"playbackRate": 1})


def test_a_step_writes_itself_and_a_further_one_completes_it(window: Any) -> None:
    opened = window("two-two-one", **MOVING)
    still = "document.getAnimations().length === 0"
    opened.page.wait_for_function(still)  # the colours of the page may take their time
    with time_stands(opened):
        opened.press("ArrowRight")
        assert opened.get("document.getAnimations().length") > 50
        assert opened.get("document.querySelector('.link.current').matches('.writing')")
        assert opened.get("document.querySelector('.title.writing') !== null")
    opened.page.wait_for_function(f"{WRITTEN} === 0 && {still}")
    assert opened.get("document.querySelectorAll('.masks').length") == 0
    assert opened.get("getComputedStyle(document.querySelector('.link.current')).maskImage") == "none"
    with time_stands(opened):
        opened.press("ArrowRight")
        assert opened.place == 2 and opened.get(WRITTEN) == 1
        opened.press("ArrowRight")
        assert opened.place == 2 and opened.get(WRITTEN) == 0
        opened.press("ArrowRight")
        assert opened.place == 3 and opened.get(WRITTEN) == 1
        opened.press("ArrowLeft")
        assert opened.place == 2 and opened.get(WRITTEN) == 0
    opened.press("Escape")
    assert opened.page.locator(".link:visible").count() == opened.page.locator(".link").count()


def test_a_link_takes_two_seconds_at_most(window: Any) -> None:
    opened = window("transformer-block", **MOVING)
    with time_stands(opened):
        for _ in range(40):
            opened.press("ArrowRight")
            longest = opened.get(
                "Math.max(0, ...[...document.querySelectorAll('.masks')].map(m => { const t = "
                "m.getAnimations({subtree: true}).map(a => a.effect.getComputedTiming()); return Math.max(...t.map(x "
                "=> x.endTime)) - Math.min(...t.map(x => x.delay)) }))"
            )
            assert 0 < longest < 2000, opened.place
            opened.press("ArrowRight")  # completes it


def test_play_waits_for_the_pen(window: Any) -> None:
    opened = window("two-two-one", **MOVING)
    opened.press("Space")
    for place in (1, 2, 3):
        opened.page.wait_for_function(f"document.querySelector('.player input').value == {place} && {WRITTEN} === 0")
    opened.page.wait_for_function(f"{WRITTEN} > 0")
    opened.press("Space")
    assert (
        opened.get(WRITTEN) == 0
        and opened.page.get_by_role("button", name="Play").get_attribute("aria-pressed") == "false"
    )


HALT = "document.getAnimations().forEach(a => { a.pause(); a.currentTime = %s })"


@pytest.mark.slices(1)
@pytest.mark.parametrize("links", [4, 12, 30, 61])
def test_the_pen_passes_over_all_ink_and_nothing_is_there_before(window: Any, links: int) -> None:
    """Pixels: with every stroke drawn the mask leaves nothing out; half-way, about half is there; at first, next to
    nothing."""
    from PIL import Image, ImageChops

    opened = window("two-two-one", device_scale_factor=2, **MOVING)
    opened.page.add_style_tag(
        content="html { scroll-behavior: auto !important } math .lit, .link.current { background: none !important "
        "} .chart .lit > .box { fill: var(--paper) !important }"
    )

    def seen() -> Any:
        opened.page.wait_for_timeout(60)
        return Image.open(io.BytesIO(opened.page.screenshot())).convert("L")

    with time_stands(opened):
        while opened.place < links:
            opened.press("ArrowRight")
        opened.get(HALT % "0")
    pictures = []
    for time in ("0", "a.effect.getComputedTiming().endTime / 2", "a.effect.getComputedTiming().endTime - 0.01"):
        opened.get(HALT % time)
        if "/" in time:  # of all that is being written, not of each stroke
            half = "Math.max(...document.getAnimations().map(a => a.effect.getComputedTiming().endTime)) / 2"
            opened.get(
                f"(() => {{ const half = {half}; document.getAnimations().forEach(a => {{ a.currentTime = half }}) }})()"
            )
        pictures.append(seen())
    opened.get("document.getAnimations().forEach(a => a.finish())")
    whole = seen()
    missing = [
        sum(1 for value in ImageChops.difference(picture, whole).tobytes() if value > 60) for picture in pictures
    ]
    assert missing[0] > 600
    assert 0.15 * missing[0] < missing[1] < 0.85 * missing[0]
    assert missing[2] < 0.03 * missing[0]


def test_without_motion_it_simply_stands_there(window: Any) -> None:
    for settings in ({"reduced_motion": "reduce"}, {"java_script_enabled": False}):
        opened = window("two-two-one", **settings)
        assert opened.page.locator(".phase .link").count() == opened.page.locator(".phase .link:visible").count() > 80
    opened = window("two-two-one")
    opened.press("ArrowRight", "ArrowRight", "ArrowRight")
    assert opened.place == 3 and opened.get("document.getAnimations().length") == 0 and opened.get(WRITTEN) == 0
    assert opened.page.locator(".phase:not(.setup) .link:visible").count() == 3


def test_what_is_copied_holds_the_numbers(window: Any) -> None:
    copied = []
    for text in (html_of("two-two-one"), written("two-two-one")):
        opened = window("two-two-one", text, **MOVING)
        while not opened.get("document.querySelector('.link.current')?.matches('.value') || false"):
            opened.press("ArrowRight")
        opened.get("getSelection().selectAllChildren(document.querySelector('#forward1'))")
        copied.append(re.sub(r"\s", "", opened.get("getSelection().toString()")))
    assert unicodedata.normalize("NFKC", copied[0]) == copied[1]  # without slanted letters
    assert (
        "0.3−0.1" in copied[1] and "0.2+0.8" in copied[1] and "Pre-activation" in copied[1]
    )  # while it is still being written
    opened.press("Escape")
    for wanted in ("Pre-activation", "0.78125"):
        opened.get("getSelection().removeAllRanges()")
        assert opened.get(f"window.find('{wanted}')"), wanted


@pytest.mark.slices(1)
@pytest.mark.parametrize("stem", ["two-two-one", "cnn", "transformer-block"])
def test_words_that_are_cut_in_two_read_as_one(window: Any, stem: str) -> None:
    """As browsers lay them out: nothing has come between the parts of a word."""
    plain, by_hand = (
        window(stem, text).get(
            "[...document.querySelectorAll('h1, h2, h3, h4, p, nav li')].map(node => "
            "node.innerText.replace(/\\s+/g, ' '))"
        )
        for text in (html_of(stem), written(stem))
    )
    assert [unicodedata.normalize("NFKC", line) for line in plain] == [
        unicodedata.normalize("NFKC", line) for line in by_hand
    ]


def test_the_current_quantity_lights_up_everywhere(window: Any) -> None:
    """Although the same symbol is written in other shapes."""
    opened = window("two-two-one")
    opened.press("ArrowRight")
    symbols = opened.get(
        "[...document.querySelectorAll('.lit')].filter(n => n.closest('math')).map(n => n.textContent)"
    )
    assert len(symbols) > 5 and set(symbols) == {"z(1)"}


@pytest.mark.parametrize("paper", ["squared", "lined"])
def test_writing_stands_on_the_ruling(window: Any, paper: str) -> None:
    """The line of each row of a chain, found by a marker put into it, is a line of the paper."""
    pitch = {"squared": 16, "lined": 32}[paper]
    for width in (1200, 400):
        opened = window(
            "two-two-one", written("two-two-one", Writing(paper=paper)), viewport={"width": width, "height": 900}
        )
        off = opened.get(
            """[...document.querySelectorAll("main .title, main h2, main .reason")].map((block) => {
                const mark = document.createElement("span"); mark.style.cssText = "display: inline-block; width: 0; height: 0"; block.prepend(mark);
                const y = mark.getBoundingClientRect().bottom - document.body.getBoundingClientRect().top; mark.remove(); return y })"""
        )
        off += opened.get(
            """[...document.querySelectorAll("main .link")].map((link) => {
                const range = document.createRange(), first = link.querySelector("mo").firstChild; range.selectNodeContents(first);
                const rect = range.getClientRects()[0], size = parseFloat(getComputedStyle(first.parentElement).fontSize); return rect.top + 0.92 * size - document.body.getBoundingClientRect().top })"""
        )
        assert len(off) > 100
        wrong = [round(y, 1) for y in off if min(y % pitch, -y % pitch) > 1.6]
        assert len(wrong) <= 0.02 * len(off), wrong


@pytest.mark.slices(1)
@pytest.mark.parametrize(
    ("stem", "scheme"),
    [("two-two-one", "light"), ("two-two-one", "dark"), ("softmax-regression", "light"), ("adam", "dark")],
)
def test_axe_finds_nothing_in_both_colour_schemes(window: Any, stem: str, scheme: str) -> None:
    nothing_for_axe(window, stem, scheme)


@pytest.mark.slices(3)
@pytest.mark.parametrize("width", [1100, 768, 400])
@pytest.mark.parametrize("stem", LOOKED_AT)
def test_nothing_is_wider_than_the_window(window: Any, stem: str, width: int) -> None:
    nothing_is_wider(window, stem, width)


@pytest.mark.slices(2)
@pytest.mark.parametrize("stem", LOOKED_AT)
def test_charts_keep_their_formulas_inside_their_boxes(window: Any, stem: str) -> None:
    assert outside_their_boxes(window, stem, 2, 3) == []


def test_print_shows_everything_in_ink_on_white(window: Any) -> None:
    from pypdf import PdfReader

    opened = window("two-two-one", color_scheme="dark", **MOVING)
    opened.press("ArrowRight")
    text = "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(opened.page.pdf(prefer_css_page_size=True))).pages
    )
    for number in ("0.78125", "0.3625", "0.5125", "0.1625"):
        assert number in text.replace(" ", ""), (
            number
        )  # this reader takes the space between written letters for one between words
    opened.page.emulate_media(media="print", color_scheme="dark")
    assert not opened.page.locator(".player").is_visible()
    assert opened.page.locator(".link:visible").count() == opened.page.locator(".link").count()
    assert opened.get("getComputedStyle(document.querySelector('.link')).color") == "rgb(27, 42, 107)"
    assert opened.get("getComputedStyle(document.body).backgroundImage") == "none"
    assert opened.get("getComputedStyle(document.querySelector('.link.current')).maskImage") == "none"
