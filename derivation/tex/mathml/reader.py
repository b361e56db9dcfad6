r"""LaTeX's formulas as MathML: what `tex.write` and the doors for other people's formulas write, and what authors often do.

row  = (atom scripts)*          scripts = (_ argument | ^ argument | ')*          argument = {row} | one token
atom = number | letter | sign | command arguments | {row} | \left( row \right) | \begin{…} rows \end{…}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from xml.etree.ElementTree import Element

from derivation.tex.mathml.elements import FENCES, element, grouped, matrix, sign, spaced, with_scripts
from derivation.tex.mathml.fonts import IN_FONT, lettered, set_in, unmarked
from derivation.tex.mathml.symbols import ACCENTS, LARGE, LETTERS, NAMES, SIGNS, SPACES

TOKEN = re.compile(r"\\operatorname\*|\\[A-Za-z]+|\\.|\d+(?:(?:\.|\{,\})\d+)?|\.\d+|\S", re.DOTALL)
SKIPPED = re.compile(r"\s*")
FORMULA = re.compile(r"\\[A-Za-z]|(?<!\\)[_^{}']")
"""What makes the text in a font's braces a formula, and no word."""
DEEPEST = 60
SLOT = "slot"
"""The tag of an element, and the token, that stands where something is put in later."""


class NotShown(ValueError):
    """A formula has something that is not known here."""


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
        return [with_scripts(base or [element("mrow")], sub, sup, primes)]

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
            return [element("mi", LETTERS[token])]
        if token in SIGNS:
            return [sign(SIGNS[token])]
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
            return [sign(token)]
        raise NotShown(f"{token} is not known")

    # What commands make

    def in_font(self, font: str) -> Element:
        """A letter or a word in a font of its own, or a formula whose letters are all in it."""
        start = self.next, self.at
        text = self.raw()
        if not FORMULA.search(text):
            return lettered(text, font)
        self.next, self.at = start
        inside = self.argument()
        for node in inside.iter():
            if node.tag in ("mi", "mn"):
                set_in(font, node)
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
        return [element("mtext", unmarked(self.raw()))]

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
        return [matrix(kind, [row for row in rows if len(row) > 1 or len(row[0])])]

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
