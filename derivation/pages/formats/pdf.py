"""A handout as PDF, by the TeX on this machine or the one in the wheel."""

from __future__ import annotations

from derivation.handwriting.writing import STANDARD, Writing
from derivation.networks.walkthrough import Derivation
from derivation.pages.formats import tex
from derivation.pages.typesetting.engine import compile_pdf


def write(derivation: Derivation, theme: str = "typeset", writing: Writing = STANDARD) -> bytes:
    """Raises `TexError` where TeX fails."""
    text = tex.write(derivation, theme, writing)
    return compile_pdf(text.decode(), files=tex.beside(text, theme, writing))
