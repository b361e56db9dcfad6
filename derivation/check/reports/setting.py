r"""Formulas of an article as TeX, written anew from their tokens: what is not known here is shown as words, so no command of the article's reaches TeX.

A script that has no base gets an empty one, a brace that is never closed is closed, a second superscript stands at the whole of what is before it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from ...render.templating import latex_text
from ...tex.names import GREEK, STYLES
from ..chains import LAYOUT
from ..forms import MATRICES
from ..functions import SPOKEN
from ..tokens import SAME, Token, Unreadable, scan

MAXIMAL_DEPTH, MAXIMAL_TOKENS, MAXIMAL_COLUMNS = 40, 3000, 30
SETTABLE = re.compile(r"[^\u0020-\u007e\u00a1-\u017f\u2010-\u2026\u20ac]|[\u0126\u0127\u0132\u0133\u0138\u013f\u0140\u0149\u0166\u0167\u017f]")
"""Letters that the fonts of a report lack."""
PLAIN = frozenset("+-=<>()[]|/,;:!?.*") | frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
COMMANDS = (
    frozenset(f"\\{letter}" for letter in GREEK)
    | frozenset(command for command in SAME.values() if re.fullmatch(r"\\[A-Za-z]+", command))
    | frozenset(command for command in SPOKEN if re.fullmatch(r"\\[a-z]+", command))
    | frozenset(
        r"""\ell \star \ast \varepsilon \vartheta \varphi \varsigma \varrho \prime \hbar \imath \jmath \sum \prod \int \top \bot \cdot \times \odot \circ
        \otimes \oplus \partial \nabla \in \notin \le \ge \ne \ll \gg \approx \equiv \sim \simeq \cong \propto \to \gets \rightarrow \leftarrow
        \longrightarrow \Rightarrow \Leftarrow \Leftrightarrow \implies \iff \mapsto \uparrow \downarrow \therefore \because \land \lor \wedge \vee \neg
        \forall \exists \subset \subseteq \cup \cap \setminus \emptyset \infty \pm \mp \ldots \vdots \ddots \max \min \arg \ln \log \exp \sin \cos
        \tan \sinh \cosh \tanh \det \dim \quad \qquad \{ \} \| \langle \rangle \lfloor \rfloor \lceil \rceil \mid \% \& \#""".split()
    )
) - {r"\frac", r"\sqrt", r"\boldsymbol", r"\hat", r"\bar", r"\tilde"}
"""Commands without arguments that are set as they stand."""
WITH_ONE = (STYLES - {r"\text"}) | {r"\mathbb", r"\ddot", r"\check", r"\breve", r"\overrightarrow", r"\sqrt"}
FONTS = {r"\mathbb": r"\mathbf", r"\boldsymbol": r"\mathbf", r"\bm": r"\mathbf"}
"""Fonts that the TeX of the wheel lacks, and what stands for them; a Greek letter is not bold there."""
WITH_TWO = {r"\frac": r"\frac", r"\binom": r"\binom"}
PAIRS = {"(": ")", "[": "]", r"\{": r"\}", r"\langle": r"\rangle"}
TALL = (r"\frac", r"\binom", r"\sum", r"\prod", r"\begin")


def of_text(latex: str) -> str:
    """A formula given as LaTeX.

    >>> of_text(r"a^2^3 \\input{x} \\frac12")
    '{a^{2}}^{3} \\\\text{\\\\ttfamily \\\\textbackslash{}input}{x}\\\\frac{1}{2}'
    """
    try:
        return tex(scan(latex, 0, len(latex)))
    except Unreadable:
        return words(latex)


def tex(tokens: Sequence[Token]) -> str:
    """A formula given by its tokens; as words where it is very long or nested very deeply."""
    if len(tokens) > MAXIMAL_TOKENS:
        return words(" ".join(token.text for token in tokens))
    try:
        return Setter([token.text for token in split(tokens)]).row(())
    except TooDeep:
        return words(" ".join(token.text for token in tokens))


def lines(tokens: Sequence[Token]) -> list[Sequence[Token]]:
    """The rows of a displayed formula, without the environment that lays them out."""
    found: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        name = token.text.partition("{")[2].rstrip("}*") if token.text.startswith((r"\begin{", r"\end{")) else ""
        if name in LAYOUT:
            continue
        depth += token.text.startswith(r"\begin{") - token.text.startswith(r"\end{")
        if token.text == r"\\" and depth <= 0:
            found.append([])
        elif token.text != "&" or depth > 0:
            found[-1].append(token)
    return [row for row in found if row]


def split(tokens: Sequence[Token]) -> Iterable[Token]:
    r"""The tokens as TeX counts them: the 12 of `x^12` and `\frac12` are two."""
    before = ""
    for token in tokens:
        if before in ("^", "_", r"\frac", r"\sqrt", r"\binom") and token.text[0].isdecimal() and len(token.text) > 1:
            yield from (Token(digit, token.start, token.end) for digit in token.text)
        else:
            yield token
        before = token.text


def words(text: str) -> str:
    """Text in the middle of a formula."""
    return rf"\text{{\ttfamily {latex_text(boxed(text))}}}"


def boxed(text: str) -> str:
    """Text with a mark for each letter that the fonts lack."""
    return SETTABLE.sub("\u00a4", re.sub(r"[\s\u00a0]+", " ", text))


class TooDeep(Exception):
    """A formula nested more deeply than TeX should be asked to set."""


class Setter:
    """Writes the texts of tokens as TeX."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts, self.at, self.depth = texts, 0, 0

    @property
    def next(self) -> str:
        return self.texts[self.at] if self.at < len(self.texts) else ""

    def row(self, stops: Sequence[str]) -> str:
        """What stands up to one of these texts, or to the end."""
        self.depth += 1
        if self.depth > MAXIMAL_DEPTH:
            raise TooDeep
        parts: list[str] = []
        while self.next and self.next not in stops:
            part = self.scripted()
            parts.append(f" {part}" if parts and COMMAND_AT_END.search(parts[-1]) and part[:1].isalpha() else part)
        self.depth -= 1
        return "".join(parts).strip()

    def scripted(self) -> str:
        """One thing with its scripts."""
        made = "{}" if self.next in ("^", "_", "'") else self.atom()
        below, above = "", ""
        while self.next in ("^", "_", "'"):
            mark = self.next
            self.at += 1
            inner = r"\prime" if mark == "'" else self.argument()
            if (mark == "_" and below) or (mark != "_" and above and not above.endswith(r"\prime") and mark == "^") or (mark == "'" and above and above[-6:] != r"\prime"):
                made, below, above = "{" + made + scripts(below, above) + "}", "", ""
            if mark == "_":
                below = inner
            else:
                above = f"{above} {inner}" if above else inner
        return made + scripts(below, above)

    def argument(self) -> str:
        """The next group without its braces, or the next thing."""
        if self.next == "{":
            return self.group()
        return self.atom() if self.next and self.next not in ("}", "^", "_", "&", r"\\") else ""

    def group(self) -> str:
        self.at += 1
        inner = self.row(("}",))
        self.at += 1
        return inner

    def atom(self) -> str:
        """One thing without scripts."""
        text = self.next
        if text == "{":
            return "{" + self.group() + "}"
        if text.startswith(r"\begin{"):
            return self.environment()
        if text in PAIRS and (close := self.closing()):
            return self.fenced(text, close)
        self.at += 1
        if text in WITH_TWO:
            return rf"{WITH_TWO[text]}{{{self.argument()}}}{{{self.argument()}}}"
        if text in WITH_ONE:
            return self.styled(text)
        return leaf(text)

    def styled(self, command: str) -> str:
        degree = ""
        if command == r"\sqrt" and self.next == "[":
            self.at += 1
            degree = self.row(("]", "}"))
            self.at += self.next == "]"
        inner = self.argument()
        font = FONTS.get(command, command)
        return rf"{font}[{{{degree}}}]{{{inner}}}" if degree else rf"{font}{{{inner}}}"

    def closing(self) -> int:
        """Where the bracket ends that opens here, on this level; 0 where it does not."""
        opened, depth = self.next, 0
        for place in range(self.at, min(len(self.texts), self.at + MAXIMAL_TOKENS)):
            text = self.texts[place]
            depth += (text in ("{", opened) or text.startswith(r"\begin{")) - (text in ("}", PAIRS[opened]) or text.startswith(r"\end{"))
            if depth == 0:
                return place if text == PAIRS[opened] else 0
        return 0

    def fenced(self, opened: str, close: int) -> str:
        """A pair of brackets, which grow with what is tall in them."""
        tall = any(text.startswith(TALL) for text in self.texts[self.at : close])
        self.at += 1
        if not tall:
            return leaf(opened)
        rest, self.texts = self.texts, self.texts[:close]
        inner = self.row(())
        self.texts, self.at = rest, close + 1
        return rf"\left{opened} {inner} \right{PAIRS[opened]}"

    def environment(self) -> str:
        """A matrix, cases, or aligned rows; the rows of any other environment."""
        name = self.next[7:-1].rstrip("*")
        self.at += 1
        if name == "array" and self.next == "{":
            self.group()
        rows: list[list[str]] = [[]]
        while self.next and not self.next.startswith(r"\end{"):
            rows[-1].append(self.row(("&", r"\\", "}", r"\end{" + name + "}", r"\end{" + name + "*}")))
            if self.next == r"\\":
                rows.append([])
            self.at += self.next in ("&", r"\\", "}")
        self.at += 1
        columns = max(map(len, rows))
        if columns > MAXIMAL_COLUMNS:
            return words(f"a matrix of {columns} columns")
        inner = r" \\ ".join(" & ".join(row) for row in rows if row)
        name = SMALLER.get(name, name if name in MATRICES | {"cases"} else "aligned")
        return rf"\begin{{{name}}}{'{' + 'c' * columns + '}' if name == 'array' else ''} {inner} \end{{{name}}}"


SMALLER = {"smallmatrix": "matrix", "bsmallmatrix": "bmatrix", "psmallmatrix": "pmatrix", "dcases": "cases", "rcases": "cases"}
COMMAND_AT_END = re.compile(r"\\[A-Za-z]+\Z")


def scripts(below: str, above: str) -> str:
    return (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")


def leaf(text: str) -> str:
    """One token by itself."""
    if text in PLAIN or text in COMMANDS:
        return text
    if text[:1].isdecimal() or text[:1] == ".":
        return "".join(str(unicodedata.decimal(letter, letter)) for letter in text)
    if text.startswith(r"\text{"):
        return rf"\text{{{latex_text(boxed(text[6:-1]))}}}"
    return "" if text in ("&", "}") or text.startswith(r"\end{") else r"\quad " if text == r"\\" else words(text)
