"""Numerals as authors spell them: with decimal commas or points, thousands apart, powers of ten behind an e."""

from __future__ import annotations

import re
from collections.abc import Iterable

from derivation.checking.reading.tokens import Token

DECIMAL_COMMA = re.compile(r"(?<![\d,}])0\{,\}\d|(?<![\d,}(\[])0,\d++(?!\s*+[,)\]])|\d\{,\}(?!\d{3}(?!\d))\d")
DECIMAL_POINT = re.compile(r"\d\.\d")


def has_decimal_commas(formulas: Iterable[str]) -> bool:
    """Whether an article writes `0{,}5` or `0,5` for a half: such a numeral occurs, and none with a point."""
    commas = points = 0
    for text in formulas:
        commas += len(DECIMAL_COMMA.findall(text))
        points += len(DECIMAL_POINT.findall(text))
    return commas > points


BARE_E = re.compile(r"(?<![A-Za-z\\])(?<!rm\{)(?<!ext\{)e(?![A-Za-z^_]|[+-]?\d)")
NUMERAL_WITH_E = re.compile(r"([\d.]+)e(-?)(\d+)")


def has_name_e(formulas: Iterable[str]) -> bool:
    """Whether an e stands alone somewhere: then `5e-8` is five times e, less 8."""
    return any(BARE_E.search(text) for text in formulas)


def parted(words: list[Token]) -> list[Token]:
    """The tokens with `5e-8` as five times e, less 8."""
    found: list[Token] = []
    for word in words:
        match = NUMERAL_WITH_E.fullmatch(word.text)
        if not match:
            found.append(word)
            continue
        at = word.start + len(match[1])
        texts = [match[1], "e", *match[2], match[3]]
        places = [word.start, at, *([at + 1] if match[2] else []), at + 1 + len(match[2])]
        ends = [*places[1:], word.end]
        found += [
            Token(text, place, end, k > 0 or word.glued, not k and word.apart)
            for k, (text, place, end) in enumerate(zip(texts, places, ends, strict=True))
        ]
    return found


def numerals(words: list[Token], decimal_comma: bool) -> list[Token]:
    r"""The tokens with commas inside numerals taken out: `0{,}5` is 0.5 in an article with decimal commas, `1{,}000` is
    1000 in any other."""
    words = dotted(words)
    if not any(word.text in (",", "'") for word in words):
        return words
    found: list[Token] = []
    at = depth = below = 0
    words = list(words)
    while at < len(words):
        word = words[at]
        if at >= below and word.text == "_" and at + 1 < len(words) and words[at + 1].text == "{":
            below = closing(words, at + 1)
        depth += (word.text in ("(", "[", r"\{")) - (word.text in (")", "]", r"\}"))
        inner = (
            3
            if [w.text for w in words[at + 1 : at + 4]] == ["{", ",", "}"]
            else 1
            if at + 1 < len(words) and words[at + 1].text == "," and at >= below  # x_{1,2} has two places
            else 0
        )
        last = words[at + inner + 1] if inner and at + inner + 1 < len(words) else None
        glued = inner and all(w.glued for w in words[at + 1 : at + inner + 2])
        thousands = last is not None and len(last.text) == 3 and (inner == 3 or (not depth and word.text[0] != "0"))
        if word.text.isdecimal() and is_thousands(words[at + 1 : at + 3]):
            at += 2
            words[at] = Token(word.text + words[at].text, word.start, words[at].end, word.glued)
        elif last and glued and word.text.isdecimal() and last.text.isdecimal() and (decimal_comma or thousands):
            at += inner + 1
            words[at] = Token(word.text + ("." if decimal_comma else "") + last.text, word.start, last.end, word.glued)
        else:
            found.append(word)
            at += 1
    return found


def closing(words: list[Token], at: int) -> int:
    """The place of the brace that closes the one at a place; that of the end where none does."""
    depth = 0
    for place in range(at, len(words)):
        depth += (words[place].text == "{") - (words[place].text == "}")
        if depth == 0:
            return place
    return len(words)


def is_thousands(words: list[Token]) -> bool:
    """Whether an apostrophe and three digits follow: `1'800` is 1800 in Switzerland."""
    return (
        len(words) == 2
        and words[0].text == "'"
        and words[1].text.isdecimal()
        and len(words[1].text) == 3
        and all(word.glued for word in words)
    )


def dotted(words: list[Token]) -> list[Token]:
    """The tokens with three full stops in a row as dots."""
    if not any(word.text == "." for word in words):
        return words
    found: list[Token] = []
    for word in words:
        found.append(word)
        if [one.text for one in found[-3:]] == ["."] * 3 and all(one.glued for one in found[-2:]):
            found[-3:] = [Token(r"\ldots", found[-3].start, word.end, found[-3].glued)]
    return found
