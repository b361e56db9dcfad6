"""The forms of a class's marks: one module each; each makes files from a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from derivation.exercises.marking.report import Report

MODULES = {"text": "text", "csv": "table", "json": "json_form", "pdf": "pdf"}
"""Each format's module, which has a function `files(report)` that gives (name, content) of each; it is imported when it is asked for."""


def files(form: str, report: Report) -> Iterator[tuple[str, bytes]]:
    """The files of one form."""
    made: Callable[[Report], Iterator[tuple[str, bytes]]] = import_module(f".{MODULES[form]}", __name__).files
    yield from made(report)
