"""Sentences as tests look for them: told by a code, left in code, left in a template."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from string import Formatter
from typing import Any

from derivation.words.files import load

WORD = re.compile(r"[A-Za-z]{2,}")
ENGLISH = re.compile(r"\b(?:the|is|are|not|must|needs?|cannot|only|there|this|write|give|which|what|whether)\b")
BLOCK = re.compile(r"(?s)\{%.*?%\}|\{\{.*?\}\}")
MARKUP = re.compile(r"(?s)<style.*?</style>|<[^>]*>|@font-face [^}]*\}|\\[A-Za-z]+(?:\{aligned\})?|&\w+;")


def pattern(code: str, language: str) -> str:
    """What matches a sentence of a code, whatever stands in its braces."""
    key, _, row = code.partition(".")
    text: Any = load(language)[key][row]
    forms = text.values() if isinstance(text, dict) else [text]
    return "|".join(
        "".join(re.escape(said) + (".*" if name is not None else "") for said, name, _, _ in Formatter().parse(form))
        for form in forms
    )


def literals(node: ast.AST) -> Iterator[str]:
    """The text written in a piece of code, without docstrings and the codes of what is told."""
    if (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)) or for_developers(node):
        return
    if isinstance(node, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        if not (isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant)):
            yield from literals(child)


def for_developers(node: ast.AST) -> bool:
    """Whether it says at import that a table lacks a piece: whoever adds to the table reads that, in English."""
    return (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "MissingPiece") or (
        isinstance(node, ast.ClassDef) and node.name == "MissingPiece"
    )


def english(tree: ast.AST) -> Iterator[str]:
    """What is raised in two words or more, and what reads like an English sentence anywhere."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and node.exc:
            yield from (text for text in literals(node.exc) if len(WORD.findall(text)) > 1 and " " in text)
    yield from (text for text in literals(tree) if len(WORD.findall(text)) > 3 and ENGLISH.search(text))
