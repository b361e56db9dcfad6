"""OpenType fonts of a hand, for browsers: six shapes of every glyph, which take turns, and what formulas need (the MATH
table)."""

from __future__ import annotations

import base64
import io
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.fontBuilder import FontBuilder
from fontTools.misc.psCharStrings import T2CharString
from fontTools.otlLib.builder import buildMathTable

from derivation.handwriting.fonts.fonts import AXIS, WRITINGS, X_HEIGHT, Font, Kind
from derivation.handwriting.fonts.tfm import Box
from derivation.handwriting.fonts.type1 import number
from derivation.handwriting.ink.pen import Contour
from derivation.handwriting.strokes import signs
from derivation.handwriting.strokes.glyphs import UNICODE

SCALE = 5
"""Units of a font for one of ours: most steps of an outline then take one byte."""
RRCURVETO, RMOVETO, ENDCHAR = b"\x08", b"\x15", b"\x0e"
MOST = 48
"""Numbers that one command takes at most."""
SPACE = "space"
ASCENT, DESCENT = 92.0, 34.0
SHAPES = ("", *(f".{letter}" for letter in "bcdef"))
"""What the name of a glyph ends in, shape by shape; the first is what stands where no turn is taken."""
BRACKET_FONTS = 3
"""Fonts of brackets and large signs; they take turns as letters do."""
SURD = "0,42 12,50! 44,2! 60,96 100,99"
"""A root, in per cent of its width and height."""
UPRIGHT = "50,103 50,-3"
"""How the pen passes over a bracket, whatever its size: from top to bottom, as broad as it is."""
LARGE = (
    {UNICODE[name]: UPRIGHT for name in signs.BRACKETS}
    | {UNICODE[name]: strokes for name, strokes in signs.LARGE.items()}
    | {"√": SURD}
)
"""Characters that have larger forms, and how the pen passes over these, in per cent of their width and height."""
STARTS = {shape[1:]: f"ss0{place}" for place, shape in enumerate(SHAPES, 1) if shape}
"""The features that say with which shape a run begins, by the letter of the shape."""
CONSTANTS = {
    "AxisHeight": AXIS,
    "AccentBaseHeight": X_HEIGHT,
    "FlattenedAccentBaseHeight": 70,
    "DelimitedSubFormulaMinHeight": 110,
    "DisplayOperatorMinHeight": 140,
    "MathLeading": 15,
    "SubscriptShiftDown": 16,
    "SubscriptTopMax": 38,
    "SubscriptBaselineDropMin": 10,
    "SuperscriptShiftUp": 40,
    "SuperscriptShiftUpCramped": 36,
    "SuperscriptBottomMin": 14,
    "SuperscriptBaselineDropMax": 34,
    "SubSuperscriptGapMin": 12,
    "SuperscriptBottomMaxWithSubscript": 38,
    "SpaceAfterScript": 4,
    "UpperLimitGapMin": 12,
    "UpperLimitBaselineRiseMin": 16,
    "LowerLimitGapMin": 12,
    "LowerLimitBaselineDropMin": 58,
    "StackTopShiftUp": 50,
    "StackTopDisplayStyleShiftUp": 66,
    "StackBottomShiftDown": 44,
    "StackBottomDisplayStyleShiftDown": 66,
    "StackGapMin": 16,
    "StackDisplayStyleGapMin": 26,
    "FractionNumeratorShiftUp": 40,
    "FractionNumeratorDisplayStyleShiftUp": 44,
    "FractionDenominatorShiftDown": 34,
    "FractionDenominatorDisplayStyleShiftDown": 44,
    "FractionNumeratorGapMin": 10,
    "FractionNumDisplayStyleGapMin": 13,
    "FractionDenominatorGapMin": 10,
    "FractionDenomDisplayStyleGapMin": 13,
    "OverbarVerticalGap": 8,
    "UnderbarVerticalGap": 8,
    "RadicalVerticalGap": 9,
    "RadicalDisplayStyleVerticalGap": 12,
    "RadicalExtraAscender": 8,
    "RadicalKernBeforeDegree": 14,
    "RadicalKernAfterDegree": -30,
}
"""Distances of formulas in our units."""
SLOPE = 0.04
"""How far to the right of a letter's middle its accent stands, for each unit of height."""
RULES = ("FractionRuleThickness", "OverbarRuleThickness", "UnderbarRuleThickness", "RadicalRuleThickness")
SHARES = {"ScriptPercentScaleDown": 78, "ScriptScriptPercentScaleDown": 68, "RadicalDegreeBottomRaisePercent": 62}


@dataclass(frozen=True)
class Shapes:
    """The glyphs of a font in the making: the shapes of each under its name, larger forms, and the characters that each
    stands for."""

    plain: Sequence[Font]
    large: Font
    characters: Mapping[int, str]
    nib: float


def charstring(contours: Iterable[Contour], width: float) -> bytes:
    """The program of a glyph in Adobe's Type 2 language (Technical Note 5177)."""
    made = [_number(round(width * SCALE))]
    x = y = 0

    def step(point: complex) -> bytes:
        nonlocal x, y
        right, up = round(point.real * SCALE), round(point.imag * SCALE)
        found = _number(right - x) + _number(up - y)
        x, y = right, up
        return found

    for start, curves in contours:
        made += [step(start), RMOVETO]
        for count, curve in enumerate(curves, 1):
            made += [step(point) for point in curve]
            if count % (MOST // 6) == 0 or count == len(curves):
                made.append(RRCURVETO)
    made.append(ENDCHAR)
    return b"".join(made)


def _number(value: int) -> bytes:
    return number(value) if -1131 <= value <= 1131 else b"\x1c" + struct.pack(">h", value)


WEB = Kind(charstring, 24.0, 70.0)
"""With few points, for a page must be small."""


@lru_cache(maxsize=2)
def rotation(names: tuple[str, ...]) -> str:
    """The feature that lets shapes take turns: after a glyph of one shape stands one of the next; `ss02` to `ss06` say
    which shape is the first."""
    classes = [f"@s{k} = [{' '.join(name + shape for name in names)}];" for k, shape in enumerate(SHAPES)]
    lookups = [f"lookup to{k} {{ sub @s0 by @s{k}; }} to{k};" for k in range(1, WRITINGS)]
    starts = [
        f"feature {tag} {{ ignore sub @all @s0'; sub @s0' lookup to{k}; }} {tag};"
        for k, tag in enumerate(STARTS.values(), 1)
    ]
    turns = [f"sub @s{k - 1} @s0' lookup to{k};" for k in range(1, WRITINGS)]
    everything = "@all = [" + " ".join(f"@s{k}" for k in range(WRITINGS)) + "];"
    return "\n".join([*classes, everything, *lookups, *starts, "feature calt {", *turns, "} calt;"])


def font(shapes: Shapes, family: str) -> str:
    """A font as the address of its own data (WOFF)."""
    programs, boxes = {".notdef": charstring((), 25)}, {".notdef": Box(0.25, 0, 0)}
    for ending, drawn in zip(SHAPES, shapes.plain, strict=False):
        for slot, name in drawn.slots.items():
            programs[name + ending], boxes[name + ending] = drawn.programs[name], drawn.boxes[slot]
    for slot, name in shapes.large.slots.items():
        programs[name], boxes[name] = shapes.large.programs[name], shapes.large.boxes[slot]
    builder = FontBuilder(unitsPerEm=100 * SCALE, isTTF=False)
    builder.setupGlyphOrder(list(programs))
    builder.setupCharacterMap(dict(shapes.characters))
    builder.setupCFF(family, {}, {name: T2CharString(program) for name, program in programs.items()}, {})
    builder.setupHorizontalMetrics({name: (round(box.width * 100 * SCALE), 0) for name, box in boxes.items()})
    ascent, descent = round(ASCENT * SCALE), round(DESCENT * SCALE)
    builder.setupHorizontalHeader(ascent=ascent, descent=-descent)
    builder.setupOS2(
        sTypoAscender=ascent, sTypoDescender=-descent, sTypoLineGap=0, usWinAscent=ascent, usWinDescent=descent
    )
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupPost(keepGlyphNames=False)
    made = builder.font
    if len(shapes.plain) > 1:
        addOpenTypeFeaturesFromString(made, rotation(tuple(name for name in shapes.plain[0].programs if name != SPACE)))
    _mathematics(made, shapes)
    made.recalcTimestamp = made.recalcBBoxes = False
    made["head"].created = made["head"].modified = 0
    made.flavor = "woff"
    written = io.BytesIO()
    made.save(written)
    return "data:font/woff;base64," + base64.b64encode(written.getvalue()).decode()


def _mathematics(made: object, shapes: Shapes) -> None:
    """The MATH table: distances, and the larger forms of brackets and sums."""
    plain = {name: shapes.plain[0].boxes[slot] for slot, name in shapes.plain[0].slots.items()}
    heights = plain | {name: shapes.large.boxes[slot] for slot, name in shapes.large.slots.items()}
    forms: dict[str, list[tuple[str, float]]] = {}
    for name in heights:
        base, _, size = name.partition(".")
        if base in plain and (not size or size.isdecimal()) and f"{base}.0" in heights:
            forms.setdefault(base, []).append((name, (heights[name].height + heights[name].depth) * 100 * SCALE))
    constants = (
        {key: value * SCALE for key, value in CONSTANTS.items()} | dict.fromkeys(RULES, shapes.nib * SCALE) | SHARES
    )
    assemblies = {title_: ([*_pieces(title_, heights)], 0) for title_ in forms if f"{title_}.piece1" in heights}
    middles = {name: (box.width / 2 + SLOPE * box.height) * 100 * SCALE for name, box in plain.items()}
    buildMathTable(
        made,
        constants,
        {},
        middles,
        {*forms},
        minConnectorOverlap=SCALE,
        vertGlyphVariants=forms,
        vertGlyphAssembly=assemblies,
    )


def _pieces(name: str, boxes: Mapping[str, Box]) -> Iterable[tuple[str, int, float, float, float]]:
    """From below: the lower end, the upright piece as often as needed, the upper end."""
    for piece, extends in ((2, 0), (3, 1), (1, 0)):
        full = boxes[f"{name}.piece{piece}"].height * 100 * SCALE
        yield f"{name}.piece{piece}", extends, (full / 4 if piece != 2 else 0), (full / 4 if piece != 1 else 0), full
