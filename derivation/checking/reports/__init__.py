"""The forms of a report: one module each, with a function `write` that makes a document of reports."""

from __future__ import annotations

from collections.abc import Callable

from derivation.system.registry import Registry, Row

HERE = "derivation.checking.reports"
FORMATS: Registry[Callable[..., bytes]] = Registry(
    Row("text", "What is wrong, for a terminal.", f"{HERE}.text:write"),
    Row("json", "Every equality with its verdict, in a stable form.", f"{HERE}.json_form:write"),
    Row("html", "The article with a mark at every equality, in one file.", f"{HERE}.html:write"),
    Row("pdf", "The article set anew, each equality with its verdict in the margin.", f"{HERE}.pdf:write"),
    Row("github", "Annotations for GitHub Actions.", f"{HERE}.github:write"),
    Row("sarif", "SARIF 2.1.0, for code scanning and editors.", f"{HERE}.sarif:write"),
)
