r"""Words in a formula: a unit behind a numeral, the name of a quantity, or a remark that ends what stands before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derivation.checking.reading.tokens import Token

SPEECH = frozenset(
    [
        "and",
        "or",
        "where",
        "with",
        "for",
        "if",
        "so",
        "since",
        "because",
        "then",
        "thus",
        "hence",
        "otherwise",
        "when",
        "und",
        "wobei",
        "mit",
        "also",
        "denn",
        "da",
        "by",
        "as",
        "is",
        "i.e.",
        "else",
        "therefore",
        "let",
        "oder",
        "et",
        "ou",
        "donc",
    ]
)
"""Words that are no names."""
UNITS = frozenset(
    [
        "m",
        "cm",
        "mm",
        "km",
        "dm",
        "nm",
        "s",
        "ms",
        "min",
        "h",
        "hr",
        "hrs",
        "hour",
        "hours",
        "sec",
        "seconds",
        "minutes",
        "days",
        "g",
        "kg",
        "mg",
        "lb",
        "lbs",
        "oz",
        "ft",
        "in",
        "yd",
        "mi",
        "mph",
        "kmh",
        "km/h",
        "m/s",
        "L",
        "l",
        "ml",
        "mL",
        "J",
        "kJ",
        "N",
        "W",
        "kW",
        "V",
        "A",
        "Hz",
        "Pa",
        "K",
        "mol",
        "USD",
        "EUR",
        "dollars",
        "dollar",
        "cents",
        "euros",
        "units",
        "square",
        "miles",
        "inches",
        "feet",
        "meters",
        "yards",
        "years",
        "degrees",
        "points",
    ]
)
"""Units that may stand right behind a numeral, without a space."""
OPERATORS = frozenset(["+", "-", r"\cdot", r"\times", "*", "/", r"\div"])
RELATIONS = frozenset(["=", r"\approx", r"\equiv", r"\leftarrow", ":=", "<", ">", r"\le", r"\ge", r"\ne", r"\to"])
ENDS = OPERATORS | RELATIONS | {")", "]", "}", ",", ";", ".", "&", r"\\", "^", r"\quad"}


def word_of(token: Token) -> str:
    """The word that a token is; nothing where it is none."""
    return token.text[6:-1] if token.text.startswith(r"\text{") else ""


def is_speech(word: str) -> bool:
    """Whether a text is said, not a name: a word of speech, or several that begin with one."""
    return word.lower().partition(" ")[0].rstrip(",:.") in SPEECH


def is_unit(words: Sequence[Token], place: int) -> bool:
    r"""Whether a text stands behind a numeral as its unit or label: `3 \text{ kg} + ...`, `14 \text{ hours (a)}`."""
    word = word_of(words[place])
    before = words[place - 1].text if place else ""
    after = words[place + 1].text if place + 1 < len(words) else r"\\"
    return (
        bool(word)
        and (before[:1].isdecimal() or before == r"\%" or (words[place].apart and before in ("}", ")")))
        and after in ENDS
        and (words[place].apart or word in UNITS)
        and not is_speech(word)
    )


def units(words: Sequence[Token]) -> frozenset[str]:
    """The units that stand in a side, each as its first word without the s of the plural."""
    found = (word_of(words[place]).split() for place in range(len(words)) if is_unit(words, place))
    return frozenset(unit[0].lower().removesuffix("s") or unit[0] for unit in found)


def is_one_word(word: str) -> bool:
    return re.fullmatch(r"[\w.\-/^²³]+", word) is not None


def is_prose(words: Sequence[Token], place: int) -> bool:
    """Whether a text in a formula is a remark, not a name: more than a word, or a word of speech."""
    word = word_of(words[place])
    if not word:
        return False
    before = words[place - 1].text if place else ""
    after = words[place + 1].text if place + 1 < len(words) else ""
    if after in RELATIONS and (place == 0 or before in (*RELATIONS, "&", r"\\")):
        return False  # the left side is called so
    if is_unit(words, place) and (is_one_word(word) or after not in ("", r"\\")):
        return False
    if is_operand(before, after) and not is_speech(word):
        return False
    if before[:1].isdecimal() and not after:
        return True  # a unit
    if before in ("_", "^", "{", r"\partial"):
        return False
    return not is_one_word(word) or "/" in word or word.lower() in SPEECH


def is_operand(before: str, after: str) -> bool:
    r"""Whether what stands between two signs is a part of the formula: `= \text{Bob's age} - 4`."""
    if before in OPERATORS or before in RELATIONS:
        return after in OPERATORS or after in RELATIONS
    return not before and after in OPERATORS - {"-"}
