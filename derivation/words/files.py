"""The words files of a language, and where templates are."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from derivation.words.language import spoken


@cache
def templates() -> Path:
    """The folder of templates: inside the installed package, or beside it in a checkout."""
    inside = Path(__file__).parents[1] / "templates"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "templates"


@cache
def languages() -> tuple[str, ...]:
    """The languages that there are, by their codes.

    >>> languages()
    ('de', 'en')
    """
    return tuple(sorted(folder.name for folder in (templates() / "words").iterdir() if folder.is_dir()))


def load(language: str = "") -> dict[str, dict[str, str]]:
    """The sentences of a language, of the one that is spoken where none is named: by table, then by key; a sentence
    with plurals is a table of its forms."""
    return _loaded(language or spoken())


@cache
def _loaded(language: str) -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = {}
    for file in sorted((templates() / "words" / language).glob("*.toml")):
        for table, sentences in tomllib.loads(file.read_text("utf-8")).items():
            assert table not in tables, f"[{table}] stands in two files of {language}"
            tables[table] = sentences
    return tables
