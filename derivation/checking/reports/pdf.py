"""The report as a PDF: the article set anew, each equality with its verdict in the margin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pylatex import Document, NoEscape, Package

from derivation.checking.judging.verdicts import VERDICTS, Report
from derivation.checking.reports.setting import anew, lines, of_text, words
from derivation.checking.reports.view import Block, Row, blocks, counts, findings
from derivation.pages.typesetting.engine import compile_pdf, printable
from derivation.pages.typesetting.templating import environment, latex_text

PACKAGES = ("amsmath", "xcolor", "graphicx", "microtype", "fancyhdr", "hyperref")
MARKUP = re.compile(r"\*\*|__|(?<!\w)[*_`]|[*_`](?!\w)|^\s*+>\s?|!?\[([^\[\]]{0,500}+)\]\([^()]{0,2000}+\)")
PARAGRAPH = re.compile(r"\n(?>(?:[^\S\n]*+\n)+)|\n(?=#|\\(?>(?:sub)*)section)")
HEADING = re.compile(r"\s*+(?:#{1,6}[^\S\n]++([^\n]*+)|\\(?>(?:sub)*)section\*?\{([^{}]*+)(?:\}|\Z))\n?\s*")


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to set: `kind` is text, heading, break, inline, display, or whole: a display without equalities."""

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
        documentclass="article",
        document_options=["11pt", "a4paper"],
        page_numbers=False,
        lmodern=True,
        textcomp=True,
        indent=True,
        geometry_options=options,
    )
    for name in PACKAGES:
        page.packages.append(Package(name))
    page.preamble.append(
        NoEscape(
            made.get_template("report_pdf/preamble.tex.j2").render(
                title=printable(", ".join(report.article for report in reports)), verdicts=VERDICTS
            )
        )
    )
    for report in reports:
        page.append(
            NoEscape(
                made.get_template("report_pdf/body.tex.j2").render(
                    article=printable(report.article),
                    counts=counts(report),
                    findings=findings(report),
                    said=said,
                    pieces=list(pieces(report)),
                )
            )
        )
    return str(page.dumps()) + "\n"


def pieces(report: Report) -> Iterator[Piece]:
    """The article in the order of its text."""
    title = ""  # a heading that goes on with a formula
    is_latex = report.source.path.endswith(".tex")
    for block in blocks(report):
        if title and not block.is_formula:
            first, end, rest = block.text.partition("\n")
            title += latex_text(plain(first.replace("}", "") if is_latex else first))
            if end:
                yield Piece("heading", title)
                title, block = "", replace(block, text=rest)
        elif title:
            title += f"${formula(block)}$"
        if title:
            continue
        found = list(shown(block, is_latex))
        if found and found[-1].kind == "title":
            title = found.pop().text
        yield from found
    yield from [Piece("heading", title)] if title else []


def shown(block: Block, is_latex: bool) -> Iterator[Piece]:
    """What a block gives to set."""
    if not block.is_formula:
        text = block.text.partition(r"\begin{document}")[2] or block.text
        yield from prose(without_commands(text) if is_latex else text)
    elif not block.display:
        yield Piece("inline", formula(block), spoken(block.rows))
    elif block.rows:
        yield Piece("display", "", spoken(map(written, block.rows)))
    else:
        yield from (
            (Piece("whole", anew(line)) for line in lines(block.words))
            if block.words
            else [Piece("whole", formula(block))]
        )


def without_commands(text: str) -> str:
    r"""LaTeX's text without the commands that only lay it out.

    >>> without_commands(r"By \eqref{z}, \emph{so} \item it~is.")
    'By (z), so  it is.'
    """
    text = re.sub(r"\\(?:emph|textbf|textit|textsf|texttt|underline)\{([^{}]{0,500}+)\}", r"\1", text)
    text = re.sub(r"\\(?:eqref|ref|autoref|cref|cite)\{([^{}]{0,200}+)\}", r"(\1)", text)
    return re.sub(
        r"\\(?:(?:label|begin|end)\{[^{}]{0,200}+\}|(?:item|maketitle|noindent|centering|medskip|bigskip)(?![A-Za-z]))",
        "",
        text,
    ).replace("~", " ")


def formula(block: Block) -> str:
    """A formula as it stands, written anew."""
    return anew(block.words) if block.words else words(block.text)


def written(row: Row) -> Row:
    """An equality with its sides written anew."""
    left, right = map(anew, row.sides)
    return replace(row, left=left, right=right, expected=of_text(row.expected) if row.expected else "")


def spoken(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows with what is said of them as TeX."""
    return tuple(replace(row, why=said(row.why)) for row in rows)


def said(why: str) -> str:
    """A sentence as TeX."""
    return latex_text(printable(why.replace("∂", "\0"))).replace("\0", r"$\partial$")


def prose(text: str) -> Iterator[Piece]:
    """Text between formulas: headings, paragraphs, and lines that are neither; a title is a heading whose line is not
    over."""
    parts = PARAGRAPH.split(text)
    for count, part in enumerate(parts, 1):
        if count > 1:
            yield Piece("break")
        if found := HEADING.match(part):
            is_open = count == len(parts) and found.end() == len(part) and not part.endswith(("\n", "}"))
            yield Piece("title" if is_open else "heading", latex_text(plain(found[1] or found[2] or "")))
            part = part[found.end() :]
        if part:
            yield Piece("text", plain(part) if part.strip() else " ")


def plain(text: str) -> str:
    """Text without Markdown's marks, with a box for letters that the fonts lack."""
    return printable(" ".join(MARKUP.sub(lambda match: match[1] or "", text).split(" ")))
