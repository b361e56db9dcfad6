"""The words files of a language, and where templates are."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from derivation.words.language import spoken

TABLE = re.compile(r"^\[(\w+)\]$", re.MULTILINE)


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


def load(language: str = "") -> Sentences:
    """The sentences of a language, of the one that is spoken where none is named."""
    return _of(language or spoken())


class Sentences(Mapping[str, dict[str, str]]):
    """The tables of a language by name, each file read when something is asked of it. A table has sentences by key;
    one with plurals is a table of its forms.

    >>> load("en")["joining"]["and"]
    ' and '
    """

    def __init__(self, language: str) -> None:
        self.places: dict[str, Path] = {}
        for file in sorted((templates() / "words" / language).glob("*.toml")):
            for table in TABLE.findall(file.read_text("utf-8")):
                assert table not in self.places, f"[{table}] stands in two files of {language}"
                self.places[table] = file

    def __getitem__(self, table: str) -> dict[str, str]:
        return _read(self.places[table])[table]

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)


@cache
def _of(language: str) -> Sentences:
    return Sentences(language)


@cache
def _read(file: Path) -> dict[str, dict[str, str]]:
    return tomllib.loads(file.read_text("utf-8"))
