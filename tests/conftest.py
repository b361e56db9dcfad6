"""Fixtures: the article's network worked and proved once."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings
from places import ROOT

import derivation


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="write the goldens anew instead of comparing with them")


@pytest.fixture(scope="session")
def article() -> derivation.Derivation:
    return derivation.prove(derivation.derive(derivation.load(ROOT / "examples" / "two-two-one.toml")))


settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")
