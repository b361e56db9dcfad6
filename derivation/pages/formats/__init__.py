"""From a Derivation to documents: a module per format, each with a function `write` that is given the derivation, the
theme, and how a hand writes."""

from __future__ import annotations

from collections.abc import Callable

from derivation.system.registry import Registry, Row

HERE = "derivation.pages.formats"
FORMATS: Registry[Callable[..., bytes]] = Registry(
    Row("pdf", "A PDF, by the TeX on this machine or the one in the wheel.", f"{HERE}.pdf:write"),
    Row(
        "tex",
        "A LaTeX document that compiles as it is, with its fonts beside it where a hand writes.",
        f"{HERE}.tex:write",
    ),
    Row("html", "A page that plays, in one file; in a hand it writes itself.", f"{HERE}.page:write"),
    Row("md", "Markdown with formulas between dollars.", f"{HERE}.markdown:write"),
    Row("ipynb", "A Jupyter notebook that runs from top to bottom with NumPy alone.", f"{HERE}.notebook:write"),
    Row("json", "Every number and every line, in a stable form.", f"{HERE}.json_form:write"),
)
THEMES = ("typeset", "handwritten")
