"""The article's network on screen and by hand: the page's size and first paint in headless Chromium, how long it takes
to make; the handwritten PDF against the typeset one.

Asked for are 300 KB, 100 ms, half a second, and for the handwritten PDF twice the time and five times the bytes.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import derivation
from derivation.pages.formats import FORMATS
from derivation.proving.prover import prove

ARTICLE = Path(__file__).parents[2] / "examples" / "two-two-one.toml"
THEMES = ("typeset", "handwritten")
ROUNDS = 7
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def best(work: Callable[[], object]) -> float:
    """The shortest of several runs, in seconds."""
    found = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def made() -> bytes:
    """The whole page from the spec; everything is imported, as a second page of the same session finds it."""
    return FORMATS["html"](prove(derivation.derive(derivation.load(ARTICLE))), "typeset")


def painted(page: Path) -> float:
    """Milliseconds to the first paint with content, the median of several openings."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        found = []
        for _ in range(ROUNDS):
            window = browser.new_page()
            window.goto(page.as_uri())
            window.wait_for_function(f"{PAINTED} > 0")
            found.append(float(window.evaluate(PAINTED)))
            window.close()
        browser.close()
    return statistics.median(found)


def handout(theme: str, document: Path) -> float:
    """A handout, cold, to PDF."""
    command = [sys.executable, "-m", "derivation", "handout", str(ARTICLE), "--theme", theme, "-o", str(document)]
    return best(lambda: subprocess.run(command, check=True, capture_output=True))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        page.write_bytes(made())
        size = page.stat().st_size
        print(f"page: {size / 1000:.0f} KB, made in {best(made):.2f} s after import", end="")
        empty = Path(folder, "empty.html")
        empty.write_text("<!doctype html><title>nothing</title><p>A line.", "utf-8")
        paints = (
            f", first paint {painted(page):.0f} ms in Chromium, that of a page with one line {painted(empty):.0f} ms"
        )
        print(paints if shutil.which("chromium") else "; no Chromium here, first paint not measured")
        documents = [Path(folder, f"{theme}.pdf") for theme in THEMES]
        seconds = [handout(theme, document) for theme, document in zip(THEMES, documents, strict=True)]
        sizes = [document.stat().st_size for document in documents]
        print(
            f"handout: typeset {seconds[0]:.2f} s, {sizes[0] / 1000:.0f} KB; handwritten {seconds[1]:.2f} s, "
            f"{sizes[1] / 1000:.0f} KB:",
            end=" ",
        )
        print(f"{seconds[1] / seconds[0]:.2f} x the time, {sizes[1] / sizes[0]:.2f} x the bytes")
