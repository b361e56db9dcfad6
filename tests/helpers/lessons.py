"""The lessons as the tests share them: each worked, and proved, once in a process."""

from __future__ import annotations

from functools import cache

from places import ROOT

import derivation


@cache
def worked(stem: str) -> derivation.Derivation:
    return derivation.derive(derivation.load(ROOT / "examples" / f"{stem}.toml"))


@cache
def proved(stem: str) -> derivation.Derivation:
    return derivation.prove(worked(stem))
