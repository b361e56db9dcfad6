"""Every single change of an article: each number, and each structural slip that authors make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from tokenize import TokenError

import sympy
from sympy.parsing.sympy_parser import auto_number, rationalize

from derivation.checking.sources.find import find, source
from derivation.checking.sources.source import Formula

LABEL = re.compile(
    r"[\^_]\{[^{}]*\}|[\^_]\w|\\mathbb\{R\}\^\{?[^}$]*\}?|\\text\{[^}]*\}|\\begin\{[a-z]*\}(?:\{[lcr|]*\})?|\\\\\[[^\]]*\]|10\^\{?-?\d+\}?"
)


@dataclass(frozen=True)
class Mutation:
    """A changed text, the offset and line of the change, and what was done."""

    text: str
    at: int
    line: int
    what: str

    @property
    def is_rounding(self) -> bool:
        """Whether a numeral was shortened to its own rounding."""
        was, _, now = self.what.partition(" -> ")
        if not re.fullmatch(r"[\d.]+|\d+\{,\}\d+", now) or len(now) >= len(was):
            return False
        return abs(value(was) - value(now)) <= Fraction(1, 2 * 10 ** len(re.split(r"\.|\{,\}", now + ".")[1]))


NUMERAL = re.compile(r"(?<![\w.\\])(?<!\{,\})\d+(?:(?:\.|\{,\})\d+)?")


def numbers(text: str, path: str = "article.md") -> Iterator[Mutation]:
    """Every numeral of every formula with its last digit changed, its sign turned, a digit dropped, and exchanged with
    the next, where that changes what the arithmetic gives."""
    for formula in (part for part in find(source(path, text)) if isinstance(part, Formula)):
        body = text[formula.start : formula.end]
        hidden = [match.span() for match in LABEL.finditer(body)]
        found = [match for match in NUMERAL.finditer(body) if not any(a <= match.start() < b for a, b in hidden)]
        for place, match in enumerate(found):
            at, numeral = formula.start + match.start(), match[0]
            rest = text[at + len(numeral) :]
            changes = [(text[:at] + other + rest, f"{numeral} -> {other}") for other in others(numeral)]
            if value(numeral) != 0 and not re.search(r"[\^_{]\s*$", body[: match.start()]):
                signed = re.search(r"-\s*$", text[:at])
                before = (
                    text[: signed.start()] + ("+ " if re.search(r"[\w})]\s*$", text[: signed.start()]) else "")
                    if signed
                    else text[:at] + "-"
                )
                changes.append((before + text[at:], f"sign of {numeral}"))
            following = found[place + 1] if place + 1 < len(found) else None
            if following and value(following[0]) != value(numeral):
                start, end = formula.start + following.start(), formula.start + following.end()
                changes.append(
                    (
                        text[:at] + following[0] + text[at + len(numeral) : start] + numeral + text[end:],
                        f"{numeral} <-> {following[0]}",
                    )
                )
            made = (Mutation(changed, at, text.count("\n", 0, at) + 1, what) for changed, what in changes)
            yield from (mutation for mutation in made if not is_harmless(text, mutation))


def value(numeral: str) -> Fraction:
    return Fraction(numeral.replace("{,}", "."))


RELATION = re.compile(r"=|\\approx|&|\\\\|\$|\\\[|\\\]|\\quad|\\qquad|\\begin\{\w+\*?\}|\\end\{\w+\*?\}|\n\n|(?<=\d), ")


def worth(text: str, at: int) -> Fraction | None:
    """The value of the arithmetic around a place, between two relations or cells; None where it is more than numerals,
    brackets and four signs."""
    begin = max((match.end() for match in RELATION.finditer(text, 0, at)), default=0)
    following = RELATION.search(text, at)
    side = text[begin : following.start() if following else None].replace("{,}", ".")
    for _ in range(3):
        side = re.sub(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", side)
    side = re.sub(r"\\cdot|\\times", "*", re.sub(r"\\(?:left|right|big|,|!)", "", side)).rstrip(" .,")
    side = re.sub(r"(?<=[\d)])\s*\(", "*(", side).replace("^2", "**2")
    if not re.fullmatch(r"[\d.+\-*/()\s]+", side):
        return None
    try:
        return Fraction(str(sympy.Rational(sympy.parse_expr(side, transformations=(auto_number, rationalize)))))
    except (SyntaxError, TokenError, TypeError, ValueError, ZeroDivisionError):
        return None


def is_harmless(before: str, mutation: Mutation) -> bool:
    """Whether the change leaves the value of the arithmetic around it as it was: factors or summands exchanged, the
    sign of both factors."""
    was = worth(before, mutation.at)
    return was is not None and was == worth(mutation.text, mutation.at)


def others(numeral: str) -> Iterator[str]:
    """The numeral with another last digit, and without it."""
    yield numeral[:-1] + str((int(numeral[-1]) + 1) % 10)
    shorter = re.sub(r"(?:\.|\{,\})$", "", numeral[:-1])
    if shorter and value(shorter) != value(numeral):
        yield shorter


STRUCTURES = (
    ("a transpose dropped", r"\^\\top|\^T\b|\^\{\\top\}", ""),
    ("a product for entry by entry", r"\\odot", r"\\cdot"),
    ("entry by entry for a product", r"(?<=\}) (?=h\^\\top|x\^\\top)", r" \\odot "),
    ("layer 1 for 2", r"(?<=W\^\{\()1(?=\)\})", "2"),
    ("layer 2 for 1", r"(?<=W\^\{\()2(?=\)\})", "1"),
    ("bias 1 for 2", r"(?<=b\^\{\()1(?=\)\})", "2"),
    ("bias 2 for 1", r"(?<=b\^\{\()2(?=\)\})", "1"),
    ("a sign flipped", r"(?<=[\w)}] )- (?=[\\\w])", "+ "),
    ("a sign flipped", r"(?<=[\w)}] )\+ (?=[\\\w])", "- "),
    ("a prime dropped", r"\}'(?=\()", "}"),
    ("a rate dropped", r"\\alpha (?=\\frac|\\nabla)", ""),
    ("1/2 made 1/3", r"\\frac\{1\}\{2\}", r"\\frac{1}{3}"),
    ("a shape", r"(?<=\\mathbb\{R\}\^)(\d)", lambda m: str(int(m[0]) + 1)),
    ("a shape", r"(?<=\\mathbb\{R\}\^\{)(\d)", lambda m: str(int(m[0]) + 1)),
    ("a shape", r"(?<=\\times )(\d)(?=\})", lambda m: str(int(m[0]) + 1)),
)


def structures(text: str, path: str = "article.md") -> Iterator[Mutation]:
    """Every place in a formula that states something where one of the structural slips can be made."""
    formulas = [
        part
        for part in find(source(path, text))
        if isinstance(part, Formula) and re.search(r"=|\\in|approx", part.text)
    ]
    for what, pattern, replacement in STRUCTURES:
        for match in (match for part in formulas for match in re.compile(pattern).finditer(text, part.start, part.end)):
            changed = replacement(match) if callable(replacement) else match.expand(replacement)
            if changed != match[0]:
                yield Mutation(
                    text[: match.start()] + changed + text[match.end() :],
                    match.start(),
                    text.count("\n", 0, match.start()) + 1,
                    f"{what}: {text[match.start() - 25 : match.end() + 15]!r}",
                )
