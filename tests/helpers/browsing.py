"""A page of ours in a real browser, and what is asked of every such page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from patience import PATIENCE


class Opened:
    """A page in a window of its own, with all that it asked the network for and all that it complained about."""

    def __init__(self, browser: Any, file: Path, **window: Any) -> None:
        self.context = browser.new_context(
            **{"viewport": {"width": 1100, "height": 900}, "reduced_motion": "reduce", **window}
        )
        self.context.set_default_timeout(1000 * PATIENCE)
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(file.as_uri())

    def get(self, expression: str) -> Any:
        return self.page.evaluate(expression)

    @property
    def place(self) -> int:
        """How many links have been written; 0 at rest."""
        return int(self.get("Number(document.querySelector('.player input').value)"))

    @property
    def count(self) -> int:
        return int(self.get("document.querySelectorAll('.phase:not(.setup) .chain .link').length"))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)


def nothing_for_axe(window: Any, stem: str, scheme: str) -> None:
    """No violation in a colour scheme, wide and narrow, at rest and in the middle of a walk."""
    from axe_playwright_python.sync_playwright import Axe

    for width in (1100, 400):
        opened = window(stem, color_scheme=scheme, viewport={"width": width, "height": 900})
        opened.page.wait_for_timeout(100)
        results = Axe().run(opened.page)
        assert results.violations_count == 0, results.generate_report()
        ground = opened.get("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", ground))) < 200) == (scheme == "dark")
    opened.press("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight")
    results = Axe().run(opened.page)
    assert results.violations_count == 0, results.generate_report()


def nothing_is_wider(window: Any, stem: str, width: int) -> None:
    """Nothing sticks out of a window, but what can be scrolled in a frame of its own."""
    opened = window(stem, viewport={"width": width, "height": 900})
    for _ in range(2):
        assert opened.get("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), stem
        outside = (
            "[...document.querySelectorAll('.phase *')].filter(n => !n.closest('.scrolls, .reach') && "
            "n.getBoundingClientRect().right > innerWidth + 1).length"
        )
        assert opened.get(outside) == 0, stem
        opened.press("End")


def outside_their_boxes(window: Any, stem: str, across: float, along: float) -> list[str]:
    """Formulas of charts that stick out of their nodes by more pixels than that: a page's font is not the one that
    charts were measured for."""
    found: list[str] = window(stem).get(
        f"""[...document.querySelectorAll('g.node')].flatMap(g => {{
            const box = g.firstElementChild.getBoundingClientRect();
            return [...g.querySelectorAll('math')].map(m => m.getBoundingClientRect()).filter(
                r => r.left < box.left - {across} || r.right > box.right + {across} || r.top < box.top - {along} || r.bottom > box.bottom + {along}
            ).map(r => g.closest('svg').id + ' ' + g.dataset.quantity) }})"""
    )
    return found
