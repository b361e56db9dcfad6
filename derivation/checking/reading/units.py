r"""Units of measure behind numerals: `5\,m/s^{2}`, `2 \cdot 10^{-27}\,\mathrm{kg}`, `80~\text{km/h}`; and by how much one
is more than another.

Names and sizes are those of the SI Brochure (BIPM, 9th edition, 2019), tables 2, 4, 7 and 8.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from flint import fmpq

from derivation.checking.reading.remarks import ENDS, word_of
from derivation.checking.reading.symbols import letter_run
from derivation.checking.reading.tokens import Token, group

ALONE = dict(
    row.split(" ", 1)
    for row in (
        "m m|s s|g 1e-3 kg|A A|K K|mol mol|rad |Hz s-1|N kg m s-2|Pa kg m-1 s-2|J kg m2 s-2|W kg m2 s-3|C A s|"
        "V kg m2 s-3 A-1|T kg s-2 A-1|F A2 s4 kg-1 m-2|Ω kg m2 s-3 A-2|H kg m2 s-2 A-2|eV 1.602176634e-19 kg m2 s-2|L 1e-3 m3|"
        "l 1e-3 m3|bar 1e5 kg m-1 s-2|t 1e3 kg|min 60 s|h 3600 s|Wh 3600 kg m2 s-2|cal 4.184 kg m2 s-2|atm 101325 kg m-1 s-2"
    ).split("|")
)
"""Units by base units."""
PREFIXES = {
    **dict.fromkeys("µμ", "1e-6"),
    **dict(zip("pnmcdhkMG", "1e-12 1e-9 1e-3 1e-2 1e-1 1e2 1e3 1e6 1e9".split(), strict=True)),
}
SURE = frozenset(
    "nm µm μm mm cm dm km µg μg kg ns µs μs kHz MHz GHz kN MN hPa kPa MPa kJ MJ GJ kW MW GW kV kC µC μC nC µF μF nF pF "
    "kΩ MΩ mΩ keV MeV GeV mL mbar mmol kmol kA kWh kcal".split()
)
"""Units with a prefix that hardly mean anything else."""
UNSURE = frozenset("mg ms ml cl dl hl mA mV mN mT mH mF mJ mW mK mC".split())
"""Units that may as well be a product, as m g is."""
PART = re.compile(r"([/·.* ]?)\s*([A-Za-zµμΩ]+)(?:\^?\{?(-?\d)\}?|([²³]))?\s*")
DIMENSION = re.compile(r"([A-Za-z]+)(-?\d*)")
SQUARES = {"²": 2, "³": 3}
MAXIMAL_PARTS = 6
"""Units in one product of them."""
SINGLE = frozenset(["m", "s", "g", "A", "K", "N", "J", "W", "C", "V", "T", "h", "L", "l"])
"""Units of one letter, which an article that writes others so may write as letters, too."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A product of base units, and the number before it."""

    factor: fmpq
    powers: frozenset[tuple[str, int]]


@cache
def unit(text: str) -> Unit | None:
    r"""The unit that a text is; None where it is none.

    >>> unit("km/h").factor, unit("furlong")
    (5/18, None)
    """
    factor, powers, place, count = fmpq(1), Counter[str](), 0, 0
    while place < len(text):
        part = PART.match(text, place)
        base = by_base_units(part[2]) if part else None
        if part is None or base is None or count == MAXIMAL_PARTS:
            return None
        exponent = int(part[3] or SQUARES.get(part[4] or "", 1)) * (-1 if part[1] == "/" else 1)
        factor *= base.factor**exponent
        for name, power in base.powers:
            powers[name] += power * exponent
        place, count = part.end(), count + 1
    return Unit(factor, frozenset((name, power) for name, power in powers.items() if power)) if count else None


def by_base_units(symbol: str) -> Unit | None:
    """One unit, perhaps with a prefix."""
    prefix, stem = ("", symbol) if symbol in ALONE else (symbol[:1], symbol[1:])
    if stem not in ALONE or (prefix and symbol not in SURE | UNSURE):
        return None
    size, names = ALONE[stem].partition(" ")[::2] if ALONE[stem][:1].isdecimal() else ("1", ALONE[stem])
    powers = frozenset((name, int(power or 1)) for name, power in DIMENSION.findall(names))
    return Unit(decimal(size) * decimal(PREFIXES.get(prefix, "1")), powers)


def decimal(text: str) -> fmpq:
    """A decimal numeral as a fraction."""
    digits, _, power = text.partition("e")
    whole, _, places = digits.partition(".")
    return fmpq(int(whole + places)) * fmpq(10) ** (int(power or 0) - len(places))


SPACED = re.compile(rf"[\d}}]\s*+(?:\\[,;: ]|~)\s*+(?:[kcm]?m/m?s|km/h|rad/s|(?:{'|'.join(sorted(SURE))}))(?![A-Za-z])")


def are_spaced(formulas: Iterable[str]) -> bool:
    r"""Whether an article writes units as letters behind a space, `5\,m/s`: one that is no product occurs."""
    return any(SPACED.search(text) for text in formulas)


def with_units(words: list[Token], spaced: bool) -> list[Token]:
    r"""The tokens with each unit of letters as one word: `5\,m/s^{2}` as `5 \text{m/s^2}`."""
    found: list[Token] = []
    at = 0
    while at < len(words):
        made = unit_at(words, at, spaced) if at and ends_number(words, at - 1) else None
        if made is None:
            found.append(words[at])
            at += 1
        else:
            text, end = made
            found.append(Token(f"\\text{{{text}}}", words[at].start, words[end - 1].end, False, True))
            at = end
    return found


def unit_at(words: Sequence[Token], at: int, spaced: bool) -> tuple[str, int] | None:
    """The unit that begins behind a number, and the index behind it, where it is not one word already."""
    is_word = bool(word_of(words[at]))
    if not is_word and not (spaced and words[at].apart):
        return None
    text, start = "", at
    while at < len(words):
        part = word_of(words[at]).replace(" ", ".") if is_word else letters(words, at)
        if not part or not unit(part):
            return None
        text, at = text + part, at + (1 if is_word else len(part))
        if at < len(words) and words[at].text == "^" and text[-1].isalpha():
            power, at = exponent(words, at)
            text += power
        sign = {"/": "/", r"\cdot": "."}.get(words[at].text, "") if at + 1 < len(words) else ""
        if not sign or words[at + 1].text[:1].isdecimal() or (sign == "." and not word_of(words[at + 1])):
            break
        text, at = text + sign, at + 1
    is_same = at == start + 1 and text == word_of(words[start])
    return (text, at) if not is_same and unit(text) and is_end(words, at) else None


def letters(words: Sequence[Token], at: int) -> str:
    """The unit that letters are from here on; nothing where they may be a product."""
    run = letter_run(words, at)
    return run if run in SURE or run in SINGLE or run in ("Hz", "Pa", "min", "mol", "rad", "eV", "bar") else ""


def exponent(words: Sequence[Token], at: int) -> tuple[str, int]:
    """The power behind a unit, as text, and the index behind it."""
    end = group(words, at + 1)
    digits = "".join(word.text for word in words[at + 1 : end] if word.text not in "{}")
    return (f"^{digits}", end) if re.fullmatch(r"-?\d", digits) else ("?", end)


def ends_number(words: Sequence[Token], at: int) -> bool:
    """Whether a number ends here: a numeral, a power of ten, a fraction, a bracket."""
    return words[at].text[:1].isdecimal() or (words[at].text in ("}", ")") and at > 0)


def is_end(words: Sequence[Token], at: int) -> bool:
    """Whether a product ends here."""
    return at >= len(words) or words[at].text in ENDS - {"^"} or bool(word_of(words[at]))


DEGREES = frozenset(["Grad", "degrees", "degree", "deg", "degrés", "grados"])


def sole_unit(words: Sequence[Token]) -> str:
    """The unit of a whole side, which stands at its end and nowhere else; nothing where there is none."""
    found = [word_of(word) for word in words if word_of(word)]
    return found[0] if len(found) == 1 and found[0] == word_of(words[-1]) else ""


def are_coherent(words: Sequence[Token]) -> bool:
    """Whether all units that stand here are products of base units without a number, so that those of a result follow
    from the others."""
    found = [unit(word_of(word)) for word in words if word_of(word)]
    return all(one is not None and one.factor == 1 for one in found)
