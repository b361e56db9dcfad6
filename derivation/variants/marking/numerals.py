"""What students write for numbers: decimals with a point or a comma, fractions, per cent, powers of ten, all kinds of minus."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from flint import fmpq

from ...numbers import exact, magnitude

MINUS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"), "-")
SPACE = re.compile(r"[\s\u00a0\u2009\u200b\u202f\ufeff]+")
LEAD = re.compile(r"\A[=≈~]+")
DECIMAL = r"(?:\d+(?:\.\d*)?|\.\d+)"
NUMBER = re.compile(rf"([+-]?)({DECIMAL})(?:e([+-]?\d+)|(?:\*|x|·|×|⋅)10\^?\(?([+-]?\d+)\)?)?(%?)", re.IGNORECASE)
THOUSANDS = ((re.compile(r"\d{1,3}(?:,\d{3})+\.\d+"), ",", "."), (re.compile(r"\d{1,3}(?:\.\d{3})+,\d+"), ".", ","))
MAXIMAL_LENGTH = 80
MAXIMAL_EXPONENT = 60


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number that was read: its value, the significant digits it was written with, and one unit of the last of them; 0 for a fraction."""

    value: fmpq
    digits: int
    unit: fmpq


class Unreadable(ValueError):
    """A text that is no number, and what it should be."""


def read(text: str) -> Numeral | None:
    """The number that a text stands for; None where nothing is written. Raises `Unreadable`.

    >>> [str(read(text).value) for text in ("1,5", "-5/8", "\u22120.250", "2.5e-3", "12 %", "1.234,5")]
    ['3/2', '-5/8', '-1/4', '1/400', '3/25', '2469/2']
    """
    plain = unicodedata.normalize("NFKC", text.strip()[: MAXIMAL_LENGTH + 1]).translate(MINUS).replace("\u2044", "/").strip()
    if not plain or set(plain) <= {"-"}:
        return None
    if len(plain) > MAXIMAL_LENGTH:
        raise Unreadable(f"is longer than {MAXIMAL_LENGTH} characters")
    if re.search(r"\d\s+\d+\s*/", plain):
        raise Unreadable("could be a mixed number; write it as one fraction or as a decimal")
    plain = LEAD.sub("", SPACE.sub("", plain))
    above, slash, below = plain.partition("/")
    if not slash:
        return _decimal(above)
    divisor = _decimal(below.strip("()")).value
    if divisor == 0:
        raise Unreadable("divides by zero")
    return Numeral(_decimal(above.strip("()")).value / divisor, 0, fmpq(0))


def _decimal(text: str) -> Numeral:
    match = NUMBER.fullmatch(_with_point(text))
    if not match:
        raise Unreadable("is no number; write a decimal such as -0.25 or -0,25, or a fraction such as -1/4")
    sign, digits, power, other, percent = match.groups()
    scale = int(power or other or 0) - (2 if percent else 0)
    if abs(scale) > MAXIMAL_EXPONENT:
        raise Unreadable(f"has a power of ten beyond {MAXIMAL_EXPONENT}")
    whole, _, fraction = digits.partition(".")
    value = exact(f"{sign.replace('+', '')}{whole or 0}.{fraction or 0}e{scale}")
    unit = fmpq(10) ** (scale - len(fraction))
    return Numeral(value, magnitude(value / unit) + 1 if value else 0, unit)


def _with_point(text: str) -> str:
    """The text with a decimal point, and no marks between thousands."""
    for pattern, mark, point in THOUSANDS:
        if pattern.fullmatch(text.lstrip("+-")):
            return text.replace(mark, "").replace(point, ".")
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
