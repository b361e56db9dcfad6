r"""Older ways of writing: `{5 \choose 2}` and `{1 \over 2}`, and decimals that repeat, `0.\overline{7}`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derivation.checking.reading.tokens import Token, Unreadable, group

INFIXED = {r"\choose": r"\binom", r"\over": r"\frac"}
MAXIMAL_DIGITS = 30


def prefixed(words: list[Token]) -> list[Token]:
    r"""The tokens with `{a \over b}` as `{\frac{a}{b}}`, and repeating decimals as fractions."""
    texts = {word.text for word in words}
    if r"\bar" in texts and any("." in text for text in texts):
        words = without_repetition(words)
    return _prefixed(words) if texts & {*INFIXED} else words


def _prefixed(words: list[Token]) -> list[Token]:
    at = next((k for k, word in enumerate(words) if word.text in INFIXED), len(words))
    begin = _opening(words, at)
    if at == len(words) or begin is None:
        return words
    try:
        end = group(words, begin)
    except Unreadable:
        return words
    sign, opening, closing = words[at], words[begin], words[end - 1]
    command = replace(sign, text=INFIXED[sign.text])
    inner = [command, opening, *words[begin + 1 : at], closing, opening, *words[at + 1 : end - 1], closing]
    return _prefixed([*words[: begin + 1], *inner, *words[end - 1 :]])


def _opening(words: Sequence[Token], at: int) -> int | None:
    """Where the group begins in which a token stands."""
    depth = 0
    for place in range(at - 1, -1, -1):
        depth += (words[place].text == "}") - (words[place].text == "{")
        if depth < 0:
            return place
    return None


def without_repetition(words: list[Token]) -> list[Token]:
    r"""The tokens with `0.1\overline{6}` as a fraction."""
    found, at = list[Token](), 0
    while at < len(words):
        parts = [word.text for word in words[at : at + 6]]
        dotted = len(parts) > 1 and parts[1] == "."
        repeated = parts[2:] if dotted else parts[1:]
        if (
            parts[0][:1].isdecimal()
            and (dotted or "." in parts[0])
            and repeated[:2] == [r"\bar", "{"]
            and repeated[2:3] != []
            and repeated[2].isdecimal()
            and repeated[3:4] == ["}"]
            and len(repeated[2]) <= MAXIMAL_DIGITS
        ):
            length = 5 + dotted
            found += _fraction(words[at], parts[0], repeated[2], words[at + length - 1].end)
            at += length
        else:
            found.append(words[at])
            at += 1
    return found


def _fraction(first: Token, numeral: str, repeated: str, end: int) -> list[Token]:
    whole, _, places = numeral.partition(".")
    above = int(whole + places + repeated) - int(whole + places)
    below = (10 ** len(repeated) - 1) * 10 ** len(places)
    texts = ["{", r"\frac", "{", str(above), "}", "{", str(below), "}", "}"]
    return [replace(first, text=text, end=end) for text in texts]
