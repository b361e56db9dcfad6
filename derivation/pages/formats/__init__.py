"""From a Derivation to documents: one function per format, named in FORMATS."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from derivation.handwriting.writing import STANDARD, Writing

if TYPE_CHECKING:
    from derivation.networks.walkthrough import Derivation

Renderer = Callable[..., bytes]
"""Takes the derivation, the theme and, where the theme is handwritten, the `Writing`."""


def pdf(derivation: Derivation, theme: str, writing: Writing = STANDARD) -> bytes:
    """A PDF, by the TeX on this machine or the one in the wheel."""
    from derivation.pages.typesetting.engine import compile_pdf

    text = tex(derivation, theme, writing)
    return compile_pdf(text.decode(), files=beside(text, theme, writing))


def tex(derivation: Derivation, theme: str, writing: Writing = STANDARD) -> bytes:
    """A LaTeX document that compiles as it is, with the files of `beside` where its look needs any."""
    from derivation.pages.formats.document import latex_document

    return latex_document(derivation, theme, writing).encode()


def beside(text: bytes, theme: str, writing: Writing) -> dict[str, bytes]:
    """The files that a LaTeX document needs beside it, by name: the fonts of a hand."""
    from derivation.handwriting.fonts.fonts import files
    from derivation.pages.typesetting.templating import format_of

    return files(text.decode(), writing) if format_of(theme)["own_fonts"] else {}


def markdown(derivation: Derivation) -> str:
    """Markdown with formulas between dollars."""
    from derivation.pages.formats.markdown_math import safe
    from derivation.pages.typesetting.templating import environment, format_of
    from derivation.pages.views.view import view

    form = format_of("markdown")
    seen = view(derivation, form["inline"].format, form["real"])
    return safe(environment("markdown").get_template("markdown/document.md.j2").render(view=seen))


def json(derivation: Derivation, *look: object) -> bytes:
    """The stable JSON form."""
    from derivation.pages.formats.json_form import json_form

    return json_form(derivation).encode()


def ipynb(derivation: Derivation, *look: object) -> bytes:
    """A Jupyter notebook that runs from top to bottom with NumPy alone."""
    from derivation.pages.formats.notebook import notebook

    return notebook(derivation).encode()


def html(derivation: Derivation, theme: str = "typeset", writing: Writing = STANDARD) -> bytes:
    """A page that plays, in one file; in a hand it writes itself."""
    from derivation.pages.formats.page import page

    return page(derivation, theme, writing).encode()


def latex_chains(derivation: Derivation) -> str:
    """All chains as one display, for a notebook."""
    from derivation.pages.views.view import view

    rows = [
        chain.quantity + " &" + r" \\ &".join(f"{link.relation} {link.latex}" for link in chain.links)
        for phase in view(derivation).phases
        if phase.key != "partials"
        for group in phase.groups
        for chain in group.chains
    ]
    return "$$\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}$$"


FORMATS: dict[str, Renderer] = {
    "pdf": pdf,
    "tex": tex,
    "md": lambda derivation, *look: markdown(derivation).encode(),
    "json": json,
    "ipynb": ipynb,
    "html": html,
}
THEMES = ("typeset", "handwritten")
