"""Makes the pictures of README and the guides from today's output: pages, sheets and reports as a reader sees them."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
LESSON = EXAMPLES / "two-two-one.toml"
DOTS = 90
"""Dots of an inch of paper."""
GUTTER = 12
COLOURS = 256


def main() -> int:
    with TemporaryDirectory() as name:
        folder = Path(name)
        keep("page-1", paged(handout(folder / "page.pdf"), 1))
        keep("handwritten", paged(handout(folder / "hand.pdf", *by_hand("steady", "squared")), 1))
        quick = paged(handout(folder / "quick.pdf", *by_hand("quick", "lined")), 2)
        round_ = paged(handout(folder / "round.pdf", *by_hand("round", "plain")), 2)
        keep("hands", side_by_side(*(page.crop((0, 0, page.width, page.height // 2)) for page in (quick, round_))))
        run("variants", EXAMPLES / "variants" / "two-two-one.toml", "-n", 1, "-o", folder / "sheets")
        sheets, keys = (folder / "sheets" / f"{name}.pdf" for name in ("sheets", "keys"))
        keep("worksheet", side_by_side(paged(sheets, 1), paged(keys, 1)))
        with browser() as page:
            keep("page-html", walked(page, handout(folder / "page.html"), (1100, 760), 47))
            keep(
                "page-handwritten",
                walked(page, handout(folder / "hand.html", *by_hand("steady", "squared")), (1200, 800), 29, 900),
            )
            run("check", "examples/slip.md", "-o", folder / "report.html", code=1)
            keep("report", shown(page, folder / "report.html", (900, 1080)))
    return 0


def run(*words: object, code: int = 0) -> None:
    done = subprocess.run([Path(sys.executable).with_name("derivation"), *map(str, words)], cwd=HERE.parent)
    if done.returncode != code:
        sys.exit(f"{' '.join(map(str, words))} ended with {done.returncode}")


def by_hand(hand: str, paper: str) -> tuple[str, ...]:
    return "--theme", "handwritten", "--hand", hand, "--paper-style", paper


def handout(target: Path, *options: str) -> Path:
    run("handout", LESSON, "-o", target, *options)
    return target


def paged(document: Path, page: int) -> Image.Image:
    """A page of a PDF."""
    made = subprocess.run(
        ["pdftoppm", "-png", "-r", str(DOTS), "-f", str(page), "-l", str(page), document],
        capture_output=True,
        check=True,
    )
    return Image.open(io.BytesIO(made.stdout)).convert("RGB")


def side_by_side(left: Image.Image, right: Image.Image) -> Image.Image:
    both = Image.new("RGB", (left.width + GUTTER + right.width, max(left.height, right.height)), "#c8ccd2")
    both.paste(left, (0, 0))
    both.paste(right, (left.width + GUTTER, 0))
    return both


@contextmanager
def browser() -> Iterator[Page]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        yield started.new_page()
        started.close()


def shown(page: Page, document: Path, size: tuple[int, int]) -> Image.Image:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(document.as_uri())
    return screen(page)


def walked(page: Page, document: Path, size: tuple[int, int], place: int, after: int = 2000) -> Image.Image:
    """A page that plays, so many milliseconds after its link of that place began."""
    shown(page, document, size)
    slider = page.locator("input[type=range]")
    slider.fill(str(place))
    slider.blur()
    page.wait_for_timeout(2000)
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(after)
    return screen(page)


def screen(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def keep(name: str, picture: Image.Image) -> None:
    picture.quantize(COLOURS).save(HERE / f"{name}.png", optimize=True)


if __name__ == "__main__":
    sys.exit(main())
