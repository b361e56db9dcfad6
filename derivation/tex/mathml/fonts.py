"""Letters in fonts of their own: browsers know no variants, so each letter is another character."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from derivation.tex.mathml.elements import element

FONTS = {
    "bold": (
        *(("0", "9", 0x1D7CE), ("A", "Z", 0x1D400), ("a", "z", 0x1D41A)),
        *(("Α", "Ω", 0x1D6A8), ("α", "ω", 0x1D6C2)),
    ),
    "italic": (("A", "Z", 0x1D434), ("a", "z", 0x1D44E), ("Α", "Ω", 0x1D6E2), ("α", "ω", 0x1D6FC)),
    "sans": (("0", "9", 0x1D7E2), ("A", "Z", 0x1D5A0), ("a", "z", 0x1D5BA)),
    "mono": (("0", "9", 0x1D7F6), ("A", "Z", 0x1D670), ("a", "z", 0x1D68A)),
    "blackboard": (("0", "9", 0x1D7D8), ("A", "Z", 0x1D538), ("a", "z", 0x1D552)),
    "script": (("A", "Z", 0x1D49C), ("a", "z", 0x1D4B6)),
    "plain": (),
}
"""Where the letters of a font begin: browsers know no variants, characters have to say them."""
HOLES = {
    "𝑕": "ℎ", "𝔺": "ℂ", "𝔿": "ℍ", "𝕅": "ℕ", "𝕇": "ℙ", "𝕈": "ℚ", "𝕉": "ℝ", "𝕑": "ℤ", "𝒝": "ℬ", "𝒠": "ℰ", "𝒡": "ℱ", "𝒣": "ℋ",
    "𝒤": "ℐ", "𝒧": "ℒ", "𝒨": "ℳ", "𝒭": "ℛ", "𝒺": "ℯ", "𝒼": "ℊ", "𝓄": "ℴ",
}  # fmt: skip
"""Letters that Unicode has elsewhere."""
IN_FONT = {r"\mathbf": "bold", r"\boldsymbol": "bold", r"\bm": "bold", r"\mathbb": "blackboard", r"\mathcal": "script",
           r"\mathscr": "script", r"\mathsf": "sans", r"\mathtt": "mono", r"\mathrm": "plain", r"\mathit": "italic",
           r"\operatorname": "plain", r"\operatorname*": "plain"}  # fmt: skip


def lettered(text: str, font: str) -> Element:
    """Letters in a font of their own: one is upright or slanted, several are a word, digits a number."""
    made = element("mn" if text.replace(".", "").isdecimal() else "mi", unmarked(text).replace(" ", ""))
    set_in(font, made)
    return made


def set_in(font: str, node: Element) -> None:
    """Sets letters in a font. A browser slants a letter that stands alone, and no other."""
    text = node.text or ""
    is_alone = node.tag == "mi" and len(text) == 1
    if not (is_alone and font == "italic"):
        node.text = "".join(_in_font(letter, font) for letter in text)
    if is_alone and font in ("plain", "bold"):
        node.set("mathvariant", "normal")


def _in_font(letter: str, font: str) -> str:
    for first, last, start in FONTS[font]:
        if first <= letter <= last:
            found = chr(start + ord(letter) - ord(first))
            return HOLES.get(found, found)
    return letter


def unmarked(text: str) -> str:
    r"""Words as they are read: `\_` and kin without their mark, a tie as a space that does not break."""
    return re.sub(r"\\([{}$&#%_ ])", r"\1", text).replace("~", "\u00a0").replace("{", "").replace("}", "")
