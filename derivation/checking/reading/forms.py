"""Brackets, environments and commands: what may begin a part of a side, other than a name or a number."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from derivation.checking.reading.derivatives import fraction, nabla, slashed_derivative, slashed_partial
from derivation.checking.reading.functions import SPOKEN
from derivation.checking.reading.matrices import determinant, environment, spaced_row
from derivation.checking.reading.names import call, named
from derivation.checking.reading.reader import BARS, PRODUCTS, Forms, Reader
from derivation.checking.reading.series import (
    DIVISORS,
    absolute,
    at_point,
    binomial,
    divisor,
    evaluated,
    root,
    total,
    whole,
)
from derivation.checking.reading.symbols import (
    LETTERS,
    TRANSPOSED,
    Scripted,
    Symbol,
    Vocabulary,
    script,
    scripted,
    texts,
)
from derivation.checking.reading.tokens import Token, Unreadable, group
from derivation.checking.reading.trees import LISTS, Tree, nodes


def bracket(reader: Reader) -> Tree:
    start = reader.at
    if reader.next == "{" and not is_signed_operand(reader) and (bare := spliced(reader)):
        return bare
    if row := spaced_row(reader):
        return row
    close = {"(": ")", "[": "]", r"\{": r"\}", "{": "}"}[reader.take("(", "[", r"\{", "{")]
    items, marks = [reader.comparison()], ""
    while mark := reader.take(",", ";"):
        marks += mark
        items.append(reader.comparison())
    reader.expect(close)
    if marks:
        if close not in (")", "]"):
            raise Unreadable(start, "reading.set")
        return listed(reader, items, marks, start)
    if items[0].head == "compare" and close == "]":
        return Tree("indicator", items[0].args, start)
    if reader.next == "_" and items[0].head == "name" and not items[0].args[0].sub:  # (W)_{12}
        inner, reader.place = script(reader.words, reader.place)
        symbol = items[0].args[0]
        return Tree("name", (Symbol(symbol.base, texts(inner), symbol.label, symbol.primes),), start)
    return Tree("group", (items[0],), start)


def listed(reader: Reader, items: list[Tree], marks: str, start: int) -> Tree:
    """What stands side by side, or below each other, in a bracket."""
    if {*marks} == {",", ";"}:  # [1, 2; 3, 4]
        rows = [[items[0]]]
        for mark, item in zip(marks, items[1:], strict=True):
            rows.append([item]) if mark == ";" else rows[-1].append(item)
        if len({*map(len, rows)}) == 1:
            return Tree("matrix", tuple(Tree("row", tuple(row), row[0].start) for row in rows), start)
    if reader.next == "^" and all(map(is_scalar, items)):
        inner, after = script(reader.words, reader.place)
        if texts(inner)[0] in TRANSPOSED:
            reader.place = after  # (1, 2)^T is the column that (1, 2) is, too
    return Tree("column" if marks[0] == ";" else "tuple", tuple(items), start)


def is_scalar(item: Tree) -> bool:
    """Whether an item of a list is surely no array."""
    return not any(node.head in ("name", "matrix", *LISTS) for node in nodes(item))


def is_signed_operand(reader: Reader) -> bool:
    r"""Whether braces behind an operator hold a number with its sign: `2 \cdot {-3}`."""
    before = reader.words[reader.place - 1].text if reader.place else "+"
    return reader.peek() == "-" and reader.peek(2) != "}" and before in ("+", "-", *PRODUCTS)


def spliced(reader: Reader) -> Tree | None:
    """Braces that do not show are no brackets: what they hold is read as if they were not there, unless a script needs
    them."""
    end = group(reader.words, reader.place)
    after = reader.words[end].text if end < len(reader.words) else ""
    if after in ("^", "_", "'"):
        return None
    if end - reader.place == 2:
        raise Unreadable(reader.at, "reading.nothing_between")
    del reader.words[end - 1], reader.words[reader.place]
    return reader.factor()


def indicator(reader: Reader) -> Tree:
    start = reader.at
    reader.place = group(reader.words, reader.place + 1)
    if reader.next == "_":
        inner, reader.place = script(reader.words, reader.place)
        words = [word for word in inner if word.text not in (r"\{", r"\}", "{", "}", "[", "]")]
        if sizes := SIZES.fullmatch("".join(word.text for word in words)):
            return Tree("ones", (sizes[1], sizes[2] or "1"), start)
        condition = reader.inner(words)
    else:
        condition = reader.arguments()[0]
    if condition.head != "compare":
        raise Unreadable(start, "reading.indicator_of_no_comparison")
    return Tree("indicator", condition.args, start)


SIZES = re.compile(r"(\d+)(?:\\times(\d+))?")
"""Rows and columns below or above an array: `2 \\times 3`, or the rows of a column alone."""
UNIT = re.compile(r"(\d{1,6})(?:,(\d{1,6}))?")
"""The place of the only 1 of an array."""


def unit(reader: Reader) -> Tree | None:
    r"""`\mathbf{e}_2^{3 \times 1}`, an array of these rows and columns that is 1 at one place and 0 elsewhere."""
    found = scripted(reader.words, reader.place, reader.vocabulary)
    if found is None or found.base not in (r"\mathbf{e}", "e") or len(found.sups) != 1 or found.primes:
        return None
    place, sizes = UNIT.fullmatch("".join(texts(found.sub))), SIZES.fullmatch("".join(texts(found.sups[0])))
    if not place or not sizes or not sizes[2]:
        return None
    reader.place = found.after
    return Tree("unit", (sizes[1], sizes[2], place[1], place[2] or "1"), found.start)


def styled(reader: Reader) -> Tree:
    r"""`\mathbb{1}[z > 0]` and `\mathbf{1}[...]` are indicators, `\mathbf{e}_2^{3 \times 1}` is a unit vector; any
    other letter in such a font is a name."""
    if (
        reader.peek() == "{"
        and reader.peek(2) in ("1", "I")
        and reader.peek(3) == "}"
        and reader.peek(4) in ("[", "(", "_", r"\{")
    ):
        return indicator(reader)
    if found_unit := unit(reader):
        return found_unit
    found = scripted(reader.words, reader.place, reader.vocabulary)
    if found is None:
        raise reader.problem("expected.operand")
    return named(reader, found)


def function(reader: Reader) -> Tree:
    """A command such as `\\ln` or `\\max`, with its scripts."""
    word = reader.words[reader.place]
    at, sub, sups, primes = reader.place + 1, (), [], 0
    while at < len(reader.words) and reader.words[at].text in ("_", "^", "'"):
        if reader.words[at].text == "'":
            primes, at = primes + 1, at + 1
            continue
        mark = reader.words[at].text
        inner, at = script(reader.words, at)
        if mark == "_":
            sub = inner  # type: ignore[assignment]
        elif all(token.text == "'" for token in inner):
            primes += len(inner)
        else:
            sups.append(inner)
    return call(reader, SPOKEN[word.text], Scripted(word.text, sub, tuple(sups), primes, word.start, at))


RECIPROCALS = {r"\sec": r"\cos", r"\csc": r"\sin", r"\cot": r"\tan"}


def reciprocal(reader: Reader) -> Tree:
    r"""`\sec x`, one over `\cos x`."""
    word = reader.words[reader.place]
    reader.words[reader.place] = replace(word, text=RECIPROCALS[word.text])
    return Tree("frac", (Tree("number", ("1",), word.start), function(reader)), word.start)


def name(reader: Reader, found: Scripted) -> Tree:
    """A derivative such as `dL/dw`, or the name that stands there, with what belongs to it."""
    return slashed_derivative(reader) or named(reader, found)


BRACKETS_AND_COMMANDS: dict[str, Callable[[Reader], Tree]] = {
    **dict.fromkeys(("(", "[", "{", r"\{"), bracket),
    **dict.fromkeys(BARS, absolute),
    **dict.fromkeys((r"\mathbb", r"\mathbf"), styled),
    **{
        command: function
        for command in SPOKEN
        if command.startswith("\\") and command not in LETTERS and not command.startswith(r"\operatorname")
    },
    **dict.fromkeys(RECIPROCALS, reciprocal),
    **dict.fromkeys((r"\binom", r"\dbinom", r"\tbinom"), binomial),
    **dict.fromkeys(DIVISORS, divisor),
    **dict.fromkeys((r"\lfloor", r"\lceil"), whole),
    r"\left.": evaluated,
    r"\det": determinant,
    r"\frac": fraction,
    r"\sqrt": root,
    r"\sum": total,
    r"\prod": total,
    r"\partial": slashed_partial,
    r"\nabla": nabla,
}
"""What a side or a part of one may begin with, other than a name or a number."""
FORMS = Forms(BRACKETS_AND_COMMANDS, environment, name, at_point)


def read(words: Sequence[Token], vocabulary: Vocabulary) -> Tree:
    """The tree of one side; `Unreadable` at the place that is not understood."""
    reader = Reader(list(words), vocabulary, FORMS)
    tree = reader.comparison()
    if reader.next:
        raise reader.problem("expected.operator")
    return tree
