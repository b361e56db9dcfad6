"""What is written by hand can be read: points between digits are seen, and nothing in a chart is written over anything
else."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from bare_tex import typeset
from lessons import worked
from patience import PATIENCE
from PIL import Image, ImageDraw

import derivation
from derivation.handwriting.fonts.fonts import WRITINGS, placed, source
from derivation.handwriting.ink.hands import HANDS
from derivation.handwriting.ink.pen import Contour, ink
from derivation.handwriting.setting import SCALE
from derivation.handwriting.strokes.glyphs import table
from derivation.handwriting.writing import Writing
from derivation.pages.formats import FORMATS
from derivation.pages.formats.tex import beside
from derivation.pages.typesetting.engine import compile_pdf

PIXELS = 10.95 * SCALE / 72.27 * 100 / 100
"""Of a hundredth of the font's size at 100 dots an inch, on a page of 11 points."""
FINER, DARK = 8, 0.3
Drawn = tuple[list[Contour], float]


def drawn(character: str, hand: str, shape: int, seed: int) -> Drawn:
    """The ink of a glyph in one of its shapes, and its width."""
    chance, glyph = source(seed, HANDS[hand], shape), table()[character]
    strokes, box = placed(glyph, HANDS[hand], chance(glyph.name))
    return list(ink(strokes, HANDS[hand], 1.0, chance(glyph.name, "ink"))), box.width * 100


def corners(contour: Contour) -> Iterator[complex]:
    here = contour[0]
    for first, second, end in contour[1]:
        for t in (0.25, 0.5, 0.75, 1.0):
            yield here * (1 - t) ** 3 + 3 * first * t * (1 - t) ** 2 + 3 * second * t * t * (1 - t) + end * t**3
        here = end


def dark(glyphs: list[Drawn], off: float) -> np.ndarray:
    """Where a line of glyphs is dark, pixel by pixel; `off` says where between two pixels it begins."""
    wide, high = int(sum(width for _, width in glyphs) * PIXELS) + 8, int(110 * PIXELS) + 2
    picture = Image.new("L", (wide * FINER, high * FINER))
    pen, at = ImageDraw.Draw(picture), 2 + off
    for contours, width in glyphs:
        for contour in contours:
            pen.polygon(
                [
                    ((at + p.real * PIXELS) * FINER, (high - 3 - off - (p.imag + 12) * PIXELS) * FINER)
                    for p in corners(contour)
                ],
                fill=255,
            )
        at += width * PIXELS
    return np.asarray(picture.resize((wide, high), Image.Resampling.BOX)) > 255 * DARK


def blob(pixels: np.ndarray, start: tuple[int, int]) -> set[tuple[int, int]]:
    """All dark pixels that hang together with one, corner to corner too."""
    found, waiting = {start}, [start]
    while waiting:
        row, column = waiting.pop()
        near = ((row + down, column + right) for down, right in product((-1, 0, 1), repeat=2))
        fresh = [
            place
            for place in near
            if place not in found
            and all(0 <= k < n for k, n in zip(place, pixels.shape, strict=True))
            and pixels[place]
        ]
        found.update(fresh)
        waiting.extend(fresh)
    return found


def lost(before: Drawn, point: Drawn, after: Drawn, off: float) -> bool:
    """Whether the point between two digits is too small, or runs into one of them."""
    alone = np.argwhere(dark([([], before[1]), point, ([], after[1])], off))
    return len(alone) < 4 or len(blob(dark([before, point, after], off), tuple(alone[0]))) > len(alone) + 2


@pytest.mark.parametrize("hand", sorted(HANDS))
def test_a_point_is_a_blob_of_its_own_between_any_two_digits(hand: str) -> None:
    bad = []
    for shape, seed in product(range(1, WRITINGS + 1), (1, 2)):
        glyphs = {character: drawn(character, hand, shape, seed) for character in "0123456789."}
        pairs = product("0123456789", repeat=2)
        bad += [
            (shape, seed, f"{a}.{b}") for a, b in pairs if lost(glyphs[a], glyphs["."], glyphs[b], 0.5 * (seed - 1))
        ]
    assert bad == []


def test_a_point_that_touches_is_seen() -> None:
    """The test of the test: with the room beside the point taken away it runs into its neighbours."""
    one, (point, width) = drawn("1", "quick", 1, 1), drawn(".", "quick", 1, 1)
    assert lost(
        one,
        ([(start - 12, tuple((a - 12, b - 12, c - 12) for a, b, c in curves)) for start, curves in point], width - 24),
        one,
        0.0,
    )


poppler = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="poppler-utils (pdftoppm) is not on this machine")
MATRIX = (
    r"\begin{document}$\displaystyle\begin{pmatrix} \frac{1.119}{1.119 + 1.202} \\ \frac{1.202}{1.119 + "
    r"1.202} \end{pmatrix}$\end{document}"
)


@pytest.mark.tex
@poppler
@pytest.mark.parametrize("hand", sorted(HANDS))
def test_fractions_in_the_rows_of_a_matrix_stand_apart(
    hand: str, tmp_path: Path, article: derivation.Derivation
) -> None:
    """From top to bottom: numerator, bar, denominator, and the same again; the room between the fractions is by far the
    widest."""
    writing = Writing(hand, "plain")
    preamble = FORMATS["tex"](article, "handwritten", writing).partition(rb"\begin{document}")[0]
    (tmp_path / "page.pdf").write_bytes(
        compile_pdf(
            (preamble + MATRIX.encode()).decode(), files=beside(preamble + MATRIX.encode(), "handwritten", writing)
        )
    )
    subprocess.run(["pdftoppm", "-r", "200", "-gray", "page.pdf", "page"], cwd=tmp_path, check=True, timeout=PATIENCE)
    [picture] = tmp_path.glob("*.pgm")
    pixels = np.asarray(Image.open(picture)) < 128
    top = pixels[: pixels.shape[0] // 2]
    columns = np.flatnonzero(top.any(axis=0))
    inside = top[:, columns[0] + 24 : columns[-1] - 24].any(axis=1)  # between the brackets
    rows = np.flatnonzero(inside)
    gaps = sorted(int(gap) for gap in np.diff(rows) if gap > 2)
    assert len(gaps) == 5 and gaps[-1] > 2 * gaps[-2], gaps


NODE = re.compile(r"\\node\[text \w+\] at \(([-\d.]+),([-\d.]+)\) \{\\measured\{([\d.]+)\}\{([\d.]+)\}\{\$(.*)\$\}\};")
TOLD = re.compile(r"MEASURED ([\d.]+) ([\d.]+) ([\d.]+)pt ([\d.]+)pt \$(.*)\$")
TELL = (
    r"\fi\typeout{MEASURED #1 #2 "
    r"\the\wd\hand@fitted\space\the\dimexpr\ht\hand@fitted+\dp\hand@fitted\relax\space\detokenize{#3}}\box\hand@fitted}"
)
TOUCH = 0.3
"""Millimetres by which two boxes may reach into each other: a box goes from the highest stroke to the lowest, which
seldom meet."""
Frame = tuple[str, float, float, float, float]


def written(stem: str, hand: str, folder: Path) -> list[list[Frame]]:
    """Of each chart of a lesson by hand, the formulas and where they reach in millimetres: their places are the
    chart's, their sizes TeX's."""
    writing = Writing(hand)
    tex = FORMATS["tex"](worked(stem), "handwritten", writing)
    asked = tex.decode().replace(r"\fi\box\hand@fitted}", TELL)
    typeset(folder, {"page.tex": asked.encode(), **beside(tex, "handwritten", writing)})
    sizes: dict[tuple[str, ...], list[tuple[float, float]]] = defaultdict(list)
    for wide, high, across, along, latex in TOLD.findall((folder / "page.log").read_text("utf-8", "replace")):
        sizes[wide, high, re.sub(r"\s", "", latex)].append((float(across) * 25.4 / 72.27, float(along) * 25.4 / 72.27))
    charts = asked.split(r"\begin{tikzpicture}[chart]")[1:]
    return [
        [framed(*found, sizes) for found in NODE.findall(chart.partition(r"\end{tikzpicture}")[0])] for chart in charts
    ]


def framed(
    x: str, y: str, wide: str, high: str, latex: str, sizes: dict[tuple[str, ...], list[tuple[float, float]]]
) -> Frame:
    across, along = map(max, zip(*sizes[wide, high, re.sub(r"\s", "", latex)], strict=True))
    return latex, float(x) - across / 2, float(y) - along / 2, float(x) + across / 2, float(y) + along / 2


def touch(one: Frame, other: Frame) -> bool:
    _, left, top, right, bottom = one
    return other[1] < right - TOUCH and other[3] > left + TOUCH and other[2] < bottom - TOUCH and other[4] > top + TOUCH


@pytest.mark.slices(3)
@pytest.mark.tex
@pytest.mark.parametrize(
    ("stem", "hand"), [*product(["two-two-one", "three-four-two"], sorted(HANDS)), ("rnn", "quick")]
)
def test_nothing_is_written_over_anything_in_a_chart(stem: str, hand: str, tmp_path: Path) -> None:
    pictures = written(stem, hand, tmp_path)
    assert sum(map(len, pictures)) > 40
    assert [
        (one[0], other[0]) for frames in pictures for one, other in combinations(frames, 2) if touch(one, other)
    ] == []
