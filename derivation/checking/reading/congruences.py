r"""Congruences: the modulus that a formula names, and whether a side is whole numbers alone, so that it has a residue.

`a \equiv b \pmod{n}` says less than that a and b are equal, and `\equiv` is a congruence wherever an article reckons
modulo something; elsewhere it is an equals sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from derivation.checking.reading.tokens import Token, Unreadable, group

MODULO = frozenset([r"\pmod", r"\mod", r"\pod", r"\bmod", r"\text{mod}"])
SPOKEN = re.compile(r"\\[pb]?(?:mod|pod)(?![a-zA-Z])|\bmod(?:ulo)?\b|\bcongruen|\bresidue", re.IGNORECASE)
"""Signs and words by which an article reckons modulo something."""
WHOLE = frozenset(["+", "-", r"\cdot", r"\times", "*", "(", ")", "[", "]", "{", "}", "^"])


def is_modular(texts: Iterable[str]) -> bool:
    """Whether an article reckons modulo something."""
    return any(SPOKEN.search(text) for text in texts)


def without_moduli(words: Sequence[Token]) -> tuple[list[Token], int]:
    r"""The tokens without `\pmod{n}`, and n; 0 where there is none, or not one alone, or it is no numeral."""
    left, moduli, at = list[Token](), set[str](), 0
    while at < len(words):
        fenced = words[at].text == "(" and at + 1 < len(words) and words[at + 1].text in MODULO
        if not fenced and (words[at].text not in MODULO or words[at].text == r"\bmod"):
            left.append(words[at])
            at += 1
            continue
        begin = at + 1 + fenced
        at = _end(words, begin)
        moduli.add("".join(word.text for word in words[begin:at] if word.text not in "{}()"))
        at += at < len(words) and words[at].text == ")" and fenced
    only = moduli.pop() if len(moduli) == 1 else ""
    return left, int(only) if only.isdecimal() else 0


def _end(words: Sequence[Token], at: int) -> int:
    try:
        return group(words, at)
    except Unreadable:
        return len(words)


def is_whole(words: Sequence[Token]) -> bool:
    """Whether a side is whole numbers with plus, minus, times and powers."""
    return all(word.text.isdecimal() or word.text in WHOLE for word in words)
