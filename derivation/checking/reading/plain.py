r"""The tokens of a formula in one spelling, without what is only there for the eye: boxes, colours, bold numerals, braces
that give a sign its room."""

from __future__ import annotations

import re
from dataclasses import replace

from derivation.checking.reading.tokens import SAME, Token, Unreadable, group

WRAPPERS = {
    r"\boxed": 1,
    r"\underbrace": 1,
    r"\overbrace": 1,
    r"\textcolor": 2,
    r"\mathcolor": 2,
    r"\colorbox": 2,
    r"\cancel": 1,
    r"\bcancel": 1,
    r"\xcancel": 1,
    r"\Aboxed": 1,
    r"\framebox": 1,
    r"\fcolorbox": 3,
    r"\underbracket": 1,
    r"\overbracket": 1,
    r"\underparen": 1,
    r"\overparen": 1,
    r"\mathclap": 1,
    r"\mathllap": 1,
    r"\mathrlap": 1,
    r"\mathopen": 1,
    r"\mathclose": 1,
    r"\mathord": 1,
    r"\mathrel": 1,
    r"\ensuremath": 1,
    r"\underline": 1,
    r"\fbox": 1,
    r"\mathbin": 1,
    r"\mathop": 1,
}
"""Commands around something that stays as it is: how many groups they take, the last of which is kept."""
BOXES = frozenset([r"\boxed", r"\Aboxed", r"\fbox", r"\framebox", r"\ensuremath"])
"""Those that may stand around whole equalities."""
OVERSET = frozenset([r"\stackrel", r"\overset", r"\underset"])
MAXIMAL_BOXES, MAXIMAL_BRACED = 30, 500


def plain(words: list[Token]) -> list[Token]:
    """The tokens, macros expanded, in one spelling and without what is only there for the eye."""
    spelled = [replace(word, text=SAME[word.text]) if word.text in SAME else word for word in words]
    return unwrapped(unbolded(bare_scripts(without_empty_braces(without_outer_braces(spelled)))))


def without_outer_braces(words: list[Token]) -> list[Token]:
    r"""The tokens without braces around all of them, as converters write them: `{\displaystyle x = 1}`."""
    if not words or words[0].text != "{" or words[-1].text != "}":
        return words
    depth = 0
    for word in words[:-1]:
        depth += (word.text == "{") - (word.text == "}")
        if depth == 0:
            return words
    if depth != 1:
        return words
    return without_outer_braces(words[1:-1]) if len(words) < MAXIMAL_BRACED else words[1:-1]


def without_empty_braces(words: list[Token]) -> list[Token]:
    r"""The tokens without braces that only give a sign its room: `e ={} & 5`, `2{\times}3`; those that bear a script
    stay."""
    empty = {
        at
        for at in range(len(words) - 1)
        if words[at].text == "{"
        and words[at + 1].text == "}"
        and (at == 0 or words[at - 1].text in LOOSE)
        and (at + 2 == len(words) or words[at + 2].text not in ("^", "_", "'"))
    }
    around = {
        at
        for at in range(1, len(words) - 2)
        if words[at].text == "{"
        and words[at + 1].text in LOOSE
        and words[at + 2].text == "}"
        and (words[at - 1].text in (")", "]", "&") or words[at - 1].text[-1].isalnum())
        and words[at - 1].text[0] != "\\"
    }
    left = empty | {at + 1 for at in empty} | around | {at + 2 for at in around}
    return [word for at, word in enumerate(words) if at not in left] if left else words


def bare_scripts(words: list[Token]) -> list[Token]:
    r"""The tokens without braces around a script and its mark: `\delta{_2}` is `\delta_2`."""
    dropped = set[int]()
    for at in range(1, len(words) - 1):
        if words[at].text == "{" and words[at + 1].text in ("_", "^") and words[at - 1].text[-1:].isalpha():
            end = group(words, at) - 1
            if group(words, at + 2) == end:
                dropped |= {at, end}
    ends = {at - 1: words[at].end for at in dropped if words[at].text == "}"}
    kept = (at for at in range(len(words)) if at not in dropped)
    return [replace(words[at], end=ends.get(at, words[at].end)) for at in kept] if dropped else words


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
        inner = [token for token in inner if token.text != "$"]
        if word.text == r"\boxed" and is_own_sign(found, inner, words[at:]):
            found.append(word)
        bare = inner[1:-1] if len(inner) > 1 and inner[0].text == "{" else inner
        is_under = word.text.endswith(("brace", "bracket", "paren"))
        found += bare if len(bare) == 1 or groups > 1 or is_under or word.text in BOXES or len(inner) == 2 else inner
        if is_under and at < len(words) and words[at].text in "_^":
            at = group(words, at + 1)
    return found
