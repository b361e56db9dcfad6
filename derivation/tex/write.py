r"""Terms to LaTeX. Brackets are decided by a table of precedences, never by the case.

A negative number stands bare only where it begins a sum or product; everything a reader could take for something else
is bracketed, so that `tex.read` gives the same tree back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import get_args

from derivation.formulas.arrays import Shape
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.operations import TABLE, Operation, heads
from derivation.formulas.operations.table import ATOM, HADAMARD, POWER, PRODUCT, SUM, Kind, same
from derivation.formulas.terms import Term, options
from derivation.tex.names import Names

Written = tuple[str, int]
TALL = (r"\frac", r"\begin", r"\sum", r"\sqrt", r"\left")
COMPARISONS = frozenset({heads.GREATER, heads.AT_LEAST, heads.EQUAL_TO})
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


def leading_negative(term: Term, latex: str) -> int:
    """How long the negative number is that a product begins with: only that may need brackets. 0 where there is none."""
    found = NEGATIVE.match(latex) if term.head in (heads.TIMES, heads.MATMUL, heads.DOT) else None
    return found.end() if found else 0


class Writer:
    """Writes terms over the names of one network. Every method gives the LaTeX and how strongly it binds.

    What has parts in it is made by `join` alone, so that a writer may keep more of its parts than their texts
    (`slots.SlotWriter`).
    """

    join: Callable[[Iterable[str]], str] = staticmethod("".join)

    def __init__(self, names: Names, running: str = "") -> None:
        self.names, self.shapes = names, Shapes(names.shapes)
        self.running = running
        """The running index inside a sum (`i`), or nothing."""

    def write(self, term: Term) -> Written:
        if self.running and (self.shape(term) == () or not self.passes(term)):
            return self.__class__(self.names).entry(term, self.running)
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
        if self.shape(term) == ():
            return latex, precedence
        return self.join((self.brackets(latex), "_{", running, "}")), ATOM

    def brackets(self, latex: str, left: str = "(", right: str = ")") -> str:
        """The text in brackets that grow with it."""
        is_tall = any(mark in latex for mark in TALL)
        return self.join((r"\left" if is_tall else "", left, latex, r"\right" if is_tall else "", right))

    def shape(self, term: Term) -> Shape:
        return self.shapes.of(term)

    def within(self, term: Term, least: int) -> str:
        """The term, in brackets if it binds less strongly than its place asks."""
        latex, precedence = self.write(term)
        if precedence >= least:
            return latex
        if least <= PRODUCT and (end := leading_negative(term, latex)):
            return self.join(("(", latex[:end], ")", latex[end:]))
        return self.brackets(latex)

    def name(self, term: Term) -> Written:
        latex = self.names.latex(term.args[0])
        if self.running and self.shape(term) != ():
            left, right = "()" if "_" in latex else ("", "")
            return self.join((left, latex, right, "_{", self.running, "}")), POWER if "^" in latex else ATOM
        return latex, POWER if any(mark in latex for mark in ("^", "'", r"\nabla")) else ATOM

    def indexed_sum(self, term: Term) -> Written:
        r"""`Y_{ik} = \sum_{j} a_{ij} b_{jk}`: what an einsum says of each entry."""
        quantity, summed = term.args
        factors = [self.names.with_letters(name, letters) for name, letters in summed.operands]
        sign = (rf"\sum_{{{summed.over}}} ",) if summed.over else ()
        return self.join((self.names.with_letters(quantity, summed.result), " = ", *sign, r" \, ".join(factors))), SUM

    def number(self, term: Term) -> Written:
        digits, _, power = term.args[0].partition("e")
        return self.numeral(term, digits, power), SUM if digits.startswith("-") else PRODUCT if power else ATOM

    def numeral(self, term: Term, digits: str, power: str) -> str:
        """A number with its power of ten, if there is one."""
        return rf"{digits} \times 10^{{{power}}}" if power else digits

    def matrix(self, term: Term) -> Written:
        rows = [[self.write(entry) for entry in row.args] for row in term.args]
        gap = (
            r" \;\; & "
            if any(least < POWER and NEGATIVE.fullmatch(latex) is None for row in rows for latex, least in row)
            else " & "
        )
        parts = [r"\begin{pmatrix} "]
        for row in rows:
            for latex, _ in row:
                parts += (latex, gap)
            parts[-1] = r" \\ "
        parts[-1] = r" \end{pmatrix}"
        return self.join(parts), ATOM

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
        return self.join((r"\frac{\partial ", of, r"}{\partial ", by, "}")), POWER

    def second(self, term: Term) -> Written:
        of, by, then = (self.write(part)[0] for part in term.args)
        below = (by, r" \partial ", then) if by != then else (self.within(term.args[1], ATOM), "^2")
        return self.join((r"\frac{\partial^2 ", of, r"}{\partial ", *below, "}")), POWER

    def shifted(self, term: Term) -> Written:
        of, there = (self.write(part)[0] for part in term.args)
        return self.join((of, r"\vert_{", there, "}")), ATOM

    def updated(self, term: Term) -> Written:
        latex = self.write(term.args[0])[0]
        if "_" not in latex:
            return self.join((latex, r"_{\text{new}}")), POWER
        left, right = "{}" if "^" in latex else ("", "")
        return self.join((left, latex, right, r"^{\text{new}}")), POWER

    def infix(self, term: Term, row: Operation) -> Written:
        least = row.notation.precedence
        left, right = (
            self.within(term.args[0], least + self.is_mixed(term.args[0], row)),
            self.within(term.args[1], least + 1),
        )
        leads = left.startswith("-") and least > SUM
        sign = f" {row.notation.symbol}{self.options(term, row)} "
        return self.join((left, sign, right)), SUM if leads else least

    def is_mixed(self, left: Term, row: Operation) -> bool:
        """Whether the left operand is of another operation that binds as strongly and more than a sum: that it comes
        first is then written in brackets."""
        other = TABLE[left.head].notation if left.head in TABLE else row.notation
        return other.kind == "infix" and row.notation.precedence == other.precedence > SUM and other != row.notation

    def options(self, term: Term, row: Operation) -> str:
        """The options of a term as a subscript; nothing where all have their defaults, unless the row wants them."""
        given = options(term)
        usual = None not in row.options.values() and given == row.filled()
        if not given or (usual and not row.notation.always):
            return ""
        *some, last = map(str, given)
        return rf"_{{{(row.notation.subscript or '{all}').format(*given, all=','.join([*some, last]), some=','.join(some), last=last)}}}"

    def juxtaposed(self, term: Term, row: Operation) -> Written:
        a, b = term.args
        left, least = self.write(a)
        if least < PRODUCT and not (a.head == "number" and least == SUM) and not leading_negative(a, left):
            left = self.brackets(left)
        tail = b.head == heads.SUM
        right = self.write(b)[0] if tail else self.within(b, PRODUCT + 1)
        both = self.join((left, r" \cdot " if meets(left, right) else " ", right))
        return both, SUM if left.startswith("-") else HADAMARD if tail else PRODUCT

    def prefix(self, term: Term, row: Operation) -> Written:
        latex = self.within(term.args[0], HADAMARD)
        return self.join(("-", self.brackets(latex) if latex[0].isdecimal() else latex)), SUM

    def fraction(self, term: Term, row: Operation) -> Written:
        above, below = (self.write(part)[0] for part in term.args)
        return self.join((r"\frac{", above, "}{", below, "}")), POWER

    def power(self, term: Term, row: Operation) -> Written:
        base, exponent = self.within(term.args[0], ATOM), self.write(term.args[1])[0]
        mark = r"\odot " if row.notation.symbol != "^" else ""
        return self.join((base, "^{", mark, exponent, "}")), POWER

    def superscript(self, term: Term, row: Operation) -> Written:
        return self.join((self.within(term.args[0], ATOM), "^", row.notation.symbol)), POWER

    def exponential(self, term: Term, row: Operation) -> Written:
        return self.join((row.notation.symbol, "^{", self.write(term.args[0])[0], "}")), POWER

    def function(self, term: Term, row: Operation) -> Written:
        symbol = row.notation.symbol + self.options(term, row)
        if len(term.children) == 1 and term.args[0].head == "matrix" and not self.running:
            return self.join(
                (symbol, self.write(term.args[0])[0])
            ), POWER  # what is raised behind it would be the matrix
        return self.join((symbol, self.brackets(self.listed(", ", folded(term))))), ATOM

    def listed(self, mark: str, terms: Iterable[Term]) -> str:
        """Terms with a mark between them."""
        parts = [part for term in terms for part in (mark, self.write(term)[0])]
        return self.join(parts[1:])

    def ones_beside(self, term: Term, row: Operation) -> Written:
        """A sum along one axis, or a repetition, as a product with a vector of ones."""
        rows, columns = self.shape(term.args[0])
        count = options(term)[0] if len(term.args) > 1 else columns if row.notation.symbol == "right" else rows
        vector = rf"\mathbf{{1}}_{{{count}}}" + (r"^\top" if row.notation.symbol.endswith("top") else "")
        operand = self.within(term.args[0], PRODUCT + 1)
        both = (vector, " ", operand) if row.notation.symbol.startswith("left") else (operand, " ", vector)
        return self.join(both), PRODUCT

    def slice(self, term: Term, row: Operation) -> Written:
        of = term.args[0]
        latex, least = self.write(of)
        if "_" in latex or not (least == ATOM or of.head == "name"):
            latex = self.brackets(latex)
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
        return self.join((latex, "_{", MARK.join(spans), "}")), POWER if "^" in latex else ATOM

    def joined(self, term: Term, row: Operation) -> Written:
        """Arrays one below the other (`;`) or side by side (`,`), several in one bracket."""
        mark = r",\;" if row.notation.symbol == "," else r"\,;\,"
        return self.brackets(self.listed(mark, folded(term)), "[", "]"), ATOM

    def fence(self, term: Term, row: Operation) -> Written:
        if len(term.args) == 1:
            left, gap, right = row.notation.symbol.partition(" ")
            inside = self.write(term.args[0])[0]
            return self.join((r"\left", left, gap, inside, r"\right", right or left)), ATOM
        return self.join((r"\left[", self.comparison(term, row), r"\right]")), ATOM

    def norm(self, term: Term, row: Operation) -> Written:
        r"""Frobenius for a matrix, Euclidean for a vector; no subscript where it may be either."""
        shape = self.shape(term.args[0])
        kind = "" if not shape else "_2" if 1 in shape else "_F"
        left, right, *power = row.notation.symbol.split()
        inside = self.brackets(self.write(term.args[0])[0], f"{left} ", right)
        return self.join((inside, kind, *power)), row.notation.precedence

    def comparison(self, term: Term, row: Operation) -> str:
        left, right = (self.write(arg)[0] for arg in term.args)
        return self.join((left, f" {row.notation.symbol} ", right))

    def root(self, term: Term, row: Operation) -> Written:
        return self.join((r"\sqrt{", self.write(term.args[0])[0], "}")), ATOM

    def sum(self, term: Term, row: Operation) -> Written:
        shape = self.shape(term.args[0])
        running = "ij" if shape and 1 not in shape else "i"
        body = self.__class__(self.names, running).within(term.args[0], PRODUCT)
        return self.join((row.notation.symbol, "_{", running, "} ", body)), HADAMARD

    def cases(self, term: Term, row: Operation) -> Written:
        condition, *branches = term.args
        test = (
            self.comparison(condition, TABLE[condition.head])
            if condition.head in COMPARISONS
            else self.join((self.write(condition)[0], r" \ne 0"))
        )
        first, second = (self.write(branch)[0] for branch in branches)
        rows = (first, r" & \text{if } ", test, r" \\ ", second, r" & \text{otherwise} ")
        return self.join((r"\begin{cases} ", *rows, r"\end{cases}")), ATOM


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
    for head in (
        "name",
        "number",
        "matrix",
        "dots",
        "ones",
        "unit",
        "index",
        "partial",
        "second",
        "shifted",
        "updated",
        "indexed_sum",
    )
}
KINDS: dict[str, Callable[[Writer, Term, Operation], Written]] = {
    **{kind: getattr(Writer, kind) for kind in get_args(Kind) if kind != "ones"},
    "ones": Writer.ones_beside,
}
