"""The forms of a report: one module each; `FORMATS` is the table of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module

from derivation.checking.judging.verdicts import Report

MODULES = {"text": "text", "json": "json_form", "html": "html", "pdf": "pdf", "github": "github", "sarif": "sarif"}
"""Each format's module, which has a function `write(reports) -> bytes`; it is imported when it is asked for."""


def write(form: str, reports: Sequence[Report]) -> bytes:
    """The reports in one form."""
    writer: Callable[[Sequence[Report]], bytes] = import_module(f".{MODULES[form]}", __name__).write
    return writer(reports)
