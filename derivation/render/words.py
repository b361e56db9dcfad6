"""Reasons into sentences, by a words file; terms in them become formulas."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from ..terms import Term
from ..walkthrough import Reason

Formula = Callable[[Term], str]


@cache
def templates() -> Path:
    """The folder of templates: inside the installed package, or beside it in a checkout."""
    inside = Path(__file__).parents[1] / "templates"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "templates"


@cache
def load(language: str = "en") -> dict[str, dict[str, str]]:
    """The words file of a language."""
    return tomllib.loads((templates() / "words" / f"{language}.toml").read_text("utf-8"))


class Words:
    """Speaks of reasons and titles; `formula` writes a term as the format wants it inside a sentence, `say` the finished sentence."""

    def __init__(self, formula: Formula, language: str = "en", say: Callable[[str], str] = str) -> None:
        self.words, self.formula, self.say = load(language), formula, say

    def sentence(self, table: str, reason: Reason | None) -> str:
        """The sentence of a reason; a key without one falls back to what stands before its dot, then before its underscore."""
        if reason is None:
            return ""
        found = self.words[table]
        text = found.get(reason.key) or found.get(reason.key.partition(".")[0]) or found.get(reason.key.partition("_")[0]) or ""
        return self.say(text.format_map({key: self.part(value) for key, value in reason.about.items()})) if text else ""

    def part(self, value: Any) -> str:
        """A term, several, or the name of an operation in words."""
        if isinstance(value, Term):
            return self.formula(value)
        if isinstance(value, str):
            return self.words["operations"].get(value, value)
        parts = [self.formula(term) for term in value]
        joining = self.words["joining"]
        return joining["and"].join(filter(None, [joining["comma"].join(parts[:-1]), parts[-1]])) if parts else ""

    def text(self, table: str, key: str, **about: Any) -> str:
        """A fixed text."""
        return self.say(self.words[table][key].format(**about))
