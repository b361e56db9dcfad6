"""The walkthrough as one self-contained page that plays: formulas in MathML, charts in SVG, no network."""

from __future__ import annotations

import html
import re
from functools import cache

from jinja2 import Environment

from ..plain import plain
from ..terms import Term
from ..tex.write import Writer
from ..walkthrough import Derivation
from .mathml import mathml
from .templating import environment, format_of
from .view import view
from .words import load

FORMULA = re.compile(r"\$([^$]+)\$")


def page(derivation: Derivation) -> str:
    """The page's HTML."""
    form = format_of("page")
    writer = Writer(derivation.network.names)
    names = {writer.write(step.quantity)[0]: _name(step.quantity) for phase in derivation.phases for step in phase.steps}
    shown = {"view": view(derivation, form["inline"].format, form["real"]), "words": load()["page"], "names": names, "charts": {}, "edges": []}
    return _environment().get_template("page/page.html.j2").render(**shown)


@cache
def _environment() -> Environment:
    made = environment("page")
    made.filters |= {"math": lambda latex: mathml(rf"\displaystyle {latex}"), "sentence": sentence}
    return made


def sentence(text: str) -> str:
    """A sentence with formulas between dollars as HTML.

    >>> sentence("a < b")
    'a &lt; b'
    """
    return "".join(mathml(part) if place % 2 else html.escape(part) for place, part in enumerate(FORMULA.split(text)))


def _name(quantity: Term) -> str:
    """What a chart calls a quantity: a derivative belongs to what it is taken by, an updated parameter to the parameter."""
    while quantity.head in ("partial", "updated", "index"):
        quantity = quantity.args[-1 if quantity.head == "partial" else 0]
    return plain(quantity)
