"""What can be asked for by name: rows that say what each is and where it lives, imported when it is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Generic, TypeVar

from derivation.words.telling import listed

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Row:
    """`says` is what help and documentation say of it; `home` is where it lives, as `module:name`."""

    key: str
    says: str
    home: str


class Registry(Mapping[str, Thing], Generic[Thing]):
    """Things of one kind by name.

    >>> numbers = Registry(Row("half", "a rational", "fractions:Fraction"), Row("tenth", "a decimal", "decimal:Decimal"))
    >>> numbers.offered, numbers["half"].__name__
    ('half or tenth', 'Fraction')
    """

    def __init__(self, *rows: Row) -> None:
        self.rows = {row.key: row for row in rows}

    def __getitem__(self, key: str) -> Thing:
        module, _, name = self.rows[key].home.partition(":")
        found: Thing = getattr(import_module(module), name)
        return found

    def __contains__(self, key: object) -> bool:
        return key in self.rows

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def offered(self) -> str:
        """All names, for a sentence."""
        return listed(self.rows, "or")

    @property
    def descriptions(self) -> dict[str, str]:
        """What is said of each, by name."""
        return {row.key: row.says for row in self.rows.values()}
