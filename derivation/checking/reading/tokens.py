r"""A formula as tokens, each with its place: commands, numbers, letters, words in a text font, environments.

What only spaces or sizes things is left out here; the author's macros are expanded (`macros.py`), their tokens standing
where the macro was used.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from derivation.checking.sources.source import Formula
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.words.telling import tell


class Unreadable(SyntaxProblem):
    """A place in a formula that cannot be read with certainty, and why: a code and what its sentence is about. It is
    told when it is read, for mostly nobody reads it: something else fits."""

    def __init__(self, at: int, code: str, /, **about: Any) -> None:
        ValueError.__init__(self, code)
        self.at, self.code, self.about = at, code, about

    @property
    def message(self) -> str:  # type: ignore[override]
        """What is said of the place, in the language that is spoken."""
        return tell(self.code, **self.about)

    def __str__(self) -> str:
        return self.message


class Unexpected(Unreadable):
    """A place where something else is expected than what stands there: a code of the words for it, or the very
    signs."""

    @property
    def message(self) -> str:  # type: ignore[override]
        """What is expected, and what stands there."""
        code, found = self.about["expected"], self.about["found"]
        expected = tell(code) if code.startswith("expected.") else repr(code)
        return tell(self.code, expected=expected, found=found or tell("reading.end"))


@dataclass(frozen=True, slots=True)
class Token:
    """`text` in a normal form; `start` and `end` are offsets into the source. `glued` says that nothing stands before
    it, not even a space; `apart` that an author's own space does, a wide one or a tie."""

    text: str
    start: int
    end: int
    glued: bool = False
    apart: bool = False


TOKEN = re.compile(
    r"""
    (?P<comment>%[^\n]*+)
  | \\(?P<edge>begin|end)\s*+\{(?P<environment>[A-Za-z]++\*?)\}
  | \\(?P<font>text(?:rm|bf|it|sf|tt|normal)?|mbox|hbox|operatorname\*?|mathrm|mathit|mathsf|mathtt|mathop|rm|mathnormal)\s*+\{(?P<word>(?>(?:[^{}$\\#]|\\[ _&%,;]|\\[A-Za-z]++|\{[^{}]*+\}|\$[^${}]*+\$)*))\}
  | \\(?P<dropped>label|tag\*?|hspace\*?|vspace\*?|phantom|vphantom|hphantom|color|cite|ref|eqref|rule|href|htmlClass|htmlId)\s*+\{[^{}]*+\}
  | (?P<tag>~\s*+~[~\s]*+\(\d++[a-z]?\)\s*+(?=\Z|\\\\))
  | (?P<ties>~(?>(?:\s*+~)*))
  | (?P<breaks>\\\\(?>(?:\s*+\[\s*+-?[\d.]++\s*+[a-z]{2}\s*+\])?)|\\(?:cr|newline|tabularnewline)(?![A-Za-z]))
  | (?P<start>\\left\s*+\.)
  | (?P<command>\\(?:[A-Za-z]++|[^\\]))
  | (?P<number>(?>\d{1,3}+(?>(?:(?:,\\!|\\,|\{,\\!\}|\{\\,\})\d{3}(?!\d))+)|\d++)(?>(?:\.\d++)?)|\.\d++)
    (?P<power>(?>(?:e(?=-|(?<=(?<![\d.])1e)\d|(?<=\.\de)\d)(?!-1(?!\d)|0\b)|\\(?:text|mathrm)\s*+\{e-?\})\{?-?\d{1,3}\}?)(?![\d.A-Za-z])|)
  | (?P<character>[^\s])
    """,
    re.VERBOSE | re.DOTALL,
)
SPACES = frozenset(
    r"""\left \right \middle \big \Big \bigg \Bigg \bigl \bigr \Bigl \Bigr \biggl \biggr \Biggl \Biggr \bigm \Bigm \, \! \; \: \  \> \displaystyle
    \textstyle \scriptstyle \scriptscriptstyle \limits \nolimits \nonumber \notag \hfill \hline \mathstrut \strut \allowbreak \nobreak \noindent
    \centering \small \footnotesize \large \Large \mathopen \mathclose \mathbin \mathord \mathrel \thinspace \medspace \negthinspace \relax
    \$ \toprule \midrule \bottomrule \enspace \hphantom \smash \/ \mspace""".split()
) | {"\\ ", "\\\n"}
MAXIMAL_DIGITS = 400
"""Digits of one numeral."""
APART = frozenset([r"\,", r"\;", r"\:", r"\>", "\\ ", r"\enspace", r"\thinspace", r"\medspace", r"\quad"])
"""The spaces by which authors hold things apart that stand side by side."""
SEPARATORS = frozenset({r"\quad", r"\qquad"})
SAME = {
    r"\_": "_",
    r"\*": "*",
    r"\div": "/",
    r"\dfrac": r"\frac",
    r"\tfrac": r"\frac",
    r"\cfrac": r"\frac",
    r"\intercal": r"\top",
    r"\lbrack": "[",
    r"\rbrack": "]",
    r"\lparen": "(",
    r"\rparen": ")",
    r"\lbrace": r"\{",
    r"\rbrace": r"\}",
    r"\gets": r"\leftarrow",
    r"\Leftarrow": r"\leftarrow",
    r"\coloneqq": ":=",
    r"\colonequals": ":=",
    r"\triangleq": ":=",
    r"\vcentcolon": ":",
    r"\doteq": "=",
    r"\simeq": r"\approx",
    r"\approxeq": r"\approx",
    r"\cong": r"\approx",
    r"\fallingdotseq": r"\approx",
    r"\ast": "*",
    r"\cdotp": r"\cdot",
    r"\bullet": r"\cdot",
    r"\bm": r"\boldsymbol",
    r"\pmb": r"\boldsymbol",
    r"\widehat": r"\hat",
    r"\overline": r"\bar",
    r"\widetilde": r"\tilde",
    r"\leq": r"\le",
    r"\geq": r"\ge",
    r"\leqslant": r"\le",
    r"\geqslant": r"\ge",
    r"\neq": r"\ne",
    r"\lt": "<",
    r"\gt": ">",
    r"\lvert": "|",
    r"\rvert": "|",
    r"\vert": "|",
    r"\mid": "|",
    r"\lVert": r"\|",
    r"\rVert": r"\|",
    r"\Vert": r"\|",
    r"\prime": "'",
    r"\transpose": r"\top",
    r"\tr": r"\top",
    r"\upsigma": r"\sigma",
    r"\dots": r"\ldots",
    r"\cdots": r"\ldots",
    r"\dotsc": r"\ldots",
    r"\dotsb": r"\ldots",
    r"\odots": r"\odot",
    r"\bigodot": r"\odot",
    "（": "(",
    "）": ")",
    "，": ",",
    "−": "-",
    "–": "-",
    "×": r"\times",
    "·": r"\cdot",
    "⋅": r"\cdot",
    "∗": "*",
    "≈": r"\approx",
    "∂": r"\partial",
    "∇": r"\nabla",
    "⊙": r"\odot",
    "←": r"\leftarrow",
    "∈": r"\in",
    "∑": r"\sum",
    "ℝ": r"\mathbb{R}",
    "⊤": r"\top",
    "′": "'",
    "’": "'",
    "Σ": r"\sum",
    "√": r"\sqrt",
    "≤": r"\le",
    "≥": r"\ge",
}
GREEK_LETTERS = dict(
    zip(
        "αβγδεζηθικλμνξπρστυφχψω",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi "
        "psi omega".split(),
        strict=True,
    )
)
SAME |= {letter: f"\\{name}" for letter, name in GREEK_LETTERS.items()}
WRAPPERS = {
    r"\boxed": 1,
    r"\underbrace": 1,
    r"\overbrace": 1,
    r"\textcolor": 2,
    r"\mathcolor": 2,
    r"\colorbox": 2,
    r"\cancel": 1,
    r"\ensuremath": 1,
    r"\underline": 1,
    r"\fbox": 1,
    r"\mathbin": 1,
    r"\mathop": 1,
}
"""Commands around something that stays as it is: how many groups they take, the last of which is kept."""
OVERSET = frozenset([r"\stackrel", r"\overset", r"\underset"])
MAXIMAL_TOKENS, MAXIMAL_BOXES = 20_000, 30


def tokens(formula: Formula) -> list[Token]:
    r"""The tokens of a formula.

    >>> from derivation.checking.sources.source import Source
    >>> text = r"\left( W_{\text{new}} \right)"
    >>> [token.text for token in tokens(Formula(Source("a.md", text), 0, len(text)))]
    ['(', 'W', '_', '{', '\\text{new}', '}', ')']
    """
    found = scan(formula.source.text, formula.start, formula.end)
    quoted = formula.quoted
    return [token for token in found if token.start not in quoted] if quoted else found


def scan(text: str, start: int, end: int) -> list[Token]:
    """The tokens between two offsets."""
    found: list[Token] = []
    last, apart = -1, False
    for match in TOKEN.finditer(text, start, end):
        token = _normal(match)
        if token:
            apart = apart or bool(match["word"] and match["word"][:1].isspace())
            found.append(Token(token, match.start(), match.end(), match.start() == last and not apart, apart))
            if len(found) > MAXIMAL_TOKENS:
                raise Unreadable(start, "reading.many_tokens", most=MAXIMAL_TOKENS)
            if len(token) > MAXIMAL_DIGITS and match["number"]:
                raise Unreadable(match.start(), "reading.long_numeral", most=MAXIMAL_DIGITS)
        last = match.end()
        apart = match[0] in APART or bool(match["ties"]) or (apart and not token)
    return found


def _normal(match: re.Match[str]) -> str:
    if match["comment"] or match["dropped"] or match["tag"] or match["ties"]:
        return ""
    if match["edge"]:
        return f"\\{match['edge']}{{{match['environment']}}}"
    if match["word"] is not None:
        word = re.sub(r"\\[A-Za-z]++|[{}$]", "", match["word"])
        word = re.sub(r"\\(.)", lambda escaped: " " if escaped[1] in " ,;" else escaped[1], word)
        return f"\\text{{{' '.join(word.split())}}}" if word.strip() else ""
    if match["breaks"]:
        return r"\\"
    if match["start"]:
        return r"\left."
    if match["number"]:
        return re.sub(r"[^\d.]", "", match["number"]) + re.sub(r"\\[a-z]+|[^\deE-]", "", match["power"]).lower()
    text = match[0]
    if text in SEPARATORS:
        return r"\quad"
    return "" if text in SPACES else text


def group(words: Sequence[Token], at: int) -> int:
    """Where the group that begins at `at` ends: the index behind its closing brace, or behind one token."""
    if at >= len(words):
        return at
    if words[at].text != "{":
        return at + 1
    depth = 0
    for place in range(at, len(words)):
        depth += (words[place].text == "{") - (words[place].text == "}")
        if depth == 0:
            return place + 1
    raise Unreadable(words[at].start, "reading.open_brace")


def plain(words: list[Token]) -> list[Token]:
    """The tokens, macros expanded, in one spelling and without what is only there for the eye."""
    return unwrapped(
        unbolded(
            without_empty_braces([replace(word, text=SAME[word.text]) if word.text in SAME else word for word in words])
        )
    )


def without_empty_braces(words: list[Token]) -> list[Token]:
    r"""The tokens without `{}`, which only gives a sign its room: `e ={} & 5`; those that bear a script stay."""
    empty = {
        at
        for at in range(len(words) - 1)
        if words[at].text == "{"
        and words[at + 1].text == "}"
        and (at == 0 or words[at - 1].text in LOOSE)
        and (at + 2 == len(words) or words[at + 2].text not in ("^", "_", "'"))
    }
    return [word for at, word in enumerate(words) if at not in empty and at - 1 not in empty] if empty else words


LOOSE = frozenset(["=", "+", "-", "<", ">", "&", r"\\", r"\approx", r"\cdot", r"\times", r"\le", r"\ge", r"\equiv"])


BOLD = frozenset([r"\mathbf", r"\boldsymbol", r"\mathrm", r"\mathit", r"\mathsf"])
NUMERAL = re.compile(r"\\text\{\s*(\d+\.\d+|\d{2,}|[2-9])\s*\}")


def unbolded(words: list[Token]) -> list[Token]:
    r"""The tokens with numerals in their usual font: `\mathbf{0.72}` is 0.72, but `\mathbf{1}` may be a vector of
    ones."""
    found: list[Token] = []
    at = 0
    while at < len(words):
        word = words[at]
        inner = words[at + 1 : at + 5]
        sign = len(inner) == 4 and inner[1].text == "-"
        end = at + 3 + sign
        numeral = NUMERAL.fullmatch(word.text) or (
            word.text in BOLD
            and end < len(words)
            and inner[0].text == "{"
            and words[end].text == "}"
            and NUMERAL.fullmatch(f"\\text{{{words[end - 1].text}}}")
        )
        if not numeral:
            found.append(word)
        elif word.text in BOLD:
            found += words[at + 2 : end]
            at = end
        else:
            found.append(Token(numeral[1], word.start, word.end, word.glued))
        at += 1
    return found


def unwrapped(words: list[Token]) -> list[Token]:
    r"""The tokens without boxes, colours and braces under a formula: `\boxed{x}` is `{x}`, `\stackrel{!}{=}` is `=`."""
    if not any(word.text in WRAPPERS or word.text in OVERSET for word in words):
        return words
    return _unwrapped(words, 0)


def is_own_sign(before: list[Token], inner: list[Token], after: list[Token]) -> bool:
    r"""Whether a box is an operation of the article's own, of a number in front of what it makes of it: `\boxed{11} =
    2`."""
    texts = [word.text for word in inner if word.text not in "{}"]
    follows = after[0].text if after else ""
    return not before and len(texts) == 1 and texts[0].isdecimal() and follows in ("=", r"\times", r"\cdot", "+", "-")


def _unwrapped(words: list[Token], depth: int) -> list[Token]:
    if depth > MAXIMAL_BOXES:
        raise Unreadable(words[0].start if words else 0, "reading.deep_boxes", most=MAXIMAL_BOXES)
    found: list[Token] = []
    at = 0
    while at < len(words):
        word = words[at]
        groups = 2 if word.text in OVERSET else WRAPPERS.get(word.text, 0)
        if not groups:
            found.append(word)
            at += 1
            continue
        at += 1
        for _ in range(groups):
            begin, at = at, group(words, at)
        inner = _unwrapped(words[begin:at], depth + 1)
        if word.text == r"\boxed" and is_own_sign(found, inner, words[at:]):
            found.append(word)
        bare = inner[1:-1] if len(inner) > 2 and inner[0].text == "{" else inner
        found += bare if len(bare) == 1 or groups == 2 or "brace" in word.text or word.text == r"\boxed" else inner
        if "brace" in word.text and at < len(words) and words[at].text in "_^":
            at = group(words, at + 1)
    return found
