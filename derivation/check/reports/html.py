"""The report as a page: the article with the verdict beside each equality. It needs no network: formulas are MathML."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import Path

from markdown_it import MarkdownIt

from ...render.mathml import mathml
from ...render.templating import environment
from ..verdicts import Report
from .view import Block, blocks

MARK = re.compile("\ue000(\\d+)\ue001")
LAYOUT = re.compile(
    r"\\(?:begin|end)\{(?:align|aligned|alignat|gather|gathered|equation|split|multline|flalign|eqnarray|displaymath)\*?\}(?:\{\d+\})?|(?<!\\)&"
)
SECTION = re.compile(r"\\(?:sub)*section\*?\{([^{}]*)\}")


def write(reports: Sequence[Report]) -> bytes:
    """One page for all articles."""
    template = environment("report_html").get_template("report_html/report.html.j2")
    pages = [{"report": report, "body": body(report)} for report in reports]
    return template.render(pages=pages).encode()


def body(report: Report) -> str:
    """The article as HTML, its formulas put in behind the Markdown."""
    template = environment("report_html").get_template("report_html/formula.html.j2")
    shown, text = list[str](), ""
    for block in blocks(report):
        if block.is_formula:
            text += f"\ue000{len(shown)}\ue001"
            shown.append(template.render(block=block, math=mathml, whole=whole(block)))
        else:
            text += MARK.sub("", block.text)
    page = latex_text(text) if Path(report.article).suffix == ".tex" else MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    return MARK.sub(lambda match: shown[int(match[1])], page)


def whole(block: Block) -> str:
    """A formula without equalities, or an inline one, as it stands."""
    if block.rows and block.display:
        return ""
    return "<br>".join(mathml(row) for row in LAYOUT.sub("", block.text).split(r"\\") if row.strip()) if LAYOUT.search(block.text) else mathml(block.text)


def latex_text(text: str) -> str:
    """The text of a LaTeX article, paragraph by paragraph, its headings as headings."""
    text = text.partition(r"\begin{document}")[2] or text
    parts = [part.strip() for part in re.split(r"\n\s*\n|(?=\\(?:sub)*section)", text) if part.strip()]
    return "\n".join(
        f"<h2>{html.escape(found[1])}</h2><p>{html.escape(part[found.end() :])}</p>" if (found := SECTION.match(part)) else f"<p>{html.escape(part)}</p>"
        for part in parts
    )
