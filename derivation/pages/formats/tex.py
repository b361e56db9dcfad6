"""The LaTeX document: PyLaTeX makes the shell and the pictures, Jinja the words and the layout."""

from __future__ import annotations

from pylatex import Document, NoEscape, Package

from derivation.handwriting import HAND
from derivation.handwriting.writing import STANDARD, Writing
from derivation.networks.walkthrough import Derivation
from derivation.pages.figures import charts, map_of
from derivation.pages.figures.tikz import tikz
from derivation.pages.typesetting.templating import environment, format_of
from derivation.pages.views.view import view
from derivation.pages.words import in_its_language

PAPERS = {"a4": "a4paper", "letter": "letterpaper"}
PACKAGES = ("amsmath", "xcolor", "graphicx", "microtype", "fancyhdr", "tikz", "hyperref", "bookmark")


@in_its_language
def write(derivation: Derivation, theme: str = "typeset", writing: Writing = STANDARD) -> bytes:
    """The `.tex` of a handout: compiles in one run on a stock TeX Live, and on the TeX in the wheel, with the files of
    `beside` where its look needs any."""
    form, made = format_of(theme), environment(theme)
    own = {"hand": HAND["settings"](writing)} if form["own_fonts"] else {}
    say, drawn = (HAND["words"], HAND["spelled"]) if own else (str, str)
    seen = view(derivation, form["inline"].format, form["real"], say)
    document = shell(derivation.network.page.paper, theme)
    document.preamble.append(NoEscape(made.get_template(f"{theme}/preamble.tex.j2").render(view=seen, **own)))
    pictures = {key: drawn(tikz(chart)) for key, chart in charts(derivation).items()}
    maps = {marked: drawn(tikz(map_of(derivation.network, frozenset(marked)))) for marked in seen.marked}
    document.append(
        NoEscape(made.get_template(f"{theme}/body.tex.j2").render(view=seen, charts=pictures, maps=maps, **own))
    )
    return f"{document.dumps()}\n".encode()


def beside(text: bytes, theme: str, writing: Writing) -> dict[str, bytes]:
    """The files that a LaTeX document needs beside it, by name: the fonts of a hand."""
    return HAND["files"](text.decode(), writing) if format_of(theme)["own_fonts"] else {}


def shell(paper: str, theme: str = "typeset") -> Document:
    """An empty document: its class, paper, margins and packages."""
    form = format_of(theme)
    document = Document(
        documentclass="article",
        document_options=["11pt", PAPERS[paper]],
        page_numbers=False,
        fontenc=None if form["own_fonts"] else "T1",
        textcomp=not form["own_fonts"],
        lmodern=not form["own_fonts"],
        indent=True,
        geometry_options={**form["margins"], "includefoot": False},
    )
    document.change_document_style(
        "fancy"
    )  # our own footers: PyLaTeX's need a package more, and without them it empties the style
    for name in PACKAGES:
        if name != "microtype" or not form["own_fonts"]:
            document.packages.append(Package(name))
    document.preamble.append(NoEscape(r"\usetikzlibrary{arrows.meta,calc}"))
    return document
