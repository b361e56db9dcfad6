"""Fixtures: the article's network worked and proved once."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings
from places import ROOT
from seeds import VARIABLE, fresh_seed
from without_tex import REFUSAL, Refusing

import derivation

REFUSING = pytest.StashKey[Refusing]()
MARKED_BY_FIXTURE = {"browser": "browser"}
"""The marker of a test that uses a fixture."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--whole", action="store_true", help="run every case of the tests that draw a slice of theirs")
    parser.addoption("--cases", type=int, default=sys.maxsize, help="run not more than so many cases of each test")
    parser.addoption("--golden", action="store_true", help="write the goldens anew instead of comparing with them")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.write_line(
        f"random graphs beside the fixed seeds, and slices, were drawn by {VARIABLE}={fresh_seed()}"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Whoever starts the tests in the background, or by nohup, has signals ignored, and so would every command that a
    test starts."""
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    fresh_seed()  # before the processes that share the tests are started
    if "not tex" in config.option.markexpr:
        config.stash[REFUSING] = Refusing()


def pytest_itemcollected(item: pytest.Item) -> None:
    for fixture, marker in MARKED_BY_FIXTURE.items():
        if fixture in getattr(item, "fixturenames", ()):
            item.add_marker(marker)


@pytest.hookimpl(trylast=True)  # after -m and -k
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.option.whole:
        left = drawn(items, config.option.cases)
        config.hook.pytest_deselected(items=[item for item in items if item not in left])
        items[:] = [item for item in items if item in left]


def drawn(items: list[pytest.Item], cases: int) -> set[pytest.Item]:
    """Of each test that many cases, and of one that is marked `slices` not more than it says, drawn anew in each run;
    `make judge` runs them all."""
    tests = defaultdict[str, list[pytest.Item]](list)
    for item in items:
        tests[item.nodeid.partition("[")[0]].append(item)
    left: set[pytest.Item] = set()
    for test, those in tests.items():
        most = min(cases, *(marker.args[0] for marker in those[0].iter_markers("slices")), len(those))
        left.update(random.Random(f"{fresh_seed()} {test}").sample(those, most))
    return left


@pytest.fixture(autouse=True)
def no_tex_unasked(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where TeX is left out, a test that runs it says so, whatever came of it."""
    yield
    refusing = request.config.stash.get(REFUSING, None)
    if refusing is not None and refusing.was_asked():
        pytest.fail(REFUSAL, pytrace=False)


@pytest.fixture(scope="session")
def article() -> derivation.Derivation:
    return derivation.prove(derivation.derive(derivation.load(ROOT / "examples" / "two-two-one.toml")))


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("NO CHROMIUM on this machine: the page that plays is NOT tested (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")
