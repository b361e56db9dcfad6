r"""The glyphs of a hand: what each is in Unicode, where it stands in its font, and what TeX calls it.

Every font has the same slots. A character of ASCII stands at its own code, the others follow from 128.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from derivation.handwriting.strokes import greek, latin, signs

ORDINARY, OPERATOR, BINARY, RELATION, OPENING, CLOSING, PUNCTUATION = range(7)
"""TeX's classes of symbols: they decide the space around one."""
CLASSES = {
    "+": BINARY,
    "*": BINARY,
    "=": RELATION,
    "<": RELATION,
    ">": RELATION,
    ":": RELATION,
    "(": OPENING,
    "[": OPENING,
    ")": CLOSING,
    "]": CLOSING,
    ",": PUNCTUATION,
    ";": PUNCTUATION,
    "!": CLOSING,
    "?": CLOSING,
}
UNICODE = {
    **dict(zip(greek.SMALL, "αβγδϵεζηθϑικλμνξπρσςτυϕφχψω", strict=True)),
    **dict(zip(greek.CAPITAL, "ΓΔΘΛΞΠΣΥΦΨΩ", strict=True)),
    **dict(zip(signs.LETTERS, "∂∇ℓ∞⊤′ℝ𝟙", strict=True)),
    **dict(zip(signs.BINARY, "−⋅×⊙⊗⊕⊘⋆∗∘±÷∧∨∪∩", strict=True)),
    **dict(zip(signs.RELATIONS, "≈∼≡≠≤≥∈⊂∝→←↦∣≪≫", strict=True)),
    **dict(zip(signs.DOTS, "…⋯⋮⋱", strict=True)),
    **dict(zip(signs.ACCENTS, "ˆˇ˜¯⃗˙¨´`˘˚", strict=True)),
    **dict(zip(signs.LARGE, "∑∏∫", strict=True)),
    **dict(zip(signs.BRACKETS, "()[]{}|‖⌊⌋⌈⌉", strict=True)),
}
OTHER_NAMES = {
    "\\neq": "ne",
    "\\leq": "le",
    "\\geq": "ge",
    "\\rightarrow": "to",
    "\\dots": "ldots",
    "\\lVert": "Vert",
    "\\rVert": "Vert",
    "\\Vert": "Vert",
}
DELIMITERS = {
    "(": "lparen",
    ")": "rparen",
    "[": "lbrack",
    "]": "rbrack",
    "|": "vert",
    **{f"\\{name}": name for name in signs.BRACKETS},
    "\\{": "lbrace",
    "\\}": "rbrace",
    "\\lvert": "vert",
    "\\rvert": "vert",
    "\\lVert": "Vert",
    "\\rVert": "Vert",
    "\\|": "Vert",
}
"""What may follow `\\left` or `\\right`, and the bracket that it is."""
SIZES = tuple(115.0 * 1.2**k for k in range(14))
"""Heights of brackets; what is higher is put together from pieces."""


@dataclass(frozen=True)
class Glyph:
    """A sign of the font: its strokes, character, slot, and TeX's class."""

    name: str
    strokes: str
    character: str
    slot: int
    kind: int = ORDINARY

    @property
    def title(self) -> str:
        """Its name in a font, from which readers of a PDF know the character."""
        return title(self.character)


def title(character: str) -> str:
    """The glyph name of a character, after the Adobe Glyph List.

    >>> title("a"), title("\N{MATHEMATICAL DOUBLE-STRUCK DIGIT ONE}")
    ('uni0061', 'u1D7D9')
    """
    code = ord(character)
    return f"uni{code:04X}" if code < 0x10000 else f"u{code:X}"


@cache
def table() -> dict[str, Glyph]:
    """All glyphs of a plain font by name."""
    characters = {**latin.SMALL, **latin.CAPITAL, **latin.DIGITS, **latin.MARKS}
    rest = {
        **greek.SMALL,
        **greek.CAPITAL,
        **signs.LETTERS,
        **signs.BINARY,
        **signs.RELATIONS,
        **signs.DOTS,
        **signs.ACCENTS,
    }
    found = {
        key: Glyph(key, strokes, key, ord(key), CLASSES.get(key, ORDINARY))
        for key, strokes in characters.items()
        if key.isascii()
    }
    slot = 128
    for key, strokes in {**{key: strokes for key, strokes in characters.items() if not key.isascii()}, **rest}.items():
        kind = BINARY if key in signs.BINARY else RELATION if key in signs.RELATIONS else ORDINARY
        found[key] = Glyph(key, strokes, UNICODE.get(key, key), slot, kind)
        slot += 1
    return found


def commands() -> dict[str, Glyph]:
    """TeX's commands for glyphs."""
    glyphs = table()
    named = {f"\\{key}": glyph for key, glyph in glyphs.items() if len(key) > 1}
    return named | {command: glyphs[key] for command, key in OTHER_NAMES.items() if key in glyphs}


CALLED = frozenset({*latin.DIGITS, "minus", "prime", "cdot", "Real", "?", "*", "lparen", "rparen"})
"""What the macros of the look write of their own accord."""
BRACKET = re.compile(r"\\(?:left|right|middle|[bB]igg?[lrm]?) *(\\[A-Za-z]+|\\.|.)")


def used(tex: str) -> frozenset[str]:
    """The glyphs, brackets and large signs that a document may need: those of its characters and commands, and what its
    macros write."""
    body = tex.partition(r"\begin{document}")[2]
    called = set(re.findall(r"\\[A-Za-z]+", body)) | ({r"\lbrace"} if "{cases}" in body else set())
    slots = {int(slot) for slot in re.findall(r"\\sign\{(\d+)\}", body)}
    found = {
        glyph.name
        for glyph in table().values()
        if glyph.slot in slots or (glyph.slot < 128 and glyph.character in body)
    }
    found |= {glyph.name for command, glyph in commands().items() if command in called}
    found |= {DELIMITERS[mark] for mark in (*BRACKET.findall(tex), *called) if mark in DELIMITERS}
    return frozenset(found | CALLED | {name for name in signs.LARGE if f"\\{name}" in called})
