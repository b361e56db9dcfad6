"""The walkthrough as one self-contained page that plays: formulas in MathML, charts in SVG, no network."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from jinja2 import Environment

from derivation.formulas.terms import Term
from derivation.handwriting.screen import page as written
from derivation.handwriting.writing import STANDARD, Writing
from derivation.networks.keys import key_of
from derivation.networks.walkthrough import Derivation
from derivation.pages.figures import Chart, charts, map_of
from derivation.pages.figures.svg import inline, style_sheet
from derivation.pages.typesetting.font import font
from derivation.pages.typesetting.mathml import linked, mathml
from derivation.pages.typesetting.templating import environment, format_of
from derivation.pages.views.edges import edges
from derivation.pages.views.view import view
from derivation.pages.words import Words, in_its_language, latex_of
from derivation.words.files import load
from derivation.words.telling import form

FORMULA = re.compile(r"\$([^$]+)\$")


@dataclass(frozen=True)
class NameView:
    """What a chain is about: `text` as the spec calls it, `drawn` as charts do."""

    text: str
    drawn: str


@dataclass(frozen=True)
class FigureView:
    """A chart as SVG, its width in millimetres, and what it shows."""

    svg: str
    width: float
    label: str


def write(derivation: Derivation, theme: str = "typeset", writing: Writing = STANDARD) -> bytes:
    """The page in UTF-8."""
    return page(derivation, theme, writing).encode()


@in_its_language
def page(derivation: Derivation, theme: str = "typeset", writing: Writing = STANDARD) -> str:
    """The page's HTML in the look that the theme has for pages."""
    folder = format_of(theme)["page"]
    look, made, shown = format_of(folder), _environment(folder), _shown(derivation, folder)
    body = made.get_template(f"{folder}/body.html.j2").render(**shown)
    told = (
        written(body, style_sheet(), writing)
        if look["own_fonts"]
        else {"body": body, "chart_style": style_sheet(), "font": font(body)}
    )
    return made.get_template(f"{folder}/{look['document']}").render(**shown, **told)


@in_its_language
def cell(derivation: Derivation) -> str:
    """The walkthrough as a part of somebody else's page: styles for itself alone, ids that nothing else has, no
    script."""
    made, shown = _environment(CELL), _shown(derivation, CELL, PLACE)
    judged = any(line.proof != "none" for phase in derivation.phases for step in phase.steps for line in step.lines)
    body = made.get_template("page/cell_body.html.j2").render(**shown, judged=judged)
    told = {"body": body, "chart_style": style_sheet(), "font": font(body)}
    document = made.get_template("page/cell.html.j2").render(**shown, **told)
    return document.replace(PLACE, f"d{sha256(document.encode()).hexdigest()[:10]}-")


CELL = "page"
"""The look of cells."""
PLACE = "derivation-cell-"
"""What ids begin with until it is known what stands in the cell."""


def _shown(derivation: Derivation, folder: str, prefix: str = "") -> dict[str, Any]:
    """What the templates of pages are given; `prefix` begins the ids."""
    look, latex, words = format_of(folder), latex_of(derivation.network), load()["page"]
    inside = look["inline"].format
    seen = view(derivation, inside, look["real"])
    return {
        "prefix": prefix,
        "view": seen,
        "words": words,
        "links": form(words["links"], {"count": seen.links}),
        "names": {
            latex(step.quantity): NameView(key_of(step.quantity), _drawn(step.quantity))
            for phase in derivation.phases
            for step in phase.steps
        },
        "figures": {
            key: _figure(chart, f"{prefix}{key}", words[f"chart_{key}"]) for key, chart in charts(derivation).items()
        },
        "map": _maps(derivation, words["chart_map"]),
        "edges": edges(derivation, Words(lambda term: inside(latex(term)), decimal=derivation.network.page.decimal)),
    }


@cache
def _environment(folder: str) -> Environment:
    made = environment(folder)
    made.filters |= {"math": lambda latex: mathml(latex, displayed=True), "link": linked, "sentence": sentence}
    return made


def sentence(text: str) -> str:
    """A sentence with formulas between dollars as HTML.

    >>> sentence("a < b")
    'a &lt; b'
    """
    return "".join(
        mathml(part) if place % 2 else html.escape(part, quote=False) for place, part in enumerate(FORMULA.split(text))
    )


def _figure(chart: Chart, prefix: str, label: str) -> FigureView:
    return FigureView(inline(chart, prefix, label), chart.width, label)


def _maps(derivation: Derivation, label: str) -> Callable[[tuple[str, ...], str], FigureView]:
    """The map with the names of a section marked, drawn as often as it is shown: `place` begins the ids of each."""
    chart = cache(lambda marked: map_of(derivation.network, frozenset(marked)))
    return lambda marked, place: _figure(chart(marked), place, label)


def _drawn(quantity: Term) -> str:
    """What a chart calls a quantity: a derivative belongs to what it is taken by, an updated parameter to the
    parameter."""
    while quantity.head in ("partial", "updated", "index"):
        quantity = quantity.args[-1 if quantity.head == "partial" else 0]
    return key_of(quantity)
