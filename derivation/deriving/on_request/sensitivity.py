"""How strongly the loss answers to each parameter: derivative, first-order change, and rank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from derivation.deriving.on_request.common import learnt, loss_of, parameter_entries
from derivation.deriving.workbook import Workbook
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.language.shapes import choose
from derivation.formulas.numbers import Number, is_positive
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term, name, number, partial
from derivation.networks.walkthrough import Phase, Reason, Step

MOST_ENTRIES = 24
"""Entries of all parameters together up to which each has a row; beyond, each parameter has one, with Frobenius
norms."""
PERCENT = number("0.01")


@dataclass(frozen=True)
class Row:
    """What a row speaks of: the parameter or entry, its size, how steeply the loss rises with it, and the first-order
    change of the loss per unit of relative change (theta times dL/dtheta, added over the entries)."""

    quantity: Term
    size: Term
    steepness: Term
    share: tuple[Term, Term]


def sensitivity(workbook: Workbook) -> Phase:
    """A row for each entry of each parameter: value, derivative, what 1 % of the entry changes in the loss (first
    order), and rank by the size of the derivative. The elasticity (theta / L) dL/dtheta is the change in per cent per
    per cent.

    Source: Saltelli et al., Global Sensitivity Analysis: The Primer (2008), section 1.2.1 (derivatives, normalised by
    the point).
    """
    loss = loss_of(workbook, "sensitivity")
    entries = parameter_entries(workbook)
    few = len(entries) <= MOST_ENTRIES
    rows = (
        [Row(of, of, by, (of, by)) for of, by in learnt(workbook, loss, entries)]
        if few
        else [_whole(workbook, loss, key) for key in workbook.network.moved]
    )
    ranks = _ranks([evaluate(row.steepness, workbook.known).entries[0] for row in rows])
    title = "sensitivity" if few else "sensitivity_norms"
    steps = [
        step
        for count, (row, rank) in enumerate(zip(rows, ranks, strict=True), 1)
        for step in _steps(workbook, loss, row, title, rank, count)
    ]
    return Phase(
        "sensitivity",
        (
            *steps,
            *_worked(workbook, [row for _, row in sorted(zip(ranks, rows, strict=True), key=lambda pair: pair[0])]),
        ),
    )


def _whole(workbook: Workbook, loss: Term, key: str) -> Row:
    """A parameter as a whole: the Frobenius norms of its value and its gradient; every entry grows by the same
    share."""
    of, by = name(key), partial(loss, name(key))
    if not workbook.shapes.of(of):
        return Row(of, Term(heads.ABS, (of,)), Term(heads.ABS, (by,)), (of, by))
    return Row(
        of, _norm(workbook, of), _norm(workbook, by), (Term(heads.SUM, (Term(heads.HADAMARD, (of, by)),)), number(1))
    )


def _norm(workbook: Workbook, array: Term) -> Term:
    square = choose("^", [workbook.shapes.of(array), ()]).name
    return Term(heads.SQRT, (Term(heads.SUM, (Term(square, (array, number(2))),)),))


def _change(row: Row) -> Term:
    of, by = row.share
    return PERCENT * of if by == number(1) else PERCENT * of * by


def _elasticity(row: Row, loss: Term) -> Term:
    of, by = row.share
    return of / loss if by == number(1) else of / loss * by


def _steps(workbook: Workbook, loss: Term, row: Row, title: str, rank: int, count: int) -> Iterator[Step]:
    """One row of the table: a chain for each column, the rank in the title."""
    heading = Reason(title, {"quantity": row.quantity, "rank": str(rank)})
    for term in (row.size, row.steepness):
        yield Step(term, heading, workbook.recall(term) if term in workbook.known else workbook.expression(term), count)
    for term in (_change(row), *([_elasticity(row, loss)] if _is_something(workbook, loss) else [])):
        yield Step(term, heading, workbook.expression(term), count)


def _worked(workbook: Workbook, rows: list[Row]) -> Iterator[Step]:
    """The change in full for the highest rank that has one."""
    for row in rows:
        if _is_something(workbook, _change(row)):
            change = _change(row)
            yield Step(
                change,
                Reason("worked_sensitivity", {"quantity": row.quantity}),
                workbook.expression(change),
                0,
                Reason("first_order"),
            )
            return


def _is_something(workbook: Workbook, term: Term) -> bool:
    value = evaluate(term, workbook.known).entries[0]
    return is_positive(value) or is_positive(-value)


def _ranks(steepness: list[Number]) -> list[int]:
    """1 for the steepest; equal ones share a rank.

    >>> from flint import fmpq
    >>> _ranks([fmpq(0), fmpq(-3), fmpq(3), fmpq(1)])
    [4, 1, 1, 3]
    """
    sizes = [-x if is_positive(-x) else x for x in steepness]
    return [1 + sum(is_positive(other - size) for other in sizes if other is not size) for size in sizes]
