"""Worked arithmetic: from numbers put in to the value, by the steps a person writes down."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.decimals import Style, Written, decimal, meant
from derivation.formulas.numbers import Number
from derivation.formulas.operations import heads
from derivation.formulas.operations.algebras import Terms
from derivation.formulas.terms import Term, fold, is_literal, matrix, number, walk, with_parts

Literal = Callable[[Number], Term]
FOLDED = frozenset({heads.TIMES, heads.MAXIMUM, heads.MINIMUM})
"""Several operands of these are worked at once."""
PLAIN = heads.SIGNED | {heads.TIMES, "number"}
ZERO, ONE = number(0), number(1)
LONGEST = 12
"""Numbers in an entry beyond which it is not spelled out; a scalar has twice the room."""
MANY = 3
"""Numbers from which on a sum of entries is spelled out."""
WIDEST = 90
"""Digits and signs side by side beyond which entries spelled out would have to be set too small to read."""
BROADEST = 48
"""Digits side by side beyond which arrays of numbers would have to be set too small to read."""


def printed(x: Number, style: Style) -> Term:
    """A number as a decimal; it keeps the number behind it where the print is rounded."""
    shown = decimal(x, style)
    return number(shown.text) if shown.exact else Term("number", (shown.text,), Array.scalar(x))


def concluded(x: Number, style: Style) -> Term:
    """A number at the end of its own chain: one that was rounded there keeps the number it was rounded from behind
    it."""
    return Term("number", (x.text,), Array.scalar(x.of)) if isinstance(x, Written) and x.rounds else printed(x, style)


def literal(array: Array, style: Style, elide: int) -> Term:
    """An array as printed: a number, or a matrix of numbers with dots where it has more than `elide` rows or
    columns."""
    return laid_out(array, array, elide, lambda entry: printed(entry, style))


def conclusion(array: Array, style: Style, elide: int) -> Term:
    """An array as printed at the end of its own chain."""
    return laid_out(array, meant(array), elide, lambda entry: concluded(entry, style))


def laid_out(array: Array, behind: Array, elide: int, show: Literal) -> Term:
    """An array with each entry as `show` shows it, dots in place of the middle where it is large; `behind` is what
    stands behind an elided one."""
    if not array.shape:
        return show(array.entries[0])
    rows, columns = (shown(size, elide) for size in array.shape)
    if None not in rows and None not in columns:
        return matrix(tuple(tuple(map(show, row)) for row in array.rows))
    entries = tuple(tuple(_shown_entry(array, i, j, show) for j in columns) for i in rows)
    return matrix(entries, behind)


def shown(size: int, elide: int) -> list[int | None]:
    """The rows or columns that are printed, None where the dots stand.

    >>> shown(3, 6), shown(10, 6)
    ([0, 1, 2], [0, 1, None, 9])
    """
    return list(range(size)) if size <= elide else [0, 1, None, size - 1]


def _shown_entry(array: Array, i: int | None, j: int | None, show: Literal) -> Term:
    if i is None or j is None:
        return Term("dots", ("d" if i is j else "v" if i is None else "c",))
    return show(array[i, j])


def is_elided(term: Term) -> bool:
    """Whether dots stand for some of the numbers."""
    return any(node.head == "dots" for node in walk(term))


def is_broad(term: Term) -> bool:
    """Whether the numbers of an expression stand too many side by side; then the arithmetic begins entry by entry."""
    numbers = [node for node in walk(term) if node.head == "matrix"]
    scalars = sum(len(node.args[0]) for node in walk(term) if node.head == "number") - sum(
        _digits(entry) for node in numbers for entry in node.args
    )
    return len(numbers) > 1 and scalars + sum(max(map(_digits, node.args)) for node in numbers) > BROADEST


def _digits(row: Term) -> int:
    return sum(len(entry.args[0]) for entry in row.args if entry.head == "number")


def arithmetic(term: Term, style: Style) -> Iterator[Term]:
    """The lines between numbers put in and the value: array operations spelled out entry by entry, then simplified."""
    full = _in_full(term)
    first = _fitting(full)
    if first is None:
        return
    plain = all(node.head in PLAIN for entry in first.entries for node in walk(entry))
    adds_up = first.shape and _is_added(first) and max(map(_length, first.entries)) >= MANY
    if (first is not full or not plain or adds_up) and _breadth(first) <= WIDEST:
        yield assembled(first)
    passes = list(_passes(first, style))
    steps = [*passes[:1], *filter(_is_added, passes[1:-1][-1:])] if first.shape else passes[:3]
    yield from (assembled(entries) for entries in steps if not entries.shape or _breadth(entries) <= WIDEST)


def _is_added(entries: Array) -> bool:
    """Whether nothing is left to do but sums."""
    return all(node.head in heads.SIGNED or node.head == "number" for entry in entries.entries for node in walk(entry))


def _breadth(entries: Array) -> int:
    """Digits and signs that stand side by side."""
    return sum(
        max(sum(len(node.args[0]) if node.head == "number" else 1 for node in walk(entry)) for entry in column)
        for column in entries.T.rows
    )


def spelled(term: Term) -> Array | None:
    """Array operations on numbers spelled out: an expression of scalars for each entry, without what is times 0 or 1
    where all of it would be too long; None where that is too long too."""
    return _fitting(_in_full(term))


def _in_full(term: Term) -> Array:
    return evaluate(term, {}, Terms).map(settled)


def _fitting(full: Array) -> Array | None:
    if _is_short(full) and (full.shape or _breadth(full) <= WIDEST):
        return full
    left = full.map(lambda entry: settled(brief(entry)))
    return left if _is_short(left) else full if _is_short(full) else None


def _is_short(entries: Array) -> bool:
    return max(map(_length, entries.entries)) <= (LONGEST if entries.shape else 2 * LONGEST)


def brief(term: Term) -> Term:
    """A scalar expression without the products with 0 and the factors 1 in it.

    >>> brief(number(0) * number("0.3") + number(1) * number("0.5")) == number(0) + number("0.5")
    True
    """
    return fold(term, lambda node: None, _briefly)


def _briefly(node: Term, parts: list[Term]) -> Term:
    term = with_parts(node, parts)
    if term.head == heads.TIMES:
        a, b = term.args
        if is_zero(a) or is_zero(b):
            return ZERO
        return b if a == ONE else a if b == ONE else term
    return ONE if term == ONE - ZERO else ZERO if term == ONE - ONE else term


def _passes(entries: Array, style: Style) -> Iterator[Array]:
    while not all(is_literal(entry) for entry in entries.entries):
        entries = entries.map(lambda entry: reduce(entry, style))
        yield entries


def assembled(entries: Array) -> Term:
    """Entries as one term: a matrix of expressions, or the one expression."""
    return entries.entries[0] if not entries.shape else matrix(tuple(entries.rows))


def _length(entry: Term) -> int:
    return sum(node.head == "number" for node in walk(entry))


def reduce(entry: Term, style: Style) -> Term:
    """One pass over a scalar expression of numbers: inner sums first, then products and functions, the outer sum
    last."""
    for wanted in (_inner_sum, _inner):
        changed = settled(_pass(entry, style, wanted, outer=True))
        if changed != entry:
            return changed
    return printed(evaluate(entry, {}).entries[0], style)


def _pass(term: Term, style: Style, wanted: Callable[[Term], bool], outer: bool) -> Term:
    if term.head == "number":
        return term
    outer = outer and term.head in heads.SIGNED
    if not outer and wanted(term):
        return printed(evaluate(term, {}).entries[0], style)
    return Term(term.head, tuple(_pass(child, style, wanted, outer) for child in term.children))


def _is_value(term: Term) -> bool:
    """A number, or a fraction of two whole numbers such as 1/2."""
    return term.head == "number" or (
        term.head == heads.DIV and all(part.head == "number" and part.args[0].isdecimal() for part in term.children)
    )


def _inner_sum(term: Term) -> bool:
    return term.head in heads.SIGNED and all(node.head in heads.SIGNED or node.head == "number" for node in walk(term))


def _inner(term: Term) -> bool:
    if term.head in FOLDED and all(node.head in (term.head, "number") for node in walk(term)):
        return True
    return all(map(_is_value, term.children)) and not _is_value(term)


def settled(term: Term) -> Term:
    """`x + 0` as x, `x + (-2)` as x - 2, `-(2)` as -2: how sums of signed numbers are written."""
    return fold(term, lambda node: node if node.head == "number" else None, _settled)


def _settled(term: Term, parts: list[Term]) -> Term:
    args = tuple(parts)
    if term.head == heads.NEG and args[0].head == "number":
        return negated(args[0])
    if term.head in (heads.ADD, heads.SUB):
        left, right = args
        if is_zero(right):
            return left
        if is_zero(left):
            return right if term.head == heads.ADD else negated(right) if right.head == "number" else -right
        if right.head == "number" and right.args[0].startswith("-"):
            return Term(heads.SUB if term.head == heads.ADD else heads.ADD, (left, negated(right)))
        if right.head == heads.NEG:
            return Term(heads.SUB if term.head == heads.ADD else heads.ADD, (left, right.args[0]))
    return with_parts(term, parts)


def is_zero(term: Term) -> bool:
    """Whether a term is the number 0 itself, not what another number is rounded to."""
    return term == ZERO and term.value is None


def negated(term: Term) -> Term:
    """A number with its sign changed."""
    text = term.args[0]
    value = None if term.value is None else -term.value
    return Term("number", (text.removeprefix("-") if text.startswith("-") or text == "0" else f"-{text}",), value)
