"""Formulas as MathML: latex2mathml reads the LaTeX, what browsers need beside it is put right here."""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from xml.etree.ElementTree import Element, tostring

from latex2mathml import exceptions
from latex2mathml.converter import Converter

CONVERTER_ERRORS: tuple[type[Exception], ...] = (
    *(error for error in vars(exceptions).values() if isinstance(error, type) and issubclass(error, Exception)),
    *(ValueError, LookupError, AttributeError, TypeError, RecursionError, StopIteration),
)
"""What the converter raises where it stumbles over a formula: its own errors have no class in common."""
SIGNS = frozenset("+−")
CLOSING = frozenset(")]}′!")
OPENING = frozenset("([{")
SPACED = frozenset("=≈≤≥<>,;·×⊙⊘⋆+−")
THIN = ".17em"
"""TeX's thin space, which parts the name of a function from what stands beside it."""
ROWS = frozenset({"math", "mrow", "mtd", "msqrt"})
SCRIPTED = {"msub": 2, "msup": 2, "msubsup": 3, "mover": 2, "munder": 2, "munderover": 3}
"""Elements with scripts: the symbol itself and the scripts."""
BOLD_DIGIT, BOLD_CAPITAL, BOLD_SMALL = 0x1D7CE, 0x1D400, 0x1D41A


@lru_cache(maxsize=8192)
def mathml(latex: str, displayed: bool = False) -> str:
    r"""A formula as MathML, with large fractions where it is `displayed`; as code where it cannot be converted.

    >>> mathml(r"-\frac{1}{2}")
    '<math><mo form="prefix">−</mo><mfrac><mn>1</mn><mn>2</mn></mfrac></math>'
    """
    root = _converted(latex)
    if root is None:
        return f"<code>{html.escape(latex)}</code>"
    root.attrib = {"displaystyle": "true"} if displayed else {}
    return tostring(root, encoding="unicode")


@lru_cache(maxsize=8192)
def linked(latex: str, relation: str) -> str:
    r"""A link of a chain: its sign of relation, and what stands behind it as a row of its own.

    >>> linked("-2", "=")
    '<math displaystyle="true"><mo>=</mo><mrow class="behind"><mo form="prefix">−</mo><mn>2</mn></mrow></math>'
    """
    root, sign = _converted(latex), _converted(relation)
    if root is None or sign is None:
        return mathml(f"{relation} {latex}", displayed=True)
    behind = Element("mrow", {"class": "behind"})
    behind[:] = list(root)
    root[:] = [*sign, behind]
    root.attrib = {"displaystyle": "true"}
    return tostring(root, encoding="unicode")


def _converted(latex: str) -> Element | None:
    """The tree of a formula, put right; None where the converter stumbles."""
    try:
        root: Element = Converter().convert_to_element(latex if r"\begin" in latex else latex.replace("&", " "))
    except CONVERTER_ERRORS:
        return None
    _tidy(root)
    return root


def _tidy(node: Element) -> None:
    """The tree below a node, put right from the leaves up."""
    node.text = html.unescape(node.text) if node.text else None
    for change in CHANGES:
        change(node)
    for child in node:
        _tidy(child)
    node[:] = [_bare(child) for child in node]
    if node.tag == "math" and len(node) == 1 and _is_plain_row(node[0]):
        node[:] = list(node[0])
    _merge_words(node)
    if node.tag in ROWS:
        _space(list(node))


def _bare(node: Element) -> Element:
    """A row of one is that one."""
    while _is_plain_row(node) and len(node) == 1:
        node = node[0]
    return node


def _is_plain_row(node: Element) -> bool:
    return node.tag == "mrow" and not node.attrib


def _merge_words(node: Element) -> None:
    """Upright letters side by side are one word."""
    kept: list[Element] = []
    for child in node:
        if (
            kept
            and node.tag in ROWS
            and all(one.get("mathvariant") == "normal" and len(one) == 0 for one in (kept[-1], child))
        ):
            kept[-1].text = (kept[-1].text or "") + (child.text or "")
        else:
            kept.append(child)
    node[:] = kept
    if len(kept) == 1 and node.tag == "mrow" and kept[0].get("mathvariant") == "normal" and len(kept[0].text or "") > 1:
        del kept[0].attrib["mathvariant"]


def _letters(node: Element) -> None:
    """A derivative's sign is a letter: no space beside it."""
    if node.tag == "mo" and node.text in ("∂", "∇"):
        node.tag = "mi"
        node.attrib = {"mathvariant": "normal"} if node.text == "∇" else {}


def _bold(node: Element) -> None:
    """Bold letters are characters of their own: browsers know no bold variant."""
    if node.attrib.get("mathvariant") == "bold" and node.text:
        node.attrib = {"mathvariant": "normal"} if node.tag == "mi" else {}
        node.text = "".join(map(_bold_letter, node.text))


def _bold_letter(letter: str) -> str:
    for first, last, start in (("0", "9", BOLD_DIGIT), ("A", "Z", BOLD_CAPITAL), ("a", "z", BOLD_SMALL)):
        if first <= letter <= last:
            return chr(start + ord(letter) - ord(first))
    return letter


def _fences(node: Element) -> None:
    """Brackets of \\left and \\right stretch by themselves."""
    if node.tag == "mo" and node.get("fence") and not node.get("minsize"):
        node.attrib = {"form": node.attrib["form"]} if "form" in node.attrib else {}


def _accents(node: Element) -> None:
    """A tilde or hat over a letter sits close to it and is as wide as it is."""
    if node.tag == "mover" and len(node) == 2 and node[1].tag == "mo" and html.unescape(node[1].text or "") in "~^¯":
        node.attrib = {"accent": "true"}
        node[1].attrib = {"stretchy": "false"}


def _scripts(node: Element) -> None:
    """A script at a matrix belongs to the whole of it, brackets too."""
    extra = len(node) - SCRIPTED.get(node.tag, len(node))
    if extra > 0:
        whole = Element("mrow")
        whole[:] = node[: extra + 1]
        node[:] = [whole, *node[extra + 1 :]]


def _primes(node: Element) -> None:
    """A prime stands as high as the font draws it, not as a script above that."""
    if node.tag == "msup" and len(node) == 2 and html.unescape(node[1].text or "") == "′":
        node.tag, node[1].tag, node[1].attrib = "mrow", "mo", {"lspace": "0", "rspace": "0"}


CHANGES: tuple[Callable[[Element], None], ...] = (_letters, _bold, _fences, _accents, _scripts, _primes)


def _core(node: Element) -> Element:
    """What a symbol with scripts is at its heart."""
    while node.tag in SCRIPTED and len(node):
        node = node[0]
    return node


def _space(row: list[Element]) -> None:
    """A sign that belongs to what follows stands close to it; the name of a function keeps a thin space."""
    for before, node in pairwise([None, *row]):
        core = _core(node) if node is not None else None
        leads = before is None or (before.tag == "mo" and before.text not in CLOSING and not _is_name(before))
        if node is not None and node.tag == "mo" and node.text in SIGNS and leads and len(row) > 1:
            node.set("form", "prefix")
        elif core is not None and _is_name(core) and node is not None:
            after = row[row.index(node) + 1] if node is not row[-1] else None
            core.tag = "mo"
            core.set("lspace", "0" if leads else THIN)
            core.set("rspace", "0" if after is None or _opens(after) else THIN)


def _is_name(node: Element) -> bool:
    return node.tag in ("mo", "mi") and len(node.text or "") > 1 and (node.text or "").isalpha()


def _opens(node: Element) -> bool:
    """Whether something begins with a bracket, or is set off by its own space."""
    while node.tag in {"mrow", *SCRIPTED} and len(node):
        node = node[0]
    return node.tag == "mo" and (node.text or "") in OPENING | SPACED
