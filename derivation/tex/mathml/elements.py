"""MathML's elements: scripts, matrices, and what stands close or apart in a row.

Sources: MathML Core (W3C), its operator dictionary for what stretches and is spaced; for the spacing of signs and of the
names of functions, Knuth, The TeXbook, chapters 17 and 18.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from xml.etree.ElementTree import Element

THIN = ".17em"
"""TeX's thin space, which parts the name of a function from what stands beside it."""
LIMITED = frozenset("∑∏⋃⋂")
"""What has its limits above and below, in a display."""
FENCES = {"pmatrix": "()", "bmatrix": "[]", "Bmatrix": "{}", "vmatrix": "||", "Vmatrix": "‖‖", "matrix": "",
          "smallmatrix": "", "psmallmatrix": "()", "bsmallmatrix": "[]", "cases": "{.", "dcases": "{.", "rcases": ".}",
          "array": "", "aligned": "", "align": "", "align*": "", "gathered": "", "split": ""}  # fmt: skip
BRACKETS = frozenset("()[]")
"""What stretches unless it is told not to."""
OPENING, CLOSING = frozenset("([{⟨⌊⌈"), frozenset(")]}⟩⌋⌉′!")
SPACED = frozenset("=≈≤≥<>,;·×⊙⊘⋆+−∈→")
PREFIXES = frozenset("+−±∓")


def element(tag: str, *inside: Element | str, **attributes: str) -> Element:
    """An element with a text, or with elements in it."""
    made = Element(tag, attributes)
    if inside and isinstance(inside[0], str):
        made.text = inside[0]
    else:
        made[:] = [one for one in inside if isinstance(one, Element)]
    return made


def sign(text: str) -> Element:
    """A sign, which stretches with nothing beside it."""
    if text == ":":
        return element("mi", text)  # all of an axis, as in E_{3,:}
    return element("mo", text, **({"stretchy": "false"} if text in BRACKETS else {}))


def matrix(kind: str, rows: Sequence[Sequence[Element]]) -> Element:
    """Rows in their brackets: these grow with them, and with nothing beside them."""
    table = element("mtable", *(element("mtr", *row) for row in rows))
    opening, closing = tuple(FENCES[kind] or "..")
    left = [element("mo", opening)] if opening != "." else []
    right = [element("mo", closing)] if closing != "." else []
    return grouped([*left, table, *right])


def with_scripts(base: list[Element], sub: Element | None, sup: Element | None, primes: int) -> Element:
    """An atom with its scripts. A prime stands as high as the font draws it, not as a script above that."""
    one = grouped(base)
    if primes:
        one = element("mrow", one, *(element("mo", "′", lspace="0", rspace="0") for _ in range(primes)))
    scripts = [script for script in (sub, sup) if script is not None]
    if not scripts:
        return one
    limited = one.tag == "mo" and (one.text or "") in LIMITED
    names = ("munder", "mover", "munderover") if limited else ("msub", "msup", "msubsup")
    return element(names[2] if len(scripts) == 2 else names[sub is None], one, *scripts)


def grouped(inside: list[Element]) -> Element:
    """Several elements as one; one stays what it is."""
    return inside[0] if len(inside) == 1 else element("mrow", *inside)


def core(node: Element) -> Element:
    """What a symbol with scripts is at its heart."""
    while len(node) and (node.tag.startswith(("msu", "mu", "mo")) or (node.tag == "mrow" and _is_primed(node))):
        node = node[0]
    return node


def _is_primed(node: Element) -> bool:
    return len(node) > 1 and all(one.text == "′" for one in node[1:])


def spaced(row: list[Element]) -> list[Element]:
    """A sign that belongs to what follows stands close to it; the name of a function has a thin space beside it."""
    for place, (before, node) in enumerate(pairwise([None, *row])):
        assert node is not None
        leads = before is None or (before.tag == "mo" and before.text not in CLOSING and not is_name(before))
        heart = core(node)
        if node.tag == "mo" and node.text in PREFIXES and leads and len(row) > 1:
            node.set("form", "prefix")
        elif is_name(heart):
            after = row[place + 1] if place + 1 < len(row) else None
            heart.tag = "mo"
            heart.set("lspace", "0" if leads else THIN)
            heart.set("rspace", "0" if after is None or _is_primed(node) or _opens(after) else THIN)
    return row


def is_name(node: Element) -> bool:
    """Whether an element is the name of a function, and no letter."""
    return node.tag in ("mo", "mi") and len(node.text or "") > 1 and (node.text or "").isalpha()


def _opens(node: Element) -> bool:
    """Whether something begins with a bracket, or is set off by its own space."""
    while len(node) and node.tag.startswith(("mrow", "msu", "mu", "mover")):
        node = node[0]
    return node.tag == "mo" and (node.text or "") in OPENING | SPACED
