r"""Names as authors write them: a base with accents, subscripts, labels above, primes; and what a superscript means.

Whether `W^1` is a power or the weights of layer 1 is for the document to say, so symbols are gathered from the whole
article (`Vocabulary`) before any formula is read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from derivation.checking.reading.tokens import Token, Unreadable, group
from derivation.tex.names import GREEK, STYLES

ACCENTS = STYLES | frozenset(
    [
        r"\mathbb",
        r"\mathscr",
        r"\mathfrak",
        r"\bf",
        r"\check",
        r"\breve",
        r"\ddot",
        r"\mathtt",
        r"\textbf",
        r"\textit",
        r"\operatorname",
        r"\overrightarrow",
        r"\overleftrightarrow",
    ]
)
LETTERS = frozenset(f"\\{name}" for name in GREEK) | {
    r"\ell",
    r"\varepsilon",
    r"\vartheta",
    r"\varphi",
    r"\varrho",
    r"\varsigma",
    r"\varSigma",
    r"\varTheta",
    r"\varPhi",
    r"\Delta",
    r"\hbar",
    r"\imath",
    r"\jmath",
}
TRANSPOSED = frozenset(["T", r"\top", r"\text{T}", r"\text{t}", r"\text{tr}"])
UPDATED = frozenset(["new", "neu", "updated", "next", "+", "nouveau", "after"])
CURRENT = frozenset(["old", "alt", "current", "before"])
COMMAND_AT_END = re.compile(r"\\[A-Za-z]++\Z")
MAXIMAL_NAME = 40
"""Letters of one name."""
MAXIMAL_ANGLE = 4
"""Letters of an angle or triangle."""
MAXIMAL_BRACES = 20
"""Braces around a script that are taken off."""
FENCES = {"(": ")", "[": "]", r"\langle": r"\rangle", "<": ">"}


@dataclass(frozen=True, slots=True)
class Symbol:
    r"""A name in a normal form: `\hat{y}_{1}^{(2)}` has base `\hat{y}`, sub `("1",)` and label `("(", "2", ")")`."""

    base: str
    sub: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    primes: int = 0

    @property
    def key(self) -> str:
        """LaTeX that names it: the same for every spelling."""
        return self.base + "'" * self.primes + _script("_", self.sub) + _script("^", self.label)

    @property
    def whole(self) -> Symbol:
        """The symbol without its subscript: the array of which this may be an entry."""
        return replace(self, sub=())

    def __str__(self) -> str:
        return self.key


def _script(mark: str, words: tuple[str, ...]) -> str:
    return f"{mark}{{{joined(words)}}}" if words else ""


def joined(words: Sequence[str]) -> str:
    r"""Tokens as LaTeX, with a space only where TeX needs one."""
    parts, before = list[str](), ""
    for word in words:
        if word[:1].isalpha() and "\\" in before and COMMAND_AT_END.search(before):
            parts.append(" ")
        parts.append(word)
        before = word or before
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class Scripted:
    """A symbol as it stands in the text: its base, and the tokens below and above, in the order of writing."""

    base: str
    sub: tuple[Token, ...]
    sups: tuple[tuple[Token, ...], ...]
    primes: int
    start: int
    after: int


def base(words: Sequence[Token], at: int, vocabulary: Vocabulary | None = None) -> tuple[str, int] | None:
    """The base that begins at a token, and the index behind it; None where no name begins."""
    if at >= len(words):
        return None
    text = words[at].text
    if text in ACCENTS:
        end = group(words, at + 1)
        inner = words[at + 1 : end]
        bare = inner[1:-1] if inner and inner[0].text == "{" else inner
        if not bare or len(bare) > 12:
            return None
        letters = "".join(word.text for word in bare)
        if (
            text in (r"\mathrm", r"\mathit", r"\mathsf", r"\text", r"\operatorname", r"\textit", r"\textbf", r"\mathtt")
            and letters.isalpha()
        ):
            return (f"\\mathrm{{{letters}}}" if len(letters) > 1 else letters), end
        nested = base(bare, 0)
        return (f"{text}{{{joined([word.text for word in bare])}}}", end) if nested else None
    if text.startswith(r"\text{"):
        word = text[6:-1].strip()
        return (word if len(word) == 1 else f"\\mathrm{{{word}}}"), at + 1
    if (
        text == r"\Delta"
        and (vocabulary is None or text not in vocabulary.quantities)
        and (of := base(words, at + 1, vocabulary))
    ):
        return f"{text} {of[0]}", of[1]  # a difference has a name of its own, whatever it is the difference of
    if text in ANGLES or (text == "m" and at + 1 < len(words) and words[at + 1].text in ANGLES):
        return angle(words, at + (text == "m"))
    if text in LETTERS:
        return text, at + 1
    if len(text) == 1 and text.isalpha():
        length = vocabulary.word_length(words, at) if vocabulary else 1
        if length > 1:
            return "".join(word.text for word in words[at : at + length]), at + length
        return text, at + 1
    return None


ANGLES = frozenset([r"\angle", r"\measuredangle", r"\sphericalangle", r"\triangle"])


def angle(words: Sequence[Token], at: int) -> tuple[str, int] | None:
    r"""The name of an angle or triangle: its letters or its number."""
    end = at + 1
    while end < len(words) and len(words[end].text) == 1 and words[end].text.isalnum() and end - at <= MAXIMAL_ANGLE:
        if end > at + 1 and not words[end].glued:
            break
        end += 1
    if end > at + 1:
        return f"{words[at].text} {''.join(word.text for word in words[at + 1 : end])}", end
    inner = base(words, at + 1)
    return (f"{words[at].text} {inner[0]}", inner[1]) if inner else None


def scripted(words: Sequence[Token], at: int, vocabulary: Vocabulary | None = None) -> Scripted | None:
    """The symbol that begins at a token with all its scripts, or None."""
    found = base(words, at, vocabulary)
    if found is None:
        return None
    text, place = found
    sub: tuple[Token, ...] = ()
    sups: list[tuple[Token, ...]] = []
    primes = 0
    if (
        place < len(words)
        and words[place].glued
        and words[place].text.isdecimal()
        and words[place - 1].text[-1:].isalpha()
    ):
        sub, place = (words[place],), place + 1  # x1 is x_1: nobody writes a product so
    while place < len(words):
        mark = words[place].text
        if mark == "'":
            primes += 1
            place += 1
        elif mark == "^" and [word.text for word in words[place + 1 : place + 3]] == ["{", r"\odot"]:
            break  # an entry-by-entry power
        elif mark in "_^":
            inner, place = script(words, place)
            if mark == "^" and all(word.text == "'" for word in inner):
                primes += len(inner)
            elif mark == "^":
                sups.append(inner)
            elif sub:
                raise Unreadable(words[place - 1].start, "reading.two_subscripts")
            else:
                sub = inner
        else:
            break
    return Scripted(text, sub, tuple(sups), primes, words[at].start, place)


def script(words: Sequence[Token], at: int) -> tuple[tuple[Token, ...], int]:
    """The tokens of the script whose mark stands at `at`, and the index behind it."""
    if at + 1 >= len(words):
        raise Unreadable(words[at].start, "reading.nothing_behind", sign=words[at].text)
    first = words[at + 1]
    if first.text == "{":
        end = group(words, at + 1)
        return _bare(tuple(words[at + 2 : end - 1])), end
    if words[at].text == "_" and first.text.isdecimal() and len(first.text) == 2:
        return (first,), at + 2  # z_10, of which nobody means z_1 times 0
    if first.text[0].isdecimal() and len(first.text) > 1:
        sign, text = words[at].text, first.text
        raise Unreadable(
            first.start, "reading.bare_script", script=sign + text, sign=sign, first=text[0], rest=text[1:]
        )
    if first.text in ACCENTS:
        end = group(words, at + 2)
        return tuple(words[at + 1 : end]), end
    return (first,), at + 2


def _bare(words: tuple[Token, ...]) -> tuple[Token, ...]:
    """Scripts without braces of their own: `{{(1)}}` is `(1)`."""
    for _ in range(MAXIMAL_BRACES):
        if not (len(words) > 2 and words[0].text == "{" and group(words, 0) == len(words)):
            break
        words = words[1:-1]
    return words


def texts(words: Sequence[Token]) -> tuple[str, ...]:
    r"""Tokens as texts, words in a text font and runs of letters as one."""
    found: list[str] = []
    for word in words:
        text = word.text[6:-1].strip() if word.text.startswith(r"\text{") else word.text
        if text in ("{", "}", r"\mathrm", r"\text", r"\mathit", r"\mathsf", r"\textit", r"\operatorname"):
            continue
        if found and word.glued and len(text) == 1 and text.isalpha() and found[-1].isalpha():
            found[-1] += text
        else:
            found.append(text)
    return tuple(found)


@dataclass
class Vocabulary:
    """What the article's own declarations say of its symbols."""

    words: set[str] = field(default_factory=set)
    """Runs of letters that are one name: `net`, `out`."""
    labelled: set[str] = field(default_factory=set)
    """Bases whose bare superscripts are labels, since the article declares such names: `W^1 = ...`."""
    powered: set[str] = field(default_factory=set)
    """Bases that have a value of their own without a superscript, so that `x^2` is a square."""
    functions: dict[str, set[int]] = field(default_factory=dict)
    """Names that the article defines as functions, with the numbers of arguments that they take."""
    quantities: set[str] = field(default_factory=set)
    """Keys of symbols that the article gives a value, a formula or a set."""
    spoken: set[str] = field(default_factory=set)
    """Words in a text font that stand elsewhere than behind a numeral: they are no units."""
    operators: set[str] = field(default_factory=set)
    """Signs to which the article gives a meaning of its own: `a \\star b = 2 a + b`."""
    variables: set[str] = field(default_factory=set)
    """Letters that stand for any number where such a sign is defined."""
    degrees: bool = False
    """Whether angles are given in degrees."""
    standing: set[str] = field(default_factory=set)
    """Bases that stand somewhere without a bracket behind them."""
    signed: bool = False
    """Whether `^-` is a label here, and so `^+`."""

    def word_length(self, words: Sequence[Token], at: int) -> int:
        """How many letters from here on are one name."""
        run = letter_run(words, at)
        for length in range(len(run), 1, -1):
            if run[:length] in self.words:
                return length
        return 1

    def is_label(self, base: str, superscript: tuple[str, ...]) -> bool | None:
        """Whether a bare superscript (no bracket around it) is a label; None where the article does not say."""
        integer = all(re.fullmatch(r"\d+", text) for text in superscript)
        if base in self.labelled:
            return None if integer and base in self.powered else True
        if integer:
            return False
        known = all(re.fullmatch(r"\d+|[-+]", text) or text in self.quantities | self.variables for text in superscript)
        return False if known else None


def letter_run(words: Sequence[Token], at: int) -> str:
    """The letters that stand side by side from here on, as far as a name may go."""
    if len(words[at].text) != 1 or not words[at].text.isalpha():
        return ""
    end = at + 1
    while (
        end < len(words)
        and end - at < MAXIMAL_NAME
        and words[end].glued
        and len(words[end].text) == 1
        and words[end].text.isalpha()
    ):
        end += 1
    return "".join(word.text for word in words[at:end])


def is_fenced(words: tuple[str, ...]) -> bool:
    """Whether a superscript stands in brackets of its own: `(1)`, `[l]`."""
    return len(words) > 2 and FENCES.get(words[0]) == words[-1]


def is_arithmetic(shown: tuple[str, ...]) -> bool:
    """Whether a superscript in brackets is to be worked out: `e^{(0.5/2)}`."""
    return any("." in part or part == "/" for part in shown[1:-1])


def marked(sub: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """A subscript without the mark of an updated or current value, and whether it had that of an updated one."""
    if sub and sub[-1] in (UPDATED | CURRENT) - {"+"}:
        rest = sub[:-2] if len(sub) > 1 and sub[-2] == "," else sub[:-1]
        return rest, sub[-1] in UPDATED
    return sub, False
