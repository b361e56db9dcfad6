"""What a part of a formula may begin with, other than a name or a number: fractions, matrices, cases, bars."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from derivation.formulas.operations import heads
from derivation.formulas.terms import Term, matrix, partial
from derivation.tex.reader import ONES, Reader

MATRICES = frozenset({"pmatrix", "bmatrix"})
FOLDED = {";": "concat axis=0", ",": "concat axis=1"}


def between(opening: tuple[str, ...], closing: str, head: str) -> Callable[[Reader], Term]:
    """The form of an operation that is written as its operand between two signs."""

    def form(reader: Reader) -> Term:
        reader.expect(*opening)
        inner = reader.comparison()
        reader.expect(closing)
        return reader.make(head, inner)

    return form


def fraction(reader: Reader) -> Term:
    reader.expect(r"\frac", "{")
    if reader.next == r"\partial":
        return derivative(reader)
    above = reader.comparison()
    reader.expect("}", "{")
    below = reader.comparison()
    reader.expect("}")
    return reader.make(r"\frac", above, below)


def derivative(reader: Reader) -> Term:
    reader.expect(r"\partial")
    of = reader.named()
    reader.expect("}", "{", r"\partial")
    by = reader.named()
    reader.expect("}")
    return partial(of, by)


def environment(reader: Reader) -> Term:
    reader.expect(r"\begin", "{")
    kind = reader.word()
    if kind == "cases":
        return cases(reader)
    if kind not in MATRICES:
        raise reader.problem("pmatrix, bmatrix or cases")
    rows = [[entry_of_matrix(reader)]]
    while separator := reader.take("&", r"\\"):
        if separator == "&":
            rows[-1].append(entry_of_matrix(reader))
        else:
            rows.append([entry_of_matrix(reader)])
    reader.expect(r"\end", "{")
    if reader.word() != kind or len({len(row) for row in rows}) != 1:
        raise reader.problem(f"rows of equal length and the end of {kind}")
    return matrix(tuple(tuple(row) for row in rows))


def entry_of_matrix(reader: Reader) -> Term:
    dots = re.fullmatch(r"\\([cvd])dots", reader.next)
    if dots:
        reader.place += 1
        return Term("dots", (dots.group(1),))
    return reader.comparison()


def cases(reader: Reader) -> Term:
    first = reader.comparison()
    reader.expect("&", r"\text", "{", "i", "f", "}")
    condition = reader.comparison()
    if reader.take(r"\ne"):
        reader.expect("0")  # behind a condition that is no comparison
    reader.expect(r"\\")
    second = reader.comparison()
    reader.expect("&", r"\text", "{")
    reader.word()
    reader.expect(r"\end", "{")
    reader.word()
    return reader.make(heads.CASES, condition, first, second)


def norm(reader: Reader) -> Term:
    found = between((r"\lVert",), r"\rVert", heads.NORM)(reader)
    if reader.take("_"):
        reader.place += 1
    return found


def bracketed(reader: Reader) -> Term:
    """A comparison, which is 1 or 0, or parts that are joined to one array."""
    reader.expect("[")
    inner = reader.comparison()
    while mark := reader.take(*FOLDED):
        inner = reader.make(FOLDED[mark], inner, reader.comparison())
    reader.expect("]")
    return reader.sliced(inner)


def constant(reader: Reader) -> Term:
    reader.expect(r"\mathbf", "{")
    kind = reader.word()
    reader.expect("_", "{")
    subscript = reader.word()
    if kind == "1" and subscript.isdecimal():
        return Term(ONES, (int(subscript), bool(reader.take("^") and reader.take(r"\top"))))
    if kind == "1":
        return Term("ones", tuple(map(int, subscript.split(r"\times"))))
    reader.expect("^", "{")
    shape = tuple(map(int, reader.word().split(r"\times")))
    return Term("unit", (*shape, *(int(k) - 1 for k in subscript.split(","))))


FORMS: Mapping[str, Callable[[Reader], Term]] = {
    r"\frac": fraction,
    r"\begin": environment,
    r"\lvert": between((r"\lvert",), r"\rvert", heads.ABS),
    r"\lVert": norm,
    r"\lfloor": between((r"\lfloor",), r"\rfloor", heads.FLOOR),
    r"\lceil": between((r"\lceil",), r"\rceil", heads.CEIL),
    "[": bracketed,
    r"\sqrt": between((r"\sqrt", "{"), "}", heads.SQRT),
    r"\mathbf": constant,
}
