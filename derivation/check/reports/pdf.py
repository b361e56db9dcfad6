"""The report as a PDF: the article set anew, each equality with its verdict in the margin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pylatex import Document, NoEscape, Package

from ...render.engine import compile_pdf
from ...render.templating import environment, latex_text
from ...tex.names import COMMANDS
from ..forms import MATRICES
from ..functions import SPOKEN
from ..tokens import SAME
from ..verdicts import Report
from .view import Block, Row, blocks

PACKAGES = ("amsmath", "xcolor", "graphicx", "microtype", "fancyhdr", "hyperref")
KNOWN = (
    COMMANDS
    | frozenset(SAME.values())
    | frozenset(command for command in SPOKEN if re.fullmatch(r"\\[a-z]+", command))
    | frozenset(
        r"\frac \sqrt \sum \top \cdot \times \odot \circ \otimes \partial \nabla \in \le \ge \ne \approx \leftarrow \max \min \ln \log \exp \tanh \sin \cos"
        r" \quad \ldots \mathbb \mathbf \mathcal \mathrm \{ \} \| \, \; \\ \infty \pm \sim \to \mapsto \operatorname \displaystyle \lvert \rvert \% \& \#".split()
    )
)
"""Commands that are set as they stand; a formula with any other is shown as its author typed it."""
COMMAND = re.compile(r"\\(?:[A-Za-z]+|[^A-Za-z])")
ENVIRONMENT = re.compile(r"\\(?:begin|end)\{([A-Za-z]+\*?)\}")
ALLOWED = MATRICES | {"cases", "aligned"}
MARKUP = re.compile(r"\*\*|__|(?<!\w)[*_`]|[*_`](?!\w)|^\s*>\s?|!?\[([^\]]*)\]\([^)]*\)")
SETTABLE = re.compile(r"[^\u0000\u0009-\u007e\u00a1-\u017f\u2010-\u2026\u20ac]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to set: `kind` is text, heading, break, inline, display or source."""

    kind: str
    text: str = ""
    rows: tuple[Row, ...] = ()


def write(reports: Sequence[Report]) -> bytes:
    """The PDF of all articles, one after the other."""
    return compile_pdf(document(reports))


def document(reports: Sequence[Report]) -> str:
    """The LaTeX of the report."""
    made = environment("report_pdf")
    options = {"left": "20mm", "right": "20mm", "top": "18mm", "bottom": "20mm"}
    page = Document(
        documentclass="article", document_options=["11pt", "a4paper"], page_numbers=False, lmodern=True, textcomp=True, indent=True, geometry_options=options
    )
    for name in PACKAGES:
        page.packages.append(Package(name))
    page.preamble.append(NoEscape(made.get_template("report_pdf/preamble.tex.j2").render(title=", ".join(report.article for report in reports))))
    for report in reports:
        page.append(NoEscape(made.get_template("report_pdf/body.tex.j2").render(report=report, pieces=list(pieces(report)))))
    return str(page.dumps()) + "\n"


def pieces(report: Report) -> Iterator[Piece]:
    """The article in the order of its text."""
    text = ""
    for block in blocks(report):
        if not block.is_formula:
            text = block.text.partition(r"\begin{document}")[2] or block.text
            yield from prose(text.replace(r"\end{document}", "").replace(r"\maketitle", ""))
        elif block.display:
            yield display(block)
        else:
            fine = settable(block.text)
            yield Piece("inline" if fine else "source", math(block.text) if fine else boxed(block.text), spoken(block.rows))


def display(block: Block) -> Piece:
    """A displayed formula: row by row where it has equalities."""
    if block.rows and all(settable(row.left) and settable(row.right) for row in block.rows):
        shown = (replace(row, left=math(row.left), right=math(row.right), expected=math(row.expected) if settable(row.expected) else "") for row in block.rows)
        return Piece("display", "", spoken(shown))
    if not block.rows and settable(block.text):
        return Piece("inline", r"\displaystyle " + math(block.text))
    return Piece("source", boxed(block.text.strip()), spoken(block.rows))


def spoken(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows with what is said of them as TeX."""
    return tuple(replace(row, why=latex_text(boxed(row.why.replace("∂", "\0"))).replace("\0", r"$\partial$")) for row in rows)


def prose(text: str) -> Iterator[Piece]:
    """Text between formulas: headings, paragraphs, and lines that are neither."""
    for count, part in enumerate(re.split(r"\n\s*\n|\n(?=#|\\(?:sub)*section)", text)):
        if count:
            yield Piece("break")
        found = re.match(r"\s*(?:#{1,6}\s+([^\n]*)|\\(?:sub)*section\*?\{([^{}]*)\})\s*", part)
        if found:
            yield Piece("heading", plain(found[1] or found[2]))
            part = part[found.end() :]
        if part.strip():
            yield Piece("text", plain(part))


def plain(text: str) -> str:
    """Text without Markdown's marks, with a box for letters that the fonts lack."""
    return boxed(" ".join(MARKUP.sub(lambda match: match[1] or "", text).split(" ")))


def boxed(text: str) -> str:
    """Text with a mark for each letter that the fonts lack."""
    return SETTABLE.sub("\u00a4", re.sub(r"[\s\u00a0]+", " ", text))


def settable(latex: str) -> bool:
    """Whether TeX knows all that stands in a formula."""
    commands = set(COMMAND.findall(ENVIRONMENT.sub("", latex)))
    words = all(ord(letter) < 128 for letter in latex)
    balanced = latex.count("{") == latex.count("}") and len(re.findall(r"\\begin", latex)) == len(re.findall(r"\\end\{", latex))
    return (
        words
        and balanced
        and commands - {r"\text", r"\left", r"\right"} <= KNOWN
        and set(ENVIRONMENT.findall(latex)) <= ALLOWED
        and not re.search(r"[$#%]|\^[^{]*\^|'\^", latex)
    )


def math(latex: str) -> str:
    """A formula as the TeX of the wheel can set it, which has no blackboard letters."""
    return latex.replace(r"\mathbb", r"\mathbf").replace(r"\left", "").replace(r"\right", "").strip()
