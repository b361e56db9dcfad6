"""What students write for numbers: decimals with a point or a comma, fractions, per cent, powers of ten, all kinds of
minus."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from flint import fmpq

from derivation.formulas.decimals import magnitude
from derivation.formulas.numbers import exact
from derivation.words.telling import tell

SIGNS = (
    dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"), "-")
    | dict.fromkeys(map(ord, "’ʼ＇"), "'")
    | {0x2044: "/"}
)
SPACE = re.compile(r"[\s\u200b\ufeff]+")
APART = re.compile(r"\d\s+(?!\d{3}(?!\d))\d")
"""Digits behind a space that are no group of three."""
MIXED = re.compile(r"\d\s+\d+\s*/|\d\s*[\u00bc-\u00be\u2150-\u215f\u2189]")
LEAD = re.compile(r"\A[=≈~]+")
RAISED = re.compile("[⁰¹²³⁴-⁹⁺⁻⁽⁾]+")
LOWERED = re.compile("[₀-₎]")
DECIMAL = r"(?:\d+(?:\.\d*)?|\.\d+)"
NUMBER = re.compile(rf"([+-]?)({DECIMAL})(?:e([+-]?\d+)|(?:\*|x|·|×|⋅)10\^\(?([+-]?\d+)\)?)?(%?)", re.IGNORECASE)
MANTISSA = re.compile(r"[\d.,']+")
GROUPED = (
    (re.compile(r"\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}"), ",", "."),
    (re.compile(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}"), ".", ","),
    (re.compile(r"\d{1,3}(?:'\d{3})+(?:\.\d+)?"), "'", "."),
    (re.compile(r"\d{1,3}(?:'\d{3})+,\d+"), "'", ","),
)
"""Numbers with marks between thousands, that mark, and the one before decimals."""
TWOFOLD = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
"""A mark that may stand between thousands or before decimals."""
SIMPLE = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?", re.ASCII)
"""Most numbers, at a glance."""
SINGLE = re.compile(r"(?<![\d.,'’])\d*([.,])\d+(?![\d.,])")
MAXIMAL_LENGTH = 80
MAXIMAL_EXPONENT = 60


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number that was read: its value, the significant digits it was written with, and one unit of the last of them;
    0 for a fraction."""

    value: fmpq
    digits: int
    unit: fmpq


class NoNumeral(ValueError):
    """A text that is no number, and what it should be."""


class Twofold(NoNumeral):
    """A text that can be read as two numbers."""


def read(text: str, mark: str = "") -> Numeral | None:
    """The number that a text stands for; None where nothing is written. Raises `NoNumeral`.

    `mark` is a comma where that is known to stand before decimals (`decimal_mark`). Without it, 1,234 could be two
    numbers.

    >>> [str(read(text).value) for text in ("1,5", "-5/8", "\u22120.250", "2.5e-3", "12 %", "1.234,5", "1'234.5")]
    ['3/2', '-5/8', '-1/4', '1/400', '3/25', '2469/2', '2469/2']
    >>> read("1,234")
    Traceback (most recent call last):
    derivation.exercises.numerals.Twofold: can be 1234 or 1.234; write 1234 or 1.234
    """
    if mark != "," and SIMPLE.fullmatch(text):
        return _number(text)
    plain = _plain(text)
    if not plain or set(plain) <= {"-"}:
        return None
    if len(plain) > MAXIMAL_LENGTH:
        raise NoNumeral(tell("numerals.too_long", most=MAXIMAL_LENGTH))
    if MIXED.search(text[: MAXIMAL_LENGTH + 1]) or MIXED.search(plain):
        raise NoNumeral(tell("numerals.mixed"))
    if APART.search(plain):
        raise NoNumeral(tell("numerals.apart"))
    above, slash, below = LEAD.sub("", SPACE.sub("", plain)).partition("/")
    if not slash:
        return _decimal(above, mark)
    divisor = _decimal(below.strip("()"), mark).value
    if divisor == 0:
        raise NoNumeral(tell("numerals.by_zero"))
    return Numeral(_decimal(above.strip("()"), mark).value / divisor, 0, fmpq(0))


def other_reading(text: str) -> fmpq | None:
    """The whole number that a text may be, where its mark may stand between thousands and was read before decimals; None
    where there is no such mark.

    >>> other_reading("-1,234"), other_reading("12,34"), other_reading("0,123")
    (-1234, None, None)
    """
    plain = _plain(text)
    return exact(re.sub(r"[.,]", "", plain)) if TWOFOLD.fullmatch(plain.lstrip("-")) else None


def is_number(text: str) -> bool:
    """Whether a text is a number, or the dash that says that there is none; what begins with = is a formula."""
    try:
        read(text)
    except Twofold:
        return True
    except NoNumeral:
        return False
    return not _plain(text).startswith("=")


def decimal_mark(texts: Iterable[str], usual: str = ".") -> str:
    """A comma where texts show that it stands before decimals, and none has a point there; where they show nothing,
    and the comma is what the sheet itself has there.

    >>> decimal_mark(["0,5", "1,234"]), decimal_mark(["0.5", "1,234"]), decimal_mark(["1,234", "2"])
    (',', '', '')
    >>> decimal_mark(["1,234", "2"], usual=","), decimal_mark(["0.5", "1,234"], usual=",")
    (',', '')
    """
    written = tuple(texts)
    if not any("," in text for text in written):
        return ""
    found = {
        match[1]
        for text in written
        for match in SINGLE.finditer(text[:MAXIMAL_LENGTH])
        if not TWOFOLD.fullmatch(match[0])
    }
    return "," if (found or {usual}) == {","} else ""


def _plain(text: str) -> str:
    """The text in plain letters; raised digits are a power, lowered ones belong to no number."""
    text = RAISED.sub(lambda match: "^" + match[0], LOWERED.sub("_", text.strip()[: MAXIMAL_LENGTH + 1]))
    return unicodedata.normalize("NFKC", text).translate(SIGNS).strip()


def _decimal(text: str, mark: str) -> Numeral:
    return _number(MANTISSA.sub(lambda found: _with_point(found[0], mark), text, count=1))


def _number(text: str) -> Numeral:
    match = NUMBER.fullmatch(text)
    if not match:
        raise NoNumeral(tell("numerals.none"))
    sign, digits, power, other, percent = match.groups()
    scale = int(power or other or 0) - (2 if percent else 0)
    if abs(scale) > MAXIMAL_EXPONENT:
        raise NoNumeral(tell("numerals.power", most=MAXIMAL_EXPONENT))
    whole, _, fraction = digits.partition(".")
    value = exact(f"{sign.replace('+', '')}{whole or 0}.{fraction or 0}e{scale}")
    unit = fmpq(10) ** (scale - len(fraction))
    return Numeral(value, magnitude(value / unit) + 1 if value else 0, unit)


def _with_point(text: str, mark: str) -> str:
    """A number without signs with a decimal point, and no marks between thousands."""
    for pattern, between, point in GROUPED:
        if pattern.fullmatch(text):
            return text.replace(between, "").replace(point, ".")
    if TWOFOLD.fullmatch(text) and ("," in text) != (mark == ","):
        first, second = re.sub(r"[.,]", "", text), re.sub(r"[.,]", mark or ".", text)
        raise Twofold(tell("numerals.twofold", first=first, second=second))
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
