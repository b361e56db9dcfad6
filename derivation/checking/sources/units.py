"""Units that convert into each other exactly: by families, with what each is in the smallest of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

FAMILIES: Mapping[str, Mapping[str, str]] = {
    "time": {
        "1/1000": "ms millisecond",
        "1": "s sec second sekunde seconde segundo",
        "60": "min minute minuto",
        "3600": "h hr hour stunde std heure hora",
        "86400": "day tag jour día dia",
        "604800": "wk week woche semaine semana",
    },
    "calendar": {"1": "month monat mois mes mese", "12": "yr year jahr an année año"},
    "length": {
        "1/1000": "mm millimeter millimetre",
        "1/100": "cm centimeter centimetre zentimeter",
        "1/10": "dm decimeter dezimeter",
        "1": "m meter metre mètre metro",
        "1000": "km kilometer kilometre kilomètre kilómetro",
    },
    "imperial length": {"1": "in inch", "12": "ft foot", "36": "yd yard", "63360": "mi mile"},
    "mass": {
        "1/1000": "mg milligram",
        "1": "g gram gramm gramme gramo",
        "1000": "kg kilogram kilogramm kilogramme kilo kilogramo",
        "1000000": "tonne",
    },
    "imperial mass": {"1": "oz ounce", "16": "lb pound"},
    "volume": {"1": "ml milliliter millilitre", "10": "cl", "1000": "l liter litre litro"},
    "imperial volume": {"1": "cup", "2": "pint", "4": "quart qt", "16": "gallon gal"},
    "dollars": {"1": "cent penny", "100": "dollar usd buck"},
    "euros": {"100": "euro eur"},
    "pounds": {"1": "pence", "100": "gbp"},
    "rupees": {"1": "paisa paise", "100": "rs rupee"},
    "bytes": {"1": "byte"},
    "kilobytes": {"1": "kb kib kilobyte"},
    "megabytes": {"1": "mb mib megabyte"},
    "gigabytes": {"1": "gb gib gigabyte"},
    "": {"12": "dozen dutzend douzaine docena", "1000": "thousand tausend mille mil", "1000000": "million mio"},
}
"""Dozens and thousands are of no family: they are numbers."""
KINDS: Mapping[str, str] = {
    "calendar": "time",
    **{f"imperial {kind}": kind for kind in ("length", "mass", "volume")},
    **dict.fromkeys(("euros", "pounds", "rupees"), "dollars"),
    **dict.fromkeys(("kilobytes", "megabytes", "gigabytes"), "bytes"),
}
"""Families that measure the same as another one, by a factor that is not told exactly, or not always the same."""
COINS = {"5": "nickel", "10": "dime", "25": "quarter"}
"""Coins, which nobody counts in unless they are named."""
PLURALS = {
    "feet": "foot",
    "inches": "inch",
    "pennies": "penny",
    "stunden": "stunde",
    "minuten": "minute",
    "sekunden": "sekunde",
    "tage": "tag",
    "wochen": "woche",
    "monate": "monat",
    "jahre": "jahr",
    "días": "día",
    "meses": "mes",
    "mio.": "mio",
}
"""Plurals that do more than take an s or n."""
SHORT = frozenset(["hr", "yd", "lb", "wk", "yr", "oz"])
"""Abbreviations that take the s of the plural."""
ABBREVIATIONS = {"mph": "mile/hour", "kmh": "km/h", "kph": "km/h", "mps": "m/s", "fps": "foot/second"}


@dataclass(frozen=True, slots=True)
class Measure:
    """What a unit stands for: the power of each family in it, and its size in their smallest."""

    powers: tuple[tuple[str, int], ...]
    factor: Fraction


def forms(name: str) -> tuple[str, ...]:
    """A unit's name with its plurals; an abbreviation has none, but for a few."""
    if len(name) > 2:
        return (name, f"{name}s", f"{name}n")
    return (name, f"{name}s") if name in SHORT else (name,)


UNITS: Mapping[str, tuple[str, str]] = {
    form: (family, factor)
    for family, rows in (*FAMILIES.items(), ("dollars", COINS))
    for factor, names in rows.items()
    for name in names.split()
    for form in forms(name)
}
"""Every form of every unit, with its family and its size."""


PER = frozenset(["per", "pro", "par", "por"])
CURRENCIES = {"$": "dollar", "€": "euro", "£": "gbp", "₹": "rupee", "¢": "cent"}


def known(word: str) -> tuple[str, str] | None:
    """The family and size of a unit; None where it is none."""
    text = word.lower().rstrip(".")
    return UNITS.get(PLURALS.get(text, text))


def family(word: str) -> str | None:
    """The family of a unit; None for a word that is none."""
    found = known(word.partition("/")[0])
    return found[0] if found else None


def one_word(words: str) -> str:
    """The words of a unit as one: `miles per hour` is `miles/hour`, `$` is a dollar.

    >>> one_word("miles per hour"), one_word("$/shirt")
    ('miles/hour', 'dollar/shirt')
    """
    spelled = "".join(CURRENCIES.get(sign, sign) for sign in ABBREVIATIONS.get(words, words))
    parts = ("/" if word in PER else word for word in spelled.replace("/", " / ").split())
    return " ".join(parts).replace(" / ", "/")


def measure(words: str) -> Measure | None:
    """What words behind a number measure; None where one of them is no unit that is known.

    >>> measure("feet/second").factor, measure("miles per hour").powers, measure("apples")
    (Fraction(12, 1), (('imperial length', 1), ('time', -1)), None)
    """
    above, *below = one_word(words).split("/")
    powers, factor = Counter[str](), Fraction(1)
    for sign, part in ((1, above), *((-1, part) for part in below)):
        found = known(part.strip())
        if found is None:
            return None
        powers[found[0]] += sign
        factor *= Fraction(found[1]) ** sign
    return Measure(tuple(sorted((name, power) for name, power in powers.items() if name and power)), factor)
