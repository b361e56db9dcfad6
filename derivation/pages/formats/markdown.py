"""Markdown with formulas between dollars."""

from __future__ import annotations

from derivation.networks.walkthrough import Derivation
from derivation.pages.formats.markdown_math import safe
from derivation.pages.typesetting.templating import environment, format_of
from derivation.pages.views.view import view
from derivation.pages.words import in_its_language


@in_its_language
def markdown(derivation: Derivation) -> str:
    """The whole walkthrough as text."""
    form = format_of("markdown")
    seen = view(derivation, form["inline"].format, form["real"])
    return safe(environment("markdown").get_template("markdown/document.md.j2").render(view=seen))


def write(derivation: Derivation, *look: object) -> bytes:
    """The walkthrough in UTF-8."""
    return markdown(derivation).encode()
