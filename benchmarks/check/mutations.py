"""Every single change of an article: each number, and each structural slip that authors make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from derivation.check.find import find, source
from derivation.check.source import Formula

LABEL = re.compile(r"[\^_]\{[^{}]*\}|[\^_]\w|\\mathbb\{R\}\^\{?[^}$]*\}?|\\text\{[^}]*\}|\\begin\{[a-z]*\}(?:\{[lcr|]*\})?|\\\\\[[^\]]*\]|10\^\{?-?\d+\}?")


@dataclass(frozen=True)
class Mutation:
    """A changed text, the lines where it may be noticed, and what was done."""

    text: str
    line: int
    what: str


def numbers(text: str, path: str = "article.md") -> Iterator[Mutation]:
    """Every numeral of every formula with its last digit changed, its sign turned, a digit dropped, and exchanged with the next."""
    for formula in (part for part in find(source(path, text)) if isinstance(part, Formula)):
        body = text[formula.start : formula.end]
        hidden = [match.span() for match in LABEL.finditer(body)]
        found = [m for m in re.finditer(r"(?<![\w.\\])\d+(?:\.\d+)?", body) if not any(a <= m.start() < b for a, b in hidden)]
        for place, match in enumerate(found):
            at, numeral = formula.start + match.start(), match[0]
            line = text.count("\n", 0, at) + 1
            last = str((int(numeral[-1]) + 1) % 10)
            yield Mutation(text[:at] + numeral[:-1] + last + text[at + len(numeral) :], line, f"{numeral} -> {numeral[:-1] + last}")
            if float(numeral) != 0 and not re.search(r"[\^_{]\s*$", body[: match.start()]):
                signed = re.search(r"-\s*$", text[:at])
                before = text[: signed.start()] + ("+ " if re.search(r"[\w})]\s*$", text[: signed.start()]) else "") if signed else text[:at] + "-"
                yield Mutation(before + text[at:], line, f"sign of {numeral}")
            if len(numeral) > 1:
                shorter = numeral[:-1].rstrip(".")
                yield Mutation(text[:at] + shorter + text[at + len(numeral) :], line, f"{numeral} -> {shorter}")
            if place + 1 < len(found) and float(found[place + 1][0]) != float(numeral):
                other = found[place + 1]
                start, end = formula.start + other.start(), formula.start + other.end()
                swapped = text[:at] + other[0] + text[at + len(numeral) : start] + numeral + text[end:]
                yield Mutation(swapped, line, f"{numeral} <-> {other[0]}")


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
    formulas = [part for part in find(source(path, text)) if isinstance(part, Formula) and re.search(r"=|\\in|approx", part.text)]
    for what, pattern, replacement in STRUCTURES:
        for match in (match for part in formulas for match in re.compile(pattern).finditer(text, part.start, part.end)):
            changed = replacement(match) if callable(replacement) else match.expand(replacement)
            if changed != match[0]:
                yield Mutation(
                    text[: match.start()] + changed + text[match.end() :],
                    text.count("\n", 0, match.start()) + 1,
                    f"{what}: {text[match.start() - 25 : match.end() + 15]!r}",
                )
