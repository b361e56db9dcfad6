r"""Terms to LaTeX. Brackets are decided by a table of precedences, never by the case.

A negative number stands bare only where it begins a sum or product; everything a reader could take for something else
is bracketed, so that `tex.read` gives the same tree back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import get_args

from derivation.formulas.arrays import Shape
from derivation.formulas.language.resolve import Shapes
from derivation.formulas.operations import TABLE, Operation, heads
from derivation.formulas.operations.table import ATOM, HADAMARD, POWER, PRODUCT, SUM, Kind, same
from derivation.formulas.terms import Term, options
from derivation.tex.names import Names, subscripted

Written = tuple[str, int]
TALL = (r"\frac", r"\begin", r"\sum", r"\sqrt", r"\left")
ENTRYWISE = {
    **{head: head for head in (heads.ADD, heads.SUB, heads.NEG, heads.TIMES, heads.DIV, heads.POW)},
    heads.HADAMARD: heads.TIMES,
    heads.HADAMARD_DIV: heads.DIV,
    heads.HADAMARD_POW: heads.POW,
}
"""Operations that a running index passes through, with what they are between entries."""


def write(term: Term, names: Names) -> str:
    r"""The LaTeX of a term.

    >>> from derivation.formulas.terms import name
    >>> write(name("W") @ name("x"), Names({"W": (2, 2), "x": (2, 1)}))
    'W x'
    """
    return Writer(names).write(term)[0]


MARK = r",\,"
NEGATIVE = re.compile(r"-\d+(\.\d+)?( \\times 10\^\{-?\d+\})?")


NUMERIC_FRACTION = re.compile(r"\\frac\{-?[\d.]+\}\{[\d.]+\}")
LAST_NUMBER = re.compile(r"(?:^|[ (-])\d+(?:\.\d+)?$")


def leads_negative(term: Term, latex: str) -> bool:
    """Whether the term is a product that begins with a negative number: only that number may need brackets."""
    return term.head in (heads.TIMES, heads.MATMUL, heads.DOT) and NEGATIVE.match(latex) is not None


def brackets(latex: str, left: str = "(", right: str = ")") -> str:
    """The text in brackets that grow with it."""
    if any(mark in latex for mark in TALL):
        return rf"\left{left}{latex}\right{right}"
    return f"{left}{latex}{right}"


class Writer:
    """Writes terms over the names of one network. Every method gives the LaTeX and how strongly it binds."""

    def __init__(self, names: Names, running: str = "") -> None:
        self.names, self.shapes = names, Shapes(names.shapes)
        self.running = running
        """The running index inside a sum (`i`), or nothing."""

    def write(self, term: Term) -> Written:
        if self.running and (self.shape(term) == () or not self.passes(term)):
            return Writer(self.names).entry(term, self.running)
        leaf = LEAVES.get(term.head)
        if leaf:
            return leaf(self, term)
        row = TABLE[ENTRYWISE.get(term.head, term.head) if self.running else term.head]
        return KINDS[row.notation.kind](self, term, row)

    def passes(self, term: Term) -> bool:
        """Whether the running index passes through to the parts: names, entry-by-entry operations, functions of one
        array."""
        if term.head == "name" or term.head in ENTRYWISE:
            return True
        row = TABLE.get(term.head)
        return (
            row is not None
            and len(term.args) == 1
            and row.notation.kind in ("function", "exponential", "root")
            and row.shape is same
            and not row.coupled
        )

    def entry(self, term: Term, running: str) -> Written:
        """A part of a sum's body as a whole: a scalar as it is, an array in brackets with the running index behind."""
        latex, precedence = self.write(term)
        return (latex, precedence) if self.shape(term) == () else (rf"{brackets(latex)}_{{{running}}}", ATOM)

    def shape(self, term: Term) -> Shape:
        return self.shapes.of(term)

    def within(self, term: Term, least: int) -> str:
        """The term, in brackets if it binds less strongly than its place asks."""
        latex, precedence = self.write(term)
        if precedence >= least:
            return latex
        if leads_negative(term, latex) and least <= PRODUCT:
            return NEGATIVE.sub(r"(\g<0>)", latex, count=1)
        return brackets(latex)

    def name(self, term: Term) -> Written:
        latex = self.names.latex(term.args[0])
        if self.running and self.shape(term) != ():
            return subscripted(latex, self.running), POWER if "^" in latex else ATOM
        return latex, POWER if any(mark in latex for mark in ("^", "'", r"\nabla")) else ATOM

    def number(self, term: Term) -> Written:
        digits, _, power = term.args[0].partition("e")
        latex = rf"{digits} \times 10^{{{power}}}" if power else digits
        return latex, SUM if digits.startswith("-") else PRODUCT if power else ATOM

    def matrix(self, term: Term) -> Written:
        rows = [[self.write(entry) for entry in row.args] for row in term.args]
        gap = (
            r" \;\; & "
            if any(least < POWER and NEGATIVE.fullmatch(latex) is None for row in rows for latex, least in row)
            else " & "
        )
        inside = r" \\ ".join(gap.join(latex for latex, _ in row) for row in rows)
        return rf"\begin{{pmatrix}} {inside} \end{{pmatrix}}", ATOM

    def dots(self, term: Term) -> Written:
        return rf"\{term.args[0]}dots", ATOM

    def ones(self, term: Term) -> Written:
        return rf"\mathbf{{1}}_{{{term.args[0]} \times {term.args[1]}}}", ATOM

    def unit(self, term: Term) -> Written:
        rows, columns, *place = term.args
        shown = ",".join(str(k + 1) for k in place)
        return rf"\mathbf{{e}}_{{{shown}}}^{{{rows} \times {columns}}}", POWER

    def index(self, term: Term) -> Written:
        of, *place = term.args
        latex = self.names.entry(of.args[0], tuple(place))
        return latex, POWER if "^" in latex else ATOM

    def partial(self, term: Term) -> Written:
        of, by = (self.write(part)[0] for part in term.args)
        return rf"\frac{{\partial {of}}}{{\partial {by}}}", POWER

    def second(self, term: Term) -> Written:
        of, by, then = (self.write(part)[0] for part in term.args)
        below = rf"\partial {by} \partial {then}" if by != then else rf"\partial {self.within(term.args[1], ATOM)}^2"
        return rf"\frac{{\partial^2 {of}}}{{{below}}}", POWER

    def shifted(self, term: Term) -> Written:
        of, there = (self.write(part)[0] for part in term.args)
        return rf"{of}\vert_{{{there}}}", ATOM

    def updated(self, term: Term) -> Written:
        latex = self.write(term.args[0])[0]
        if "_" not in latex:
            return rf"{latex}_{{\text{{new}}}}", POWER
        return (rf"{{{latex}}}^{{\text{{new}}}}" if "^" in latex else rf"{latex}^{{\text{{new}}}}"), POWER

    def infix(self, term: Term, row: Operation) -> Written:
        least = row.notation.precedence
        left, right = (
            self.within(term.args[0], least + self.is_mixed(term.args[0], row)),
            self.within(term.args[1], least + 1),
        )
        leads = left.startswith("-") and least > SUM
        return f"{left} {row.notation.symbol}{self.options(term, row)} {right}", SUM if leads else least

    def is_mixed(self, left: Term, row: Operation) -> bool:
        """Whether the left operand is of another operation that binds as strongly and more than a sum: that it comes
        first is then written in brackets."""
        other = TABLE[left.head].notation if left.head in TABLE else row.notation
        return other.kind == "infix" and row.notation.precedence == other.precedence > SUM and other != row.notation

    def options(self, term: Term, row: Operation) -> str:
        """The options of a term as a subscript; nothing where all have their defaults."""
        given = options(term)
        if not given or (None not in row.options.values() and given == row.filled()):
            return ""
        *some, last = map(str, given)
        return rf"_{{{(row.notation.subscript or '{all}').format(*given, all=','.join([*some, last]), some=','.join(some), last=last)}}}"

    def juxtaposed(self, term: Term, row: Operation) -> Written:
        a, b = term.args
        left, least = self.write(a)
        if least < PRODUCT and not (a.head == "number" and least == SUM) and not leads_negative(a, left):
            left = brackets(left)
        tail = b.head == heads.SUM
        right = self.write(b)[0] if tail else self.within(b, PRODUCT + 1)
        return left + (r" \cdot " if meets(left, right) else " ") + right, SUM if left.startswith(
            "-"
        ) else HADAMARD if tail else PRODUCT

    def prefix(self, term: Term, row: Operation) -> Written:
        latex = self.within(term.args[0], HADAMARD)
        return "-" + (brackets(latex) if latex[0].isdecimal() else latex), SUM

    def fraction(self, term: Term, row: Operation) -> Written:
        above, below = (self.write(part)[0] for part in term.args)
        return rf"\frac{{{above}}}{{{below}}}", POWER

    def power(self, term: Term, row: Operation) -> Written:
        base, exponent = self.within(term.args[0], ATOM), self.write(term.args[1])[0]
        mark = r"\odot " if row.notation.symbol != "^" else ""
        return rf"{base}^{{{mark}{exponent}}}", POWER

    def superscript(self, term: Term, row: Operation) -> Written:
        return rf"{self.within(term.args[0], ATOM)}^{row.notation.symbol}", POWER

    def exponential(self, term: Term, row: Operation) -> Written:
        return rf"{row.notation.symbol}^{{{self.write(term.args[0])[0]}}}", POWER

    def function(self, term: Term, row: Operation) -> Written:
        symbol = row.notation.symbol + self.options(term, row)
        if len(term.children) == 1 and term.args[0].head == "matrix" and not self.running:
            return f"{symbol}{self.write(term.args[0])[0]}", ATOM
        return symbol + brackets(", ".join(self.write(arg)[0] for arg in folded(term))), ATOM

    def ones_beside(self, term: Term, row: Operation) -> Written:
        """A sum along one axis, or a repetition, as a product with a vector of ones."""
        rows, columns = self.shape(term.args[0])
        count = options(term)[0] if len(term.args) > 1 else columns if row.notation.symbol == "right" else rows
        vector = rf"\mathbf{{1}}_{{{count}}}" + (r"^\top" if row.notation.symbol.endswith("top") else "")
        operand = self.within(term.args[0], PRODUCT + 1)
        return f"{vector} {operand}" if row.notation.symbol.startswith("left") else f"{operand} {vector}", PRODUCT

    def slice(self, term: Term, row: Operation) -> Written:
        of = term.args[0]
        latex, least = self.write(of)
        if "_" in latex or not (least == ATOM or of.head == "name"):
            latex = brackets(latex)
        rows, columns = self.shape(of)
        first, last, left, right = options(term)
        spans = [span(first, last, rows), span(left, right, columns)]
        if columns == 1:
            spans = [f"{first}:{last}"]
        elif ":" in spans:
            spans = [
                text.partition(":")[0] if text == f"{first}:{first}" or text == f"{left}:{left}" else text
                for text in spans
            ]
        return rf"{latex}_{{{MARK.join(spans)}}}", POWER if "^" in latex else ATOM

    def joined(self, term: Term, row: Operation) -> Written:
        """Arrays one below the other (`;`) or side by side (`,`), several in one bracket."""
        mark = r",\;" if row.notation.symbol == "," else r"\,;\,"
        return brackets(mark.join(self.write(part)[0] for part in folded(term)), "[", "]"), ATOM

    def fence(self, term: Term, row: Operation) -> Written:
        if len(term.args) == 1:
            left, gap, right = row.notation.symbol.partition(" ")
            return rf"\left{left}{gap}{self.write(term.args[0])[0]}\right{right or left}", ATOM
        return rf"\left[{self.comparison(term, row)}\right]", ATOM

    def norm(self, term: Term, row: Operation) -> Written:
        r"""Frobenius for a matrix, Euclidean for a vector; no subscript where it may be either."""
        shape = self.shape(term.args[0])
        kind = "" if not shape else "_2" if 1 in shape else "_F"
        left, right = row.notation.symbol.split()
        return rf"{brackets(self.write(term.args[0])[0], left + ' ', right)}{kind}", ATOM

    def comparison(self, term: Term, row: Operation) -> str:
        left, right = (self.write(arg)[0] for arg in term.args)
        return f"{left} {row.notation.symbol} {right}"

    def root(self, term: Term, row: Operation) -> Written:
        return rf"\sqrt{{{self.write(term.args[0])[0]}}}", ATOM

    def sum(self, term: Term, row: Operation) -> Written:
        shape = self.shape(term.args[0])
        running = "ij" if shape and 1 not in shape else "i"
        body = Writer(self.names, running).within(term.args[0], PRODUCT)
        return rf"\sum_{{{running}}} {body}", HADAMARD

    def cases(self, term: Term, row: Operation) -> Written:
        condition, *branches = term.args
        test = (
            self.comparison(condition, TABLE[condition.head])
            if condition.head in (heads.GREATER, heads.AT_LEAST)
            else f"{self.write(condition)[0]} = 1"
        )
        first, second = (self.write(branch)[0] for branch in branches)
        return rf"\begin{{cases}} {first} & \text{{if }} {test} \\ {second} & \text{{otherwise}} \end{{cases}}", ATOM


def meets(left: str, right: str) -> bool:
    r"""Whether two factors would read as one number, or the second as an argument, if nothing stood between them.

    >>> meets("2", "x"), meets("2", "(-1)"), meets(r"x \cdot 2", "(-1)"), meets("x", "2"), meets("2", r"\frac{1}{2}")
    (False, False, True, True, True)
    """
    if right[0].isdecimal() or NUMERIC_FRACTION.match(right):
        return True
    return bool(LAST_NUMBER.search(left)) and (
        right.startswith(r"\mathbf{1}") or (right.startswith("(-") and " " in left)
    )


def span(first: int, last: int, size: int) -> str:
    """Places from first to last; a colon alone for all."""
    return f"{first}:{last}" if (first, last) != (1, size) else ":"


def folded(term: Term) -> list[Term]:
    """The operands of an operation, several of a kind together where the table says that they are read from the
    left."""
    if TABLE[term.head].folds and term.args[0].head == term.head:
        return [*folded(term.args[0]), term.args[1]]
    return list(term.children)


LEAVES: dict[str, Callable[[Writer, Term], Written]] = {
    head: getattr(Writer, head)
    for head in ("name", "number", "matrix", "dots", "ones", "unit", "index", "partial", "second", "shifted", "updated")
}
KINDS: dict[str, Callable[[Writer, Term, Operation], Written]] = {
    **{kind: getattr(Writer, kind) for kind in get_args(Kind) if kind != "ones"},
    "ones": Writer.ones_beside,
}
