r"""The door for an article's formulas to TeX: they are written anew from the tokens that were read. What is not known
here is shown as words, so that no command of an article is one in the `.tex`; a script that has no base gets an empty
one, a brace that is never closed is closed, a second superscript stands at the whole of what is before it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

from derivation.checking.reading.chains import LAYOUT
from derivation.checking.reading.matrices import MATRICES
from derivation.checking.reading.plain import plain
from derivation.checking.reading.tokens import Token, Unreadable, scan
from derivation.pages.typesetting.engine import printable
from derivation.pages.typesetting.templating import latex_text
from derivation.tex.names import GREEK
from derivation.words.telling import tell

MAXIMAL_DEPTH, MAXIMAL_TOKENS, MAXIMAL_WIDTH, MAXIMAL_COLUMNS = 40, 5000, 2500, 30
MAXIMAL_WORDS = 200
"""Letters shown of what cannot be set."""
PLAIN = frozenset("+-=<>()[]|/,;:!?.*ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
SIGNS = frozenset(f"\\{letter}" for letter in GREEK) | frozenset(
    r"""\ell \star \ast \varepsilon \vartheta \varphi \varsigma \varrho \prime \hbar \imath \jmath \sum \prod \int \top \bot \cdot \times \odot \circ
    \otimes \oplus \oslash \partial \nabla \in \notin \le \ge \ne \ll \gg \approx \equiv \sim \simeq \cong \propto \to \rightarrow \leftarrow \Leftarrow
    \longrightarrow \Rightarrow \Leftrightarrow \Longrightarrow \Longleftrightarrow \implies \iff \mapsto \uparrow \downarrow \land \lor \wedge \vee \neg
    \forall \exists \subset \subseteq \cup \cap \setminus \emptyset \infty \pm \mp \ldots \vdots \ddots \max \min \arg \ln \log \exp \sin \cos \tan
    \sinh \cosh \tanh \arctan \arcsin \arccos \det \dim \quad \{ \} \| \langle \rangle \lfloor \rfloor \lceil \rceil \% \& \# \backslash""".split()
)
"""Commands without arguments that are set as they stand."""
ONE_ARGUMENT = {
    **{
        command: command
        for command in r"\hat \bar \tilde \vec \dot \ddot \check \breve \mathbf \boldsymbol \mathrm \mathit "
        r"\mathcal \mathsf \mathtt".split()
    },
    **dict.fromkeys((r"\mathbb", r"\bf", r"\textbf"), r"\mathbf"),
    **dict.fromkeys((r"\text", r"\operatorname", r"\mathfrak", r"\textit"), r"\mathrm"),
    r"\mathscr": r"\mathcal",
    r"\sqrt": r"\sqrt",
}
"""Accents, fonts and the root, and how they are set: the TeX of the wheel has no blackboard letters."""
TWO_ARGUMENTS = frozenset([r"\frac", r"\binom"])
KNOWN = (
    SIGNS
    | frozenset(ONE_ARGUMENT.values())
    | TWO_ARGUMENTS
    | frozenset([r"\text", r"\ttfamily", r"\left", r"\right", r"\begin", r"\end", r"\\"])
)
"""All commands that are written."""
CLOSING = {"(": ")", "[": "]", r"\{": r"\}", r"\langle": r"\rangle", r"\lfloor": r"\rfloor", r"\lceil": r"\rceil"}
TALL = (r"\frac", r"\binom", r"\sum", r"\prod", r"\int", r"\begin")
ENVIRONMENTS = {name: name for name in MATRICES | {"cases"}} | {
    "smallmatrix": "matrix",
    "bsmallmatrix": "bmatrix",
    "psmallmatrix": "pmatrix",
    "dcases": "cases",
}
COMMAND_AT_END = re.compile(r"\\[A-Za-z]+\Z")


def of_text(latex: str) -> str:
    r"""A formula given as LaTeX, written anew.

    >>> of_text(r"a^2^3 + \left( \frac12 \right)"), of_text(r"\input{x}")
    ('{a^{2}}^{3}+\\left( \\frac{1}{2} \\right)', '\\text{\\ttfamily \\textbackslash{}input}{x}')
    """
    try:
        return anew(plain(scan(latex, 0, len(latex))))
    except Unreadable:
        return words(latex)


def anew(tokens: Iterable[Token]) -> str:
    """A formula given by its tokens, written anew; as words where it is very long or nested very deeply."""
    texts = list(split(token.text for token in tokens))
    if len(texts) <= MAXIMAL_TOKENS and width(texts) <= MAXIMAL_WIDTH:
        try:
            return Setter(texts).row()
        except TooDeep:
            pass
    return words("".join(texts))


def width(texts: Sequence[str]) -> int:
    """About how many letters stand beside each other."""
    widest = current = 0
    for text in texts:
        current = 0 if text == r"\\" else current + (1 if text.startswith("\\") and text[-1] != "}" else len(text))
        widest = max(widest, current)
    return widest


def lines(tokens: Iterable[Token]) -> list[list[Token]]:
    """The rows of a displayed formula, without the environment that lays them out."""
    found: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        text = token.text
        if text.startswith((r"\begin{", r"\end{")) and text.partition("{")[2].rstrip("}*") in LAYOUT:
            continue
        depth += text.startswith(r"\begin{") - text.startswith(r"\end{")
        if text == r"\\" and depth <= 0:
            found.append([])
        elif text != "&" or depth > 0:
            found[-1].append(token)
    return [row for row in found if row]


def split(texts: Iterable[str]) -> Iterable[str]:
    r"""The texts of tokens as TeX counts them: the 12 of `x^12` and of `\frac12` are two."""
    before = earlier = ""
    for text in texts:
        if text[0].isdecimal() and (before in ("^", "_", *TWO_ARGUMENTS, r"\sqrt") or earlier in TWO_ARGUMENTS):
            yield from text
        else:
            yield text
        before, earlier = text, before


def words(text: str) -> str:
    """Text in the middle of a formula."""
    return rf"\text{{\ttfamily {latex_text(printable(text[:MAXIMAL_WORDS] + '...' * (len(text) > MAXIMAL_WORDS)))}}}"


def leaf(text: str) -> str:
    """One token by itself."""
    if text in PLAIN or text in SIGNS:
        return text
    if text[0].isdecimal() or text[0] == ".":
        return "".join(str(unicodedata.decimal(letter, letter)) for letter in text)
    if text.startswith(r"\text{"):
        return rf"\text{{{latex_text(printable(text[6:-1]))}}}"
    if text.startswith(r"\end{"):
        return ""
    if text in SPOKEN:
        return rf"\text{{{latex_text(tell(SPOKEN[text]))}}}"
    return OTHERS.get(text) or words(text)


OTHERS = {
    ":=": ":=",
    "&": "",
    "}": "",
    r"\\": r"\quad",
    r"\mathbb{R}": r"\mathbf{R}",
    "\u00b1": r"\pm",
}
"""Tokens that are set as something else."""
SPOKEN = {r"\therefore": "report.therefore", r"\because": "report.because"}
"""Tokens that are set as words, by the codes of these."""


class TooDeep(Exception):
    """A formula nested more deeply than TeX should be asked to set."""


class Setter:
    """Writes the texts of a formula's tokens as TeX."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts, self.at, self.depth = texts, 0, 0
        self.closed = pairs(texts)

    @property
    def next(self) -> str:
        return self.texts[self.at] if self.at < len(self.texts) else ""

    def row(self, is_end: Callable[[str], bool] = lambda text: False) -> str:
        """What stands up to an end, or to that of the formula."""
        self.depth += 1
        if self.depth > MAXIMAL_DEPTH:
            raise TooDeep
        made = ""
        while self.next and not is_end(self.next):
            part = self.scripted()
            made += f" {part}" if part[:1].isalnum() and COMMAND_AT_END.search(made[-30:]) else part
        self.depth -= 1
        return made.strip()

    def scripted(self) -> str:
        """One thing with its scripts."""
        made = "{}" if self.next in ("^", "_", "'") else self.atom()
        below, above, only_primes = "", "", True
        while self.next in ("^", "_", "'"):
            mark = self.next
            if below if mark == "_" else (above and not only_primes):
                made, below, above, only_primes = f"{{{made}{scripts(below, above)}}}", "", "", True
            self.at += 1
            if mark == "_":
                below = self.argument()
            else:
                above, only_primes = (
                    f"{above} {self.argument() if mark == '^' else chr(92) + 'prime'}".strip(),
                    mark == "'",
                )
        return made + scripts(below, above)

    def argument(self) -> str:
        """The next group without its braces, or the next thing."""
        if self.next == "{":
            return self.group()
        return (
            self.atom()
            if self.next and self.next not in ("}", "^", "_", "'", "&", r"\\") and not self.next.startswith(r"\end{")
            else ""
        )

    def group(self) -> str:
        self.at += 1
        inner = self.row(lambda text: text == "}")
        self.at += 1
        return inner

    def atom(self) -> str:
        """One thing without scripts."""
        text = self.next
        if text == "{":
            return f"{{{self.group()}}}"
        if text.startswith(r"\begin{"):
            return self.environment()
        if self.at in self.closed and any(
            inner.startswith(TALL) for inner in self.texts[self.at : self.closed[self.at]]
        ):
            return self.fenced()
        self.at += 1
        if text in TWO_ARGUMENTS:
            return f"{text}{{{self.argument()}}}{{{self.argument()}}}"
        if text in ONE_ARGUMENT:
            return self.styled(text)
        return leaf(text)

    def styled(self, command: str) -> str:
        degree = ""
        if command == r"\sqrt" and self.next == "[":
            self.at += 1
            degree = f"[{{{self.row(lambda text: text in (']', '}'))}}}]"
            self.at += self.next == "]"
        return f"{ONE_ARGUMENT[command]}{degree}{{{self.argument()}}}"

    def fenced(self) -> str:
        """A pair of brackets that grow with what is tall in them."""
        opened, close = self.next, self.closed[self.at]
        self.at += 1
        whole, self.texts = self.texts, self.texts[:close]
        inner = self.row()
        self.texts, self.at = whole, close + 1
        return rf"\left{opened} {inner} \right{CLOSING[opened]}"

    def environment(self) -> str:
        """A matrix or cases; the rows of any other environment."""
        name = self.next[7:-1].rstrip("*")
        self.at += 1
        if name == "array" and self.next == "{":
            self.group()
        rows: list[list[str]] = [[]]
        while self.next and not self.next.startswith(r"\end{"):
            rows[-1].append(self.row(lambda text: text in ("&", r"\\", "}") or text.startswith(r"\end{")))
            rows += [[]] if self.next == r"\\" else []
            self.at += self.next in ("&", r"\\", "}")
        self.at += 1
        columns = max(map(len, rows))
        if columns > MAXIMAL_COLUMNS:
            return words(tell("report.wide_matrix", columns=columns))
        inner = r" \\ ".join(("{}" if row[0][:1] in ("[", "*") else "") + " & ".join(row) for row in rows if row)
        name = ENVIRONMENTS.get(name, "aligned")
        return rf"\begin{{{name}}}{'{' + 'c' * columns + '}' if name == 'array' else ''} {inner} \end{{{name}}}"


def pairs(texts: Sequence[str]) -> dict[int, int]:
    """Where each bracket is closed that is closed on its own level."""
    found, opened = dict[int, int](), list[int]()
    for place, text in enumerate(texts):
        if text in CLOSING or text == "{" or text.startswith(r"\begin{"):
            opened.append(place)
        elif text == "}" or text.startswith(r"\end{"):
            while opened and texts[opened.pop()] in CLOSING:
                pass
        elif opened and CLOSING.get(texts[opened[-1]]) == text:
            found[opened.pop()] = place
    return found


def scripts(below: str, above: str) -> str:
    """A subscript and a superscript.

    >>> scripts("1", "")
    '_{1}'
    """
    return (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")
