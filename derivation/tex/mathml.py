r"""LaTeX's formulas as MathML: what `tex.write` and the doors for other people's formulas write, and what authors often do.

row  = (atom scripts)*          scripts = (_ argument | ^ argument | ')*          argument = {row} | one token
atom = number | letter | sign | command arguments | {row} | \left( row \right) | \begin{…} rows \end{…}

Sources: MathML Core (W3C), its operator dictionary for what stretches and is spaced; for the spacing of signs and of the
names of functions, Knuth, The TeXbook, chapters 17 and 18.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from xml.etree.ElementTree import Element

TOKEN = re.compile(r"\\operatorname\*|\\[A-Za-z]+|\\.|\d+(?:(?:\.|\{,\})\d+)?|\.\d+|\S", re.DOTALL)
SKIPPED = re.compile(r"\s*")
FORMULA = re.compile(r"\\[A-Za-z]|(?<!\\)[_^{}']")
"""What makes the text in a font's braces a formula, and no word."""
THIN = ".17em"
"""TeX's thin space, which parts the name of a function from what stands beside it."""
DEEPEST = 60

LETTERS: Mapping[str, str] = dict(
    zip(
        r"""\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \vartheta \iota \kappa \lambda \mu \nu \xi
        \pi \rho \varrho \sigma \varsigma \tau \upsilon \phi \varphi \chi \psi \omega \Gamma \Delta \Theta \Lambda \Xi
        \Pi \Sigma \Upsilon \Phi \Psi \Omega \ell \hbar \imath \jmath \infty \emptyset \partial \aleph \Re \Im
        \ldots \dots \cdots \vdots \ddots \$ \% \& \# \_ \angle \degree""".split(),
        "αβγδϵεζηθϑικλμνξπρϱσςτυϕφχψωΓΔΘΛΞΠΣΥΦΨΩℓℏıȷ∞∅∂ℵℜℑ……⋯⋮⋱$%&#_∠°",
        strict=True,
    )
)
"""Commands that are letters: no space beside them."""
SIGNS: Mapping[str, str] = dict(
    zip(
        r"""\cdot \times \odot \circ \otimes \oplus \oslash \ominus \star \ast \div \pm \mp \in \notin \ni \le \leq \ge
        \geq \ne \neq \ll \gg \approx \equiv \sim \simeq \cong \propto \to \rightarrow \leftarrow \gets \Rightarrow
        \Leftarrow \Leftrightarrow \leftrightarrow \longrightarrow \Longrightarrow \Longleftrightarrow \implies \iff
        \mapsto \uparrow \downarrow \land \lor \wedge \vee \neg \lnot \forall \exists \subset \subseteq \supset
        \supseteq \cup \cap \setminus \mid \parallel \perp \bot \top \prime \dagger \bullet \coloneqq \lt \gt \vert
        \Vert \| \lvert \rvert \lVert \rVert \{ \} \lbrace \rbrace \lbrack \rbrack \langle \rangle \lfloor \rfloor
        \lceil \rceil \backslash \colon - * '""".split(),
        [
            *"·×⊙∘⊗⊕⊘⊖⋆∗÷±∓∈∉∋≤≤≥≥≠≠≪≫≈≡∼≃≅∝→→←←⇒⇐⇔↔⟶⟹⟺⟹⟺↦↑↓∧∨∧∨¬¬∀∃⊂⊆⊃⊇∪∩∖∣∥⟂⊥⊤′†∙≔<>|‖‖||‖‖{}{}[]⟨⟩⌊⌋⌈⌉",
            *("\\", ":", "−", "∗", "′"),
        ],
        strict=True,
    )
)
"""Commands and characters that are signs."""
NAMES = frozenset(
    r"""\arg \cos \cosh \cot \coth \csc \deg \det \dim \exp \gcd \hom \inf \ker \lg \lim \ln \log \max \min \Pr \sec \sin
    \sinh \sup \tan \tanh \arccos \arcsin \arctan""".split()
)
LARGE = {r"\sum": "∑", r"\prod": "∏", r"\int": "∫", r"\bigcup": "⋃", r"\bigcap": "⋂"}
LIMITED = frozenset("∑∏⋃⋂")
"""What has its limits above and below, in a display."""
SPACES = {r"\,": "0.167em", r"\:": "0.222em", r"\>": "0.222em", r"\;": "0.278em", r"\!": "-0.167em", r"\ ": "0.333em",
          "~": "0.333em", r"\quad": "1em", r"\qquad": "2em", r"\thinspace": "0.167em", r"\medspace": "0.222em",
          r"\thickspace": "0.278em", r"\enspace": "0.5em", r"\negthinspace": "-0.167em"}  # fmt: skip
ACCENTS = {r"\hat": "^", r"\widehat": "^", r"\bar": "¯", r"\overline": "¯", r"\tilde": "~", r"\widetilde": "~",
           r"\vec": "→", r"\dot": "˙", r"\ddot": "¨", r"\check": "ˇ", r"\breve": "˘", r"\mathring": "˚"}  # fmt: skip
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
FENCES = {"pmatrix": "()", "bmatrix": "[]", "Bmatrix": "{}", "vmatrix": "||", "Vmatrix": "‖‖", "matrix": "",
          "smallmatrix": "", "psmallmatrix": "()", "bsmallmatrix": "[]", "cases": "{.", "dcases": "{.", "rcases": ".}",
          "array": "", "aligned": "", "align": "", "align*": "", "gathered": "", "split": ""}  # fmt: skip
BRACKETS = frozenset("()[]")
"""What stretches unless it is told not to."""
OPENING, CLOSING = frozenset("([{⟨⌊⌈"), frozenset(")]}⟩⌋⌉′!")
SPACED = frozenset("=≈≤≥<>,;·×⊙⊘⋆+−∈→")
PREFIXES = frozenset("+−±∓")


SLOT = "slot"
"""The tag of an element, and the token, that stands where something is put in later."""


class NotShown(ValueError):
    """A formula has something that is not known here."""


def element(tag: str, *inside: Element | str, **attributes: str) -> Element:
    """An element with a text, or with elements in it."""
    made = Element(tag, attributes)
    if inside and isinstance(inside[0], str):
        made.text = inside[0]
    else:
        made[:] = [one for one in inside if isinstance(one, Element)]
    return made


def written(*around: str) -> list[Element]:
    r"""The elements of a formula, spaced; of one with slots (`tex.slots`), what stands around them is given, and each is
    an element `SLOT`. Raises `NotShown` where something is not known, or not complete.

    >>> [one.tag for one in written(r"-\frac{1}{2} W^{(1)}")]
    ['mo', 'mfrac', 'msup']
    >>> [one.tag for one in written("2 ", " + 1")]
    ['mn', 'slot', 'mo', 'mn']
    """
    reader = _Reader(around)
    found = reader.row(frozenset())
    if reader.next:
        raise NotShown(f"{reader.next} without a beginning")
    return found


class _Reader:
    """Recursive descent over the tokens of a formula."""

    def __init__(self, around: Sequence[str]) -> None:
        self.latex, *self.behind = around
        self.at = self.depth = 0
        self.next = ""
        self.advance()

    def advance(self) -> str:
        """The token that was next; the one behind it is next now."""
        taken = self.next
        self.at = SKIPPED.match(self.latex, self.at).end()  # type: ignore[union-attr]
        found = TOKEN.match(self.latex, self.at)
        if found:
            self.next, self.at = found[0], found.end()
        elif self.behind:
            self.next, self.latex, self.at = SLOT, self.behind.pop(0), 0
        else:
            self.next = ""
        return taken

    def expect(self, token: str) -> None:
        if self.next != token:
            raise NotShown(f"{token} is missing")
        self.advance()

    def raw(self) -> str:
        """The letters between the next braces, as they stand."""
        if self.next != "{":
            return self.advance()
        depth, start = 1, self.at
        while depth:
            if self.at >= len(self.latex):
                raise NotShown("a brace that is never closed")
            depth += {"{": 1, "}": -1}.get(self.latex[self.at], 0)
            self.at += 2 if self.latex[self.at] == "\\" else 1
        text = self.latex[start : self.at - 1]
        self.advance()
        return text

    def row(self, ends: frozenset[str]) -> list[Element]:
        """Atoms with their scripts up to one of these tokens, which stays next."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotShown("nested too deeply")
        found: list[Element] = []
        while self.next and self.next not in ends and self.next not in ENDS:
            if style := STYLES.get(self.next):
                self.advance()
                found.append(element("mstyle", *self.row(ends), **style))
                break
            found += self.scripted()
        self.depth -= 1
        return spaced(found)

    def scripted(self) -> list[Element]:
        """An atom with the scripts behind it; nothing for what does not show."""
        base = [] if self.next in ("_", "^") else self.atom()
        sub = sup = None
        primes = 0
        while self.next in ("_", "^", "'", r"\limits", r"\nolimits"):
            mark = self.advance()
            if mark == "'":
                primes += 1
            elif mark == "_":
                sub = self.argument()
            elif mark == "^":
                sup = self.argument()
        if sub is None and sup is None and not primes:
            return base
        return [_with_scripts(base or [element("mrow")], sub, sup, primes)]

    def argument(self) -> Element:
        """A group in braces, or a single token: of a number, its first digit."""
        if self.next == "{":
            self.advance()
            inside = self.row(frozenset("}"))
            self.expect("}")
            return grouped(inside)
        if self.next[:1].isdecimal() and len(self.next) > 1:
            self.at -= len(self.next) - 1
            digit = self.next[0]
            self.advance()
            return element("mn", digit)
        if not self.next or self.next in ENDING:
            raise NotShown("an argument is missing")
        return grouped(self.atom())

    def atom(self) -> list[Element]:
        token = self.advance()
        if token in COMMANDS:
            return COMMANDS[token](self)
        if token in LETTERS:
            return [_letter(LETTERS[token])]
        if token in SIGNS:
            return [_sign(SIGNS[token])]
        if token in SPACES:
            return [element("mspace", width=SPACES[token])]
        if token in NAMES:
            return [element("mi", token[1:])]
        if token in LARGE:
            return [element("mo", LARGE[token])]
        if token in ACCENTS:
            return [element("mover", self.argument(), element("mo", ACCENTS[token], stretchy="false"), accent="true")]
        if token in IN_FONT:
            return [self.in_font(IN_FONT[token])]
        if token[0] in "0123456789.":
            return [element("mn", token.replace("{,}", ","))] if token != "." else [element("mo", token)]
        if token.isalpha():
            return [element("mi", token)]
        if token[0] != "\\" and token not in ENDING:
            return [_sign(token)]
        raise NotShown(f"{token} is not known")

    # What commands make

    def in_font(self, font: str) -> Element:
        """A letter or a word in a font of its own, or a formula whose letters are all in it."""
        start = self.next, self.at
        text = self.raw()
        if not FORMULA.search(text):
            return _lettered(text, font)
        self.next, self.at = start
        inside = self.argument()
        for node in inside.iter():
            if node.tag in ("mi", "mn"):
                _set_in(font, node)
        return inside

    def braces(self) -> list[Element]:
        inside = self.row(frozenset("}"))
        self.expect("}")
        return [grouped(inside)] if len(inside) != 1 else inside

    def fraction(self) -> list[Element]:
        return [element("mfrac", self.argument(), self.argument())]

    def display_fraction(self) -> list[Element]:
        return [element("mstyle", *self.fraction(), **STYLES[r"\displaystyle"])]

    def binomial(self) -> list[Element]:
        inside = element("mfrac", self.argument(), self.argument(), linethickness="0")
        return [element("mo", "("), inside, element("mo", ")")]

    def root(self) -> list[Element]:
        if self.next != "[":
            return [element("msqrt", self.argument())]
        self.advance()
        index = grouped(self.row(frozenset("]")))
        self.expect("]")
        return [element("mroot", self.argument(), index)]

    def text(self) -> list[Element]:
        return [element("mtext", _unmarked(self.raw()))]

    def fenced(self) -> list[Element]:
        opening = self.delimiter()
        inside = self.row(frozenset([r"\right"]))
        self.expect(r"\right")
        closing = self.delimiter()
        left = [element("mo", opening, form="prefix")] if opening != "." else []
        right = [element("mo", closing, form="postfix")] if closing != "." else []
        return [element("mrow", *left, *inside, *right)]

    def sized(self) -> list[Element]:
        return [element("mo", self.delimiter(), stretchy="true", fence="true", minsize="1.2em", maxsize="1.2em")]

    def delimiter(self) -> str:
        token = self.advance()
        found = SIGNS.get(token, token)
        if len(found) != 1:
            raise NotShown(f"{token} is no bracket")
        return found

    def environment(self) -> list[Element]:
        kind = self.raw()
        if kind not in FENCES:
            raise NotShown(f"the environment {kind}")
        if kind == "array":
            self.raw()
        rows = [[self.cell()]]
        while self.next in ("&", r"\\"):
            if self.advance() == "&":
                rows[-1].append(self.cell())
            else:
                rows.append([self.cell()])
        self.expect(r"\end")
        if self.raw() != kind:
            raise NotShown(f"the environment {kind} is not closed")
        return [_matrix(kind, [row for row in rows if len(row) > 1 or len(row[0])])]

    def cell(self) -> Element:
        return element("mtd", *self.row(frozenset(["&", r"\\", r"\end"])))

    def slot(self) -> list[Element]:
        return [element(SLOT)]

    def nothing(self) -> list[Element]:
        return []


ENDING = frozenset(["}", "&", r"\\", r"\end", r"\right"])
ENDS = frozenset([r"\right", r"\end", "}"])
STYLES = {
    r"\displaystyle": {"displaystyle": "true", "scriptlevel": "0"},
    r"\textstyle": {"displaystyle": "false", "scriptlevel": "0"},
}
COMMANDS: dict[str, Callable[[_Reader], list[Element]]] = {
    SLOT: _Reader.slot,
    "{": _Reader.braces,
    **dict.fromkeys((r"\frac", r"\tfrac"), _Reader.fraction),
    r"\dfrac": _Reader.display_fraction,
    r"\binom": _Reader.binomial,
    r"\sqrt": _Reader.root,
    **dict.fromkeys((r"\text", r"\textrm", r"\textit", r"\textbf", r"\mbox"), _Reader.text),
    r"\left": _Reader.fenced,
    **dict.fromkeys((r"\bigl", r"\bigr", r"\big", r"\Bigl", r"\Bigr", r"\Big"), _Reader.sized),
    r"\begin": _Reader.environment,
    r"\nabla": lambda reader: [element("mi", "∇", mathvariant="normal")],
    **dict.fromkeys((r"\nolimits", r"\limits", r"\ttfamily"), _Reader.nothing),
}
"""What begins with a command that takes something behind it."""


def _letter(letter: str) -> Element:
    return element("mi", letter)


def _sign(sign: str) -> Element:
    if sign == ":":
        return element("mi", sign)  # all of an axis, as in E_{3,:}
    return element("mo", sign, **({"stretchy": "false"} if sign in BRACKETS else {}))


def _lettered(text: str, font: str) -> Element:
    """Letters in a font of their own: one is upright or slanted, several are a word, digits a number."""
    made = element("mn" if text.replace(".", "").isdecimal() else "mi", _unmarked(text).replace(" ", ""))
    _set_in(font, made)
    return made


def _set_in(font: str, node: Element) -> None:
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


def _unmarked(text: str) -> str:
    r"""Words as they are read: `\_` and kin without their mark, a tie as a space that does not break."""
    return re.sub(r"\\([{}$&#%_ ])", r"\1", text).replace("~", "\u00a0").replace("{", "").replace("}", "")


def _matrix(kind: str, rows: Sequence[Sequence[Element]]) -> Element:
    """Rows in their brackets: these grow with them, and with nothing beside them."""
    table = element("mtable", *(element("mtr", *row) for row in rows))
    opening, closing = tuple(FENCES[kind] or "..")
    left = [element("mo", opening)] if opening != "." else []
    right = [element("mo", closing)] if closing != "." else []
    return grouped([*left, table, *right])


def _with_scripts(base: list[Element], sub: Element | None, sup: Element | None, primes: int) -> Element:
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
