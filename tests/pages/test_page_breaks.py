"""Where pages end: a title keeps to its first formula, a formula to its value, and a step that goes on says so."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from bare_tex import typeset
from lessons import worked
from places import EXAMPLES

from derivation.handwriting.writing import Writing
from derivation.pages.formats import FORMATS
from derivation.pages.formats.tex import beside

TELLING = r"""
\makeatletter\newwrite\told\immediate\openout\told=told.txt
\def\tell#1{\write\told{\thepage\space#1}}
\let\plainphase\phase\renewcommand{\phase}[4]{\plainphase{#1}{#2\tell{phase#4}}{#3}{#4}}
\let\plainsection\sectiontitle\renewcommand{\sectiontitle}[3]{\plainsection{#1\tell{title}}{#2}{#3}}
\let\plainsettitle\settitle\renewcommand{\settitle}[2]{\plainsettitle{#1}{#2\tell{title}}}
\let\plainsetplain\setplaintitle\renewcommand{\setplaintitle}[1]{\plainsetplain{#1\tell{title}}}
\def\continued{\tell{continued}(continued)}\def\plaincontinued{}
\let\plainlink\link\renewcommand{\link}[2]{\plainlink{#1}{#2\tell{link}}}
\let\plaingiven\given\renewcommand{\given}[1]{\plaingiven{#1\tell{value}}}
\let\plainshape\shape\renewcommand{\shape}[1]{\plainshape{#1\tell{value}}}
\let\plainresult\result\renewcommand{\result}[1]{\plainresult{#1\tell{value}}}
\let\plainchart\chart\renewcommand{\chart}[1]{\plainchart{#1\tell{chart}}}
\let\plaindown\footremark\renewcommand{\footremark}[1]{\plaindown{#1\tell{note}}}
\makeatother
"""
"""TeX says, as it ships a page, what stands on it from top to bottom."""


def marks(stem: str, theme: str, folder: Path) -> list[list[str]]:
    """What stands on each page of a lesson, in order."""
    tex = FORMATS["tex"](worked(stem), theme, Writing())
    asked = (
        tex.decode()
        .replace(r"\begin{document}", TELLING + r"\begin{document}", 1)
        .replace(r"\renewcommand{\continued}", r"\renewcommand{\plaincontinued}")
    )
    typeset(folder, {"page.tex": asked.encode(), **beside(tex, theme, Writing())})
    pages: list[list[str]] = []
    for number, what in re.findall(r"(?m)^(\d+) (\w+)$", (folder / "told.txt").read_text("utf-8")):
        while len(pages) < int(number):
            pages.append([])
        pages[-1].append(what)
    return pages


def faults(pages: list[list[str]]) -> list[str]:
    """What is wrong at the ends of pages."""
    found, phase = [], ""
    for number, (page, following) in enumerate(pairwise(pages), 1):
        phase = next((mark for mark in reversed(page) if mark.startswith("phase")), phase)
        if page[-1] == "title" or page[-1].startswith("phase"):
            found.append(f"page {number} ends with a title")
        if following[0] in ("link", "value", "note") and not phase.startswith("phasepartials"):
            found.append(f"page {number + 1} begins in the middle of a step")
        if "continued" in following[:2] and "value" not in page[-2:]:
            found.append(f"page {number} ends before a value")
    return found


@pytest.mark.slices(4)
@pytest.mark.tex
@pytest.mark.parametrize("stem", [spec.stem for spec in EXAMPLES])
def test_pages_end_between_steps(stem: str, tmp_path: Path) -> None:
    assert faults(marks(stem, "typeset", tmp_path)) == []


@pytest.mark.slices(2)
@pytest.mark.tex
@pytest.mark.parametrize("stem", ["two-two-one", "softmax-regression", "adam", "attention", "batch-norm"])
def test_pages_by_hand_end_between_steps(stem: str, tmp_path: Path) -> None:
    assert faults(marks(stem, "handwritten", tmp_path)) == []
