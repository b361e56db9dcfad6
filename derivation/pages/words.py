"""Reasons into sentences, by a words file; terms in them become formulas."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from derivation.formulas.operations import TABLE, MissingPiece
from derivation.formulas.terms import Term
from derivation.networks.walkthrough import Reason, Section
from derivation.words.files import load

Formula = Callable[[Term], str]


@cache
def _tables(language: str) -> dict[str, dict[str, str]]:
    """The sentences of a language, once each operation has its own; `MissingPiece` says which has not."""
    tables = load(language)
    for row in TABLE.values():
        for table, key in (("reasons", row.reason), ("operations", row.name)):
            if key not in tables[table]:
                raise MissingPiece(row.name, f"words: {key!r} under [{table}] in templates/words/{language}")
    return tables


class Words:
    """Speaks of reasons and titles; `formula` writes a term as the format wants it inside a sentence, `say` the
    finished sentence."""

    def __init__(self, formula: Formula, language: str = "en", say: Callable[[str], str] = str) -> None:
        self.words, self.formula, self.say = _tables(language), formula, say

    def sentence(self, table: str, reason: Reason | None) -> str:
        """The sentence of a reason and of those that follow it; nothing where the table has none."""
        if reason is None:
            return ""
        text = self.found(table, reason.key)
        spoken = (
            self.say(text.format_map({key: self.part(value) for key, value in reason.about.items()})) if text else ""
        )
        return " ".join(filter(None, [spoken, self.sentence(table, reason.then)]))

    def found(self, table: str, key: str) -> str:
        """The text of a key. `back_matmul_a.gradient` falls back to `back_matmul_a`, then to `back_matmul.gradient`,
        and so on to `back`."""
        stem, dot, ending = key.partition(".")
        texts = self.words[table]
        while stem:
            if found := texts.get(stem + dot + ending) or texts.get(stem):
                return found
            stem = stem.rpartition("_")[0]
        return ""

    def section(self, phase: str, section: Section) -> str:
        """The title of a section in a phase, as plain text: the phase's own words for it, else those that hold
        everywhere."""
        tables = self.words.get(f"sections_{phase}", {}), self.words["sections"]
        text = next(
            table[key] for key in (f"{section.key}_{section.index}", section.key) for table in tables if key in table
        )
        return text.format(title=section.title, index=section.index, step=section.step)

    def part(self, value: Any) -> str:
        """A term, the name of an operation in words, or several of them."""
        if isinstance(value, Term):
            return self.formula(value)
        if isinstance(value, str):
            return self.found("operations", value) or value
        parts = [self.part(one) for one in value]
        joining = self.words["joining"]
        return joining["and"].join(filter(None, [joining["comma"].join(parts[:-1]), parts[-1]])) if parts else ""

    def text(self, table: str, key: str, **about: Any) -> str:
        """A fixed text; `{s}` in it is the plural of a `count`."""
        return self.say(self.words[table][key].format(s="" if about.get("count") == 1 else "s", **about))
