r"""Arithmetic as people type it into a text: numerals, signs, words and relations, each with its place.

What a number, a date or a version is made of looks alike, so what is more than a number is one lexeme, of which nothing
is claimed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from derivation.checking.sources.units import UNITS

GROUPED = "\u00a0\u2009\u202f'’"
"""What stands between groups of three digits in any language, besides the comma and the point."""
POINT = rf"\d{{1,3}}(?>(?:[,{GROUPED}]\d{{3}})+)(?!\d)(?:\.\d++)?|\d++(?:\.\d++)?|(?<![\d.])\.\d++"
COMMA = rf"\d{{1,3}}(?>(?:[.\x20{GROUPED}]\d{{3}})+)(?!\d)(?:,\d++)?|\d++(?:[.,]\d++)?"
LEXEME = r"""
    (?P<calendar>\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}\.\d{{1,2}}\.\d{{2,4}}|\d++:\d++(?::\d++)*|v?(?!\d{{1,3}}(?:\.\d{{3}})+(?![.\d]))\d++(?:\.\d++){{2,}}|0[xX][\da-fA-F]++
        |0\d++(?![.,\d])|\d++(?:st|nd|rd|th)\b|\d++(?:_\d++)+|v\d++(?:\.\d++)+|\.{{2,}}|…|\#\S*+)
  | (?P<number>{numeral})(?:[eE](?P<exponent>[-+]?\d{{1,3}})(?![\w.]))?
  | (?P<part>[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])
  | (?P<foreign>={{2,}}|!=|<=|>=|=>|:=|\+=|-=|\*=|/=|=~|->|-->|<-|\+\+|//|<|>|\||[\[\]{{}};:?@&]|\\(?![$*%]))
  | (?P<relation>=|≈|≃|≅|~=|\b(?:is\s+equal\s+to|equals?(?:\s+to)?|ist\s+gleich|ergibt|égale|est\s+égale?\s+à|es\s+igual\s+a|é\s+igual\s+a)\b)
  | (?P<about>~(?=\s?[\d$€£])|\b(?:about|approximately|roughly|around|nearly|almost|approx\.|ca\.|circa|etwa|rund|ungefähr|environ|aproximadamente)(?=\s))
  | (?P<power>(?<=[\w)])\*\*(?=[\d(A-Za-z])|\^)
  | (?P<times>[×·⋅∙∗]|(?<=[\d)])[xX](?=\d)|(?<=[\x20\t])[xX](?=[\x20\t]++\\?(?:-(?=[\d.$]))?(?:[\d($€£.½¼¾]|Rs\b|US\$))|\b(?:times|multiplied\s+by|mal|fois|multiplié\s+par|multiplicado\s+por|por)\b)
  | (?P<over>[/÷]|\b(?:divided\s+by|geteilt\s+durch|durch|divisé\s+par|dividido\s+(?:por|entre|en))\b)
  | (?P<plus>\+|\b(?:plus|más|mais)\b)
  | (?P<minus>[-−–—]|\b(?:minus|moins|menos)\b)
  | (?P<of>\b(?:of|von|de|del|des|der)(?:\s+(?:the|these|those|all|dem|den|les|la|los|las))?(?=\s+(?:\\?[\d$€£(]|[b-zB-Z](?![\w'’]))))
  | (?P<star>\*++)
  | (?P<percent>\\?%|\b(?:percent|per\s?cent|pct|Prozent|pour\s?cent|por\s?ciento)\b)
  | (?P<money>(?:US|A|C|NZ)?\\?\$|[€£¥₹]|\bRs\.?(?=\s?\d)|\b(?:USD|EUR|GBP|CHF)(?=\s?\d))
  | (?P<square>[²³])
  | (?P<bang>!)
  | (?P<root>√|\b(?:the\s+)?square\s+root\s+of\b|(?<![A-Za-z])sqrt(?=\())
  | (?P<open>\()
  | (?P<close>\))
  | (?P<letter>π)
  | (?P<word>[^\W\d_]++(?>(?:['’.\-/][^\W\d_]++|[²³])*)(?P<index>_?\d*+))
  | (?P<comma>,)
  | (?P<stop>[.])
  | (?P<mark>[`_~"“”„»«'’]|<br\s*/?>)
  | (?P<space>\s++)
  | (?P<other>.)
"""
DECIMAL_COMMA = re.compile(r"(?<![\d.,])\d++,\d{1,2}(?![\d,]|\s*,)|(?<![\d.,])0,\d++(?![\d,])|\.\d{3},\d")
DECIMAL_POINT = re.compile(r"\d\.\d{1,2}(?![\d.])|(?<![\d.])0\.\d|\d,\d{3}(?!\d)")
ENDS = frozenset(["number", "part", "percent", "close", "square", "bang", "letter", "money", "word"])
BEGINS = frozenset(["number", "part", "open", "letter", "money", "root", "minus"])
"""Kinds of lexemes that an operand may end or begin with."""
LETTER = re.compile(r"[^\W\d_IàÀéóÓ]_?\d*")
"""A letter that may stand for a number, with an index at most."""
MAXIMAL_PRODUCT = 3
"""Letters of a word that may be a product of names."""
PARTS = dict(zip("½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞", "1/2 1/3 2/3 1/4 3/4 1/5 2/5 3/5 4/5 1/6 5/6 1/8 3/8 5/8 7/8".split(), strict=True))
"""Fractions that are one letter."""
TIMES = "times"
"""What a sign of multiplication is."""


@dataclass(frozen=True, slots=True)
class Lexeme:
    """What stands at a place: its kind, a normal form, and offsets into the text. `glued` says that nothing stands before
    it, not even a space."""

    kind: str
    text: str
    start: int
    end: int
    glued: bool = False


def has_decimal_commas(texts: Iterable[str]) -> bool:
    """Whether a document writes `2,5` for two and a half: such numerals occur, and fewer with a point.

    >>> has_decimal_commas(["2,5 * 4 = 10"]), has_decimal_commas(["2,500 * 4 = 10,000"])
    (True, False)
    """
    commas = points = 0
    for text in texts:
        commas += len(DECIMAL_COMMA.findall(text))
        points += len(DECIMAL_POINT.findall(text))
    return commas > points


@cache
def pattern(decimal_comma: bool) -> re.Pattern[str]:
    return re.compile(LEXEME.format(numeral=COMMA if decimal_comma else POINT), re.VERBOSE | re.DOTALL)


def lexemes(text: str, start: int, end: int, decimal_comma: bool = False) -> Iterator[Lexeme]:
    """The lexemes between two offsets, spaces and marks of emphasis left out.

    >>> [lexeme.text for lexeme in lexemes("He paid $1,200 x 3 = $3,600.", 8, 27)]
    ['$', '1200', 'x', '3', '=', '$', '3600']
    """
    last = -1
    for match in pattern(decimal_comma).finditer(text, start, end):
        kind = match.lastgroup or "other"
        kind = "number" if kind == "exponent" else "word" if kind == "index" else kind
        if kind == "word" and LETTER.fullmatch(match[0]):
            kind = "letter"
        if kind not in ("space", "mark"):
            shown = numeral(match, decimal_comma) if kind == "number" else match[0]
            yield Lexeme(kind, shown, match.start(), match.end(), match.start() == last)
        if kind != "mark":
            last = match.end() if kind != "space" else -1


def numeral(match: re.Match[str], decimal_comma: bool) -> str:
    """A numeral with a decimal point and nothing between its digits."""
    text = match["number"]
    if decimal_comma and ("," in text or not DECIMAL_POINT.search(text)):
        text = text.replace(".", "").replace(",", ".")
    text = re.sub(r"[^\d.]", "", text)
    text = f"0{text}" if text.startswith(".") else text
    return f"{text}e{match['exponent'].lstrip('+')}" if match["exponent"] else text


def with_units(words: Sequence[Lexeme], names: frozenset[str]) -> list[Lexeme]:
    """The lexemes with letters behind numerals as units, `5 m`, unless they are names of the document, and `a` as a word
    before another; words made of names, `xy`, are products, of which nothing is claimed."""
    found: list[Lexeme] = []
    for word, after in zip(words, (*words[1:], None), strict=True):
        is_behind = bool(found) and found[-1].kind == "number"
        is_unit = word.text not in names and (word.text in UNITS or (word.text.isupper() and not word.glued))
        is_article = word.text in "aA" and after is not None and after.kind == "word"
        if word.kind == "letter" and (is_article or (is_behind and is_unit)):
            word = replace(word, kind="word")
        elif word.kind == "word" and len(word.text) <= MAXIMAL_PRODUCT and names.issuperset(word.text):
            word = replace(word, kind="calendar")
        found.append(word)
    return found


def without_emphasis(words: Sequence[Lexeme]) -> list[Lexeme]:
    """The lexemes without the stars that emphasize: `**3 + 4 = 7**`."""
    found: list[Lexeme] = []
    clings, opened = True, False
    for before, word, after in zip((None, *words), words, (*words[1:], None), strict=False):
        is_kept = word.kind != "star" or not is_emphasis(before, word, after, opened)
        if is_kept:
            found.append(word if clings else replace(word, glued=False))
        opened = opened ^ (not is_kept and word.text == "*")
        clings = is_kept
    return found


def is_emphasis(before: Lexeme | None, star: Lexeme, after: Lexeme | None, opened: bool) -> bool:
    """Whether a star clings to what it emphasizes, rather than to stand between two factors; `opened` where another one
    is waiting for its end."""
    if star.text != "*" or before is None or after is None:
        return True
    if star.glued == after.glued:
        return star.glued and after.kind not in BEGINS | {"word"}
    is_word = before.kind == "word" and (after.glued or opened)
    return is_word or before.kind not in ENDS or after.kind not in BEGINS


def names(words: Sequence[Lexeme]) -> Iterator[str]:
    """The letters that stand beside a sign, and not behind a numeral: `m = 3`."""
    for before, word, after in zip((None, *words), words, (*words[1:], None), strict=False):
        if (
            word.kind == "letter"
            and not (before and before.kind == "number")
            and after
            and after.kind in ("relation", "plus", "times", "over", "star")
        ):
            yield word.text
