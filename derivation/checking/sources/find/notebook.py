"""Formulas in a Jupyter notebook: its Markdown cells and the LaTeX that its code cells put out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from derivation.checking.sources.find import markdown
from derivation.checking.sources.source import Part, Source, UnreadableArticle, whole
from derivation.words.telling import tell

STRING = re.compile(r'"[^"\\]*+(?>(?:\\.[^"\\]*+)*)"', re.DOTALL)
STRETCH = re.compile(r"(?>(?:\\u[0-9a-fA-F]{4})+)|\\.|[^\\]++", re.DOTALL)


def opened(path: str, file: str) -> Source:
    """The notebook's text, cell after cell, with the places of its characters in the file; `UnreadableArticle` if it is
    none."""
    try:
        cells = json.loads(file.removeprefix("\ufeff"))["cells"]
        texts = [text for cell in cells for text in _texts(cell)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UnreadableArticle(tell("sources.no_notebook", path=path)) from None
    strings = STRING.finditer(file)
    parts, blocks, length = list[str](), [], 0
    for wanted, ends in texts:
        literal = next((match for match in strings if json.loads(match[0], strict=False) == wanted), None)
        if literal is None:
            raise UnreadableArticle(tell("sources.cells_out_of_order", path=path))
        for stretch in STRETCH.finditer(literal[0], 1, len(literal[0]) - 1):
            blocks.append((length, literal.start() + stretch.start()))
            parts.append(whole(json.loads(f'"{stretch[0]}"', strict=False)))
            length += len(parts[-1])
        parts.append(ends)
        length += len(ends)
    return Source(path, "".join(parts), file, tuple(blocks))


def find(source: Source) -> Iterator[Part]:
    """Every formula and heading of the cells."""
    return markdown.find(source)


def _texts(cell: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The strings of a cell that hold text, each with what ends it."""
    if cell["cell_type"] == "markdown":
        yield from _lines(cell["source"])
    for output in cell.get("outputs", ()) if cell["cell_type"] == "code" else ():
        data = output.get("data", {})
        for kind in data:
            if kind in ("text/latex", "text/markdown"):
                yield from _lines(data[kind])


def _lines(value: str | list[str]) -> Iterator[tuple[str, str]]:
    lines = [value] if isinstance(value, str) else value
    for count, line in enumerate(lines, 1):
        yield line, "\n\n" if count == len(lines) else ""
