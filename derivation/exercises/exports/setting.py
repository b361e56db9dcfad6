"""How formulas are set: as TeX between the marks of a platform, or as MathML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Protocol
from xml.etree.ElementTree import Element, tostring

from markupsafe import Markup

from derivation.pages.words import shown
from derivation.tex.mathml.reader import SLOT, written

FORMULA = re.compile(r"\$([^$]*)\$")
"""A formula inside a sentence of the words file."""


class Setting(Protocol):
    """Sets LaTeX, and sentences with formulas between dollars."""

    def formula(self, latex: str) -> str:
        """A formula, to stand beside others."""

    def form(self, around: Sequence[str]) -> str:
        """A formula with slots, given by what stands around these, as a `%` format."""

    def sentence(self, text: str) -> str:
        """A sentence with its formulas."""


def doubled(text: str) -> str:
    """A text as the part of a `%` format that stays as it is; markup stays markup."""
    return text.__class__(str(text).replace("%", "%%"))


@dataclass(frozen=True, slots=True)
class Tex:
    """TeX as it is; `inline` has the marks around a formula in a sentence."""

    inline: str

    def formula(self, latex: str) -> str:
        return latex

    def form(self, around: Sequence[str]) -> str:
        return "%s".join(map(doubled, around))

    def sentence(self, text: str) -> str:
        return FORMULA.sub(lambda found: self.inline.format(found[1]), text)


class MathML:
    """MathML that is valid in both its versions; formulas are rows, to be put into `math` elements."""

    def formula(self, latex: str) -> str:
        return _row(latex)

    def form(self, around: Sequence[str]) -> str:
        row = written(*around)
        for node in (inner for one in row for inner in one.iter()):
            if node.tag == SLOT:
                node.tag, node.text = "mrow", "%s"
            elif node.text:
                node.text = doubled(node.text)
        return _markup(row)

    def sentence(self, text: str) -> str:
        parts = FORMULA.split(text)
        return Markup("".join(_math(part) if place % 2 else escape(part) for place, part in enumerate(parts)))


@dataclass(frozen=True, slots=True)
class Localized:
    """A setting with the words and the decimal mark of a network's documents in its formulas."""

    setting: Setting
    decimal: str

    def formula(self, latex: str) -> str:
        return self.setting.formula(shown(latex, self.decimal))

    def form(self, around: Sequence[str]) -> str:
        return self.setting.form([shown(text, self.decimal) for text in around])

    def sentence(self, text: str) -> str:
        return self.setting.sentence(text)


def _math(latex: str) -> str:
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML">{_row(latex)}</math>'


@lru_cache(maxsize=1 << 14)
def _row(latex: str) -> Markup:
    return _markup(written(latex))


def _markup(row: Iterable[Element]) -> Markup:
    return Markup("".join(tostring(one, encoding="unicode") for one in row))
