"""The report as a page: the article with the verdict beside each equality. It needs no network and asks for nothing:
formulas are MathML, pictures of the article's folder are put into the page, and its Content-Security-Policy forbids all
else."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

from derivation.checking.judging.verdicts import Equality, Report
from derivation.checking.reports.article import Marks, markdown
from derivation.checking.reports.view import CARRIED, Block, blocks, counts, findings, mark_of
from derivation.pages.typesetting.mathml import mathml
from derivation.pages.typesetting.templating import environment
from derivation.words.language import spoken
from derivation.words.telling import tell

LAYOUT = frozenset("align aligned alignat gather gathered equation split multline flalign eqnarray displaymath".split())
"""Environments that only lay rows out."""
MARK = re.compile(r"\\(?P<edge>begin|end)\{(?P<name>[A-Za-z]+)\*?\}(?:\{\d+\})?|\\[\\&]|&")
SECTION = re.compile(r"\\(?>(?:sub)*)section\*?\{([^{}]*+)\}")
TAG = re.compile(r"<[^<>]*+>")
UNSAFE = re.compile(r"""\s(?:xlink:href|href|src|style|id|class|on\w+)="[^"]*+\"""")
"""What a formula may not bring into the page: an address, a handler, a look of its own."""
MAXIMAL_LENGTH = 20_000
"""Letters of a formula that is set; a longer one is shown as it was typed."""


def write(reports: Sequence[Report]) -> bytes:
    """One page for all articles."""
    template = environment("report_html").get_template("report_html/report.html.j2")
    pages = [page(report, f"p{number}") for number, report in enumerate(reports, 1)]
    return template.render(pages=pages, name=name, language=spoken()).encode("utf-8", "replace")


def page(report: Report, place: str) -> dict[str, Any]:
    """What the page of one article shows; `place` begins the names of its places."""
    marks = [mark_of(equality) for equality in report.equalities]
    return {
        "report": report,
        "place": place,
        "counts": [(one, count, SIGNS[one]) for one, count in counts(report)],
        "first": {one: marks.index(one) for one in set(marks)},
        "findings": [(rows, rows[0][1].verdict == "undecided" and len(rows) > FEW) for rows in by_verdict(report)],
        "body": body(report, place),
    }


def by_verdict(report: Report) -> list[list[tuple[int, Equality]]]:
    """What there is to look at: the wrong, then the undecided."""
    return [list(rows) for _, rows in groupby(findings(report), lambda one: one[1].verdict)]


FEW = 8
"""Undecided equalities that are listed at the beginning; more are folded up there."""
SIGNS = {"wrong": "✗", "undecided": "?", CARRIED: "↳", "exact": "✓", "rounded": "≈", "stated": "▫"}
"""What each mark looks like."""


def name(mark: str) -> str:
    """What a mark is called: by its verdict, or that it is carried on."""
    return tell("report.carried") if mark == CARRIED else tell(f"verdicts.{mark}")


def cell(report: Report) -> str:
    """The report as a part of somebody else's page: styles for itself alone, no script."""
    template = environment("report_html").get_template("report_html/cell.html.j2")
    made = template.render(page=page(report, PLACE), name=name, language=spoken())
    return made.replace(PLACE, f"r{sha256(made.encode('utf-8', 'replace')).hexdigest()[:10]}")


PLACE = "derivation-cell"
"""The id of a cell until it is known what stands in it."""


def body(report: Report, place: str) -> str:
    """The article as HTML, its formulas put in behind the Markdown."""
    template = environment("report_html").get_template("report_html/formula.html.j2")
    found = blocks(report)
    marks = Marks(block.typed or block.text for block in found)
    text = "".join(
        marks.put(block.typed, template.render(block=block, math=math, whole=whole(block), place=place, signs=SIGNS))
        if block.is_formula
        else block.text
        for block in found
    )
    path = Path(report.source.path)
    return marks.shown(latex_text(text) if path.suffix.lower() == ".tex" else markdown(text, marks, path))


def math(latex: str) -> str:
    """A formula as MathML without anything that would act; as code where it cannot be set."""
    try:
        shown = mathml(latex) if len(latex) <= MAXIMAL_LENGTH else ""
    except RecursionError:
        shown = ""
    return TAG.sub(lambda tag: UNSAFE.sub("", tag[0]), shown) or f"<code>{html.escape(latex)}</code>"


def whole(block: Block) -> str:
    """A formula without equalities, or an inline one, as it stands."""
    if block.is_plain:
        return html.escape(block.text)
    if block.rows and block.display:
        return ""
    return "<br>".join(math(row) for row in lines(block.text) if row.strip()) or math(block.text)


def lines(formula: str) -> list[str]:
    r"""The rows of a formula that is laid out, without what lays them out; what stands in a matrix is left as it is.

    >>> lines(r"\begin{aligned} a &= 1 \\ W &= \begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix} \end{aligned}")
    [' a = 1 ', ' W = \\begin{bmatrix} 1 & 0 \\\\ 0 & 1 \\end{bmatrix} ']
    >>> lines(r"a \\ b")
    ['a \\\\ b']
    """
    rows, at, depth, is_laid_out = [""], 0, 0, False
    for mark in MARK.finditer(formula):
        sign, rows[-1], at = mark[0], rows[-1] + formula[at : mark.start()], mark.end()
        depth += (mark["edge"] == "begin") - (mark["edge"] == "end") if mark["name"] not in LAYOUT else 0
        if mark["name"] in LAYOUT or (sign == "&" and depth <= 0):
            is_laid_out = True
        elif sign == r"\\" and depth <= 0:
            rows.append("")
        else:
            rows[-1] += sign
    rows[-1] += formula[at:]
    return rows if is_laid_out else [formula]


def latex_text(text: str) -> str:
    """The text of a LaTeX article, paragraph by paragraph, its headings as headings."""
    text = text.partition(r"\begin{document}")[2] or text
    parts = [
        part.strip() for part in re.split(r"\n(?>(?:[^\S\n]*+\n)+)|(?=\\(?>(?:sub)*)section)", text) if part.strip()
    ]
    return "\n".join(
        f"<h2>{html.escape(found[1])}</h2><p>{html.escape(part[found.end() :])}</p>"
        if (found := SECTION.match(part))
        else f"<p>{html.escape(part)}</p>"
        for part in parts
    )
