"""A point between digits is seen at reading size: in every hand and shape it is a blob of its own between any two digits."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from PIL import Image, ImageDraw

from derivation.hand.fonts import WRITINGS, placed, source
from derivation.hand.glyphs import table
from derivation.hand.hands import HANDS
from derivation.hand.pen import Contour, ink
from derivation.hand.setting import SCALE

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
            pen.polygon([((at + p.real * PIXELS) * FINER, (high - 3 - off - (p.imag + 12) * PIXELS) * FINER) for p in corners(contour)], fill=255)
        at += width * PIXELS
    return np.asarray(picture.resize((wide, high), Image.Resampling.BOX)) > 255 * DARK


def blob(pixels: np.ndarray, start: tuple[int, int]) -> set[tuple[int, int]]:
    """All dark pixels that hang together with one, corner to corner too."""
    found, waiting = {start}, [start]
    while waiting:
        row, column = waiting.pop()
        near = ((row + down, column + right) for down, right in product((-1, 0, 1), repeat=2))
        fresh = [place for place in near if place not in found and all(0 <= k < n for k, n in zip(place, pixels.shape, strict=True)) and pixels[place]]
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
        bad += [(shape, seed, f"{a}.{b}") for a, b in pairs if lost(glyphs[a], glyphs["."], glyphs[b], 0.5 * (seed - 1))]
    assert bad == []


def test_a_point_that_touches_is_seen() -> None:
    """The test of the test: with the room beside the point taken away it runs into its neighbours."""
    one, (point, width) = drawn("1", "quick", 1, 1), drawn(".", "quick", 1, 1)
    assert lost(one, ([(start - 12, tuple((a - 12, b - 12, c - 12) for a, b, c in curves)) for start, curves in point], width - 24), one, 0.0)
