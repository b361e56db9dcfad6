"""Every sign of every formula leaves ink on a page in a real browser: by light, in the dark and in print, typeset and
by hand."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import Opened
from pages.test_page import WITH_ROOTS, html_of
from pages.test_page_handwritten import written
from PIL import Image

OTHERS = ("two-two-one", "cnn", "lstm")
"""With growing brackets, sums and bars, and no root."""
MODES = {"light": ("light", "screen"), "dark": ("dark", "screen"), "print": ("dark", "print")}
FAINT = 24
"""Of 256 steps of grey: a minus one pixel high that falls between two rows of pixels is fainter than others."""
ONE_OF_EACH = """() => {
    // What stands before others and what has been seen goes, so that a picture of the page is small.
    const style = document.createElement("style");
    style.textContent = ".player, figure { display: none !important } .formulas, .table { overflow: visible !important }";
    document.head.append(style);
    const seen = new Set();
    const shape = node => node.localName + (node.localName === "mo" ? node.textContent + Math.round(node.getBoundingClientRect().height / 8) : "");
    for (const chain of document.querySelectorAll(".chain")) {
        const signs = [...chain.querySelectorAll("mo, mfrac, msqrt, mroot")].map(shape);
        if (signs.every(sign => seen.has(sign))) chain.hidden = true, chain.style.display = "none";
        signs.forEach(sign => seen.add(sign));
    }
}"""
SIGNS = """() => {
    const boxes = [];
    const add = (node, left, top, right, bottom) => boxes.push([`${node.localName} ${node.textContent.trim().slice(0, 20)}`, left + scrollX, top + scrollY, right + scrollX, bottom + scrollY]);
    for (const node of document.querySelectorAll(".chain math :is(mo, mfrac, msqrt, mroot)")) {
        const box = node.getBoundingClientRect(), first = node.firstElementChild?.getBoundingClientRect();
        if (!node.checkVisibility() || box.right > innerWidth) continue;
        if (node.localName === "mfrac") add(node, first.left, first.bottom, first.right, node.lastElementChild.getBoundingClientRect().top);
        else if (node.localName === "mo") { if (node.textContent.trim()) add(node, box.left, box.top, box.right, box.bottom) }
        else add(node, box.left, box.top, first.left, box.bottom);
    }
    return boxes;
}"""


def blank(opened: Opened, mode: str) -> tuple[int, list[str]]:
    """How many signs stand on the page in a mode, and those that have no room or leave no ink there."""
    scheme, medium = MODES[mode]
    opened.page.emulate_media(color_scheme=scheme, media=medium)
    boxes, taken = None, b""
    while boxes != (
        boxes := opened.get(f"({SIGNS})()")
    ):  # a page by hand moves its rows onto the ruling after it is laid out
        taken = opened.page.screenshot(full_page=True)
    picture = np.asarray(Image.open(io.BytesIO(taken)).convert("L")).astype(int)
    return len(boxes), [name for name, *box in boxes if not inked(picture, *box)]


def inked(picture: np.ndarray, left: float, top: float, right: float, bottom: float) -> bool:
    """Whether something is drawn in a box of a picture; a box without width holds nothing."""
    part = picture[max(int(top) - 1, 0) : int(bottom) + 2, int(left) : int(right) + 1]
    return right - left > 1 and int(np.ptp(part)) > FAINT


@pytest.fixture
def shown(browser: Any, tmp_path: Path) -> Any:
    """Opens a page of which one chain with each sign is left."""

    def of(text: str) -> Opened:
        file = tmp_path / "page.html"
        file.write_text(text, "utf-8")
        opened = Opened(browser, file)
        opened.page.evaluate("document.fonts.ready")
        opened.get(f"({ONE_OF_EACH})()")
        return opened

    return of


@pytest.mark.slices(3)
@pytest.mark.parametrize("stem", [*WITH_ROOTS, *OTHERS])
def test_every_sign_of_a_lesson_leaves_ink(shown: Any, stem: str) -> None:
    opened = shown(html_of(stem))
    for mode in MODES if stem in WITH_ROOTS else ("light",):
        count, bare = blank(opened, mode)
        assert count > 5 and bare == [], mode
    opened.context.close()


@pytest.mark.slices(1)
@pytest.mark.parametrize("stem", ["attention", "adam"])
def test_every_sign_by_hand_leaves_ink(shown: Any, stem: str) -> None:
    opened = shown(written(stem))
    for mode in MODES:
        count, bare = blank(opened, mode)
        assert count > 5 and bare == [], mode
    opened.context.close()


def test_a_sign_that_is_missing_is_seen(shown: Any) -> None:
    """The test of the test: a font without the root's sign leaves its place bare."""
    from derivation.pages.typesetting import font

    text = html_of("attention")
    characters = frozenset(re.sub("<[^>]*>", "", text)) - {"√"}
    old = re.search(r"data:font/woff;base64,[^)\"']*", text)
    assert old
    opened = shown(text.replace(old[0], font._subset(characters)))
    assert any(name.startswith("msqrt") for name in blank(opened, "light")[1])
    opened.context.close()
