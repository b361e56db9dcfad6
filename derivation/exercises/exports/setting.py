"""How formulas are set: as TeX between the marks of a platform, or as MathML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Protocol

from latex2mathml.converter import convert
from markupsafe import Markup

FORMULA = re.compile(r"\$([^$]*)\$")
"""A formula inside a sentence of the words file."""
HOLE = re.compile(r"\x00(\d+)\x00")
"""Where a number stands in a formula that is set once for many."""
BESIDE = 10**18
"""Added to the number of a hole it makes a numeral that is nobody's."""


class Setting(Protocol):
    """Sets LaTeX, and sentences with formulas between dollars."""

    def formula(self, latex: str) -> str:
        """A formula, to stand beside others."""

    def form(self, latex: str) -> str:
        """A formula with holes, as a `%` format: the holes are in their order."""

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

    def form(self, latex: str) -> str:
        return HOLE.sub("%s", doubled(latex))

    def sentence(self, text: str) -> str:
        return FORMULA.sub(lambda found: self.inline.format(found[1]), text)


class MathML:
    """MathML that is valid in both its versions; formulas are rows, to be put into `math` elements."""

    def formula(self, latex: str) -> str:
        return _row(latex)

    def form(self, latex: str) -> str:
        row = _row(HOLE.sub(lambda found: f"{{{BESIDE + int(found[1])}}}", latex))
        return Markup(re.sub(rf"<mn>{str(BESIDE)[0]}\d{{{len(str(BESIDE)) - 1}}}</mn>", "%s", doubled(row)))

    def sentence(self, text: str) -> str:
        parts = FORMULA.split(text)
        return Markup("".join(_math(part) if place % 2 else escape(part) for place, part in enumerate(parts)))


def _math(latex: str) -> str:
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML">{_row(latex)}</math>'


@lru_cache(maxsize=1 << 14)
def _row(latex: str) -> Markup:
    made = convert(
        latex.replace(r"\begin{pmatrix}", r"{\begin{pmatrix}").replace(r"\end{pmatrix}", r"\end{pmatrix}}")
    )  # one operand for an exponent
    return Markup(made[made.index(">") + 1 : made.rindex("<")])
