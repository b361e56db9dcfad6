"""Formulas on pages: MathML elements, with the style and the classes that our style sheets ask for."""

from __future__ import annotations

import html
from functools import lru_cache
from xml.etree.ElementTree import Element, tostring

from derivation.tex.mathml.elements import element
from derivation.tex.mathml.reader import NotShown, written

DISPLAYED = {"displaystyle": "true"}


@lru_cache(maxsize=8192)
def mathml(latex: str, displayed: bool = False) -> str:
    r"""A formula as MathML, with large fractions where it is `displayed`; as code where something in it is not known.

    >>> mathml(r"-\frac{1}{2}")
    '<math><mo form="prefix">−</mo><mfrac><mn>1</mn><mn>2</mn></mfrac></math>'
    """
    try:
        return _math(written(latex), **(DISPLAYED if displayed else {}))
    except NotShown:
        return f"<code>{html.escape(latex)}</code>"


@lru_cache(maxsize=8192)
def linked(latex: str, relation: str) -> str:
    r"""A link of a chain: its sign of relation, and what stands behind it as a row of its own.

    >>> linked("-2", "=")
    '<math displaystyle="true"><mo>=</mo><mrow class="behind"><mo form="prefix">−</mo><mn>2</mn></mrow></math>'
    """
    behind = element("mrow", *written(latex))
    behind.set("class", "behind")
    return _math([*written(relation), behind], **DISPLAYED)


def _math(inside: list[Element], **attributes: str) -> str:
    return tostring(element("math", *inside, **attributes), encoding="unicode")
