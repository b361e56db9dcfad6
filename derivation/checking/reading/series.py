"""Sums and products over an index, roots, binomials, absolute values and norms, and what is taken at a point."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import partial, reduce

from derivation.checking.reading.reader import Reader
from derivation.checking.reading.symbols import Symbol, joined, script, texts
from derivation.checking.reading.tokens import Token, Unreadable
from derivation.checking.reading.trees import Tree, nodes
from derivation.formulas.operations import heads

MAXIMAL_BINOMIAL, MAXIMAL_FACTORS = 200, 6
NORMS: dict[tuple[str, ...], str] = {
    ("2",): heads.NORM,
    ("F",): heads.NORM,
    ("1",): "norm_1",
    (r"\infty",): "norm_infinity",
}
"""Norms by the subscript behind them."""


def absolute(reader: Reader) -> Tree:
    start = reader.at
    bar = reader.take("|", r"\|")
    reader.bars += 1
    inner = reader.sum()
    reader.bars -= 1
    reader.expect(bar)
    head = heads.NORM if bar == r"\|" else "det" if inner.head == "matrix" else heads.ABS
    if reader.next == "_":
        index, reader.place = script(reader.words, reader.place)
        order = texts(index)
        if order not in NORMS and (len(order) != 1 or not re.fullmatch("[3-9]", order[0])):
            raise Unreadable(start, "reading.other_norm")
        if order not in NORMS:
            return Tree("norm_p", (inner, Tree("number", order, start)), start)
        head = NORMS[order]
    return Tree(head, (inner,), start)


def whole(reader: Reader) -> Tree:
    r"""`\lfloor x \rfloor` and `\lceil x \rceil`."""
    start, up = reader.at, reader.next == r"\lceil"
    reader.place += 1
    inner = reader.sum()
    reader.expect(r"\rceil" if up else r"\rfloor")
    if not up:
        return Tree("call", (heads.FLOOR, inner), start)
    down = Tree("call", (heads.FLOOR, Tree("u-", (Tree("group", (inner,), start),), start)), start)
    return Tree("group", (Tree("u-", (down,), start),), start)


def root(reader: Reader) -> Tree:
    start = reader.at
    reader.expect(r"\sqrt")
    if reader.next != "[":
        return Tree("call", (heads.SQRT, reader.inner(reader.group())), start)
    order, close = reader.peek(), reader.peek(2)
    if not order.isdecimal() or close != "]" or int(order) < 2:
        raise Unreadable(start, "reading.other_root")
    reader.place += 3
    inner = reader.inner(reader.group())
    inverse = Tree("frac", (Tree("number", ("1",), start), Tree("number", (order,), start)), start)
    if inner.head == "u-" and int(order) % 2:  # the real root of a negative number
        return Tree("group", (Tree("u-", (Tree("^", (inner.args[0], inverse), start),), start),), start)
    return Tree("^", (Tree("group", (inner,), start), inverse), start)


def binomial(reader: Reader) -> Tree:
    r"""`\binom{5}{2}`, of numerals."""
    start = reader.at
    reader.place += 1
    words, below = reader.group(), "".join(texts(reader.group()))
    above = "".join(texts(words))
    if above.isdecimal() and below.isdecimal() and int(above) <= MAXIMAL_BINOMIAL:
        return Tree("number", (str(math.comb(int(above), int(below))),), start)
    if not below.isdecimal() or not 0 < int(below) <= MAXIMAL_FACTORS:
        raise Unreadable(start, "reading.binomial")
    first = reader.inner(words)
    count = Tree("number", (str(math.factorial(int(below))),), start)
    return Tree("frac", (reduce(partial(multiplied, start), falling(first, int(below))), count), start)


def falling(first: Tree, count: int) -> Iterator[Tree]:
    """n, n - 1, n - 2 ..."""
    group = Tree("group", (first,), first.start)
    yield group
    for k in range(1, count):
        yield Tree("group", (Tree("-", (group, Tree("number", (str(k),), first.start)), first.start),), first.start)


def multiplied(start: int, first: Tree, second: Tree) -> Tree:
    return Tree(r"\cdot", (first, second), start)


def divisor(reader: Reader) -> Tree:
    r"""`\gcd(12, 18)`, `\operatorname{lcm}(4, 6)`, of numerals; of anything else a quantity with that name."""
    start, text = reader.at, reader.next
    reader.place += 1
    begin = reader.place
    if reader.next != "(":
        raise reader.problem("(")
    arguments = reader.arguments()
    if all(argument.head == "number" and argument.args[0].isdecimal() for argument in arguments):
        found = DIVISORS[text](*(int(argument.args[0]) for argument in arguments))
        return Tree("number", (str(found),), start)
    shown = joined([word.text for word in reader.words[begin : reader.place]])
    return Tree("name", (Symbol(f"{text}{shown}"),), start)


DIVISORS = {r"\gcd": math.gcd, r"\lcm": math.lcm, r"\text{gcd}": math.gcd, r"\text{lcm}": math.lcm}


def total(reader: Reader) -> Tree:
    """A sum or a product over an index, as far as a product goes."""
    start, head = reader.at, heads.SUM if reader.take(r"\sum") else heads.PROD
    reader.take(r"\prod")
    below: tuple[str, ...] = ()
    above: Tree | None = None
    low: Tree | None = None
    while reader.next in ("_", "^") and reader.next:
        mark = reader.next
        inner, reader.place = script(reader.words, reader.place)
        if mark == "^":
            above = reader.inner(inner)
        else:
            below = texts(inner)
            equals = next((k for k, word in enumerate(inner) if word.text == "="), None)
            if equals is not None:
                below, low = texts(inner[:equals]), reader.inner(inner[equals + 1 :])
    if (below or above) and (len(below) != 1 or not below[0].isalpha()):
        raise Unreadable(start, "reading.unclear_sum")
    minus = reader.take("-")
    body = reader.entrywise()
    if minus:
        body = Tree("u-", (body,), start)
    if not below:
        letters = indices(body)
        if len(letters) > 1:
            raise Unreadable(start, "reading.unclear_sum")
        return Tree(head, (*letters, None, None, body), start) if letters else Tree("in_all", (head, body), start)
    if len(below[0]) == 2 and head == heads.SUM and low is None and above is None:  # over both indices of a matrix
        below, body = (below[0][0],), Tree(head, (below[0][1], None, None, body), start)
    return Tree(head, (below[0], low, above, body), start)


def indices(body: Tree) -> set[str]:
    """The letters below names, over which a sum that names none may go."""
    subs = (node.args[0].sub for node in nodes(body) if node.head == "name")
    return {word for sub in subs for word in sub if len(word) == 1 and word.islower()}


def evaluated(reader: Reader) -> Tree:
    r"""`\left. x^2 \right|_{x = 3}`: what stands before the bar, at a point."""
    reader.expect(r"\left.")
    reader.bars += 1
    inner = reader.sum()
    reader.bars -= 1
    if reader.next != "|" or reader.peek() != "_":
        raise reader.problem("|")
    return at_point(reader, inner)


def at_point(reader: Reader, inner: Tree) -> Tree:
    """What stands before a bar, at the point that the subscript behind it names."""
    start = reader.at
    reader.expect("|")
    words, reader.place = script(reader.words, reader.place)
    name, value = equated(words)
    if not name or not value:
        raise Unreadable(start, "reading.point")
    variable = reader.inner(name)
    if variable.head != "name":
        raise Unreadable(start, "reading.point")
    return Tree("where", (inner, variable, reader.inner(value)), inner.start)


def equated(words: Sequence[Token]) -> tuple[Sequence[Token], Sequence[Token]]:
    """What stands on both sides of an equals sign."""
    at = next((k for k, word in enumerate(words) if word.text == "="), len(words))
    return words[:at], words[at + 1 :]
