"""Numerals, what may stand behind them, and the number pi."""

from __future__ import annotations

import math
from decimal import Decimal

from derivation.checking.reading.tokens import Unreadable
from derivation.checking.reading.trees import Tree
from derivation.checking.sources.units import measure
from derivation.formulas.operations import heads

MAXIMAL_FACTORIAL = 60


def plain(text: str) -> str:
    """A numeral in the form of a `number` term."""
    return f"0{text}" if text.startswith(".") else text


def repeating(text: str) -> tuple[str, str] | None:
    """Numerator and denominator of a numeral whose last digit goes on for ever; None where it may not.

    >>> repeating("0.8333"), repeating("1.0488")
    (('75', '90'), None)
    """
    whole, _, places = text.partition(".")
    if len(set(places[-3:])) != 1 or len(places) < 2:
        return None
    digits, last = places.rstrip(places[-1]), places[-1]
    return str(int(f"{whole}{digits}" or 0) * 9 + int(last)), str(9 * 10 ** len(digits))


def percent(tree: Tree, start: int) -> Tree:
    """A numeral in hundredths: as many digits of it are known."""
    if tree.head != "number":
        raise Unreadable(start, "reading.per_cent")
    return Tree("number", (plain(f"{Decimal(tree.args[0]).scaleb(-2):f}"), tree.args[0]), tree.start)


def measured(tree: Tree, words: str) -> Tree:
    """A numeral with what the words behind it measure, if that is known."""
    found = measure(words)
    return tree if found is None or tree.args[1:] else Tree("number", (*tree.args, found), tree.start)


def factorial(tree: Tree, start: int) -> Tree:
    if tree.head != "number" or not tree.args[0].isdecimal() or int(tree.args[0]) > MAXIMAL_FACTORIAL:
        raise Unreadable(start, "reading.factorial")
    return Tree("number", (str(math.factorial(int(tree.args[0]))),), tree.start)


def double_factorial(tree: Tree, start: int) -> Tree:
    """The product of every second number: 7!! = 7 5 3."""
    if tree.head != "number" or not tree.args[0].isdecimal() or int(tree.args[0]) > MAXIMAL_FACTORIAL:
        raise Unreadable(start, "reading.factorial")
    return Tree("number", (str(math.prod(range(int(tree.args[0]), 0, -2))),), tree.start)


def pi(start: int) -> Tree:
    r"""The number \pi by a function of the table: the normal density at 0 is 1/\sqrt{2 \pi}."""
    one, two, zero = (Tree("number", (text,), start) for text in "120")
    density = Tree("call", (heads.NORMAL_PDF, zero), start)
    return Tree("frac", (one, Tree(r"\cdot", (two, Tree("^", (density, two), start)), start)), start)


POSTFIXES = {"!": factorial, r"\%": percent}
